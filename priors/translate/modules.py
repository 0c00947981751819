"""Which of the modules in a reply is the program, and what in it is the policy."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Sequence, Set

POLICY_NAMES = ("policy", "act", "get_action", "control", "controller", "compute_action", "predict")
"""Names by which the policy is found, best first; otherwise the last function that no other calls."""

ACT_METHODS = (
    *("act", "__call__", "get_action", "policy", "predict", "compute_action", "control", "select_action"),
    *("step", "forward", "action", "choose_action", "compute", "compute_control", "update"),
)
"""Methods that make a class a policy, best first."""

_TELLING = ("policy", "controller", "agent")


def chosen(trees: Sequence[ast.Module]) -> tuple[ast.Module, str] | None:
    """The module that holds the program and the name of its policy; None if no module has one.

    The last one whose policy is named so, else the last; with the definitions of those before it that it
    needs.
    """
    named = [(place, name) for place, tree in enumerate(trees) if (name := policy_name(tree))]
    if not named:
        return None
    telling = [pair for pair in named if pair[1] in POLICY_NAMES or "policy" in pair[1].lower()]
    place, name = (telling or named)[-1]
    return _with_definitions(trees[place], trees[:place]), name


def _with_definitions(tree: ast.Module, earlier: Sequence[ast.Module]) -> ast.Module:
    """`tree` behind what earlier blocks define, if it needs any of that."""
    loaded, stored = _names(tree)
    missing = loaded - stored - vars(builtins).keys()
    definitions = [node for one in earlier for node in _until_defined(one, missing)]
    defined = {name for node in definitions for name in _names(node)[1]}
    if not missing & defined:
        return tree
    # What the block itself defines is a newer version.
    older = [node for node in definitions if not _names_of(node) & stored]
    return ast.Module([*older, *tree.body], [])


def _until_defined(tree: ast.Module, names: Set[str]) -> list[ast.stmt]:
    """The statements of a block up to the last one that defines a function or some of `names`."""
    definitions = (ast.FunctionDef, ast.ClassDef)
    ends = [i for i, node in enumerate(tree.body) if isinstance(node, definitions) or _changed(node) & names]
    return tree.body[: max(ends, default=-1) + 1]


def _changed(node: ast.stmt) -> set[str]:
    """The names that a statement binds, or of whose objects it calls a method."""
    calls = (part.func for part in ast.walk(node) if isinstance(part, ast.Call))
    owners = (call.value for call in calls if isinstance(call, ast.Attribute))
    return _names(node)[1] | {owner.id for owner in owners if isinstance(owner, ast.Name)}


def _names_of(node: ast.stmt) -> set[str]:
    """The names that a statement of a module binds there."""
    return {node.name} if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else _names(node)[1]


def _names(tree: ast.AST) -> tuple[set[str], set[str]]:
    """The names that are read somewhere, and those that are bound."""
    loaded, stored = set[str](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (loaded if isinstance(node.ctx, ast.Load) else stored).add(node.id)
        elif isinstance(node, ast.arg):
            stored.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            stored.add(node.name)
        elif isinstance(node, ast.alias):
            stored.add((node.asname or node.name).split(".")[0])
    return loaded, stored


def policy_name(tree: ast.Module) -> str | None:
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
            is_acting = isinstance(called, ast.Name) and called.id in acting
            if isinstance(node.value, ast.Lambda) or is_acting:
                names = targets
            elif telling:
                words = (*POLICY_NAMES, *_TELLING)
                names = [name for name in targets if any(word in name.lower() for word in words)]
        for name in names:
            found.pop(name, None)
            found[name] = node
    uses = ("test", "reset", "init", "evaluate", "run_", "simulate", "rollout", "train", "plot", "demo")
    return {
        name: {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        for name, node in found.items()
        if name != "main" and not name.startswith(uses)
    }


def demonstration(tree: ast.Module, policy: str) -> int:
    """The place in the module's body behind which the program is complete: the rest may be its use."""
    last = 0
    for place, node in enumerate(tree.body):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) or policy in _names(node)[1]:
            last = place + 1
    return last
