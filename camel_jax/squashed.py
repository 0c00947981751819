"""The squash y = tanh(x) that brings unbounded numbers into (-1, 1)."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def log_derivative(x: jax.Array) -> jax.Array:
    """log(d tanh(x) / dx) = log(1 - tanh(x)^2), in a form that does not cancel for large |x|."""
    return 2.0 * (jnp.log(2.0) - x - jax.nn.softplus(-2.0 * x))


def squashed_log_density(x: jax.Array, log_std: jax.Array, z: jax.Array) -> jax.Array:
    """Log density of each entry of tanh(x), x = mean + std * z Gaussian.

    SAC (arXiv 1812.05905), appendix C, equation 21.
    """
    gaussian = -0.5 * jnp.square(z) - log_std - 0.5 * jnp.log(2.0 * jnp.pi)
    return gaussian - log_derivative(x)
