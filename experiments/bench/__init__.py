"""Measurements of speed, as ratios within one run: `camel-jax bench NAME`."""

from __future__ import annotations

from experiments.bench import compilation, loop, physics, prior
from experiments.bench.row import Row, flatten, show

__all__ = ["Row", "flatten", "run", "show"]

_MEASUREMENTS = {
    "compile": compilation.measure,
    "loop": loop.measure,
    "physics": physics.measure,
    "prior": prior.measure,
}


def run(name: str, task: str, physics: str = "auto") -> list[Row]:
    """Make the measurement `name`, "physics", "prior", "loop" or "compile", on a task and an engine.

    Raises:
        InputError: unknown task, or an engine that this machine cannot run.
    """
    return _MEASUREMENTS[name](task, physics)
