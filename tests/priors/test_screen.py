"""Screening: planted candidates are ranked as they were planted, and what is poor costs little."""

import dataclasses
import math

import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

import envs
import priors
from envs import Episode, InputError
from priors.screen import ScreenConfig, screen, worth
from probes import Probe

KEY = random.key(0)
CONFIG = ScreenConfig(episodes=8, steps=40, rungs=(0.25, 0.5), keep=2, widths=(0.1, 0.5))


def constant(value):
    return priors.translate(f"def policy(obs):\n    return [{value}]\n", observation_size=1, action_size=1)


# The reward is the action; above 0.8 the robot falls, below -0.8 the numbers break.
def _reward(obs, action):
    return jnp.where(action[0] < -0.8, jnp.nan, action[0])


ENV = Episode(Probe(_reward, lambda obs, action: action[0] > 0.8), 40)
PLANTED = {
    "poor": constant(0.1),
    "broken": constant(-0.9),
    "good": constant(0.5),
    "falls": constant(0.9),
    "fair": constant(0.3),
    "bad": constant(-0.2),
}


def nan_prior():
    return priors.from_function(lambda o: jnp.full(1, jnp.nan), observation_size=1, action_size=1)


def test_planted_candidates_are_ranked_and_described():
    found = screen(PLANTED, ENV, CONFIG, KEY)
    by_name = {one.name: one for one in found.standings}
    assert [one.name for one in found.standings[:3]] == ["good", "fair", "poor"]
    assert {one.name for one in found.standings[3:]} == {"falls", "bad", "broken"}

    good, falls, broken, poor = (by_name[name] for name in ("good", "falls", "broken", "poor"))
    assert good.finished
    assert good.alone.mean == pytest.approx(20.0)
    assert good.length == 40
    assert good.endings == {"termination": 0.0, "truncation": 1.0, "fault": 0.0, "stopped": 0.0}
    assert (falls.length, falls.endings["termination"], falls.finished) == (1, 1.0, True)
    assert falls.alone.mean == pytest.approx(0.9)
    assert (broken.length, broken.endings["fault"]) == (1, 1.0)
    # Stopped after the second rung: twenty steps, which are told as what they are and ranked as twice that.
    assert (poor.steps, poor.length, poor.finished, poor.endings["stopped"]) == (20, 20, False, 1.0)
    assert (poor.alone.mean, poor.projected) == (pytest.approx(2.0), pytest.approx(4.0))
    assert poor.masked == {}
    assert 0.9 < good.coverage < 1.1, "one state and one action"


def test_steps_are_counted_exactly_and_halving_saves_most_of_them():
    found = screen(PLANTED, ENV, CONFIG, KEY)
    # 6 candidates: "falls" and "broken" take a step; "bad" is stopped at 10, "poor" at 20, the rest at 40.
    alone = 8 * (1 + 1 + 10 + 20 + 40 + 40)
    # As masks the two that remain last for all of their 40 steps, but for noise beyond 0.8 from 0.5 +- 0.5.
    assert found.env_steps - found.mask_env_steps == alone
    assert 8 * 40 + 4 * 40 <= found.mask_env_steps < 2 * 8 * 40
    whole = screen(PLANTED, ENV, dataclasses.replace(CONFIG, rungs=(), widths=()), KEY)
    assert whole.env_steps == 8 * (1 + 1 + 4 * 40)
    assert [one.name for one in whole.standings] == ["good", "fair", "poor", "falls", "broken", "bad"]
    assert all(one.finished and not one.masked for one in whole.standings)


def test_worth_as_a_mask_is_that_of_acting_at_random_inside_of_it():
    """From 0.5 the narrow mask is safe, and the wide one falls within a few steps; from 0.3 only at times."""
    found = screen(PLANTED, ENV, dataclasses.replace(CONFIG, episodes=40), KEY)
    masked = {one.name: one.masked for one in found.standings[:2]}
    assert list(masked["good"]) == [0.1, 0.5]
    assert masked["good"][0.1].low < 20.0 < masked["good"][0.1].high
    # A step falls with probability 0.2, so that an episode lasts for 5 on average.
    assert masked["good"][0.5].low < 2.5 < masked["good"][0.5].high
    assert masked["fair"][0.5].mean < 12.0


def test_figures_of_a_candidate_do_not_depend_on_the_others():
    env = Episode(
        Probe(lambda obs, action: action[0] * obs[0], start=lambda key: random.uniform(key, (1,))), 40
    )
    config = dataclasses.replace(CONFIG, rungs=())
    together = screen(PLANTED, env, config, KEY).standings
    alone = screen({"good": PLANTED["good"]}, env, config, KEY).standings[0]
    (good,) = (one for one in together if one.name == "good")
    np.testing.assert_allclose(good.scores, alone.scores, rtol=1e-6)
    assert good.masked[0.5].mean == pytest.approx(alone.masked[0.5].mean)
    assert np.ptp(good.scores) > 0


def test_a_prior_that_gives_nan_is_ranked_as_one_without_a_hint():
    standings = screen({"nan": nan_prior(), "good": PLANTED["good"]}, ENV, CONFIG, KEY).standings
    assert [(one.name, one.alone.mean) for one in standings] == [("good", pytest.approx(20.0)), ("nan", 0.0)]


def test_equals_go_on_together():
    """Both earn 1 a step, and one of them falls after the first comparison."""
    falls = priors.translate("def policy(obs, t):\n    return [t / 20]\n", observation_size=1, action_size=1)
    env = Episode(Probe(lambda obs, action: 1.0, lambda obs, action: action[0] > 0.8), 40)
    config = dataclasses.replace(CONFIG, keep=1, widths=())
    standings = screen({"falls": falls, "stays": constant(0.0)}, env, config, KEY).standings
    assert [(one.name, one.alone.mean) for one in standings] == [("stays", 40.0), ("falls", 18.0)]


def test_progress_is_told():
    told = []
    screen(PLANTED, ENV, CONFIG, KEY, on_rung=lambda *now: told.append(now))
    assert [(steps, left) for steps, left, _ in told] == [(10, 3), (20, 2), (40, 2), (40, 2)]
    assert [steps for *_, steps in told[:2]] == [8 * (2 + 4 * 10), 8 * (2 + 10 + 3 * 20)]


def test_the_interval_is_that_of_student():
    found = worth([1.0, 2.0, 3.0, 4.0])
    assert found.mean == 2.5
    # t = 3.182446 for 3 degrees of freedom, times a standard error of 0.645497.
    assert (found.low, found.high) == (pytest.approx(0.445739, abs=1e-5), pytest.approx(4.554261, abs=1e-5))
    assert worth([7.0]) == (7.0, -math.inf, math.inf)
    random_scores = np.random.default_rng(0).normal(5.0, 2.0, (500, 6))
    covered = np.mean([one.low < 5.0 < one.high for one in map(worth, random_scores)])
    assert 0.92 < covered < 0.98


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"episodes": 1}, "episodes is 1; it must be at least 4"),
        ({"keep": 0}, "keep is 0; it must be at least 1"),
        ({"rungs": (0.5, 0.2)}, r"rungs are \(0.5, 0.2\); they are shares that ascend"),
        ({"widths": (0.0,)}, r"widths are \(0.0,\); each must lie in \(0, 2\]"),
    ],
)
def test_impossible_settings_are_named(change, message):
    with pytest.raises(InputError, match=message):
        screen(PLANTED, ENV, dataclasses.replace(CONFIG, **change), KEY)


def test_what_cannot_be_screened_is_named():
    with pytest.raises(InputError, match="there are no candidates"):
        screen({}, ENV, CONFIG, KEY)
    with pytest.raises(InputError, match="the prior 'hop' has observation_size=11, but the environment 1"):
        screen({"hop": priors.load("hopper/hop")}, ENV, CONFIG, KEY)


def test_hopper_programs_are_ranked_by_their_worth():
    candidates = {name: priors.load(name) for name in ("hopper/naive", "hopper/hop")}
    config = ScreenConfig(episodes=2, steps=250, rungs=(), widths=())
    found = screen(candidates, envs.make("hopper", "c"), config, KEY)
    assert [one.name for one in found.standings] == ["hopper/hop", "hopper/naive"]
    assert found.env_steps == 4 * 250
    best = found.standings[0]
    assert sum(best.parts.values()) == pytest.approx(best.alone.mean, rel=1e-3)
    assert best.coverage > found.standings[1].coverage
