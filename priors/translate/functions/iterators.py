"""`iter` and `next`: an iterator is a list of the items to come."""

from __future__ import annotations

from priors.translate.containers import List, Value, iterator
from priors.translate.errors import PriorError
from priors.translate.functions.arguments import Implementation
from priors.translate.functions.endless import take
from priors.translate.functions.sequences import pop
from priors.translate.machine import Machine
from priors.translate.values import describe, is_endless, iterate


def iter_(m: Machine, iterable: Value) -> Value:
    """`iter`."""
    if isinstance(iterable, List) and (iterable.style == "iterator" or is_endless(iterable)):
        return iterable
    return iterator(iterate(m.graph, iterable))


def next_(m: Machine, source: Value, *default: Value) -> Value:
    """`next`: takes the first item out."""
    if is_endless(source):
        return take(m, source)
    if not isinstance(source, List) or source.style != "iterator":
        raise PriorError(f"{describe(source)} is no iterator", "write next(iter(x))", raises="TypeError")
    if source.items:
        return pop(m, source, 0)
    if default:
        return default[0]
    raise PriorError(
        "next() of an iterator that is at its end", "give next() a default", raises="StopIteration"
    )


BUILTINS: dict[str, Implementation] = {"iter": iter_, "next": next_}
