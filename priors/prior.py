"""What a prior is: a jittable function from an observation to an interval of actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp

Carry = Any
"""A pytree of arrays: the memory of a prior between two steps, `()` for a stateless one."""


class Interval(NamedTuple):
    """The actions that a prior suggests, as bounds per action entry.

    Attributes:
        low: lower bounds, shape `(..., action_size)`, in the unit range [-1, 1].
        high: upper bounds, same shape; equal to `low` where the prior names one action.
    """

    low: jax.Array
    high: jax.Array

    @property
    def centre(self) -> jax.Array:
        """Middle of the interval, shape `(..., action_size)`."""
        return 0.5 * (self.low + self.high)

    @property
    def half_width(self) -> jax.Array:
        """Half of the interval's length, shape `(..., action_size)`, never negative."""
        return 0.5 * (self.high - self.low)


def full_interval(action_size: int, batch_shape: tuple[int, ...] = ()) -> Interval:
    """The interval of every action, [-1, 1], with shape `batch_shape + (action_size,)`."""
    high = jnp.ones((*batch_shape, action_size))
    return Interval(low=-high, high=high)


@runtime_checkable
class Prior(Protocol):
    """A hint for the agent, unbatched (`jax.vmap` it over environments) and pure."""

    @property
    def observation_size(self) -> int:
        """Entries of the observation that it reads."""

    @property
    def action_size(self) -> int:
        """Entries of the action that it suggests."""

    def reset(self) -> Carry:
        """The memory at the first step of an episode."""

    def __call__(self, carry: Carry, observation: jax.Array) -> tuple[Carry, Interval]:
        """Suggest an interval for `observation`, shape `(observation_size,)`, and update the memory."""


Step = Callable[[Any, Carry, jax.Array], tuple[Carry, jax.Array, jax.Array]]
"""`(parameters, carry, observation) -> (carry, low, high)`, what a prior computes at each step."""


class Branch(NamedTuple):
    """A test of a translated program that depends on the observation or on memory.

    Attributes:
        line: its line in the source.
        text: the test as source.
    """

    line: int
    text: str


def _nothing(_: Any) -> Carry:
    return ()


@dataclass(frozen=True, eq=False)
class FunctionPrior:
    """A `Prior` made of one pure function, its parameters and its first memory.

    Its bounds leave it ordered and inside the action range: an entry where `low > high` is swapped,
    both are clipped to [-1, 1], and a bound that is NaN is that of the full range: a program that
    fails at an observation has no hint for it, and must not poison the run.

    Attributes:
        name: how results call it.
        observation_size: entries of the observation.
        action_size: entries of the action.
        step: the function, see `Step`; its bounds have shape `(action_size,)`.
        parameters: pytree of numbers that `step` reads.
        start: `parameters -> carry`, the memory at the start of an episode.
        source: the text it was translated from, or an empty string.
        notes: what the author should know, one sentence each (a dropped `print`, say).
        branches: the tests of a translated program.
        taken: `(parameters, carry, observation) -> taken`, shape `(len(branches), 2)`, bool: whether a
            step reaches a branch and its test holds, and reaches it and does not hold; None where unknown.
    """

    name: str
    observation_size: int
    action_size: int
    step: Step
    parameters: Any = ()
    start: Callable[[Any], Carry] = field(default=_nothing, repr=False)
    source: str = field(default="", repr=False)
    notes: tuple[str, ...] = ()
    branches: tuple[Branch, ...] = field(default=(), repr=False)
    taken: Callable[[Any, Carry, jax.Array], jax.Array] | None = field(default=None, repr=False)

    def reset(self) -> Carry:
        """The memory at the first step of an episode."""
        return self.start(self.parameters)

    def replace_parameters(self, parameters: Any) -> FunctionPrior:
        """The same program with other numbers, a pytree as `parameters` is; differentiable in them."""
        before, after = (str(jax.tree.structure(tree)) for tree in (self.parameters, parameters))
        if before != after:
            raise ValueError(f"the prior's parameters are {before}, not {after}")
        return replace(self, parameters=parameters)

    def __call__(self, carry: Carry, observation: jax.Array) -> tuple[Carry, Interval]:
        """Suggest an interval for `observation`, shape `(observation_size,)`."""
        carry, low, high = self.step(self.parameters, carry, observation)
        low = jnp.where(jnp.isnan(low), -1.0, jnp.clip(low, -1.0, 1.0))
        high = jnp.where(jnp.isnan(high), 1.0, jnp.clip(high, -1.0, 1.0))
        return carry, Interval(low=jnp.minimum(low, high), high=jnp.maximum(low, high))


def from_function(
    function: Callable[..., Any],
    *,
    observation_size: int,
    action_size: int,
    carry: Carry | None = None,
    name: str = "function",
) -> FunctionPrior:
    """Make a prior of your own jittable function.

    Args:
        function: `observation -> action` or `observation -> (low, high)`; with `carry` given,
            `(carry, observation) -> (carry, action)` or `(carry, observation) -> (carry, (low, high))`.
            Actions and bounds have shape `(action_size,)` and lie in [-1, 1]; what lies outside is clipped.
        observation_size: entries of the observation that the function is called with.
        action_size: entries of the action that it returns.
        carry: the function's memory at the start of an episode, a pytree of arrays; None for none.
        name: how results call it.

    Raises:
        ValueError: the function's result has another shape than promised, or its carry changes structure.
    """
    initial_carry = () if carry is None else jax.tree.map(jnp.asarray, carry)

    def step(_: Any, memory: Carry, observation: jax.Array) -> tuple[Carry, jax.Array, jax.Array]:
        if carry is None:
            suggestion = function(observation)
        else:
            memory, suggestion = function(memory, observation)
        low, high = suggestion if isinstance(suggestion, tuple) else (suggestion, suggestion)
        return memory, jnp.asarray(low), jnp.asarray(high)

    observation = jax.ShapeDtypeStruct((observation_size,), jnp.float32)
    memory, low, high = jax.eval_shape(step, (), initial_carry, observation)
    for bound, label in ((low, "low"), (high, "high")):
        if bound.shape != (action_size,):
            raise ValueError(
                f"the prior's {label} has shape {bound.shape}; expected ({action_size},), one per action"
            )
    before, after = str(jax.tree.structure(initial_carry)), str(jax.tree.structure(memory))
    if before != after:
        raise ValueError(f"the prior's carry changes structure from {before} to {after}")
    return FunctionPrior(
        name=name,
        observation_size=observation_size,
        action_size=action_size,
        step=step,
        start=lambda _: initial_carry,
    )


def no_prior(observation_size: int, action_size: int) -> FunctionPrior:
    """The prior of the plain agent: it suggests every action."""
    full = full_interval(action_size)
    return from_function(
        lambda _: (full.low, full.high),
        observation_size=observation_size,
        action_size=action_size,
        name="none",
    )
