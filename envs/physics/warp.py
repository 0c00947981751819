"""MuJoCo Warp, NVIDIA's GPU implementation, through MJX."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import mujoco
import warp

from envs.physics.mjx import CONTACT_FORCES, MJXPhysics


class WarpPhysics(MJXPhysics):
    """MuJoCo Warp in the graph, in float32 whatever JAX's precision is.

    Warp keeps the contacts of a whole batch of environments in one buffer of fixed size. A step that needs
    more contacts or constraints than there is room for drops some: `PhysicsState.overflow` tells where.

    Args:
        model: the model to step.
        reads: fields of `MjData` for `PhysicsState.reads`.
        tracks: fields of `MjData` for `PhysicsState.displacement`.
        contacts: room for contacts over all environments of a batch; None for `CONTACTS_PER_GEOM` for each
            geom that can touch something, in `ENVIRONMENTS` environments.
        constraints: room for rows of constraints in each environment; None for what the model's limits,
            equalities and `CONTACTS_PER_GEOM` contacts for each geom can need.
    """

    name = "warp"
    implementation: ClassVar[str] = "warp"

    ENVIRONMENTS: ClassVar[int] = 8192
    CONTACTS_PER_GEOM: ClassVar[int] = 2

    def __init__(
        self,
        model: mujoco.MjModel,
        *,
        reads: tuple[str, ...] = (),
        tracks: tuple[str, ...] = (),
        contacts: int | None = None,
        constraints: int | None = None,
    ):
        warp.config.log_level = warp.LOG_WARNING  # else it tells of every kernel, on standard output
        touching = int(((model.geom_contype | model.geom_conaffinity) != 0).sum())
        each = self.CONTACTS_PER_GEOM * max(1, touching)
        limited = model.jnt_limited.sum() + model.tendon_limited.sum() + (model.dof_frictionloss > 0).sum()
        # A contact takes one row without friction, else two for each direction of a pyramidal cone.
        rows = max(1, 2 * (int(model.geom_condim.max(initial=1)) - 1))
        super().__init__(
            model,
            reads=reads,
            tracks=tracks,
            naconmax=contacts or each * self.ENVIRONMENTS,
            njmax=constraints or int(limited) + 6 * model.neq + rows * each,
        )
        self._mjx = self._mjx.tree_replace(
            {
                "opt._impl.run_rne_postconstraint": CONTACT_FORCES in reads,
                "opt._impl.warn_overflow": 0,  # it is reported in the state instead of printed
            }
        )

    def _contact_forces(self, data: Any) -> Any:
        return data  # Warp has computed them in the step

    def _overflow(self, data: Any) -> jax.Array:
        return jnp.any(data._impl.overflow != 0)
