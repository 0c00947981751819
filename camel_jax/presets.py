"""Named settings: the agents that results compare."""

from __future__ import annotations

import dataclasses
import math

from camel_jax.config import TrainConfig
from camel_jax.critics import GaussianConfig, TwinConfig
from camel_jax.masking import MaskConfig
from camel_jax.sac import SACConfig
from camel_jax.schedules import EpsilonConfig
from camel_jax.td3 import TD3Config
from envs import unknown

_PUBLISHED_SAC = SACConfig(
    hidden=(256, 256),
    learning_rate=3e-4,
    decay_updates=0,
    adam_b1=0.9,
    policy_delay=1,
    initial_std=math.exp(-1.5),
    target_entropy_scale=1.0,
    temperature=1.0,
    temperature_learning_rate=3e-4,
    averaging=0.0,
    critic=TwinConfig(hidden=(256, 256), learning_rate=3e-4),
)
_DSAC_T = dataclasses.replace(_PUBLISHED_SAC, learning_rate=1e-4, policy_delay=2, critic=GaussianConfig())
_PUBLISHED = TrainConfig(
    num_envs=1,
    batch_size=256,
    normalise_observations=False,
    env_steps=100_000,
    warmup_steps=5_000,
)

PRESETS: dict[str, TrainConfig] = {
    # What `make train` runs.
    "camel": TrainConfig(),
    # Our reading of the paper (arXiv 2502.11896): TD3, the bounds of the program's output as the mask, and an
    # epsilon that starts high and decays, with which a step is masked. Widths, the schedule's shape and its
    # length are ours: the paper's body is not known to us.
    "camel-td3": dataclasses.replace(
        _PUBLISHED,
        mask=MaskConfig("generator"),
        epsilon=EpsilonConfig("linear", decay_steps=50_000, semantics="bernoulli", ask_first=False),
        algorithm=TD3Config(),
    ),
    # As published, with one update for each step of one environment. The warm-up is ours for all three:
    # published code takes from 100 steps (Stable-Baselines3) to 25,000 (TD3's authors).
    "sac": dataclasses.replace(_PUBLISHED, algorithm=_PUBLISHED_SAC),
    "dsac-t": dataclasses.replace(_PUBLISHED, algorithm=_DSAC_T),
    "td3": dataclasses.replace(_PUBLISHED, algorithm=TD3Config()),
}


def preset(name: str) -> TrainConfig:
    """The settings of that name.

    Raises:
        InputError: unknown name.
    """
    if name not in PRESETS:
        raise unknown("preset", name, PRESETS)
    return PRESETS[name]
