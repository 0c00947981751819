"""Hostile texts: each is refused, quickly, in little memory, and nothing of it ever runs."""

import resource
import time

import jax.numpy as jnp
import pytest

from priors.translate import PriorError, translate

POLICY = "def policy(obs):\n    return [0.0]\n"


def body(*lines):
    return "def policy(obs):\n" + "".join(f"    {line}\n" for line in lines) + "    return [0.0]\n"


HOSTILE = {
    # Reaching objects of Python.
    "dunder class": body("x = ().__class__.__bases__[0].__subclasses__()"),
    "dunder of obs": body("x = obs.__class__"),
    "dunder of a module": "import numpy as np\n" + body("x = np.__builtins__"),
    "dunder of a function": body("policy.__globals__['os']"),
    "code object": body("x = policy.__code__"),
    "builtins name": body("__builtins__['open']('{canary}', 'w')"),
    "import call": body("__import__('os').system('touch {canary}')"),
    "single underscore import": body("import importlib", "importlib.import_module('os')"),
    "os system": "import os\n" + body("os.system('touch {canary}')"),
    "os at the top level": "import os\nos.system('touch {canary}')\n" + POLICY,
    "from os": "from os import system\nsystem('touch {canary}')\n" + POLICY,
    "subprocess": "import subprocess as math\n" + body("math.run(['touch', '{canary}'])"),
    "open": body("open('{canary}', 'w').write('x')"),
    "eval": body("eval('1')"),
    "exec": "exec(\"open('{canary}', 'w')\")\n" + POLICY,
    "compile": body("compile('1', '', 'eval')"),
    "getattr": body("getattr(obs, 'data')"),
    "setattr": body("setattr(obs, 'x', 1)"),
    "globals": body("globals()['x'] = 1"),
    "vars and dir": body("x = dir(vars())"),
    "type": body("x = type('X', (), {})"),
    "numpy file": "import numpy as np\n" + body("np.save('{canary}', obs)"),
    "numpy loader": "import numpy as np\n" + body("np.load('{canary}', allow_pickle=True)"),
    "numpy through ctypes": "import numpy as np\n" + body("np.ctypeslib.load_library('c', '/')"),
    "numpy through a submodule": "import numpy as np\n" + body("np.f2py.os.system('touch {canary}')"),
    "numpy vectorize": "import numpy as np\n" + body("np.vectorize(print)(obs)"),
    "jax callback": "import jax\n" + body("jax.debug.callback(print, obs)"),
    "array buffer": body("x = obs.data"),
    "array dump": body("obs.tofile('{canary}')"),
    "string format": body("x = '{{0.__class__}}'.format(obs)"),
    "f-string": body("x = f'{obs.__class__}'"),
    "f-string call": body('x = f\'{open("{canary}", "w")}\''),
    "percent format": body("x = '%s' % obs"),
    "generator frame": body("g = (x for x in obs)", "g.gi_frame.f_back"),
    "traceback": body("try:", "    1 / 0", "except Exception as e:", "    e.__traceback__.tb_frame"),
    # Running at definition.
    "decorator": "@print\n" + POLICY,
    "decorator call": "@(lambda f: open('{canary}', 'w'))\n" + POLICY,
    "default argument": "def policy(obs, x=open('{canary}', 'w')):\n    return [0.0]\n",
    "metaclass": "class M(type):\n    pass\nclass A(metaclass=M):\n    pass\n" + POLICY,
    "class body": "class A:\n    open('{canary}', 'w')\n" + POLICY,
    "lambda": "f = (lambda: open('{canary}', 'w'))\nf()\n" + POLICY,
    "walrus": body("(f := open)('{canary}', 'w')"),
    "comprehension": body("[open('{canary}', 'w') for _ in range(1)]"),
    "with": body("with open('{canary}', 'w') as f:", "    pass"),
    "async": "async def policy(obs):\n    return [0.0]\n",
    "shadowed builtin": "max = open\nmax('{canary}', 'w')\n" + POLICY,
    "star call": body("print(*[open])", "max(*open('{canary}'))"),
    # Numbers, memory and time.
    "power tower": body("x = 10 ** 10 ** 10"),
    "huge power": body("x = 2 ** 100000000"),
    "growing integer": body("x = 9", "for i in range(60):", "    x = x * x"),
    "huge literal": body("x = " + "9" * 50_000),
    "huge hexadecimal": body("x = 0x" + "f" * 30),
    "infinite float": body("x = 1e999"),
    "huge list": body("x = [0] * 10**9"),
    "huge range": body("x = list(range(10**12))"),
    "huge array": "import numpy as np\n" + body("x = np.zeros((10**6, 10**6))"),
    "huge broadcast": "import numpy as np\n"
    + body("a = np.ones((4000, 1))", "b = np.ones((1, 4000))", "x = a + b"),
    "huge outer": "import numpy as np\n" + body("x = np.outer(np.ones(4000), np.ones(4000))"),
    "huge matmul": "import numpy as np\n" + body("x = np.ones((64, 64))", "x = x @ x @ x @ x"),
    "huge string": body("x = 'a' * 10**10"),
    "doubling list": body("x = [0]", "for i in range(64):", "    x = x + x"),
    "doubling nest": body("x = [0]", "for i in range(64):", "    x = [x, x]", "y = x == x"),
    "doubling array": "import numpy as np\n"
    + body("x = [0]", "for i in range(64):", "    x = [x, x]", "np.array(x)"),
    "deep list": body("x = []", "for i in range(5000):", "    x = [x]", "y = x == [x]"),
    "endless loop": body("while True:", "    pass"),
    "long loop": body("for i in range(10**9):", "    pass"),
    "nested loops": body(*("  " * i + f"for i{i} in range(100):" for i in range(8)), "  " * 8 + "pass"),
    "nested comprehensions": body(
        "x = [[a, b, c, d] for a in range(99) for b in range(99) for c in range(99) for d in range(99)]"
    ),
    "many operations": body("x = obs[0]", "for i in range(40000):", "    x = x * 1.01 + obs[0]"),
    "many branches": body("x = 0.0", "for i in range(5000):", "    if obs[0] > i:", "        x = x + obs[0]"),
    "tangled branches": body(
        "x = 0",
        *(
            f"if obs[{i % 4}] * {i + 1} > {i} and not (obs[{(i + 1) % 4}] > {i} or x): x = x + obs[0]"
            for i in range(250)
        ),
    ),
    "rows without entries": "import numpy as np\n" + body("for r in np.zeros((10**6, 0)): pass"),
    "matrix without entries": "import numpy as np\n" + body("np.zeros((10**7, 0)) @ np.zeros((0, 0))"),
    "reduction of nothing": "import numpy as np\n" + body("np.zeros((4000, 4000, 0)).sum(axis=2)"),
    "reshaped to nothing": "import numpy as np\n" + body("for r in np.zeros(0).reshape(10**9, 0): pass"),
    "huge picking": "import numpy as np\n"
    + body(
        "i = np.zeros((400, 1, 1), int)",
        "x = np.zeros((1, 1, 1))[i, i.reshape(1, 400, 1), i.reshape(1, 1, 400)]",
    ),
    "shared conditions": body(
        "c = obs[0] > 0",
        "d = obs[1] > 0",
        "for i in range(40): c = (c & d) | (c & (obs[2] > i))",
        "if c: x = 1",
        "x",
    ),
    "doubling key": body("k = (1,)", "for i in range(40): k = (k, k)", "d = {k: 1}"),
    "doubling key read": body("k = (1,)", "for i in range(40): k = (k, k)", "d = {1: 1}", "d[k]"),
    "doubling key in": body("k = (1,)", "for i in range(40): k = (k, k)", "d = {1: 1}", "k in d"),
    "doubling key get": body("k = (1,)", "for i in range(40): k = (k, k)", "d = {1: 1}", "d.get(k)"),
    "doubling key written": body("k = (1,)", "for i in range(40): k = (k, k)", "d = {1: 1}", "d[k] = 1"),
    "choices among large lists": body(
        "b = list(range(4000))", "for j in range(4):", "  for i in range(4000): y = 1 if obs[0] > 0 else b"
    ),
    "choices among nested lists": body(
        "a = [[i] for i in range(900)]",
        "b = [[i] for i in range(900)]",
        "for i in range(15):",
        "    c = a if obs[0] > 0 else b",
        "    for j in range(900): a[j][0] = i",
        "    for j in range(900): b[j][0] = i",
    ),
    "large tuple": body(
        "b = tuple(range(4000))", "for j in range(4):", "  for i in range(4000): y = [b]", "z"
    ),
    "restart per literal": body(
        *(f"if obs[0] > 0.{i + 1}: x{i} = 1\n    elif obs[0] <= 0.{i + 1}: x{i} = 2" for i in range(9)),
        "x = obs[0]",
        *(f"for i in range(600): x = x * 1.5 + x{i}" for i in range(9)),
        "y",
    ),
    "large sort": "import numpy as np\n" + body("x = sorted([obs[0] * i for i in range(4000)])"),
    "recursion": "def f(x):\n    return f(x)\n" + body("f(1)"),
    "mutual recursion": "def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\n" + body("f(1)"),
    "recursive lambda": "f = lambda g: g(g)\n" + body("f(f)"),
    "call bomb": "def f0(x): return x\n"
    + "".join(f"def f{i + 1}(x): return f{i}(f{i}(f{i}(f{i}(x))))\n" for i in range(11))
    + body("f11(obs[0])"),
    # The parser.
    "parentheses": body("x = " + "(" * 5000 + ")" * 5000),
    "brackets": "[" * 100_000,
    "unary": body("x = " + "-" * 20_000 + "1"),
    "nots": body("x = " + "not " * 20_000 + "1"),
    "lambdas": body("x = " + "lambda: " * 10_000 + "1"),
    "long sum": body("x = " + "+".join(["1"] * 20_000)),
    "long call chain": body("x = f" + "()" * 20_000),
    "attribute chain": body("x = obs" + ".T" * 20_000),
    "conditionals": body("x = " + "1 if obs else " * 10_000 + "1"),
    "elifs": body("if obs[0] > 0:", "    pass", *["elif obs[0] > 1:", "    pass"] * 3000),
    "blocks": "".join(" " * i + "if 1:\n" for i in range(300)) + " " * 300 + "pass\n" + POLICY,
    "f-string nesting": body("x = f'{" + "-" * 5000 + "1}'"),
    "many lines": "x = 1\n" * 60_000 + POLICY,
    "many fences": "```\nx\n```\n" * 4000,
    "many fences far down": "\n" * 90_000 + "```\nx\n```\n" * 900,
    "long fence line": "```" + "a" * 90_000 + "`\n```\n```\n",
    "unclosed strings": "'''\n" + "\\'''\n" * 15_000 + "\\",
    "long key": body("d = {'" + "k" * 45_000 + "': 1}", "d['" + "j" * 45_000 + "']"),
    "long name": body("x" * 50_000),
    # What NumPy and Python refuse themselves.
    "negative size": "import numpy as np\n" + body("np.eye(-5)"),
    "too many axes": "import numpy as np\n" + body("np.zeros((1,) * 70)"),
    "infinite int": body("int(float('inf'))"),
    "keywords alone": "def policy(*, obs, t):\n    return [0.0]\n",
    "null bytes": POLICY + "\0",
    "bad UTF-8": b"def policy(obs):\n    return [0.0] # \xff\xfe",
    "lone surrogate": POLICY + "# \ud800",
    "empty": "",
    "fences alone": "```python\n```",
    "prose": "I am sorry, I cannot write this policy.",
    "no function": "x = 1",
    "binary": bytes(range(256)) * 20,
    "too long": "#" * 200_000 + "\n" + POLICY,
    "not text": 42,
    # Memory of another kind: the same for each of the calls.
    "list outside": "seen = []\ndef policy(obs):\n    seen.append(1)\n    return [len(seen)]\n",
    "overwritten module": "import numpy as np\nnp.clip = open\n" + POLICY,
    "break outside": "break\n" + POLICY,
    "return outside": "return 1\n" + POLICY,
    "policy is no function": "policy = 5\n" + "def f(x): return x\npolicy(1)\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_are_refused(text, tmp_path):
    canary = tmp_path / "canary"
    if isinstance(text, str):
        text = text.replace("{canary}", str(canary))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    with pytest.raises(PriorError) as caught:
        translate(text, observation_size=4, action_size=1)
    assert time.process_time() - start < 1.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
    assert not canary.exists()
    assert not list(tmp_path.iterdir())
    error = caught.value
    assert "could not be translated" not in error.message
    assert error.message
    assert len(str(error)) < 5000
    assert error.for_prompt()


def test_what_looks_dangerous_and_is_not():
    text = """
import os, sys
import gymnasium as gym
from collections import deque
def policy(obs):
    "__import__('os').system('true')"
    return [obs[0]]
"""
    prior = translate(text, observation_size=4, action_size=1)
    assert prior((), jnp.array([0.5, 0, 0, 0]))[1].low == 0.5


def test_the_budgets_leave_room():
    lines = [f"x{i} = np.tanh(obs[{i % 4}] * 0.{i + 1} + {i}) if obs[1] > {i} else 0.0" for i in range(150)]
    text = "import numpy as np\n" + body(*lines).replace("[0.0]", "[x3 + x149]")
    translate(text, observation_size=4, action_size=1)
