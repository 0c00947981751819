"""The methods by which objects of a program take part in Python's syntax."""

from __future__ import annotations

import ast

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
}
"""`a + b` is `a.__add__(b)`, or else `b.__radd__(a)`; `a += b` is `a.__iadd__(b)` first."""

UNARY: dict[type[ast.unaryop], str] = {ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__"}

COMPARE: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("__eq__", "__eq__"),
    ast.NotEq: ("__ne__", "__ne__"),
    ast.Lt: ("__lt__", "__gt__"),
    ast.LtE: ("__le__", "__ge__"),
    ast.Gt: ("__gt__", "__lt__"),
    ast.GtE: ("__ge__", "__le__"),
}
"""The method of the left side, and that of the right side where the left one has none."""

FUNCTIONS = {"abs": "__abs__", "len": "__len__", "float": "__float__", "int": "__int__", "round": "__round__"}
"""Functions of Python that ask their argument for the answer."""

NAMES = frozenset(
    {
        *(f"__{prefix}{name}__" for name in BINARY.values() for prefix in ("", "r", "i")),
        *UNARY.values(),
        *(name for pair in COMPARE.values() for name in pair),
        *FUNCTIONS.values(),
        *("__bool__", "__contains__", "__getitem__", "__setitem__", "__iter__", "__next__", "__hash__"),
        *("__init__", "__call__", "__post_init__", "__name__", "__repr__", "__str__", "__slots__", "__all__"),
        *("__doc__", "__format__", "__version__", "__author__", "__enter__", "__exit__"),
    }
)
"""The names with two underscores that a program may use."""

PRINTING = {"__repr__", "__str__", "__format__"}
"""Methods that are never called: nothing is printed."""
