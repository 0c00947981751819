"""The graph as a JAX function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from priors.translate.graph import Graph, Node, Scalar, kind_of
from priors.translate.operations import OPERATIONS


def lower(roots: Sequence[Scalar], parameters: Mapping[str, Any], observation: jax.Array) -> jax.Array:
    """The values of `roots` as one vector, shape `(len(roots),)`, of the observation's dtype."""
    dtype = observation.dtype
    dtypes = {"bool": jnp.bool_, "int": jnp.int32, "float": dtype}
    values: dict[int, jax.Array] = {}

    def value_of(operand: Scalar) -> Any:
        if isinstance(operand, Node):
            return values[operand.index]
        return np.asarray(operand, dtypes[kind_of(operand)])

    for node in Graph.reachable(roots):
        if node.operation == "input":
            value = lax.index_in_dim(observation, node.operands[0], keepdims=False)
        elif node.operation == "parameter":
            value = lax.convert_element_type(parameters[node.operands[0]], dtype)
        elif node.operation == "widen":
            value = lax.convert_element_type(value_of(node.operands[0]), dtypes[node.kind])
        elif node.operation == "select":
            value = lax.select(*(jnp.asarray(value_of(operand)) for operand in node.operands))
        else:
            value = OPERATIONS[node.operation].emit(*map(value_of, node.operands))
        values[node.index] = value
    return jnp.stack([jnp.asarray(value_of(root), dtype) for root in roots])
