"""`class`: its body runs once, in a frame whose names become the class's."""

from __future__ import annotations

import ast

from priors.translate import bindings
from priors.translate.errors import PriorError
from priors.translate.frames import Frame
from priors.translate.machine import Machine
from priors.translate.objects import Class, Function, Marker

_PLAIN_BASES = {"object", "ABC", "Protocol", "Generic", "NamedTuple", "Enum", "IntEnum", "Any"}


def class_definition(machine: Machine, node: ast.ClassDef) -> None:
    """`class C(Base): ...`, a dataclass, a NamedTuple or an Enum."""
    bases = [machine.evaluate(base) for base in node.bases]
    markers = {base.name for base in bases if isinstance(base, Marker)}
    for base, place in zip(bases, node.bases, strict=True):
        if not isinstance(base, (Class, Marker)) or (
            isinstance(base, Marker) and base.name not in _PLAIN_BASES
        ):
            raise PriorError("this base class is not available", "write a class without bases").at(place)
    if node.keywords:
        raise PriorError("a class takes no keywords here", "write class Policy:").at(node)
    parents = tuple(base for base in bases if isinstance(base, Class))
    has_fields = "NamedTuple" in markers or any(_is_dataclass(one) for one in node.decorator_list)
    is_enum = bool(markers & {"Enum", "IntEnum"}) or any(parent.is_enum for parent in parents)
    made = Class(node.name, parents, _fields(node, parents) if has_fields else _inherited(parents), is_enum)
    made.born = (machine.frame, machine.alive)
    frame = Frame(None, machine.frame, machine.frame, machine.alive, is_class=True)
    with machine.running(frame):
        machine.execute(node.body)
    made.names = frame.names
    if is_enum:
        _number_members(made)
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
