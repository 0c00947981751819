"""Reacher: an arm whose fingertip must reach a target. Semantics of Gymnasium `Reacher-v4`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp

from envs.physics.base import PhysicsState
from envs.task import Quantity, TaskSpec
from envs.tasks.common import never, squared_cost, uniform_noise

_INF = math.inf
_FINGERTIP, _TARGET = 3, 4  # bodies
_ANGLE_NOISE, _VELOCITY_NOISE = 0.1, 0.005  # rad and rad/s
_TARGET_RADIUS = 0.2  # m

_SPEC = TaskSpec(
    name="reacher",
    gymnasium_id="Reacher-v4",
    objective=(
        "Bring the fingertip to the target quickly and hold it there with small actions. Each step costs the "
        "distance in m between fingertip and target at the start of the step, plus the sum of the squared "
        "actions, so one full action costs more than any distance (at most 0.41). The return of an episode "
        "of 50 steps is negative: doing nothing is worth about -12, a good controller about -4."
    ),
    dynamics=(
        "A planar arm of two links in the horizontal x-y plane, so gravity does not move it. The shoulder is "
        "at the origin and turns without limit; the upper arm is 0.1 m long, and the fingertip is 0.11 m "
        "beyond the elbow, which turns from -3 to 3 rad. With both angles 0 the arm is stretched out along "
        "positive x. The fingertip is at x = 0.1 cos(shoulder) + 0.11 cos(shoulder + elbow), y = 0.1 "
        "sin(shoulder) + 0.11 sin(shoulder + elbow). Each action drives one joint with a torque of 200 Nm "
        "times the action. Each joint has an inertia of 1 kg m^2 of its own and a damping of 1 Nm s/rad; the "
        "links weigh next to nothing, so the joints hardly affect each other: per step of 0.02 s, an action "
        "adds about 4 rad/s times the action to the speed of its joint, which loses only 2% by damping, so a "
        "joint must be braked. Nothing collides. The arm starts nearly stretched out along positive x "
        "(angles within 0.1 rad) and almost at rest. The target is drawn at the start, uniformly from the "
        "disk of radius 0.2 m around the shoulder, and stays where it is. Two postures reach it, mirror "
        "images with opposite elbow angles, unless it is within 0.018 m of the shoulder, where the elbow "
        "cannot fold enough."
    ),
    termination="Nothing ends an episode before its 50 steps are over.",
    observation=(
        Quantity("shoulder_cos", "1", -1.0, 1.0, "cosine of the shoulder angle, which is 0 along positive x"),
        Quantity(
            "elbow_cos", "1", -1.0, 1.0, "cosine of the elbow angle, which is 0 where the arm is straight"
        ),
        Quantity(
            "shoulder_sin",
            "1",
            -1.0,
            1.0,
            "sine of the shoulder angle; positive has the elbow at positive y (counterclockwise from above)",
        ),
        Quantity(
            "elbow_sin",
            "1",
            -1.0,
            1.0,
            "sine of the elbow angle, relative to the upper arm; positive bends it counterclockwise",
        ),
        Quantity("target_x", "m", -_TARGET_RADIUS, _TARGET_RADIUS, "x of the target; the shoulder is at 0"),
        Quantity("target_y", "m", -_TARGET_RADIUS, _TARGET_RADIUS, "y of the target; the shoulder is at 0"),
        Quantity(
            "shoulder_angular_velocity",
            "rad/s",
            -_INF,
            _INF,
            "rate of the shoulder angle; positive is counterclockwise",
        ),
        Quantity(
            "elbow_angular_velocity",
            "rad/s",
            -_INF,
            _INF,
            "rate of the elbow angle; positive is counterclockwise",
        ),
        Quantity(
            "offset_x",
            "m",
            -0.41,
            0.41,
            "x of the fingertip minus x of the target; positive where the fingertip is too far in positive x",
        ),
        Quantity(
            "offset_y",
            "m",
            -0.41,
            0.41,
            "y of the fingertip minus y of the target; positive where the fingertip is too far in positive y",
        ),
        Quantity(
            "offset_z", "m", 0.0, 0.0, "z of the fingertip minus z of the target; always 0 in this plane"
        ),
    ),
    action=(
        Quantity(
            "shoulder_torque",
            "200 Nm",
            -1.0,
            1.0,
            "torque on the shoulder; positive turns it counterclockwise, towards greater angles",
        ),
        Quantity(
            "elbow_torque",
            "200 Nm",
            -1.0,
            1.0,
            "torque on the elbow; positive turns it counterclockwise, towards greater angles",
        ),
    ),
    time_step=0.02,
    max_episode_steps=50,
)


@dataclass(frozen=True)
class Reacher:
    """The rules of Reacher. The Gymnasium constructor takes nothing that changes the task."""

    asset: ClassVar[str] = "reacher.xml"
    frame_skip: ClassVar[int] = 2
    reads: ClassVar[tuple[str, ...]] = ("xpos",)
    tracks: ClassVar[tuple[str, ...]] = ()

    @property
    def spec(self) -> TaskSpec:
        """Its description."""
        return _SPEC

    def initial(self, key: jax.Array, qpos: jax.Array, qvel: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The stretched arm with uniform noise, and a resting target anywhere in the disk around it."""
        key_angle, key_velocity, key_target = jax.random.split(key, 3)
        angle, _ = uniform_noise(key_angle, qpos[:2], qvel[:2], _ANGLE_NOISE)
        _, velocity = uniform_noise(key_velocity, qpos[:2], qvel[:2], _VELOCITY_NOISE)
        target = _uniform_in_disk(key_target, _TARGET_RADIUS, qpos.dtype)
        return jnp.concatenate([angle, target]), jnp.concatenate([velocity, jnp.zeros_like(qvel[2:])])

    def observation(self, state: PhysicsState) -> jax.Array:
        """Cosines and sines of the angles, the target, the angles' rates, and the fingertip seen from it."""
        angle = state.qpos[:2]
        return jnp.concatenate(
            [jnp.cos(angle), jnp.sin(angle), state.qpos[2:], state.qvel[:2], _fingertip_from_target(state)]
        )

    def reward(
        self, before: PhysicsState, after: PhysicsState, control: jax.Array
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Minus the distance to the target where the step began, minus a cost of the control."""
        distance = jnp.linalg.norm(_fingertip_from_target(before))
        control_cost = squared_cost(1.0, control)
        return -distance - control_cost, {"reward_distance": -distance, "reward_control": -control_cost}

    def terminated(self, state: PhysicsState) -> jax.Array:
        """Never."""
        return never()


def _fingertip_from_target(state: PhysicsState) -> jax.Array:
    position = state.reads["xpos"]
    return position[_FINGERTIP] - position[_TARGET]


def _uniform_in_disk(key: jax.Array, radius: float, dtype: jnp.dtype) -> jax.Array:
    """A point of the disk around the origin, shape `(2,)`."""
    key_radius, key_angle = jax.random.split(key)
    # The share of the disk within r grows with r².
    distance = radius * jnp.sqrt(jax.random.uniform(key_radius, (), dtype))
    angle = jax.random.uniform(key_angle, (), dtype, 0.0, 2 * math.pi)
    return distance * jnp.stack([jnp.cos(angle), jnp.sin(angle)])
