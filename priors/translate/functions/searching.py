"""The modules `bisect` and `heapq`: places in fixed tables, and the least or largest of a few values."""

from __future__ import annotations

from priors.translate.containers import List, Value
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import Implementation, one_number, static_int
from priors.translate.functions.python import python_sorted
from priors.translate.machine import Machine
from priors.translate.nodes import Scalar
from priors.translate.operators import total
from priors.translate.values import iterate


def place_in(side: str) -> Implementation:
    """`bisect.bisect_left` and `bisect_right` in a fixed table, as a count of comparisons."""

    def row(m: Machine, a: Value, x: Value) -> Value:
        graph, value = m.graph, one_number(x, "bisect")
        table = [one_number(entry, "bisect") for entry in iterate(graph, a)]
        fixed = [graph.static(entry, "the table of bisect") for entry in table]
        if fixed != sorted(fixed):
            raise PriorError("the table of bisect must be in order", "sort it")

        def is_before(entry: Scalar) -> Scalar:
            if side == "left":
                return graph.apply("less", entry, value)
            return graph.negate(graph.apply("less", value, entry))

        return total(graph, [graph.cast(is_before(entry), "int") for entry in table])

    return row


def extremes(largest: bool) -> Implementation:
    """`heapq.nlargest` and `nsmallest`."""

    def row(m: Machine, n: Value, iterable: Value, key: Value = None) -> Value:
        count = max(static_int(m, n, "how many are taken"), 0)
        ordered = python_sorted(m, iterable, key=key, reverse=largest)
        return List(ordered.items[:count])

    return row


BISECT: dict[str, Value] = {
    "bisect": place_in("right"),
    "bisect_left": place_in("left"),
    "bisect_right": place_in("right"),
}
HEAPQ: dict[str, Value] = {"nlargest": extremes(True), "nsmallest": extremes(False)}
