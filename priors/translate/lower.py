"""The graph as a JAX function, in double precision whatever JAX's own is.

CPython computes in double precision, and a policy with a clock shows it: after fifty steps of 0.01 a
float32 clock has passed 0.5 one step too early or too late, and the robot stands on the other leg. A
policy is a few hundred scalar operations; the physics beside it is a thousand times as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from priors.translate.graph import Graph, Kind
from priors.translate.nodes import Node, Scalar, kind_of
from priors.translate.operations import OPERATIONS

_DTYPES = {"bool": np.bool_, "int": np.int64, "float": np.float64}


def in_double(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that computes with 64 bits, wherever it is called or differentiated.

    Its derivative too is traced with 64 bits enabled: some rules of JAX make constants of their own. The
    function takes `exact`, whether it rounds each result as CPython does, which has no derivative.
    """

    @jax.custom_jvp
    def run(*arguments: Any) -> Any:
        with jax.enable_x64(True):
            return function(*arguments, exact=True)

    @run.defjvp
    def _derivative(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
        with jax.enable_x64(True):
            values = function(*primals, exact=True)
            return values, jax.jvp(partial(function, exact=False), primals, tangents)[1]

    compiled: Callable[..., Any] = jax.jit(run)
    return compiled


class Carry(NamedTuple):
    """What a program remembers from step to step.

    It holds no 64-bit numbers, which JAX would shorten outside of a translated program, and None for a kind
    of which there are none, for checkpoints hold no empty arrays.

    Attributes:
        floats: shape `(n, 3)`, float32: each number is the sum of its row, exact to 72 bits.
        integers: shape `(m, 2)`, uint32: the two halves of a 64-bit integer.
        truths: shape `(k,)`, bool.
    """

    floats: jax.Array | None
    integers: jax.Array | None
    truths: jax.Array | None


class Layout(NamedTuple):
    """The kind of each remembered number, by its slot; each kind has an array of its own in the carry."""

    kinds: tuple[Kind, ...]

    def of(self, kind: Kind) -> list[int]:
        """The slots of one kind."""
        return [slot for slot, own in enumerate(self.kinds) if own == kind]


def pack(layout: Layout, values: Sequence[jax.Array]) -> Carry:
    """The carry of remembered numbers, in double precision."""

    def of(kind: Kind) -> jax.Array | None:
        rows = [lax.reshape(values[slot], (1,)) for slot in layout.of(kind)]
        return lax.concatenate(rows, 0) if rows else None

    floats, integers = of("float"), of("int")
    return Carry(
        floats=None if floats is None else _split(floats),
        integers=None if integers is None else lax.bitcast_convert_type(integers, np.uint32),
        truths=of("bool"),
    )


def unpack(layout: Layout, carry: Carry) -> list[jax.Array]:
    """The remembered numbers, in double precision."""
    arrays: dict[str, Any] = {
        "float": None if carry.floats is None else _joined(carry.floats),
        "int": None if carry.integers is None else lax.bitcast_convert_type(carry.integers, np.int64),
        "bool": carry.truths,
    }
    rows = {kind: iter(range(len(layout.kinds))) for kind in arrays}
    return [lax.index_in_dim(arrays[kind], next(rows[kind]), keepdims=False) for kind in layout.kinds]


def _joined(floats: jax.Array) -> jax.Array:
    parts = lax.convert_element_type(floats, np.float64)
    rest = parts[:, 1] + parts[:, 2]
    # A sum with zero would lose the sign of a negative zero.
    return jnp.where(rest == 0, parts[:, 0], parts[:, 0] + rest)


def _split(values: jax.Array) -> jax.Array:
    """Three float32 numbers each, whose sum is the value; of an infinite one the first alone."""
    parts = []
    for _ in range(3):
        part = lax.convert_element_type(values, np.float32)
        parts.append(part)
        rest = values - lax.convert_element_type(part, np.float64)
        values = jnp.where(lax.is_finite(part), rest, 0.0)
    return jnp.stack(parts, axis=-1)


def lower(
    roots: Sequence[Scalar],
    literals: Mapping[str, float],
    parameters: Mapping[str, Any],
    observation: jax.Array | None,
    memory: Sequence[jax.Array] = (),
    *,
    exact: bool,
) -> list[jax.Array]:
    """The values of `roots`, scalars in double precision; to be traced with 64 bits enabled.

    Literals that are no parameters keep their values. A parameter that is the float32 number nearest to its
    literal stands for the literal itself. If `exact`, each result is rounded by itself (`_rounder`).
    """
    values: dict[int, jax.Array] = {}
    rounded = _rounder(observation) if exact and observation is not None else lambda value: value

    def value_of(operand: Scalar) -> Any:
        if isinstance(operand, Node):
            return values[operand.index]
        return np.asarray(operand, _DTYPES[kind_of(operand)])

    for node in Graph.reachable(roots):
        if node.operation == "input":
            assert observation is not None
            entry = lax.index_in_dim(observation, node.operands[0], keepdims=False)
            value = lax.convert_element_type(entry, np.float64)
        elif node.operation == "memory":
            value = memory[node.operands[0]]
        elif node.operation == "parameter":
            name = node.operands[0]
            if name in parameters:
                value = _parameter(parameters[name], literals[name])
            else:
                value = jnp.asarray(literals[name], _DTYPES[node.kind])
        elif node.operation == "widen":
            value = lax.convert_element_type(value_of(node.operands[0]), _DTYPES[node.kind])
        elif node.operation == "select":
            value = lax.select(*(jnp.asarray(value_of(operand)) for operand in node.operands))
        else:
            operands = [*map(value_of, node.operands)]
            if node.operation == "divide":
                operands[1] = rounded(operands[1])
            value = OPERATIONS[node.operation].emit(*operands)
            if node.kind == "float" and node.operation not in _EXACT:
                value = rounded(value)
        values[node.index] = value
    return [jnp.asarray(value_of(root)) for root in roots]


_EXACT = {
    "negative",
    "absolute",
    "minimum",
    "maximum",
    "sign",
    "copysign",
    "floor",
    "ceil",
    "truncate",
    "round",
}
"""Operations whose results need no rounding."""


def _rounder(observation: jax.Array) -> Callable[[Any], jax.Array]:
    """A function that hides how a number came about from the compiler, and leaves its value as it is.

    XLA makes `x * (1 / c)` of `x / c`, `x + (a + b)` of `x + a + b`, and fuses a product with the sum that it
    is a term of. Each rounds otherwise, and a phase clock that compares with 0.5 turns a step too early. So
    the bits of a result are xored with a zero that no compiler can know: it would be a one if the first
    entry of the observation were a certain NaN.
    """
    first = lax.convert_element_type(lax.index_in_dim(observation, 0, keepdims=False), np.float64)
    never = lax.bitcast_convert_type(first, np.int64) == _ODD_NAN
    zero = lax.convert_element_type(never, np.int64)

    def rounded(value: Any) -> jax.Array:
        bits = lax.bitcast_convert_type(value, np.int64)
        return lax.bitcast_convert_type(lax.bitwise_xor(bits, zero), np.float64)

    return rounded


_ODD_NAN = np.int64(0x7FF8_DEAD_BEEF_0001)


def _parameter(parameter: Any, literal: float) -> jax.Array:
    nearest = np.float32(literal)
    value = lax.convert_element_type(parameter, np.float64)
    rest = np.float64(literal) - np.float64(nearest)
    return value + jnp.where(value == np.float64(nearest), rest, 0.0)
