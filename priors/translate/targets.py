"""How targets bind: names, entries, attributes and unpacking, shared by statements and expressions."""

from __future__ import annotations

import ast

from priors.translate import attributes, bindings, indexing
from priors.translate.containers import List, Value
from priors.translate.errors import PriorError
from priors.translate.machine import Machine
from priors.translate.values import describe, iterate


def bind(machine: Machine, target: ast.expr, value: Value) -> None:
    """`target = value` for names, entries, attributes and unpacking."""
    try:
        if isinstance(target, ast.Name):
            bindings.assign(machine, target.id, value)
        elif isinstance(target, ast.Subscript):
            index = machine.evaluate(target.slice)
            owner = machine.evaluate(target.value)
            machine.on_each(lambda one: write(machine, one, index, value), owner)
        elif isinstance(target, ast.Attribute):
            owner = machine.evaluate(target.value)
            machine.on_each(lambda one: attributes.write(machine, one, target.attr, value), owner)
        elif isinstance(target, (ast.Tuple, ast.List)):
            machine.on_each(lambda one: _unpack(machine, target.elts, one), value)
        else:
            raise PriorError("this cannot be assigned to", "assign to a name or an entry")
    except PriorError as error:
        machine.fail(error.at(target))


def write(machine: Machine, owner: Value, index: Value, value: Value) -> None:
    """`owner[index] = value`, for one owner; the index may be a choice."""
    if machine.special("__setitem__", owner, index, value) is not NotImplemented:
        return

    def put(at: Value) -> None:
        # Another value of the index may have changed the owner's length on another path.
        machine.on_each(lambda one: indexing.write(machine, one, at, value), owner)

    indexing.each_index(machine, put, owner, index)


def _unpack(machine: Machine, targets: list[ast.expr], value: Value) -> None:
    items = iterate(machine.graph, value)
    stars = [i for i, target in enumerate(targets) if isinstance(target, ast.Starred)]
    fits = len(items) >= len(targets) - 1 if stars else len(items) == len(targets)
    if len(stars) > 1 or not fits:
        raise PriorError(
            f"{describe(value)} with {len(items)} entries cannot be unpacked into {len(targets)} names",
            "use as many names as there are entries, or slice it first",
            raises="ValueError",
        )
    if stars:
        first, after = stars[0], len(targets) - stars[0] - 1
        stop = len(items) - after
        rest = List(items[first:stop])
        rest.born = (machine.frame, machine.alive)
        items = [*items[:first], rest, *items[stop:]]
    for target, item in zip(targets, items, strict=True):
        bind(machine, target.value if isinstance(target, ast.Starred) else target, item)
