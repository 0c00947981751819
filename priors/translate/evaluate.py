"""From a checked tree to a graph: the module runs once, then its policy on a symbolic observation."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from priors.translate import limits
from priors.translate.containers import Array, List, Value
from priors.translate.errors import PriorError
from priors.translate.expressions import EXPRESSIONS
from priors.translate.graph import Scalar, is_scalar
from priors.translate.literals import Literals
from priors.translate.machine import Machine, RestartError
from priors.translate.parse import Program
from priors.translate.statements import STATEMENTS
from priors.translate.values import Function, Unusable, describe, make_array, to_array

_CLOCK_NAMES = {"t", "time", "step", "steps", "state", "memory", "carry", "dt", "timestep", "prev_action"}

_TIME_STEPS = {"dt", "timestep"}
"""Those of them that are constants where they have a number as default."""


@dataclass(frozen=True)
class Evaluated:
    """What a program computes.

    Attributes:
        bounds: the lower bounds of the action and then the upper ones, numbers of one graph.
        parameters: the values of the literals that can be tuned.
        notes: what the author should know.
    """

    bounds: tuple[Scalar, ...]
    parameters: dict[str, float]
    notes: tuple[str, ...]


def evaluate(program: Program, observation_size: int, action_size: int) -> Evaluated:
    """Evaluate a program, first with every literal tunable, then without those that fix its structure."""
    literals = Literals(program.tree)
    fixed: frozenset[str] = frozenset()
    for restarts in itertools.count():
        machine = Machine(literals, fixed, EXPRESSIONS, STATEMENTS)
        try:
            low, high = _run(machine, program, observation_size, action_size)
            needed = machine.graph.used_statically
        except RestartError as restart:
            needed = restart.names | machine.graph.used_statically
        else:
            if needed <= fixed:
                break
        # Each round costs as much as the first; with all literals fixed there is no further one.
        fixed |= needed if restarts < limits.MAX_RESTARTS else literals.values.keys()
    bounds = (*low.data, *high.data)
    used = machine.graph.literals_of(bounds)
    parameters = {name: value for name, value in literals.values.items() if name in used}
    return Evaluated(bounds, parameters, tuple(dict.fromkeys(machine.notes)))


def _run(machine: Machine, program: Program, observation_size: int, action_size: int) -> tuple[Array, Array]:
    machine.execute(program.tree.body)
    policy = machine.lookup(program.policy)
    if not isinstance(policy, Function):
        raise PriorError(f"`{program.policy}` is not a function", "define `def policy(obs):`")
    _check_arguments(policy)
    entries = [machine.graph.input(i) for i in range(observation_size)]
    observation = make_array(machine.graph, entries, (observation_size,), "float")
    result = machine.call(policy, [observation], {}, lambda value: action(machine, value, action_size))
    if isinstance(result, Unusable):
        raise PriorError(f"the result of `{policy.name}`: {result.message}", result.hint)
    return result


def _check_arguments(policy: Function) -> None:
    arguments = [a.arg for a in (*policy.arguments.posonlyargs, *policy.arguments.args)]
    arguments += [a.arg for a in policy.arguments.kwonlyargs]
    if not (policy.arguments.posonlyargs or policy.arguments.args):
        raise PriorError(f"`{policy.name}` takes no observation", "write def policy(obs):").at(policy.body[0])
    for name in arguments[1:]:
        constant = name in _TIME_STEPS and is_scalar(policy.defaults.get(name))
        if not constant and (name not in policy.defaults or name in _CLOCK_NAMES):
            why = (
                "programs with memory are not yet translated" if name in _CLOCK_NAMES else "it has no default"
            )
            error = PriorError(
                f"`{policy.name}` has the argument `{name}` besides the observation: {why}",
                "write def policy(obs): which computes the action from the observation alone",
            )
            raise error.at(policy.body[0])


def action(machine: Machine, value: Value, action_size: int) -> tuple[Array, Array]:
    """What a policy returned as lower and upper bounds, each of `action_size` floats.

    A pair of vectors is a pair of bounds; `action_size` numbers are an action, also where that is two.
    """
    graph = machine.graph
    hint = f"return {action_size} numbers, or (low, high) of {action_size} numbers each"
    if value is None:
        raise PriorError("the policy may end without returning an action", f"on every path, {hint}")
    if is_scalar(value):
        value = (value,)
    if not isinstance(value, (List, tuple, Array)):
        raise PriorError(f"the policy returns {describe(value)}", hint)
    if isinstance(value, (List, tuple)):
        parts = value.items if isinstance(value, List) else value
        if len(parts) == 2 and not any(is_scalar(part) for part in parts):
            low, high = (_vector(machine, part, action_size, hint) for part in parts)
            return low, high
    array = to_array(graph, value, "float")
    if array.data.shape == (2, action_size):
        return Array(array.data[0], "float"), Array(array.data[1], "float")
    vector = _vector(machine, array, action_size, hint)
    return vector, vector


def _vector(machine: Machine, value: Value, action_size: int, hint: str) -> Array:
    if isinstance(value, (tuple, List, Array)):
        vector = to_array(machine.graph, value, "float")
        if vector.data.shape == (action_size,):
            return vector
        raise PriorError(f"the policy returns an action of shape {vector.data.shape}", hint)
    raise PriorError(f"the policy returns {describe(value)} as an action", hint)
