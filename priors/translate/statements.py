"""The rule of every statement: one function for each node type, listed in `STATEMENTS`."""

from __future__ import annotations

import ast

import numpy as np

from priors.translate import (
    attributes,
    definitions,
    exceptions,
    functions,
    imports,
    indexing,
    loops,
    matching,
    overloads,
    trying,
)
from priors.translate.classes import class_definition
from priors.translate.containers import Array, List, Value, release
from priors.translate.errors import PriorError
from priors.translate.expressions import operate
from priors.translate.machine import Machine, Rule
from priors.translate.nodes import Node
from priors.translate.objects import Choice
from priors.translate.paths import EVERYWHERE
from priors.translate.state import refuted_by_literals
from priors.translate.targets import bind, write


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
    target, op = node.target, node.op
    if isinstance(target, ast.Name):
        old = machine.evaluate(ast.copy_location(ast.Name(target.id, ast.Load()), target))
        bind(machine, target, _in_place(machine, op, old, machine.evaluate(node.value)))
        return
    owner = machine.evaluate(target.value)
    if isinstance(target, ast.Attribute):
        old = machine.each(lambda one: attributes.read(machine, one, target.attr), owner)
        new = _in_place(machine, op, old, machine.evaluate(node.value))
        machine.on_each(lambda one: attributes.write(machine, one, target.attr, new), owner)
        return
    index, operand = machine.evaluate(target.slice), machine.evaluate(node.value)

    def change(one: Value) -> None:
        old = indexing.each_index(machine, lambda at: indexing.read(machine, one, at), one, index)
        new = _in_place(machine, op, old, operand)
        if new is not old or not isinstance(new, Array) or not _is_view(new, one):
            write(machine, one, index, new)

    machine.on_each(change, owner)


def _is_view(part: Array, owner: Value) -> bool:
    """Whether changing `part` changed its owner; index arrays and ranges pick a copy."""
    return not isinstance(owner, Array) or np.may_share_memory(part.data, owner.data)


def _in_place(machine: Machine, operator: ast.operator, old: Value, operand: Value) -> Value:
    if isinstance(old, Choice):
        return machine.each(lambda one: _in_place(machine, operator, one, operand), old)
    if isinstance(old, List) and isinstance(operator, ast.Add):
        machine.on_each(lambda one: functions.extend(machine, old, one), operand)
        return old
    found = overloads.in_place(machine, operator, old, operand)
    value = operate(machine, operator, old, operand) if found is NotImplemented else found
    if isinstance(old, Array) and old.mask is not None:
        return value
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
    test = machine.truth(machine.evaluate(node.test))
    if isinstance(test, Node):
        machine.count_test(node.test, test)
    machine.fork(test, lambda: machine.execute(node.body), lambda: machine.execute(node.orelse))


def return_statement(machine: Machine, node: ast.Return) -> None:
    """Give a value back; the statements after it see the other observations."""
    if machine.frame.function is None:
        raise PriorError("`return` outside of a function", "put it into the policy")
    machine.give_back(None if node.value is None else machine.evaluate(node.value))


def assertion(machine: Machine, node: ast.Assert) -> None:
    """Dropped, unless the program catches it: a policy has no one to report to."""
    if exceptions.is_caught(machine, "AssertionError"):
        holds = machine.truth(machine.evaluate(node.test))
        exceptions.throw_where(machine, machine.graph.negate(holds), "AssertionError")
        return
    machine.notes.append(f"line {node.lineno}: `assert` does nothing here and was dropped")


def raise_statement(machine: Machine, node: ast.Raise) -> None:
    """To the handler; without one, those who get here get no hint. On dead paths nothing is run."""
    kind = exceptions.name_of(node.exc) if node.exc is not None else ""
    if node.exc is None and machine.handled:
        # Of several kinds any one stands for all: handlers that tell them apart are not looked for.
        kind = min(machine.handled[-1], default="")
    if exceptions.is_caught(machine, kind):
        exceptions.throw(machine, machine.alive, kind)
    error = PriorError("`raise` would end the episode", "return a safe action instead")
    error = refuted_by_literals(machine, machine.alive, error)
    if machine.alive == EVERYWHERE:
        raise error
    machine.notes.append(f"line {node.lineno}: observations that reach this `raise` get no hint: NaN")
    exceptions.abandon(machine)


def with_statement(machine: Machine, node: ast.With) -> None:
    """`with np.errstate(...)`: nothing warns here."""
    for item in node.items:
        if ast.unparse(item.context_expr).split("(")[0] not in ("np.errstate", "numpy.errstate"):
            raise PriorError("`with` is not allowed", "a policy only computes numbers")
    machine.execute(node.body)


def delete(machine: Machine, node: ast.Delete) -> None:
    """`del x[i]`; a name that is deleted is left as it is."""
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            index = machine.evaluate(target.slice)
            machine.on_each(
                lambda one, index=index: _delete(machine, one, index),  # type: ignore[misc]
                machine.evaluate(target.value),
            )
        elif not isinstance(target, ast.Name):
            raise PriorError("this cannot be deleted", "set it to None")


def _delete(machine: Machine, owner: Value, index: Value) -> None:
    def drop(at: Value) -> None:
        machine.on_each(lambda one: indexing.delete(machine, one, at), owner)

    indexing.each_index(machine, drop, owner, index)


def nothing(machine: Machine, node: ast.stmt) -> None:
    """`pass`, and what is read from the text beforehand: `global` and `nonlocal`."""


STATEMENTS: dict[type[ast.AST], Rule] = {
    ast.Expr: expression,
    ast.Assign: assign,
    ast.AnnAssign: annotated_assign,
    ast.AugAssign: augmented_assign,
    ast.If: if_statement,
    ast.For: loops.for_statement,
    ast.While: loops.while_statement,
    ast.Break: loops.break_statement,
    ast.Continue: loops.continue_statement,
    ast.Return: return_statement,
    ast.FunctionDef: definitions.function_definition,
    ast.Import: imports.import_module,
    ast.ImportFrom: imports.import_names,
    ast.Assert: assertion,
    ast.Raise: raise_statement,
    ast.Pass: nothing,
    ast.Global: nothing,
    ast.Nonlocal: nothing,
    ast.ClassDef: class_definition,
    ast.Match: matching.match_statement,
    ast.Try: trying.try_statement,
    ast.With: with_statement,
    ast.Delete: delete,
}
