"""A finished run, built again from its folder alone."""

from __future__ import annotations

from pathlib import Path

import jax

import envs
from camel_jax import Policy, checkpoint, make_loop
from camel_jax.evaluate import GymnasiumEvaluation
from experiments import run_folder
from experiments.run import FINAL_SEED, draw, judge, load_prior


def evaluate_run(folder: Path) -> GymnasiumEvaluation:
    """Judge the policy that a run kept once more, on the episodes that its `result.json` tells of.

    Raises:
        InputError: the folder holds no run, or a damaged one.
    """
    settings = run_folder.read(folder)
    spec = envs.spec(settings.task)
    # The folder's own copy: the program that the run was started with may have changed since.
    prior = None if settings.prior == "none" else load_prior(str(folder / run_folder.PRIOR), spec)
    loop = make_loop(envs.make(settings.task), prior, settings.config)
    state = checkpoint.restore(folder / run_folder.CHECKPOINT, jax.eval_shape(loop.init, 0))
    return judge(spec, Policy(loop.policy, state.best.policy), seed=FINAL_SEED)


def render_run(folder: Path, output: Path, *, width: int, max_frames: int) -> str:
    """Draw the first of those episodes to `output`, `width` pixels wide; returns what drew it."""
    judged = evaluate_run(folder)
    return draw(envs.make(run_folder.read(folder).task), judged, output, width=width, max_frames=max_frames)
