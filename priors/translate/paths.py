"""Path predicates: which observations reach a statement.

A path is a Boolean function of the program's branch conditions, kept as a reduced ordered decision
diagram (Bryant, 1986): equal paths are equal integers, so "is this name assigned wherever it is read"
is one comparison.
"""

from __future__ import annotations

from priors.translate import limits
from priors.translate.errors import PriorError
from priors.translate.graph import Graph
from priors.translate.nodes import Node, Scalar

Path = int
NOWHERE: Path = 0
EVERYWHERE: Path = 1

# A comparison and its complement are one condition; they differ at NaN alone, which no branch handles.
_COMPLEMENTS = {"greater_equal": "less", "less_equal": "greater", "not_equal": "equal"}


_LOGIC = {"not", "and", "or", "truth"}


class Paths:
    """Builds paths and the predicate nodes that select them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._rows: list[tuple[int, Path, Path]] = [(limits.MAX_CONDITIONS + 1, 0, 0)] * 2
        self._shared: dict[tuple[int, Path, Path], Path] = {}
        self._choices: dict[tuple[Path, Path, Path], Path] = {}
        self._conditions: dict[tuple[object, ...], Path] = {}
        self._found: dict[int, Path] = {}
        self._masks: dict[Path, Scalar] = {NOWHERE: False, EVERYWHERE: True}
        self._recipes: dict[Path, tuple[str, Path, Path]] = {}

    def _row(self, condition: int, then: Path, otherwise: Path) -> Path:
        if then == otherwise:
            return then
        key = (condition, then, otherwise)
        if key not in self._shared:
            _check_budget(len(self._rows), limits.MAX_PATH_NODES)
            self._shared[key] = len(self._rows)
            self._rows.append(key)
        return self._shared[key]

    def _choose(self, test: Path, then: Path, otherwise: Path) -> Path:
        """The path `test and then or not test and otherwise`."""
        if test == EVERYWHERE or then == otherwise:
            return then
        if test == NOWHERE:
            return otherwise
        if then == EVERYWHERE and otherwise == NOWHERE:
            return test
        key = (test, then, otherwise)
        if key not in self._choices:
            _check_budget(len(self._choices), limits.MAX_PATH_CHOICES)
            top = min(self._rows[path][0] for path in key)
            split = [
                (row[1], row[2]) if row[0] == top else (path, path)
                for path, row in ((path, self._rows[path]) for path in key)
            ]
            self._choices[key] = self._row(
                top, self._choose(*(side[0] for side in split)), self._choose(*(side[1] for side in split))
            )
        return self._choices[key]

    def cost(self) -> int:
        """Steps of the algorithm so far."""
        return len(self._choices)

    def where(self, condition: Scalar) -> Path:
        """The path of the observations for which `condition`, a truth value, holds."""
        if not isinstance(condition, Node):
            return EVERYWHERE if condition else NOWHERE
        # Conditions share their parts, so each part is visited once; a stack, for they may be deep.
        pending = [condition]
        while pending:
            node = pending[-1]
            parts = node.operands if node.operation in _LOGIC else ()
            missing = [part for part in parts if isinstance(part, Node) and part.index not in self._found]
            if missing:
                pending += reversed(missing)
                continue
            pending.pop()
            if node.index not in self._found:
                path = self._found[node.index] = self._path_of(node)
                self._masks.setdefault(path, node)
        return self._found[condition.index]

    def _path_of(self, node: Node) -> Path:
        """The path of a condition whose parts have theirs."""
        if node.operation not in _LOGIC:
            return self._condition(node)
        parts = [self.where(part) for part in node.operands]
        if node.operation == "truth":
            return parts[0]
        if node.operation == "not":
            return self._choose(parts[0], NOWHERE, EVERYWHERE)
        a, b = parts
        return self._choose(a, b, NOWHERE) if node.operation == "and" else self._choose(a, EVERYWHERE, b)

    def _condition(self, node: Node) -> Path:
        operation, operands = node.operation, node.operands
        complement = operation in _COMPLEMENTS
        operation = _COMPLEMENTS.get(operation, operation)
        if operation == "greater":
            operation, operands = "less", operands[::-1]
        key = (operation, *(x if isinstance(x, Node) else (type(x), x) for x in operands))
        if key not in self._conditions:
            if len(self._conditions) >= limits.MAX_CONDITIONS:
                raise PriorError(
                    f"more than {limits.MAX_CONDITIONS} branches on observations",
                    "use np.where, np.clip, min or max instead of `if` inside long loops",
                    fatal=True,
                )
            self._conditions[key] = self._row(len(self._conditions), EVERYWHERE, NOWHERE)
        path = self._conditions[key]
        return self._choose(path, NOWHERE, EVERYWHERE) if complement else path

    def both(self, a: Path, b: Path) -> Path:
        """The observations on `a` and on `b`."""
        return self._named(self._choose(a, b, NOWHERE), "and", a, b)

    def either(self, a: Path, b: Path) -> Path:
        """The observations on `a` or on `b`."""
        return self._named(self._choose(a, EVERYWHERE, b), "or", a, b)

    def without(self, a: Path, b: Path) -> Path:
        """The observations on `a` but not on `b`."""
        return self._named(self._choose(b, NOWHERE, a), "and not", a, b)

    def _named(self, path: Path, operation: str, a: Path, b: Path) -> Path:
        if path not in self._masks:
            self._recipes.setdefault(path, (operation, a, b))
        return path

    def meet(self, a: Path, b: Path) -> bool:
        """Whether an observation can be on both paths."""
        return self._choose(a, b, NOWHERE) != NOWHERE

    def covers(self, outer: Path, inner: Path) -> bool:
        """Whether every observation on `inner` is on `outer`."""
        return self._choose(inner, outer, EVERYWHERE) == EVERYWHERE

    def mask(self, path: Path) -> Scalar:
        """The predicate of `path`, a Boolean node or a static truth value, built when first needed."""
        if path not in self._masks:
            operation, a, b = self._recipes[path]
            left, right, graph = self.mask(a), self.mask(b), self._graph
            if operation == "or":
                self._masks[path] = graph.either(left, right)
            else:
                self._masks[path] = graph.both(left, right if operation == "and" else graph.negate(right))
        return self._masks[path]


def _check_budget(count: int, budget: int) -> None:
    if count >= budget:
        raise PriorError(
            "too many branches on observations depend on each other", "write fewer nested `if`s", fatal=True
        )
