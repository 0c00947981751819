"""Decorators: those that say what a function is, those without effect on numbers, and the program's own."""

from __future__ import annotations

import ast

ROLES = ("property", "staticmethod", "classmethod")
"""What a decorator says of a method."""

EFFECTLESS = frozenset(
    {
        *("abstractmethod", "cache", "final", "jit", "lru_cache", "njit", "no_type_check", "override"),
        *("overload", "runtime_checkable", "unique", "wraps", "dataclass"),
    }
)
"""Decorators that change nothing in what a function or class computes, or are read elsewhere."""


def word_of(decorator: ast.expr) -> str:
    """The last name of a decorator: `jit` of `@jax.jit`, `@partial(jax.jit, ...)` and `@jit()`."""
    if isinstance(decorator, ast.Call):
        inner = word_of(decorator.func)
        return word_of(decorator.args[0]) if inner == "partial" and decorator.args else inner
    return decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")


def is_allowed(decorator: ast.expr, node: ast.AST) -> bool:
    """Whether a decorator may stand before `node`: by a known name, or as a function of the program."""
    if word_of(decorator) in (*EFFECTLESS, *ROLES):
        return True
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    named = isinstance(called, ast.Attribute) and called.attr in ("setter", "vectorize")
    return isinstance(node, ast.FunctionDef) and (isinstance(called, ast.Name) or named)
