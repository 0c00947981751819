"""Tuning: known optima, exact counts, the budget kept, and never anything worse than the original."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import envs
import priors
from envs import Episode, InputError
from priors.tune import tune
from priors.tuning_plan import TuneConfig
from probes import Probe

TEXT = "A = 0.2\nB = -0.1\n\ndef policy(obs):\n    return [A + B * obs[0]]\n"
KEY = jax.random.key(0)
CONFIG = TuneConfig(
    env_steps=2_000, minutes=None, population=8, horizon=1, noisy=0.0, step=0.3, judge_episodes=4
)


def program(text=TEXT):
    return priors.translate(text, observation_size=1, action_size=1, name="tried")


def one_step(reward, **keywords):
    """An episode of one step."""
    return Episode(Probe(reward, lambda obs, action: 1.0, **keywords), 10)


def quadratic(obs, action):
    """Where the observation is drawn, the best action is 0.3 + 0.5 * observation."""
    return 1.0 - (action[0] - 0.3 - 0.5 * obs[0]) ** 2


def uniform_start(key):
    return jax.random.uniform(key, (1,), minval=-1.0)


def values(prior):
    return {name: float(value) for name, value in prior.parameters.items()}


def test_the_optimum_of_a_quadratic_is_found():
    tuned = tune(program(), one_step(quadratic, start=uniform_start), CONFIG, KEY)
    assert tuned.improved
    assert values(tuned.prior) == pytest.approx({"A": 0.3, "B": 0.5}, abs=0.02)
    assert tuned.before.alone.mean() < 0.95
    assert 0.999 < tuned.after.alone.mean() <= 1.0
    # Three digits, in a text that is otherwise the same.
    source = priors.to_source(tuned.prior)
    assert source.splitlines()[2:] == TEXT.splitlines()[2:]
    assert all(len(line.partition(" = ")[2].lstrip("-0.")) <= 3 for line in source.splitlines()[:2])


def test_steps_are_counted_exactly_and_the_budget_is_kept():
    """Episodes of one step: a generation takes 9 candidates * 2 episodes, judging 5 candidates * 4 * 2."""
    tuned = tune(program(), one_step(quadratic), dataclasses.replace(CONFIG, env_steps=600), KEY)
    generations = tuned.state.generations
    assert [one.env_steps for one in generations] == [18 * (i + 1) for i in range(len(generations))]
    assert tuned.env_steps == generations[-1].env_steps + 40
    # 600 less what judging would take at most, had each episode lasted for its 10 steps.
    assert generations[-1].env_steps <= 600 - 400 < generations[-1].env_steps + 18 * 10


def test_episodes_that_end_early_count_for_their_own_steps():
    """Every action of the first generation is too large for a second step."""
    env = Episode(Probe(lambda obs, action: 0.0, lambda obs, action: action[0] > 0.0), 10)
    large = program("A = 0.9\ndef policy(obs):\n    return [A]\n")
    config = dataclasses.replace(CONFIG, env_steps=600, horizon=5, step=0.01)
    assert tune(large, env, config, KEY).state.generations[0].env_steps == 9 * 2


def test_one_key_gives_one_result_and_a_resumed_search_goes_on_with_it():
    env, states = one_step(quadratic, start=uniform_start), []
    config = dataclasses.replace(CONFIG, env_steps=700, noisy=0.5)
    whole = tune(program(), env, config, KEY, on_generation=states.append)
    assert len(states) > 4
    resumed = tune(program(), env, config, KEY, state=states[2])
    assert values(resumed.prior) == values(whole.prior)
    assert resumed.env_steps == whole.env_steps
    jax.tree.map(np.testing.assert_array_equal, resumed.state.search, whole.state.search)
    other = tune(program(), env, config, jax.random.key(1))
    assert values(other.prior) != values(whole.prior)


def test_the_horizon_grows_to_the_whole_episode():
    env = Episode(Probe(lambda obs, action: action[0]), 40)
    config = dataclasses.replace(CONFIG, env_steps=20_000, horizon=10)
    horizons = [one.horizon for one in tune(program(), env, config, KEY).state.generations]
    assert horizons[0] == 10
    assert horizons == sorted(horizons)
    assert 0.3 < horizons.index(40) / len(horizons) < 0.95


def test_a_good_program_is_left_as_it_is():
    best = program("A = 0.3\nB = 0.5\n\ndef policy(obs):\n    return [A + B * obs[0]]\n")
    tuned = tune(best, one_step(quadratic, start=uniform_start), CONFIG, KEY)
    assert not tuned.improved
    assert priors.to_source(tuned.prior) == best.source
    np.testing.assert_array_equal(tuned.before.alone, tuned.after.alone)


def test_what_gains_inside_the_mask_and_loses_alone_is_no_gain():
    """A reward that falls off a cliff at 0.5: alone the best action is at its edge, masked far from it."""

    def cliff(obs, action):
        return np.float32(1.0) * (action[0] <= 0.5) * (1.0 + action[0])

    edge = program("A = 0.5\ndef policy(obs):\n    return [A]\n")
    config = dataclasses.replace(CONFIG, noisy=1.0, noise=0.4)
    tuned = tune(edge, one_step(cliff), config, KEY)
    assert not tuned.improved
    centre = np.mean([one.centre for one in tuned.state.generations[-10:]])
    assert centre > 0.85 > tuned.before.masked.mean(), "inside the mask the search did find better ones"


def test_fixed_numbers_stay():
    three = program("A = 0.2\nB = -0.1\nC = 0.125\n\ndef policy(obs):\n    return [A + B * obs[0] + C]\n")
    env = one_step(quadratic, start=uniform_start)
    tuned = tune(three, env, dataclasses.replace(CONFIG, fixed=("C*",)), KEY)
    assert values(tuned.prior) == pytest.approx({"A": 0.3 - 0.125, "B": 0.5, "C": 0.125}, abs=0.02)
    assert values(tuned.prior)["C"] == 0.125
    with pytest.raises(InputError, match="unknown number of tried 'C'; choose from: A, B"):
        tune(program(), one_step(quadratic), dataclasses.replace(CONFIG, fixed=("C",)), KEY)
    with pytest.raises(InputError, match="all numbers of tried are fixed"):
        tune(program(), one_step(quadratic), dataclasses.replace(CONFIG, fixed=("A", "B")), KEY)


class InParts(Probe):
    """Pays for standing still, and less for moving."""

    def _parts(self, action):
        return {"reward_standing": 1.0 - jnp.abs(action[0]), "reward_moving": 0.5 * action[0]}

    def reset(self, rng):
        return super().reset(rng).replace(metrics=self._parts(jnp.zeros(1)))

    def step(self, state, action):
        parts = self._parts(action)
        return super().step(state, action).replace(metrics=parts, reward=sum(parts.values()))


def test_parts_of_the_reward_may_be_paid_otherwise_in_the_search_alone():
    env, still = (
        Episode(InParts(lambda *_: 0.0, lambda *_: 1.0), 10),
        program("A = 0.1\ndef policy(obs):\n    return [A]\n"),
    )
    config = dataclasses.replace(CONFIG, weights={"reward_standing": 0.25})
    tuned = tune(still, env, config, KEY)
    assert tuned.state.search.mean[0] * 0.1 + 0.1 > 0.9, "the search moves"
    assert not tuned.improved, "but standing is worth more"
    assert tune(still, env, CONFIG, KEY).state.search.mean[0] * 0.1 + 0.1 == pytest.approx(0.0, abs=0.02)
    with pytest.raises(InputError, match="unknown part of the reward 'standing'; choose from: reward_moving"):
        tune(still, env, dataclasses.replace(CONFIG, weights={"standing": 0.0}), KEY)


def test_risk_lowers_what_varies():
    """Large actions pay more on average, but vary with the noise inside of the mask."""
    env = one_step(
        lambda obs, action: action[0] + 4.0 * jnp.maximum(action[0], 0.0) * (action[0] * 1e3 % 1.0 - 0.5)
    )
    one = program("A = 0.3\ndef policy(obs):\n    return [A]\n")
    config = dataclasses.replace(CONFIG, episodes=8, noisy=1.0, noise=0.1, env_steps=4_000)
    bold, careful = (
        0.3 * (1 + tune(one, env, dataclasses.replace(config, risk=risk), KEY).state.search.mean[0])
        for risk in (0.0, 2.0)
    )
    assert bold > 0.6
    assert careful < 0.2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"population": 2}, "population is 2; it must be at least 4"),
        ({"noise": 3.0}, r"noise is 3.0; it must lie in \[0, 2\]"),
        ({"risk": -1.0}, "risk is -1.0; it must not be negative"),
        ({"step": 0.0}, "step is 0.0; it must be positive"),
        ({"env_steps": None}, "nothing bounds the tuning; give env_steps or minutes"),
        ({"env_steps": 300}, "env_steps is 300; one generation and judging it may take 418: raise it"),
    ],
)
def test_impossible_settings_are_named(change, message):
    with pytest.raises(InputError, match=message):
        tune(program(), one_step(quadratic), dataclasses.replace(CONFIG, **change), KEY)


def test_what_cannot_be_tuned_is_named():
    with pytest.raises(InputError, match="the prior 'tried' has no numbers to tune"):
        tune(program("def policy(obs):\n    return [obs[0]]\n"), one_step(quadratic), CONFIG, KEY)
    with pytest.raises(InputError, match="has observation_size=1, but the environment 11"):
        tune(program(), envs.make("hopper", "c"), CONFIG, KEY)
    with pytest.raises(InputError, match="Probe has no time limit; wrap it first"):
        tune(program(), Probe(quadratic), CONFIG, KEY)
