"""The actor's density and the critics' batch statistics."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from camel_jax.networks import Actor, Critic, sample_unit_action


@pytest.mark.parametrize(("mean", "log_std"), [(0.0, 0.0), (0.7, -1.0), (-1.5, 0.3)])
def test_the_density_of_unit_actions_integrates_to_one(mean, log_std):
    count = 200_000
    action, log_density = sample_unit_action(
        jax.random.key(0), jnp.full((count, 1), mean), jnp.full((count, 1), log_std)
    )
    # Importance sampling: the mean of 1/p over the samples of p in a range is the range's length.
    low, high = np.tanh(mean + np.exp(log_std) * np.array([-1.0, 1.0]))
    inside = (np.asarray(action)[:, 0] > low) & (np.asarray(action)[:, 0] < high)
    np.testing.assert_allclose(np.mean(inside * np.exp(-np.asarray(log_density))), high - low, rtol=0.01)


def test_the_density_stays_finite_at_the_edges():
    action, log_density = sample_unit_action(jax.random.key(0), jnp.asarray([40.0]), jnp.asarray([-5.0]))
    assert float(action[0]) == 1.0
    assert np.isfinite(log_density)
    gradient = jax.grad(lambda m: sample_unit_action(jax.random.key(0), m, jnp.zeros(1))[1])(
        jnp.asarray([40.0])
    )
    assert np.isfinite(gradient).all()


def test_the_actors_spread_is_bounded():
    actor = Actor(2, (8,))
    params = actor.init(jax.random.key(0), jnp.zeros(3))
    _, log_std = actor.apply(params, 1e6 * jnp.ones((5, 3)))
    assert ((log_std >= -5.0) & (log_std <= 2.0)).all()


def test_critics_differ_and_normalise_by_the_batch_only_in_training():
    critics = nn.vmap(
        Critic,
        in_axes=None,
        variable_axes={"params": 0, "batch_stats": 0},
        split_rngs={"params": True},
        axis_size=2,
    )((16,))
    observation = 100.0 + jax.random.normal(jax.random.key(1), (64, 3))
    action = jnp.zeros((64, 1))
    variables = critics.init(jax.random.key(0), observation, action, False)
    values, updated = critics.apply(variables, observation, action, True, mutable=["batch_stats"])
    assert values.shape == (2, 64)
    assert not np.allclose(values[0], values[1])
    before, after = (tree["batch_stats"]["BatchNorm_0"]["mean"] for tree in (variables, updated))
    np.testing.assert_allclose(
        after - before, 0.01 * np.r_[observation.mean(0), 0.0][None].repeat(2, 0), rtol=1e-4
    )
    np.testing.assert_allclose(
        critics.apply(variables, observation[:1], action[:1], False),
        critics.apply(variables, observation, action, False)[:, :1],
        rtol=1e-4,
        atol=1e-4,
    )
