"""Networks: a squashed Gaussian actor and an ensemble of critics."""

from __future__ import annotations

import flax.linen as nn
import jax
import jax.numpy as jnp

_LOG_STD_MIN, _LOG_STD_MAX = -5.0, 2.0


class Actor(nn.Module):
    """Gaussian over unbounded actions; `sample` squashes it into unit actions.

    Attributes:
        action_size: entries of the action.
        hidden: widths of the hidden layers.
    """

    action_size: int
    hidden: tuple[int, ...] = (256, 256)

    @nn.compact
    def __call__(self, observation: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Mean and log standard deviation before squashing, each of shape `(..., action_size)`."""
        x = observation
        for width in self.hidden:
            x = nn.relu(nn.Dense(width)(x))
        mean = nn.Dense(self.action_size)(x)
        log_std = jnp.tanh(nn.Dense(self.action_size)(x))
        return mean, _LOG_STD_MIN + 0.5 * (_LOG_STD_MAX - _LOG_STD_MIN) * (log_std + 1.0)


def sample_unit_action(key: jax.Array, mean: jax.Array, log_std: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Draw y = tanh(x), x ~ N(mean, std), by the reparameterisation trick.

    Returns:
        The unit action, shape `(..., action_size)`, and its log density, shape `(...)`
        (SAC, arXiv 1812.05905, appendix C).
    """
    noise = jax.random.normal(key, mean.shape, mean.dtype)
    x = mean + jnp.exp(log_std) * noise
    gaussian = -0.5 * jnp.square(noise) - log_std - 0.5 * jnp.log(2.0 * jnp.pi)
    # log(1 - tanh(x)^2) in a form that does not cancel for large |x|.
    squash = 2.0 * (jnp.log(2.0) - x - nn.softplus(-2.0 * x))
    return jnp.tanh(x), jnp.sum(gaussian - squash, axis=-1)


class Critic(nn.Module):
    """Action values with batch normalisation on the input and each hidden layer (CrossQ, arXiv 1902.05605).

    Attributes:
        hidden: widths of the hidden layers.
        momentum: of the running statistics.
    """

    hidden: tuple[int, ...] = (256, 256)
    momentum: float = 0.99

    @nn.compact
    def __call__(self, observation: jax.Array, action: jax.Array, train: bool) -> jax.Array:
        """Q(s, a), shape `(batch,)`; `train` normalises with the batch's own statistics."""

        def normalise(x: jax.Array) -> jax.Array:
            return nn.BatchNorm(use_running_average=not train, momentum=self.momentum)(x)

        x = normalise(jnp.concatenate([observation, action], axis=-1))
        for width in self.hidden:
            x = normalise(nn.relu(nn.Dense(width)(x)))
        return jnp.squeeze(nn.Dense(1)(x), axis=-1)
