"""Comprehensions: nested loops in a scope of their own, whose filters may depend on the observation."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from priors.translate import functions, indexing
from priors.translate.choices import merge
from priors.translate.containers import Dict, List, Value
from priors.translate.frames import Frame
from priors.translate.machine import Machine
from priors.translate.nodes import Node
from priors.translate.objects import Choice
from priors.translate.paths import NOWHERE, Path
from priors.translate.targets import bind
from priors.translate.values import check_size, iterate


def list_comprehension(machine: Machine, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> Value:
    """`[f(x) for x in xs if test]`; where a test depends on the observation, a list of each length."""

    def over(source: Value) -> Value:
        collected = Collected(machine)
        _run(machine, node.generators, source, lambda: collected.add(machine.evaluate(node.elt)))
        return collected.value("iterator" if isinstance(node, ast.GeneratorExp) else "list")

    return machine.each(over, machine.graph.settle(machine.evaluate(node.generators[0].iter)))


def set_comprehension(machine: Machine, node: ast.SetComp) -> Value:
    """`{f(x) for x in xs}`."""
    entries = list_comprehension(machine, node)
    return machine.each(lambda one: functions.distinct(machine, iterate(machine.graph, one)), entries)


def dict_comprehension(machine: Machine, node: ast.DictComp) -> Value:
    """`{key: value for x in xs}`."""

    def over(source: Value) -> Value:
        result = Dict({})
        result.born = (machine.frame, machine.alive)

        def add() -> None:
            key, value = machine.evaluate(node.key), machine.evaluate(node.value)
            machine.on_each(lambda one: indexing.write(machine, one, key, value), result)

        _run(machine, node.generators, source, add)
        return machine.resolved(result)

    return machine.each(over, machine.graph.settle(machine.evaluate(node.generators[0].iter)))


def _run(
    machine: Machine, generators: Sequence[ast.comprehension], source: Value, emit: Callable[[], None]
) -> None:
    """Call `emit` for every turn of the nested loops, on the path of those that pass the filters."""

    def turns(position: int, items: Value) -> None:
        for item in iterate(machine.graph, items):
            before = machine.alive
            bind(machine, generators[position].target, item)
            filtered(position, generators[position].ifs)
            machine.alive = machine.unraised(before)

    def filtered(position: int, tests: Sequence[ast.expr]) -> None:
        if tests:
            holds = machine.truth(machine.evaluate(tests[0]))
            if isinstance(holds, Node):
                machine.count_test(tests[0], holds)
            machine.fork(holds, lambda: filtered(position, tests[1:]), lambda: None)
        elif position + 1 == len(generators):
            emit()
        else:
            settled = machine.graph.settle(machine.evaluate(generators[position + 1].iter))
            machine.on_each(lambda one: turns(position + 1, one), settled)

    with machine.running(
        Frame(frozenset(), machine.frame, machine.frame, machine.alive, is_comprehension=True)
    ):
        turns(0, source)


class Collected:
    """A list in the making: for each length that it may have, the path on which it has it.

    Of two paths with equally many items, each entry is one of two: n tests make n + 1 lists, not 2 ** n.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._frame = machine.frame
        self._lists: dict[int, tuple[Path, list[Value]]] = {0: (machine.alive, [])}

    def add(self, value: Value) -> None:
        """Append `value` on the current path."""
        paths, before = self._machine.paths, self._lists
        self._lists = {}
        check_size(max(before, default=0) + 1)
        for size, (path, items) in before.items():
            here, there = paths.both(path, self._machine.alive), paths.without(path, self._machine.alive)
            self._put(size + 1, here, [*items, value] if there != NOWHERE else _appended(items, value))
            self._put(size, there, items)

    def _put(self, size: int, path: Path, items: list[Value]) -> None:
        if path == NOWHERE:
            return
        known = self._lists.get(size)
        if known is not None:
            graph, condition = self._machine.graph, self._machine.paths.mask(path)
            graph.spend(len(items))
            items = [merge(graph, condition, a, b) for a, b in zip(items, known[1], strict=True)]
            path = self._machine.paths.either(path, known[0])
        self._lists[size] = (path, items)

    def value(self, style: str) -> Value:
        """The list, or a choice among lists."""
        result: Value = None
        for number, (path, items) in enumerate(self._lists.values()):
            made = List(items, style=style)  # type: ignore[arg-type]
            made.born = (self._frame, path)
            mask = self._machine.paths.mask(path)
            result = made if number == 0 else Choice(mask, made, result)  # type: ignore[arg-type]
        return result


def _appended(items: list[Value], value: Value) -> list[Value]:
    """`items` with `value`, without a copy: nobody else has them."""
    items.append(value)
    return items
