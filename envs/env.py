"""A task on a physics engine, as a Brax `Env`."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envs.brax_api import Env, State
from envs.physics.base import Physics, PhysicsState
from envs.task import Task, TaskSpec


class MujocoEnv(Env):
    """One unbatched environment; `jax.vmap` its `reset` and `step` for many.

    It knows no time limit: see `envs.episode`. `State.pipeline_state` is the `PhysicsState`.
    """

    def __init__(self, task: Task, physics: Physics):
        self.task = task
        self.physics = physics

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
    def backend(self) -> str:
        """Name of the physics engine."""
        return self.physics.name

    def reset(self, rng: jax.Array) -> State:
        """Start an episode at a random configuration drawn with the key `rng`."""
        model = self.physics.model
        qpos, qvel = self.task.initial(rng, jnp.asarray(model.qpos0), jnp.zeros(model.nv))
        return self.reset_to(qpos, qvel)

    def reset_to(self, qpos: jax.Array, qvel: jax.Array) -> State:
        """Start an episode at a given configuration, shapes `(nq,)` and `(nv,)`."""
        physics_state = self.physics.init(qpos, qvel)
        zero = jnp.zeros((), qpos.dtype)
        _, parts = self.task.reward(physics_state, jnp.zeros(self.action_size))
        return State(
            pipeline_state=physics_state,
            obs=self.task.observation(physics_state),
            reward=zero,
            done=zero,
            metrics=dict.fromkeys(parts, zero),
        )

    def step(self, state: State, action: jax.Array) -> State:
        """Apply `action`, shape `(action_size,)`; the engine clips it to the actuators' range."""
        physics_state: PhysicsState = self.physics.step(state.pipeline_state, action, self.task.frame_skip)
        reward, parts = self.task.reward(physics_state, action)
        return state.replace(
            pipeline_state=physics_state,
            obs=self.task.observation(physics_state),
            reward=reward,
            done=self.task.terminated(physics_state).astype(reward.dtype),
            metrics={**state.metrics, **parts},
        )
