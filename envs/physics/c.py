"""MuJoCo's own C engine, called from inside the compiled graph."""

from __future__ import annotations

import functools
import os

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
from mujoco import rollout

from envs.physics.base import PhysicsState


class CPhysics:
    """Multi-threaded `mujoco.rollout` behind `jax.pure_callback`.

    Unbatched like every engine; under any nesting of `jax.vmap` (seeds over environments, say) the
    batch axes reach the host in one call. The engine computes in float64 whatever JAX's precision is.

    Args:
        model: the model to step.
        threads: worker threads; None for one per processor core that this process may use.
    """

    name = "c"

    def __init__(self, model: mujoco.MjModel, threads: int | None = None):
        self.model = model
        self.threads = threads or len(os.sched_getaffinity(0))
        self._data = [mujoco.MjData(model) for _ in range(self.threads)]
        self._pool = rollout.Rollout(nthread=self.threads)
        self._state_size = mujoco.mj_stateSize(model, mujoco.mjtState.mjSTATE_FULLPHYSICS)

    def init(self, qpos: jax.Array, qvel: jax.Array) -> PhysicsState:
        """The state at a given configuration, `qpos` of shape `(nq,)` and `qvel` of shape `(nv,)`."""
        return PhysicsState(qpos=qpos, qvel=qvel, displacement=jnp.zeros_like(qpos))

    def step(self, state: PhysicsState, control: jax.Array, frame_skip: int) -> PhysicsState:
        """Advance by `frame_skip` physics steps under a constant `control`, shape `(nu,)`."""
        shapes = tuple(jax.ShapeDtypeStruct(x.shape, x.dtype) for x in (state.qpos, state.qvel, state.qpos))
        qpos, qvel, displacement = jax.pure_callback(
            functools.partial(self._rollout, frame_skip=frame_skip),
            shapes,
            state.qpos,
            state.qvel,
            control,
            vmap_method="broadcast_all",
        )
        return PhysicsState(qpos=qpos, qvel=qvel, displacement=displacement)

    def _rollout(
        self, qpos: jax.Array, qvel: jax.Array, control: jax.Array, *, frame_skip: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Step every mechanism of the batch on the host; each argument has the same leading axes."""
        batch, nq, nv = qpos.shape[:-1], self.model.nq, self.model.nv
        before = np.zeros((int(np.prod(batch)), self._state_size))
        before[:, 1 : 1 + nq] = np.asarray(qpos).reshape(-1, nq)
        before[:, 1 + nq : 1 + nq + nv] = np.asarray(qvel).reshape(-1, nv)
        held = np.repeat(np.asarray(control).reshape(-1, 1, self.model.nu), frame_skip, axis=1)
        states, _ = self._pool.rollout(self.model, self._data, before, held.astype(np.float64))
        after = states[:, -1]
        outputs = (
            (after[:, 1 : 1 + nq], qpos),
            (after[:, 1 + nq : 1 + nq + nv], qvel),
            (after[:, 1 : 1 + nq] - before[:, 1 : 1 + nq], qpos),
        )
        qpos_after, qvel_after, displacement = (
            x.reshape(like.shape).astype(like.dtype) for x, like in outputs
        )
        return qpos_after, qvel_after, displacement
