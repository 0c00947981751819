"""Action masks: how a prior's interval and epsilon bound the agent's actions.

The agent's network always speaks in *unit actions* in [-1, 1]; a mask maps them into what is allowed.
The terms are those of Stolz et al., "Excluding the Irrelevant" (NeurIPS 2024, arXiv 2406.03704).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import jax
import jax.numpy as jnp

from camel_jax.validation import between
from priors import Interval


class Mask(Protocol):
    """What the loop and the losses ask of a mask; every function is pure and broadcasts over batches."""

    def problems(self) -> list[str]:
        """What makes its settings impossible, one sentence each."""

    def interval(self, suggestion: Interval, epsilon: jax.Array) -> Interval:
        """The actions allowed at `epsilon`, given a prior's suggestion of shape `(..., action_size)`."""

    def action(self, interval: Interval, unit_action: jax.Array) -> jax.Array:
        """The action, shape `(..., action_size)`, that a unit action means inside `interval`."""


@dataclass(frozen=True)
class GeneratorMask:
    """The generator mask with interpolated bounds.

    The suggestion [l, u] widened by `width` w is mixed with the full range by epsilon e:

        low = e * max(l - w, -1) - (1 - e),    high = e * min(u + w, 1) + (1 - e),

    and the unit action y is mapped affinely into it, a = c + h * y, with c the interval's centre and h
    its half width (arXiv 2406.03704, section 3.2). At e = 0 this is a = y exactly, the plain agent.

    Attributes:
        width: what is added on either side of the prior's bounds, in action units, positive.
    """

    width: float

    def problems(self) -> list[str]:
        """What makes its settings impossible, one sentence each."""
        return between("mask.width", self.width, 0.0, 2.0, open_low=True)

    def interval(self, suggestion: Interval, epsilon: jax.Array) -> Interval:
        """Bounds at `epsilon`, shape `(..., action_size)`."""
        low = jnp.maximum(suggestion.low - self.width, -1.0)
        high = jnp.minimum(suggestion.high + self.width, 1.0)
        return Interval(low=epsilon * low - (1.0 - epsilon), high=epsilon * high + (1.0 - epsilon))

    def action(self, interval: Interval, unit_action: jax.Array) -> jax.Array:
        """The affine image of `unit_action` in `interval`."""
        return interval.centre + interval.half_width * unit_action
