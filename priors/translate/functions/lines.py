"""NumPy functions that make a line of numbers of each line of an array: sorted, summed up, differences."""

# ruff: noqa: ARG001 - every row of a table is called with the same arguments.
# ruff: noqa: PLR0917 - the arguments are NumPy's.

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np

from priors.translate.containers import Array, Value
from priors.translate.errors import PriorError
from priors.translate.functions import reductions
from priors.translate.functions.arguments import Implementation, kind_of_dtype, static_int
from priors.translate.graph import Graph, Kind
from priors.translate.machine import Machine
from priors.translate.nodes import Scalar, is_scalar, kind_of
from priors.translate.operators import total
from priors.translate.values import (
    check_shape,
    describe,
    iterate,
    make_array,
    mapped,
    to_array,
)

Line = Callable[[Sequence[Scalar]], Sequence[Scalar]]


def along(m: Machine, a: Value, axis: Value, change: Line, kind: Kind | None = None) -> Array:
    """Every line along `axis` changed; of the flat array where `axis` is None."""
    array = to_array(m.graph, a, kind)
    data = array.data.ravel() if axis is None else array.data
    place = -1 if axis is None else static_int(m, axis, "an axis")
    if not -data.ndim <= place < data.ndim:
        raise PriorError(f"{describe(array)} has no axis {place}", "use a smaller axis")
    lines = np.moveaxis(data, place, -1)
    made = [list(change(list(lines[index]))) for index in np.ndindex(lines.shape[:-1])]
    shape = (*lines.shape[:-1], len(made[0]) if made else 0)
    result = make_array(m.graph, [entry for line in made for entry in line], shape)
    return Array(np.moveaxis(result.data, -1, place), result.kind)


def _accumulated(operation: str, graph: Graph) -> Line:
    def accumulate(line: Sequence[Scalar]) -> Sequence[Scalar]:
        numbers = [graph.cast(item, "int") if kind_of(item) == "bool" else item for item in line]
        return list(itertools.accumulate(numbers, lambda a, b: graph.apply(operation, a, b)))

    return accumulate


def accumulated(operation: str) -> Implementation:
    """`numpy.cumsum` and `numpy.cumprod`."""

    def row(m: Machine, a: Value, axis: Value = None, dtype: Value = None) -> Value:
        return along(m, a, axis, _accumulated(operation, m.graph), kind_of_dtype(dtype))

    return row


def diff(
    m: Machine, a: Value, n: Value = 1, axis: Value = -1, prepend: Value = None, append: Value = None
) -> Value:
    """`numpy.diff`; `prepend` and `append` of vectors."""
    times = static_int(m, n, "the order of a difference")
    if times < 0:
        raise PriorError("the order of a difference must not be negative")
    if prepend is not None or append is not None:
        parts = [part for part in (prepend, a, append) if part is not None]
        arrays = [to_array(m.graph, part) for part in parts]
        if any(array.data.ndim > 1 for array in arrays):
            raise PriorError("np.diff(prepend=) is for vectors here", "use np.concatenate first")
        entries = [entry for array in arrays for entry in array.data.ravel()]
        a = make_array(m.graph, entries, (len(entries),))

    def steps(line: Sequence[Scalar]) -> Sequence[Scalar]:
        m.graph.spend(min(times, len(line)) * len(line))
        for _ in range(min(times, len(line))):
            line = [m.graph.apply("subtract", after, before) for before, after in itertools.pairwise(line)]
        return line

    return along(m, a, axis, steps)


def gradient(m: Machine, f: Value, *varargs: Value, axis: Value = None, edge_order: Value = 1) -> Value:
    """`numpy.gradient` of a vector, with a fixed distance of its points."""
    array = to_array(m.graph, f)
    spacing = varargs[0] if varargs else 1.0
    if array.data.ndim != 1 or len(array.data) < 2 or not is_scalar(spacing) or len(varargs) > 1:
        raise PriorError("np.gradient is for a vector and one distance", "use np.diff(x) / dx")
    if static_int(m, edge_order, "the order at the edge") != 1:
        raise PriorError("np.gradient knows edge_order=1 only", "leave edge_order out")
    entries, last = array.data, len(array.data) - 1
    slopes = []
    for i in range(len(entries)):
        left, right = max(i - 1, 0), min(i + 1, last)
        rise = m.graph.apply("subtract", entries[right], entries[left])
        slopes.append(m.graph.apply("divide", rise, m.graph.apply("multiply", spacing, float(right - left))))
    return make_array(m.graph, slopes, (len(slopes),))


def trapezoid(m: Machine, y: Value, x: Value = None, dx: Value = 1.0, axis: Value = -1) -> Value:
    """`numpy.trapezoid`; points `x` of vectors only."""
    graph = m.graph
    points = None if x is None else list(to_array(graph, x).data.ravel())

    def area(_: Graph, line: Sequence[Scalar], counts: Sequence[Scalar]) -> Scalar:
        if points is not None and len(points) != len(line):
            raise PriorError("np.trapezoid needs one x for each y", "give both the same length")
        parts = []
        for i, (a, b) in enumerate(itertools.pairwise(line)):
            width = dx if points is None else graph.apply("subtract", points[i + 1], points[i])
            mean = graph.apply("divide", graph.apply("add", a, b), 2.0)
            parts.append(graph.apply("multiply", width, mean))
        return total(graph, parts, 0.0)

    return reductions.reduced(m, y, axis, area)


def unwrap_phase(
    m: Machine, p: Value, discont: Value = None, axis: Value = -1, *, period: Value = 2 * math.pi
) -> Value:
    """`numpy.unwrap` of angles."""
    graph = m.graph
    if discont is not None:
        raise PriorError("np.unwrap(discont=) is not available", "leave `discont` out")
    half = graph.apply("divide", period, 2.0)

    def unwrapped(line: Sequence[Scalar]) -> Sequence[Scalar]:
        result = list(line[:1])
        turns: Scalar = 0.0
        for before, after in itertools.pairwise(line):
            step = graph.apply("subtract", after, before)
            inside = graph.apply(
                "subtract", graph.apply("remainder", graph.apply("add", step, half), period), half
            )
            edge = graph.both(
                graph.apply("equal", inside, graph.apply("negative", half)), graph.apply("greater", step, 0)
            )
            inside = graph.select(edge, half, inside)
            small = graph.apply("less", graph.apply("absolute", step), half)
            jump = graph.select(small, 0.0, graph.apply("subtract", inside, step))
            turns = graph.apply("add", turns, jump)
            result.append(graph.apply("add", after, turns))
        return result

    return along(m, p, axis, unwrapped, "float")


# Order.


def sort_entries(graph: Graph, entries: Sequence[Scalar]) -> list[Scalar]:
    """Ascending order by a network of minima and maxima."""
    items = list(entries)
    graph.spend(len(items) ** 2)
    for last in range(len(items) - 1, 0, -1):
        for i in range(last):
            a, b = items[i], items[i + 1]
            items[i], items[i + 1] = graph.apply("minimum", a, b), graph.apply("maximum", a, b)
    return items


def order_of(graph: Graph, entries: Sequence[Scalar]) -> list[Scalar]:
    """The places of the entries in ascending order; equal ones stay in their order."""
    items, places = list(entries), list[Scalar](range(len(entries)))
    graph.spend(len(items) ** 2)
    for last in range(len(items) - 1, 0, -1):
        for i in range(last):
            (a, b), (p, q) = items[i : i + 2], places[i : i + 2]
            swap = graph.apply("greater", a, b)
            items[i], items[i + 1] = graph.select(swap, b, a), graph.select(swap, a, b)
            places[i], places[i + 1] = graph.select(swap, q, p), graph.select(swap, p, q)
    return places


def sort(m: Machine, a: Value, axis: Value = -1, kind: Value = None, *, stable: Value = None) -> Value:
    """`numpy.sort`."""
    return along(m, a, axis, lambda line: sort_entries(m.graph, line))


def argsort(m: Machine, a: Value, axis: Value = -1, kind: Value = None, *, stable: Value = None) -> Value:
    """`numpy.argsort`."""
    return along(m, a, axis, lambda line: order_of(m.graph, line))


def _at_fraction(graph: Graph, entries: Sequence[Scalar], fraction: float) -> Scalar:
    """The entry this far along the ascending order, interpolated between its neighbours."""
    if not entries:
        raise PriorError("an empty array has no such value", "give it at least one entry")
    if not 0 <= fraction <= 1:
        raise PriorError("a quantile is from 0 to 1, a percentile from 0 to 100")
    ordered, place = sort_entries(graph, entries), fraction * (len(entries) - 1)
    low = math.floor(place)
    high = min(low + 1, len(entries) - 1)
    if place == low:
        return graph.cast(ordered[low], "float")
    rise = graph.apply("subtract", ordered[high], ordered[low])
    return graph.apply("add", ordered[low], graph.apply("multiply", rise, place - low))


def quantile(most: float) -> Implementation:
    """`numpy.quantile` where `most` is 1, `numpy.percentile` where it is 100."""

    def row(m: Machine, a: Value, q: Value, axis: Value = None, *, keepdims: Value = False) -> Value:
        if not is_scalar(q):
            parts = [row(m, a, one, axis, keepdims=keepdims) for one in iterate(m.graph, q)]
            return to_array(m.graph, tuple(parts))
        fraction = m.graph.static(q, "the fraction of a quantile") / most
        return reductions.reduced(
            m, a, axis, lambda graph, line, _: _at_fraction(graph, line, fraction), keepdims
        )

    return row


def median(m: Machine, a: Value, axis: Value = None, *, keepdims: Value = False) -> Value:
    """`numpy.median`."""
    return quantile(1.0)(m, a, 0.5, axis, keepdims=keepdims)


def _places(m: Machine, values: Value, edges: Sequence[Scalar], relation: str) -> Value:
    """For each value, how many edges have the relation to it."""
    graph = m.graph

    def place(value: Scalar) -> Scalar:
        graph.spend(len(edges))
        return total(graph, [graph.cast(graph.apply(relation, edge, value), "int") for edge in edges])

    return mapped(graph, place, values)


def searchsorted(m: Machine, a: Value, v: Value, side: Value = "left") -> Value:
    """`numpy.searchsorted`."""
    if side not in ("left", "right"):
        raise PriorError("the side of np.searchsorted is 'left' or 'right'")
    edges = list(to_array(m.graph, a).data.ravel())
    return _places(m, v, edges, "less" if side == "left" else "less_equal")


def digitize(m: Machine, x: Value, bins: Value, right: Value = False) -> Value:
    """`numpy.digitize` into ascending or descending bins, whose order must be fixed."""
    edges = list(to_array(m.graph, bins).data.ravel())
    fixed = [m.graph.static(edge, "the bins of np.digitize") for edge in edges]
    if fixed == sorted(fixed):
        return _places(m, x, edges, "less" if right else "less_equal")
    if fixed != sorted(fixed, reverse=True):
        raise PriorError("the bins of np.digitize must be in order", "sort them")
    return _places(m, x, edges, "greater_equal" if right else "greater")


def convolve(m: Machine, a: Value, v: Value, mode: Value = "full") -> Value:
    """`numpy.convolve`."""
    graph = m.graph
    x, y = (list(to_array(graph, part).data.ravel()) for part in (a, v))
    if len(y) > len(x):
        x, y = y, x
    if not y or mode not in ("full", "same", "valid"):
        raise PriorError("np.convolve takes two vectors and the mode 'full', 'same' or 'valid'")
    check_shape((len(x) + len(y),))
    graph.spend(len(x) * len(y))
    sums = []
    for k in range(len(x) + len(y) - 1):
        pairs = [(x[k - j], y[j]) for j in range(len(y)) if 0 <= k - j < len(x)]
        sums.append(total(graph, [graph.apply("multiply", *pair) for pair in pairs]))
    start = {"full": 0, "same": (len(y) - 1) // 2, "valid": len(y) - 1}[mode]
    count = {"full": len(sums), "same": len(x), "valid": len(x) - len(y) + 1}[mode]
    return make_array(graph, sums[start : start + count], (count,))


def correlate(m: Machine, a: Value, v: Value, mode: Value = "valid") -> Value:
    """`numpy.correlate`."""
    x, y = (to_array(m.graph, part) for part in (a, v))
    if y.data.size > x.data.size:
        raise PriorError("np.correlate needs the longer vector first", "exchange them and reverse the result")
    return convolve(m, x, Array(y.data.ravel()[::-1], y.kind), mode)


TABLE: dict[str, Implementation] = {
    "cumsum": accumulated("add"),
    "cumprod": accumulated("multiply"),
    "diff": diff,
    "ediff1d": lambda m, ary: diff(
        m, Array(to_array(m.graph, ary).data.ravel(), to_array(m.graph, ary).kind)
    ),
    "gradient": gradient,
    "trapezoid": trapezoid,
    "trapz": trapezoid,
    "unwrap": unwrap_phase,
    "sort": sort,
    "argsort": argsort,
    "median": median,
    "quantile": quantile(1.0),
    "percentile": quantile(100.0),
    "searchsorted": searchsorted,
    "digitize": digitize,
    "convolve": convolve,
    "correlate": correlate,
}
