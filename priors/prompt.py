"""What a model is told: prompts are rendered from a task's description and the templates in `prompts/`."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from string import Template

from envs import Quantity, TaskSpec
from priors.sampler import Message

_FOLDER = Path(__file__).parent / "prompts"
_MAX_QUOTED = 20_000  # characters of a refused reply; an honest one is shorter, and each costs tokens


def render(spec: TaskSpec) -> str:
    """The task in words: state, actions, dynamics, objective, and what a program may hold and remember."""
    return _fill(
        "task",
        name=spec.name,
        objective=spec.objective,
        dynamics=spec.dynamics,
        termination=spec.termination,
        time_step=f"{spec.time_step:g}",
        max_episode_steps=spec.max_episode_steps,
        seconds=f"{spec.time_step * spec.max_episode_steps:g}",
        observation_size=spec.observation_size,
        observation="\n".join(_rows(spec.observation)),
        action_size=spec.action_size,
        action="\n".join(_rows(spec.action)),
        numbers="number" if spec.action_size == 1 else "numbers",
        rest="" if spec.action_size == 1 else f" + [0.0] * {spec.action_size - 1}",
    )


def first_messages(spec: TaskSpec) -> tuple[Message, ...]:
    """The conversation that asks for a program."""
    return Message("system", _fill("system")), Message("user", render(spec))


def repair_messages(
    first: Sequence[Message], reply: str, errors: str, *, finish_reason: str | None = None
) -> tuple[Message, ...]:
    """The conversation that asks for a corrected program.

    Args:
        first: the conversation that was answered.
        reply: the answer.
        errors: what is wrong with it, as `PriorError.for_prompt` says it.
        finish_reason: why the answer ended; "length" if it was cut off.
    """
    if finish_reason == "length":
        errors += "\nThe answer was cut off because it was too long. Think less and write a shorter program."
    if len(reply) > _MAX_QUOTED:
        reply = f"{reply[:_MAX_QUOTED]}\n[...]"
    return *first, Message("assistant", reply), Message("user", _fill("repair", errors=errors))


def refine_messages(
    first: Sequence[Message],
    program: str,
    *,
    score: float,
    best: float,
    feedback: str,
    images: tuple[bytes, ...] = (),
) -> tuple[Message, ...]:
    """The conversation that asks for a better program.

    Args:
        first: the conversation that asks for a program.
        program: the program to improve.
        score: what it is worth.
        best: what the best program is worth.
        feedback: what it did.
        images: PNG files that show it.
    """
    question = _fill("refine", score=f"{score:,.1f}", best=f"{best:,.1f}", feedback=feedback)
    return *first, Message("assistant", f"```python\n{program}```"), Message("user", question, images)


def critic_messages(
    spec: TaskSpec, program: str, *, score: float, feedback: str, images: tuple[bytes, ...] = ()
) -> tuple[Message, ...]:
    """The conversation that asks which lines of a program are to blame; arguments as in `refine_messages`."""
    lines = "\n".join(f"{number:4d} | {line}" for number, line in enumerate(program.splitlines(), start=1))
    text = _fill("critic", task=render(spec), program=lines, score=f"{score:,.1f}", feedback=feedback)
    return (Message("user", text, images),)


def digest(messages: Iterable[Message]) -> str:
    """SHA-256 of a conversation, hexadecimal."""
    turns = [(m.role, m.content, [hashlib.sha256(i).hexdigest() for i in m.images]) for m in messages]
    return hashlib.sha256(json.dumps(turns).encode()).hexdigest()


def _fill(template: str, **values: object) -> str:
    text = (_FOLDER / f"{template}.md").read_text(encoding="utf-8")
    return Template(text).substitute(values).strip()


def _rows(quantities: Iterable[Quantity]) -> Iterator[str]:
    for index, (name, unit, low, high, meaning) in enumerate(quantities):
        yield f"| {index} | {name} | {unit} | {_range(low, high)} | {meaning} |"


def _range(low: float, high: float) -> str:
    if math.isinf(low) or math.isinf(high):
        bounds = [f"at least {low:g}"] * math.isfinite(low) + [f"at most {high:g}"] * math.isfinite(high)
        return bounds[0] if bounds else "unbounded"
    return f"{low:g} to {high:g}"
