"""Ant: a light robot on four legs that must walk forward. Semantics of Gymnasium `Ant-v4`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import jax
import jax.numpy as jnp

from envs.physics.base import PhysicsState
from envs.task import Quantity, TaskSpec
from envs.tasks.common import (
    TORSO_X,
    TORSO_Y,
    configuration,
    healthy_bonus,
    squared_cost,
    uniform_and_normal_noise,
)

_INF = math.inf
_TORSO = 1  # body

_AXES = ("x", "y", "z")
_PLACES = {1: "front left", 2: "back left", 3: "back right", 4: "front right"}  # facing positive x
_MOTOR_LEGS = (4, 1, 2, 3)  # the actuators' order
_BODIES = ("world", "torso", *(f"{part}_{leg}" for leg in _PLACES for part in ("leg", "aux", "shin")))


def _hip_sign(leg: int) -> str:
    return f"positive swings it {'backward' if leg in (1, 2) else 'forward'}"


def _ankle_sign(leg: int) -> str:
    return f"{'positive' if leg in (1, 4) else 'negative'} turns the shin down"


def _joint_angles() -> tuple[Quantity, ...]:
    entries = []
    for leg, place in _PLACES.items():
        low, high = (0.524, 1.222) if leg in (1, 4) else (-1.222, -0.524)
        entries += [
            Quantity(f"hip_{leg}_angle", "rad", -0.524, 0.524, f"hip of the {place} leg; {_hip_sign(leg)}"),
            Quantity(
                f"ankle_{leg}_angle",
                "rad",
                low,
                high,
                f"ankle of the {place} leg; {_ankle_sign(leg)}, 0 is level with the torso's plane",
            ),
        ]
    return tuple(entries)


def _joint_velocities() -> tuple[Quantity, ...]:
    return tuple(
        Quantity(
            f"{joint}_{leg}_angular_velocity",
            "rad/s",
            -_INF,
            _INF,
            f"rate of the {joint} angle of the {place} leg; {sign(leg)}",
        )
        for leg, place in _PLACES.items()
        for joint, sign in (("hip", _hip_sign), ("ankle", _ankle_sign))
    )


def _torques() -> tuple[Quantity, ...]:
    return tuple(
        Quantity(
            f"{joint}_{leg}_torque",
            "150 Nm",
            -1.0,
            1.0,
            f"torque on the {joint} of the {_PLACES[leg]} leg, in the direction of its angle; {sign(leg)}",
        )
        for leg in _MOTOR_LEGS
        for joint, sign in (("hip", _hip_sign), ("ankle", _ankle_sign))
    )


_SPEC = TaskSpec(
    name="ant",
    gymnasium_id="Ant-v4",
    objective=(
        "Walk forward (towards positive x) as fast as possible. Each step gives 1 for being healthy, plus "
        "the torso's forward speed in m/s, minus 0.5 times the sum of the squared actions. An episode lasts "
        "1000 steps unless the robot becomes unhealthy, so doing nothing is worth about 1000 and a good gait "
        "more than 4000. Torque is dear: all eight actions at full strength cost 4 per step, actions drawn "
        "at random from [-1, 1] about 1.3, more than the bonus for being healthy."
    ),
    dynamics=(
        "A sphere of radius 0.25 m, the torso, carries four legs in the plane through its centre, pointing "
        "diagonally at 45 degrees from the x axis: leg 1 front left (+x, +y), leg 2 back left (-x, +y), "
        "leg 3 back right (-x, -y), leg 4 front right (+x, -y), as seen by a robot facing positive x. Each "
        "has a hip with a vertical axis (-30 to 30 degrees, 0 is the diagonal), a link of 0.28 m that stays "
        "level with the torso, an ankle, and a shin of 0.57 m whose tip is the foot. A positive hip angle "
        "turns the leg counter-clockwise seen from above: the left legs 1 and 2 swing backward, the right "
        "legs 3 and 4 forward. The ankles hold the shins 30 to 70 degrees below the torso's plane, at "
        "positive angles on legs 1 and 4 and at negative angles on legs 2 and 3; the greater the absolute "
        "angle, the steeper the shin and the higher the torso. Each action drives one joint with a torque of "
        "150 Nm times the action. The actions come in another order than the joints: leg 4 first, then legs "
        "1, 2 and 3. The robot weighs only 0.91 kg; every joint has a rotor inertia of 1 kg m² and a damping "
        "of 1 Nms/rad and no spring, so a full action accelerates its joint at about 150 rad/s² and crosses "
        "the range of a hip in about 0.12 s, and a joint that is not driven keeps moving for about a second. "
        "A step is 0.05 s. An episode starts at a height of 0.75 m with all angles near 0, where the ankles "
        "are outside their range: the limits press the shins down at once. Without action the torso drops to "
        "0.5 or 0.6 m within a second and sinks slowly from there, to rest level at 0.38 m on shins 30 "
        "degrees below level after 3 to 15 s. The limits are soft: strong motion overshoots them by up to "
        "0.2 rad. The quaternion (w, x, y, z), not normalised in the first observation, turns the "
        "torso's axes into the world's: the vertical part of its up axis is 1 - 2 (x² + y²), and the forward "
        "part of its forward axis 1 - 2 (y² + z²), the leftward part 2 (x y + w z). Only contacts "
        "with the floor count; legs pass through each other."
    ),
    termination=(
        "The episode ends when the torso's height is below 0.2 m or above 1.0 m. As the torso's radius is "
        "0.25 m, a fall does not end it, not even onto the back; a leap does."
    ),
    observation=(
        Quantity("torso_height", "m", -_INF, _INF, "height of the torso's centre; 0.38 at rest"),
        Quantity("torso_orientation_w", "1", -1.0, 1.0, "quaternion of the torso, real part; ±1 when level"),
        Quantity(
            "torso_orientation_x",
            "1",
            -1.0,
            1.0,
            "its x part; positive rolls to the right (w positive, facing x)",
        ),
        Quantity(
            "torso_orientation_y", "1", -1.0, 1.0, "its y part; positive pitches the front down (likewise)"
        ),
        Quantity("torso_orientation_z", "1", -1.0, 1.0, "its z part; positive has turned left (likewise)"),
        *_joint_angles(),
        Quantity("torso_x_velocity", "m/s", -_INF, _INF, "forward speed of the torso, in the world's axes"),
        Quantity("torso_y_velocity", "m/s", -_INF, _INF, "speed of the torso to the left, likewise"),
        Quantity("torso_z_velocity", "m/s", -_INF, _INF, "upward speed of the torso"),
        Quantity(
            "torso_x_angular_velocity",
            "rad/s",
            -_INF,
            _INF,
            "about the torso's own x axis; rolls to the right",
        ),
        Quantity(
            "torso_y_angular_velocity", "rad/s", -_INF, _INF, "about its own y axis; pitches the front down"
        ),
        Quantity("torso_z_angular_velocity", "rad/s", -_INF, _INF, "about its own z axis; turns left"),
        *_joint_velocities(),
    ),
    action=_torques(),
    time_step=0.05,
    max_episode_steps=1000,
)


def _contact_quantities(low: float, high: float) -> tuple[Quantity, ...]:
    """What the floor does to each body: a torque about the robot's centre of mass, then a force."""
    kinds = (
        ("torque", "Nm", "about the {}-parallel axis through the robot's centre of mass, by the right hand"),
        ("force", "N", "towards positive {}"),
    )
    return tuple(
        Quantity(
            f"{body}_contact_{kind}_{axis}",
            unit,
            low,
            high,
            "no body of the robot: always 0"
            if body == "world"
            else f"{kind} of contacts on {body} {meaning.format(axis)}, clipped to [{low:g}, {high:g}]",
        )
        for body in _BODIES
        for kind, unit, meaning in kinds
        for axis in _AXES
    )


@dataclass(frozen=True)
class Ant:
    """The rules of Ant. The fields are the Gymnasium constructor's arguments, with its defaults."""

    ctrl_cost_weight: float = 0.5
    use_contact_forces: bool = False
    contact_cost_weight: float = 5e-4
    healthy_reward: float = 1.0
    terminate_when_unhealthy: bool = True
    healthy_z_range: tuple[float, float] = (0.2, 1.0)
    contact_force_range: tuple[float, float] = (-1.0, 1.0)
    reset_noise_scale: float = 0.1
    exclude_current_positions_from_observation: bool = True

    asset: ClassVar[str] = "ant.xml"
    frame_skip: ClassVar[int] = 5
    tracks: ClassVar[tuple[str, ...]] = ("xpos",)

    @property
    def reads(self) -> tuple[str, ...]:
        """The contact forces, if they count."""
        return ("cfrc_ext",) if self.use_contact_forces else ()

    @property
    def spec(self) -> TaskSpec:
        """Its description."""
        spec = _SPEC
        if not self.exclude_current_positions_from_observation:
            spec = replace(spec, observation=(TORSO_X, TORSO_Y, *spec.observation))
        if self.use_contact_forces:
            low, high = self.contact_force_range
            cost = (
                f" Contacts cost {self.contact_cost_weight:g} times the sum of the squares of all contact "
                f"torques and forces, each clipped to [{low:g}, {high:g}]."
            )
            parts = (
                " In the names of the contact forces leg_k is the stub of leg k in the torso, aux_k the link "
                "from its hip to its ankle, and shin_k its shin."
            )
            spec = replace(
                spec,
                objective=spec.objective + cost,
                dynamics=spec.dynamics + parts,
                observation=(*spec.observation, *_contact_quantities(low, high)),
            )
        return spec

    def initial(self, key: jax.Array, qpos: jax.Array, qvel: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The rest configuration with uniform noise on positions and normal noise on velocities."""
        return uniform_and_normal_noise(key, qpos, qvel, self.reset_noise_scale)

    def observation(self, state: PhysicsState) -> jax.Array:
        """Positions without the torso's x and y, velocities, and the clipped contact forces if they count."""
        skipped = 2 * int(self.exclude_current_positions_from_observation)
        entries = configuration(state, skip_positions=skipped)
        if not self.use_contact_forces:
            return entries
        return jnp.concatenate([entries, self._contact_forces(state).reshape(-1)])

    def reward(
        self, before: PhysicsState, after: PhysicsState, control: jax.Array
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Forward speed of the torso plus a bonus for being healthy, minus costs of control and contacts."""
        forward = after.displacement["xpos"][_TORSO, 0] / _SPEC.time_step
        healthy = healthy_bonus(self.healthy_reward, self._is_healthy(after), self.terminate_when_unhealthy)
        control_cost = squared_cost(self.ctrl_cost_weight, control)
        parts = {"reward_forward": forward, "reward_healthy": healthy, "reward_control": -control_cost}
        total = forward + healthy - control_cost
        if self.use_contact_forces:
            contact_cost = squared_cost(self.contact_cost_weight, self._contact_forces(after))
            parts["reward_contact"] = -contact_cost
            total -= contact_cost
        return total, parts

    def terminated(self, state: PhysicsState) -> jax.Array:
        """Whether the torso is too low or too high."""
        return self.terminate_when_unhealthy & ~self._is_healthy(state)

    def _is_healthy(self, state: PhysicsState) -> jax.Array:
        # Unlike with `inside`, the bounds themselves are healthy.
        low, high = self.healthy_z_range
        finite = jnp.all(jnp.isfinite(configuration(state, skip_positions=0)))
        return finite & (low <= state.qpos[2]) & (state.qpos[2] <= high)

    def _contact_forces(self, state: PhysicsState) -> jax.Array:
        return jnp.clip(state.reads["cfrc_ext"], *self.contact_force_range)
