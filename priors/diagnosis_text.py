"""A diagnosis as text for a language model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from envs import Quantity
from priors.diagnosis import END, START, Diagnosis, Phase, Use

_MOST_ENTRIES = 24
_SAME_SHARE = 0.05  # good and bad episodes take a branch alike up to this difference


def describe(found: Diagnosis) -> str:
    """The diagnosis in words and tables, in Markdown."""
    sections = (_outcome, _rewards, _phases, _end, _movement, _branches)
    return "\n".join(line for section in sections for line in section(found)).rstrip() + "\n"


def _outcome(found: Diagnosis) -> Iterator[str]:
    returns, lengths = found.returns, found.lengths
    yield "## Outcome"
    yield ""
    yield (
        f"{len(returns)} episodes: return {returns.mean():.0f} on average, {returns.max():.0f} in the best "
        f"and {returns.min():.0f} in the worst; {lengths.mean():.0f} steps on average, of at most "
        f"{found.spec.max_episode_steps}."
    )
    ends = {
        "ended by the task (it failed)": found.terminated,
        "reached the time limit": found.truncated,
        "broke the simulation": found.faults,
    }
    yield "; ".join(f"{count} {what}" for what, count in ends.items() if count) + "."
    yield ""


def _rewards(found: Diagnosis) -> Iterator[str]:
    yield "## Reward per step"
    yield ""
    yield "| part | best quarter of the episodes | worst quarter |"
    yield "|---|---|---|"
    for name, value in found.good.items():
        yield f"| {name.removeprefix('reward_')} | {value:.3f} | {found.bad[name]:.3f} |"
    yield ""


def _phases(found: Diagnosis) -> Iterator[str]:
    yield "## Phases, mean ± standard deviation"
    yield ""
    yield (
        f"The end is the last {END} steps of the episodes that failed, the start the first {START} steps, "
        "the middle what lies between."
    )
    yield ""
    shown = [phase for phase in found.observations if not np.isnan(phase.mean).any()]
    yield f"| entry | unit | {' | '.join(phase.name for phase in shown)} |"
    yield "|---|---|" + "---|" * len(shown)
    for index in _most_telling(shown):
        yield _row(found.spec.observation[index], shown, index)
    names = {phase.name for phase in shown}
    shown = [phase for phase in found.actions if phase.name in names]
    for index, entry in enumerate(found.spec.action):
        yield _row(entry._replace(name=f"action {entry.name}"), shown, index)
    yield ""


def _most_telling(phases: Sequence[Phase]) -> np.ndarray:
    """Indices, ascending, of the entries whose means differ most between the phases, in their own spread."""
    means, spread = np.stack([phase.mean for phase in phases]), np.stack([phase.std for phase in phases])
    difference = np.ptp(means, axis=0) / np.maximum(spread.mean(axis=0), 1e-3)
    return np.sort(np.argsort(-difference, kind="stable")[:_MOST_ENTRIES])


def _row(entry: Quantity, phases: Sequence[Phase], index: int) -> str:
    cells = (f"{phase.mean[index]:.2f} ± {phase.std[index]:.2f}" for phase in phases)
    return f"| {entry.name} | {entry.unit} | {' | '.join(cells)} |"


def _end(found: Diagnosis) -> Iterator[str]:
    yield "## How episodes end"
    yield ""
    failures = found.terminated + found.faults
    if not failures:
        yield "No episode failed."
        yield ""
        return
    early = np.sort(found.lengths)[:failures]
    yield (
        f"Failures came after {np.median(early):.0f} steps (median; {early.min()} to {early.max()}). "
        f"The rule: {found.spec.termination}"
    )
    for departure in found.departures:
        entry = departure.entry
        yield (
            f"- {entry.name} ({entry.meaning}) was {departure.last:.2f} {entry.unit} when it failed; usually "
            f"it is {departure.mean:.2f} ± {departure.std:.2f}"
        )
    yield ""


def _movement(found: Diagnosis) -> Iterator[str]:
    yield "## Movement"
    yield ""
    for rhythm, saturated in zip(found.rhythms, found.saturated, strict=True):
        if rhythm.period is None:
            words = "has no steady rhythm"
        else:
            words = f"repeats every {rhythm.period:.0f} steps ({rhythm.period * found.spec.time_step:.2f} s)"
        yield f"- {rhythm.entry.name} {words}; it is at its limit in {saturated:.0%} of the steps"
    yield ""


def _branches(found: Diagnosis) -> Iterator[str]:
    if not found.uses:
        return
    yield "## Which branches ran"
    yield ""
    for use in found.uses:
        where = f"- line {use.branch.line}, `{use.branch.text}`"
        words = _holds(use.share)
        if not np.isnan(use.before_failure):
            words += f", and in {use.before_failure:.0%} of the last {END} before a failure"
        yield f"{where}: {words}{_compared(use)}"
    yield ""


def _holds(share: float) -> str:
    if np.isnan(share):
        return "never reached"
    return {0.0: "never true", 1.0: "always true"}.get(share, f"true in {share:.0%} of the steps")


def _compared(use: Use) -> str:
    """How the best and the worst episodes took a branch; empty where they took it alike."""
    reached = ~np.isnan([use.good, use.bad])
    if not reached.any() or (reached.all() and abs(use.good - use.bad) <= _SAME_SHARE):
        return ""
    return f"; in the best quarter of the episodes {_holds(use.good)}, in the worst quarter {_holds(use.bad)}"
