"""Tasks on MuJoCo. This floor knows nothing of learning or of language models.

Public face: `make`, `names`, `spec`, the task descriptions and the episode wrappers.
"""

from __future__ import annotations

import functools
import os
from typing import Any

import gymnasium
import mujoco

from envs.brax_api import Env, State, Wrapper
from envs.env import MujocoEnv
from envs.episode import AutoReset, TimeLimit
from envs.errors import InputError, unknown
from envs.hopper import Hopper
from envs.machine import available_cores
from envs.physics.base import Physics, PhysicsState
from envs.physics.c import CPhysics
from envs.task import Quantity, Task, TaskSpec

__all__ = [
    "AutoReset",
    "Env",
    "InputError",
    "MujocoEnv",
    "Physics",
    "PhysicsState",
    "Quantity",
    "State",
    "Task",
    "TaskSpec",
    "TimeLimit",
    "Wrapper",
    "available_cores",
    "make",
    "names",
    "spec",
    "unknown",
]

_TASKS = {"hopper": Hopper}
_ENGINES = {"c": CPhysics}


def names() -> tuple[str, ...]:
    """Names of the tasks that ship, in alphabetical order."""
    return tuple(sorted(_TASKS))


def spec(name: str) -> TaskSpec:
    """Description of a task.

    Raises:
        InputError: no task has that name.
    """
    return _task_class(name).spec


def make(name: str, physics: str = "auto", *, threads: int | None = None, **arguments: Any) -> TimeLimit:
    """Make a task as a Brax environment with its time limit, unbatched and without automatic reset.

    Args:
        name: one of `names()`.
        physics: the engine: "c" for MuJoCo's own, or "auto", which is "c" on a CPU.
        threads: host threads of the C engine; None for one per core.
        **arguments: the Gymnasium constructor's arguments that change the task.

    Raises:
        InputError: unknown task, engine or argument.
    """
    task_class = _task_class(name)
    if physics not in ("auto", *_ENGINES):
        raise unknown("physics", physics, ("auto", *_ENGINES))
    if threads is not None and threads < 1:
        raise InputError(f"threads is {threads}; it must be at least 1, or None for one per core")
    accepted = task_class.__dataclass_fields__
    for argument in arguments:
        if argument not in accepted:
            raise unknown(f"argument of {name}", argument, accepted)
    task = task_class(**arguments)
    engine = _ENGINES["c" if physics == "auto" else physics]
    env = MujocoEnv(task, engine(_load_model(task.asset), threads=threads))
    return TimeLimit(env, task.spec.max_episode_steps)


def _task_class(name: str) -> type[Any]:
    if name not in _TASKS:
        raise unknown("task", name, _TASKS)
    return _TASKS[name]


@functools.cache
def _load_model(asset: str) -> mujoco.MjModel:
    """The model of an MJCF file that ships with the installed `gymnasium` package."""
    folder = os.path.join(os.path.dirname(gymnasium.__file__), "envs", "mujoco", "assets")
    return mujoco.MjModel.from_xml_path(os.path.join(folder, asset))
