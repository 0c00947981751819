"""What a run is made of: frozen dataclasses, from which the command line is made too."""

from __future__ import annotations

from dataclasses import dataclass, field

from camel_jax.masking import GeneratorMask
from camel_jax.schedules import EpsilonConfig


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


@dataclass(frozen=True)
class TrainConfig:
    """A training run.

    Attributes:
        env_steps: environment steps over all environments; rounded up to whole chunks.
        seed: of everything random.
        num_envs: environments stepped together.
        updates_per_step: the UTD ratio, gradient updates per environment step.
        warmup_steps: environment steps with uniform unit actions inside the mask, before any update.
        buffer_size: transitions kept; None for all of the run.
        report_every: environment steps per compiled chunk; metrics are means over one.
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
        return int(self.num_envs * self.updates_per_step)

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
        return max(1, -(-remaining // (self.chunk_iterations * self.num_envs)))

    @property
    def total_env_steps(self) -> int:
        """Environment steps of the whole run: `env_steps` rounded up to whole chunks."""
        return (self.warmup_iterations + self.chunks * self.chunk_iterations) * self.num_envs

    @property
    def buffer_capacity(self) -> int:
        """Transitions kept."""
        return self.buffer_size or self.total_env_steps
