"""What exists before the first step and stays: the objects whose names a program remembers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from priors.translate.containers import Dict, List, Value
from priors.translate.frames import Cells, Frame
from priors.translate.nodes import is_scalar
from priors.translate.objects import Choice, Class, Function, Instance, Member, Method


@dataclass(eq=False)
class Anchors:
    """The frames, functions, classes and objects that exist before the first step, in a fixed order.

    They stay the same objects over all steps; what their names hold is remembered.
    """

    found: list[Cells] = field(default_factory=list)
    _index: dict[int, int] = field(default_factory=dict)

    def index(self, thing: Cells) -> int | None:
        """The number of `thing`, None if it was made later."""
        return self._index.get(id(thing))

    @staticmethod
    def reachable(roots: Sequence[Cells]) -> Anchors:
        """All that can be reached from `roots`."""
        anchors = Anchors()
        pending: list[Value] = list(roots)[::-1]
        seen: set[int] = set()
        while pending:
            thing = pending.pop()
            if id(thing) in seen or thing is None or is_scalar(thing):
                continue
            seen.add(id(thing))
            if isinstance(thing, Cells):
                anchors._index[id(thing)] = len(anchors.found)
                anchors.found.append(thing)
            pending += _parts(thing)[::-1]
        return anchors


def _parts(thing: Value) -> list[Value]:
    """What can be reached from `thing` in one step."""
    parts: list[Value] = []
    if isinstance(thing, Cells):
        parts += [layer.value for binding in thing.names.values() for layer in binding.layers]
    if isinstance(thing, Function):
        parts += [thing.frame, *thing.defaults.values()]
    if isinstance(thing, Frame):
        parts += [thing.outer]
    if isinstance(thing, Class):
        parts += thing.bases
    if isinstance(thing, Instance):
        parts += [thing.type]
    if isinstance(thing, Member):
        parts += [thing.enumeration]
    if isinstance(thing, Method):
        parts += [thing.function, thing.receiver]
    if isinstance(thing, (List, Dict)):
        parts += list(thing.items if isinstance(thing, List) else thing.items.values())
    if isinstance(thing, tuple):
        parts += thing
    if isinstance(thing, Choice):
        parts += [thing.then, thing.otherwise]
    return parts
