"""A simulation that breaks down ends and resets alone, is counted, and reaches nothing else."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import camel_jax
import envs
from envs import AutoReset, Episode
from probes import Probe

COUNT, BAD = 4, 1


@pytest.fixture(scope="module")
def env():
    return AutoReset(envs.make("hopper"))


@pytest.fixture(scope="module")
def step(env):
    return jax.jit(jax.vmap(env.step))


@pytest.fixture(scope="module")
def start(env):
    return jax.jit(jax.vmap(env.reset))(jax.random.split(jax.random.key(0), COUNT))


def with_velocity(env, start, index, speed):
    """The same start, but one environment begins with this speed in every joint."""
    wild = env.env.reset_to(start.pipeline_state.qpos[index], jnp.full(6, speed))
    physics = jax.tree.map(
        lambda all_, one: all_.at[index].set(one), start.pipeline_state, wild.pipeline_state
    )
    return start.replace(pipeline_state=physics)


def actions(seed=1):
    return jax.random.uniform(jax.random.key(seed), (COUNT, 3), minval=-1.0, maxval=1.0)


def assert_others_are_bit_identical(ours, theirs):
    others = np.arange(COUNT) != BAD
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        plain = jax.random.key_data if jnp.issubdtype(a.dtype, jax.dtypes.prng_key) else np.asarray
        np.testing.assert_array_equal(np.asarray(plain(a))[others], np.asarray(plain(b))[others])


@pytest.mark.parametrize(
    "breakage",
    ["infinite speed", "not a number", "blows up in the solver", "action is not finite"],
)
def test_a_broken_simulation_ends_and_resets_alone(env, step, start, breakage):
    healthy = broken = start
    doing = acting = actions()
    if breakage == "action is not finite":
        acting = doing.at[BAD, 0].set(jnp.nan)
    else:
        speed = {"infinite speed": jnp.inf, "not a number": jnp.nan, "blows up in the solver": 1e9}[breakage]
        broken = with_velocity(env, start, BAD, speed)
    expected, found = step(healthy, doing), step(broken, acting)

    assert_others_are_bit_identical(found, expected)
    assert found.info["fault"].tolist() == [0, 1, 0, 0]
    assert found.metrics["fault"].tolist() == [0, 1, 0, 0]
    assert float(found.done[BAD]) == 1
    assert (float(found.info["termination"][BAD]), float(found.info["truncation"][BAD])) == (0, 0)
    assert float(found.reward[BAD]) == 0
    np.testing.assert_array_equal(found.info["terminal_observation"][BAD], broken.obs[BAD])
    for leaf in jax.tree.leaves((found.obs, found.reward, found.metrics)):
        assert np.isfinite(np.asarray(leaf)).all()
    # It goes on from a fresh start: near rest, its episode's length counted anew.
    assert np.abs(np.asarray(found.obs[BAD]) - [1.25, *[0] * 10]).max() <= 5e-3 + 1e-6
    following = step(found, actions(2))
    assert_others_are_bit_identical(following, step(expected, actions(2)))
    assert float(following.info["fault"][BAD]) == 0
    assert float(following.info["episode_length"][BAD]) == 1


def test_all_environments_may_break_down_at_once(step, start):
    found = step(start, jnp.full((COUNT, 3), jnp.nan))
    assert found.info["fault"].tolist() == [1] * COUNT
    assert np.isfinite(np.asarray(step(found, actions()).obs)).all()


def test_without_automatic_reset_a_fault_stays_a_fault():
    env = envs.make("hopper")
    state = env.step(env.reset(jax.random.key(0)), jnp.full(3, jnp.nan))
    again = env.step(state, jnp.zeros(3))
    for found in (state, again):
        assert (float(found.done), float(found.info["fault"]), float(found.reward)) == (1, 1, 0)
        assert np.isfinite(np.asarray(found.obs)).all()


class Lying(Probe):
    """A probe whose reward is not a number in every step with a positive action."""

    def __init__(self):
        super().__init__(lambda obs, action: jnp.where(action[0] > 0, jnp.nan, 1.0))


def test_a_fault_of_any_environment_is_contained():
    env = AutoReset(Episode(Lying(), max_steps=10))
    state = env.reset(jax.random.key(0))
    state = env.step(state, jnp.asarray([1.0]))
    assert (float(state.reward), float(state.info["fault"]), float(state.done)) == (0, 1, 1)


def test_nothing_of_a_fault_enters_the_buffer():
    config = camel_jax.TrainConfig(
        env_steps=192,
        n_step=1,
        num_envs=4,
        warmup_steps=128,
        report_every=32,
        evaluate_every=1000,
        evaluation_episodes=1,
    )
    loop = camel_jax.make_loop(Episode(Lying(), max_steps=7), None, config)
    state = loop.prefill(loop.init())
    # Half of the uniform actions are positive.
    assert 0.3 < int(state.buffer.size) / int(state.step) < 0.7
    assert np.isfinite(np.asarray(state.buffer.rows)).all()
    sampled = loop.parts.replay.sample(state.buffer, jax.random.key(0), (500,))
    np.testing.assert_array_equal(sampled.reward, 1.0)
    assert (np.asarray(sampled.action) <= 0).all()
    # Every one was counted, those of the warm-up too.
    assert float(state.faults) == int(state.step) - int(state.buffer.size)
    after, metrics = loop.chunk(state)
    assert float(metrics["physics/faults"]) == float(after.faults) > 0
