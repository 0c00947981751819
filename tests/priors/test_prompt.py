"""What a model is told of a task.

After a change on purpose, `PYTHONPATH=. python tests/priors/test_prompt.py` writes the golden prompt anew.
"""

import re
from pathlib import Path

import pytest

import envs
import priors
from priors.prompt import digest, first_messages, render, repair_messages
from priors.sampler import Message

GOLDEN = Path(__file__).parent / "prompt_hopper.md"
FIRST = first_messages(envs.spec("hopper"))


def test_the_prompt_of_hopper_is_the_golden_one():
    assert render(envs.spec("hopper")) + "\n" == GOLDEN.read_text()


@pytest.mark.parametrize("task", envs.names())
def test_every_task_is_told_in_full(task):
    spec = envs.spec(task)
    text = render(spec)
    for sentence in (spec.objective, spec.dynamics, spec.termination):
        assert sentence in text
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (.+?) \| (.+?) \| (.+) \|$", text, re.MULTILINE)
    quantities = [*enumerate(spec.observation), *enumerate(spec.action)]
    assert [(int(i), name, unit, meaning) for i, name, unit, _, meaning in rows] == [
        (i, quantity.name, quantity.unit, quantity.meaning) for i, quantity in quantities
    ]
    for (*_, told, _), (_, quantity) in zip(rows, quantities, strict=True):
        whole = told.replace("unbounded", "-inf to inf").replace("at most", "-inf to")
        low, _, high = (
            whole.partition(" to ") if " to " in whole else (told.removeprefix("at least"), "", "inf")
        )
        assert (float(low), float(high)) == pytest.approx((quantity.low, quantity.high), rel=1e-5)
    assert f"every {spec.time_step:g} s; an episode has at most {spec.max_episode_steps} steps" in text
    assert "$" not in text
    assert not re.search(r"\binf\b", text)


@pytest.mark.parametrize("task", envs.names())
def test_the_program_in_the_prompt_can_be_translated(task):
    spec = envs.spec(task)
    sizes = {"observation_size": spec.observation_size, "action_size": spec.action_size}
    (code,) = re.findall(r"^```python\n(.*?)^```$", render(spec), re.MULTILINE | re.DOTALL)
    prior = priors.translate(code, **sizes)
    assert set(prior.parameters) >= {"PERIOD", "SWING", "BALANCE"}
    assert prior.reset() != (), "its clock"


@pytest.mark.parametrize(
    "program",
    [
        "def policy(obs, t):\n    return [t % 2, 0, 0]",
        "class Policy:\n    def __init__(self):\n        self.n = 0\n"
        "    def act(self, obs):\n        self.n += 1\n        return [0.1 * self.n, 0, 0]",
        "n = 0\ndef policy(obs):\n    global n\n    n += 1\n    return [0.1 * n, 0, 0]",
        "from collections import deque\nseen = deque(maxlen=3)\nphase = 'flight'\ndef policy(obs):\n"
        "    global phase\n    seen.append(obs[0])\n    phase = 'stance' if obs[0] < 1 else 'flight'\n"
        "    return [sum(seen), 1 if phase == 'stance' else 0, 0]",
    ],
    ids=["clock", "class", "global", "deque and string"],
)
def test_the_memory_that_the_prompt_promises_is_kept(program):
    assert priors.translate(program, observation_size=11, action_size=3).reset() != ()


def test_the_conversation_begins_with_system_and_task():
    assert [message.role for message in FIRST] == ["system", "user"]
    assert FIRST[1].content == render(envs.spec("hopper"))


def test_a_digest_tells_conversations_apart():
    assert re.fullmatch("[0-9a-f]{64}", digest(FIRST))
    assert digest(FIRST) == digest(first_messages(envs.spec("hopper")))
    others = [
        first_messages(envs.spec("ant")),
        FIRST[:1],
        FIRST[::-1],
        (FIRST[0], Message("assistant", FIRST[1].content)),
        (Message("system", FIRST[0].content + FIRST[1].content), Message("user", "")),
    ]
    assert len({digest(FIRST), *map(digest, others)}) == 6


def test_a_repair_quotes_reply_and_errors():
    asked = repair_messages(FIRST, "my $reply", "line 3: `x` is wrong. Instead: ${y}.")
    assert asked[:2] == FIRST
    assert asked[2] == Message("assistant", "my $reply")
    assert "line 3: `x` is wrong. Instead: ${y}." in asked[3].content
    assert "cut off" not in asked[3].content


def test_a_repair_does_not_quote_a_reply_without_end():
    asked = repair_messages(FIRST, "x" * 500_000, "too long")
    assert len(asked[2].content) < 25_000


if __name__ == "__main__":
    GOLDEN.write_text(render(envs.spec("hopper")) + "\n")
