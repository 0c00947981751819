"""Random programs in the language of policies, for property tests."""

import textwrap

import hypothesis.strategies as st

COMPARISONS = ("<", "<=", ">", ">=")


@st.composite
def numbers(draw, depth=2):
    """An expression over floats; its value stays moderate."""
    kind = draw(st.integers(0, 15 if depth else 3))
    if kind == 0:
        return draw(st.sampled_from(["0.5", "1.25", "-0.75", "2", "-1", "3", "0.1"]))
    if kind == 1:
        return f"obs[{draw(st.integers(-4, 3))}]"
    if kind <= 3:
        return draw(
            st.sampled_from(["x", "y", "z", "a[0]", "v[1]", "G", "H[2]", "n", "C", "len(v)", "D['k']"])
        )
    one = draw(numbers(depth - 1))
    two = draw(numbers(depth - 1))
    return draw(
        st.sampled_from(
            [
                lambda: f"({one} + {two})",
                lambda: f"({one} - {two})",
                lambda: f"(0.5 * {one} * np.tanh({two}))",
                lambda: f"({one} / (abs({two}) + 1))",
                lambda: f"({one} % 2.5)",
                lambda: f"({one} // 1.5)",
                lambda: f"abs({one})",
                lambda: f"max({one}, {two})",
                lambda: f"np.clip({one}, -1.5, {draw(st.sampled_from(['1.5', '2', 'obs[0]**2 + 1']))})",
                lambda: f"math.sin({one})",
                lambda: f"np.where({one} > 0, {one}, {two})",
                lambda: f"({one} if {draw(tests(depth - 1))} else {two})",
                lambda: f"float({draw(tests(depth - 1))})",
                lambda: f"helper({one}, {two})",
                lambda: f"int({one})",
                lambda: f"round({one}, 1)",
                lambda: f"sum([{one}, {two}, x])",
                lambda: f"np.dot(a, [{one}, {two}, 0.5])",
                lambda: f"[{one}, {two}][{draw(st.integers(-2, 1))}]",
                lambda: f"np.max(a) * {draw(st.sampled_from(['0.5', '-1']))}",
                lambda: f"sorted([{one}, {two}, y])[1]",
                lambda: f"math.copysign({one}, {two})",
            ]
        )
    )()


@st.composite
def tests(draw, depth=1):  # noqa: PT028 - no test, but what an `if` tests
    """A condition."""
    one, two = draw(numbers(max(depth, 0))), draw(numbers(0))
    simple = f"{one} {draw(st.sampled_from(COMPARISONS))} {two}"
    if depth <= 0:
        return simple
    return draw(
        st.sampled_from(
            [
                lambda: simple,
                lambda: f"({simple} and {draw(tests(depth - 1))})",
                lambda: f"({simple} or {draw(tests(depth - 1))})",
                lambda: f"not ({simple})",
                lambda: f"-1 < {one} <= 1.5",
                lambda: f"P == '{draw(st.sampled_from(['a', 'b']))}'",
                lambda: f"C % {draw(st.sampled_from(['2', '3', '5']))} == 1",
                lambda: "L is None",
                lambda: f"any([{simple}, {draw(tests(depth - 1))}])",
                lambda: "v[0]",
            ]
        )
    )()


@st.composite
def statements(draw, depth=2, loop=False):
    """One statement, perhaps with blocks in it."""
    one = draw(numbers())
    name = draw(st.sampled_from(["x", "y", "z"]))
    simple = [
        lambda: f"{name} = {one}",
        lambda: f"{name} += {one}",
        lambda: f"{name} = np.clip({name} * {draw(st.sampled_from(['0.5', '-1', '1.5']))}, -9, 9)",
        lambda: f"a[{draw(st.integers(-3, 2))}] = {one}",
        lambda: f"a = a * 0.5 + {one}",
        lambda: f"a += np.tanh({one})",
        lambda: "a[1:] = a[:2]",
        lambda: f"v[{draw(st.integers(0, 2))}] = {one}",
        lambda: f"v = [{one}, *v[:2]]",
        lambda: "b = a\nb[0] = 0.25",
        lambda: f"x, y = y, {one}",
        lambda: f"G = 0.9 * G + 0.1 * np.tanh({one})",
        lambda: "C += 1",
        lambda: f"C = C + 1 if {draw(tests())} else 0",
        lambda: f"P = 'a' if {draw(tests())} else 'b'",
        lambda: f"L = np.tanh({one})",
        lambda: f"z = L if L is not None else {one}",
        lambda: f"H[C % 3] = np.tanh({one})",
        lambda: f"Q.append(np.tanh({one}))",
        lambda: "y = sum(Q) / (len(Q) + 1)",
        lambda: f"D['k'] = 0.5 * D['k'] + np.tanh({one})",
        lambda: f"S.push({one})",
        lambda: "x = S.value - S.mean()",
        lambda: f"if {draw(tests(0))}: return [{name}, {one}]",
        lambda: f"v = [np.tanh(q) * {draw(st.sampled_from(['2', '0.5', 'x']))} for q in v]",
        lambda: f"z = (lambda q, r=0.5: q * r + {draw(st.sampled_from(['x', 'y', '1']))})({one})",
    ]
    if loop:
        simple += [lambda: f"if {draw(tests(0))}: break", lambda: f"if {draw(tests(0))}: continue"]
    kind = draw(st.integers(0, 9 if depth else 5))
    if kind <= 5:
        return draw(st.sampled_from(simple))()
    body = draw(blocks(depth - 1, loop or kind in (8, 9)))
    if kind == 6:
        return f"if {draw(tests())}:\n{body}"
    if kind == 7:
        other = draw(blocks(depth - 1, loop))
        last = draw(blocks(0, loop))
        return f"if {draw(tests())}:\n{body}\nelif {draw(tests(0))}:\n{other}\nelse:\n{last}"
    if kind == 8:
        over = draw(st.sampled_from(["range(3)", "range(1, 6, 2)", "enumerate(v)", "zip(v, a)"]))
        target = "n, q" if "(v" in over else "n"
        return f"for {target} in {over}:\n{body}\nn = 1"
    # A counter of its own for each depth, or a nested loop would never let this one end.
    return f"m{depth} = 0\nwhile m{depth} < 3:\n    m{depth} += 1\n{body}"


@st.composite
def blocks(draw, depth, loop=False):
    """An indented block of statements."""
    lines = draw(st.lists(statements(depth, loop), min_size=1, max_size=3))
    return textwrap.indent("\n".join(lines), "    ")


@st.composite
def modules(draw):
    """A program with one policy and memory of several kinds, as text."""
    body = textwrap.indent("\n".join(draw(st.lists(statements(), min_size=2, max_size=6))), "    ")
    helper = draw(tests(0)).replace("H[2]", "G").replace("v[1]", "p").replace("len(v)", "2")
    for name in ("a[0]", "x", "y", "z", "n"):
        helper = helper.replace(name, "q")
    return f"""
import math
from collections import deque
import numpy as np
G, C, P, L = 0.0, 0, 'a', None
H = [0.0, 0.5, -0.5]
D = {{'k': 1.0}}
Q = deque(maxlen=3)
class Stack:
    def __init__(self):
        self.value = 0.0
        self.count = 0
    def push(self, q):
        self.value += (np.tanh(q) - self.value) / 4
        self.count += 1
    def mean(self):
        return self.value / max(self.count, 1)
S = Stack()
def policy(obs):
    global G, C, P, L
    def helper(p, q):
        if {helper}:
            return p * 0.5
        return q - 0.25
    x, y, z, n = obs[0], 1, -0.5, 1
    a, v = np.array([0.1, 0.2, obs[3]]), [obs[1], 0.5, 2.0]
{body}
    return [x + 0.1 * a[1], y - 0.1 * v[2] + z]
"""
