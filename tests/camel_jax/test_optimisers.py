"""The learning rate falls as it is said to."""

import jax.numpy as jnp
import numpy as np
import optax
import pytest

from camel_jax.optimisers import make_adam


def rates(optimiser, count):
    """How far Adam moves under a steady gradient: its learning rate, at every update."""
    params, gradient = jnp.zeros(()), jnp.ones(())
    state, found = optimiser.init(params), []
    for _ in range(count):
        updates, state = optimiser.update(gradient, state)
        params = optax.apply_updates(params, updates)
        found.append(-float(updates))
    return found


@pytest.mark.parametrize("every", [1, 3])
def test_the_rate_is_the_inverse_square_root_of_the_updates_of_the_run(every):
    found = rates(make_adam(0.1, b1=0.5, decay_updates=6, every=every), 7)
    np.testing.assert_allclose(found, 0.1 / np.sqrt(1 + every * np.arange(7) / 6), rtol=1e-4)


def test_the_rate_can_be_kept():
    np.testing.assert_allclose(rates(make_adam(0.1, b1=0.5, decay_updates=0), 5), 0.1, rtol=1e-4)
