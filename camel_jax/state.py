"""The state of a run: one flat pytree, changed only by `.replace`."""

from __future__ import annotations

from typing import Any

import jax
from flax import struct

from camel_jax.replay import Buffer
from camel_jax.sac import SACState
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
        buffer: the replay buffer.
        learner: what the algorithm learns.
        reward_sum: discounted sum of the rewards since the last termination, the latest weighted most,
            shape `(num_envs,)`; a steady reward r takes it to r / (1 - discount), the value of going on so.
        largest_reward_sum: largest value of it so far, a heuristic bound on the critics' targets.
        faults: steps so far, warm-up included, that ended in a fault.
        overflows: steps so far in which an engine had no room left for contacts.
        best: the best policy so far.
    """

    key: jax.Array
    step: jax.Array
    env_state: State
    carry: Any
    suggestion: Interval
    buffer: Buffer
    learner: SACState
    reward_sum: jax.Array
    largest_reward_sum: jax.Array
    faults: jax.Array
    overflows: jax.Array
    best: Best
