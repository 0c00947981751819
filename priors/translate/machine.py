"""The abstract machine: it applies the rules of the language, calls functions and joins paths.

Statements run once each, in order, under the predicate `alive` of the observations that reach them.
Everything a program can remember is in cells and containers, so that memory is a matter of where their
first values come from and where their last ones go.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from priors.translate import bindings, exceptions, limits
from priors.translate.choices import joined, merge
from priors.translate.containers import SERIALS, Container, List, Value, containers, hold, is_older, release
from priors.translate.errors import PriorError
from priors.translate.exceptions import ThrownError
from priors.translate.frames import Binding, Frame, Layer, bound_arguments
from priors.translate.literals import Literals
from priors.translate.nodes import Node, Scalar
from priors.translate.objects import Choice, Class, Function, Instance, Unusable
from priors.translate.paths import NOWHERE, Path
from priors.translate.scopes import Scopes, changed_names, stored_names
from priors.translate.state import RestartError, State, is_open, refuted_by_literals
from priors.translate.values import check_known, truth

Rule = Callable[["Machine", Any], Any]

__all__ = ["Machine", "RestartError", "Rule"]

# Python or NumPy may refuse static values in more ways than the rules foresee.
_FAILURES = (PriorError, ArithmeticError, ValueError, TypeError, LookupError)


def _placed(error: Exception, node: ast.AST) -> PriorError:
    if not isinstance(error, PriorError):
        kind = type(error).__name__ if isinstance(error, ArithmeticError) else ""
        message = f"this cannot be computed: {error}"
        error = PriorError(message, "use other values or simpler code", raises=kind)
    return error.at(node)


_NOTHING = object()
"""The value of an expression in which all observations raise."""


class Machine(State):
    """Evaluates a program into a graph.

    Attributes:
        errors: what was refused so far; the statements after an error run too, to find others.
        scopes: the local names of the program's functions.
    """

    def __init__(
        self,
        scopes: Scopes,
        literals: Literals,
        fixed: frozenset[str],
        expressions: Mapping[type[ast.AST], Rule],
        statements: Mapping[type[ast.AST], Rule],
    ) -> None:
        super().__init__()
        self.graph.opened = self._opened
        self.errors: list[PriorError] = []
        self.scopes = scopes
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
            if is_open(value):
                value = self.resolved(value)
        except _FAILURES as error:
            self.fail(_placed(error, node))
        if isinstance(value, Unusable):
            raise PriorError(value.message, value.hint, told=value.told).at(node)
        if isinstance(value, (Container, Instance)) and value.born is None:
            newer = isinstance(value, Instance) or value.serial > mark
            value.born = (self.frame, self.alive) if newer else None
        return value

    def execute(self, block: Sequence[ast.stmt]) -> None:
        """Run statements until no observation is left on the path."""
        for node in block:
            if self.alive == NOWHERE:
                return
            self.graph.spend()
            self.statement = next(SERIALS)
            alive, frame = self.alive, self.frame
            try:
                self._statements[type(node)](self, node)
            except ThrownError:
                self.alive, self.frame = self.unraised(alive), frame
            except _FAILURES as error:
                problem, failed = _placed(error, node), self.alive
                caught = exceptions.is_caught(self, problem.raises)
                if caught:
                    exceptions.leave(self, failed, problem.raises)
                self.alive, self.frame = self.unraised(alive), frame
                if not caught:
                    self._recover(node, problem, failed)

    def try_out(self, block: Sequence[ast.stmt]) -> None:
        """Run the statements behind the policy, each if it can be: `env.reset()` shows how it is used."""
        count, most = len(self.errors), self.graph.most_steps
        self.graph.most_steps = min(most, self.graph.steps + limits.MAX_USE_STEPS)
        for node in block:
            try:
                self.execute([node])
            except PriorError as error:
                self.errors.append(error)
            if self.errors[count:]:
                self.notes.append(
                    f"line {node.lineno}: left out, for it cannot run: {self.errors[count].message}"
                )
                del self.errors[count:]
        self.graph.most_steps = most

    def fail(self, error: PriorError) -> NoReturn:
        """Refuse the program, or go to the handler of what CPython raises here as well.

        Raises:
            PriorError: `error`.
            ThrownError: instead of it, if it is caught.
        """
        if not exceptions.is_caught(self, error.raises):
            raise error from None
        exceptions.leave(self, self.alive, error.raises)
        raise ThrownError from None

    def _recover(self, node: ast.stmt, error: PriorError, failed: Path) -> None:
        """Note an error on the path `failed`, and go on without what the statement would have assigned."""
        if error.fatal:
            raise error
        self.graph.spend(limits.ERROR_STEPS)
        if not error.told:
            self.errors.append(refuted_by_literals(self, failed, error))
        poison = Unusable(error.message, error.hint, told=True)
        for name in stored_names(node):
            bindings.assign(self, name, poison)
        for name in changed_names(node):
            # What the statement would have changed is as unknown as what it would have assigned.
            if name in self.frame.names:
                bindings.assign(self, name, poison)
        if isinstance(node, ast.Return) and self.frame.function is not None:
            self.frame.result, self.frame.returned = poison, True
            self.frame.live = self.paths.without(self.frame.live, self.alive)
            self.alive = NOWHERE

    def _literal(self, name: str) -> Scalar:
        value = self._literals.values[name]
        return value if name in self._fixed else self.graph.parameter(name, value)

    # Objects of the program.

    def special(self, name: str, receiver: Value, *arguments: Value) -> Value:
        """What a method with two underscores returns, `NotImplemented` if the object's class has none."""
        if not isinstance(receiver, Instance):
            return NotImplemented
        for place in receiver.type.order():
            if name in place.names:
                function = bindings.read(self, name, place.names[name])
                if not isinstance(function, Function):
                    raise PriorError(f"`{name}` is no method", f"write def {name}(self, ...):")
                return self.call(function, [receiver, *arguments], {})
        return NotImplemented

    def _opened(self, value: Value) -> Value:
        if isinstance(value, List) and value.style == "iterator":
            if self.paths.meet(value.consumed, self.alive):
                raise PriorError("an iterator can be run through only once", "make it a list: list(...)")
            value.consumed = self.paths.either(value.consumed, self.alive)
        check_known(value)
        if isinstance(value, Class) and value.is_enum:
            return tuple(value.members.values())
        if not isinstance(value, Instance):
            return value
        if value.type.is_tuple:
            return tuple(bindings.read(self, name, value.names[name]) for name in value.type.fields)
        items = self.special("__iter__", value)
        if isinstance(items, Instance):
            raise PriorError("an iterator with `__next__` is not allowed", "return iter(...) of a list")
        return value if items is NotImplemented else items

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
        value = self._attempt(then)
        self.alive = left
        other = self._attempt(otherwise)
        self.alive = self.unraised(before)
        if value is _NOTHING or other is _NOTHING:
            if value is other:
                raise ThrownError
            return other if value is _NOTHING else value
        if any(
            is_older(part, mark) for side in (value, other) for part in containers(side, self.graph.spend)
        ):
            return merge(self.graph, condition, value, other)
        fresh = joined(self.graph, condition, value, other)
        if isinstance(fresh, Container):
            fresh.frozen = False
        return fresh

    def _attempt(self, run: Callable[[], Any]) -> Value:
        """`run()`, or `_NOTHING` if all observations on the current path raise in it."""
        try:
            return run()
        except ThrownError:
            pass
        except PriorError as error:
            if not exceptions.is_caught(self, error.raises):
                raise
            exceptions.leave(self, self.alive, error.raises)
        self.alive = NOWHERE
        return _NOTHING

    def fork(self, condition: Scalar, then: Callable[[], None], otherwise: Callable[[], None]) -> None:
        """Run `then` or `otherwise` for their effects, each on its own path; then the paths join."""
        if not isinstance(condition, Node):
            (then if condition else otherwise)()
            return
        before = self.alive
        chosen = self.paths.both(before, self.paths.where(condition))
        self.alive = chosen
        if self.alive != NOWHERE:
            self._attempt(then)
        after = self.alive
        self.alive = self.paths.without(before, chosen)
        if self.alive != NOWHERE:
            self._attempt(otherwise)
        self.alive = self.paths.either(after, self.alive)

    def each(self, function: Callable[..., Value], *values: Value) -> Value:
        """`function(*values)`, or where some are a `Choice`, of each side on its own path."""
        place = next(
            (i for i, value in enumerate(values) if is_open(value) or isinstance(value, Unusable)), None
        )
        if place is None:
            return function(*values)
        found, before, after = self.resolved(values[place]), values[:place], values[place + 1 :]
        if isinstance(found, Unusable):
            raise PriorError(found.message, found.hint, told=found.told)
        if not isinstance(found, Choice):
            return self.each(function, *before, found, *after)
        return self.branch(
            found.condition,
            lambda: self.each(function, *before, found.then, *after),
            lambda: self.each(function, *before, found.otherwise, *after),
        )

    def on_each(self, run: Callable[[Value], None], value: Value) -> None:
        """`run(value)` for its effects, or each side of a `Choice` on its own path."""
        found = self.resolved(value)
        if isinstance(found, Choice):
            self.fork(
                found.condition,
                lambda: self.on_each(run, found.then),
                lambda: self.on_each(run, found.otherwise),
            )
        else:
            self.each(run, found)

    def truth(self, value: Value) -> Scalar:
        """`bool(value)`, a static truth value or a Boolean node."""
        result: Scalar = self.each(self._truth_of, value)
        return result

    def _truth_of(self, value: Value) -> Scalar:
        for method in ("__bool__", "__len__") if isinstance(value, Instance) else ():
            found = self.special(method, value)
            if found is not NotImplemented:
                return self.truth(found)
        return truth(self.graph, value)

    # Calls.

    def call(
        self,
        function: Function,
        positional: Sequence[Value],
        named: Mapping[str, Value],
        on_return: Callable[[Value], Value] | None = None,
    ) -> Value:
        """Run a function of the program on the current path; `on_return` converts what it returns."""
        self._check_depth(function)
        frame = Frame(function.local_names, function.frame, self.frame, self.alive, function, on_return)
        frame.declared = self._declared(function)
        for name, value in bound_arguments(function, positional, named).items():
            hold(value)
            frame.names[name] = Binding(self.alive, [Layer(self.alive, value)])
        if function.is_generator:
            frame.yielded = List([], style="iterator")
            frame.yielded.born = (self.frame, self.alive)
        with self.running(frame):
            self.execute(function.body)
            if self.alive != NOWHERE:
                self.give_back(None)
        if self.alive == NOWHERE:
            raise ThrownError
        return self.resolved(frame.yielded) if function.is_generator else frame.result

    def _check_depth(self, function: Function) -> None:
        depth = 0
        above: Frame | None = self.frame
        while above is not None:
            if above.function is function:
                raise PriorError(f"`{function.name}` calls itself: recursion is not allowed", "use a loop")
            depth, above = depth + 1, above.caller
        if depth > limits.MAX_CALL_DEPTH:
            raise PriorError("functions call each other too deeply", "call fewer helpers from helpers")

    def _declared(self, function: Function) -> dict[str, Frame]:
        """The frames of the names that a function declares `global` or `nonlocal`."""
        found: dict[str, Frame] = {}
        for name, word in function.declarations.items():
            frame: Frame | None = self.module if word == "global" else function.frame
            while frame is not None and word == "nonlocal" and name not in (frame.local_names or ()):
                frame = frame.outer
            if frame is None:
                raise PriorError(f"`nonlocal {name}`: no enclosing function has `{name}`", "assign it there")
            found[name] = frame
        return found

    def give_back(self, value: Value) -> None:
        """Return `value` from the running frame on the current path, which ends."""
        frame = self.frame
        if frame.on_return is None:
            # Those who return now go on seeing the object, whatever the others do to it.
            bindings.escape(self, value, frame.caller)
        else:
            value = self.each(frame.on_return, value)
        if isinstance(frame.result, Unusable) and frame.on_return is not None:
            value = frame.result
        elif frame.returned:
            value = merge(self.graph, self.paths.mask(self.alive), value, frame.result)
        frame.result, frame.returned = value, True
        frame.live = self.paths.without(frame.live, self.alive)
        self.alive = NOWHERE

    @contextmanager
    def running(self, frame: Frame) -> Iterator[None]:
        """Make `frame` the running one; afterwards the path is the caller's again."""
        before, alive, statement = self.frame, self.alive, self.statement
        self.frame = frame
        try:
            yield
        finally:
            frame.finished = True
            self.frame, self.alive, self.statement = before, self.unraised(alive), statement
        held = [layer.value for binding in frame.names.values() for layer in binding.layers]
        if not any(isinstance(value, Function) for value in held):
            # A function defined here may outlive the frame and see its names.
            for value in held:
                release(value)
