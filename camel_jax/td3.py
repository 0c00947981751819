"""Twin delayed deep deterministic policy gradient under a mask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import jax
import jax.numpy as jnp
import optax
from flax import struct

from camel_jax.algorithm import Batch, Metrics, Params, delayed, due
from camel_jax.critics import CategoricalConfig, Critic, GaussianConfig, TwinConfig
from camel_jax.masking import Mask
from camel_jax.networks import MLP
from camel_jax.validation import between, count, counts
from priors import Interval


@dataclass(frozen=True)
class TD3Config:
    """TD3 (arXiv 1802.09477), with the published settings as defaults.

    Attributes:
        hidden: widths of the actor's hidden layers.
        learning_rate: of the actor.
        policy_delay: updates of the critics per update of the actor and of all target networks.
        target_rate: how far the target actor moves towards the actor at each of its updates.
        exploration_noise: standard deviation of the noise while acting, in unit actions.
        target_noise: standard deviation of the noise in the critics' target.
        target_noise_clip: the largest such noise.
        critic: the critics' settings.
    """

    hidden: tuple[int, ...] = (256, 256)
    learning_rate: float = 3e-4
    policy_delay: int = 2
    target_rate: float = 0.005
    exploration_noise: float = 0.1
    target_noise: float = 0.2
    target_noise_clip: float = 0.5
    critic: TwinConfig | CategoricalConfig | GaussianConfig = field(default_factory=TwinConfig)

    def problems(self) -> list[str]:
        """What makes these settings impossible, one sentence each."""
        return [
            *counts("algorithm.hidden", self.hidden, 1),
            *between("algorithm.learning_rate", self.learning_rate, 0.0, 1.0, open_low=True),
            *count("algorithm.policy_delay", self.policy_delay, 1),
            *between("algorithm.target_rate", self.target_rate, 0.0, 1.0, open_low=True),
            *between("algorithm.exploration_noise", self.exploration_noise, 0.0, 1.0, open_low=True),
            *between("algorithm.target_noise", self.target_noise, 0.0, 1.0, open_low=True),
            *between("algorithm.target_noise_clip", self.target_noise_clip, 0.0, 2.0),
            *(f"algorithm.{problem}" for problem in self.critic.problems()),
        ]

    def build(self, mask: Mask, *, observation_size: int, action_size: int) -> TD3:
        """The algorithm for a task of these sizes."""
        critic = self.critic.build(observation_size=observation_size, action_size=action_size)
        return TD3(self, mask, critic, observation_size=observation_size, action_size=action_size)


class TD3State(struct.PyTreeNode):
    """Parameters of the actor and of its target, Adam's state, and the state of the critics."""

    actor: Params
    target_actor: Params
    critic: Any
    optimiser: optax.OptState


class TD3:
    """Deterministic policy gradient with delayed updates and smoothed targets, each action under the mask."""

    def __init__(
        self, config: TD3Config, mask: Mask, critic: Critic, *, observation_size: int, action_size: int
    ):
        self.config = config
        self.mask = mask
        self.critic = critic
        self.observation_size = observation_size
        self.actor = MLP(config.hidden, action_size)
        self.optimiser = optax.adam(config.learning_rate)

    def init(self, key: jax.Array) -> TD3State:
        """Fresh networks and optimisers."""
        key_actor, key_critic = jax.random.split(key)
        actor = self.actor.init(key_actor, jnp.zeros((1, self.observation_size)))
        return TD3State(
            actor=actor,
            # A copy: two leaves that share a buffer cannot both be donated.
            target_actor=jax.tree.map(jnp.copy, actor),
            critic=self.critic.init(key_critic),
            optimiser=self.optimiser.init(actor),
        )

    def explore(
        self, state: TD3State, key: jax.Array, observation: jax.Array, interval: Interval
    ) -> jax.Array:
        """The policy with Gaussian noise, under the mask, `(..., action_size)`."""
        unit_action = self.policy(state.actor, observation)
        noise = jax.random.normal(key, unit_action.shape, unit_action.dtype)
        return self.mask.perturb(interval, unit_action, self.config.exploration_noise, noise)

    def policy(self, parameters: Params, observation: jax.Array) -> jax.Array:
        """The unit action, `(..., action_size)`."""
        return jnp.tanh(cast(jax.Array, self.actor.apply(parameters, observation)))

    def policy_parameters(self, state: TD3State) -> Params:
        """The actor."""
        return state.actor

    def value(self, state: TD3State, observation: jax.Array, action: jax.Array) -> jax.Array:
        """The first critic's value, which the actor climbs (algorithm 1), `(batch,)`."""
        return self.critic.values(state.critic, observation, action)[0]

    def update(
        self, state: TD3State, key: jax.Array, batch: Batch, *, largest_sum: jax.Array, index: jax.Array
    ) -> tuple[TD3State, Metrics]:
        """Move the critics, and at every `policy_delay`-th update actor and targets; see `Algorithm`."""
        key_critic, key_noise = jax.random.split(key)
        critic, critic_metrics = self.critic.update(
            state.critic,
            key_critic,
            batch,
            next_action=self._target_action(state, key_noise, batch),
            next_bonus=jnp.zeros_like(batch.reward),
            largest_sum=largest_sum,
            # As the actor and its target do (algorithm 1).
            moves_target=due(self.config.policy_delay, index),
        )
        state = state.replace(critic=critic)
        state, actor_metrics = delayed(
            self.config.policy_delay, index, lambda: self._update_actor(state, batch), state
        )
        return state, {**critic_metrics, **actor_metrics}

    def _target_action(self, state: TD3State, key: jax.Array, batch: Batch) -> jax.Array:
        """Target policy smoothing (section 5.3): the noise is clipped, then the action is masked."""
        std, largest = self.config.target_noise, self.config.target_noise_clip
        unit_action = self.policy(state.target_actor, batch.next_observation)
        noise = jax.random.normal(key, unit_action.shape, unit_action.dtype)
        noise = jnp.clip(noise, -largest / std, largest / std)
        return self.mask.perturb(batch.next_interval, unit_action, std, noise)

    def _update_actor(self, state: TD3State, batch: Batch) -> tuple[TD3State, Metrics]:
        def loss(actor: Params) -> jax.Array:
            unit_action = self.policy(actor, batch.observation)
            action = self.mask.perturb(
                batch.interval, unit_action, self.config.exploration_noise, jnp.zeros_like(unit_action)
            )
            return -jnp.mean(self.value(state, batch.observation, action))

        value, gradient = jax.value_and_grad(loss)(state.actor)
        updates, optimiser = self.optimiser.update(gradient, state.optimiser)
        actor = optax.apply_updates(state.actor, updates)
        target_actor = optax.incremental_update(actor, state.target_actor, self.config.target_rate)
        metrics = {"actor/loss": value, "actor/gradient_norm": optax.tree.norm(gradient)}
        return state.replace(actor=actor, target_actor=target_actor, optimiser=optimiser), metrics
