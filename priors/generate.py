"""From a task's description to programs: ask, translate, send the errors back, keep everything.

A sample is one chain of answers: the first, and as many repairs as its errors need and the settings allow.
Samples run at the same time; what each has come to is read from the journal, so that a run which was stopped
or killed goes on where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from envs import InputError, TaskSpec
from priors.calls import Caller, CallSettings, Spending, StoppedError, spending
from priors.candidates import Candidate, Source, candidate_id
from priors.journal import Journal
from priors.prompt import digest, first_messages, repair_messages
from priors.sampler import Message, Request, Sampler
from priors.translate import PriorError, translate
from priors.translate.source import blocks

_POLL = 0.1  # seconds between two looks at whether the run is asked to stop
_RANGES = (
    ("samples", 1, 1000),
    ("repairs", 0, 99),
    ("temperature", 0, 10),
    ("seed", 0, 10**9),
    ("max_tokens", 1, 10**7),
)
_SEEDS_OF_A_REPAIR = 10_000  # a repair's seed is that of its sample plus a multiple of this
_SEEDS_OF_A_ROUND = 1_000_000


@dataclass(frozen=True)
class GenerateSettings:
    """What to ask for.

    Attributes:
        samples: programs to ask for.
        repairs: how often a refused program goes back with its errors.
        temperature: of the sampling.
        seed: of the first sample; those of the others follow.
        max_tokens: most tokens of an answer, those of a model's reasoning included.
        calls: caps, retries and concurrency.
    """

    samples: int = 16
    repairs: int = 3
    temperature: float = 1.0
    seed: int = 0
    max_tokens: int = 8192
    calls: CallSettings = field(default_factory=CallSettings)

    def __post_init__(self) -> None:
        """Refuse what makes no sense.

        Raises:
            InputError: a number is out of range.
        """
        for name, least, most in _RANGES:
            if not least <= getattr(self, name) <= most:
                raise InputError(f"{name} is {getattr(self, name)}; it must lie in [{least}, {most}]")


@dataclass(frozen=True)
class Summary:
    """What a folder holds when a run ends, over all runs in it.

    Attributes:
        asked: samples asked for.
        at_once: samples whose first answer was translated.
        repaired: samples translated after a repair.
        refused: samples whose last answer was refused and gets no further repair.
        open: samples that are not finished: the run was stopped, or no answer came.
        spent: calls, tokens and dollars.
        stopped: why no more calls were made; None if there was nothing left to ask.
        programs: files of the translated programs.
        distinct: how many of them differ from each other.
    """

    asked: int
    at_once: int
    repaired: int
    refused: int
    open: int
    spent: Spending
    stopped: str | None
    programs: tuple[Path, ...]
    distinct: int


def source_of(
    spec: TaskSpec, settings: GenerateSettings, model: str, api_base: str | None, taken: Sequence[str]
) -> Source:
    """What candidates of these settings have in common.

    Args:
        spec: the task.
        settings: what is asked for.
        model: the model.
        api_base: address of the server without credentials; None for the provider's own.
        taken: which of "temperature" and "seed" the model takes.
    """
    return Source(
        task=spec.name,
        model=model,
        api_base=api_base,
        temperature=settings.temperature if "temperature" in taken else None,
        seed=settings.seed if "seed" in taken else None,
        prompt_sha256=digest(first_messages(spec)),
    )


def generate(
    spec: TaskSpec,
    sampler: Sampler,
    settings: GenerateSettings,
    journal: Journal,
    *,
    stop: Callable[[], str | None] = lambda: None,
    report: Callable[[Candidate], None] = lambda _: None,
) -> Summary:
    """Ask for programs and translate them, until each sample has one or has used up its repairs.

    Args:
        spec: the task.
        sampler: makes one call to a model.
        settings: what to ask for.
        journal: where answers are kept, and what earlier runs have left.
        stop: polled; what it returns says why the run shall stop. Calls in flight get a while to end.
        report: called with each candidate as it comes.

    Raises:
        InputError: the cap on cost cannot be held, or the journal cannot be written.
    """
    messages = first_messages(spec)
    openings = [Opening(0, index, messages, None) for index in range(settings.samples)]
    stopped = ask(Run(spec, settings, journal, report), openings, sampler, stop)
    return summarise(settings, journal, stopped)


class Opening(NamedTuple):
    """How a sample begins.

    Attributes:
        round: of refinement; 0 for the first.
        sample: its number in the round.
        messages: the conversation that is answered first.
        parent: the candidate that it is about; None in round 0.
    """

    round: int
    sample: int
    messages: tuple[Message, ...]
    parent: str | None


@dataclass(frozen=True)
class Run:
    """What the samples of a run have in common.

    Attributes:
        spec: the task.
        settings: what to ask for.
        journal: where answers are kept.
        report: called with each candidate as it comes.
    """

    spec: TaskSpec
    settings: GenerateSettings
    journal: Journal
    report: Callable[[Candidate], None]

    async def sample(self, opening: Opening, caller: Caller) -> None:
        """Bring one sample to its end: a program, or no repairs left."""
        chain = _chain(self.journal.candidates(), opening.sample, opening.round)
        try:
            while not chain or not (chain[-1].translated or len(chain) > self.settings.repairs):
                name = candidate_id(opening.sample, len(chain), opening.round)
                parent = chain[-1].id if chain else opening.parent
                reply = await caller(self._request(opening, chain), name, parent)
                if reply is None:
                    return
                chain.append(self.settle(name, reply.text))
        except StoppedError:
            return

    def settle(self, name: str, reply: str) -> Candidate:
        """Translate an answer and keep what became of it."""
        candidate = self.journal.add_outcome(name, *translated(self.spec, reply, name))
        self.report(candidate)
        return candidate

    def _request(self, opening: Opening, chain: Sequence[Candidate]) -> Request:
        messages = opening.messages
        if chain:
            last = chain[-1]
            messages = repair_messages(messages, last.reply, last.errors, finish_reason=last.finish_reason)
        seed = self.settings.seed + opening.sample + _SEEDS_OF_A_REPAIR * len(chain)
        seed += _SEEDS_OF_A_ROUND * opening.round
        return Request(messages, self.settings.temperature, seed, self.settings.max_tokens)


def ask(
    run: Run, openings: Sequence[Opening], sampler: Sampler, stop: Callable[[], str | None]
) -> str | None:
    """Bring samples to their ends; returns why no more calls were made, None if nothing is left to ask."""

    def begin(caller: Caller) -> list[Coroutine[Any, Any, None]]:
        for record in run.journal.unread():
            run.settle(record["id"], record["text"])
        return [run.sample(opening, caller) for opening in openings]

    return at_once(run, sampler, begin, stop)


def at_once(
    run: Run,
    sampler: Sampler,
    begin: Callable[[Caller], Sequence[Coroutine[Any, Any, None]]],
    stop: Callable[[], str | None],
) -> str | None:
    """Run what makes calls at the same time, until all has ended or a stop is asked for; returns why."""

    async def together() -> str | None:
        caller = Caller(sampler, run.settings.calls, run.journal, stop)
        tasks = [asyncio.create_task(work) for work in begin(caller)]
        try:
            await _until_done(tasks, caller, stop, run.settings.calls.grace)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return caller.stopped

    return asyncio.run(together())


async def _until_done(
    tasks: Sequence[asyncio.Task[None]],
    caller: Caller,
    stop: Callable[[], str | None],
    grace: float,
) -> None:
    """Wait for all tasks; once a stop is asked for, only as long as the grace."""
    loop, deadline = asyncio.get_running_loop(), None
    waiting: set[asyncio.Task[None]] = set(tasks)
    while waiting and (deadline is None or loop.time() < deadline):
        done, waiting = await asyncio.wait(waiting, timeout=_POLL, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
        why = stop()
        if why and deadline is None:
            caller.stop(why)
            deadline = loop.time() + grace


def _chain(candidates: Sequence[Candidate], index: int, round_number: int = 0) -> list[Candidate]:
    return [one for one in candidates if (one.round, one.sample) == (round_number, index)]


def translated(spec: TaskSpec, reply: str, name: str) -> tuple[str, str]:
    """The program in an answer, and what is wrong with it; one of the two is empty.

    The program is the block of the answer that means the same as the whole; where the policy is put together
    from several blocks, it is the whole answer, which `priors.translate` takes as well.
    """
    try:
        meaning = _meaning(spec, reply, name)
    except PriorError as error:
        return "", error.for_prompt()
    for block in reversed(blocks(reply)):
        text = block.strip("\n") + "\n"
        try:
            if _meaning(spec, text, name) == meaning:
                return text, ""
        except PriorError:
            continue
    return reply, ""


def _meaning(spec: TaskSpec, text: str, name: str) -> tuple[list[float], list[str]]:
    sizes = {"observation_size": spec.observation_size, "action_size": spec.action_size}
    prior = translate(text, name=name, **sizes)
    return [float(value) for value in prior.parameters.values()], [branch.text for branch in prior.branches]


def summarise(settings: GenerateSettings, journal: Journal, stopped: str | None) -> Summary:
    """Count what the journal holds."""
    candidates = journal.candidates()
    chains = [_chain(candidates, index) for index in range(settings.samples)]
    programs = [chain for chain in chains if chain and chain[-1].translated]
    refused = [chain for chain in chains if len(chain) > settings.repairs and not chain[-1].translated]
    return Summary(
        asked=settings.samples,
        at_once=sum(len(chain) == 1 for chain in programs),
        repaired=sum(len(chain) > 1 for chain in programs),
        refused=len(refused),
        open=settings.samples - len(programs) - len(refused),
        spent=spending(journal.records),
        stopped=stopped,
        programs=tuple(journal.folder / f"{chain[-1].id}.py" for chain in programs),
        distinct=len({chain[-1].program for chain in programs}),
    )
