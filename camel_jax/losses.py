"""Losses as pure functions of arrays, free of networks, masks and optimisers.

The log densities are those of `masking.py`: in the coordinates of the interval that the mask allows.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp


def bellman_target(reward: jax.Array, discount: jax.Array, next_value: jax.Array) -> jax.Array:
    """The target r + discount * V(s'), without gradient.

    Args:
        reward: shape `(batch,)`.
        discount: gamma, or 0 where s' is terminal, `(batch,)`; truncated steps bootstrap.
        next_value: of s' under the mask there: for SAC min_i Q_i(s', a') - alpha log pi(a'|s')
            (arXiv 1812.05905, equation 3), for TD3 min_i Q_i(s', a') (arXiv 1802.09477, equation 10),
            `(batch,)`.

    Returns:
        Shape `(batch,)`.
    """
    return jax.lax.stop_gradient(reward + discount * next_value)


def squared_error(values: jax.Array, target: jax.Array) -> jax.Array:
    """Squared error of each critic, `values` of shape `(critics, batch)`: batch mean, sum over critics."""
    return jnp.sum(jnp.mean(jnp.square(values - target), axis=-1))


def lesser_return(mean: jax.Array, std: jax.Array, noise: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Mean and a sample of the return by the critic of the smaller mean (arXiv 2310.05858, equations 19, 20).

    Args:
        mean: of the return by each critic, `(critics, batch)`.
        std: its standard deviation, `(critics, batch)`.
        noise: standard normal, `(batch,)`.

    Returns:
        Two arrays of shape `(batch,)`.
    """
    least = jnp.argmin(mean, axis=0, keepdims=True)
    mean, std = (jnp.squeeze(jnp.take_along_axis(x, least, axis=0), 0) for x in (mean, std))
    return mean, mean + std * noise


def bounded_error(mean: jax.Array, sampled_target: jax.Array, bound: jax.Array) -> jax.Array:
    """C(y_z) - Q, the error of a sampled return within the bound (arXiv 2310.05858, equations 12 and 23).

    Args:
        mean: of the return by each critic, `(critics, batch)`.
        sampled_target: y_z, `(batch,)`.
        bound: of each critic, `(critics,)`.

    Returns:
        Shape `(critics, batch)`.
    """
    bound = bound[:, None]
    return jnp.clip(sampled_target - mean, -bound, bound)


def gaussian_value_loss(
    mean: jax.Array, std: jax.Array, target: jax.Array, error: jax.Array, average_variance: jax.Array
) -> jax.Array:
    """A loss with the gradient of DSAC-T (arXiv 2310.05858, equation 26), guarded as its authors' code is.

    With weight w = average variance / (sigma^2 + 0.1), clipped to [0.1, 10], its gradient is w (Q - y) by
    each mean Q and w (sigma^2 - error^2) / (sigma + 0.1) by each standard deviation sigma; nothing flows
    through w, the error and the average. But for the guards that is the average variance times the gradient
    of the negative log-likelihood. The loss itself means little: its part of the standard deviation is about
    sigma^2 - error^2, whose mean is zero once learned.

    Args:
        mean: Q, of the return by each critic, `(critics, batch)`.
        std: sigma, `(critics, batch)`.
        target: y, the expected target without noise, `(batch,)`.
        error: of a sampled target, bounded, `(critics, batch)`.
        average_variance: running average of sigma^2, `(critics,)`.

    Returns:
        Scalar: batch mean, sum over critics.
    """
    held_std = jax.lax.stop_gradient(std)
    weight = jax.lax.stop_gradient(average_variance)[:, None] / (jnp.square(held_std) + _STD_GUARD)
    excess = jnp.square(held_std) - jnp.square(jax.lax.stop_gradient(error))
    of_mean = 0.5 * jnp.square(mean - target)
    of_std = std * excess / (held_std + _STD_GUARD)
    return jnp.sum(jnp.mean(jnp.clip(weight, *_WEIGHT_RANGE) * (of_mean + of_std), axis=-1))


_STD_GUARD = 0.1
_WEIGHT_RANGE = (0.1, 10.0)


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
