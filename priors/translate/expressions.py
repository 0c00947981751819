"""The rule of every expression: one function for each node type, listed in `EXPRESSIONS`."""

# ruff: noqa: ARG001 - every row of a table is called with the same arguments.

from __future__ import annotations

import ast
from typing import Any

from priors.translate import (
    attributes,
    bindings,
    comprehensions,
    definitions,
    exceptions,
    functions,
    indexing,
    overloads,
)
from priors.translate.calls import SPECIAL, call, items
from priors.translate.containers import Dict, List, Value, hold
from priors.translate.errors import PriorError
from priors.translate.formatting import joined, piece
from priors.translate.machine import Machine, Rule
from priors.translate.nodes import Node
from priors.translate.objects import Builtin
from priors.translate.operators import binary, compare, unary
from priors.translate.values import describe, iterate


def constant(machine: Machine, node: ast.Constant) -> Value:
    """A number, string, None, True, False or `...`."""
    return node.value


def name(machine: Machine, node: ast.Name) -> Value:
    """A name of the program, else a builtin of the table."""
    value = bindings.lookup(machine, node.id)
    if value is not None or bindings.is_bound(machine, node.id):
        return value
    if node.id in SPECIAL:
        return Builtin(node.id, SPECIAL[node.id])
    return functions.builtin(node.id)


def attribute(machine: Machine, node: ast.Attribute) -> Value:
    """`x.name`."""
    owner = machine.evaluate(node.value)
    return machine.each(lambda one: attributes.read(machine, one, node.attr), owner)


def tuple_display(machine: Machine, node: ast.Tuple) -> Value:
    """`(a, *b)`."""
    entries = tuple(items(machine, node.elts))
    for entry in entries:
        hold(entry)
    return entries


def list_display(machine: Machine, node: ast.List) -> Value:
    """`[a, *b]`."""
    return List(items(machine, node.elts))


def set_display(machine: Machine, node: ast.Set) -> Value:
    """`{a, b}`, read as a tuple: programs test membership only."""
    return functions.distinct(machine, items(machine, node.elts))


def dict_display(machine: Machine, node: ast.Dict) -> Value:
    """`{key: value}` with static keys."""
    result = Dict({})
    result.born = (machine.frame, machine.alive)
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            other = machine.evaluate(value)
            if not isinstance(other, Dict):
                raise PriorError(f"{describe(other)} cannot be unpacked into a dict", "use a dict")
            result.items.update(other.items)
        else:
            indexing.write(machine, result, machine.evaluate(key), machine.evaluate(value))
    return result


def binary_operation(machine: Machine, node: ast.BinOp) -> Value:
    """`a + b` and its like."""
    left, right = machine.evaluate(node.left), machine.evaluate(node.right)
    return operate(machine, node.op, left, right)


def operate(machine: Machine, operator: ast.operator, left: Value, right: Value) -> Value:
    """`left operator right`, also where one of them is a choice."""

    def on_one(a: Value, b: Value) -> Value:
        exceptions.check_division(machine, operator, a, b)
        found = overloads.binary(machine, operator, a, b)
        return binary(machine.graph, operator, a, b) if found is NotImplemented else found

    return machine.each(on_one, machine.graph.settle(left), machine.graph.settle(right))


def unary_operation(machine: Machine, node: ast.UnaryOp) -> Value:
    """`-a`, `+a`, `~a`, `not a`."""
    operand = machine.graph.settle(machine.evaluate(node.operand))

    def on_one(one: Value) -> Value:
        if isinstance(node.op, ast.Not):
            return machine.graph.negate(machine.truth(one))
        found = overloads.unary(machine, node.op, one)
        return unary(machine.graph, node.op, one) if found is NotImplemented else found

    return machine.each(on_one, operand)


def boolean_operation(machine: Machine, node: ast.BoolOp) -> Value:
    """`a and b`, `a or b`: the right side runs on the observations that the left leaves open."""

    def chain(values: list[ast.expr]) -> Value:
        first = machine.evaluate(values[0])
        if len(values) == 1:
            return first
        holds = machine.truth(first)
        if isinstance(holds, Node):
            machine.count_test(values[0], holds)
        if isinstance(node.op, ast.And):
            return machine.branch(holds, lambda: chain(values[1:]), lambda: first)
        return machine.branch(holds, lambda: first, lambda: chain(values[1:]))

    return chain(node.values)


def compare_one(machine: Machine, operator: ast.cmpop, left: Value, right: Value) -> Value:
    """`left operator right`, by the methods of the program's objects or by the rules of Python's."""
    found = overloads.compare(machine, operator, left, right)
    return compare(machine.graph, operator, left, right) if found is NotImplemented else found


def comparison(machine: Machine, node: ast.Compare) -> Value:
    """`a < b < c`: each link runs where the links before it hold."""

    def chain(left: Value, position: int) -> Value:
        right = machine.evaluate(node.comparators[position])
        operator, sides = node.ops[position], (left, right)
        if not isinstance(operator, (ast.Is, ast.IsNot)):
            sides = (machine.graph.settle(left), machine.graph.settle(right))
        link = machine.each(lambda a, b: compare_one(machine, operator, a, b), *sides)
        if position + 1 == len(node.ops):
            return link
        return machine.branch(machine.truth(link), lambda: chain(right, position + 1), lambda: False)

    return chain(machine.evaluate(node.left), 0)


def conditional(machine: Machine, node: ast.IfExp) -> Value:
    """`a if test else b`."""
    test = machine.truth(machine.evaluate(node.test))
    if isinstance(test, Node):
        machine.count_test(node.test, test)
    return machine.branch(test, lambda: machine.evaluate(node.body), lambda: machine.evaluate(node.orelse))


def subscript(machine: Machine, node: ast.Subscript) -> Value:
    """`x[i]`."""
    owner, index = machine.evaluate(node.value), machine.evaluate(node.slice)

    def read(one: Value) -> Value:
        found = overloads.entry(machine, one, index)
        if found is not NotImplemented:
            return found
        exceptions.check_index(machine, one, index)
        return indexing.each_index(machine, lambda at: indexing.read(machine, one, at), one, index)

    return machine.each(read, owner)


def slice_display(machine: Machine, node: ast.Slice) -> Any:
    """`a:b:c` inside brackets."""
    parts = (node.lower, node.upper, node.step)
    return slice(*(None if part is None else machine.evaluate(part) for part in parts))


def named_expression(machine: Machine, node: ast.NamedExpr) -> Value:
    """`(name := value)`."""
    value, frame = machine.evaluate(node.value), machine.frame
    while frame.is_comprehension and frame.outer is not None:
        frame = frame.outer
    name = node.target.id
    bindings.set_cell(machine, frame.declared.get(name, frame), name, value)
    return value


def yielded(machine: Machine, node: ast.Yield) -> Value:
    """`yield x`: one more entry of what the generator gives, which is made at once."""
    _yield(machine, [None if node.value is None else machine.evaluate(node.value)])
    return None


def yielded_from(machine: Machine, node: ast.YieldFrom) -> Value:
    """`yield from xs`."""
    machine.on_each(
        lambda one: _yield(machine, iterate(machine.graph, one)),
        machine.graph.settle(machine.evaluate(node.value)),
    )
    return None


def _yield(machine: Machine, values: list[Value]) -> None:
    if machine.frame.yielded is None:
        raise PriorError("`yield` outside of a function", "return the value")
    machine.on_each(lambda one: functions.extend(machine, one, tuple(values)), machine.frame.yielded)


def starred(machine: Machine, node: ast.Starred) -> Value:
    """A star where no sequence is expected."""
    raise PriorError("a starred expression is not allowed here", "write the entries one by one")


def formatted(machine: Machine, node: ast.JoinedStr) -> Value:
    """An f-string of fixed strings and integers, such as the key of a dict."""
    parts: list[Value] = []
    specs: list[str] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(part.value)
            specs.append("")
        elif isinstance(part, ast.FormattedValue):
            parts.append(indexing.enumerated(machine, machine.evaluate(part.value)))
            specs.append(_spec(part))

    def text(*values: Value) -> str:
        return joined([piece(machine.graph, *pair) for pair in zip(values, specs, strict=True)])

    return machine.each(text, *parts)


def _spec(part: ast.FormattedValue) -> str:
    """What stands behind the colon of `{i:02d}`."""
    if part.conversion != -1:
        raise PriorError("`!r` and its like make texts for people", "leave it out").at(part)
    if part.format_spec is None:
        return ""
    written = part.format_spec.values if isinstance(part.format_spec, ast.JoinedStr) else []
    if not all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in written):
        raise PriorError("a format must be fixed", "write {i:02d}").at(part)
    return "".join(one.value for one in written)  # type: ignore[attr-defined]


def formatted_value(machine: Machine, node: ast.FormattedValue) -> Value:
    """A part of an f-string stands in one."""
    return machine.evaluate(node.value)


EXPRESSIONS: dict[type[ast.AST], Rule] = {
    ast.Constant: constant,
    ast.Name: name,
    ast.Attribute: attribute,
    ast.Tuple: tuple_display,
    ast.List: list_display,
    ast.Set: set_display,
    ast.Dict: dict_display,
    ast.BinOp: binary_operation,
    ast.UnaryOp: unary_operation,
    ast.BoolOp: boolean_operation,
    ast.Compare: comparison,
    ast.IfExp: conditional,
    ast.Subscript: subscript,
    ast.Slice: slice_display,
    ast.NamedExpr: named_expression,
    ast.Call: call,
    ast.Lambda: definitions.lambda_expression,
    ast.ListComp: comprehensions.list_comprehension,
    ast.GeneratorExp: comprehensions.list_comprehension,
    ast.SetComp: comprehensions.set_comprehension,
    ast.DictComp: comprehensions.dict_comprehension,
    ast.Yield: yielded,
    ast.YieldFrom: yielded_from,
    ast.Starred: starred,
    ast.JoinedStr: formatted,
    ast.FormattedValue: formatted_value,
}
