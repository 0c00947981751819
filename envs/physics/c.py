"""MuJoCo's own C engine, called from inside the compiled graph."""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
from jax.experimental.buffer_callback import Buffer, buffer_callback
from mujoco import batch

from envs.machine import available_cores
from envs.mujoco_warnings import quiet_mujoco
from envs.physics.base import PhysicsState

_State = mujoco.mjtState
# What a simulation continues from, in MuJoCo's own order; the controls follow it in a row of `mujoco.batch`.
_CARRIED = int(
    _State.mjSTATE_TIME
    | _State.mjSTATE_QPOS
    | _State.mjSTATE_QVEL
    | _State.mjSTATE_ACT
    | _State.mjSTATE_HISTORY
    | _State.mjSTATE_WARMSTART
)
_Warning = mujoco.mjtWarning
_OVERFLOWS = [int(_Warning.mjWARN_CONTACTFULL), int(_Warning.mjWARN_CNSTRFULL)]
_BREAKDOWNS = [
    int(warning) for warning in (_Warning.mjWARN_BADQPOS, _Warning.mjWARN_BADQVEL, _Warning.mjWARN_BADQACC)
]
_CONTACT_FORCES = "cfrc_ext"  # the one field here that mj_step leaves to mj_rnePostConstraint

_Shapes = dict[str, tuple[int, ...]]


class CPhysics:
    """Multi-threaded `mujoco.batch` behind a callback from the graph.

    Unbatched like every engine; under any nesting of `jax.vmap` (seeds over environments, say) the
    batch axes reach the host in one call. The engine computes in float64 whatever JAX's precision is, and
    its state travels through the graph bit by bit (`PhysicsState.memory`). So an episode is MuJoCo's own to
    the last bit, warm start of the solver included, and `qpos` and `qvel` are merely its rounded image.

    A program that uses it does well to call `jax.config.update("jax_cpu_enable_async_dispatch", False)`
    first, as the command line does: callbacks from an asynchronously dispatched graph are slower, and some
    versions of JAX are known to hang in them.

    Args:
        model: the model to step.
        reads: fields of `MjData` for `PhysicsState.reads`.
        tracks: fields of `MjData` for `PhysicsState.displacement`.
        threads: worker threads; None for one per processor core that this process may use.

    Attributes:
        calls: from the graph to the host so far.
    """

    name = "c"
    deviations: tuple[str, ...] = ()

    def __init__(
        self,
        model: mujoco.MjModel,
        *,
        reads: tuple[str, ...] = (),
        tracks: tuple[str, ...] = (),
        threads: int | None = None,
    ):
        self.model = model
        self.threads = threads or available_cores()
        data = mujoco.MjData(model)
        self._reads: _Shapes = {name: getattr(data, name).shape for name in reads}
        self._tracks: _Shapes = {name: getattr(data, name).shape for name in tracks}
        self.calls = 0
        self._simulations: dict[int, _Simulations] = {}
        self._lock = threading.Lock()  # simulations serve one call at a time

    def init(self, qpos: jax.Array, qvel: jax.Array) -> PhysicsState:
        """The state at a given configuration, `qpos` of shape `(nq,)` and `qvel` of shape `(nv,)`."""
        size = _memory_size(self.model, self._tracks)
        state = PhysicsState(
            qpos=qpos,
            qvel=qvel,
            displacement={k: jnp.zeros(s, qpos.dtype) for k, s in self._displacement_shapes.items()},
            reads={k: jnp.zeros(s, qpos.dtype) for k, s in self._reads.items()},
            overflow=jnp.zeros((), bool),
            memory=jnp.zeros(2 * size, jnp.uint32),
        )
        # Where nothing is read, the first step makes up for mj_forward without a call of its own.
        return self.step(state, jnp.zeros(self.model.nu, qpos.dtype), 0) if self._reads else state

    def step(self, state: PhysicsState, control: jax.Array, frame_skip: int) -> PhysicsState:
        """Advance by `frame_skip` physics steps under a constant `control`, shape `(nu,)`."""
        dtype = state.qpos.dtype
        shapes = [state.qpos.shape, state.qvel.shape, *self._displacement_shapes.values()]
        shapes += self._reads.values()
        sizes = [math.prod(shape) * dtype.itemsize // 4 for shape in shapes]
        # One array there and one back: the callback's cost grows with their number.
        words = _call(
            functools.partial(self._on_host, frame_skip=frame_skip, dtype=dtype),
            jnp.concatenate([state.memory, *map(_words, (state.qpos, state.qvel, control.astype(dtype)))]),
            size=state.memory.size + 1 + sum(sizes),
        )
        memory, overflow, *parts = jnp.split(words, np.cumsum([state.memory.size, 1, *sizes[:-1]]))
        qpos, qvel, *fields = (_floats(part, s, dtype) for part, s in zip(parts, shapes, strict=True))
        moved = len(self._displacement_shapes)
        return state.replace(
            qpos=qpos,
            qvel=qvel,
            displacement=dict(zip(self._displacement_shapes, fields[:moved], strict=True)),
            reads=dict(zip(self._reads, fields[moved:], strict=True)),
            overflow=overflow[0] > 0,
            memory=memory,
        )

    @property
    def _displacement_shapes(self) -> _Shapes:
        return {"qpos": (self.model.nq,), **self._tracks}

    def _on_host(self, words: np.ndarray, *, frame_skip: int, dtype: np.dtype) -> np.ndarray:
        """Step every mechanism of a batch.

        Args:
            words: memory, positions, velocities and control side by side, uint32, shape `(..., words)`.
            frame_skip: physics steps to take; 0 only evaluates the configuration.
            dtype: what the positions, velocities and control are words of.

        Returns:
            Memory, overflow, positions, velocities, displacements and reads side by side, likewise.
        """
        rows = words.reshape(-1, words.shape[-1])
        split = 2 * _memory_size(self.model, self._tracks)
        memory = np.ascontiguousarray(rows[:, :split]).view(np.float64)
        given = np.ascontiguousarray(rows[:, split:]).view(dtype).astype(np.float64)
        with self._lock:
            if len(rows) not in self._simulations:
                self._simulations[len(rows)] = _Simulations(
                    self.model, len(rows), self.threads, self._reads, self._tracks
                )
            self.calls += 1
            memory, overflow, numbers = self._simulations[len(rows)].advance(memory, given, frame_skip)
        result = np.concatenate(
            [memory.view(np.uint32), overflow[:, None], numbers.astype(dtype).view(np.uint32)], axis=1
        )
        return result.reshape(*words.shape[:-1], -1)


def _call(function: Callable[[np.ndarray], np.ndarray], words: jax.Array, *, size: int) -> jax.Array:
    """`function` of `words`, both uint32, on the host; under `jax.vmap` it gets all batch axes in one call.

    On the CPU it reads and writes the graph's own memory: `jax.pure_callback` makes JAX arrays of what it
    passes, which takes longer than a step of one Hopper (`docs/decisions.md`). Elsewhere that has to be.
    """
    result = jax.ShapeDtypeStruct((size,), words.dtype)

    def in_place(_: object, out: Buffer, words: Buffer) -> None:
        np.asarray(out)[...] = function(np.asarray(words))

    def copied(words: jax.Array) -> np.ndarray:
        return function(np.asarray(words))

    return jax.lax.platform_dependent(
        words,
        cpu=buffer_callback(in_place, result, vmap_method="broadcast_all"),
        default=lambda words: jax.pure_callback(copied, result, words, vmap_method="broadcast_all"),
    )


def _words(x: jax.Array) -> jax.Array:
    return jax.lax.bitcast_convert_type(x, jnp.uint32).reshape(-1)


def _floats(words: jax.Array, shape: tuple[int, ...], dtype: np.dtype) -> jax.Array:
    per_number = dtype.itemsize // 4
    grouped = words.reshape(shape if per_number == 1 else (*shape, per_number))
    return jax.lax.bitcast_convert_type(grouped, dtype)


def _memory_size(model: mujoco.MjModel, tracks: _Shapes) -> int:
    """Numbers of a memory row: 1 if it holds a state (else 0), MuJoCo's state, the tracked fields."""
    return 1 + mujoco.mj_stateSize(model, _CARRIED) + sum(math.prod(shape) for shape in tracks.values())


class _Simulations:
    """A number of simulations on the host, and the traffic between them and rows of float64."""

    def __init__(self, model: mujoco.MjModel, count: int, threads: int, reads: _Shapes, tracks: _Shapes):
        self._model = model
        # Contact forces take a call that the batch does not make, on the whole data of each simulation.
        self._wants_contact_forces = _CONTACT_FORCES in reads
        self._contact_forces = np.zeros((count, model.nbody, 6))
        self._batch = batch.Batch(model, count, threads, persistent=self._wants_contact_forces)
        self._scratch = mujoco.MjData(model)
        self._reads = [
            self._contact_forces if name == _CONTACT_FORCES else self._batch.bind(name) for name in reads
        ]
        self._tracks = [self._batch.bind(name) for name in tracks]
        carried = mujoco.mj_stateSize(model, _CARRIED)
        self._carried = self._batch.state[:, :carried]
        self._control = self._batch.state[:, carried : carried + model.nu]

    def advance(
        self, memory: np.ndarray, given: np.ndarray, frame_skip: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Go on from each row's memory, or where it holds nothing from the configuration that is given.

        Args:
            memory: rows of `_memory_size`.
            given: positions, velocities and control side by side.
            frame_skip: physics steps to take.

        Returns:
            The memory after; whether MuJoCo's arena was too small for all contacts and constraints, as
            uint32; and positions, velocities, displacements and reads side by side, which are NaN, and the
            memory empty, in rows that are or become unstable.
        """
        nq, nv = self._model.nq, self._model.nv
        known, carried, tracked = np.split(memory, [1, 1 + self._carried.shape[1]], axis=1)
        self._batch.warning[:] = 0
        sound = np.isfinite(given).all(axis=1)  # MuJoCo itself would start over, or take a control of 0
        self._carried[:] = carried
        starting = sound & (known[:, 0] == 0)
        if starting.any():
            self._batch.qpos[starting], self._batch.qvel[starting] = np.split(
                given[starting, : nq + nv], [nq], axis=1
            )
            self._control[starting] = 0.0
            sound &= self._attempt(self._batch.forward, starting)
            tracked = np.where(starting[:, None], self._flat(self._tracks), tracked)
        before = np.concatenate([self._batch.qpos, tracked], axis=1)
        if frame_skip:
            self._control[:] = given[:, nq + nv :]
            sound &= self._attempt(functools.partial(self._batch.step, nstep=frame_skip), sound)
        if self._wants_contact_forces:
            self._read_contact_forces(stepped=frame_skip > 0)
        sound &= ~self._batch.warning[:, _BREAKDOWNS, 1].any(axis=1)
        tracked = self._flat(self._tracks)
        after = np.concatenate([self._batch.qpos, tracked], axis=1)
        numbers = np.concatenate(
            [self._batch.qpos, self._batch.qvel, after - before, self._flat(self._reads)], axis=1
        )
        memory = np.concatenate([np.ones_like(known), self._carried, tracked], axis=1)
        numbers[~sound], memory[~sound] = np.nan, 0.0
        overflow = self._batch.warning[:, _OVERFLOWS, 1].any(axis=1).astype(np.uint32)
        return memory, overflow, numbers

    def _attempt(self, call: Callable[..., None], chosen: np.ndarray) -> np.ndarray:
        """Make a call of the batch for the chosen simulations; gives where MuJoCo raised no error in it."""
        try:
            with quiet_mujoco():  # what it warns of is told in the state, and would fill a file
                call(None if chosen.all() else chosen)
        except batch.SimulationError as error:
            return ~np.isin(np.arange(len(chosen)), error.ids)
        return np.ones_like(chosen)

    def _read_contact_forces(self, *, stepped: bool) -> None:
        if not stepped:
            self._contact_forces[:] = 0.0  # as in an MjData that was reset and has not been stepped
            return
        for index, forces in enumerate(self._contact_forces):
            self._batch.get_data(index, self._scratch)
            mujoco.mj_rnePostConstraint(self._model, self._scratch)
            forces[:] = self._scratch.cfrc_ext

    def _flat(self, fields: list[np.ndarray]) -> np.ndarray:
        """The fields side by side, shape `(simulations, numbers)`."""
        flat = [field.reshape(len(field), -1) for field in fields]
        return np.concatenate([np.zeros((len(self._carried), 0)), *flat], axis=1)
