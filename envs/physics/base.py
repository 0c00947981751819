"""The seam between tasks and physics engines."""

from __future__ import annotations

from typing import Protocol

import jax
import mujoco
from flax import struct


class PhysicsState(struct.PyTreeNode):
    """Configuration of one mechanism, unbatched.

    Attributes:
        qpos: generalised positions, shape `(nq,)`, in MuJoCo's units (m, rad).
        qvel: generalised velocities, shape `(nv,)`, m/s or rad/s.
        displacement: `qpos` minus the `qpos` before the last step, shape `(nq,)`, subtracted at the
            engine's own precision: far from the origin the difference of two rounded positions loses digits.
    """

    qpos: jax.Array
    qvel: jax.Array
    displacement: jax.Array


class Physics(Protocol):
    """A physics engine bound to one model.

    Attributes:
        name: how the engine is chosen in `envs.make`.
        model: the MuJoCo model that it steps.
    """

    name: str
    model: mujoco.MjModel

    def init(self, qpos: jax.Array, qvel: jax.Array) -> PhysicsState:
        """The state at a given configuration, at rest in the sense of `displacement`."""

    def step(self, state: PhysicsState, control: jax.Array, frame_skip: int) -> PhysicsState:
        """Advance by `frame_skip` physics steps under a constant `control`, shape `(nu,)`."""
