"""Soft actor-critic under a mask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import jax
import jax.numpy as jnp
import optax
from flax import struct

from camel_jax import losses
from camel_jax.algorithm import Batch, Metrics, Params, delayed
from camel_jax.critics import CategoricalConfig, Critic, GaussianConfig, TwinConfig
from camel_jax.masking import Mask
from camel_jax.networks import GaussianActor
from camel_jax.optimisers import make_adam
from camel_jax.validation import between, check_that, count, counts, number
from priors import Interval


@dataclass(frozen=True)
class SACConfig:
    """Soft actor-critic with an automatic temperature.

    Attributes:
        hidden: widths of the actor's hidden layers.
        learning_rate: of the actor, at the start.
        decay_updates: updates of the run after which the learning rate has fallen to 1 / sqrt(2), as the
            inverse square root does; 0 keeps it.
        adam_b1: first-moment decay of its Adam.
        policy_delay: updates of the critics per update of actor and temperature.
        initial_std: standard deviation of the Gaussian that is squashed, before the first update and where
            what the network sees is zero.
        temperature: entropy weight at the start.
        temperature_learning_rate: of its logarithm; 0 keeps it as it is.
        target_entropy_scale: the target entropy is minus this times the action size, in the coordinates of
            the mask's interval, where the largest possible is log(2) times the action size.
        averaging: the policy that is judged has the mean of the actor's weights over about this share of its
            updates so far, the latest; 0 judges the actor itself.
        critic: the critics' settings.
    """

    hidden: tuple[int, ...] = (128, 128)
    learning_rate: float = 1e-3
    decay_updates: int = 10_000
    adam_b1: float = 0.5
    policy_delay: int = 2
    initial_std: float = 1.0
    temperature: float = 0.05
    temperature_learning_rate: float = 1e-3
    target_entropy_scale: float = 0.5
    averaging: float = 0.05
    # In this order: the twin critics' settings are a part of the categorical ones, and what reads them from
    # JSON takes the first that fits as well as any.
    critic: TwinConfig | GaussianConfig | CategoricalConfig = field(default_factory=CategoricalConfig)

    def problems(self) -> list[str]:
        """What makes these settings impossible, one sentence each."""
        return [
            *counts("algorithm.hidden", self.hidden, 1),
            *between("algorithm.learning_rate", self.learning_rate, 0.0, 1.0, open_low=True),
            *count("algorithm.decay_updates", self.decay_updates, 0),
            *between("algorithm.adam_b1", self.adam_b1, 0.0, 1.0, open_high=True),
            *count("algorithm.policy_delay", self.policy_delay, 1),
            # The actor can express exp(-5) to exp(2).
            *between("algorithm.initial_std", self.initial_std, 0.01, 5.0),
            *between("algorithm.temperature", self.temperature, 0.0, 1e6, open_low=True),
            *between("algorithm.temperature_learning_rate", self.temperature_learning_rate, 0.0, 1.0),
            *self._problems_of_the_entropy(),
            *between("algorithm.averaging", self.averaging, 0.0, 1.0),
            *(f"algorithm.{problem}" for problem in self.critic.problems()),
        ]

    def _problems_of_the_entropy(self) -> list[str]:
        name, scale = "algorithm.target_entropy_scale", self.target_entropy_scale
        return number(name, scale) or check_that(
            -_LARGEST_ENTROPY < scale <= _LARGEST_SCALE,
            f"{name} is {scale}; it must lie in ({-_LARGEST_ENTROPY:.3f}, {_LARGEST_SCALE}]: no policy "
            "inside a mask has an entropy above log 2 for each entry of the action",
        )

    def build(self, mask: Mask, *, observation_size: int, action_size: int) -> SAC:
        """The algorithm for a task of these sizes."""
        critic = self.critic.build(observation_size=observation_size, action_size=action_size)
        return SAC(self, mask, critic, observation_size=observation_size, action_size=action_size)


_LARGEST_ENTROPY = 0.6931
"""Of each entry: that of the uniform distribution on an interval of length 2, a little rounded down."""
_LARGEST_SCALE = 10.0


class SACState(struct.PyTreeNode):
    """All that SAC learns.

    Attributes:
        actor: parameters of the actor.
        average_actor: running average of them, the policy that is judged and kept.
        critic: state of the critics.
        log_temperature: scalar.
        actor_optimiser: Adam's state.
        temperature_optimiser: Adam's state.
    """

    actor: Params
    average_actor: Params
    critic: Any
    log_temperature: jax.Array
    actor_optimiser: optax.OptState
    temperature_optimiser: optax.OptState


class SAC:
    """Soft actor-critic (arXiv 1812.05905), whose policy is the mask's image of a Gaussian."""

    def __init__(
        self, config: SACConfig, mask: Mask, critic: Critic, *, observation_size: int, action_size: int
    ):
        self.config = config
        self.mask = mask
        self.critic = critic
        self.observation_size = observation_size
        self.target_entropy = -config.target_entropy_scale * action_size
        self.actor = GaussianActor(config.hidden, action_size, config.initial_std)
        self.optimiser = make_adam(
            config.learning_rate,
            b1=config.adam_b1,
            decay_updates=config.decay_updates,
            every=config.policy_delay,
        )
        self.temperature_optimiser = optax.adam(config.temperature_learning_rate)

    def init(self, key: jax.Array) -> SACState:
        """Fresh networks and optimisers."""
        key_actor, key_critic = jax.random.split(key)
        actor = self.actor.init(key_actor, jnp.zeros((1, self.observation_size)))
        log_temperature = jnp.log(jnp.asarray(self.config.temperature, jnp.float32))
        return SACState(
            actor=actor,
            # A copy: two leaves that share a buffer cannot both be donated.
            average_actor=jax.tree.map(jnp.copy, actor),
            critic=self.critic.init(key_critic),
            log_temperature=log_temperature,
            actor_optimiser=self.optimiser.init(actor),
            temperature_optimiser=self.temperature_optimiser.init(log_temperature),
        )

    def explore(
        self, state: SACState, key: jax.Array, observation: jax.Array, interval: Interval
    ) -> jax.Array:
        """Samples of the masked policy, `(..., action_size)`."""
        return self._sample(state.actor, key, observation, interval)[0]

    def policy(self, parameters: Params, observation: jax.Array) -> jax.Array:
        """The squashed mean, `(..., action_size)`."""
        return jnp.tanh(self.actor.apply(parameters, observation)[0])

    def policy_parameters(self, state: SACState) -> Params:
        """The averaged actor."""
        return state.average_actor

    def value(self, state: SACState, observation: jax.Array, action: jax.Array) -> jax.Array:
        """The lesser of the critics' values, `(batch,)`."""
        return jnp.min(self.critic.values(state.critic, observation, action), axis=0)

    def update(
        self, state: SACState, key: jax.Array, batch: Batch, *, largest_sum: jax.Array, index: jax.Array
    ) -> tuple[SACState, Metrics]:
        """Move the critics, and at every `policy_delay`-th update actor and temperature; see `Algorithm`."""
        key_critic, key_next, key_actor = jax.random.split(key, 3)
        next_action, next_log_density = self._sample(
            state.actor, key_next, batch.next_observation, batch.next_interval
        )
        critic, critic_metrics = self.critic.update(
            state.critic,
            key_critic,
            batch,
            next_action=next_action,
            next_bonus=-jnp.exp(state.log_temperature) * next_log_density,
            largest_sum=largest_sum,
            moves_target=True,
        )
        state = state.replace(critic=critic)
        state, actor_metrics = delayed(
            self.config.policy_delay, index, lambda: self._update_actor(state, key_actor, batch, index), state
        )
        temperature = {"actor/temperature": jnp.exp(state.log_temperature)}
        return state, {**critic_metrics, **actor_metrics, **temperature}

    def _sample(
        self, actor: Params, key: jax.Array, observation: jax.Array, interval: Interval
    ) -> tuple[jax.Array, jax.Array]:
        """An action inside the interval and its log density."""
        mean, log_std = cast(tuple[jax.Array, jax.Array], self.actor.apply(actor, observation))
        noise = jax.random.normal(key, mean.shape, mean.dtype)
        return self.mask.sample(interval, mean, log_std, noise)

    def _update_actor(
        self, state: SACState, key: jax.Array, batch: Batch, index: jax.Array
    ) -> tuple[SACState, Metrics]:
        temperature = jnp.exp(state.log_temperature)

        def loss(actor: Params) -> tuple[jax.Array, jax.Array]:
            action, log_density = self._sample(actor, key, batch.observation, batch.interval)
            value = self.value(state, batch.observation, action)
            return losses.soft_actor_loss(value, log_density, temperature), log_density

        (value, log_density), gradient = jax.value_and_grad(loss, has_aux=True)(state.actor)
        updates, actor_optimiser = self.optimiser.update(gradient, state.actor_optimiser)
        actor = optax.apply_updates(state.actor, updates)
        temperature_gradient = jax.grad(losses.temperature_loss)(
            state.log_temperature, log_density, self.target_entropy
        )
        temperature_updates, temperature_optimiser = self.temperature_optimiser.update(
            temperature_gradient, state.temperature_optimiser
        )
        metrics = {
            "actor/loss": value,
            "actor/entropy": -jnp.mean(log_density),
            "actor/gradient_norm": optax.tree.norm(gradient),
        }
        state = state.replace(
            actor=actor,
            average_actor=optax.incremental_update(actor, state.average_actor, self._averaging_rate(index)),
            log_temperature=state.log_temperature + temperature_updates,
            actor_optimiser=actor_optimiser,
            temperature_optimiser=temperature_optimiser,
        )
        return state, metrics

    def _averaging_rate(self, index: jax.Array) -> jax.Array:
        """Weight of the newest actor in the average, after update `index`, scalar.

        1 / (share n) at the actor's n-th update, at most 1: polynomial-decay averaging (arXiv 1212.1824,
        section 4), whose window grows with the run: early policies are not judged by those of long ago.
        """
        updates = index // self.config.policy_delay + 1
        return jnp.minimum(1.0 / (self.config.averaging * updates), 1.0)
