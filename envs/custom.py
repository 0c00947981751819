"""A task of your own, from an MJCF file and three functions."""

from __future__ import annotations

import dataclasses
import difflib
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
from mujoco import batch

from envs import models
from envs.env import MujocoEnv
from envs.episode import Episode
from envs.errors import InputError
from envs.physics import make_physics
from envs.physics.base import PhysicsState
from envs.task import Quantity, TaskSpec
from envs.tasks.common import uniform_noise

Reward = Callable[[PhysicsState, PhysicsState, jax.Array], jax.Array]
"""`(before, after, control) -> reward`, a scalar; shapes as in `PhysicsState`, control `(nu,)`."""
Terminated = Callable[[PhysicsState], jax.Array]
"""`state -> whether the episode ends`, a boolean."""
Observation = Callable[[PhysicsState], jax.Array]
"""`state -> observation`, one axis."""
Initial = Callable[[jax.Array, jax.Array, jax.Array], tuple[jax.Array, jax.Array]]
"""`(key, qpos, qvel) -> (qpos, qvel)`, a random start from the model's rest configuration."""


@dataclasses.dataclass(frozen=True)
class _CustomTask:
    """Functions of the user's as a `Task`."""

    spec: TaskSpec
    frame_skip: int
    reads: tuple[str, ...]
    tracks: tuple[str, ...]
    initial: Initial
    observation: Observation
    user_terminated: Terminated
    user_reward: Reward

    def terminated(self, state: PhysicsState) -> jax.Array:
        """What the user's function says, which may be a Python boolean."""
        return jnp.asarray(self.user_terminated(state), bool)

    def reward(
        self, before: PhysicsState, after: PhysicsState, control: jax.Array
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """The user's reward as a float; it has no named parts."""
        return jnp.asarray(self.user_reward(before, after, control), float), {}


def from_mjcf(
    path: str | Path,
    *,
    reward: Reward,
    terminated: Terminated,
    observation: Observation,
    initial: Initial | None = None,
    reset_noise_scale: float = 0.01,
    frame_skip: int = 1,
    max_episode_steps: int | None = None,
    reads: tuple[str, ...] = (),
    tracks: tuple[str, ...] = (),
    spec: TaskSpec | None = None,
    physics: str = "auto",
    model: str = "gymnasium",
    threads: int | None = None,
    contacts: int | None = None,
) -> Episode:
    """Make a task of your own, on any engine, unbatched like those that ship.

    The functions are pure, jittable and unbatched. They see `PhysicsState`: `qpos`, `qvel`, `displacement`
    and the fields of `mujoco.MjData` that `reads` names, such as `state.reads["site_xpos"]`.

    Args:
        path: the MJCF file.
        reward: `(before, after, control) -> scalar`.
        terminated: `state -> boolean`.
        observation: `state -> array` of one axis.
        initial: `(key, qpos, qvel) -> (qpos, qvel)`, a random start from the model's rest configuration; None
            adds noise from U(-s, s) with s = `reset_noise_scale` to every entry.
        reset_noise_scale: see `initial`.
        frame_skip: physics steps per environment step.
        max_episode_steps: the time limit; None for that of `spec`, or 1000.
        reads: fields of `mujoco.MjData` that the functions read.
        tracks: fields of `mujoco.MjData` whose `displacement` they read, besides that of `qpos`.
        spec: the task in words; None for one with names from the model, too poor to write a prior from.
        physics: as in `envs.make`.
        model: as in `envs.make`; "gymnasium" takes the file as it is.
        threads: as in `envs.make`.
        contacts: as in `envs.make`.

    Raises:
        InputError: the file is missing or invalid, a field is unknown, a function returns another shape or
            type than it should, or `spec` does not fit the model.
    """
    mujoco_model, deviations = models.with_options(models.load(path), model)
    _check_model(path, mujoco_model, frame_skip, reads, tracks)
    limit = max_episode_steps or (spec.max_episode_steps if spec else 1000)
    if limit < 1 or max_episode_steps == 0:
        raise InputError(f"max_episode_steps is {max_episode_steps}; it must be at least 1")
    if initial is None:
        initial = functools.partial(_noise, scale=reset_noise_scale)
    engine = make_physics(
        physics, mujoco_model, reads=reads, tracks=tracks, threads=threads, contacts=contacts
    )
    start = jax.eval_shape(engine.init, jnp.zeros(mujoco_model.nq), jnp.zeros(mujoco_model.nv))
    seen = _check_functions(start, reward, terminated, observation, jnp.zeros(mujoco_model.nu))
    _check_initial(initial, start)
    default = _spec_from_model(Path(path), mujoco_model, seen.shape[0], frame_skip, limit)
    for name in ("observation_size", "action_size", "max_episode_steps", "time_step"):
        if spec is not None and not np.isclose(getattr(spec, name), getattr(default, name)):
            found, told = getattr(default, name), getattr(spec, name)
            raise InputError(f"spec.{name} is {told}, but the model, functions and arguments make it {found}")
    task = _CustomTask(
        spec=spec or default,
        frame_skip=frame_skip,
        reads=reads,
        tracks=tracks,
        initial=initial,
        observation=observation,
        user_terminated=terminated,
        user_reward=reward,
    )
    return Episode(MujocoEnv(task, engine, deviations=deviations), limit)


def _noise(key: jax.Array, qpos: jax.Array, qvel: jax.Array, *, scale: float) -> tuple[jax.Array, jax.Array]:
    return uniform_noise(key, qpos, qvel, scale)


def _check_model(
    path: str | Path, model: mujoco.MjModel, frame_skip: int, reads: tuple[str, ...], tracks: tuple[str, ...]
) -> None:
    if not isinstance(frame_skip, int) or frame_skip < 1:
        raise InputError(f"frame_skip is {frame_skip}; it must be a whole number, at least 1")
    if not model.nq or not model.nu:
        missing = "joint" if not model.nq else "actuator"
        raise InputError(f"{path} has no {missing}, so there is nothing to control")
    if model.nplugin or model.nmocap:
        what = "plugins" if model.nplugin else "mocap bodies"
        raise InputError(f"{path} has {what}, whose state the engines here do not carry")
    data = mujoco.MjData(model)
    known = [name for name in batch.DATA_FIELDS if isinstance(getattr(data, name), np.ndarray)]
    for argument, fields in (("reads", reads), ("tracks", tracks)):
        if isinstance(fields, str):
            raise InputError(f'{argument} is {fields!r}; it must be a tuple of names, ("{fields}",)')
        for field in fields:
            if field not in known:
                nearest = difflib.get_close_matches(field, known, n=1)
                suggestion = f"; did you mean {nearest[0]!r}?" if nearest else ""
                raise InputError(f"{argument} names {field!r}, no field of fixed size of MjData{suggestion}")


def _check_functions(
    state: Any, reward: Reward, terminated: Terminated, observation: Observation, control: jax.Array
) -> Any:
    """Shapes and types of what the user's functions return; gives the observation's."""
    seen = _traced("observation", observation, state)
    if not hasattr(seen, "shape") or len(seen.shape) != 1 or not jnp.issubdtype(seen.dtype, jnp.floating):
        raise InputError(f"observation must return one array of floats with one axis, not {seen}")
    for name, found in (
        ("reward", _traced("reward", reward, state, state, control)),
        ("terminated", _traced("terminated", terminated, state)),
    ):
        if not hasattr(found, "shape") or found.shape != ():
            raise InputError(f"{name} must return a scalar, not {found}")
    return seen


def _check_initial(initial: Initial, start: Any) -> None:
    found = _traced("initial", initial, jax.random.key(0), start.qpos, start.qvel)
    shapes = [getattr(x, "shape", None) for x in found] if isinstance(found, tuple | list) else found
    wanted = [start.qpos.shape, start.qvel.shape]
    if shapes != wanted:
        raise InputError(f"initial must return qpos and qvel of shapes {wanted}, not {shapes}")


def _traced(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """The shapes that a user's function returns."""
    try:
        return jax.eval_shape(function, *arguments)
    except KeyError as error:
        raise InputError(
            f"{name} looks for the field {error}; name it in reads (or, for its displacement, in tracks)"
        ) from error


def _spec_from_model(
    path: Path, model: mujoco.MjModel, observation_size: int, frame_skip: int, max_episode_steps: int
) -> TaskSpec:
    def actuator(index: int) -> Quantity:
        name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_ACTUATOR, index) or f"actuator_{index}"
        return Quantity(name, "control range", -1.0, 1.0, "-1 and 1 are the ends of the control range")

    return TaskSpec(
        name=path.stem,
        gymnasium_id="",
        objective=f"A task on {path.name}.",
        dynamics=f"A mechanism with {model.nv} degrees of freedom and {model.nu} actuators.",
        termination="Defined by a function.",
        observation=tuple(
            Quantity(f"observation_{i}", "", -np.inf, np.inf, "") for i in range(observation_size)
        ),
        action=tuple(actuator(i) for i in range(model.nu)),
        time_step=float(model.opt.timestep) * frame_skip,
        max_episode_steps=max_episode_steps,
    )
