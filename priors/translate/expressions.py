"""The rule of every expression: one function for each node type, listed in `EXPRESSIONS`."""

# ruff: noqa: ARG001 - every row of a table is called with the same arguments.

from __future__ import annotations

import ast
from typing import Any

from priors.translate import functions, indexing
from priors.translate.containers import Dict, List, Value, hold
from priors.translate.errors import PriorError
from priors.translate.frames import Frame
from priors.translate.machine import Machine, Rule
from priors.translate.operators import binary, compare, unary
from priors.translate.scopes import assigned_names, bind
from priors.translate.values import Builtin, DType, Function, Module, check_size, describe, iterate, truth


def constant(machine: Machine, node: ast.Constant) -> Value:
    """A number, string, None, True, False or `...`."""
    return node.value


def name(machine: Machine, node: ast.Name) -> Value:
    """A name of the program, else a builtin of the table."""
    value = machine.lookup(node.id)
    if value is not None or _is_bound(machine, node.id):
        return value
    return functions.builtin(node.id)


def _is_bound(machine: Machine, name: str) -> bool:
    frame: Frame | None = machine.frame
    while frame is not None:
        if name in frame.names:
            return True
        frame = frame.outer
    return False


def attribute(machine: Machine, node: ast.Attribute) -> Value:
    """`module.name`, or an attribute or method of a value, both from tables."""
    owner = machine.evaluate(node.value)
    if isinstance(owner, Module):
        return functions.member(owner, node.attr)
    return functions.attribute(owner, node.attr)


def tuple_display(machine: Machine, node: ast.Tuple) -> Value:
    """`(a, *b)`."""
    items = tuple(_items(machine, node.elts))
    for item in items:
        hold(item)
    return items


def list_display(machine: Machine, node: ast.List) -> Value:
    """`[a, *b]`."""
    return List(_items(machine, node.elts))


def _items(machine: Machine, nodes: list[ast.expr]) -> list[Value]:
    items: list[Value] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            items += iterate(machine.graph, machine.evaluate(node.value))
        else:
            items.append(machine.evaluate(node))
        check_size(len(items))
    return items


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
    return binary(machine.graph, node.op, machine.evaluate(node.left), machine.evaluate(node.right))


def unary_operation(machine: Machine, node: ast.UnaryOp) -> Value:
    """`-a`, `+a`, `~a`, `not a`."""
    return unary(machine.graph, node.op, machine.evaluate(node.operand))


def boolean_operation(machine: Machine, node: ast.BoolOp) -> Value:
    """`a and b`, `a or b`: the right side runs on the observations that the left leaves open."""

    def chain(values: list[ast.expr]) -> Value:
        first = machine.evaluate(values[0])
        if len(values) == 1:
            return first
        holds = truth(machine.graph, first)
        if isinstance(node.op, ast.And):
            return machine.branch(holds, lambda: chain(values[1:]), lambda: first)
        return machine.branch(holds, lambda: first, lambda: chain(values[1:]))

    return chain(node.values)


def comparison(machine: Machine, node: ast.Compare) -> Value:
    """`a < b < c`: each link runs where the links before it hold."""

    def chain(left: Value, position: int) -> Value:
        right = machine.evaluate(node.comparators[position])
        link = compare(machine.graph, node.ops[position], left, right)
        if position + 1 == len(node.ops):
            return link
        return machine.branch(truth(machine.graph, link), lambda: chain(right, position + 1), lambda: False)

    return chain(machine.evaluate(node.left), 0)


def conditional(machine: Machine, node: ast.IfExp) -> Value:
    """`a if test else b`."""
    test = truth(machine.graph, machine.evaluate(node.test))
    return machine.branch(test, lambda: machine.evaluate(node.body), lambda: machine.evaluate(node.orelse))


def subscript(machine: Machine, node: ast.Subscript) -> Value:
    """`x[i]`."""
    return indexing.read(machine, machine.evaluate(node.value), machine.evaluate(node.slice))


def slice_display(machine: Machine, node: ast.Slice) -> Any:
    """`a:b:c` inside brackets."""
    parts = (node.lower, node.upper, node.step)
    return slice(*(None if part is None else machine.evaluate(part) for part in parts))


def named_expression(machine: Machine, node: ast.NamedExpr) -> Value:
    """`(name := value)`."""
    value = machine.evaluate(node.value)
    bind(machine, node.target, value)
    return value


def call(machine: Machine, node: ast.Call) -> Value:
    """A call of a function of the program or of the tables."""
    if isinstance(node.func, ast.Name) and node.func.id in functions.DROPPED:
        machine.notes.append(f"line {node.lineno}: `{node.func.id}` does nothing here and was dropped")
        return None
    function = machine.evaluate(node.func)
    positional = _items(machine, node.args)
    named: dict[str, Value] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise PriorError("**arguments are not allowed", "name each argument").at(node)
        named[keyword.arg] = machine.evaluate(keyword.value)
    if isinstance(function, Function):
        return machine.call(function, positional, named)
    if isinstance(function, DType):
        return functions.convert(machine, function, *positional[:1])
    if isinstance(function, Builtin):
        return functions.invoke(machine, function, positional, named)
    raise PriorError(f"{describe(function)} cannot be called", "call a function")


def lambda_expression(machine: Machine, node: ast.Lambda) -> Value:
    """`lambda x: ...`, a function of one `return`."""
    body = ast.copy_location(ast.Return(node.body), node.body)
    return Function(
        "lambda",
        node.args,
        [body],
        machine.frame,
        default_values(machine, node.args),
        assigned_names([body], node.args),
    )


def default_values(machine: Machine, arguments: ast.arguments) -> dict[str, Value]:
    """The defaults of a function, evaluated once where it is defined."""
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(reversed(positional), reversed(arguments.defaults), strict=False)]
    pairs += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d]
    return {argument.arg: machine.evaluate(default) for argument, default in pairs}


def _comprehension(
    machine: Machine, generators: list[ast.comprehension], element: list[ast.expr]
) -> list[list[Value]]:
    """The values of `element` for every turn of nested loops, in a scope of its own."""
    results: list[list[Value]] = []

    def turn(position: int) -> None:
        if position == len(generators):
            results.append([machine.evaluate(part) for part in element])
            check_size(len(results))
            return
        generator = generators[position]
        for item in iterate(machine.graph, machine.evaluate(generator.iter)):
            bind(machine, generator.target, item)
            tests = (truth(machine.graph, machine.evaluate(test)) for test in generator.ifs)
            if all(machine.graph.static(test, "the filter of a comprehension") for test in tests):
                turn(position + 1)

    frame = Frame(frozenset(), machine.frame, machine.frame, machine.alive)
    with machine.running(frame):
        turn(0)
    return results


def list_comprehension(machine: Machine, node: ast.ListComp | ast.GeneratorExp) -> Value:
    """`[f(x) for x in xs if test]`; a generator expression is the same list."""
    return List([values[0] for values in _comprehension(machine, node.generators, [node.elt])])


def dict_comprehension(machine: Machine, node: ast.DictComp) -> Value:
    """`{key: value for x in xs}`."""
    result = Dict({})
    result.born = (machine.frame, machine.alive)
    for key, value in _comprehension(machine, node.generators, [node.key, node.value]):
        indexing.write(machine, result, key, value)
    return result


def starred(machine: Machine, node: ast.Starred) -> Value:
    """A star where no sequence is expected."""
    raise PriorError("a starred expression is not allowed here", "write the entries one by one")


def formatted(machine: Machine, node: ast.JoinedStr) -> Value:
    """Text made of values."""
    raise PriorError("f-strings are not allowed", "a policy only computes numbers")


EXPRESSIONS: dict[type[ast.AST], Rule] = {
    ast.Constant: constant,
    ast.Name: name,
    ast.Attribute: attribute,
    ast.Tuple: tuple_display,
    ast.List: list_display,
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
    ast.Lambda: lambda_expression,
    ast.ListComp: list_comprehension,
    ast.GeneratorExp: list_comprehension,
    ast.DictComp: dict_comprehension,
    ast.Starred: starred,
    ast.JoinedStr: formatted,
    ast.FormattedValue: formatted,
}
