"""What the rows of the function tables share: reading sizes, shapes and number types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from priors.translate.containers import Array, Value
from priors.translate.errors import PriorError
from priors.translate.functions.getters import applied
from priors.translate.graph import Kind
from priors.translate.machine import Machine
from priors.translate.nodes import Scalar, is_scalar, kind_of
from priors.translate.objects import Builtin, DType, Function, Instance, Method
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


def static_option(m: Machine, value: Value, what: str) -> Any:
    """An option that is a fixed integer, a tuple of them, or None, a truth value or a word as it stands."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if is_scalar(value):
        return static_int(m, value, what)
    return tuple(static_int(m, part, what) for part in iterate(m.graph, value))


def call(m: Machine, function: Value, *positional: Value, **named: Value) -> Value:
    """Call what a row was given: a function of the program or a row of a table."""
    if isinstance(function, Function):
        return m.call(function, positional, named)
    if isinstance(function, Method):
        return m.call(function.function, [function.receiver, *positional], named)
    if isinstance(function, Builtin):
        given = map(m.graph.settle, (*function.receiver, *positional))
        return m.each(lambda *values: function.implementation(m, *values, **named), *given)
    if isinstance(function, Instance):
        found = applied(m, function, positional, named, _invoke)
        if found is NotImplemented and not named:
            found = m.special("__call__", function, *positional)
        if found is not NotImplemented:
            return found
    if isinstance(function, DType) and len(positional) == 1 and is_scalar(positional[0]):
        return m.graph.cast(positional[0], function.kind)
    raise PriorError(f"{describe(function)} cannot be called here", "give it a function or a lambda")


def _invoke(m: Machine, function: Value, positional: Sequence[Value], named: Mapping[str, Value]) -> Value:
    return call(m, function, *positional, **named)
