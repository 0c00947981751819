"""What the rows of the function tables share: reading sizes, shapes and number types."""

from __future__ import annotations

from collections.abc import Callable

from priors.translate.containers import Array, Value
from priors.translate.errors import PriorError
from priors.translate.graph import Kind, Scalar, is_scalar, kind_of
from priors.translate.machine import Machine
from priors.translate.objects import DType
from priors.translate.values import check_shape, describe, iterate

Implementation = Callable[..., Value]
"""A row's implementation: it takes the machine and then the program's arguments."""


def static_int(m: Machine, value: Value, what: str) -> int:
    """A size, count or axis."""
    if not is_scalar(value) or kind_of(value) == "float":
        raise PriorError(f"{what} must be an integer, not {describe(value)}", "use a whole number")
    return int(m.graph.static(value, what))


def static_shape(m: Machine, shape: Value) -> tuple[int, ...]:
    """The shape that a program names: a size or a sequence of sizes."""
    sizes = (shape,) if is_scalar(shape) else iterate(m.graph, shape)
    result = tuple(static_int(m, size, "a size") for size in sizes)
    if any(size < 0 for size in result):
        raise PriorError("a size must not be negative")
    check_shape(result)
    return result


def kind_of_dtype(dtype: Value) -> Kind | None:
    """The kind of number that a dtype means, None for none given."""
    if dtype is None:
        return None
    if isinstance(dtype, DType):
        return dtype.kind
    named: dict[str, Kind] = {
        "float": "float",
        "float32": "float",
        "float64": "float",
        "int": "int",
        "bool": "bool",
    }
    if isinstance(dtype, str) and dtype in named:
        return named[dtype]
    raise PriorError("this dtype is not known", "use float, int, bool, np.float32 or np.float64")


def one_number(value: Value, name: str) -> Scalar:
    """The number that a function of one number is called with."""
    if isinstance(value, Array) and value.data.size == 1:
        value = value.data.ravel()[0]
    if not is_scalar(value):
        raise PriorError(f"{name}() takes one number, not {describe(value)}", "take one entry of it")
    return value
