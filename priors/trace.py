"""Whole episodes of a program, step by step: what a diagnosis is made of."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from envs import Env
from priors.prior import FunctionPrior
from priors.rollout import Rollouts, make_roller, one_program


class Trace(NamedTuple):
    """Every step of some episodes; an episode's steps after its end are there, and not `alive`.

    Attributes:
        observations: before each step, shape `(steps, episodes, observation_size)`.
        actions: `(steps, episodes, action_size)`.
        rewards: `(steps, episodes)`.
        parts: of the reward, by name, likewise.
        alive: whether the episode had not ended before the step, booleans, likewise.
        taken: whether each branch's test held, and did not, `(steps, episodes, branches, 2)`, booleans.
        termination: which episodes the task ended, booleans, `(episodes,)`; likewise
        truncation: the time limit,
        fault: a step whose numbers are not finite.
    """

    observations: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    parts: dict[str, np.ndarray]
    alive: np.ndarray
    taken: np.ndarray
    termination: np.ndarray
    truncation: np.ndarray
    fault: np.ndarray

    @property
    def returns(self) -> np.ndarray:
        """Undiscounted, shape `(episodes,)`."""
        return self.rewards.sum(axis=0)

    @property
    def lengths(self) -> np.ndarray:
        """In steps, shape `(episodes,)`."""
        return self.alive.sum(axis=0)


def record(prior: FunctionPrior, env: Env, key: jax.Array, *, episodes: int, steps: int) -> Trace:
    """Run episodes of the prior alone side by side and keep every step.

    Args:
        prior: the program.
        env: an unbatched environment that tells how its episodes end, such as `envs.make` gives.
        key: of the resets.
        episodes: how many.
        steps: of an episode at most.

    Raises:
        InputError: the environment does not tell how its episodes end.
    """
    roller = make_roller(env, one_program(prior))
    parameters = jax.tree.map(lambda leaf: jnp.asarray(leaf)[None], prior.parameters)
    steps_taken = jnp.arange(1, steps + 1)

    def run(key: jax.Array) -> tuple[Rollouts, Any]:
        def once(now: Rollouts, stop: jax.Array) -> tuple[Rollouts, Any]:
            after = roller.advance(parameters, now, stop)
            gained = jax.tree.map(
                jnp.subtract,
                (after.totals.returns, after.totals.parts),
                (now.totals.returns, now.totals.parts),
            )
            return after, (now.states.obs, after.actions, *gained, now.alive, _taken(prior, now))

        return jax.lax.scan(once, roller.start(parameters, key, jnp.zeros(episodes), 1), steps_taken)

    rollouts, recorded = jax.device_get(jax.jit(run)(key))
    observations, actions, rewards, parts, alive, taken = jax.tree.map(lambda leaf: leaf[:, 0], recorded)
    ends = (getattr(rollouts.totals, name)[0] for name in ("termination", "truncation", "fault"))
    return Trace(observations, actions, rewards, parts, alive, taken, *ends)


def _taken(prior: FunctionPrior, now: Rollouts) -> jax.Array:
    """Which sides of its branches the program takes, `(1, episodes, branches, 2)`."""
    if prior.taken is None:
        return jnp.zeros((*now.alive.shape, 0, 2), bool)

    def of_episode(carry: Any, observation: jax.Array) -> jax.Array:
        assert prior.taken is not None
        return prior.taken(prior.parameters, carry, observation)

    return jax.vmap(jax.vmap(of_episode))(now.carries, now.states.obs)
