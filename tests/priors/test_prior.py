"""Priors: their bounds are ordered, finite and inside the action range, whatever the function gives."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import priors
from envs import InputError
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


@pytest.mark.parametrize("name", priors.names())
def test_every_program_that_ships_translates_and_tells_its_provenance(name):
    prior = priors.load(name)
    about = priors.provenance(name)
    assert about["task"] == name.split("/")[0]
    assert about["written_by"]
    assert about["tuning"] is None or about["tuning"]["env_steps"] > 0
    assert about["gymnasium_v4"]["episodes"] >= 100
    observations = jax.random.normal(jax.random.key(0), (100, prior.observation_size))
    _, interval = jax.vmap(prior, in_axes=(None, 0))(prior.reset(), observations)
    assert interval.low.shape == (100, prior.action_size)
    assert np.isfinite(interval.low).all()
    assert len(np.unique(np.asarray(interval.low), axis=0)) > 1, "it must look at the observation"


def test_unknown_names_are_told_with_the_choices():
    with pytest.raises(InputError, match=r"unknown prior 'hopper/hpo'.*Did you mean 'hopper/hop'\?"):
        priors.load("hopper/hpo")
