"""The squash y = tanh(x) that brings unbounded numbers into (-1, 1)."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

_LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)


def log_derivative(x: jax.Array) -> jax.Array:
    """log(d tanh(x) / dx) = log(1 - tanh(x)^2), in a form that does not cancel for large |x|."""
    return 2.0 * (jnp.log(2.0) - x - jax.nn.softplus(-2.0 * x))


def normal_log_density(z: jax.Array) -> jax.Array:
    """Log density of the standard normal distribution, elementwise."""
    return -0.5 * jnp.square(z) - _LOG_SQRT_2PI


def squashed_log_density(x: jax.Array, log_std: jax.Array, log_density: jax.Array) -> jax.Array:
    """Log density of tanh(x), x = mean + std * z, from that of z, summed over the last axis.

    SAC (arXiv 1812.05905), appendix C, equation 21.
    """
    return jnp.sum(log_density - log_std - log_derivative(x), axis=-1)
