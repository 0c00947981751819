"""Time limit, termination and automatic reset."""

import jax
import jax.numpy as jnp
import numpy as np

import envs
from envs import AutoReset, Episode
from probes import Probe


def run(env, actions):
    state = env.reset(jax.random.key(0))
    states = []
    for action in actions:
        state = jax.jit(env.step)(state, jnp.asarray([action]))
        states.append(state)
    return states


def test_time_limit_truncates_and_does_not_terminate():
    states = run(Episode(Probe(lambda o, a: 1.0), max_steps=3), [0.0] * 3)
    assert [float(s.done) for s in states] == [0, 0, 1]
    assert [float(s.info["truncation"]) for s in states] == [0, 0, 1]
    assert [float(s.info["termination"]) for s in states] == [0, 0, 0]


def test_termination_at_the_limit_is_a_termination():
    env = Episode(Probe(lambda o, a: 1.0, done=lambda o, a: a[0] > 0), max_steps=2)
    last = run(env, [0.0, 1.0])[-1]
    assert (float(last.info["termination"]), float(last.info["truncation"])) == (1, 0)


def test_auto_reset_keeps_the_terminal_observation_and_accounts_for_the_episode():
    env = envs.make("hopper")
    auto = jax.jit(AutoReset(env).step)
    plain = jax.jit(env.step)
    state = AutoReset(env).reset(jax.random.key(3))
    shadow = state
    total, action = 0.0, jnp.asarray([1.0, -1.0, 1.0])
    for length in range(1, 200):  # noqa: B007 - the length that the episode had
        shadow, state = plain(shadow, action), auto(state, action)
        total += float(shadow.reward)
        np.testing.assert_array_equal(state.info["terminal_observation"], shadow.obs)
        if float(state.done):
            break
        np.testing.assert_array_equal(state.obs, shadow.obs)
    assert float(shadow.info["termination"]) == 1
    assert length < 199
    np.testing.assert_allclose(state.info["episode_return"], total, rtol=1e-5)
    assert float(state.info["episode_length"]) == length
    # The next episode starts near rest, not where the last one ended.
    assert np.abs(np.asarray(state.obs) - [1.25, *[0] * 10]).max() <= 5e-3 + 1e-6
    following = auto(state, action)
    assert float(following.info["episode_length"]) == 1
    np.testing.assert_allclose(following.info["episode_return"], following.reward)


def test_resets_are_fresh_for_every_env_and_every_episode():
    env = AutoReset(Episode(envs.make("hopper").unwrapped, max_steps=1))
    state = jax.vmap(env.reset)(jax.random.split(jax.random.key(0), 3))
    starts = [state.obs]
    for _ in range(3):
        state = jax.jit(jax.vmap(env.step))(state, jnp.zeros((3, 3)))
        starts.append(state.obs)
    starts = np.concatenate(starts)
    assert len(np.unique(starts[:, 0])) == len(starts)
