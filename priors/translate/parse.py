"""Program text to a checked syntax tree: what is no part of the language never reaches the evaluator."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from priors.translate import limits, source
from priors.translate.errors import PriorError

POLICY_NAMES = ("policy", "act", "get_action", "control", "controller", "compute_action", "predict")
"""Names by which the policy is found, best first; otherwise the last function that no other calls."""

_MEMORY_HINT = (
    "write one function policy(obs) that computes the action from the observation alone, "
    "for example from joint angles and velocities instead of a clock"
)
_NO_MEMORY = "programs with memory are not yet translated"

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_REFUSED: dict[type[ast.AST], tuple[str, str]] = {
    ast.ClassDef: (f"classes: {_NO_MEMORY}", _MEMORY_HINT),
    ast.Global: (f"`global`: {_NO_MEMORY}", _MEMORY_HINT),
    ast.Nonlocal: (f"`nonlocal`: {_NO_MEMORY}", _MEMORY_HINT),
    ast.Try: ("`try` is not allowed", "test the value with `if` before computing with it"),
    ast.TryStar: ("`try` is not allowed", "test the value with `if` before computing with it"),
    ast.With: ("`with` is not allowed", "a policy only computes numbers"),
    ast.AsyncWith: ("`async` is not allowed", "write a plain function"),
    ast.AsyncFor: ("`async` is not allowed", "write a plain function"),
    ast.AsyncFunctionDef: ("`async` is not allowed", "write a plain function"),
    ast.Await: ("`await` is not allowed", "write a plain function"),
    ast.Yield: ("generators are not allowed", "return the whole list"),
    ast.YieldFrom: ("generators are not allowed", "return the whole list"),
    ast.Delete: ("`del` is not allowed", "leave the name as it is"),
    ast.Match: ("`match` is not allowed", "use if/elif/else"),
    ast.Set: ("sets are not allowed", "use a tuple"),
    ast.SetComp: ("sets are not allowed", "use a list"),
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
    # Expressions.
    ast.BoolOp,
    ast.BinOp,
    ast.UnaryOp,
    ast.Lambda,
    ast.IfExp,
    ast.Dict,
    ast.ListComp,
    ast.GeneratorExp,
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
        policy: name of the function that maps observations to actions.
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
    """The function that maps observations to actions; never a helper of another, if that can be told."""
    functions = _functions(tree)
    if not functions or "policy" in functions:
        return "policy" if functions else None
    names = list(functions)
    called = {name for caller, used in functions.items() for name in used if name != caller}
    free = [name for name in names if name not in called]
    for choice in (
        [name for name in reversed(free) if "policy" in name.lower()],
        [name for name in POLICY_NAMES if name in free],
        [name for name in reversed(names) if "policy" in name.lower()],
        free[::-1],
    ):
        if choice:
            return choice[0]
    return names[-1]


def _functions(tree: ast.Module) -> dict[str, set[str]]:
    """The functions of the module in their order, each with the names that it reads."""
    found: dict[str, ast.AST] = {}
    for node in tree.body:
        if isinstance(node, _DEFINITIONS):
            names = [node.name]
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        else:
            continue
        for name in names:
            found.pop(name, None)
            found[name] = node
    return {
        name: {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        for name, node in found.items()
        if name != "main" and not name.startswith("test")
    }


def _check(tree: ast.Module) -> None:
    errors: list[PriorError] = []
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
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
    names = [getattr(node, "id", None), getattr(node, "attr", None), getattr(node, "arg", None)]
    if isinstance(node, ast.FunctionDef):
        names.append(node.name)
    for name in names:
        if isinstance(name, str) and name.startswith("__") and name != "__name__":
            yield PriorError(f"the name `{name}` is not allowed", "use a name without underscores").at(node)
    if isinstance(node, (ast.FunctionDef, ast.Lambda)):
        yield from _argument_problems(node)
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(target, ast.Attribute) for target in targets):
            yield PriorError(f"attributes cannot be set: {_NO_MEMORY}", _MEMORY_HINT).at(node)
    if isinstance(node, ast.Constant):
        yield from _constant_problems(node)


def _argument_problems(node: ast.FunctionDef | ast.Lambda) -> Iterator[PriorError]:
    if node.args.vararg or node.args.kwarg:
        yield PriorError("*args and **kwargs are not allowed", "name the arguments").at(node)
    for decorator in getattr(node, "decorator_list", ()):
        if ast.unparse(decorator) not in ("jax.jit", "jit"):
            yield PriorError("decorators are not allowed", "write a plain function").at(decorator)


def _constant_problems(node: ast.Constant) -> Iterator[PriorError]:
    value = node.value
    if isinstance(value, int) and value.bit_length() > limits.MAX_INTEGER_BITS:
        yield PriorError(f"an integer has more than {limits.MAX_INTEGER_BITS} bits", "use a float").at(node)
    elif isinstance(value, float) and not abs(value) < float("inf"):
        yield PriorError("this number is too large for a float", "use a finite number").at(node)
    elif isinstance(value, (complex, bytes)):
        yield PriorError(f"{type(value).__name__} constants are not allowed", "use real numbers").at(node)
