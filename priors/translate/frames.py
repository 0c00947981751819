"""Frames: the names of a running function, with the paths on which each was assigned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from priors.translate.containers import SERIALS, Value
from priors.translate.errors import PriorError
from priors.translate.paths import NOWHERE, Path
from priors.translate.values import Function


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
class Loop:
    """The observations that left a loop, and those that left its current turn."""

    broken: Path = NOWHERE
    continued: Path = NOWHERE


@dataclass(eq=False)
class Frame:
    """One activation of a function, comprehension or module.

    Attributes:
        local_names: names that belong to this frame, as Python decides it from the text.
        outer: the frame in which other names are looked up.
        caller: the frame that waits for this one.
        live: the observations that have not returned from this frame.
        function: the function that runs here, None in a module or comprehension.
        on_return: converts each returned value before those of several paths are merged.
        result: what has been returned so far, once `returned`.
        serial: containers with a smaller one are older than the frame.
    """

    local_names: frozenset[str] | None
    outer: Frame | None
    caller: Frame | None
    live: Path
    function: Function | None = None
    on_return: Callable[[Value], Value] | None = None
    names: dict[str, Binding] = field(default_factory=dict)
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


def bound_arguments(
    function: Function, positional: Sequence[Value], named: Mapping[str, Value]
) -> dict[str, Value]:
    """The arguments of a call by name, defaults filled in."""
    arguments = function.arguments
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    if len(positional) > len(names):
        raise PriorError(
            f"`{function.name}` takes {len(names)} arguments, {len(positional)} are given",
            "pass as many as the function has",
        )
    bound = dict(zip(names, positional, strict=False))
    allowed = {a.arg for a in (*arguments.args, *arguments.kwonlyargs)}
    for name, value in named.items():
        if name not in allowed or name in bound:
            raise PriorError(f"`{function.name}` takes no argument `{name}` here", "check its `def` line")
        bound[name] = value
    bound = {**function.defaults, **bound}
    missing = [name for name in (*names, *(a.arg for a in arguments.kwonlyargs)) if name not in bound]
    if missing:
        raise PriorError(f"`{function.name}` needs the argument `{missing[0]}`", "pass it")
    return bound
