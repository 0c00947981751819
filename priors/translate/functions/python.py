"""Python's builtin functions, one row each in `BUILTINS`."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from priors.translate.choices import merge
from priors.translate.containers import Array, Dict, List, Value, iterator
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import Implementation, call, one_number, static_int
from priors.translate.functions.elementary import divmod_row, power_row, round_row
from priors.translate.functions.endless import check_ends, pulls
from priors.translate.functions.lines import sort_entries
from priors.translate.keys import static_key
from priors.translate.machine import Machine
from priors.translate.nodes import Node, Scalar, is_scalar
from priors.translate.objects import Class, Instance
from priors.translate.operators import binary, equal
from priors.translate.values import describe, elementwise, iterate, length, truth


def _extreme(operation: str, name: str) -> Implementation:
    def extreme(m: Machine, *values: Value, default: Value = None) -> Value:
        items = iterate(m.graph, values[0]) if len(values) == 1 else list(values)
        items = [m.graph.settle(item) for item in items]
        if not items:
            if default is None:
                raise PriorError(f"{name}() of nothing", f"give {name}() at least one number")
            return default
        odd = next((item for item in items if not is_scalar(item)), None)
        if isinstance(odd, tuple):
            return _best_tuple(m, items, name == "max")
        if odd is not None:
            raise PriorError(f"{name}() of {describe(odd)} is ambiguous", f"use np.{name}imum or np.{name}")
        result = items[0]
        for item in items[1:]:
            result = m.graph.apply(operation, result, item)
        return result

    return extreme


def _best_tuple(m: Machine, items: Sequence[Value], largest: bool) -> Value:
    best = items[0]
    for item in items[1:]:
        better = exceeds(m, item, best) if largest else exceeds(m, best, item)
        best = merge(m.graph, better, item, best)
    return best


def exceeds(m: Machine, a: Value, b: Value) -> Scalar:
    """`a > b` of numbers, or of tuples entry by entry."""
    if is_scalar(a) and is_scalar(b):
        return truth(m.graph, m.graph.apply("greater", a, b))
    if isinstance(a, str) and isinstance(b, str):
        return a > b
    if not (isinstance(a, tuple) and isinstance(b, tuple)):
        raise PriorError(f"{describe(a)} and {describe(b)} have no order", "compare numbers, or give a key")
    result: Scalar = len(a) > len(b)
    for x, y in reversed(list(zip(a, b, strict=False))):
        same = truth(m.graph, equal(m.graph, x, y))
        if same is not True:
            more = exceeds(m, x, y)
            result = m.graph.either(more, m.graph.both(same, result))
    return result


def python_sum(m: Machine, iterable: Value, start: Value = 0) -> Value:
    """`sum`, of numbers, arrays, lists, or objects with `__add__`."""
    result = start
    for item in iterate(m.graph, iterable):
        found = NotImplemented
        if isinstance(result, Instance) or isinstance(item, Instance):
            found = m.special("__add__", result, item)
            found = m.special("__radd__", item, result) if found is NotImplemented else found
        elif isinstance(result, (List, tuple)):
            found = binary(m.graph, ast.Add(), result, item)
        result = elementwise(m.graph, "add", result, item) if found is NotImplemented else found
    return result


def python_round(m: Machine, number: Value, ndigits: Value = None) -> Value:
    """`round`: half to even; an integer unless `ndigits` is given."""
    if ndigits is None:
        return m.graph.cast(m.graph.apply("round", one_number(number, "round")), "int")
    digits = static_int(m, ndigits, "the number of digits")
    if isinstance(number, (int, float)):
        return round(number, max(-30, min(30, digits)))
    return round_row(m, number, digits)


def slice_(m: Machine, *bounds: Value) -> Value:
    """`slice` of fixed bounds."""
    return slice(*(None if one is None else static_int(m, one, "the bound of a slice") for one in bounds))


def python_range(m: Machine, *bounds: Value) -> Value:
    """`range` of fixed numbers."""
    if not 1 <= len(bounds) <= 3:
        raise PriorError("range() takes one to three numbers")
    parts = [static_int(m, bound, "the bound of a range") for bound in bounds]
    if len(parts) == 3 and parts[2] == 0:
        raise PriorError("the step of a range must not be zero")
    return range(*parts)


def enumerate_(m: Machine, iterable: Value, start: Value = 0) -> Value:
    """`enumerate`."""
    first = static_int(m, start, "the start of enumerate()")
    return iterator([(first + i, item) for i, item in enumerate(iterate(m.graph, iterable))])


def zip_(m: Machine, *iterables: Value, strict: Value = False) -> Value:
    """`zip`."""
    check_ends(iterables)
    try:
        return iterator(list(zip(*pulls(m, iterables), strict=truth(m.graph, strict) is True)))
    except ValueError:
        raise PriorError("zip(strict=True) of different lengths", "give all the same length") from None


def python_sorted(m: Machine, iterable: Value, *, key: Value = None, reverse: Value = False) -> Value:
    """`sorted` of numbers and tuples, or of anything by such a key."""
    items, backwards = iterate(m.graph, iterable), truth(m.graph, reverse) is True
    if key is None and all(is_scalar(item) for item in items):
        ordered = sort_entries(m.graph, items)
        return List(ordered[::-1] if backwards else ordered)
    scores = list(items) if key is None else [call(m, key, item) for item in items]
    m.graph.spend(len(items) ** 2)
    for last in range(len(items) - 1, 0, -1):
        for i in range(last):
            j = i + 1
            swap = exceeds(m, scores[j], scores[i]) if backwards else exceeds(m, scores[i], scores[j])
            for row in (items, scores):
                row[i], row[j] = merge(m.graph, swap, row[j], row[i]), merge(m.graph, swap, row[i], row[j])
    return List(items)


def any_(m: Machine, iterable: Value) -> Value:
    """`any`."""
    result: Scalar = False
    for item in iterate(m.graph, iterable):
        result = m.graph.either(result, truth(m.graph, item))
    return m.graph.as_python(result)


def all_(m: Machine, iterable: Value) -> Value:
    """`all`."""
    result: Scalar = True
    for item in iterate(m.graph, iterable):
        result = m.graph.both(result, truth(m.graph, item))
    return m.graph.as_python(result)


def list_(m: Machine, iterable: Value = ()) -> Value:
    """`list`."""
    return List(iterate(m.graph, iterable))


def tuple_(m: Machine, iterable: Value = ()) -> Value:
    """`tuple`."""
    return tuple(iterate(m.graph, iterable))


def len_(m: Machine, obj: Value) -> Value:
    """`len`; of a set whose entries may be equal, how many are unlike all before them."""
    if not isinstance(obj, List) or obj.style != "set":
        return length(obj)
    count: Scalar = 0
    for place, item in enumerate(obj.items):
        is_new: Scalar = True
        for other in obj.items[:place]:
            is_new = m.graph.both(is_new, m.graph.negate(equal(m.graph, item, other)))
        count = m.graph.apply("add", count, m.graph.cast(is_new, "int"))
    return count


def distinct(m: Machine, items: Sequence[Value]) -> Value:
    """A set: a tuple of its entries, or where some may be equal unseen, a list for `in` and `len`."""
    found: list[Value] = []
    decided = True
    for item in items:
        same = [truth(m.graph, equal(m.graph, item, other)) for other in found]
        if True not in same:
            found.append(item)
            decided = decided and not any(isinstance(one, Node) for one in same)
    return tuple(found) if decided else List(found, style="set")


def dict_(m: Machine, mapping: Value = (), /, **entries: Value) -> Value:
    """`dict`, of another dict or of pairs."""
    items = dict(mapping.items) if isinstance(mapping, Dict) else {}
    for pair in () if isinstance(mapping, Dict) else iterate(m.graph, mapping):
        key_and_value = iterate(m.graph, pair)
        if len(key_and_value) != 2:
            raise PriorError("dict() takes pairs of a key and its value", "write {key: value}")
        items[static_key(m.graph, key_and_value[0])] = key_and_value[1]
    return Dict({**items, **entries})


def reversed_(m: Machine, sequence: Value) -> Value:
    """`reversed`."""
    return iterator(iterate(m.graph, sequence)[::-1])


def str_(_m: Machine, object: Value = "") -> Value:
    """`str` of a fixed string or integer."""
    if isinstance(object, (str, int)):
        return str(object)
    raise PriorError(f"str() of {describe(object)}", "leave texts for people out")


def bin_(m: Machine, number: Value) -> str:
    """`bin` of a fixed integer."""
    return bin(static_int(m, number, "the number of bin()"))


def ord_(_m: Machine, c: Value) -> int:
    """`ord` of a fixed character."""
    if not isinstance(c, str) or len(c) != 1:
        raise PriorError("ord() takes one character", 'write ord("a")')
    return ord(c)


def chr_(m: Machine, i: Value) -> str:
    """`chr` of a fixed integer."""
    return chr(static_int(m, i, "the number of a character"))


def deque(m: Machine, iterable: Value = (), maxlen: Value = None) -> Value:
    """`collections.deque`."""
    most = None if maxlen is None else static_int(m, maxlen, "the length of a deque")
    if most is not None and most < 0:
        raise PriorError("the length of a deque must not be negative")
    items = iterate(m.graph, iterable)
    return List(items if most is None else items[max(0, len(items) - most) :], most, "deque")


def namedtuple(m: Machine, typename: Value, field_names: Value) -> Value:
    """`collections.namedtuple`."""
    names = field_names.replace(",", " ").split() if isinstance(field_names, str) else None
    fields = tuple(iterate(m.graph, field_names) if names is None else names)
    if not all(isinstance(name, str) and name.isidentifier() for name in (*fields, typename)):
        raise PriorError("the fields of a namedtuple are names", "write namedtuple('State', ['phase', 't'])")
    made = Class(typename, (), fields, is_tuple=True)
    made.born = (m.frame, m.alive)
    return made


def from_keys(m: Machine, keys: Value, value: Value = None) -> Value:
    """`dict.fromkeys`."""
    return Dict({static_key(m.graph, key): value for key in iterate(m.graph, keys)})


def is_iterable(value: Value) -> bool:
    """Whether a `for` can run over it."""
    return isinstance(value, (List, Dict, tuple, range, str)) or (
        isinstance(value, Array) and value.data.ndim > 0
    )


BUILTINS: dict[str, Implementation] = {
    "abs": lambda m, x: elementwise(m.graph, "absolute", x),
    "all": all_,
    "any": any_,
    "bin": bin_,
    "chr": chr_,
    "dict": dict_,
    "divmod": divmod_row,
    "enumerate": enumerate_,
    "frozenset": tuple_,
    "len": len_,
    "list": list_,
    "max": _extreme("maximum", "max"),
    "min": _extreme("minimum", "min"),
    "ord": ord_,
    "pow": power_row,
    "range": python_range,
    "reversed": reversed_,
    "round": python_round,
    "set": lambda m, iterable=(): distinct(m, iterate(m.graph, iterable)),
    "slice": slice_,
    "sorted": python_sorted,
    "str": str_,
    "sum": python_sum,
    "tuple": tuple_,
    "zip": zip_,
}
