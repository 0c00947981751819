"""What a name of a program can hold.

Numbers are static Python numbers or graph nodes; strings, tuples, ranges and None are themselves; the
mutable containers are the classes below, whose identity gives aliasing and whose entries are values again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from priors.translate import limits
from priors.translate.containers import Array, Dict, List, Value
from priors.translate.errors import PriorError
from priors.translate.graph import Graph, Kind
from priors.translate.nodes import Node, Scalar, is_scalar, kind_of, widest
from priors.translate.objects import (
    Builtin,
    Choice,
    Class,
    DType,
    Function,
    Instance,
    Marker,
    Member,
    Method,
    Module,
    Super,
)


def describe(value: Value) -> str:
    """How an error message calls `value`."""
    names: list[tuple[Any, str]] = [
        (bool, "a bool"),
        (int, "an int"),
        (float, "a float"),
        (str, "a string"),
        (List, "a list"),
        (Instance, "an object"),
        (Class, "a class"),
        (Method, "a method"),
        (Marker, "a type"),
        (Super, "super()"),
        (slice, "a slice"),
        (tuple, "a tuple"),
        (Dict, "a dict"),
        (range, "a range"),
        (Function, "a function"),
        (Builtin, "a function"),
        (Module, "a module"),
        (DType, "a type"),
    ]
    if value is None:
        return "None"
    if isinstance(value, Choice):
        return f"{describe(value.then)} or {describe(value.otherwise)}"
    if isinstance(value, Node):
        return f"{names[1][1] if value.kind == 'int' else f'a {value.kind}'} of the observation"
    if isinstance(value, Member):
        return f"{value.enumeration.name}.{value.name}"
    if isinstance(value, Array):
        return f"an array of shape {value.data.shape}"
    return next((name for kind, name in names if isinstance(value, kind)), "this value")


def check_size(size: int) -> None:
    """Refuse a container of more than `MAX_ELEMENTS` entries."""
    if size > limits.MAX_ELEMENTS:
        raise PriorError(f"{size} elements are more than {limits.MAX_ELEMENTS}", "use a smaller array")


def check_shape(shape: Sequence[int]) -> None:
    """Refuse an array that is too large, also where an axis of length zero leaves it without entries."""
    if len(shape) > limits.MAX_AXES:
        raise PriorError(f"an array of {len(shape)} axes", f"use at most {limits.MAX_AXES} axes")
    # Loops over the rows of such an array are as long as if it had entries.
    check_size(math.prod(max(size, 1) for size in shape))


def object_array(graph: Graph, entries: Sequence[Scalar], shape: tuple[int, ...]) -> np.ndarray:
    """`entries` in row order as an object array of `shape`."""
    check_size(len(entries))
    check_shape(shape)
    graph.spend(len(entries))
    data = np.empty(len(entries), dtype=object)
    data[:] = entries
    return data.reshape(shape)


def make_array(
    graph: Graph, entries: Sequence[Scalar], shape: tuple[int, ...], kind: Kind | None = None
) -> Array:
    """An array of `entries` in row order, cast to `kind` or to the widest of theirs."""
    kind = kind or widest([kind_of(entry) for entry in entries] or ["float"])
    return Array(object_array(graph, [graph.cast(entry, kind) for entry in entries], shape), kind)


def whole(value: Value) -> Value:
    """`value`, unless it is `x[mask]`, whose length nobody knows."""
    if isinstance(value, Array) and value.mask is not None:
        raise PriorError(
            "x[mask] has a length that depends on the observation",
            "use np.where(mask, x, 0.0), or write x[mask] = f(x[mask])",
        )
    return value


def to_array(graph: Graph, value: Value, kind: Kind | None = None) -> Array:
    """`numpy.array(value)`: a fresh array of a number or of nested sequences."""
    entries: list[Scalar] = []

    def flatten(part: Value) -> tuple[int, ...]:
        if is_scalar(part):
            graph.spend()
            check_size(len(entries) + 1)
            entries.append(part)
            return ()
        if isinstance(part, Array):
            check_size(len(entries) + part.data.size)
            entries.extend(part.data.ravel())
            return part.data.shape
        part = graph.settle(part)
        if is_scalar(part):
            return flatten(part)
        if isinstance(part, str):
            raise PriorError("a string cannot become a number", "use numbers and lists of numbers")
        if isinstance(part, Choice):
            raise PriorError(f"{describe(part)} cannot become a number", "give it a number on every path")
        shapes = [flatten(item) for item in iterate(graph, part)]
        if len(set(shapes)) > 1:
            raise PriorError(
                f"the rows of this array have different shapes, {shapes[0]} and others",
                "give every row the same length",
            )
        return (len(shapes), *(shapes[0] if shapes else ()))

    value = whole(graph.settle(value))
    if isinstance(value, Instance):
        value = graph.settle(graph.opened(value))
    if not isinstance(value, (List, tuple, range, Array)) and not is_scalar(value):
        raise PriorError(f"{describe(value)} cannot become an array", "use numbers and lists of numbers")
    return make_array(
        graph, entries, flatten(value), kind or (value.kind if isinstance(value, Array) else None)
    )


def unwrap(array: Array) -> Value:
    """A scalar instead of an array without axes."""
    return array.data[()] if array.data.ndim == 0 else array


def entry(array: Array, data: Any) -> Value:
    """What indexing `array` gave: a view, a copy where the index is a list, or a scalar."""
    return array.derived(data) if isinstance(data, np.ndarray) and data.ndim else _scalar_of(data)


def _scalar_of(data: Any) -> Any:
    return data[()] if isinstance(data, np.ndarray) else data


def iterate(graph: Graph, value: Value) -> list[Value]:
    """The items that a `for` over `value` sees."""
    value = whole(graph.settle(graph.opened(graph.settle(value))))
    if isinstance(value, range) and len(value) > limits.MAX_ELEMENTS:
        raise PriorError(f"a loop of {len(value)} turns is too long", "a policy needs at most a few dozen")
    if isinstance(value, Array) and value.data.ndim:
        graph.spend(len(value.data))
    if is_endless(value):
        raise PriorError("this never ends", "take its items by next(), itertools.islice or zip")
    if isinstance(value, (List, Dict)):
        items = list(value.items)
    elif isinstance(value, Array) and value.data.ndim:
        items = [entry(value, value.data[i]) for i in range(len(value.data))]
    elif isinstance(value, (tuple, range, str)):
        check_size(len(value))
        items = list(value)
    else:
        raise PriorError(
            f"{describe(value)} cannot be iterated over",
            "loop over a range, a list, a tuple or an array; a loop count must be a fixed number",
        )
    graph.spend(len(items))
    return items


def turns(graph: Graph, value: Value) -> Iterator[Value]:
    """The items of a loop over `value`, each read at its own turn: the loop may change what it runs over."""
    value = graph.opened(value)
    if isinstance(value, List):
        position = 0
        while position < len(value.items):
            graph.spend()
            yield value.items[position]
            position += 1
            if value.forward is not None:
                raise PriorError(
                    "this changes the length of the list that the loop runs over, on some paths only",
                    "loop over a copy: for x in list(xs):",
                )
    elif isinstance(value, Array) and value.data.ndim:
        for position in range(len(value.data)):
            graph.spend()
            yield entry(value, value.data[position])
    else:
        yield from iterate(graph, value)


def check_known(value: Value) -> None:
    """Refuse to look at all of a list whose entries are not all known."""
    if isinstance(value, List) and value.style == "log":
        raise PriorError(
            "this list grows at every step, and only its last entries are remembered",
            "bound it: a list of fixed length, collections.deque(maxlen=8), or numbers",
        )
    if isinstance(value, List) and value.style == "set":
        raise PriorError(
            "which entries of this set are equal depends on the observation",
            "use a list, or len() and `in` alone",
        )


def is_endless(value: Value) -> bool:
    """Whether `value` is an `itertools.cycle` or `count`."""
    return isinstance(value, List) and value.style in ("cycle", "count")


def length(value: Value) -> int:
    """`len(value)`."""
    value = whole(value)
    check_known(value)
    if is_endless(value):
        raise PriorError("what never ends has no length")
    if isinstance(value, (List, Dict)):
        return len(value.items)
    if isinstance(value, Array) and value.data.ndim:
        return len(value.data)
    if isinstance(value, (tuple, range, str)):
        return len(value)
    raise PriorError(f"{describe(value)} has no length")


def elementwise(graph: Graph, operation: str, *operands: Value) -> Value:
    """An operation of the scalar table on numbers, or entry by entry on broadcast arrays."""
    return mapped(graph, lambda *scalars: graph.apply(operation, *scalars), *operands)


def mapped(graph: Graph, function: Callable[..., Scalar], *operands: Value) -> Value:
    """A scalar function entry by entry on broadcast operands, as NumPy does."""
    if all(is_scalar(operand) for operand in operands):
        return function(*operands)
    arrays = [operand if isinstance(operand, Array) else to_array(graph, operand) for operand in operands]
    try:
        shape = np.broadcast_shapes(*(array.data.shape for array in arrays))
    except ValueError:
        shapes = " and ".join(str(array.data.shape) for array in arrays)
        raise PriorError(
            f"arrays of shapes {shapes} do not fit together", "use arrays of equal shape"
        ) from None
    check_shape(shape)
    masks = [array.mask for array in arrays if array.mask is not None]
    if any(mask.shape != shape or (mask != masks[0]).any() for mask in masks):
        for array in arrays:
            whole(array)
    broadcast = [np.broadcast_to(array.data, shape).ravel() for array in arrays]
    made = make_array(graph, [function(*scalars) for scalars in zip(*broadcast, strict=True)], shape)
    made.mask = masks[0] if masks else None
    return unwrap(made)


def truth(graph: Graph, value: Value) -> Scalar:
    """`bool(value)`, a static truth value or a Boolean node."""
    if isinstance(whole(value), Array):
        if value.data.size != 1:
            raise PriorError(
                f"the truth of {describe(value)} is ambiguous", "use np.any, np.all, or one entry of it"
            )
        value = value.data.ravel()[0]
    if isinstance(value, Node):
        if value.known is not None:
            # A branch on constants alone is part of the program's structure.
            return bool(graph.static(value, "this condition"))
        return graph.cast(value, "bool")
    if isinstance(value, (List, Dict)):
        return bool(value.items)
    if value is None or isinstance(value, (bool, int, float, str, tuple, range)):
        return bool(value)
    if isinstance(value, Choice):
        raise PriorError(f"the truth of {describe(value)} is not clear here", "compare it first")
    return True
