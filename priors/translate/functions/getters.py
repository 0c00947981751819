"""Functions that are made of others: `functools.partial`, `operator.itemgetter` and `attrgetter`.

What they give are objects of a class of their own, so that a program can keep them like any other object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from priors.translate import bindings, indexing, limits
from priors.translate.containers import Array, Dict, Value
from priors.translate.errors import PriorError
from priors.translate.machine import Machine
from priors.translate.nodes import Scalar, is_scalar, kind_of
from priors.translate.objects import Builtin, Class, DType, Function, Instance, Method
from priors.translate.values import describe, mapped, unwrap

Invoke = Callable[[Machine, Value, Sequence[Value], Mapping[str, Value]], Value]
"""How a function is called with its arguments."""

# No class of a program can have a name with a dot.
_PARTIAL, _ITEMS, _ATTRIBUTES = "functools.partial", "operator.itemgetter", "operator.attrgetter"
VECTORIZED = "numpy.vectorize"


def made(m: Machine, type_: Class, cells: Mapping[str, Value]) -> Instance:
    """An object of a class without methods."""
    instance = Instance(type_)
    instance.born = (m.frame, m.alive)
    for name, value in cells.items():
        bindings.set_cell(m, instance, name, value)
    return instance


def applied(
    m: Machine, function: Instance, positional: Sequence[Value], named: Mapping[str, Value], invoke: Invoke
) -> Value:
    """What one of these functions gives; NotImplemented for any other object."""
    if function.type.name not in (_PARTIAL, _ITEMS, _ATTRIBUTES, VECTORIZED):
        return NotImplemented
    cells = {name: bindings.read(m, name, binding) for name, binding in function.names.items()}
    if function.type.name == _PARTIAL:
        arguments = [*cells["args"], *positional]
        return invoke(m, cells["func"], arguments, {**cells["keywords"].items, **named})
    if function.type.name == VECTORIZED:
        return _of_entries(m, cells["func"], cells["kind"], positional, named, invoke)
    if len(positional) != 1 or named:
        raise PriorError(f"what {function.type.name} gives takes one object", "call it with the object")
    get = _entry if function.type.name == _ITEMS else _attribute
    found = tuple(m.each(lambda one, key=key: get(m, one, key), positional[0]) for key in cells["keys"])
    return found if len(found) > 1 else found[0]


def _of_entries(  # noqa: PLR0917
    m: Machine,
    func: Value,
    kind: Value,
    positional: Sequence[Value],
    named: Mapping[str, Value],
    invoke: Invoke,
) -> Value:
    """`numpy.vectorize(func)(...)`."""
    names, count = list(named), len(positional)
    kinds: set[str] = set()

    def one(*scalars: Scalar) -> Scalar:
        m.graph.spend()
        found = invoke(m, func, scalars[:count], dict(zip(names, scalars[count:], strict=True)))
        found = unwrap(found) if isinstance(found, Array) else found
        if not is_scalar(found):
            raise PriorError(f"a function for np.vectorize gives a number, not {describe(found)}")
        kinds.add(kind_of(found))
        return m.graph.cast(found, kind) if kind else found

    given = [m.graph.settle(value) for value in (*positional, *named.values())]
    result = mapped(m.graph, one, *given)
    if len(kinds) > 1 and not kind:
        raise PriorError(
            "np.vectorize takes the type of its first result for all", "return floats everywhere"
        )
    return result


def partial(m: Machine, func: Value, /, *args: Value, **keywords: Value) -> Value:
    """`functools.partial`."""
    if not isinstance(func, (Builtin, Function, Method, Class, DType, Instance)):
        raise PriorError(f"functools.partial of {describe(func)}", "give it a function or a lambda")
    cells = {"func": func, "args": tuple(args), "keywords": Dict(dict(keywords))}
    return made(m, Class(_PARTIAL, ()), cells)


def itemgetter(m: Machine, /, *items: Value) -> Value:
    """`operator.itemgetter`."""
    if not items:
        raise PriorError("operator.itemgetter of nothing", "give it an index or a key")
    return made(m, Class(_ITEMS, ()), {"keys": tuple(items)})


def attrgetter(m: Machine, /, *attrs: Value) -> Value:
    """`operator.attrgetter` of the attributes of the program's own objects."""
    if not attrs or not all(isinstance(path, str) and _is_plain(path) for path in attrs):
        raise PriorError("operator.attrgetter needs the names of attributes", "write lambda x: x.name")
    return made(m, Class(_ATTRIBUTES, ()), {"keys": tuple(attrs)})


def _is_plain(path: str) -> bool:
    names = path.split(".", maxsplit=limits.MAX_KEY_PARTS)
    return len(names) <= limits.MAX_KEY_PARTS and all(
        name.isidentifier() and not name.startswith("__") for name in names
    )


def _entry(m: Machine, owner: Value, key: Value) -> Value:
    return indexing.each_index(m, lambda index: indexing.read(m, owner, index), owner, key)


def _attribute(m: Machine, owner: Value, path: str) -> Value:
    """`owner.a.b` of the program's objects for the path "a.b"."""
    name, _, rest = path.partition(".")
    value = _own_attribute(m, owner, name)
    return m.each(lambda one: _attribute(m, one, rest), value) if rest else value


def _own_attribute(m: Machine, owner: Value, name: str) -> Value:
    if isinstance(owner, Instance):
        if name in owner.names:
            return bindings.read(m, name, owner.names[name], "AttributeError")
        for place in owner.type.order():
            if name in place.names:
                value = bindings.read(m, name, place.names[name])
                is_property = isinstance(value, Function) and value.decoration == "property"
                if is_property:
                    return m.call(value, [owner], {})
                if not isinstance(value, Function):
                    return value
    raise PriorError(f"operator.attrgetter finds no `{name}` in {describe(owner)}", "write lambda x: x.name")
