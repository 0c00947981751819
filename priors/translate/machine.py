"""The abstract machine: frames, names, paths and calls, on which the rules of the language act.

Statements run once each, in order, under the predicate `alive` of the observations that reach them.
There are no copies of the environment: a name keeps its assignments with their paths, and reading it
selects among those that the current path can see. Everything a program can remember is in frames, so
that memory is a matter of where a frame's first values come from and where its last ones go.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from priors.translate import limits
from priors.translate.containers import (
    SERIALS,
    Container,
    Value,
    containers,
    freeze,
    hold,
    is_older,
    is_stale,
    link,
    mark_twins_stale,
    release,
)
from priors.translate.errors import PriorError
from priors.translate.frames import Binding, Frame, Layer, bound_arguments
from priors.translate.graph import Graph, Node, Scalar
from priors.translate.literals import Literals
from priors.translate.paths import EVERYWHERE, NOWHERE, Path, Paths
from priors.translate.values import Function, Unusable, merge

Rule = Callable[["Machine", Any], Any]


# Python or NumPy may refuse static values in more ways than the rules foresee.
_FAILURES = (PriorError, ArithmeticError, ValueError, TypeError, LookupError)


def _placed(error: Exception, node: ast.AST) -> PriorError:
    if not isinstance(error, PriorError):
        error = PriorError(f"this cannot be computed: {error}", "use other values or simpler code")
    return error.at(node)


_SEVERAL = (
    "this changes one of several objects, which of them depends on the observation",
    "change each of them in its own branch, or make a new one",
)


class RestartError(Exception):
    """Translate again with `names` as constants: the program's structure depends on them."""

    def __init__(self, names: set[str]) -> None:
        super().__init__(names)
        self.names = names


class Machine:
    """Evaluates a program into a graph.

    Attributes:
        graph: what has been built.
        alive: the path of the observations that reach the current statement.
        frame: the running activation.
        notes: what the author should know.
    """

    def __init__(
        self,
        literals: Literals,
        fixed: frozenset[str],
        expressions: Mapping[type[ast.AST], Rule],
        statements: Mapping[type[ast.AST], Rule],
    ) -> None:
        self.graph = Graph()
        self.paths = Paths(self.graph)
        self.graph.guard = lambda: self.paths.mask(self.alive)
        self.alive: Path = EVERYWHERE
        self.module = Frame(None, None, None, EVERYWHERE)
        self.frame = self.module
        self.notes: list[str] = []
        self._statement = next(SERIALS)
        self._stale = False
        self._literals = literals
        self._fixed = fixed
        self._expressions = expressions
        self._statements = statements

    # Dispatch: the two tables hold one rule for each construct of the language.

    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression on the current path."""
        self.graph.spend()
        mark = next(SERIALS)
        try:
            name = self._literals.name_of(node)
            value = self._literal(name) if name is not None else self._expressions[type(node)](self, node)
        except _FAILURES as error:
            raise _placed(error, node) from None
        if isinstance(value, Unusable):
            raise PriorError(value.message, value.hint).at(node)
        if self._stale and isinstance(value, (Container, tuple)):
            self._check_fresh(value, node)
        if isinstance(value, Container) and value.serial > mark:
            value.born = value.born or (self.frame, self.alive)
        return value

    def _check_fresh(self, value: Value, node: ast.AST) -> None:
        containers(value, self.graph.spend)
        if is_stale(value):
            raise PriorError(f"before, {_SEVERAL[0]}", _SEVERAL[1]).at(node)

    def execute(self, block: Sequence[ast.stmt]) -> None:
        """Run statements until no observation is left on the path."""
        for node in block:
            if self.alive == NOWHERE:
                return
            self.graph.spend()
            self._statement = next(SERIALS)
            try:
                self._statements[type(node)](self, node)
            except _FAILURES as error:
                raise _placed(error, node) from None

    def _literal(self, name: str) -> Scalar:
        value = self._literals.values[name]
        return value if name in self._fixed else self.graph.parameter(name, value)

    # Paths.

    def branch(self, condition: Scalar, then: Callable[[], Value], otherwise: Callable[[], Value]) -> Value:
        """`then() if condition else otherwise()`, each evaluated on its own path."""
        if not isinstance(condition, Node):
            return then() if condition else otherwise()
        before, mark = self.alive, next(SERIALS)
        chosen = self.paths.both(before, self.paths.where(condition))
        left = self.paths.without(before, chosen)
        if NOWHERE in (chosen, left):
            return then() if left == NOWHERE else otherwise()
        self.alive = chosen
        value = then()
        self.alive = left
        other = otherwise()
        self.alive = before
        made = next(SERIALS)
        merged = merge(self.graph, condition, value, other)
        if self._holds_older(mark, value, other):
            freeze(merged, made)
            link(merged, made, [value, other], 0)
        return merged

    def _holds_older(self, serial: int, *values: Value) -> bool:
        parts = [part for value in values for part in containers(value, self.graph.spend)]
        return any(is_older(part, serial) for part in parts)

    # Names.

    def assign(self, name: str, value: Value) -> None:
        """Bind `name` on the current path, leaving it elsewhere as it was."""
        frame, paths = self.frame, self.paths
        old = frame.names.get(name, Binding(NOWHERE, []))
        # What no observation can see any more is forgotten, or loops would pile up their past.
        kept = [
            layer for layer in old.layers if not paths.covers(self.alive, paths.both(layer.path, frame.live))
        ]
        layer = Layer(self.alive, value, is_older(value, self._statement))
        hold(value)
        frame.names[name] = Binding(paths.either(old.defined, self.alive), [layer, *kept])

    def lookup(self, name: str) -> Value | None:
        """The binding's value for `name` on the current path, None if no frame has the name."""
        frame: Frame | None = self.frame
        while frame is not None:
            binding = frame.names.get(name)
            if binding is not None:
                return self._read(name, binding)
            if frame.local_names is not None and name in frame.local_names:
                raise PriorError(
                    f"`{name}` is read before it is assigned", f"assign `{name}` before this line"
                )
            frame = frame.outer
        return None

    def _read(self, name: str, binding: Binding) -> Value:
        if not self.paths.covers(binding.defined, self.alive):
            missing = self.paths.without(self.alive, binding.defined)
            # Conditions that compare with equal literals become equal once these are constants.
            literals = self.graph.literals_of([self.paths.mask(missing)])
            if literals:
                raise RestartError(literals)
            raise PriorError(
                f"`{name}` may be unassigned here: only some branches assign it",
                f"give `{name}` a value before the `if`, or in every branch",
            )
        value = self._merged(binding)
        if isinstance(value, Unusable):
            raise PriorError(f"`{name}`: {value.message}", value.hint)
        return value

    def _merged(self, binding: Binding) -> Value:
        """The value on the current path: that of one assignment, or a choice among several."""
        left, parts, mark = self.alive, [], next(SERIALS)
        for layer in binding.layers:
            if self.paths.meet(left, layer.path):
                parts.append(layer)
                left = self.paths.without(left, layer.path)
        value = parts[-1].value
        for layer in reversed(parts[:-1]):
            value = merge(self.graph, self.paths.mask(layer.path), layer.value, value)
        if len(parts) == 1:
            return value
        if any(layer.shared for layer in parts):
            # Who else holds one of the objects may change it, so the copy is made anew each time.
            freeze(value, mark)
        else:
            # From here on the merged object is what the name holds, so that changes of it last.
            hold(value)
            binding.layers.insert(0, Layer(self.alive, value))
            link(value, mark, [layer.value for layer in parts], 1)
        return value

    # Mutation.

    def covers_all_views(self, container: Container) -> bool:
        """Whether a change on the current path is a change for everyone who can still see `container`."""
        frame, path = container.born or (self.module, EVERYWHERE)
        return self.paths.covers(self.alive, self.paths.both(path, frame.waiting().live))

    def check_mutable(self, container: Container) -> None:
        """Refuse changes of what was made before the policy was called: that would be memory."""
        if container.frozen:
            raise PriorError(*_SEVERAL)
        self._stale = mark_twins_stale(container) or self._stale
        frame, _ = container.born or (self.frame, None)
        if frame.waiting() is self.module and self.frame is not self.module:
            raise PriorError(
                "this changes an object made outside the policy: programs with memory are not yet translated",
                "make a new list or array inside the function",
            )

    def check_resizable(self, container: Container) -> None:
        """Refuse a change of length that only some observations would see."""
        self.check_mutable(container)
        if not self.covers_all_views(container):
            literals = self.graph.literals_of([self.paths.mask(self.alive)])
            if literals:
                raise RestartError(literals)
            raise PriorError(
                "the length of a list must not depend on the observation",
                "make the list with all its entries and set one of them in the branch: x[0] = value",
            )

    def updated(self, container: Container, value: Value, old: Value) -> Value:
        """What an entry of `container` holds after `value` was put into it on the current path."""
        if self.covers_all_views(container):
            return value
        return merge(self.graph, self.paths.mask(self.alive), value, old)

    # Calls.

    def call(
        self,
        function: Function,
        positional: Sequence[Value],
        named: Mapping[str, Value],
        on_return: Callable[[Value], Value] | None = None,
    ) -> Value:
        """Run a function of the program on the current path; `on_return` converts what it returns."""
        depth, caller = 0, self.frame
        above: Frame | None = caller
        while above is not None:
            if above.function is function:
                raise PriorError(f"`{function.name}` calls itself: recursion is not allowed", "use a loop")
            depth, above = depth + 1, above.caller
        if depth > limits.MAX_CALL_DEPTH:
            raise PriorError("functions call each other too deeply", "call fewer helpers from helpers")
        frame = Frame(function.local_names, function.frame, caller, self.alive, function, on_return)
        for name, value in bound_arguments(function, positional, named).items():
            hold(value)
            frame.names[name] = Binding(self.alive, [Layer(self.alive, value)])
        with self.running(frame):
            self.execute(function.body)
            if self.alive != NOWHERE:
                self.give_back(None)
        return frame.result

    def give_back(self, value: Value) -> None:
        """Return `value` from the running frame on the current path, which ends."""
        frame = self.frame
        if frame.on_return is not None:
            value = frame.on_return(value)
        if frame.returned:
            shared, made = self._holds_older(frame.serial, value, frame.result), next(SERIALS)
            values = [value, frame.result]
            value = merge(self.graph, self.paths.mask(self.alive), *values)
            if shared:
                freeze(value, made)
                link(value, made, values, 0)
        frame.result, frame.returned = value, True
        frame.live = self.paths.without(frame.live, self.alive)
        self.alive = NOWHERE

    @contextmanager
    def running(self, frame: Frame) -> Iterator[None]:
        """Make `frame` the running one; afterwards the path is the caller's again."""
        before, alive, statement = self.frame, self.alive, self._statement
        self.frame = frame
        yield
        frame.finished = True
        held = [layer.value for binding in frame.names.values() for layer in binding.layers]
        if not any(isinstance(value, Function) for value in held):
            # A function defined here may outlive the frame and see its names.
            for value in held:
                release(value)
        self.frame, self.alive, self._statement = before, alive, statement
