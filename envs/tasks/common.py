"""What several tasks share: start noise, costs, bonuses and ranges, as Gymnasium defines them."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

from envs.physics.base import PhysicsState
from envs.task import Quantity

# Entries that `exclude_current_positions_from_observation` leaves out.
TORSO_X = Quantity("torso_x", "m", -math.inf, math.inf, "how far forward the torso is")
TORSO_Y = Quantity("torso_y", "m", -math.inf, math.inf, "how far to the left the torso is")


def uniform_noise(
    key: jax.Array, qpos: jax.Array, qvel: jax.Array, scale: float
) -> tuple[jax.Array, jax.Array]:
    """Noise from U(-scale, scale) on every entry of a configuration."""
    key_qpos, key_qvel = jax.random.split(key)
    return (
        qpos + jax.random.uniform(key_qpos, qpos.shape, qpos.dtype, -scale, scale),
        qvel + jax.random.uniform(key_qvel, qvel.shape, qvel.dtype, -scale, scale),
    )


def uniform_and_normal_noise(
    key: jax.Array, qpos: jax.Array, qvel: jax.Array, scale: float
) -> tuple[jax.Array, jax.Array]:
    """Noise from U(-scale, scale) on every position and from N(0, scale²) on every velocity."""
    key_qpos, key_qvel = jax.random.split(key)
    return (
        qpos + jax.random.uniform(key_qpos, qpos.shape, qpos.dtype, -scale, scale),
        qvel + scale * jax.random.normal(key_qvel, qvel.shape, qvel.dtype),
    )


def configuration(
    state: PhysicsState, *, skip_positions: int, velocity_limit: float | None = None
) -> jax.Array:
    """Positions from entry `skip_positions` on, then velocities, clipped to ±`velocity_limit` if given."""
    qvel = state.qvel if velocity_limit is None else jnp.clip(state.qvel, -velocity_limit, velocity_limit)
    return jnp.concatenate([state.qpos[skip_positions:], qvel])


def inside(value: jax.Array, bounds: tuple[float, float]) -> jax.Array:
    """Whether a value, or every entry of it, lies strictly between the bounds."""
    low, high = bounds
    return jnp.all((low < value) & (value < high))


def healthy_bonus(bonus: float, healthy: jax.Array, terminate_when_unhealthy: bool) -> jax.Array:
    """The bonus for being healthy; paid in the terminal step too where unhealthiness terminates."""
    return jnp.where(healthy | terminate_when_unhealthy, bonus, 0.0)


def squared_cost(weight: float, x: jax.Array) -> jax.Array:
    """The weight times the sum of the squared entries."""
    return weight * jnp.sum(jnp.square(x))


def never() -> jax.Array:
    """The termination of a task that no state ends."""
    return jnp.zeros((), bool)
