"""Swimmer: a chain of three links that must swim forward. Semantics of Gymnasium `Swimmer-v4`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import jax

from envs.physics.base import PhysicsState
from envs.task import Quantity, TaskSpec
from envs.tasks.common import configuration, never, squared_cost, uniform_noise

_INF = math.inf

_SPEC = TaskSpec(
    name="swimmer",
    gymnasium_id="Swimmer-v4",
    objective=(
        "Swim towards positive x as fast as possible. Each step gives the speed along x in m/s, minus "
        "0.0001 times the sum of the squared actions. Only x counts: the body must keep heading there. An "
        "episode always lasts 1000 steps (40 s), so it is worth 25 for each metre: doing nothing between "
        "-10 and 30, a good gait more than 300."
    ),
    dynamics=(
        "Three equal links in a row, front, middle and back, 1 m and 36 kg each, joined by two hinges, in "
        "the horizontal x-y plane (x forward, y to the left, angles counterclockwise seen from above). They "
        "float in a dense fluid, which resists a link's motion along its axis about six times less than "
        "motion across it. There is no gravity, contact, joint spring or joint damping. Each action drives "
        "one joint with a torque of 150 Nm times the action; a full action bends a straight joint to its "
        "limit in about half a second. The joint limits, 100 degrees to either side, are soft and give way "
        "by up to about 0.05 rad. All angles are 0 when the body is straight and points to positive x, the "
        "front link leading; an episode starts with all positions and velocities within 0.1 of 0. Position "
        "and speed, in the reward as in the observation, are those of a reference point fixed to the front "
        "link: on its axis, 0.5 m behind the front joint. With a straight body it is the middle link's "
        "centre; with a bent one it also moves when the front link turns. Its velocity is given along the "
        "fixed x and y, not along the body."
    ),
    termination="Nothing ends an episode early.",
    observation=(
        Quantity(
            "front_angle",
            "rad",
            -_INF,
            _INF,
            "heading of the front link; 0 along x, positive to the left; it counts on through full turns",
        ),
        Quantity(
            "front_joint_angle",
            "rad",
            -1.745,
            1.745,
            "heading of the middle link less that of the front link; positive swings the rear to the right",
        ),
        Quantity(
            "back_joint_angle",
            "rad",
            -1.745,
            1.745,
            "heading of the back link less that of the middle link; positive swings the rear to the right",
        ),
        Quantity("x_velocity", "m/s", -_INF, _INF, "speed of the reference point along x"),
        Quantity("y_velocity", "m/s", -_INF, _INF, "speed of the reference point along y"),
        Quantity("front_angular_velocity", "rad/s", -_INF, _INF, "rate of the front link's heading"),
        Quantity("front_joint_angular_velocity", "rad/s", -_INF, _INF, "rate of the front joint's angle"),
        Quantity("back_joint_angular_velocity", "rad/s", -_INF, _INF, "rate of the back joint's angle"),
    ),
    action=(
        Quantity("front_joint_torque", "150 Nm", -1.0, 1.0, "torque on the front joint, along its angle"),
        Quantity("back_joint_torque", "150 Nm", -1.0, 1.0, "torque on the back joint, along its angle"),
    ),
    time_step=0.04,
    max_episode_steps=1000,
)


_POSITION = (
    Quantity("x", "m", -_INF, _INF, "where the reference point is along x; within 0.1 of 0 at the start"),
    Quantity("y", "m", -_INF, _INF, "where the reference point is along y; positive is left"),
)


@dataclass(frozen=True)
class Swimmer:
    """The rules of Swimmer. The fields are the Gymnasium constructor's arguments, with its defaults."""

    forward_reward_weight: float = 1.0
    ctrl_cost_weight: float = 1e-4
    reset_noise_scale: float = 0.1
    exclude_current_positions_from_observation: bool = True

    asset: ClassVar[str] = "swimmer.xml"
    frame_skip: ClassVar[int] = 4
    reads: ClassVar[tuple[str, ...]] = ()
    tracks: ClassVar[tuple[str, ...]] = ()

    @property
    def spec(self) -> TaskSpec:
        """Its description."""
        if self.exclude_current_positions_from_observation:
            return _SPEC
        return replace(_SPEC, observation=(*_POSITION, *_SPEC.observation))

    def initial(self, key: jax.Array, qpos: jax.Array, qvel: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The rest configuration with uniform noise of `reset_noise_scale` on every entry."""
        return uniform_noise(key, qpos, qvel, self.reset_noise_scale)

    def observation(self, state: PhysicsState) -> jax.Array:
        """Positions without x and y, then velocities."""
        return configuration(state, skip_positions=2 * int(self.exclude_current_positions_from_observation))

    def reward(
        self, before: PhysicsState, after: PhysicsState, control: jax.Array
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Speed along x minus a cost of the control."""
        forward = self.forward_reward_weight * after.displacement["qpos"][0] / _SPEC.time_step
        control_cost = squared_cost(self.ctrl_cost_weight, control)
        return forward - control_cost, {"reward_forward": forward, "reward_control": -control_cost}

    def terminated(self, state: PhysicsState) -> jax.Array:
        """Never: only the time limit ends an episode."""
        return never()
