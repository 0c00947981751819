"""The modules `math`, `numpy` and `numpy.linalg`, one row for each name of theirs.

An implementation takes the machine and then the arguments, whose names are those of the original, so that
keyword arguments work. What is not here cannot be called.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.functions import arguments, arrays, elementary, matrices, python, reductions
from priors.translate.functions.arguments import Implementation
from priors.translate.functions.elementary import operations_of_one, operations_of_two
from priors.translate.graph import is_scalar
from priors.translate.machine import Machine
from priors.translate.objects import DType
from priors.translate.operators import matmul
from priors.translate.values import elementwise, to_array

_ELEMENTARY = (
    *("sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p"),
    *("sin", "cos", "tan", "sinh", "cosh", "tanh"),
)
_DEGREE = math.pi / 180.0


def _int_of(operation: str) -> Implementation:
    return lambda m, x: m.graph.cast(m.graph.apply(operation, x), "int")


def _log(m: Machine, x: Value, base: Value = None) -> Value:
    value = elementwise(m.graph, "log", x)
    return value if base is None else elementwise(m.graph, "divide", value, elementwise(m.graph, "log", base))


def _hypot(m: Machine, *coordinates: Value) -> Value:
    if len(coordinates) < 2:
        return elementwise(m.graph, "absolute", *coordinates) if coordinates else 0.0
    return functools.reduce(lambda a, b: elementwise(m.graph, "hypot", a, b), coordinates)


def _inner(m: Machine, a: Value, b: Value) -> Value:
    if is_scalar(a) or is_scalar(b):
        return elementwise(m.graph, "multiply", a, b)
    if to_array(m.graph, a).data.ndim > 1 or to_array(m.graph, b).data.ndim > 1:
        raise PriorError("this product is for vectors", "use a @ b")
    return matmul(m.graph, a, b)


def _math_isclose(m: Machine, a: Value, b: Value, rel_tol: Value = 1e-9, abs_tol: Value = 0.0) -> Value:
    largest = elementwise(
        m.graph, "maximum", elementwise(m.graph, "absolute", a), elementwise(m.graph, "absolute", b)
    )
    allowed = elementwise(m.graph, "multiply", rel_tol, largest)
    difference = elementwise(m.graph, "absolute", elementwise(m.graph, "subtract", a, b))
    return elementwise(m.graph, "less_equal", difference, elementwise(m.graph, "maximum", allowed, abs_tol))


_CONSTANTS: dict[str, Value] = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}

MATH: dict[str, Value] = {
    **operations_of_one(*_ELEMENTARY),
    **{f"a{name}": operations_of_one(f"arc{name}")[f"arc{name}"] for name in ("sin", "cos", "tan")},
    **{f"a{name}": operations_of_one(f"arc{name}")[f"arc{name}"] for name in ("sinh", "cosh", "tanh")},
    **operations_of_two(atan2="arctan2", copysign="copysign", fmod="fmod"),
    **_CONSTANTS,
    "tau": math.tau,
    "log": _log,
    "hypot": _hypot,
    "pow": lambda m, x, y: elementwise(m.graph, "power", m.graph.cast(x, "float"), y),
    "fabs": lambda m, x: elementwise(m.graph, "absolute", m.graph.cast(x, "float")),
    "floor": _int_of("floor"),
    "ceil": _int_of("ceil"),
    "trunc": _int_of("truncate"),
    "degrees": elementary.scaled(1 / _DEGREE),
    "radians": elementary.scaled(_DEGREE),
    "isnan": lambda m, x: m.graph.apply("isnan", x),
    "isfinite": lambda m, x: m.graph.apply("isfinite", x),
    "isinf": lambda m, x: m.graph.apply("equal", m.graph.apply("absolute", x), math.inf),
    "isclose": _math_isclose,
    "dist": lambda m, p, q: reductions.norm(
        m, elementwise(m.graph, "subtract", arrays.array(m, p), arrays.array(m, q))
    ),
    "erf": operations_of_one("erf")["erf"],
    "factorial": lambda m, x: math.factorial(min(arguments.static_int(m, x, "a factorial"), 20)),
    "fsum": python.python_sum,
    "prod": reductions.prod,
}

NUMPY: dict[str, Value] = {
    **operations_of_one(*_ELEMENTARY, "sign", "floor", "ceil", "absolute", "negative", "isnan", "isfinite"),
    **operations_of_one(*(f"arc{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh"))),
    **operations_of_two(
        **{name: name for name in ("add", "subtract", "multiply", "divide", "floor_divide", "remainder")},
        **{name: name for name in ("minimum", "maximum", "fmod", "copysign", "hypot", "arctan2")},
        **{name: name for name in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")},
        **{"fmin": "minimum", "fmax": "maximum", "mod": "remainder", "true_divide": "divide"},
        **{"logical_and": "and", "logical_or": "or", "logical_xor": "exclusive_or"},
    ),
    **_CONSTANTS,
    **{name: reductions.TABLE[name] for name in reductions.TABLE},
    **{name: DType("float") for name in ("float16", "float32", "float64", "floating", "float_")},
    **{name: DType("int") for name in ("int8", "int16", "int32", "int64", "int_", "integer")},
    "bool_": DType("bool"),
    "newaxis": None,
    "errstate": lambda _m, **_options: None,
    "abs": lambda m, x: elementwise(m.graph, "absolute", x),
    "fabs": lambda m, x: elementwise(m.graph, "absolute", x),
    "logical_not": lambda m, x: elementwise(m.graph, "not", x),
    "trunc": lambda m, x: elementwise(m.graph, "truncate", x),
    "fix": lambda m, x: elementwise(m.graph, "truncate", x),
    "rint": lambda m, x: elementwise(m.graph, "round", x),
    "round": elementary.round_row,
    "around": elementary.round_row,
    "reciprocal": lambda m, x: elementwise(m.graph, "divide", 1.0, x),
    "power": elementary.power_row,
    "float_power": elementary.power_row,
    "square": elementary.square,
    "deg2rad": elementary.scaled(_DEGREE),
    "radians": elementary.scaled(_DEGREE),
    "rad2deg": elementary.scaled(1 / _DEGREE),
    "degrees": elementary.scaled(1 / _DEGREE),
    "isclose": elementary.isclose,
    "isinf": lambda m, x: elementwise(m.graph, "equal", elementwise(m.graph, "absolute", x), math.inf),
    "nan_to_num": elementary.nan_to_num,
    "clip": elementary.clip,
    "where": elementary.where,
    "interp": elementary.interp,
    "array": arrays.array,
    "asarray": arrays.asarray,
    "copy": lambda m, a: to_array(m.graph, a),
    "zeros": arrays.filled(0.0),
    "ones": arrays.filled(1.0),
    "empty": arrays.filled(0.0),
    "full": arrays.full,
    "zeros_like": arrays.filled_like(0.0),
    "ones_like": arrays.filled_like(1.0),
    "empty_like": arrays.filled_like(0.0),
    "full_like": arrays.full_like,
    "arange": arrays.arange,
    "linspace": arrays.linspace,
    "eye": arrays.eye,
    "identity": arrays.eye,
    "concatenate": arrays.concatenate,
    "stack": arrays.stack,
    "hstack": arrays.joined_by(np.hstack),
    "vstack": arrays.joined_by(np.vstack),
    "append": arrays.append,
    "atleast_1d": arrays.rearranged(np.atleast_1d),
    "ravel": arrays.rearranged(np.ravel),
    "squeeze": arrays.rearranged(np.squeeze),
    "transpose": arrays.rearranged(np.transpose),
    "flip": arrays.rearranged(np.flip),
    "roll": arrays.rearranged(np.roll),
    "expand_dims": arrays.rearranged(np.expand_dims),
    "swapaxes": arrays.rearranged(np.swapaxes),
    "diag": arrays.diag,
    "column_stack": arrays.joined_by(np.column_stack),
    "select": elementary.select,
    "polyval": elementary.polyval,
    "heaviside": elementary.heaviside,
    "sinc": elementary.sinc,
    "signbit": lambda m, x: elementwise(m.graph, "less", x, 0),
    "positive": lambda m, x: elementwise(m.graph, "add", x, 0),
    "ndim": lambda m, a: to_array(m.graph, a).data.ndim,
    "size": lambda m, a: to_array(m.graph, a).data.size,
    "shape": lambda m, a: to_array(m.graph, a).data.shape,
    "reshape": arrays.reshape,
    "repeat": arrays.repeat,
    "tile": arrays.tile,
    "sort": lambda m, a: arrays.array(m, python.python_sorted(m, a)),
    "dot": lambda m, a, b: (
        elementwise(m.graph, "multiply", a, b) if is_scalar(a) or is_scalar(b) else matmul(m.graph, a, b)
    ),
    "matmul": lambda m, x1, x2: matmul(m.graph, x1, x2),
    "inner": _inner,
    "vdot": _inner,
    "array_equal": lambda m, a1, a2: python.all_(m, elementwise(m.graph, "equal", a1, a2)),
    "outer": lambda m, a, b: elementwise(
        m.graph,
        "multiply",
        arrays.reshape(m, to_array(m.graph, a), (-1, 1)),
        arrays.reshape(m, to_array(m.graph, b), (1, -1)),
    ),
}

LINALG: dict[str, Value] = {
    "norm": reductions.norm,
    "det": matrices.det,
    "inv": matrices.inv,
    "solve": matrices.solve,
}
