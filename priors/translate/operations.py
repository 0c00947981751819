"""The scalar operations of a translated program, one row each.

A row gives an operation's meaning three times: on static Python numbers, on traced JAX scalars,
and the operands that are harmless where its result is not used.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import jax
import jax.numpy as jnp
from jax import lax

Kind = Literal["bool", "int", "float"]
KINDS: tuple[Kind, ...] = ("bool", "int", "float")


@dataclass(frozen=True)
class Operation:
    """One scalar operation.

    Attributes:
        python: its value on static Python numbers; may raise `ArithmeticError` or `ValueError`.
        emit: the same on JAX scalars of one dtype.
        operands: the kind all operands are cast to; "number" is the widest of theirs, at least "int".
        result: the kind of the result; "same" is the operands'.
        safe: per operand, a value at which result and derivative are finite, None to leave it alone.
            It replaces the operand on the paths that do not reach the operation.
    """

    python: Callable[..., Any]
    emit: Callable[..., jax.Array]
    operands: Literal["bool", "int", "float", "number"] = "number"
    result: Literal["bool", "int", "float", "same"] = "same"
    safe: tuple[float | None, ...] = ()


def _of_floats(python: Callable[..., Any], emit: Callable[..., jax.Array], *safe: float | None) -> Operation:
    return Operation(python, emit, "float", "float", safe)


def _comparison(python: Callable[..., Any], emit: Callable[..., jax.Array]) -> Operation:
    return Operation(python, emit, "number", "bool")


def _sign(x: float) -> float:
    return math.copysign(1.0, x) if x else 0.0


def _truncate(x: float) -> float:
    return float(math.trunc(x))


def _shift_left(x: int, places: int) -> int:
    if places > 64:
        raise ValueError("a shift of more than 64 places")
    return x << places


def _to_int(x: jax.Array) -> jax.Array:
    return lax.convert_element_type(x, jnp.int64)


def _round(x: jax.Array) -> jax.Array:
    return lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN)


def _floor_divide(x: jax.Array, y: jax.Array) -> jax.Array:
    # Python derives the quotient from the remainder, which is exact; floor(x / y) is not.
    if jnp.issubdtype(x.dtype, jnp.integer):
        return jnp.floor_divide(x, y)
    return _round((x - jnp.remainder(x, y)) / y)


def _finite_at(
    function: Callable[..., jax.Array], inside: Callable[..., jax.Array], *harmless: float
) -> Callable[..., jax.Array]:
    """`function` with derivative 0, instead of an infinite one, at the edge of its domain.

    `sqrt(max(x, 0))` and `arccos(clip(x, -1, 1))` would otherwise have no derivative where they clip: the
    chain rule makes NaN of infinity times zero.
    """

    def emit(*operands: jax.Array) -> jax.Array:
        here = inside(*operands)
        moved = [jnp.where(here, operand, value) for operand, value in zip(operands, harmless, strict=True)]
        return jnp.where(here, function(*moved), function(*map(lax.stop_gradient, operands)))

    return emit


def _is_not_origin(x: jax.Array, y: jax.Array) -> jax.Array:
    return (x != 0) | (y != 0)


_sqrt = _finite_at(lax.sqrt, lambda x: x > 0, 1.0)
_cbrt = _finite_at(lax.cbrt, lambda x: x != 0, 1.0)
_asin = _finite_at(lax.asin, lambda x: jnp.abs(x) < 1, 0.0)
_acos = _finite_at(lax.acos, lambda x: jnp.abs(x) < 1, 0.0)
_atan2 = _finite_at(lax.atan2, _is_not_origin, 1.0, 1.0)
_hypot = _finite_at(jnp.hypot, _is_not_origin, 1.0, 1.0)
_pow = _finite_at(lax.pow, lambda x, _: x != 0, 1.0, 1.0)


OPERATIONS: dict[str, Operation] = {
    # Arithmetic.
    "add": Operation(operator.add, lax.add),
    "subtract": Operation(operator.sub, lax.sub),
    "multiply": Operation(operator.mul, lax.mul),
    "divide": _of_floats(operator.truediv, lax.div, None, 1.0),
    "floor_divide": Operation(operator.floordiv, _floor_divide, safe=(None, 1)),
    "remainder": Operation(operator.mod, jnp.remainder, safe=(None, 1)),
    "fmod": _of_floats(math.fmod, lax.rem, None, 1.0),
    "power": _of_floats(math.pow, _pow, 1.0, 1.0),
    "negative": Operation(operator.neg, lax.neg),
    "absolute": Operation(abs, lax.abs),
    "minimum": Operation(min, lax.min),
    "maximum": Operation(max, lax.max),
    # Comparison and logic.
    "less": _comparison(operator.lt, lax.lt),
    "less_equal": _comparison(operator.le, lax.le),
    "greater": _comparison(operator.gt, lax.gt),
    "greater_equal": _comparison(operator.ge, lax.ge),
    "equal": _comparison(operator.eq, lax.eq),
    "not_equal": _comparison(operator.ne, lax.ne),
    "not": Operation(operator.not_, lax.bitwise_not, "bool", "bool"),
    "truth": Operation(bool, lambda x: x, "bool", "bool"),
    "and": Operation(operator.and_, lax.bitwise_and, "bool", "bool"),
    "or": Operation(operator.or_, lax.bitwise_or, "bool", "bool"),
    "exclusive_or": Operation(operator.xor, lax.bitwise_xor, "bool", "bool"),
    "bit_and": Operation(operator.and_, lax.bitwise_and, "int", "int"),
    "bit_or": Operation(operator.or_, lax.bitwise_or, "int", "int"),
    "bit_xor": Operation(operator.xor, lax.bitwise_xor, "int", "int"),
    "shift_left": Operation(_shift_left, lax.shift_left, "int", "int"),
    "shift_right": Operation(operator.rshift, lax.shift_right_arithmetic, "int", "int"),
    "isnan": Operation(math.isnan, jnp.isnan, "float", "bool"),
    "isfinite": Operation(math.isfinite, lax.is_finite, "float", "bool"),
    # Rounding: the result stays a float; "to_int" makes the integer.
    "floor": _of_floats(lambda x: float(math.floor(x)), lax.floor),
    "ceil": _of_floats(lambda x: float(math.ceil(x)), lax.ceil),
    "truncate": _of_floats(_truncate, jnp.trunc),
    "round": _of_floats(lambda x: float(round(x)), _round),
    "to_int": Operation(int, _to_int, "float", "int"),
    # Elementary functions.
    "sign": Operation(_sign, lax.sign),
    "copysign": _of_floats(math.copysign, jnp.copysign),
    "sqrt": _of_floats(math.sqrt, _sqrt, 1.0),
    "cbrt": _of_floats(lambda x: math.copysign(abs(x) ** (1 / 3), x), _cbrt, 1.0),
    "exp": _of_floats(math.exp, lax.exp, 0.0),
    "exp2": _of_floats(lambda x: 2.0**x, lax.exp2, 0.0),
    "expm1": _of_floats(math.expm1, lax.expm1, 0.0),
    "log": _of_floats(math.log, lax.log, 1.0),
    "log2": _of_floats(math.log2, jnp.log2, 1.0),
    "log10": _of_floats(math.log10, jnp.log10, 1.0),
    "log1p": _of_floats(math.log1p, lax.log1p, 0.0),
    "sin": _of_floats(math.sin, lax.sin),
    "cos": _of_floats(math.cos, lax.cos),
    "tan": _of_floats(math.tan, lax.tan, 0.0),
    "arcsin": _of_floats(math.asin, _asin, 0.0),
    "arccos": _of_floats(math.acos, _acos, 0.0),
    "arctan": _of_floats(math.atan, lax.atan),
    "arctan2": _of_floats(math.atan2, _atan2, 1.0, 1.0),
    "hypot": _of_floats(math.hypot, _hypot, 1.0, 1.0),
    "sinh": _of_floats(math.sinh, lax.sinh, 0.0),
    "cosh": _of_floats(math.cosh, lax.cosh, 0.0),
    "tanh": _of_floats(math.tanh, lax.tanh),
    "erf": _of_floats(math.erf, lax.erf),
    "arcsinh": _of_floats(math.asinh, lax.asinh),
    "arccosh": _of_floats(math.acosh, lax.acosh, 2.0),
    "arctanh": _of_floats(math.atanh, lax.atanh, 0.0),
}
