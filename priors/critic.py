"""Verdicts on a program: a model reads what it did and names the lines to blame, several times.

One verdict of a model is noise. Only lines that more than half of the votes blame are told to the model that
improves the program, so that the credit for a failure lands where several readers see it. It is half of the
votes that were asked for: the one that came while the others failed is still one verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_LINE = re.compile(
    r"^\W*LINES?\s+(\d+)(?:\s*(?:-|–|to)\s*(\d+))?\s*:\s*(\S.*)$", re.IGNORECASE | re.MULTILINE
)
_MAX_FAULTS = 5  # of one vote: who blames every line blames none
_MAX_REASON = 300  # characters


class Fault(NamedTuple):
    """What one vote blames: lines from `first` to `last`, counted from 1, and why."""

    first: int
    last: int
    reason: str


def faults(verdict: str, lines: int) -> tuple[Fault, ...]:
    """What a verdict blames; only what has the asked form and lies within a program of so many lines."""
    found = []
    for first, last, reason in _LINE.findall(verdict):
        start, stop = int(first[:9]), int((last or first)[:9])
        if 1 <= start <= stop <= lines:
            found.append(Fault(start, stop, reason.strip()[:_MAX_REASON]))
    return tuple(found[:_MAX_FAULTS])


def agreed(votes: Iterable[Iterable[Fault]], asked: int) -> tuple[tuple[int, int, int], ...]:
    """Stretches `(first, last, votes)` of lines that more than half of the votes blame.

    Neighbouring lines with as many votes are one stretch. A vote counts once for a line.

    Args:
        votes: those that came.
        asked: how many were asked for.
    """
    blamed: dict[int, int] = {}
    for vote in votes:
        for line in {line for fault in vote for line in range(fault.first, fault.last + 1)}:
            blamed[line] = blamed.get(line, 0) + 1
    stretches: list[tuple[int, int, int]] = []
    for line, count in sorted(blamed.items()):
        if 2 * count <= asked:
            continue
        if stretches and stretches[-1][1:] == (line - 1, count):
            stretches[-1] = (stretches[-1][0], line, count)
        else:
            stretches.append((line, line, count))
    return tuple(stretches)


def told(program: str, votes: Sequence[Sequence[Fault]], asked: int) -> str:
    """The verdict in words: agreed lines with their text and the reasons given; empty if none agree.

    Arguments as in `agreed`.
    """
    source, parts = program.splitlines(), []
    for first, last, count in agreed(votes, asked):
        where = f"line {first}" if first == last else f"lines {first} to {last}"
        reasons = [f.reason for vote in votes for f in vote if f.first <= last and f.last >= first]
        quoted = "\n".join(f"    {line}" for line in source[first - 1 : last])
        said = "\n".join(f"- {reason}" for reason in dict.fromkeys(reasons))
        parts.append(f"{count} of {asked} judges blame {where}:\n\n{quoted}\n\n{said}")
    return "\n\n".join(parts)
