"""Hopper: a one-legged robot that must hop forward. Semantics of Gymnasium `Hopper-v4`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import jax

from envs.physics.base import PhysicsState
from envs.task import Quantity, TaskSpec
from envs.tasks.common import TORSO_X, configuration, healthy_bonus, inside, squared_cost, uniform_noise

_INF = math.inf

_SPEC = TaskSpec(
    name="hopper",
    gymnasium_id="Hopper-v4",
    objective=(
        "Hop forward (towards positive x) as fast as possible without falling. Each step gives 1 for being "
        "upright, plus the forward speed in m/s, minus 0.001 times the sum of the squared actions. An "
        "episode lasts 1000 steps unless the robot falls, so standing still is worth about 1000 and a good "
        "gait more than 3000."
    ),
    dynamics=(
        "A planar robot of four links: torso, thigh, leg and foot, joined by the thigh joint (hip), the leg "
        "joint (knee) and the foot joint (ankle), in the x-z plane, under gravity, on a flat floor. Each "
        "action drives one joint with a torque of 200 Nm times the action. All joint angles are 0 when the "
        "robot stands straight. The thigh and leg joints bend only to negative angles (-150 to 0 degrees); "
        "the foot joint moves from -45 to 45 degrees. Friction and damping are low and torques strong: small "
        "actions already move the joints fast."
    ),
    termination=(
        "The episode ends when the torso's height is 0.7 m or less, when the torso's angle leaves "
        "(-0.2, 0.2) rad, or when another entry of the state leaves (-100, 100)."
    ),
    observation=(
        Quantity(
            "torso_height",
            "m",
            -_INF,
            _INF,
            "height of the torso; 1.25 at the start, 1.21 when it stands straight",
        ),
        Quantity("torso_angle", "rad", -_INF, _INF, "pitch of the torso; positive leans forward"),
        Quantity("thigh_angle", "rad", -2.618, 0.0, "hip; negative swings the thigh backward"),
        Quantity("leg_angle", "rad", -2.618, 0.0, "knee; negative bends it, swinging the lower leg backward"),
        Quantity("foot_angle", "rad", -0.785, 0.785, "ankle; positive lifts the toes"),
        Quantity("torso_x_velocity", "m/s", -10.0, 10.0, "forward speed of the torso"),
        Quantity("torso_z_velocity", "m/s", -10.0, 10.0, "upward speed of the torso"),
        Quantity("torso_angular_velocity", "rad/s", -10.0, 10.0, "rate of the torso's pitch"),
        Quantity("thigh_angular_velocity", "rad/s", -10.0, 10.0, "rate of the hip angle"),
        Quantity("leg_angular_velocity", "rad/s", -10.0, 10.0, "rate of the knee angle"),
        Quantity("foot_angular_velocity", "rad/s", -10.0, 10.0, "rate of the ankle angle"),
    ),
    action=(
        Quantity("thigh_torque", "200 Nm", -1.0, 1.0, "torque on the hip, in the direction of its angle"),
        Quantity("leg_torque", "200 Nm", -1.0, 1.0, "torque on the knee, in the direction of its angle"),
        Quantity("foot_torque", "200 Nm", -1.0, 1.0, "torque on the ankle, in the direction of its angle"),
    ),
    time_step=0.008,
    max_episode_steps=1000,
)


@dataclass(frozen=True)
class Hopper:
    """The rules of Hopper. The fields are the Gymnasium constructor's arguments, with its defaults."""

    forward_reward_weight: float = 1.0
    ctrl_cost_weight: float = 1e-3
    healthy_reward: float = 1.0
    terminate_when_unhealthy: bool = True
    healthy_state_range: tuple[float, float] = (-100.0, 100.0)
    healthy_z_range: tuple[float, float] = (0.7, _INF)
    healthy_angle_range: tuple[float, float] = (-0.2, 0.2)
    reset_noise_scale: float = 5e-3
    exclude_current_positions_from_observation: bool = True

    asset: ClassVar[str] = "hopper.xml"
    frame_skip: ClassVar[int] = 4
    reads: ClassVar[tuple[str, ...]] = ()
    tracks: ClassVar[tuple[str, ...]] = ()

    @property
    def spec(self) -> TaskSpec:
        """Its description."""
        if self.exclude_current_positions_from_observation:
            return _SPEC
        return replace(_SPEC, observation=(TORSO_X, *_SPEC.observation))

    def initial(self, key: jax.Array, qpos: jax.Array, qvel: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The rest configuration with uniform noise of `reset_noise_scale` on every entry."""
        return uniform_noise(key, qpos, qvel, self.reset_noise_scale)

    def observation(self, state: PhysicsState) -> jax.Array:
        """Positions without the torso's x, then velocities clipped to 10 (m/s or rad/s)."""
        skipped = int(self.exclude_current_positions_from_observation)
        return configuration(state, skip_positions=skipped, velocity_limit=10.0)

    def reward(
        self, before: PhysicsState, after: PhysicsState, control: jax.Array
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Forward speed plus a bonus for being upright, minus a cost of the control."""
        forward = self.forward_reward_weight * after.displacement["qpos"][0] / _SPEC.time_step
        healthy = healthy_bonus(self.healthy_reward, self._is_healthy(after), self.terminate_when_unhealthy)
        control_cost = squared_cost(self.ctrl_cost_weight, control)
        parts = {"reward_forward": forward, "reward_healthy": healthy, "reward_control": -control_cost}
        return forward + healthy - control_cost, parts

    def terminated(self, state: PhysicsState) -> jax.Array:
        """Whether the robot has fallen."""
        return self.terminate_when_unhealthy & ~self._is_healthy(state)

    def _is_healthy(self, state: PhysicsState) -> jax.Array:
        # Gymnasium holds every entry of the state to the range but x and height.
        rest = configuration(state, skip_positions=2)
        height, angle = state.qpos[1], state.qpos[2]
        upright = inside(height, self.healthy_z_range) & inside(angle, self.healthy_angle_range)
        return inside(rest, self.healthy_state_range) & upright
