"""The losses against values worked out by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from camel_jax import losses

REWARD, DISCOUNT, NEXT_VALUE = jnp.asarray([1.0, 1.0]), jnp.asarray([0.9, 0.0]), jnp.asarray([7.0, 20.0])


def test_the_target_is_the_bellman_backup_and_ends_with_the_discount():
    np.testing.assert_allclose(losses.bellman_target(REWARD, DISCOUNT, NEXT_VALUE), [1 + 0.9 * 7, 1.0])


def test_the_target_is_capped():
    np.testing.assert_allclose(losses.bellman_target(REWARD, DISCOUNT, NEXT_VALUE, cap=5.0), [5.0, 1.0])


def test_no_gradient_flows_into_the_target():
    slopes = jax.grad(lambda *arguments: losses.bellman_target(*arguments).sum(), (0, 1, 2))
    np.testing.assert_array_equal(slopes(REWARD, DISCOUNT, NEXT_VALUE), np.zeros((3, 2)))


def test_the_squared_error_adds_the_critics_and_averages_the_batch():
    values = jnp.asarray([[1.0, 3.0], [0.0, 0.0]])
    assert float(losses.squared_error(values, jnp.asarray([0.0, 1.0]))) == pytest.approx(2.5 + 0.5)


def test_the_actor_pays_for_certainty_and_gains_by_value():
    loss = losses.soft_actor_loss(jnp.asarray([1.0, 0.0]), jnp.asarray([4.0, 6.0]), jnp.asarray(0.1))
    assert float(loss) == pytest.approx(np.mean([0.4 - 1.0, 0.6 - 0.0]))


@pytest.mark.parametrize(("log_density", "sign"), [(5.0, -1), (3.0, 0), (-5.0, 1)])
def test_descent_raises_the_temperature_where_the_entropy_is_too_low(log_density, sign):
    # The entropy is minus the log density; the target is -3.
    slope = jax.grad(losses.temperature_loss)(jnp.asarray(0.7), jnp.asarray([log_density]), -3.0)
    assert np.sign(float(slope)) == sign
    by_density = jax.grad(losses.temperature_loss, 1)(jnp.asarray(0.7), jnp.asarray([log_density]), -3.0)
    np.testing.assert_array_equal(by_density, 0.0)
