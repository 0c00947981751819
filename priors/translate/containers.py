"""The mutable objects of a program: lists, dicts and arrays, whose identity gives aliasing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from priors.translate.graph import Kind

Value = Any
"""A number, string, tuple, range or None, one of the classes below, or one of `values` and `objects`."""


SERIALS = itertools.count()
"""Numbers containers in the order they are made."""


@dataclass(eq=False)
class Container:
    """A mutable object.

    Attributes:
        born: the frame and path on which it was made, set by the machine: a change there is a change
            for everyone who can see it. None where unknown.
        serial: its number in the order of making; a view has its array's.
        frozen: it is a copy made for reading one of several objects, so it must not change.
        holders: how many names and containers hold it, or more than that.
        forward: a choice between objects that took its place, when its length began to depend on a test;
            whoever still holds this one reads that.
    """

    born: Any = field(default=None, init=False)
    serial: int = field(default_factory=SERIALS.__next__, init=False)
    frozen: bool = field(default=False, init=False)
    holders: int = field(default=0, init=False)
    forward: Any = field(default=None, init=False, repr=False)


@dataclass(eq=False)
class List(Container):
    """A Python list, a deque or an iterator.

    A list that grows at every step is a log: only its last entries are remembered. A set whose entries depend
    on the observation is a list too, of entries of which some may be equal.

    Attributes:
        items: its entries; of an iterator, those to come; of a count, its next number and its step.
        most: of a `collections.deque(maxlen=most)`, how many it holds at most; of a log, how many are known.
        style: which of them it is.
        consumed: of an iterator, the path on which it was run through.
    """

    items: list[Value]
    most: int | None = None
    style: Literal["list", "deque", "iterator", "cycle", "count", "log", "set"] = "list"
    consumed: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Hold the items."""
        for item in self.items:
            hold(item)


def iterator(items: list[Value]) -> List:
    """What gives `items` one after the other, once."""
    return List(items, style="iterator")


@dataclass(eq=False)
class Dict(Container):
    """A Python dict with static keys.

    Attributes:
        factory: of a `collections.defaultdict`, what makes the entries that are missing.
    """

    items: dict[Any, Value]
    factory: Value = None

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
    mask: np.ndarray | None = field(default=None, init=False)
    """Of `x[mask]`, the entries that are there; it can only be written back to `x[mask]`."""

    def view(self, data: np.ndarray) -> Array:
        """An array which shares its entries with this one."""
        view = Array(data, self.kind)
        view.born, view.serial, view.frozen = self.born, self.serial, self.frozen
        view.base = self
        return view

    def derived(self, data: np.ndarray) -> Array:
        """What NumPy made of the entries: itself, a view if it shares them, or else an array of its own."""
        if data is self.data:
            return self
        return self.view(data) if np.may_share_memory(data, self.data) else Array(data, self.kind)


def is_older(value: Value, serial: int) -> bool:
    """Whether `value` is a container made before `serial`, to which other names may refer."""
    return isinstance(value, Container) and value.serial < serial


def hold(value: Value) -> None:
    """Note that one more name or container holds `value`."""
    for container in with_bases(value):
        container.holders += 1


def release(value: Value) -> None:
    """Note that a name which held `value` is gone."""
    for container in with_bases(value):
        container.holders -= 1


def with_bases(value: Value) -> Iterator[Container]:
    """`value`, if it is a container, and the arrays that it is a view of."""
    while isinstance(value, Container):
        yield value
        value = value.base if isinstance(value, Array) else None


def containers(value: Value, spend: Callable[[int], None] = lambda _: None) -> list[Container]:
    """The mutable objects in `value`, itself included, each once; `spend` counts the entries looked at."""
    found: dict[int, Value] = {}
    pending = [value]
    while pending:
        part = pending.pop()
        if id(part) in found or not isinstance(part, (Container, tuple)):
            continue
        found[id(part)] = part
        items = contents(part)
        spend(len(items))
        pending += [item for item in items if isinstance(item, (Container, tuple))]
    return [part for part in found.values() if isinstance(part, Container)]


def contents(part: Container | tuple[Value, ...]) -> Sequence[Value]:
    """The values that a container or tuple holds; none for an array, which holds numbers alone."""
    if isinstance(part, Dict):
        return list(part.items.values())
    if isinstance(part, List):
        return part.items
    return part if isinstance(part, tuple) else ()
