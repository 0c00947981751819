"""Exceptions: an observation that raises leaves what follows and goes on in the handler that catches it.

That is a path like any other, for whatever surely raises in CPython too: a name or attribute that does not
exist yet, an index or key that is not there, `math` outside of its domain, division by zero, `raise` itself.
Floats of the observation are NumPy's: divided by zero they raise nothing, and go on as NaN or infinity.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from dataclasses import dataclass, field

from priors.translate.containers import Array, List, Value
from priors.translate.graph import Graph
from priors.translate.nodes import Node, Scalar, is_scalar, kind_of
from priors.translate.paths import NOWHERE, Path
from priors.translate.state import State
from priors.translate.values import length

_NAMES = (
    *("BaseException", "Exception", "ArithmeticError", "AssertionError", "AttributeError"),
    *("FloatingPointError", "ImportError", "IndexError", "KeyError", "LookupError", "ModuleNotFoundError"),
    *("NameError", "NotImplementedError", "OverflowError", "RuntimeError", "StopIteration", "TypeError"),
    *("UnboundLocalError", "ValueError", "ZeroDivisionError"),
)
_CLASSES: dict[str, type[BaseException]] = {name: getattr(builtins, name) for name in _NAMES}


class ThrownError(Exception):
    """All observations on the current path have raised, and a `try` of the program catches them."""


@dataclass(eq=False)
class Try:
    """A `try` whose block runs.

    Attributes:
        clauses: the exceptions that each `except` catches.
        raised: for each, the observations that go on there.
        kinds: for each, what they have raised.
    """

    clauses: tuple[tuple[type[BaseException], ...], ...]
    raised: list[Path] = field(init=False)
    kinds: list[set[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with no observation."""
        self.raised = [NOWHERE] * len(self.clauses)
        self.kinds = [set() for _ in self.clauses]

    def clause(self, kind: str) -> int | None:
        """Which `except` catches an exception, None if none does."""
        raised = _CLASSES.get(kind)
        if raised is None:
            return None
        return next((i for i, caught in enumerate(self.clauses) if issubclass(raised, caught)), None)


def caught_by(handler: ast.ExceptHandler) -> tuple[type[BaseException], ...]:
    """The exceptions that an `except` names; those that nothing here raises are left out."""
    if handler.type is None:
        return (BaseException,)
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return tuple(_CLASSES[name] for name in map(name_of, types) if name in _CLASSES)


def name_of(node: ast.expr) -> str:
    """What the exception in `raise X`, `raise X(...)` or `except module.X` is called."""
    if isinstance(node, ast.Call):
        node = node.func
    name = ast.unparse(node).split(".")[-1]
    return "ValueError" if name == "LinAlgError" else name


def is_caught(state: State, kind: str) -> bool:
    """Whether a `try` that runs catches an exception."""
    return any(running.clause(kind) is not None for running in state.tries)


def leave(state: State, path: Path, kind: str) -> None:
    """Send the observations on `path` to the handler of an exception that `is_caught`."""
    for running in reversed(state.tries):
        clause = running.clause(kind)
        if clause is not None:
            running.raised[clause] = state.paths.either(running.raised[clause], path)
            running.kinds[clause].add(kind)
            break
    state.raised = state.paths.either(state.raised, path)
    state.alive = state.paths.without(state.alive, path)


def throw(state: State, path: Path, kind: str) -> None:
    """As `leave`, inside of an expression.

    Raises:
        ThrownError: nobody is left to evaluate the rest of it.
    """
    leave(state, path, kind)
    if state.alive == NOWHERE:
        raise ThrownError


def abandon(state: State) -> None:
    """End the step of the observations on the current path: nothing catches what they raise.

    Raises:
        ThrownError: nobody is left on it.
    """
    state.abandoned = state.paths.either(state.abandoned, state.alive)
    state.raised = state.paths.either(state.raised, state.alive)
    state.alive = NOWHERE
    raise ThrownError


def throw_where(state: State, condition: Scalar, kind: str) -> None:
    """Raise on those observations of the current path for which `condition` holds."""
    path = state.paths.both(state.alive, state.paths.where(condition))
    if path != NOWHERE:
        throw(state, path, kind)


def check_division(state: State, operator: ast.operator, left: Value, right: Value) -> None:
    """Raise where a number is divided by zero, unless it is surely one of NumPy's, which raise nothing."""
    divides = isinstance(operator, (ast.Div, ast.FloorDiv, ast.Mod)) and is_scalar(left) and is_scalar(right)
    if not divides or not is_caught(state, "ZeroDivisionError"):
        return
    by_zero = state.paths.both(state.alive, state.paths.where(state.graph.apply("equal", right, 0)))
    sides = [_chosen(state, side, by_zero) for side in (left, right)] if by_zero != NOWHERE else [[]]
    if all(any(map(_may_be_python, side)) for side in sides):
        throw(state, by_zero, "ZeroDivisionError")


def check_index(state: State, owner: Value, index: Value) -> None:
    """Raise where an index that depends on the observation is out of range."""
    is_open = isinstance(index, Node) and index.known is None and index.kind == "int"
    if not is_open or not isinstance(owner, (List, tuple, Array)) or not is_caught(state, "IndexError"):
        return
    graph, size = state.graph, length(owner)
    below, beyond = graph.apply("less", index, -size), graph.apply("greater_equal", index, size)
    throw_where(state, graph.either(below, beyond), "IndexError")


def _chosen(state: State, value: Scalar, path: Path) -> list[Scalar]:
    """The numbers among which tests choose `value` on a path: `sum(xs)` is 0 where `xs` is empty."""
    if not isinstance(value, Node) or value.operation != "select":
        return [value]
    test, then, otherwise = value.operands
    where, found = state.paths.where(test), list[Scalar]()
    for side, its in ((then, state.paths.both(path, where)), (otherwise, state.paths.without(path, where))):
        state.graph.spend()
        found += _chosen(state, side, its) if its != NOWHERE else []
    return found


def _may_be_python(value: Scalar) -> bool:
    """Whether a number may be one of Python's own: an integer, a literal, or what was remembered."""
    if kind_of(value) != "float" or not isinstance(value, Node) or value.known is not None:
        return True
    if value.operation in ("minimum", "maximum"):
        return any(map(_may_be_python, value.operands))
    return value.operation in ("memory", "widen")


Refusal = Callable[..., Scalar]
"""Of a graph and the arguments: where a function of `math` refuses them."""


def _beyond(operation: str, bound: float) -> Refusal:
    return lambda graph, x, *_: graph.apply(operation, x, bound)


def _size_beyond(operation: str, bound: float) -> Refusal:
    return lambda graph, x: graph.apply(operation, graph.apply("absolute", x), bound)


def _zero_divisor(graph: Graph, _: Scalar, y: Scalar) -> Scalar:
    return graph.apply("equal", y, 0)


def _no_real_power(graph: Graph, x: Scalar, y: Scalar) -> Scalar:
    broken = graph.apply("not_equal", graph.apply("floor", y), y)
    of_negative = graph.both(graph.apply("less", x, 0.0), broken)
    return graph.either(of_negative, graph.both(graph.apply("equal", x, 0.0), graph.apply("less", y, 0.0)))


_DOMAINS: dict[str, tuple[str, Refusal]] = {
    "math.sqrt": ("ValueError", _beyond("less", 0.0)),
    "math.log": ("ValueError", _beyond("less_equal", 0.0)),
    "math.log2": ("ValueError", _beyond("less_equal", 0.0)),
    "math.log10": ("ValueError", _beyond("less_equal", 0.0)),
    "math.log1p": ("ValueError", _beyond("less_equal", -1.0)),
    "math.asin": ("ValueError", _size_beyond("greater", 1.0)),
    "math.acos": ("ValueError", _size_beyond("greater", 1.0)),
    "math.atanh": ("ValueError", _size_beyond("greater_equal", 1.0)),
    "math.acosh": ("ValueError", _beyond("less", 1.0)),
    "math.fmod": ("ValueError", _zero_divisor),
    "math.pow": ("ValueError", _no_real_power),
    "math.exp": ("OverflowError", _beyond("greater", 709.782712893384)),
    "math.sinh": ("OverflowError", _size_beyond("greater", 710.4758600739439)),
    "math.cosh": ("OverflowError", _size_beyond("greater", 710.4758600739439)),
}


def check_domain(state: State, function: str, arguments: tuple[Value, ...]) -> None:
    """Raise where a function of `math` does."""
    if not state.tries or function not in _DOMAINS or not all(map(is_scalar, arguments)):
        return
    kind, refused = _DOMAINS[function]
    if is_caught(state, kind) and arguments:
        throw_where(state, refused(state.graph, *arguments), kind)
