"""`itertools.cycle` and `count`, which never end: the items they give next, one after the other.

A cycle is a list that turns, a count its next number and its step; `zip`, `islice` and `next` take from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from priors.translate import mutation
from priors.translate.containers import List, Value
from priors.translate.errors import PriorError
from priors.translate.machine import Machine
from priors.translate.values import elementwise, is_endless, iterate


def cycle(m: Machine, iterable: Value) -> Value:
    """`itertools.cycle`."""
    items = iterate(m.graph, iterable)
    if not items:
        raise PriorError("itertools.cycle of nothing", "give it at least one item")
    return List(items, style="cycle")


def count(_m: Machine, start: Value = 0, step: Value = 1) -> Value:
    """`itertools.count`."""
    return List([start, step], style="count")


def take(m: Machine, source: List) -> Value:
    """The next item of what never ends, which moves on."""
    mutation.check_mutable(source)
    items = source.items
    m.graph.spend(len(items))
    if source.style == "cycle":
        moved = [*items[1:], items[0]]
    else:
        moved = [elementwise(m.graph, "add", *items), items[1]]
    first = items[0]
    items[:] = [mutation.updated(m, source, new, old) for new, old in zip(moved, items, strict=True)]
    return first


def pulls(
    m: Machine, iterables: Sequence[Value], items: Callable[[Any, Value], Any] = iterate
) -> list[Iterator[Value]]:
    """For each of `iterables`, what gives its items when asked; one iterator named twice gives each once."""
    opened: dict[int, Iterator[Value]] = {}
    columns = []
    for one in iterables:
        once = isinstance(one, List) and (one.style == "iterator" or is_endless(one))
        if not once or id(one) not in opened:
            opened[id(one)] = _taken(m, one) if is_endless(one) else iter(items(m.graph, one))
        columns.append(opened[id(one)])
    return columns


def check_ends(iterables: Sequence[Value]) -> None:
    """Refuse to run through several iterators at once of which none ends."""
    if iterables and all(map(is_endless, iterables)):
        raise PriorError("this never ends", "zip it with a list or a range")


def _taken(m: Machine, source: List) -> Iterator[Value]:
    while True:
        yield take(m, source)
