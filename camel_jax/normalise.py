"""Running mean and standard deviation of observations, those of Brax."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from brax.training.acme import running_statistics

# Entries that hardly vary would otherwise be blown up to noise.
_SMALLEST_STD = 1e-2


def init_normaliser(observation_size: int, *, enabled: bool) -> Any:
    """Statistics of nothing yet; `()` where observations are not normalised."""
    return running_statistics.init_state(jnp.zeros(observation_size)) if enabled else ()


def observe(normaliser: Any, observations: jax.Array) -> Any:
    """The statistics with observations of shape `(batch, observation_size)` added (Welford, 1962)."""
    if isinstance(normaliser, tuple):
        return normaliser
    return running_statistics.update(normaliser, observations, std_min_value=_SMALLEST_STD)


def normalised(normaliser: Any, observation: jax.Array) -> jax.Array:
    """(observation - mean) / std, any leading axes; the observation itself under `()`."""
    if isinstance(normaliser, tuple):
        return observation
    return running_statistics.normalize(observation, normaliser, max_abs_value=10.0)
