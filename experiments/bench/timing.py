"""Taking turns: how several things are timed on a noisy machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def seconds(runs: Mapping[Name, Callable[[], object]], *, rounds: int) -> dict[Name, list[float]]:
    """Seconds of each run in each of `rounds` rounds, in which all take turns; one round before warms up."""
    times: dict[Name, list[float]] = {name: [] for name in runs}
    for index in range(rounds + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            if index:
                times[name].append(time.perf_counter() - start)
    return times


def median_ratio(numerators: list[float], denominators: list[float]) -> float:
    """Median of the ratios within a round: what slows a whole round down cancels."""
    return statistics.median(a / b for a, b in zip(numerators, denominators, strict=True))
