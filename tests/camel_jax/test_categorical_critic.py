"""The categorical critic: projection, values that are known, and its scale."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from camel_jax import losses
from camel_jax.algorithm import Batch
from camel_jax.critics import CategoricalConfig
from priors import full_interval

SMALL = CategoricalConfig(hidden=(32,), learning_rate=3e-3, target_rate=1.0)


def batch_of(key, *, reward, discount, size=64):
    key_observation, key_action = jax.random.split(key)
    observation = jax.random.normal(key_observation, (size, 3))
    action = jax.random.uniform(key_action, (size, 2), minval=-1.0, maxval=1.0)
    full = jax.tree.map(lambda x: jnp.broadcast_to(x, (size, 2)), full_interval(2))
    rewards = jnp.broadcast_to(reward(observation, action), (size,))
    return Batch(observation, action, rewards, jnp.full((size,), discount), observation, full, full)


def fitted(config, *, reward, discount=0.0, largest_sum=12.0, steps=2000):
    """The critic and its state after learning from fresh batches, and a batch to judge it by."""
    critic = config.build(observation_size=3, action_size=2)

    def step(state, key):
        batch = batch_of(key, reward=reward, discount=discount)
        zero = jnp.zeros(len(batch.reward))
        return critic.update(
            state,
            key,
            batch,
            next_action=batch.action,
            next_bonus=zero,
            largest_sum=jnp.asarray(largest_sum),
            moves_target=True,
        )

    state = critic.init(jax.random.key(0))
    state, metrics = jax.jit(lambda state, keys: jax.lax.scan(step, state, keys))(
        state, jax.random.split(jax.random.key(1), steps)
    )
    return critic, state, metrics, batch_of(jax.random.key(2), reward=reward, discount=discount)


def test_projection_keeps_mass_and_mean():
    atoms = jnp.linspace(-1.0, 1.0, 11)
    places = jax.random.uniform(jax.random.key(0), (5, 7), minval=-1.0, maxval=1.0)
    probabilities = jax.nn.softmax(jax.random.normal(jax.random.key(1), (5, 7)))
    projected = losses.project(places, probabilities, atoms)
    np.testing.assert_allclose(projected.sum(-1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(projected @ atoms, (places * probabilities).sum(-1), atol=1e-5)


def test_projection_moves_what_lies_outside_to_the_ends():
    projected = losses.project(
        jnp.array([[-7.0, 9.0, 0.25]]), jnp.array([[0.2, 0.3, 0.5]]), jnp.array([-1.0, 0, 1])
    )
    np.testing.assert_allclose(projected, [[0.2, 0.375, 0.425]], rtol=1e-6)


def test_regression_to_a_known_function():
    critic, state, _, batch = fitted(SMALL, reward=lambda o, a: 8.0 + 2.0 * a[..., 0])
    values = critic.values(state, batch.observation, batch.action)
    np.testing.assert_allclose(values.mean(-1), batch.reward.mean(), rtol=0.05)
    assert float(jnp.mean(jnp.abs(values - batch.reward))) < 0.05 * 8.0


@pytest.mark.parametrize("target_rate", [1.0, 0.05])
def test_bootstrapping_finds_the_geometric_sum(target_rate):
    config = dataclasses.replace(SMALL, target_rate=target_rate)
    critic, state, _, batch = fitted(config, reward=lambda o, a: 1.0, discount=0.8, largest_sum=6.0)
    np.testing.assert_allclose(critic.values(state, batch.observation, batch.action), 5.0, rtol=0.05)


def test_targets_stay_within_the_support():
    # A self-consistent value would be 1000; nothing beyond the support can be said.
    critic, state, _, batch = fitted(SMALL, reward=lambda o, a: 1.0, discount=0.999, largest_sum=5.0)
    values = critic.values(state, batch.observation, batch.action)
    assert float(values.max()) <= SMALL.support * 5.0 + 1e-4
    assert float(values.min()) > 4.0


def test_the_scale_follows_the_largest_reward_sum():
    critic = SMALL.build(observation_size=3, action_size=2)
    batch = batch_of(jax.random.key(0), reward=lambda o, a: 1.0, discount=0.0)
    state = critic.init(jax.random.key(0))
    zero = jnp.zeros(len(batch.reward))

    @jax.jit
    def update(state, largest_sum):
        return critic.update(
            state,
            jax.random.key(0),
            batch,
            next_action=batch.action,
            next_bonus=zero,
            largest_sum=largest_sum,
            moves_target=True,
        )[0]

    for largest_sum, expected in ((30.0, 30.0), (20.0, 30.0), (40.0, 40.0)):
        state = update(state, largest_sum)
        assert float(state.scale) == expected


def test_hidden_weights_keep_their_length():
    _, state, _, _ = fitted(SMALL, reward=lambda o, a: a[..., 0], steps=20)
    for name, layer in state.params.items():
        if name.startswith("Dense"):
            np.testing.assert_allclose(jnp.linalg.norm(layer["kernel"], axis=-2), 1.0, rtol=1e-5)


@pytest.mark.parametrize(
    ("field", "value"),
    [("atoms", 1), ("support", 0.5), ("target_rate", 0.0), ("learning_rate", 0.0), ("hidden", ())],
)
def test_impossible_settings_are_named(field, value):
    (problem,) = dataclasses.replace(SMALL, **{field: value}).problems()
    assert problem.startswith(f"critic.{field} is ")
