"""The DSAC-T critic against distributions, gradients and values that are known."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.scipy.stats import norm

from camel_jax import Batch, GaussianConfig, losses
from priors import Interval

SMALL = GaussianConfig(hidden=(32, 32), learning_rate=1e-3, target_rate=0.05, average_rate=0.02)
CRITIC = SMALL.build(observation_size=1, action_size=1)
REWARD_MEAN, REWARD_STD = 2.0, 0.7


@jax.jit
def random_batch(key, discount):
    """128 noisy rewards that nothing predicts; the critics' inputs are noise too."""
    key_input, key_reward = jax.random.split(key)
    observation, next_observation, action = jax.random.uniform(key_input, (3, 128, 1), minval=-1.0)
    reward = REWARD_MEAN + REWARD_STD * jax.random.normal(key_reward, (128,))
    free = Interval(jnp.zeros((128, 1)), jnp.ones((128, 1)))
    discount = jnp.full(128, discount)
    return Batch(observation, action, reward, discount, next_observation, interval=free, next_interval=free)


def update(state, key, batch, bonus):
    next_bonus = jnp.full(batch.reward.shape, bonus)
    return CRITIC.update(
        state,
        key,
        batch,
        next_action=batch.action,
        next_bonus=next_bonus,
        largest_sum=jnp.zeros(()),
        moves_target=True,
    )


init, stds_of, jitted_update = (jax.jit(f) for f in (CRITIC.init, CRITIC.stds, update))


@jax.jit
def learned(discount, bonus):
    """Mean and standard deviation by both critics after 4,000 updates, shape `(critics,)` each; metrics."""

    def one(state, key):
        key_batch, key_update = jax.random.split(key)
        return update(state, key_update, random_batch(key_batch, discount), bonus)

    keys = jax.random.split(jax.random.key(1), 4_000)
    state, metrics = jax.lax.scan(one, CRITIC.init(jax.random.key(0)), keys)
    batch = random_batch(jax.random.key(2), discount)
    found = (f(state, batch.observation, batch.action).mean(-1) for f in (CRITIC.values, CRITIC.stds))
    return *found, metrics


@pytest.mark.parametrize(
    ("discount", "bonus", "mean", "std"),
    [
        (0.0, 0.0, REWARD_MEAN, REWARD_STD),
        # Of the return: (r + discount * bonus) / (1 - discount), and std^2 = var(r) + discount^2 std^2.
        (0.8, 0.5, (REWARD_MEAN + 0.8 * 0.5) / 0.2, REWARD_STD / np.sqrt(1 - 0.8**2)),
    ],
)
def test_both_critics_learn_the_distribution_of_the_return(discount, bonus, mean, std):
    means, stds, metrics = learned(discount, bonus)
    np.testing.assert_allclose(means, mean, rtol=0.05)
    # Half the variance would be 29 % less.
    np.testing.assert_allclose(stds, std, rtol=0.07)
    np.testing.assert_allclose(metrics["critic/value"][-100:].mean(), mean, rtol=0.05)
    np.testing.assert_allclose(metrics["critic/std"][-100:].mean(), std, rtol=0.07)


def test_the_return_is_that_of_the_critic_of_the_smaller_mean():
    mean = jnp.asarray([[1.0, 5.0], [2.0, 4.0]])
    std = jnp.asarray([[0.1, 0.2], [30.0, 0.4]])
    value, sample = losses.lesser_return(mean, std, jnp.asarray([-1.0, 2.0]))
    np.testing.assert_allclose(value, [1.0, 4.0])
    np.testing.assert_allclose(sample, [1.0 - 0.1, 4.0 + 0.8], rtol=1e-6)


def test_each_critic_bounds_its_error_by_its_own_bound():
    mean = jnp.asarray([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    error = losses.bounded_error(mean, jnp.asarray([-9.0, 0.5, 9.0]), bound=jnp.asarray([3.0, 0.6]))
    np.testing.assert_allclose(error, [[-3.0, 0.5, 3.0], [-0.6, -0.5, 0.6]])


def test_gradient_is_the_guarded_formula():
    mean, std = jnp.asarray([[3.0], [1.0]]), jnp.asarray([[0.4], [0.0]])
    gradients = jax.grad(losses.gaussian_value_loss, argnums=(0, 1, 2, 3, 4))(
        mean, std, jnp.asarray([1.0]), jnp.asarray([[0.5], [2.0]]), jnp.asarray([0.13, 5.0])
    )
    weight = 0.13 / (0.4**2 + 0.1)
    # Of the second critic, which is certain, the weight is 5 / 0.1 before it is clipped to 10.
    np.testing.assert_allclose(gradients[0], [[weight * (3.0 - 1.0)], [0.0]], rtol=1e-5)
    expected = [[weight * (0.4**2 - 0.5**2) / (0.4 + 0.1)], [10.0 * (0.0 - 2.0**2) / 0.1]]
    np.testing.assert_allclose(gradients[1], expected, rtol=1e-5)
    for gradient in gradients[3:]:
        np.testing.assert_array_equal(gradient, np.zeros_like(gradient))


def test_gradient_is_the_average_variance_times_that_of_the_likelihood():
    """Where the guards are negligible: equation 26 is equation 13, scaled."""
    rng = np.random.default_rng(0)
    mean, std = rng.normal(0.0, 100.0, (2, 16)), rng.uniform(1e3, 2e3, (2, 16))
    target, average_variance = rng.normal(0.0, 1e3, 16), np.asarray([1e6, 2e6])

    def ours(mean, std):
        return losses.gaussian_value_loss(mean, std, target, target - mean, average_variance)

    def negative_log_likelihood(mean, std):
        return -jnp.sum(average_variance * jnp.mean(norm.logpdf(target, mean, std), axis=-1))

    found, expected = (
        jax.jit(jax.grad(f, argnums=(0, 1)))(mean, std) for f in (ours, negative_log_likelihood)
    )
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-3)
    np.testing.assert_allclose(
        found[1], expected[1], rtol=1e-3, atol=1e-3 * float(jnp.abs(expected[1]).max())
    )


def test_averages_start_at_the_first_batch_and_then_move():
    state, batch = init(jax.random.key(0)), random_batch(jax.random.key(1), 0.0)
    for rate in (1.0, SMALL.average_rate):
        stds = np.asarray(stds_of(state, batch.observation, batch.action))
        old_std, old_variance = state.average_std, state.average_variance
        state, _ = jitted_update(state, jax.random.key(2), batch, 0.0)
        expected = (1 - rate) * old_std + rate * stds.mean(-1)
        np.testing.assert_allclose(state.average_std, expected, rtol=1e-5)
        expected = (1 - rate) * old_variance + rate * np.square(stds).mean(-1)
        np.testing.assert_allclose(state.average_variance, expected, rtol=1e-5)


def test_an_outlier_moves_the_mean_but_the_variance_no_more_than_the_bound():
    """Beyond the bound a target says no more of the spread, but all the more of the mean."""
    state, batch = init(jax.random.key(0)), random_batch(jax.random.key(1), 0.0)
    largest_std = float(stds_of(state, batch.observation, batch.action).max())

    def gradient(stds_away):
        """By the last biases, of mean and standard deviation, times a constant: Adam's first moment."""
        outliers = batch._replace(reward=jnp.full_like(batch.reward, stds_away * largest_std))
        new, _ = jitted_update(state, jax.random.key(0), outliers, 0.0)
        return np.moveaxis(np.asarray(new.optimiser[0].mu["params"]["Dense_2"]["bias"]), -1, 0)

    (_, std_near), (mean_far, std_far), (mean_farther, std_farther) = map(gradient, (1.5, 100.0, 200.0))
    assert (std_far < std_near).all()
    np.testing.assert_allclose(std_farther, std_far, rtol=1e-5)
    np.testing.assert_allclose(mean_farther, 2 * mean_far, rtol=0.05)


@pytest.mark.parametrize("field", ["learning_rate", "target_rate", "average_rate", "error_bound"])
def test_impossible_settings_are_named(field):
    assert SMALL.problems() == []
    (problem,) = dataclasses.replace(SMALL, **{field: 0.0}).problems()
    assert f"critic.{field}" in problem
