"""Attributes and methods of lists, dicts and arrays, one row each."""

# ruff: noqa: ARG005 - every row of a table is called with the same arguments.

from __future__ import annotations

from collections.abc import Mapping

from priors.translate import indexing, keys
from priors.translate.containers import Array, Dict, List, Value, hold
from priors.translate.errors import PriorError
from priors.translate.functions import arrays, elementary, reductions, tables
from priors.translate.functions.arguments import Implementation, kind_of_dtype, static_int
from priors.translate.graph import is_scalar
from priors.translate.machine import Machine
from priors.translate.values import Builtin, DType, check_size, describe, iterate, to_array


def extend(m: Machine, owner: List, iterable: Value) -> None:
    """`list.extend`."""
    m.check_resizable(owner)
    items = iterate(m.graph, iterable)
    check_size(len(owner.items) + len(items))
    for item in items:
        hold(item)
    owner.items.extend(items)


def _append(m: Machine, owner: List, value: Value) -> None:
    m.check_resizable(owner)
    check_size(len(owner.items) + 1)
    hold(value)
    owner.items.append(value)


def _insert(m: Machine, owner: List, index: Value, value: Value) -> None:
    m.check_resizable(owner)
    check_size(len(owner.items) + 1)
    hold(value)
    owner.items.insert(static_int(m, index, "the index"), value)


def _pop(m: Machine, owner: List, index: Value = -1) -> Value:
    m.check_resizable(owner)
    position = static_int(m, index, "the index")
    if not -len(owner.items) <= position < len(owner.items):
        raise PriorError(f"a list of {len(owner.items)} entries has no entry {position} to pop")
    return owner.items.pop(position)


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


def _fill(m: Machine, owner: Array, value: Value) -> None:
    indexing.write(m, owner, (Ellipsis,), value)


_LIST_METHODS: dict[str, Implementation] = {
    "append": _append,
    "extend": extend,
    "insert": _insert,
    "pop": _pop,
    "copy": lambda m, owner: List(list(owner.items)),
}
_DICT_METHODS: dict[str, Implementation] = {
    "get": _get,
    "keys": lambda m, owner: List(list(owner.items)),
    "values": lambda m, owner: List(list(owner.items.values())),
    "items": lambda m, owner: List(list(owner.items.items())),
    "copy": lambda m, owner: Dict(dict(owner.items)),
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


def attribute(owner: Value, name: str) -> Value:
    """An attribute or bound method of a value."""
    if isinstance(owner, Array):
        plain = {"shape": owner.data.shape, "size": owner.data.size, "ndim": owner.data.ndim}
        if name in plain:
            return plain[name]
        if name == "T":
            return owner.view(owner.data.T)
        if name == "dtype":
            return DType(owner.kind)
    if is_scalar(owner) and name in ("item", "copy"):
        return Builtin(name, lambda m: owner)
    if is_scalar(owner) and name == "astype":
        return Builtin(name, lambda m, dtype: m.graph.cast(owner, kind_of_dtype(dtype) or "float"))
    tables: list[tuple[type, Mapping[str, Implementation]]] = [
        (Array, _ARRAY_METHODS),
        (List, _LIST_METHODS),
        (Dict, _DICT_METHODS),
    ]
    for kind, table in tables:
        if isinstance(owner, kind) and name in table:
            return Builtin(f"{kind.__name__.lower()}.{name}", table[name], (owner,))
    hint = "write one function policy(obs) that keeps nothing" if callable(owner) else ""
    raise PriorError(f"{describe(owner)} has no attribute `{name}`", hint or "use indices and functions")
