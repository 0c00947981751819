"""Interval arithmetic for the integers that programs use as indices."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence

Bounds = tuple[float, float]
UNBOUNDED: Bounds = (-math.inf, math.inf)


def _corners(function: Callable[[float, float], float], a: Bounds, b: Bounds) -> Bounds:
    values = [function(x, y) for x in a for y in b]
    return UNBOUNDED if any(math.isnan(value) for value in values) else (min(values), max(values))


def bounds_of_result(operation: str, intervals: Sequence[Bounds]) -> Bounds:
    """An interval that holds the result of an integer operation on operands in `intervals`."""
    corners = {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul}
    if operation in corners:
        return _corners(corners[operation], *intervals)
    if operation in ("minimum", "maximum"):
        pick = min if operation == "minimum" else max
        (low_a, high_a), (low_b, high_b) = intervals
        return pick(low_a, low_b), pick(high_a, high_b)
    if operation == "remainder" and intervals[1][0] > 0:
        return 0, intervals[1][1] - 1
    if operation == "select":
        return hull(intervals[1], intervals[2])
    if operation == "negative":
        return -intervals[0][1], -intervals[0][0]
    return UNBOUNDED


def hull(a: Bounds, b: Bounds) -> Bounds:
    """The smallest interval that holds both."""
    return min(a[0], b[0]), max(a[1], b[1])
