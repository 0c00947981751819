"""Attributes and methods of lists, dicts and arrays, one row each."""

# ruff: noqa: ARG005 - every row of a table is called with the same arguments.

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from priors.translate import indexing, keys, mutation
from priors.translate.containers import Array, Dict, List, Value
from priors.translate.errors import PriorError
from priors.translate.functions import arrays, elementary, python, reductions, tables
from priors.translate.functions.arguments import Implementation, kind_of_dtype, static_int
from priors.translate.graph import is_scalar
from priors.translate.machine import Machine
from priors.translate.objects import At, Builtin, DType, Marker
from priors.translate.operators import equal, total
from priors.translate.values import check_size, describe, elementwise, iterate, to_array, whole


def extend(m: Machine, owner: List, iterable: Value) -> None:
    """`list.extend`."""
    items = iterate(m.graph, iterable)
    for item in items:
        m.on_each(lambda one, item=item: _append(m, one, item), owner)  # type: ignore[misc]


def _append(m: Machine, owner: List, value: Value) -> None:
    _insert_at(m, owner, len(owner.items), value)


def _insert(m: Machine, owner: List, index: Value, value: Value) -> None:
    _insert_at(m, owner, static_int(m, index, "the index"), value)


def _insert_at(m: Machine, owner: List, place: int, value: Value) -> None:
    """Insert, and drop an entry at the other end of a deque that is full."""
    mutation.check_mutable(owner)
    full = owner.most is not None and len(owner.items) >= owner.most
    items = list(owner.items)
    items.insert(place, mutation.put(m, owner, value))
    if full:
        del items[0 if place else -1]
    if len(items) != len(owner.items):
        check_size(len(items))
        mutation.resizable(m, owner).items[:] = items
    else:
        owner.items[:] = [mutation.updated(m, owner, a, b) for a, b in zip(items, owner.items, strict=True)]


def pop(m: Machine, owner: List, index: Value = -1) -> Value:
    """`list.pop`."""
    position = static_int(m, index, "the index")
    if not -len(owner.items) <= position < len(owner.items):
        raise PriorError(
            f"a list of {len(owner.items)} entries has no entry {position} to pop", raises="IndexError"
        )
    return mutation.resizable(m, owner).items.pop(position)


def _clear(m: Machine, owner: List | Dict) -> None:
    mutation.resizable(m, owner).items.clear()


def _reorder(m: Machine, owner: List, items: list[Value]) -> None:
    mutation.check_mutable(owner)
    owner.items[:] = [mutation.updated(m, owner, a, b) for a, b in zip(items, owner.items, strict=True)]


def _rotate(m: Machine, owner: List, n: Value = 1) -> None:
    by = static_int(m, n, "the number of places") % max(1, len(owner.items))
    _reorder(m, owner, owner.items[-by:] + owner.items[:-by] if by else list(owner.items))


def _update(m: Machine, owner: Dict, other: Value = None, **named: Value) -> None:
    if other is not None and not isinstance(other, Dict):
        raise PriorError(f"update() with {describe(other)}", "pass a dict")
    for key, value in {**(other.items if other is not None else {}), **named}.items():
        m.on_each(lambda one, k=key, v=value: indexing.write(m, one, k, v), owner)  # type: ignore[misc]


def _set_default(m: Machine, owner: Dict, key: Value, default: Value = None) -> Value:
    found = keys.static_key(m.graph, key)
    if found in owner.items:
        return owner.items[found]
    indexing.write(m, owner, key, default)
    return default


def _drop(m: Machine, owner: Dict, key: Value, *default: Value) -> Value:
    found = keys.static_key(m.graph, key)
    if found not in owner.items and default:
        return default[0]
    value = owner.items[keys.known_key(m.graph, owner, key)]
    indexing.delete(m, owner, key)
    return value


def _count(m: Machine, owner: List, value: Value) -> Value:
    return total(m.graph, [m.graph.cast(equal(m.graph, item, value), "int") for item in owner.items])


def _get(m: Machine, owner: Dict, key: Value, default: Value = None) -> Value:
    return keys.get(m.graph, owner, key, default)


def _nested(m: Machine, owner: Array) -> Value:
    items = iterate(m.graph, owner)
    return List([_nested(m, item) if isinstance(item, Array) else item for item in items])


def _item(m: Machine, owner: Array, index: Value) -> Value:
    flat = owner.data.ravel()
    position = 0 if index is None else static_int(m, index, "the index")
    if (index is None and flat.size != 1) or not -flat.size <= position < flat.size:
        raise PriorError(f"{describe(owner)} has no such single item", "index it: x[i]")
    return flat[position]


def _strings(parts: Sequence[Value]) -> Sequence[str]:
    if not all(isinstance(part, str) for part in parts):
        raise PriorError("this method of a string takes strings", "pass fixed strings")
    return parts


def _fill(m: Machine, owner: Array, value: Value) -> None:
    indexing.write(m, owner, (Ellipsis,), value)


_LIST_METHODS: dict[str, Implementation] = {
    "append": _append,
    "extend": extend,
    "insert": _insert,
    "pop": pop,
    "popleft": lambda m, owner: pop(m, owner, 0),
    "appendleft": lambda m, owner, value: _insert_at(m, owner, 0, value),
    "clear": _clear,
    "reverse": lambda m, owner: _reorder(m, owner, owner.items[::-1]),
    "sort": lambda m, owner, reverse=False: _reorder(
        m, owner, python.python_sorted(m, owner, reverse=reverse).items
    ),
    "rotate": _rotate,
    "count": _count,
    "copy": lambda m, owner: List(list(owner.items), owner.most, owner.style),
}
_DICT_METHODS: dict[str, Implementation] = {
    "get": _get,
    "keys": lambda m, owner: List(list(owner.items)),
    "values": lambda m, owner: List(list(owner.items.values())),
    "items": lambda m, owner: List(list(owner.items.items())),
    "update": _update,
    "setdefault": _set_default,
    "pop": _drop,
    "clear": _clear,
    "copy": lambda m, owner: Dict(dict(owner.items)),
}
_STRING_METHODS: dict[str, Implementation] = {
    name: lambda m, owner, *parts, name=name: getattr(owner, name)(*_strings(parts))
    for name in ("startswith", "endswith", "lower", "upper", "strip")
}
_ARRAY_METHODS: dict[str, Implementation] = {
    **{name: reductions.TABLE[name] for name in ("sum", "prod", "mean", "var", "std", "min", "max")},
    **{name: reductions.TABLE[name] for name in ("any", "all", "argmax", "argmin", "cumsum")},
    "copy": lambda m, owner, order="C": to_array(m.graph, owner),
    "astype": lambda m, owner, dtype, copy=True: arrays.array(m, owner, dtype),
    "flatten": tables.NUMPY["ravel"],
    "ravel": lambda m, owner: owner.view(owner.data.ravel()),
    "reshape": lambda m, owner, *shape: arrays.reshape(m, owner, shape[0] if len(shape) == 1 else shape),
    "squeeze": tables.NUMPY["squeeze"],
    "clip": elementary.clip,
    "dot": tables.NUMPY["dot"],
    "round": lambda m, owner, decimals=0: tables.NUMPY["round"](m, owner, decimals),
    "tolist": _nested,
    "item": lambda m, owner, index=None: _item(m, owner, index),
    "fill": _fill,
}


_AT = {"set": "", "add": "add", "multiply": "multiply", "min": "minimum", "max": "maximum"}


def _updated_at(m: Machine, at: At, name: str, value: Value) -> Value:
    """`x.at[index].set(value)` and its like: a new array."""
    made = to_array(m.graph, at.array)
    if name != "set":
        value = elementwise(m.graph, _AT[name], indexing.read(m, made, at.index), value)
    indexing.write(m, made, at.index, value)
    return made


def attribute(owner: Value, name: str) -> Value:  # noqa: PLR0911
    """An attribute or bound method of a value."""
    if isinstance(whole(owner), Array) and name in _ARRAY_ATTRIBUTES:
        return _ARRAY_ATTRIBUTES[name](owner)
    if is_scalar(owner) and name in ("item", "copy"):
        return Builtin(name, lambda m: owner)
    if (is_scalar(owner) or isinstance(owner, str)) and name in ("value", "real"):
        # The members of an IntEnum or StrEnum are their values.
        return owner
    if is_scalar(owner) and name == "astype":
        return Builtin(name, lambda m, dtype: m.graph.cast(owner, kind_of_dtype(dtype) or "float"))
    for kind, table in _METHODS:
        if isinstance(owner, kind) and name in table:
            return Builtin(f"{kind.__name__.lower()}.{name}", table[name], (owner,))
    if isinstance(owner, At) and name in _AT:
        return Builtin(f"at.{name}", lambda m, value: _updated_at(m, owner, name, value))
    if isinstance(owner, Marker) and owner.name == "logger":
        return owner
    if isinstance(owner, Builtin) and (owner.name, name) == ("dict", "fromkeys"):
        return Builtin("dict.fromkeys", python.from_keys)
    if isinstance(owner, List) and name == "maxlen":
        return owner.most
    raise PriorError(f"{describe(owner)} has no attribute `{name}`", "use indices and functions")


_ARRAY_ATTRIBUTES: dict[str, Callable[[Array], Value]] = {
    "shape": lambda owner: owner.data.shape,
    "size": lambda owner: owner.data.size,
    "ndim": lambda owner: owner.data.ndim,
    "T": lambda owner: owner.view(owner.data.T),
    "dtype": lambda owner: DType(owner.kind),
    "at": At,
}
_METHODS: tuple[tuple[type, Mapping[str, Implementation]], ...] = (
    (Array, _ARRAY_METHODS),
    (List, _LIST_METHODS),
    (Dict, _DICT_METHODS),
    (str, _STRING_METHODS),
)
