"""Tries programs in the simulator, and tells their author what they did, in words and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jax
import jax.numpy as jnp

import envs
from experiments.film import film_of, write_strip
from priors import FunctionPrior, translate
from priors.candidates import Candidate
from priors.diagnosis import diagnose
from priors.diagnosis_text import describe
from priors.refine import Feedback
from priors.rollout import scores_of
from priors.trace import record


class ProgramJudge:
    """The simulator's part in refinement, see `priors.refine.Judge`; equal episodes for all programs.

    Args:
        spec: the task.
        folder: of the candidates, for the pictures.
        episodes: of each program.
        seed: of the episodes.
        physics: the engine, as in `envs.make`.
        images: whether to draw how each program moves.
    """

    def __init__(
        self,
        spec: envs.TaskSpec,
        folder: Path,
        *,
        episodes: int = 16,
        seed: int = 0,
        physics: str = "auto",
        images: bool = False,
    ):
        self._spec, self._folder, self._images = spec, folder, images
        self._env, self._key, self._episodes = envs.make(spec.name, physics), jax.random.key(seed), episodes

    def __call__(self, candidates: Sequence[Candidate]) -> list[Feedback]:
        """How each of the candidates did, in their order."""
        return [self._judge(candidate) for candidate in candidates]

    def _judge(self, candidate: Candidate) -> Feedback:
        spec = self._spec
        prior = translate(
            candidate.program, observation_size=spec.observation_size, action_size=spec.action_size
        )
        trace = record(prior, self._env, self._key, episodes=self._episodes, steps=spec.max_episode_steps)
        return Feedback(
            score=float(jnp.mean(scores_of(*map(jnp.asarray, (trace.returns, trace.fault))))),
            text=describe(diagnose(trace, spec, prior.branches)),
            images=(self._draw(candidate.id, prior),) if self._images else (),
            env_steps=int(trace.lengths.sum()),
        )

    def _draw(self, name: str, prior: FunctionPrior) -> str:
        file = f"{name}.png"
        write_strip(self._folder / file, film_of(self._spec, prior))
        return file
