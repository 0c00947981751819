"""`numpy.linalg` for matrices of up to three rows, by cofactors: no pivot to choose, no division but one."""

from __future__ import annotations

import numpy as np

from priors.translate.containers import Array, Value
from priors.translate.errors import PriorError
from priors.translate.graph import Graph, Scalar
from priors.translate.machine import Machine
from priors.translate.operators import matmul, total
from priors.translate.values import make_array, to_array


def _square(m: Machine, a: Value) -> np.ndarray:
    data = to_array(m.graph, a, "float").data
    if data.ndim != 2 or data.shape[0] != data.shape[1] or not 1 <= len(data) <= 3:
        raise PriorError(f"a matrix of shape {data.shape}", "use square matrices of up to three rows")
    return data


def _determinant(graph: Graph, data: np.ndarray) -> Scalar:
    if len(data) == 1:
        return data[0, 0]
    terms = [graph.apply("multiply", data[0, j], _cofactor(graph, data, 0, j)) for j in range(len(data))]
    return total(graph, terms)


def _cofactor(graph: Graph, data: np.ndarray, i: int, j: int) -> Scalar:
    minor = _determinant(graph, np.delete(np.delete(data, i, 0), j, 1)) if len(data) > 1 else 1.0
    return graph.apply("negative", minor) if (i + j) % 2 else minor


def det(m: Machine, a: Value) -> Value:
    """`numpy.linalg.det`."""
    return _determinant(m.graph, _square(m, a))


def inv(m: Machine, a: Value) -> Array:
    """`numpy.linalg.inv`."""
    graph, data = m.graph, _square(m, a)
    whole, size = _determinant(graph, data), len(data)
    entries = [
        graph.apply("divide", _cofactor(graph, data, j, i), whole) for i in range(size) for j in range(size)
    ]
    return make_array(graph, entries, (size, size), "float")


def solve(m: Machine, a: Value, b: Value) -> Value:
    """`numpy.linalg.solve`."""
    return matmul(m.graph, inv(m, a), b)
