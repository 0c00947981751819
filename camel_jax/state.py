"""The state of a run: one flat pytree, changed only by `.replace`."""

from __future__ import annotations

from typing import Any

import jax
from flax import struct

from camel_jax.nstep import Window
from camel_jax.replay import Buffer
from envs import State
from priors import Interval


class Best(struct.PyTreeNode):
    """The policy that did best in an evaluation so far.

    Attributes:
        policy: its parameters.
        return_mean: of that evaluation, `-inf` before the first.
        step: environment step of that evaluation.
    """

    policy: Any
    return_mean: jax.Array
    step: jax.Array


class TrainState(struct.PyTreeNode):
    """All that changes in a run.

    Attributes:
        key: source of all randomness to come.
        step: environment steps so far, over all environments.
        env_state: leading axis `num_envs`.
        carry: the prior's memory, leading axis `num_envs`.
        suggestion: the prior's interval at the current observations, leading axis `num_envs`.
        draw: what decides by the Bernoulli semantics of epsilon whether the mask holds a step, uniform in
            [0, 1), `(num_envs,)`.
        controller: what epsilon's controller remembers.
        prior_return: mean return of the prior alone, NaN where the controller does not ask for it.
        normaliser: running statistics of the observations, `()` where they are not normalised.
        window: the steps that are not yet in the buffer, for returns over several steps.
        buffer: the replay buffer.
        coverage: the distinct state-action pairs that were taken.
        learner: what the algorithm learns.
        reward_sum: discounted sum of the rewards since the last termination, the latest weighted most,
            shape `(num_envs,)`; a steady reward r takes it to r / (1 - discount), the value of going on so.
        largest_reward_sum: largest magnitude of it so far, a heuristic bound on the critics' targets.
        episodes: episodes that ended so far, and the sum of their returns, for the quality of what is stored.
        episode_returns: sum of their returns.
        faults: steps so far, warm-up included, that ended in a fault.
        overflows: steps so far in which an engine had no room left for contacts.
        best: the best policy so far.
    """

    key: jax.Array
    step: jax.Array
    env_state: State
    carry: Any
    suggestion: Interval
    draw: jax.Array
    controller: Any
    prior_return: jax.Array
    normaliser: Any
    window: Window
    buffer: Buffer
    coverage: Any
    learner: Any
    reward_sum: jax.Array
    largest_reward_sum: jax.Array
    episodes: jax.Array
    episode_returns: jax.Array
    faults: jax.Array
    overflows: jax.Array
    best: Best
