"""What a run is made of: frozen dataclasses, from which the command line is made too."""

from __future__ import annotations

from dataclasses import dataclass, field

from camel_jax.masking import GeneratorMask
from camel_jax.schedules import EpsilonConfig
from camel_jax.validation import at_least, between, check_that
from envs import InputError


@dataclass(frozen=True)
class SACConfig:
    """Soft actor-critic with batch-normalised critics and no target network.

    Attributes:
        hidden: widths of the hidden layers of actor and critics.
        batch_size: transitions per update.
        discount: per environment step.
        learning_rate: of actor and critics.
        adam_b1: first-moment decay of their Adam; CrossQ uses 0.5 (arXiv 1902.05605).
        policy_delay: updates of the critics per update of actor and temperature.
        temperature: entropy weight at the start.
        temperature_learning_rate: of its logarithm.
        target_entropy_scale: the target entropy is minus this times the action size, in unit actions.
        target_cap: critic targets are capped at this times the largest discounted reward sum seen.
        actor_decay: per update of the actor, decay of the running average of its weights that is evaluated.
    """

    hidden: tuple[int, ...] = (128, 128)
    batch_size: int = 128
    discount: float = 0.99
    learning_rate: float = 1e-3
    adam_b1: float = 0.5
    policy_delay: int = 2
    temperature: float = 0.05
    temperature_learning_rate: float = 1e-3
    target_entropy_scale: float = 1.0
    target_cap: float = 1.1
    actor_decay: float = 0.995

    def problems(self) -> list[str]:
        """What makes these settings impossible, one sentence each."""
        return [
            *at_least("sac.hidden", min(self.hidden, default=0), 1),
            *at_least("sac.batch_size", self.batch_size, 2),
            *between("sac.discount", self.discount, 0.0, 1.0, open_high=True),
            *between("sac.learning_rate", self.learning_rate, 0.0, 1.0, open_low=True),
            *between("sac.adam_b1", self.adam_b1, 0.0, 1.0, open_high=True),
            *at_least("sac.policy_delay", self.policy_delay, 1),
            *between("sac.temperature", self.temperature, 0.0, 1e6, open_low=True),
            *between("sac.temperature_learning_rate", self.temperature_learning_rate, 0.0, 1.0),
            *between("sac.target_cap", self.target_cap, 1.0, 1e6),
            *between("sac.actor_decay", self.actor_decay, 0.0, 1.0, open_high=True),
        ]


@dataclass(frozen=True)
class TrainConfig:
    """A training run.

    Attributes:
        env_steps: environment steps over all environments; rounded up to whole chunks.
        seed: of everything random.
        num_envs: environments stepped together.
        updates_per_step: the UTD ratio, gradient updates per environment step.
        warmup_steps: environment steps with uniform unit actions inside the mask, before any update; rounded
            down to whole steps of all environments.
        buffer_size: transitions kept; None for all of the run.
        report_every: environment steps per compiled chunk, rounded down likewise; metrics are means over one.
        evaluate_every: environment steps between two evaluations.
        evaluation_episodes: episodes per evaluation, at epsilon 0 and without exploration noise.
        mask: how the prior's interval bounds the agent.
        epsilon: the schedule of the mask's grip.
        sac: the algorithm's settings.
    """

    env_steps: int = 60_000
    seed: int = 0
    num_envs: int = 16
    updates_per_step: float = 1.0
    warmup_steps: int = 2_000
    buffer_size: int | None = None
    report_every: int = 1_000
    evaluate_every: int = 4_000
    evaluation_episodes: int = 8
    mask: GeneratorMask = field(default_factory=lambda: GeneratorMask(width=0.3))
    epsilon: EpsilonConfig = field(default_factory=EpsilonConfig)
    sac: SACConfig = field(default_factory=SACConfig)

    @property
    def updates_per_iteration(self) -> int:
        """Gradient updates after each step of all environments."""
        return round(self.num_envs * self.updates_per_step)

    @property
    def warmup_iterations(self) -> int:
        """Steps of all environments in the warm-up."""
        return self.warmup_steps // self.num_envs

    @property
    def chunk_iterations(self) -> int:
        """Steps of all environments in a chunk."""
        return max(1, self.report_every // self.num_envs)

    @property
    def chunks(self) -> int:
        """Chunks after the warm-up."""
        remaining = self.env_steps - self.warmup_iterations * self.num_envs
        return -(-remaining // (self.chunk_iterations * self.num_envs))

    @property
    def total_env_steps(self) -> int:
        """Environment steps of the whole run: `env_steps` rounded up to whole chunks."""
        return (self.warmup_iterations + self.chunks * self.chunk_iterations) * self.num_envs

    @property
    def buffer_capacity(self) -> int:
        """Transitions kept."""
        return self.total_env_steps if self.buffer_size is None else self.buffer_size

    def problems(self) -> list[str]:
        """What makes these settings impossible, one sentence each."""
        alone = [
            *at_least("env_steps", self.env_steps, 1),
            *between("seed", self.seed, 0, 2**31 - 1),
            *at_least("num_envs", self.num_envs, 1),
            *at_least("report_every", self.report_every, 1),
            *at_least("evaluate_every", self.evaluate_every, 1),
            *at_least("evaluation_episodes", self.evaluation_episodes, 1),
            *self.mask.problems(),
            *self.epsilon.problems(),
            *self.sac.problems(),
        ]
        return alone or self._contradictions()

    def _contradictions(self) -> list[str]:
        """What fields that are possible alone make impossible together."""
        updates = self.num_envs * self.updates_per_step
        return [
            *between("warmup_steps", self.warmup_steps, self.num_envs, self.env_steps, open_high=True),
            *at_least("buffer_size", self.buffer_capacity, max(self.sac.batch_size, self.num_envs)),
            *check_that(
                updates > 0.5 and abs(updates - round(updates)) < 1e-6,
                f"updates_per_step is {self.updates_per_step}; times num_envs ({self.num_envs}) it must give "
                "a whole number of updates, at least 1",
            ),
            *check_that(
                self.updates_per_iteration % self.sac.policy_delay == 0,
                f"sac.policy_delay is {self.sac.policy_delay}; it must divide the "
                f"{self.updates_per_iteration} updates that follow each step of all environments",
            ),
        ]

    def check(self) -> None:
        """Find impossible settings before anything is compiled, allocated or written.

        Raises:
            InputError: names every field at fault, its value and what is allowed.
        """
        problems = self.problems()
        if problems:
            raise InputError("; ".join(problems))
