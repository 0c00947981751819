"""NumPy functions that call a function of the program for entries, rows or indices of arrays."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import Implementation, call, kind_of_dtype, static_int, static_shape
from priors.translate.functions.getters import VECTORIZED, made
from priors.translate.machine import Machine
from priors.translate.objects import Class, Function
from priors.translate.values import check_shape, describe, iterate, make_array, to_array


def vectorize(m: Machine, pyfunc: Value, otypes: Value = None) -> Value:
    """`numpy.vectorize`: a function of numbers, called for the entries of broadcast arrays."""
    types = otypes if isinstance(otypes, str) or otypes is None else iterate(m.graph, otypes)
    if isinstance(otypes, str) or (types is not None and len(types) != 1):
        raise PriorError("np.vectorize with these types", "write otypes=[float]")
    kind = kind_of_dtype(types[0]) if types else None
    if kind is None and isinstance(pyfunc, Function) and any(_whole_and_broken(pyfunc)):
        raise PriorError(
            "np.vectorize takes the type of its first result for all of them, and this may be an integer",
            "return floats everywhere: 0.0 instead of 0",
        )
    return made(m, Class(VECTORIZED, ()), {"func": pyfunc, "kind": kind})


def _whole_and_broken(function: Function) -> Iterator[bool]:
    """For each whole number that a function returns, whether it may return something else as well."""
    returned = [
        part.value for node in function.body for part in ast.walk(node) if isinstance(part, ast.Return)
    ]
    pending = [value for value in returned if value is not None]
    leaves: list[ast.expr] = []
    while pending:
        value = pending.pop()
        if isinstance(value, ast.IfExp):
            pending += [value.body, value.orelse]
        elif isinstance(value, ast.BoolOp):
            pending += value.values
        else:
            leaves.append(value)
    for leaf in leaves:
        inner = leaf.operand if isinstance(leaf, ast.UnaryOp) else leaf
        yield isinstance(inner, ast.Constant) and type(inner.value) is int and len(leaves) > 1


def from_function(m: Machine, function: Value, shape: Value, *, dtype: Value = float) -> Value:
    """`numpy.fromfunction`: the function is called once, with arrays of the indices."""
    sizes = static_shape(m, shape)
    kind = "float" if dtype is float else kind_of_dtype(dtype)
    indices = np.indices(sizes)
    grids = [make_array(m.graph, grid.ravel().tolist(), sizes, kind or "float") for grid in indices]
    return call(m, function, *grids)


def apply_along_axis(m: Machine, func1d: Value, axis: Value, arr: Value, *args: Value) -> Value:
    """`numpy.apply_along_axis`, of a function that makes a number or a vector of a vector."""
    graph, source = m.graph, to_array(m.graph, arr)
    place = static_int(m, axis, "an axis")
    if not -source.data.ndim <= place < source.data.ndim:
        raise PriorError(f"{describe(source)} has no axis {place}", "use a smaller axis")
    moved = np.moveaxis(source.data, place, -1)
    outer = moved.shape[:-1]
    found = []
    for at in np.ndindex(*outer):
        graph.spend(moved.shape[-1])
        line = make_array(graph, list(moved[at]), moved.shape[-1:], source.kind)
        found.append(to_array(graph, call(m, func1d, line, *args)))
    shapes = {one.data.shape for one in found}
    if len(shapes) != 1 or len(inner := shapes.pop()) > 1:
        raise PriorError(
            "np.apply_along_axis needs numbers, or vectors of one length", "return np.array([...])"
        )
    check_shape((*outer, *inner))
    data = np.stack([one.data for one in found]).reshape((*outer, *inner))
    if inner:
        data = np.moveaxis(data, -1, place)
    kind = found[0].kind
    result = make_array(graph, list(data.ravel()), data.shape, kind)
    if any(one.kind != kind for one in found):
        raise PriorError("np.apply_along_axis takes the type of its first result for all", "return floats")
    return result.data[()] if not data.shape else result


TABLE: dict[str, Implementation] = {
    "vectorize": vectorize,
    "fromfunction": from_function,
    "apply_along_axis": apply_along_axis,
}
"""Rows of `numpy` by name."""
