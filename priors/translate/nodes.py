"""The numbers of a program: static ones of Python, and the nodes of the graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from priors.translate import limits
from priors.translate.intervals import Bounds
from priors.translate.operations import KINDS, Kind


class Node:
    """One traced scalar.

    Attributes:
        operation: a key of `OPERATIONS`, or "input", "memory", "parameter", "select", "widen".
        operands: nodes and static numbers, already of the kind that the operation wants.
        kind: "bool", "int" or "float".
        known: its value where it depends on literals alone, else None.
        bounds: an interval that holds it on every path, where it is a number; proves indices in range.
        choices: among how many fixed integers it chooses, 0 if its value is another or there are many.
        literals: the literals it depends on, a bit each (`Graph.names_of`).
        fragile: whether it, or a node it depends on, can become infinite (`Graph.guarded`).
        depth: the heaviest chain of nodes that ends with it, as `limits.DEPTHS` counts them.
    """

    __slots__ = (
        *("bounds", "choices", "depth", "fragile", "index", "kind", "known", "literals"),
        *("operands", "operation"),
    )

    def __init__(  # noqa: PLR0917
        self, index: int, operation: str, operands: tuple[Any, ...], kind: Kind, known: Any, bounds: Bounds
    ) -> None:
        self.index = index
        self.operation = operation
        self.operands = operands
        self.kind = kind
        self.known = known
        self.bounds = bounds
        self.literals, self.fragile, self.depth = 0, False, 0
        for operand in operands:
            if isinstance(operand, Node):
                self.literals |= operand.literals
                self.fragile = self.fragile or operand.fragile
                self.depth = max(self.depth, operand.depth)
        self.depth += limits.DEPTHS.get(operation, 1)
        counts = [0]
        if operation == "select" and kind == "int":
            counts = [_choices(side) for side in operands[1:]]
        self.choices: int = sum(counts) if all(counts) and sum(counts) <= limits.MAX_CHOICES else 0


Scalar = bool | int | float | Node


def _choices(side: Scalar) -> int:
    return side.choices if isinstance(side, Node) and side.known is None else 1


def is_scalar(value: Any) -> bool:
    """Whether `value` is a number of the program, static or traced."""
    return isinstance(value, (bool, int, float, Node))


def kind_of(value: Scalar) -> Kind:
    """The kind of a number, as Python would type it."""
    if isinstance(value, Node):
        return value.kind
    if isinstance(value, bool):
        return "bool"
    return "int" if isinstance(value, int) else "float"


def is_python_truth(value: Scalar) -> bool:
    """Whether a truth value is surely one of Python's own; a comparison may be NumPy's."""
    return not isinstance(value, Node) or value.operation in ("not", "truth")


def widest(kinds: Iterable[Kind]) -> Kind:
    """The kind that holds all `kinds`."""
    return max(kinds, key=KINDS.index)


def bounds_of(value: Scalar) -> Bounds:
    """The interval that a number lies in."""
    if isinstance(value, Node):
        return (0, 1) if value.kind == "bool" else value.bounds
    return float(value), float(value)
