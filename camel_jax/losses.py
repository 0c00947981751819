"""Losses as pure functions of arrays, free of networks, masks and optimisers.

The log densities are those of `masking.py`: in the coordinates of the interval that the mask allows.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp


def bellman_target(
    reward: jax.Array, discount: jax.Array, next_value: jax.Array, *, cap: jax.Array
) -> jax.Array:
    """min(r + discount * V(s'), cap), without gradient.

    Args:
        reward: shape `(batch,)`.
        discount: gamma, or 0 where s' is terminal, `(batch,)`; truncated steps bootstrap.
        next_value: of s' under the mask there: for SAC min_i Q_i(s', a') - alpha log pi(a'|s')
            (arXiv 1812.05905, equation 3), for TD3 min_i Q_i(s', a') (arXiv 1802.09477, equation 10), `(batch,)`.
        cap: an upper bound that keeps early targets from running away, infinite for none.

    Returns:
        Shape `(batch,)`.
    """
    return jax.lax.stop_gradient(jnp.minimum(reward + discount * next_value, cap))


def squared_error(values: jax.Array, target: jax.Array) -> jax.Array:
    """Squared error of each critic, `values` of shape `(critics, batch)`: batch mean, sum over critics."""
    return jnp.sum(jnp.mean(jnp.square(values - target), axis=-1))


def project(places: jax.Array, probabilities: jax.Array, atoms: jax.Array) -> jax.Array:
    """Probability at any places, moved to the two nearest of equally spaced atoms (C51, arXiv 1707.06887).

    Keeps the mean of what lies between the first and the last atom; what lies outside goes to these.

    Args:
        places: shape `(batch, places)`.
        probabilities: at them, `(batch, places)`.
        atoms: ascending, `(atoms,)`.

    Returns:
        Shape `(batch, atoms)`.
    """
    last = atoms.shape[0] - 1
    position = jnp.clip((places - atoms[0]) / (atoms[-1] - atoms[0]) * last, 0.0, last)
    below = jnp.floor(position).astype(jnp.int32)
    share = position - below
    rows = jnp.arange(places.shape[0])[:, None]
    empty = jnp.zeros((places.shape[0], atoms.shape[0]))
    empty = empty.at[rows, below].add(probabilities * (1.0 - share))
    return empty.at[rows, jnp.minimum(below + 1, last)].add(probabilities * share)


def cross_entropy(logits: jax.Array, target: jax.Array) -> jax.Array:
    """Of each critic, `logits` of shape `(critics, batch, atoms)`: batch mean, sum over critics."""
    return -jnp.sum(jnp.mean(jnp.sum(target * jax.nn.log_softmax(logits), axis=-1), axis=-1))


def soft_actor_loss(value: jax.Array, log_density: jax.Array, temperature: jax.Array) -> jax.Array:
    """E[alpha log pi(a|s) - Q(s, a)], arguments of shape `(batch,)` (arXiv 1812.05905, equation 7)."""
    return jnp.mean(temperature * log_density - value)


def temperature_loss(log_temperature: jax.Array, log_density: jax.Array, target_entropy: float) -> jax.Array:
    """-log(alpha) E[log pi(a|s) + target entropy], the usual form of equation 18 of arXiv 1812.05905."""
    return -log_temperature * jnp.mean(jax.lax.stop_gradient(log_density) + target_entropy)
