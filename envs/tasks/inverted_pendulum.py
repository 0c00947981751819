"""Inverted pendulum: a cart that must balance a pole. Semantics of Gymnasium `InvertedPendulum-v4`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp

from envs.physics.base import PhysicsState
from envs.task import Quantity, TaskSpec
from envs.tasks.common import configuration, uniform_noise

_INF = math.inf
_RESET_NOISE = 0.01  # m, rad, m/s and rad/s
_GREATEST_ANGLE = 0.2  # rad

_SPEC = TaskSpec(
    name="inverted_pendulum",
    gymnasium_id="InvertedPendulum-v4",
    objective=(
        "Keep the pole upright. Each step gives 1, the one that ends the episode too, whatever the action "
        "and wherever the cart is. An episode lasts 1000 steps unless the pole tips over, so the best return "
        "is 1000; doing nothing is worth about 25, random actions about 6."
    ),
    dynamics=(
        "A cart of 10.5 kg slides along the x axis on a rail from -1 m to 1 m; a pole of 5 kg, 0.6 m long, "
        "stands on it, hinged at the cart and free to tip over in the x-z plane, under gravity. Left alone, "
        "the pole's angle grows by a factor of e every 0.22 s or so. The action pushes the cart with a force "
        "of 300 N times the action. Per step of 0.04 s, an action adds about 1 m/s times the action to the "
        "cart's speed and -2.3 rad/s times the action to the pole's rate: pushing the cart towards the side "
        "to which the pole leans raises the pole. Small actions suffice near the upright pose, and full ones "
        "overturn the pole within a few steps. Damping is 1 Ns/m on the rail and 1 Nm s/rad in the hinge. "
        "The ends of the rail stop the cart, somewhat softly. An episode starts near the middle, upright and "
        "at rest, each entry of the state within 0.01 of 0."
    ),
    termination=(
        "The episode ends when the pole's angle is below -0.2 rad or above 0.2 rad. The cart's position does "
        "not end it."
    ),
    observation=(
        Quantity("cart_x", "m", -1.0, 1.0, "position of the cart on the rail; 0 in the middle"),
        Quantity("pole_angle", "rad", -1.571, 1.571, "0 upright; positive leans towards positive x"),
        Quantity("cart_x_velocity", "m/s", -_INF, _INF, "speed of the cart towards positive x"),
        Quantity(
            "pole_angular_velocity",
            "rad/s",
            -_INF,
            _INF,
            "rate of the pole's angle; positive tips it towards positive x",
        ),
    ),
    action=(
        Quantity("cart_force", "300 N", -1.0, 1.0, "force on the cart; positive pushes towards positive x"),
    ),
    time_step=0.04,
    max_episode_steps=1000,
)


@dataclass(frozen=True)
class InvertedPendulum:
    """The rules of the inverted pendulum. The Gymnasium constructor takes nothing that changes the task."""

    asset: ClassVar[str] = "inverted_pendulum.xml"
    frame_skip: ClassVar[int] = 2
    reads: ClassVar[tuple[str, ...]] = ()
    tracks: ClassVar[tuple[str, ...]] = ()

    @property
    def spec(self) -> TaskSpec:
        """Its description."""
        return _SPEC

    def initial(self, key: jax.Array, qpos: jax.Array, qvel: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The upright pole with uniform noise on every entry."""
        return uniform_noise(key, qpos, qvel, _RESET_NOISE)

    def observation(self, state: PhysicsState) -> jax.Array:
        """Positions, then velocities."""
        return configuration(state, skip_positions=0)

    def reward(
        self, before: PhysicsState, after: PhysicsState, control: jax.Array
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """1 for every step, the terminal one included."""
        healthy = jnp.ones((), after.qpos.dtype)
        return healthy, {"reward_healthy": healthy}

    def terminated(self, state: PhysicsState) -> jax.Array:
        """Whether the pole has tipped over, or the state is not finite."""
        finite = jnp.all(jnp.isfinite(configuration(state, skip_positions=0)))
        return ~finite | (jnp.abs(state.qpos[1]) > _GREATEST_ANGLE)
