"""What epsilon means: how tightly the mask holds one step, given epsilon and a random draw."""

from __future__ import annotations

from typing import Protocol

import jax
import jax.numpy as jnp


class Semantics(Protocol):
    """Turns epsilon into the grip of a mask; every function is pure and elementwise."""

    def grip(self, epsilon: jax.Array, draw: jax.Array) -> jax.Array:
        """How tightly the mask holds, in [0, 1], shape `(batch,)` like epsilon and the draw.

        Exactly 0 where epsilon is 0 and exactly 1 where it is 1; the draw is uniform in [0, 1).
        """

    def redraw(self, draw: jax.Array, fresh: jax.Array, done: jax.Array) -> jax.Array:
        """The draw of the next step: a fresh one, or the last, `(batch,)`; `done` where an episode ended."""


class Interpolate:
    """The interval widens from the prior's to the full range as epsilon falls."""

    def grip(self, epsilon: jax.Array, draw: jax.Array) -> jax.Array:
        """Epsilon itself."""
        del draw
        return epsilon

    def redraw(self, draw: jax.Array, fresh: jax.Array, done: jax.Array) -> jax.Array:
        """The fresh one, which nothing asks for."""
        del draw, done
        return fresh


class Bernoulli(Interpolate):
    """Each step is masked with probability epsilon, and free otherwise."""

    def grip(self, epsilon: jax.Array, draw: jax.Array) -> jax.Array:
        """1 where the draw is below epsilon, else 0."""
        return (draw < epsilon).astype(epsilon.dtype)


class BernoulliEpisode(Bernoulli):
    """A share epsilon of the episodes is masked.

    The draw is held for an episode, and not the decision: each episode is let go as soon as epsilon falls
    below its draw, so that at every step the share of masked ones is epsilon, and at epsilon 0 none.
    """

    def redraw(self, draw: jax.Array, fresh: jax.Array, done: jax.Array) -> jax.Array:
        """A fresh one where an episode ended."""
        return jnp.where(done > 0, fresh, draw)


SEMANTICS: dict[str, type[Interpolate]] = {
    "interpolate": Interpolate,
    "bernoulli": Bernoulli,
    "bernoulli-episode": BernoulliEpisode,
}
