"""A task of your own, complete: a ball that must roll to the mark on a tray which two servos tilt.

`docs/your-own-task.md` goes through it. As a program it trains and prints how the return grows:

    python docs/examples/ball_balance.py
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

import camel_jax
import envs
import priors
from envs import PhysicsState, Quantity, TaskSpec

MODEL = Path(__file__).with_suffix(".xml")
FRAME_SKIP = 4
MAX_EPISODE_STEPS = 250

MARK = 0  # index of the only site
# qpos: tilts (2), the ball's position (3) and its orientation as a quaternion (4);
# qvel: tilts (2), the ball's velocity (3) and its angular velocity (3).
TILTS, BALL = slice(0, 2), slice(2, 5)

_INF = math.inf

SPEC = TaskSpec(
    name="ball_balance",
    gymnasium_id="",
    objective=(
        "Roll the ball to the mark on the tray and keep it there. Each step gives exp(-(d / 0.1 m)^2), where "
        "d is the distance from the ball's centre to the point 0.03 m above the mark: 1 at the mark, 0.37 at "
        "0.1 m from it. An episode lasts 250 steps unless the ball falls."
    ),
    dynamics=(
        "A ball of radius 0.03 m and mass 0.05 kg rolls without slipping on a square tray with sides of "
        "0.5 m. Two servos tilt the tray about the horizontal x and y axes through its centre; an action "
        "sets the angle that a servo turns to, 0.2 rad times the action, in about 0.2 s. The ball "
        "accelerates down the slope with 7 m/s^2 per radian. The mark is on the tray, 0.1 m from its "
        "centre in the direction of positive x."
    ),
    termination="The episode ends when the ball's centre is below 0.2 m: it has fallen off the tray.",
    observation=(
        Quantity("tilt_x", "rad", -0.4, 0.4, "tilt about the x axis; positive rolls the ball to negative y"),
        Quantity("tilt_y", "rad", -0.4, 0.4, "tilt about the y axis; positive rolls the ball to positive x"),
        Quantity("ball_x", "m", -_INF, _INF, "from the mark to the ball along x; 0 at the mark"),
        Quantity("ball_y", "m", -_INF, _INF, "from the mark to the ball along y; 0 at the mark"),
        Quantity("ball_z", "m", -_INF, _INF, "from the mark up to the ball's centre; 0.03 on the level tray"),
        Quantity("tilt_x_velocity", "rad/s", -_INF, _INF, "rate of tilt_x"),
        Quantity("tilt_y_velocity", "rad/s", -_INF, _INF, "rate of tilt_y"),
        Quantity("ball_x_velocity", "m/s", -_INF, _INF, "velocity of the ball along x"),
        Quantity("ball_y_velocity", "m/s", -_INF, _INF, "velocity of the ball along y"),
        Quantity("ball_z_velocity", "m/s", -_INF, _INF, "velocity of the ball upwards"),
    ),
    action=(
        Quantity("servo_x", "0.2 rad", -1.0, 1.0, "angle that tilt_x is turned to"),
        Quantity("servo_y", "0.2 rad", -1.0, 1.0, "angle that tilt_y is turned to"),
    ),
    time_step=0.02,
    max_episode_steps=MAX_EPISODE_STEPS,
)


def initial(key: jax.Array, qpos: jax.Array, qvel: jax.Array) -> tuple[jax.Array, jax.Array]:
    """A level tray with the ball at rest, up to 0.15 m from its centre along x and along y."""
    place = jax.random.uniform(key, (2,), qpos.dtype, -0.15, 0.15)
    return qpos.at[2:4].add(place), qvel


def from_mark(state: PhysicsState) -> jax.Array:
    """The way from the mark to the ball's centre, shape `(3,)`, in m."""
    return state.qpos[BALL] - state.reads["site_xpos"][MARK]


def observation(state: PhysicsState) -> jax.Array:
    """Tilts, the way from the mark to the ball, and the rates of the tilts and the ball."""
    return jnp.concatenate([state.qpos[TILTS], from_mark(state), state.qvel[TILTS], state.qvel[BALL]])


def reward(_before: PhysicsState, after: PhysicsState, _control: jax.Array) -> jax.Array:
    """Greatest, 1, where the ball lies on the mark."""
    distance = from_mark(after) - jnp.array([0.0, 0.0, 0.03])
    return jnp.exp(-jnp.sum(jnp.square(distance)) / 0.1**2)


def terminated(state: PhysicsState) -> jax.Array:
    """Whether the ball has fallen off the tray."""
    return state.qpos[BALL][2] < 0.2


def make(physics: str = "auto", **options: Any) -> envs.Episode:
    """The task; `physics` and the other options are those of `envs.from_mjcf`."""
    return envs.from_mjcf(
        MODEL,
        reward=reward,
        terminated=terminated,
        observation=observation,
        initial=initial,
        frame_skip=FRAME_SKIP,
        max_episode_steps=MAX_EPISODE_STEPS,
        reads=("site_xpos",),
        spec=SPEC,
        physics=physics,
        **options,
    )


PROGRAM = """
def policy(obs):
    x, y = obs[2:4]
    vx, vy = obs[7:9]
    return [3.0 * y + 2.0 * vy, -3.0 * x - 2.0 * vx]
"""


def main() -> None:
    """Train with a prior from the text of a program; the curve goes to standard output."""
    # Callbacks to the C engine are faster so.
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    env = make()
    prior = priors.translate(PROGRAM, observation_size=env.observation_size, action_size=env.action_size)
    result = camel_jax.train(env, prior, camel_jax.TrainConfig(env_steps=20_000))
    for row in result.history:
        if "evaluation/return_mean" in row:
            print(int(row["train/env_steps"]), round(row["evaluation/return_mean"], 1))  # noqa: T201


if __name__ == "__main__":
    main()
