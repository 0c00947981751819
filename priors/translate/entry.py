"""How a program is called: its policy, what its arguments mean, and what its result is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from priors.translate import attributes, bindings, calls
from priors.translate.containers import Array, List, Value
from priors.translate.errors import PriorError
from priors.translate.frames import Cells
from priors.translate.machine import Machine
from priors.translate.modules import ACT_METHODS
from priors.translate.nodes import Node, is_scalar
from priors.translate.objects import Class, Function, Instance, Method, Unusable
from priors.translate.values import describe, make_array, to_array

CLOCKS = ("t", "step", "steps", "k", "i", "timestep", "time_step", "step_count", "time")
"""Arguments that count the calls of an episode from 0."""

MEMORIES = ("state", "memory", "carry", "mem", "hidden", "internal_state")
"""Arguments that hold what the call before returned beside the action."""

_FIRST_MEMORY = ("init_state", "initial_state", "init_memory", "initial_memory")

_SIZES = {
    "observation": ("obs_dim", "observation_size", "observation_dim", "obs_size", "state_dim", "n_obs"),
    "action": ("act_dim", "action_size", "action_dim", "act_size", "n_actions", "num_actions"),
}


@dataclass(eq=False)
class Entry(Cells):
    """A policy ready to be called; its cells are the clock and the memory that its arguments get.

    Attributes:
        function: what is called, with `receiver` before the observation if it is a method.
        arguments: what each argument after the observation gets: "clock", "memory", or its default.
        memory_first: whether the memory is the first argument and comes first in the result.
    """

    function: Function
    receiver: tuple[Value, ...] = ()
    arguments: dict[str, str] = field(default_factory=dict)
    memory_first: bool = False

    def call(self, machine: Machine, observation: Array, action_size: int) -> tuple[Array, Array]:
        """The bounds of the action; the cells hold what the next call gets.

        Raises:
            PriorError: the policy returns no action of `action_size` numbers.
        """
        named: dict[str, Value] = {}
        for name, role in self.arguments.items():
            named[name] = bindings.read(machine, name, self.names[role])
        keeps = "memory" in self.arguments.values()

        def converted(value: Value) -> Value:
            if not keeps:
                return (*_bounds(machine, value, action_size), None)
            return self._with_memory(machine, value, action_size, named)

        first = self.receiver if not self.memory_first else (*self.receiver, named.pop(_memory_name(self)))
        result = machine.call(self.function, [*first, observation], named, converted)
        if isinstance(result, Unusable):
            raise PriorError(result.message, result.hint, told=True)
        low, high, memory = result
        if "clock" in self.names:
            clock = bindings.read(machine, "clock", self.names["clock"])
            bindings.set_cell(machine, self, "clock", machine.graph.apply("add", clock, 1))
        if keeps:
            bindings.set_cell(machine, self, "memory", memory)
        low, high = (self._hint(machine, machine.graph.settle(bound)) for bound in (low, high))
        return low, high

    def _hint(self, machine: Machine, bound: Array) -> Array:
        """`bound`, NaN for the observations that raise."""
        raises = machine.paths.mask(machine.abandoned)
        entries = [machine.graph.select(raises, math.nan, entry) for entry in bound.data]
        return make_array(machine.graph, entries, bound.data.shape, "float") if raises is not False else bound

    def _with_memory(
        self, machine: Machine, value: Value, action_size: int, named: dict[str, Value]
    ) -> tuple[Array, Array, Value]:
        """The result of a policy with a memory argument: `(action, memory)`, or the action alone."""
        given = bindings.read(machine, "memory", self.names["memory"])
        if isinstance(value, (tuple, List)):
            parts = value if isinstance(value, tuple) else value.items
            if len(parts) == 2 and not (is_scalar(parts[0]) and action_size == 2):
                first, second = parts[::-1] if self.memory_first else parts
                return (*_bounds(machine, first, action_size), second)
        # Then it changed the memory in place.
        return (*_bounds(machine, value, action_size), named.get(_memory_name(self), given))


def _memory_name(entry: Entry) -> str:
    return next(name for name, role in entry.arguments.items() if role == "memory")


def prepare(machine: Machine, name: str, observation_size: int, action_size: int) -> Entry:
    """Find the policy under `name`, make its object if it is a class, and reset it.

    Raises:
        PriorError: there is none, or it needs arguments that nobody has.
    """
    policy: Value = bindings.lookup(machine, name)
    if isinstance(policy, Class):
        policy = _instance(machine, policy, observation_size, action_size)
    receiver: tuple[Value, ...] = ()
    if isinstance(policy, Instance):
        owner = policy
        names = {name for place in policy.type.order() for name in place.names}
        act = next((name for name in ACT_METHODS if name in names), None)
        if act is None:
            raise PriorError(
                f"the class {policy.type.name} has no method that acts", "write def act(self, obs):"
            )
        policy = attributes.read(machine, policy, act)
        if "reset" in names:
            _reset(machine, attributes.read(machine, owner, "reset"))
    elif "reset" in machine.module.names:
        _reset(machine, bindings.lookup(machine, "reset"))
    if isinstance(policy, Method):
        policy, receiver = policy.function, (policy.receiver,)
    if not isinstance(policy, Function):
        raise PriorError(f"`{name}` is not a function", "define `def policy(obs):`")
    return _entry(machine, policy, receiver)


def _instance(machine: Machine, type_: Class, observation_size: int, action_size: int) -> Value:
    sizes = {"observation": observation_size, "action": action_size}
    named: dict[str, Value] = {}
    makers = [place.names["__init__"] for place in type_.order() if "__init__" in place.names]
    maker = bindings.read(machine, "__init__", makers[0]) if makers else None
    if isinstance(maker, Function):
        for argument in _names(maker)[1:]:
            for what, known in _SIZES.items():
                if argument in known and argument not in maker.defaults:
                    named[argument] = sizes[what]
            if argument not in maker.defaults and argument not in named:
                raise PriorError(
                    f"`{type_.name}` cannot be made: nobody knows its argument `{argument}`",
                    "give it a default, or make the object: policy = ...",
                )
    return calls.invoke(machine, type_, [], named)


def _reset(machine: Machine, reset: Value) -> None:
    """Call a reset that needs no arguments, as at the start of every episode."""
    function = reset.function if isinstance(reset, Method) else reset
    if isinstance(function, Function):
        needed = len(_names(function)) - isinstance(reset, Method)
        if needed <= len(function.defaults):
            calls.invoke(machine, reset, [], {})


def _names(function: Function) -> list[str]:
    arguments = function.arguments
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _entry(machine: Machine, policy: Function, receiver: tuple[Value, ...]) -> Entry:
    names = _names(policy)[len(receiver) :]
    if not names or names[0] in _keyword_only(policy):
        raise PriorError(f"`{policy.name}` takes no observation", "write def policy(obs):").at(policy.body[0])
    # `policy(state, obs)`: a memory comes first only if something else than it can be the observation.
    memory_first = len(names) > 1 and names[0] in MEMORIES and names[1].startswith(("obs", "x"))
    entry = Entry(policy, receiver, memory_first=memory_first)
    entry.bind("policy", Method(policy, receiver[0]) if receiver else policy)
    for name in (*names[:1], *names[2:]) if memory_first else names[1:]:
        default = policy.defaults.get(name)
        if name in MEMORIES:
            entry.arguments[name] = "memory"
            entry.bind("memory", _first_memory(machine, default))
        elif name in CLOCKS and (name not in policy.defaults or default is None or _is_zero(default)):
            entry.arguments[name] = "clock"
            entry.bind("clock", 0)
            if name == "time":
                machine.notes.append("the argument `time` counts calls from 0; multiply it by the time step")
        elif name not in policy.defaults:
            raise PriorError(
                f"`{policy.name}` has the argument `{name}` besides the observation: it has no default",
                "an argument `t` counts the calls, an argument `state` holds what the call before returned",
            ).at(policy.body[0])
    return entry


def _is_zero(value: Value) -> bool:
    known = value.known if isinstance(value, Node) else value
    return is_scalar(value) and known == 0


def _keyword_only(function: Function) -> set[str]:
    return {argument.arg for argument in function.arguments.kwonlyargs}


def _first_memory(machine: Machine, default: Value) -> Value:
    for name in _FIRST_MEMORY:
        if name in machine.module.names:
            made: Value = calls.invoke(machine, bindings.lookup(machine, name), [], {})
            return made
    return default


def observation_of(machine: Machine, size: int) -> Array:
    """The observation as an array of the graph's inputs."""
    array = make_array(machine.graph, [machine.graph.input(i) for i in range(size)], (size,), "float")
    array.born = (machine.module, machine.alive)
    return array


def _bounds(machine: Machine, value: Value, action_size: int) -> tuple[Array, Array]:
    """What a policy returned as lower and upper bounds, each of `action_size` floats.

    A pair of vectors is a pair of bounds; `action_size` numbers are an action, also where that is two.
    """
    graph = machine.graph
    value = graph.settle(value)
    hint = f"return {action_size} numbers, or (low, high) of {action_size} numbers each"
    if value is None:
        raise PriorError("the policy may end without returning an action", f"on every path, {hint}")
    if is_scalar(value):
        value = (value,)
    if not isinstance(value, (List, tuple, Array)):
        raise PriorError(f"the policy returns {describe(value)}", hint)
    vector_of: Callable[[Value], Array] = lambda part: _vector(machine, part, action_size, hint)  # noqa: E731
    if isinstance(value, (List, tuple)):
        parts = [graph.settle(part) for part in (value.items if isinstance(value, List) else value)]
        if len(parts) == 2 and not any(is_scalar(part) for part in parts):
            return vector_of(parts[0]), vector_of(parts[1])
    array = to_array(graph, value, "float")
    if array.data.shape == (2, action_size):
        return Array(array.data[0].copy(), "float"), Array(array.data[1].copy(), "float")
    vector = vector_of(array)
    return vector, vector


def _vector(machine: Machine, value: Value, action_size: int, hint: str) -> Array:
    if isinstance(value, (tuple, List, Array)):
        vector = to_array(machine.graph, value, "float")
        if vector.data.shape == (action_size,):
            return vector
        raise PriorError(f"the policy returns an action of shape {vector.data.shape}", hint)
    raise PriorError(f"the policy returns {describe(value)} as an action", hint)
