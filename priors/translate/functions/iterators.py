"""`iter` and `next`: an iterator is a list of the items to come."""

from __future__ import annotations

from priors.translate.containers import List, Value
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import Implementation
from priors.translate.functions.methods import pop
from priors.translate.machine import Machine
from priors.translate.values import describe, iterate


def iter_(m: Machine, iterable: Value) -> Value:
    """`iter`."""
    if isinstance(iterable, List) and iterable.style == "iterator":
        return iterable
    return List(iterate(m.graph, iterable), style="iterator")


def next_(m: Machine, iterator: Value, *default: Value) -> Value:
    """`next`: takes the first item out."""
    if not isinstance(iterator, List) or iterator.style != "iterator":
        raise PriorError(f"{describe(iterator)} is no iterator", "write next(iter(x))", raises="TypeError")
    if iterator.items:
        return pop(m, iterator, 0)
    if default:
        return default[0]
    raise PriorError(
        "next() of an iterator that is at its end", "give next() a default", raises="StopIteration"
    )


BUILTINS: dict[str, Implementation] = {"iter": iter_, "next": next_}
