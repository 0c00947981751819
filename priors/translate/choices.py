"""What a name holds where paths join: one value, or a choice between two."""

from __future__ import annotations

from priors.translate.containers import Array, Dict, List, Value
from priors.translate.graph import Graph
from priors.translate.nodes import Node, Scalar, is_scalar, widest
from priors.translate.objects import Builtin, Choice, DType, Marker, Member, Module
from priors.translate.values import make_array

_IMMUTABLE = (str, range, DType, Module, Builtin, Marker, Member)


def merge(graph: Graph, condition: Scalar, then: Value, otherwise: Value) -> Value:
    """What a name holds after branches that left different values in it.

    Objects that programs may change stay themselves, as the two sides of a `Choice`.
    """
    if not isinstance(condition, Node):
        return then if condition else otherwise
    if then is otherwise:
        return then
    if is_scalar(then) and is_scalar(otherwise):
        return graph.select(condition, then, otherwise)
    if isinstance(then, tuple) and isinstance(otherwise, tuple) and len(then) == len(otherwise):
        graph.spend(len(then))
        return tuple(merge(graph, condition, a, b) for a, b in zip(then, otherwise, strict=True))
    same = isinstance(then, _IMMUTABLE) and type(then) is type(otherwise) and then == otherwise
    return then if same else Choice(condition, then, otherwise)


def settle(graph: Graph, value: Value) -> Value:
    """A `Choice` between arrays of one shape, or lists of one length, as one object to read from.

    It is a copy, so it must not be changed: it is frozen.
    """
    if not isinstance(value, Choice):
        return value
    return joined(graph, value.condition, settle(graph, value.then), settle(graph, value.otherwise))


def joined(graph: Graph, condition: Node, then: Value, otherwise: Value) -> Value:
    """A frozen copy that reads as one of two containers of the same form, else their `merge`."""
    copy: Array | List | Dict
    if isinstance(then, Array) and isinstance(otherwise, Array) and _same_shape(then, otherwise):
        pairs = zip(then.data.ravel(), otherwise.data.ravel(), strict=True)
        entries = [graph.select(condition, a, b) for a, b in pairs]
        copy = make_array(graph, entries, then.data.shape, widest([then.kind, otherwise.kind]))
    elif isinstance(then, List) and isinstance(otherwise, List) and _same_form(then, otherwise):
        pairs = zip(then.items, otherwise.items, strict=True)
        graph.spend(len(then.items))
        copy = List([merge(graph, condition, a, b) for a, b in pairs], then.most, then.style)
    elif isinstance(then, Dict) and isinstance(otherwise, Dict) and _same_keys(then, otherwise):
        graph.spend(len(then.items))
        items = {k: merge(graph, condition, v, otherwise.items[k]) for k, v in then.items.items()}
        copy = Dict(items, then.factory)
    else:
        return merge(graph, condition, then, otherwise)
    copy.frozen = True
    return copy


def _same_form(a: List, b: List) -> bool:
    return (len(a.items), a.most, a.style) == (len(b.items), b.most, b.style)


def _same_keys(a: Dict, b: Dict) -> bool:
    return list(a.items) == list(b.items) and a.factory == b.factory


def _same_shape(a: Array, b: Array) -> bool:
    return a.data.shape == b.data.shape and a.mask is None and b.mask is None
