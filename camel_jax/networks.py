"""Networks: multilayer perceptrons for actors and critics, and ensembles of them."""

from __future__ import annotations

import math
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp

_LOG_STD_MIN, _LOG_STD_MAX = -5.0, 2.0


class MLP(nn.Module):
    """Hidden layers with ReLU and a linear last one.

    Attributes:
        hidden: widths of the hidden layers.
        outputs: entries of the output.
    """

    hidden: tuple[int, ...]
    outputs: int

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Shape `(..., outputs)`."""
        for width in self.hidden:
            x = nn.relu(nn.Dense(width)(x))
        return nn.Dense(self.outputs)(x)


class GaussianActor(nn.Module):
    """A diagonal Gaussian over unbounded actions, to be squashed.

    Attributes:
        hidden: widths of the hidden layers.
        action_size: entries of the action.
        initial_std: standard deviation of fresh networks at an observation of zeros, within (exp(-5),
            exp(2)); at others fresh weights make it larger or smaller.
    """

    hidden: tuple[int, ...]
    action_size: int
    initial_std: float = 1.0

    @nn.compact
    def __call__(self, observation: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Mean and log standard deviation before squashing, each of shape `(..., action_size)`."""
        x = observation
        for width in self.hidden:
            x = nn.relu(nn.Dense(width)(x))
        mean = nn.Dense(self.action_size)(x)
        centre, half_range = 0.5 * (_LOG_STD_MIN + _LOG_STD_MAX), 0.5 * (_LOG_STD_MAX - _LOG_STD_MIN)
        bias = math.atanh((math.log(self.initial_std) - centre) / half_range)
        place = nn.Dense(self.action_size, bias_init=nn.initializers.constant(bias))(x)
        return mean, centre + half_range * jnp.tanh(place)


class UnitMLP(nn.Module):
    """Hidden layers with batch normalisation on the input and before each ReLU (XQC, arXiv 2509.25174).

    The hidden layers' scale has no effect before the normalisation: keep it at 1 by `with_unit_weights`.

    Attributes:
        hidden: widths of the hidden layers.
        outputs: entries of the output.
        momentum: of the running statistics.
    """

    hidden: tuple[int, ...]
    outputs: int
    momentum: float = 0.99

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Shape `(..., outputs)`; `train` normalises with the batch's own statistics."""

        def normalise(x: jax.Array) -> jax.Array:
            return nn.BatchNorm(use_running_average=not train, momentum=self.momentum)(x)

        x = normalise(x)
        for width in self.hidden:
            x = nn.relu(normalise(nn.Dense(width, use_bias=False)(x)))
        return nn.Dense(self.outputs)(x)


def with_unit_weights(params: Any) -> Any:
    """Parameters whose matrices have columns of length 1, so that Adam's steps stay as large as they were."""

    def project(path: tuple[Any, ...], leaf: jax.Array) -> jax.Array:
        if path[-1].key != "kernel":
            return leaf
        return leaf / jnp.maximum(jnp.linalg.norm(leaf, axis=-2, keepdims=True), 1e-8)

    return jax.tree_util.tree_map_with_path(project, params)


def ensemble(network: type[nn.Module], count: int) -> type[nn.Module]:
    """`count` independent networks on the same input; outputs and variables get a leading axis `count`."""
    return nn.vmap(
        network,
        in_axes=None,
        variable_axes={"params": 0, "batch_stats": 0},
        split_rngs={"params": True},
        axis_size=count,
    )
