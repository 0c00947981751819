"""Attributes and methods of the values of a program, one row each."""

# ruff: noqa: ARG005 - every row of a table is called with the same arguments.

from __future__ import annotations

from collections.abc import Callable, Mapping

from priors.translate import indexing
from priors.translate.containers import Array, Dict, List, Value
from priors.translate.errors import PriorError
from priors.translate.functions import elementary, lines, python, reductions, sequences, tables, views
from priors.translate.functions.arguments import Implementation, static_int, static_option
from priors.translate.machine import Machine
from priors.translate.nodes import is_scalar, kind_of
from priors.translate.objects import At, Builtin, DType, Marker
from priors.translate.values import describe, elementwise, iterate, to_array, unwrap, whole


def _nested(m: Machine, owner: Array) -> Value:
    if owner.data.ndim == 0:
        return unwrap(owner)
    items = iterate(m.graph, owner)
    return List([_nested(m, item) if isinstance(item, Array) else item for item in items])


def _item(m: Machine, owner: Array, *args: Value) -> Value:
    index = static_option(m, args[0] if len(args) == 1 else args, "the index")
    try:
        if isinstance(index, tuple):
            return owner.data.item(*index)
        return owner.data.ravel()[static_int(m, index, "the index")]
    except (ValueError, IndexError):
        raise PriorError(f"{describe(owner)} has no such single item", "index it: x[i]") from None


def _fill(m: Machine, owner: Array, value: Value) -> None:
    indexing.write(m, owner, (Ellipsis,), value)


def _sort(m: Machine, owner: Array, axis: Value = -1) -> None:
    indexing.write(m, owner, (Ellipsis,), lines.sort(m, owner, axis))


_ARRAY_METHODS: dict[str, Implementation] = {
    **{name: reductions.TABLE[name] for name in ("sum", "prod", "mean", "var", "std", "min", "max")},
    **{name: reductions.TABLE[name] for name in ("any", "all", "argmax", "argmin")},
    **{name: lines.TABLE[name] for name in ("cumsum", "cumprod", "argsort", "searchsorted")},
    **{name: views.TABLE[name] for name in ("ravel", "squeeze", "swapaxes", "diagonal", "take")},
    **{name: tables.NUMPY[name] for name in ("dot", "round", "repeat", "trace", "conj")},
    "reshape": views.reshape_method,
    "transpose": views.transpose_method,
    "flatten": views.flatten,
    "astype": views.astype,
    "copy": lambda m, owner, order="C": to_array(m.graph, owner),
    "clip": elementary.clip_method,
    "tolist": _nested,
    "item": _item,
    "fill": _fill,
    "sort": _sort,
}
_AT = {"set": "", "add": "add", "multiply": "multiply", "min": "minimum", "max": "maximum"}


def _updated_at(m: Machine, at: At, name: str, value: Value) -> Value:
    """`x.at[index].set(value)` and its like: a new array."""
    made = to_array(m.graph, at.array)
    if name != "set":
        value = elementwise(m.graph, _AT[name], indexing.read(m, made, at.index), value)
    indexing.write(m, made, at.index, value)
    return made


def _of_scalar(name: str, owner: Value) -> Builtin:
    """A method of a NumPy number: of the array without axes that it is."""

    def row(m: Machine, *positional: Value, **named: Value) -> Value:
        result = _ARRAY_METHODS[name](m, to_array(m.graph, owner), *positional, **named)
        return unwrap(result) if isinstance(result, Array) else result

    return Builtin(name, row)


_SAME = ("real", "T", "value")
"""Attributes that are the number itself; the members of an IntEnum are plain numbers here."""
_SHAPE_OF_NUMBERS: dict[str, Value] = {"shape": (), "size": 1, "ndim": 0}


def _number_attribute(owner: Value, name: str) -> Value:
    """An attribute of a number, as NumPy's have them; None if there is none."""
    if name in _SAME:
        return owner
    if name in _SHAPE_OF_NUMBERS:
        return _SHAPE_OF_NUMBERS[name]
    if name == "dtype":
        return DType(kind_of(owner))
    if name == "is_integer":
        return Builtin(name, lambda m: m.graph.apply("equal", m.graph.apply("floor", owner), owner))
    return _of_scalar(name, owner) if name in _ARRAY_METHODS and name not in ("fill", "sort") else None


def attribute(owner: Value, name: str) -> Value:  # noqa: PLR0911
    """An attribute or bound method of a value."""
    if isinstance(owner, Array) and owner.mask is not None and name in _OF_MASKED:
        return Builtin(f"array.{name}", _ARRAY_METHODS[name], (owner,))
    if isinstance(whole(owner), Array) and name in _ARRAY_ATTRIBUTES:
        return _ARRAY_ATTRIBUTES[name](owner)
    if is_scalar(owner):
        found = _number_attribute(owner, name)
        if found is not None:
            return found
    for kind, table in _METHODS:
        if isinstance(owner, kind) and name in table:
            return Builtin(f"{kind.__name__.lower()}.{name}", table[name], (owner,))
    if isinstance(owner, At) and name in _AT:
        return Builtin(f"at.{name}", lambda m, value: _updated_at(m, owner, name, value))
    if isinstance(owner, Marker) and owner.name == "logger":
        return owner
    if isinstance(owner, Builtin):
        found = _function_attribute(owner, name)
        if found is not None:
            return found
    if isinstance(owner, List) and name == "maxlen":
        return owner.most
    raise PriorError(
        f"{describe(owner)} has no attribute `{name}`", _HINTS.get(name, "use indices and functions")
    )


_OF_MASKED = {"sum", "prod", "mean", "var", "std", "min", "max", "any", "all"}
"""Methods of `x[mask]` that need not know its length."""

_HINTS = {
    "format": 'use an f-string: f"{side}_hip"',
    "accumulate": "use np.cumsum, np.cumprod or itertools.accumulate",
    "outer": "use broadcasting: x[:, None] and y[None, :]",
    "nonzero": "how many there are depends on the observation: use np.where(mask, a, b)",
    "view": "use .copy(), or .reshape(...)",
}
_REDUCTIONS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}
_REDUCTIONS |= {"logical_and": "all", "logical_or": "any"}


def _function_attribute(owner: Builtin, name: str) -> Value:
    """`dict.fromkeys`, `chain.from_iterable`, `np.maximum.reduce`; None for others."""
    if (owner.name, name) == ("dict", "fromkeys"):
        return Builtin("dict.fromkeys", python.from_keys)
    if (owner.name, name) == ("itertools.chain", "from_iterable"):
        return Builtin(
            "chain.from_iterable", lambda m, iterable: owner.implementation(m, *iterate(m.graph, iterable))
        )
    operation = owner.name.removeprefix("numpy.")
    if name == "reduce" and operation in _REDUCTIONS:
        row = reductions.TABLE[_REDUCTIONS[operation]]
        return Builtin(f"{owner.name}.reduce", lambda m, array, axis=0: row(m, array, axis))
    if name == "accumulate" and operation in ("add", "multiply", "maximum", "minimum"):
        line = lines.accumulated(operation)
        return Builtin(f"{owner.name}.accumulate", lambda m, array, axis=0: line(m, array, axis))
    return None


_ARRAY_ATTRIBUTES: dict[str, Callable[[Array], Value]] = {
    "shape": lambda owner: owner.data.shape,
    "size": lambda owner: owner.data.size,
    "ndim": lambda owner: owner.data.ndim,
    "T": lambda owner: owner.view(owner.data.T),
    "dtype": lambda owner: DType(owner.kind),
    "at": At,
    "flat": views.flat,
    "real": lambda owner: owner,
}
_METHODS: tuple[tuple[type, Mapping[str, Implementation]], ...] = (
    (Array, _ARRAY_METHODS),
    (List, sequences.LIST_METHODS),
    (Dict, sequences.DICT_METHODS),
    (str, sequences.STRING_METHODS),
    (tuple, sequences.TUPLE_METHODS),
)
