"""Calls to a model under hard caps: each is counted before it begins, and a failed one is tried again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from envs import InputError
from priors.journal import Journal
from priors.sampler import HOPELESS, RETRIED, UNBILLED, CallError, Message, Prices, Reply, Request, Sampler

_LONGEST_WAIT = 60.0  # seconds of back-off
_TOKENS_PER_MESSAGE = 16  # what a service adds to each turn
_MAX_CALLS, _MAX_COST = "--max-calls", "--max-cost"


@dataclass(frozen=True)
class CallSettings:
    """How often and how much to call.

    Attributes:
        max_calls: most calls of a folder, over all its runs; repairs and retries count.
        max_cost: most dollars of a folder, likewise; None for no cap.
        retries: how often a call that failed is tried again.
        concurrency: calls at the same time.
        backoff: seconds before the first retry; doubled with each, and varied by half.
        patience: most seconds to wait where a service says when it wants to be asked again.
        grace: seconds that calls in flight get to end when the run is asked to stop.
    """

    max_calls: int = 100
    max_cost: float | None = None
    retries: int = 4
    concurrency: int = 4
    backoff: float = 1.0
    patience: float = 120.0
    grace: float = 20.0

    def __post_init__(self) -> None:
        """Refuse what makes no sense.

        Raises:
            InputError: a number is out of range.
        """
        for name, least in (("max_calls", 1), ("concurrency", 1), ("retries", 0), ("backoff", 0.0)):
            if not getattr(self, name) >= least:
                raise InputError(f"{name} is {getattr(self, name)}; it must be at least {least}")
        if self.max_cost is not None and not self.max_cost > 0:
            raise InputError(f"max_cost is {self.max_cost}; it must be above 0")

    def require_prices(self, prices: Prices | None) -> None:
        """Refuse a cap on cost that cannot be held.

        Raises:
            InputError: there is one, and the price of the model is not known.
        """
        if self.max_cost is not None and prices is None:
            raise InputError(
                "max_cost cannot be held, for no price of this model is known; "
                "leave it out: max_calls and max_tokens are caps as well"
            )


class StoppedError(Exception):
    """No more calls: the run is asked to stop, a cap is reached, or every further call would fail as well."""


class Caller:
    """Makes the calls of a run.

    A call of unknown cost (no answer came, the table of prices does not know it, or the process was killed
    meanwhile) counts with the most that it may have cost, so that the cap on cost holds.

    Attributes:
        stopped: why no more calls are made; None while they are.
    """

    def __init__(
        self,
        sampler: Sampler,
        settings: CallSettings,
        journal: Journal,
        poll: Callable[[], str | None] = lambda: None,
    ) -> None:
        """Count what the journal holds.

        Args:
            sampler: makes one call to a model.
            settings: caps, retries and concurrency.
            journal: where calls and answers are kept.
            poll: looked at before each call; what it returns says why none shall begin.

        Raises:
            InputError: there is a cap on cost, and the price of the model is not known.
        """
        settings.require_prices(sampler.prices)
        self.stopped: str | None = None
        self._sampler = sampler
        self._settings = settings
        self._journal = journal
        self._poll = poll
        self._room = asyncio.Semaphore(settings.concurrency)
        self._stop = asyncio.Event()
        self._random = random.Random()

    def stop(self, why: str) -> None:
        """Begin no more calls."""
        self.stopped = self.stopped or why
        self._stop.set()

    async def __call__(
        self, request: Request, name: str, parent: str | None = None, *, verdict: str | None = None
    ) -> Reply | None:
        """Ask until an answer comes and is on the disk; None if none came.

        Args:
            request: what to ask.
            name: of the candidate that is asked for, or of the verdict.
            parent: the candidate that it is about.
            verdict: the model whose verdict the answer is; None for a candidate.

        Raises:
            StoppedError: no more calls are made.
        """
        async with self._room:  # also while it waits: a busy server gets fewer calls
            for attempt in range(self._settings.retries + 1):
                try:
                    return await self._once(request, name, parent, verdict)
                except CallError as failure:
                    wait = self._wait(attempt, failure)
                if wait is None:
                    return None
                await self._sleep(wait)
        return None

    async def _once(self, request: Request, name: str, parent: str | None, verdict: str | None) -> Reply:
        self._require_room(request)
        call = self._journal.begin_call(name, bound(request, self._sampler.prices))
        try:
            reply = await self._sampler(request)
        except CallError as error:
            used = error.usage
            if used.cost is None and error.reason in UNBILLED:
                used = used._replace(cost=0.0)
            self._journal.add_failure(call, error.reason, error.detail, used)
            raise
        except BaseException:
            self.stop("a fault ended the run")  # before another sample takes this one's place
            raise
        self._journal.add_reply(call, name, parent, request, reply, verdict=verdict)
        return reply

    def _require_room(self, request: Request) -> None:
        """Refuse a call that may break a cap, or that would begin after the run was asked to stop."""
        if self.stopped is None and (why := self._poll()):
            self.stop(why)
        settings, spent = self._settings, spending(self._journal.records)
        if self.stopped is None and spent.calls >= settings.max_calls:
            self.stop(f"the cap of {settings.max_calls} calls is reached ({_MAX_CALLS})")
        most = bound(request, self._sampler.prices)
        if self.stopped is None and settings.max_cost is not None and most is not None:
            committed = spent.cost + spent.uncertain
            if committed + most > settings.max_cost:
                self.stop(
                    f"the next call may cost ${most:.4f}, and ${committed:.4f} of ${settings.max_cost:g} are "
                    f"spent or committed ({_MAX_COST})"
                )
        if self.stopped is not None:
            raise StoppedError(self.stopped)

    def _wait(self, attempt: int, failure: CallError) -> float | None:
        """Seconds until the next attempt; None if there is none."""
        retry_after = failure.retry_after
        if attempt == self._settings.retries or failure.reason not in RETRIED:
            if failure.reason in HOPELESS:
                times = f"; tried {attempt + 1} times" if attempt else ""
                self.stop(f"{failure.reason}: {failure.detail}{times}")
            return None
        if retry_after is not None and retry_after > self._settings.patience:
            self.stop(f"{failure.reason}: the service wants to be asked again in {retry_after:,.0f} s")
            return None
        delay = min(self._settings.backoff * 2**attempt, _LONGEST_WAIT) * self._random.uniform(0.5, 1.5)
        return max(delay, retry_after or 0.0)

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return


@dataclass(frozen=True)
class Spending:
    """What the calls of a journal have used.

    Attributes:
        calls: calls begun.
        tokens_in: tokens of questions, where the service counts them; failed calls included.
        tokens_out: tokens of answers, likewise.
        cost: dollars of the calls whose cost is known.
        uncertain: the most dollars that the others may have cost, as far as prices are known.
        unpriced: calls that may have cost something, no matter how much, for no price is known.
        lost: calls that began and of which nothing more is known: the process ended meanwhile.
        failures: how many calls failed, by reason.
        details: what was said of the latest of them, by reason.
    """

    calls: int
    tokens_in: int
    tokens_out: int
    cost: float
    uncertain: float
    unpriced: int
    lost: int
    failures: dict[str, int]
    details: dict[str, str]


def spending(records: Sequence[dict[str, Any]]) -> Spending:
    """Add up the calls of a journal."""
    calls = [record for record in records if record["record"] == "call"]
    ended = {
        record["call"]: record for record in records if record["record"] in ("reply", "verdict", "failure")
    }
    failures: dict[str, int] = {}
    details: dict[str, str] = {}
    for record in ended.values():
        if record["record"] == "failure":
            failures[record["reason"]] = failures.get(record["reason"], 0) + 1
            details[record["reason"]] = record["detail"]
    costs = {call["call"]: ended.get(call["call"], {}).get("cost") for call in calls}
    return Spending(
        calls=len(calls),
        tokens_in=sum(record.get("tokens_in") or 0 for record in ended.values()),
        tokens_out=sum(record.get("tokens_out") or 0 for record in ended.values()),
        cost=sum(cost for cost in costs.values() if cost is not None),
        uncertain=sum(call["bound"] or 0.0 for call in calls if costs[call["call"]] is None),
        unpriced=sum(costs[call["call"]] is None and call["bound"] is None for call in calls),
        lost=len(calls) - len(ended),
        failures=failures,
        details=details,
    )


def remedy(stopped: str | None, spent: Spending) -> str:
    """What must be done before a run that stopped so, or not at all, can go on; empty where nothing must."""
    if not stopped and "answer cut off" in spent.failures:
        return "raise --max-tokens"
    for option in (_MAX_CALLS, _MAX_COST):
        if stopped and stopped.endswith(f"({option})"):
            return f"raise {option}"
    return "mend that" if stopped and stopped.startswith(("key refused:", "not found:")) else ""


def bound(request: Request, prices: Prices | None) -> float | None:
    """The most dollars that a call may cost, as no token is shorter than a byte; None without prices."""
    if prices is None:
        return None
    return prices.tokens_in * _bytes(request.messages) + prices.tokens_out * request.max_tokens


def _bytes(messages: Sequence[Message]) -> int:
    texts = sum(len(message.content.encode()) + _TOKENS_PER_MESSAGE for message in messages)
    return texts + sum(len(image) for message in messages for image in message.images)
