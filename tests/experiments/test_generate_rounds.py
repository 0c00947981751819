"""`camel-jax generate --rounds`: programs are tried in the simulator, and go back with what they did."""

import json
import shlex

import model_server as ms
import pytest
from scripted import PROGRAM, Scripted

import envs
from camel_jax import GymnasiumEvaluator, prior_alone
from experiments import cli
from experiments.cli import main
from experiments.commands.tune import Tune
from experiments.prior_files import tuning_steps
from priors import translate
from priors.journal import JOURNAL
from priors.judging import Feedback
from priors.sampler import CallError

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


@pytest.fixture
def judged(monkeypatch):
    """All programs are tried without a simulator, and are worth the same."""

    class Judge:
        episodes = 16

        def __call__(self, candidate):
            return Feedback(1.0, "It falls.")

    monkeypatch.setattr("experiments.program_judge.ProgramJudge", lambda *_, **__: Judge())


def refining(folder, *options):
    start = ["generate", "hopper", "--model", "openai/test-model", "-n", "1", "--backoff", "0"]
    return [*start, "--folder", str(folder), "--rounds", "1", "--round-samples", "1", *options]


def put(monkeypatch, script):
    sampler = Scripted(script)
    sampler.address, sampler.takes = None, ()
    monkeypatch.setattr("priors.client.Client", lambda *_, **__: sampler)


def test_the_last_screen_counts_the_calls_of_the_rounds_and_says_why_they_failed(
    judged, tmp_path, monkeypatch, capsys
):
    put(monkeypatch, [PROGRAM, CallError("refused", "I see no images")])
    main(refining(tmp_path))
    out = capsys.readouterr().out
    assert "calls:   2 of 100: 1 answered; failed: 1 refused" in out
    assert "failed:  refused: I see no images" in out


def test_a_round_that_a_cap_has_ended_says_what_to_do_first(judged, tmp_path, monkeypatch, capsys):
    put(monkeypatch, [PROGRAM])
    main(refining(tmp_path / "my run", "--max-calls", "1"))
    out = capsys.readouterr().out
    assert "next:    raise --max-calls, then the same command goes on\n" in out
    advised = [line for line in out.splitlines() if line.startswith("next:    camel-jax tune")]
    (command,) = [cli._parse(shlex.split(line)[2:]) for line in advised]
    assert isinstance(command, Tune)
    assert (tmp_path / "my run" / "000.py").samefile(command.prior)


VERDICT = ms.Answer(
    body=json.dumps(
        {
            **{"id": "verdict", "type": "message", "role": "assistant", "model": "claude"},
            **{"content": [{"type": "text", "text": "LINE 2: it is stiff"}], "stop_reason": "end_turn"},
            "usage": {"input_tokens": 10, "output_tokens": 5},
        }
    ).encode()
)
"""An answer as Anthropic's protocol has it."""


@pytest.mark.parametrize("told", [True, False], ids=["--critic-api-base", "the provider's own"])
def test_the_key_of_a_critic_reaches_no_server_but_its_own(told, judged, tmp_path, monkeypatch):
    keys = {"OPENAI_API_KEY": "lab-0123456789", "ANTHROPIC_API_KEY": "critic-0123456789"}
    for name, value in {**keys, "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    with ms.serving(lambda *_: ms.reply(PROGRAM)) as lab, ms.serving(lambda *_: VERDICT) as own:
        address = own.address.removesuffix("/v1")
        monkeypatch.setenv("ANTHROPIC_API_BASE", address)  # nobody else may be called by a test
        options = ["--critic-api-base", address] if told else []
        critic = ["--critic", "anthropic/claude-sonnet-4-5", "--votes", "1", *options]
        main(refining(tmp_path, "--api-base", lab.address, *critic))
    assert (len(lab.requests), len(own.requests)) == (2, 1)
    assert not [seen for seen in lab.requests if keys["ANTHROPIC_API_KEY"] in str(seen)]
    assert keys["ANTHROPIC_API_KEY"] in str(own.requests[0].headers)
    assert keys["OPENAI_API_KEY"] not in str(own.requests)


def test_a_critic_of_the_same_provider_is_asked_at_the_same_address(judged, tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ms.serving(lambda *_: ms.reply(PROGRAM)) as lab:
        critic = ["--critic", "openai/other-model", "--votes", "1"]
        main(refining(tmp_path, "--api-base", lab.address, *critic))
    assert [seen.body["model"] for seen in lab.requests] == ["test-model", "other-model", "test-model"]


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
