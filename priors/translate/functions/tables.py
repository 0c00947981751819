"""The modules `numpy` and `numpy.linalg`, one row for each name of theirs.

An implementation takes the machine and then the arguments, whose names are those of the original, so that
keyword arguments work. What is not here cannot be called. `out=` and the `where=` of functions that go entry
by entry are in `outputs`, for all rows.
"""

# ruff: noqa: ARG005 - every row of a table is called with the same arguments.

from __future__ import annotations

import ast
import math

from priors.translate.containers import Value
from priors.translate.functions import (
    arrays,
    elementary,
    grids,
    lines,
    mapping,
    matrices,
    outputs,
    products,
    python,
    reductions,
    views,
)
from priors.translate.functions.arguments import Implementation
from priors.translate.functions.elementary import operations_of_one, operations_of_two
from priors.translate.functions.mathematics import CONSTANTS, DEGREE, ELEMENTARY
from priors.translate.machine import Machine
from priors.translate.nodes import is_scalar
from priors.translate.objects import DType
from priors.translate.operators import binary, unary
from priors.translate.values import elementwise, to_array


def _operator(operator: ast.operator) -> Implementation:
    return lambda m, x1, x2: binary(m.graph, operator, *(_number_or_array(m, x) for x in (x1, x2)))


def _is_infinite(m: Machine, x: Value) -> Value:
    return elementwise(m.graph, "equal", elementwise(m.graph, "absolute", x), math.inf)


def _array_equal(m: Machine, a1: Value, a2: Value) -> Value:
    x, y = (to_array(m.graph, side) for side in (a1, a2))
    return x.data.shape == y.data.shape and reductions.TABLE["all"](m, elementwise(m.graph, "equal", x, y))


def _allclose(m: Machine, a: Value, b: Value, rtol: Value = 1e-5, atol: Value = 1e-8) -> Value:
    return reductions.TABLE["all"](m, elementary.isclose(m, a, b, rtol, atol))


def _number_or_array(m: Machine, val: Value) -> Value:
    return val if is_scalar(val) else views.as_array(m, val)


def _absolute(m: Machine, x: Value) -> Value:
    return elementwise(m.graph, "absolute", x)


NUMPY: dict[str, Value] = {
    **CONSTANTS,
    "euler_gamma": 0.5772156649015329,
    "newaxis": None,
    # Types.
    **{name: DType("float", name) for name in ("float16", "float32", "float64", "floating", "float_")},
    **{name: DType("float", name) for name in ("half", "single", "double", "longdouble")},
    **{name: DType("int", name) for name in ("int8", "int16", "int32", "int64", "int_", "intp", "integer")},
    **{name: DType("bool") for name in ("bool_", "bool")},
    # Warnings, and how arrays are printed.
    **{name: lambda _m, *_, **_options: None for name in ("errstate", "seterr", "set_printoptions")},
    # Entry by entry.
    **operations_of_one(*ELEMENTARY, "sign", "floor", "ceil", "absolute", "negative", "isnan", "isfinite"),
    **operations_of_one(*(f"arc{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh"))),
    **operations_of_two(
        **{name: name for name in ("add", "subtract", "multiply", "divide", "floor_divide", "remainder")},
        **{name: name for name in ("minimum", "maximum", "fmod", "copysign", "hypot", "arctan2")},
        **{name: name for name in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")},
        **{"fmin": "minimum", "fmax": "maximum", "mod": "remainder", "true_divide": "divide"},
        **{"logical_and": "and", "logical_or": "or", "logical_xor": "exclusive_or"},
    ),
    "abs": _absolute,
    "fabs": _absolute,
    "logical_not": lambda m, x: elementwise(m.graph, "not", x),
    "bitwise_and": _operator(ast.BitAnd()),
    "bitwise_or": _operator(ast.BitOr()),
    "bitwise_xor": _operator(ast.BitXor()),
    "left_shift": _operator(ast.LShift()),
    "right_shift": _operator(ast.RShift()),
    "invert": lambda m, x: unary(m.graph, ast.Invert(), x),
    "bitwise_not": lambda m, x: unary(m.graph, ast.Invert(), x),
    "trunc": lambda m, x: elementwise(m.graph, "truncate", x),
    "fix": lambda m, x: elementwise(m.graph, "truncate", x),
    "rint": lambda m, x: elementwise(m.graph, "round", x),
    "round": elementary.round_row,
    "around": elementary.round_row,
    "reciprocal": lambda m, x: elementwise(m.graph, "divide", 1.0, x),
    "power": elementary.power_row,
    "pow": elementary.power_row,
    "float_power": elementary.float_power,
    "square": elementary.square,
    "positive": lambda m, x: elementwise(m.graph, "add", x, 0),
    "divmod": elementary.divmod_row,
    "modf": elementary.modf,
    "logaddexp": elementary.logaddexp,
    "heaviside": elementary.heaviside,
    "sinc": elementary.sinc,
    "deg2rad": elementary.scaled(DEGREE),
    "radians": elementary.scaled(DEGREE),
    "rad2deg": elementary.scaled(1 / DEGREE),
    "degrees": elementary.scaled(1 / DEGREE),
    "signbit": lambda m, x: elementwise(m.graph, "less", elementwise(m.graph, "copysign", 1.0, x), 0),
    "isinf": _is_infinite,
    "isposinf": lambda m, x: elementwise(m.graph, "equal", x, math.inf),
    "isneginf": lambda m, x: elementwise(m.graph, "equal", x, -math.inf),
    "isclose": elementary.isclose,
    "allclose": _allclose,
    "array_equal": _array_equal,
    "isin": elementary.isin,
    "nan_to_num": elementary.nan_to_num,
    "clip": elementary.clip,
    "where": elementary.where,
    "select": elementary.select,
    "piecewise": elementary.piecewise,
    "choose": elementary.choose,
    "interp": elementary.interp,
    "polyval": elementary.polyval,
    "real": _number_or_array,
    "conj": lambda m, x: views.as_array(m, x) if not is_scalar(x) else x,
    # Arrays as a whole.
    **arrays.TABLE,
    **views.TABLE,
    **reductions.TABLE,
    **lines.TABLE,
    **products.TABLE,
    **grids.TABLE,
    **mapping.TABLE,
    "ndim": lambda m, a: to_array(m.graph, a).data.ndim,
    "shape": lambda m, a: to_array(m.graph, a).data.shape,
    "isscalar": lambda m, element: is_scalar(element) or isinstance(element, str),
    "iterable": lambda m, y: python.is_iterable(y),
    "copyto": outputs.copyto,
    "fill_diagonal": outputs.fill_diagonal,
}

LINALG: dict[str, Value] = {
    "norm": reductions.norm,
    **matrices.TABLE,
    "matrix_power": products.matrix_power,
    "multi_dot": products.multi_dot,
}
