"""Tries programs in the simulator, and tells their author what they did, in words and pictures."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp

import envs
from experiments.film import film_of, write_strip
from priors import FunctionPrior, translate
from priors.candidates import Candidate
from priors.diagnosis import diagnose
from priors.diagnosis_text import describe
from priors.judging import Feedback, Picture
from priors.rollout import scores_of
from priors.trace import record


class ProgramJudge:
    """The simulator's part in refinement, see `priors.judging.Judge`; equal episodes for all programs.

    Args:
        spec: the task.
        folder: of the candidates, for the pictures.
        episodes: of each program.
        seed: of the episodes.
        physics: the engine, as in `envs.make`.
    """

    def __init__(
        self,
        spec: envs.TaskSpec,
        folder: Path,
        *,
        episodes: int = 16,
        seed: int = 0,
        physics: str = "auto",
    ):
        self._spec, self._folder = spec, folder
        self._env, self._key, self._episodes = envs.make(spec.name, physics), jax.random.key(seed), episodes

    @property
    def episodes(self) -> int:
        """Of each program."""
        return self._episodes

    def __call__(self, candidate: Candidate) -> Feedback:
        """How a program did."""
        prior = self._prior(candidate)
        steps = self._spec.max_episode_steps
        trace = record(prior, self._env, self._key, episodes=self._episodes, steps=steps)
        return Feedback(
            score=float(jnp.mean(scores_of(*map(jnp.asarray, (trace.returns, trace.fault))))),
            text=describe(diagnose(trace, self._spec, prior.branches)),
            env_steps=int(trace.lengths.sum()),
        )

    def draw(self, candidate: Candidate) -> Picture:
        """A strip of frames of how a program moves, in the folder, with the steps of that episode."""
        film = film_of(self._spec, self._prior(candidate))
        file = f"{candidate.id}.png"
        write_strip(self._folder / file, film)
        return Picture((file,), film.env_steps)

    def _prior(self, candidate: Candidate) -> FunctionPrior:
        spec = self._spec
        return translate(
            candidate.program, observation_size=spec.observation_size, action_size=spec.action_size
        )
