"""A finished run, built again from its folder."""

from __future__ import annotations

from pathlib import Path

import jax

import envs
from camel_jax import Policy, checkpoint, make_loop
from camel_jax.evaluate import GymnasiumEvaluation
from experiments import run_folder
from experiments.run import FINAL_SEED, build, draw, judge


def load_policy(folder: Path) -> Policy:
    """The best policy of a run.

    Raises:
        InputError: the folder holds no run, or a damaged one.
    """
    settings = run_folder.read(folder)
    env, prior = build(settings)
    loop = make_loop(env, prior, settings.config)
    state = checkpoint.restore(folder / run_folder.CHECKPOINT, jax.eval_shape(loop.init, 0))
    return Policy(loop.policy, state.best.policy)


def evaluate_run(folder: Path) -> GymnasiumEvaluation:
    """Judge a run's policy once more, on the episodes that its `result.json` tells of."""
    policy = load_policy(folder)
    return judge(envs.spec(run_folder.read(folder).task).gymnasium_id, policy, seed=FINAL_SEED)


def render_run(folder: Path, output: Path, *, width: int, max_frames: int) -> str:
    """Draw the first of those episodes to `output`, `width` pixels wide; returns what drew it."""
    settings = run_folder.read(folder)
    env = build(settings)[0]
    return draw(env, evaluate_run(folder), output, width=width, max_frames=max_frames)
