"""`numpy.linalg`: small matrices of the observation by formulas, those of literals by NumPy itself.

Up to three rows go by cofactors: no pivot to choose, no division but one. Up to six go by elimination with
the largest pivot, as LAPACK does. A matrix of literals is worked out once: the literals become constants.
"""

# ruff: noqa: ARG001 - every row of a table is called with the same arguments.

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from priors.translate import limits
from priors.translate.containers import Array, Value
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import Implementation
from priors.translate.graph import Graph
from priors.translate.machine import Machine, RestartError
from priors.translate.nodes import Scalar
from priors.translate.objects import Unusable
from priors.translate.operators import matmul, total
from priors.translate.positions import is_open
from priors.translate.values import describe, make_array, to_array

_MOST_ROWS, _BY_COFACTORS, _MOST_FIXED_ROWS = 6, 3, 64


def _square(m: Machine, a: Value, most: int = _MOST_ROWS) -> np.ndarray:
    data = to_array(m.graph, a, "float").data
    if data.ndim != 2 or data.shape[0] != data.shape[1] or not 1 <= len(data) <= most:
        raise PriorError(f"a matrix of shape {data.shape}", f"use square matrices of up to {most} rows")
    return data


def _numbers(m: Machine, a: Value) -> np.ndarray | None:
    """The entries of a fixed matrix, None if it depends on the observation.

    Raises:
        RestartError: they are made of literals, which must become constants.
    """
    array = to_array(m.graph, a, "float")
    entries = list(array.data.ravel())
    if any(map(is_open, entries)):
        return None
    if not all(1 <= size <= _MOST_FIXED_ROWS for size in array.data.shape):
        raise PriorError(f"numpy.linalg of {describe(array)}", f"use at most {_MOST_FIXED_ROWS} rows")
    literals = m.graph.literals_of(entries)
    if literals:
        raise RestartError(literals)
    m.graph.spend(len(entries) * max(array.data.shape, default=1) // 8)
    fixed = [m.graph.static(entry, "a matrix") for entry in entries]
    return np.array(fixed, dtype=float).reshape(array.data.shape)


def _is_small(m: Machine, a: Value) -> bool:
    """Whether a matrix of literals may stay a formula of them, which can be tuned."""
    shape = to_array(m.graph, a).data.shape
    room = len(m.graph.nodes) < limits.MAX_OPERATIONS // 8
    return room and len(shape) == 2 and max(shape) <= _BY_COFACTORS


def _determinant(graph: Graph, data: np.ndarray) -> Scalar:
    if len(data) == 1:
        return data[0, 0]
    if len(data) > _BY_COFACTORS:
        rows, sign = _eliminated(graph, data)
        pivots = [rows[k][k] for k in range(len(rows))]
        result = sign
        for pivot in pivots:
            result = graph.apply("multiply", result, pivot)
        return result
    terms = [graph.apply("multiply", data[0, j], _cofactor(graph, data, 0, j)) for j in range(len(data))]
    return total(graph, terms)


def _cofactor(graph: Graph, data: np.ndarray, i: int, j: int) -> Scalar:
    minor = _determinant(graph, np.delete(np.delete(data, i, 0), j, 1)) if len(data) > 1 else 1.0
    return graph.apply("negative", minor) if (i + j) % 2 else minor


def _eliminated(graph: Graph, data: np.ndarray) -> tuple[list[list[Scalar]], Scalar]:
    """The rows with zeros left of the diagonal, and the sign of the exchanges; more columns may follow."""
    rows, sign = [list(row) for row in data], 1.0
    result: Scalar = sign
    for k in range(len(rows)):
        for i in range(k + 1, len(rows)):
            sizes = [graph.apply("absolute", rows[j][k]) for j in (i, k)]
            larger = graph.apply("greater", *sizes)
            result = graph.select(larger, graph.apply("negative", result), result)
            for j in range(k, len(rows[k])):
                upper, lower = rows[k][j], rows[i][j]
                rows[k][j] = graph.select(larger, lower, upper)
                rows[i][j] = graph.select(larger, upper, lower)
        for i in range(k + 1, len(rows)):
            factor = graph.apply("divide", rows[i][k], rows[k][k])
            for j in range(k + 1, len(rows[k])):
                rows[i][j] = _less(graph, rows[i][j], factor, rows[k][j])
    return rows, result


def _less(graph: Graph, x: Scalar, factor: Scalar, y: Scalar) -> Scalar:
    return graph.apply("subtract", x, graph.apply("multiply", factor, y))


def _solved(graph: Graph, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The matrix `x` of `a @ x = b`, by elimination and substitution from below."""
    size = len(a)
    rows, _ = _eliminated(graph, np.concatenate([a, b], axis=1))
    for k in range(size - 1, -1, -1):
        for j in range(size, size + b.shape[1]):
            for i in range(k + 1, size):
                rows[k][j] = _less(graph, rows[k][j], rows[k][i], rows[i][j])
            rows[k][j] = graph.apply("divide", rows[k][j], rows[k][k])
    return np.array([row[size:] for row in rows], dtype=object).reshape(size, b.shape[1])


def det(m: Machine, a: Value) -> Value:
    """`numpy.linalg.det`."""
    fixed = None if _is_small(m, a) else _numbers(m, a)
    return _determinant(m.graph, _square(m, a)) if fixed is None else float(np.linalg.det(fixed))


def inv(m: Machine, a: Value) -> Value:
    """`numpy.linalg.inv`."""
    fixed = None if _is_small(m, a) else _numbers(m, a)
    if fixed is not None:
        return _array(m, np.linalg.inv(fixed))
    graph, data = m.graph, _square(m, a)
    size = len(data)
    if size > _BY_COFACTORS:
        identity = np.array([[float(i == j) for j in range(size)] for i in range(size)], dtype=object)
        return make_array(graph, list(_solved(graph, data, identity).ravel()), (size, size), "float")
    whole = _determinant(graph, data)
    entries = [
        graph.apply("divide", _cofactor(graph, data, j, i), whole) for i in range(size) for j in range(size)
    ]
    return make_array(graph, entries, (size, size), "float")


def solve(m: Machine, a: Value, b: Value) -> Value:
    """`numpy.linalg.solve`."""
    fixed = None if _is_small(m, a) else _numbers(m, a)
    right = to_array(m.graph, b, "float")
    if fixed is not None or len(to_array(m.graph, a).data) <= _BY_COFACTORS:
        return matmul(m.graph, inv(m, a), b)
    data, columns = _square(m, a), right.data.reshape(len(right.data), -1)
    if len(columns) != len(data) or right.data.ndim > 2:
        raise PriorError(f"np.linalg.solve of {data.shape} and {right.data.shape}", "compare the shapes")
    return make_array(m.graph, list(_solved(m.graph, data, columns).ravel()), right.data.shape, "float")


def cholesky(m: Machine, a: Value) -> Value:
    """`numpy.linalg.cholesky`."""
    fixed = _numbers(m, a)
    if fixed is not None:
        return _array(m, np.linalg.cholesky(fixed))
    graph, data = m.graph, _square(m, a)
    size = len(data)
    lower = np.full((size, size), 0.0, dtype=object)
    for i in range(size):
        for j in range(i + 1):
            rest = data[i, j]
            for k in range(j):
                rest = _less(graph, rest, lower[i, k], lower[j, k])
            lower[i, j] = graph.apply("sqrt", rest) if i == j else graph.apply("divide", rest, lower[j, j])
    return make_array(graph, list(lower.ravel()), (size, size), "float")


def lstsq(m: Machine, a: Value, b: Value, rcond: Value = None) -> Value:
    """`numpy.linalg.lstsq` with a fixed matrix: the solution alone may be read."""
    solution = matmul(m.graph, pinv(m, a), b)
    unknown = Unusable("only the solution of np.linalg.lstsq is worked out", "write np.linalg.lstsq(a, b)[0]")
    return solution, unknown, unknown, unknown


def _array(m: Machine, data: np.ndarray) -> Array:
    return make_array(m.graph, data.ravel().tolist(), data.shape)


def _of_fixed(function: Callable[..., Any], *, square: bool = True) -> Implementation:
    """A function of fixed matrices, by NumPy itself; complex results are refused."""

    def row(m: Machine, a: Value) -> Value:
        fixed = _numbers(m, a)
        if fixed is None:
            raise PriorError(
                "this function of a matrix that depends on the observation",
                "work the matrix out beforehand, or use solve, inv or det",
            )
        if fixed.ndim != 2 or (square and fixed.shape[0] != fixed.shape[1]):
            raise PriorError(f"a matrix of shape {fixed.shape}", "give it a square matrix")
        found = function(fixed)
        parts = [np.asarray(part) for part in (found if isinstance(found, tuple) else (found,))]
        if any(np.iscomplexobj(part) for part in parts):
            raise PriorError("complex numbers are not allowed", "use a symmetric matrix")
        made = tuple(_array(m, part) if part.ndim else part.item() for part in parts)
        return made if isinstance(found, tuple) else made[0]

    return row


pinv = _of_fixed(np.linalg.pinv, square=False)

_rank, _condition = (
    _of_fixed(function, square=False) for function in (np.linalg.matrix_rank, np.linalg.cond)
)


def matrix_rank(m: Machine, A: Value) -> Value:
    """`numpy.linalg.matrix_rank`."""
    return _rank(m, A)


def cond(m: Machine, x: Value) -> Value:
    """`numpy.linalg.cond`."""
    return _condition(m, x)


TABLE: dict[str, Implementation] = {
    "det": det,
    "inv": inv,
    "solve": solve,
    "cholesky": cholesky,
    "lstsq": lstsq,
    "pinv": pinv,
    "eig": _of_fixed(np.linalg.eig),
    "eigh": _of_fixed(np.linalg.eigh),
    "eigvals": _of_fixed(np.linalg.eigvals),
    "eigvalsh": _of_fixed(np.linalg.eigvalsh),
    "svd": _of_fixed(np.linalg.svd, square=False),
    "qr": _of_fixed(np.linalg.qr, square=False),
    "matrix_rank": matrix_rank,
    "cond": cond,
}
"""Rows of `numpy.linalg` by name."""
