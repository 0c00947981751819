"""MuJoCo's JAX implementation, MJX."""

from __future__ import annotations

import copy
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import mujoco

from envs.errors import InputError
from envs.physics.base import PhysicsState
from envs.physics.mjx_api import mjx
from envs.physics.mjx_frames import exact_contact_frames

CONTACT_FORCES = "cfrc_ext"  # what a step computes only when it is asked to


_KINEMATIC = frozenset(("xpos", "xquat", "xmat", "xipos", "ximat", "geom_xpos", "site_xpos"))


class MJXPhysics:
    """MJX, in the graph on any device, in the precision that JAX has when the engine is made.

    Only what a simulation continues from is carried from step to step (`PhysicsState.memory`: the solver's
    warm start, activations and tracked fields); all else of an `mjx.Data` is made anew inside a step.

    Args:
        model: the model to step.
        reads: fields of `MjData` for `PhysicsState.reads`.
        tracks: fields of `MjData` for `PhysicsState.displacement`.

    Raises:
        InputError: the model has something that MJX cannot simulate.
    """

    name = "mjx"
    implementation: ClassVar[str] = "jax"

    def __init__(
        self,
        model: mujoco.MjModel,
        *,
        reads: tuple[str, ...] = (),
        tracks: tuple[str, ...] = (),
        **sizes: Any,
    ):
        self.model, self.deviations = without_pgs(model)
        self.reads, self.tracks = reads, tracks
        try:
            self._mjx = mjx.put_model(self.model, impl=self.implementation)
            self._template = mjx.make_data(self.model, impl=self.implementation, **sizes)
        except (NotImplementedError, ValueError) as error:
            raise InputError(f'physics="{self.name}" cannot simulate this model: {error}') from error
        on_c = mujoco.MjData(self.model)
        for name in (*reads, *tracks):
            if getattr(_field(self._template, name), "shape", None) != getattr(on_c, name).shape:
                raise InputError(f'physics="{self.name}" has not the field {name!r} of MjData as C has it')

    def init(self, qpos: jax.Array, qvel: jax.Array) -> PhysicsState:
        """The state at a given configuration, `qpos` of shape `(nq,)` and `qvel` of shape `(nv,)`."""
        data = self._template.replace(qpos=self._cast(qpos), qvel=self._cast(qvel))
        if self.reads:
            data = self._forward(data)
        elif self.tracks:
            data = mjx.kinematics(self._mjx, data) if set(self.tracks) <= _KINEMATIC else self._forward(data)
        moved = {"qpos": jnp.zeros_like(qpos), **{k: jnp.zeros_like(_field(data, k)) for k in self.tracks}}
        state = self._state(data, moved)
        # As in MuJoCo's data after a reset: contact forces come with the first step.
        reads = {k: jnp.zeros_like(v) if k == CONTACT_FORCES else v for k, v in state.reads.items()}
        return state.replace(reads=reads)

    def step(self, state: PhysicsState, control: jax.Array, frame_skip: int) -> PhysicsState:
        """Advance by `frame_skip` physics steps under a constant `control`, shape `(nu,)`."""
        data = self._template.replace(
            qpos=self._cast(state.qpos),
            qvel=self._cast(state.qvel),
            ctrl=self._cast(control),
            qacc_warmstart=state.memory["warmstart"],
            act=state.memory["act"],
            time=state.memory["time"],
        )
        data = jax.lax.fori_loop(0, frame_skip, lambda _, data: self._substep(data), data)
        if CONTACT_FORCES in self.reads:
            data = self._contact_forces(data)
        before = {"qpos": state.qpos, **state.memory["tracked"]}
        return self._state(data, {name: _field(data, name) - value for name, value in before.items()})

    def _state(self, data: Any, moved: dict[str, jax.Array]) -> PhysicsState:
        dtype = jnp.zeros(()).dtype
        memory = {
            "warmstart": data.qacc_warmstart,
            "act": data.act,
            "time": data.time,
            "tracked": {name: _field(data, name) for name in self.tracks},
        }
        return PhysicsState(
            qpos=data.qpos.astype(dtype),
            qvel=data.qvel.astype(dtype),
            displacement={name: value.astype(dtype) for name, value in moved.items()},
            reads={name: _field(data, name).astype(dtype) for name in self.reads},
            overflow=self._overflow(data),
            memory=memory,
        )

    def _cast(self, x: jax.Array) -> jax.Array:
        return x.astype(self._template.qpos.dtype)

    def _substep(self, data: Any) -> Any:
        with exact_contact_frames():
            following = mjx.step(self._mjx, data)
        # With 64-bit JAX, MJX gives some indices of tendons back as wider integers than it took.
        return jax.tree.map(lambda new, old: new.astype(old.dtype), following, data)

    def _forward(self, data: Any) -> Any:
        with exact_contact_frames():
            return mjx.forward(self._mjx, data)

    def _contact_forces(self, data: Any) -> Any:
        return mjx.rne_postconstraint(self._mjx, data)

    def _overflow(self, _data: Any) -> jax.Array:
        return jnp.zeros((), bool)  # buffers hold every candidate contact of the model


def _field(data: Any, name: str) -> Any:
    """A field of an `mjx.Data`, or of its implementation, in MuJoCo's shape; None if absent."""
    owner = data._impl if hasattr(data._impl, name) else data
    value = getattr(owner, name, None)
    if value is None:
        return None
    # MuJoCo has rotation matrices as rows of 9.
    return value.reshape(*value.shape[:-2], 9) if name.endswith("mat") else value


def without_pgs(model: mujoco.MjModel) -> tuple[mujoco.MjModel, tuple[str, ...]]:
    """The model, with the Newton solver in place of one that MJX lacks; and what was changed."""
    if model.opt.solver != mujoco.mjtSolver.mjSOL_PGS:
        return model, ()
    model = copy.deepcopy(model)
    model.opt.solver = mujoco.mjtSolver.mjSOL_NEWTON
    return model, ("solver Newton instead of PGS, which MJX lacks",)
