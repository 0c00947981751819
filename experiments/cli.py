"""The command line: `camel-jax train | priors | generate | screen | tune | reproduce | …`."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import jax
import tyro
from rich.console import Console
from tyro.conf import AvoidSubcommands, Positional, arg, subcommand

import envs
import priors
from camel_jax import TrainConfig
from camel_jax.presets import preset
from envs import InputError
from experiments import run_folder
from experiments.commands.generate import Generate
from experiments.commands.measure import Bench, Parity, Soak
from experiments.commands.priors import Priors
from experiments.commands.screen import Screen
from experiments.commands.tune import Tune
from priors import PriorError

if TYPE_CHECKING:
    from experiments.run import Stopped

RunFolder = Annotated[Path, arg(metavar="DIR")]


@dataclass(frozen=True)
class Train:
    """Train a policy and leave curve, result, picture and checkpoints in a folder, or go on with a run."""

    task: Positional[str | None] = None
    """Task to train; `camel-jax priors` lists them with their priors."""
    prior: str | None = None
    """Prior of the library, a file of yours that ends in .py, or "none" for the plain agent."""
    resume: RunFolder | None = None
    """Folder of a run to go on with, from its newest checkpoint; takes neither task nor settings."""
    preset: str = "camel"
    """Settings that the options below change: camel, camel-td3 (our reading of the paper), sac, td3 or
    dsac-t."""
    run_dir: RunFolder | None = None
    """Folder to make; runs/<time>-<task> if left out."""
    physics: str = "auto"
    """Physics engine: c, mjx or warp; auto takes c on a CPU, on a GPU warp if installed and else mjx."""
    model: str = "gymnasium"
    """Options of the MuJoCo model: gymnasium, as shipped, or fast, whose changes config.json tells."""
    contacts: int | None = None
    """Room on warp for the contacts of all environments together."""
    save_every: int = 10_000
    """Environment steps between two checkpoints."""
    tensorboard: bool = True
    """Also write event files for TensorBoard."""
    wandb: bool = False
    """Also write a run of Weights & Biases, offline unless the variable WANDB_MODE says otherwise."""
    config: Annotated[TrainConfig, arg(name="")] = field(default_factory=TrainConfig)

    def __call__(self, console: Console) -> None:
        """Run the command."""
        from experiments.run import Outputs, Stopped, resume, run  # noqa: PLC0415 - seconds of imports

        outputs = Outputs(self.save_every, self.tensorboard, self.wandb)
        folder = self.resume or self.run_dir or run_folder.default_folder(str(self.task))
        try:
            if self.resume:
                self._check_resume()
                summary = resume(folder, console, outputs)
            else:
                summary = run(self._settings(), folder, console, outputs)
        except Stopped as stopped:
            _leave_stopped(console, stopped, f"{_program()} train --resume {folder}")
        print_summary(console, folder, summary)

    def _settings(self) -> run_folder.Run:
        if self.task is None:
            raise InputError(f"name a task to train ({', '.join(envs.names())}), or --resume a run's folder")
        if self.prior is None:
            known = ", ".join(priors.names(self.task) if self.task in envs.names() else ())
            raise InputError(f'--prior is missing: one of the library ({known}), a file of yours, or "none"')
        return run_folder.Run(self.task, self.prior, self.config, self.physics, self.model, self.contacts)

    def _check_resume(self) -> None:
        keep = {"resume": self.resume, "save_every": self.save_every}
        if self != Train(**keep, tensorboard=self.tensorboard, wandb=self.wandb):  # type: ignore[arg-type]
            raise InputError(
                "--resume goes on with a run as it was started: it takes no task and none of its settings"
            )


@dataclass(frozen=True)
class Evaluate:
    """Judge the policy of a run in Gymnasium's own environment."""

    run_dir: Positional[RunFolder]
    """Folder of a finished run."""

    def __call__(self, console: Console) -> None:
        """Run the command."""
        from experiments.finished_run import evaluate_run  # noqa: PLC0415 - seconds of imports

        judged = evaluate_run(self.run_dir, console)
        console.print(
            f"{self.run_dir}: return {judged.returns.mean():,.0f} ± {judged.returns.std():,.0f}, "
            f"length {judged.lengths.mean():,.0f} steps, over {len(judged.returns)} episodes"
        )


@dataclass(frozen=True)
class Render:
    """Draw one episode of a run's policy as a GIF."""

    run_dir: Positional[RunFolder]
    """Folder of a finished run."""
    output: Path | None = None
    """File to write; policy.gif in the run's folder if left out."""
    width: int = 480
    """Width of the picture in pixels; its height is three quarters of that."""
    frames: int = 300
    """Frames at most; 25 last a second."""

    def __call__(self, console: Console) -> None:
        """Run the command."""
        from experiments.finished_run import render_run  # noqa: PLC0415 - seconds of imports

        for name in ("width", "frames"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be at least 1")
        run_folder.read(self.run_dir)  # before a folder is made for the output
        output = self.output or self.run_dir / run_folder.PICTURE
        run_folder.require_writable(output)
        way = render_run(self.run_dir, output, console, width=self.width, max_frames=self.frames)
        console.print(f"{output}, drawn with {way}")


@dataclass(frozen=True)
class Reproduce:
    """Compare CAMEL with the plain agent and the prior alone, over seeds. Continues where it was stopped."""

    task: Positional[str]
    """Task to train."""
    variants: tuple[str, ...] = ()
    """What to compare, each PRESET:PRIOR; PRIOR is one of the library, a file of yours, or none for the plain
    agent. Settings of the preset are changed as in camel+mask.kind=clip+n_step=3:none. camel with the task's
    best prior and camel:none if left out."""
    steps: int = 100_000
    """Environment steps of each seed."""
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Seeds of each variant, trained in one program."""
    folder: RunFolder = Path("experiments/results/reproduce")
    """Folder for the rows, one CSV file a variant, the learner's metrics beside each, and the figure."""
    work: RunFolder = Path("runs/reproduce")
    """Folder for checkpoints while a variant is not finished."""
    physics: str = "auto"
    """Physics engine, as for train."""
    save_every: int = 10_000
    """Environment steps between two checkpoints."""

    def __call__(self, console: Console) -> None:
        """Run the command."""
        from experiments import reproduce  # noqa: PLC0415 - seconds of imports
        from experiments.run import Stopped  # noqa: PLC0415

        variants = tuple(reproduce.read_variant(text) for text in self.variants)
        benchmark = reproduce.Benchmark(
            self.task,
            variants or reproduce.default_variants(self.task),
            env_steps=self.steps,
            seeds=self.seeds,
            folder=self.folder,
            work=self.work,
            physics=self.physics,
            save_every=self.save_every,
        )
        try:
            reproduce.reproduce(benchmark, console)
        except Stopped as stopped:
            _leave_stopped(console, stopped, "the same command goes on")


def print_summary(console: Console, folder: Path, summary: dict[str, Any]) -> None:
    """The last screen of a training run: five lines."""
    prior_mean = summary["prior_return_mean"]
    against = "" if prior_mean is None else f" (the prior alone: {prior_mean:,.0f})"
    achieved = f"{summary['task']}: return {summary['return_mean']:,.0f} ± {summary['return_std']:,.0f}"
    console.print(
        f"{achieved} in {summary['episodes']} Gymnasium episodes, agent alone{against}", style="bold"
    )
    console.print(
        f"{summary['env_steps']:,} env steps in {summary['train_seconds']:,.0f} s "
        f"({summary['steps_per_second']:,.0f} steps/s); the policy is of step {summary['policy_step']:,}"
    )
    console.print(f"curve:   {folder / run_folder.CURVE}")
    console.print(f"picture: {folder / run_folder.PICTURE} (drawn with {summary['rendered_with']})")
    other = "none" if summary["prior"] != "none" else priors.best(summary["task"]) or "mine.py"
    console.print(
        f"next:    {_program()} train {summary['task']} --prior {other} --seed {summary['seed']} "
        f"--env-steps {summary['env_steps']}   # for comparison"
    )


def _program() -> str:
    """How this command was called, so that what it advises can be called the same way."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "camel-jax" and not shutil.which("camel-jax") else "camel-jax"


Command = Train | Evaluate | Render | Priors | Generate | Screen | Tune | Reproduce | Bench | Parity | Soak


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of `camel-jax`: exit status 2 and one line for bad input."""
    # A host callback inside a graph that was dispatched asynchronously waits for a thread more at each step.
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    envs.use_compilation_cache()
    try:
        command = _parse(list(sys.argv[1:] if arguments is None else arguments))
    except InputError as error:
        _leave(str(error), status=2)
    try:
        command(Console(soft_wrap=True, markup=False, highlight=False))
    except InputError as error:
        _leave(str(error), status=2)
    except PriorError as error:
        _leave(f"the prior cannot be translated: {error.one_line()}", status=2)
    except KeyboardInterrupt:
        _leave("interrupted", status=130)


def _parse(arguments: list[str]) -> Command:
    """The command that the arguments ask for; the preset, which gives the defaults, is read first."""
    reader = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    reader.add_argument("--preset", default="camel")
    name = reader.parse_known_args(arguments)[0].preset
    train = subcommand("train", default=Train(preset=name, config=preset(name)))
    commands = (
        Annotated[Train, train]
        | Evaluate
        | Render
        | Priors
        | Generate
        | Screen
        | Tune
        | Reproduce
        | Bench
        | Parity
        | Soak
    )
    return tyro.cli(
        commands,
        args=arguments,
        prog="camel-jax",
        description=__doc__,
        config=(AvoidSubcommands,),
    )


def _leave_stopped(console: Console, stopped: Stopped, following: str) -> NoReturn:
    """Leave after a stop that was asked for, with the status of a process that its signal ended."""
    console.print(f"stopped by {stopped.signal} and saved after {stopped.env_steps:,} env steps")
    console.print(f"next:    {following}")
    sys.exit(128 + signal.Signals[stopped.signal])


def _leave(message: str, *, status: int) -> NoReturn:
    sys.stderr.write(f"camel-jax: {message}\n")
    sys.exit(status)


if __name__ == "__main__":
    main()
