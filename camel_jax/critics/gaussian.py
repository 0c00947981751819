"""The two critics of DSAC-T (arXiv 2310.05858): Gaussian distributions of the return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import jax
import jax.numpy as jnp
import optax
from flax import struct

from camel_jax import losses
from camel_jax.algorithm import Batch, Metrics, Params
from camel_jax.critics.base import NUM_CRITICS, follow
from camel_jax.networks import MLP, ensemble
from camel_jax.validation import between, counts


@dataclass(frozen=True)
class GaussianConfig:
    """Two critics that learn mean and standard deviation of the return, with target networks.

    The rates and the bound are the published ones. The published networks have three hidden layers of 256
    with GELU; these have ReLU, and by default two layers like the other critics.

    Attributes:
        hidden: widths of the hidden layers.
        learning_rate: of Adam.
        target_rate: how far the target networks move towards the critics, where they move.
        average_rate: how far the running averages of standard deviation and variance move at each update.
        error_bound: the largest error that a variance learns from, in running averages of the standard
            deviation.
    """

    hidden: tuple[int, ...] = (256, 256)
    learning_rate: float = 1e-4
    target_rate: float = 0.005
    average_rate: float = 0.005
    error_bound: float = 3.0

    def problems(self) -> list[str]:
        """What makes these settings impossible, one sentence each."""
        return [
            *counts("critic.hidden", self.hidden, 1),
            *between("critic.learning_rate", self.learning_rate, 0.0, 1.0, open_low=True),
            *between("critic.target_rate", self.target_rate, 0.0, 1.0, open_low=True),
            *between("critic.average_rate", self.average_rate, 0.0, 1.0, open_low=True),
            # A standard deviation can only grow towards errors larger than itself.
            *between("critic.error_bound", self.error_bound, 1.0, 1e6, open_low=True),
        ]

    def build(self, *, observation_size: int, action_size: int) -> GaussianCritic:
        """The critic for a task of these sizes."""
        return GaussianCritic(self, observation_size + action_size)


class GaussianState(struct.PyTreeNode):
    """All that the critics learn.

    Attributes:
        params: parameters of the critics, leading axis `critics`.
        target: those of their targets.
        optimiser: Adam's state.
        average_std: running average of each critic's standard deviation, negative before the first update,
            `(critics,)`.
        average_variance: that of its variance.
    """

    params: Params
    target: Params
    optimiser: optax.OptState
    average_std: jax.Array
    average_variance: jax.Array


class GaussianCritic:
    """Twin Gaussian value distributions with the three refinements of DSAC-T (arXiv 2310.05858, section IV).

    The mean learns from the expected target (refinement 1), both targets come from the twin of the smaller
    mean (2), and the gradient is scaled by a running average of the variance while the variance learns from
    errors bounded by a running average of the standard deviation (3). Where the paper and its authors' code
    (github.com/Jingliang-Duan/DSAC-v2, `dsac_v2.py`) differ, what is learned follows the paper, and what
    guards the numbers follows the code:

    - Paper: the variance settles at the variance of the sampled target. The code compares it with the Huber
      loss of the error, half its square, and so settles at half of that variance.
    - Paper: errors count by their square at any size; the code's Huber losses turn linear at 50, in units of
      the return.
    - Paper: the weight holds the running average of the variance; the code squares that of the standard
      deviation.
    - Paper: the sample of the target is Gaussian. The code clips its noise at 3; the bound on the error,
      which both have, does that work already.
    - Code: the denominators are sigma + 0.1 and sigma^2 + 0.1, and the weight is clipped to [0.1, 10]. The
      paper has sigma^2 + 0.1, sigma^3 + 0.1, 0.1 added to the average of the variance, and no clip.
    - Code: a running average starts at its first batch and is moved before it is used.
    - Code: softplus makes the standard deviation, and mean and standard deviation share their hidden layers.
    - Neither: the next action comes from the current policy, as in SAC (they keep a target of the policy as
      well), and the target networks move at every update (in the code only when the policy does).
    """

    def __init__(self, config: GaussianConfig, input_size: int):
        self.config = config
        self.input_size = input_size
        self.network = ensemble(MLP, NUM_CRITICS)(config.hidden, 2)
        self.optimiser = optax.adam(config.learning_rate)

    def init(self, key: jax.Array) -> GaussianState:
        """Fresh networks, optimiser and averages."""
        params = self.network.init(key, jnp.zeros((1, self.input_size)))
        return GaussianState(
            params=params,
            # A copy: two leaves that share a buffer cannot both be donated.
            target=jax.tree.map(jnp.copy, params),
            optimiser=self.optimiser.init(params),
            average_std=jnp.full(NUM_CRITICS, -1.0),
            average_variance=jnp.full(NUM_CRITICS, -1.0),
        )

    def values(self, state: GaussianState, observation: jax.Array, action: jax.Array) -> jax.Array:
        """The means Q_i(s, a), shape `(critics, batch)`."""
        return self._distribution(state.params, observation, action)[0]

    def stds(self, state: GaussianState, observation: jax.Array, action: jax.Array) -> jax.Array:
        """The standard deviations of the return, shape `(critics, batch)`."""
        return self._distribution(state.params, observation, action)[1]

    def update(
        self,
        state: GaussianState,
        key: jax.Array,
        batch: Batch,
        *,
        next_action: jax.Array,
        next_bonus: jax.Array,
        largest_sum: jax.Array,
        moves_target: jax.Array | bool,
    ) -> tuple[GaussianState, Metrics]:
        """One gradient step on both distributions; the targets follow where they move; see `Critic`."""
        del largest_sum
        config = self.config
        next_mean, next_std = self._distribution(state.target, batch.next_observation, next_action)
        noise = jax.random.normal(key, batch.reward.shape, batch.reward.dtype)
        target, sampled_target = (
            losses.bellman_target(batch.reward, batch.discount, next_return + next_bonus)
            for next_return in losses.lesser_return(next_mean, next_std, noise)
        )

        def loss(params: Params) -> tuple[jax.Array, tuple[jax.Array, ...]]:
            mean, std = self._distribution(params, batch.observation, batch.action)
            average_std = _moved(state.average_std, std, config.average_rate)
            average_variance = _moved(state.average_variance, jnp.square(std), config.average_rate)
            error = losses.bounded_error(mean, sampled_target, config.error_bound * average_std)
            value_loss = losses.gaussian_value_loss(mean, std, target, error, average_variance)
            return value_loss, (average_std, average_variance, jnp.mean(mean), jnp.mean(std))

        (value_loss, aux), gradient = jax.value_and_grad(loss, has_aux=True)(state.params)
        average_std, average_variance, value, std = aux
        updates, optimiser = self.optimiser.update(gradient, state.optimiser)
        params = optax.apply_updates(state.params, updates)
        state = GaussianState(
            params=params,
            target=follow(state.target, params, config.target_rate, moves_target),
            optimiser=optimiser,
            average_std=average_std,
            average_variance=average_variance,
        )
        metrics = {
            "critic/loss": value_loss,
            "critic/value": value,
            "critic/std": std,
            "critic/gradient_norm": optax.tree.norm(gradient),
        }
        return state, metrics

    def _distribution(
        self, params: Params, observation: jax.Array, action: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """Mean and standard deviation of the return, each of shape `(critics, batch)`."""
        output = cast(jax.Array, self.network.apply(params, jnp.concatenate([observation, action], -1)))
        mean, raw_std = jnp.moveaxis(output, -1, 0)
        return mean, jax.nn.softplus(raw_std)


def _moved(average: jax.Array, values: jax.Array, rate: float) -> jax.Array:
    """A running average moved towards the batch mean of `values`, or that mean where there is none yet."""
    mean = jnp.mean(values, axis=-1)
    return jnp.where(average < 0, mean, average + rate * (mean - average))
