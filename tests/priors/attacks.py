"""Hostile texts: each must be refused, quickly, in little memory, and nothing of it may ever run."""

POLICY = "def policy(obs):\n    return [0.0]\n"


def body(*lines):
    return "def policy(obs):\n" + "".join(f"    {line}\n" for line in lines) + "    return [0.0]\n"


def remembers(first, *lines):
    """A policy class with lines of `__init__` and lines of each step."""
    rows = [
        "import numpy as np",
        "class Policy:",
        "    def __init__(self):",
        *(f"        {x}" for x in first),
    ]
    rows += ["    def act(self, obs):", *(f"        {line}" for line in lines), "        return [0.0]"]
    return "\n".join(rows) + "\n"


SLOW = ["for i in range(3800): x = i"] * 3
"""Nearly all the steps that a program may take, so that every round of its translation takes long."""

ATTACKS = {
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
    "string format": body("x = '{0.__class__}'.format(obs)"),
    "f-string": body("x = f'{obs.__class__}'"),
    "f-string call": body('x = f\'{open("{canary}", "w")}\''),
    "percent format": body("x = '%s' % obs"),
    "format of an attribute": body("x = '{0.T}'.format(obs)", "y = '{x.__globals__}'.format(x=policy)"),
    "format of an entry": body("x = '{0[0]}'.format((1, 2))"),
    "format of a conversion": body("x = '{!r}'.format('a')"),
    "format in a format": body("x = '{:{}}'.format(1, 9)"),
    "format of an object": body("x = '{}'.format(policy)"),
    "percent of a dict": body("x = '%(a)s' % {'a': 1}"),
    "percent with a star": body("x = '%*d' % (10**9, 1)"),
    "attrgetter": "from operator import attrgetter\n" + body("attrgetter('__class__')(obs)"),
    "attrgetter of a path": "from operator import attrgetter\n" + body("attrgetter('a.__class__')(obs)"),
    "attrgetter of an array": "from operator import attrgetter\n" + body("attrgetter('data')(obs)"),
    "methodcaller": "import operator\n" + body("operator.methodcaller('tofile', '{canary}')(obs)"),
    "namespace with a dunder": "from types import SimpleNamespace\n"
    + body("SimpleNamespace(**{'__class__': 1})"),
    "dict of a namespace": "from types import SimpleNamespace\n" + body("SimpleNamespace(a=1).__dict__"),
    "other types": "import types\n" + body("types.FunctionType(policy, {})"),
    "fields of a class": "from dataclasses import fields\n" + body("fields(policy)[0].type"),
    "partial of a builtin": "from functools import partial\n" + body("partial(open, '{canary}', 'w')()"),
    "partial of an attribute": "from functools import partial\n" + body("partial(max, 1).func.__globals__"),
    "json decoder": "import json\n" + body("json.loads('1', object_hook=open)"),
    "json file": "import json\n" + body("json.load(open('{canary}', 'w'))"),
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
    # Names and text.
    "full-width open": body("x = ｏｐｅｎ('{canary}', 'w')"),
    "full-width dunder": body("x = obs._＿class__"),
    "named tuple": "from collections import namedtuple\n"
    + body("namedtuple('N', 'a __class__')(1, 2).__class__"),
    "attribute by a name": body("getattr(policy, '__globals__')"),
    "attribute by a joined name": body("getattr(policy, '_' + '_globals__')"),
    "attribute by an f-string": body("u = '_'", "getattr(policy, f'{u}{u}globals{u}{u}')"),
    "UTF-16": POLICY.encode("utf-16"),
    "form feed": "def policy(obs):\n    x = 1\n\f    y = 2\n    return [0.0]\n",
    "tabs and spaces": "def policy(obs):\n\tif obs[0] > 0:\n\t\tx = 1\n        x = 2\n\treturn [0.0]\n",
    "continued lines": "x = 1" + "\\\n" * 40_000 + "\n" + POLICY,
    "import chain": "import " + ".".join(["os"] * 5000) + "\n" + POLICY,
    "unknown decorator": "@" + ".".join(["a"] * 140) + "\n" + POLICY,
    "deep tabs": "".join("\t" * i + "if 1:\n" for i in range(90)) + "\t" * 90 + "pass\n" + POLICY,
    "match": "def policy(obs):\n    match obs:\n        case [a, *_]: return [a]\n",
    "nested f-strings": body("x = f'{f'{f'{1}'}'}'"),
    "generic function": "def policy[T: open('{canary}', 'w')](obs):\n    return [0.0]\n",
    # Integers, strings and sizes.
    "shift": body("x = 1 << 10**9"),
    "doubled f-string": body("x = 'ab'", "for i in range(60): x = f'{x}{x}'"),
    "doubled string": body("x = 'ab'", "for i in range(60): x = x + x"),
    "wide format": body("x = f'{1:1000000000}'"),
    "wide percent": body("x = '%1000000000d' % 1"),
    "wide field": body("x = '{:1000000000}'.format(1)"),
    "far field": body("x = '{" + "9" * 4000 + "}'.format(1)"),
    "doubled format": body("x = 'ab'", "for i in range(60): x = '{0}{0}'.format(x)"),
    "doubled percent": body("x = 'ab'", "for i in range(60): x = '%s%s' % (x, x)"),
    "many fields": body("x = '{0}' * 1000", "x = x.format('a' * 4000)"),
    "padded string": body("x = 'a'.zfill(10**9)", "y = 'a'.ljust(10**9)"),
    "repeated string": body("x = 10**9 * 'ab'"),
    "many lines of a text": body("x = '" + "\\n" * 40_000 + "'.splitlines()"),
    "deep json": "import json\n" + body("json.loads('" + "[" * 10_000 + "')"),
    "deep json behind a string": "import json\n"
    + body("json.loads('[\"" + "]" * 5000 + '", ' + "[" * 5000 + "')"),
    "open strings in json": "import json\n" + body("json.loads('[\"" + '\\\\"' * 9000 + "')"),
    "long number in json": "import json\n" + body("json.loads('" + "9" * 15_000 + "')"),
    "long json": "import json\n" + body("json.loads('[" + "0," * 9000 + "0]')"),
    "not a number in json": "import json\n" + body("json.loads('[NaN]')"),
    "large character": body("chr(10**9)"),
    "bits of a float": body("bin(1.5)"),
    "endless list": "import itertools\n" + body("x = list(itertools.count())"),
    "endless sum": "import itertools\n" + body("x = sum(itertools.cycle([1]))"),
    "endless zip": "import itertools\n" + body("x = list(zip(itertools.count(), itertools.cycle('ab')))"),
    "endless for": "import itertools\n" + body("for i in itertools.count(): pass"),
    "endless for of zip": "import itertools\n"
    + body("for i, j in zip(itertools.count(), itertools.count()): pass"),
    "endless map": "import itertools\n" + body("x = map(abs, itertools.count())"),
    "endless slice": "import itertools\n" + body("x = itertools.islice(itertools.count(), 5, None)"),
    "long slice": "import itertools\n" + body("x = itertools.islice(itertools.count(), 10**9)"),
    "length of a count": "import itertools\n" + body("x = len(itertools.count())"),
    "partial of itself": "from functools import partial\nf = lambda g: g(g)\n" + body("partial(f, f)()"),
    "partials of partials": "from functools import partial\nf = max\n"
    + body("g = f", "for i in range(4000): g = partial(g, obs[0])", "g()"),
    "default of itself": "from collections import defaultdict\n"
    + body("d = defaultdict(lambda: d['a'])", "d['a']"),
    "defaults without end": "from collections import defaultdict\n"
    + body("d = defaultdict(float)", "for i in range(10**6): d[i]"),
    "record of itself": "from dataclasses import asdict, dataclass\n@dataclass\nclass A:\n    x: list\n"
    + body("a = A([])", "a.x.append(a)", "asdict(a)"),
    "record of many": "from dataclasses import asdict, dataclass\n@dataclass\nclass A:\n    x: tuple\n"
    + body("a = A(())", "for i in range(7): a = A((a,) * 30)", "asdict(a)"),
    "large bisect": "import bisect\nt = list(range(4000))\n"
    + body("for i in range(60): bisect.bisect(t, obs[0])"),
    "large nlargest": "import heapq\n" + body("heapq.nlargest(2, [obs[0] * i for i in range(4000)])"),
    "rolled by many": "import numpy as np\nz = np.zeros(4096)\n"
    + body("for i in range(20): np.roll(z + obs[0], int(obs[i % 4] * 9) % 32)"),
    "ranges of ranges": body(
        "s = 0", *("  " * i + f"for i{i} in range(int(obs[{i}]) % 30):" for i in range(4)), "        s += 1"
    ),
    "long deque": "from collections import deque\n" + body("d = deque([0] * 10**9, maxlen=3)"),
    "deque of nothing": "from collections import deque\n" + body("d = deque(maxlen=-1)"),
    "keys of a range": body("d = dict.fromkeys(range(10**9))"),
    "row of a slice": "import numpy as np\n" + body("x = np.r_[0:10**9]"),
    "long linspace": "import numpy as np\n" + body("x = np.linspace(0, 1, 10**9)"),
    "tiled": "import numpy as np\n" + body("x = np.tile(np.ones(64), 10**9)"),
    "long zip": body("x = list(zip(*[range(4000)] * 4000))"),
    "doubling comprehension": body("x = [0]", "for i in range(60): x = [y for y in x for z in (1, 2)]"),
    "traced power": body("k = int(obs[0])", "x = k ** 1000000"),
    "zero to a negative": body("x = 0 ** -1"),
    "unbounded index": body("x = [1, 2][int(obs[0]) << 63]"),
    "traced slice": "T = list(range(4000))\n" + body("i = int(obs[0])", "y = T[i : i + 3000]"),
    "traced repetition": body("x = [0.0] * int(obs[0])"),
    "large inverse": "import numpy as np\n" + body("np.linalg.inv(np.eye(60) * obs[0])"),
    "large solve": "import numpy as np\n" + body("np.linalg.solve(np.eye(7) * obs[0], np.ones(7))"),
    "large svd": "import numpy as np\n" + body("np.linalg.svd(np.ones((4096, 1)))"),
    "decomposition of the observation": "import numpy as np\n" + body("np.linalg.eigh(np.outer(obs, obs))"),
    "complex eigenvalues": "import numpy as np\n" + body("np.linalg.eig([[0.0, 1.0], [-1.0, 0.0]])"),
    "many decompositions": "import numpy as np\na = np.ones((64, 64))\n"
    + body("for i in range(4000): np.linalg.svd(a)"),
    "vectorized loop": "import numpy as np\nf = np.vectorize(lambda x: x + 1)\n"
    + body("for i in range(50): f(np.zeros(4000) + obs[0])"),
    "vectorized itself": "import numpy as np\nf = np.vectorize(lambda x: f(x))\n" + body("f(obs)"),
    "vectorized whole numbers": "import numpy as np\n"
    + body("np.vectorize(lambda x: 0 if x < 0 else x)(obs)"),
    "decorated by an attribute": "import os\nclass A: pass\n@A.vectorize\n" + POLICY,
    # Choices and loops that multiply.
    "loops on observations": body(
        "x = obs[0]", "while x > 0:", "    y = obs[1]", "    while y > 0: y = y - obs[2]", "    x = x - y * y"
    ),
    "endless wrapping": body("x = obs[0]", "while x > 0: x -= 0.0"),
    "lists of many lengths": body(
        *(f"a{i} = [0.0] if obs[{i % 4}] > {i} else [0.0, 1.0]" for i in range(20)),
        "y = " + " + ".join(f"a{i}" for i in range(20)),
        "z = sum(y)",
    ),
    "strings of many lengths": body(
        "s = ''", *(f"s = s + ('a' if obs[{i % 4}] > {i} else 'bb')" for i in range(20)), "{'a': 1}[s]"
    ),
    "list that may grow": body(
        "y = []", "for i in range(30):", "    if obs[0] > i: y.append(obs[1])", "sum(y)"
    ),
    "table of four axes": "import numpy as np\nm = np.arange(4096).reshape(8, 8, 8, 8)\n"
    + body(*(f"i{j} = int(obs[{j}]) % 8" for j in range(4)), "x = m[i0, i1, i2, i3] + m[i3, i2, i1, i0]"),
    "table of pairs": "d = {(i, j): i * j for i in range(30) for j in range(30)}\n"
    + body("i = int(obs[0]) % 30", "j = int(obs[1]) % 30", "x = d[i, j]"),
    # Functions of the tables.
    **{
        f"row {call}": "import functools, itertools, math\nimport jax, scipy.special\n"
        "import numpy as np\nz = np.zeros(4096)\n" + body(f"x = {call}")
        for call in (
            "np.array(obs, ndmin=10**9)",
            "np.diff(z, n=4096)",
            "np.meshgrid(z, z)",
            "np.meshgrid(*[z[:2]] * 15)",
            "np.block([[z, z], [z, z]])",
            "np.pad(z, 10**9)",
            "np.pad(z.reshape(64, 64), ((0, 4000), (0, 4000)))",
            "np.c_[z, z]",
            "np.hanning(10**9)",
            "np.fromfunction(lambda i, j: i, (10**5, 10**5))",
            "np.fromiter(itertools.count(), float)",
            "np.apply_along_axis(lambda r: z, 0, z.reshape(64, 64))",
            "np.tensordot(z, z, 0)",
            "np.tensordot(z, z, 10**9)",
            "np.cross(np.ones((1300, 1, 3)), np.ones((1, 1300, 3)))",
            "np.finfo(np.float32).__class__",
            "jax.lax.fori_loop(0, 10**9, lambda i, s: s, 0.0)",
            "jax.lax.select(obs[0] > 0, z[:, None], z[None])",
            "jax.nn.softmax.__globals__",
            "scipy.special.loggamma(1.0)",
            "np.searchsorted(z, z)",
            "np.isin(z, z)",
            "np.einsum('i,j,k->', z, z, z)",
            "np.broadcast_to(z[:0], (10**15, 0))",
            "np.tile(z[:0], 10**15)",
            "np.split(obs, 10**9)",
            "np.piecewise(obs[0], [obs[0] > 0] * 4096, [1.0] * 4096)",
            "np.select([obs[0] > 0] * 4096, [1.0] * 4096)",
            "z[[int(obs[0]) % 4096] * 4096]",
            "itertools.product(*[[1]] * 4096, repeat=16)",
            "itertools.zip_longest(*[range(4096)] * 4096)",
            "itertools.permutations(range(4096))",
            "functools.reduce(lambda a, b: a + b, [[1] * 4096] * 4096)",
            "math.comb(10**6, 10**5)",
            "sorted(range(4096), key=lambda i: obs[0] * i)",
            "','.join(','.join('a' for i in range(4000)) for j in range(4000))",
        )
    },
    # Objects that hold or call themselves.
    "sum of itself": "x = []\nx.append(x)\n" + body("y = sum(x)"),
    "equal to itself": "x = []\nx.append(x)\nz = []\nz.append(z)\n" + body("y = x == z"),
    "array of itself": "import numpy as np\nx = []\nx.append(x)\n" + body("y = np.array(x)"),
    "returns itself": "x = []\nx.append(x)\ndef policy(obs):\n    return x\n",
    "property of itself": "class A:\n    @property\n    def x(self): return self.x\n" + body("A().x"),
    "makes itself": "class A:\n    def __init__(self): self.a = A()\n" + body("A()"),
    "make each other": "class A:\n    def __init__(self): self.a = B()\n"
    "class B:\n    def __init__(self): self.a = A()\n" + body("A()"),
    "class of itself": "class A(A): pass\n" + POLICY,
    "classes of each other": "class A(B): pass\nclass B(A): pass\n" + POLICY,
    "class of itself twice": "class A: pass\nclass B(A, A): pass\n" + body("B().x"),
    "classes of two before": "class C0: pass\nclass C1(C0): pass\n"
    + "".join(f"class C{i}(C{i - 2}, C{i - 1}): pass\n" for i in range(2, 60))
    + body("C59().x"),
    "super of itself": "class A:\n    def f(self): return super().f()\n" + body("A().f()"),
    "supers twice": "class C0:\n    def f(self): return 1\n"
    + "".join(
        f"class C{i}(C{i - 1}):\n    def f(self): return super().f() + super().f()\n" for i in range(1, 30)
    )
    + body("C29().f()"),
    "calls itself": "class A:\n    def __call__(self, x): return self(x)\n" + body("A()(1)"),
    "its own call": "class A: pass\na = A()\na.__call__ = a\n" + body("a(1)"),
    "attribute calls": "def f(x): return f.g(x)\nf.g = f\n" + body("f(1)"),
    "entry calls": "d = {}\nd['f'] = lambda x: d['f'](x)\n" + body("d['f'](1)"),
    "argument calls": "def f(x, g): return g(x, g)\n" + body("f(1, f)"),
    "method calls": remembers(["self.f = self.act"], "self.f(obs)"),
    # Memory that grows, and memory that makes every round slow.
    "growing string": remembers(["self.h = ''"], "self.h += 'a'"),
    "doubling memory": remembers(["self.h = [0]"], "self.h += self.h"),
    "nesting memory": remembers(["self.h = ()"], "self.h = (self.h, self.h)"),
    "tuple of tuples": remembers(
        ["self.h = 0"], "x = (obs[0],)", "for i in range(40): x = (x, x)", "self.h = x"
    ),
    "large tuple of tuples": remembers(
        ["self.h = 0"], "x = (obs[0],)", "for i in range(14): x = (x, x)", "self.h = x"
    ),
    "holds its owner": remembers(["self.me = [self]"], "self.me[0].me.append(self.me)"),
    "growing closure": "f = lambda x: x\n"
    "def policy(obs):\n    global f\n    g = f\n    f = lambda x: g(x)\n    return [f(obs[0])]\n",
    "growing chain": "class A:\n    def __init__(self, n): self.n = n\nk = A(None)\n"
    "def policy(obs):\n    global k\n    k = A(k)\n    return [0.0]\n",
    "kept super": remembers(["self.h = None"], "self.h = super()"),
    "kept slice": remembers(["self.h = None"], "self.h = slice(0, int(obs[0]))"),
    "kept function": remembers(["self.h = None"], "self.h = lambda: obs"),
    "slow rounds of a list": remembers(["self.h = []"], "self.h.append(0.0)", *SLOW),
    "slow rounds of a string": remembers(["self.h = ''"], "self.h += 'a'", *SLOW),
    "slow rounds of arrays": remembers(
        ["self.h = ''"], "self.h += 'a'", "a = np.zeros(4000)", *["a + 1"] * 8
    ),
    "slow rounds of super": remembers(["self.h = None"], "self.h = super()", *SLOW),
    "slow rounds of updates": "import jax.numpy as jnp\nu = None\n"
    "def policy(obs):\n    global u\n    u = obs.at\n    for i in range(3800): x = i\n    return [0.0]\n",
    "slow rounds of a chain": "".join(f"y{i} = 0\n" for i in range(38))
    + f"def policy(obs):\n    global {', '.join(f'y{i}' for i in range(38))}\n"
    + "".join(f"    y{i} = y{i + 1}\n" for i in range(37))
    + "    y37 = int(obs[0])\n"
    + "".join(f"    {line}\n" for line in SLOW)
    + "    return [y0]\n",
    # Refusals behind refusals.
    "refused and returned": "def f(x): return min(x)\n"
    "def policy(obs):\n    if obs[0] > 0: return u - 1, obs + 1\n    return [f(obs)], [0.5]\n",
    "return behind an error": "low = 1\ndef policy(obs):\n    return u\nreturn low, [0.5] * 3\n",
    "policy of an enum": "from enum import Enum\nclass Policy(Enum):\n    def act(self, obs): return [0.0]\n",
    "return in a class": "class A:\n    x = 1\n    return x\n" + POLICY,
    "endless errors": "while True:\n    x = u\n    y = v\n" + POLICY,
    "long unknown name": body("for i in range(4000): " + "x" * 40_000),
    "long unknown names": body("for i in range(4000):", *(f"    {'x' * 300}{i}" for i in range(250))),
    # What was quadratic.
    "counted in hundredths": body("x = 0.0", "while x < 100.0: x = x + 0.01"),
    "counted in nothing": body("count = 0", "while count < 3: count += 0"),
    "chain of np.where": "import numpy as np\n"
    + body("x = obs[0]", "for i in range(3000): x = np.where(obs[1] > 0, x + obs[0], x - obs[2])"),
    "chain of a quotient": "import numpy as np\n"
    + body("x = 1 / obs[0]", "for i in range(3000): x = np.where(obs[1] > 0, x + obs[0], x - obs[2])"),
    "star imports": "from numpy import *\n" * 3000 + POLICY,
    "reads of many names": body(
        *(f"x{j} = 0" for j in range(800)),
        "for i in range(100):",
        "    if obs[i % 4] > i:",
        *(f"        x{j} = {j} + i" for j in range(0, 800, 2)),
        *(f"    x{j}" for j in range(800)),
    ),
    "reads on many paths": body(
        "x = 0", "for i in range(100):", "    for j in range(150):", "        if obs[j % 4] > j: y = x"
    ),
    "rounds of large graphs": remembers(
        ["self.h = [0.0, 0.0]"],
        "self.h.append(obs[3])",
        "if len(self.h) > 6: self.h = self.h[-66:]",
        "x = sorted(self.h)",
    ),
    # What would be slow to compile.
    "chain of quotients": body("x = obs[0]", "for i in range(100): x = x // 0.7"),
    "chain of choices": "import numpy as np\n"
    + body("x = obs[0]", "for i in range(500): x = np.where(obs[2] > i, x, x * obs[1])"),
    "many powers": body("x = sum([(obs[0] * i) ** obs[1] for i in range(900)])"),
    "many tangents": "import numpy as np\n" + body("x = sum([np.tanh(obs[0] * i) for i in range(900)])"),
    "remembered array": remembers(["self.h = np.zeros(4096)"], "self.h = self.h + obs[0]"),
    "remembered tuples": remembers(
        ["self.h = 0"], "x = (obs[0],)", "for i in range(13): x = (x, x)", "self.h = x"
    ),
    "remembered objects": "class A:\n    def __init__(self): self.x = 0.0\n"
    "xs = [A() for i in range(2000)]\n" + body("for a in xs: a.x = a.x + obs[0]"),
    "remembered attributes": "class A: pass\na = A()\n"
    + body("for i in range(4000): setattr(a, f'n{i}', obs[0])"),
    "remembered choices": remembers(
        ["self.h = np.zeros(1000)"],
        "x = 0.0",
        "for i in range(2500): x = np.where(obs[0] > i, obs[1] * i, x)",
        "for j in range(1000): self.h[j] = np.where(obs[2] > j, j, x)",
    ),
}

CHEAP = {
    "growing list": remembers(["self.h = []"], "self.h.append(obs[0])"),
    "holds itself": remembers(["self.h = []"], "self.h.append(self.h)"),
    "kept generator": remembers(["self.h = None"], "self.h = iter(obs)"),
    "many attributes": "class A: pass\na = A()\nfor i in range(4000): setattr(a, f'n{i}', i)\n"
    + body("a.n3 = obs[0]"),
    "many objects": "class A:\n    def __init__(self): self.x = 0.0\nxs = [A() for i in range(250)]\n"
    + body("for a in xs: a.x = a.x + obs[0]"),
    "many remainders": body("x = obs[0]", "for i in range(1000): x = x % 1.5 + obs[1]"),
    "large table": "T = [[0.5 * i * j for i in range(60)] for j in range(60)]\n"
    + body("x = T[int(obs[0]) % 60][3]"),
    "long history": "from collections import deque\nd = deque(maxlen=20)\n"
    + body("d.append(obs[0])", "x = sum(d)"),
    "many functions": "".join(f"def f{i}(x): return x + {i}\n" for i in range(1000)) + POLICY,
    "many names": "".join(f"x{i} = {i}.5\n" for i in range(3000)) + POLICY,
}
"""Texts that may translate, as cheaply as others are refused."""
