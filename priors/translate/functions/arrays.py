"""NumPy functions that make or rearrange arrays."""

# ruff: noqa: ARG001, ARG005 - every row of a table is called with the same arguments.

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from priors.translate.containers import Array, Value
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import Implementation, kind_of_dtype, static_int, static_shape
from priors.translate.graph import is_scalar
from priors.translate.machine import Machine
from priors.translate.objects import DType
from priors.translate.values import check_shape, check_size, iterate, make_array, to_array


def array(m: Machine, object: Value, dtype: Value = None, copy: Value = True) -> Value:
    """`numpy.array`."""
    return to_array(m.graph, object, kind_of_dtype(dtype))


def asarray(m: Machine, a: Value, dtype: Value = None) -> Value:
    """`numpy.asarray`: an array stays the same object."""
    if isinstance(a, Array) and kind_of_dtype(dtype) in (None, a.kind):
        return a
    return to_array(m.graph, a, kind_of_dtype(dtype))


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


def full_like(m: Machine, a: Value, fill_value: Value, dtype: Value = None) -> Value:
    """`numpy.full_like`."""
    like = to_array(m.graph, a)
    return full(m, like.data.shape, fill_value, dtype if dtype is not None else DType(like.kind))


def filled_like(value: float) -> Implementation:
    """`numpy.zeros_like` and `numpy.ones_like`."""
    return lambda m, a, dtype=None: full_like(m, a, value, dtype)


def arange(m: Machine, start: Value, stop: Value = None, step: Value = 1, dtype: Value = None) -> Value:
    """`numpy.arange` of fixed numbers."""
    start, stop = (0, start) if stop is None else (start, stop)
    first, last, by = (m.graph.static(part, "a bound of np.arange") for part in (start, stop, step))
    if by == 0 or not all(math.isfinite(part) for part in (first, last, by)):
        raise PriorError("np.arange needs finite bounds and a step that is not zero")
    count = max(0, math.ceil((last - first) / by))
    check_size(count)
    return make_array(m.graph, [first + i * by for i in range(count)], (count,), kind_of_dtype(dtype))


def linspace(m: Machine, start: Value, stop: Value, num: Value = 50, endpoint: Value = True) -> Value:
    """`numpy.linspace` of fixed length."""
    (count,) = static_shape(m, num)
    check_size(count)
    graph, steps = m.graph, max(1, count - 1 if endpoint else count)
    width = graph.apply("subtract", stop, start)
    entries = [graph.apply("add", start, graph.apply("multiply", width, i / steps)) for i in range(count)]
    return make_array(graph, entries, (max(count, 0),), "float")


def eye(m: Machine, N: Value) -> Value:
    """`numpy.eye`."""
    (size,) = static_shape(m, N)
    check_shape((size, size))
    return make_array(m.graph, [float(i == j) for i in range(size) for j in range(size)], (size, size))


def concatenate(m: Machine, arrays: Value, axis: Value = 0) -> Value:
    """`numpy.concatenate`."""
    return _joined(m, [to_array(m.graph, part) for part in iterate(m.graph, arrays)], np.concatenate, axis)


def stack(m: Machine, arrays: Value, axis: Value = 0) -> Value:
    """`numpy.stack`."""
    return _joined(m, [to_array(m.graph, part) for part in iterate(m.graph, arrays)], np.stack, axis)


def joined_by(join: Callable[[list[np.ndarray]], np.ndarray]) -> Implementation:
    """A NumPy function that joins a sequence of arrays in its own way."""

    def joined(m: Machine, tup: Value) -> Value:
        parts = [to_array(m.graph, part) for part in iterate(m.graph, tup)]
        return _joined(m, parts, lambda arrays, axis: join(arrays), 0)

    return joined


def append(m: Machine, arr: Value, values: Value) -> Value:
    """`numpy.append`: a new flat array."""
    parts = [to_array(m.graph, part) for part in (arr, values)]
    flat = [Array(part.data.ravel(), part.kind) for part in parts]
    return _joined(m, flat, np.concatenate, 0)


def _joined(m: Machine, parts: list[Array], join: Callable[..., np.ndarray], axis: Value) -> Array:
    check_size(sum(part.data.size for part in parts))
    try:
        data = join([part.data for part in parts], axis=static_int(m, axis, "an axis"))
    except (ValueError, IndexError) as error:
        raise PriorError(f"these arrays do not fit together: {error}") from None
    return make_array(m.graph, list(data.ravel()), data.shape)


def diag(m: Machine, v: Value) -> Value:
    """`numpy.diag`: the diagonal of a matrix, or a matrix with this diagonal."""
    source = to_array(m.graph, v)
    if source.data.ndim == 2:
        size = min(source.data.shape)
        return make_array(m.graph, [source.data[i, i] for i in range(size)], (size,), source.kind)
    size = len(source.data)
    check_shape((size, size))
    entries = [source.data[i] if i == j else 0 for i in range(size) for j in range(size)]
    return make_array(m.graph, entries, (size, size), source.kind)


def reshape(m: Machine, a: Value, shape: Value) -> Value:
    """`numpy.reshape`."""
    source = a if isinstance(a, Array) else to_array(m.graph, a)
    sizes = (shape,) if is_scalar(shape) else iterate(m.graph, shape)
    try:
        data = source.data.reshape([static_int(m, size, "a size") for size in sizes])
    except ValueError as error:
        raise PriorError(str(error)) from None
    check_shape(data.shape)
    return source.view(data)


def repeat(m: Machine, a: Value, repeats: Value) -> Value:
    """`numpy.repeat` of a flat array."""
    times = static_int(m, repeats, "the number of repetitions")
    items = to_array(m.graph, a)
    check_size(items.data.size * max(times, 0))
    entries = [item for item in items.data.ravel() for _ in range(times)]
    return make_array(m.graph, entries, (len(entries),), items.kind)


def tile(m: Machine, A: Value, reps: Value) -> Value:
    """`numpy.tile` of a flat array."""
    times = static_int(m, reps, "the number of repetitions")
    items = to_array(m.graph, A)
    check_size(items.data.size * max(times, 0))
    entries = list(items.data.ravel()) * max(times, 0)
    return make_array(m.graph, entries, (len(entries),), items.kind)


def rearranged(change: Callable[..., np.ndarray]) -> Implementation:
    """A NumPy function that only moves entries."""

    def moved(m: Machine, a: Value, *options: Value, **named: Value) -> Value:
        source = a if isinstance(a, Array) else to_array(m.graph, a)
        plain = [static_int(m, option, "this argument") for option in options]
        keywords = {
            name: static_int(m, value, f"`{name}`") for name, value in named.items() if value is not None
        }
        try:
            data = change(source.data, *plain, **keywords)
        except TypeError:
            raise PriorError("these arguments are not known here", "pass the array and its axis") from None
        except (ValueError, IndexError) as error:
            raise PriorError(str(error)) from None
        check_shape(data.shape)
        return make_array(m.graph, list(data.ravel()), data.shape, source.kind)

    return moved
