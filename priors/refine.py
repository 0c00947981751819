"""Refinement: the best programs go back to the model with what they did, for several rounds.

What a program did is the business of a judge, see `priors.judging`; here it is put into words for the model.
No program is ever lost: parents are the best of all rounds, and a child takes its parent's place only by a
better score.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from envs import InputError, TaskSpec
from priors.calls import Caller, Spending, StoppedError, spending
from priors.candidates import Candidate
from priors.critic import Fault, faults, told
from priors.generate import GenerateSettings, Opening, Run, ask, at_once
from priors.journal import Journal
from priors.judging import Judge, Judged, draw_all, pictures, ranking, try_all
from priors.prompt import critic_messages, first_messages, refine_messages
from priors.sampler import Request, Sampler

_SEEDS_OF_A_CRITIC = 500_000_000


class Critic(Sampler, Protocol):
    """Asks a model for verdicts."""

    @property
    def model(self) -> str:
        """The model, by whose name its verdicts are kept: another one is asked anew."""


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


@dataclass(frozen=True)
class Refined:
    """What refinement has come to.

    Attributes:
        ranking: the programs of all rounds that have been tried, the best first.
        best_of_round: the best score up to each round, the first for the programs that were there before.
        spent: calls, tokens and dollars of the folder.
        env_steps: simulated to try and to draw programs of the folder, by all runs.
        stopped: why the run ended early; None if all rounds are done.
    """

    ranking: tuple[Judged, ...]
    best_of_round: tuple[float, ...]
    spent: Spending
    env_steps: int
    stopped: str | None


class _Sample(NamedTuple):
    """A sample of a round that is not finished, and the program that it improves."""

    number: int
    parent: Judged


def refine(
    spec: TaskSpec,
    sampler: Sampler,
    judge: Judge,
    journal: Journal,
    *,
    settings: RefineSettings,
    asking: GenerateSettings,
    critic: Critic | None = None,
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
        stop: polled; what it returns says why the run shall stop. A program that is being tried is tried to
            its end, and calls in flight get a while.
        report: called with each candidate as it comes.

    Raises:
        InputError: the folder holds no program, or the journal cannot be written.
    """
    run = Run(spec, asking, journal, report)
    rounds = _Rounds(run, sampler, judge, critic, settings, stop)
    stopped = try_all(journal, judge, stop)
    if not ranking(journal, judge):
        raise InputError(f"the folder {journal.folder} holds no program to refine: generate some first")
    for number in range(1, settings.rounds + 1):
        if stopped is not None:
            break
        stopped = rounds.ask(number)
        # A cap on calls is no reason to leave what was paid for untried.
        untried = try_all(journal, judge, stop)
        stopped = stopped or untried
    found = ranking(journal, judge)
    best = tuple(
        max(one.feedback.score for one in found if one.candidate.round <= number)
        for number in range(1 + max(one.candidate.round for one in found))
    )
    return Refined(found, best, spending(journal.records), journal.env_steps, stopped)


@dataclass(frozen=True)
class _Rounds:
    """What the rounds have in common; the fields are the arguments of `refine`."""

    run: Run
    sampler: Sampler
    judge: Judge
    critic: Critic | None
    settings: RefineSettings
    stop: Callable[[], str | None]

    def ask(self, number: int) -> str | None:
        """Ask for what is missing of a round; returns why no more calls were made.

        Pictures and verdicts are for the parents of samples that are not finished: nobody reads others.
        """
        journal, stopped = self.run.journal, self.stop()
        before = [one for one in ranking(journal, self.judge) if one.candidate.round < number]
        samples = self._unfinished(number, before[: self.settings.parents])
        parents = list(dict.fromkeys(sample.parent for sample in samples))
        if stopped is None and self.settings.images:
            stopped = draw_all(journal, self.judge, [one.candidate for one in parents], self.stop)
        if stopped is None and self.critic is not None:
            stopped = self._ask_critic(self.critic, parents)
        if stopped is not None:
            return stopped
        openings = [self._opening(number, sample, before[0].feedback.score) for sample in samples]
        return ask(self.run, openings, self.sampler, self.stop)

    def _unfinished(self, number: int, parents: Sequence[Judged]) -> list[_Sample]:
        """Samples without a program and with repairs left, dealt out among the parents, the best first."""
        last = {one.sample: one for one in self.run.journal.candidates() if one.round == number}
        repairs = self.run.settings.repairs
        return [
            _Sample(index, parents[index % len(parents)])
            for index in range(self.settings.samples)
            if index not in last or not (last[index].translated or last[index].repairs >= repairs)
        ]

    def _opening(self, number: int, sample: _Sample, best: float) -> Opening:
        """How a sample begins: with its parent, what it did, and what the critics agree on."""
        candidate, feedback = sample.parent
        criticism = told(candidate.program, self._votes(candidate), self.settings.votes)
        messages = refine_messages(
            first_messages(self.run.spec),
            candidate.program,
            score=feedback.score,
            best=best,
            feedback="\n\n".join(part for part in (feedback.text, criticism) if part),
            images=self._images(candidate),
        )
        return Opening(number, sample.number, messages, candidate.id)

    def _images(self, candidate: Candidate) -> tuple[bytes, ...]:
        if not self.settings.images:
            return ()
        journal = self.run.journal
        try:
            return tuple((journal.folder / name).read_bytes() for name in pictures(journal, candidate) or ())
        except OSError as error:
            raise InputError(f"{error.filename} cannot be read ({error.strerror})") from error

    def _ask_critic(self, critic: Critic, parents: Sequence[Judged]) -> str | None:
        """Ask for the verdicts that are missing; returns why no more calls were made."""
        asking, have = self.run.settings, _verdicts(self.run.journal, critic)

        async def vote(judged: Judged, number: int, caller: Caller) -> None:
            candidate, feedback = judged
            messages = critic_messages(
                self.run.spec,
                candidate.program,
                score=feedback.score,
                feedback=feedback.text,
                images=self._images(candidate),
            )
            seed = asking.seed + _SEEDS_OF_A_CRITIC + number
            request = Request(messages, asking.temperature, seed, asking.max_tokens)
            try:
                await caller(request, _vote_name(candidate, number), candidate.id, verdict=critic.model)
            except StoppedError:
                return

        def begin(caller: Caller) -> list[Coroutine[Any, Any, None]]:
            return [
                vote(judged, number, caller)
                for judged in parents
                for number in range(self.settings.votes)
                if _vote_name(judged.candidate, number) not in have
            ]

        return at_once(self.run, critic, begin, self.stop)

    def _votes(self, candidate: Candidate) -> list[tuple[Fault, ...]]:
        """What the critic's votes blame, as far as they came; none without a critic."""
        have = {} if self.critic is None else _verdicts(self.run.journal, self.critic)
        lines = len(candidate.program.splitlines())
        names = (_vote_name(candidate, number) for number in range(self.settings.votes))
        return [faults(have[name], lines) for name in names if name in have]


def _verdicts(journal: Journal, critic: Critic) -> dict[str, str]:
    """Verdicts of the critic by name. Old journals do not tell whose theirs are; those do not count."""
    return {
        record["id"]: record["text"]
        for record in journal.records
        if record["record"] == "verdict" and record.get("model") == critic.model
    }


def _vote_name(candidate: Candidate, number: int) -> str:
    return f"{candidate.id}v{number}"
