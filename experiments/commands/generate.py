"""`camel-jax generate`: ask a language model for programs."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from rich.console import Console
from tyro.conf import Positional, arg

import envs
from envs import InputError
from experiments.signals import StopRequest
from priors.calls import CallSettings, remedy
from priors.candidates import Candidate
from priors.generate import GenerateSettings, Summary, generate, source_of
from priors.journal import JOURNAL, Journal
from priors.redaction import redact_message, secrets_of
from priors.refine import Refined, RefineSettings, refine

_MAX_SHOWN = 300  # letters of what a server says, on the last screen


@dataclass(frozen=True)
class Generate:
    """Ask a language model for programs for a task. The same command goes on where it was stopped."""

    task: Positional[str]
    """Task to write programs for."""
    model: str
    """Model as litellm calls it, PROVIDER/NAME, such as openai/NAME; its key comes from the environment."""
    samples: Annotated[int, arg(aliases=("-n",))] = 16
    """Programs to ask for. More in the same folder makes those that are missing."""
    api_base: str | None = None
    """Address of a server that speaks the provider's protocol; with openai/NAME any OpenAI-compatible one."""
    temperature: float = 1.0
    """Temperature of the sampling, where the model takes one."""
    seed: int = 0
    """Seed of the first sample, where the model takes one; those of the others follow."""
    repairs: int = 3
    """How often a program that cannot be translated goes back with its errors."""
    max_tokens: int = 8192
    """Most tokens of an answer, a model's reasoning included."""
    max_calls: int = 100
    """Most calls, repairs and retries included; calls of earlier runs in the folder count."""
    max_cost: float | None = None
    """Most dollars, counted likewise; a call whose cost is not known counts with the most it may cost."""
    timeout: float = 120.0
    """Seconds that a call may take."""
    retries: int = 4
    """How often a call that failed (busy, broken or silent server) is tried again."""
    backoff: float = 1.0
    """Seconds before the first retry; doubled with each."""
    concurrency: int = 4
    """Calls at the same time."""
    rounds: int = 0
    """Rounds of refinement after that: the best programs go back with what they did in the simulator."""
    parents: int = 4
    """Programs that go back in a round."""
    round_samples: int = 8
    """Programs to ask for in a round."""
    episodes: int = 16
    """Episodes in which each program is tried for it."""
    critic: str | None = None
    """Model that says before a round which lines of each parent are to blame, in several votes."""
    critic_api_base: str | None = None
    """Address of the critic's server; that of --api-base if left out and the provider is the same."""
    votes: int = 3
    """Votes of the critic on each parent; more than half must agree."""
    images: bool = False
    """Show the models in a round how the programs move, a strip of frames; they must be able to see."""
    folder: Annotated[Path | None, arg(metavar="DIR")] = None
    """Folder for programs and journal; runs/generate/<task> if left out."""

    def __call__(self, console: Console) -> None:
        """Run the command."""
        from priors.client import Client, provider_of  # noqa: PLC0415 - httpx and, in it, litellm

        spec = envs.spec(self.task)
        settings = GenerateSettings(
            samples=self.samples,
            repairs=self.repairs,
            temperature=self.temperature,
            seed=self.seed,
            max_tokens=self.max_tokens,
            calls=CallSettings(
                max_calls=self.max_calls,
                max_cost=self.max_cost,
                retries=self.retries,
                concurrency=self.concurrency,
                backoff=self.backoff,
            ),
        )
        client = Client(self.model, api_base=self.api_base, timeout=self.timeout)
        settings.calls.require_prices(client.prices)
        refining = self._refining()
        critic = None
        if refining and self.critic:
            address = self.critic_api_base
            # The key of one provider must not reach the server of another.
            if address is None and self.api_base and provider_of(self.critic) == client.provider:
                address = self.api_base
            critic = Client(self.critic, api_base=address, timeout=self.timeout)
            settings.calls.require_prices(critic.prices)
        folder = self.folder or Path("runs") / "generate" / self.task
        source = source_of(spec, settings, self.model, client.address, client.takes)
        with Journal(folder, source) as journal, StopRequest() as request:
            for note in journal.notes:
                console.print(f"note: {note}")

            def stop() -> str | None:
                if request.requested and not told:
                    told.append(request.requested)
                    console.print(f"{told[0]}: calls in flight get {settings.calls.grace:g} s to end")
                return request.requested

            told: list[str] = []

            def report(found: Candidate) -> None:
                console.print(_line(found))

            summary = generate(spec, client, settings, journal, stop=stop, report=report)
            refined = None
            if refining and summary.programs and not summary.stopped:
                from experiments.program_judge import ProgramJudge  # noqa: PLC0415 - seconds of imports

                console.print("trying the programs in the simulator")
                judge = ProgramJudge(spec, folder, episodes=self.episodes)
                refined = refine(
                    spec,
                    client,
                    judge,
                    journal,
                    settings=refining,
                    asking=settings,
                    critic=critic,
                    stop=stop,
                    report=report,
                )
        show(console, self, folder, replace(summary, spent=refined.spent) if refined else summary)
        if refined:
            show_refined(console, self, folder, refined)
        _leave(summary, request.requested)

    def _refining(self) -> RefineSettings | None:
        """How to refine; None if that is not asked for.

        Raises:
            InputError: a number is out of range.
        """
        if self.rounds == 0:
            return None
        if self.episodes < 1:
            raise InputError(f"episodes is {self.episodes}; it must be at least 1")
        return RefineSettings(self.rounds, self.parents, self.round_samples, self.votes, self.images)


def show_refined(console: Console, command: Generate, folder: Path, refined: Refined) -> None:
    """What the rounds have come to."""
    scores = ", ".join(f"{score:,.0f}" for score in refined.best_of_round)
    console.print(f"best return up to each round: {scores}; {refined.env_steps:,} env steps", style="bold")
    for judged in refined.ranking[:5]:
        parent = f", from {judged.candidate.parent}" if judged.candidate.parent else ""
        console.print(f"  {judged.candidate.id:<8} {judged.feedback.score:10,.0f}{parent}")
    if refined.stopped:
        console.print(f"stopped: {refined.stopped}")
        console.print(f"next:    {_going_on(refined)}")
    best = shlex.quote(str(folder / f"{refined.ranking[0].candidate.id}.py"))
    console.print(f"next:    camel-jax tune {best} --task {command.task} --minutes 10")


def show(console: Console, command: Generate, folder: Path, summary: Summary) -> None:
    """The last screen: what was asked, what came, what it cost, where it lies and what to do next."""
    spent = summary.spent
    programs = len(summary.programs)
    console.print(
        f"{command.task}: {_count(programs, 'program')} of {_count(summary.asked, 'sample')}: "
        f"{summary.at_once} translated at once, {summary.repaired} after repairs, {summary.refused} refused, "
        f"{summary.open} not finished",
        style="bold",
    )
    failures = [f"{count} {reason}" for reason, count in sorted(spent.failures.items())]
    lost = [f"{spent.lost} without an end that is known"] if spent.lost else []
    failed = ", ".join([*failures, *lost]) or "none"
    answered = spent.calls - sum(spent.failures.values()) - spent.lost
    console.print(f"calls:   {spent.calls} of {command.max_calls}: {answered} answered; failed: {failed}")
    for reason, detail in sorted(spent.details.items()):
        if detail and detail not in (summary.stopped or ""):
            console.print(f"failed:  {reason}: {_shown(detail)}")
    console.print(f"tokens:  {spent.tokens_in:,} in, {spent.tokens_out:,} out; {_cost(summary)}")
    if summary.distinct < programs:
        console.print(f"note:    {summary.distinct} of the {programs} programs differ from each other")
    if summary.stopped:
        console.print(f"stopped: {summary.stopped}")
    console.print(f"folder:  {folder}: the programs, and {JOURNAL}, which tells where each comes from")
    if summary.open:
        going_on = _going_on(summary)
        console.print(f"next:    {going_on}; nothing that was answered is asked for again")
    if programs:
        console.print(f"next:    camel-jax screen {command.task} {shlex.quote(str(folder))}")


def _going_on(ended: Summary | Refined) -> str:
    before = remedy(ended.stopped, ended.spent)
    return f"{before}, then the same command goes on" if before else "the same command goes on"


def _shown(detail: str) -> str:
    """A server's words as the last screen has them: one line, no keys, no more than a few hundred letters.

    The client keeps keys out of the journal, but other runs and other samplers may have written it.
    """
    letters = "".join(letter if letter.isprintable() else " " for letter in detail)
    line = redact_message(" ".join(letters.split()), secrets_of(os.environ))
    return line if len(line) <= _MAX_SHOWN else f"{line[:_MAX_SHOWN]} …"


def _cost(summary: Summary) -> str:
    spent = summary.spent
    if spent.unpriced and not (spent.cost or spent.uncertain):
        return "cost not known"
    parts = [f"${spent.cost:.4f}"]
    if spent.uncertain:
        parts.append(f"up to ${spent.uncertain:.4f} for calls of which the cost is not known")
    if spent.unpriced:
        parts.append(f"{_count(spent.unpriced, 'call')} without a known price")
    return ", ".join(parts)


def _line(candidate: Candidate) -> str:
    if candidate.translated:
        return f"{candidate.id:<8} translated"
    first, *others = candidate.errors.splitlines()
    return f"{candidate.id:<8} refused: {first}" + (f" (and {len(others)} more)" if others else "")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")


def _leave(summary: Summary, requested: str | None) -> None:
    """Status of a process that its signal ended; 1 if there is no program."""
    if requested:
        sys.exit(128 + signal.Signals[requested])
    if not summary.programs:
        why = summary.stopped or "every answer was refused or failed; see above"
        sys.stderr.write(
            f"camel-jax: no program came out: {why}. Programs that ship need no model: `camel-jax priors`\n"
        )
        sys.exit(1)
