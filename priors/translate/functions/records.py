"""Objects with named fields: namespaces, dataclasses, and `collections.defaultdict`."""

from __future__ import annotations

from collections.abc import Mapping

from priors.translate import bindings
from priors.translate.containers import Dict, List, Value
from priors.translate.errors import PriorError
from priors.translate.functions.getters import made
from priors.translate.functions.library import deep
from priors.translate.functions.python import dict_
from priors.translate.machine import Machine
from priors.translate.objects import Builtin, Class, DType, Function, Instance
from priors.translate.values import describe, iterate

NAMESPACE = "types.SimpleNamespace"
"""What the class of namespaces is bound to where a program imports it: no program can spell the name."""


def namespace(m: Machine, mapping_or_iterable: Value = None, /, **kwargs: Value) -> Value:
    """`types.SimpleNamespace`."""
    given = {} if mapping_or_iterable is None else dict_(m, mapping_or_iterable).items
    if not all(isinstance(name, str) and not name.startswith("__") for name in (*given, *kwargs)):
        raise PriorError("the attributes of a namespace are names", "write SimpleNamespace(name=value)")
    type_ = bindings.lookup(m, NAMESPACE)
    return made(m, type_ if isinstance(type_, Class) else Class(NAMESPACE, ()), {**given, **kwargs})


def namespace_class() -> Class:
    """The class of a program's namespaces, made where it imports them."""
    return Class(NAMESPACE, ())


def replaced(m: Machine, obj: Value, /, **changes: Value) -> Instance:
    """A copy of a NamedTuple or dataclass with some fields changed."""
    owner = _record(obj)
    unknown = [name for name in changes if name not in owner.type.fields]
    if unknown:
        raise PriorError(
            f"`{owner.type.name}` has no field `{unknown[0]}`", f"its fields are {owner.type.fields}"
        )
    copy = made(m, owner.type, {**_cells(m, owner), **changes})
    if not owner.type.is_tuple:
        m.special("__post_init__", copy)
    return copy


def as_dict(m: Machine, obj: Value) -> Value:
    """`dataclasses.asdict`: also the dataclasses in it become dicts."""
    return _unpacked(m, _record(obj), as_dicts=True, depth=0)


def as_tuple(m: Machine, obj: Value) -> Value:
    """`dataclasses.astuple`: also the dataclasses in it become tuples."""
    return _unpacked(m, _record(obj), as_dicts=False, depth=0)


def fields(m: Machine, class_or_instance: Value) -> Value:
    """`dataclasses.fields`, each with its name alone."""
    type_ = class_or_instance if isinstance(class_or_instance, Class) else _record(class_or_instance).type
    return tuple(made(m, Class("dataclasses.Field", ()), {"name": name}) for name in type_.fields)


def plain_dict(m: Machine, owner: Value) -> Value:
    """The method `_asdict` of a NamedTuple."""
    return Dict(dict(_cells(m, _record(owner))))


def from_iterable(m: Machine, type_: Class, iterable: Value) -> Value:
    """The method `_make` of a NamedTuple."""
    values = iterate(m.graph, iterable)
    if len(values) != len(type_.fields):
        raise PriorError(f"`{type_.name}` has {len(type_.fields)} fields, {len(values)} are given")
    return made(m, type_, dict(zip(type_.fields, values, strict=True)))


def member(owner: Value, name: str) -> Value:
    """What every NamedTuple has, and `_replace` of dataclasses; NotImplemented for other names."""
    type_ = owner.type if isinstance(owner, Instance) else owner
    if not isinstance(type_, Class) or not type_.fields:
        return NotImplemented
    if isinstance(owner, Instance) and name == "_replace":
        return Builtin("_replace", replaced, (owner,))
    if isinstance(owner, Instance) and type_.is_tuple and name == "_asdict":
        return Builtin("_asdict", plain_dict, (owner,))
    if type_.is_tuple and name == "_fields":
        return type_.fields
    return Builtin("_make", from_iterable, (type_,)) if type_.is_tuple and name == "_make" else NotImplemented


def _record(obj: Value) -> Instance:
    if not isinstance(obj, Instance) or not obj.type.fields:
        raise PriorError(f"{describe(obj)} is no dataclass", "give it an object of a dataclass")
    return obj


def _cells(m: Machine, owner: Instance) -> Mapping[str, Value]:
    return {name: bindings.read(m, name, owner.names[name], "AttributeError") for name in owner.type.fields}


def _unpacked(m: Machine, value: Value, as_dicts: bool, depth: int) -> Value:
    if depth > _MAX_DEPTH:
        raise PriorError("dataclasses that hold themselves", "read their fields")
    m.graph.spend()

    def inner(part: Value) -> Value:
        return m.each(lambda one: _unpacked(m, one, as_dicts, depth + 1), m.graph.settle(part))

    if isinstance(value, Instance) and value.type.fields:
        parts = {name: inner(part) for name, part in _cells(m, value).items()}
        return Dict(parts) if as_dicts else tuple(parts.values())
    if isinstance(value, tuple):
        return tuple(inner(part) for part in value)
    if isinstance(value, List):
        return List([inner(part) for part in value.items], value.most, value.style)
    if isinstance(value, Dict):
        return Dict({key: inner(part) for key, part in value.items.items()})
    return deep(m, value)


_MAX_DEPTH = 8


def default_dict(m: Machine, default_factory: Value = None, /, *given: Value, **entries: Value) -> Value:
    """`collections.defaultdict`."""
    if default_factory is not None and not isinstance(default_factory, (Builtin, DType, Function)):
        raise PriorError("the factory of a defaultdict is a function", "write defaultdict(float)")
    if len(given) > 1:
        raise PriorError("defaultdict takes a factory and a dict", "write defaultdict(float)")
    result: Dict = dict_(m, *given, **entries)
    result.factory = default_factory
    return result


DATACLASSES: dict[str, Value] = {
    "replace": replaced,
    "asdict": as_dict,
    "astuple": as_tuple,
    "fields": fields,
}
