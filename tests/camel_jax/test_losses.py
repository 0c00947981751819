"""The losses against values worked out by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from camel_jax import losses


def target(cap=jnp.inf):
    return losses.critic_target(
        reward=jnp.asarray([1.0, 1.0]),
        termination=jnp.asarray([0.0, 1.0]),
        next_values=jnp.asarray([[10.0, 10.0], [8.0, 20.0]]),
        next_log_density=jnp.asarray([2.0, 2.0]),
        temperature=jnp.asarray(0.5),
        discount=0.9,
        cap=jnp.asarray(cap),
    )


def test_target_is_the_soft_bellman_backup_of_the_smaller_critic():
    np.testing.assert_allclose(target(), [1 + 0.9 * (8 - 0.5 * 2), 1.0], rtol=1e-6)


def test_target_is_capped():
    np.testing.assert_allclose(target(cap=5.0), [5.0, 1.0], rtol=1e-6)


def test_no_gradient_flows_into_the_target():
    def of_values(next_values):
        zero = jnp.zeros(1)
        return losses.critic_target(
            zero, zero, next_values, zero, temperature=jnp.asarray(0.0), discount=0.9, cap=jnp.asarray(1e9)
        ).sum()

    np.testing.assert_array_equal(jax.grad(of_values)(jnp.ones((2, 1))), np.zeros((2, 1)))


def test_critic_loss_adds_the_critics_and_averages_the_batch():
    values = jnp.asarray([[1.0, 3.0], [0.0, 0.0]])
    assert float(losses.critic_loss(values, jnp.asarray([0.0, 1.0]))) == pytest.approx(2.5 + 0.5)


def test_actor_loss_takes_the_smaller_critic():
    values = jnp.asarray([[1.0, 3.0], [2.0, 0.0]])
    loss = losses.actor_loss(values, jnp.asarray([4.0, 6.0]), jnp.asarray(0.1))
    assert float(loss) == pytest.approx(np.mean([0.4 - 1.0, 0.6 - 0.0]))


@pytest.mark.parametrize(("log_density", "sign"), [(5.0, -1), (-5.0, 1)])
def test_temperature_rises_when_the_entropy_is_too_low(log_density, sign):
    gradient = jax.grad(losses.temperature_loss)(jnp.asarray(0.0), jnp.asarray([log_density]), -3.0)
    # Entropy -5 is below the target -3: gradient descent must raise the temperature.
    assert np.sign(float(gradient)) == sign
