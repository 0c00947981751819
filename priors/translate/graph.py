"""The scalar graph that a program becomes.

Evaluating a program builds nodes; nothing is computed. Every node is one scalar, so indices, views and
shapes are settled at translation, and the lowered function is a straight line of elementwise equations
that XLA fuses under `jax.vmap`.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from priors.translate import limits
from priors.translate.errors import PriorError
from priors.translate.facts import bounds_under
from priors.translate.intervals import UNBOUNDED, Bounds, bounds_of_result, is_tame
from priors.translate.nodes import Node, Scalar, bounds_of, is_python_truth, is_scalar, kind_of, widest
from priors.translate.operations import OPERATIONS, Kind


def _is_traced(value: Scalar) -> bool:
    """Whether `value` depends on the observation or on memory."""
    return isinstance(value, Node) and value.known is None


_ORDERS = {"less", "less_equal", "greater", "greater_equal"}


def _check_bits(bounds: Bounds) -> None:
    """Refuse an integer that may be too large; a counter without bounds takes too long to get there."""
    largest = max(map(abs, bounds))
    if 2.0**limits.MAX_INTEGER_BITS <= largest < math.inf:
        raise PriorError(f"an integer may have more than {limits.MAX_INTEGER_BITS} bits", "use floats")


def _is_long(operands: Iterable[Scalar]) -> bool:
    return any(isinstance(x, Node) and x.depth > limits.MAX_LITERAL_DEPTH for x in operands)


class Graph:
    """Builds nodes, shares equal ones, and counts what they cost.

    Attributes:
        guard: gives the predicate of the current path, True on the path of every observation;
            operations that can fail read it, so that a branch not taken computes nothing infinite.
        settle: gives the value that a choice between several is on the current path.
        opened: gives what a loop over a value runs over: of an object of the program, its items.
        steps: what has been counted.
        most_steps: what is left of the steps of all rounds.
        provisional: whether intervals of integers are wider than they will be, so that an index which
            seems to be out of range is no error yet.
        stops: the numbers with which others were compared, at which intervals may end.
        in_loop_test: whether the test of a `while` is evaluated, which ends when intervals say so.
        fixed: the literals whose value decided a shape, an index or a branch, a bit each.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.guard: Callable[[], Scalar] = lambda: True
        self.settle: Callable[[Any], Any] = lambda value: value
        self.opened: Callable[[Any], Any] = lambda value: value
        self.provisional = False
        self.in_loop_test = False
        self.fixed = 0
        self.stops: set[float] = set()
        self._weight = 0
        self._bits: dict[str, int] = {}
        self._shared: dict[tuple[Any, ...], Node] = {}
        self.steps = 0
        self.most_steps = limits.MAX_ALL_STEPS

    def spend(self, steps: int = 1) -> None:
        """Count evaluated nodes and touched elements, which bounds every loop."""
        self.steps += steps
        if self.steps > self.most_steps:
            raise PriorError(
                "the program takes too many steps over all rounds of its translation",
                "use shorter loops, and remember a fixed number of values: collections.deque(maxlen=8)",
                fatal=True,
            )
        if self.steps > limits.MAX_STEPS:
            raise PriorError(
                f"the program needs more than {limits.MAX_STEPS} steps once its loops are unrolled",
                "use shorter loops: a policy computes one action from one observation",
                fatal=True,
            )

    def _node(self, operation: str, operands: tuple[Any, ...], kind: Kind, known: Any = None) -> Node:
        key = (operation, kind, *(x if isinstance(x, Node) else (type(x), repr(x)) for x in operands))
        node = self._shared.get(key)
        if node is None:
            bounds = UNBOUNDED
            if known is not None and kind != "bool":
                bounds = (known, known)
            elif kind != "bool" and operation not in ("input", "memory", "parameter"):
                intervals = [bounds_of(operand) for operand in operands]
                if operation == "select":
                    test, *sides = operands
                    intervals[1:] = [bounds_under(s, [(test, s is sides[0])], 2) for s in sides]
                bounds = bounds_of_result(operation, intervals, kind)
                if kind == "int":
                    _check_bits(bounds)
            node = Node(len(self.nodes), operation, operands, kind, known, bounds)
            if operation == "parameter":
                node.literals = self._bits.setdefault(operands[0], 1 << len(self._bits))
            node.fragile = node.fragile or self._can_fail(node)
            self._weigh(node)
            self.nodes.append(node)
            self._shared[key] = node
        return node

    def _weigh(self, node: Node) -> None:
        self._weight += limits.WEIGHTS.get(node.operation, 1)
        if self._weight > limits.MAX_OPERATIONS:
            raise PriorError(
                f"the program becomes more than {limits.MAX_OPERATIONS} operations",
                "use shorter loops and smaller arrays, and fewer divisions and elementary functions",
                fatal=True,
            )
        if node.depth > limits.MAX_DEPTH:
            raise PriorError(
                f"a chain of more than {limits.MAX_DEPTH} operations, each on the result of the one before",
                "use shorter loops",
                fatal=True,
            )

    def input(self, index: int) -> Node:
        """Entry `index` of the observation."""
        return self._node("input", (index,), "float")

    def memory(self, slot: int, kind: Kind, bounds: Bounds = UNBOUNDED) -> Node:
        """Number `slot` of what the program remembers of the step before."""
        node = self._node("memory", (slot,), kind)
        node.bounds = bounds
        return node

    def parameter(self, name: str, value: float) -> Node:
        """A literal of the program that can be tuned, of the kind it is written in."""
        return self._node("parameter", (name,), "int" if isinstance(value, int) else "float", known=value)

    def apply(self, operation: str, *operands: Scalar) -> Scalar:
        """The result of a row of `OPERATIONS`; static operands give a static result."""
        row = OPERATIONS[operation]
        if not all(map(is_scalar, operands)):
            raise PriorError(f"{operation} needs numbers here", "take one entry, or make an array of it")
        kind = row.operands if row.operands != "number" else widest([*map(kind_of, operands), "int"])
        if not any(isinstance(operand, Node) for operand in operands):
            return self._fold(operation, operands)
        if operation == "equal" and kind == "int":
            operands = self._solved(*operands)
            if not any(isinstance(operand, Node) for operand in operands):
                return bool(operands[0] == operands[1])
        if operation in _ORDERS:
            fixed = (x.known if isinstance(x, Node) else x for x in operands)
            self.stops.update(x for x in fixed if x is not None)
            decided = self._decided(operation, *operands) if self.in_loop_test else None
            if decided is not None:
                return decided
        table = self._table(operands) if not row.safe else None
        if table is not None:
            # `len(x) > 3` where a test decides which list x is: kept as logic, which paths can see through.
            test, *sides = table
            return self.select(test, *(self.apply(operation, *side) for side in sides))
        cast = [self.cast(operand, kind) for operand in operands]
        guard = self.guard() if row.safe and not self._is_tame(operation, cast) else True
        if guard is not True:
            for position, safe in enumerate(row.safe):
                operand = cast[position]
                if safe is not None and isinstance(operand, Node) and operand.known is None:
                    cast[position] = self.select(guard, operand, self.cast(safe, kind))
        result: Kind = kind if row.result == "same" else row.result
        known = self._known(operation, cast)
        if known is not None and (result == "bool" or _is_long(cast)):
            # A truth of literals alone decides a path, sooner or later; and nobody tunes what goes through a
            # long computation, such as the iteration for the gains of a linear regulator.
            for operand in cast:
                self.fix(operand)
            return bool(known) if result == "bool" else known
        return self._node(operation, tuple(cast), result, known)

    def _decided(self, operation: str, a: Scalar, b: Scalar) -> bool | None:
        """What a comparison comes to wherever it is reached, None if that depends.

        So `while timer >= period: timer -= period` ends after its last turn. The test of an `if` stays, to be
        reported as a branch that is never taken.
        """
        guard = self.guard()
        for tests in ([], [(guard, True)]):
            (low_a, high_a), (low_b, high_b) = (bounds_under(side, tests) for side in (a, b))
            if operation in ("greater", "greater_equal"):
                low_a, high_a, low_b, high_b = low_b, high_b, low_a, high_a
            strict = operation in ("less", "greater")
            holds = high_a < low_b or (high_a == low_b and not strict)
            if holds or high_b < low_a or (high_b == low_a and strict):
                for number in (a, b, guard if tests else True):
                    self.fix(number)
                return holds
            if guard is True:
                break
        return None

    def _table(self, operands: Sequence[Scalar]) -> tuple[Node, list[Scalar], list[Scalar]] | None:
        """If one operand chooses among fixed integers: its test, and the operands for both outcomes.

        The other operands must be fixed too; literals among them become constants.
        """
        places = [i for i, operand in enumerate(operands) if isinstance(operand, Node) and operand.choices]
        others = [operand for i, operand in enumerate(operands) if i not in places]
        if len(places) != 1 or any(isinstance(x, Node) and x.known is None for x in others):
            return None
        plain = [x if i in places else self.static(x, "") for i, x in enumerate(operands)]
        test, *sides = operands[places[0]].operands  # type: ignore[union-attr]
        then, otherwise = ([*plain[: places[0]], side, *plain[places[0] + 1 :]] for side in sides)
        return test, then, otherwise

    def _solved(self, a: Scalar, b: Scalar) -> tuple[Scalar, Scalar]:
        """`a == b` of integers, where one is fixed, as an equation of the number the other is made of.

        Then `3 * leg + 1 == 4` and `1 - leg == 0` are the condition `leg == 1`, which paths know as one.
        """
        node, right = (a, b) if isinstance(a, Node) and a.known is None else (b, a)
        if not isinstance(node, Node) or node.known is not None or _is_traced(right):
            return a, b
        value = self.static(right, "")
        while node.operation in ("add", "subtract", "multiply"):
            x, y = node.operands
            inner, other = (y, x) if _is_traced(y) else (x, y)
            if not _is_traced(inner) or _is_traced(other):
                break
            fixed = self.static(other, "")
            if node.operation == "multiply":
                if not fixed or value % fixed:
                    return 0, int(value != 0 or fixed != 0)
                value = value // fixed
            elif node.operation == "add":
                value = value - fixed
            else:
                value = value + fixed if inner is x else fixed - value
            node = inner
        self.stops.add(value)
        return (node, value) if node.bounds[0] <= value <= node.bounds[1] else (0, 1)

    def _fold(self, operation: str, operands: Sequence[Any]) -> Scalar:
        python = OPERATIONS[operation].python
        try:
            value = python(*operands)
        except (ArithmeticError, ValueError) as error:
            raise PriorError(
                f"{operation} of {', '.join(map(repr, operands))}: {error}", raises=type(error).__name__
            ) from None
        return self.checked(value)

    def checked(self, value: Any) -> Scalar:
        """Refuse static results which are too large or no real number."""
        if isinstance(value, int) and value.bit_length() > limits.MAX_INTEGER_BITS:
            raise PriorError(f"an integer has more than {limits.MAX_INTEGER_BITS} bits", "use a float")
        if isinstance(value, complex):
            raise PriorError("complex numbers are not allowed")
        return value

    def _known(self, operation: str, operands: Sequence[Scalar]) -> Any:
        """The value of an operation on literals alone, None where an operand depends on anything else."""
        values = [operand.known if isinstance(operand, Node) else operand for operand in operands]
        return None if any(value is None for value in values) else self._fold(operation, values)

    def cast(self, value: Scalar, kind: Kind) -> Scalar:  # noqa: PLR0911
        """`value` as `kind`: to float and int as Python does, to bool by its truth."""
        if kind_of(value) == kind:
            return value
        if not isinstance(value, Node):
            return {"bool": bool, "int": int, "float": float}[kind](value)
        if kind == "bool":
            return self.apply("not_equal", value, 0)
        if value.kind == "float":
            return self.apply("to_int", value)
        known = None if value.known is None else (int if kind == "int" else float)(value.known)
        if kind == "float" and value.operation == "parameter":
            # `2 * x` for a real x: the literal may be tuned to 2.1.
            return self._node("parameter", value.operands, "float", known)
        if kind == "float" and value.operation == "select" and value.kind == "int":
            test, then, otherwise = value.operands
            return self.select(test, self.cast(then, "float"), self.cast(otherwise, "float"))
        return self._node("widen", (value,), kind, known)

    def select(self, condition: Scalar, then: Scalar, otherwise: Scalar) -> Scalar:
        """`then if condition else otherwise`, both already computed."""
        if not isinstance(condition, Node):
            return then if condition else otherwise
        if then is otherwise or (
            not isinstance(then, Node) and type(then) is type(otherwise) and repr(then) == repr(otherwise)
        ):
            return then
        kind = widest([kind_of(then), kind_of(otherwise)])
        if kind == "bool":
            # Kept as logic, which paths can see through.
            return self.either(self.both(condition, then), self.both(self.negate(condition), otherwise))
        return self._node("select", (condition, self.cast(then, kind), self.cast(otherwise, kind)), kind)

    def both(self, a: Scalar, b: Scalar) -> Scalar:
        """Logical and of two truth values."""
        if not isinstance(a, Node):
            return b if a else False
        if not isinstance(b, Node):
            return a if b else False
        return a if a is b else self.apply("and", a, b)

    def either(self, a: Scalar, b: Scalar) -> Scalar:
        """Logical or of two truth values."""
        if not isinstance(a, Node):
            return True if a else b
        if not isinstance(b, Node):
            return True if b else a
        return a if a is b else self.apply("or", a, b)

    def negate(self, a: Scalar) -> Scalar:
        """Logical not of a truth value."""
        if isinstance(a, Node) and a.operation == "not":
            return a.operands[0]
        return self.apply("not", a)

    def as_python(self, a: Scalar) -> Scalar:
        """A truth value as one of Python's own, whose sum with another is an integer."""
        return self.apply("truth", a) if isinstance(a, Node) and not is_python_truth(a) else a

    def guarded(self, value: Scalar, condition: Scalar) -> Scalar:
        """`value` computed so that it is harmless wherever `condition` does not hold.

        For results that exist before their condition is known, as in `np.where(x > 0, np.sqrt(x), 0)`.
        """
        if not isinstance(condition, Node) or not isinstance(value, Node) or not value.fragile:
            return value
        nodes = self.reachable([value])
        self.spend(len(nodes))
        outer = self.guard
        made: dict[int, Scalar] = {}
        self.guard = lambda: condition
        for node in nodes:
            operands = [made[o.index] if isinstance(o, Node) else o for o in node.operands]
            if self._can_fail(node):
                made[node.index] = self.apply(node.operation, *operands)
            elif any(a is not b for a, b in zip(operands, node.operands, strict=True)):
                made[node.index] = self._node(node.operation, tuple(operands), node.kind, node.known)
            else:
                made[node.index] = node
        self.guard = outer
        return made[value.index]

    def _can_fail(self, node: Node) -> bool:
        """Whether some operands would make the result of `node` or its derivative infinite."""
        if node.operation not in OPERATIONS or node.known is not None:
            return False
        return bool(OPERATIONS[node.operation].safe) and not self._is_tame(node.operation, node.operands)

    def _is_tame(self, operation: str, operands: Sequence[Scalar]) -> bool:
        if not is_tame(operation, [bounds_of(operand) for operand in operands]):
            return False
        if _is_traced(operands[-1]):
            # The 1 of `x / (abs(y) + 1)` is there to guard: it must not be tuned to -1.
            self.fix(operands[-1])
        return True

    def fix(self, value: Scalar) -> None:
        """Note that the value of the literals in `value` decides what the program is."""
        if isinstance(value, Node):
            self.fixed |= value.literals

    def names_of(self, literals: int) -> set[str]:
        """The names of literals that are given as bits."""
        return {name for name, bit in self._bits.items() if literals & bit}

    def literals_of(self, roots: Iterable[Scalar]) -> set[str]:
        """Names of the literals that `roots` depend on."""
        bits = (root.literals for root in roots if isinstance(root, Node))
        return self.names_of(functools.reduce(operator.or_, bits, 0))

    def integer_literals(self, roots: Iterable[Scalar]) -> set[str]:
        """Names of the literals that `roots` use as integers, which no tuning may make fractions."""
        nodes = self.reachable(roots)
        return {node.operands[0] for node in nodes if node.operation == "parameter" and node.kind == "int"}

    @staticmethod
    def reachable(roots: Iterable[Scalar]) -> list[Node]:
        """The nodes that `roots` depend on, operands first."""
        found: dict[int, Node] = {}
        pending = [root for root in roots if isinstance(root, Node)]
        while pending:
            node = pending.pop()
            if node.index not in found:
                found[node.index] = node
                pending += [operand for operand in node.operands if isinstance(operand, Node)]
        return [found[index] for index in sorted(found)]

    def static(self, value: Scalar, what: str, hint: str = "") -> bool | int | float:
        """The value of a number that must not depend on the observation, `what` in the error."""
        if not isinstance(value, Node):
            return value
        if value.known is None:
            raise PriorError(
                f"{what} depends on the observation",
                hint or f"make {what} a fixed number",
            )
        self.fix(value)
        return value.known
