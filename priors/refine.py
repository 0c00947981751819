"""Refinement: the best programs go back to the model with what they did, for several rounds.

What a program did is the business of a `Judge`, which needs a simulator; here its answers are kept and put
into words for the model. No program is ever lost: parents are the best of all rounds, and a child takes its
parent's place only by a better score.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from envs import InputError, TaskSpec
from priors.calls import Caller, Spending, StoppedError, spending
from priors.candidates import Candidate
from priors.critic import Fault, faults, told
from priors.generate import GenerateSettings, Opening, Run, ask, at_once
from priors.journal import Journal
from priors.prompt import critic_messages, first_messages, refine_messages
from priors.sampler import Request, Sampler

_SEEDS_OF_A_CRITIC = 500_000_000


class Feedback(NamedTuple):
    """How a program did.

    Attributes:
        score: what it is worth; more is better.
        text: what an expert would tell its author: statistics by phase, moment and cause of failure, parts of
            the reward, branches taken, good rollouts against bad ones.
        images: names of PNG files in the candidates' folder, for a model that can see.
        env_steps: that were simulated to find out.
    """

    score: float
    text: str
    images: tuple[str, ...] = ()
    env_steps: int = 0


class Judge(Protocol):
    """Tries programs in a simulator."""

    def __call__(self, candidates: Sequence[Candidate]) -> Sequence[Feedback]:
        """How each of the candidates did, in their order."""


@dataclass(frozen=True)
class RefineSettings:
    """How to refine.

    Attributes:
        rounds: how often the best go back.
        parents: programs that go back in a round; the samples of a round are dealt out among them.
        samples: answers to ask for in a round.
        votes: verdicts of the critic on each parent.
        images: whether the models that are asked can see.
    """

    rounds: int = 2
    parents: int = 4
    samples: int = 8
    votes: int = 3
    images: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no sense.

        Raises:
            InputError: a number is out of range.
        """
        for name, least in (("rounds", 1), ("parents", 1), ("samples", 1), ("votes", 1)):
            if not least <= getattr(self, name) <= 100:
                raise InputError(f"{name} is {getattr(self, name)}; it must lie in [{least}, 100]")


class Judged(NamedTuple):
    """A candidate and how it did."""

    candidate: Candidate
    feedback: Feedback


@dataclass(frozen=True)
class Refined:
    """What refinement has come to.

    Attributes:
        ranking: all programs of all rounds, the best first.
        best_of_round: the best score up to each round, the first for the programs that were there before.
        spent: calls, tokens and dollars of the folder.
        stopped: why no more calls were made; None if all rounds are done.
    """

    ranking: tuple[Judged, ...]
    best_of_round: tuple[float, ...]
    spent: Spending
    stopped: str | None

    @property
    def env_steps(self) -> int:
        """Simulated to judge all programs of the folder."""
        return sum(one.feedback.env_steps for one in self.ranking)


def refine(
    spec: TaskSpec,
    sampler: Sampler,
    judge: Judge,
    journal: Journal,
    *,
    settings: RefineSettings,
    asking: GenerateSettings,
    critic: Sampler | None = None,
    stop: Callable[[], str | None] = lambda: None,
    report: Callable[[Candidate], None] = lambda _: None,
) -> Refined:
    """Improve the programs of a folder for some rounds; what earlier runs have done is not done again.

    Args:
        spec: the task.
        sampler: the model that writes programs.
        judge: tries programs.
        journal: where programs, answers, verdicts and feedback are kept.
        settings: how to refine.
        asking: how to ask; its number of samples is not looked at.
        critic: a model that judges each parent before it goes back; None for none.
        stop: polled; what it returns says why the run shall stop.
        report: called with each candidate as it comes.

    Raises:
        InputError: the folder holds no program, or the journal cannot be written.
    """
    run, stopped = Run(spec, asking, journal, report), None
    ranking = _judged(journal, judge)
    if not ranking:
        raise InputError(f"the folder {journal.folder} holds no program to refine: generate some first")
    for number in range(1, settings.rounds + 1):
        before = tuple(one for one in ranking if one.candidate.round < number)
        parents = before[: settings.parents]
        if critic is not None:
            stopped = _ask_critic(run, critic, parents, settings, stop)
        if stopped is None:
            stopped = ask(run, _openings(run, number, parents, before[0], settings), sampler, stop)
        ranking = _judged(journal, judge)
        if stopped is not None:
            break
    rounds = range(1 + max(one.candidate.round for one in ranking))
    best = tuple(
        max(one.feedback.score for one in ranking if one.candidate.round <= number) for number in rounds
    )
    return Refined(ranking, best, spending(journal.records), stopped)


def _judged(journal: Journal, judge: Judge) -> tuple[Judged, ...]:
    """All programs with their feedback, the best first; of equals the older. Asks for what is missing."""
    programs = [candidate for candidate in journal.candidates() if candidate.translated]
    known = _known(journal)
    fresh = [candidate for candidate in programs if candidate.id not in known]
    if fresh:
        for candidate, feedback in zip(fresh, judge(fresh), strict=True):
            # A score that is no number is worse than every other, and JSON has no place for it.
            score = feedback.score if math.isfinite(feedback.score) else -1e30
            journal.add_feedback(candidate.id, score, *feedback[1:])
        known = _known(journal)
    judged = [Judged(candidate, known[candidate.id]) for candidate in programs]
    return tuple(sorted(judged, key=lambda one: (-one.feedback.score, one.candidate.round)))


def _known(journal: Journal) -> dict[str, Feedback]:
    return {
        record["id"]: Feedback(record["score"], record["text"], tuple(record["images"]), record["env_steps"])
        for record in journal.records
        if record["record"] == "feedback"
    }


def _openings(
    run: Run, number: int, parents: Sequence[Judged], best: Judged, settings: RefineSettings
) -> list[Opening]:
    """The conversations of a round: its samples dealt out among the parents, the best first."""
    openings = []
    for sample in range(settings.samples):
        parent = parents[sample % len(parents)]
        messages = refine_messages(
            first_messages(run.spec),
            parent.candidate.program,
            score=parent.feedback.score,
            best=best.feedback.score,
            feedback=_feedback(run.journal, parent, settings.votes),
            images=_images(run.journal.folder, parent.feedback, settings),
        )
        openings.append(Opening(number, sample, messages, parent.candidate.id))
    return openings


def _feedback(journal: Journal, judged: Judged, asked: int) -> str:
    """What the simulator says of a program, and then what the critics agree on."""
    program = judged.candidate.program
    votes = _votes(journal, judged.candidate)
    return "\n\n".join(part for part in (judged.feedback.text, told(program, votes, asked)) if part)


def _images(folder: Path, feedback: Feedback, settings: RefineSettings) -> tuple[bytes, ...]:
    if not settings.images:
        return ()
    try:
        return tuple((folder / name).read_bytes() for name in feedback.images)
    except OSError as error:
        raise InputError(f"{error.filename} cannot be read ({error.strerror})") from error


def _ask_critic(
    run: Run,
    critic: Sampler,
    parents: Sequence[Judged],
    settings: RefineSettings,
    stop: Callable[[], str | None],
) -> str | None:
    """Ask for the verdicts that are missing; returns why no more calls were made."""
    have = {record["id"] for record in run.journal.records if record["record"] == "verdict"}

    async def vote(judged: Judged, number: int, caller: Caller) -> None:
        name = f"{judged.candidate.id}v{number}"
        messages = critic_messages(
            run.spec,
            judged.candidate.program,
            score=judged.feedback.score,
            feedback=judged.feedback.text,
            images=_images(run.journal.folder, judged.feedback, settings),
        )
        seed = run.settings.seed + _SEEDS_OF_A_CRITIC + number
        request = Request(messages, run.settings.temperature, seed, run.settings.max_tokens)
        try:
            await caller(request, name, judged.candidate.id, verdict=True)
        except StoppedError:
            return

    def begin(caller: Caller) -> list[Coroutine[Any, Any, None]]:
        return [
            vote(judged, number, caller)
            for judged in parents
            for number in range(settings.votes)
            if f"{judged.candidate.id}v{number}" not in have
        ]

    return at_once(run, critic, begin, stop)


def _votes(journal: Journal, candidate: Candidate) -> list[tuple[Fault, ...]]:
    lines = len(candidate.program.splitlines())
    return [
        faults(record["text"], lines)
        for record in journal.records
        if record["record"] == "verdict" and record["parent"] == candidate.id
    ]
