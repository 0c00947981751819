"""What is known of a remembered number: that it is always the same, or its kind and an interval."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace

from priors.translate.graph import Kind, Node, Scalar, bounds_of, kind_of, widest
from priors.translate.intervals import UNBOUNDED, Bounds, hull


@dataclass(frozen=True)
class Number:
    """What is known of one number in a form.

    Attributes:
        constant: its value, where it is always the same; None where it is remembered, or `initial`.
        initial: it is always what the module and `__init__` made it.
        kind: of a remembered number, its kind.
        bounds: of a remembered integer, an interval that holds it.
        origin: the interval of its first value.
        widened: how often that interval was changed: 1 a side that grew went to infinity, 2 it was then
            narrowed to what a step makes of that, 3 it grew again and knows no bound.
    """

    constant: bool | int | float | None = None
    initial: bool = False
    kind: Kind = "bool"
    bounds: Bounds = UNBOUNDED
    origin: Bounds = UNBOUNDED
    widened: int = 0

    @property
    def remembered(self) -> bool:
        """Whether the carry holds it."""
        return self.constant is None and not self.initial

    def joined(self, value: Scalar, installed: Scalar) -> Number:
        """What is known when a step leaves `value` where it found `installed`."""
        if value is installed or (not self.remembered and same(value, installed)):
            return self
        before = bounds_of(installed)
        # What the step leaves as it was tells nothing about how far it can go.
        ends = [end for end in _ends(value) if end is not installed] or [value]
        here = functools.reduce(hull, map(bounds_of, ends))
        if not self.remembered:
            kind: Kind = widest([kind_of(value), kind_of(installed)])
            return Number(kind=kind, bounds=hull(here, before), origin=before)
        fixed = not any(isinstance(end, Node) for end in ends)
        return self._bounded(here, widest([kind_of(value), self.kind]), fixed)

    def _bounded(self, here: Bounds, kind: Kind, fixed: bool) -> Number:
        """Widening and narrowing (Cousot and Cousot, 1977): counters need no round for each number.

        Values that are `fixed` numbers of the text are few, so they need none.
        """
        low, high = self.bounds
        if here[0] < low or here[1] > high:
            grown = (low if here[0] >= low else -math.inf, high if here[1] <= high else math.inf)
            bounds, widened = (UNBOUNDED, 3) if self.widened else (grown, 1)
            if fixed:
                bounds, widened = hull(here, self.bounds), self.widened
        elif self.widened == 1:
            bounds, widened = hull(here, self.origin), 2
        else:
            bounds, widened = self.bounds, self.widened
        return replace(self, kind=kind, bounds=bounds, widened=widened)


def _ends(value: Scalar) -> list[Scalar]:
    """The numbers among which tests choose `value`."""
    found: dict[int, Scalar] = {}
    pending = [value]
    while pending:
        part = pending.pop()
        if id(part) in found:
            continue
        found[id(part)] = part
        if isinstance(part, Node) and part.operation == "select":
            pending += part.operands[1:]
    return [end for end in found.values() if not isinstance(end, Node) or end.operation != "select"]


def same(a: Scalar, b: Scalar) -> bool:
    """Whether two fixed numbers are one."""
    return not isinstance(a, Node) and type(a) is type(b) and repr(a) == repr(b)


def first_seen(value: Scalar) -> Number:
    """What is known of a number in a form that was not seen before."""
    if isinstance(value, Node):
        return Number(kind=value.kind, bounds=bounds_of(value), origin=bounds_of(value))
    return Number(constant=value)
