"""Every algorithm on probes whose values and best actions are known."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import camel_jax
from camel_jax import EpsilonConfig
from camel_jax.normalise import normalised
from envs import Episode
from experiments.bench.probes import CONFIG, LEARNERS, ProbeZoo, learned
from priors import from_function
from probes import Probe


def with_algorithm(name, **settings):
    return dataclasses.replace(CONFIG, algorithm=LEARNERS[name], **settings)


@pytest.mark.parametrize("name", LEARNERS)
def test_values_are_learned_within_5_percent(name):
    """One step, two steps and their discount, steps without end that are truncated, and the best action."""
    (found,) = learned(with_algorithm(name), [0])
    np.testing.assert_allclose(found.values, ProbeZoo.values(CONFIG.discount), rtol=0.05)
    assert found.best_action == pytest.approx(ProbeZoo.BEST_ACTION, abs=0.1)


@pytest.mark.parametrize(("adapt", "action"), [("return", 0.5), ("critic", -0.9)])
def test_a_prior_that_holds_the_agent_back_is_let_go(adapt, action):
    """It pays to act high, and the schedule alone would hold on to the prior to the end."""
    env = Episode(Probe(lambda o, a: 1.0 + a[0], done=lambda o, a: 1.0), max_steps=10)
    prior = from_function(lambda o: jnp.full(1, action), observation_size=1, action_size=1)
    epsilon = EpsilonConfig("constant", start=1.0, adapt=adapt, ask_first=False)
    config = with_algorithm("sac", env_steps=4_800, report_every=800, evaluate_every=1_600, epsilon=epsilon)
    free = camel_jax.train(env, prior, config).history[-1]
    if adapt == "return":  # let go by what the agent came to, and not at the start
        first = camel_jax.make_loop(env, prior, config).init()
        assert first.controller.random_return < first.prior_return
    # Inside the mask, action ± 0.3, no more than 1.8 or 0.4 can be had.
    assert free["episode/return_mean"] > max(1.5, 1.0 + action + 0.3)
    assert free["mask/let_go" if adapt == "critic" else "mask/epsilon"] == float(adapt == "critic")


def test_returns_over_several_steps_and_normalised_observations_learn_the_same_values():
    config = with_algorithm("sac", n_step=3, normalise_observations=True, env_steps=6_000)
    env = Episode(ProbeZoo(), 4)
    result = camel_jax.train(env, None, config)
    loop = camel_jax.make_loop(env, None, config)
    places = ProbeZoo.observation(jnp.arange(ProbeZoo.PLACES))
    actions = jax.vmap(lambda place: result.last_policy((), place)[1])(places)
    seen = normalised(result.state.normaliser, places)
    found = loop.parts.algorithm.critic.values(result.state.learner.critic, seen, actions)
    # Place 5 leads to a step whose action was explored, which is what returns over several steps see.
    np.testing.assert_allclose(found.mean(0)[:5], ProbeZoo.values(CONFIG.discount)[:5], rtol=0.05)


def test_fewer_updates_than_steps():
    """One update for every 4 steps of one environment."""
    config = with_algorithm("sac", num_envs=1, updates_per_step=0.25, env_steps=1_000, report_every=200)
    loop = camel_jax.make_loop(Episode(ProbeZoo(), 2), None, config)
    state, metrics = loop.chunk(loop.prefill(loop.init()))
    assert int(metrics["train/env_steps"]) == 800 + 200
    assert int(state.learner.critic.optimiser[0].count) == 50
