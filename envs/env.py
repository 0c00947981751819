"""A task on a physics engine, as a Brax `Env`."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import mujoco
import numpy as np

from envs.brax_api import Env, State
from envs.errors import InputError
from envs.fault import contain_fault
from envs.physics.base import Physics, PhysicsState
from envs.task import Task, TaskSpec


class MujocoEnv(Env):
    """One unbatched environment; `jax.vmap` its `reset` and `step` for many.

    It knows no time limit: see `envs.episode`. `State.pipeline_state` is the `PhysicsState`.

    As everywhere in Brax an action lies in [-1, 1]; it is mapped affinely onto the actuators' control range,
    which most tasks have equal to [-1, 1]. An action beyond is passed on as it is, as Gymnasium does: the
    engine clips what it applies, and the reward's control cost sees the whole of it.

    Attributes:
        task: its rules.
        physics: its engine.
        deviations: in what it departs from the model as its author wrote it, one sentence each.
    """

    def __init__(self, task: Task, physics: Physics, *, deviations: tuple[str, ...] = ()):
        self.task = task
        self.physics = physics
        self.deviations = (*deviations, *physics.deviations)
        low, high = self.control_range
        self._centre, self._half_width = (low + high) / 2, (high - low) / 2

    @property
    def spec(self) -> TaskSpec:
        """Description of the task."""
        return self.task.spec

    @property
    def observation_size(self) -> int:
        """Entries of the observation."""
        return self.task.spec.observation_size

    @property
    def action_size(self) -> int:
        """Entries of the action; each lies in [-1, 1]."""
        return self.task.spec.action_size

    @property
    def control_range(self) -> tuple[np.ndarray, np.ndarray]:
        """Controls that the actions -1 and 1 stand for, each `(action_size,)`; ±1 where unlimited."""
        model = self.physics.model
        limited = model.actuator_ctrllimited[:, None].astype(bool)
        low, high = np.where(limited, model.actuator_ctrlrange, (-1.0, 1.0)).T
        return low, high

    @property
    def backend(self) -> str:
        """Name of the physics engine."""
        return self.physics.name

    def reset(self, rng: jax.Array) -> State:
        """Start an episode at a random configuration drawn with the key `rng`."""
        model = self.physics.model
        qpos, qvel = self.task.initial(rng, jnp.asarray(model.qpos0, float), jnp.zeros(model.nv, float))
        return self.reset_to(qpos, qvel)

    def reset_to(self, qpos: jax.Array, qvel: jax.Array) -> State:
        """Start an episode at a given configuration, shapes `(nq,)` and `(nv,)`.

        Raises:
            InputError: other shapes.
        """
        model = self.physics.model
        qpos, qvel = (jnp.asarray(x, float) for x in (qpos, qvel))
        _require_shape("qpos", qpos, (model.nq,))
        _require_shape("qvel", qvel, (model.nv,))
        physics_state = self.physics.init(qpos, qvel)
        zero = jnp.zeros((), qpos.dtype)
        _, parts = self.task.reward(physics_state, physics_state, jnp.zeros(self.action_size, qpos.dtype))
        return State(
            pipeline_state=physics_state,
            obs=self.task.observation(physics_state),
            reward=zero,
            done=zero,
            metrics=dict.fromkeys((*parts, "overflow", "fault"), zero),
        )

    def step(self, state: State, action: jax.Array) -> State:
        """Apply `action`, shape `(action_size,)`.

        Where the simulation breaks down, or the action is not finite, the step is a fault: see
        `envs.fault.contain_fault`.

        Raises:
            InputError: an action of another shape.
        """
        action = jnp.asarray(action, float)
        _require_shape("action", action, (self.action_size,))
        before: PhysicsState = state.pipeline_state
        control = self._centre + self._half_width * action
        after = self.physics.step(before, control, self.task.frame_skip)
        reward, parts = self.task.reward(before, after, control)
        # Engines differ in what they make of a control that is not finite, and of speeds beyond all bounds.
        sound = jnp.all(jnp.isfinite(action)) & _within_bounds(after.qpos) & _within_bounds(after.qvel)
        following = state.replace(
            pipeline_state=after,
            obs=jnp.where(sound, self.task.observation(after), jnp.nan),
            reward=reward,
            done=self.task.terminated(after).astype(reward.dtype),
            metrics={**parts, "overflow": after.overflow.astype(reward.dtype)},
        )
        return contain_fault(state, following)


def _within_bounds(x: jax.Array) -> jax.Array:
    # A NaN compares as false.
    return jnp.all(jnp.abs(x) < mujoco.mjMAXVAL)


def _require_shape(name: str, x: jax.Array, shape: tuple[int, ...]) -> None:
    if x.shape != shape:
        hint = "; jax.vmap the environment's functions for a batch" if x.ndim > len(shape) else ""
        raise InputError(f"{name} has shape {x.shape}, this environment takes {shape}{hint}")
