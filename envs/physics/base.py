"""The seam between tasks and physics engines."""

from __future__ import annotations

from typing import Any, Protocol

import jax
import mujoco
from flax import struct


class PhysicsState(struct.PyTreeNode):
    """Configuration of one mechanism, unbatched, in MuJoCo's units (m, rad, s, N).

    Attributes:
        qpos: generalised positions, shape `(nq,)`. To go on from another configuration, call an
            environment's `reset_to`: an engine may go on from its memory whatever is put in here.
        qvel: generalised velocities, shape `(nv,)`.
        displacement: how far the last step moved `qpos` and each field that the task tracks, by name, in the
            field's shape. It is subtracted at the engine's own precision: far from the origin the difference
            of two rounded positions loses digits.
        reads: fields of `mujoco.MjData` that the task reads, by name, in their shapes there. Like MuJoCo
            itself after `mj_step`, they lag behind `qpos` by up to one physics step.
        overflow: whether the last step had more contacts or constraints than the engine has room for, and
            dropped some; a boolean.
        memory: what the engine itself carries from step to step; no task looks into it.
    """

    qpos: jax.Array
    qvel: jax.Array
    displacement: dict[str, jax.Array]
    reads: dict[str, jax.Array]
    overflow: jax.Array
    memory: Any


class Physics(Protocol):
    """A physics engine bound to one model, and to the fields that one task reads and tracks.

    Attributes:
        name: how the engine is chosen in `envs.make`.
        model: the MuJoCo model that it steps.
        deviations: in what it departs from MuJoCo's C engine on the model as given, one sentence each.
    """

    name: str
    model: mujoco.MjModel
    deviations: tuple[str, ...]

    def init(self, qpos: jax.Array, qvel: jax.Array) -> PhysicsState:
        """The state at a given configuration, at rest in the sense of `displacement`."""

    def step(self, state: PhysicsState, control: jax.Array, frame_skip: int) -> PhysicsState:
        """Advance by `frame_skip` physics steps under a constant `control`, shape `(nu,)`.

        A mechanism whose simulation broke down comes back with `qpos` or `qvel` not finite.
        """
