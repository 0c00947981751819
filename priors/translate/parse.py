"""Program text to a checked syntax tree: what is no part of the language never reaches the evaluator."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from priors.translate import decorators, limits, modules, source, special_methods
from priors.translate.errors import PriorError

_REFUSED: dict[type[ast.AST], tuple[str, str]] = {
    ast.TryStar: ("`except*` is not allowed", "test the value with `if` before computing with it"),
    ast.AsyncWith: ("`async` is not allowed", "write a plain function"),
    ast.AsyncFor: ("`async` is not allowed", "write a plain function"),
    ast.AsyncFunctionDef: ("`async` is not allowed", "write a plain function"),
    ast.Await: ("`await` is not allowed", "write a plain function"),
}

_ALLOWED: tuple[type[ast.AST], ...] = (
    # Statements.
    ast.Module,
    ast.FunctionDef,
    ast.Return,
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.For,
    ast.While,
    ast.If,
    ast.Expr,
    ast.Pass,
    ast.Break,
    ast.Continue,
    ast.Import,
    ast.ImportFrom,
    ast.alias,
    ast.Assert,
    ast.Raise,
    ast.ClassDef,
    ast.Global,
    ast.Nonlocal,
    ast.Try,
    ast.ExceptHandler,
    ast.With,
    ast.withitem,
    ast.Delete,
    ast.Match,
    ast.match_case,
    ast.pattern,
    # Expressions.
    ast.Set,
    ast.BoolOp,
    ast.BinOp,
    ast.UnaryOp,
    ast.Lambda,
    ast.IfExp,
    ast.Dict,
    ast.ListComp,
    ast.GeneratorExp,
    ast.SetComp,
    ast.DictComp,
    ast.comprehension,
    ast.Compare,
    ast.Call,
    ast.keyword,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.Constant,
    ast.Attribute,
    ast.Subscript,
    ast.Starred,
    ast.Name,
    ast.List,
    ast.Tuple,
    ast.Slice,
    ast.NamedExpr,
    ast.Yield,
    ast.YieldFrom,
    ast.arguments,
    ast.arg,
    ast.expr_context,
    ast.boolop,
    ast.operator,
    ast.unaryop,
    ast.cmpop,
)


class NotPythonError(PriorError):
    """The parser of Python refuses the text."""


@dataclass(frozen=True)
class Program:
    """A checked program.

    Attributes:
        tree: the module, of allowed nodes only.
        policy: name of the function, class or object that maps observations to actions.
    """

    tree: ast.Module
    policy: str


def parse(text: str) -> Program:
    """The program in `text`, a bare program or a reply with Markdown fences.

    Of several fenced blocks the last that defines a policy by name wins, then the last with a function.

    Raises:
        PriorError: no block holds a program in the language; all refused nodes are in it.
    """
    blocks = source.blocks(text)
    # A fence inside a docstring of a bare program is no fence.
    whole = _trees([text])[0] if len(blocks) > 1 or blocks[0] != text else []
    trees, failures = (whole, []) if any(map(modules.policy_name, whole)) else _trees(blocks)
    if not trees and len(blocks) == 1 and isinstance(failures[0], NotPythonError):
        # Only what is no Python as a whole may have prose around it; nothing else is skipped unseen.
        trees, failures = _trees([source.without_prose(blocks[0])])
        if not trees and isinstance(failures[0], NotPythonError):
            shorter = source.before_prose(source.without_prose(blocks[0]), failures[0].line or 1)
            trees = _trees([shorter])[0] if shorter else []
    found = modules.chosen(trees)
    if found is not None:
        _check(found[0])
        return Program(*found)
    if failures:
        raise failures[-1]
    raise PriorError("no function found", "define `def policy(obs):` that returns the action")


def _trees(blocks: list[str]) -> tuple[list[ast.Module], list[PriorError]]:
    trees, failures = [], []
    for block in blocks:
        try:
            trees.append(_tree(block))
        except PriorError as error:
            failures.append(error)
    return trees, failures


def _tree(block: str) -> ast.Module:
    source.scan(block)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(block)
    except SyntaxError as error:
        # A program cut off at its end is reported one line past it.
        line = min(error.lineno or 1, block.count("\n") + 1)
        raise NotPythonError(
            f"this is not Python: {error.msg}",
            "give the program alone or in one ```python block",
            line=line,
            column=max(1, error.offset or 1),
        ) from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise PriorError(f"this cannot be parsed: {type(error).__name__}", "write simpler code") from None
    _check_size(tree)
    return tree


def _check_size(tree: ast.Module) -> None:
    pending: list[tuple[ast.AST, int]] = [(tree, 0)]
    count = 0
    while pending:
        node, depth = pending.pop()
        count += 1
        if count > limits.MAX_AST_NODES:
            raise PriorError("the program is too long", "a policy needs at most a few hundred lines")
        if depth > limits.MAX_AST_DEPTH:
            raise PriorError("the program is nested too deeply", "name inner parts first").at(node)
        pending += [(child, depth + 1) for child in ast.iter_child_nodes(node)]


def _check(tree: ast.Module) -> None:
    errors: list[PriorError] = []
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef) and node.name in special_methods.PRINTING:
            node.body = [ast.copy_location(ast.Pass(), node)]
        errors += _problems(node)
        if type(node) not in _REFUSED:
            pending += ast.iter_child_nodes(node)
    if errors:
        raise PriorError.group(errors[:20])


def _problems(node: ast.AST) -> Iterator[PriorError]:
    if type(node) in _REFUSED:
        yield PriorError(*_REFUSED[type(node)]).at(node)
    elif not isinstance(node, _ALLOWED):
        yield PriorError(f"{type(node).__name__} is not allowed", "write simpler code").at(node)
    names = [getattr(node, field, None) for field in ("id", "attr", "arg", "name")]
    names += getattr(node, "names", ()) if isinstance(node, (ast.Global, ast.Nonlocal)) else ()
    for name in names:
        if isinstance(name, str) and name.startswith("__") and name not in special_methods.NAMES:
            is_method = isinstance(node, ast.FunctionDef) and name.endswith("__")
            hint = (
                "leave the method out: it would have no effect"
                if is_method
                else "use a name without underscores"
            )
            yield PriorError(f"the name `{name}` is not allowed", hint).at(node)
    for decorator in getattr(node, "decorator_list", ()):
        if not decorators.is_allowed(decorator, node):
            yield PriorError("this decorator is not allowed", "write a plain function").at(decorator)
    if isinstance(node, ast.Constant):
        yield from _constant_problems(node)


def _constant_problems(node: ast.Constant) -> Iterator[PriorError]:
    value = node.value
    if isinstance(value, int) and value.bit_length() > limits.MAX_INTEGER_BITS:
        yield PriorError(f"an integer has more than {limits.MAX_INTEGER_BITS} bits", "use a float").at(node)
    elif isinstance(value, float) and not abs(value) < float("inf"):
        yield PriorError("this number is too large for a float", "use a finite number").at(node)
    elif isinstance(value, (complex, bytes)):
        yield PriorError(f"{type(value).__name__} constants are not allowed", "use real numbers").at(node)
