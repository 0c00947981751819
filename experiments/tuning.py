"""Tuning a prior to a file: the program with better numbers, and beside it where it comes from.

The search is saved after every generation, so that a tuning that was stopped goes on where it was.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import jax
from rich.console import Console

import envs
import priors
from envs import InputError
from experiments import run_folder
from experiments.prior_files import JUDGED_EPISODES, figures, load_prior, provenance_of, tuning_steps
from experiments.provenance import provenance
from experiments.signals import StopRequest
from experiments.tuning_state import load_state, save_state
from priors.tune import Tuned, first_state, tune
from priors.tuning_plan import TuneConfig, TuneState


class TuningStopped(Exception):  # noqa: N818 - a stop that was asked for is no error
    """A signal stopped the tuning after a generation; its state was saved.

    Attributes:
        signal: its name, such as SIGTERM.
    """

    def __init__(self, signal: str):
        super().__init__(signal)
        self.signal = signal


class Tuning(NamedTuple):
    """What is tuned, and whereto.

    Attributes:
        task: name of the task.
        prior: of the library, or a program file's path.
        output: file for the program; its provenance goes beside it, and the state of the search while it
            is not finished.
        config: budget and objective.
        episodes: in Gymnasium, before and after.
        seed: of everything random.
        physics: the engine, as in `envs.make`.
    """

    task: str
    prior: str
    output: Path
    config: TuneConfig
    episodes: int = JUDGED_EPISODES
    seed: int = 0
    physics: str = "auto"

    @property
    def state_file(self) -> Path:
        """Where the search is saved."""
        return self.output.with_suffix(".tuning.npz")


def run(tuning: Tuning, console: Console) -> dict[str, Any]:
    """Tune, judge in Gymnasium, write; returns the provenance that was written.

    Raises:
        InputError: before anything is written or compiled, for what is impossible; or the saved state is
            of another tuning.
        PriorError: the program cannot be translated.
        TuningStopped: a signal came; the same call goes on.
    """
    tuning.config.check()
    if tuning.episodes < 1:
        raise InputError(f"gymnasium_episodes is {tuning.episodes}; it must be at least 1")
    if tuning.output.suffix != ".py":
        raise InputError(f"the output {tuning.output} is a program: name a file that ends in .py")
    spec, env = envs.spec(tuning.task), envs.make(tuning.task, tuning.physics)
    prior, parent = load_prior(tuning.prior, spec), provenance_of(tuning.prior)
    earlier_steps = tuning_steps(tuning.prior)
    key = jax.random.key(tuning.seed)
    state = first_state(prior, env, tuning.config, key)
    run_folder.require_writable(tuning.output)
    fingerprint = _fingerprint(tuning, prior)
    if tuning.state_file.exists():
        state = load_state(tuning.state_file, state, fingerprint)
        console.print(f"going on after {len(state.generations)} generations, of {tuning.state_file}")

    with StopRequest() as stop:

        def on_generation(now: TuneState) -> None:
            save_state(tuning.state_file, now, fingerprint)
            _tell(console, now)
            if stop.requested:
                raise TuningStopped(stop.requested)

        tuned = tune(prior, env, tuning.config, key, state=state, on_generation=on_generation)
        _tell_judged(console, tuned, tuning.config)
        about = _write(tuning, tuned, parent, earlier_steps)
    tuning.state_file.unlink(missing_ok=True)
    return about


def _write(tuning: Tuning, tuned: Tuned, parent: dict[str, Any], earlier_steps: int) -> dict[str, Any]:
    """Judge what was found as it will be read again, and write it, or the original where that is better."""
    spec = envs.spec(tuning.task)
    original = load_prior(tuning.prior, spec)
    before = figures(spec, original, episodes=tuning.episodes)
    text, after, improved = original.source, before, False
    if tuned.improved:
        found = priors.to_source(tuned.prior)
        again = priors.translate(
            found, observation_size=spec.observation_size, action_size=spec.action_size, name="tuned"
        )
        worth = figures(spec, again, episodes=tuning.episodes)
        if worth["return_mean"] > before["return_mean"]:
            text, after, improved = found, worth, True
    about = {
        "task": tuning.task,
        "description": _description(tuning, parent, improved),
        "written_by": parent.get("written_by", f"the program in {tuning.prior}"),
        "memory": bool(jax.tree.leaves(original.reset())),
        "parent": tuning.prior,
        "tuning": {
            "method": _method(tuned, tuning, earlier_steps, parent),
            "env_steps": earlier_steps + tuned.env_steps,
            "improved": improved,
        },
        "before_tuning": parent.get("before_tuning", before),
        "gymnasium_v4": after,
        "ran_on": provenance(),
    }
    run_folder.replace_file(tuning.output, text.encode())
    run_folder.write_json(tuning.output.with_suffix(".json"), about)
    return {**about, "return_before": before["return_mean"], "env_steps": tuned.env_steps}


def _description(tuning: Tuning, parent: dict[str, Any], improved: bool) -> str:
    """What the program does, as far as that is known: other numbers may make it do something else."""
    known = parent.get("description", "")
    if not improved:
        return known or f"The program in {tuning.prior}"
    return f"{tuning.prior} with tuned numbers" + (f". Of it was told: {known}" if known else "")


def _method(tuned: Tuned, tuning: Tuning, earlier_steps: int, parent: dict[str, Any]) -> str:
    """What was done, in words."""
    config, generations = tuning.config, tuned.state.generations
    horizons = f"{generations[0].horizon} to {generations[-1].horizon}" if generations else "no"
    text = (
        f"CMA-ES (camel-jax tune, seed {tuning.seed}): {len(generations)} generations with {config.episodes} "
        f"episodes a candidate and horizons of {horizons} steps; objective: mean return, "
        f"{config.noisy:.0%} of the episodes with uniform action noise of up to {config.noise:g}; "
        f"{tuned.env_steps:,} env steps, those of all candidates and of judging included"
    )
    if earlier_steps:
        text += f"; before that {earlier_steps:,}: {parent['tuning'].get('method', 'an earlier tuning')}"
    return text


def _tell(console: Console, state: TuneState) -> None:
    now = state.generations[-1]
    console.print(
        f"generation {len(state.generations):>4}  {now.env_steps:>11,} env steps  {now.seconds:>6,.0f} s  "
        f"horizon {now.horizon:>5,}  score {now.score:>8,.0f}  best {now.best:>8,.0f}  "
        f"centre {now.centre:>8,.0f}  spread {now.spread:.3f}"
    )


def _tell_judged(console: Console, tuned: Tuned, config: TuneConfig) -> None:
    console.print(
        f"on {config.judge_episodes} fresh episodes: alone {tuned.before.alone.mean():,.0f} → "
        f"{tuned.after.alone.mean():,.0f}, acting at random within ±{config.noise:g} of it "
        f"{tuned.before.masked.mean():,.0f} → {tuned.after.masked.mean():,.0f}"
    )


def _fingerprint(tuning: Tuning, prior: priors.FunctionPrior) -> str:
    """What a saved search belongs to; the budget may be raised, the rest decides on its numbers."""
    settings = dataclasses.asdict(tuning.config)
    for free in ("minutes", "env_steps"):
        settings.pop(free)
    text = hashlib.sha256(prior.source.encode()).hexdigest()
    return json.dumps([tuning.task, text, settings, tuning.seed, tuning.physics])
