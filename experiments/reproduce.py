"""The thin benchmark: the plain agent against CAMEL, many seeds in one program, rows as they come.

A *variant* is a preset, perhaps with changes to it (`settings.py`), and a prior, or none. Each has a CSV
file, beside it its settings as JSON and what the learner told as JSON lines, and while it is trained a work
folder for its checkpoints.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import jax
from rich.console import Console

import envs
import priors
from camel_jax import Checkpoints, Report, TrainConfig, TrainState, make_loop, run_loop
from camel_jax.memory import require_memory
from envs import InputError
from experiments import judgements, tidy
from experiments.comparison import compare
from experiments.part import (
    Part,
    Variant,
    claim_files,
    is_final,
    remove_work,
    require_own_files,
    require_writable,
)
from experiments.prior_files import load_prior
from experiments.progress import ProgressReporter
from experiments.run import Stopped
from experiments.run_folder import CHECKPOINTS
from experiments.settings import read_settings
from experiments.signals import StopRequest
from experiments.sinks import STEP, JsonLines

RESULTS, WORK = Path("experiments/results/reproduce"), Path("runs/reproduce")


class Benchmark(NamedTuple):
    """What is trained, and where it goes.

    Attributes:
        task: name of the task.
        variants: what is compared.
        env_steps: environment steps of each seed.
        seeds: trained in one program.
        folder: where CSV and JSON files and the figure go.
        work: where the checkpoints go.
        physics: the engine, as in `envs.make`.
        save_every: environment steps between two checkpoints.
    """

    task: str
    variants: tuple[Variant, ...]
    env_steps: int = 100_000
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    folder: Path = RESULTS
    work: Path = WORK
    physics: str = "auto"
    save_every: int = 10_000


def read_variant(text: str) -> Variant:
    """The variant that `PRESET:PRIOR` names.

    Raises:
        InputError: it is no such pair.
    """
    name, _, prior = text.partition(":")
    if not (name and prior):
        raise InputError(
            f"the variant {text!r} is no PRESET:PRIOR, such as camel:hopper/hop, or camel:none for the plain "
            "agent"
        )
    return Variant(name, prior)


def default_variants(task: str) -> tuple[Variant, ...]:
    """The main settings with the best prior that ships for a task, and without.

    Raises:
        InputError: unknown task, or no prior ships for it.
    """
    envs.spec(task)
    if (best := priors.best(task)) is None:
        raise InputError(
            f"no prior ships for {task}; name what to compare, such as --variants camel:mine.py camel:none"
        )
    return Variant("camel", best), Variant("camel", "none")


def reproduce(benchmark: Benchmark, console: Console) -> None:
    """Train what is missing of a benchmark, then print and draw the comparison.

    Nothing is written before all that was asked for has been found possible.

    Raises:
        InputError: unknown names, impossible settings, or files that hold other results.
        PriorError: a prior's program cannot be translated.
        Stopped: a signal stopped it; the same call goes on.
    """
    run(benchmark, [read_settings(variant.preset) for variant in benchmark.variants], console)


def run(benchmark: Benchmark, configs: Sequence[TrainConfig], console: Console) -> None:
    """`reproduce` with the settings given, one for each variant, in place of the presets'."""
    _check(benchmark)
    parts = [
        make_part(benchmark, variant, dataclasses.replace(config, env_steps=benchmark.env_steps))
        for variant, config in zip(benchmark.variants, configs, strict=True)
    ]
    for check in (require_own_files, require_writable):
        for part in parts:
            check(part)
    for part in parts:
        if part.is_finished:
            console.print(f"{part.variant}: finished, {part.csv}")
        else:
            _finish(part, console, benchmark.save_every)
        remove_work(part)
    compare([tidy.read(part.csv) for part in parts], benchmark.folder / f"{benchmark.task}.png", console)


def make_part(benchmark: Benchmark, variant: Variant, config: TrainConfig) -> Part:
    """Build what trains a variant; nothing is compiled or written.

    Raises:
        InputError: unknown names, impossible settings, or more than the free memory holds.
        PriorError: the prior's program cannot be translated.
    """
    spec = envs.spec(benchmark.task)
    prior = None if variant.plain else load_prior(variant.prior, spec)
    for seed in benchmark.seeds:
        dataclasses.replace(config, seed=seed).check(spec.action_size)
    env = envs.make(benchmark.task, benchmark.physics)
    loop = make_loop(env, prior, config, seeds=benchmark.seeds)
    require_memory(loop)
    settings = {
        "task": benchmark.task,
        "preset": variant.preset,
        "prior": variant.prior,
        "prior_sha256": None if prior is None else hashlib.sha256(prior.source.encode()).hexdigest(),
        "engine": env.backend,
        "seeds": benchmark.seeds,
        # The seeds above stand in the place of the one there.
        "config": {name: value for name, value in dataclasses.asdict(config).items() if name != "seed"},
    }
    name = _name(benchmark, variant)
    return Part(
        task=benchmark.task,
        variant=variant,
        loop=loop,
        csv=benchmark.folder / f"{name}.csv",
        work=benchmark.work / name,
        settings=json.loads(json.dumps(settings)),
    )


def _name(benchmark: Benchmark, variant: Variant) -> str:
    """What the files of a variant are called, such as hopper-camel-hop."""
    return f"{benchmark.task}-{variant.preset}-{Path(variant.prior).stem}"


def _check(benchmark: Benchmark) -> None:
    named = {
        "variants": [_name(benchmark, variant) for variant in benchmark.variants],
        "seeds": benchmark.seeds,
    }
    for field, values in named.items():
        if not values:
            raise InputError(f"{field} is empty; name one at least")
        if twice := [value for value in values if list(values).count(value) > 1]:
            raise InputError(f"{field} hold {twice[0]} twice; name each once")
    if benchmark.save_every < 1:
        raise InputError(f"save_every is {benchmark.save_every}; it must be at least 1")


def _finish(part: Part, console: Console, save_every: int) -> None:
    """Train a part from where it is to its end, and judge what it has learnt."""
    names = ", ".join(str(seed) for seed in part.seeds)
    console.print(f"{part.variant} on {part.task}, seeds {names}", style="bold")
    state = _begin(part, console)
    if state is None:
        part.metrics.unlink(missing_ok=True)
    metrics = JsonLines(part.metrics, resume_from=0 if state is None else int(state.step))
    state = _train(part, state, console, save_every, metrics)
    tidy.append(part.csv, judgements.after_training(part, state))


def _begin(part: Part, console: Console) -> TrainState | None:
    """Bring rows and checkpoints to the same step; returns the state there, None at the start."""
    if not part.csv.exists():  # then the checkpoints are of rows that somebody removed
        remove_work(part)
    restored = Checkpoints(part.work / CHECKPOINTS).restore_newest(jax.eval_shape(part.loop.init))
    step = 0 if restored is None else restored.step
    for problem in () if restored is None else restored.problems:
        console.print(f"{problem}; going back to step {step:,}")
    if step:
        console.print(f"going on from step {step:,}")
    claim_files(part)
    kept = [row for row in tidy.read(part.csv) if row.env_steps <= step and not is_final(row)]
    tidy.replace(part.csv, kept or [judgements.without_learning(part)])
    return None if restored is None else restored.state


def _train(
    part: Part, state: TrainState | None, console: Console, save_every: int, metrics: JsonLines
) -> TrainState:
    total = part.loop.parts.config.total_env_steps
    with ProgressReporter(total, console) as progress, StopRequest() as stop:

        def on_report(report: Report) -> None:
            if report.evaluation is not None:
                tidy.append(part.csv, judgements.while_training(part, report.state, report.evaluation))
            metrics.write({**report.metrics, STEP: int(report.state.step)})
            progress.update(report)

        state, _, _ = run_loop(
            part.loop,
            state,
            on_report=on_report,
            checkpoints=Checkpoints(part.work / CHECKPOINTS),
            save_every=save_every,
            should_stop=lambda: stop.requested is not None,
        )
        # Also where the signal came with the last chunk: to judge what was learnt takes a while.
        if stop.requested:
            raise Stopped(stop.requested, int(state.step))
    return state
