"""What the loop asks of an algorithm; it knows none of them by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeVar

import jax
import jax.numpy as jnp

from camel_jax.masking import Mask
from priors import Interval

Params = Any
Metrics = dict[str, jax.Array]


class Batch(NamedTuple):
    """What an update learns from, leading axis `batch_size`: transitions, and the mask at both their ends.

    Attributes:
        observation: shape `(batch, observation_size)`.
        action: what the environment received, `(batch, action_size)`.
        reward: `(batch,)`.
        discount: factor of the value at `next_observation`, 0 where it is terminal, `(batch,)`.
        next_observation: shape `(batch, observation_size)`.
        interval: the actions that the mask allows at `observation` by the current epsilon.
        next_interval: those at `next_observation`.
    """

    observation: jax.Array
    action: jax.Array
    reward: jax.Array
    discount: jax.Array
    next_observation: jax.Array
    interval: Interval
    next_interval: Interval


class Algorithm(Protocol):
    """An off-policy actor-critic under a mask. It holds sizes and settings; all that changes is its state.

    The mask acts alike in acting, in the critics' target and in the actor's loss: each takes the action
    that the mask makes of the policy inside the interval of its own observation.
    """

    def init(self, key: jax.Array) -> Any:
        """What is learned, at the start: a pytree."""

    def explore(self, state: Any, key: jax.Array, observation: jax.Array, interval: Interval) -> jax.Array:
        """Actions to try, `(..., action_size)`, inside `interval`."""

    def policy(self, parameters: Params, observation: jax.Array) -> jax.Array:
        """The agent alone: its action, `(..., action_size)`, without mask and noise."""

    def policy_parameters(self, state: Any) -> Params:
        """The parameters that `policy` is judged with."""

    def value(self, state: Any, observation: jax.Array, action: jax.Array) -> jax.Array:
        """What the critics say of an action, `(batch,)`."""

    def update(
        self, state: Any, key: jax.Array, batch: Batch, *, largest_sum: jax.Array, index: jax.Array
    ) -> tuple[Any, Metrics]:
        """One gradient step.

        Args:
            state: what is learned.
            key: randomness of this update.
            batch: what it learns from.
            largest_sum: the largest magnitude of a discounted reward sum seen so far, for critics whose
                values have a range.
            index: number of this update in the run, for what is done at every k-th only.
        """


class AlgorithmConfig(Protocol):
    """The settings of an algorithm: a frozen dataclass."""

    def problems(self) -> list[str]:
        """What makes these settings impossible, one sentence each."""

    def build(self, mask: Mask, *, observation_size: int, action_size: int) -> Algorithm:
        """The algorithm for a task of these sizes."""


def due(every: int, index: jax.Array) -> jax.Array | bool:
    """Whether what is done at every k-th update is done at this one; `True` itself where it always is."""
    return True if every == 1 else index % every == 0


State = TypeVar("State")


def delayed(
    every: int, index: jax.Array, update: Callable[[], tuple[State, Metrics]], state: State
) -> tuple[State, Metrics]:
    """`update()` where `index` is a multiple of `every`, else `state` and metrics that are NaN."""
    if (now := due(every, index)) is True:
        return update()
    nothing = jax.tree.map(lambda x: jnp.full(x.shape, jnp.nan, x.dtype), jax.eval_shape(update)[1])
    return jax.lax.cond(now, update, lambda: (state, nothing))
