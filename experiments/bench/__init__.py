"""Measurements of speed, as ratios within one run: `camel-jax bench NAME`."""

from __future__ import annotations

from pathlib import Path

import envs
from experiments.bench import compilation, loop, peers, physics, prior, probes, screen, seeds
from experiments.bench.row import Row, flatten, show

__all__ = ["Row", "check", "flatten", "run", "show"]

_MEASUREMENTS = {
    "compile": compilation.measure,
    "loop": loop.measure,
    "physics": physics.measure,
    "prior": prior.measure,
    "probes": probes.measure,
    "screen": screen.measure,
    "seeds": seeds.measure,
}


def check(name: str, task: str, physics: str = "auto", peers_python: Path | None = None) -> None:
    """Find out before anything is written or compiled whether a measurement can be made.

    Raises:
        InputError: as `run` does.
    """
    envs.make(task, physics)
    if name == "peers":
        peers.require_installed(peers_python)


def run(name: str, task: str, physics: str = "auto", peers_python: Path | None = None) -> list[Row]:
    """Make the measurement `name` on a task and an engine.

    Args:
        name: "physics", "prior", "probes", "loop", "seeds", "screen", "compile" or "peers".
        task: name of the task.
        physics: the engine, as in `envs.make`; of "peers", auto means c.
        peers_python: the Python that has the peers; this one if left out.

    Raises:
        InputError: unknown task, an engine that this machine cannot run, or a Python without the peers.
    """
    if name == "peers":
        return peers.measure(task, physics, peers_python)
    return _MEASUREMENTS[name](task, physics)
