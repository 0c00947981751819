"""Functions of numbers that NumPy applies entry by entry."""

# ruff: noqa: PLR0917 - the arguments are NumPy's.

from __future__ import annotations

import math
import sys

from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import Implementation, call, kind_of_dtype, static_int
from priors.translate.machine import Machine
from priors.translate.nodes import Scalar, bounds_of, is_scalar, kind_of
from priors.translate.operators import power
from priors.translate.values import check_size, elementwise, iterate, mapped, to_array


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


def clip(
    m: Machine,
    a: Value,
    a_min: Value = None,
    a_max: Value = None,
    *,
    min: Value = None,
    max: Value = None,
    dtype: Value = None,
) -> Value:
    """`numpy.clip`; a bound of None is no bound."""
    kind_of_dtype(dtype)
    low, high = (old if new is None else new for old, new in ((a_min, min), (a_max, max)))
    if low is None and high is None:
        return a if is_scalar(a) else to_array(m.graph, a)
    if low is not None:
        a = elementwise(m.graph, "maximum", a, low)
    if high is not None:
        a = elementwise(m.graph, "minimum", a, high)
    return a


def clip_method(m: Machine, a: Value, min: Value = None, max: Value = None) -> Value:
    """`ndarray.clip`."""
    return clip(m, a, min, max)


def where(m: Machine, condition: Value, x: Value = None, y: Value = None) -> Value:
    """`numpy.where`; each side is guarded by the condition, so its derivative stays finite."""
    graph = m.graph
    if x is None or y is None:
        raise PriorError(
            "np.where(mask) gives as many indices as the mask says", "write np.where(mask, a, b)"
        )

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
    # Each choice is guarded together with those before it.
    check_size(len(tests) ** 2)
    result = default
    for test, choice in zip(reversed(tests), reversed(choices), strict=True):
        result = where(m, test, choice, result)
    return result


def piecewise(m: Machine, x: Value, condlist: Value, funclist: Value) -> Value:
    """`numpy.piecewise`, of one condition for each number or function, and one more of these for the rest."""
    tests, functions = iterate(m.graph, condlist), iterate(m.graph, funclist)
    if len(functions) not in (len(tests), len(tests) + 1):
        raise PriorError("np.piecewise needs as many functions as conditions, or one more")
    check_size(len(tests) ** 2)

    def value(function: Value) -> Value:
        return function if is_scalar(function) else call(m, function, x)

    result = value(functions[-1]) if len(functions) > len(tests) else 0.0
    for test, function in zip(tests, functions, strict=False):
        result = where(m, test, value(function), result)
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


def float_power(m: Machine, x1: Value, x2: Value) -> Value:
    """`numpy.float_power`."""
    return mapped(m.graph, lambda x, y: power(m.graph, m.graph.cast(x, "float"), y), x1, x2)


def round_row(m: Machine, a: Value, decimals: Value = 0) -> Value:
    """`numpy.round`: half to even."""
    places = min(max(static_int(m, decimals, "the number of decimals"), -30), 30)
    scale, there, back = 10.0 ** abs(places), "multiply", "divide"
    if places < 0:
        there, back = back, there
    rounded = elementwise(m.graph, "round", elementwise(m.graph, there, a, scale))
    return elementwise(m.graph, back, rounded, scale)


def isclose(m: Machine, a: Value, b: Value, rtol: Value = 1e-5, atol: Value = 1e-8) -> Value:
    """`numpy.isclose`."""
    difference = elementwise(m.graph, "absolute", elementwise(m.graph, "subtract", a, b))
    relative = elementwise(m.graph, "multiply", elementwise(m.graph, "absolute", b), rtol)
    return elementwise(m.graph, "less_equal", difference, elementwise(m.graph, "add", relative, atol))


def nan_to_num(
    m: Machine, x: Value, copy: Value = True, nan: Value = 0.0, posinf: Value = None, neginf: Value = None
) -> Value:
    """`numpy.nan_to_num`: also infinity becomes a number, the largest unless another is given."""
    graph, largest = m.graph, sys.float_info.max
    if copy is not True:
        raise PriorError("np.nan_to_num(copy=False)", "write x = np.nan_to_num(x)")
    high, low = (edge if given is None else given for given, edge in ((posinf, largest), (neginf, -largest)))

    def finite(value: Scalar) -> Scalar:
        if kind_of(value) != "float":
            return value
        value = graph.select(graph.apply("equal", value, math.inf), high, value)
        value = graph.select(graph.apply("equal", value, -math.inf), low, value)
        return graph.select(graph.apply("isnan", value), nan, value)

    return mapped(graph, finite, x)


def interp(m: Machine, x: Value, xp: Value, fp: Value, left: Value = None, right: Value = None) -> Value:
    """`numpy.interp`: piecewise linear through the points, flat outside or as `left` and `right` say."""
    graph = m.graph
    xs, ys = to_array(graph, xp).data.ravel(), to_array(graph, fp).data.ravel()
    if len(xs) != len(ys) or not len(xs):
        raise PriorError("np.interp needs as many xp as fp", "give both the same length")
    before, behind = (end if given is None else given for given, end in ((left, ys[0]), (right, ys[-1])))

    def at(point: Scalar) -> Scalar:
        graph.spend(len(xs))
        result = graph.cast(before, "float")
        for start in range(len(xs) - 1):
            width = graph.apply("subtract", xs[start + 1], xs[start])
            rise = graph.apply("subtract", ys[start + 1], ys[start])
            slope = graph.apply("divide", rise, width)
            along = graph.apply("multiply", slope, graph.apply("subtract", point, xs[start]))
            inside = graph.apply("greater_equal", point, xs[start])
            result = graph.select(inside, graph.apply("add", ys[start], along), result)
        result = graph.select(
            graph.apply("greater_equal", point, xs[-1]), graph.cast(ys[-1], "float"), result
        )
        if right is None:
            return result
        return graph.select(graph.apply("greater", point, xs[-1]), graph.cast(behind, "float"), result)

    return mapped(graph, at, x)


def logaddexp(m: Machine, x1: Value, x2: Value) -> Value:
    """`numpy.logaddexp`, in a form that does not overflow."""
    graph = m.graph
    apart = elementwise(graph, "absolute", elementwise(graph, "subtract", x1, x2))
    rest = elementwise(graph, "log1p", elementwise(graph, "exp", elementwise(graph, "negative", apart)))
    return elementwise(graph, "add", elementwise(graph, "maximum", x1, x2), rest)


def divmod_row(m: Machine, x: Value, y: Value) -> Value:
    """`divmod`."""
    return tuple(elementwise(m.graph, operation, x, y) for operation in ("floor_divide", "remainder"))


def modf(m: Machine, x: Value) -> Value:
    """`math.modf` and `numpy.modf`: the fraction and the whole part, both with the sign of `x`."""
    whole = elementwise(m.graph, "truncate", x)
    fraction = elementwise(m.graph, "copysign", elementwise(m.graph, "subtract", x, whole), x)
    return fraction, whole


def choose(m: Machine, a: Value, choices: Value) -> Value:
    """`numpy.choose`: for each place the entry of the choice that `a` counts there."""
    graph, several = m.graph, iterate(m.graph, choices)

    def chosen(index: Scalar, *entries: Scalar) -> Scalar:
        low, high = bounds_of(index)
        if kind_of(index) == "float" or not (graph.provisional or 0 <= low <= high < len(entries)):
            raise PriorError(
                "np.choose needs integers from 0 to the number of choices", "bound them: np.clip"
            )
        graph.spend(len(entries))
        result = entries[-1]
        for place in range(len(entries) - 2, -1, -1):
            result = graph.select(graph.apply("equal", index, place), entries[place], result)
        return result

    return mapped(graph, chosen, a, *several)


def isin(m: Machine, element: Value, test_elements: Value) -> Value:
    """`numpy.isin`."""
    wanted = list(to_array(m.graph, test_elements).data.ravel())

    def among(x: Scalar) -> Scalar:
        m.graph.spend(len(wanted))
        result: Scalar = False
        for other in wanted:
            result = m.graph.either(result, m.graph.apply("equal", x, other))
        return result

    return mapped(m.graph, among, element)
