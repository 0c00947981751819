"""Program text to a checked syntax tree: what is no part of the language never reaches the evaluator."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from priors.translate import decorators, limits, source, special_methods
from priors.translate.errors import PriorError

POLICY_NAMES = ("policy", "act", "get_action", "control", "controller", "compute_action", "predict")
"""Names by which the policy is found, best first; otherwise the last function that no other calls."""

ACT_METHODS = (
    *("act", "__call__", "get_action", "policy", "predict", "compute_action", "control", "select_action"),
    *("step", "forward", "action", "choose_action", "compute", "compute_control", "update"),
)
"""Methods that make a class a policy, best first."""

_TELLING = ("policy", "controller", "agent")

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
    trees, failures = (whole, []) if any(map(_policy_name, whole)) else _trees(blocks)
    if not trees and len(blocks) == 1 and isinstance(failures[0], NotPythonError):
        # Only what is no Python as a whole may have prose in front; nothing else is skipped unseen.
        trees, failures = _trees([source.without_prose(blocks[0])])
    named = [(tree, name) for tree in trees if (name := _policy_name(tree))]
    if named:
        telling = [pair for pair in named if pair[1] in POLICY_NAMES or "policy" in pair[1].lower()]
        tree, name = (telling or named)[-1]
        _check(tree)
        return Program(tree, name)
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


def _policy_name(tree: ast.Module) -> str | None:
    """What maps observations to actions; never a helper of another, if that can be told."""
    candidates = _candidates(tree)
    if not candidates or "policy" in candidates:
        return "policy" if candidates else None
    names = list(candidates)
    called = {name for caller, used in candidates.items() for name in used if name != caller}
    free = [name for name in names if name not in called]
    for choice in (
        [name for name in reversed(free) if "policy" in name.lower()],
        [name for name in POLICY_NAMES if name in free],
        [name for name in reversed(free) if any(word in name.lower() for word in _TELLING)],
        [name for name in reversed(names) if "policy" in name.lower()],
        free[::-1],
    ):
        if choice:
            return choice[0]
    return names[-1]


def _candidates(tree: ast.Module) -> dict[str, set[str]]:
    """The functions, policy classes and policy objects of the module, each with the names it reads."""
    found: dict[str, ast.AST] = {}
    definitions = (ast.FunctionDef, ast.ClassDef)
    defined = {node.name for node in ast.walk(tree) if isinstance(node, definitions)}
    acting: set[str] = set()
    for node in tree.body:
        names: list[str] = []
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names = [node.name]
        elif isinstance(node, ast.ClassDef):
            methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            if methods & set(ACT_METHODS) or bases & acting:
                acting.add(node.name)
                names = [node.name]
        elif isinstance(node, ast.Assign):
            targets = [target.id for target in node.targets if isinstance(target, ast.Name)]
            # `policy = Policy(11, 3)` alone is how a program is used.
            called = node.value.func if isinstance(node.value, ast.Call) else None
            telling = isinstance(called, ast.Name) and called.id in defined
            if isinstance(node.value, ast.Lambda):
                names = targets
            elif telling:
                words = (*POLICY_NAMES, *_TELLING)
                names = [name for name in targets if any(word in name.lower() for word in words)]
        for name in names:
            found.pop(name, None)
            found[name] = node
    return {
        name: {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        for name, node in found.items()
        if name != "main" and not name.startswith(("test", "reset", "init"))
    }


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
            yield PriorError(f"the name `{name}` is not allowed", "use a name without underscores").at(node)
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
