"""What tests tell about numbers: narrower intervals, on the path on which a test holds or does not.

After `if self.k >= 3: self.k = 0` the counter is at most 2, and in `TABLE[t] if t < 3 else 0.0` so is `t`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from priors.translate.intervals import Bounds, bounds_of_result, hull
from priors.translate.nodes import Node, Scalar, bounds_of

Test = tuple[Scalar, bool]
"""A truth value, and whether it holds."""

Known = dict[int, Bounds]
"""The intervals of nodes, by their number."""

_MOST_PARTS = 24
"""Parts of a condition that are looked at."""

_DEPTH = 8
"""How far from a number the numbers that it is computed from are looked at."""


def bounds_under(value: Scalar, tests: Iterable[Test], depth: int = _DEPTH) -> Bounds:
    """An interval that holds a number wherever the tests come out as given."""
    if not isinstance(value, Node) or value.known is not None:
        return bounds_of(value)
    tests = tuple(tests)
    known = _known(tests)
    return _bounds(value, tests, known, depth) if known else bounds_of(value)


def _known(tests: Iterable[Test]) -> Known:
    """What the tests tell of the numbers that they compare."""
    known: Known = {}
    for test, holds in _parts(tests):
        if test.operation in _RELATIONS:
            _compare(known, *_RELATIONS[test.operation], holds, *test.operands)
    return known


def _parts(tests: Iterable[Test]) -> list[tuple[Node, bool]]:
    """The comparisons in conditions, as far as it follows how they come out."""
    found: dict[int, tuple[Node, bool]] = {}
    pending, waiting = list(tests), list[tuple[Node, bool]]()
    for _ in range(_MOST_PARTS):
        if not pending:
            # Of `a and b`, which does not hold, b does not where a does.
            pending = [rest for test in waiting if (rest := _remaining(found, *test)) is not None]
            waiting = []
        if not pending:
            break
        test, holds = pending.pop()
        if not isinstance(test, Node):
            continue
        found[test.index] = (test, holds)
        if test.operation == "not":
            pending.append((test.operands[0], not holds))
        elif (test.operation, holds) in _SURE:
            pending += [(operand, holds) for operand in test.operands]
        elif test.operation in ("and", "or"):
            waiting.append((test, holds))
    return list(found.values())


def _remaining(found: dict[int, tuple[Node, bool]], test: Node, holds: bool) -> Test | None:
    """The one part of `a and b`, which does not hold, or of `a or b`, which does, that decides it."""
    for part, other in (test.operands, test.operands[::-1]):
        if isinstance(part, Node) and part.index in found and found[part.index][1] != holds:
            return other, holds
    return None


_SURE = {("truth", True), ("truth", False), ("and", True), ("or", False)}
"""Where each part of a condition comes out as the whole."""

_RELATIONS = {
    "less": ("less", False),
    "greater_equal": ("less", True),
    "greater": ("greater", False),
    "less_equal": ("greater", True),
    "equal": ("equal", False),
    "not_equal": ("equal", True),
}
"""Each comparison as one of three, and whether it is its contrary."""


def _compare(known: Known, relation: str, contrary: bool, holds: bool, a: Scalar, b: Scalar) -> None:  # noqa: PLR0917
    holds = holds != contrary
    (low_a, high_a), (low_b, high_b) = (_of(known, side) for side in (a, b))
    is_float = any(
        isinstance(side, float) or (isinstance(side, Node) and side.kind == "float") for side in (a, b)
    )
    if relation == "equal":
        if holds:
            _narrow(known, a, (low_b, high_b))
            _narrow(known, b, (low_a, high_a))
        else:
            _exclude(known, a, (low_b, high_b))
            _exclude(known, b, (low_a, high_a))
        return
    if relation == "greater":
        a, b, low_a, high_a, low_b, high_b = b, a, low_b, high_b, low_a, high_a
    if holds:
        _narrow(known, a, (-math.inf, math.nextafter(high_b, -math.inf) if is_float else high_b - 1))
        _narrow(known, b, (math.nextafter(low_a, math.inf) if is_float else low_a + 1, math.inf))
    else:
        _narrow(known, a, (low_b, math.inf))
        _narrow(known, b, (-math.inf, high_a))


def _of(known: Known, value: Scalar) -> Bounds:
    return known.get(value.index, bounds_of(value)) if isinstance(value, Node) else bounds_of(value)


def _narrow(known: Known, value: Scalar, to: Bounds) -> None:
    """Note that a number lies in `to` as well, and with a float the integer that it was made of."""
    while isinstance(value, Node):
        known[value.index] = _meet(_of(known, value), to)
        if value.operation != "widen":
            return
        value = value.operands[0]


def _exclude(known: Known, value: Scalar, point: Bounds) -> None:
    """Note that an integer is not the end of its interval."""
    if isinstance(value, Node) and value.kind == "int" and point[0] == point[1]:
        low, high = _of(known, value)
        known[value.index] = (low + (low == point[0]), high - (high == point[0]))


def _meet(a: Bounds, b: Bounds) -> Bounds:
    """The numbers in both intervals; the first where there are none, for no observation is on such a path."""
    low, high = max(a[0], b[0]), min(a[1], b[1])
    return (low, high) if low <= high else a


def _bounds(value: Scalar, tests: tuple[Test, ...], known: Known, depth: int) -> Bounds:
    """The interval of a number, computed anew from those it is made of."""
    own = _of(known, value)
    if not isinstance(value, Node) or depth <= 0 or value.kind == "bool" or value.operation in _SOURCES:
        return own
    if value.operation == "select":
        test, *sides = value.operands
        found = []
        for side, holds in zip(sides, (True, False), strict=True):
            more = (*tests, (test, holds))
            found.append(_bounds(side, more, _known(more), depth - _SELECT_DEPTH))
        return _meet(own, hull(*found))
    before = [bounds_of(operand) for operand in value.operands]
    now = [_bounds(operand, tests, known, depth - 1) for operand in value.operands]
    return own if now == before else _meet(own, bounds_of_result(value.operation, now, value.kind))


_SELECT_DEPTH = 3
"""What a choice counts in `_DEPTH`, for both its sides are looked at."""

_SOURCES = ("input", "memory", "parameter")
