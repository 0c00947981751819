"""Which names belong to a function, as Python decides it from the text."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

_COMPREHENSIONS = (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
_SCOPES = (ast.FunctionDef, ast.ClassDef, ast.Lambda, *_COMPREHENSIONS)


class Scopes:
    """What the text of a program says about each of its functions, worked out once for all rounds."""

    def __init__(self) -> None:
        self._found: dict[ast.AST, tuple[frozenset[str], dict[str, str]]] = {}
        self._generators: dict[ast.AST, bool] = {}

    def of(self, node: ast.FunctionDef | ast.Lambda) -> tuple[frozenset[str], dict[str, str]]:
        """The local names of a function, and those it declares `global` or `nonlocal`."""
        if node not in self._found:
            body = node.body if isinstance(node, ast.FunctionDef) else [ast.Expr(node.body)]
            self._found[node] = assigned_names(body, node.args), declarations(body)
        return self._found[node]

    def is_generator(self, node: ast.FunctionDef) -> bool:
        """Whether a function has a `yield` of its own."""
        if node not in self._generators:
            self._generators[node] = _has_yield(node)
        return self._generators[node]


def _has_yield(function: ast.FunctionDef) -> bool:
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, _SCOPES):
            pending += ast.iter_child_nodes(node)
    return False


def assigned_names(body: Sequence[ast.stmt], arguments: ast.arguments) -> frozenset[str]:
    """The local names of a function."""
    names = {argument.arg for argument in ast.walk(arguments) if isinstance(argument, ast.arg)}
    names = names.union(*(stored_names(statement) for statement in body))
    return frozenset(names - declarations(body).keys())


def stored_names(node: ast.AST) -> set[str]:
    """The names that a statement binds in its own scope."""
    return set(_stored(node))


def _stored(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    if isinstance(node, _COMPREHENSIONS):
        # `:=` in a comprehension binds a name around it.
        yield from (part.target.id for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
    if isinstance(node, _SCOPES):
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).split(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    for child in ast.iter_child_nodes(node):
        yield from _stored(child)


def changed_names(node: ast.AST) -> set[str]:
    """The names of objects that a statement may change: `x[i] = ...`, `x.append(...)`."""
    found: set[str] = set()
    for part in ast.walk(node):
        target = part.func if isinstance(part, ast.Call) else part
        stores = isinstance(getattr(part, "ctx", None), (ast.Store, ast.Del)) or isinstance(part, ast.Call)
        if (
            stores
            and isinstance(target, (ast.Subscript, ast.Attribute))
            and isinstance(target.value, ast.Name)
        ):
            found.add(target.value.id)
    return found


def declarations(body: Sequence[ast.stmt]) -> dict[str, str]:
    """The names that a function declares `global` or `nonlocal`, each with which of them."""
    found: dict[str, str] = {}
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            word = "global" if isinstance(node, ast.Global) else "nonlocal"
            found |= dict.fromkeys(node.names, word)
        if not isinstance(node, _SCOPES):
            pending += ast.iter_child_nodes(node)
    return found
