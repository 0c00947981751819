"""`camel-jax generate --rounds`: programs are tried in the simulator, and go back with what they did."""

import json

import pytest
from scripted import PROGRAM, Scripted

import envs
from camel_jax import GymnasiumEvaluator, prior_alone
from experiments.cli import main
from experiments.prior_files import tuning_steps
from priors import translate
from priors.journal import JOURNAL

FALLS = "def policy(obs):\n    return [1.0, 1.0, 1.0]\n"


@pytest.fixture(scope="module")
def rounds(tmp_path_factory):
    """A folder after one round, what was asked, and the last screen of a second call."""
    folder = tmp_path_factory.mktemp("rounds")
    sampler = Scripted([FALLS, PROGRAM])
    sampler.address, sampler.takes = None, ("temperature", "seed")
    arguments = ["generate", "hopper", "--model", "test/model", "-n", "1", "--folder", str(folder)]
    arguments += ["--rounds", "1", "--round-samples", "1", "--episodes", "2", "--images", "--backoff", "0"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("priors.client.Client", lambda *_, **__: sampler)
        main(arguments)
        main(arguments)  # goes on where it was: nothing is left to ask or to try
    return folder, sampler


def test_the_author_is_told_what_the_program_did(rounds):
    folder, sampler = rounds
    assert len(sampler.requests) == 2
    question = sampler.requests[1].messages[-1]
    assert "## How episodes end" in question.content
    assert "torso_angle" in question.content
    assert question.images == ((folder / "000.png").read_bytes(),)
    assert question.images[0].startswith(b"\x89PNG")


def test_better_programs_lead(rounds, capsys):
    folder, _ = rounds
    feedback = [json.loads(line) for line in (folder / JOURNAL).read_text().splitlines()]
    scores = {one["id"]: one["score"] for one in feedback if one["record"] == "feedback"}
    assert len(scores) == 2
    child = next(name for name in scores if name != "000")
    assert scores[child] > scores["000"] > 0


def length_in_gymnasium(program):
    """Steps of the episode that a film is taken of."""
    spec = envs.spec("hopper")
    prior = translate(program, observation_size=spec.observation_size, action_size=spec.action_size)
    policy = prior_alone(prior)
    evaluator = GymnasiumEvaluator(spec.gymnasium_id, policy.step, episodes=1)
    return int(evaluator(policy.parameters, policy.carry, seed=0).lengths[0])


def test_every_step_of_the_simulator_counts_once(rounds):
    folder, _ = rounds
    records = [json.loads(line) for line in (folder / JOURNAL).read_text().splitlines()]
    tried = [record["env_steps"] for record in records if record["record"] == "feedback"]
    drawn = [record["env_steps"] for record in records if record["record"] == "picture"]
    assert len(tried) == 2
    assert drawn == [length_in_gymnasium(FALLS)], "of the parent alone"
    spent = sum(tried) + sum(drawn)
    programs = sorted(folder.glob("*.py"))
    assert len(programs) == 2
    assert [tuning_steps(str(file)) for file in programs] == [spent, spent]


@pytest.mark.parametrize(("option", "named"), [("--episodes", "episodes is 0"), ("--votes", "votes is 0")])
def test_impossible_rounds_are_found_before_a_call(tmp_path, capsys, monkeypatch, option, named):
    sampler = Scripted([])
    sampler.address, sampler.takes = None, ()
    monkeypatch.setattr("priors.client.Client", lambda *_, **__: sampler)
    with pytest.raises(SystemExit) as caught:
        main(["generate", "hopper", "--model", "test/model", "--rounds", "1", option, "0"])
    assert caught.value.code == 2
    assert named in capsys.readouterr().err
    assert not sampler.requests
