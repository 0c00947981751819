"""Python's operators on the values of a program."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from priors.translate import limits
from priors.translate.containers import Array, Container, Dict, List, Value
from priors.translate.errors import PriorError
from priors.translate.formatting import percent
from priors.translate.frames import Cells
from priors.translate.graph import Graph
from priors.translate.keys import contains
from priors.translate.nodes import Node, Scalar, is_python_truth, is_scalar, kind_of
from priors.translate.objects import Choice, DType, Member
from priors.translate.values import (
    check_size,
    describe,
    elementwise,
    iterate,
    length,
    make_array,
    mapped,
    to_array,
    truth,
    unwrap,
)

_BINARY = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.FloorDiv: "floor_divide",
    ast.Mod: "remainder",
}
_LOGICAL = {ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "exclusive_or"}
_BITS = {ast.BitAnd: "bit_and", ast.BitOr: "bit_or", ast.BitXor: "bit_xor"}
_COMPARE = {
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}


def binary(graph: Graph, operator: ast.operator, left: Value, right: Value) -> Value:
    """`left operator right` for arithmetic, `@` and the logic of masks."""
    numeric = [isinstance(side, Array) or is_scalar(side) for side in (left, right)]
    if not all(numeric) and not (any(isinstance(side, Array) for side in (left, right))):
        return _sequence_arithmetic(graph, operator, left, right)
    if isinstance(operator, ast.Pow):
        return mapped(graph, lambda x, y: power(graph, x, y), left, right)
    if isinstance(operator, ast.MatMult):
        return matmul(graph, left, right)
    if type(operator) in _LOGICAL:
        return mapped(graph, lambda x, y: _logical(graph, operator, x, y), left, right)
    if isinstance(operator, ast.Add) and not any(isinstance(side, Array) for side in (left, right)):
        _check_truth_values(left, right)
    if type(operator) in _BINARY:
        return mapped(graph, lambda x, y: _arithmetic(graph, operator, x, y), left, right)
    shift = "shift_left" if isinstance(operator, ast.LShift) else "shift_right"
    return mapped(graph, lambda x, y: _of_integers(graph, shift, x, y), left, right)


def _check_truth_values(x: Scalar, y: Scalar) -> None:
    """Refuse `x + y` of comparisons: 2 for Python's truth values, 1 for NumPy's, and they look alike."""
    if not (is_python_truth(x) and is_python_truth(y)) and kind_of(x) == kind_of(y) == "bool":
        raise PriorError("the sum of two truth values is ambiguous", "write int(a) + int(b), or `a or b`")


def _arithmetic(graph: Graph, operator: ast.operator, x: Scalar, y: Scalar) -> Scalar:
    # Comparisons of observations are NumPy's truth values, whose + and * are logic; `not` gives Python's.
    numpys = not (is_python_truth(x) and is_python_truth(y))
    if numpys and kind_of(x) == kind_of(y) == "bool" and isinstance(operator, (ast.Add, ast.Mult)):
        return graph.either(x, y) if isinstance(operator, ast.Add) else graph.both(x, y)
    return graph.apply(_BINARY[type(operator)], x, y)


def _sequence_arithmetic(graph: Graph, operator: ast.operator, left: Value, right: Value) -> Value:
    """Concatenation and repetition of lists, tuples and strings, and `%` of a text."""
    if isinstance(operator, ast.Add) and type(left) is type(right) and isinstance(left, (List, tuple)):
        items = [*iterate(graph, left), *iterate(graph, right)]
        check_size(len(items))
        return List(items) if isinstance(left, List) else tuple(items)
    if isinstance(operator, ast.Mod) and isinstance(left, str):
        return percent(graph, left, right)
    if isinstance(operator, ast.Mult):
        sequence, count = (left, right) if isinstance(left, (List, tuple, str)) else (right, left)
        if isinstance(sequence, (List, tuple, str)) and is_scalar(count) and kind_of(count) != "float":
            times = max(0, int(graph.static(count, "the number of repetitions")))
            check_size(times * length(sequence))
            if isinstance(sequence, str):
                return sequence * times
            items = iterate(graph, sequence) * times
            graph.spend(len(items))
            return List(items) if isinstance(sequence, List) else tuple(items)
    if isinstance(operator, ast.BitOr) and isinstance(left, Dict) and isinstance(right, Dict):
        return Dict({**left.items, **right.items})
    if isinstance(operator, ast.Add) and isinstance(left, str) and isinstance(right, str):
        check_size(len(left) + len(right))
        return left + right
    raise PriorError(
        f"this operator does not work on {describe(left)} and {describe(right)}",
        "use numbers, or np.array(...) for arithmetic entry by entry",
        raises="TypeError" if left is None or right is None else "",
    )


def _logical(graph: Graph, operator: ast.operator, x: Scalar, y: Scalar) -> Scalar:
    if kind_of(x) == kind_of(y) == "bool":
        return graph.apply(_LOGICAL[type(operator)], x, y)
    return _of_integers(graph, _BITS[type(operator)], x, y)


def _of_integers(graph: Graph, operation: str, x: Scalar, y: Scalar) -> Scalar:
    if "float" in (kind_of(x), kind_of(y)):
        raise PriorError(
            "this operator works on integers and truth values", "compare first: (x > 0) & (y > 0)"
        )
    return graph.apply(operation, x, y)


def power(graph: Graph, base: Scalar, exponent: Scalar) -> Scalar:
    """`base ** exponent`; whole exponents multiply, so that negative bases have derivatives."""
    known = exponent.known if isinstance(exponent, Node) else exponent
    if not isinstance(base, Node) and not isinstance(exponent, Node):
        return _static_power(graph, base, exponent)
    if known is None or known != int(known) or abs(known) > 64:
        if kind_of(base) != "float" and kind_of(exponent) != "float":
            raise PriorError(
                "an integer power whose exponent is large or depends on the observation",
                "make the base or the exponent a float",
            )
        return graph.apply("power", base, exponent)
    whole = int(graph.static(exponent, "this exponent"))
    if kind_of(exponent) == "float" or whole < 0:
        base = graph.cast(base, "float")
    result: Scalar = graph.cast(1, kind_of(base)) if kind_of(base) != "bool" else 1
    square, remaining, first = base, abs(whole), True
    while remaining:
        if remaining & 1:
            result, first = (square if first else graph.apply("multiply", result, square)), False
        remaining >>= 1
        if remaining:
            square = graph.apply("multiply", square, square)
    return graph.apply("divide", 1.0, result) if whole < 0 else result


def _static_power(graph: Graph, base: Any, exponent: Any) -> Scalar:
    if isinstance(base, int) and isinstance(exponent, int):
        bits = base.bit_length() * max(exponent, 0)
        if bits > limits.MAX_INTEGER_BITS and abs(base) > 1:
            raise PriorError(f"an integer power of about {bits} bits", "use floats, such as 10.0 ** 3")
        if exponent < -limits.MAX_INTEGER_BITS and abs(base) > 1:
            raise PriorError("an integer power that is practically zero", "write the number itself")
    try:
        return graph.checked(base**exponent)
    except ArithmeticError as error:
        raise PriorError(f"{base!r} ** {exponent!r}: {error}") from None


def unary(graph: Graph, operator: ast.unaryop, operand: Value) -> Value:
    """`-x`, `+x`, `~x` and `not x`."""
    if isinstance(operator, ast.Not):
        return graph.negate(truth(graph, operand))
    if not isinstance(operand, Array) and not is_scalar(operand):
        raise PriorError(f"this operator does not work on {describe(operand)}", "use np.array(...) first")
    if isinstance(operator, ast.USub):
        return elementwise(graph, "negative", operand)
    if isinstance(operator, ast.UAdd):
        return elementwise(graph, "add", operand, 0)
    kind = operand.kind if isinstance(operand, Array) else kind_of(operand)
    if kind == "bool" and not isinstance(operand, bool):
        return elementwise(graph, "not", operand)
    if isinstance(operand, int):
        return ~operand
    raise PriorError("~ works on arrays of truth values", "use `not` for one truth value")


def compare(graph: Graph, operator: ast.cmpop, left: Value, right: Value) -> Value:
    """One link of a comparison chain."""
    if isinstance(operator, (ast.Is, ast.IsNot)):
        same = _identical(graph, left, right)
        return same if isinstance(operator, ast.Is) else graph.negate(same)
    if isinstance(operator, (ast.In, ast.NotIn)):
        found = graph.as_python(_is_in(graph, left, right))
        return found if isinstance(operator, ast.In) else graph.negate(found)
    arrays = [isinstance(side, Array) for side in (left, right)]
    if all(is_scalar(side) for side in (left, right)) or any(arrays):
        return elementwise(graph, _COMPARE[type(operator)], left, right)
    if isinstance(operator, (ast.Eq, ast.NotEq)):
        same = equal(graph, left, right)
        return same if isinstance(operator, ast.Eq) else graph.negate(same)
    if type(left) is type(right) and isinstance(left, (tuple, List)):
        return _ordered(graph, _COMPARE[type(operator)], left, right)
    raise PriorError(
        f"{describe(left)} and {describe(right)} cannot be ordered", "compare numbers entry by entry"
    )


def _is_in(graph: Graph, item: Value, container: Value) -> Scalar:
    """`item in container`."""
    if isinstance(container, Dict):
        return contains(graph, container, item)
    if isinstance(container, str):
        if not isinstance(item, str):
            raise PriorError(f"{describe(item)} in a string", "test strings in strings")
        return item in container
    found: Scalar = False
    is_set = isinstance(container, List) and container.style == "set"
    for other in container.items if is_set else iterate(graph, container):
        found = graph.either(found, equal(graph, item, graph.settle(other)))
    return found


def _ordered(graph: Graph, operation: str, left: Value, right: Value) -> Scalar:
    """Tuples or lists in the order of their first entries that differ."""
    result: Scalar = graph.apply(operation, length(left), length(right))
    for a, b in reversed([*zip(iterate(graph, left), iterate(graph, right), strict=False)]):
        if not is_scalar(a) or not is_scalar(b):
            raise PriorError("only tuples of numbers can be ordered", "compare them entry by entry")
        result = graph.select(graph.apply("equal", a, b), result, graph.apply(operation, a, b))
    return result


def _identical(graph: Graph, left: Value, right: Value) -> Scalar:
    """`left is right`."""
    if is_scalar(left) and is_scalar(right) and kind_of(left) == kind_of(right) != "float":
        if any(isinstance(side, Node) and side.operation in _COMPARE.values() for side in (left, right)):
            raise PriorError(
                "`is` holds for Python's own truth values only, and this may be one of NumPy's",
                "write `if x:`, or bool(x)",
            )
        # Small integers, such as the members of an IntEnum, are one object each.
        return graph.apply("equal", left, right)
    objects = (Container, Cells, str, DType, Member, type(None))
    if isinstance(left, objects) or isinstance(right, objects):
        return left is right or (isinstance(left, (str, DType, Member)) and left == right)
    raise PriorError("`is` compares objects, not numbers", "use == instead")


def equal(graph: Graph, left: Value, right: Value) -> Scalar:  # noqa: PLR0911
    """`left == right` as one truth value."""
    left, right = graph.settle(left), graph.settle(right)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Choice):
            graph.spend()
            return graph.select(
                one.condition, equal(graph, one.then, other), equal(graph, one.otherwise, other)
            )
    if is_scalar(left) and is_scalar(right):
        return graph.apply("equal", left, right)
    if isinstance(left, Array) or isinstance(right, Array):
        return truth(graph, elementwise(graph, "equal", left, right))
    if type(left) is not type(right):
        return False
    if isinstance(left, (List, tuple)):
        if length(left) != length(right):
            return False
        result: Scalar = True
        for a, b in zip(iterate(graph, left), iterate(graph, right), strict=True):
            result = graph.both(result, equal(graph, a, b))
        return result
    if isinstance(left, Dict):
        keys = list(left.items) if left.items.keys() == right.items.keys() else None
        return keys is not None and equal(
            graph, tuple(left.items[key] for key in keys), tuple(right.items[key] for key in keys)
        )
    if isinstance(left, (str, range, DType, Member)) or left is None:
        return bool(left == right)
    return left is right


def total(graph: Graph, entries: Sequence[Scalar], start: Scalar = 0) -> Scalar:
    """The sum of `entries`."""
    result = start
    for number, item in enumerate(entries):
        result = (
            item
            if number == 0 and not isinstance(start, (Node, float)) and start == 0
            else (graph.apply("add", result, item))
        )
    return graph.cast(result, "int") if kind_of(result) == "bool" else result


def matmul(graph: Graph, left: Value, right: Value) -> Value:
    """`left @ right` for vectors and matrices."""
    a, b = to_array(graph, left), to_array(graph, right)
    if not (1 <= a.data.ndim <= 2 and 1 <= b.data.ndim <= 2) or a.data.shape[-1] != b.data.shape[0]:
        raise PriorError(
            f"arrays of shapes {a.data.shape} and {b.data.shape} cannot be multiplied",
            "the last axis of the first must be as long as the first axis of the second",
        )
    rows, columns = np.atleast_2d(a.data), np.atleast_2d(b.data.T)
    graph.spend(rows.shape[0] * columns.shape[0] * max(1, rows.shape[1]))
    entries = [
        total(graph, [graph.apply("multiply", x, y) for x, y in zip(row, column, strict=True)])
        for row in rows
        for column in columns
    ]
    return unwrap(make_array(graph, entries, (*a.data.shape[:-1], *b.data.shape[1:])))
