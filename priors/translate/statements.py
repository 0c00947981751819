"""The rule of every statement: one function for each node type, listed in `STATEMENTS`."""

# ruff: noqa: ARG001 - every row of a table is called with the same arguments.

from __future__ import annotations

import ast
from collections.abc import Iterable

import numpy as np

from priors.translate import functions, indexing
from priors.translate.containers import Array, List, Value, release
from priors.translate.errors import PriorError
from priors.translate.expressions import default_values
from priors.translate.frames import Loop
from priors.translate.graph import Graph, Node, Scalar
from priors.translate.machine import Machine, Rule
from priors.translate.operators import binary
from priors.translate.paths import NOWHERE
from priors.translate.scopes import assigned_names, bind
from priors.translate.values import Builtin, Function, Module, Unusable, truth, turns


def expression(machine: Machine, node: ast.Expr) -> None:
    """A docstring, or a call for its effect."""
    machine.evaluate(node.value)


def assign(machine: Machine, node: ast.Assign) -> None:
    """`a = b = value`."""
    value = machine.evaluate(node.value)
    for target in node.targets:
        bind(machine, target, value)
    if isinstance(node.value, ast.Tuple) and all(isinstance(t, ast.Tuple) for t in node.targets):
        # In `a, b = x, y` nobody keeps the tuple.
        for item in value:
            release(item)


def annotated_assign(machine: Machine, node: ast.AnnAssign) -> None:
    """`a: type = value`; the type is not looked at."""
    if node.value is not None:
        bind(machine, node.target, machine.evaluate(node.value))


def augmented_assign(machine: Machine, node: ast.AugAssign) -> None:
    """`a += value`, in place for lists and arrays."""
    if isinstance(node.target, ast.Name):
        old = machine.evaluate(ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target))
        new = _in_place(machine, node.op, old, machine.evaluate(node.value))
        bind(machine, node.target, new)
        return
    if not isinstance(node.target, ast.Subscript):
        raise PriorError("this cannot be assigned to", "assign to a name or an entry")
    owner, index = machine.evaluate(node.target.value), machine.evaluate(node.target.slice)
    old = indexing.read(machine, owner, index)
    operand = machine.evaluate(node.value)
    if isinstance(old, Array) and old.frozen:
        # A row picked by a dynamic index is a copy: it is written back below.
        new = binary(machine.graph, node.op, old, operand)
    else:
        new = _in_place(machine, node.op, old, operand)
    if new is not old or not isinstance(new, Array) or not _is_view(old, owner):
        indexing.write(machine, owner, index, new)


def _is_view(part: Array, owner: Value) -> bool:
    """Whether changing `part` changed its owner; index arrays and ranges pick a copy."""
    return not isinstance(owner, Array) or np.may_share_memory(part.data, owner.data)


def _in_place(machine: Machine, operator: ast.operator, old: Value, operand: Value) -> Value:
    if isinstance(old, List) and isinstance(operator, ast.Add):
        functions.extend(machine, old, operand)
        return old
    value = binary(machine.graph, operator, old, operand)
    if isinstance(old, Array):
        array = value if isinstance(value, Array) else None
        if array is None or array.data.shape != old.data.shape or _loses(old, array):
            raise PriorError(
                "this changes the shape or the number type of an array in place",
                "write x = x + y instead of x += y, or make the array of floats",
            )
        indexing.write(machine, old, (Ellipsis,), array)
        return old
    return value


def _loses(old: Array, new: Array) -> bool:
    order = ("bool", "int", "float")
    return order.index(new.kind) > order.index(old.kind)


def if_statement(machine: Machine, node: ast.If) -> None:
    """Both sides run, each on its own path; then the paths join."""
    test = truth(machine.graph, machine.evaluate(node.test))
    if not isinstance(test, Node):
        machine.execute(node.body if test else node.orelse)
        return
    paths, before = machine.paths, machine.alive
    chosen = paths.both(before, paths.where(test))
    machine.alive = chosen
    machine.execute(node.body)
    after = machine.alive
    machine.alive = paths.without(before, chosen)
    machine.execute(node.orelse)
    machine.alive = paths.either(after, machine.alive)


def for_statement(machine: Machine, node: ast.For) -> None:
    """Unrolled: one turn per item, on the path of those that have not left the loop."""
    _run_loop(machine, node, _turns(machine, node.iter))


def _turns(machine: Machine, node: ast.expr) -> Iterable[Value]:
    """The items of a loop over `node`; `enumerate` and `zip` too read them turn by turn."""
    graph = machine.graph
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        function, starred = machine.evaluate(node.func), any(isinstance(a, ast.Starred) for a in node.args)
        name = function.name if isinstance(function, Builtin) and not starred else ""
        if name == "zip" or (name == "enumerate" and len(node.args) == 1):
            columns = [turns(graph, machine.evaluate(argument)) for argument in node.args]
            return zip(*columns, strict=False) if name == "zip" else enumerate(columns[0])
    return turns(graph, machine.evaluate(node))


def while_statement(machine: Machine, node: ast.While) -> None:
    """Unrolled while the test is static; a test on observations would have no bound."""

    def unrolled() -> Iterable[None]:
        while _static_test(machine.graph, truth(machine.graph, machine.evaluate(node.test))):
            yield None

    _run_loop(machine, node, unrolled())


def _static_test(graph: Graph, test: Scalar) -> bool:
    if isinstance(test, Node):
        raise PriorError(
            "a `while` whose test depends on the observation has no bound",
            "use `for _ in range(n):` with an `if ...: break`",
        )
    return bool(test)


def _run_loop(machine: Machine, node: ast.For | ast.While, items: Iterable[Value]) -> None:
    paths, loop = machine.paths, Loop()
    machine.frame.loops.append(loop)
    for item in items:
        machine.graph.spend()
        if isinstance(node, ast.For):
            bind(machine, node.target, item)
        machine.execute(node.body)
        machine.alive = paths.either(machine.alive, loop.continued)
        loop.continued = NOWHERE
        if machine.alive == NOWHERE:
            break
    machine.frame.loops.pop()
    machine.execute(node.orelse)
    machine.alive = paths.either(machine.alive, loop.broken)


def _innermost(machine: Machine) -> Loop:
    if not machine.frame.loops:
        raise PriorError("`break` and `continue` belong in a loop", "remove it")
    return machine.frame.loops[-1]


def break_statement(machine: Machine, node: ast.Break) -> None:
    """Leave the loop on the current path."""
    loop = _innermost(machine)
    loop.broken = machine.paths.either(loop.broken, machine.alive)
    machine.alive = NOWHERE


def continue_statement(machine: Machine, node: ast.Continue) -> None:
    """Leave this turn of the loop on the current path."""
    loop = _innermost(machine)
    loop.continued = machine.paths.either(loop.continued, machine.alive)
    machine.alive = NOWHERE


def return_statement(machine: Machine, node: ast.Return) -> None:
    """Give a value back; the statements after it see the other observations."""
    if machine.frame is machine.module:
        raise PriorError("`return` outside of a function", "put it into the policy")
    machine.give_back(None if node.value is None else machine.evaluate(node.value))


def function_definition(machine: Machine, node: ast.FunctionDef) -> None:
    """`def f(...)`: nothing runs but its defaults."""
    names = assigned_names(node.body, node.args)
    defaults = default_values(machine, node.args)
    machine.assign(node.name, Function(node.name, node.args, node.body, machine.frame, defaults, names))


def import_module(machine: Machine, node: ast.Import) -> None:
    """`import numpy as np`; a module without a table may be imported, not used."""
    for alias in node.names:
        path = functions.MODULES.get(alias.name)
        root = functions.MODULES.get(alias.name.split(".")[0])
        local = alias.asname or alias.name.split(".")[0]
        found = path if alias.asname or "." not in alias.name else root
        machine.assign(local, Module(found) if found else _unknown(alias.name))


def import_names(machine: Machine, node: ast.ImportFrom) -> None:
    """`from math import sin, pi`."""
    module = functions.MODULES.get(node.module or "") if not node.level else None
    for alias in node.names:
        if alias.name == "*":
            if module is None:
                raise PriorError("only math and numpy can be imported with *", "name what you import")
            for name, value in functions.members(module).items():
                machine.assign(name, value)
        elif module is None or alias.name == "annotations":
            machine.assign(alias.asname or alias.name, _unknown(f"{node.module}.{alias.name}"))
        else:
            machine.assign(alias.asname or alias.name, functions.member(Module(module), alias.name))


def _unknown(name: str) -> Unusable:
    return Unusable(f"`{name}` is not available in a policy", "use math and numpy only")


def assertion(machine: Machine, node: ast.Assert) -> None:
    """Dropped: a policy has no one to report to."""
    machine.notes.append(f"line {node.lineno}: `assert` does nothing here and was dropped")


def raise_statement(machine: Machine, node: ast.Raise) -> None:
    """Legal on paths that no observation takes; such statements are never run."""
    raise PriorError("`raise` would end the episode", "return a safe action instead")


def nothing(machine: Machine, node: ast.Pass) -> None:
    """`pass`."""


STATEMENTS: dict[type[ast.AST], Rule] = {
    ast.Expr: expression,
    ast.Assign: assign,
    ast.AnnAssign: annotated_assign,
    ast.AugAssign: augmented_assign,
    ast.If: if_statement,
    ast.For: for_statement,
    ast.While: while_statement,
    ast.Break: break_statement,
    ast.Continue: continue_statement,
    ast.Return: return_statement,
    ast.FunctionDef: function_definition,
    ast.Import: import_module,
    ast.ImportFrom: import_names,
    ast.Assert: assertion,
    ast.Raise: raise_statement,
    ast.Pass: nothing,
}
