"""Reading and writing `x[...]`: exact bounds, views, and indices that depend on the observation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from priors.translate import limits, mutation, positions
from priors.translate.choices import merge
from priors.translate.containers import Array, Dict, List, Value
from priors.translate.errors import PriorError
from priors.translate.graph import Graph
from priors.translate.intervals import Bounds
from priors.translate.keys import known_key, static_key
from priors.translate.machine import Machine
from priors.translate.nodes import Node, is_scalar, kind_of
from priors.translate.objects import At, Cases, DType, Function, Marker
from priors.translate.values import (
    check_known,
    check_size,
    describe,
    entry,
    iterate,
    length,
    make_array,
    to_array,
    whole,
)


def read(machine: Machine, owner: Value, index: Value) -> Value:  # noqa: PLR0911
    """`owner[index]`."""
    graph = machine.graph
    if isinstance(owner, At):
        return At(owner.array, index)
    if isinstance(owner, Marker):
        made = {"numpy.r_": _row_of, "numpy.c_": _columns_of}.get(owner.name)
        return made(graph, index) if made else owner
    if isinstance(owner, Dict):
        if owner.factory is not None and static_key(graph, index) not in owner.items:
            write(machine, owner, index, _made(machine, owner.factory))
            return read(machine, machine.resolved(owner), index)
        return owner.items[known_key(graph, owner, index)]
    if isinstance(whole(owner), Array):
        return _read_array(machine, owner, to_array(graph, index) if isinstance(index, List) else index)
    if isinstance(owner, (List, tuple, range, str)):
        items = owner.items if isinstance(owner, List) else owner
        if not _is_near_the_end(index, len(items)):
            check_known(owner)
        if isinstance(index, slice):
            if isinstance(owner, List) and owner.style == "deque":
                raise PriorError("a deque cannot be sliced", "write list(x)[a:b]")
            part = items[positions.static_slice(graph, index)]
            return List(list(part)) if isinstance(owner, List) else part
        if isinstance(index, Node) and index.known is None and not isinstance(owner, str):
            return _pick(graph, index, len(items), lambda i: items[i])
        return items[positions.position_of(graph, index, len(items), describe(owner))]
    raise PriorError(f"{describe(owner)} has no entries", "index a list, a tuple, a dict or an array")


def _made(machine: Machine, factory: Value) -> Value:
    """A missing entry of a defaultdict."""
    if isinstance(factory, DType):
        return machine.graph.cast(0, factory.kind)
    return machine.call(factory, [], {}) if isinstance(factory, Function) else factory.implementation(machine)


def _read_array(machine: Machine, owner: Array, index: Value) -> Value:
    graph = machine.graph
    if is_scalar(index) and kind_of(index) == "bool":
        raise PriorError("a truth value as an index of an array is a mask", "use x[int(test)], or np.where")
    if isinstance(index, Node) and index.known is None:
        return _pick(graph, index, length(owner), lambda i: entry(owner, owner.data[i]))
    open_index = isinstance(index, Array) and any(map(positions.is_open, index.data.ravel()))
    if open_index and index.kind == "bool" and index.data.shape == owner.data.shape:
        chosen = to_array(graph, owner)
        chosen.mask = index.data
        return chosen
    if open_index and index.kind == "int":
        picked = [_read_array(machine, owner, place) for place in index.data.ravel()]
        rows = to_array(graph, tuple(picked))
        return Array(rows.data.reshape(index.data.shape + owner.data.shape[1:]), rows.kind)
    return entry(owner, positions.at(owner, positions.static_index(graph, owner, index)))


def _row_of(graph: Graph, parts: Value) -> Array:
    """`numpy.r_[a, b, ...]`: numbers and vectors in a row."""
    several = parts if isinstance(parts, tuple) else (parts,)
    if any(isinstance(part, slice) for part in several):
        raise PriorError("np.r_ takes numbers and vectors here", "write np.arange(a, b) for a:b")
    arrays = [to_array(graph, part) for part in several]
    entries = [entry for array in arrays for entry in array.data.ravel()]
    return make_array(graph, entries, (len(entries),))


def _is_near_the_end(index: Value, known: int) -> bool:
    """Whether an index or slice counts from the end, within the last `known` entries."""
    start = index.start if isinstance(index, slice) else index
    is_open = not isinstance(index, slice) or index.stop is None or _is_negative(index.stop)
    return is_open and _is_negative(start) and -start <= known


def _is_negative(value: Value) -> bool:
    return isinstance(value, int) and value < 0


def _columns_of(graph: Graph, parts: Value) -> Array:
    """`numpy.c_[a, b, ...]`: vectors and matrices side by side."""
    several = parts if isinstance(parts, tuple) else (parts,)
    if any(isinstance(part, slice) for part in several):
        raise PriorError("np.c_ takes vectors and matrices here", "write np.arange(a, b) for a:b")
    data = [to_array(graph, part).data for part in several]
    check_size(sum(part.size for part in data))
    try:
        joined = np.concatenate([part.reshape(-1, 1) if part.ndim < 2 else part for part in data], axis=-1)
    except ValueError as error:
        raise PriorError(f"these arrays do not fit together: {error}") from None
    return make_array(graph, list(joined.ravel()), joined.shape)


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
    """An integer or truth value of the observation that has few values, as a choice among fixed ones.

    While its interval is provisional, the values in the interval `usual` stand for all.
    """
    if not isinstance(value, Node) or value.known is not None or value.kind == "float":
        return value
    if value.kind == "bool":
        return Cases(value, True, False)
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
        del owner.items[positions.static_slice(machine.graph, index)]
    else:
        del owner.items[positions.position_of(machine.graph, index, len(owner.items), "a list")]


def _write_list(machine: Machine, owner: List, index: Value, value: Value) -> None:
    graph, items = machine.graph, owner.items
    if isinstance(index, slice):
        new = iterate(graph, value)
        cut = positions.static_slice(graph, index)
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
        for position in positions.candidates(graph, index, len(items)):
            here = graph.apply("equal", index, position)
            items[position] = mutation.updated(
                machine, owner, merge(graph, here, value, items[position]), items[position]
            )
    else:
        position = positions.position_of(graph, index, len(items), "a list")
        items[position] = mutation.updated(machine, owner, value, items[position])


def _write_array(machine: Machine, owner: Array, index: Value, value: Value) -> None:
    graph, data = machine.graph, owner.data
    if not data.flags.writeable:
        raise PriorError(
            "this array is read-only: a diagonal, or made by broadcasting", "write to a .copy() of it"
        )
    if isinstance(index, List) or (is_scalar(index) and kind_of(index) == "bool"):
        index = to_array(graph, index)
    if isinstance(index, Array) and index.kind == "bool" and _is_open_mask(index):
        _write_masked(machine, owner, index, value)
        return
    if isinstance(index, Node) and index.known is None:
        for position in positions.candidates(graph, index, len(data)):
            here = graph.apply("equal", index, position)
            part = entry(owner, data[position])
            _store(machine, owner, position, merge(graph, here, _like(graph, value, part), part))
        return
    _store(machine, owner, positions.static_index(graph, owner, index), value)


def _is_open_mask(mask: Array) -> bool:
    """Whether a mask is no list of fixed places."""
    return not mask.data.ndim or any(map(positions.is_open, mask.data.ravel()))


def _like(graph: Graph, value: Value, part: Value) -> Value:
    if isinstance(part, Array):
        array = to_array(graph, value, part.kind)
        return Array(positions.fit(array.data, part.data.shape), part.kind)
    return value


def _store(machine: Machine, owner: Array, index: Any, value: Value) -> None:
    graph = machine.graph
    old = positions.at(owner, index)
    new = positions.fit(
        to_array(graph, value, owner.kind).data, np.shape(old) if isinstance(old, np.ndarray) else ()
    )
    if isinstance(old, np.ndarray):
        fresh = np.empty(old.shape, dtype=object)
        for place in np.ndindex(*old.shape):
            fresh[place] = mutation.updated(machine, owner, new[place], old[place])
        owner.data[index] = fresh
    else:
        owner.data[index] = mutation.updated(machine, owner, new[()], old)


def _write_masked(machine: Machine, owner: Array, mask: Array, value: Value) -> None:
    """`owner[mask] = value`: of numbers, of what was made of `owner[mask]`, or of equal rows."""
    graph, shape = machine.graph, owner.data.shape
    rows = shape[mask.data.ndim :]
    if isinstance(value, (List, tuple)):
        value = to_array(graph, value)
    if isinstance(value, Array) and value.mask is not None:
        fits, new = value.mask.shape == mask.data.shape and bool((value.mask == mask.data).all()), value.data
    else:
        new = value.data if isinstance(value, Array) else np.array(value, dtype=object)
        # The axis of the entries that the mask picks may stand before those of a row.
        fits = new.shape in ((), (1,)) or new.shape in (rows[k:] for k in range(len(rows)))
    if mask.data.shape != shape[: mask.data.ndim] or not (
        fits and isinstance(value, (Array, bool, int, float, Node))
    ):
        raise PriorError(
            "a mask must have the array's shape, and the value must be one number or made of x[mask]",
            "use np.where(mask, new, old)",
        )
    tests = np.broadcast_to(mask.data.reshape(mask.data.shape + (1,) * len(rows)), shape)
    values = np.broadcast_to(new, shape)
    for place in np.ndindex(*shape):
        entries: tuple[Any, ...] = tuple(data[place] for data in (tests, values, owner.data))
        test, after, old = entries
        chosen = graph.select(test, graph.cast(after, owner.kind), old)
        owner.data[place] = mutation.updated(machine, owner, chosen, old)


def _pick(graph: Graph, index: Node, size: int, get: Callable[[int], Value]) -> Value:
    """`get(index)` for an index that depends on the observation but is proved in range."""
    result: Value = None
    for number, position in enumerate(positions.candidates(graph, index, size)):
        here = graph.apply("equal", index, position)
        result = get(position) if number == 0 else merge(graph, here, get(position), result)
    return result
