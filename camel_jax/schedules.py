"""Epsilon: how firmly the mask holds the agent, as a function of the step and of how the agent fares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import jax
import jax.numpy as jnp
import optax
from flax import struct

from camel_jax.semantics import SEMANTICS
from camel_jax.validation import LARGEST_INT, as_sequence, between, boolean, check_that, count, one_of


@dataclass(frozen=True)
class EpsilonConfig:
    """An epsilon schedule, what epsilon means, and whether it heeds how the agent fares.

    Epsilon rises from 0 to `start` within `rise_steps`, is held for `hold_steps`, then moves to `end` within
    `decay_steps`.

    Attributes:
        kind: shape of the decay.
        start: epsilon when it is highest, in [0, 1]; 1 is the mask at its tightest.
        end: epsilon after the decay, in [0, 1]; 0 is the plain agent.
        rise_steps: environment steps of a linear warm-up of epsilon.
        hold_steps: environment steps before the decay begins.
        decay_steps: environment steps that the decay takes.
        points: for kind "piecewise" (step, epsilon) pairs that are joined by lines, in place of all above.
        semantics: interpolate widens the interval from the prior's to the full range; bernoulli masks each
            step with probability epsilon; bernoulli-episode draws once for each episode.
        adapt: none; return: the mask lets go as evaluations come near the prior's own return; critic: in each
            state, it lets go where the critics prefer the policy's action. Never beyond the schedule.
        softness: for adapt "critic", by what part of its value an action must be better for the mask to let
            go of two thirds (1 - 1/e).
        ask_first: before the first step, try the prior and random actions alone for some episodes each, and
            hold epsilon at 0 if the prior is worth no more: a bad prior then costs nothing. With adapt return
            it is always done. To be switched off for a prior whose bounds are worth more than their middle,
            by which it is judged.
    """

    kind: Literal["linear", "cosine", "exponential", "constant", "piecewise"] = "linear"
    start: float = 1.0
    end: float = 0.0
    rise_steps: int = 0
    hold_steps: int = 0
    decay_steps: int = 8_000
    points: tuple[tuple[int, float], ...] = ()
    semantics: Literal["interpolate", "bernoulli", "bernoulli-episode"] = "interpolate"
    adapt: Literal["none", "return", "critic"] = "none"
    softness: float = 0.05
    ask_first: bool = True

    def problems(self) -> list[str]:
        """What makes these settings impossible, one sentence each."""
        return [
            *one_of("epsilon.kind", self.kind, ("piecewise", *_DECAYS)),
            *one_of("epsilon.semantics", self.semantics, SEMANTICS),
            *one_of("epsilon.adapt", self.adapt, ("none", "return", "critic")),
            *between("epsilon.start", self.start, 0.0, 1.0),
            *between("epsilon.end", self.end, 0.0, 1.0),
            *self._problems_before_the_decay(),
            *count("epsilon.decay_steps", self.decay_steps, 1),
            *between("epsilon.softness", self.softness, 0.0, 100.0, open_low=True),
            *boolean("epsilon.ask_first", self.ask_first),
            *self._problems_of_points(),
        ]

    def _problems_before_the_decay(self) -> list[str]:
        alone = [
            *count("epsilon.rise_steps", self.rise_steps, 0),
            *count("epsilon.hold_steps", self.hold_steps, 0),
        ]
        # Steps are counted from where the decay begins.
        return alone or check_that(
            int(self.rise_steps) + int(self.hold_steps) <= LARGEST_INT,
            f"epsilon.hold_steps is {self.hold_steps}; with epsilon.rise_steps ({self.rise_steps}) it must "
            f"be at most {LARGEST_INT}",
        )

    def _problems_of_points(self) -> list[str]:
        points = as_sequence(self.points)
        pairs = [as_sequence(point) for point in points or ()]
        if points is None or not all(pair is not None and len(pair) == 2 for pair in pairs):
            return [f"epsilon.points is {self.points!r}; it must hold (step, epsilon) pairs"]
        steps = [step for step, _ in self.points]
        of_steps = [p for step in steps for p in count("a step of epsilon.points", step, 0)]
        return [
            *check_that(
                (self.kind == "piecewise") == (len(points) > 0),
                "epsilon.points are for epsilon.kind piecewise, which needs (step, epsilon) pairs",
            ),
            *(
                of_steps
                or check_that(
                    steps == sorted(set(steps)),
                    f"epsilon.points are at the steps {steps}; they must increase",
                )
            ),
            *(problem for _, value in self.points for problem in between("epsilon.points", value, 0.0, 1.0)),
        ]


# Each falls from 1 at step 0 to 0 at `decay_steps`.
_DECAYS: dict[str, Callable[[int], optax.Schedule]] = {
    "linear": lambda decay_steps: optax.linear_schedule(1.0, 0.0, decay_steps),
    "cosine": lambda decay_steps: optax.cosine_decay_schedule(1.0, decay_steps),
    # To a hundredth of the way; the last jump is made below, as an exponential never arrives.
    "exponential": lambda decay_steps: optax.exponential_decay(1.0, decay_steps, 0.01),
    "constant": lambda _: optax.constant_schedule(1.0),
}


def make_schedule(config: EpsilonConfig) -> optax.Schedule:
    """The schedule of a config without its adaptation: `environment step -> epsilon`, jittable."""
    if config.kind == "piecewise":
        return _through(config.points)
    decay = _DECAYS[config.kind](config.decay_steps)
    last = config.start if config.kind == "constant" else config.end

    def epsilon(step: jax.Array | int) -> jax.Array:
        since = step - config.rise_steps - config.hold_steps
        value = config.end + (config.start - config.end) * decay(jnp.maximum(since, 0))
        # Exactly the end from there on: a decay that is rounded would leave a mask of 1e-8.
        value = jnp.where(since < config.decay_steps, value, last)
        rising = config.start * step / max(config.rise_steps, 1)
        return jnp.where(step < config.rise_steps, rising, value)

    return epsilon


def _through(points: tuple[tuple[int, float], ...]) -> optax.Schedule:
    steps, values = (jnp.asarray(column, jnp.float32) for column in zip(*points, strict=True))
    return lambda step: jnp.interp(jnp.asarray(step, jnp.float32), steps, values)


class Controller(Protocol):
    """Epsilon as the loop asks for it: a schedule that may heed how the agent fares; pure functions."""

    @property
    def per_state(self) -> bool:
        """Whether `at` depends on the advantage, which costs two more passes through the critics."""

    @property
    def asks_prior(self) -> bool:
        """Whether the prior is tried against random actions before the first step, and `ask` is told."""

    def init(self) -> Any:
        """What it remembers, at the start: a pytree."""

    def epsilon(self, state: Any, step: jax.Array | int) -> jax.Array:
        """Epsilon at an environment step, scalar in [0, 1]."""

    def ask(self, state: Any, random_return: jax.Array, prior_return: jax.Array) -> Any:
        """What it remembers after the prior and uniformly random actions were tried, where it asks for it."""

    def observe(self, state: Any, agent_return: jax.Array, prior_return: jax.Array) -> Any:
        """What it remembers after an evaluation of the agent alone; the prior's return is its own, alone."""

    def at(self, epsilon: jax.Array, advantage: jax.Array) -> jax.Array:
        """Epsilon in states where the prior's action is worth `advantage` more than the policy's, `(batch,)`.

        `advantage` is relative: the difference of the two values over the mean of their magnitudes.
        """


class Progress(struct.PyTreeNode):
    """What the prior is still worth to the agent.

    Attributes:
        random_return: of random actions; NaN where it was not asked for.
        remaining: what is left of the schedule's epsilon, in [0, 1]; 1 at the start.
    """

    random_return: jax.Array
    remaining: jax.Array


@dataclass(frozen=True)
class Scheduled:
    """A schedule, clipped to [0, 1], as rounding takes some a little beyond their ends.

    Attributes:
        schedule: of the environment step.
        asks_prior: whether epsilon is 0 throughout for a prior worth no more than random actions.
    """

    schedule: optax.Schedule
    asks_prior: bool = False
    per_state = False

    def init(self) -> Progress:
        """At the start, with nothing known."""
        return Progress(random_return=jnp.full((), jnp.nan, float), remaining=jnp.ones(()))

    def epsilon(self, state: Progress, step: jax.Array | int) -> jax.Array:
        """That of the schedule, as far as the prior is worth it."""
        return state.remaining * jnp.clip(self.schedule(step), 0.0, 1.0)

    def ask(self, state: Progress, random_return: jax.Array, prior_return: jax.Array) -> Progress:
        """Hold on only if the prior is worth more."""
        del state
        return Progress(random_return, remaining=jnp.where(prior_return > random_return, 1.0, 0.0))

    def observe(self, state: Progress, agent_return: jax.Array, prior_return: jax.Array) -> Progress:
        """Nothing new."""
        del agent_return, prior_return
        return state

    def at(self, epsilon: jax.Array, advantage: jax.Array) -> jax.Array:
        """The same in every state."""
        return jnp.broadcast_to(epsilon, advantage.shape)


@dataclass(frozen=True)
class ReturnControlled(Scheduled):
    """Lets go as the agent's evaluations come near the prior's own return.

    epsilon = schedule * min over evaluations of clip((R_prior - R) / (R_prior - R_random), 0, 1): the part of
    the way from random actions to the prior that is still to go. It never grows, and is 0 from the first
    evaluation in which the agent alone is as good as the prior. A prior that is worth no more than random
    actions never holds it; the schedule bounds how long any other is held on to.
    """

    asks_prior: bool = True

    def observe(self, state: Progress, agent_return: jax.Array, prior_return: jax.Array) -> Progress:
        """Take an evaluation into account."""
        way = prior_return - state.random_return
        # Where there is no way, nothing remains since the prior was asked.
        left = jnp.clip((prior_return - agent_return) / jnp.where(way > 0, way, 1.0), 0.0, 1.0)
        left = jnp.where(prior_return > agent_return, left, 0.0)
        return state.replace(remaining=jnp.minimum(state.remaining, left))


@dataclass(frozen=True)
class CriticControlled(Scheduled):
    """Lets go in the states where the critics prefer the policy's action to the prior's.

    epsilon(s) = epsilon * min(1, exp(A(s) / softness)), with A(s) the relative advantage of the prior's
    action, (Q(s, a_prior) - Q(s, a_policy)) / mean(|Q(s, a_prior)|, |Q(s, a_policy)|).

    Attributes:
        softness: relative advantage of the policy at which epsilon has fallen to 1/e.
    """

    softness: float = 0.05
    per_state = True

    def at(self, epsilon: jax.Array, advantage: jax.Array) -> jax.Array:
        """Epsilon in each state."""
        return epsilon * jnp.exp(jnp.minimum(advantage, 0.0) / self.softness)


def make_controller(config: EpsilonConfig) -> Controller:
    """The controller of a config."""
    schedule = make_schedule(config)
    if config.adapt == "return":
        return ReturnControlled(schedule)
    if config.adapt == "critic":
        return CriticControlled(schedule, config.ask_first, softness=config.softness)
    return Scheduled(schedule, config.ask_first)
