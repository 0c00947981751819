"""From a checked tree to a graph: the module runs once, then its policy on a symbolic observation."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from priors.translate import entry, limits, modules
from priors.translate.errors import PriorError
from priors.translate.exceptions import ThrownError
from priors.translate.expressions import EXPRESSIONS
from priors.translate.graph import Kind
from priors.translate.groups import GrowthError
from priors.translate.literals import Literals
from priors.translate.machine import Machine, RestartError
from priors.translate.memory import Memory, Step
from priors.translate.nodes import Scalar
from priors.translate.parse import Program
from priors.translate.scopes import Scopes
from priors.translate.statements import STATEMENTS


@dataclass(frozen=True)
class Branch:
    """A test that depends on the observation or on memory.

    Attributes:
        line: its line in the text.
        text: the test as source.
        holds: whether a step reaches it and it holds.
        fails: whether a step reaches it and it does not hold.
    """

    line: int
    text: str
    holds: Scalar
    fails: Scalar


@dataclass(frozen=True)
class Evaluated:
    """What a program computes.

    Attributes:
        bounds: the lower bounds of the action and then the upper ones, numbers of one graph.
        kinds: the kinds of the remembered numbers; none for a stateless program.
        first: the remembered numbers at the start of an episode.
        after: the remembered numbers after a step.
        branches: the tests of the program.
        parameters: the values of the literals that can be tuned.
        literals: the values of all literals that were tunable to begin with.
        notes: what the author should know.
    """

    bounds: tuple[Scalar, ...]
    kinds: tuple[Kind, ...]
    first: tuple[Scalar, ...]
    after: tuple[Scalar, ...]
    branches: tuple[Branch, ...]
    parameters: dict[str, float]
    literals: dict[str, float]
    notes: tuple[str, ...]


def evaluate(program: Program, observation_size: int, action_size: int) -> Evaluated:
    """Evaluate a program in rounds.

    Every literal begins as tunable, and those that fix the program's structure become constants; nothing
    begins as remembered, and what a step changes is remembered (`memory`). Each round costs as much as
    the first.

    Raises:
        PriorError: the program is refused.
    """
    scopes, literals = Scopes(), Literals(program.tree)
    fixed: frozenset[str] = frozenset()
    memory, restarts, spent = Memory(), 0, 0
    for _ in range(limits.MAX_ROUNDS):
        machine = Machine(scopes, literals, fixed, EXPRESSIONS, STATEMENTS)
        machine.graph.most_steps -= spent
        try:
            step, bounds = _run(machine, program, memory, observation_size, action_size)
            if not step.learn():
                return _evaluated(machine, literals, step, bounds)
        except RestartError as restart:
            restarts += 1
            fixed |= restart.names if restarts <= limits.MAX_RESTARTS else literals.values.keys()
            memory = Memory()
        except GrowthError as growth:
            memory = Memory(
                memory.split, {**memory.logs, **dict.fromkeys(growth.cells, _reach(program.tree))}
            )
        except PriorError as error:
            if error.fatal and not memory.split and len(memory.cells) > 1:
                # Forms of all names together may be too many where those of each name are few.
                memory = Memory(split=True, logs=memory.logs)
                continue
            # What was noted before comes first: the other may only follow from it.
            raise PriorError.group(machine.errors or [_placed(error, program)]) from None
        finally:
            spent += machine.cost()
    raise PriorError(
        "what the policy remembers does not come to rest: its lists or kinds of values go on changing",
        "keep a fixed number of values of fixed types",
    )


def _run(
    machine: Machine, program: Program, memory: Memory, observation_size: int, action_size: int
) -> tuple[Step, tuple[Scalar, ...]]:
    body, end = program.tree.body, modules.demonstration(program.tree, program.policy)
    machine.execute(body[:end])
    machine.try_out(body[end:])
    policy = entry.prepare(machine, program.policy, observation_size, action_size)
    step = Step(machine, memory, [machine.module, policy])
    observation = entry.observation_of(machine, observation_size)
    try:
        low, high = policy.call(machine, observation, action_size)
    except ThrownError:
        raise PriorError("the policy raises for every observation", "return an action") from None
    if machine.errors:
        raise PriorError.group(machine.errors)
    return step, (*low.data, *high.data)


def _placed(error: PriorError, program: Program) -> PriorError:
    """`error` with a place: where the name it is about is changed, or else where the policy is defined."""
    if error.line is not None:
        return error
    name = error.about or program.policy
    found: list[tuple[int, ast.AST]] = []
    for node in ast.walk(program.tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
            found.append((1, node))
        inner = node.value if isinstance(node, ast.Attribute) else None
        if _is_named(inner, name) and isinstance(node, ast.Attribute) and node.attr in _GROWING:
            found.append((0, node))
        if _is_named(node, name):
            found.append((2 if isinstance(getattr(node, "ctx", None), ast.Store) else 3, node))
    return error.at(min(found, key=lambda pair: pair[0])[1]) if found else error


def _reach(tree: ast.AST) -> int:
    """How far from its end a program looks into its lists."""
    indices = (
        part for node in ast.walk(tree) if isinstance(node, ast.Subscript) for part in ast.walk(node.slice)
    )
    minuses = (
        part.operand for part in indices if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub)
    )
    numbers = [
        part.value for part in minuses if isinstance(part, ast.Constant) and isinstance(part.value, int)
    ]
    return max([n for n in numbers if n <= limits.MAX_FORMS // 2], default=1)


_GROWING = ("append", "appendleft", "extend", "insert")


def _is_named(node: ast.AST | None, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name
    return isinstance(node, ast.Attribute) and node.attr == name


def _evaluated(machine: Machine, literals: Literals, step: Step, bounds: tuple[Scalar, ...]) -> Evaluated:
    graph, masks = machine.graph, machine.paths.mask
    first, after = step.carries()
    tests = sorted(machine.tests.values(), key=lambda test: (test.node.lineno, test.node.col_offset))
    branches = tuple(
        Branch(test.node.lineno, ast.unparse(test.node), masks(test.holds), masks(test.fails))
        for test in tests
    )
    decisions = [side for branch in branches for side in (branch.holds, branch.fails)]
    roots = (*bounds, *first, *after, *decisions)
    # What fixed the structure, or is used as an integer, stays a constant.
    used = graph.literals_of(roots) - graph.names_of(graph.fixed) - graph.integer_literals(roots)
    return Evaluated(
        bounds=bounds,
        kinds=tuple(step.kinds),
        first=tuple(first),
        after=tuple(after),
        branches=branches,
        parameters={name: value for name, value in literals.values.items() if name in used},
        literals=literals.values,
        notes=tuple(dict.fromkeys(machine.notes)),
    )
