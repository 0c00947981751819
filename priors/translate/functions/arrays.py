"""NumPy functions that make arrays, and those that put arrays together."""

# ruff: noqa: ARG001, ARG005 - every row of a table is called with the same arguments.
# ruff: noqa: PLR0917 - the arguments are NumPy's.

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from priors.translate import limits
from priors.translate.containers import Array, Value
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import Implementation, kind_of_dtype, static_int, static_shape
from priors.translate.functions.views import as_array
from priors.translate.machine import Machine
from priors.translate.nodes import is_scalar, kind_of
from priors.translate.objects import DType
from priors.translate.operators import power
from priors.translate.values import check_shape, check_size, iterate, make_array, mapped, to_array


def array(m: Machine, object: Value, dtype: Value = None, *, copy: Value = True, ndmin: Value = 0) -> Value:
    """`numpy.array`."""
    kind = kind_of_dtype(dtype)
    if copy is not True and isinstance(object, Array) and kind in (None, object.kind):
        made = as_array(m, object)
    else:
        made = to_array(m.graph, object, kind)
    axes = static_int(m, ndmin, "the number of axes")
    if axes > limits.MAX_AXES:
        raise PriorError(f"an array of {axes} axes", f"use at most {limits.MAX_AXES} axes")
    missing = axes - made.data.ndim
    return made.derived(made.data.reshape((1,) * missing + made.data.shape)) if missing > 0 else made


def full(m: Machine, shape: Value, fill_value: Value, dtype: Value = None) -> Value:
    """`numpy.full`."""
    sizes = static_shape(m, shape)
    kind = kind_of_dtype(dtype)
    data = np.broadcast_to(to_array(m.graph, fill_value, kind).data, sizes)
    return make_array(m.graph, list(data.ravel()), sizes, kind)


def filled(value: float) -> Implementation:
    """`numpy.zeros` and `numpy.ones`."""

    def _filled(m: Machine, shape: Value, dtype: Value = None) -> Value:
        return full(m, shape, value, dtype if dtype is not None else DType("float"))

    return _filled


def full_like(
    m: Machine,
    a: Value,
    fill_value: Value,
    dtype: Value = None,
    order: Value = "K",
    subok: Value = True,
    shape: Value = None,
) -> Value:
    """`numpy.full_like`."""
    like = to_array(m.graph, a)
    sizes = like.data.shape if shape is None else shape
    return full(m, sizes, fill_value, dtype if dtype is not None else DType(like.kind))


def filled_like(value: float) -> Implementation:
    """`numpy.zeros_like` and `numpy.ones_like`."""

    def _filled_like(
        m: Machine,
        a: Value,
        dtype: Value = None,
        order: Value = "K",
        subok: Value = True,
        shape: Value = None,
    ) -> Value:
        return full_like(m, a, value, dtype, shape=shape)

    return _filled_like


def arange(
    m: Machine, start_or_stop: Value, /, stop: Value = None, step: Value = 1, *, dtype: Value = None
) -> Value:
    """`numpy.arange` of fixed numbers."""
    start, stop = (0, start_or_stop) if stop is None else (start_or_stop, stop)
    first, last, by = (m.graph.static(part, "a bound of np.arange") for part in (start, stop, step))
    if by == 0 or not all(math.isfinite(part) for part in (first, last, by)):
        raise PriorError("np.arange needs finite bounds and a step that is not zero")
    count = max(0, math.ceil((last - first) / by))
    check_size(count)
    kind = kind_of_dtype(dtype) or ("float" if "float" in map(kind_of, (first, last, by)) else "int")
    return make_array(m.graph, [first + i * by for i in range(count)], (count,), kind)


def linspace(
    m: Machine,
    start: Value,
    stop: Value,
    num: Value = 50,
    endpoint: Value = True,
    retstep: Value = False,
    dtype: Value = None,
) -> Value:
    """`numpy.linspace` of fixed length."""
    (count,) = static_shape(m, num)
    check_size(count)
    graph, steps = m.graph, max(1, count - 1 if endpoint else count)
    width = graph.apply("subtract", stop, start)
    entries = [graph.apply("add", start, graph.apply("multiply", width, i / steps)) for i in range(count)]
    made = make_array(graph, entries, (count,), kind_of_dtype(dtype) or "float")
    return (made, graph.apply("divide", width, float(steps))) if retstep else made


def logspace(
    m: Machine, start: Value, stop: Value, num: Value = 50, endpoint: Value = True, base: Value = 10.0
) -> Value:
    """`numpy.logspace` of fixed length."""
    exponents = linspace(m, start, stop, num, endpoint)
    return mapped(m.graph, lambda exponent: power(m.graph, base, exponent), exponents)


def eye(m: Machine, N: Value, M: Value = None, k: Value = 0, dtype: Value = float) -> Value:
    """`numpy.eye`."""
    rows, columns = static_shape(m, (N, N if M is None else M))
    diagonal = static_int(m, k, "the diagonal")
    entries = [float(j - i == diagonal) for i in range(rows) for j in range(columns)]
    kind = "float" if dtype is float else kind_of_dtype(dtype)
    return make_array(m.graph, entries, (rows, columns), kind or "float")


def identity(m: Machine, n: Value, dtype: Value = None) -> Value:
    """`numpy.identity`."""
    return eye(m, n, dtype=dtype)


def concatenate(m: Machine, arrays: Value, /, axis: Value = 0, *, dtype: Value = None) -> Value:
    """`numpy.concatenate`."""
    parts = [to_array(m.graph, part, kind_of_dtype(dtype)) for part in iterate(m.graph, arrays)]
    if axis is None:
        parts, axis = [Array(part.data.ravel(), part.kind) for part in parts], 0
    return _joined(m, parts, np.concatenate, axis)


def stack(m: Machine, arrays: Value, axis: Value = 0, *, dtype: Value = None) -> Value:
    """`numpy.stack`."""
    parts = [to_array(m.graph, part, kind_of_dtype(dtype)) for part in iterate(m.graph, arrays)]
    return _joined(m, parts, np.stack, axis)


def joined_by(join: Callable[[list[np.ndarray]], np.ndarray]) -> Implementation:
    """A NumPy function that joins a sequence of arrays in its own way."""

    def joined(m: Machine, tup: Value) -> Value:
        parts = [to_array(m.graph, part) for part in iterate(m.graph, tup)]
        return _joined(m, parts, lambda arrays, axis: join(arrays), 0)

    return joined


def append(m: Machine, arr: Value, values: Value, axis: Value = None) -> Value:
    """`numpy.append`: a new array, flat unless there is an axis."""
    return concatenate(m, (arr, values), axis)


def _joined(m: Machine, parts: list[Array], join: Callable[..., np.ndarray], axis: Value) -> Array:
    check_size(sum(part.data.size for part in parts))
    try:
        data = join([part.data for part in parts], axis=static_int(m, axis, "an axis"))
    except (ValueError, IndexError) as error:
        raise PriorError(f"these arrays do not fit together: {error}") from None
    return make_array(m.graph, list(data.ravel()), data.shape)


def _along(m: Machine, a: Value, axis: Value) -> tuple[Array, int]:
    """An array and its axis; the flat array without one."""
    found = to_array(m.graph, a)
    if axis is None:
        return Array(found.data.ravel(), found.kind), 0
    place = static_int(m, axis, "an axis")
    if not -found.data.ndim <= place < found.data.ndim:
        raise PriorError(f"an array of {found.data.ndim} axes has no axis {place}", "use a smaller axis")
    return found, place


def repeat(m: Machine, a: Value, repeats: Value, axis: Value = None) -> Value:
    """`numpy.repeat`: every entry as often, or each its own number of times."""
    items, place = _along(m, a, axis)
    counts = (repeats,) if is_scalar(repeats) else iterate(m.graph, repeats)
    times = [static_int(m, count, "the number of repetitions") for count in counts]
    if len(times) not in (1, items.data.shape[place]) or min(times, default=0) < 0:
        raise PriorError("np.repeat needs one number of repetitions, or one for each entry")
    check_size(items.data.size * max(times, default=0))
    data = np.repeat(items.data, times, place)
    return make_array(m.graph, list(data.ravel()), data.shape, items.kind)


def tile(m: Machine, A: Value, reps: Value) -> Value:
    """`numpy.tile`."""
    items, times = to_array(m.graph, A), static_shape(m, reps)
    check_size(items.data.size * math.prod(times))
    data = np.tile(items.data, times)
    check_shape(data.shape)
    return make_array(m.graph, list(data.ravel()), data.shape, items.kind)


def _places(m: Machine, obj: Value) -> list[int] | int:
    if is_scalar(obj):
        return static_int(m, obj, "the place of an entry")
    return [static_int(m, place, "the place of an entry") for place in iterate(m.graph, obj)]


def delete(m: Machine, arr: Value, obj: Value, axis: Value = None) -> Value:
    """`numpy.delete` at fixed places."""
    items, place = _along(m, arr, axis)
    try:
        data = np.delete(items.data, _places(m, obj), place)
    except (ValueError, IndexError) as error:
        raise PriorError(f"np.delete: {error}") from None
    return make_array(m.graph, list(data.ravel()), data.shape, items.kind)


def insert(m: Machine, arr: Value, obj: Value, values: Value, axis: Value = None) -> Value:
    """`numpy.insert` at fixed places."""
    items, place = _along(m, arr, axis)
    new, at = to_array(m.graph, values, items.kind), _places(m, obj)
    check_size(items.data.size + max(new.data.size, 1) * max(items.data.size, 1))
    try:
        data = np.insert(items.data, at, new.data, place)
    except (ValueError, IndexError) as error:
        raise PriorError(f"np.insert: {error}") from None
    return make_array(m.graph, list(data.ravel()), data.shape, items.kind)


TABLE: dict[str, Implementation] = {
    "array": array,
    "zeros": filled(0.0),
    "ones": filled(1.0),
    "empty": filled(0.0),
    "full": full,
    "zeros_like": filled_like(0.0),
    "ones_like": filled_like(1.0),
    "empty_like": filled_like(0.0),
    "full_like": full_like,
    "arange": arange,
    "linspace": linspace,
    "logspace": logspace,
    "eye": eye,
    "identity": identity,
    "concatenate": concatenate,
    "stack": stack,
    "hstack": joined_by(np.hstack),
    "vstack": joined_by(np.vstack),
    "dstack": joined_by(np.dstack),
    "column_stack": joined_by(np.column_stack),
    "append": append,
    "repeat": repeat,
    "tile": tile,
    "delete": delete,
    "insert": insert,
}
"""Rows of `numpy` by name; all make new arrays."""
