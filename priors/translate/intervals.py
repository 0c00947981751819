"""Interval arithmetic: what proves that an index which depends on the observation is in range."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence

Bounds = tuple[float, float]
UNBOUNDED: Bounds = (-math.inf, math.inf)


def _corners(function: Callable[[float, float], float], a: Bounds, b: Bounds) -> Bounds:
    # 0 * inf is not a number, and stands for no knowledge.
    values = [function(x, y) for x in a for y in b]
    return UNBOUNDED if any(math.isnan(value) for value in values) else (min(values), max(values))


def _floor_divide(x: float, y: float) -> float:
    return x // y if math.isfinite(x) else x


def bounds_of_result(operation: str, intervals: Sequence[Bounds], kind: str) -> Bounds:  # noqa: PLR0911
    """An interval that holds the result, of some kind, of an operation on operands in `intervals`."""
    if operation in _CORNERS:
        return _corners(_CORNERS[operation], *intervals)
    if operation in _FIXED:
        return _FIXED[operation]
    if operation in _MONOTONE:
        return _monotone(_MONOTONE[operation], intervals[0])
    if operation == "divide" and (intervals[1][0] > 0 or intervals[1][1] < 0):
        return _corners(operator.truediv, *intervals)
    if operation == "floor_divide" and intervals[1][0] > 0:
        # Python's own at the ends: 1.0 // 0.1 is 9, where floor(1.0 / 0.1) is 10.
        return _corners(_floor_divide, *intervals)
    if operation in ("minimum", "maximum"):
        pick = min if operation == "minimum" else max
        (low_a, high_a), (low_b, high_b) = intervals
        return pick(low_a, low_b), pick(high_a, high_b)
    if operation == "remainder" and intervals[1][0] > 0:
        # Smaller than the divisor: `int(phase % 1.0 * 4)` is 3 at most.
        divisor = intervals[1][1]
        return 0, divisor - 1 if kind == "int" else math.nextafter(divisor, 0.0)
    if operation == "select":
        return hull(intervals[1], intervals[2])
    if operation == "absolute":
        low, high = intervals[0]
        return (0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
    if operation == "negative":
        return -intervals[0][1], -intervals[0][0]
    if operation in _BITS and min(low for low, _ in intervals) >= 0:
        return 0, _BITS[operation](high for _, high in intervals)
    if operation == "widen":
        return intervals[0]
    return UNBOUNDED


_CORNERS = {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul}


def _all_ones(ends: Iterable[float]) -> float:
    highest = max(ends)
    return highest if math.isinf(highest) else 2 ** int(highest).bit_length() - 1


_BITS: dict[str, Callable[[Iterable[float]], float]] = {
    "bit_and": min,
    "bit_or": _all_ones,
    "bit_xor": _all_ones,
}
_FIXED: dict[str, Bounds] = dict.fromkeys(("sin", "cos", "tanh", "sign"), (-1, 1))
_MONOTONE: dict[str, Callable[[float], float]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
    "truncate": math.trunc,
    "to_int": math.trunc,
}


def _monotone(function: Callable[[float], float], interval: Bounds) -> Bounds:
    low, high = (function(end) if math.isfinite(end) else end for end in interval)
    return low, high


def hull(a: Bounds, b: Bounds) -> Bounds:
    """The smallest interval that holds both."""
    return min(a[0], b[0]), max(a[1], b[1])


def is_tame(operation: str, intervals: Sequence[Bounds]) -> bool:
    """Whether an operation that can fail does not on operands in `intervals`: `x / (abs(y) + 1)`."""
    low, high = intervals[-1]
    if operation in ("divide", "floor_divide", "remainder", "fmod"):
        return low > 0 or high < 0
    if operation in ("sqrt", "log", "log2", "log10"):
        return low > 0
    if operation in ("arcsin", "arccos", "arctanh"):
        return low > -1 and high < 1
    if operation in ("exp", "exp2", "expm1", "sinh", "cosh"):
        return low > -_TAME_EXPONENT and high < _TAME_EXPONENT
    return False


_TAME_EXPONENT = 300
"""exp(300) is far from the largest double, and so are the products that derivatives make of it."""
