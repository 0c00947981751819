"""The optimiser of networks whose learning rate falls with the updates made."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import optax


def make_adam(
    learning_rate: float, *, b1: float, decay_updates: int, every: int = 1
) -> optax.GradientTransformation:
    """Adam, whose rate after n updates of the run is learning_rate / sqrt(1 + n / decay_updates).

    Weights that are kept at length 1 learn at a rate that no growth of them makes smaller, so that it has to
    be made smaller. The inverse square root needs no horizon: a longer run starts as a shorter one does.

    Args:
        learning_rate: the first.
        b1: first-moment decay.
        decay_updates: updates of the run after which the rate has fallen to 1 / sqrt(2); 0 keeps it.
        every: updates of the run to each of this optimiser.
    """
    if decay_updates == 0:
        return optax.adam(learning_rate, b1=b1)

    def rate(count: jax.Array) -> jax.Array:
        return learning_rate / jnp.sqrt(1.0 + count * (every / decay_updates))

    return optax.adam(rate, b1=b1)
