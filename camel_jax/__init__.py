"""The learner: masked off-policy training in one compiled loop. Uses `priors` and `envs`.

Public face: `train`, `evaluate`, the configs, and the parts that a custom loop is made of.
"""

from __future__ import annotations

from camel_jax.algorithm import Algorithm, Batch
from camel_jax.checkpoint import Checkpoints
from camel_jax.config import TrainConfig
from camel_jax.critics import CategoricalConfig, Critic, GaussianConfig, TwinConfig
from camel_jax.evaluate import Evaluation, GymnasiumEvaluator, Policy, evaluate, prior_alone
from camel_jax.loop import Loop, make_loop
from camel_jax.masking import ClipMask, DistributionalMask, GeneratorMask, Mask, MaskConfig
from camel_jax.sac import SACConfig
from camel_jax.schedules import Controller, EpsilonConfig, make_schedule
from camel_jax.state import TrainState
from camel_jax.td3 import TD3Config
from camel_jax.train import Report, TrainResult, result_of, results_of, run_loop, train

__all__ = [
    "Algorithm",
    "Batch",
    "CategoricalConfig",
    "Checkpoints",
    "ClipMask",
    "Controller",
    "Critic",
    "DistributionalMask",
    "EpsilonConfig",
    "Evaluation",
    "GaussianConfig",
    "GeneratorMask",
    "GymnasiumEvaluator",
    "Loop",
    "Mask",
    "MaskConfig",
    "Policy",
    "Report",
    "SACConfig",
    "TD3Config",
    "TrainConfig",
    "TrainResult",
    "TrainState",
    "TwinConfig",
    "evaluate",
    "make_loop",
    "make_schedule",
    "prior_alone",
    "result_of",
    "results_of",
    "run_loop",
    "train",
]
