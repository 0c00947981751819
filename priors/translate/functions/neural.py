"""`jax.lax`, `jax.nn` and `scipy.special`: what policies take from them, entry by entry."""

from __future__ import annotations

import math

from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.functions import elementary, reductions
from priors.translate.functions.arguments import Implementation, call, static_int
from priors.translate.machine import Machine
from priors.translate.nodes import is_scalar
from priors.translate.values import check_size, elementwise, iterate

# jax.lax.


def select(m: Machine, pred: Value, on_true: Value, on_false: Value) -> Value:
    """`jax.lax.select`."""
    return elementary.where(m, pred, on_true, on_false)


def cond(m: Machine, pred: Value, true_fun: Value, false_fun: Value, *operands: Value) -> Value:
    """`jax.lax.cond`: each function is called on its own path."""
    return m.branch(
        m.truth(pred), lambda: call(m, true_fun, *operands), lambda: call(m, false_fun, *operands)
    )


def clamp(m: Machine, min: Value, x: Value, max: Value) -> Value:
    """`jax.lax.clamp`."""
    return elementary.clip(m, x, min, max)


def fori_loop(m: Machine, lower: Value, upper: Value, body_fun: Value, init_val: Value) -> Value:
    """`jax.lax.fori_loop` with fixed bounds, unrolled."""
    first, last = (static_int(m, bound, "the bound of a loop") for bound in (lower, upper))
    check_size(last - first)
    value = init_val
    for index in range(first, last):
        m.graph.spend()
        value = call(m, body_fun, index, value)
    return value


def switch(m: Machine, index: Value, branches: Value, *operands: Value) -> Value:
    """`jax.lax.switch`; the index is clamped to the branches, as JAX does."""
    functions = iterate(m.graph, branches)
    if not functions:
        raise PriorError("jax.lax.switch needs at least one branch")

    def among(place: int) -> Value:
        if place == len(functions) - 1:
            return call(m, functions[place], *operands)
        here = m.truth(m.graph.apply("less_equal", index, place))
        return m.branch(here, lambda: call(m, functions[place], *operands), lambda: among(place + 1))

    return among(0)


LAX: dict[str, Value] = {
    "select": select,
    "cond": cond,
    "clamp": clamp,
    "fori_loop": fori_loop,
    "switch": switch,
}

# jax.nn.


def _apply(m: Machine, operation: str, *operands: Value) -> Value:
    return elementwise(m.graph, operation, *operands)


def sigmoid(m: Machine, x: Value) -> Value:
    """`jax.nn.sigmoid`, by the hyperbolic tangent, which does not overflow."""
    half = _apply(m, "tanh", _apply(m, "multiply", x, 0.5))
    return _apply(m, "multiply", _apply(m, "add", half, 1.0), 0.5)


def relu(m: Machine, x: Value) -> Value:
    """`jax.nn.relu`."""
    return _apply(m, "maximum", x, 0)


def silu(m: Machine, x: Value) -> Value:
    """`jax.nn.silu`."""
    return _apply(m, "multiply", x, sigmoid(m, x))


def elu(m: Machine, x: Value, alpha: Value = 1.0) -> Value:
    """`jax.nn.elu`."""
    below = _apply(m, "multiply", alpha, _apply(m, "expm1", _apply(m, "minimum", x, 0.0)))
    return elementary.where(m, _apply(m, "greater", x, 0), x, below)


def leaky_relu(m: Machine, x: Value, negative_slope: Value = 0.01) -> Value:
    """`jax.nn.leaky_relu`."""
    return elementary.where(m, _apply(m, "greater_equal", x, 0), x, _apply(m, "multiply", x, negative_slope))


def gelu(m: Machine, x: Value, approximate: Value = True) -> Value:
    """`jax.nn.gelu`."""
    if m.truth(approximate) is True:
        cube = _apply(m, "multiply", x, _apply(m, "multiply", x, x))
        inner = _apply(m, "add", x, _apply(m, "multiply", cube, 0.044715))
        rise = _apply(m, "tanh", _apply(m, "multiply", inner, math.sqrt(2.0 / math.pi)))
    else:
        rise = _apply(m, "erf", _apply(m, "divide", x, math.sqrt(2.0)))
    return _apply(m, "multiply", _apply(m, "multiply", x, 0.5), _apply(m, "add", rise, 1.0))


def softplus(m: Machine, x: Value) -> Value:
    """`jax.nn.softplus`."""
    return elementary.logaddexp(m, x, 0.0)


def softmax(m: Machine, x: Value, axis: Value = -1) -> Value:
    """`jax.nn.softmax`; with `axis=None` that of `scipy.special`, over all entries."""
    if is_scalar(x):
        return 1.0
    most = reductions.TABLE["max"](m, x, axis, keepdims=True)
    parts = _apply(m, "exp", _apply(m, "subtract", x, most))
    return _apply(m, "divide", parts, reductions.TABLE["sum"](m, parts, axis, keepdims=True))


def _softmax_of_all(m: Machine, x: Value, axis: Value = None) -> Value:
    return softmax(m, x, axis)


def logit(m: Machine, x: Value) -> Value:
    """`scipy.special.logit`."""
    return _apply(m, "log", _apply(m, "divide", x, _apply(m, "subtract", 1.0, x)))


def _hard_tanh(m: Machine, x: Value) -> Value:
    return elementary.clip(m, x, -1.0, 1.0)


def _relu6(m: Machine, x: Value) -> Value:
    return elementary.clip(m, x, 0.0, 6.0)


_TANH: Implementation = elementary.operations_of_one("tanh")["tanh"]

NN: dict[str, Value] = {
    "relu": relu,
    "relu6": _relu6,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "gelu": gelu,
    "sigmoid": sigmoid,
    "silu": silu,
    "swish": silu,
    "softplus": softplus,
    "softmax": softmax,
    "tanh": _TANH,
    "hard_tanh": _hard_tanh,
}

SPECIAL: dict[str, Value] = {"expit": sigmoid, "logit": logit, "softmax": _softmax_of_all}
"""Rows of `scipy.special`."""
