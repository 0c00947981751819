"""Measurements of speed, as ratios within one run: `camel-jax bench NAME`."""

from __future__ import annotations

from experiments.bench import loop, physics
from experiments.bench.row import Row, flatten, show

__all__ = ["Row", "flatten", "run", "show"]

_MEASUREMENTS = {"loop": loop.measure, "physics": physics.measure}


def run(name: str, task: str) -> list[Row]:
    """Make the measurement `name`, "physics" or "loop", on a task.

    Raises:
        InputError: unknown task.
    """
    return _MEASUREMENTS[name](task)
