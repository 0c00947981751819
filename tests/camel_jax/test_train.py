"""The loop: what it stores, what it repeats exactly, and how often it compiles."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import camel_jax
import envs
from camel_jax import EpsilonConfig, SACConfig, TrainConfig, make_loop
from envs import Episode, InputError
from priors import from_function, translate
from probes import Probe

TINY = TrainConfig(
    env_steps=640,
    num_envs=4,
    warmup_steps=64,
    report_every=64,
    evaluate_every=320,
    evaluation_episodes=2,
    sac=SACConfig(hidden=(8,), batch_size=8),
)


def constant_prior(action=0.3):
    return from_function(lambda o: jnp.full(3, action), observation_size=11, action_size=3)


@pytest.fixture(scope="module")
def hopper():
    return envs.make("hopper")


def assert_equal_trees(left, right):
    def plain(leaf):
        return jax.random.key_data(leaf) if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key) else leaf

    jax.tree.map(lambda a, b: np.testing.assert_array_equal(plain(a), plain(b)), left, right)


def test_without_grip_every_prior_is_the_plain_agent_bit_for_bit(hopper):
    config = dataclasses.replace(TINY, epsilon=EpsilonConfig("constant", start=0.0))
    plain = camel_jax.train(hopper, None, config).state
    masked = camel_jax.train(hopper, constant_prior(), config).state
    assert_equal_trees(plain.learner, masked.learner)
    assert_equal_trees(plain.env_state, masked.env_state)
    gripped = camel_jax.train(hopper, constant_prior(), TINY).state
    assert not np.array_equal(gripped.env_state.obs, plain.env_state.obs)


def test_a_seed_repeats_a_run_exactly(hopper):
    first, second = (camel_jax.train(hopper, constant_prior(), TINY).state for _ in range(2))
    assert_equal_trees(first, second)
    other = camel_jax.train(hopper, constant_prior(), dataclasses.replace(TINY, seed=1)).state
    assert not np.array_equal(first.env_state.obs, other.env_state.obs)


def test_each_part_is_traced_once(hopper):
    traces = []

    def policy(observation):
        traces.append(1)
        return observation[:3] * 0.0

    prior = from_function(policy, observation_size=11, action_size=3)
    loop = make_loop(hopper, prior, TINY)
    state = loop.prefill(loop.init(0))
    state, _ = loop.chunk(state)
    after_first = len(traces)
    for _ in range(3):
        state, _ = loop.chunk(state)
    assert len(traces) == after_first
    assert loop.chunk._cache_size() == 1


def test_the_chunk_donates_its_state(hopper):
    loop = make_loop(hopper, None, TINY)
    state = loop.prefill(loop.init(0))
    rows = state.buffer.rows
    loop.chunk(state)
    assert rows.is_deleted()


def test_transitions_hold_the_terminal_observation_and_both_suggestions(hopper):
    """A prior that echoes the observation shows which observation each suggestion was made at."""
    prior = from_function(lambda o: jnp.clip(o[:3] / 10, -1, 1), observation_size=11, action_size=3)
    loop = make_loop(hopper, prior, dataclasses.replace(TINY, warmup_steps=2_000, env_steps=2_064))
    state = loop.prefill(loop.init(0))
    rows = loop.replay.sample(state.buffer, jax.random.key(0), (500,))
    np.testing.assert_allclose(rows.suggestion.low, np.clip(rows.observation[:, :3] / 10, -1, 1), rtol=1e-6)
    np.testing.assert_allclose(
        rows.next_suggestion.high, np.clip(rows.next_observation[:, :3] / 10, -1, 1), rtol=1e-6
    )
    ended = np.asarray(rows.termination) == 1
    assert ended.any(), "random actions must make the robot fall"
    # A fallen robot, not the upright one of the next episode.
    fallen = np.asarray(rows.next_observation)[ended]
    assert ((fallen[:, 0] < 0.7) | (np.abs(fallen[:, 1]) > 0.2)).all()


COUNTERS = {
    "a function": lambda: from_function(
        lambda count, o: (count + 1, jnp.reshape(count / 10, (1,))),
        observation_size=1,
        action_size=1,
        carry=jnp.zeros(()),
    ),
    "a program": lambda: translate(
        "class Policy:\n"
        "    def __init__(self):\n        self.x, self.last = 0, None\n"
        "    def act(self, obs):\n        self.last = 0.0 if self.last is None else self.x / 10\n"
        "        self.x += 1\n        return [self.last]\n",
        observation_size=1,
        action_size=1,
    ),
}


@pytest.mark.parametrize("make", COUNTERS.values(), ids=COUNTERS)
def test_a_prior_with_memory_starts_each_episode_afresh(make):
    """A prior that counts its steps must suggest 0 at the first step of every episode."""
    env = Episode(Probe(lambda o, a: 0.0), max_steps=3)
    prior = make()
    config = dataclasses.replace(TINY, warmup_steps=40)
    loop = make_loop(env, prior, config)
    state = loop.prefill(loop.init(0))
    low = np.asarray(loop.replay.sample(state.buffer, jax.random.key(0), (500,)).suggestion.low)
    next_low = np.asarray(loop.replay.sample(state.buffer, jax.random.key(0), (500,)).next_suggestion.low)
    assert set(np.unique(low.round(3))) == set(np.float32([0.0, 0.1, 0.2]))
    np.testing.assert_allclose(next_low, low + 0.1, rtol=1e-5)


def test_the_best_policy_is_kept(hopper):
    loop = make_loop(hopper, None, TINY)
    state = loop.init(0)
    other = jax.tree.map(lambda x: x + 1.0, state.best.policy)
    state = state.replace(best=state.best.replace(policy=other, return_mean=jnp.asarray(1e6)))
    other = jax.tree.map(np.asarray, other)
    state, evaluation = loop.evaluate(state)
    assert float(state.best.return_mean) == 1e6
    assert_equal_trees(other, state.best.policy)
    assert float(evaluation.returns.mean()) < 1e6

    state = state.replace(best=state.best.replace(return_mean=jnp.asarray(-jnp.inf)), step=jnp.int32(7))
    state, evaluation = loop.evaluate(state)
    assert float(state.best.return_mean) == pytest.approx(float(evaluation.returns.mean()))
    assert int(state.best.step) == 7
    assert_equal_trees(loop.algorithm.policy_parameters(state.learner), state.best.policy)


def test_reports_come_at_every_chunk_and_evaluations_when_due(hopper):
    rows = []
    result = camel_jax.train(hopper, constant_prior(), TINY, on_report=rows.append)
    steps = [row.metrics["train/env_steps"] for row in rows]
    assert steps == list(range(128, 641, 64))
    evaluated = [row.metrics["train/env_steps"] for row in rows if row.evaluation is not None]
    assert evaluated == [320, 640]
    assert result.step in (320, 640)
    assert [row["mask/epsilon"] for row in result.history] == sorted(
        (row["mask/epsilon"] for row in result.history), reverse=True
    )


def test_a_prior_that_fails_at_an_observation_leaves_the_run_finite(hopper):
    """NaN where the robot leans back: no hint there, and nothing of it in the buffer or the networks."""
    prior = from_function(lambda o: jnp.sqrt(o[1]) * jnp.ones(3), observation_size=11, action_size=3)
    state = camel_jax.train(hopper, prior, TINY).state
    assert np.isfinite(state.buffer.rows).all()
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(state.learner))


def test_a_prior_of_another_task_is_refused(hopper):
    prior = from_function(lambda o: o[:3], observation_size=17, action_size=3)
    with pytest.raises(InputError, match="the prior's observation_size is 17, the environment's 11"):
        make_loop(hopper, prior, TINY)
