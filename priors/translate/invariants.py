"""What is known of a remembered number: that it is always the same, or its kind and an interval."""

from __future__ import annotations

import functools
import math
from collections.abc import Collection
from dataclasses import dataclass, replace

from priors.translate.errors import PriorError
from priors.translate.facts import Test, bounds_under
from priors.translate.graph import Kind
from priors.translate.intervals import UNBOUNDED, Bounds, hull
from priors.translate.nodes import Node, Scalar, bounds_of, kind_of, widest


@dataclass(frozen=True)
class Number:
    """What is known of one number in a form.

    Attributes:
        constant: its value, where it is always the same; None where it is remembered, or `initial`.
        initial: it is always what the module and `__init__` made it.
        kind: of a remembered number, its kind.
        bounds: of a remembered integer, an interval that holds it.
        origin: the interval of its first value.
        widened: how often that interval was changed: 1 a side that grew went to a stop or to infinity, 2 it
            was then narrowed to what a step makes of that, 3 it grew again and knows no bound.
        stopped: how often a side grew so far.
    """

    constant: bool | int | float | None = None
    initial: bool = False
    kind: Kind = "bool"
    bounds: Bounds = UNBOUNDED
    origin: Bounds = UNBOUNDED
    widened: int = 0
    stopped: int = 0

    @property
    def remembered(self) -> bool:
        """Whether the carry holds it."""
        return self.constant is None and not self.initial

    def joined(self, value: Scalar, installed: Scalar, stops: Collection[float]) -> Number:
        """What is known when a step leaves `value` where it found `installed`.

        `stops` are the numbers with which the program compares others.
        """
        if value is installed or (not self.remembered and same(value, installed)):
            return self
        before = bounds_of(installed)
        # What the step leaves as it was tells nothing about how far it can go.
        ends = [end for end in _ends(value) if end[0] is not installed] or [(value, ())]
        here = functools.reduce(hull, (bounds_under(end, tests) for end, tests in ends))
        if not self.remembered:
            kind: Kind = widest([kind_of(value), kind_of(installed)])
            return Number(kind=kind, bounds=hull(here, before), origin=before)
        fixed = not any(isinstance(end, Node) for end, _ in ends)
        return self._bounded(here, widest([kind_of(value), self.kind]), fixed, stops)

    def _bounded(self, here: Bounds, kind: Kind, fixed: bool, stops: Collection[float]) -> Number:
        """Widening and narrowing (Cousot and Cousot, 1977): counters need no round for each number.

        Values that are `fixed` numbers of the text are few, so they need none. A side that grows goes to the
        next of the `stops` first: `if k == 3: k = 0` stops a counter, but not one that may be beyond 3.
        """
        low, high = self.bounds
        if here[0] < low or here[1] > high:
            below = low if here[0] >= low else max((s for s in stops if s <= here[0]), default=-math.inf)
            above = high if here[1] <= high else min((s for s in stops if s >= here[1]), default=math.inf)
            if self.stopped >= _MOST_STOPS:
                below, above = (low if here[0] >= low else -math.inf), (high if here[1] <= high else math.inf)
            bounds, widened = (UNBOUNDED, 3) if self.widened > 1 else ((below, above), 1)
            if fixed:
                bounds, widened = hull(here, self.bounds), self.widened
        elif self.widened == 1:
            bounds, widened = hull(here, self.origin), 2
        else:
            bounds, widened = self.bounds, self.widened
        grows = int(widened == 1 and bounds != self.bounds)
        return replace(self, kind=kind, bounds=bounds, widened=widened, stopped=self.stopped + grows)


End = tuple[Scalar, tuple[Test, ...]]
"""A number among which tests choose, and how these come out where it is chosen, the last ones of them."""


def _ends(value: Scalar) -> list[End]:
    """The numbers among which tests choose `value`."""
    found: dict[int, End] = {}
    pending: list[End] = [(value, ())]
    while pending:
        part, tests = pending.pop()
        if id(part) in found:
            if not found[id(part)][1]:
                continue
            # It is chosen in another way too: nothing is known of how.
            tests = ()
        found[id(part)] = (part, tests)
        if isinstance(part, Node) and part.operation == "select":
            test, then, otherwise = part.operands
            known = tests[-_TESTS:]
            pending += [(then, (*known, (test, True))), (otherwise, (*known, (test, False)))]
    ends = found.values()
    return [end for end in ends if not isinstance(end[0], Node) or end[0].operation != "select"]


_MOST_STOPS = 4
"""Rounds in which an interval may grow to a stop."""

_TESTS = 3
"""Of the tests that choose a number, the last of so many and one are kept."""


def check_growth(value: Scalar, kind: Kind, bounds: Bounds) -> None:
    """Refuse a remembered integer that is multiplied at every step: it is soon too large for 64 bits.

    A counter is as well, but not for 10 ** 18 steps.
    """
    if kind == "int" and math.isinf(bounds[1] - bounds[0]) and not _grows_slowly(value):
        raise PriorError("a remembered integer may become too large", "use a float, or take a remainder: % m")


def _grows_slowly(value: Scalar) -> bool:
    """Whether no remembered integer without bounds is multiplied in `value`."""
    seen: set[int] = set()
    pending = [value]
    while pending:
        node = pending.pop()
        if not isinstance(node, Node) or node.index in seen:
            continue
        seen.add(node.index)
        wild = [x for x in node.operands if _is_wild(x)]
        if node.operation == "select":
            pending += node.operands[1:]
        elif node.operation == "multiply" and wild:
            factors = [x.known if isinstance(x, Node) else x for x in node.operands if x not in wild]
            if len(wild) > 1 or any(factor is None or abs(factor) > 1 for factor in factors):
                return False
            pending += wild
        elif node.operation == "shift_left" and wild:
            return False
        else:
            pending += wild
    return True


def _is_wild(value: Scalar) -> bool:
    """Whether a number is made of remembered integers without bounds."""
    pending, seen = [value], set[int]()
    while pending:
        node = pending.pop()
        if not isinstance(node, Node) or node.kind != "int" or node.index in seen:
            continue
        seen.add(node.index)
        if not math.isinf(node.bounds[1] - node.bounds[0]):
            continue
        if node.operation == "memory":
            return True
        pending += node.operands
    return False


def same(a: Scalar, b: Scalar) -> bool:
    """Whether two fixed numbers are one."""
    return not isinstance(a, Node) and type(a) is type(b) and repr(a) == repr(b)


def first_seen(value: Scalar) -> Number:
    """What is known of a number in a form that was not seen before."""
    if isinstance(value, Node):
        return Number(kind=value.kind, bounds=bounds_of(value), origin=bounds_of(value))
    return Number(constant=value)
