"""What the rows of a benchmark say: a table and a figure, made from the rows alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from camel_jax.dataset_measures import relative_coverage, trajectory_quality
from experiments.figures import SeedCurves, benchmark_curves
from experiments.published import PUBLISHED
from experiments.statistics import area_under_curve, bootstrap_interval, upper_bound
from experiments.tidy import Row


class Outcome(NamedTuple):
    """What one variant came to; arrays of seeds have their order.

    Attributes:
        task: name of the task.
        preset: name of the settings.
        prior: name or path of the prior, "none" for the plain agent.
        tuning_env_steps: that tuned the prior before.
        alone: return in Gymnasium of the prior alone, for the plain agent of uniform actions.
        env_steps: of the in-graph evaluations, `(points,)`.
        returns: the agent alone in them, `(seeds, points)`.
        last: return in Gymnasium of the policy at the end, `(seeds,)`.
        kept: of the one that did best in an in-graph evaluation, `(seeds,)`.
        data_return: mean return of the episodes collected, `(seeds,)`.
        data_coverage: distinct state-action pairs collected, `(seeds,)`.
    """

    task: str
    preset: str
    prior: str
    tuning_env_steps: int
    alone: float
    env_steps: np.ndarray
    returns: np.ndarray
    last: np.ndarray
    kept: np.ndarray
    data_return: np.ndarray
    data_coverage: np.ndarray

    @property
    def label(self) -> str:
        """What it is called in table and figure."""
        return f"{self.preset}, no prior" if self.prior == "none" else f"{self.preset} with {self.prior}"

    @property
    def area(self) -> np.ndarray:
        """Mean return over the environment steps, `(seeds,)`."""
        return area_under_curve(self.env_steps, self.returns)

    @property
    def early_area(self) -> np.ndarray:
        """Mean return over the first half of them, `(seeds,)`."""
        early = self.env_steps <= max(0.5 * self.env_steps[-1], self.env_steps[0])
        return area_under_curve(self.env_steps[early], self.returns[:, early])


def outcome_of(rows: Sequence[Row]) -> Outcome:
    """What the rows of a finished variant say."""
    (alone,) = (row for row in rows if row.seed is None)
    trained = [row for row in rows if row.seed is not None]
    first, seeds = trained[0], sorted({row.seed for row in trained if row.seed is not None})

    def by_seed(value: Callable[[Row], Any], policy: str, judge: str) -> np.ndarray:
        return np.array(
            [
                [value(row) for row in trained if (row.seed, row.policy, row.judge) == (seed, policy, judge)]
                for seed in seeds
            ],
            dtype=float,
        )

    def at_end(value: Callable[[Row], Any], policy: str) -> np.ndarray:
        return by_seed(value, policy, "gymnasium")[:, 0]

    return Outcome(
        task=first.task,
        preset=first.preset,
        prior=first.prior,
        tuning_env_steps=first.prior_tuning_env_steps,
        alone=alone.return_mean,
        env_steps=by_seed(lambda row: row.env_steps, "last", "in-graph")[0],
        returns=by_seed(lambda row: row.return_mean, "last", "in-graph"),
        last=at_end(lambda row: row.return_mean, "last"),
        kept=at_end(lambda row: row.return_mean, "kept"),
        data_return=at_end(lambda row: row.data_return_mean, "last"),
        data_coverage=at_end(lambda row: row.data_coverage, "last"),
    )


def compare(parts: Sequence[Sequence[Row]], figure: Path, console: Console) -> None:
    """Print the table and draw the figure of some finished variants, given the rows of each."""
    outcomes = [outcome_of(rows) for rows in parts]
    console.print(make_table(outcomes))
    draw(outcomes, parts[0][0].task, figure)
    console.print(f"figure: {figure}")


def make_table(outcomes: Sequence[Outcome]) -> Table:
    """A column for each variant; what is relative is so to the same preset without prior, if there."""
    plain = {found.preset: found for found in outcomes if found.prior == "none"}
    columns = [_measures(found, plain.get(found.preset)) for found in outcomes]
    table = Table("agent alone", *(found.label for found in outcomes))
    for name in columns[0]:
        table.add_row(name, *(column[name] for column in columns))
    return table


def _measures(found: Outcome, plain: Outcome | None) -> dict[str, str]:
    """What one variant came to, as text by what it means."""
    low, high = bootstrap_interval(found.last)
    ratios, quality, coverage = (("–", "–"), "–", "–") if plain is None else _relative(found, plain)
    published, bound = _published(found)
    return {
        "seeds": str(len(found.last)),
        "mean return over env steps (area)": f"{found.area.mean():,.0f}",
        "area in the first half": f"{found.early_area.mean():,.0f}",
        "area / plain agent's": ratios[0],
        "the same in the first half": ratios[1],
        "last policy, Gymnasium": f"{found.last.mean():,.0f}",
        "  95 % bootstrap interval": f"{low:,.0f} to {high:,.0f}",
        "  worst seed": f"{found.last.min():,.0f}",
        "  upper 95 % bound of the mean, one-sided": bound,
        "published then: SAC; the best": published,
        "kept policy, Gymnasium": f"{found.kept.mean():,.0f}",
        "prior alone, Gymnasium": "–" if found.prior == "none" else f"{found.alone:,.0f}",
        "TQ of data (random 0, plain 1)": quality,
        "SACo of data (plain 1)": coverage,
    }


def _published(found: Outcome) -> tuple[str, str]:
    """What is published of plain agents after as many steps, and what bounds this one's mean, as text."""
    # Runs are rounded up to whole chunks.
    steps = 1_000 * int(found.env_steps[-1] // 1_000)
    reference = PUBLISHED.get((found.task, steps))
    if reference is None or found.prior != "none":
        return "–", "–"
    return f"{reference.sac:,.0f}; {reference.best:,.0f} ({reference.by})", f"{upper_bound(found.last):,.0f}"


def _relative(found: Outcome, plain: Outcome) -> tuple[tuple[str, str], str, str]:
    """Areas, trajectory quality and coverage relative to the plain agent's, as text."""
    expert = plain.data_return.mean()
    quality = trajectory_quality(found.data_return.mean(), minimum=plain.alone, expert=expert)
    coverage = relative_coverage(found.data_coverage.mean(), plain.data_coverage.mean())
    # A ratio to what is not above zero, or a scale without length, says nothing.
    return (
        (_ratio(found.area, plain.area), _ratio(found.early_area, plain.early_area)),
        f"{quality:.2f}" if expert > plain.alone else "–",
        f"{coverage:.2f}",
    )


def _ratio(found: np.ndarray, plain: np.ndarray) -> str:
    return f"{found.mean() / plain.mean():.2f}" if plain.mean() > 0 else "–"


def draw(outcomes: Sequence[Outcome], task: str, path: Path) -> None:
    """Draw the learning curves of some variants of a task."""
    with_prior = [found for found in outcomes if found.prior != "none"]
    seeds = max(len(found.last) for found in outcomes)
    tuned = {found.prior: found.tuning_env_steps for found in with_prior if found.tuning_env_steps}
    lines = [
        f"agent alone (ε = 0): mean of {seeds} seeds with 95 % bootstrap interval; thin lines: each seed",
        *(f"{steps:,} more env steps tuned {prior} before" for prior, steps in tuned.items()),
    ]
    benchmark_curves(
        path,
        title=task,
        subtitle="\n".join(lines),
        curves=[SeedCurves(found.label, found.env_steps, found.returns) for found in outcomes],
        references={f"{found.prior} alone": found.alone for found in with_prior},
    )
