"""What an expert looks for in the episodes of a program: how they go, how they end, and what ran.

Only figures of recorded episodes: nothing here knows how a task is solved. `diagnosis_text.py` has the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from envs import Quantity, TaskSpec
from priors.prior import Branch
from priors.trace import Trace

START, END = 50, 25
"""Steps of an episode that are its start, and of one that failed that are its end."""
_ALIKE = 0.05
"""Good and bad episodes are told apart where their returns differ by more than this share."""


class Phase(NamedTuple):
    """A part of the episodes.

    Attributes:
        name: what it is.
        mean: of each entry over its steps, `(entries,)`; NaN where it has no steps.
        std: likewise.
    """

    name: str
    mean: np.ndarray
    std: np.ndarray


class Departure(NamedTuple):
    """An entry that left its usual range before the end: its usual mean and spread, and where it ended."""

    entry: Quantity
    mean: float
    std: float
    last: float

    @property
    def distance(self) -> float:
        """From the usual mean, in standard deviations."""
        return abs(self.last - self.mean) / max(self.std, 1e-3)


class Use(NamedTuple):
    """How often the test of a branch holds where it is reached: shares from 0 to 1, NaN where it was not.

    Attributes:
        branch: the branch.
        share: in all steps.
        before_failure: in the last steps before a failure.
        good: in the better quarter of the episodes; NaN where good and bad ones are alike.
        bad: in the worse quarter, likewise.
    """

    branch: Branch
    share: float
    before_failure: float
    good: float
    bad: float


class Rhythm(NamedTuple):
    """Steps after which an action entry repeats itself, as the mean over episodes; None if it does not."""

    entry: Quantity
    period: float | None


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What the episodes of a program were like.

    Attributes:
        spec: the task.
        returns: of each episode, `(episodes,)`.
        lengths: in steps, likewise.
        terminated: how many of them the task ended; likewise
        truncated: the time limit,
        faults: a simulation that broke down.
        good: reward per step by its parts in the better quarter of the episodes.
        bad: in the worse quarter.
        observations: by phase.
        actions: by phase.
        saturated: share of the steps in which an action entry is at its limit, `(action_size,)`.
        departures: entries that left their usual range before failures, the furthest first.
        rhythms: of the action's entries.
        uses: of the branches.
    """

    spec: TaskSpec
    returns: np.ndarray
    lengths: np.ndarray
    terminated: int
    truncated: int
    faults: int
    good: dict[str, float]
    bad: dict[str, float]
    observations: tuple[Phase, ...]
    actions: tuple[Phase, ...]
    saturated: np.ndarray
    departures: tuple[Departure, ...]
    rhythms: tuple[Rhythm, ...]
    uses: tuple[Use, ...]


def diagnose(trace: Trace, spec: TaskSpec, branches: Sequence[Branch] = ()) -> Diagnosis:
    """Make a diagnosis of recorded episodes.

    Args:
        trace: the episodes.
        spec: their task, which names the entries.
        branches: of the program, in the order of `trace.taken`.
    """
    failed = trace.termination | trace.fault
    good, bad = _quarters(trace.returns)
    phases = _masks(trace, failed, good, bad)
    usual = phases["middle"] if phases["middle"].any() else phases["start"]
    return Diagnosis(
        spec=spec,
        returns=trace.returns,
        lengths=trace.lengths,
        terminated=int(trace.termination.sum()),
        truncated=int(trace.truncation.sum()),
        faults=int(trace.fault.sum()),
        good=_reward_per_step(trace, good),
        bad=_reward_per_step(trace, bad),
        observations=tuple(_phase(name, trace.observations, mask) for name, mask in phases.items()),
        actions=tuple(_phase(name, trace.actions, mask) for name, mask in phases.items()),
        saturated=(np.abs(trace.actions) > 0.999)[trace.alive].mean(axis=0),
        departures=_departures(trace, spec, usual, failed),
        rhythms=tuple(
            Rhythm(entry, _period(trace.actions[..., index], trace.lengths))
            for index, entry in enumerate(spec.action)
        ),
        uses=_uses(trace, branches, failed, good, bad),
    )


def _quarters(returns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the better and of the worse quarter of the episodes, one at least."""
    order = np.argsort(returns, kind="stable")
    count = max(1, len(order) // 4)
    return order[-count:], order[:count]


def _masks(trace: Trace, failed: np.ndarray, good: np.ndarray, bad: np.ndarray) -> dict[str, np.ndarray]:
    """Which steps belong to each phase, by name, `(steps, episodes)`; good and bad runs if they differ."""
    step = np.arange(len(trace.alive))[:, None]
    end = trace.alive & (step >= trace.lengths - END) & failed
    start = trace.alive & (step < START) & ~end
    middle = trace.alive & ~start & ~end
    masks = {"start": start, "middle": middle}
    if not _alike(trace.returns, good, bad):
        episode = np.arange(trace.alive.shape[1])
        masks |= {"good runs": middle & np.isin(episode, good), "bad runs": middle & np.isin(episode, bad)}
    return masks | {"before the end": end}


def _alike(returns: np.ndarray, good: np.ndarray, bad: np.ndarray) -> bool:
    best, worst = returns[good].mean(), returns[bad].mean()
    return best - worst <= _ALIKE * max(abs(best), abs(worst))


def _phase(name: str, values: np.ndarray, mask: np.ndarray) -> Phase:
    chosen = values[mask]
    if not len(chosen):
        nothing = np.full(values.shape[-1], np.nan)
        return Phase(name, nothing, nothing)
    return Phase(name, chosen.mean(axis=0), chosen.std(axis=0))


def _reward_per_step(trace: Trace, episodes: np.ndarray) -> dict[str, float]:
    steps = trace.lengths[episodes].sum()
    parts = {"all": trace.rewards, **trace.parts}
    return {name: float(values[:, episodes].sum() / steps) for name, values in parts.items()}


def _departures(trace: Trace, spec: TaskSpec, usual: np.ndarray, failed: np.ndarray) -> tuple[Departure, ...]:
    if not failed.any() or not usual.any():
        return ()
    last = trace.observations[trace.lengths[failed] - 1, np.flatnonzero(failed)]
    chosen = trace.observations[usual]
    mean, std, ended = chosen.mean(axis=0), chosen.std(axis=0), np.median(last, axis=0)
    found = [
        Departure(entry, float(mean[i]), float(std[i]), float(ended[i]))
        for i, entry in enumerate(spec.observation)
    ]
    far = [departure for departure in found if departure.distance > 2]
    return tuple(sorted(far, key=lambda departure: -departure.distance)[:5])


def _period(actions: np.ndarray, lengths: np.ndarray) -> float | None:
    """Mean over episodes of the first lag at which an entry agrees with itself again; None where most do not.

    Args:
        actions: of one entry, `(steps, episodes)`.
        lengths: of the episodes.
    """
    found = [_first_peak(actions[START:length, i]) for i, length in enumerate(lengths) if length > 3 * START]
    periods = [period for period in found if period is not None]
    return float(np.mean(periods)) if periods and 2 * len(periods) > len(found) else None


def _first_peak(x: np.ndarray) -> int | None:
    """Lag of the first peak of the autocorrelation that is about as high as its highest, and above 0.5.

    The highest itself may lie at a multiple of the period.
    """
    x = x - x.mean()
    power = float(x @ x)
    if power < 1e-6 * len(x):
        return None
    correlation = np.correlate(x, x, mode="full")[len(x) - 1 : len(x) - 1 + len(x) // 2] / power
    correlation *= len(x) / (len(x) - np.arange(len(correlation)))  # fewer products the further apart
    low = np.flatnonzero(correlation < 0.2)
    if not len(low):
        return None
    rest = correlation[low[0] :]
    if rest.max() <= 0.5:
        return None
    peaks = np.flatnonzero(
        (rest[1:-1] >= rest[:-2]) & (rest[1:-1] > rest[2:]) & (rest[1:-1] > 0.9 * rest.max())
    )
    return int(low[0] + 1 + peaks[0]) if len(peaks) else None


def _uses(
    trace: Trace, branches: Sequence[Branch], failed: np.ndarray, good: np.ndarray, bad: np.ndarray
) -> tuple[Use, ...]:
    step, episode = np.arange(len(trace.alive))[:, None], np.arange(trace.alive.shape[1])
    end = trace.alive & (step >= trace.lengths - END) & failed
    told_apart = trace.alive & (not _alike(trace.returns, good, bad))
    masks = (trace.alive, end, told_apart & np.isin(episode, good), told_apart & np.isin(episode, bad))

    def share(mask: np.ndarray, index: int) -> float:
        true, false = trace.taken[mask][:, index].sum(axis=0)
        return float(true / (true + false)) if true + false else float("nan")

    return tuple(
        Use(branch, *(share(mask, index) for mask in masks)) for index, branch in enumerate(branches)
    )
