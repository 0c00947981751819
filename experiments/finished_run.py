"""A finished run, built again from its folder alone."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

import envs
from camel_jax import Policy
from camel_jax.evaluate import GymnasiumEvaluation
from envs import InputError
from experiments import run_folder
from experiments.run import FINAL_SEED, draw, judge, rebuild, restore


def evaluate_run(folder: Path, console: Console) -> GymnasiumEvaluation:
    """Judge the policy that a run kept once more, on the episodes that its `result.json` tells of.

    Raises:
        InputError: the folder holds no run, or a damaged one.
    """
    settings = run_folder.read(folder)
    loop = rebuild(folder, settings)
    state = restore(folder, loop, console)
    if state is None:
        raise InputError(
            f"{folder} holds no checkpoint yet; camel-jax train --resume {folder} goes on with the run"
        )
    return judge(envs.spec(settings.task), Policy(loop.policy, state.best.policy), seed=FINAL_SEED)


def render_run(folder: Path, output: Path, console: Console, *, width: int, max_frames: int) -> str:
    """Draw the first of those episodes to `output`, `width` pixels wide; returns what drew it."""
    judged = evaluate_run(folder, console)
    return draw(envs.make(run_folder.read(folder).task), judged, output, width=width, max_frames=max_frames)
