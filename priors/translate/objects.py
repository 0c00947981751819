"""What a program defines or imports: functions, classes, instances, modules."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.frames import Cells, Frame
from priors.translate.nodes import Node
from priors.translate.operations import Kind


@dataclass(eq=False)
class Function(Cells):
    """A function of the program, with the frame that it closes over; its cells are its attributes.

    Attributes:
        setter: of a property, what sets it.
        is_generator: its result is an iterator over what it yields.
        declarations: names that the body declares `global` or `nonlocal`, each with which of them.
        owner: the class whose method it is.
        decoration: "property", "staticmethod", "classmethod" or an empty string.
    """

    name: str
    arguments: ast.arguments
    body: list[ast.stmt]
    frame: Frame
    defaults: dict[str, Value]
    local_names: frozenset[str]
    declarations: dict[str, str] = field(default_factory=dict)
    owner: Class | None = None
    decoration: str = ""
    is_generator: bool = False
    setter: Function | None = None


@dataclass(eq=False)
class Class(Cells):
    """A class of the program; its cells are the names of its body.

    Attributes:
        fields: the names that a dataclass or NamedTuple initialises, in order.
        is_tuple: its objects are tuples of their fields, as those of a NamedTuple.
        is_enum: its names are members.
        members: of an Enum, its members. Those of an IntEnum or StrEnum are their values instead.
    """

    name: str
    bases: tuple[Class, ...]
    fields: tuple[str, ...] = ()
    is_tuple: bool = False
    is_enum: bool = False
    members: dict[str, Member] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Work out the order in which names are looked up, by Python's C3 linearisation."""
        pending = [list(base.order()) for base in self.bases] + [list(self.bases)]
        self._order: list[Class] = [self]
        while pending := [line for line in pending if line]:
            heads = (line[0] for line in pending if not any(line[0] in other[1:] for other in pending))
            head = next(heads, None)
            if head is None:
                raise PriorError(f"the bases of `{self.name}` have no common order", "use one base class")
            self._order.append(head)
            pending = [[other for other in line if other is not head] for line in pending]

    def order(self) -> list[Class]:
        """This class and its bases, in the order in which names are looked up."""
        return self._order


@dataclass(eq=False)
class Instance(Cells):
    """An object of a class of the program; its cells are its attributes."""

    type: Class


@dataclass(frozen=True)
class Member:
    """A member of an Enum, one object for each name; equal in all rounds of a translation."""

    path: str
    name: str
    enumeration: Class = field(compare=False)
    value: Value = field(compare=False)
    attributes: Instance | None = field(default=None, compare=False)
    """Where its `__init__` has put what it made of the value."""


@dataclass(frozen=True)
class Method:
    """A function of the program bound to its first argument."""

    function: Function
    receiver: Value


@dataclass(frozen=True)
class Super:
    """`super()` in a method: attributes are looked up behind `after` in the order of the receiver's class."""

    receiver: Instance
    after: Class


@dataclass(frozen=True)
class Module:
    """An imported module, `path` being its canonical dotted name."""

    path: str


@dataclass(frozen=True)
class Builtin:
    """A row of the function table, or a method bound to its receiver."""

    name: str
    implementation: Callable[..., Value]
    receiver: tuple[Value, ...] = ()


@dataclass(frozen=True)
class DType:
    """A number type passed as a value, such as `np.float32`, which computes like all of its kind.

    Attributes:
        name: how NumPy calls it, which only its largest and least numbers depend on.
    """

    kind: Kind
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Marker:
    """A name that stands for itself: a type of `typing`, a decorator, a base class."""

    name: str


@dataclass(frozen=True, eq=False)
class At:
    """`x.at`, or with an index `x.at[index]`: the functional updates of jax.numpy."""

    array: Value
    index: Value = None


@dataclass(frozen=True)
class Unusable:
    """A value that must not be read; `message` and `hint` are the error of whoever does.

    Attributes:
        told: an error has been reported where it was made, so reading it adds no other.
    """

    message: str
    hint: str
    told: bool = False


@dataclass(frozen=True, eq=False)
class Choice:
    """One of two values, as `condition` decides: what no select can hold.

    That is None or a number, two strings, lists of different lengths, or two objects that programs may
    change. Rules do not see it: the machine applies them to each value on its own path (`Machine.each`).
    """

    condition: Node
    then: Value
    otherwise: Value


class Cases(Choice):
    """The fixed integers or truth values that an index can be: kept apart, where `merge` would join them."""
