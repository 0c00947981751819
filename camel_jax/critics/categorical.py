"""Critics that learn a distribution of returns by cross-entropy, with batch and weight normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import jax
import jax.numpy as jnp
import optax
from flax import struct

from camel_jax import losses
from camel_jax.algorithm import Batch, Metrics, Params
from camel_jax.critics.base import NUM_CRITICS, follow
from camel_jax.networks import UnitMLP, ensemble, with_unit_weights
from camel_jax.optimisers import make_adam
from camel_jax.validation import between, count, counts


@dataclass(frozen=True)
class CategoricalConfig:
    """Two critics over atoms on a fixed support, trained as XQC is (arXiv 2509.25174).

    Attributes:
        hidden: widths of the hidden layers.
        learning_rate: of Adam, at the start.
        decay_updates: updates after which the learning rate has fallen to 1 / sqrt(2), as the inverse square
            root does; 0 keeps it.
        adam_b1: first-moment decay of Adam.
        target_rate: how far the target networks move towards the critics, where they move; 1 for no target
            networks.
        atoms: values that the distribution is over, equally spaced.
        support: the largest value, and minus the smallest, in units of the largest magnitude of a
            discounted reward sum seen: what the targets are bounded by.
    """

    hidden: tuple[int, ...] = (256, 256)
    learning_rate: float = 1e-3
    decay_updates: int = 10_000
    adam_b1: float = 0.5
    target_rate: float = 0.05
    atoms: int = 51
    support: float = 1.1

    def problems(self) -> list[str]:
        """What makes these settings impossible, one sentence each."""
        return [
            *counts("critic.hidden", self.hidden, 1),
            *between("critic.learning_rate", self.learning_rate, 0.0, 1.0, open_low=True),
            *count("critic.decay_updates", self.decay_updates, 0),
            *between("critic.adam_b1", self.adam_b1, 0.0, 1.0, open_high=True),
            *between("critic.target_rate", self.target_rate, 0.0, 1.0, open_low=True),
            *count("critic.atoms", self.atoms, 2),
            *between("critic.support", self.support, 1.0, 1e6),
        ]

    def build(self, *, observation_size: int, action_size: int) -> CategoricalCritic:
        """The critic for a task of these sizes."""
        return CategoricalCritic(self, observation_size + action_size)


class CategoricalState(struct.PyTreeNode):
    """Networks, leading axis `critics`, Adam's state and the scale.

    Attributes:
        params: parameters of the critics.
        statistics: their batch statistics.
        target: parameters of the target networks, `()` for none.
        optimiser: Adam's state.
        scale: what the atoms are in units of, scalar; it only grows.
    """

    params: Params
    statistics: Params
    target: Any
    optimiser: optax.OptState
    scale: jax.Array


class CategoricalCritic:
    """Cross-entropy against the projected distribution of the target."""

    def __init__(self, config: CategoricalConfig, input_size: int):
        self.config = config
        self.input_size = input_size
        self.network = ensemble(UnitMLP, NUM_CRITICS)(config.hidden, config.atoms)
        self.optimiser = make_adam(
            config.learning_rate, b1=config.adam_b1, decay_updates=config.decay_updates
        )
        self.atoms = jnp.linspace(-config.support, config.support, config.atoms)

    def init(self, key: jax.Array) -> CategoricalState:
        """Fresh networks and optimiser."""
        variables = self.network.init(key, jnp.zeros((1, self.input_size)), False)
        params = with_unit_weights(variables["params"])
        target = jax.tree.map(jnp.copy, params) if self.config.target_rate < 1.0 else ()
        optimiser = self.optimiser.init(params)
        return CategoricalState(params, variables["batch_stats"], target, optimiser, jnp.ones(()))

    def values(self, state: CategoricalState, observation: jax.Array, action: jax.Array) -> jax.Array:
        """Mean of each distribution by the running statistics, shape `(critics, batch)`."""
        variables = {"params": state.params, "batch_stats": state.statistics}
        x = jnp.concatenate([observation, action], axis=-1)
        logits = cast(jax.Array, self.network.apply(variables, x, False))
        return state.scale * (jax.nn.softmax(logits) @ self.atoms)

    def update(
        self,
        state: CategoricalState,
        key: jax.Array,
        batch: Batch,
        *,
        next_action: jax.Array,
        next_bonus: jax.Array,
        largest_sum: jax.Array,
        moves_target: jax.Array | bool,
    ) -> tuple[CategoricalState, Metrics]:
        """One gradient step; see `Critic`.

        One pass over (s, a) and (s', a') together, as in CrossQ (arXiv 1902.05605), so that batch
        normalisation sees both distributions; target networks take the same pass.
        """
        del key
        scale = jnp.maximum(state.scale, largest_sum)
        x = jnp.concatenate([batch.observation, batch.action], axis=-1)
        next_x = jnp.concatenate([batch.next_observation, next_action], axis=-1)
        both = jnp.concatenate([x, next_x])

        def apply(params: Params) -> tuple[jax.Array, jax.Array, Params]:
            variables = {"params": params, "batch_stats": state.statistics}
            logits, updated = self.network.apply(variables, both, True, mutable=["batch_stats"])
            logits, next_logits = jnp.split(logits, 2, axis=1)
            return logits, next_logits, updated["batch_stats"]

        def loss(params: Params) -> tuple[jax.Array, tuple[Params, jax.Array]]:
            logits, next_logits, statistics = apply(params)
            if self.config.target_rate < 1.0:
                _, next_logits, _ = apply(state.target)
            target = self._target(batch, jax.lax.stop_gradient(next_logits), next_bonus, scale)
            value = scale * jnp.mean(jax.nn.softmax(logits) @ self.atoms)
            return losses.cross_entropy(logits, target), (statistics, value)

        (value_loss, (statistics, value)), gradient = jax.value_and_grad(loss, has_aux=True)(state.params)
        updates, optimiser = self.optimiser.update(gradient, state.optimiser)
        params = with_unit_weights(optax.apply_updates(state.params, updates))
        metrics = {
            "critic/loss": value_loss,
            "critic/value": value,
            "critic/gradient_norm": optax.tree.norm(gradient),
        }
        target = state.target
        if self.config.target_rate < 1.0:
            target = follow(target, params, self.config.target_rate, moves_target)
        return CategoricalState(params, statistics, target, optimiser, scale), metrics

    def _target(
        self, batch: Batch, next_logits: jax.Array, next_bonus: jax.Array, scale: jax.Array
    ) -> jax.Array:
        """The distribution at s' of the critic with the lesser mean, moved by reward and discount."""
        probabilities = jax.nn.softmax(next_logits)
        means = probabilities @ self.atoms
        lesser = jnp.where((means[0] <= means[1])[:, None], probabilities[0], probabilities[1])
        reward, bonus = batch.reward / scale, next_bonus / scale
        places = reward[:, None] + batch.discount[:, None] * (self.atoms + bonus[:, None])
        return losses.project(places, lesser, self.atoms)
