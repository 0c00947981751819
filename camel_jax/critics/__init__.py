"""Critics: what an action is worth, learned from batches; each file holds one kind with its settings."""

from __future__ import annotations

from camel_jax.critics.base import NUM_CRITICS, Critic, CriticConfig
from camel_jax.critics.categorical import CategoricalConfig, CategoricalCritic
from camel_jax.critics.gaussian import GaussianConfig, GaussianCritic
from camel_jax.critics.twin import TwinConfig, TwinCritic

__all__ = [
    "NUM_CRITICS",
    "CategoricalConfig",
    "CategoricalCritic",
    "Critic",
    "CriticConfig",
    "GaussianConfig",
    "GaussianCritic",
    "TwinConfig",
    "TwinCritic",
]
