"""The learner: masked off-policy training in one compiled loop. Uses `priors` and `envs`.

Public face: `train`, `evaluate`, the configs, and the parts that a custom loop is made of.
"""

from __future__ import annotations

from camel_jax.config import SACConfig, TrainConfig
from camel_jax.evaluate import Evaluation, GymnasiumEvaluator, Policy, evaluate, prior_alone
from camel_jax.loop import Loop, make_loop
from camel_jax.masking import GeneratorMask, Mask
from camel_jax.schedules import EpsilonConfig, make_epsilon
from camel_jax.state import TrainState
from camel_jax.train import Report, TrainResult, run_loop, train

__all__ = [
    "EpsilonConfig",
    "Evaluation",
    "GeneratorMask",
    "GymnasiumEvaluator",
    "Loop",
    "Mask",
    "Policy",
    "Report",
    "SACConfig",
    "TrainConfig",
    "TrainResult",
    "TrainState",
    "evaluate",
    "make_epsilon",
    "make_loop",
    "prior_alone",
    "run_loop",
    "train",
]
