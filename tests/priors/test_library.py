"""What must hold of every program that ships, and that what its provenance says of its worth is so."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import camel_jax
import envs
import priors
from envs import InputError
from priors import library

MAIN_TASKS = ("ant", "half_cheetah", "hopper", "walker2d")
WRITTEN_BY = "written by a language model from the rendered prompt; no recorded API call"
FIGURES = {"episodes", "return_mean", "return_std", "length_mean", "seed"}
SCREENED = {"episodes", "seed", "return_mean", "return_low", "return_high", "length_mean", "endings"}
SCREENED |= {"coverage", "smoothness", "masked"}


@pytest.fixture(scope="module")
def programs():
    """Every program, translated once."""
    return {name: priors.load(name) for name in priors.names()}


@pytest.mark.parametrize("name", priors.names())
def test_a_program_is_sound_on_observations_of_its_task(name, programs):
    report = priors.check(programs[name], envs.spec(name.split("/")[0]))
    assert report.ok, str(report)


@pytest.mark.parametrize("name", priors.names())
def test_a_program_acts_on_what_it_sees_or_remembers(name, programs):
    prior = programs[name]
    observations = jax.random.normal(jax.random.key(0), (20, prior.observation_size))
    _, interval = jax.lax.scan(prior, prior.reset(), observations)
    assert interval.low.shape == (20, prior.action_size)
    assert np.isfinite(interval.low).all()
    np.testing.assert_array_equal(interval.low, interval.high)
    assert len(np.unique(np.asarray(interval.low), axis=0)) > 1


@pytest.mark.parametrize("name", priors.names())
def test_a_program_tells_its_provenance(name, programs):
    about = priors.provenance(name)
    assert about["task"] == name.split("/")[0]
    assert 20 <= len(about["description"]) <= 200
    assert about["written_by"] == WRITTEN_BY
    assert about["memory"] == bool(jax.tree.leaves(programs[name].reset()))
    assert about["gymnasium_v4"].keys() == FIGURES
    # Those of `priors check`.
    assert (about["gymnasium_v4"]["episodes"], about["gymnasium_v4"]["seed"]) == (100, 0)
    assert about["screened"].keys() == SCREENED
    assert about["screened"]["masked"].keys() == {"0.1", "0.3", "0.5"}
    if about["tuning"] is None:
        assert about["before_tuning"] is None
    else:
        assert about["tuning"]["env_steps"] > 0
        assert about["tuning"]["method"]
        assert about["before_tuning"] is None or about["before_tuning"].keys() == FIGURES


def test_every_program_lies_beside_its_provenance():
    folder = Path(library.__file__).parent
    assert {path.with_suffix(".json") for path in folder.glob("*/*.py")} == set(folder.glob("*/*.json"))


@pytest.mark.parametrize("task", MAIN_TASKS)
def test_the_main_tasks_have_programs_of_every_kind(task):
    abouts = {name: priors.provenance(name) for name in priors.names(task)}
    sound = {name: about for name, about in abouts.items() if not name.endswith(("poor", "adversarial"))}
    assert len(sound) >= 5
    assert {about["memory"] for about in sound.values()} == {True, False}
    worth = {name: about["gymnasium_v4"]["return_mean"] for name, about in abouts.items()}
    assert worth.pop(f"{task}/adversarial") < worth.pop(f"{task}/poor") < max(worth.values()) / 4


@pytest.mark.parametrize("task", envs.names())
def test_every_task_has_a_program_and_the_best_is_worth_most(task):
    best = priors.best(task)
    worth = [priors.provenance(name)["gymnasium_v4"]["return_mean"] for name in priors.names(task)]
    assert priors.provenance(best)["gymnasium_v4"]["return_mean"] == max(worth)


def test_a_task_without_programs_has_no_best():
    assert priors.best("tetris") is None


def test_unknown_names_are_told_with_the_choices():
    with pytest.raises(InputError, match=r"unknown prior 'hopper/hpo'.*Did you mean 'hopper/hop'\?"):
        priors.load("hopper/hpo")


@pytest.mark.parametrize(
    "name",
    ["hopper/adversarial", "inverted_pendulum/balance", "inverted_double_pendulum/balance", "reacher/reach"],
)
def test_a_cheap_program_is_worth_what_its_provenance_says(name, programs):
    env = envs.make(name.split("/")[0], "c")
    policy = camel_jax.prior_alone(programs[name])
    judged = camel_jax.evaluate(env, policy, jax.random.key(1), episodes=8)
    told = priors.provenance(name)["gymnasium_v4"]
    allowed = 4 * told["return_std"] / np.sqrt(8) + 0.01 * abs(told["return_mean"])
    assert jnp.mean(judged.returns) == pytest.approx(told["return_mean"], abs=allowed)
    assert jnp.mean(judged.lengths) == pytest.approx(told["length_mean"], abs=1.0)


def test_provenance_is_written_as_it_is_read():
    """So that a change of a figure is a change of one line."""
    for path in Path(library.__file__).parent.glob("*/*.json"):
        about = json.loads(path.read_text())
        assert path.read_text() == json.dumps(about, indent=2, ensure_ascii=False) + "\n"
