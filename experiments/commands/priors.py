"""`camel-jax priors`: the index of the programs that ship, and the check of its figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import Console
from tyro.conf import Positional

import envs
import priors
from envs import InputError, unknown
from experiments import prior_index
from experiments.prior_index import ALONE, SCREENED


@dataclass(frozen=True)
class Priors:
    """List the priors that ship and their worth, alone and as a mask; or judge them anew and compare."""

    action: Positional[Literal["list", "check"]] = "list"
    """list: the index. check: run its episodes again, alone in Gymnasium and in a screening; status 1 where a
    return differs."""
    names: Positional[tuple[str, ...]] = ()
    """Tasks or priors to list or to check; all if left out."""
    write: bool = False
    """With check: write what was found into the index in place of comparing."""

    def __call__(self, console: Console) -> None:
        """Run the command.

        Raises:
            InputError: unknown names, --write with list, or figures that cannot be written.
            SystemExit: with status 1, a figure of the index does not hold.
        """
        chosen = select(self.names)
        if self.write and self.action != "check":
            raise InputError("--write is for check, whose figures it writes; list only shows the index")
        if self.action == "list":
            show(chosen, console)
        elif self.write:
            for name, found in _judged(chosen, console):
                prior_index.write(name, found)
        else:
            _compare(chosen, console)


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
    for task, programs in _by_task(names):
        abouts = {name: priors.provenance(name) for name in programs}
        console.print(f"{task} ({envs.spec(task).gymnasium_id})", style="bold")
        for name in sorted(abouts, key=lambda name: -_return(abouts[name])):
            about = abouts[name]
            console.print(
                f"  {name:<32} {_spread(about[ALONE]):>16} alone; {_masked(about)}{_history(about)}"
            )
            console.print(f"      {about['description']}", style="dim")


def _compare(names: tuple[str, ...], console: Console) -> None:
    """Judge programs anew as their figures were made, and say which of them do not hold.

    Raises:
        SystemExit: with status 1, one does not.
    """
    wrong = []
    for name, found in _judged(names, console):
        told = priors.provenance(name)
        if not prior_index.agree(told, found):
            console.print(f"    DIFFERS from the index: {_spread(told[ALONE])} alone; {_masked(told)}")
            wrong.append(name)
    if wrong:
        console.print(f"{len(wrong)} of {len(names)} differ from the index: {', '.join(wrong)}")
        raise SystemExit(1)
    console.print(f"all {len(names)} are worth what the index says")


def _judged(names: tuple[str, ...], console: Console) -> Iterator[tuple[str, dict[str, Any]]]:
    """Figures of programs, told as they come, task by task."""
    for task, programs in _by_task(names):
        for name, found in prior_index.judge(task, programs).items():
            console.print(f"{name}: {_spread(found[ALONE])} alone; {_masked(found)}")
            yield name, found


def _by_task(names: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    """Programs by their task, in the tasks' order."""
    sorted_out = [(task, [name for name in names if name.startswith(f"{task}/")]) for task in envs.names()]
    return [(task, programs) for task, programs in sorted_out if programs]


def _masked(about: dict[str, Any]) -> str:
    """What random actions inside of a mask around the program are worth, by its width."""
    masked = about.get(SCREENED, {}).get("masked", {})
    if not masked:
        return "not screened"
    returns = (f"{worth['return_mean']:,.0f}" for worth in masked.values())
    return f"at random within ±{'/'.join(masked)}: {' / '.join(returns)}"


def _history(about: dict[str, Any]) -> str:
    """What tuning has made of it, and whether it remembers."""
    before, steps = about.get("before_tuning"), (about["tuning"] or {}).get("env_steps", 0)
    was = f"; {_spread(before)} before" if before else ""
    tuned = f"{was}; {steps:,} steps of tuning" if steps else ""
    return tuned + ("; with memory" if about["memory"] else "")


def _return(about: dict[str, Any]) -> float:
    return float(about[ALONE]["return_mean"])


def _spread(worth: dict[str, Any]) -> str:
    return f"{worth['return_mean']:,.0f} ± {worth['return_std']:,.0f}"
