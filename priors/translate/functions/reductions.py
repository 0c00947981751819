"""NumPy functions that reduce an array, along one axis or all."""

# ruff: noqa: ARG001 - every row of a table is called with the same arguments.

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.graph import Graph, Scalar, is_scalar, kind_of
from priors.translate.machine import Machine
from priors.translate.operators import total
from priors.translate.values import describe, make_array, to_array, truth, unwrap

Reduction = Callable[[Graph, Sequence[Scalar]], Scalar]


def reduced(m: Machine, a: Value, axis: Value, keepdims: Value, function: Reduction) -> Value:
    """`function` of all entries, or of each line along `axis`."""
    array = to_array(m.graph, a)
    data = array.data
    if axis is None:
        value = function(m.graph, list(data.ravel()))
        return make_array(m.graph, [value], (1,) * data.ndim) if keepdims else value
    if not is_scalar(axis) or kind_of(axis) == "float":
        raise PriorError(f"an axis is an integer, not {describe(axis)}", "use axis=0 or axis=-1")
    place = int(m.graph.static(axis, "an axis"))
    if not -data.ndim <= place < data.ndim:
        raise PriorError(f"{describe(array)} has no axis {place}", "use a smaller axis")
    lines = np.moveaxis(data, place, -1)
    shape = lines.shape[:-1]
    entries = [function(m.graph, list(lines[index])) for index in np.ndindex(*shape)]
    if keepdims:
        shape = tuple(1 if i == place % data.ndim else size for i, size in enumerate(data.shape))
    return unwrap(make_array(m.graph, entries, shape))


def _fold(operation: str) -> Reduction:
    def fold(graph: Graph, entries: Sequence[Scalar]) -> Scalar:
        _check(entries)
        result = entries[0]
        for item in entries[1:]:
            result = graph.apply(operation, result, item)
        return result

    return fold


def _check(entries: Sequence[Scalar]) -> None:
    if not entries:
        raise PriorError("an empty array has no such value", "give it at least one entry")


def _sum(graph: Graph, entries: Sequence[Scalar]) -> Scalar:
    return total(graph, entries)


def _prod(graph: Graph, entries: Sequence[Scalar]) -> Scalar:
    return _fold("multiply")(graph, entries) if entries else 1.0


def _mean(graph: Graph, entries: Sequence[Scalar]) -> Scalar:
    _check(entries)
    return graph.apply("divide", total(graph, entries), len(entries))


def _var(graph: Graph, entries: Sequence[Scalar]) -> Scalar:
    mean = _mean(graph, entries)
    apart = [graph.apply("subtract", item, mean) for item in entries]
    return _mean(graph, [graph.apply("multiply", item, item) for item in apart])


def _std(graph: Graph, entries: Sequence[Scalar]) -> Scalar:
    return graph.apply("sqrt", _var(graph, entries))


def _any(graph: Graph, entries: Sequence[Scalar]) -> Scalar:
    result: Scalar = False
    for item in entries:
        result = graph.either(result, truth(graph, item))
    return result


def _all(graph: Graph, entries: Sequence[Scalar]) -> Scalar:
    result: Scalar = True
    for item in entries:
        result = graph.both(result, truth(graph, item))
    return result


def _extreme_index(operation: str) -> Reduction:
    def index_of(graph: Graph, entries: Sequence[Scalar]) -> Scalar:
        _check(entries)
        best, index = entries[0], 0
        for position, item in enumerate(entries[1:], 1):
            better = graph.apply(operation, item, best)
            best = graph.select(better, item, best)
            index = graph.select(better, position, index)  # type: ignore[assignment]
        return index

    return index_of


def _euclid(graph: Graph, entries: Sequence[Scalar]) -> Scalar:
    squares = [graph.apply("multiply", item, item) for item in entries]
    return graph.apply("sqrt", total(graph, squares, 0.0))


def _sum_of_sizes(graph: Graph, entries: Sequence[Scalar]) -> Scalar:
    return total(graph, [graph.apply("absolute", item) for item in entries])


def _largest_size(graph: Graph, entries: Sequence[Scalar]) -> Scalar:
    return _fold("maximum")(graph, [graph.apply("absolute", item) for item in entries])


def norm(m: Machine, x: Value, ord: Value = None, axis: Value = None, keepdims: Value = False) -> Value:
    """`numpy.linalg.norm` of vectors: Euclidean, or of order 1 or infinity."""
    kinds: dict[Any, Reduction] = {
        None: _euclid,
        2: _euclid,
        1: _sum_of_sizes,
        float("inf"): _largest_size,
    }
    if ord is not None:
        ord = m.graph.static(ord, "the order of a norm")
    if ord not in kinds:
        raise PriorError("np.linalg.norm knows the orders 1, 2 and np.inf", "leave `ord` out")
    return reduced(m, x, axis, keepdims, kinds[ord])


def _row(function: Reduction) -> Callable[..., Value]:
    def row(m: Machine, a: Value, axis: Value = None, dtype: Value = None, keepdims: Value = False) -> Value:
        return reduced(m, a, axis, keepdims, function)

    return row


def prod(m: Machine, a: Value, axis: Value = None) -> Value:
    """`numpy.prod`."""
    return reduced(m, a, axis, False, _prod)


def average(m: Machine, a: Value, axis: Value = None, weights: Value = None) -> Value:
    """`numpy.average` without weights."""
    if weights is not None:
        raise PriorError("np.average takes no weights here", "write np.sum(w * x) / np.sum(w)")
    return reduced(m, a, axis, False, _mean)


def cumsum(m: Machine, a: Value) -> Value:
    """`numpy.cumsum` of a vector."""
    entries = list(to_array(m.graph, a).data.ravel())
    sums: list[Scalar] = []
    for item in entries:
        sums.append(m.graph.apply("add", sums[-1], item) if sums else item)
    return make_array(m.graph, sums, (len(sums),))


def diff(m: Machine, a: Value) -> Value:
    """`numpy.diff` of a vector."""
    entries = list(to_array(m.graph, a).data.ravel())
    steps = [m.graph.apply("subtract", b, a) for a, b in itertools.pairwise(entries)]
    return make_array(m.graph, steps, (len(steps),))


def cross(m: Machine, a: Value, b: Value) -> Value:
    """`numpy.cross` of vectors of three entries."""
    x, y = (list(to_array(m.graph, part).data.ravel()) for part in (a, b))
    if len(x) != 3 or len(y) != 3:
        raise PriorError("np.cross needs two vectors of three entries", "give both three entries")

    def minor(i: int, j: int) -> Scalar:
        graph = m.graph
        return graph.apply(
            "subtract", graph.apply("multiply", x[i], y[j]), graph.apply("multiply", x[j], y[i])
        )

    return make_array(m.graph, [minor(1, 2), minor(2, 0), minor(0, 1)], (3,))


TABLE: dict[str, Callable[..., Value]] = {
    "sum": _row(_sum),
    "prod": _row(_prod),
    "mean": _row(_mean),
    "average": average,
    "var": _row(_var),
    "std": _row(_std),
    "min": _row(_fold("minimum")),
    "max": _row(_fold("maximum")),
    "amin": _row(_fold("minimum")),
    "amax": _row(_fold("maximum")),
    "any": _row(_any),
    "all": _row(_all),
    "argmax": _row(_extreme_index("greater")),
    "argmin": _row(_extreme_index("less")),
    "cumsum": cumsum,
    "diff": diff,
    "cross": cross,
}
