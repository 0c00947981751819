"""The keys of dicts: static, small, and checked before anything hashes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from priors.translate import limits
from priors.translate.choices import merge
from priors.translate.containers import Dict, Value
from priors.translate.errors import PriorError
from priors.translate.graph import Graph
from priors.translate.nodes import Node, Scalar, is_scalar
from priors.translate.objects import Member
from priors.translate.values import describe


def static_key(graph: Graph, key: Value) -> Any:
    """`key` as a key of Python: a number, a string, None or a short flat tuple of these."""
    if isinstance(key, tuple):
        if len(key) > limits.MAX_KEY_PARTS or any(isinstance(part, tuple) for part in key):
            raise PriorError(
                "this tuple is too large for the key of a dict",
                f"use at most {limits.MAX_KEY_PARTS} numbers or strings",
            )
        return tuple(static_key(graph, part) for part in key)
    if is_scalar(key):
        return graph.static(key, "the key of a dict")
    if isinstance(key, (str, Member)) or key is None:
        return key
    raise PriorError(f"{describe(key)} cannot be the key of a dict", "use strings or integers")


def known_key(graph: Graph, owner: Dict, key: Value) -> Any:
    """`key` as a key that `owner` has."""
    key = static_key(graph, key)
    if key not in owner.items:
        known = ", ".join(map(_short, list(owner.items)[:8]))
        hint = f"its keys are {known}" if known else "it is empty: give the key a value first"
        raise PriorError(f"the dict has no key {_short(key)}", hint, raises="KeyError")
    return key


def _short(key: Any) -> str:
    text = repr(key)
    return text if len(text) <= 40 else f"{text[:37]}..."


def contains(graph: Graph, owner: Dict, key: Value) -> Scalar:
    """`key in owner`, also for numbers that depend on the observation."""
    if not _is_dynamic(key):
        return static_key(graph, key) in owner.items
    found: Scalar = False
    for here, _ in _matches(graph, owner, key):
        found = graph.either(found, here)
    return found


def get(graph: Graph, owner: Dict, key: Value, default: Value) -> Value:
    """`owner.get(key, default)`, also for numbers that depend on the observation."""
    if not _is_dynamic(key):
        return owner.items.get(static_key(graph, key), default)
    result = default
    for here, value in _matches(graph, owner, key):
        result = merge(graph, here, value, result)
    return result


def _is_dynamic(key: Value) -> bool:
    if isinstance(key, tuple) and len(key) <= limits.MAX_KEY_PARTS:
        return any(isinstance(part, Node) and part.known is None for part in key)
    return isinstance(key, Node) and key.known is None


def _matches(graph: Graph, owner: Dict, key: Value) -> Iterator[tuple[Scalar, Value]]:
    """For each key that may be `key`, a number or a tuple with numbers, whether it is, and its value."""
    graph.spend(len(owner.items))
    parts = [part if isinstance(part, Node) else static_key(graph, part) for part in _parts(key)]
    for candidate, value in owner.items.items():
        if isinstance(candidate, tuple) != isinstance(key, tuple) or len(_parts(candidate)) != len(parts):
            continue
        same: Scalar = True
        for part, other in zip(parts, _parts(candidate), strict=True):
            numbers = is_scalar(part) and is_scalar(other)
            same = graph.both(same, graph.apply("equal", part, other) if numbers else part == other)
        if same is not False:
            yield same, value


def _parts(key: Value) -> tuple[Value, ...]:
    return key if isinstance(key, tuple) else (key,)
