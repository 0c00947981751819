"""The losses of masked SAC: pure functions of arrays, free of networks and optimisers.

Unit actions y are the agent's own; actions a = mask(y) are what critics and environment see. The
entropy is that of y: the density of a would add the mask's volume, a bonus that drifts with epsilon.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp


def critic_target(
    reward: jax.Array,
    termination: jax.Array,
    next_values: jax.Array,
    next_log_density: jax.Array,
    *,
    temperature: jax.Array,
    discount: float,
    cap: jax.Array,
) -> jax.Array:
    """The soft Bellman target min(r + gamma (1 - d) (min_i Q_i(s', a') - alpha log pi(y'|s')), cap).

    Args:
        reward: shape `(batch,)`.
        termination: 1.0 where s' is terminal; truncated steps bootstrap. Shape `(batch,)`.
        next_values: each critic's Q(s', a') with a' under the mask at s', shape `(critics, batch)`.
        next_log_density: of the unit action y', shape `(batch,)`.
        temperature: alpha, scalar.
        discount: gamma.
        cap: an upper bound that keeps early targets from running away, scalar.

    Returns:
        Shape `(batch,)`, without gradient. SAC (arXiv 1812.05905), equation 3.
    """
    value = jnp.min(next_values, axis=0) - temperature * next_log_density
    target = reward + discount * (1.0 - termination) * value
    return jax.lax.stop_gradient(jnp.minimum(target, cap))


def critic_loss(values: jax.Array, target: jax.Array) -> jax.Array:
    """Squared error of each critic, `values` of shape `(critics, batch)`: batch mean, sum over critics."""
    return jnp.sum(jnp.mean(jnp.square(values - target), axis=-1))


def actor_loss(values: jax.Array, log_density: jax.Array, temperature: jax.Array) -> jax.Array:
    """E[alpha log pi(y|s) - min_i Q_i(s, a)], `values` of shape `(critics, batch)` (equation 7)."""
    return jnp.mean(temperature * log_density - jnp.min(values, axis=0))


def temperature_loss(log_temperature: jax.Array, log_density: jax.Array, target_entropy: float) -> jax.Array:
    """-log(alpha) E[log pi(y|s) + target entropy], the usual form of equation 18."""
    return -log_temperature * jnp.mean(jax.lax.stop_gradient(log_density) + target_entropy)
