"""Reading and writing `x[...]`: exact bounds, views, and indices that depend on the observation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from priors.translate import limits, mutation
from priors.translate.containers import Array, Dict, List, Value
from priors.translate.errors import PriorError
from priors.translate.graph import Graph, Node, is_scalar, kind_of
from priors.translate.intervals import Bounds
from priors.translate.keys import known_key, static_key
from priors.translate.machine import Machine
from priors.translate.objects import At, Marker
from priors.translate.values import (
    Cases,
    check_shape,
    check_size,
    describe,
    entry,
    iterate,
    length,
    make_array,
    merge,
    to_array,
    whole,
)


def read(machine: Machine, owner: Value, index: Value) -> Value:  # noqa: PLR0911
    """`owner[index]`."""
    graph = machine.graph
    if isinstance(owner, At):
        return At(owner.array, index)
    if isinstance(owner, Marker):
        return _row_of(graph, index) if owner.name == "numpy.r_" else owner
    if isinstance(owner, Dict):
        return owner.items[known_key(graph, owner, index)]
    if isinstance(whole(owner), Array):
        if isinstance(index, Node) and index.known is None:
            return _pick(graph, index, length(owner), lambda i: entry(owner, owner.data[i]))
        if isinstance(index, Array) and index.kind == "bool" and index.data.shape == owner.data.shape:
            chosen = to_array(graph, owner)
            chosen.mask = index.data
            return chosen
        data = _at(owner, _static_index(graph, owner, index))
        return entry(owner, data)
    if isinstance(owner, (List, tuple, range, str)):
        items = owner.items if isinstance(owner, List) else owner
        if isinstance(index, slice):
            if isinstance(owner, List) and owner.style == "deque":
                raise PriorError("a deque cannot be sliced", "write list(x)[a:b]")
            part = items[_static_slice(graph, index)]
            return List(list(part)) if isinstance(owner, List) else part
        if isinstance(index, Node) and index.known is None and not isinstance(owner, str):
            return _pick(graph, index, len(items), lambda i: items[i])
        return items[_position(graph, index, len(items), describe(owner))]
    raise PriorError(f"{describe(owner)} has no entries", "index a list, a tuple, a dict or an array")


def _row_of(graph: Graph, parts: Value) -> Array:
    """`numpy.r_[a, b, ...]`: numbers and vectors in a row."""
    several = parts if isinstance(parts, tuple) else (parts,)
    if any(isinstance(part, slice) for part in several):
        raise PriorError("np.r_ takes numbers and vectors here", "write np.arange(a, b) for a:b")
    arrays = [to_array(graph, part) for part in several]
    entries = [entry for array in arrays for entry in array.data.ravel()]
    return make_array(graph, entries, (len(entries),))


def each_index(machine: Machine, use: Callable[[Value], Value], owner: Value, index: Value) -> Value:
    """`use(index)` for every value that an index can have, each on its own path.

    A single integer stays whole where the rules can choose among entries; the parts of a tuple or slice,
    and the keys of a dict, become fixed integers one after the other.
    """
    if isinstance(index, tuple):
        return _each_part(machine, lambda *parts: use(parts), index)
    if isinstance(index, slice):
        parts = (index.start, index.stop, index.step)
        return _each_part(machine, lambda *bounds: use(slice(*bounds)), parts)
    if isinstance(owner, Dict) or (isinstance(owner, Array) and owner.data.ndim > 1):
        return machine.each(use, enumerated(machine, index, _integer_keys(owner)))
    return machine.each(use, index)


def _each_part(machine: Machine, use: Callable[..., Value], parts: Sequence[Value]) -> Value:
    return machine.each(use, *(enumerated(machine, part) for part in parts))


def _integer_keys(owner: Dict | Array) -> Bounds:
    keys = [key for key in owner.items if isinstance(key, int)] if isinstance(owner, Dict) else []
    return (min(keys), max(keys)) if keys else (0, len(owner.data) - 1 if isinstance(owner, Array) else 0)


def enumerated(machine: Machine, value: Value, usual: Bounds = (0, 1)) -> Value:
    """An integer that depends on the observation, but has few values, as a choice among fixed ones.

    While its interval is provisional, the values in the interval `usual` stand for all.
    """
    if not isinstance(value, Node) or value.known is not None or value.kind != "int":
        return value
    low, high = value.bounds
    if machine.graph.provisional and not high - low < limits.MAX_CHOICES:
        low, high = usual
    if not high - low < limits.MAX_CHOICES:
        return value
    graph = machine.graph
    graph.fix(value)
    result: Value = int(high)
    for candidate in range(int(high) - 1, int(low) - 1, -1):
        test = graph.apply("equal", value, candidate)
        if isinstance(test, Node):
            result = Cases(test, candidate, result)
        elif test:
            result = candidate
    return result


def write(machine: Machine, owner: Value, index: Value, value: Value) -> None:
    """`owner[index] = value` on the current path."""
    graph = machine.graph
    if isinstance(owner, tuple):
        raise PriorError("a tuple cannot be changed", "make it a list: [...]")
    if not isinstance(owner, (List, Dict, Array)):
        raise PriorError(f"{describe(owner)} has no entries to set", "set entries of a list or an array")
    mutation.check_mutable(owner)
    mutation.put(machine, owner, value)
    if isinstance(owner, Dict):
        key = static_key(graph, index)
        if key not in owner.items:
            owner = mutation.resizable(machine, owner)
            check_size(len(owner.items) + 1)
            owner.items[key] = value
        else:
            owner.items[key] = mutation.updated(machine, owner, value, owner.items[key])
    elif isinstance(owner, List):
        _write_list(machine, owner, index, value)
    else:
        _write_array(machine, owner, index, value)


def delete(machine: Machine, owner: Value, index: Value) -> None:
    """`del owner[index]` on the current path."""
    if not isinstance(owner, (List, Dict)):
        raise PriorError(f"entries of {describe(owner)} cannot be deleted", "make a new one")
    owner = mutation.resizable(machine, owner)
    if isinstance(owner, Dict):
        del owner.items[known_key(machine.graph, owner, index)]
    elif isinstance(index, slice):
        del owner.items[_static_slice(machine.graph, index)]
    else:
        del owner.items[_position(machine.graph, index, len(owner.items), "a list")]


def _write_list(machine: Machine, owner: List, index: Value, value: Value) -> None:
    graph, items = machine.graph, owner.items
    if isinstance(index, slice):
        new = iterate(graph, value)
        cut = _static_slice(graph, index)
        if len(new) != len(items[cut]):
            if cut.step not in (None, 1):
                raise PriorError("a stepped slice takes as many values as it has entries")
            longer = mutation.resizable(machine, owner).items
            longer[cut] = new
            check_size(len(longer))
        else:
            items[cut] = [
                mutation.updated(machine, owner, a, b) for a, b in zip(new, items[cut], strict=True)
            ]
    elif isinstance(index, Node) and index.known is None:
        for position in _candidates(graph, index, len(items)):
            here = graph.apply("equal", index, position)
            items[position] = mutation.updated(
                machine, owner, merge(graph, here, value, items[position]), items[position]
            )
    else:
        position = _position(graph, index, len(items), "a list")
        items[position] = mutation.updated(machine, owner, value, items[position])


def _write_array(machine: Machine, owner: Array, index: Value, value: Value) -> None:
    graph, data = machine.graph, owner.data
    if isinstance(index, Array) and index.kind == "bool":
        _write_masked(machine, owner, index, value)
        return
    if isinstance(index, Node) and index.known is None:
        for position in _candidates(graph, index, len(data)):
            here = graph.apply("equal", index, position)
            part = entry(owner, data[position])
            _store(machine, owner, position, merge(graph, here, _like(graph, value, part), part))
        return
    _store(machine, owner, _static_index(graph, owner, index), value)


def _like(graph: Graph, value: Value, part: Value) -> Value:
    if isinstance(part, Array):
        array = to_array(graph, value, part.kind)
        return Array(_fit(array.data, part.data.shape), part.kind)
    return value


def _fit(data: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    try:
        return np.broadcast_to(data, shape)
    except ValueError:
        raise PriorError(
            f"values of shape {data.shape} do not fit into a place of shape {shape}",
            "give as many values as there are entries",
        ) from None


def _store(machine: Machine, owner: Array, index: Any, value: Value) -> None:
    graph = machine.graph
    old = _at(owner, index)
    new = _fit(to_array(graph, value, owner.kind).data, np.shape(old) if isinstance(old, np.ndarray) else ())
    if isinstance(old, np.ndarray):
        fresh = np.empty(old.shape, dtype=object)
        for place in np.ndindex(*old.shape):
            fresh[place] = mutation.updated(machine, owner, new[place], old[place])
        owner.data[index] = fresh
    else:
        owner.data[index] = mutation.updated(machine, owner, new[()], old)


def _write_masked(machine: Machine, owner: Array, mask: Array, value: Value) -> None:
    graph = machine.graph
    same = isinstance(value, Array) and value.mask is not None and (value.mask == mask.data).all()
    if mask.data.shape != owner.data.shape or not (is_scalar(value) or same):
        raise PriorError(
            "a mask must have the array's shape, and the value must be one number or made of x[mask]",
            "use np.where(mask, new, old)",
        )
    for place in np.ndindex(*owner.data.shape):
        chosen: Any = mask.data[place]
        old: Any = owner.data[place]
        new = graph.select(chosen, graph.cast(value.data[place] if same else value, owner.kind), old)
        owner.data[place] = mutation.updated(machine, owner, new, old)


def _pick(graph: Graph, index: Node, size: int, get: Callable[[int], Value]) -> Value:
    """`get(index)` for an index that depends on the observation but is proved in range."""
    result: Value = None
    for number, position in enumerate(_candidates(graph, index, size)):
        here = graph.apply("equal", index, position)
        result = get(position) if number == 0 else merge(graph, here, get(position), result)
    return result


def _candidates(graph: Graph, index: Node, size: int) -> range:
    if index.kind not in {"int", "bool"}:
        raise PriorError("an index must be an integer", "use int(...)")
    low, high = index.bounds if index.kind == "int" else (0, 1)
    if graph.provisional and size:
        low, high = min(max(low, -size), size - 1), max(min(high, size - 1), -size)
    if not -size <= low <= high < size:
        raise PriorError(
            f"this index depends on the observation and may be outside the {size} entries",
            f"bound it first: min(max(i, 0), {size - 1}) or i % {size}",
        )
    # Other literals would have other bounds.
    graph.fix(index)
    return range(int(low), int(high) + 1)


def _position(graph: Graph, index: Value, size: int, what: str) -> int:
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


def _static_slice(graph: Graph, index: slice) -> slice:
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


def _static_index(graph: Graph, owner: Array, index: Value) -> Any:
    parts = index if isinstance(index, tuple) else (index,)
    axis = 0
    result: list[Any] = []
    for part in parts:
        if part is None or part is Ellipsis:
            result.append(part)
            axis = owner.data.ndim - (len(parts) - 1) if part is Ellipsis else axis
            continue
        size = owner.data.shape[axis] if axis < owner.data.ndim else 0
        if isinstance(part, slice):
            result.append(_static_slice(graph, part))
        elif isinstance(part, (List, Array, range)):
            entries = to_array(graph, part)
            if entries.kind == "bool":
                raise PriorError("an array cannot be indexed by a mask", "use np.where(mask, a, b)")
            picked = [_position(graph, item, size, f"axis {axis}") for item in entries.data.ravel()]
            result.append(np.array(picked, dtype=int).reshape(entries.data.shape))
        elif axis >= owner.data.ndim:
            raise PriorError(f"too many indices for {describe(owner)}", "use one index per axis")
        else:
            result.append(_position(graph, part, size, f"{describe(owner)}, axis {axis},"))
        axis += 1
    return tuple(result) if isinstance(index, tuple) else result[0]


def _at(owner: Array, index: Any) -> Any:
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
