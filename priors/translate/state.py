"""What a translation has come to at one moment: the graph, the current path, the running frame."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from priors.translate import limits
from priors.translate.choices import merge, settle
from priors.translate.containers import SERIALS, Container, Value
from priors.translate.errors import PriorError
from priors.translate.frames import Cells, Frame
from priors.translate.graph import Graph
from priors.translate.nodes import Node
from priors.translate.objects import Cases, Choice
from priors.translate.paths import EVERYWHERE, NOWHERE, Path, Paths


@dataclass(eq=False)
class Test:
    """A test that depends on the observation or on memory, and the paths on which it held or not."""

    node: ast.expr
    holds: Path
    fails: Path


class State:
    """The state that the rules of the language read and change.

    Attributes:
        graph: what has been built.
        paths: the algebra of paths.
        alive: the path of the observations that reach the current statement.
        module: the frame of the program's text.
        frame: the running activation.
        statement: containers with a smaller serial number are older than the current statement.
        tries: the `try` statements whose blocks run, innermost last.
        abandoned: those that nothing caught.
        handled: the exceptions whose handlers run, innermost last.
        raised: the observations on their way to a handler of these.
        notes: what the author should know.
        tests: the branches met so far, by their place in the tree.
    """

    def __init__(self) -> None:
        self.graph = Graph()
        self.paths = Paths(self.graph)
        self.alive: Path = EVERYWHERE
        self.module = Frame(None, None, None, EVERYWHERE)
        self.frame = self.module
        self.statement = next(SERIALS)
        self.tries: list[Any] = []
        self.handled: list[set[str]] = []
        self.raised: Path = NOWHERE
        self.abandoned: Path = NOWHERE
        self.notes: list[str] = []
        self.tests: dict[ast.expr, Test] = {}
        self.graph.guard = lambda: self.paths.mask(self.alive)
        self.graph.settle = self.settled

    def cost(self) -> int:
        """What this round took, in steps: the same text makes all its nodes and paths anew in the next."""
        return self.graph.steps + limits.NODE_STEPS * len(self.graph.nodes) + self.paths.cost() // 2

    def resolved(self, value: Value) -> Value:
        """`value` without the choices that the current path has made."""
        while isinstance(value, Container) and value.forward is not None:
            value = value.forward
        if not isinstance(value, Choice):
            return value
        self.graph.spend()
        paths, before = self.paths, self.alive
        where = paths.where(value.condition)
        if paths.covers(where, before):
            return self.resolved(value.then)
        if not paths.meet(where, before):
            return self.resolved(value.otherwise)
        self.alive = paths.both(before, where)
        then = self.resolved(value.then)
        self.alive = paths.without(before, where)
        otherwise = self.resolved(value.otherwise)
        self.alive = before
        if isinstance(value, Cases):
            return Cases(value.condition, then, otherwise)
        return merge(self.graph, value.condition, then, otherwise)

    def unraised(self, path: Path) -> Path:
        """The observations on `path` that are not on their way to a handler."""
        return self.paths.without(path, self.raised)

    def settled(self, value: Value) -> Value:
        """`value` on the current path, to read from: choices between containers of one form are joined."""
        return settle(self.graph, self.resolved(value))

    def visible(self, thing: Cells | Value) -> Path:
        """The observations that can still see an object."""
        if isinstance(thing, Frame):
            return thing.waiting().live
        frame, path = thing.born or (self.module, EVERYWHERE)
        return self.paths.both(path, frame.waiting().live)

    def count_test(self, node: ast.expr, test: Node) -> None:
        """Note which observations reach a test, and on which of them it holds."""
        paths, where = self.paths, self.paths.where(test)
        holds, fails = paths.both(self.alive, where), paths.without(self.alive, where)
        found = self.tests.setdefault(node, Test(node, holds, fails))
        found.holds, found.fails = paths.either(found.holds, holds), paths.either(found.fails, fails)


def is_open(value: Value) -> bool:
    """Whether `value` is, or stands for, a choice."""
    return isinstance(value, Choice) or (isinstance(value, Container) and value.forward is not None)


class RestartError(Exception):
    """Translate again with `names` as constants: the program's structure depends on them."""

    def __init__(self, names: set[str]) -> None:
        super().__init__(names)
        self.names = names


def refuted_by_literals(state: State, path: Path, error: PriorError) -> PriorError:
    """`error`, which holds on `path`, if no literals could make that path impossible, were they constants.

    Conditions that compare with equal literals become equal once these are constants.

    Raises:
        RestartError: there are such literals.
    """
    literals = state.graph.literals_of([state.paths.mask(path)])
    if literals:
        raise RestartError(literals)
    return error
