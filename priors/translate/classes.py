"""`class`: its body runs once, in a frame whose names become the class's."""

from __future__ import annotations

import ast

from priors.translate import bindings
from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.frames import Frame
from priors.translate.machine import Machine
from priors.translate.nodes import Node
from priors.translate.objects import Builtin, Class, DType, Function, Instance, Marker, Member

_PLAIN_BASES = {"object", "ABC", "Protocol", "Generic", "NamedTuple", "Enum", "IntEnum", "StrEnum", "Any"}
_ENUMS = {"Enum", "IntEnum", "StrEnum"}


def class_definition(machine: Machine, node: ast.ClassDef) -> None:
    """`class C(Base): ...`, a dataclass, a NamedTuple or an Enum."""
    bases = [machine.evaluate(base) for base in node.bases]
    markers = {base.name for base in bases if isinstance(base, Marker)}
    # In `class Phase(str, Enum)` members are strings.
    mixed = [base for base in bases if isinstance(base, (DType, Builtin)) and markers & _ENUMS]
    for base, place in zip(bases, node.bases, strict=True):
        is_plain = isinstance(base, Marker) and base.name in _PLAIN_BASES
        if not isinstance(base, Class) and not is_plain and base not in mixed:
            raise PriorError("this base class is not available", "write a class without bases").at(place)
    if node.keywords:
        raise PriorError("a class takes no keywords here", "write class Policy:").at(node)
    parents = tuple(base for base in bases if isinstance(base, Class))
    is_tuple = "NamedTuple" in markers or any(parent.is_tuple for parent in parents)
    has_fields = is_tuple or any(_is_dataclass(one) for one in node.decorator_list)
    is_enum = bool(markers & _ENUMS) or any(parent.is_enum for parent in parents)
    fields = _fields(node, parents) if has_fields else _inherited(parents)
    made = Class(node.name, parents, fields, is_tuple, is_enum)
    made.born = (machine.frame, machine.alive)
    frame = Frame(None, machine.frame, machine.frame, machine.alive, is_class=True)
    with machine.running(frame):
        machine.execute(node.body)
    made.names = frame.names
    if is_enum:
        _number_members(made)
        if "Enum" in markers and not mixed:
            _make_members(machine, made)
    for binding in made.names.values():
        for layer in binding.layers:
            if isinstance(layer.value, Function) and layer.value.owner is None:
                layer.value.owner = made
    bindings.assign(machine, node.name, made)


def _number_members(enumeration: Class) -> None:
    """Give the members that are `auto()` the number after that of the member before."""
    last = 0
    for binding in enumeration.names.values():
        for layer in binding.layers:
            if isinstance(layer.value, Marker) and layer.value.name == "auto":
                layer.value = last + 1
            last = layer.value if isinstance(layer.value, int) else last


def _make_members(machine: Machine, enumeration: Class) -> None:
    """Put a member in the place of each value; a second name for a value is the same member."""
    for name, binding in enumeration.names.items():
        for layer in binding.layers:
            if isinstance(layer.value, Function) or name.startswith("_"):
                continue
            same = [one for one in enumeration.members.values() if _is_same(one.value, layer.value)]
            member = same[0] if same else _member(machine, enumeration, name, layer.value)
            layer.value = enumeration.members[name] = member


def _member(machine: Machine, enumeration: Class, name: str, value: Value) -> Member:
    """A member, with what its `__init__` makes of its value."""
    attributes = Instance(enumeration)
    attributes.born = (machine.frame, machine.alive)
    arguments = value if isinstance(value, tuple) else (value,)
    made = machine.special("__init__", attributes, *arguments)
    return Member(enumeration.name, name, enumeration, value, None if made is NotImplemented else attributes)


def _is_same(a: Value, b: Value) -> bool:
    known = [value.known if isinstance(value, Node) else value for value in (a, b)]
    return type(known[0]) is type(known[1]) and bool(known[0] == known[1])


def _is_dataclass(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(called) in ("dataclass", "dataclasses.dataclass")


def _inherited(parents: tuple[Class, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for parent in parents for name in parent.fields))


def _fields(node: ast.ClassDef, parents: tuple[Class, ...]) -> tuple[str, ...]:
    own = [
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and "ClassVar" not in ast.unparse(statement.annotation)
    ]
    return tuple(dict.fromkeys((*_inherited(parents), *own)))
