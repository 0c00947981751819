"""Trying programs, one after the other, and keeping what came of it: the simulator's part in refinement.

What a program did is the business of a `Judge`; here its answers go into the journal, each before the next
program is tried, so that a run which is stopped or killed loses one trial at most.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from priors.candidates import Candidate
from priors.journal import Journal


class Feedback(NamedTuple):
    """How a program did.

    Attributes:
        score: what it is worth; more is better.
        text: what an expert would tell its author: statistics by phase, moment and cause of failure, parts of
            the reward, branches taken, good rollouts against bad ones.
        env_steps: that were simulated to find out.
    """

    score: float
    text: str
    env_steps: int = 0


class Picture(NamedTuple):
    """How a program moves, for a model that can see.

    Attributes:
        files: names of PNG files in the candidates' folder.
        env_steps: that were simulated to draw them.
    """

    files: Sequence[str]
    env_steps: int = 0


class Judge(Protocol):
    """Tries programs in a simulator."""

    @property
    def episodes(self) -> int:
        """In which each program is tried; scores over another number are not compared with its own."""

    def __call__(self, candidate: Candidate) -> Feedback:
        """How a program did."""

    def draw(self, candidate: Candidate) -> Picture:
        """Draw how a program moves; asked for programs that go back to a model that can see, once each."""


class Judged(NamedTuple):
    """A candidate and how it did."""

    candidate: Candidate
    feedback: Feedback


def try_all(journal: Journal, judge: Judge, stop: Callable[[], str | None]) -> str | None:
    """Try the programs that the judge has not tried; returns why some are left, None if none are.

    The first program of a folder is tried in any case, so that there is one to go on with.
    """
    known = set(_feedback(journal, judge))
    for candidate in journal.candidates():
        if not candidate.translated or candidate.id in known:
            continue
        if known and (why := stop()):
            return why
        found = judge(candidate)
        # A score that is no number is worse than every other, and JSON has no place for it.
        score = found.score if math.isfinite(found.score) else -1e30
        journal.add_feedback(candidate.id, score, found.text, found.env_steps, judge.episodes)
        known.add(candidate.id)
    return None


def ranking(journal: Journal, judge: Judge) -> tuple[Judged, ...]:
    """The programs that the judge has tried, the best first; of equals the older."""
    known = _feedback(journal, judge)
    judged = [Judged(one, known[one.id]) for one in journal.candidates() if one.id in known]
    return tuple(sorted(judged, key=lambda one: (-one.feedback.score, one.candidate.round)))


def _feedback(journal: Journal, judge: Judge) -> dict[str, Feedback]:
    """What is known of each program by as many episodes as the judge's. Old journals do not tell how many."""
    return {
        record["id"]: Feedback(record["score"], record["text"], record["env_steps"])
        for record in journal.records
        if record["record"] == "feedback" and record.get("episodes") == judge.episodes
    }


def draw_all(
    journal: Journal, judge: Judge, candidates: Iterable[Candidate], stop: Callable[[], str | None]
) -> str | None:
    """Draw the programs that were never drawn; returns why no more is done, None if nothing says so."""
    for candidate in candidates:
        if pictures(journal, candidate) is None:
            journal.add_picture(candidate.id, *judge.draw(candidate))
            if why := stop():
                return why
    return None


def pictures(journal: Journal, candidate: Candidate) -> tuple[str, ...] | None:
    """Names of the files that show a program; None if it was never drawn."""
    drawn = [
        tuple(record["images"])
        for record in journal.records
        # Old journals have the names in the feedback, and none where nothing was drawn.
        if record["record"] == "picture" or (record["record"] == "feedback" and record.get("images"))
        if record["id"] == candidate.id
    ]
    return drawn[-1] if drawn else None
