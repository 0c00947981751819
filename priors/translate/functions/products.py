"""Products of vectors and matrices."""

from __future__ import annotations

import functools
import math

import numpy as np

from priors.translate.containers import Array, Value
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import Implementation, static_int, static_option
from priors.translate.machine import Machine
from priors.translate.nodes import is_scalar
from priors.translate.operators import matmul, total
from priors.translate.values import check_shape, elementwise, iterate, make_array, to_array, unwrap


def dot(m: Machine, a: Value, b: Value) -> Value:
    """`numpy.dot`."""
    if is_scalar(a) or is_scalar(b):
        return elementwise(m.graph, "multiply", a, b)
    return matmul(m.graph, a, b)


def inner(m: Machine, a: Value, b: Value) -> Value:
    """`numpy.inner` of vectors."""
    if is_scalar(a) or is_scalar(b):
        return elementwise(m.graph, "multiply", a, b)
    if to_array(m.graph, a).data.ndim > 1 or to_array(m.graph, b).data.ndim > 1:
        raise PriorError("this product is for vectors", "use a @ b")
    return matmul(m.graph, a, b)


def vdot(m: Machine, a: Value, b: Value) -> Value:
    """`numpy.vdot`: of the flat arrays."""
    return matmul(m.graph, *(_flat(to_array(m.graph, side)) for side in (a, b)))


def _flat(array: Array) -> Array:
    return Array(array.data.reshape(-1), array.kind)


def outer(m: Machine, a: Value, b: Value) -> Value:
    """`numpy.outer`: of the flat arrays."""
    x, y = (_flat(to_array(m.graph, side)) for side in (a, b))
    return elementwise(m.graph, "multiply", Array(x.data[:, None], x.kind), Array(y.data[None], y.kind))


def kron(m: Machine, a: Value, b: Value) -> Value:
    """`numpy.kron` of vectors or matrices."""
    x, y = (to_array(m.graph, side) for side in (a, b))
    if not 1 <= x.data.ndim == y.data.ndim <= 2:
        raise PriorError("np.kron is for two vectors or two matrices", "reshape them")
    left, right = np.atleast_2d(x.data), np.atleast_2d(y.data)
    check_shape([p * q for p, q in zip(left.shape, right.shape, strict=True)])
    spread = elementwise(
        m.graph, "multiply", Array(left[:, None, :, None], x.kind), Array(right[None, :, None, :], y.kind)
    )
    rows = left.shape[0] * right.shape[0]
    return Array(spread.data.reshape(rows, -1) if x.data.ndim == 2 else spread.data.reshape(-1), spread.kind)


def cross(m: Machine, a: Value, b: Value) -> Value:
    """`numpy.cross` of vectors of three or two entries, the last axis of each array."""
    x, y = (to_array(m.graph, part) for part in (a, b))
    sizes = {array.data.shape[-1:] for array in (x, y)}
    if not sizes <= {(3,), (2,)} or len(sizes) != 1:
        raise PriorError("np.cross needs two vectors of three entries", "give both three entries")

    def minor(i: int, j: int) -> Value:
        pairs = [(_along_last(x, p), _along_last(y, q)) for p, q in ((i, j), (j, i))]
        products = [elementwise(m.graph, "multiply", *pair) for pair in pairs]
        return elementwise(m.graph, "subtract", *products)

    if sizes == {(2,)}:
        return minor(0, 1)
    parts = [to_array(m.graph, minor(*pair)) for pair in ((1, 2), (2, 0), (0, 1))]
    data = np.stack([part.data for part in parts], axis=-1)
    return make_array(m.graph, list(data.ravel()), data.shape)


def _along_last(array: Array, place: int) -> Value:
    return unwrap(Array(np.asarray(array.data[..., place], dtype=object), array.kind))


def tensordot(m: Machine, a: Value, b: Value, axes: Value = 2) -> Value:
    """`numpy.tensordot`."""
    x, y = (to_array(m.graph, side) for side in (a, b))
    chosen = static_option(m, axes, "the axes") if is_scalar(axes) else None
    if chosen is None:
        given = [static_option(m, side, "an axis") for side in iterate(m.graph, axes)]
        pairs = [list(side) if isinstance(side, tuple) else [side] for side in given]
    elif not isinstance(chosen, int) or not 0 <= chosen <= min(x.data.ndim, y.data.ndim):
        raise PriorError("np.tensordot over more axes than the arrays have", "use fewer")
    else:
        pairs = [list(range(x.data.ndim - chosen, x.data.ndim)), list(range(chosen))]
    if len(pairs) != 2 or len(pairs[0]) != len(pairs[1]):
        raise PriorError("np.tensordot needs as many axes of the one array as of the other")
    count = len(pairs[0])
    try:
        left = np.moveaxis(x.data, pairs[0], range(-count, 0)) if count else x.data
        right = np.moveaxis(y.data, pairs[1], range(count)) if count else y.data
    except ValueError as error:
        raise PriorError(f"np.tensordot: {error}") from None
    outer, inner = left.shape[: left.ndim - count], right.shape[count:]
    if left.shape[left.ndim - count :] != right.shape[:count]:
        raise PriorError("np.tensordot: the axes have different lengths", "compare the shapes")
    check_shape((*outer, *inner))
    size = math.prod(right.shape[:count])
    flat = matmul(
        m.graph,
        Array(left.reshape(math.prod(outer), size), x.kind),
        Array(right.reshape(size, math.prod(inner)), y.kind),
    )
    return unwrap(Array(flat.data.reshape((*outer, *inner)), flat.kind))


def trace(m: Machine, a: Value, offset: Value = 0) -> Value:
    """`numpy.trace` of a matrix."""
    data = to_array(m.graph, a).data
    if data.ndim != 2:
        raise PriorError("np.trace is for matrices", "use a.sum()")
    return total(m.graph, list(np.diagonal(data, static_int(m, offset, "the diagonal"))))


def triangle(lower: bool) -> Implementation:
    """`numpy.tril` and `numpy.triu`."""

    def row(machine: Machine, m: Value, k: Value = 0) -> Value:
        array, diagonal = to_array(machine.graph, m), static_int(machine, k, "the diagonal")
        if array.data.ndim < 2:
            raise PriorError("a triangle is of a matrix", "reshape it")
        kept = (np.tril if lower else np.triu)(np.ones(array.data.shape, dtype=bool), diagonal)
        pairs = zip(array.data.ravel(), kept.ravel(), strict=True)
        return make_array(machine.graph, [x if keep else 0 for x, keep in pairs], kept.shape, array.kind)

    return row


def matrix_power(m: Machine, a: Value, n: Value) -> Value:
    """`numpy.linalg.matrix_power` of small powers."""
    array, times = to_array(m.graph, a), static_int(m, n, "the power of a matrix")
    if array.data.ndim != 2 or array.data.shape[0] != array.data.shape[1] or not 0 <= times <= 64:
        raise PriorError("this power of a matrix", "use a square matrix and a power from 0 to 64")
    size = len(array.data)
    identity = make_array(m.graph, [float(i == j) for i in range(size) for j in range(size)], (size, size))
    return (
        functools.reduce(lambda x, _: matmul(m.graph, x, array), range(times - 1), array)
        if times
        else identity
    )


def multi_dot(m: Machine, arrays: Value) -> Value:
    """`numpy.linalg.multi_dot`."""
    return functools.reduce(lambda x, y: matmul(m.graph, x, y), iterate(m.graph, arrays))


def einsum(m: Machine, subscripts: Value, *operands: Value) -> Value:
    """`numpy.einsum` with one letter for each axis."""
    graph = m.graph
    if not isinstance(subscripts, str) or not operands:
        raise PriorError("np.einsum takes a string such as 'ij,j->i'", "write a @ b")
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    letters = sorted({*inputs} - {","})
    if not arrow:
        output = "".join(letter for letter in letters if inputs.count(letter) == 1)
    arrays = [to_array(graph, operand).data for operand in operands]
    fits = len(terms) == len(arrays) and all(map(_has_axes, arrays, terms))
    if (
        not fits
        or not {*output} <= {*letters}
        or len({*output}) < len(output)
        or not all(map(str.isalpha, letters))
    ):
        raise PriorError(f"np.einsum: {subscripts!r} does not fit its arrays", "name each axis by a letter")
    pairs = [
        pair for term, data in zip(terms, arrays, strict=True) for pair in zip(term, data.shape, strict=True)
    ]
    sizes = dict(pairs)
    if any(sizes[letter] != size for letter, size in pairs):
        raise PriorError(
            f"np.einsum: the axes of {subscripts!r} have different lengths", "compare the shapes"
        )
    shape = tuple(sizes[letter] for letter in output)
    check_shape(shape)
    graph.spend(math.prod(sizes.values()) * len(arrays))
    summed = [letter for letter in letters if letter not in output]
    entries = []
    for place in np.ndindex(*shape):
        products = []
        for inside in np.ndindex(*(sizes[letter] for letter in summed)):
            at = dict(zip([*output, *summed], (*place, *inside), strict=True))
            factors = [data[tuple(at[x] for x in term)] for term, data in zip(terms, arrays, strict=True)]
            products.append(functools.reduce(lambda x, y: graph.apply("multiply", x, y), factors))
        entries.append(total(graph, products))
    return unwrap(make_array(graph, entries, shape))


def _has_axes(data: np.ndarray, term: str) -> bool:
    return data.ndim == len(term)


TABLE: dict[str, Implementation] = {
    "dot": dot,
    "inner": inner,
    "vdot": vdot,
    "outer": outer,
    "kron": kron,
    "matmul": lambda m, x1, x2: matmul(m.graph, x1, x2),
    "cross": cross,
    "tensordot": tensordot,
    "trace": trace,
    "tril": triangle(True),
    "triu": triangle(False),
    "einsum": einsum,
}
