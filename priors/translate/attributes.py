"""`x.name`: of modules, objects and classes of the program, functions, and values of the tables."""

from __future__ import annotations

from priors.translate import bindings, functions
from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.frames import Binding, Cells
from priors.translate.functions import records
from priors.translate.machine import Machine
from priors.translate.nodes import Scalar
from priors.translate.objects import Builtin, Class, Function, Instance, Member, Method, Module, Super
from priors.translate.paths import EVERYWHERE, NOWHERE
from priors.translate.values import describe

Owner = Cells | Super | Member


def read(machine: Machine, owner: Value, name: str) -> Value:  # noqa: PLR0911
    """`owner.name`."""
    if isinstance(owner, Module):
        return functions.member(owner, name)
    if isinstance(owner, Member):
        if name in ("name", "value"):
            return owner.name if name == "name" else owner.value
        if owner.attributes is not None and name in owner.attributes.names:
            return bindings.read(machine, name, owner.attributes.names[name])
    if not isinstance(owner, (Cells, Super, Member)):
        return functions.attribute(owner, name)
    found = _own(owner, name)
    classes = _classes(owner)
    if found is not None and not (classes and machine.paths.without(machine.alive, found.defined) != NOWHERE):
        return bindings.read(machine, name, found, "AttributeError")
    for place in classes:
        if name in place.names:
            inherited = place.names[name]
            if found is None:
                return _bound(machine, owner, bindings.read(machine, name, inherited))
            # An attribute of the object on some paths, of its class on the others.
            layers = [*found.layers, *inherited.layers]
            return bindings.read(machine, name, Binding(EVERYWHERE, layers))
    if found is not None:
        return bindings.read(machine, name, found, "AttributeError")
    special = records.member(owner, name)
    if special is not NotImplemented:
        return special
    if name == "__init__" and isinstance(owner, Super):
        return Builtin("object.__init__", lambda _m, *_, **__: None)
    raise PriorError(
        f"{_title(owner)} has no attribute `{name}`",
        "set it in __init__" if isinstance(owner, Instance) else f"set `{name}` before the policy is called",
        told=bool(machine.errors),
        raises="AttributeError",
    )


def _own(owner: Owner, name: str) -> Binding | None:
    """The attribute of the object itself; the names of a class are looked up in the order of its bases."""
    return owner.names.get(name) if isinstance(owner, Cells) and not isinstance(owner, Class) else None


def _classes(owner: Owner) -> list[Class]:
    """The classes in which an attribute of `owner` is looked up after its own."""
    if isinstance(owner, Instance):
        return owner.type.order()
    if isinstance(owner, (Class, Member)):
        return (owner if isinstance(owner, Class) else owner.enumeration).order()
    if isinstance(owner, Super):
        order = owner.receiver.type.order()
        return order[order.index(owner.after) + 1 :]
    return []


def _title(owner: Owner) -> str:
    if isinstance(owner, Instance):
        return f"the {owner.type.name}"
    if isinstance(owner, (Class, Function)):
        return f"`{owner.name}`"
    return describe(owner)


def _bound(machine: Machine, owner: Owner, value: Value) -> Value:
    """What a name of a class means for its object: functions become methods, properties are called."""
    receiver = owner.receiver if isinstance(owner, Super) else owner
    if not isinstance(value, Function) or value.decoration == "staticmethod":
        return value
    if value.decoration == "classmethod":
        return Method(value, receiver.type if isinstance(receiver, Instance) else receiver)
    if isinstance(receiver, Class):
        return value
    if value.decoration == "property":
        return machine.call(value, [receiver], {})
    return Method(value, receiver)


def write(machine: Machine, owner: Value, name: str, value: Value) -> None:
    """`owner.name = value` on the current path."""
    if not isinstance(owner, (Instance, Class, Function)):
        raise PriorError(
            f"the attributes of {describe(owner)} cannot be set", "set attributes of your own objects"
        )
    setter = _setter(machine, owner, name)
    if setter is not None:
        machine.call(setter, [owner, value], {})
    else:
        bindings.set_cell(machine, owner, name, value)


def _setter(machine: Machine, owner: Value, name: str) -> Function | None:
    """What sets the attribute `name`, if it is a property of the object's class."""
    if isinstance(owner, Instance):
        for place in owner.type.order():
            if name in place.names:
                found = bindings.read(machine, name, place.names[name])
                return found.setter if isinstance(found, Function) else None
    return None


def has(machine: Machine, owner: Value, name: str) -> Scalar:
    """`hasattr(owner, name)`."""
    if isinstance(owner, Cells):
        found = _own(owner, name)
        if any(name in place.names for place in _classes(owner)):
            return True
        if found is None:
            return False
        paths = machine.paths
        if paths.covers(found.defined, machine.alive):
            return True
        return paths.mask(paths.both(machine.alive, found.defined))
    try:
        read(machine, owner, name)
    except PriorError:
        return False
    return True


def get(machine: Machine, owner: Value, name: str, default: Value) -> Value:
    """`getattr(owner, name, default)`."""
    return machine.branch(has(machine, owner, name), lambda: read(machine, owner, name), lambda: default)
