"""What a run is made of: frozen dataclasses, from which the command line is made too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from camel_jax.masking import MaskConfig
from camel_jax.sac import SACConfig
from camel_jax.schedules import EpsilonConfig
from camel_jax.td3 import TD3Config
from camel_jax.validation import LARGEST_INT, between, boolean, check_that, count, counts, one_of, whole
from envs import InputError

# Decimal fractions such as 0.3 are meant as they are written, and so is 1 / 3.
_LARGEST_DENOMINATOR = 1_000_000


@dataclass(frozen=True)
class TrainConfig:
    """A training run.

    Attributes:
        env_steps: environment steps over all environments; rounded up to whole chunks.
        seed: of everything random.
        num_envs: environments stepped together.
        updates_per_step: the UTD ratio, gradient updates per environment step; it may be below 1. A whole
            number of them must be due at least once every `report_every` steps.
        batch_size: transitions per update.
        discount: per environment step.
        n_step: steps of a return before it is bootstrapped.
        normalise_observations: whether the networks see observations less their running mean, over their
            standard deviation.
        warmup: actions before any update: uniform inside the mask, uniform over the range, or the prior's.
        warmup_steps: environment steps of the warm-up; rounded down to whole steps of all environments.
        buffer_size: transitions kept; None for all of the run.
        report_every: environment steps per compiled chunk, rounded down likewise, or fewer if the run has no
            more; metrics are means over one.
        evaluate_every: environment steps between two evaluations.
        evaluation_episodes: episodes per evaluation, at epsilon 0 and without exploration noise.
        mask: how the prior's interval bounds the agent.
        epsilon: how firmly, over the run.
        algorithm: what learns, with its settings.
    """

    env_steps: int = 32_000
    seed: int = 0
    num_envs: int = 16
    updates_per_step: float = 1.0
    batch_size: int = 128
    discount: float = 0.99
    n_step: int = 1
    normalise_observations: bool = True
    warmup: Literal["masked", "uniform", "prior"] = "masked"
    warmup_steps: int = 2_000
    buffer_size: int | None = None
    report_every: int = 1_000
    evaluate_every: int = 4_000
    evaluation_episodes: int = 8
    mask: MaskConfig = field(default_factory=MaskConfig)
    epsilon: EpsilonConfig = field(default_factory=EpsilonConfig)
    algorithm: SACConfig | TD3Config = field(default_factory=SACConfig)

    @property
    def steps_per_iteration(self) -> int:
        """Steps of all environments between updates: the fewest that give a whole number of updates."""
        return self._updates_per_env_step.denominator

    @property
    def updates_per_iteration(self) -> int:
        """Gradient updates after each `steps_per_iteration` steps of all environments."""
        return self._updates_per_env_step.numerator

    @property
    def _updates_per_env_step(self) -> Fraction:
        return _meant(self.updates_per_step) * int(self.num_envs)

    @property
    def warmup_iterations(self) -> int:
        """Steps of all environments in the warm-up."""
        return self.warmup_steps // self.num_envs

    @property
    def env_steps_per_iteration(self) -> int:
        """Environment steps of an iteration: some steps of all environments and their updates."""
        return self.steps_per_iteration * self.num_envs

    @property
    def chunk_iterations(self) -> int:
        """Iterations in a chunk: those of `report_every` steps, but no more than the run needs."""
        needed = -(-self._env_steps_after_warmup // self.env_steps_per_iteration)
        return max(1, min(self.report_every // self.env_steps_per_iteration, needed))

    @property
    def chunk_env_steps(self) -> int:
        """Environment steps of a chunk."""
        return self.chunk_iterations * self.env_steps_per_iteration

    @property
    def chunks(self) -> int:
        """Chunks after the warm-up."""
        return -(-self._env_steps_after_warmup // self.chunk_env_steps)

    @property
    def _env_steps_after_warmup(self) -> int:
        return self.env_steps - self.warmup_iterations * self.num_envs

    @property
    def total_env_steps(self) -> int:
        """Environment steps of the whole run: `env_steps` rounded up to whole chunks."""
        return self.warmup_iterations * self.num_envs + self.chunks * self.chunk_env_steps

    @property
    def buffer_capacity(self) -> int:
        """Transitions kept."""
        return self.total_env_steps if self.buffer_size is None else self.buffer_size

    def evaluates_at(self, env_steps: int) -> bool:
        """Whether the chunk that ends after so many environment steps is followed by an evaluation."""
        before = max(env_steps - self.chunk_env_steps, 0)
        due = env_steps // self.evaluate_every > before // self.evaluate_every
        return due or env_steps >= self.total_env_steps

    def problems(self, action_size: int | None = None) -> list[str]:
        """What makes these settings impossible, one sentence each; `action_size` is that of the task."""
        of_sizes = self._problems_of_sizes()
        return [
            *of_sizes,
            *(whole("seed", self.seed) or between("seed", self.seed, 0, LARGEST_INT)),
            *between("discount", self.discount, 0.0, 1.0, open_high=True),
            *boolean("normalise_observations", self.normalise_observations),
            *one_of("warmup", self.warmup, ("masked", "uniform", "prior")),
            *count("evaluate_every", self.evaluate_every, 1),
            *count("evaluation_episodes", self.evaluation_episodes, 1),
            *self.mask.problems(action_size),
            *self.epsilon.problems(),
            *self.algorithm.problems(),
            # What depends on several fields says little where one of them alone is wrong.
            *([] if of_sizes else self._contradictions()),
        ]

    def _problems_of_sizes(self) -> list[str]:
        """Those of the fields that `_contradictions` compares, each alone."""
        return [
            *count("env_steps", self.env_steps, 1),
            *count("num_envs", self.num_envs, 1),
            *between("updates_per_step", self.updates_per_step, 1e-6, 1e4),
            *count("batch_size", self.batch_size, 2),
            *count("n_step", self.n_step, 1),
            *count("warmup_steps", self.warmup_steps, 1),
            *([] if self.buffer_size is None else whole("buffer_size", self.buffer_size)),
            *count("report_every", self.report_every, 1),
        ]

    def _contradictions(self) -> list[str]:
        """What fields that are possible alone make impossible together."""
        return [
            *self._contradictions_of_the_warmup(),
            *self._contradictions_of_the_buffer(),
            *(self._contradictions_of_the_iteration() or self._contradictions_of_the_length()),
        ]

    def _contradictions_of_the_iteration(self) -> list[str]:
        """Steps without any update, and then many at once, are another algorithm than was asked for."""
        longest = min(self.report_every, self.env_steps)
        if self.steps_per_iteration == 1 or self.env_steps_per_iteration <= longest:
            return []
        simpler = self._simpler_ratio(longest)
        return [
            f"updates_per_step is {self.updates_per_step}; with {self.num_envs} environments that is a whole "
            f"number of updates only every {self.env_steps_per_iteration} steps, which must be at most "
            f"report_every ({self.report_every}) and env_steps ({self.env_steps}); take "
            f"{_as_typed(simpler)} ({simpler})"
        ]

    def _simpler_ratio(self, longest: int) -> Fraction:
        """Updates per step near those asked for, of which a whole number is due within `longest` steps.

        The simplest within one percent, or else the nearest; of all environments' steps, as the loop counts.
        """
        asked = self._updates_per_env_step
        most = max(min(longest, _LARGEST_DENOMINATOR) // int(self.num_envs), 1)
        simple = (asked.limit_denominator(steps) for steps in range(1, min(most, 100) + 1))
        near = next((ratio for ratio in simple if abs(ratio - asked) <= asked / 100), None)
        nearest = max(asked.limit_denominator(most), Fraction(1, most))
        return (near or nearest) / int(self.num_envs)

    def _contradictions_of_the_length(self) -> list[str]:
        """Steps and updates of the whole run are counted in 32 bits."""
        if self.total_env_steps > LARGEST_INT:
            return [
                f"report_every is {self.report_every}; the run would take {self.total_env_steps} steps in "
                f"whole chunks of so many, and must take at most {LARGEST_INT}; lower report_every or "
                f"env_steps ({self.env_steps})"
            ]
        total = self.chunks * self.chunk_iterations * self.updates_per_iteration
        return check_that(
            total <= LARGEST_INT,
            f"updates_per_step is {self.updates_per_step}; over env_steps ({self.env_steps}) that is {total} "
            f"updates, which must be at most {LARGEST_INT}; lower either",
        )

    def _contradictions_of_the_warmup(self) -> list[str]:
        least = self.num_envs * self.n_step
        if least >= self.env_steps:
            return [
                f"env_steps is {self.env_steps}; it must be above {least}, the num_envs x n_step steps that "
                "must be taken before there is anything to learn from"
            ]
        return check_that(
            least <= self.warmup_steps < self.env_steps,
            f"warmup_steps is {self.warmup_steps}; it must lie in [{least}, {self.env_steps}): from num_envs "
            "x n_step, so that there is something to learn from, to env_steps",
        )

    def _contradictions_of_the_buffer(self) -> list[str]:
        capacity, least = self.buffer_capacity, max(self.batch_size, self.num_envs)
        if self.buffer_size is None:
            return check_that(
                self.batch_size <= capacity,
                f"batch_size is {self.batch_size}; it must lie in [2, {capacity}]: the run has no more steps",
            )
        # The place after a row of the last step is computed before it is wrapped around.
        most = LARGEST_INT - self.num_envs
        if not least <= capacity <= most:
            return [
                f"buffer_size is {capacity}; it must be at least {least}, a batch and a step of all "
                f"environments, and at most {most}"
            ]
        return check_that(
            self.n_step * self.num_envs <= capacity,
            f"n_step is {self.n_step}; it must lie in [1, {capacity // self.num_envs}]: with {self.num_envs} "
            f"environments a buffer of {capacity} holds no longer return",
        )

    def check(self, action_size: int | None = None, *, seeds: Sequence[int] | None = None) -> None:
        """Find impossible settings before anything is compiled, allocated or written.

        Args:
            action_size: that of the task, if it is known.
            seeds: those of a run of several.

        Raises:
            InputError: names every field at fault, its value and what is allowed.
        """
        of_seeds = [] if seeds is None else counts("seeds", seeds, 0)
        problems = [*self.problems(action_size), *of_seeds]
        if problems:
            raise InputError("; ".join(problems))


def _meant(ratio: float) -> Fraction:
    """The fraction that is meant by a float, which is hardly ever it exactly."""
    return Fraction(float(ratio)).limit_denominator(_LARGEST_DENOMINATOR)


def _as_typed(ratio: Fraction) -> float:
    """The number of fewest digits by which that fraction is meant: 0.3333333, not 0.333333, for 1/3."""
    rounded = (float(f"{float(ratio):.{digits}g}") for digits in range(1, 17))
    return next((number for number in rounded if _meant(number) == ratio), float(ratio))
