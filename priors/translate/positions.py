"""Indices: fixed ones with exact bounds, and those that depend on the observation but are proved in range."""

from __future__ import annotations

from typing import Any

import numpy as np

from priors.translate.containers import Array, List, Value
from priors.translate.errors import PriorError
from priors.translate.facts import bounds_under
from priors.translate.graph import Graph
from priors.translate.nodes import Node, is_scalar, kind_of
from priors.translate.values import check_shape, describe, to_array


def is_open(value: Value) -> bool:
    """Whether a number depends on the observation."""
    return isinstance(value, Node) and value.known is None


def candidates(graph: Graph, index: Node, size: int) -> range:
    """The values that an index which depends on the observation can have, all in range."""
    if index.kind not in {"int", "bool"}:
        raise PriorError("an index must be an integer", "use int(...)")
    # On the current path an index may be known to be in range that is not so everywhere.
    low, high = bounds_under(index, [(graph.guard(), True)]) if index.kind == "int" else (0, 1)
    if graph.provisional and size:
        low, high = min(max(low, -size), size - 1), max(min(high, size - 1), -size)
    if not -size <= low <= high < size:
        raise PriorError(
            f"this index depends on the observation and may be outside the {size} entries",
            f"bound it first: min(max(i, 0), {size - 1}) or i % {size}",
        )
    graph.spend(int(high) - int(low))
    # Other literals would have other bounds.
    graph.fix(index)
    return range(int(low), int(high) + 1)


def position_of(graph: Graph, index: Value, size: int, what: str) -> int:
    """A fixed index, in range."""
    if not is_scalar(index) or kind_of(index) == "float":
        raise PriorError(f"{describe(index)} is no index of {what}", "use an integer or a slice")
    position = int(graph.static(index, "the index"))
    if not -size <= position < size:
        raise PriorError(
            f"index {position} is out of range: {what} has {size} entries",
            f"use an index from 0 to {size - 1}" if size else "it is empty",
            raises="IndexError",
        )
    return position


def static_slice(graph: Graph, index: slice) -> slice:
    """A slice with fixed bounds."""

    def part(value: Value) -> int | None:
        if value is None:
            return None
        if not is_scalar(value) or kind_of(value) == "float":
            raise PriorError("the bounds of a slice must be integers", "use int(...)")
        return int(graph.static(value, "the bound of a slice"))

    cut = slice(part(index.start), part(index.stop), part(index.step))
    if cut.step == 0:
        raise PriorError("the step of a slice must not be zero")
    return cut


def static_index(graph: Graph, owner: Array, index: Value) -> Any:
    """An index of an array that NumPy understands."""
    parts = index if isinstance(index, tuple) else (index,)
    axis = 0
    result: list[Any] = []
    for number, part in enumerate(parts):
        if part is None or part is Ellipsis:
            result.append(part)
            behind = sum(other is not None for other in parts[number + 1 :])
            axis = owner.data.ndim - behind if part is Ellipsis else axis
            continue
        size = owner.data.shape[axis] if axis < owner.data.ndim else 0
        if isinstance(part, slice):
            result.append(static_slice(graph, part))
        elif isinstance(part, (List, Array, range)):
            entries = to_array(graph, part)
            if entries.kind == "bool":
                places = _static_mask(graph, entries, owner.data.shape[axis:])
                result += places
                axis += len(places)
                continue
            picked = [position_of(graph, item, size, f"axis {axis}") for item in entries.data.ravel()]
            result.append(np.array(picked, dtype=int).reshape(entries.data.shape))
        elif is_scalar(part) and kind_of(part) == "bool":
            raise PriorError("a truth value as an index of an array is a mask", "use int(test), or np.where")
        elif axis >= owner.data.ndim:
            raise PriorError(f"too many indices for {describe(owner)}", "use one index per axis")
        else:
            result.append(position_of(graph, part, size, f"{describe(owner)}, axis {axis},"))
        axis += 1
    return tuple(result) if isinstance(index, tuple) or len(result) > 1 else result[0]


def _static_mask(graph: Graph, mask: Array, shape: tuple[int, ...]) -> list[np.ndarray]:
    """The indices where a mask holds that does not depend on the observation."""
    if any(map(is_open, mask.data.ravel())):
        raise PriorError(
            "this mask picks entries, as many as the observation says", "use np.where(mask, a, b)"
        )
    if mask.data.shape != shape[: mask.data.ndim]:
        raise PriorError(f"a mask of shape {mask.data.shape} for {shape}", "give it the shape of the array")
    fixed = [bool(graph.static(test, "a mask")) for test in mask.data.ravel()]
    return list(np.nonzero(np.array(fixed, dtype=bool).reshape(mask.data.shape)))


def at(owner: Array, index: Any) -> Any:
    """`owner.data[index]`, if the index fits and the result is not too large."""
    parts = index if isinstance(index, tuple) else (index,)
    lists = [part for part in parts if isinstance(part, np.ndarray)]
    try:
        if lists:
            # Index arrays make a copy, whose size must be known before it is made.
            rest = owner.data[tuple(slice(0, 1) if isinstance(part, np.ndarray) else part for part in parts)]
            check_shape((*np.broadcast_shapes(*(part.shape for part in lists)), rest.size))
        data = owner.data[index]
    except (IndexError, ValueError) as error:
        raise PriorError(f"this index does not fit {describe(owner)}: {error}") from None
    check_shape(np.shape(data) if isinstance(data, np.ndarray) else ())
    return data


def fit(data: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """`data` broadcast to `shape`."""
    try:
        return np.broadcast_to(data, shape)
    except ValueError:
        raise PriorError(
            f"values of shape {data.shape} do not fit into a place of shape {shape}",
            "give as many values as there are entries",
        ) from None
