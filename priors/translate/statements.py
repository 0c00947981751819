"""The rule of every statement: one function for each node type, listed in `STATEMENTS`."""

from __future__ import annotations

import ast
import sys

import numpy as np

from priors.translate import (
    attributes,
    bindings,
    exceptions,
    functions,
    indexing,
    loops,
    matching,
    overloads,
    trying,
)
from priors.translate.classes import class_definition
from priors.translate.containers import Array, List, Value, release
from priors.translate.errors import PriorError
from priors.translate.expressions import default_values, operate
from priors.translate.graph import Node
from priors.translate.machine import Machine, Rule
from priors.translate.objects import Function, Module, Unusable
from priors.translate.scopes import is_generator
from priors.translate.targets import bind, write
from priors.translate.values import Choice


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
    if machine.frame is machine.module:
        raise PriorError("`return` outside of a function", "put it into the policy")
    machine.give_back(None if node.value is None else machine.evaluate(node.value))


def function_definition(machine: Machine, node: ast.FunctionDef) -> None:
    """`def f(...)`: nothing runs but its defaults."""
    made = Function(
        node.name,
        node.args,
        node.body,
        machine.frame.scope(),
        default_values(machine, node.args),
        *machine.scopes.of(node),
        is_generator=is_generator(node),
    )
    made.born = (machine.frame, machine.alive)
    words = [ast.unparse(decorator).split(".")[-1] for decorator in node.decorator_list]
    made.decoration = next((word for word in words if word in DECORATIONS), "")
    bindings.assign(machine, node.name, made)


DECORATIONS = ("property", "staticmethod", "classmethod")


def import_module(machine: Machine, node: ast.Import) -> None:
    """`import numpy as np`; a module without a table may be imported, not used."""
    for alias in node.names:
        path = functions.MODULES.get(alias.name)
        root = functions.MODULES.get(alias.name.split(".")[0])
        local = alias.asname or alias.name.split(".")[0]
        found = path if alias.asname or "." not in alias.name else root
        bindings.assign(machine, local, Module(found) if found else _unknown(machine, alias.name))


def import_names(machine: Machine, node: ast.ImportFrom) -> None:
    """`from math import sin, pi`."""
    module = functions.MODULES.get(node.module or "") if not node.level else None
    for alias in node.names:
        if alias.name == "*":
            if module is None:
                raise PriorError("only math and numpy can be imported with *", "name what you import")
            for name, value in functions.members(module).items():
                bindings.assign(machine, name, value)
        elif module is None or alias.name == "annotations":
            bindings.assign(
                machine, alias.asname or alias.name, _unknown(machine, f"{node.module}.{alias.name}")
            )
        else:
            bindings.assign(machine, alias.asname or alias.name, functions.member(Module(module), alias.name))


def _unknown(machine: Machine, name: str) -> Unusable:
    root = name.split(".", maxsplit=1)[0]
    if root not in sys.stdlib_module_names and exceptions.is_caught(machine, "ImportError"):
        # A module that is not available is one that is not installed.
        exceptions.throw(machine, machine.alive, "ImportError")
    return Unusable(f"`{name}` is not available in a policy", "use math and numpy only")


def assertion(machine: Machine, node: ast.Assert) -> None:
    """Dropped, unless the program catches it: a policy has no one to report to."""
    if exceptions.is_caught(machine, "AssertionError"):
        holds = machine.truth(machine.evaluate(node.test))
        exceptions.throw_where(machine, machine.graph.negate(holds), "AssertionError")
        return
    machine.notes.append(f"line {node.lineno}: `assert` does nothing here and was dropped")


def raise_statement(machine: Machine, node: ast.Raise) -> None:
    """Legal where it is caught, and on paths that no observation takes: those are never run."""
    kind = exceptions.name_of(node.exc) if node.exc is not None else ""
    if exceptions.is_caught(machine, kind):
        exceptions.throw(machine, machine.alive, kind)
    raise PriorError("`raise` would end the episode", "return a safe action instead")


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
    ast.FunctionDef: function_definition,
    ast.Import: import_module,
    ast.ImportFrom: import_names,
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
