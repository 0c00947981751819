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
    "dynamic while": ("while obs[0] > 0: pass\n    return 0, 0", "no bound", "for _ in range"),
    "dynamic slice": ("return obs[:int(obs[0])]", "depends on the observation", "fixed"),
    "dynamic append": (
        "x = []\n    if obs[0] > 0: x.append(1)\n    return x",
        "length of a list",
        "x[0] = value",
    ),
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
    "raise": ("if obs[0] > 0: raise ValueError('x')\n    return 0, 0", "`raise`", "safe action"),
    "try": ("try:\n        x = 1\n    except: x = 2\n    return x, 0", "`try`", "`if`"),
    "global": ("global t\n    return 0, 0", "memory are not yet translated", "observation alone"),
    "attribute": ("policy.t = 1\n    return 0, 0", "memory are not yet translated", "observation alone"),
    "memory in a list": ("MEMORY[0] = 1\n    return 0, 0", "memory", "inside the function"),
    "mixed types": (
        "x = [1] if obs[0] > 0 else 2\n    return x, 0",
        "a list or an int",
        "same type",
    ),
    "recursion": ("return policy(obs)", "recursion", "loop"),
    "complex": ("return 1j, 0", "complex", "real"),
    "set": ("x = {1, 2}\n    return 0, 0", "sets", "tuple"),
    "starred arguments": ("f = lambda *a: a\n    return 0, 0", "*args", "name the arguments"),
    "tuple assignment": ("x = (1, 2); x[0] = 3\n    return x", "tuple cannot be changed", "list"),
    "in place widening": ("x = np.array([1, 2]); x += 0.5\n    return x", "in place", "x = x + y"),
    "chosen object": (
        "a = [1, 2]; b = [3, 4]; c = a if obs[0] > 0 else b; c[0] = 5\n    return a",
        "one of several objects",
        "own branch",
    ),
    "chosen row": (
        "a = np.zeros((2, 2)); r = a[0 if obs[0] > 0 else 1]; r[0] = 5\n    return a[0]",
        "one of several objects",
        "own branch",
    ),
    "changed alias": (
        "a = [1., 2.]; b = a\n    if obs[0] > 0: a = [3., 4.]\n    a[0] = 9.\n    return a[0], b[0]",
        "one of several objects",
        "own branch",
    ),
    "changed item": (
        "a = [1., 2.]; b = [a]\n    if obs[0] > 0: a = [3., 4.]\n    a[0] = 9.\n    return np.array(b)[0]",
        "one of several objects",
        "own branch",
    ),
    "changed view": (
        "a = np.ones(2); b = a[:1]\n    if obs[0] > 0: a = obs[:2] * 2\n    a[0] = 9.\n    return a[0], b[0]",
        "one of several objects",
        "own branch",
    ),
    "changed argument": (
        "def f(x):\n        if obs[0] > 0: x = [3, 4]\n        x[0] = 9\n    a = [1, 2]; f(a)\n    return a",
        "one of several objects",
        "own branch",
    ),
    "changed behind a choice": (
        "a = [1., 2.]; b = a if obs[0] > 0 else [0., 0.]; a[0] = 9.\n    return b",
        "one of several objects",
        "own branch",
    ),
    "sum of truth values": ("x = float(obs[0]); return (x > 0) + (x < 3), 0", "ambiguous", "int(a) + int(b)"),
    "pairs": ("return dict([1, 2])[1], 0", "cannot be iterated", ""),
    "long pairs": ("return dict([(1, 2, 3)])[1], 0", "pairs", "{key: value}"),
    "dynamic key": ("return {0: 1.0}[int(obs[0])], 0", "depends on the observation", "fixed"),
    "matrix inner product": ("return np.inner(np.eye(2), np.eye(2))[0]", "for vectors", "@"),
    "weights": ("return np.average(obs, None, obs), 0", "weights", "np.sum"),
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
        error = refused("class A:\n    pass\ndef policy(obs):\n    global x\n    return {1}, 0\n")
        assert [one.line for one in (error, *error.others)] == [1, 4, 5]
        assert str(error).count("hint:") == 3
        assert error.for_prompt().count("\n") == 2

    def test_a_very_long_line_is_cut(self):
        error = refused("def policy(obs):\n    return [" + "obs[0], " * 200 + "oops]\n")
        shown, caret = str(error).split("\n")[1:3]
        assert len(shown) < 120
        assert shown[caret.index("^") :].startswith("oops")


class TestMemory:
    @pytest.mark.parametrize(
        "text",
        [
            "class Policy:\n    t = 0\n    def act(self, obs):\n        return self.t, 0",
            "t = 0\ndef policy(obs):\n    global t\n    t += 1\n    return t, 0",
            "def policy(obs, state):\n    return (0, 0), state",
            "def policy(obs, t):\n    return t, 0",
            "def policy(obs, memory=[0]):\n    memory[0] += 1\n    return memory[0], 0",
            "def policy(obs):\n    policy.t += 1\n    return policy.t, 0",
            "t = {'n': 0}\ndef policy(obs):\n    t['n'] += 1\n    return 0, 0",
            "import numpy as np\nz = np.zeros(2)\ndef policy(obs):\n    z[:] = obs[:2]\n    return z",
        ],
    )
    def test_programs_with_memory_are_named_as_such(self, text):
        assert "programs with memory are not yet translated" in str(refused(text))

    def test_a_counter_without_global(self):
        assert (
            "before it is assigned" in refused("t = 0\ndef policy(obs):\n    t += 1\n    return t, 0").message
        )
