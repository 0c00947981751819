"""Tuning a prior to a file: the program with better numbers, and beside it where it comes from.

The search is saved after every generation, so that a tuning that was stopped goes on where it was.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from rich.console import Console

import envs
import priors
from envs import InputError
from experiments import run_folder
from experiments.prior_files import (
    JUDGED_EPISODES,
    judge_alone,
    load_prior,
    provenance_of,
    sidecar,
    steps_of,
)
from experiments.provenance import provenance
from experiments.signals import StopRequest
from experiments.tuning_state import load_state, save_state
from priors.tune import Tuned, first_state, tune
from priors.tuning_plan import Plan, TuneConfig, TuneState


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

    def check(self) -> None:
        """Find out what is impossible before anything is compiled.

        Raises:
            InputError: names the field; or the output would replace a file that this tuning did not begin.
        """
        self.config.check()
        if self.episodes < 1:
            raise InputError(f"gymnasium_episodes is {self.episodes}; it must be at least 1")
        if self.output.suffix != ".py":
            raise InputError(f"the output {self.output} is a program: name a file that ends in .py")
        if self.state_file.exists():  # to go on with, and it may have been killed while it wrote the rest
            return
        for file in (self.output, sidecar(self.output)):
            if file.exists():
                raise InputError(f"the output {file} exists already; name another program with --output")


class Parent(NamedTuple):
    """The program that is tuned, read once: its files may change while the search goes on.

    Attributes:
        prior: translated.
        about: its provenance.
        earlier: environment steps that were simulated for it before, by what they were for.
    """

    prior: priors.FunctionPrior
    about: dict[str, Any]
    earlier: dict[str, int]

    @classmethod
    def read(cls, name: str, spec: envs.TaskSpec) -> Parent:
        """A program of the library, or of a file.

        Raises:
            InputError: there is none of that name, a file cannot be read, or its provenance is damaged.
            PriorError: the program cannot be translated.
        """
        about = provenance_of(name)
        return cls(load_prior(name, spec), about, steps_of(name, about))


def run(tuning: Tuning, console: Console) -> dict[str, Any]:
    """Tune, judge in Gymnasium, write; returns the provenance that was written.

    Raises:
        InputError: before anything is written or compiled, for what is impossible; or the saved state is
            of another tuning; or a file can no longer be written.
        PriorError: the program cannot be translated.
        TuningStopped: a signal came; the same call goes on.
    """
    tuning.check()
    spec, env = envs.spec(tuning.task), envs.make(tuning.task, tuning.physics)
    parent = Parent.read(tuning.prior, spec)
    key = jax.random.key(tuning.seed)
    state = first_state(parent.prior, env, tuning.config, key)
    _require_writable_numbers(parent.prior, spec, Plan.of(parent.prior, env, tuning.config).names)
    for file in (tuning.output, sidecar(tuning.output), tuning.state_file):
        run_folder.require_writable(file)
    fingerprint, ran_on = _fingerprint(tuning, parent.prior), provenance()
    if tuning.state_file.exists():
        state = load_state(tuning.state_file, state, fingerprint)
        console.print(f"going on after {len(state.generations)} generations, of {tuning.state_file}")

    with StopRequest() as stop:

        def on_generation(now: TuneState) -> None:
            save_state(tuning.state_file, now, fingerprint)
            _tell(console, now)
            if stop.requested:
                raise TuningStopped(stop.requested)

        tuned = tune(parent.prior, env, tuning.config, key, state=state, on_generation=on_generation)
        _tell_judged(console, tuned, tuning.config)
        about = _write(tuning, tuned, parent, ran_on)
    tuning.state_file.unlink(missing_ok=True)
    return about


def _require_writable_numbers(prior: priors.FunctionPrior, spec: envs.TaskSpec, names: Sequence[str]) -> None:
    """Find out before the search whether the numbers that it finds can be written into the program's text.

    Raises:
        InputError: they cannot.
        PriorError: the text with other numbers cannot be translated.
    """
    near = {name: np.nextafter(np.float32(prior.parameters[name]), np.float32(np.inf)) for name in names}
    _translated(priors.to_source(prior.replace_parameters({**prior.parameters, **near})), spec)


def _translated(text: str, spec: envs.TaskSpec) -> priors.FunctionPrior:
    return priors.translate(
        text, observation_size=spec.observation_size, action_size=spec.action_size, name="tuned"
    )


class _Judged(NamedTuple):
    """The program that is written, and the figures that it was chosen by; steps are those of both."""

    text: str
    before: dict[str, Any]
    after: dict[str, Any]
    improved: bool
    env_steps: int


def _judge(tuning: Tuning, tuned: Tuned, original: priors.FunctionPrior) -> _Judged:
    """Judge what was found as it will be read again; the original is kept where that is better."""
    spec = envs.spec(tuning.task)
    before = judge_alone(spec, original, episodes=tuning.episodes)
    if not tuned.improved:
        return _Judged(original.source, before.figures, before.figures, False, before.env_steps)
    found = priors.to_source(tuned.prior)
    after = judge_alone(spec, _translated(found, spec), episodes=tuning.episodes)
    env_steps = before.env_steps + after.env_steps
    if after.figures["return_mean"] > before.figures["return_mean"]:
        return _Judged(found, before.figures, after.figures, True, env_steps)
    return _Judged(original.source, before.figures, before.figures, False, env_steps)


def _write(tuning: Tuning, tuned: Tuned, parent: Parent, ran_on: dict[str, Any]) -> dict[str, Any]:
    """Write what was found, or the original where that is better, and where it comes from."""
    judged = _judge(tuning, tuned, parent.prior)
    env_steps = tuned.env_steps + judged.env_steps
    about = {
        "task": tuning.task,
        "description": _description(tuning, parent.about, judged.improved),
        "written_by": parent.about.get("written_by") or f"the program in {tuning.prior}",
        "memory": bool(jax.tree.leaves(parent.prior.reset())),
        "parent": tuning.prior,
        **{name: told for name, told in parent.about.items() if name == "generation"},
        "tuning": {
            "method": _method(tuned, tuning, env_steps, parent),
            "env_steps": sum(parent.earlier.values()) + env_steps,
            "improved": judged.improved,
        },
        "before_tuning": _at_first(parent.about, judged.before),
        "gymnasium_v4": judged.after,
        "ran_on": ran_on,
    }
    # A program without its provenance would be one whose steps nobody counts.
    _replace(sidecar(tuning.output), run_folder.json_text(about).encode(), tuning)
    _replace(tuning.output, judged.text.encode(), tuning)
    return {**about, "return_before": judged.before["return_mean"], "env_steps": env_steps}


def _replace(path: Path, content: bytes, tuning: Tuning) -> None:
    try:
        run_folder.replace_file(path, content)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror}); the same command goes on with the search in "
            f"{tuning.state_file}"
        ) from error


def _description(tuning: Tuning, parent: dict[str, Any], improved: bool) -> str:
    """What the program does, as far as that is known: other numbers may make it do something else."""
    known = parent.get("description", "")
    if not improved:
        return known or f"The program in {tuning.prior}"
    return f"{tuning.prior} with tuned numbers" + (f". Of it was told: {known}" if known else "")


def _at_first(about: dict[str, Any], before: dict[str, Any]) -> dict[str, Any] | None:
    """What the program was worth with its first numbers; None if an earlier tuning says it is not known."""
    return about.get("before_tuning", before) if about.get("tuning") else before


def _method(tuned: Tuned, tuning: Tuning, env_steps: int, parent: Parent) -> str:
    """What was done, in words."""
    config, generations = tuning.config, tuned.state.generations
    horizons = f"{generations[0].horizon} to {generations[-1].horizon}" if generations else "no"
    text = (
        f"CMA-ES (camel-jax tune, seed {tuning.seed}): {len(generations)} generations with {config.episodes} "
        f"episodes a candidate and horizons of {horizons} steps; objective: mean return, "
        f"{config.noisy:.0%} of the episodes with uniform action noise of up to {config.noise:g}; "
        f"{env_steps:,} env steps, those of all candidates and of judging included, here and in Gymnasium"
    )
    earlier = [f"{steps:,} for {part}{_how(part, parent.about)}" for part, steps in parent.earlier.items()]
    return text + (f"; before that {', '.join(earlier)}" if earlier else "")


def _how(part: str, about: dict[str, Any]) -> str:
    """In brackets, how an earlier step was done, where that is told."""
    method = about[part].get("method")
    return f" ({method})" if method else ""


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
