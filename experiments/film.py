"""A few frames of how a program moves, for people and for models that can see."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

import envs
from camel_jax import GymnasiumEvaluator, prior_alone
from camel_jax.render import render_frames
from priors import FunctionPrior

_FRAMES, _INTERVAL = 10, 0.12  # s
_SKIPPED = 1.0  # s, in which a gait settles


class Film(NamedTuple):
    """How a program moves.

    Attributes:
        frames: uint8, `(frames, height, width, 3)`.
        times: of the frames, s.
        drawn_with: how they were drawn.
        env_steps: that were simulated for it, in Gymnasium.
    """

    frames: np.ndarray
    times: Sequence[float]
    drawn_with: str
    env_steps: int = 0


def film_of(spec: envs.TaskSpec, prior: FunctionPrior) -> Film:
    """A second or so of an episode in Gymnasium, after the gait has settled where it lasts for so long."""
    policy = prior_alone(prior)
    evaluator = GymnasiumEvaluator(spec.gymnasium_id, policy.step, episodes=1)
    qpos = evaluator(policy.parameters, policy.carry, seed=0).qpos
    last = len(qpos) - 1
    stride = max(1, min(round(_INTERVAL / spec.time_step), last // max(_FRAMES - 1, 1)))
    first = max(0, min(round(_SKIPPED / spec.time_step), last - stride * (_FRAMES - 1)))
    steps = np.arange(first, last + 1, stride)[:_FRAMES]
    model = envs.make(spec.name, "c").unwrapped.physics.model
    way, frames = render_frames(model, qpos[steps])
    return Film(frames, [float(step * spec.time_step) for step in steps], way, last)


def write_strip(path: Path, film: Film) -> None:
    """Write the frames side by side, from left to right, as a PNG."""
    Image.fromarray(np.concatenate(list(film.frames), axis=1)).save(path)
