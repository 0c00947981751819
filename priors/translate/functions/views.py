"""NumPy functions that only move entries: views where NumPy gives views, copies where it copies.

An array's entries lie in memory as NumPy's would, so NumPy itself decides which of both it is, and a program
that writes through a view changes the array.
"""

# ruff: noqa: ARG001 - every row of a table is called with the same arguments.
# ruff: noqa: PLR0917 - the arguments are NumPy's.

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature, signature

import numpy as np

from priors.translate import indexing
from priors.translate.containers import Array, List, Value
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import (
    Implementation,
    kind_of_dtype,
    static_int,
    static_option,
    static_shape,
)
from priors.translate.machine import Machine
from priors.translate.nodes import is_scalar
from priors.translate.values import (
    check_shape,
    check_size,
    describe,
    elementwise,
    make_array,
    to_array,
    whole,
)

Move = Callable[[np.ndarray], np.ndarray]


def as_array(m: Machine, a: Value) -> Array:
    """`a` itself if it is an array, else a new one of its numbers."""
    return whole(a) if isinstance(a, Array) else to_array(m.graph, a)


def moved(m: Machine, a: Value, move: Move) -> Array:
    """What `move` makes of the entries of `a`: a view or a copy."""
    source = as_array(m, a)
    try:
        data = move(source.data)
    except (ValueError, IndexError, TypeError) as error:
        raise PriorError(f"{describe(source)}: {error}", "check the axes and sizes") from None
    check_shape(data.shape)
    m.graph.spend(data.size)
    return source.derived(data)


def along_axes(change: Callable[..., np.ndarray], *required: str, **defaults: Value) -> Implementation:
    """A NumPy function of an array and fixed options: those `required`, and those with `defaults`."""
    kind = Parameter.POSITIONAL_OR_KEYWORD
    parameters = [
        Parameter(name, kind) for name in ("machine", next(iter(signature(change).parameters)), *required)
    ]
    parameters += [Parameter(name, kind, default=value) for name, value in defaults.items()]
    names = Signature(parameters)

    def row(*positional: Value, **named: Value) -> Value:
        bound = names.bind(*positional, **named)
        bound.apply_defaults()
        m, a, *options = bound.args
        plain = [static_option(m, value, "this option") for value in options]
        return moved(m, a, lambda data: change(data, *plain))

    row.__signature__ = names  # type: ignore[attr-defined]
    return row


def at_least(change: Callable[[np.ndarray], np.ndarray]) -> Implementation:
    """`numpy.atleast_1d` and its like: of one array, or of several as a tuple."""

    def row(m: Machine, *arys: Value) -> Value:
        made = tuple(moved(m, a, change) for a in arys)
        return made[0] if len(made) == 1 else made

    return row


def asarray(m: Machine, a: Value, dtype: Value = None, order: Value = None, *, copy: Value = None) -> Value:
    """`numpy.asarray`: an array stays the same object unless its numbers change their kind."""
    if isinstance(a, Array) and kind_of_dtype(dtype) in (None, a.kind) and copy is not True:
        return whole(a)
    return to_array(m.graph, a, kind_of_dtype(dtype))


def astype(
    m: Machine,
    a: Value,
    dtype: Value,
    order: Value = "K",
    casting: Value = "unsafe",
    subok: Value = True,
    copy: Value = True,
) -> Value:
    """`ndarray.astype`: a copy, but for `copy=False` where the kind of number stays."""
    return asarray(m, a, dtype, copy=bool(copy))


def _sizes(m: Machine, shape: Value) -> tuple[int, ...]:
    sizes = static_option(m, shape, "a size")
    return sizes if isinstance(sizes, tuple) else (sizes,)


def reshape(m: Machine, a: Value, /, shape: Value, order: Value = "C", *, copy: Value = None) -> Value:
    """`numpy.reshape`."""
    sizes = _sizes(m, shape)
    found = moved(m, a, lambda data: data.reshape(sizes, order=order))
    return to_array(m.graph, found) if copy is True else found


def reshape_method(m: Machine, a: Value, /, *shape: Value, order: Value = "C", copy: Value = None) -> Value:
    """`ndarray.reshape`: the sizes one by one or as one tuple."""
    return reshape(m, a, shape[0] if len(shape) == 1 else shape, order, copy=copy)


def transpose_method(m: Machine, a: Value, /, *axes: Value) -> Value:
    """`ndarray.transpose`: the axes one by one or as one tuple."""
    order = static_option(m, axes[0] if len(axes) == 1 else axes, "an axis") or None
    return moved(m, a, lambda data: data.transpose(order))


def flatten(m: Machine, a: Value, order: Value = "C") -> Value:
    """`ndarray.flatten`: always a copy."""
    return moved(m, a, lambda data: data.flatten(order))


def flat(owner: Array) -> Array:
    """`ndarray.flat`, as the flat view."""
    if not whole(owner).data.flags.c_contiguous:
        raise PriorError("x.flat of rearranged entries", "use x.ravel()")
    return owner.view(owner.data.reshape(-1))


def broadcast_to(m: Machine, array: Value, shape: Value, subok: Value = False) -> Value:
    """`numpy.broadcast_to`: a view that is read-only, as NumPy's is."""
    sizes = static_shape(m, shape)
    return moved(m, array, lambda data: np.broadcast_to(data, sizes))


def broadcast_arrays(m: Machine, *args: Value) -> Value:
    """`numpy.broadcast_arrays`."""
    arrays = [as_array(m, a) for a in args]
    try:
        shape = np.broadcast_shapes(*(array.data.shape for array in arrays))
    except ValueError as error:
        raise PriorError(f"these arrays do not fit together: {error}") from None
    return tuple(broadcast_to(m, array, shape) for array in arrays)


def diag(m: Machine, v: Value, k: Value = 0) -> Value:
    """`numpy.diag`: the diagonal of a matrix, read-only, or a new matrix with this diagonal."""
    source, offset = as_array(m, v), static_int(m, k, "the diagonal")
    if source.data.ndim != 1:
        return moved(m, source, lambda data: np.diag(data, offset))
    check_shape((len(source.data) + abs(offset),) * 2)
    data = np.diag(source.data, offset)
    return make_array(m.graph, list(data.ravel()), data.shape, source.kind)


def split(change: Callable[..., list[np.ndarray]], *axes: int) -> Implementation:
    """`numpy.split` and its like: a list of views."""

    def row(m: Machine, ary: Value, indices_or_sections: Value, axis: Value = axes[0]) -> Value:
        where = static_option(m, indices_or_sections, "the place of a split")
        if isinstance(where, int):
            check_size(where)
        source = as_array(m, ary)
        try:
            parts = change(
                source.data, where if isinstance(where, int) else list(where), static_int(m, axis, "an axis")
            )
        except (ValueError, IndexError, TypeError, ZeroDivisionError) as error:
            raise PriorError(f"{describe(source)}: {error}", "split it into equal parts") from None
        return List([source.derived(part) for part in parts])

    return row


def take(m: Machine, a: Value, indices: Value, axis: Value = None, *, mode: Value = "raise") -> Value:
    """`numpy.take`: always a copy."""
    source = as_array(m, a)
    place = -1 if axis is None else static_int(m, axis, "an axis")
    owner = source.derived(source.data.ravel()) if axis is None else source
    if not -owner.data.ndim <= place < owner.data.ndim or mode not in ("raise", "clip", "wrap"):
        raise PriorError("np.take needs an axis of the array, and the mode 'raise', 'clip' or 'wrap'")
    size = owner.data.shape[place]
    index = indices if is_scalar(indices) else to_array(m.graph, indices)
    if mode == "clip":
        index = elementwise(m.graph, "minimum", elementwise(m.graph, "maximum", index, 0), size - 1)
    elif mode == "wrap":
        index = elementwise(m.graph, "remainder", index, size)
    before = place % owner.data.ndim
    found = indexing.read(m, owner, (*(slice(None),) * before, index) if before else index)
    return to_array(m.graph, found) if isinstance(found, Array) else found


def copied(m: Machine, a: Value, order: Value = "K", subok: Value = False) -> Value:
    """`numpy.copy`."""
    return to_array(m.graph, a)


TABLE: dict[str, Implementation] = {
    "asarray": asarray,
    "asanyarray": asarray,
    "ascontiguousarray": lambda m, a, dtype=None: moved(m, asarray(m, a, dtype), np.ascontiguousarray),
    "atleast_1d": at_least(np.atleast_1d),
    "atleast_2d": at_least(np.atleast_2d),
    "atleast_3d": at_least(np.atleast_3d),
    "reshape": reshape,
    "ravel": along_axes(np.ravel, order="C"),
    "squeeze": along_axes(np.squeeze, axis=None),
    "transpose": along_axes(np.transpose, axes=None),
    "permute_dims": along_axes(np.transpose, axes=None),
    "matrix_transpose": along_axes(np.matrix_transpose),
    "flip": along_axes(np.flip, axis=None),
    "fliplr": along_axes(np.fliplr),
    "flipud": along_axes(np.flipud),
    "rot90": along_axes(np.rot90, k=1, axes=(0, 1)),
    "expand_dims": along_axes(np.expand_dims, "axis"),
    "swapaxes": along_axes(np.swapaxes, "axis1", "axis2"),
    "moveaxis": along_axes(np.moveaxis, "source", "destination"),
    "diagonal": along_axes(np.diagonal, offset=0, axis1=0, axis2=1),
    "roll": along_axes(np.roll, "shift", axis=None),
    "diag": diag,
    "broadcast_to": broadcast_to,
    "broadcast_arrays": broadcast_arrays,
    "split": split(np.split, 0),
    "array_split": split(np.array_split, 0),
    "hsplit": lambda m, ary, indices_or_sections: split(np.split, 0)(
        m, ary, indices_or_sections, min(1, as_array(m, ary).data.ndim - 1)
    ),
    "vsplit": lambda m, ary, indices_or_sections: split(np.split, 0)(m, ary, indices_or_sections, 0),
    "take": take,
    "copy": copied,
}
"""Rows of `numpy` by name; the last two give copies."""
