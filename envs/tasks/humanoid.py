"""Humanoid: a robot with two legs and two arms that must walk. Semantics of Gymnasium `Humanoid-v4`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp

from envs.physics.base import PhysicsState
from envs.task import Quantity, TaskSpec
from envs.tasks.common import (
    TORSO_X,
    TORSO_Y,
    configuration,
    healthy_bonus,
    inside,
    squared_cost,
    uniform_noise,
)

_INF = math.inf
_TORSO = 1  # body; its subtree is the whole robot


class _Joint(NamedTuple):
    """A hinge with its motor: range in rad, greatest torque in Nm, and which sign means what."""

    name: str
    low: float
    high: float
    torque: int
    sign: str


def _leg(side: str) -> tuple[_Joint, ...]:
    return (
        _Joint(f"{side}_hip_x", -0.436, 0.087, 40, "negative swings the leg outward, positive inward"),
        _Joint(f"{side}_hip_z", -1.047, 0.611, 40, "negative turns the leg's front outward, positive inward"),
        _Joint(f"{side}_hip_y", -1.920, 0.349, 120, "negative swings the leg forward, positive backward"),
        _Joint(f"{side}_knee", -2.793, -0.035, 80, "negative bends it, swinging the shin backward"),
    )


def _elbow(side: str) -> _Joint:
    return _Joint(f"{side}_elbow", -1.571, 0.873, 10, "positive bends it more, -1.57 stretches the arm")


_JOINTS = (
    _Joint("abdomen_z", -0.785, 0.785, 40, "positive turns the legs to the left against the torso"),
    _Joint("abdomen_y", -1.309, 0.524, 40, "negative bends the trunk forward, positive backward"),
    _Joint("abdomen_x", -0.611, 0.611, 40, "positive bends the trunk to the left, negative to the right"),
    *_leg("right"),
    *_leg("left"),
    _Joint("right_shoulder1", -1.484, 1.047, 10, "negative moves the elbow outward and up"),
    _Joint("right_shoulder2", -1.484, 1.047, 10, "negative moves the elbow backward, outward and down"),
    _elbow("right"),
    _Joint("left_shoulder1", -1.047, 1.484, 10, "positive moves the elbow outward and up"),
    _Joint("left_shoulder2", -1.047, 1.484, 10, "positive moves the elbow backward, outward and down"),
    _elbow("left"),
)
_MOTORS = (_JOINTS[1], _JOINTS[0], *_JOINTS[2:])  # the actuators' order

_BODIES = (
    *("world", "torso", "lwaist", "pelvis"),
    *("right_thigh", "right_shin", "right_foot", "left_thigh", "left_shin", "left_foot"),
    *("right_upper_arm", "right_lower_arm", "left_upper_arm", "left_lower_arm"),
)
_AXES = ("x", "y", "z")


def _per_body(*fields: tuple[str, str, float, str]) -> tuple[Quantity, ...]:
    """The same fields (name, unit, least value, meaning) of every body; those of the world are 0."""
    return tuple(
        Quantity(f"{body}_{name}", unit, 0.0, 0.0, "no body of the robot: always 0")
        if body == "world"
        else Quantity(f"{body}_{name}", unit, low, _INF, meaning)
        for body in _BODIES
        for name, unit, low, meaning in fields
    )


def _actuator_torques() -> tuple[Quantity, ...]:
    root = tuple(
        Quantity(f"root_actuator_{kind}_{axis}", unit, 0.0, 0.0, "no motor drives the root: always 0")
        for kind, unit in (("force", "N"), ("torque", "Nm"))
        for axis in _AXES
    )
    return root + tuple(
        Quantity(
            f"{joint.name}_actuator_torque",
            "Nm",
            -float(joint.torque),
            float(joint.torque),
            f"torque of the motor of {joint.name}: {joint.torque} Nm times the last action on it",
        )
        for joint in _JOINTS
    )


_POSITIONS = (
    Quantity("torso_height", "m", -_INF, _INF, "height of the torso's frame; 1.29 when it stands straight"),
    Quantity("torso_orientation_w", "1", -1.0, 1.0, "quaternion of the torso, real part; ±1 when upright"),
    Quantity(
        "torso_orientation_x", "1", -1.0, 1.0, "its x part; positive leans right (w positive, facing x)"
    ),
    Quantity("torso_orientation_y", "1", -1.0, 1.0, "its y part; positive leans forward (likewise)"),
    Quantity("torso_orientation_z", "1", -1.0, 1.0, "its z part; positive has turned left (likewise)"),
    *(Quantity(f"{joint.name}_angle", "rad", joint.low, joint.high, joint.sign) for joint in _JOINTS),
)
_VELOCITIES = (
    Quantity("torso_x_velocity", "m/s", -_INF, _INF, "forward speed of the torso, in the world's axes"),
    Quantity("torso_y_velocity", "m/s", -_INF, _INF, "speed of the torso to the left, likewise"),
    Quantity("torso_z_velocity", "m/s", -_INF, _INF, "upward speed of the torso"),
    Quantity("torso_x_angular_velocity", "rad/s", -_INF, _INF, "about the torso's own x axis; leans right"),
    Quantity("torso_y_angular_velocity", "rad/s", -_INF, _INF, "about its own y axis; leans forward"),
    Quantity("torso_z_angular_velocity", "rad/s", -_INF, _INF, "about its own z axis; turns left"),
    *(
        Quantity(f"{joint.name}_angular_velocity", "rad/s", -_INF, _INF, f"rate of the angle; {joint.sign}")
        for joint in _JOINTS
    ),
)
_INERTIAS = _per_body(
    *((f"inertia_{a}{a}", "kg m²", 0.0, f"moment of inertia about {a} through the com") for a in _AXES),
    *(
        (f"inertia_{ab}", "kg m²", -_INF, f"{ab} entry of the inertia matrix about the com")
        for ab in ("xy", "xz", "yz")
    ),
    *(
        (f"mass_offset_{a}", "kg m", -_INF, f"its mass times how far its centre is from the com along {a}")
        for a in _AXES
    ),
    ("mass", "kg", 0.0, "its mass, a constant"),
)
_BODY_VELOCITIES = _per_body(
    *(
        (f"cvel_angular_{a}", "rad/s", -_INF, f"its angular velocity about the world's {a} axis")
        for a in _AXES
    ),
    *(
        (f"cvel_linear_{a}", "m/s", -_INF, f"{a} velocity of the point fixed to it that is now at the com")
        for a in _AXES
    ),
)
_CONTACTS = _per_body(
    *(
        (f"contact_torque_{a}", "Nm", -_INF, f"torque of contacts on it about {a} through the com")
        for a in _AXES
    ),
    *((f"contact_force_{a}", "N", -_INF, f"force of contacts on it towards positive {a}") for a in _AXES),
)

_SPEC = TaskSpec(
    name="humanoid",
    gymnasium_id="Humanoid-v4",
    objective=(
        "Walk forward (towards positive x) as fast as possible without falling. Each step gives 5 for being "
        "upright, plus 1.25 times the forward speed in m/s of the whole robot's centre of mass, minus 0.016 "
        "times the sum of the squared actions (at most 0.27). An episode lasts 1000 steps unless the robot "
        "falls, so standing is worth about 5000 and a gait more. Standing must be held actively: without "
        "action the robot collapses after about 40 steps, which is worth about 200, and actions drawn at "
        "random end in a fall even sooner. Staying up comes before speed."
    ),
    dynamics=(
        "A robot of 42 kg with a torso (head included), a lower waist, a pelvis, and on each side a thigh, a "
        "shin with a foot fixed to it, an upper and a lower arm, on a flat floor. It faces positive x; its "
        "left is positive y. All hinge angles are 0 when it stands straight with its arms bent in front of "
        "it; that is its rest pose, in which a torso at 1.29 m has the feet (spheres of radius 0.075 m, no "
        "toes, no ankles) on the floor. Episodes start in it with little noise but 0.11 m above the floor, "
        "the torso at 1.4 m. The quaternion (w, x, y, z) turns the torso's axes into the world's: the "
        "vertical part of its up axis is 1 - 2 (x² + y²), the forward part 2 (x z + w y), the leftward part "
        "2 (y z - w x). Each action drives one hinge with a torque of its unit times the action: 120 Nm at "
        "hip_y, 80 at the knees, 40 at the trunk and the other hip axes, 10 at the arms. The limits are "
        "soft: strong motion overshoots them by up to 0.2 rad. The order of the actions is "
        "that of the hinges, but abdomen_y comes before abdomen_z. Springs pull the hinges to 0 with 20 "
        "Nm/rad (abdomen_z, hip_y), 10 (abdomen_y, abdomen_x, hip_x, hip_z), 1 (shoulders, left knee) or 0 "
        "(right knee, elbows); the damping is 5 Nms/rad at trunk and hips and 1 at knees and arms. The "
        "springs alone do not carry the weight. The knees need negative angles to bend, and hip_y negative "
        "ones to bring the thigh forward. A step is 0.015 s. Limbs collide with each other. In the "
        "observation, com is the centre of mass of the whole robot, and axes are the world's where nothing "
        "else is said. After the configuration follow MuJoCo's cinert, cvel, qfrc_actuator and cfrc_ext."
    ),
    termination="The episode ends when the torso's height is 1.0 m or less, or 2.0 m or more.",
    observation=(
        *(*_POSITIONS, *_VELOCITIES),
        *(*_INERTIAS, *_BODY_VELOCITIES, *_actuator_torques(), *_CONTACTS),
    ),
    action=tuple(
        Quantity(
            f"{joint.name}_torque",
            f"{joint.torque} Nm",
            -1.0,
            1.0,
            f"torque in the direction of the angle; {joint.sign}",
        )
        for joint in _MOTORS
    ),
    time_step=0.015,
    max_episode_steps=1000,
)


@dataclass(frozen=True)
class Humanoid:
    """The rules of Humanoid. The fields are the Gymnasium constructor's arguments, with its defaults."""

    forward_reward_weight: float = 1.25
    ctrl_cost_weight: float = 0.1
    healthy_reward: float = 5.0
    terminate_when_unhealthy: bool = True
    healthy_z_range: tuple[float, float] = (1.0, 2.0)
    reset_noise_scale: float = 1e-2
    exclude_current_positions_from_observation: bool = True

    asset: ClassVar[str] = "humanoid.xml"
    frame_skip: ClassVar[int] = 5
    reads: ClassVar[tuple[str, ...]] = ("cinert", "cvel", "qfrc_actuator", "cfrc_ext")
    tracks: ClassVar[tuple[str, ...]] = ("subtree_com",)

    @property
    def spec(self) -> TaskSpec:
        """Its description."""
        if self.exclude_current_positions_from_observation:
            return _SPEC
        return replace(_SPEC, observation=(TORSO_X, TORSO_Y, *_SPEC.observation))

    def initial(self, key: jax.Array, qpos: jax.Array, qvel: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The rest configuration with uniform noise of `reset_noise_scale` on every entry."""
        return uniform_noise(key, qpos, qvel, self.reset_noise_scale)

    def observation(self, state: PhysicsState) -> jax.Array:
        """Positions without the torso's x and y, velocities, then every field that it reads, flattened."""
        skipped = 2 * int(self.exclude_current_positions_from_observation)
        fields = [state.reads[name].reshape(-1) for name in self.reads]
        return jnp.concatenate([configuration(state, skip_positions=skipped), *fields])

    def reward(
        self, before: PhysicsState, after: PhysicsState, control: jax.Array
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Forward speed of the centre of mass plus a bonus for being upright, minus a cost of the control."""
        # Gymnasium averages `xipos` over the bodies' masses, which is what MuJoCo has here.
        speed = after.displacement["subtree_com"][_TORSO, 0] / _SPEC.time_step
        forward = self.forward_reward_weight * speed
        healthy = healthy_bonus(self.healthy_reward, self._is_healthy(after), self.terminate_when_unhealthy)
        control_cost = squared_cost(self.ctrl_cost_weight, control)
        parts = {"reward_forward": forward, "reward_healthy": healthy, "reward_control": -control_cost}
        return forward + healthy - control_cost, parts

    def terminated(self, state: PhysicsState) -> jax.Array:
        """Whether the robot has fallen (or leapt off)."""
        return self.terminate_when_unhealthy & ~self._is_healthy(state)

    def _is_healthy(self, state: PhysicsState) -> jax.Array:
        return inside(state.qpos[2], self.healthy_z_range)
