"""The tasks that ship, by name."""

from __future__ import annotations

import dataclasses
import math
import numbers
from typing import Any

import numpy as np

from envs import models
from envs.env import MujocoEnv
from envs.episode import Episode
from envs.errors import InputError, unknown
from envs.physics import make_physics
from envs.task import TaskSpec
from envs.tasks.ant import Ant
from envs.tasks.half_cheetah import HalfCheetah
from envs.tasks.hopper import Hopper
from envs.tasks.humanoid import Humanoid
from envs.tasks.inverted_double_pendulum import InvertedDoublePendulum
from envs.tasks.inverted_pendulum import InvertedPendulum
from envs.tasks.reacher import Reacher
from envs.tasks.swimmer import Swimmer
from envs.tasks.walker2d import Walker2d

_TASKS: dict[str, type[Any]] = {
    "ant": Ant,
    "half_cheetah": HalfCheetah,
    "hopper": Hopper,
    "humanoid": Humanoid,
    "inverted_double_pendulum": InvertedDoublePendulum,
    "inverted_pendulum": InvertedPendulum,
    "reacher": Reacher,
    "swimmer": Swimmer,
    "walker2d": Walker2d,
}


def names() -> tuple[str, ...]:
    """Names of the tasks that ship, in alphabetical order."""
    return tuple(sorted(_TASKS))


def spec(name: str) -> TaskSpec:
    """Description of a task, as its default arguments have it.

    Raises:
        InputError: no task has that name.
    """
    return _task_class(name)().spec


def make(
    name: str,
    physics: str = "auto",
    *,
    model: str = "gymnasium",
    threads: int | None = None,
    contacts: int | None = None,
    **arguments: Any,
) -> Episode:
    """Make a task as a Brax environment with its time limit, unbatched and without automatic reset.

    Args:
        name: one of `names()`.
        physics: the engine: "c" for MuJoCo's own, "mjx" for its JAX implementation, "warp" for its CUDA one;
            "auto" is "c" on a CPU, on a GPU "warp" where it is installed and else "mjx".
        model: options of the MuJoCo model: "gymnasium", as its file has them, or "fast", a cheaper integrator
            and few solver iterations; `env.deviations` tells what that changes.
        threads: host threads of the C engine; None for one per core.
        contacts: room in warp's buffer for the contacts of all environments of a batch; None for a guess.
        **arguments: the Gymnasium constructor's arguments that change the task.

    Raises:
        InputError: unknown task, engine or argument, an argument of another kind than its default, or an
            engine that this machine cannot run.
    """
    task_class = _task_class(name)
    _check_arguments(name, {field.name: field.default for field in dataclasses.fields(task_class)}, arguments)
    task = task_class(**arguments)
    mujoco_model, deviations = models.with_options(models.gymnasium_model(task.asset), model)
    engine = make_physics(
        physics, mujoco_model, reads=task.reads, tracks=task.tracks, threads=threads, contacts=contacts
    )
    return Episode(MujocoEnv(task, engine, deviations=deviations), task.spec.max_episode_steps)


def _check_arguments(task: str, defaults: dict[str, Any], arguments: dict[str, Any]) -> None:
    """Hold arguments to the kinds of their defaults: a boolean, a number, or a range (low, high)."""
    for argument, value in arguments.items():
        if not defaults:
            raise InputError(f"{task} takes no arguments that change the task, so no {argument!r}")
        if argument not in defaults:
            raise unknown(f"argument of {task}", argument, defaults)
        default = defaults[argument]
        if isinstance(default, bool):
            wanted, fits = "True or False", isinstance(value, bool | np.bool_)
        elif isinstance(default, tuple):
            wanted = "two numbers (low, high) with low < high"
            fits = isinstance(value, tuple | list) and len(value) == 2 and all(map(_is_number, value))
            fits = fits and value[0] < value[1]
        else:
            wanted, fits = "a finite number", _is_number(value) and math.isfinite(value)
        if not fits:
            raise InputError(f"{argument} of {task} is {value!r}; it must be {wanted}")


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _task_class(name: str) -> type[Any]:
    if name not in _TASKS:
        raise unknown("task", name, _TASKS)
    return _TASKS[name]
