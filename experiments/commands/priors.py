"""`camel-jax priors`: the index of the programs that ship, and the check of its figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from tyro.conf import Positional

import envs
import priors
from envs import unknown
from envs.mujoco_warnings import quiet_mujoco

# The figures of the index and of a check come from the same episodes. Where machines round differently, they
# are samples of one distribution: this many standard errors and this part of the return are allowed.
_STANDARD_ERRORS = 4.0
_ROUNDING = 0.005
_WIDTH = 130  # columns of the index at least: a name that is cut off cannot be typed


@dataclass(frozen=True)
class Priors:
    """List the priors that ship, with what each is worth alone; or judge them anew and compare."""

    action: Positional[Literal["list", "check"]] = "list"
    """list: the index. check: run the episodes of the index again in Gymnasium; status 1 where a return
    differs."""
    names: Positional[tuple[str, ...]] = ()
    """Tasks or priors to list or to check; all if left out."""

    def __call__(self, console: Console) -> None:
        """Run the command.

        Raises:
            InputError: unknown names.
            SystemExit: with status 1, a figure of the index does not hold.
        """
        chosen = select(self.names)
        if self.action == "list":
            show(chosen, console)
        elif wrong := [name for name in chosen if not check(name, console)]:
            console.print(f"{len(wrong)} of {len(chosen)} differ from the index: {', '.join(wrong)}")
            raise SystemExit(1)
        else:
            console.print(f"all {len(chosen)} are worth what the index says")


def select(names: tuple[str, ...]) -> tuple[str, ...]:
    """The programs that names of tasks or of programs stand for, in the library's order; all for none.

    Raises:
        InputError: a name of neither.
    """
    known = priors.names()
    for name in names:
        if name not in (*envs.names(), *known):
            raise unknown("task or prior", name, (*envs.names(), *known))
    return tuple(name for name in known if not names or {name, name.split("/")[0]} & set(names))


def show(names: tuple[str, ...], console: Console) -> None:
    """Print the index of some programs, the best of each task first."""
    for task in envs.names():
        programs = [name for name in names if name.startswith(f"{task}/")]
        if not programs:
            continue
        title = f"{task} ({envs.spec(task).gymnasium_id})"
        width = max(console.width, _WIDTH)
        table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", width=width)
        table.add_column("prior", no_wrap=True)
        table.add_column("return alone", justify="right", no_wrap=True)
        table.add_column("before tuning", justify="right", no_wrap=True)
        table.add_column("steps of tuning", justify="right", no_wrap=True)
        table.add_column("memory", no_wrap=True)
        table.add_column("what it does")
        abouts = {name: priors.provenance(name) for name in programs}
        for name in sorted(programs, key=lambda name: -_return(abouts[name])):
            table.add_row(name, *_row(abouts[name]))
        console.print(table, crop=False)


def check(name: str, console: Console) -> bool:
    """Judge a program anew as its figures were made, tell the outcome, and say whether they hold."""
    told = priors.provenance(name)["gymnasium_v4"]
    found = figures(name, episodes=told["episodes"], seed=told["seed"])
    same = agrees(told, found)
    console.print(
        f"{name}: {_spread(found)} in {found['episodes']} episodes, the index says {_spread(told)}"
        f"{'' if same else ': DIFFERS'}"
    )
    return same


def figures(name: str, *, episodes: int = 100, seed: int = 0) -> dict[str, Any]:
    """What a program is worth alone in Gymnasium, as its provenance holds it under `gymnasium_v4`.

    Args:
        name: of the library.
        episodes: how many.
        seed: of the first episode; each further one has the next.
    """
    from camel_jax import prior_alone  # noqa: PLC0415 - seconds of imports
    from camel_jax.evaluate import GymnasiumEvaluator  # noqa: PLC0415

    policy = prior_alone(priors.load(name))
    spec = envs.spec(name.split("/", maxsplit=1)[0])
    with quiet_mujoco():  # what a warning says of Gymnasium's files is for their authors
        evaluator = GymnasiumEvaluator(spec.gymnasium_id, policy.step, episodes=episodes)
    judged = evaluator(policy.parameters, policy.carry, seed=seed)
    return {
        "episodes": episodes,
        "return_mean": round(float(judged.returns.mean()), 1),
        "return_std": round(float(judged.returns.std()), 1),
        "length_mean": round(float(judged.lengths.mean()), 1),
        "seed": seed,
    }


def agrees(told: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether two means of returns differ by no more than chance and rounding explain."""
    error = math.hypot(told["return_std"], found["return_std"]) / math.sqrt(told["episodes"])
    allowed = _STANDARD_ERRORS * error + _ROUNDING * abs(told["return_mean"]) + 0.1
    return abs(told["return_mean"] - found["return_mean"]) <= allowed


def _row(about: dict[str, Any]) -> tuple[str, ...]:
    before, tuning = about.get("before_tuning"), about["tuning"]
    return (
        _spread(about["gymnasium_v4"]),
        _spread(before) if before else "",
        f"{tuning['env_steps']:,}" if tuning else "0",
        "yes" if about["memory"] else "no",
        about["description"],
    )


def _return(about: dict[str, Any]) -> float:
    return float(about["gymnasium_v4"]["return_mean"])


def _spread(worth: dict[str, Any]) -> str:
    return f"{worth['return_mean']:,.0f} ± {worth['return_std']:,.0f}"
