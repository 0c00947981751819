"""What a person sees while a run goes on: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import time
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from camel_jax import Loop, Report, TrainState
from camel_jax.schedules import ReturnControlled, Scheduled


class ProgressReporter:
    """Shows environment steps, steps/s, epsilon, the last evaluated return and the time left.

    Args:
        total: environment steps of the run.
        console: where to write.
    """

    def __init__(self, total: int, console: Console):
        self._total = total
        self._console = console
        self._return = math.nan
        self._start = self._last_time = time.monotonic()
        self._last_step = 0
        self._told = False
        self._bar = Progress(
            TextColumn("{task.completed:,.0f} / {task.total:,.0f} env steps"),
            BarColumn(),
            TextColumn("{task.fields[status]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("train", total=total, status="compiling")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def update(self, report: Report) -> None:
        """Tell of one chunk; of many seeds the mean."""
        if not self._told and (notice := _notice(report)):
            self._console.print(notice)
        self._told = True
        metrics = {name: float(np.mean(value)) for name, value in report.metrics.items()}
        step, now = int(metrics["train/env_steps"]), time.monotonic()
        rate = (step - self._last_step) / max(now - self._last_time, 1e-9)
        self._last_step, self._last_time = step, now
        evaluated = "evaluation/return_mean" in metrics
        self._return = metrics.get("evaluation/return_mean", self._return)
        shown = "–" if math.isnan(self._return) else f"{self._return:,.0f}"
        status = f"{rate:,.0f} steps/s  ε {metrics['mask/epsilon']:.2f}  return {shown}"
        self._bar.update(self._task, completed=min(step, self._total), status=status)
        if evaluated and not self._console.is_terminal:
            left = (now - self._start) / step * max(self._total - step, 0)
            self._console.print(f"{step:>9,} / {self._total:,} env steps  {status}  {left:.0f} s left")


class Refused(NamedTuple):
    """A prior that was let go of before the first step (`EpsilonConfig.ask_first`).

    Attributes:
        seed: of the run.
        prior_return: of the prior alone.
        random_return: of random actions.
    """

    seed: int
    prior_return: float
    random_return: float


def refused_priors(loop: Loop, state: TrainState) -> list[Refused]:
    """An entry for each seed whose prior was let go of before the first step."""
    controller = loop.parts.controller
    if not (isinstance(controller, Scheduled) and controller.asks_prior):
        return []
    columns = (loop.seeds, state.prior_return, state.controller.random_return)
    asked = [Refused(*row) for row in zip(*map(np.atleast_1d, columns), strict=True)]
    return [found for found in asked if not found.prior_return > found.random_return]


def _notice(report: Report) -> str | None:
    """That a prior was let go of before the first step, in words; None where none was."""
    if not (refused := refused_priors(report.loop, report.state)):
        return None
    seeds = ", ".join(
        f"{_rounded(prior)} against {_rounded(at_random)} with seed {seed}"
        for seed, prior, at_random in refused
    )
    # Asking is a part of that controller.
    fixed = isinstance(report.loop.parts.controller, ReturnControlled)
    return (
        f"the prior alone is worth no more than random actions ({seeds}) and is not followed for a step"
        f"{'' if fixed else '; --epsilon.no-ask-first (epsilon.ask_first=False) follows it all the same'}"
    )


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"
