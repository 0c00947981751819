"""Inverted double pendulum: a cart that must balance two poles, one on top of the other.

Semantics of Gymnasium `InvertedDoublePendulum-v4`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp

from envs.physics.base import PhysicsState
from envs.task import Quantity, TaskSpec
from envs.tasks.common import squared_cost, uniform_and_normal_noise

_TIP = 0  # site
_RESET_NOISE = 0.1  # m, rad, m/s and rad/s
_ALIVE_BONUS = 10.0
_BEST_HEIGHT, _LEAST_HEIGHT = 2.0, 1.0  # m; the tip cannot get to the former
_X_WEIGHT, _LOWER_RATE_WEIGHT, _UPPER_RATE_WEIGHT = 0.01, 1e-3, 5e-3
_LIMIT = 10.0  # of velocities (m/s, rad/s) and constraint forces (N, Nm) in the observation

_SPEC = TaskSpec(
    name="inverted_double_pendulum",
    gymnasium_id="InvertedDoublePendulum-v4",
    objective=(
        "Keep the two poles upright, at rest and near the middle of the rail. Each step, the one that ends "
        "the episode too, gives 10, minus 0.01 times the square of the tip's x in m, minus the square of "
        "(the tip's height in m - 2), minus 0.001 times the square of the lower hinge's rate and 0.005 times "
        "that of the upper hinge's rate in rad/s. The tip is at most 1.2 m high, so standing still and "
        "upright in the middle gives 9.36 a step. Actions cost nothing. An episode lasts 1000 steps unless "
        "the poles fall, so the best return is about 9360; doing nothing is worth about 100, random actions "
        "about 60."
    ),
    dynamics=(
        "A cart of 10.5 kg slides along the x axis on a rail from -1 m to 1 m. A pole of 4.2 kg, 0.6 m long, "
        "is hinged at the cart, and on top of it a second, equal one; both move in the x-z plane, under "
        "gravity, and neither hinge has a limit. The upper angle is relative to the lower pole, so that the "
        "upper pole leans by the sum of both. The tip is the upper end, at x = cart_x + 0.6 sin(lower) + 0.6 "
        "sin(lower + upper) and at the height 0.6 cos(lower) + 0.6 cos(lower + upper). Left alone, the poles "
        "fall with rates up to 8.9 per second, that is by a factor of e every 0.11 s. The action pushes the "
        "cart with a force of 500 N times the action. Per step of 0.05 s, near the upright pose, an action "
        "adds about 2.1 m/s times the action to the cart's speed, -4.3 rad/s times it to the lower hinge's "
        "rate and 5.4 rad/s times it to the upper hinge's. Damping is only 0.05 Ns/m on the rail and 0.05 Nm "
        "s/rad in the hinges. An episode starts near the middle and upright, with the cart within 0.1 m of "
        "0, the angles within 0.1 rad of 0, and velocities of standard deviation 0.1 (m/s and rad/s)."
    ),
    termination=(
        "The episode ends when the height of the tip is 1 m or less; upright it is 1.2 m. The cart's "
        "position does not end it."
    ),
    observation=(
        Quantity("cart_x", "m", -1.0, 1.0, "position of the cart on the rail; 0 in the middle"),
        Quantity(
            "lower_sin",
            "1",
            -1.0,
            1.0,
            "sine of the lower pole's angle, which is 0 upright; positive leans towards positive x",
        ),
        Quantity(
            "upper_sin",
            "1",
            -1.0,
            1.0,
            "sine of the upper pole's angle relative to the lower pole, which is 0 where they are in line; "
            "positive leans it further towards positive x than the lower",
        ),
        Quantity("lower_cos", "1", -1.0, 1.0, "cosine of the lower pole's angle; 1 upright"),
        Quantity("upper_cos", "1", -1.0, 1.0, "cosine of the upper pole's relative angle; 1 in line"),
        Quantity("cart_x_velocity", "m/s", -_LIMIT, _LIMIT, "speed of the cart towards positive x"),
        Quantity(
            "lower_angular_velocity",
            "rad/s",
            -_LIMIT,
            _LIMIT,
            "rate of the lower pole's angle; positive tips it towards positive x",
        ),
        Quantity(
            "upper_angular_velocity",
            "rad/s",
            -_LIMIT,
            _LIMIT,
            "rate of the upper pole's relative angle; positive tips it towards positive x",
        ),
        Quantity(
            "cart_constraint_force",
            "N",
            -_LIMIT,
            _LIMIT,
            "force of the rail's ends on the cart: 0 unless the cart is within 0.01 m of an end or beyond; "
            "negative at x = 1, positive at x = -1",
        ),
        Quantity("lower_constraint_torque", "Nm", 0.0, 0.0, "always 0: nothing constrains the lower hinge"),
        Quantity("upper_constraint_torque", "Nm", 0.0, 0.0, "always 0: nothing constrains the upper hinge"),
    ),
    action=(
        Quantity("cart_force", "500 N", -1.0, 1.0, "force on the cart; positive pushes towards positive x"),
    ),
    time_step=0.05,
    max_episode_steps=1000,
)


@dataclass(frozen=True)
class InvertedDoublePendulum:
    """The rules of the double pendulum. The Gymnasium constructor takes nothing that changes the task."""

    asset: ClassVar[str] = "inverted_double_pendulum.xml"
    frame_skip: ClassVar[int] = 5
    reads: ClassVar[tuple[str, ...]] = ("site_xpos", "qfrc_constraint")
    tracks: ClassVar[tuple[str, ...]] = ()

    @property
    def spec(self) -> TaskSpec:
        """Its description."""
        return _SPEC

    def initial(self, key: jax.Array, qpos: jax.Array, qvel: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The upright poles with uniform noise on every position and normal noise on every velocity."""
        return uniform_and_normal_noise(key, qpos, qvel, _RESET_NOISE)

    def observation(self, state: PhysicsState) -> jax.Array:
        """The cart's position, the angles' sines and cosines, clipped velocities and constraint forces."""
        angle = state.qpos[1:]
        velocity, force = (jnp.clip(x, -_LIMIT, _LIMIT) for x in (state.qvel, state.reads["qfrc_constraint"]))
        return jnp.concatenate([state.qpos[:1], jnp.sin(angle), jnp.cos(angle), velocity, force])

    def reward(
        self, before: PhysicsState, after: PhysicsState, control: jax.Array
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """A bonus in every step, minus the tip's distance from its best place, minus a cost of the rates."""
        x, height = after.reads["site_xpos"][_TIP, 0], after.reads["site_xpos"][_TIP, 2]
        distance_cost = squared_cost(_X_WEIGHT, x) + squared_cost(1.0, height - _BEST_HEIGHT)
        lower, upper = after.qvel[1], after.qvel[2]
        velocity_cost = squared_cost(_LOWER_RATE_WEIGHT, lower) + squared_cost(_UPPER_RATE_WEIGHT, upper)
        healthy = jnp.full_like(distance_cost, _ALIVE_BONUS)
        parts = {
            "reward_healthy": healthy,
            "reward_distance": -distance_cost,
            "reward_velocity": -velocity_cost,
        }
        return healthy - distance_cost - velocity_cost, parts

    def terminated(self, state: PhysicsState) -> jax.Array:
        """Whether the poles have fallen."""
        return state.reads["site_xpos"][_TIP, 2] <= _LEAST_HEIGHT
