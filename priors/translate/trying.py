"""`try`: its block, and the paths on which a handler goes on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from priors.translate import bindings
from priors.translate.errors import PriorError
from priors.translate.exceptions import Try, caught_by
from priors.translate.machine import Machine
from priors.translate.objects import Unusable
from priors.translate.paths import NOWHERE, Path


def try_statement(machine: Machine, node: ast.Try) -> None:
    """The block; `except` for those who raised in it, `else` for the others, `finally` for all."""
    if any(isinstance(part, _JUMPS) for statement in node.finalbody for part in ast.walk(statement)):
        raise PriorError("`finally` must not leave by itself", "put it behind the `try` statement")
    with _finally(machine, node):
        _caught(machine, node)


_JUMPS = (ast.Return, ast.Break, ast.Continue, ast.Raise)


def _caught(machine: Machine, node: ast.Try) -> None:
    running = Try(tuple(map(caught_by, node.handlers)))
    if running.clause("ZeroDivisionError") is not None:
        machine.notes.append(
            f"line {node.lineno}: a float of the observation divided by zero raises nothing: it gives NaN"
        )
    machine.tries.append(running)
    try:
        machine.execute(node.body)
    finally:
        machine.tries.remove(running)
    machine.execute(node.orelse)
    done = machine.alive
    for handler, path, kinds in zip(node.handlers, running.raised, running.kinds, strict=True):
        machine.raised = machine.paths.without(machine.raised, path)
        machine.alive = path
        if handler.name and path != NOWHERE:
            unknown = Unusable("an exception tells nothing in a policy", "handle it without its text")
            bindings.assign(machine, handler.name, unknown)
        machine.handled.append(kinds)
        machine.execute(handler.body)
        machine.handled.pop()
        done = machine.paths.either(done, machine.alive)
    machine.alive = done


@contextmanager
def _finally(machine: Machine, node: ast.Try) -> Iterator[None]:
    """Run `finally` for everyone, also those who left the statement by `return`, `break` or an exception."""
    if not node.finalbody:
        yield
        return
    paths, frame, begun = machine.paths, machine.frame, machine.alive
    live, raised = frame.live, machine.raised
    left_before = _left_loop(machine)
    yield
    stayed, flying = machine.alive, paths.without(machine.raised, raised)
    returned = paths.both(begun, paths.without(live, frame.live))
    left = paths.without(_left_loop(machine), left_before)
    machine.alive, machine.raised = stayed, raised
    for path in (returned, left, flying):
        machine.alive = paths.either(machine.alive, path)
    frame.live = paths.either(frame.live, returned)
    machine.execute(node.finalbody)
    frame.live = paths.without(frame.live, returned)
    machine.raised = paths.either(machine.raised, paths.both(flying, machine.alive))
    machine.alive = paths.both(stayed, machine.alive)


def _left_loop(machine: Machine) -> Path:
    """The observations that have left the innermost loop, or its turn."""
    loops = machine.frame.loops
    return machine.paths.either(loops[-1].broken, loops[-1].continued) if loops else NOWHERE
