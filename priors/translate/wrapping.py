"""`while angle > pi: angle -= 2 * pi`: the one unbounded loop that every second controller has."""

from __future__ import annotations

import ast

from priors.translate import bindings
from priors.translate.machine import Machine
from priors.translate.nodes import Node, Scalar, is_scalar
from priors.translate.operators import binary

_DOWN, _UP = (ast.Gt, ast.GtE), (ast.Lt, ast.LtE)


def try_wrap(machine: Machine, node: ast.While) -> bool:
    """Translate a loop that takes away a fixed amount while a number exceeds a bound; whether it is one.

    The number of turns is n = ceil((x - bound) / amount) (or floor(...) + 1 for `>=`), and the result
    x - n * amount: the rounding of n subtractions instead of one is all that differs.
    """
    found = _parts(node)
    if found is None:
        return False
    name, relation, bound_node, amount_node = found
    graph = machine.graph
    x = bindings.lookup(machine, name)
    if not isinstance(x, Node) or x.kind != "float" or x.known is not None:
        return False
    bound, amount = (machine.evaluate(part) for part in (bound_node, amount_node))
    if not is_scalar(bound) or not is_scalar(amount) or not _positive(amount):
        return False
    down = isinstance(relation, _DOWN)
    beyond = graph.apply("subtract", x, bound) if down else graph.apply("subtract", bound, x)
    turns = graph.apply("divide", beyond, amount)
    strict = isinstance(relation, (ast.Gt, ast.Lt))
    count = graph.apply("ceil", turns) if strict else graph.apply("add", graph.apply("floor", turns), 1.0)
    moved = binary(graph, ast.Mult(), graph.apply("maximum", count, 0.0), amount)
    result: Scalar = graph.apply("subtract" if down else "add", x, moved)
    bindings.assign(machine, name, result)
    return True


def _parts(node: ast.While) -> tuple[str, ast.cmpop, ast.expr, ast.expr] | None:
    """The name, relation, bound and amount of such a loop, None if it is another."""
    test, body = node.test, node.body
    if node.orelse or len(body) != 1 or not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    step, relation = body[0], test.ops[0]
    if not isinstance(step, ast.AugAssign) or not isinstance(step.target, ast.Name):
        return None
    wanted: type[ast.operator] = ast.Sub if isinstance(relation, _DOWN) else ast.Add
    same = isinstance(test.left, ast.Name) and test.left.id == step.target.id
    used = {
        part.id
        for side in (test.comparators[0], step.value)
        for part in ast.walk(side)
        if isinstance(part, ast.Name)
    }
    fits = isinstance(relation, (*_DOWN, *_UP)) and isinstance(step.op, wanted)
    if not same or not fits or step.target.id in used:
        return None
    return step.target.id, relation, test.comparators[0], step.value


def _positive(amount: Scalar) -> bool:
    known = amount.known if isinstance(amount, Node) else amount
    return known is not None and known > 0
