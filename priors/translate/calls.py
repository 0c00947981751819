"""Calls: of functions and classes of the program, of the tables, and of what takes a function."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from priors.translate import attributes, bindings, exceptions, functions, indexing, overloads
from priors.translate.comprehensions import Collected
from priors.translate.containers import Array, Dict, List, Value, iterator
from priors.translate.errors import PriorError
from priors.translate.frames import Frame
from priors.translate.functions import endless
from priors.translate.machine import Machine
from priors.translate.nodes import Node, is_scalar, kind_of
from priors.translate.objects import (
    Builtin,
    Choice,
    Class,
    DType,
    Function,
    Instance,
    Marker,
    Member,
    Method,
    Super,
)
from priors.translate.operators import compare
from priors.translate.state import is_open
from priors.translate.values import describe, iterate


def invoke(machine: Machine, callee: Value, positional: Sequence[Value], named: Mapping[str, Value]) -> Value:  # noqa: PLR0911
    """`callee(*positional, **named)`."""
    if isinstance(callee, Choice):
        return machine.each(lambda one: invoke(machine, one, positional, named), callee)
    if isinstance(callee, Function):
        return machine.call(callee, positional, named)
    if isinstance(callee, Method):
        return machine.call(callee.function, [callee.receiver, *positional], named)
    if isinstance(callee, Class):
        return _instantiate(machine, callee, positional, named)
    if isinstance(callee, Instance):
        found = functions.applied(machine, callee, positional, named, invoke)
        if found is not NotImplemented:
            return found
        return invoke(machine, attributes.read(machine, callee, "__call__"), positional, named)
    if isinstance(callee, DType):
        value = machine.graph.settle(positional[0]) if positional else 0
        return machine.each(lambda one: _converted(machine, callee, one), value)
    if isinstance(callee, Builtin):
        return _invoke_row(machine, callee, positional, named)
    if isinstance(callee, Marker):
        return functions.stand_in(callee, positional)
    raise PriorError(f"{describe(callee)} cannot be called", "call a function")


def _converted(machine: Machine, type_: DType, value: Value) -> Value:
    if type_.kind == "bool":
        return machine.graph.as_python(machine.truth(value))
    found = overloads.function(machine, type_.kind, value)
    return functions.convert(machine, type_, value) if found is NotImplemented else found


def _invoke_row(
    machine: Machine, callee: Builtin, positional: Sequence[Value], named: Mapping[str, Value]
) -> Value:
    if callee.receiver and callee.name.startswith("dict.") and positional and _is_open_key(positional[0]):
        return indexing.each_index(
            machine,
            lambda key: _invoke_row(machine, callee, [key, *positional[1:]], named),
            callee.receiver[0],
            positional[0],
        )
    count, names = len(positional), list(named)
    if callee.receiver and is_open(callee.receiver[0]):
        # A method that was kept in a name: its object may be another by now.
        return machine.each(
            lambda one: _invoke_row(
                machine, replace(callee, receiver=(one, *callee.receiver[1:])), positional, named
            ),
            callee.receiver[0],
        )

    def on_one(*values: Value) -> Value:
        given = dict(zip(names, values[count:], strict=True))
        if callee.receiver and is_open(callee.receiver[0]):
            # Another value of the arguments has changed its length on another path.
            return _invoke_row(machine, callee, values[:count], given)
        found = overloads.function(machine, callee.name, *values)
        if found is not NotImplemented:
            return found
        exceptions.check_domain(machine, callee.name, values)
        return functions.invoke(machine, callee, values[:count], given)

    given = [*positional, *named.values()]
    if callee.name not in functions.KEEPS_IDENTITY:
        given = [machine.graph.settle(value) for value in given]
    if callee.name in functions.TAKES_FEW:
        given = [indexing.enumerated(machine, value) for value in given]
    return machine.each(on_one, *given)


def _is_open_key(key: Value) -> bool:
    """Whether a part of a tuple, as the key of a dict, is a choice."""
    return isinstance(key, tuple) and any(isinstance(part, Choice) for part in key)


def _instantiate(
    machine: Machine, type_: Class, positional: Sequence[Value], named: Mapping[str, Value]
) -> Value:
    """A new object of a class of the program."""
    if type_.is_enum:
        if len(positional) != 1:
            raise PriorError(f"`{type_.name}(...)` needs the value of one member", "name it: {type_.name}.A")
        return _member_of(machine, type_, positional[0]) if type_.members else positional[0]
    made = Instance(type_)
    made.born = (machine.frame, machine.alive)
    names = {name for place in type_.order() for name in place.names}
    if "__init__" in names:
        invoke(machine, attributes.read(machine, made, "__init__"), positional, named)
    elif type_.fields:
        _fill_fields(machine, made, positional, named)
    elif positional or named:
        raise PriorError(f"`{type_.name}()` takes no arguments", "give the class an __init__ that does")
    if "__post_init__" in names:
        invoke(machine, attributes.read(machine, made, "__post_init__"), [], {})
    return made


def _member_of(machine: Machine, type_: Class, value: Value) -> Value:
    """`Phase(value)`: the member that has this value."""
    if isinstance(value, Member):
        return value

    def among(members: Sequence[Member]) -> Value:
        if not members:
            raise PriorError(
                f"no member of `{type_.name}` has this value", "use one of its values", raises="ValueError"
            )
        if len(members) == 1 and isinstance(value, Node) and value.known is None:
            return members[0]
        same = machine.truth(compare(machine.graph, ast.Eq(), members[0].value, value))
        return machine.branch(same, lambda: members[0], lambda: among(members[1:]))

    return machine.each(lambda _: among([*type_.members.values()]), value)


def _fill_fields(
    machine: Machine, made: Instance, positional: Sequence[Value], named: Mapping[str, Value]
) -> None:
    type_ = made.type
    if len(positional) > len(type_.fields):
        raise PriorError(f"`{type_.name}` has {len(type_.fields)} fields, {len(positional)} are given")
    given = {**dict(zip(type_.fields, positional, strict=False)), **named}
    for name in given:
        if name not in type_.fields:
            raise PriorError(f"`{type_.name}` has no field `{name}`", f"its fields are {type_.fields}")
    for name in type_.fields:
        if name in given:
            value = given[name]
        elif any(name in place.names for place in type_.order()):
            value = attributes.read(machine, type_, name)
            if isinstance(value, functions.Factory):
                value = invoke(machine, value.function, [], {})
        else:
            raise PriorError(f"`{type_.name}` needs the field `{name}`", "give it a value or a default")
        bindings.set_cell(machine, made, name, value)


# What cannot be a row of a table, for it needs the caller's frame, attributes, or calls a function.


def _super(machine: Machine, *_: Value) -> Value:
    frame: Frame | None = machine.frame
    while frame is not None and not isinstance(frame.function, Function):
        frame = frame.outer
    function = frame.function if frame is not None else None
    if frame is None or function is None or function.owner is None or not function.arguments.args:
        raise PriorError("super() outside of a method", "call the function by name")
    receiver = bindings.lookup(machine, function.arguments.args[0].arg)
    if not isinstance(receiver, Instance):
        raise PriorError("super() needs an object", "use it in a method")
    return Super(receiver, function.owner)


def _name_of(name: Value) -> str:
    if not isinstance(name, str) or name.startswith("__"):
        raise PriorError("the name of an attribute must be a plain string", "write obj.name")
    return name


def _hasattr(machine: Machine, owner: Value, name: Value) -> Value:
    return machine.each(lambda one, its: attributes.has(machine, one, _name_of(its)), owner, name)


def _getattr(machine: Machine, owner: Value, name: Value, *default: Value) -> Value:
    def get(one: Value, its: Value) -> Value:
        if default:
            return attributes.get(machine, one, _name_of(its), default[0])
        return attributes.read(machine, one, _name_of(its))

    return machine.each(get, owner, name)


def _setattr(machine: Machine, owner: Value, name: Value, value: Value) -> Value:
    machine.on_each(lambda one: attributes.write(machine, one, _name_of(name), value), owner)


def _isinstance(machine: Machine, value: Value, types: Value) -> Value:
    several = types if isinstance(types, tuple) else (types,)
    return machine.each(lambda one: any(is_a(one, type_) for type_ in several), value)


def is_a(value: Value, type_: Value) -> bool:
    """`isinstance(value, type_)`."""
    if isinstance(type_, Class):
        if isinstance(value, Member):
            return type_ in value.enumeration.order()
        return isinstance(value, Instance) and type_ in value.type.order()
    if isinstance(type_, DType):
        kinds = {"int": ("int", "bool"), "float": ("float",), "bool": ("bool",)}
        return is_scalar(value) and kind_of(value) in kinds[type_.kind]
    name = type_.name if isinstance(type_, (Builtin, Marker)) else ""
    known: dict[str, tuple[type, ...]] = {
        "list": (List,),
        "tuple": (tuple,),
        "dict": (Dict,),
        "str": (str,),
        "numpy.ndarray": (Array,),
    }
    if name not in known:
        raise PriorError(f"isinstance() does not know {describe(type_)}", "leave the test out")
    return isinstance(value, known[name])


def _map(machine: Machine, function: Value, *iterables: Value) -> Value:
    settled = [machine.graph.settle(column) for column in iterables]
    endless.check_ends(settled)
    rows = zip(*endless.pulls(machine, settled), strict=False)
    return iterator([invoke(machine, function, row, {}) for row in rows])


def _filter(machine: Machine, function: Value, iterable: Value) -> Value:
    def over(source: Value) -> Value:
        kept = Collected(machine)
        for item in iterate(machine.graph, source):
            test = machine.truth(item if function is None else invoke(machine, function, [item], {}))
            machine.fork(test, lambda item=item: kept.add(item), lambda: None)  # type: ignore[misc]
        return kept.value("iterator")

    return machine.each(over, machine.graph.settle(iterable))


def _callable(machine: Machine, value: Value) -> Value:
    return isinstance(value, (Function, Method, Class, Builtin, DType)) or (
        isinstance(value, Instance) and attributes.has(machine, value, "__call__") is True
    )


def _best(machine: Machine, operation: str, values: Sequence[Value], named: Mapping[str, Value]) -> Value:
    """`max(values, key=key)` or `min`."""
    if len(values) != 1:
        return _best_of(machine, operation, list(values), named)
    return machine.each(
        lambda one: _best_of(machine, operation, iterate(machine.graph, one), named),
        machine.graph.settle(values[0]),
    )


def _best_of(machine: Machine, operation: str, items: list[Value], named: Mapping[str, Value]) -> Value:
    """The first of the best items."""
    key = named["key"]
    if not items and "default" in named:
        return named["default"]
    if not items:
        raise PriorError(
            "the best of nothing", "give it at least one value, or a default", raises="ValueError"
        )
    best, score = items[0], invoke(machine, key, [items[0]], {})
    for item in items[1:]:
        other = invoke(machine, key, [item], {})
        better = machine.graph.apply(operation, other, score)
        best = machine.branch(better, lambda item=item: item, lambda best=best: best)  # type: ignore[misc]
        score = machine.graph.select(better, other, score)
    return best


SPECIAL: dict[str, Callable[..., Value]] = {
    "super": _super,
    "hasattr": _hasattr,
    "getattr": _getattr,
    "setattr": _setattr,
    "isinstance": _isinstance,
    "map": _map,
    "filter": _filter,
    "callable": _callable,
}


def call(machine: Machine, node: ast.Call) -> Value:
    """A call, by whatever name; those of `functions.DROPPED` do nothing."""
    if isinstance(node.func, ast.Name) and node.func.id in functions.DROPPED:
        machine.notes.append(f"line {node.lineno}: `{node.func.id}` does nothing here and was dropped")
        return None
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    special = SPECIAL.get(name) if not bindings.is_bound(machine, name) else None
    callee = None if special else machine.evaluate(node.func)
    if isinstance(callee, Marker) and callee.name == "logger":
        machine.notes.append(f"line {node.lineno}: logging does nothing here and was dropped")
        return callee
    positional = items(machine, node.args)
    named: dict[str, Value] = {}
    for keyword in node.keywords:
        value = machine.evaluate(keyword.value)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, Dict) and all(isinstance(key, str) for key in value.items):
            named |= value.items
        else:
            raise PriorError("** needs a dict with names as keys", "name each argument").at(node)
    if special is not None:
        try:
            return special(machine, *positional, **named)
        except TypeError:
            raise PriorError(f"{name}() does not take these arguments", "check its arguments") from None
    if "key" in named and isinstance(callee, Builtin) and callee.name in ("max", "min"):
        operation = "greater" if callee.name == "max" else "less"
        return _best(machine, operation, positional, named)
    return invoke(machine, callee, positional, named)


def items(machine: Machine, nodes: Sequence[ast.expr]) -> list[Value]:
    """The values of a display or of arguments, starred ones unpacked."""
    found: list[Value] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            found += iterate(machine.graph, machine.evaluate(node.value))
        else:
            found.append(machine.evaluate(node))
        functions.check_size(len(found))
    return found
