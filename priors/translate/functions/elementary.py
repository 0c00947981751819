"""Functions of numbers that NumPy applies entry by entry."""

from __future__ import annotations

import math

from priors.translate import indexing
from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import Implementation, static_int
from priors.translate.graph import Scalar
from priors.translate.machine import Machine
from priors.translate.operators import power
from priors.translate.values import elementwise, iterate, mapped, to_array


def operations_of_one(*names: str) -> dict[str, Implementation]:
    """Functions that are one operation of the scalar table, entry by entry."""

    def unary(operation: str) -> Implementation:
        return lambda m, x: elementwise(m.graph, operation, x)

    return {name: unary(name) for name in names}


def operations_of_two(**operations: str) -> dict[str, Implementation]:
    """Functions of two arguments that are one operation of the scalar table."""

    def binary(operation: str) -> Implementation:
        return lambda m, x, y: elementwise(m.graph, operation, x, y)

    return {name: binary(operation) for name, operation in operations.items()}


def clip(m: Machine, a: Value, a_min: Value = None, a_max: Value = None, **bounds: Value) -> Value:
    """`numpy.clip`; a bound of None is no bound."""
    for name in bounds:
        if name not in ("min", "max", "out"):
            raise PriorError(f"np.clip has no argument `{name}`", "write np.clip(x, low, high)")
    low = bounds.get("min", a_min)
    high = bounds.get("max", a_max)
    if low is not None:
        a = elementwise(m.graph, "maximum", a, low)
    if high is not None:
        a = elementwise(m.graph, "minimum", a, high)
    out = bounds.get("out")
    if out is not None:
        indexing.write(m, out, (Ellipsis,), a)
    return a if out is None else out


def where(m: Machine, condition: Value, x: Value, y: Value) -> Value:
    """`numpy.where`; each side is guarded by the condition, so its derivative stays finite."""
    graph = m.graph

    def choose(test: Scalar, then: Scalar, otherwise: Scalar) -> Scalar:
        test = graph.cast(test, "bool")
        then, otherwise = graph.guarded(then, test), graph.guarded(otherwise, graph.negate(test))
        return graph.select(test, then, otherwise)

    return mapped(graph, choose, condition, x, y)


def select(m: Machine, condlist: Value, choicelist: Value, default: Value = 0) -> Value:
    """`numpy.select`: the choice of the first condition that holds."""
    tests, choices = iterate(m.graph, condlist), iterate(m.graph, choicelist)
    if len(tests) != len(choices):
        raise PriorError("np.select needs as many conditions as choices", "give both the same length")
    result = default
    for test, choice in zip(reversed(tests), reversed(choices), strict=True):
        result = where(m, test, choice, result)
    return result


def polyval(m: Machine, p: Value, x: Value) -> Value:
    """`numpy.polyval`, by Horner's rule."""
    result: Value = 0.0
    for coefficient in iterate(m.graph, p):
        result = elementwise(m.graph, "add", elementwise(m.graph, "multiply", result, x), coefficient)
    return result


def heaviside(m: Machine, x1: Value, x2: Value) -> Value:
    """`numpy.heaviside`."""
    above = elementwise(m.graph, "multiply", elementwise(m.graph, "greater", x1, 0), 1.0)
    return where(m, elementwise(m.graph, "equal", x1, 0), x2, above)


def sinc(m: Machine, x: Value) -> Value:
    """`numpy.sinc`: sin(pi x) / (pi x)."""
    angle = elementwise(m.graph, "multiply", x, math.pi)
    ratio = elementwise(m.graph, "divide", elementwise(m.graph, "sin", angle), angle)
    return where(m, elementwise(m.graph, "equal", angle, 0), 1.0, ratio)


def square(m: Machine, x: Value) -> Value:
    """`numpy.square`."""
    return elementwise(m.graph, "multiply", x, x)


def scaled(factor: float) -> Implementation:
    """A multiplication with a fixed number."""
    return lambda m, x: elementwise(m.graph, "multiply", x, factor)


def power_row(m: Machine, x1: Value, x2: Value) -> Value:
    """`numpy.power` and `pow`."""
    return mapped(m.graph, lambda x, y: power(m.graph, x, y), x1, x2)


def round_row(m: Machine, a: Value, decimals: Value = 0) -> Value:
    """`numpy.round`: half to even."""
    scale = 10.0 ** min(max(static_int(m, decimals, "the number of decimals"), -30), 30)
    scaled = elementwise(m.graph, "multiply", a, scale)
    return elementwise(m.graph, "divide", elementwise(m.graph, "round", scaled), scale)


def isclose(m: Machine, a: Value, b: Value, rtol: Value = 1e-5, atol: Value = 1e-8) -> Value:
    """`numpy.isclose`."""
    difference = elementwise(m.graph, "absolute", elementwise(m.graph, "subtract", a, b))
    relative = elementwise(m.graph, "multiply", elementwise(m.graph, "absolute", b), rtol)
    return elementwise(m.graph, "less_equal", difference, elementwise(m.graph, "add", relative, atol))


def nan_to_num(m: Machine, x: Value, nan: Value = 0.0) -> Value:
    """`numpy.nan_to_num`, of NaN alone: observations are finite."""
    return mapped(m.graph, lambda v: m.graph.select(m.graph.apply("isnan", v), nan, v), x)


def interp(m: Machine, x: Value, xp: Value, fp: Value) -> Value:
    """`numpy.interp`: piecewise linear through the points, flat outside."""
    graph = m.graph
    xs, ys = to_array(graph, xp).data.ravel(), to_array(graph, fp).data.ravel()
    if len(xs) != len(ys) or not len(xs):
        raise PriorError("np.interp needs as many xp as fp", "give both the same length")

    def at(point: Scalar) -> Scalar:
        result = graph.cast(ys[0], "float")
        for left in range(len(xs) - 1):
            width = graph.apply("subtract", xs[left + 1], xs[left])
            rise = graph.apply("subtract", ys[left + 1], ys[left])
            slope = graph.apply("divide", rise, width)
            along = graph.apply("multiply", slope, graph.apply("subtract", point, xs[left]))
            inside = graph.apply("greater_equal", point, xs[left])
            result = graph.select(inside, graph.apply("add", ys[left], along), result)
        return graph.select(graph.apply("greater_equal", point, xs[-1]), graph.cast(ys[-1], "float"), result)

    return mapped(graph, at, x)
