"""Recorded episodes hold every step, what it earned, and which branches ran."""

import jax
import jax.numpy as jnp
import numpy as np

import priors
from envs import Episode
from priors.rollout import make_roller, one_program
from priors.trace import record
from probes import Probe

RISE = "def policy(obs, t):\n    if t < 2:\n        return [0.25]\n    return [0.75]\n"
KEY = jax.random.key(0)


def rising():
    """Its reward is the action, and an action above one half ends the episode: after three steps."""
    env = Episode(Probe(lambda obs, action: action, lambda obs, action: action[0] > 0.5), 7)
    return env, priors.translate(RISE, observation_size=1, action_size=1)


def test_every_step_is_kept_until_the_end():
    env, prior = rising()
    trace = record(prior, env, KEY, episodes=2, steps=5)
    np.testing.assert_array_equal(trace.alive, [[True] * 2] * 3 + [[False] * 2] * 2)
    np.testing.assert_allclose(trace.rewards, [[0.25] * 2, [0.25] * 2, [0.75] * 2, [0.0] * 2, [0.0] * 2])
    np.testing.assert_allclose(trace.actions[:3, 0, 0], [0.25, 0.25, 0.75])
    np.testing.assert_array_equal(trace.lengths, [3, 3])
    np.testing.assert_allclose(trace.returns, [1.25, 1.25])
    assert trace.termination.all()
    assert not (trace.truncation | trace.fault).any()
    assert trace.observations.shape == (5, 2, 1)


def test_branches_are_those_of_the_step():
    env, prior = rising()
    trace = record(prior, env, KEY, episodes=1, steps=3)
    np.testing.assert_array_equal(trace.taken[:, 0, 0], [[True, False], [True, False], [False, True]])


def test_episodes_are_those_of_a_rollout():
    env, prior = rising()
    trace = record(prior, env, KEY, episodes=3, steps=7)
    roller, parameters = (
        make_roller(env, one_program(prior)),
        jax.tree.map(lambda x: x[None], prior.parameters),
    )
    rollouts = roller.advance(parameters, roller.start(parameters, KEY, jnp.zeros(3), 1), 7)
    np.testing.assert_array_equal(trace.returns, rollouts.totals.returns[0])
