"""The mutable objects of a program: who holds them, and which of them stand for others.

Branches on the observation leave several objects in one name. What the name then holds is a merged copy,
which must not hide a change of theirs, nor they one of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from priors.translate.graph import Kind

Value = Any
"""A number, string, tuple, range or None, or one of the classes below."""


SERIALS = itertools.count()
"""Numbers containers in the order they are made."""


@dataclass(eq=False)
class Container:
    """A mutable object.

    Attributes:
        born: the frame and path on which it was made, set by the machine: a change there is a change
            for everyone who can see it. None where unknown.
        serial: its number in the order of making; a view has its array's.
        frozen: it is a copy that stands for one of several older objects, so it must not change.
        holders: how many names and containers hold it, or more than that.
        twins: copies that stand for this object or another, or the objects that this copy stands for.
        stale: a twin was changed, so that reading this would miss the change.
    """

    born: Any = field(default=None, init=False)
    serial: int = field(default_factory=SERIALS.__next__, init=False)
    frozen: bool = field(default=False, init=False)
    holders: int = field(default=0, init=False)
    twins: list[list[Container]] = field(default_factory=list, init=False, repr=False)
    stale: bool = field(default=False, init=False)


@dataclass(eq=False)
class List(Container):
    """A Python list."""

    items: list[Value]

    def __post_init__(self) -> None:
        """Hold the items."""
        for item in self.items:
            hold(item)


@dataclass(eq=False)
class Dict(Container):
    """A Python dict with static keys."""

    items: dict[Any, Value]

    def __post_init__(self) -> None:
        """Hold the values."""
        for item in self.items.values():
            hold(item)


@dataclass(eq=False)
class Array(Container):
    """A NumPy array of numbers: an object array of scalars, so that slices are views as in NumPy."""

    data: np.ndarray
    kind: Kind
    base: Array | None = field(default=None, init=False)
    """What it is a view of."""

    def view(self, data: np.ndarray) -> Array:
        """An array which shares its entries with this one."""
        view = Array(data, self.kind)
        view.born, view.serial, view.frozen = self.born, self.serial, self.frozen
        view.base = self
        return view


def is_older(value: Value, serial: int) -> bool:
    """Whether `value` is a container made before `serial`, to which other names may refer."""
    return isinstance(value, Container) and value.serial < serial


def hold(value: Value) -> None:
    """Note that one more name or container holds `value`."""
    for container in _with_bases(value):
        container.holders += 1


def release(value: Value) -> None:
    """Note that a name which held `value` is gone."""
    for container in _with_bases(value):
        container.holders -= 1


def _with_bases(value: Value) -> Iterator[Container]:
    while isinstance(value, Container):
        yield value
        value = value.base if isinstance(value, Array) else None


def is_stale(value: Value) -> bool:
    """Whether something in `value` misses a change."""
    return any(part.stale for container in containers(value) for part in _with_bases(container))


def link(copy: Value, serial: int, originals: Sequence[Value], holders: int) -> None:
    """Note that `copy`, what of it is newer than `serial`, stands for `originals`.

    Only originals with more than `holders` count: no one else can see a change of the others.
    """
    found = [part for value in originals for inner in containers(value) for part in _with_bases(inner)]
    shared = [part for part in found if part.holders > holders]
    made = [part for part in containers(copy) if part.serial > serial] if shared else []
    for part in made:
        part.twins.append(shared)
    for part in shared:
        part.twins.append(made)


def mark_twins_stale(changed: Container) -> bool:
    """Note a change of `changed`, which those linked with it miss; whether there are any."""
    found = False
    for part in _with_bases(changed):
        for group in part.twins:
            for twin in group:
                twin.stale = found = True
            # Once is enough, and a program may change a thousand entries a thousand times.
            group.clear()
        part.twins.clear()
    return found


def freeze(value: Value, serial: int) -> None:
    """Freeze the mutable objects in `value` which were made after `serial`: copies of older ones."""
    for container in containers(value):
        if container.serial > serial:
            container.frozen = True


def containers(value: Value, spend: Callable[[int], None] = lambda _: None) -> list[Container]:
    """The mutable objects in `value`, itself included, each once; `spend` counts the entries looked at."""
    found: dict[int, Value] = {}
    pending = [value]
    while pending:
        part = pending.pop()
        if id(part) in found or not isinstance(part, (Container, tuple)):
            continue
        found[id(part)] = part
        items = _items(part)
        spend(len(items))
        pending += [item for item in items if isinstance(item, (Container, tuple))]
    return [part for part in found.values() if isinstance(part, Container)]


def _items(part: Container | tuple[Value, ...]) -> Sequence[Value]:
    if isinstance(part, Dict):
        return list(part.items.values())
    if isinstance(part, List):
        return part.items
    return part if isinstance(part, tuple) else ()
