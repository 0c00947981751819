"""Names for the numeric literals of a program, under which they can be tuned.

Indices, exponents, sizes and loop bounds are no parameters. Most are left out here, by where they stand in
the text; whatever else turns out to fix a program's structure becomes a constant during the evaluation.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from priors.translate import limits


class Literals:
    """The numeric literals of a tree that can be tuned: which node is which parameter.

    A literal takes the name of what it is assigned to (`KP_THIGH`, `GAINS_0`, `GAINS_hip`), or else of
    its place and value (`line12_0.35`). A minus sign in front of it belongs to it.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._structural = set(_structural(tree))
        self._names: dict[ast.AST, str] = {}
        self.values: dict[str, float] = {}
        for node, prefix in self._candidates(tree):
            self._add(node, prefix)

    def name_of(self, node: ast.AST) -> str | None:
        """The parameter that `node` is, None if it is no liftable literal."""
        return self._names.get(node)

    def _candidates(self, tree: ast.Module) -> Iterator[tuple[ast.AST, str | None]]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                yield from _named(node.value, node.targets[0].id)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                yield from _named(node.value, node.target.id)
            elif isinstance(node, ast.arguments):
                positional = [*node.posonlyargs, *node.args]
                pairs = [*zip(reversed(positional), reversed(node.defaults), strict=False)]
                pairs += [(a, d) for a, d in zip(node.kwonlyargs, node.kw_defaults, strict=True) if d]
                for argument, default in pairs:
                    yield from _named(default, argument.arg)
        # Breadth-first order would number the lines of nested blocks last.
        rest = [node for node in ast.walk(tree) if literal_value(node) is not None]
        negated = {node.operand for node in rest if isinstance(node, ast.UnaryOp)}
        rest.sort(key=lambda node: (node.lineno, node.col_offset))  # type: ignore[attr-defined]
        yield from ((node, None) for node in rest if node not in negated)

    def _add(self, node: ast.AST, prefix: str | None) -> None:
        inner = node.operand if isinstance(node, ast.UnaryOp) else node
        if node in self._names or inner in self._names or len(self.values) >= limits.MAX_PARAMETERS:
            return
        if node in self._structural or inner in self._structural:
            return
        value = literal_value(node)
        assert value is not None
        base = prefix or f"line{node.lineno}_{value!r}"  # type: ignore[attr-defined]
        name, count = base, 1
        while name in self.values:
            count += 1
            name = f"{base}_{count}"
        self._names[node] = self._names[inner] = name
        self.values[name] = value


def literal_value(node: ast.AST) -> float | None:
    """The value of a numeric literal with or without a minus sign, None for every other node.

    Numbers that float32 cannot hold stay constants.
    """
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node, sign = node.operand, -1
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > _LARGEST:
        return None
    return sign * value


_LARGEST = 3e38

_SIZED = {
    "range",
    "zeros",
    "ones",
    "empty",
    "eye",
    "identity",
    "linspace",
    "arange",
    "reshape",
    "deque",
    "slice",
}
_SIZED |= {
    "roll",
    "repeat",
    "tile",
    "round",
    "pop",
    "insert",
    "enumerate",
    "full",
    "rotate",
    "moveaxis",
    "slice",
}
"""Functions whose integer arguments are sizes, places or counts."""

_SIZES = {"axis", "shape", "maxlen", "num", "decimals", "ndigits", "k", "n", "start"}
"""Keyword arguments that are."""


def _structural(tree: ast.AST) -> Iterator[ast.AST]:
    """The integer literals that stand where only an integer can, and the exponents."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            yield from _integers(node.slice)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            yield from _integers(node.right)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            for argument in node.args if name in _SIZED else ():
                yield from _integers(argument)
            for keyword in node.keywords:
                if keyword.arg in _SIZES:
                    yield from _integers(keyword.value)


def _integers(node: ast.AST) -> Iterator[ast.AST]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, int):
            yield part


def _named(value: ast.expr, name: str) -> Iterator[tuple[ast.AST, str]]:
    """The literals of a constant or a table of constants, called after what holds it."""
    if literal_value(value) is not None:
        yield value, name
    elif isinstance(value, (ast.List, ast.Tuple)):
        for index, item in enumerate(value.elts):
            yield from _named(item, f"{name}_{index}")
    elif isinstance(value, ast.Dict):
        for key, item in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, (str, int)):
                yield from _named(item, f"{name}_{key.value!s}")
    elif isinstance(value, ast.Call) and value.args and isinstance(value.args[0], (ast.List, ast.Tuple)):
        yield from _named(value.args[0], name)
