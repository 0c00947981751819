"""Loops: unrolled, one turn after the other, on the path of those that have not left them."""

# ruff: noqa: ARG001 - every row of a table is called with the same arguments.

from __future__ import annotations

import ast
from collections.abc import Iterable

from priors.translate import limits, wrapping
from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.exceptions import ThrownError
from priors.translate.frames import Loop
from priors.translate.functions import endless
from priors.translate.machine import Machine
from priors.translate.nodes import Node
from priors.translate.objects import Builtin
from priors.translate.paths import NOWHERE
from priors.translate.targets import bind
from priors.translate.values import turns


def for_statement(machine: Machine, node: ast.For) -> None:
    """Unrolled: one turn per item, on the path of those that have not left the loop."""
    columns = _columns(machine, node.iter)
    if columns is None:
        source = machine.graph.settle(machine.evaluate(node.iter))
        machine.on_each(lambda one: _run_loop(machine, node, *endless.pulls(machine, [one], turns)), source)
        return
    numbered, sources = columns

    def over(*done: Value) -> None:
        if len(done) < len(sources):
            machine.on_each(lambda one: over(*done, one), sources[len(done)])
            return
        items = endless.pulls(machine, done, turns)
        rows: Iterable[Value] = enumerate(items[0]) if numbered else zip(*items, strict=False)
        _run_loop(machine, node, rows)

    over()


def _columns(machine: Machine, node: ast.expr) -> tuple[bool, list[Value]] | None:
    """What `enumerate` (then true) or `zip` is called with: a loop reads them turn by turn."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        function, starred = machine.evaluate(node.func), any(isinstance(a, ast.Starred) for a in node.args)
        name = function.name if isinstance(function, Builtin) and not starred else ""
        if (name == "zip" and node.args) or (name == "enumerate" and len(node.args) == 1):
            values = [machine.graph.settle(machine.evaluate(argument)) for argument in node.args]
            return name == "enumerate", values
    return None


def while_statement(machine: Machine, node: ast.While) -> None:
    """Unrolled until the test is false on every path; wrapping an angle has a closed form."""
    if wrapping.try_wrap(machine, node):
        return
    _run_loop(machine, node, _while_turns(machine, node))


def _while_turns(machine: Machine, node: ast.While) -> Iterable[None]:
    """One item for each turn; those for which the test fails leave the loop."""
    loop, paths, turn = machine.frame.loops, machine.paths, 0
    while True:
        machine.graph.in_loop_test = True
        try:
            test = machine.truth(machine.evaluate(node.test))
        finally:
            machine.graph.in_loop_test = False
        if not test:
            return
        # After a test on the observation, those that tests before have decided are turns as well.
        turn += turn > 0 or isinstance(test, Node)
        if turn:
            if turn > limits.MAX_WHILE_TURNS:
                raise PriorError(
                    f"a `while` on the observation that may turn more than {limits.MAX_WHILE_TURNS} times",
                    "use `for _ in range(n):` with an `if ...: break`",
                )
            where = paths.where(test)
            loop[-1].ended = paths.either(loop[-1].ended, paths.without(machine.alive, where))
            machine.alive = paths.both(machine.alive, where)
            if machine.alive == NOWHERE:
                return
        yield None


def _run_loop(machine: Machine, node: ast.For | ast.While, items: Iterable[Value]) -> None:
    paths, loop, frame = machine.paths, Loop(), machine.frame
    frame.loops.append(loop)
    try:
        for item in items:
            machine.graph.spend()
            if isinstance(node, ast.For):
                bind(machine, node.target, item)
            machine.execute(node.body)
            machine.alive = paths.either(machine.alive, loop.continued)
            loop.continued = NOWHERE
            if machine.alive == NOWHERE:
                break
    except ThrownError:
        # Those who still looped have raised; others may have left before.
        machine.alive = loop.continued
    finally:
        frame.loops.remove(loop)
    machine.alive = paths.either(machine.alive, loop.ended)
    if machine.alive != NOWHERE:
        machine.execute(node.orelse)
    machine.alive = paths.either(machine.alive, loop.broken)


def _innermost(machine: Machine) -> Loop:
    if not machine.frame.loops:
        raise PriorError("`break` and `continue` belong in a loop", "remove it")
    return machine.frame.loops[-1]


def break_statement(machine: Machine, node: ast.Break) -> None:
    """Leave the loop on the current path."""
    loop = _innermost(machine)
    loop.broken = machine.paths.either(loop.broken, machine.alive)
    machine.alive = NOWHERE


def continue_statement(machine: Machine, node: ast.Continue) -> None:
    """Leave this turn of the loop on the current path."""
    loop = _innermost(machine)
    loop.continued = machine.paths.either(loop.continued, machine.alive)
    machine.alive = NOWHERE
