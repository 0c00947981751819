"""One update of each algorithm on a batch made by hand: no loop, no environment."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from trees import assert_equal_trees

from camel_jax import Batch, CategoricalConfig, GaussianConfig, GeneratorMask, SACConfig, TD3Config
from camel_jax.sac import SAC
from camel_jax.td3 import TD3
from experiments.bench.probes import LEARNERS
from priors import Interval, full_interval

ROWS, SIZES = 16, {"observation_size": 3, "action_size": 2}
KEY = jax.random.key(7)
LARGEST_SUM = jnp.asarray(1e3)
SMALL = {"hidden": (16,)}
TWIN = LEARNERS["sac"].critic


class Fixed:
    """A mask whose action is the interval's centre and whose log density is a number."""

    def __init__(self, log_density=0.0):
        self.log_density = log_density

    def sample(self, interval, mean, log_std, noise):
        return interval.centre + 0 * mean, jnp.full(mean.shape[:-1], self.log_density)

    def perturb(self, interval, unit_action, std, noise):
        return interval.centre + 0 * unit_action


class Telling:
    """Critics that learn nothing and tell what they are asked."""

    def init(self, key):
        return ()

    def values(self, state, observation, action):
        return jnp.stack([action.sum(-1), 2.0 + action.sum(-1)])

    def update(self, state, key, batch, *, next_action, next_bonus, largest_sum, moves_target):
        return state, {"next_action": next_action, "next_bonus": next_bonus, "largest_sum": largest_sum}


def make_batch(reward=1.0, discount=0.9):
    keys = jax.random.split(jax.random.key(3), 3)
    observation, next_observation = jax.random.normal(keys[0], (2, ROWS, 3))
    action = jax.random.uniform(keys[1], (ROWS, 2), minval=-1.0)
    here, there = jnp.full((ROWS, 2), 0.8), jnp.full((ROWS, 2), -0.8)
    return Batch(
        observation=observation,
        action=action,
        reward=jnp.full(ROWS, reward),
        discount=jnp.full(ROWS, discount),
        next_observation=next_observation,
        interval=Interval(here - 0.1, here + 0.1),
        next_interval=Interval(there - 0.1, there + 0.1),
    )


BATCH = make_batch()


def updated(algorithm, state, batch=BATCH, largest_sum=LARGEST_SUM, index=0):
    return algorithm.update(state, KEY, batch, largest_sum=largest_sum, index=jnp.asarray(index))


def ready(algorithm):
    """The initial state and the jitted update."""
    return jax.jit(algorithm.init)(jax.random.key(0)), jax.jit(functools.partial(updated, algorithm))


@functools.cache
def compiled(name):
    """An algorithm, its initial state and its jitted update, under a generator mask."""
    algorithm = LEARNERS[name].build(GeneratorMask(), **SIZES)
    return algorithm, *ready(algorithm)


# The mask at both ends.


@pytest.mark.parametrize("kind", ["sac", "td3"])
def test_the_target_lies_in_the_next_interval_and_the_actors_action_in_this_one(kind):
    mask, log_density = Fixed(-1.5), -1.5
    if kind == "sac":
        algorithm = SAC(SACConfig(**SMALL, temperature=0.5), mask, Telling(), **SIZES)
    else:
        algorithm = TD3(TD3Config(**SMALL), mask, Telling(), **SIZES)
    state, update = ready(algorithm)
    _, metrics = update(state)
    np.testing.assert_allclose(metrics["next_action"], -0.8, rtol=1e-6)
    np.testing.assert_array_equal(metrics["largest_sum"], LARGEST_SUM)
    # Both actors climb the lesser value, here that of the first critic too: 2 x 0.8.
    bonus = -0.5 * log_density if kind == "sac" else 0.0
    np.testing.assert_allclose(metrics["next_bonus"], bonus, rtol=1e-6)
    assert float(metrics["actor/loss"]) == pytest.approx(-(1.6 + bonus), rel=1e-5)


@pytest.mark.parametrize("name", LEARNERS)
def test_actions_to_try_lie_in_the_interval_and_the_agent_alone_knows_of_none(name):
    algorithm, state, _ = compiled(name)
    tried = jax.jit(algorithm.explore)(state, KEY, BATCH.observation, BATCH.interval)
    assert ((tried >= 0.7 - 1e-6) & (tried <= 0.9 + 1e-6)).all()
    assert len(np.unique(tried)) > ROWS
    alone = algorithm.policy(algorithm.policy_parameters(state), BATCH.observation)
    assert alone.shape == (ROWS, 2)
    assert (np.abs(alone) < 0.7).any()


def test_the_value_is_the_first_critics_for_td3_and_the_lesser_for_sac():
    class Unordered(Telling):
        def values(self, state, observation, action):
            return jnp.asarray([[5.0, 1.0], [3.0, 4.0]])

    td3 = TD3(TD3Config(**SMALL), Fixed(), Unordered(), **SIZES)
    sac = SAC(SACConfig(**SMALL), Fixed(), Unordered(), **SIZES)
    for algorithm, expected in ((td3, [5.0, 1.0]), (sac, [3.0, 1.0])):
        state = algorithm.init(jax.random.key(0))
        np.testing.assert_array_equal(
            algorithm.value(state, BATCH.observation[:2], BATCH.action[:2]), expected
        )


@pytest.mark.parametrize("clip", [0.1, 0.5])
def test_td3_smooths_its_target_by_clipped_noise(clip):
    config = TD3Config(**SMALL, target_noise=0.2, target_noise_clip=clip)
    algorithm = TD3(config, GeneratorMask(), Telling(), **SIZES)
    state, update = ready(algorithm)
    _, metrics = update(state, BATCH._replace(next_interval=full_interval(2, (ROWS,))))
    noise = metrics["next_action"] - algorithm.policy(state.target_actor, BATCH.next_observation)
    assert np.abs(noise).max() <= clip + 1e-6
    # Some of 32 draws lie beyond half a standard deviation, but few beyond 2.5.
    assert (np.abs(noise) > clip - 1e-6).any() == (clip <= 0.1)
    assert noise.std() > 0.05


# What moves, and how far.


@pytest.mark.parametrize("name", LEARNERS)
def test_everything_is_learned_and_stays_finite(name):
    _, state, update = compiled(name)
    after, metrics = update(state)
    for leaf in jax.tree.leaves((after, metrics)):
        assert np.isfinite(leaf).all()
    for before, now in ((state.actor, after.actor), (state.critic.params, after.critic.params)):
        moved = jax.tree.map(lambda a, b: bool((a != b).any()), before, now)
        assert all(jax.tree.leaves(moved))


@pytest.mark.parametrize(
    "config",
    [SACConfig(**SMALL, policy_delay=3, critic=TWIN), TD3Config(**SMALL, policy_delay=3, critic=TWIN)],
)
def test_the_actor_moves_at_multiples_of_the_delay_only_and_the_critics_always(config):
    algorithm = config.build(GeneratorMask(), **SIZES)
    state, update = ready(algorithm)
    for index in range(5):
        after, metrics = update(state, index=index)
        due = index % 3 == 0
        assert np.isfinite(metrics["actor/loss"]) == due
        assert np.isfinite(metrics["critic/loss"])
        rest = [dataclasses.replace(s, critic=()) for s in (state, after)]
        if due:
            with pytest.raises(AssertionError):
                assert_equal_trees(*rest)
        else:
            assert_equal_trees(*rest)
        with pytest.raises(AssertionError):
            assert_equal_trees(state.critic.params, after.critic.params)
        state = after


@pytest.mark.parametrize("critic", [TWIN, GaussianConfig(**SMALL), CategoricalConfig(**SMALL)])
@pytest.mark.parametrize(
    ("kind", "moves"), [(SACConfig, [True, True, True]), (TD3Config, [True, False, True])]
)
def test_the_critics_targets_move_with_td3s_actor_and_at_every_update_of_sac(critic, kind, moves):
    algorithm = kind(**SMALL, policy_delay=2, critic=critic).build(GeneratorMask(), **SIZES)
    state, update = ready(algorithm)
    for index, due in enumerate(moves):
        after, _ = update(state, index=index)
        rate = critic.target_rate if due else 0.0
        assert_moved_by(rate, state.critic.target, after.critic.params, after.critic.target)
        state = after


AVERAGES = [
    (0.05, 1, 0, 1.0),  # the first actor is its own average
    (0.05, 1, 19, 1.0),
    (0.05, 1, 399, 0.05),
    (0.05, 2, 798, 0.05),  # the actor's 400th update
    (0.5, 1, 399, 0.005),
    (0.0, 1, 399, 1.0),
]


def assert_moved_by(rate, target, towards, after):
    expected = jax.tree.map(lambda t, p: (1 - rate) * t + rate * p, target, towards)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7), after, expected)


def test_targets_and_averages_follow_at_their_rates():
    algorithm, state, update = compiled("td3")
    after, _ = update(state)
    rate = algorithm.config.target_rate
    assert rate == algorithm.config.critic.target_rate
    assert_moved_by(rate, state.critic.target, after.critic.params, after.critic.target)
    assert_moved_by(rate, state.target_actor, after.actor, after.target_actor)


@pytest.mark.parametrize(("share", "delay", "index", "rate"), AVERAGES)
def test_the_average_spans_a_share_of_the_actors_updates(share, delay, index, rate):
    config = SACConfig(**SMALL, policy_delay=delay, averaging=share, critic=TWIN)
    state, update = ready(config.build(GeneratorMask(), **SIZES))
    state = state.replace(average_actor=jax.tree.map(jnp.ones_like, state.actor))
    after, _ = update(state, index=index)
    assert_moved_by(rate, state.average_actor, after.actor, after.average_actor)


def test_twin_critics_do_not_ask_for_the_largest_sum():
    _, state, update = compiled("sac")
    assert_equal_trees(
        *(update(state, largest_sum=jnp.asarray(largest_sum))[0] for largest_sum in (0.0, 1e9))
    )


def test_the_temperature_moves_towards_the_target_entropy():
    # Two entries at scale 1: the target is -2, and the entropy is minus the log density.
    config = SACConfig(**SMALL, policy_delay=1, temperature_learning_rate=0.1, target_entropy_scale=1.0)

    @jax.jit
    def move(log_density):
        algorithm = SAC(config, Fixed(log_density), Telling(), **SIZES)
        state = algorithm.init(jax.random.key(0))
        after, metrics = updated(algorithm, state)
        return after.log_temperature - state.log_temperature, metrics

    for log_density, direction in ((5.0, 1), (2.0, 0), (-5.0, -1)):
        step, metrics = move(log_density)
        np.testing.assert_allclose(step, 0.1 * direction, atol=1e-4)
        assert float(metrics["actor/entropy"]) == -log_density
        assert float(metrics["actor/temperature"]) == pytest.approx(config.temperature * np.exp(step))
