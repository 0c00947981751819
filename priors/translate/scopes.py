"""Which names belong to a function, and how targets bind: shared by statements and expressions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from priors.translate import indexing
from priors.translate.containers import List, Value
from priors.translate.errors import PriorError
from priors.translate.machine import Machine
from priors.translate.values import describe, iterate

_SCOPES = (ast.FunctionDef, ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.DictComp)


def assigned_names(body: Sequence[ast.stmt], arguments: ast.arguments) -> frozenset[str]:
    """The local names of a function, as Python decides them from its text."""

    def walk(node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        if isinstance(node, _SCOPES):
            return
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        for child in ast.iter_child_nodes(node):
            yield from walk(child)

    names = {argument.arg for argument in ast.walk(arguments) if isinstance(argument, ast.arg)}
    return frozenset(names.union(*(walk(statement) for statement in body)))


def bind(machine: Machine, target: ast.expr, value: Value) -> None:
    """`target = value` for names, entries and unpacking."""
    try:
        if isinstance(target, ast.Name):
            machine.assign(target.id, value)
        elif isinstance(target, ast.Subscript):
            owner = machine.evaluate(target.value)
            indexing.write(machine, owner, machine.evaluate(target.slice), value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            _unpack(machine, target.elts, value)
        else:
            raise PriorError("this cannot be assigned to", "assign to a name or an entry")
    except PriorError as error:
        raise error.at(target) from None


def _unpack(machine: Machine, targets: list[ast.expr], value: Value) -> None:
    items = iterate(machine.graph, value)
    stars = [i for i, target in enumerate(targets) if isinstance(target, ast.Starred)]
    fits = len(items) >= len(targets) - 1 if stars else len(items) == len(targets)
    if len(stars) > 1 or not fits:
        raise PriorError(
            f"{describe(value)} with {len(items)} entries cannot be unpacked into {len(targets)} names",
            "use as many names as there are entries, or slice it first",
        )
    if stars:
        first, after = stars[0], len(targets) - stars[0] - 1
        stop = len(items) - after
        rest = List(items[first:stop])
        rest.born = (machine.frame, machine.alive)
        items = [*items[:first], rest, *items[stop:]]
    for target, item in zip(targets, items, strict=True):
        bind(machine, target.value if isinstance(target, ast.Starred) else target, item)
