"""What a program remembers, taken apart into a form and numbers, and put together again.

A form is everything that is no number: which names exist, lengths, strings, None, which object is which.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from priors.translate import bindings, limits
from priors.translate.anchors import Anchors
from priors.translate.containers import Array, Container, Dict, List, Value, hold
from priors.translate.errors import PriorError
from priors.translate.frames import Binding, Cells
from priors.translate.nodes import Scalar, is_scalar
from priors.translate.objects import Builtin, Choice, Instance, Member, Method
from priors.translate.paths import EVERYWHERE, NOWHERE, Path
from priors.translate.state import State
from priors.translate.values import describe, object_array, whole

Form = tuple[Any, ...]

MISSING = "missing"
"""The form of a name that does not exist yet."""


def count(form: Form) -> int:
    """How many numbers a value of this form holds."""
    kind, *rest = form
    if kind == "number":
        return 1
    if kind == "array":
        return math.prod(rest[0])
    if kind == "instance":
        return sum(count(part) for _, part in rest[1:])
    parts = {"tuple": rest, "slice": rest, "method": rest, "list": rest[2:], "dict": rest[2:]}.get(kind, [])
    return sum(map(count, parts))


class UndecidedError(Exception):
    """On this part of the current path the form is another than on the rest."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


class Taking:
    """Takes values apart on the current path, all in one, so that shared objects stay shared."""

    def __init__(self, state: State, anchors: Anchors) -> None:
        self._state = state
        self._anchors = anchors
        self._seen: dict[int, int] = {}
        self._arrays: list[Array] = []
        self._logs: set[int] = set()
        self.objects: list[Container] = []
        self.numbers: list[Scalar] = []

    def named(self, name: str, binding: Binding | None, last: int | None = None) -> Form:
        """As `binding`; an error says which name it is about. Of a log the `last` entries are kept."""
        try:
            return self.binding(name, binding, last)
        except PriorError as error:
            error.about = error.about or name.removeprefix("=")
            raise

    def binding(self, name: str, binding: Binding | None, last: int | None = None) -> Form:
        """The form of what a name holds."""
        state = self._state
        if binding is None or not state.paths.meet(binding.defined, state.alive):
            return (MISSING,)
        if not state.paths.covers(binding.defined, state.alive):
            raise UndecidedError(binding.defined)
        value = state.resolved(bindings.merged(state, binding, name))
        if last is not None and isinstance(value, List) and len(value.items) > last:
            self._check_alone(value)
            value = List(value.items[-last:], last, "log")
        return self.value(value)

    def _check_alone(self, log: List) -> None:
        """Refuse a log that two names hold: what is kept of it is a list for each of them."""
        if id(log) in self._seen or id(log) in self._logs:
            raise PriorError("a list that grows at every step is held by two names", "keep it in one place")
        self._logs.add(id(log))

    def value(self, value: Value) -> Form:  # noqa: PLR0911
        """The form of a value; its numbers go to `numbers`."""
        state = self._state
        state.graph.spend()
        value = state.resolved(value)
        if isinstance(value, Choice):
            raise UndecidedError(state.paths.where(value.condition))
        if is_scalar(value):
            self.numbers.append(value)
            return ("number",)
        if isinstance(value, tuple):
            return ("tuple", *map(self.value, value))
        if isinstance(value, Method):
            return ("method", self.value(value.function), self.value(value.receiver))
        if isinstance(value, Member):
            return ("member", self.value(value.enumeration), value.name)
        if isinstance(value, Cells) and self._anchors.index(value) is not None:
            return ("anchor", self._anchors.index(value))
        if isinstance(value, (Container, Instance)):
            if isinstance(value, List) and id(value) in self._logs:
                self._check_alone(value)
            if id(value) in self._seen:
                return ("again", self._seen[id(value)])
            self._seen[id(value)] = len(self._seen)
            return self._object(value)
        if isinstance(value, slice):
            return ("slice", *map(self.value, (value.start, value.stop, value.step)))
        bound = isinstance(value, Builtin) and value.receiver
        if bound or isinstance(value, Cells):
            raise PriorError(
                f"{describe(value)} made at one step cannot be kept for the next",
                "define it outside the policy, and keep numbers, strings, lists, dicts or arrays",
            )
        return ("constant", value)

    def _key(self, key: Any) -> Any:
        return self.value(key) if isinstance(key, Member) else key

    def _object(self, value: Container | Instance) -> Form:
        if isinstance(value, Instance):
            children = [(name, self.binding(name, value.names[name])) for name in value.names]
            return ("instance", self.value(value.type), *children)
        self.objects.append(value)
        if isinstance(value, List):
            return ("list", value.most, value.style, *map(self.value, value.items))
        if isinstance(value, Dict):
            keys, factory = tuple(map(self._key, value.items)), self.value(value.factory)
            return ("dict", keys, factory, *map(self.value, value.items.values()))
        assert isinstance(value, Array)
        self._check_own(whole(value))
        self.numbers += list(value.data.ravel())
        self._state.graph.spend(value.data.size)
        return ("array", value.data.shape, value.kind)

    def _check_own(self, value: Array) -> None:
        if any(np.may_share_memory(value.data, other.data) for other in self._arrays if value.data.size):
            raise PriorError(
                "two views of one array cannot both be kept for the next step", "keep the array, or a .copy()"
            )
        self._arrays.append(value)


class Building:
    """Puts values together from their form and numbers, as they are at the start of a step on `path`."""

    def __init__(self, state: State, anchors: Anchors, numbers: Sequence[Scalar], path: Path) -> None:
        self._state = state
        self._anchors = anchors
        self._numbers = iter(numbers)
        self._made: list[Value] = []
        self._born = (state.module, path)

    def value(self, form: Form) -> Value:  # noqa: PLR0911
        """The value of a form, the inverse of `Taking.value`."""
        kind, *rest = form
        if kind == "number":
            return next(self._numbers)
        if kind in ("tuple", "slice"):
            return (tuple if kind == "tuple" else _slice)(map(self.value, rest))
        if kind == "method":
            return Method(self.value(rest[0]), self.value(rest[1]))
        if kind == "anchor":
            return self._anchors.found[rest[0]]
        if kind == "member":
            return self.value(rest[0]).members[rest[1]]
        if kind == "again":
            return self._made[rest[0]]
        return rest[0] if kind == "constant" else self._object(kind, rest)

    def _object(self, kind: str, rest: list[Any]) -> Value:
        place = len(self._made)
        self._made.append(None)
        made: Container | Instance
        # An object is known before its parts are made: they may refer to it.
        if kind == "instance":
            made = self._made[place] = Instance(self.value(rest[0]))
            for name, part in rest[1:]:
                if part != (MISSING,):
                    made.bind(name, self.value(part))
        elif kind == "list":
            made = self._made[place] = List([], rest[0], rest[1])
            for part in rest[2:]:
                made.items.append(_held(self.value(part)))
        elif kind == "dict":
            made = self._made[place] = Dict({}, self.value(rest[1]))
            for key, part in zip(rest[0], rest[2:], strict=True):
                made.items[self._key(key)] = _held(self.value(part))
        else:
            shape, kind_of_numbers = rest
            entries = [next(self._numbers) for _ in range(math.prod(shape))]
            data = object_array(self._state.graph, entries, shape)
            made = self._made[place] = Array(data, kind_of_numbers)
        made.born = self._born
        return made

    def _key(self, key: Any) -> Any:
        return self.value(key) if isinstance(key, tuple) and key[:1] == ("member",) else key


def _slice(bounds: Iterable[Value]) -> slice:
    return slice(*bounds)


def _held(value: Value) -> Value:
    hold(value)
    return value


Case = tuple[Path, list[Scalar]]


Named = tuple[str, Binding | None, int | None]
"""A name, what it holds, and of a log how many entries are kept."""


def cases(state: State, anchors: Anchors, named: Sequence[Named]) -> dict[Form, Case]:
    """The forms that names have now, each with its path and numbers.

    Raises:
        PriorError: there are too many.
    """
    found: dict[Form, Case] = {}
    pending = [EVERYWHERE]
    turns = 0
    while pending:
        turns += 1
        if turns > 4 * limits.MAX_ALL_FORMS or len(found) > limits.MAX_ALL_FORMS:
            raise PriorError(
                "what the policy remembers has too many forms: lengths of lists, strings, None or a value",
                "keep a fixed number of values, for example a list of fixed length",
                fatal=True,
            )
        path = state.alive = pending.pop()
        taking = Taking(state, anchors)
        try:
            form = tuple(taking.named(*one) for one in named)
        except UndecidedError as undecided:
            sides = (state.paths.without(path, undecided.path), state.paths.both(path, undecided.path))
            pending += [side for side in sides if side != NOWHERE]
            continue
        numbers = taking.numbers
        if form in found:
            before, others = found[form]
            condition, path = state.paths.mask(path), state.paths.either(path, before)
            numbers = [state.graph.select(condition, a, b) for a, b in zip(numbers, others, strict=True)]
        found[form] = (path, numbers)
    state.alive = EVERYWHERE
    return found
