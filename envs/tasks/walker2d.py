"""Walker2d: a two-legged robot that must walk forward. Semantics of Gymnasium `Walker2d-v4`."""

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
    name="walker2d",
    gymnasium_id="Walker2d-v4",
    objective=(
        "Walk or run forward (towards positive x) as fast as possible without falling. Each step gives 1 "
        "for being upright, plus the forward speed in m/s, minus 0.001 times the sum of the squared "
        "actions. An episode lasts 1000 steps (8 s) unless the robot falls. Doing nothing it topples within "
        "about 100 steps, which is worth about 90; standing still throughout is worth about 1000 and a good "
        "gait more than 3000."
    ),
    dynamics=(
        "A planar robot of seven links in the x-z plane, under gravity, on a flat floor: a torso, and a "
        "right and a left leg of thigh, lower leg and foot each, both hung from the torso's lower end. Each "
        "leg has a thigh joint (hip), a leg joint (knee) and a foot joint (ankle); the foot points forward "
        "from the ankle. The two legs pass through each other. Each action drives one joint with a torque "
        "of 100 Nm times the action. All joint angles are 0 when the robot stands straight with its legs "
        "together, which is how an episode starts, the feet 4 cm above the floor. The thigh and leg joints "
        "bend only to negative angles (-150 to 0 degrees); the foot joints move from -45 to 45 degrees. "
        "These limits are soft: strong torques overshoot them for a moment, the hips by up to 0.2 rad, the "
        "light feet by up to 0.6 rad. Joints have no springs and almost no damping or inertia of their own, "
        "the robot weighs 24 kg: a full action accelerates a knee by about 700 rad/s², a hip by 1000 and an "
        "ankle by 1800, so that its velocity can pass 10 rad/s, where the observed velocities are clipped, "
        "within two steps of 0.008 s. The left foot grips the floor better (friction 1.9) than the right "
        "(0.9)."
    ),
    termination=(
        "The episode ends when the torso's height leaves (0.8, 2.0) m or when the torso's angle leaves "
        "(-1, 1) rad."
    ),
    observation=(
        Quantity(
            "torso_height",
            "m",
            -_INF,
            _INF,
            "height of the torso's centre; 1.25 at the start, 1.21 when it stands straight on the floor",
        ),
        Quantity("torso_angle", "rad", -_INF, _INF, "pitch of the torso; positive leans forward"),
        Quantity("right_thigh_angle", "rad", -2.618, 0.0, "right hip; negative swings the thigh backward"),
        Quantity(
            "right_leg_angle", "rad", -2.618, 0.0, "right knee; negative bends it, swinging the foot backward"
        ),
        Quantity("right_foot_angle", "rad", -0.785, 0.785, "right ankle; positive lifts the toes"),
        Quantity("left_thigh_angle", "rad", -2.618, 0.0, "left hip; negative swings the thigh backward"),
        Quantity(
            "left_leg_angle", "rad", -2.618, 0.0, "left knee; negative bends it, swinging the foot backward"
        ),
        Quantity("left_foot_angle", "rad", -0.785, 0.785, "left ankle; positive lifts the toes"),
        Quantity("torso_x_velocity", "m/s", -10.0, 10.0, "forward speed of the torso"),
        Quantity("torso_z_velocity", "m/s", -10.0, 10.0, "upward speed of the torso"),
        Quantity("torso_angular_velocity", "rad/s", -10.0, 10.0, "rate of the torso's pitch"),
        Quantity("right_thigh_angular_velocity", "rad/s", -10.0, 10.0, "rate of the right hip angle"),
        Quantity("right_leg_angular_velocity", "rad/s", -10.0, 10.0, "rate of the right knee angle"),
        Quantity("right_foot_angular_velocity", "rad/s", -10.0, 10.0, "rate of the right ankle angle"),
        Quantity("left_thigh_angular_velocity", "rad/s", -10.0, 10.0, "rate of the left hip angle"),
        Quantity("left_leg_angular_velocity", "rad/s", -10.0, 10.0, "rate of the left knee angle"),
        Quantity("left_foot_angular_velocity", "rad/s", -10.0, 10.0, "rate of the left ankle angle"),
    ),
    action=(
        Quantity("right_thigh_torque", "100 Nm", -1.0, 1.0, "torque on the right hip, along its angle"),
        Quantity("right_leg_torque", "100 Nm", -1.0, 1.0, "torque on the right knee, along its angle"),
        Quantity("right_foot_torque", "100 Nm", -1.0, 1.0, "torque on the right ankle, along its angle"),
        Quantity("left_thigh_torque", "100 Nm", -1.0, 1.0, "torque on the left hip, along its angle"),
        Quantity("left_leg_torque", "100 Nm", -1.0, 1.0, "torque on the left knee, along its angle"),
        Quantity("left_foot_torque", "100 Nm", -1.0, 1.0, "torque on the left ankle, along its angle"),
    ),
    time_step=0.008,
    max_episode_steps=1000,
)


@dataclass(frozen=True)
class Walker2d:
    """The rules of Walker2d. The fields are the Gymnasium constructor's arguments, with its defaults."""

    forward_reward_weight: float = 1.0
    ctrl_cost_weight: float = 1e-3
    healthy_reward: float = 1.0
    terminate_when_unhealthy: bool = True
    healthy_z_range: tuple[float, float] = (0.8, 2.0)
    healthy_angle_range: tuple[float, float] = (-1.0, 1.0)
    reset_noise_scale: float = 5e-3
    exclude_current_positions_from_observation: bool = True

    asset: ClassVar[str] = "walker2d.xml"
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
        height, angle = state.qpos[1], state.qpos[2]
        return inside(height, self.healthy_z_range) & inside(angle, self.healthy_angle_range)
