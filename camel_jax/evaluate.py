"""Judging a policy: in the graph while training, and in Gymnasium's own environment at the end."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from brax.envs.base import Env

PolicyStep = Callable[[Any, jax.Array], tuple[Any, jax.Array]]
"""`(carry, observation) -> (carry, action)`, unbatched: an agent, or a prior on its own."""


class Evaluation(NamedTuple):
    """Undiscounted returns and lengths of whole episodes, each of shape `(episodes,)`."""

    returns: Any
    lengths: Any


def evaluate(env: Env, policy: PolicyStep, carry: Any, key: jax.Array, *, episodes: int) -> Evaluation:
    """Run episodes side by side in the graph until the last has ended; jittable.

    Args:
        env: an unbatched environment whose `done` covers its time limit, such as `envs.make` gives.
        policy: the policy.
        carry: its memory at the start of an episode, `()` for none.
        key: of the resets.
        episodes: how many.
    """
    carries = jax.tree.map(lambda x: jnp.broadcast_to(x, (episodes, *jnp.shape(x))), carry)
    states = jax.vmap(env.reset)(jax.random.split(key, episodes))
    zero = jnp.zeros(episodes)

    def running(loop: tuple[Any, ...]) -> jax.Array:
        return jnp.any(loop[-1])

    def step(loop: tuple[Any, ...]) -> tuple[Any, ...]:
        carries, states, evaluation, alive = loop
        carries, actions = jax.vmap(policy)(carries, states.obs)
        states = jax.vmap(env.step)(states, actions)
        evaluation = Evaluation(
            returns=evaluation.returns + jnp.where(alive, states.reward, 0.0),
            lengths=evaluation.lengths + alive,
        )
        return carries, states, evaluation, alive & (states.done == 0)

    loop = (carries, states, Evaluation(zero, zero), jnp.ones(episodes, bool))
    return jax.lax.while_loop(running, step, loop)[2]


def evaluate_in_gymnasium(
    gymnasium_id: str, policy: PolicyStep, carry: Any, *, episodes: int, seed: int
) -> Evaluation:
    """Run episodes in Gymnasium's own environment: the number that a run reports.

    Episode i is reset with seed `seed + i`. All episodes advance together, so that the policy is called
    once a step for the whole batch.

    Args:
        gymnasium_id: such as `Hopper-v4`.
        policy: the policy, see `PolicyStep`.
        carry: its memory at the start of an episode.
        episodes: how many.
        seed: of the first episode.
    """
    import gymnasium  # noqa: PLC0415 - heavy, and only the judging needs it

    with warnings.catch_warnings():
        # Gymnasium advises v5 for every v4 id; v4 is what published figures are for.
        warnings.simplefilter("ignore", DeprecationWarning)
        envs = [gymnasium.make(gymnasium_id) for _ in range(episodes)]
    step = jax.jit(jax.vmap(policy))
    carries = jax.tree.map(lambda x: jnp.broadcast_to(x, (episodes, *jnp.shape(x))), carry)
    observations = np.stack([env.reset(seed=seed + i)[0] for i, env in enumerate(envs)])
    returns, lengths = np.zeros(episodes), np.zeros(episodes, int)
    alive = np.ones(episodes, bool)
    while alive.any():
        carries, actions = step(carries, observations.astype(np.float32))
        for i, action in zip(np.flatnonzero(alive), np.asarray(actions)[alive], strict=True):
            observations[i], reward, terminated, truncated, _ = envs[i].step(action)
            returns[i] += float(reward)
            lengths[i] += 1
            alive[i] = not (terminated or truncated)
    for env in envs:
        env.close()
    return Evaluation(returns, lengths)
