"""`camel-jax tune`: better numbers for a program."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from rich.console import Console
from tyro.conf import Positional, arg

import envs
import priors
from envs import InputError, unknown

OutputFile = Annotated[Path, arg(metavar="FILE.py")]


@dataclass(frozen=True)
class Tune:
    """Find better numbers for a program and write it with them. Continues where it was stopped."""

    prior: Positional[str]
    """Prior of the library, or a file of yours that ends in .py."""
    task: str | None = None
    """Task to tune for; that of a prior of the library if left out."""
    minutes: float | None = 10.0
    """Time for searching and judging, that of compiling and of Gymnasium not counted; None for as long as
    --env-steps lasts."""
    env_steps: int | None = None
    """Environment steps at most, judging included; None for as many as the time allows. Those of the episodes
    in Gymnasium come on top; all are counted."""
    population: int | None = None
    """Candidates a generation; 8 + 4 ln n if left out, with n numbers in the program."""
    episodes: int = 2
    """Episodes of each candidate in a generation."""
    horizon: int = 300
    """Steps of an episode at the start; grows to whole episodes from the middle of the budget on."""
    noise: float = 0.2
    """Width of the mask inside of which the prior must survive random actions."""
    noisy: float = 0.5
    """Share of the episodes inside that mask; 0 tunes the prior alone."""
    step: float = 0.2
    """How far the first generation strays, relative to the magnitude of each number."""
    fixed: tuple[str, ...] = ()
    """Numbers that stay as they are, by name or pattern, such as "TIME_STEP" or "line*"."""
    weights: dict[str, float] = field(default_factory=dict)
    """What the search pays for parts of the reward, such as reward_healthy 0.5, so that a program that stands
    still begins to move. What it found is judged by the reward as it is."""
    risk: float = 0.0
    """Standard deviations over its episodes that a candidate's score is lowered by."""
    judge_episodes: int = 16
    """Fresh episodes on which the original and what was found are compared, alone and inside the mask."""
    gymnasium_episodes: int = 100
    """Episodes in Gymnasium's own environment, which the returns in the provenance are of."""
    seed: int = 0
    """Of everything random."""
    physics: str = "auto"
    """Physics engine, as for train."""
    output: OutputFile | None = None
    """File for the program, with its provenance beside it as JSON; it must not exist. If left out,
    <name>-tuned.py beside your file, or <task>-<name>-tuned.py here for a prior of the library."""

    def __call__(self, console: Console) -> None:
        """Run the command."""
        from experiments import tuning  # noqa: PLC0415 - seconds of imports
        from priors.tuning_plan import TuneConfig  # noqa: PLC0415

        task = self._task()
        output = self.output or default_output(self.prior)
        config = TuneConfig(
            env_steps=self.env_steps,
            minutes=self.minutes,
            population=self.population,
            episodes=self.episodes,
            horizon=self.horizon,
            noise=self.noise,
            noisy=self.noisy,
            step=self.step,
            fixed=self.fixed,
            weights=self.weights,
            risk=self.risk,
            judge_episodes=self.judge_episodes,
        )
        try:
            about = tuning.run(
                tuning.Tuning(
                    task=task,
                    prior=self.prior,
                    output=output,
                    config=config,
                    episodes=self.gymnasium_episodes,
                    seed=self.seed,
                    physics=self.physics,
                ),
                console,
            )
        except tuning.TuningStopped as stopped:
            console.print(f"stopped by {stopped.signal} and saved; the same command goes on")
            sys.exit(128 + signal.Signals[stopped.signal])
        after = about["gymnasium_v4"]
        console.print(
            f"{output}: return alone {about['return_before']:,.0f} → {after['return_mean']:,.0f} ± "
            f"{after['return_std']:,.0f} in {after['episodes']} Gymnasium episodes, after "
            f"{about['env_steps']:,} env steps"
            + ("" if about["tuning"]["improved"] else "; nothing better was found, so it is the original"),
            style="bold",
        )
        console.print(f"next:    camel-jax train {task} --prior {output}")

    def _task(self) -> str:
        if not self.prior.endswith(".py"):
            if self.prior not in priors.names():
                raise unknown("prior", self.prior, priors.names())
            own = self.prior.split("/", maxsplit=1)[0]
            if self.task not in (None, own):
                raise InputError(f"{self.prior} is a prior of {own}, not of {self.task}; leave --task out")
            return own
        if self.task is None:
            raise InputError(f"name the task of {self.prior} with --task, one of {', '.join(envs.names())}")
        return self.task


def default_output(prior: str) -> Path:
    """Where a tuned program is written: beside a file; for one of the library here, with its task's name."""
    if prior.endswith(".py"):
        return Path(prior).with_name(f"{Path(prior).stem}-tuned.py")
    return Path(f"{prior.replace('/', '-')}-tuned.py")
