"""The module `math`, one row for each name of its."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable

from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.functions import elementary, python, reductions
from priors.translate.functions.arguments import Implementation, one_number, static_int
from priors.translate.functions.elementary import operations_of_one, operations_of_two
from priors.translate.machine import Machine
from priors.translate.values import elementwise, iterate, to_array

ELEMENTARY = (
    *("sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p"),
    *("sin", "cos", "tan", "sinh", "cosh", "tanh"),
)
DEGREE = math.pi / 180.0
CONSTANTS: dict[str, Value] = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}


def _int_of(operation: str) -> Implementation:
    return lambda m, x: m.graph.cast(m.graph.apply(operation, one_number(x, operation)), "int")


def _log(m: Machine, x: Value, base: Value = None) -> Value:
    value = elementwise(m.graph, "log", x)
    return value if base is None else elementwise(m.graph, "divide", value, elementwise(m.graph, "log", base))


def _hypot(m: Machine, *coordinates: Value) -> Value:
    if len(coordinates) < 2:
        return elementwise(m.graph, "absolute", *coordinates) if coordinates else 0.0
    return functools.reduce(lambda a, b: elementwise(m.graph, "hypot", a, b), coordinates)


def _isclose(m: Machine, a: Value, b: Value, *, rel_tol: Value = 1e-09, abs_tol: Value = 0.0) -> Value:
    sizes = [elementwise(m.graph, "absolute", side) for side in (a, b)]
    allowed = elementwise(m.graph, "multiply", rel_tol, elementwise(m.graph, "maximum", *sizes))
    difference = elementwise(m.graph, "absolute", elementwise(m.graph, "subtract", a, b))
    return elementwise(m.graph, "less_equal", difference, elementwise(m.graph, "maximum", allowed, abs_tol))


def _prod(m: Machine, iterable: Value, *, start: Value = 1) -> Value:
    return functools.reduce(
        lambda a, b: elementwise(m.graph, "multiply", a, b), iterate(m.graph, iterable), start
    )


def _dist(m: Machine, p: Value, q: Value) -> Value:
    return reductions.norm(m, elementwise(m.graph, "subtract", to_array(m.graph, p), to_array(m.graph, q)))


def _remainder(m: Machine, x: Value, y: Value) -> Value:
    """The remainder to the nearest multiple, exact because fmod is."""
    graph = m.graph
    size = graph.apply("absolute", y)
    rest = graph.apply("fmod", x, y)
    below = graph.apply("subtract", rest, graph.apply("copysign", size, rest))
    half = graph.apply("multiply", size, 0.5)
    # A tie goes to the even multiple, which is the one below if the quotient without its fraction is odd.
    whole = graph.apply("truncate", graph.apply("divide", graph.apply("subtract", x, rest), size))
    odd = graph.apply(
        "equal", graph.apply("absolute", graph.apply("fmod", graph.apply("round", whole), 2.0)), 1.0
    )
    far = graph.apply("greater", graph.apply("absolute", rest), half)
    tie = graph.both(graph.apply("equal", graph.apply("absolute", rest), half), odd)
    return graph.select(graph.either(far, tie), below, rest)


def _of_integers(function: Callable[..., int], most: int = 1000) -> Implementation:
    """A function of fixed integers, of a size that cannot take long."""

    def row(m: Machine, *integers: Value) -> Value:
        plain = [static_int(m, value, "this number") for value in integers]
        if function not in (math.gcd, math.lcm, math.isqrt) and any(abs(value) > most for value in plain):
            raise PriorError(f"{function.__name__}() of a large number", "write the result itself")
        try:
            return m.graph.checked(function(*plain))
        except (ValueError, TypeError) as error:
            raise PriorError(f"{function.__name__}(): {error}") from None

    return row


def _ldexp(m: Machine, x: Value, i: Value) -> Value:
    power = static_int(m, i, "the exponent of ldexp()")
    if abs(power) > 1000:
        raise PriorError("the exponent of ldexp() is too large", "write x * 2.0 ** i")
    return m.graph.apply("multiply", x, 2.0**power)


def _sumprod(m: Machine, p: Value, q: Value) -> Value:
    pairs = list(itertools.zip_longest(iterate(m.graph, p), iterate(m.graph, q)))
    if any(None in pair for pair in pairs):
        raise PriorError("math.sumprod needs vectors of one length", "give both the same length")
    return python.python_sum(m, tuple(elementwise(m.graph, "multiply", *pair) for pair in pairs))


def _as_float(operation: str) -> Implementation:
    return lambda m, x: m.graph.apply(operation, m.graph.cast(one_number(x, operation), "float"))


MATH: dict[str, Value] = {
    **operations_of_one(*ELEMENTARY),
    **{f"a{name}": operations_of_one(f"arc{name}")[f"arc{name}"] for name in ("sin", "cos", "tan")},
    **{f"a{name}": operations_of_one(f"arc{name}")[f"arc{name}"] for name in ("sinh", "cosh", "tanh")},
    **operations_of_two(atan2="arctan2", copysign="copysign", fmod="fmod"),
    **CONSTANTS,
    "tau": math.tau,
    "log": _log,
    "hypot": _hypot,
    "pow": lambda m, x, y: elementwise(m.graph, "power", m.graph.cast(x, "float"), y),
    "fabs": _as_float("absolute"),
    "floor": _int_of("floor"),
    "ceil": _int_of("ceil"),
    "trunc": _int_of("truncate"),
    "modf": elementary.modf,
    "remainder": _remainder,
    "ldexp": _ldexp,
    "degrees": elementary.scaled(1 / DEGREE),
    "radians": elementary.scaled(DEGREE),
    "isnan": _as_float("isnan"),
    "isfinite": _as_float("isfinite"),
    "isinf": lambda m, x: m.graph.apply("equal", m.graph.apply("absolute", x), math.inf),
    "isclose": _isclose,
    "dist": _dist,
    "erf": operations_of_one("erf")["erf"],
    "erfc": lambda m, x: m.graph.apply("subtract", 1.0, m.graph.apply("erf", x)),
    "factorial": _of_integers(math.factorial, most=20),
    "comb": _of_integers(math.comb),
    "perm": _of_integers(math.perm),
    "gcd": _of_integers(math.gcd),
    "lcm": _of_integers(math.lcm),
    "isqrt": _of_integers(math.isqrt),
    "fsum": lambda m, seq: m.graph.cast(python.python_sum(m, seq), "float"),
    "sumprod": _sumprod,
    "prod": _prod,
}
