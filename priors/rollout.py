"""Rolling priors out in the graph: many candidates, many episodes of each, one call of the physics a step.

Everything has the leading axes `(candidates, episodes)`. Episode e of every candidate starts at the same
configuration and sees the same noise, so that candidates differ by what they do alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from flax import struct

from envs import Env, InputError, State
from priors.prior import Carry, FunctionPrior, Interval, Prior


@dataclass(frozen=True)
class Actor:
    """How all candidates act.

    Attributes:
        start: `(parameters, episodes) -> carries`, their memory at the start.
        act: `(parameters, carries, observations) -> (carries, intervals)`; observations and the intervals'
            bounds have shape `(candidates, episodes, size)`.
    """

    start: Callable[[Any, int], Carry]
    act: Callable[[Any, Carry, jax.Array], tuple[Carry, Interval]]


def one_program(prior: FunctionPrior) -> Actor:
    """One program with different numbers: candidates are the first axis of each leaf of the parameters."""

    def start(parameters: Any, episodes: int) -> Carry:
        return jax.vmap(lambda own: _repeat(prior.replace_parameters(own).reset(), episodes))(parameters)

    def act(parameters: Any, carries: Carry, observations: jax.Array) -> tuple[Carry, Interval]:
        def of_candidate(own: Any, carry: Carry, observation: jax.Array) -> tuple[Carry, Interval]:
            return jax.vmap(prior.replace_parameters(own))(carry, observation)

        return jax.vmap(of_candidate)(parameters, carries, observations)

    return Actor(start, act)


def several_programs(candidates: Sequence[Prior]) -> Actor:
    """Different programs, each with its own numbers; carries are a tuple with an entry for each of them."""

    def start(_: Any, episodes: int) -> Carry:
        return tuple(_repeat(prior.reset(), episodes) for prior in candidates)

    def act(_: Any, carries: Carry, observations: jax.Array) -> tuple[Carry, Interval]:
        steps = [
            jax.vmap(prior)(carry, observation)
            for prior, carry, observation in zip(candidates, carries, observations, strict=True)
        ]
        after, intervals = zip(*steps, strict=True)
        return after, jax.tree.map(lambda *bounds: jnp.stack(bounds), *intervals)

    return Actor(start, act)


def scores_of(returns: jax.Array, fault: jax.Array) -> jax.Array:
    """The returns, but for an episode that ended by a fault at most the least of all others here.

    A simulation that explodes is often paid for its speed just before; and where every step costs, one that
    ends soon must not be the best.
    """
    least = jnp.min(jnp.where(fault, jnp.inf, returns))
    least = jnp.where(jnp.isfinite(least), least, 0.0)
    return jnp.where(fault, jnp.minimum(returns, least), returns)


class Totals(struct.PyTreeNode):
    """What became of each episode so far; every array has shape `(candidates, episodes)`.

    Attributes:
        returns: undiscounted sum of rewards.
        lengths: steps, integers.
        termination: whether the task ended it, a boolean; likewise
        truncation: whether the time limit did,
        fault: whether a step whose numbers are not finite did.
        movement: sum over the steps of the mean over the entries of |action - the action before|; the first
            step has none before it.
        parts: sums of the parts of the reward, by the names that the environment gives them.
    """

    returns: jax.Array
    lengths: jax.Array
    termination: jax.Array
    truncation: jax.Array
    fault: jax.Array
    movement: jax.Array
    parts: dict[str, jax.Array]

    @property
    def scores(self) -> jax.Array:
        """The returns, with what `scores_of` makes of faults."""
        return scores_of(self.returns, self.fault)

    @property
    def smoothness(self) -> jax.Array:
        """Mean change of an action entry from one step to the next, in action units; 0 is smoothest."""
        return self.movement / jnp.maximum(self.lengths - 1, 1)


class Rollouts(struct.PyTreeNode):
    """Episodes at some step; `Roller.advance` goes on with them.

    Attributes:
        states: of the environments, leading axes `(candidates, episodes)`.
        carries: the priors' memories, as the actor has them.
        actions: the latest, `(candidates, episodes, action_size)`.
        alive: which episodes have not ended, `(candidates, episodes)`, booleans.
        totals: see `Totals`.
        step: steps taken, an integer.
        noise_keys: one for each episode, `(episodes,)`.
        widths: how far off an action may be, `(episodes,)`.
        observed: what the roller's observer has made of the steps.
    """

    states: State
    carries: Carry
    actions: jax.Array
    alive: jax.Array
    totals: Totals
    step: jax.Array
    noise_keys: jax.Array
    widths: jax.Array
    observed: Any = ()


Observer = Callable[[Any, jax.Array, jax.Array, jax.Array], Any]
"""`(observed, observations, actions, alive) -> observed`, called at every step."""


@dataclass(frozen=True)
class Roller:
    """The functions that roll priors out, made by `make_roller`.

    Attributes:
        start: `(parameters, key, widths, candidates, observed=()) -> Rollouts`; an episode for each of the
            `widths`, see `inside`. The number of candidates is a Python integer.
        advance: `(parameters, rollouts, stop) -> Rollouts`, which goes on to the step `stop`, an integer that
            may be traced, or until all episodes have ended.
    """

    start: Callable[..., Rollouts]
    advance: Callable[[Any, Rollouts, Any], Rollouts]


def make_roller(env: Env, actor: Actor, *, observe: Observer | None = None) -> Roller:
    """Make the functions that roll the candidates of an actor out; pure and jittable.

    An episode that has ended takes no step more and costs nothing on the C engine: it leaves rows alone
    whose action is not finite.

    Args:
        env: an unbatched environment that tells how its episodes end, such as `envs.make` gives.
        actor: who acts.
        observe: sees every step; None for nobody.

    Raises:
        InputError: by `start`, where the environment does not tell how its episodes end.
    """
    reset, step = jax.vmap(env.reset), jax.vmap(jax.vmap(env.step))

    def start(
        parameters: Any, key: jax.Array, widths: jax.Array, candidates: int, observed: Any = ()
    ) -> Rollouts:
        episodes = len(widths)
        key_reset, key_noise = jax.random.split(key)
        fresh = reset(jax.random.split(key_reset, episodes))
        if "termination" not in fresh.info:
            raise InputError(
                f"{type(env).__name__} has no time limit and does not tell termination from truncation; "
                "wrap it first: envs.wrap(env, max_steps=1000)"
            )
        shape = (candidates, episodes)
        states = _repeat(fresh, candidates)
        return Rollouts(
            states=states,
            carries=actor.start(parameters, episodes),
            actions=jnp.zeros((*shape, env.action_size)),
            alive=jnp.ones(shape, bool),
            totals=_nothing(states, shape),
            step=jnp.zeros((), jnp.int32),
            noise_keys=jax.random.split(key_noise, episodes),
            widths=jnp.asarray(widths, jnp.float32),
            observed=observed,
        )

    def advance(parameters: Any, rollouts: Rollouts, stop: Any) -> Rollouts:
        def once(now: Rollouts) -> Rollouts:
            carries, intervals = actor.act(parameters, now.carries, now.states.obs)
            actions = inside(intervals, now.widths, _noise(now, env.action_size))
            asked = jnp.where(now.alive[..., None], actions, jnp.nan)
            states = step(now.states, asked)
            observed = now.observed
            if observe is not None:
                observed = observe(observed, now.states.obs, actions, now.alive)
            return now.replace(
                states=states,
                carries=carries,
                actions=actions,
                alive=now.alive & (states.done == 0),
                totals=_add(now, states, actions),
                step=now.step + 1,
                observed=observed,
            )

        return jax.lax.while_loop(lambda now: (now.step < stop) & jnp.any(now.alive), once, rollouts)

    return Roller(start, advance)


def inside(interval: Interval, widths: jax.Array, uniform: jax.Array) -> jax.Array:
    """The action: where `widths` is 0 the middle of the prior's interval, elsewhere any that a mask allows.

    Args:
        interval: bounds of shape `(..., action_size)`.
        widths: what a mask of that width adds on either side, shape `(...)` without the last axis; what then
            lies in [-1, 1] is allowed.
        uniform: where in the interval, from -1 at its low end to 1, shape `(..., action_size)`.
    """
    width = widths[..., None]
    wide = Interval(jnp.maximum(interval.low - width, -1.0), jnp.minimum(interval.high + width, 1.0))
    return jnp.where(width > 0, wide.centre + wide.half_width * uniform, interval.centre)


def _noise(rollouts: Rollouts, action_size: int) -> jax.Array:
    """Uniform in [-1, 1], shape `(episodes, action_size)`."""

    def of_episode(key: jax.Array) -> jax.Array:
        return jax.random.uniform(jax.random.fold_in(key, rollouts.step), (action_size,), minval=-1.0)

    return jax.vmap(of_episode)(rollouts.noise_keys)


def _nothing(states: State, shape: tuple[int, int]) -> Totals:
    zeros, no = jnp.zeros(shape), jnp.zeros(shape, bool)
    return Totals(
        returns=zeros,
        lengths=jnp.zeros(shape, jnp.int32),
        termination=no,
        truncation=no,
        fault=no,
        movement=zeros,
        parts={name: zeros for name in states.metrics if name.startswith("reward_")},
    )


def _add(now: Rollouts, states: State, actions: jax.Array) -> Totals:
    """The totals with one step more of the episodes that are alive."""
    totals, alive = now.totals, now.alive
    moved = jnp.mean(jnp.abs(actions - now.actions), axis=-1)
    return Totals(
        returns=totals.returns + jnp.where(alive, states.reward, 0.0),
        lengths=totals.lengths + alive,
        termination=totals.termination | (alive & (states.info["termination"] > 0)),
        truncation=totals.truncation | (alive & (states.info["truncation"] > 0)),
        fault=totals.fault | (alive & (states.info["fault"] > 0)),
        movement=totals.movement + jnp.where(alive & (now.step > 0), moved, 0.0),
        parts={
            name: total + jnp.where(alive, states.metrics[name], 0.0) for name, total in totals.parts.items()
        },
    )


def _repeat(tree: Any, count: int) -> Any:
    """The tree with a new leading axis of `count` equal entries."""
    return jax.tree.map(lambda x: jnp.broadcast_to(x, (count, *jnp.shape(x))), tree)
