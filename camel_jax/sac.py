"""Masked soft actor-critic: what the loop asks of an algorithm, as a few pure functions."""

from __future__ import annotations

from typing import Any, cast

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax
from flax import struct

from camel_jax import losses
from camel_jax.config import SACConfig
from camel_jax.masking import Mask
from camel_jax.networks import Actor, Critic, sample_unit_action
from camel_jax.replay import Transition

Params = Any
Metrics = dict[str, jax.Array]
_NUM_CRITICS = 2


class SACState(struct.PyTreeNode):
    """All that SAC learns.

    Attributes:
        actor: parameters of the actor.
        average_actor: running average of them, the policy that is evaluated and kept.
        critic: parameters of the critics, leading axis `critics`.
        critic_statistics: their batch statistics, likewise.
        log_temperature: scalar.
        actor_optimiser: Adam's state.
        critic_optimiser: Adam's state.
        temperature_optimiser: Adam's state.
    """

    actor: Params
    average_actor: Params
    critic: Params
    critic_statistics: Params
    log_temperature: jax.Array
    actor_optimiser: optax.OptState
    critic_optimiser: optax.OptState
    temperature_optimiser: optax.OptState


class SAC:
    """Soft actor-critic (arXiv 1812.05905) under a mask, with CrossQ's critics (arXiv 1902.05605).

    The mask, at the current epsilon, acts alike in acting, in the critics' target and in the actor's loss.
    The object holds sizes and settings only; all that changes is in `SACState`.
    """

    def __init__(self, config: SACConfig, mask: Mask, *, observation_size: int, action_size: int):
        self.config = config
        self.mask = mask
        self.sizes = (observation_size, action_size)
        self.target_entropy = -config.target_entropy_scale * action_size
        self.actor = Actor(action_size, config.hidden)
        self.critic = nn.vmap(
            Critic,
            in_axes=None,
            variable_axes={"params": 0, "batch_stats": 0},
            split_rngs={"params": True},
            axis_size=_NUM_CRITICS,
        )(config.hidden)
        self.optimiser = optax.adam(config.learning_rate, b1=config.adam_b1)
        self.temperature_optimiser = optax.adam(config.temperature_learning_rate)

    def init(self, key: jax.Array) -> SACState:
        """Fresh networks and optimisers."""
        key_actor, key_critic = jax.random.split(key)
        observation, action = (jnp.zeros((1, size)) for size in self.sizes)
        actor = self.actor.init(key_actor, observation)
        critic = self.critic.init(key_critic, observation, action, False)
        log_temperature = jnp.log(jnp.asarray(self.config.temperature))
        return SACState(
            actor=actor,
            # A copy: two leaves that share a buffer cannot both be donated.
            average_actor=jax.tree.map(jnp.copy, actor),
            critic=critic["params"],
            critic_statistics=critic["batch_stats"],
            log_temperature=log_temperature,
            actor_optimiser=self.optimiser.init(actor),
            critic_optimiser=self.optimiser.init(critic["params"]),
            temperature_optimiser=self.temperature_optimiser.init(log_temperature),
        )

    def explore(self, state: SACState, key: jax.Array, observation: jax.Array) -> jax.Array:
        """Random unit actions of the current policy, shape `(..., action_size)`."""
        return self._sample(state.actor, key, observation)[0]

    def policy(self, actor: Params, observation: jax.Array) -> jax.Array:
        """The agent alone: the action of given actor parameters without mask or noise."""
        return jnp.tanh(self.actor.apply(actor, observation)[0])

    def policy_parameters(self, state: SACState) -> Params:
        """The parameters that `policy` is evaluated with."""
        return state.average_actor

    def update(
        self,
        state: SACState,
        key: jax.Array,
        batch: Transition,
        *,
        epsilon: jax.Array,
        cap: jax.Array,
        update_actor: jax.Array,
    ) -> tuple[SACState, Metrics]:
        """One gradient step on a batch with leading axis `batch_size`.

        Args:
            state: what is learned.
            key: randomness of this update.
            batch: transitions.
            epsilon: the mask's current grip.
            cap: upper bound of the critics' targets.
            update_actor: whether actor and temperature move too, a boolean (delayed policy updates).
        """
        key_critic, key_actor = jax.random.split(key)
        state, critic_metrics = self._update_critic(state, key_critic, batch, epsilon, cap)
        state = jax.lax.cond(
            update_actor,
            lambda: self._update_actor(state, key_actor, batch, epsilon),
            lambda: state,
        )
        return state, {**critic_metrics, "sac/temperature": jnp.exp(state.log_temperature)}

    def _sample(self, actor: Params, key: jax.Array, observation: jax.Array) -> tuple[jax.Array, jax.Array]:
        """A unit action and its log density."""
        mean, log_std = cast(tuple[jax.Array, jax.Array], self.actor.apply(actor, observation))
        return sample_unit_action(key, mean, log_std)

    def _masked_sample(
        self, actor: Params, key: jax.Array, observation: jax.Array, suggestion: Any, epsilon: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """An action under the mask and the log density of its unit action."""
        unit_action, log_density = self._sample(actor, key, observation)
        return self.mask.action(self.mask.interval(suggestion, epsilon), unit_action), log_density

    def _update_critic(
        self, state: SACState, key: jax.Array, batch: Transition, epsilon: jax.Array, cap: jax.Array
    ) -> tuple[SACState, Metrics]:
        next_action, next_log_density = self._masked_sample(
            state.actor, key, batch.next_observation, batch.next_suggestion, epsilon
        )
        # One pass over (s, a) and (s', a') together: batch normalisation then sees both distributions,
        # which is what makes a target network unnecessary (CrossQ, section 3).
        observation = jnp.concatenate([batch.observation, batch.next_observation])
        action = jnp.concatenate([batch.action, next_action])

        def loss(critic: Params) -> tuple[jax.Array, tuple[Params, Metrics]]:
            variables = {"params": critic, "batch_stats": state.critic_statistics}
            both, updated = self.critic.apply(variables, observation, action, True, mutable=["batch_stats"])
            values, next_values = jnp.split(both, 2, axis=-1)
            target = losses.critic_target(
                batch.reward,
                batch.termination,
                next_values,
                next_log_density,
                temperature=jnp.exp(state.log_temperature),
                discount=self.config.discount,
                cap=cap,
            )
            value = losses.critic_loss(values, target)
            metrics = {
                "sac/critic_loss": value,
                "sac/value": jnp.mean(values),
                "sac/entropy": -jnp.mean(next_log_density),
            }
            return value, (updated["batch_stats"], metrics)

        gradient, (statistics, metrics) = jax.grad(loss, has_aux=True)(state.critic)
        updates, optimiser = self.optimiser.update(gradient, state.critic_optimiser)
        state = state.replace(
            critic=optax.apply_updates(state.critic, updates),
            critic_statistics=statistics,
            critic_optimiser=optimiser,
        )
        return state, metrics

    def _update_actor(
        self, state: SACState, key: jax.Array, batch: Transition, epsilon: jax.Array
    ) -> SACState:
        temperature = jnp.exp(state.log_temperature)
        variables = {"params": state.critic, "batch_stats": state.critic_statistics}

        def loss(actor: Params) -> tuple[jax.Array, jax.Array]:
            action, log_density = self._masked_sample(
                actor, key, batch.observation, batch.suggestion, epsilon
            )
            values = cast(jax.Array, self.critic.apply(variables, batch.observation, action, False))
            return losses.actor_loss(values, log_density, temperature), log_density

        gradient, log_density = jax.grad(loss, has_aux=True)(state.actor)
        updates, actor_optimiser = self.optimiser.update(gradient, state.actor_optimiser)
        actor = optax.apply_updates(state.actor, updates)
        temperature_gradient = jax.grad(losses.temperature_loss)(
            state.log_temperature, log_density, self.target_entropy
        )
        temperature_updates, temperature_optimiser = self.temperature_optimiser.update(
            temperature_gradient, state.temperature_optimiser
        )
        return state.replace(
            actor=actor,
            average_actor=optax.incremental_update(actor, state.average_actor, 1.0 - self.config.actor_decay),
            log_temperature=state.log_temperature + temperature_updates,
            actor_optimiser=actor_optimiser,
            temperature_optimiser=temperature_optimiser,
        )
