"""MuJoCo's own C engine, called from inside the compiled graph."""

from __future__ import annotations

import functools
import threading

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
from mujoco import rollout

from envs.machine import available_cores
from envs.physics.base import PhysicsState


class CPhysics:
    """Multi-threaded `mujoco.rollout` behind `jax.pure_callback`.

    Unbatched like every engine; under any nesting of `jax.vmap` (seeds over environments, say) the
    batch axes reach the host in one call. The engine computes in float64 whatever JAX's precision is.

    A program that uses it does well to call `jax.config.update("jax_cpu_enable_async_dispatch", False)`
    first, as the command line does: callbacks from an asynchronously dispatched graph are slower, and some
    versions of JAX are known to hang in them.

    Args:
        model: the model to step.
        threads: worker threads; None for one per processor core that this process may use.
    """

    name = "c"

    def __init__(self, model: mujoco.MjModel, threads: int | None = None):
        self.model = model
        self.threads = threads or available_cores()
        self._data = [mujoco.MjData(model) for _ in range(self.threads)]
        self._pool = rollout.Rollout(nthread=self.threads)
        self._lock = threading.Lock()  # the data of the workers serve one call at a time
        self._state_size = mujoco.mj_stateSize(model, mujoco.mjtState.mjSTATE_FULLPHYSICS)

    def init(self, qpos: jax.Array, qvel: jax.Array) -> PhysicsState:
        """The state at a given configuration, `qpos` of shape `(nq,)` and `qvel` of shape `(nv,)`."""
        return PhysicsState(qpos=qpos, qvel=qvel, displacement=jnp.zeros_like(qpos))

    def step(self, state: PhysicsState, control: jax.Array, frame_skip: int) -> PhysicsState:
        """Advance by `frame_skip` physics steps under a constant `control`, shape `(nu,)`."""
        nq, nv = self.model.nq, self.model.nv
        # One array there and one back: the callback's cost grows with their number.
        packed = jax.pure_callback(
            functools.partial(self._rollout, frame_skip=frame_skip),
            jax.ShapeDtypeStruct((nq + nv + nq,), state.qpos.dtype),
            jnp.concatenate([state.qpos, state.qvel, control]),
            vmap_method="broadcast_all",
        )
        qpos, qvel, displacement = jnp.split(packed, [nq, nq + nv])
        return PhysicsState(qpos=qpos, qvel=qvel, displacement=displacement)

    def _rollout(self, packed: jax.Array, *, frame_skip: int) -> np.ndarray:
        """Step every mechanism of the batch on the host.

        Args:
            packed: positions, velocities and control side by side, shape `(..., nq + nv + nu)`.
            frame_skip: physics steps to take.

        Returns:
            Positions, velocities and displacement side by side, shape `(..., nq + nv + nq)`.
        """
        rows = np.asarray(packed, np.float64).reshape(-1, packed.shape[-1])
        positions = slice(1, 1 + self.model.nq)  # behind the time
        before = np.zeros((len(rows), self._state_size))
        before[:, 1 : 1 + self.model.nq + self.model.nv] = rows[:, : -self.model.nu]
        control = np.repeat(rows[:, None, -self.model.nu :], frame_skip, axis=1)
        with self._lock:
            states, _ = self._pool.rollout(self.model, self._data, before, control)
        after = states[:, -1]
        displacement = after[:, positions] - before[:, positions]
        result = np.concatenate([after[:, 1 : 1 + self.model.nq + self.model.nv], displacement], axis=1)
        return result.reshape(*packed.shape[:-1], -1).astype(packed.dtype)
