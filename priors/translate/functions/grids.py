"""NumPy functions that lay arrays out: grids of indices, blocks, borders, windows and what numbers can be."""

# ruff: noqa: ARG001 - every row of a table is called with the same arguments.

from __future__ import annotations

import math
from typing import Any

import numpy as np

from priors.translate import limits
from priors.translate.containers import List, Value
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import Implementation, kind_of_dtype, static_int
from priors.translate.functions.getters import made
from priors.translate.machine import Machine
from priors.translate.nodes import is_scalar
from priors.translate.objects import Class, DType
from priors.translate.values import check_shape, check_size, iterate, make_array, to_array


def meshgrid(
    m: Machine, *xi: Value, copy: Value = True, sparse: Value = False, indexing: Value = "xy"
) -> Value:
    """`numpy.meshgrid`."""
    arrays = [to_array(m.graph, x) for x in xi]
    if indexing not in ("xy", "ij") or any(array.data.ndim > 1 for array in arrays):
        raise PriorError("np.meshgrid takes vectors, and the indexing 'xy' or 'ij'")
    check_shape([array.data.size for array in arrays])
    check_size(math.prod(array.data.size for array in arrays) * len(arrays))
    grids = np.meshgrid(*(array.data for array in arrays), indexing=indexing, sparse=m.truth(sparse) is True)
    pairs = zip(grids, arrays, strict=True)
    return tuple(make_array(m.graph, list(grid.ravel()), grid.shape, array.kind) for grid, array in pairs)


def ix_(m: Machine, *args: Value) -> Value:
    """`numpy.ix_`: the index arrays of a grid; masks must be fixed."""
    vectors: list[np.ndarray] = []
    for arg in args:
        array = to_array(m.graph, arg)
        if array.data.ndim != 1 or array.kind == "float":
            raise PriorError("np.ix_ takes vectors of integers or truth values")
        entries = [int(m.graph.static(entry, "an index of np.ix_")) for entry in array.data]
        chosen = np.flatnonzero(np.array(entries)).tolist() if array.kind == "bool" else entries
        vectors.append(np.array(chosen, dtype=int))
    return tuple(make_array(m.graph, grid.ravel().tolist(), grid.shape, "int") for grid in np.ix_(*vectors))


def block(m: Machine, arrays: Value) -> Value:
    """`numpy.block`: a matrix of matrices."""
    sizes: list[int] = []

    def nested(part: Value, depth: int) -> Any:
        if depth > limits.MAX_AXES:
            raise PriorError("np.block of lists that are nested too deeply")
        if isinstance(part, List):
            return [nested(item, depth + 1) for item in iterate(m.graph, part)]
        data = to_array(m.graph, part).data
        sizes.append(data.size)
        check_size(sum(sizes))
        return data

    try:
        data = np.block(nested(m.graph.settle(arrays), 0))
    except ValueError as error:
        raise PriorError(f"these blocks do not fit together: {error}") from None
    return make_array(m.graph, list(data.ravel()), data.shape)


def pad(
    m: Machine, array: Value, pad_width: Value, mode: Value = "constant", *, constant_values: Value = 0
) -> Value:
    """`numpy.pad` by one number, or by entries of the array itself."""
    if mode not in ("constant", "edge", "reflect", "symmetric", "wrap") or not is_scalar(constant_values):
        raise PriorError(
            "np.pad pads by one number, or with the mode 'edge', 'reflect', 'symmetric' or 'wrap'"
        )
    source = to_array(m.graph, array)
    given = pad_width if is_scalar(pad_width) else to_array(m.graph, pad_width).data
    widths = np.array(
        [static_int(m, width, "a width of np.pad") for width in np.ravel(given)], dtype=int
    ).reshape(np.shape(given))
    if widths.size and not 0 <= widths.min() <= widths.max() <= limits.MAX_ELEMENTS:
        raise PriorError("a width of np.pad must not be negative, and not be large")
    try:
        pairs = np.broadcast_to(widths, (source.data.ndim, 2))
    except ValueError:
        raise PriorError("np.pad needs a width before and one behind for each axis") from None
    check_shape([size + int(a) + int(b) for size, (a, b) in zip(source.data.shape, pairs, strict=True)])
    places = np.arange(source.data.size).reshape(source.data.shape)
    options = {"constant_values": -1} if mode == "constant" else {}
    padded = np.pad(places, [(int(a), int(b)) for a, b in pairs], mode, **options)
    flat = source.data.ravel()
    value = m.graph.cast(constant_values, source.kind)
    entries = [value if place < 0 else flat[place] for place in padded.ravel()]
    return make_array(m.graph, entries, padded.shape, source.kind)


def from_iterable(m: Machine, iter: Value, dtype: Value, count: Value = -1, *, like: Value = None) -> Value:
    """`numpy.fromiter`."""
    number = static_int(m, count, "how many are taken")
    items = iterate(m.graph, iter)
    if number > len(items):
        raise PriorError("np.fromiter: there are fewer items than this", "leave `count` out")
    return to_array(m.graph, tuple(items if number < 0 else items[:number]), kind_of_dtype(dtype))


def window(name: str) -> Implementation:
    """`numpy.hanning` and its like, of a fixed length."""

    def row(m: Machine, M: Value) -> Value:
        size = static_int(m, M, "the length of a window")
        check_size(size)
        return make_array(m.graph, getattr(np, name)(size).tolist(), (max(size, 0),), "float")

    return row


_FLOATS: dict[Any, Any] = {
    "float16": np.float16,
    "half": np.float16,
    "float32": np.float32,
    "single": np.float32,
}
_INTEGERS: dict[Any, Any] = {"int8": np.int8, "int16": np.int16, "int32": np.int32}


def finfo(m: Machine, dtype: Value) -> Value:
    """`numpy.finfo`: what a type of floats can hold."""
    name = dtype.name if isinstance(dtype, DType) else dtype
    if kind_of_dtype(dtype) != "float":
        raise PriorError("np.finfo takes a type of floats", "use np.float32 or np.float64")
    info = np.finfo(np.dtype(_FLOATS.get(name, np.float64)))
    names = ("eps", "epsneg", "max", "min", "tiny", "resolution", "smallest_normal", "bits", "precision")
    return made(m, Class("numpy.finfo", ()), {key: np.asarray(getattr(info, key)).item() for key in names})


def iinfo(m: Machine, int_type: Value) -> Value:
    """`numpy.iinfo`: what a type of integers can hold."""
    name = int_type.name if isinstance(int_type, DType) else int_type
    if kind_of_dtype(int_type) != "int":
        raise PriorError("np.iinfo takes a type of integers", "use np.int32 or np.int64")
    info = np.iinfo(np.dtype(_INTEGERS.get(name, np.int64)))
    cells = {"max": info.max, "min": info.min, "bits": info.bits}
    if info.bits > limits.MAX_INTEGER_BITS:
        # One more than the translator's integers hold.
        del cells["min"]
    return made(m, Class("numpy.iinfo", ()), cells)


TABLE: dict[str, Implementation] = {
    "meshgrid": meshgrid,
    "ix_": ix_,
    "block": block,
    "pad": pad,
    "fromiter": from_iterable,
    **{name: window(name) for name in ("hanning", "hamming", "blackman", "bartlett")},
    "finfo": finfo,
    "iinfo": iinfo,
}
"""Rows of `numpy` by name."""
