"""The two critics of TD3 and SAC: squared error against target networks that follow slowly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import jax
import jax.numpy as jnp
import optax
from flax import struct

from camel_jax import losses
from camel_jax.algorithm import Batch, Metrics, Params
from camel_jax.critics.base import NUM_CRITICS, follow
from camel_jax.networks import MLP, ensemble
from camel_jax.validation import between, counts


@dataclass(frozen=True)
class TwinConfig:
    """Two critics with target networks, as SAC and TD3 were published with.

    Attributes:
        hidden: widths of the hidden layers.
        learning_rate: of Adam.
        target_rate: how far the target networks move towards the critics, where they move.
    """

    hidden: tuple[int, ...] = (256, 256)
    learning_rate: float = 3e-4
    target_rate: float = 0.005

    def problems(self) -> list[str]:
        """What makes these settings impossible, one sentence each."""
        return [
            *counts("critic.hidden", self.hidden, 1),
            *between("critic.learning_rate", self.learning_rate, 0.0, 1.0, open_low=True),
            *between("critic.target_rate", self.target_rate, 0.0, 1.0, open_low=True),
        ]

    def build(self, *, observation_size: int, action_size: int) -> TwinCritic:
        """The critic for a task of these sizes."""
        return TwinCritic(self, observation_size + action_size)


class TwinState(struct.PyTreeNode):
    """Parameters of the critics, leading axis `critics`, those of their targets, and Adam's state."""

    params: Params
    target: Params
    optimiser: optax.OptState


class TwinCritic:
    """Clipped double Q-learning (TD3, arXiv 1802.09477, section 4.2)."""

    def __init__(self, config: TwinConfig, input_size: int):
        self.config = config
        self.input_size = input_size
        self.network = ensemble(MLP, NUM_CRITICS)(config.hidden, 1)
        self.optimiser = optax.adam(config.learning_rate)

    def init(self, key: jax.Array) -> TwinState:
        """Fresh networks and optimiser."""
        params = self.network.init(key, jnp.zeros((1, self.input_size)))
        # A copy: two leaves that share a buffer cannot both be donated.
        return TwinState(params, jax.tree.map(jnp.copy, params), self.optimiser.init(params))

    def values(self, state: TwinState, observation: jax.Array, action: jax.Array) -> jax.Array:
        """Q_i(s, a), shape `(critics, batch)`."""
        return self._apply(state.params, observation, action)

    def update(
        self,
        state: TwinState,
        key: jax.Array,
        batch: Batch,
        *,
        next_action: jax.Array,
        next_bonus: jax.Array,
        largest_sum: jax.Array,
        moves_target: jax.Array | bool,
    ) -> tuple[TwinState, Metrics]:
        """One gradient step on the squared error; the targets follow where they move; see `Critic`."""
        del key, largest_sum
        next_values = self._apply(state.target, batch.next_observation, next_action)
        next_value = jnp.min(next_values, axis=0) + next_bonus
        target = losses.bellman_target(batch.reward, batch.discount, next_value)

        def loss(params: Params) -> tuple[jax.Array, jax.Array]:
            values = self._apply(params, batch.observation, batch.action)
            return losses.squared_error(values, target), jnp.mean(values)

        (value_loss, value), gradient = jax.value_and_grad(loss, has_aux=True)(state.params)
        updates, optimiser = self.optimiser.update(gradient, state.optimiser)
        params = optax.apply_updates(state.params, updates)
        target_params = follow(state.target, params, self.config.target_rate, moves_target)
        metrics = {
            "critic/loss": value_loss,
            "critic/value": value,
            "critic/gradient_norm": optax.tree.norm(gradient),
        }
        return TwinState(params, target_params, optimiser), metrics

    def _apply(self, params: Params, observation: jax.Array, action: jax.Array) -> jax.Array:
        values = cast(jax.Array, self.network.apply(params, jnp.concatenate([observation, action], -1)))
        return jnp.squeeze(values, -1)
