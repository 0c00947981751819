"""What the entries of a line are reduced to: sums, extremes, tests, norms, one function each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from priors.translate.errors import PriorError
from priors.translate.graph import Graph
from priors.translate.nodes import Scalar, kind_of
from priors.translate.operators import total
from priors.translate.values import truth

Reduction = Callable[[Graph, Sequence[Scalar], Sequence[Scalar]], Scalar]
"""A number of entries, and of whether each of them counts: truth values, False leaves an entry out."""


def folded(operation: str, graph: Graph, entries: Sequence[Scalar]) -> Scalar:
    """An operation of two applied from left to right."""
    if not entries:
        raise PriorError("an empty array has no such value", "give it at least one entry")
    result = entries[0]
    for item in entries[1:]:
        result = graph.apply(operation, result, item)
    return result


def _kept(graph: Graph, entries: Sequence[Scalar], counts: Sequence[Scalar], neutral: Scalar) -> list[Scalar]:
    """The entries, with `neutral` for those that do not count."""
    return [
        item if test is True else graph.select(test, graph.guarded(item, test), neutral)
        for item, test in zip(entries, counts, strict=True)
    ]


def added(graph: Graph, entries: Sequence[Scalar], counts: Sequence[Scalar]) -> Scalar:
    """The sum."""
    return total(graph, _kept(graph, entries, counts, 0))


def multiplied(graph: Graph, entries: Sequence[Scalar], counts: Sequence[Scalar]) -> Scalar:
    """The product; of truth values an integer."""
    kept = _kept(graph, entries, counts, 1)
    return folded("multiply", graph, [1, *kept] if {*map(kind_of, kept)} == {"bool"} else kept or [1.0])


def number(graph: Graph, counts: Sequence[Scalar]) -> Scalar:
    """How many entries count."""
    return total(graph, [graph.cast(test, "int") for test in counts])


def mean(graph: Graph, entries: Sequence[Scalar], counts: Sequence[Scalar]) -> Scalar:
    """The mean."""
    return _over(graph, added(graph, entries, counts), number(graph, counts))


def _over(graph: Graph, value: Scalar, number: Scalar) -> Scalar:
    if number == 0:
        raise PriorError("an empty array has no such value", "give it at least one entry")
    return graph.apply("divide", value, number)


def variance(ddof: Scalar) -> Reduction:
    """The variance, its divisor less by `ddof`."""

    def var(graph: Graph, entries: Sequence[Scalar], counts: Sequence[Scalar]) -> Scalar:
        centre = mean(graph, entries, counts)
        apart = [graph.apply("subtract", item, centre) for item in entries]
        squares = added(graph, [graph.apply("multiply", item, item) for item in apart], counts)
        return _over(graph, squares, graph.apply("subtract", number(graph, counts), ddof))

    return var


def deviation(ddof: Scalar) -> Reduction:
    """The standard deviation, its divisor less by `ddof`."""
    return lambda graph, entries, counts: graph.apply("sqrt", variance(ddof)(graph, entries, counts))


def _extreme(operation: str, sign: int) -> Reduction:
    def extreme(graph: Graph, entries: Sequence[Scalar], counts: Sequence[Scalar]) -> Scalar:
        kinds = {kind_of(item) for item in entries}
        neutral = sign * math.inf if "float" in kinds else sign * 2**62
        return folded(operation, graph, _kept(graph, entries, counts, neutral))

    return extreme


def peak_to_peak(graph: Graph, entries: Sequence[Scalar], counts: Sequence[Scalar]) -> Scalar:
    """The largest less the smallest."""
    highest, lowest = (edge(graph, entries, counts) for edge in (GREATEST, LEAST))
    return graph.apply("subtract", highest, lowest)


LEAST, GREATEST = _extreme("minimum", 1), _extreme("maximum", -1)


def some(graph: Graph, entries: Sequence[Scalar], counts: Sequence[Scalar]) -> Scalar:
    """Whether an entry is true."""
    result: Scalar = False
    for item in _kept(graph, entries, counts, False):
        result = graph.either(result, truth(graph, item))
    return result


def every(graph: Graph, entries: Sequence[Scalar], counts: Sequence[Scalar]) -> Scalar:
    """Whether all entries are true."""
    result: Scalar = True
    for item in _kept(graph, entries, counts, True):
        result = graph.both(result, truth(graph, item))
    return result


def count_nonzero(graph: Graph, entries: Sequence[Scalar], counts: Sequence[Scalar]) -> Scalar:
    """How many entries are true."""
    return number(graph, [truth(graph, item) for item in _kept(graph, entries, counts, False)])


def place_of(operation: str) -> Reduction:
    """The place of the first entry that no other beats."""

    def index_of(graph: Graph, entries: Sequence[Scalar], counts: Sequence[Scalar]) -> Scalar:
        if not entries:
            raise PriorError("an empty array has no such value", "give it at least one entry")
        if not all(test is True for test in counts):
            raise PriorError(
                "the place of an entry of x[mask] depends on the mask", "use np.where(mask, x, -np.inf)"
            )
        best, index = entries[0], 0
        for position, item in enumerate(entries[1:], 1):
            better = graph.apply(operation, item, best)
            best = graph.select(better, item, best)
            index = graph.select(better, position, index)  # type: ignore[assignment]
        return index

    return index_of


def norm_of_order(order: Any) -> Reduction:
    """The norm of a vector; None is the Euclidean one."""

    def norm_of(graph: Graph, entries: Sequence[Scalar], counts: Sequence[Scalar]) -> Scalar:
        if order in (None, 2):
            return graph.apply("sqrt", total(graph, [graph.apply("multiply", x, x) for x in entries], 0.0))
        if order == 0:
            return graph.cast(count_nonzero(graph, entries, counts), "float")
        sizes = [graph.apply("absolute", item) for item in entries]
        if math.isinf(order):
            return folded("maximum" if order > 0 else "minimum", graph, sizes)
        if order == 1:
            return total(graph, sizes)
        return graph.apply(
            "power", total(graph, [graph.apply("power", size, float(order)) for size in sizes]), 1.0 / order
        )

    return norm_of
