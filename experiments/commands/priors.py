"""`camel-jax priors`: the index of the programs that ship, and the check of its figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import Console
from tyro.conf import Positional

import envs
import priors
from envs import unknown
from envs.mujoco_warnings import quiet_mujoco
from experiments.prior_files import figures

# The figures of the index and of a check come from the same episodes. Where machines round differently, they
# are samples of one distribution: this many standard errors and this part of the return are allowed.
_STANDARD_ERRORS = 4.0
_ROUNDING = 0.005


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
        abouts = {name: priors.provenance(name) for name in names if name.startswith(f"{task}/")}
        if abouts:
            console.print(f"{task} ({envs.spec(task).gymnasium_id})", style="bold")
        for name in sorted(abouts, key=lambda name: -_return(abouts[name])):
            about = abouts[name]
            console.print(f"  {name:<32} {_spread(about['gymnasium_v4']):>16} alone{_history(about)}")
            console.print(f"      {about['description']}", style="dim")


def check(name: str, console: Console) -> bool:
    """Judge a program anew as its figures were made, tell the outcome, and say whether they hold."""
    told = priors.provenance(name)["gymnasium_v4"]
    spec = envs.spec(name.split("/", maxsplit=1)[0])
    with quiet_mujoco():  # what a warning says of Gymnasium's files is for their authors
        found = figures(spec, priors.load(name), episodes=told["episodes"], seed=told["seed"])
    same = agrees(told, found)
    console.print(
        f"{name}: {_spread(found)} in {found['episodes']} episodes, the index says {_spread(told)}"
        f"{'' if same else ': DIFFERS'}"
    )
    return same


def agrees(told: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether two means of returns differ by no more than chance and rounding explain."""
    error = math.hypot(told["return_std"], found["return_std"]) / math.sqrt(told["episodes"])
    allowed = _STANDARD_ERRORS * error + _ROUNDING * abs(told["return_mean"]) + 0.1
    return abs(told["return_mean"] - found["return_mean"]) <= allowed


def _history(about: dict[str, Any]) -> str:
    """What tuning has made of it, and whether it remembers."""
    before, steps = about.get("before_tuning"), (about["tuning"] or {}).get("env_steps", 0)
    was = f", {_spread(before)} before" if before else ""
    tuned = f"{was}, {steps:,} steps of tuning" if steps else ""
    return tuned + (", with memory" if about["memory"] else "")


def _return(about: dict[str, Any]) -> float:
    return float(about["gymnasium_v4"]["return_mean"])


def _spread(worth: dict[str, Any]) -> str:
    return f"{worth['return_mean']:,.0f} ± {worth['return_std']:,.0f}"
