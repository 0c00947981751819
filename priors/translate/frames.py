"""Cells and frames: names with the paths on which each was assigned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from priors.translate.containers import SERIALS, Dict, Value
from priors.translate.errors import PriorError
from priors.translate.paths import EVERYWHERE, NOWHERE, Path


@dataclass
class Layer:
    """One assignment to a name: on which path, and whether another name may hold the same object."""

    path: Path
    value: Value
    shared: bool = False


@dataclass
class Binding:
    """What a name holds: its assignments, newest first, and the paths on which it has one."""

    defined: Path
    layers: list[Layer]


@dataclass(eq=False)
class Cells:
    """Names that hold values: the local names of a frame, or the attributes of an object.

    Attributes:
        names: the binding of each name.
        born: the frame and path on which an object was made; None for frames.
    """

    names: dict[str, Binding] = field(default_factory=dict, init=False)
    born: tuple[Frame, Path] | None = field(default=None, init=False)

    def bind(self, name: str, value: Value) -> None:
        """Give `name` its first value, on every path."""
        self.names[name] = Binding(EVERYWHERE, [Layer(EVERYWHERE, value)])


@dataclass(eq=False)
class Loop:
    """The observations that left a loop by `break`, left its current turn, or ended it by the test."""

    broken: Path = NOWHERE
    continued: Path = NOWHERE
    ended: Path = NOWHERE


@dataclass(eq=False)
class Frame(Cells):
    """One activation of a function, comprehension, class body or module.

    Attributes:
        local_names: names that belong to this frame, as Python decides it from the text.
        outer: the frame in which other names are looked up.
        caller: the frame that waits for this one.
        live: the observations that have not returned from this frame.
        function: the function that runs here, None in a module, class body or comprehension.
        on_return: converts each returned value before those of several paths are merged.
        declared: names that `global` or `nonlocal` bind elsewhere, each with its frame.
        is_class: whether a class body runs here, whose names its methods do not see.
        is_comprehension: whether a comprehension runs here, whose `:=` binds names outside of it.
        yielded: of a generator, what it has yielded so far.
        result: what has been returned so far, once `returned`.
        serial: containers with a smaller one are older than the frame.
    """

    local_names: frozenset[str] | None
    outer: Frame | None
    caller: Frame | None
    live: Path
    function: Any = None
    on_return: Callable[[Value], Value] | None = None
    declared: dict[str, Frame] = field(default_factory=dict)
    is_class: bool = False
    is_comprehension: bool = False
    yielded: Value = None
    loops: list[Loop] = field(default_factory=list)
    result: Value = None
    returned: bool = False
    finished: bool = False
    serial: int = field(default_factory=SERIALS.__next__)

    def waiting(self) -> Frame:
        """This frame, or the first of its callers that still runs."""
        frame = self
        while frame.finished and frame.caller is not None:
            frame = frame.caller
        return frame

    def scope(self) -> Frame:
        """The frame whose names a function defined here sees: class bodies are passed over."""
        frame = self
        while frame.is_class and frame.outer is not None:
            frame = frame.outer
        return frame


def bound_arguments(
    function: Any, positional: Sequence[Value], named: Mapping[str, Value]
) -> dict[str, Value]:
    """The arguments of a call by name, defaults filled in."""
    arguments = function.arguments
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    bound: dict[str, Value] = dict(zip(names, positional, strict=False))
    if arguments.vararg:
        bound[arguments.vararg.arg] = tuple(positional[len(names) :])
    elif len(positional) > len(names):
        raise PriorError(
            f"`{function.name}` takes {len(names)} arguments, {len(positional)} are given",
            "pass as many as the function has",
        )
    allowed = {a.arg for a in (*arguments.args, *arguments.kwonlyargs)}
    if arguments.kwarg:
        rest = {name: value for name, value in named.items() if name not in allowed}
        bound[arguments.kwarg.arg] = Dict(rest)
        named = {name: value for name, value in named.items() if name in allowed}
    for name, value in named.items():
        if name not in allowed or name in bound:
            raise PriorError(f"`{function.name}` takes no argument `{name}` here", "check its `def` line")
        bound[name] = value
    bound = {**function.defaults, **bound}
    missing = [name for name in (*names, *(a.arg for a in arguments.kwonlyargs)) if name not in bound]
    if missing:
        raise PriorError(f"`{function.name}` needs the argument `{missing[0]}`", "pass it")
    return bound
