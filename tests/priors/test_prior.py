"""Priors: their bounds are ordered, finite and inside the action range, whatever the function gives."""

import jax.numpy as jnp
import numpy as np
import pytest

from priors import from_function


def bounds(function, observation=(0.0,), **keywords):
    prior = from_function(function, observation_size=1, action_size=2, **keywords)
    return prior(prior.reset(), jnp.asarray(observation))[1]


def test_one_action_is_an_interval_without_width():
    interval = bounds(lambda o: jnp.asarray([0.5, -0.25]))
    np.testing.assert_array_equal(interval.low, interval.high)
    np.testing.assert_array_equal(interval.centre, [0.5, -0.25])


def test_bounds_are_clipped_and_ordered():
    interval = bounds(lambda o: (jnp.asarray([-3.0, 0.5]), jnp.asarray([jnp.inf, 0.2])))
    np.testing.assert_allclose(interval.low, [-1.0, 0.2])
    np.testing.assert_allclose(interval.high, [1.0, 0.5])
    np.testing.assert_allclose(interval.half_width, [1.0, 0.15])


def test_nan_is_no_hint():
    interval = bounds(lambda o: jnp.asarray([jnp.nan, 0.3]))
    np.testing.assert_allclose(interval.low, [-1.0, 0.3])
    np.testing.assert_allclose(interval.high, [1.0, 0.3])


def test_a_carry_is_remembered_and_reset():
    prior = from_function(
        lambda n, o: (n + 1, jnp.full(2, n / 10)), observation_size=1, action_size=2, carry=0.0
    )
    carry, first = prior(prior.reset(), jnp.zeros(1))
    _, second = prior(carry, jnp.zeros(1))
    np.testing.assert_allclose([first.low[0], second.low[0]], [0.0, 0.1])
    assert prior.reset() == 0.0


@pytest.mark.parametrize(
    ("function", "carry", "message"),
    [
        (lambda o: jnp.zeros(3), None, r"the prior's low has shape \(3,\); expected \(2,\)"),
        (lambda o: (jnp.zeros(2), jnp.zeros(1)), None, r"the prior's high has shape \(1,\)"),
        (lambda n, o: ((n, n), jnp.zeros(2)), 0.0, "the prior's carry changes structure"),
    ],
)
def test_a_wrong_function_is_named(function, carry, message):
    with pytest.raises(ValueError, match=message):
        from_function(function, observation_size=1, action_size=2, carry=carry)
