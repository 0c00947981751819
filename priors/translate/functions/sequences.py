"""Methods of lists, dicts and strings, one row each."""

# ruff: noqa: ARG005 - every row of a table is called with the same arguments.

from __future__ import annotations

from collections.abc import Sequence

from priors.translate import exceptions, indexing, keys, mutation
from priors.translate.containers import Dict, List, Value
from priors.translate.errors import PriorError
from priors.translate.formatting import braces
from priors.translate.functions import python
from priors.translate.functions.arguments import Implementation, static_int
from priors.translate.machine import Machine
from priors.translate.nodes import Node, Scalar
from priors.translate.operators import equal, total
from priors.translate.values import check_size, describe, iterate


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


def _extend_left(m: Machine, owner: List, iterable: Value) -> None:
    for item in iterate(m.graph, iterable):
        m.on_each(lambda one, item=item: _insert_at(m, one, 0, item), owner)  # type: ignore[misc]


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


def _items(owner: Value) -> Sequence[Value]:
    return owner.items if isinstance(owner, List) else owner


def _count(m: Machine, owner: List | tuple[Value, ...], value: Value) -> Value:
    return total(m.graph, [m.graph.cast(equal(m.graph, item, value), "int") for item in _items(owner)])


def _index(m: Machine, owner: List | tuple[Value, ...], value: Value) -> Value:
    """The place of the first entry that is equal; of the last one if none is, where only a step can tell."""
    tests = [equal(m.graph, item, value) for item in _items(owner)]
    places = [place for place, test in enumerate(tests) if test is not False]
    if not places:
        problem = f"{describe(value)} is not in {describe(owner)}"
        raise PriorError(problem, "test it by `in` first", raises="ValueError")
    if exceptions.is_caught(m, "ValueError"):
        found: Scalar = False
        for test in tests:
            found = m.graph.either(found, test)
        exceptions.throw_where(m, m.graph.negate(found), "ValueError")
    result: Scalar = places[-1]
    for place in reversed(places[:-1]):
        result = m.graph.select(tests[place], place, result)
    return result


def _remove(m: Machine, owner: List, value: Value) -> None:
    place = _index(m, owner, value)
    if isinstance(place, Node):
        raise PriorError(
            "which entry is removed depends on the observation", "make a new list of fixed length"
        )
    mutation.resizable(m, owner).items.pop(place)


def _pop_item(m: Machine, owner: Dict) -> Value:
    if not owner.items:
        raise PriorError("popitem() of an empty dict", "test it first")
    key, value = list(owner.items.items())[-1]
    indexing.delete(m, owner, key)
    return key, value


def _get(m: Machine, owner: Dict, key: Value, default: Value = None) -> Value:
    return keys.get(m.graph, owner, key, default)


def _strings(parts: Sequence[Value]) -> Sequence[str]:
    texts = [text for part in parts for text in (part if isinstance(part, tuple) else (part,))]
    if not all(isinstance(text, str) for text in texts):
        raise PriorError("this method of a string takes strings", "pass fixed strings")
    return parts


def _split(m: Machine, owner: str, sep: Value = None, maxsplit: Value = -1) -> Value:
    _strings([] if sep is None else [sep])
    parts = owner.split(sep, static_int(m, maxsplit, "the number of splits"))
    check_size(len(parts))
    return List(list(parts))


def _rsplit(m: Machine, owner: str, sep: Value = None, maxsplit: Value = -1) -> Value:
    _strings([] if sep is None else [sep])
    parts = owner.rsplit(sep, static_int(m, maxsplit, "the number of splits"))
    check_size(len(parts))
    return List(list(parts))


def _lines(m: Machine, owner: str, keepends: Value = False) -> Value:
    parts = owner.splitlines(m.truth(keepends) is True)
    check_size(len(parts))
    return List(list(parts))


def _padded(name: str) -> Implementation:
    """`str.zfill` and its like: a text made longer."""

    def row(m: Machine, owner: str, width: Value, *fill: Value) -> str:
        size = static_int(m, width, "the width of a text")
        check_size(size)
        padded: str = getattr(owner, name)(size, *_strings(fill))
        return padded

    return row


def _join(m: Machine, owner: str, iterable: Value) -> str:
    parts = iterate(m.graph, iterable)
    check_size(sum(map(len, _strings(parts))) + len(owner) * len(parts))
    return owner.join(parts)


def _replace(m: Machine, owner: str, old: Value, new: Value, count: Value = -1) -> str:
    _strings([old, new])
    check_size(len(owner) + (len(owner) + 1) * len(new))
    return owner.replace(old, new, static_int(m, count, "the number of replacements"))


LIST_METHODS: dict[str, Implementation] = {
    "append": _append,
    "extend": extend,
    "insert": _insert,
    "pop": pop,
    "popleft": lambda m, owner: pop(m, owner, 0),
    "appendleft": lambda m, owner, value: _insert_at(m, owner, 0, value),
    "clear": _clear,
    "reverse": lambda m, owner: _reorder(m, owner, owner.items[::-1]),
    "sort": lambda m, owner, *, key=None, reverse=False: _reorder(
        m, owner, python.python_sorted(m, owner, key=key, reverse=reverse).items
    ),
    "rotate": _rotate,
    "extendleft": _extend_left,
    "remove": _remove,
    "count": _count,
    "index": _index,
    "copy": lambda m, owner: List(list(owner.items), owner.most, owner.style),
}
DICT_METHODS: dict[str, Implementation] = {
    "get": _get,
    "keys": lambda m, owner: List(list(owner.items)),
    "values": lambda m, owner: List(list(owner.items.values())),
    "items": lambda m, owner: List(list(owner.items.items())),
    "update": _update,
    "setdefault": _set_default,
    "pop": _drop,
    "popitem": _pop_item,
    "clear": _clear,
    "copy": lambda m, owner: Dict(dict(owner.items), owner.factory),
}
TUPLE_METHODS: dict[str, Implementation] = {"count": _count, "index": _index}
_PLAIN = (
    *("startswith", "endswith", "lower", "upper", "strip", "lstrip", "rstrip", "title", "capitalize"),
    *("removeprefix", "removesuffix", "find", "rfind", "index", "count", "swapcase", "casefold"),
    *("partition", "rpartition", "isdigit", "isdecimal", "isnumeric", "isspace", "isidentifier"),
    *("isalpha", "isalnum", "islower", "isupper"),
)
STRING_METHODS: dict[str, Implementation] = {
    **{name: lambda m, owner, *parts, name=name: getattr(owner, name)(*_strings(parts)) for name in _PLAIN},
    **{name: _padded(name) for name in ("zfill", "ljust", "rjust", "center")},
    "split": _split,
    "rsplit": _rsplit,
    "splitlines": _lines,
    "format": lambda m, owner, /, *args, **kwargs: braces(m.graph, owner, args, kwargs),
    "join": _join,
    "replace": _replace,
}
