"""What is told of a program in the JSON file beside it, and the steps that are counted there."""

import json

import pytest

import envs
import priors
from envs import InputError
from experiments import run_folder
from experiments.prior_files import (
    count_steps,
    figures,
    judge_alone,
    provenance_of,
    require_countable,
    steps_of,
    tuning_steps,
)


@pytest.fixture
def program(tmp_path):
    """A program file with nothing beside it."""
    file = tmp_path / "mine.py"
    file.write_text("def policy(obs):\n    return [obs[1]]\n")
    return file


def test_steps_add_up_and_what_else_is_told_stays(program):
    told = {"description": "Leans.", "screening": {"note": "mine"}, "tuning": None}
    program.with_suffix(".json").write_text(json.dumps(told))
    require_countable(program)
    count_steps(program, "screening", 5)
    count_steps(program, "screening", 7)
    count_steps(program, "refinement", 30)
    assert provenance_of(str(program)) == {
        **told,
        "screening": {"note": "mine", "env_steps": 12},
        "refinement": {"env_steps": 30},
    }
    assert tuning_steps(str(program)) == 42
    assert steps_of("mine.py", provenance_of(str(program))) == {"refinement": 30, "screening": 12}
    assert sorted(path.name for path in program.parent.iterdir()) == ["mine.json", "mine.py"]


@pytest.mark.parametrize("text", ["[1, 2, 3]", "null", '"mine"', "7"])
def test_a_file_of_another_kind_is_left_alone(program, text):
    beside = program.with_suffix(".json")
    beside.write_text(text)
    for use in (require_countable, lambda file: count_steps(file, "screening", 5)):
        with pytest.raises(InputError, match=r"mine.json should tell of .*mine.py, but is no JSON object"):
            use(program)
    assert beside.read_text() == text


@pytest.mark.parametrize("steps", ['"many"', "[5]", "Infinity", "NaN"])
def test_steps_that_are_no_number_are_damage(program, steps):
    program.with_suffix(".json").write_text('{"screening": {"env_steps": ' + steps + "}}")
    for use in (require_countable, lambda file: count_steps(file, "screening", 5)):
        with pytest.raises(InputError, match=r"what is told of .*mine.py is damaged: env_steps is no number"):
            use(program)


def test_a_count_that_fails_leaves_what_was_told(program, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    count_steps(program, "screening", 5)
    monkeypatch.setattr(run_folder.os, "fsync", full)
    with pytest.raises(InputError, match=r"mine.json cannot be written \(No space left on device\)"):
        count_steps(program, "screening", 7)
    assert tuning_steps(str(program)) == 5


def test_the_episodes_of_a_judgement_are_counted_to_the_step():
    spec = envs.spec("inverted_pendulum")
    falls = priors.translate("def policy(obs):\n    return [-obs[1]]\n", observation_size=4, action_size=1)
    alone = judge_alone(spec, falls, episodes=3)
    assert alone.figures == figures(spec, falls, episodes=3)
    # Each step on which the pole stands is worth 1, the one on which it falls as well.
    assert alone.env_steps == round(3 * alone.figures["return_mean"]) > 3
