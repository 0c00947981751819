"""Epsilon as a function of the step: how firmly the mask holds the agent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import jax.numpy as jnp
import optax

from envs import unknown


@dataclass(frozen=True)
class EpsilonConfig:
    """An epsilon schedule: `start` is held for `hold_steps`, then moves to `end` within `decay_steps`.

    Attributes:
        kind: shape of the decay.
        start: epsilon at the first step, in [0, 1]; 1 is the mask at its tightest.
        end: epsilon after the decay, in [0, 1]; 0 is the plain agent.
        hold_steps: environment steps before the decay begins.
        decay_steps: environment steps that the decay takes.
    """

    kind: Literal["linear", "cosine", "exponential", "constant"] = "linear"
    start: float = 1.0
    end: float = 0.0
    hold_steps: int = 0
    decay_steps: int = 8_000


def _cosine(config: EpsilonConfig) -> optax.Schedule:
    decay = optax.cosine_decay_schedule(1.0, config.decay_steps)
    return lambda step: config.end + (config.start - config.end) * decay(step)


def _exponential(config: EpsilonConfig) -> optax.Schedule:
    # Falls to a hundredth of the way and then to `end` itself: an exponential alone never arrives.
    decay = optax.exponential_decay(1.0, config.decay_steps, 0.01)
    return lambda step: (
        config.end + (config.start - config.end) * jnp.where(step < config.decay_steps, decay(step), 0.0)
    )


_KINDS: dict[str, Callable[[EpsilonConfig], optax.Schedule]] = {
    "linear": lambda config: optax.linear_schedule(config.start, config.end, config.decay_steps),
    "cosine": _cosine,
    "exponential": _exponential,
    "constant": lambda config: optax.constant_schedule(config.start),
}


def make_epsilon(config: EpsilonConfig) -> optax.Schedule:
    """The schedule of a config: `environment step -> epsilon`, jittable.

    Raises:
        InputError: unknown kind.
    """
    if config.kind not in _KINDS:
        raise unknown("epsilon schedule", config.kind, _KINDS)
    decay = _KINDS[config.kind](config)
    return optax.join_schedules([optax.constant_schedule(config.start), decay], [config.hold_steps])
