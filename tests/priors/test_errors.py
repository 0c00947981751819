"""A refused program says where, what is not allowed, and what to write instead."""

import pytest

from priors.translate import PriorError, translate


def refused(text, action_size=2):
    with pytest.raises(PriorError) as caught:
        translate(text, observation_size=4, action_size=action_size)
    return caught.value


# Name: the body of policy(obs), then what the message and the hint must say.
CONSTRUCTS = {
    "out of range": ("return obs[4], 0", "index 4 is out of range", "0 to 3"),
    "negative out of range": ("x = [1, 2]; return x[-3], 0", "index -3 is out of range", "0 to 1"),
    "dynamic index": ("return [1, 2][int(obs[0])], 0", "may be outside", "min(max(i, 0), 1)"),
    "float index": ("return obs[1.0], 0", "no index", "integer"),
    "dynamic range": (
        "for i in range(int(obs[0])): pass\n    return 0, 0",
        "depends on the observation",
        "fixed",
    ),
    "dynamic while": ("while obs[0] > 0: pass\n    return 0, 0", "more than 64 times", "for _ in range"),
    "dynamic slice": ("return obs[:int(obs[0])]", "depends on the observation", "fixed"),
    "dynamic append": (
        "x = []\n    if obs[0] > 0: x.append(1)\n    return x",
        "action of shape (1,)",
        "2 numbers",
    ),
    "append in its own loop": (
        "x = [1]\n    for y in x:\n        if obs[0] > y: x.append(1)\n    return x",
        "the list that the loop runs over",
        "list(xs)",
    ),
    "masked length": ("return obs[obs > 0]", "length that depends on the observation", "np.where"),
    "unassigned": ("if obs[0] > 0: x = 1\n    return x, 0", "may be unassigned", "before the `if`"),
    "read before": ("y = x; x = 1\n    return y, 0", "before it is assigned", "assign `x`"),
    "unknown name": ("return mx(obs[0], 1), 0", "`mx` is not known", "max"),
    "unknown member": ("return math.tanhh(1), 0", "`math.tanhh` is not available", "tanh"),
    "randomness": ("return np.random.rand(2)", "`numpy.random`", "deterministic"),
    "ambiguous truth": ("if obs > 0: return 1, 0\n    return 0, 0", "ambiguous", "np.any"),
    "list arithmetic": ("return [1, 2] * 0.5", "does not work", "np.array"),
    "list plus number": ("return [1, 2] + 1", "does not work", "np.array"),
    "shapes": ("return obs[:2] + obs[:3]", "do not fit together", "equal shape"),
    "unpacking": ("a, b = obs\n    return a, b", "cannot be unpacked", "slice"),
    "missing argument": ("return (lambda x: x)(), 0", "needs the argument `x`", "pass it"),
    "too many arguments": ("return (lambda x: x)(1, 2), 0", "takes 1 arguments", ""),
    "wrong argument": ("return (lambda x: x)(y=1), 0", "no argument `y`", ""),
    "wrong builtin argument": (
        "return np.clip(obs, 0, 1, 2, 3, 4)",
        "numpy.clip",
        "",
    ),
    "missing key": ("return {'a': 1}['b'], 0", "no key 'b'", "'a'"),
    "no return": ("x = 1", "without returning", "every path"),
    "maybe no return": ("if obs[0] > 0: return 1, 0", "without returning", "every path"),
    "wrong size": ("return obs[:3]", "shape (3,)", "2 numbers"),
    "returns a string": ("return 'left'", "returns a string", "2 numbers"),
    "division by zero": ("return 1 / 0, 0", "division by zero", ""),
    "domain": ("return math.sqrt(-1), 0", "sqrt", ""),
    "raise": ("raise ValueError('x')\n    return 0, 0", "`raise`", "safe action"),
    "recursion": ("return policy(obs)", "recursion", "loop"),
    "complex": ("return 1j, 0", "complex", "real"),
    "tuple assignment": ("x = (1, 2); x[0] = 3\n    return x", "tuple cannot be changed", "list"),
    "in place widening": ("x = np.array([1, 2]); x += 0.5\n    return x", "in place", "x = x + y"),
    "sum of truth values": ("x = float(obs[0]); return (x > 0) + (x < 3), 0", "ambiguous", "int(a) + int(b)"),
    "pairs": ("return dict([1, 2])[1], 0", "cannot be iterated", ""),
    "long pairs": ("return dict([(1, 2, 3)])[1], 0", "pairs", "{key: value}"),
    "dynamic key": ("return {0: 1.0}[int(obs[0])], 0", "depends on the observation", "fixed"),
    "matrix inner product": ("return np.inner(np.eye(2), np.eye(2))[0]", "for vectors", "@"),
    "weights": ("return np.average(obs, None, obs[:2]), 0", "weights", "same shape"),
    "read-only view": (
        "a = np.broadcast_to(obs[:1], (2, 2)); a[0] = 1\n    return a[0]",
        "read-only",
        ".copy()",
    ),
    "read-only diagonal": ("a = np.eye(2); np.diagonal(a)[0] = 2\n    return a[0]", "read-only", ".copy()"),
    "where without out": ("return np.add(obs, 1, where=obs > 0)[:2]", "without `out`", "zeros_like"),
    "out of integers": (
        "a = np.zeros(4, int); np.sin(obs, out=a)\n    return a[:2]",
        "cannot hold",
        "floats",
    ),
    "out that is a list": (
        "a = [0.0] * 4; np.sin(obs, out=a)\n    return a[:2]",
        "must be an array",
        "leave",
    ),
    "out where there is none": ("np.where(obs > 0, 1, 2, out=obs)\n    return obs[:2]", "'out'", ""),
    "truth value of an index": ("return obs[obs[0] > 0], 0", "is a mask", "int(test)"),
    "truth value among indices": ("return np.eye(2)[obs[0] > 0, 0], 0", "is a mask", "int(test)"),
    "array of strings": ("return np.array(['a', 'b'])", "a string cannot become", "numbers"),
    "number of indices": ("return np.where(obs > 0)[0]", "as many indices", "np.where(mask, a, b)"),
    "time": ("import time\n    return time.time(), 0", "`time` is not available", "count the calls"),
    "unlike name": ("return np.unique(obs)", "`numpy.unique` is not available", "np.where"),
    "endless iterator": (
        "from itertools import cycle\n    return list(cycle([1, 2])), 0",
        "never ends",
        "zip",
    ),
    "argument of no such name": ("return np.clip(obs, lo=1), 0", "'lo'", "a_min"),
    "another word": ("return np.partitions(obs), 0", "partitions", "leave it out"),
    "method without effect": (
        "class A:\n        def __getattr__(self, x): return x\n    return 0, 0",
        "__getattr__",
        "no effect",
    ),
    "format": ("return {'a0': 1}['{0.T}'.format(obs)], 0", "names an argument", "{name}"),
    "mixed types": (
        "x = [1] if obs[0] > 0 else 2\n    return x + 1, 0",
        "a list and",
        "np.array",
    ),
    "sometimes None": ("x = None if obs[0] > 0 else 2\n    return x, 0", "None or an int of", "every path"),
    "sometimes a string": ("x = 'a' if obs[0] > 0 else 2\n    return x * 2.0, 0", "a string", ""),
    "unknown keyword": ("f = lambda a: a\n    return f(b=1), 0", "no argument `b`", "`def` line"),
    "changed copy": (
        "a = np.ones(2) if obs[0] > 0 else obs[:2]; np.add(a, 1, out=a)\n    return a",
        "one of several objects",
        "own branch",
    ),
    "try that waits for something else": (
        "try:\n        x = obs[9]\n    except KeyError: x = 0\n    return x, 0",
        "out of range",
        "0 to 3",
    ),
    "return in finally": ("try: x = 0\n    finally: return 0, 0", "`finally`", "behind"),
    "with": ("with open('x') as f: pass\n    return 0, 0", "`with`", "numbers"),
    "no such attribute": ("policy.t += 1\n    return 0, 0", "no attribute `t`", "before the policy"),
    "unknown argument": ("pass\ndef policy(obs, speed): return 0, 0", "`speed`", "`state` holds"),
    "growing memory": (
        "MEMORY.append(obs[0])\n    return sum(MEMORY), 0",
        "grows at every step",
        "deque(maxlen=8)",
    ),
    "kept function": (
        "global kept\n    kept = lambda: 1\n    return 0, 0",
        "made at one step cannot be kept",
        "outside the policy",
    ),
    "kept views": (
        "global a, b\n    z = obs * 2; a, b = z[:2], z[1:]\n    return 0, 0",
        "two views",
        ".copy()",
    ),
    "class without act": (
        "return 0, 0\nclass policy:\n    def f(self): return 1",
        "no method that acts",
        "def act",
    ),
    "unknown constructor": (
        "return 0, 0\nclass policy:\n    def __init__(self, env): pass\n    def act(self, obs): return 0, 0",
        "nobody knows its argument `env`",
        "default",
    ),
    "identity": ("return (1 if obs[0] is 3 else 0), 0", "`is`", "=="),
}


@pytest.mark.parametrize(("code", "message", "hint"), CONSTRUCTS.values(), ids=CONSTRUCTS)
def test_refused_constructs(code, message, hint):
    error = refused(f"import math\nimport numpy as np\nMEMORY = [0]\ndef policy(obs):\n    {code}\n")
    assert message in error.message
    assert hint in error.hint
    if "returning" not in message:
        assert error.line >= 4


class TestPlace:
    TEXT = "import numpy as np\n\ndef policy(obs):\n    a = 'ü'; x = np.foo(obs)\n    return x\n"

    def test_line_and_column_in_characters(self):
        error = refused(self.TEXT)
        assert (error.line, error.column) == (4, 18)
        assert error.source_line == "    a = 'ü'; x = np.foo(obs)"

    def test_text_for_a_person(self):
        first, code, caret, hint = str(refused(self.TEXT)).split("\n")
        assert first == "program.py:4:18: `numpy.foo` is not available"
        assert caret.index("^") == code.index("np.foo")
        assert hint.startswith("  hint: ")

    def test_text_for_a_model(self):
        text = refused(self.TEXT).for_prompt()
        assert text.startswith("line 4: `numpy.foo` is not available in `a = 'ü'; x = np.foo(obs)`.")
        assert "\n" not in text

    def test_the_name_of_the_program(self):
        for name in ("hop", "hop.py"):
            with pytest.raises(PriorError, match=r"^hop\.py:2:5: "):
                translate("def policy(obs):\n    oops", observation_size=1, action_size=1, name=name)

    def test_lines_of_a_reply(self):
        error = refused("Hello!\n\n```python\ndef policy(obs):\n    return oops, 1\n```\n")
        assert (error.line, error.source_line) == (5, "    return oops, 1")

    def test_errors_inside_helpers(self):
        error = refused("def f(x):\n    return x[9]\n\ndef policy(obs):\n    return f(obs), 0\n")
        assert error.line == 2

    def test_syntax_errors(self):
        error = refused("def policy(obs):\n    return (1,\n")
        assert error.line == 2
        assert "not Python" in error.message

    def test_all_refused_syntax_at_once(self):
        error = refused(
            "async def f():\n    pass\ndef policy(obs):\n    try: pass\n    except* ValueError: pass\n"
            "    return 1j, 0\n"
        )
        assert [one.line for one in (error, *error.others)] == [1, 4, 6]
        assert str(error).count("hint:") == 3
        assert error.for_prompt().count("\n") == 2

    def test_all_errors_of_meaning_at_once(self):
        error = refused(
            "import numpy as np\ndef f(x):\n    return np.foo(x)\n"
            "def policy(obs):\n    a = obs[9]\n    b = mx(a, 1)\n    if obs[0] > 0:\n        c = np.bar(b)\n"
            "    else:\n        c = 0\n    return f(obs), c\n"
        )
        assert [one.line for one in (error, *error.others)] == [3, 5, 6, 8]

    def test_an_error_is_told_once(self):
        error = refused("def policy(obs):\n    for i in range(3):\n        x = oops\n    return x, x\n")
        assert (error.line, error.others) == (3, ())

    def test_a_very_long_line_is_cut(self):
        error = refused("def policy(obs):\n    return [" + "obs[0], " * 200 + "oops]\n")
        shown, caret = str(error).split("\n")[1:3]
        assert len(shown) < 120
        assert shown[caret.index("^") :].startswith("oops")


class TestMemory:
    def test_a_counter_without_global(self):
        assert (
            "before it is assigned" in refused("t = 0\ndef policy(obs):\n    t += 1\n    return t, 0").message
        )
