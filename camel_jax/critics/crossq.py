"""Critics with batch normalisation and without target networks (CrossQ, arXiv 1902.05605)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import jax
import jax.numpy as jnp
import optax
from flax import struct

from camel_jax import losses
from camel_jax.algorithm import Batch, Metrics, Params
from camel_jax.critics.base import NUM_CRITICS
from camel_jax.networks import NormalisedMLP, ensemble
from camel_jax.validation import at_least, between


@dataclass(frozen=True)
class CrossQConfig:
    """Two batch-normalised critics whose targets come from themselves.

    Attributes:
        hidden: widths of the hidden layers.
        learning_rate: of Adam.
        adam_b1: first-moment decay of Adam; CrossQ uses 0.5.
        target_cap: targets are capped at this times the largest magnitude of a discounted reward sum seen;
            None for no cap.
    """

    hidden: tuple[int, ...] = (128, 128)
    learning_rate: float = 1e-3
    adam_b1: float = 0.5
    target_cap: float | None = 1.1

    def problems(self) -> list[str]:
        """What makes these settings impossible, one sentence each."""
        return [
            *at_least("critic.hidden", min(self.hidden, default=0), 1),
            *between("critic.learning_rate", self.learning_rate, 0.0, 1.0, open_low=True),
            *between("critic.adam_b1", self.adam_b1, 0.0, 1.0, open_high=True),
            *(between("critic.target_cap", self.target_cap, 1.0, 1e6) if self.target_cap is not None else ()),
        ]

    def build(self, *, observation_size: int, action_size: int) -> CrossQCritic:
        """The critic for a task of these sizes."""
        return CrossQCritic(self, observation_size + action_size)


class CrossQState(struct.PyTreeNode):
    """Parameters of the critics, leading axis `critics`, their batch statistics, and Adam's state."""

    params: Params
    statistics: Params
    optimiser: optax.OptState


class CrossQCritic:
    """Squared error against targets of the same networks."""

    def __init__(self, config: CrossQConfig, input_size: int):
        self.config = config
        self.input_size = input_size
        self.network = ensemble(NormalisedMLP, NUM_CRITICS)(config.hidden, 1)
        self.optimiser = optax.adam(config.learning_rate, b1=config.adam_b1)

    def init(self, key: jax.Array) -> CrossQState:
        """Fresh networks and optimiser."""
        variables = self.network.init(key, jnp.zeros((1, self.input_size)), False)
        params = variables["params"]
        return CrossQState(params, variables["batch_stats"], self.optimiser.init(params))

    def values(self, state: CrossQState, observation: jax.Array, action: jax.Array) -> jax.Array:
        """Q_i(s, a) by the running statistics, shape `(critics, batch)`."""
        variables = {"params": state.params, "batch_stats": state.statistics}
        x = jnp.concatenate([observation, action], axis=-1)
        return jnp.squeeze(cast(jax.Array, self.network.apply(variables, x, False)), -1)

    def update(
        self,
        state: CrossQState,
        key: jax.Array,
        batch: Batch,
        *,
        next_action: jax.Array,
        next_bonus: jax.Array,
        cap: jax.Array,
    ) -> tuple[CrossQState, Metrics]:
        """One gradient step; see `Critic`.

        One pass over (s, a) and (s', a') together: batch normalisation then sees both distributions, which
        is what makes a target network unnecessary (CrossQ, section 3).
        """
        del key
        bound = jnp.inf if self.config.target_cap is None else self.config.target_cap * cap
        x = jnp.concatenate([batch.observation, batch.action], axis=-1)
        next_x = jnp.concatenate([batch.next_observation, next_action], axis=-1)
        both = jnp.concatenate([x, next_x])

        def loss(params: Params) -> tuple[jax.Array, tuple[Params, jax.Array]]:
            variables = {"params": params, "batch_stats": state.statistics}
            output, updated = self.network.apply(variables, both, True, mutable=["batch_stats"])
            values, next_values = jnp.split(jnp.squeeze(output, -1), 2, axis=-1)
            next_value = jnp.min(next_values, axis=0) + next_bonus
            target = losses.bellman_target(batch.reward, batch.discount, next_value, cap=bound)
            return losses.squared_error(values, target), (updated["batch_stats"], jnp.mean(values))

        (value_loss, (statistics, value)), gradient = jax.value_and_grad(loss, has_aux=True)(state.params)
        updates, optimiser = self.optimiser.update(gradient, state.optimiser)
        metrics = {
            "critic/loss": value_loss,
            "critic/value": value,
            "critic/gradient_norm": optax.tree.norm(gradient),
        }
        return CrossQState(optax.apply_updates(state.params, updates), statistics, optimiser), metrics
