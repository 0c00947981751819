"""Environments of Brax and of MuJoCo Playground in our loop, and ours under Brax's wrappers.

Brax's physics and MJX compile slowly: one environment of each project is trained, others are only traced.
"""

import dataclasses
from typing import Any

import brax.envs
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from brax.envs.wrappers import training
from mujoco_playground import dm_control_suite

import camel_jax
import envs
from camel_jax import CategoricalConfig, SACConfig, TrainConfig
from envs import AutoReset, Env, InputError, State
from probes import Probe

LIMIT = 20
TINY = TrainConfig(
    env_steps=320,
    num_envs=4,
    warmup_steps=160,
    report_every=160,
    evaluate_every=160,
    evaluation_episodes=2,
    batch_size=8,
    algorithm=SACConfig(hidden=(8,), critic=CategoricalConfig(hidden=(8,))),
)


@pytest.fixture(scope="module")
def cartpole():
    return dm_control_suite.load("CartpoleBalance", config_overrides={"impl": "jax"})


def run(env, steps, action=0.5):
    """States after each step, `(steps, ...)`."""

    @jax.jit
    def episode(key):
        def step(state, _):
            state = env.step(state, jnp.full(env.action_size, action))
            return state, state

        return jax.lax.scan(step, env.reset(key), length=steps)[1]

    return episode(jax.random.key(0))


def require_trained(result, size):
    (row,) = result.history
    assert row["train/env_steps"] == TINY.total_env_steps == 320
    assert all(np.isfinite(value) for value in row.values()), row
    assert row["physics/faults"] == 0
    assert row["evaluation/length_mean"] == LIMIT
    for learned in jax.tree.leaves(result.policy.parameters):
        assert np.isfinite(learned).all()
    _, action = result.policy((), jnp.zeros(size))
    assert (np.abs(action) <= 1).all()


def test_a_playground_environment_is_trained(cartpole):
    # No evaluation: each part compiles MJX anew, a quarter of a minute.
    loop = camel_jax.make_loop(envs.wrap(cartpole, max_steps=LIMIT), None, TINY)
    state, row = loop.chunk(loop.prefill(loop.init()))
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves((row, state.learner)))
    # It never terminates, and balancing is worth nearly 1 a step at first.
    assert (row["episode/length_mean"], row["episode/termination_share"]) == (LIMIT, 0)
    assert 0.5 * LIMIT < row["episode/return_mean"] <= LIMIT


def test_a_brax_environment_is_trained():
    env = brax.envs.get_environment("fast")  # with hardly any physics, which would compile for a minute
    result = camel_jax.train(envs.wrap(env, max_steps=LIMIT), None, TINY)
    require_trained(result, 2)
    (row,) = result.history
    assert (row["episode/length_mean"], row["episode/termination_share"]) == (LIMIT, 0)


def brax_env(name):
    return brax.envs.get_environment(name, backend="spring")


@pytest.mark.parametrize(
    "name",
    [
        "fast",
        "inverted_double_pendulum",
        "inverted_pendulum",
    ],
)
def test_brax_environments_fit_into_a_scan(name):
    env = AutoReset(envs.wrap(brax_env(name), max_steps=LIMIT))
    state = jax.eval_shape(env.reset, jax.random.key(0))
    action = jnp.zeros(env.action_size)
    assert state.obs.shape == (env.observation_size,)

    def steps(state):
        return jax.lax.scan(lambda s, _: (env.step(s, action), None), state, length=3)[0]

    after = jax.eval_shape(steps, state)
    assert jax.tree.structure(after) == jax.tree.structure(state)


@jax.tree_util.register_dataclass
@dataclasses.dataclass
class PlaygroundState:
    data: Any
    obs: Any
    reward: Any
    done: Any
    metrics: dict[str, Any]
    info: dict[str, Any]


# As small as a Playground environment can be: a state class of its own, and dictionaries changed in place.
class Playground:
    action_size = 1

    def __init__(self, parts=None):
        self._parts = parts

    def _obs(self, x):
        return x if self._parts is None else dict.fromkeys(self._parts, x)

    def reset(self, rng):
        zero = jnp.zeros(())
        x = jax.random.uniform(rng, (2,))
        done = jnp.zeros((), bool)  # as some have it
        return PlaygroundState(x, self._obs(x), zero, done, {"cost": zero}, {"rng": rng, "last": zero})

    def step(self, state, action):
        x = state.data + action
        state.metrics["cost"] = x[0]
        state.info["last"] = action[0]
        return PlaygroundState(x, self._obs(x), x.sum(), x[0] > 3.0, state.metrics, state.info)


@pytest.mark.parametrize("parts", [None, ("state", "privileged_state")])
def test_a_foreign_state_is_carried_whole(parts):
    env = envs.wrap(Playground(parts), max_steps=LIMIT)
    assert (env.observation_size, env.action_size) == (2, 1)
    start, states = env.reset(jax.random.key(0)), run(env, LIMIT)
    assert start.obs.shape == (2,)
    np.testing.assert_allclose(states.obs[:, 0], start.obs[0] + 0.5 * np.arange(1, LIMIT + 1), rtol=1e-5)
    np.testing.assert_allclose(states.reward, states.obs.sum(axis=1), rtol=1e-6)
    np.testing.assert_allclose(states.metrics["cost"], states.obs[:, 0])
    np.testing.assert_array_equal(states.info["last"], np.full(LIMIT, 0.5))
    np.testing.assert_array_equal(states.info["steps"], np.arange(1, LIMIT + 1))
    fallen = np.asarray(states.obs[:, 0]) > 3.0
    assert 0 < fallen.argmax() < LIMIT - 1
    np.testing.assert_array_equal(states.info["termination"], fallen)


def test_the_next_foreign_episode_starts_afresh():
    env = AutoReset(envs.wrap(Playground(), max_steps=5))
    states = run(env, 11)
    np.testing.assert_array_equal(np.flatnonzero(states.done), [4, 9])
    np.testing.assert_array_equal(states.info["truncation"], states.done)
    for index in (4, 9):
        start, led_to = np.asarray(states.obs[index]), np.asarray(states.info["terminal_observation"][index])
        assert (start < 1).all()
        assert led_to[0] > 2
        np.testing.assert_allclose(states.pipeline_state.data[index], start)
        np.testing.assert_allclose(states.obs[index + 1], start + 0.5, rtol=1e-6)
    assert not np.array_equal(states.obs[4], states.obs[9])


def test_an_observation_without_a_part_named_state_is_told():
    with pytest.raises(
        InputError, match='Playground has the parts left, pixels and none named "state"; wrap'
    ):
        envs.wrap(Playground(("pixels", "left")), max_steps=LIMIT)


def test_a_time_limit_below_one_step_is_told():
    with pytest.raises(InputError, match="max_steps is 0; it must be at least 1"):
        envs.wrap(Playground(), max_steps=0)


@pytest.mark.parametrize("env", [Probe(lambda o, a: 1.0), envs.make("hopper", "c").unwrapped])
def test_an_environment_without_time_limit_is_told(env):
    with pytest.raises(InputError, match=r"has no time limit .* wrap it first: envs.wrap\(env, max_steps="):
        camel_jax.train(env, None, TINY)


def test_ours_run_under_braxs_wrappers():
    # Only its wrappers: the trainers of Brax 0.14.2 call jax.device_put_replicated, which JAX 0.10 lacks.
    env = training.wrap(envs.make("hopper", "c").unwrapped, episode_length=LIMIT)
    step = jax.jit(env.step)
    keys = jax.random.split(jax.random.PRNGKey(0), 3)  # Brax takes old-style keys only
    first = state = env.reset(keys)
    plain = envs.make("hopper", "c")
    shadow = jax.vmap(plain.reset)(keys)
    np.testing.assert_array_equal(state.obs, shadow.obs)
    plain_step = jax.jit(jax.vmap(plain.step))
    for steps in range(1, LIMIT + 1):
        action = jnp.full((3, 3), 0.1)
        state, shadow = step(state, action), plain_step(shadow, action)
        np.testing.assert_allclose(state.reward, shadow.reward, rtol=1e-6)
        np.testing.assert_array_equal(state.done, np.full(3, float(steps == LIMIT)))
    np.testing.assert_array_equal(state.info["truncation"], np.ones(3))
    np.testing.assert_array_equal(state.obs, first.obs)  # it restarts every episode alike
    totals = state.info["episode_metrics"]
    assert "reward_forward" in totals
    parts = sum(value for name, value in totals.items() if name.startswith("reward_"))
    np.testing.assert_allclose(parts, totals["sum_reward"], rtol=1e-4)


# A Brax environment that breaks down in its third step and, as Brax's do, updates dictionaries in place.
class Faulty(Env):
    observation_size = action_size = 1
    backend = "none"

    def reset(self, rng):
        zero = jnp.zeros(())
        return State(jnp.zeros(1), jnp.zeros(1), zero, zero, metrics={"cost": zero})

    def step(self, state, action):
        x = state.pipeline_state + 1
        lost = jnp.where(x[0] >= 3, jnp.nan, 1.0)
        state.metrics.update(cost=lost)
        return state.replace(pipeline_state=x, obs=x * lost, done=jnp.zeros(()), reward=x[0])


def test_a_fault_does_not_reach_the_metrics_of_an_environment_that_updates_them_in_place():
    states = run(envs.wrap(Faulty(), max_steps=LIMIT), 3)
    np.testing.assert_array_equal(states.info["fault"], [0, 0, 1])
    np.testing.assert_array_equal(states.metrics["cost"], [1, 1, 1])


def test_a_time_limit_around_another_is_no_termination():
    try:
        env = envs.wrap(envs.wrap(Playground(), max_steps=2), max_steps=4)
    except InputError:
        return
    assert not run(env, 4, action=0.0).info["termination"].any()


def test_playgrounds_warp_is_refused_or_steps():
    env = dm_control_suite.load("CartpoleBalance", config_overrides={"impl": "warp"})
    try:
        auto = AutoReset(envs.wrap(env, max_steps=LIMIT))
    except InputError:
        return
    step = jax.jit(jax.vmap(auto.step))
    state = jax.jit(jax.vmap(auto.reset))(jax.random.split(jax.random.key(0), 3))
    for _ in range(2):
        state = step(state, jnp.zeros((3, 1)))
    assert np.isfinite(state.obs).all()
