"""Operators on objects of the program: the methods with two underscores of their classes.

Each function gives `NotImplemented` where Python's own rules are to be used.
"""

from __future__ import annotations

import ast

from priors.translate import attributes, indexing
from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.machine import Machine
from priors.translate.objects import Class, Instance
from priors.translate.special_methods import BINARY, COMPARE, FUNCTIONS, UNARY
from priors.translate.values import iterate


def binary(machine: Machine, operator: ast.operator, left: Value, right: Value) -> Value:
    """`left operator right`, by `__add__` of the left side or `__radd__` of the right one."""
    name = BINARY.get(type(operator))
    if name is None or not _is_object(left, right):
        return NotImplemented
    found = machine.special(f"__{name}__", left, right)
    if found is NotImplemented:
        found = machine.special(f"__r{name}__", right, left)
    return found if found is not NotImplemented else _as_tuples(machine, left, right)


def _as_tuples(machine: Machine, left: Value, right: Value) -> Value:
    """Not implemented; but a NamedTuple that is added to a tuple is one."""
    named = [side for side in (left, right) if isinstance(side, Instance) and side.type.is_tuple]
    if len(named) == 2 or (named and isinstance(left if named[0] is right else right, tuple)):
        return tuple(iterate(machine.graph, left)) + tuple(iterate(machine.graph, right))
    return NotImplemented


def in_place(machine: Machine, operator: ast.operator, left: Value, right: Value) -> Value:
    """`left operator= right`, by `__iadd__`."""
    name = BINARY.get(type(operator))
    return machine.special(f"__i{name}__", left, right) if name else NotImplemented


def unary(machine: Machine, operator: ast.unaryop, operand: Value) -> Value:
    """`-operand` and `+operand`."""
    name = UNARY.get(type(operator))
    return machine.special(name, operand) if name else NotImplemented


def compare(machine: Machine, operator: ast.cmpop, left: Value, right: Value) -> Value:
    """`left operator right`, by a method of one of them, or field by field as dataclasses do."""
    if isinstance(operator, (ast.In, ast.NotIn)):
        found = machine.special("__contains__", right, left)
        if found is NotImplemented:
            return found
        holds = machine.truth(found)
        return holds if isinstance(operator, ast.In) else machine.graph.negate(holds)
    if type(operator) not in COMPARE or not _is_object(left, right):
        return NotImplemented
    own, reflected = COMPARE[type(operator)]
    found = machine.special(own, left, right)
    if found is NotImplemented:
        found = machine.special(reflected, right, left)
    if found is NotImplemented and isinstance(operator, ast.NotEq):
        found = compare(machine, ast.Eq(), left, right)
        return found if found is NotImplemented else machine.graph.negate(machine.truth(found))
    if found is NotImplemented and isinstance(operator, ast.Eq):
        _check_fields(left, right)
    return found


def _check_fields(left: Value, right: Value) -> None:
    """Refuse to compare dataclasses, whose fields would have to be compared one by one."""
    same_class = isinstance(left, Instance) and isinstance(right, Instance) and left.type is right.type
    if left is not right and same_class and left.type.fields:
        raise PriorError("objects with fields are compared field by field", "compare the fields: a.x == b.x")


def entry(machine: Machine, owner: Value, index: Value) -> Value:
    """`owner[index]`, also of a NamedTuple, and `Enum["NAME"]`."""
    if isinstance(owner, Class) and owner.is_enum:
        return attributes.read(machine, owner, index) if index in owner.members else NotImplemented
    if isinstance(owner, Instance) and owner.type.is_tuple:
        items = machine.graph.opened(owner)
        return indexing.each_index(machine, lambda at: indexing.read(machine, items, at), items, index)
    return machine.special("__getitem__", owner, index)


def function(machine: Machine, name: str, *arguments: Value) -> Value:
    """`abs(x)`, `len(x)` and their like."""
    if name == "len" and arguments and isinstance(arguments[0], Class) and arguments[0].is_enum:
        return len(arguments[0].members)
    if name == "len" and arguments and isinstance(arguments[0], Instance) and arguments[0].type.is_tuple:
        return len(arguments[0].type.fields)
    method = FUNCTIONS.get(name)
    return machine.special(method, *arguments) if method and len(arguments) == 1 else NotImplemented


def _is_object(*sides: Value) -> bool:
    return any(isinstance(side, Instance) for side in sides)
