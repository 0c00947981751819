"""What an actor asks of its critics."""

from __future__ import annotations

from typing import Any, Protocol

import jax
import optax

from camel_jax.algorithm import Batch, Metrics, Params

NUM_CRITICS = 2


class Critic(Protocol):
    """A pair of action values, learned from batches. It holds sizes and settings; the state is a pytree."""

    def init(self, key: jax.Array) -> Any:
        """Fresh networks and optimiser."""

    def values(self, state: Any, observation: jax.Array, action: jax.Array) -> jax.Array:
        """Q_i(s, a), differentiable by the action, shape `(critics, batch)`."""

    def update(
        self,
        state: Any,
        key: jax.Array,
        batch: Batch,
        *,
        next_action: jax.Array,
        next_bonus: jax.Array,
        largest_sum: jax.Array,
        moves_target: jax.Array | bool,
    ) -> tuple[Any, Metrics]:
        """One gradient step.

        Args:
            state: what is learned.
            key: randomness of this update.
            batch: what it learns from.
            next_action: the policy's action under the mask at `batch.next_observation`.
            next_bonus: what is added to the value there, such as -alpha log pi, `(batch,)`.
            largest_sum: the largest magnitude of a discounted reward sum seen so far.
            moves_target: whether target networks, where there are any, follow at this update.
        """


class CriticConfig(Protocol):
    """The settings of a critic: a frozen dataclass."""

    def problems(self) -> list[str]:
        """What makes these settings impossible, one sentence each."""

    def build(self, *, observation_size: int, action_size: int) -> Critic:
        """The critic for a task of these sizes."""


def follow(target: Params, params: Params, rate: float, moves: jax.Array | bool) -> Params:
    """Target networks moved by `rate` towards the networks' parameters, or left where they are."""
    if moves is True:
        return optax.incremental_update(params, target, rate)
    return jax.lax.cond(moves, lambda: optax.incremental_update(params, target, rate), lambda: target)
