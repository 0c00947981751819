"""Screening candidates from files, folders and the library, and telling what was found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
from rich import box
from rich.console import Console
from rich.table import Table

import envs
import priors
from envs import InputError
from experiments import run_folder
from experiments.film import film_of
from experiments.prior_files import count_steps, load_prior, require_countable, sidecar, tuning_steps
from experiments.screen_figure import screen_figure, shortened
from priors import FunctionPrior, PriorError
from priors.screen import ScreenConfig, Screening, Standing, Worth, screen

_NAME = 24  # letters of a name in the table


class Candidates(NamedTuple):
    """What is screened.

    Attributes:
        programs: translated, by name.
        refused: what cannot be translated, by name, with the reason.
    """

    programs: dict[str, FunctionPrior]
    refused: dict[str, str]


def collect(task: str, names: Sequence[str]) -> Candidates:
    """Translate candidates.

    Args:
        task: name of the task.
        names: priors of the library, program files, and folders, of which every .py file is taken; the
            library's for the task if empty.

    Raises:
        InputError: an unknown task or prior, a file that cannot be read, a folder without programs.
    """
    spec, found = envs.spec(task), Candidates({}, {})
    for name in _programs(task, names):
        try:
            found.programs[name] = load_prior(name, spec)
        except PriorError as error:
            found.refused[name] = error.one_line()
    return found


def _programs(task: str, names: Sequence[str]) -> list[str]:
    """Library names and paths of files, each once however it is written, in the order given."""
    programs: list[str] = []
    for name in names or priors.names(task):
        if Path(name).is_dir():
            inside = sorted(str(path) for path in Path(name).glob("*.py"))
            if not inside:
                raise InputError(f"the folder {name} holds no program, that is no .py file")
            programs += inside
        else:
            programs.append(name)
    once: dict[str | Path, str] = {}
    for name in programs:
        once.setdefault(Path(name).parent.resolve() / Path(name).name if name.endswith(".py") else name, name)
    return list(once.values())


def require_outputs(candidates: Candidates, files: Sequence[Path]) -> None:
    """Find out before a screening whether all that is told of it can be written, and replaces nothing else.

    Args:
        candidates: whose steps are counted beside them.
        files: for the figures and the picture.

    Raises:
        InputError: a file cannot be written, or is a candidate or tells of one; or what is told of one is
            damaged.
    """
    programs = [Path(name) for name in (*candidates.programs, *candidates.refused) if name.endswith(".py")]
    if len({file.resolve() for file in files}) < len(files):
        raise InputError(f"{files[0]} cannot be both the figures and the picture; name two files")
    for file in files:
        for program in programs:
            if file.resolve() in (program.resolve(), sidecar(program).resolve()):
                raise InputError(f"{file} belongs to the candidate {program}; name another file to write to")
    for name in candidates.programs:
        if name.endswith(".py"):
            require_countable(Path(name))
    for file in files:
        run_folder.require_writable(file)


def run(
    task: str,
    candidates: Candidates,
    config: ScreenConfig,
    console: Console,
    *,
    seed: int = 0,
    physics: str = "auto",
) -> Screening:
    """Screen candidates and tell of each rung.

    Raises:
        InputError: impossible settings, or not one program that can be translated.
    """
    config.check()
    for name, reason in candidates.refused.items():
        console.print(f"{name} cannot be translated: {reason}")
    if not candidates.programs:
        raise InputError("there is no candidate to screen: none can be translated")

    def on_rung(steps: int, remaining: int, env_steps: int) -> None:
        console.print(f"after {steps:,} steps {remaining} go on; {env_steps:,} env steps so far")

    return screen(
        candidates.programs, envs.make(task, physics), config, jax.random.key(seed), on_rung=on_rung
    )


def show(screening: Screening, candidates: Candidates, console: Console) -> None:
    """Print the ranking and what it took."""
    widths = next((tuple(one.masked) for one in screening.standings if one.masked), ())
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("candidate", no_wrap=True)
    table.add_column("return", justify="right", no_wrap=True)
    table.add_column("steps", justify="right", no_wrap=True)
    table.add_column("ended", justify="right", no_wrap=True)
    table.add_column("pairs", justify="right", no_wrap=True)
    table.add_column("change", justify="right", no_wrap=True)
    for width in widths:
        table.add_column(f"±{width:g}", justify="right", no_wrap=True)
    for one in screening.standings:
        table.add_row(shortened(one.name, _NAME), *_columns(one), *_mask_columns(one, widths))
    for name in candidates.refused:
        table.add_row(shortened(name, _NAME), "refused", *[""] * (4 + len(widths)))
    console.print(table)
    console.print(
        f"{screening.env_steps:,} env steps, {screening.mask_env_steps:,} of them inside of masks, in "
        f"{screening.seconds:,.0f} s after {screening.compile_seconds:,.0f} s of compiling. Return: mean "
        "with its 95 % interval; ended: share that the task ended, or stopped as one of the worse; pairs: "
        "distinct states with actions; change: of an action from step to step, in action units; ±: return of "
        "random actions inside of a mask of that width."
    )


def count(screening: Screening) -> None:
    """Tell in the JSON file beside each program what it took to compare it with the others.

    Raises:
        InputError: such a file is damaged, or cannot be written.
    """
    for one in screening.standings:
        if one.name.endswith(".py"):
            count_steps(Path(one.name), "screening", screening.env_steps)


def tell_uncounted(screening: Screening, console: Console) -> None:
    """Say of which programs the steps are told nowhere: nothing is written into the library."""
    names = [one.name for one in screening.standings if not one.name.endswith(".py")]
    if names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        console.print(
            f"{screening.env_steps:,} env steps of this comparison are counted nowhere for {names[0]}{more}, "
            f"which {'ship' if more else 'ships'}: no curve shows them. Screen copies of the files "
            "to have them counted."
        )


def _columns(one: Standing) -> tuple[str, ...]:
    return (
        f"{one.alone.mean:,.0f} ± {one.alone.high - one.alone.mean:,.0f}",
        f"{one.length:,.0f}",
        _ended(one.endings),
        f"{one.coverage:,.0f}",
        f"{one.smoothness:.2f}",
    )


def _ended(endings: dict[str, float]) -> str:
    if endings["stopped"]:
        return "stopped"
    faults = f"fault {endings['fault']:.0%}" if endings["fault"] else ""
    return faults or f"{endings['termination']:.0%}"


def _mask_columns(one: Standing, widths: Sequence[float]) -> tuple[str, ...]:
    return tuple(f"{one.masked[width].mean:,.0f}" if one.masked else "" for width in widths)


def as_json(
    task: str, screening: Screening, candidates: Candidates, config: ScreenConfig, seed: int
) -> dict[str, Any]:
    """All figures, as numbers by name."""
    return {
        "task": task,
        "settings": {**config.__dict__, "seed": seed},
        "env_steps": screening.env_steps,
        "mask_env_steps": screening.mask_env_steps,
        "seconds": screening.seconds,
        "compile_seconds": screening.compile_seconds,
        "ranking": [_standing_json(one) for one in screening.standings],
        "refused": candidates.refused,
    }


def worth_of(worth: Worth) -> dict[str, float]:
    """A mean return and its interval, as files hold them."""
    return {"return_mean": worth.mean, "return_low": worth.low, "return_high": worth.high}


def _standing_json(one: Standing) -> dict[str, Any]:
    return {
        "name": one.name,
        **worth_of(one.alone),
        "finished": one.finished,
        "steps": one.steps,
        "projected": one.projected,
        "length_mean": one.length,
        "endings": one.endings,
        "coverage": one.coverage,
        "smoothness": one.smoothness,
        "reward_parts": one.parts,
        "masked": {f"{width:g}": worth_of(worth) for width, worth in one.masked.items()},
        "tuning_env_steps": tuning_steps(one.name),
        "returns": one.scores,
    }


def draw(path: Path, task: str, screening: Screening, candidates: Candidates) -> None:
    """Write the picture of a screening."""
    best = screening.standings[0]
    screen_figure(
        path,
        screening,
        title=f"{task}: {len(screening.standings)} candidates",
        subtitle=f"{len(best.scores)} episodes each, {screening.env_steps:,} env steps in all",
        film=film_of(envs.spec(task), candidates.programs[best.name]),
    )
