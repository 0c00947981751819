"""Names whose forms are told apart together, and the places of their numbers in the carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from priors.translate.forms import Form, count
from priors.translate.intervals import Bounds, hull
from priors.translate.invariants import Number
from priors.translate.nodes import widest
from priors.translate.operations import Kind

Cell = tuple[int, str]
"""A name: the number of its anchor, and what it is called there; `=x` is the default of argument x."""


class GrowthError(Exception):
    """Some lists grow at every step."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        super().__init__(cells)
        self.cells = cells


@dataclass(eq=False)
class Group:
    """Names whose forms are told apart together.

    Attributes:
        cells: the names, in the order in which they were found to change.
        forms: what their values look like, the initial form first, with what is known of each number.
        filled: how many of the forms were not found, but follow from others (`Part._fill_deques`).
    """

    cells: list[Cell] = field(default_factory=list)
    forms: dict[Form, list[Number]] = field(default_factory=dict)
    filled: int = 0

    def is_provisional(self) -> bool:
        """Whether an interval went to infinity and has yet to be narrowed."""
        return any(number.widened == 1 for numbers in self.forms.values() for number in numbers)

    def slots(self) -> Slots:
        """Where the carry holds each number; the number of the form comes first if there are several.

        Numbers of one name share their slots over all forms in which the name looks the same, or is a list of
        another length.
        """
        slots = Slots()
        if len(self.forms) > 1:
            slots.kinds.append("int")
            slots.bounds.append((0, len(self.forms) - 1))
        looks: dict[tuple[int, Form], int] = {}
        places: dict[tuple[int, int], int] = {}
        for form, numbers in self.forms.items():
            # A form is compared once, not once for each of its numbers.
            parts = [
                (looks.setdefault((cell, _family(part)), len(looks)), part) for cell, part in enumerate(form)
            ]
            keys = ((look, k) for look, part in parts for k in range(count(part)))
            row: list[int | None] = []
            for key, number in zip(keys, numbers, strict=True):
                row.append(places.setdefault(key, len(slots.kinds)) if number.remembered else None)
                slots.add(row[-1], number)
            slots.rows[form] = row
        return slots


def _family(form: Form) -> Form:
    """What forms have in common whose numbers share their slots: lists of one entry, of any length."""
    if form[0] == "list" and len(set(form[3:])) == 1:
        return form[:4]
    return form


@dataclass(eq=False)
class Slots:
    """The numbers of a carry.

    Attributes:
        kinds: of each, its kind.
        bounds: of each, its interval.
        rows: for each form, the slot of each of its numbers, None where it is not remembered.
    """

    kinds: list[Kind] = field(default_factory=list)
    bounds: list[Bounds] = field(default_factory=list)
    rows: dict[Form, list[int | None]] = field(default_factory=dict)

    def add(self, slot: int | None, number: Number) -> None:
        """Let `slot` hold `number` as well."""
        if slot is None:
            return
        if slot == len(self.kinds):
            self.kinds.append(number.kind)
            self.bounds.append(number.bounds)
        self.kinds[slot] = widest([self.kinds[slot], number.kind])
        self.bounds[slot] = hull(self.bounds[slot], number.bounds)
