"""NumPy functions that reduce an array, along some axes or all."""

# ruff: noqa: PLR0917 - the arguments are NumPy's.

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from priors.translate.containers import Array, Value
from priors.translate.errors import PriorError
from priors.translate.functions import folds
from priors.translate.functions.arguments import Implementation, kind_of_dtype, static_int, static_option
from priors.translate.graph import Kind
from priors.translate.machine import Machine
from priors.translate.nodes import Scalar, is_scalar, kind_of
from priors.translate.values import describe, elementwise, make_array, to_array, truth, unwrap, whole


def reduced(
    m: Machine,
    a: Value,
    axis: Value,
    function: folds.Reduction,
    keepdims: Value = False,
    where: Value = True,
    initial: Value = None,
    kind: Kind | None = None,
) -> Value:
    """`function` of all entries, or of each line along `axis`; of those in a mask, or where `where` holds."""
    array, counts = _counted(m, a, where, kind)
    axes = _axes(m, axis, array)
    more = [] if initial is None else [initial]
    lines, tests = (np.moveaxis(data, axes, range(-len(axes), 0)) for data in (array.data, counts))
    shape = lines.shape[: lines.ndim - len(axes)]
    entries = []
    for index in np.ndindex(*shape):
        line, test = (list(np.ravel(data[index])) for data in (lines, tests))
        entries.append(function(m.graph, line + more, test + [True for _ in more]))
    if truth(m.graph, keepdims):
        shape = tuple(1 if i in axes else size for i, size in enumerate(array.data.shape))
    return unwrap(make_array(m.graph, entries, shape))


def _counted(m: Machine, a: Value, where: Value, kind: Kind | None) -> tuple[Array, np.ndarray]:
    """The entries, and whether each counts."""
    if isinstance(a, Array) and a.mask is not None:
        flat = Array(a.data.ravel(), a.kind)
        array, counts = to_array(m.graph, flat, kind), to_array(m.graph, Array(a.mask.ravel(), "bool"))
        return array, counts.data
    array = to_array(m.graph, a, kind)
    test = to_array(m.graph, where, "bool").data
    try:
        return array, np.broadcast_to(test, array.data.shape)
    except ValueError:
        raise PriorError(
            f"`where` of shape {test.shape} for {describe(array)}", "give it the shape of the array"
        ) from None


def _axes(m: Machine, axis: Value, array: Array) -> tuple[int, ...]:
    """The axes that are reduced, counted from 0."""
    count = array.data.ndim
    if axis is None:
        return tuple(range(count))
    if is_scalar(axis) and kind_of(axis) == "float":
        raise PriorError(f"an axis is an integer, not {describe(axis)}", "use axis=0 or axis=-1")
    option = static_option(m, axis, "an axis")
    places = option if isinstance(option, tuple) else (option,)
    for place in places:
        if not isinstance(place, int) or not -count <= place < count:
            raise PriorError(f"{describe(array)} has no axis {place}", "use a smaller axis")
    found = tuple(place % count for place in places)
    if len(set(found)) < len(found):
        raise PriorError("an axis is named twice", "name each axis once")
    return found


def _sums(function: folds.Reduction) -> Implementation:
    def row(
        m: Machine,
        a: Value,
        axis: Value = None,
        dtype: Value = None,
        *,
        keepdims: Value = False,
        initial: Value = None,
        where: Value = True,
    ) -> Value:
        return reduced(m, a, axis, function, keepdims, where, initial, kind_of_dtype(dtype))

    return row


def _mean_row(
    m: Machine,
    a: Value,
    axis: Value = None,
    dtype: Value = None,
    *,
    keepdims: Value = False,
    where: Value = True,
) -> Value:
    _check_float(dtype)
    return reduced(m, a, axis, folds.mean, keepdims, where)


def _spread(function: Callable[[Scalar], folds.Reduction]) -> Implementation:
    def row(
        m: Machine,
        a: Value,
        axis: Value = None,
        dtype: Value = None,
        *,
        ddof: Value = 0,
        keepdims: Value = False,
        where: Value = True,
    ) -> Value:
        _check_float(dtype)
        return reduced(m, a, axis, function(ddof), keepdims, where)

    return row


def _check_float(dtype: Value) -> None:
    if kind_of_dtype(dtype) not in (None, "float"):
        raise PriorError("a mean or a spread is a float", "leave dtype out, and convert the result")


def _extremes(function: folds.Reduction) -> Implementation:
    def row(
        m: Machine,
        a: Value,
        axis: Value = None,
        *,
        keepdims: Value = False,
        initial: Value = None,
        where: Value = True,
    ) -> Value:
        return reduced(m, a, axis, function, keepdims, where, initial)

    return row


def _tests(function: folds.Reduction) -> Implementation:
    def row(
        m: Machine, a: Value, axis: Value = None, *, keepdims: Value = False, where: Value = True
    ) -> Value:
        return reduced(m, a, axis, function, keepdims, where)

    return row


def plain(function: folds.Reduction) -> Implementation:
    """A row without options but `axis` and `keepdims`."""

    def row(m: Machine, a: Value, axis: Value = None, *, keepdims: Value = False) -> Value:
        return reduced(m, a, axis, function, keepdims)

    return row


def without_nan(row: Implementation) -> Implementation:
    """`numpy.nansum` and its like: NaN does not count."""

    def nan_row(m: Machine, a: Value, axis: Value = None, *, keepdims: Value = False) -> Value:
        counts = elementwise(m.graph, "not", elementwise(m.graph, "isnan", whole(a)))
        return row(m, a, axis, keepdims=keepdims, where=counts)

    return nan_row


def average(
    m: Machine, a: Value, axis: Value = None, weights: Value = None, *, keepdims: Value = False
) -> Value:
    """`numpy.average`."""
    if weights is None:
        return reduced(m, a, axis, folds.mean, keepdims)
    array, weight = to_array(m.graph, a), to_array(m.graph, weights)
    if weight.data.shape != array.data.shape:
        if axis is None or weight.data.ndim != 1:
            raise PriorError("the weights have another shape than the array", "give them the same shape")
        place = static_int(m, axis, "an axis")
        if not -array.data.ndim <= place < array.data.ndim or array.data.shape[place] != weight.data.size:
            raise PriorError("the weights do not fit the axis", "give one for each entry along it")
        shape = [1] * array.data.ndim
        shape[place] = -1
        weight = to_array(
            m.graph, Array(np.broadcast_to(weight.data.reshape(shape), array.data.shape), weight.kind)
        )
    product = elementwise(m.graph, "multiply", array, weight)
    sums = [reduced(m, part, axis, folds.added, keepdims) for part in (product, weight)]
    return elementwise(m.graph, "divide", *sums)


def norm(m: Machine, x: Value, ord: Value = None, axis: Value = None, keepdims: Value = False) -> Value:
    """`numpy.linalg.norm`: of vectors of any order, of matrices Frobenius'."""
    array = to_array(m.graph, x, "float")
    if ord is not None and not isinstance(ord, str):
        ord = m.graph.static(ord, "the order of a norm")
    vectors = (axis is None and array.data.ndim == 1) or (axis is not None and is_scalar(axis))
    if ord == "fro" and not vectors:
        ord = None
    if ord is not None and (isinstance(ord, str) or not vectors):
        raise PriorError("this order of the norm of a matrix", "leave `ord` out, or give an axis")
    return reduced(m, array, axis, folds.norm_of_order(ord), keepdims)


def size(m: Machine, a: Value, axis: Value = None) -> Value:
    """`numpy.size`."""
    if isinstance(a, Array) and a.mask is not None:
        return folds.number(m.graph, list(a.mask.ravel()))
    shape = to_array(m.graph, a).data.shape
    return math.prod(shape) if axis is None else shape[static_int(m, axis, "an axis")]


_ROWS: dict[str, Implementation] = {
    "sum": _sums(folds.added),
    "prod": _sums(folds.multiplied),
    "mean": _mean_row,
    "var": _spread(folds.variance),
    "std": _spread(folds.deviation),
    "min": _extremes(folds.LEAST),
    "max": _extremes(folds.GREATEST),
}

TABLE: dict[str, Implementation] = {
    **_ROWS,
    **{f"nan{name}": without_nan(row) for name, row in _ROWS.items()},
    "amin": _ROWS["min"],
    "amax": _ROWS["max"],
    "ptp": plain(folds.peak_to_peak),
    "average": average,
    "any": _tests(folds.some),
    "all": _tests(folds.every),
    "count_nonzero": plain(folds.count_nonzero),
    "argmax": plain(folds.place_of("greater")),
    "argmin": plain(folds.place_of("less")),
    "size": size,
}
