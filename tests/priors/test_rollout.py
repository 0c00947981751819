"""Rollouts: sums that are known, episodes that end for good, and those of the judge in the graph."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import envs
import priors
from camel_jax import evaluate, prior_alone
from envs import Episode
from priors import Interval
from priors.rollout import inside, make_roller, one_program, several_programs
from probes import Probe

GAIN = "K = 0.5\ndef policy(obs):\n    return [K * obs[0]]\n"
CLOCK = "def policy(obs, t):\n    return [t / 8]\n"
KEY = jax.random.key(0)


def program(text):
    return priors.translate(text, observation_size=1, action_size=1)


def roll(env, actor, parameters, *, candidates, widths, stop=1000, **keywords):
    roller = make_roller(env, actor, **keywords)

    def run(parameters):
        return roller.advance(
            parameters, roller.start(parameters, KEY, jnp.asarray(widths), candidates), stop
        )

    return jax.device_get(jax.jit(run)(parameters).totals)


def test_episodes_end_for_good_and_only_their_steps_count():
    """Of two gains one ends the episode in its first step; the other lasts until the time limit."""
    env = Episode(Probe(lambda obs, action: 1.0 + action, lambda obs, action: action[0] > 0.5), 7)
    gains = {"K": jnp.asarray([0.25, 0.75])}
    totals = roll(env, one_program(program(GAIN)), gains, candidates=2, widths=[0.0] * 3)
    np.testing.assert_array_equal(totals.lengths, [[7] * 3, [1] * 3])
    np.testing.assert_allclose(totals.returns, [[7 * 1.25] * 3, [1.75] * 3])
    np.testing.assert_array_equal(totals.termination[:, 0], [False, True])
    np.testing.assert_array_equal(totals.truncation[:, 0], [True, False])
    assert not totals.fault.any()


def test_a_fault_ends_an_episode_and_takes_back_what_it_had_earned():
    env = Episode(Probe(lambda obs, action: jnp.where(action[0] > 0.5, jnp.nan, 2.0)), 3)
    gains = {"K": jnp.asarray([0.25, 0.75])}
    totals = roll(env, one_program(program(GAIN)), gains, candidates=2, widths=[0.0])
    np.testing.assert_array_equal(totals.fault, [[False], [True]])
    np.testing.assert_array_equal(totals.lengths, [[3], [1]])
    np.testing.assert_allclose(totals.scores, [[6.0], [0.0]])
    assert not (totals.termination | totals.truncation)[1].any()


def test_where_steps_cost_a_fault_is_no_way_out():
    env = Episode(Probe(lambda obs, action: jnp.where(action[0] > 0.5, jnp.nan, -1.0)), 3)
    gains = {"K": jnp.asarray([0.25, 0.75])}
    totals = roll(env, one_program(program(GAIN)), gains, candidates=2, widths=[0.0])
    np.testing.assert_allclose(totals.returns, [[-3.0], [0.0]])
    np.testing.assert_allclose(totals.scores, [[-3.0], [-3.0]])


def test_scores_keep_what_a_fault_has_cost():
    totals = roll(
        Episode(Probe(lambda obs, action: jnp.where(action[0] > 0.15, jnp.nan, -1.0)), 9),
        several_programs([program(CLOCK)]),
        (),
        candidates=1,
        widths=[0.0],
    )
    np.testing.assert_allclose(totals.scores, [[-2.0]])  # t / 8 is 0, 1/8 and then too large


def test_memory_and_smoothness():
    """The clock acts by t / 8, so that each step moves by 1/8, but for the first, which follows nothing."""
    both = several_programs([program(CLOCK), program(GAIN)])
    env = Episode(Probe(lambda obs, action: action[0]), 5)
    totals = roll(env, both, (), candidates=2, widths=[0.0, 0.0])
    np.testing.assert_allclose(totals.returns, [[10 / 8] * 2, [2.5] * 2])
    np.testing.assert_allclose(totals.movement, [[4 / 8] * 2, [0.0] * 2])
    np.testing.assert_allclose(totals.smoothness, [[1 / 8] * 2, [0.0] * 2])


def test_going_on_in_parts_is_going_on_at_once():
    env = Episode(Probe(lambda obs, action: action[0]), 6)
    roller = make_roller(env, several_programs([program(CLOCK)]))

    @jax.jit
    def run(stops):
        rollouts = roller.start((), KEY, jnp.asarray([0.0, 0.25]), 1)
        for stop in stops:
            rollouts = roller.advance((), rollouts, stop)
        return rollouts

    at_once, in_parts = run([6]), run([2, 5, 6])
    jax.tree.map(np.testing.assert_array_equal, at_once.totals, in_parts.totals)
    assert int(at_once.step) == 6


def test_nothing_is_stepped_once_all_episodes_have_ended():
    env = Episode(Probe(lambda obs, action: 0.0, lambda obs, action: 1.0), 50)
    roller = make_roller(env, several_programs([program(GAIN)]))
    rollouts = jax.jit(lambda: roller.advance((), roller.start((), KEY, jnp.zeros(4), 1), 50))()
    assert int(rollouts.step) == 1


def test_what_has_ended_costs_the_engine_nothing(monkeypatch):
    env = envs.make("hopper", "c")
    stepped, simulations = [], env.unwrapped.physics
    call = simulations._on_host

    def counted(words, **keywords):
        result = call(words, **keywords)
        size = simulations._simulations[2]._batch
        stepped.append(np.isfinite(result.view(np.float32)[..., -6:]).all(-1).sum() if size else 0)
        return result

    monkeypatch.setattr(simulations, "_on_host", counted)
    falls = "def policy(obs, t):\n    return [-1.0, 0.0, 0.0]\n"
    stands = priors.load("hopper/naive").source
    both = [priors.translate(text, observation_size=11, action_size=3) for text in (falls, stands)]
    totals = roll(env, several_programs(both), (), candidates=2, widths=[0.0], stop=60)
    assert totals.lengths[0, 0] < 60 == totals.lengths[1, 0]
    assert sum(stepped) == totals.lengths.sum()


@pytest.mark.parametrize(
    ("low", "high", "width", "uniform", "action"),
    [
        (0.25, 0.25, 0.0, 1.0, 0.25),
        (-0.5, 0.0, 0.0, 1.0, -0.25),
        (0.25, 0.25, 0.25, 1.0, 0.5),
        (0.25, 0.25, 0.25, -1.0, 0.0),
        (0.75, 1.0, 0.5, 1.0, 1.0),
        (0.75, 1.0, 0.5, -1.0, 0.25),
    ],
)
def test_the_action_lies_inside_of_the_mask(low, high, width, uniform, action):
    interval = Interval(jnp.asarray([low]), jnp.asarray([high]))
    np.testing.assert_allclose(inside(interval, jnp.asarray(width), jnp.asarray([uniform])), [action])


def test_noise_fills_the_mask_and_is_the_same_for_all_candidates():
    env = Episode(Probe(lambda obs, action: action[0]), 1)
    gains = {"K": jnp.asarray([0.0, 0.25])}
    returns = roll(env, one_program(program(GAIN)), gains, candidates=2, widths=[0.5] * 400).returns
    np.testing.assert_allclose(returns[1] - returns[0], 0.25, atol=1e-6)
    assert -0.5 <= returns[0].min() < -0.48
    assert 0.48 < returns[0].max() <= 0.5
    assert abs(returns[0].mean()) < 4 * (1 / np.sqrt(12)) / np.sqrt(400)


def test_an_observer_sees_each_step_of_the_living():
    env = Episode(Probe(lambda obs, action: 0.0, lambda obs, action: action[0] > 0.2), 9)
    roller = make_roller(
        env,
        several_programs([program(CLOCK)]),
        observe=lambda seen, observation, action, alive: seen + jnp.sum(alive),
    )
    rollouts = roller.advance((), roller.start((), KEY, jnp.zeros(3), 1, jnp.zeros(())), 9)
    assert float(rollouts.observed) == 3 * 3 == rollouts.totals.lengths.sum()  # 0, 1/8 and 1/4, which ends it


def test_returns_are_those_of_evaluate():
    task = Episode(envs.make("hopper", "c").unwrapped, 120)
    both = [priors.load("hopper/hop"), priors.load("hopper/naive")]
    totals = roll(task, several_programs(both), (), candidates=2, widths=[0.0] * 3)
    key_reset, _ = jax.random.split(KEY)
    for index, prior in enumerate(both):
        expected = jax.jit(lambda p=prior: evaluate(task, prior_alone(p), key_reset, episodes=3))()
        np.testing.assert_array_equal(totals.lengths[index], expected.lengths)
        np.testing.assert_allclose(totals.returns[index], expected.returns, rtol=1e-3)
    np.testing.assert_allclose(sum(totals.parts.values()), totals.returns, rtol=1e-4)


def test_an_environment_without_time_limit_is_refused():
    roller = make_roller(Probe(lambda obs, action: 0.0), several_programs([program(GAIN)]))
    with pytest.raises(envs.InputError, match="Probe has no time limit"):
        roller.start((), KEY, jnp.zeros(1), 1)
