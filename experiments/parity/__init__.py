"""How far every engine is from Gymnasium's own environments: `camel-jax parity`."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
from rich.console import Console
from rich.table import Table

import envs
from envs import Episode, MujocoEnv
from experiments import run_folder
from experiments.parity.one_step import STATES, OneStep, compare
from experiments.parity.returns import EPISODES, Returns, in_graph, in_gymnasium
from experiments.provenance import provenance

__all__ = ["ENGINES", "OneStep", "Results", "Returns", "read", "run", "show"]

ENGINES = ("c", "mjx", "warp")
_CONTACTS = 64  # room in warp's buffer for each environment of a comparison


class Results(NamedTuple):
    """What a comparison found, and on what.

    Attributes:
        provenance: versions, commit and device.
        one_step: rows of single steps.
        returns: rows of whole episodes.
        complete: whether every row is there; an interrupted comparison goes on from those that are.
    """

    provenance: dict[str, Any]
    one_step: list[OneStep]
    returns: list[Returns]
    complete: bool


class _Job(NamedTuple):
    kind: str  # "one_step" or "returns"
    task: str
    engine: str
    precision: str


def run(
    file: Path,
    tasks: Sequence[str],
    engines: Sequence[str],
    console: Console,
    *,
    states: int = STATES,
    episodes: int = EPISODES,
) -> Results:
    """Make every comparison, and write each as it is done.

    A file that holds an incomplete comparison on the same versions and device is continued.

    Raises:
        InputError: unknown task, warp is asked for and not installed, or the file holds something else, or
            rows of tasks or engines that are not asked for.
    """
    for task in tasks:
        envs.spec(task)
    if "warp" in engines and not importlib.util.find_spec("warp"):
        raise envs.InputError(
            'engine "warp" needs the package warp-lang; install the extra warp, or name --engines c mjx'
        )
    wanted = list(_jobs(tasks, engines))
    if file.exists() and not _done(read(file)) <= set(wanted):
        raise envs.InputError(f"{file} holds other tasks or engines as well; name another file")
    results = _begin(file)
    jobs = [job for job in wanted if job not in _done(results)]
    for job in jobs:
        row = _measure(job, states=states, episodes=episodes)
        getattr(results, job.kind).append(row)
        _write(file, results)
        console.print(_line(row))
    results = results._replace(complete=True)
    _write(file, results)
    return results


def read(file: Path) -> Results:
    """What `run` wrote.

    Raises:
        InputError: there is no such file, or it holds something else.
    """
    try:
        stored = json.loads(file.read_text())
        return Results(
            provenance=stored["provenance"],
            one_step=[OneStep(**row) for row in stored["one_step"]],
            returns=[Returns(**row) for row in stored["returns"]],
            complete=stored["complete"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise envs.InputError(f"{file} is no result of camel-jax parity: {error}") from error


def show(results: Results, console: Console) -> None:
    """Print both tables."""
    table = Table("task", "engine", "precision", "states", "observation", "reward", "> 1e-6", "terminations")
    for row in sorted(results.one_step, key=lambda row: row.task):
        mismatches = f"{row.mismatches} differ" if row.mismatches else f"{row.terminations} identical"
        deviations = (f"{row.observation:.1e}", f"{row.reward:.1e}", f"{row.beyond:.1%}")
        table.add_row(row.task, row.engine, row.precision, str(row.states), *deviations, mismatches)
    console.print(table)
    table = Table("task", "engine", "return, 95 % interval", "length", "agrees with Gymnasium")
    originals = {row.task: row for row in results.returns if row.engine == "gymnasium"}
    for found in sorted(results.returns, key=lambda row: row.task):
        agrees = "yes" if found.agrees(originals[found.task]) else "NO"
        interval = f"{found.mean:.2f} ± {found.half_width:.2f}"
        judged = "" if found.engine == "gymnasium" else agrees
        table.add_row(found.task, found.engine, interval, f"{found.length:.1f}", judged)
    console.print(table)


def _jobs(tasks: Sequence[str], engines: Sequence[str]) -> Iterator[_Job]:
    """Every comparison, the quick ones first: whole episodes on MJX take hours on a CPU."""
    yield from (_Job("returns", task, "gymnasium", "float32") for task in tasks)
    for engine in engines:
        # Warp computes in float32 whatever JAX does.
        for precision in ("float32",) if engine == "warp" else ("float64", "float32"):
            yield from (_Job("one_step", task, engine, precision) for task in tasks)
    for engine in sorted(engines, key=["c", "warp", "mjx"].index):
        yield from (_Job("returns", task, engine, "float32") for task in tasks)


def _measure(job: _Job, *, states: int, episodes: int) -> OneStep | Returns:
    if job.engine == "gymnasium":
        return in_gymnasium(job.task, episodes=episodes)
    with jax.enable_x64(job.precision == "float64"):
        env = _make(job.task, job.engine)
        if job.kind == "returns":
            return in_graph(job.task, env, episodes=episodes)
        return compare(job.task, env, precision=job.precision, count=states)


def _make(task: str, engine: str) -> Episode:
    """The task on an engine, on Warp's CPU device too, which `envs.make` refuses as it is slow."""
    if engine != "warp":
        return envs.make(task, engine)
    from envs.physics.warp import WarpPhysics  # noqa: PLC0415 - an optional package

    on_c = envs.make(task, "c").unwrapped
    reads, tracks = on_c.task.reads, on_c.task.tracks
    physics = WarpPhysics(on_c.physics.model, reads=reads, tracks=tracks, contacts=_CONTACTS * 1000)
    return Episode(MujocoEnv(on_c.task, physics), on_c.spec.max_episode_steps)


def _begin(file: Path) -> Results:
    fresh = Results(provenance(), [], [], complete=False)
    if not file.exists():
        return fresh
    found = read(file)
    versions = found.provenance["versions"].items()
    same = found.provenance["device"] == fresh.provenance["device"] and all(
        fresh.provenance["versions"].get(name) == version for name, version in versions
    )
    if found.complete or not same:
        return fresh
    # Rows of one file may come from several commits; the file names them all.
    commits = [*str(found.provenance["git_commit"]).split(", "), str(fresh.provenance["git_commit"])]
    told = {**fresh.provenance, "git_commit": ", ".join(dict.fromkeys(commits))}
    return found._replace(provenance=told)


def _done(results: Results) -> set[_Job]:
    steps = {_Job("one_step", row.task, row.engine, row.precision) for row in results.one_step}
    return steps | {_Job("returns", row.task, row.engine, "float32") for row in results.returns}


def _write(file: Path, results: Results) -> None:
    rows: dict[str, Any] = {
        "provenance": results.provenance,
        "one_step": [row._asdict() for row in results.one_step],
        "returns": [row._asdict() for row in results.returns],
        "complete": results.complete,
    }
    run_folder.write_json(file, rows)


def _line(row: OneStep | Returns) -> str:
    if isinstance(row, Returns):
        return f"{row.task:<26} {row.engine:<10} return {row.mean:,.2f} ± {row.half_width:.2f}"
    found = f"observation {row.observation:.1e}, reward {row.reward:.1e}"
    return f"{row.task:<26} {row.engine:<5} {row.precision} {found}, {row.mismatches} terminations differ"
