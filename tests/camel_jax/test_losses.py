"""The losses against values worked out by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from camel_jax import losses

REWARD, DISCOUNT, NEXT_VALUE = jnp.asarray([1.0, 1.0]), jnp.asarray([0.9, 0.0]), jnp.asarray([7.0, 20.0])


def test_target_is_the_bellman_backup():
    np.testing.assert_allclose(losses.bellman_target(REWARD, DISCOUNT, NEXT_VALUE), [7.3, 1.0], rtol=1e-6)


def test_no_gradient_flows_into_the_target():
    gradient = jax.grad(lambda v: losses.bellman_target(REWARD, DISCOUNT, v).sum())(NEXT_VALUE)
    np.testing.assert_array_equal(gradient, np.zeros(2))


def test_squared_error_adds_the_critics_and_averages_the_batch():
    values = jnp.asarray([[1.0, 3.0], [0.0, 0.0]])
    assert float(losses.squared_error(values, jnp.asarray([0.0, 1.0]))) == pytest.approx(2.5 + 0.5)


def test_soft_actor_loss_weighs_entropy_against_value():
    loss = losses.soft_actor_loss(jnp.asarray([1.0, 0.0]), jnp.asarray([4.0, 6.0]), jnp.asarray(0.1))
    assert float(loss) == pytest.approx(np.mean([0.4 - 1.0, 0.6 - 0.0]))


@pytest.mark.parametrize(("log_density", "sign"), [(5.0, -1), (-5.0, 1)])
def test_temperature_rises_when_the_entropy_is_too_low(log_density, sign):
    gradient = jax.grad(losses.temperature_loss)(jnp.asarray(0.0), jnp.asarray([log_density]), -3.0)
    # Entropy -5 is below the target -3: gradient descent must raise the temperature.
    assert np.sign(float(gradient)) == sign
