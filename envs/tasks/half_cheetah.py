"""HalfCheetah: a planar runner that need not stay upright. Semantics of Gymnasium `HalfCheetah-v4`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import jax

from envs.physics.base import PhysicsState
from envs.task import Quantity, TaskSpec
from envs.tasks.common import TORSO_X, configuration, never, squared_cost, uniform_and_normal_noise

_INF = math.inf

_SPEC = TaskSpec(
    name="half_cheetah",
    gymnasium_id="HalfCheetah-v4",
    objective=(
        "Run forward (towards positive x) as fast as possible. Each step gives the forward speed in m/s, "
        "minus 0.1 times the sum of the squared actions (0.6 with all six at full). An episode always lasts "
        "1000 steps (50 s): doing nothing is worth about 0, random actions about -300 and a good gait more "
        "than 4800."
    ),
    dynamics=(
        "A planar robot of seven links in the x-z plane, 14 kg, under gravity, on a flat floor (friction "
        "0.4): a horizontal torso of 1 m with a head at its front end, a back leg at its rear end and a "
        "front leg at its front end, each of thigh, shin and foot. All joints turn about the same axis as "
        "the torso: a positive angle swings what hangs below the joint backward. From the back knee the "
        "shin points backward, from the front knee it points forward. A spring pulls every joint to its "
        "angle 0, where the robot about stands, and a damper brakes it (spring constants in Nm/rad from the "
        "back thigh to the front foot: 240, 180, 120, 180, 120, 60; dampers 1/40 of that in Nm s/rad). So a "
        "constant action holds an unloaded joint near 0.5 rad times the action (0.67 rad at the front "
        "thigh), and actions work much like target angles that are reached within about two steps of 0.05 "
        "s, with some overshoot. The joint limits are soft and give way by up to about 0.15 rad. An episode "
        "starts with every position within 0.1 of 0, the feet about 0.1 m above the floor."
    ),
    termination=(
        "Nothing ends an episode early. A robot that has turned onto its back stays in the episode, and "
        "must move on from there."
    ),
    observation=(
        Quantity(
            "torso_height",
            "m",
            -_INF,
            _INF,
            "height of the torso's centre less 0.7 m; -0.13 when it stands at rest, -0.58 on its back",
        ),
        Quantity(
            "torso_angle",
            "rad",
            -_INF,
            _INF,
            "pitch of the torso; positive lowers the head; it counts on through full turns",
        ),
        Quantity("back_thigh_angle", "rad", -0.52, 1.05, "back hip; positive swings the back leg backward"),
        Quantity(
            "back_shin_angle", "rad", -0.785, 0.785, "back knee; positive moves the foot backward and up"
        ),
        Quantity("back_foot_angle", "rad", -0.4, 0.785, "back ankle; positive swings the toes backward"),
        Quantity("front_thigh_angle", "rad", -1.0, 0.7, "front hip; positive swings the front leg backward"),
        Quantity(
            "front_shin_angle", "rad", -1.2, 0.87, "front knee; positive moves the foot backward and down"
        ),
        Quantity(
            "front_foot_angle", "rad", -0.5, 0.5, "front ankle; positive swings the toes backward and down"
        ),
        Quantity("torso_x_velocity", "m/s", -_INF, _INF, "forward speed of the torso"),
        Quantity("torso_z_velocity", "m/s", -_INF, _INF, "upward speed of the torso"),
        Quantity("torso_angular_velocity", "rad/s", -_INF, _INF, "rate of the torso's pitch"),
        Quantity("back_thigh_angular_velocity", "rad/s", -_INF, _INF, "rate of the back hip angle"),
        Quantity("back_shin_angular_velocity", "rad/s", -_INF, _INF, "rate of the back knee angle"),
        Quantity("back_foot_angular_velocity", "rad/s", -_INF, _INF, "rate of the back ankle angle"),
        Quantity("front_thigh_angular_velocity", "rad/s", -_INF, _INF, "rate of the front hip angle"),
        Quantity("front_shin_angular_velocity", "rad/s", -_INF, _INF, "rate of the front knee angle"),
        Quantity("front_foot_angular_velocity", "rad/s", -_INF, _INF, "rate of the front ankle angle"),
    ),
    action=(
        Quantity("back_thigh_torque", "120 Nm", -1.0, 1.0, "torque on the back hip, along its angle"),
        Quantity("back_shin_torque", "90 Nm", -1.0, 1.0, "torque on the back knee, along its angle"),
        Quantity("back_foot_torque", "60 Nm", -1.0, 1.0, "torque on the back ankle, along its angle"),
        Quantity("front_thigh_torque", "120 Nm", -1.0, 1.0, "torque on the front hip, along its angle"),
        Quantity("front_shin_torque", "60 Nm", -1.0, 1.0, "torque on the front knee, along its angle"),
        Quantity("front_foot_torque", "30 Nm", -1.0, 1.0, "torque on the front ankle, along its angle"),
    ),
    time_step=0.05,
    max_episode_steps=1000,
)


@dataclass(frozen=True)
class HalfCheetah:
    """The rules of HalfCheetah. The fields are the Gymnasium constructor's arguments, with its defaults."""

    forward_reward_weight: float = 1.0
    ctrl_cost_weight: float = 0.1
    reset_noise_scale: float = 0.1
    exclude_current_positions_from_observation: bool = True

    asset: ClassVar[str] = "half_cheetah.xml"
    frame_skip: ClassVar[int] = 5
    reads: ClassVar[tuple[str, ...]] = ()
    tracks: ClassVar[tuple[str, ...]] = ()

    @property
    def spec(self) -> TaskSpec:
        """Its description."""
        if self.exclude_current_positions_from_observation:
            return _SPEC
        return replace(_SPEC, observation=(TORSO_X, *_SPEC.observation))

    def initial(self, key: jax.Array, qpos: jax.Array, qvel: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The rest configuration with noise: uniform on positions, normal on velocities."""
        return uniform_and_normal_noise(key, qpos, qvel, self.reset_noise_scale)

    def observation(self, state: PhysicsState) -> jax.Array:
        """Positions without the torso's x, then velocities."""
        return configuration(state, skip_positions=int(self.exclude_current_positions_from_observation))

    def reward(
        self, before: PhysicsState, after: PhysicsState, control: jax.Array
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Forward speed minus a cost of the control."""
        forward = self.forward_reward_weight * after.displacement["qpos"][0] / _SPEC.time_step
        control_cost = squared_cost(self.ctrl_cost_weight, control)
        return forward - control_cost, {"reward_forward": forward, "reward_control": -control_cost}

    def terminated(self, state: PhysicsState) -> jax.Array:
        """Never: only the time limit ends an episode."""
        return never()
