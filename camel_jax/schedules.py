"""Epsilon as a function of the step: how firmly the mask holds the agent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp
import optax

from camel_jax.validation import at_least, between
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

    def problems(self) -> list[str]:
        """What makes these settings impossible, one sentence each."""
        return [
            *between("epsilon.start", self.start, 0.0, 1.0),
            *between("epsilon.end", self.end, 0.0, 1.0),
            *at_least("epsilon.hold_steps", self.hold_steps, 0),
            *at_least("epsilon.decay_steps", self.decay_steps, 1),
        ]


# Each falls from 1 at step 0 to 0 at `decay_steps`.
_DECAYS: dict[str, Callable[[int], optax.Schedule]] = {
    "linear": lambda decay_steps: optax.linear_schedule(1.0, 0.0, decay_steps),
    "cosine": lambda decay_steps: optax.cosine_decay_schedule(1.0, decay_steps),
    # To a hundredth of the way; the last jump is made below, as an exponential never arrives.
    "exponential": lambda decay_steps: optax.exponential_decay(1.0, decay_steps, 0.01),
    "constant": lambda _: optax.constant_schedule(1.0),
}


def make_epsilon(config: EpsilonConfig) -> optax.Schedule:
    """The schedule of a config: `environment step -> epsilon`, jittable.

    Raises:
        InputError: unknown kind.
    """
    if config.kind not in _DECAYS:
        raise unknown("epsilon schedule", config.kind, _DECAYS)
    decay = _DECAYS[config.kind](config.decay_steps)
    last = config.start if config.kind == "constant" else config.end

    def epsilon(step: jax.Array | int) -> jax.Array:
        value = config.end + (config.start - config.end) * decay(jnp.maximum(step - config.hold_steps, 0))
        # Exactly the end from there on: a decay that is rounded would leave a mask of 1e-8.
        return jnp.where(step < config.hold_steps + config.decay_steps, value, last)

    return epsilon
