"""What a task is: its description in words and numbers, and its rules as pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import jax

from envs.physics.base import PhysicsState


class Quantity(NamedTuple):
    """One entry of an observation or of an action.

    Attributes:
        name: short and unique in its task, such as `thigh_angle`.
        unit: physical unit, such as `rad/s`.
        low: least value that can occur; `-inf` where nothing bounds it.
        high: greatest value, likewise.
        meaning: what it is, and which sign means what.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str


@dataclass(frozen=True)
class TaskSpec:
    """All that a person or a language model must know of a task. Prompts and docs are made from it.

    Attributes:
        name: the task's name in `envs.make`.
        gymnasium_id: the Gymnasium environment with the same semantics; empty if there is none.
        objective: what is rewarded, in words.
        dynamics: what moves and how, in words.
        termination: what ends an episode, in words.
        observation: the entries of the observation, in order.
        action: the entries of the action, in order.
        time_step: seconds between two actions.
        max_episode_steps: steps after which an episode is truncated.
    """

    name: str
    gymnasium_id: str
    objective: str
    dynamics: str
    termination: str
    observation: tuple[Quantity, ...]
    action: tuple[Quantity, ...]
    time_step: float
    max_episode_steps: int

    @property
    def observation_size(self) -> int:
        """Entries of the observation."""
        return len(self.observation)

    @property
    def action_size(self) -> int:
        """Entries of the action."""
        return len(self.action)


class Task(Protocol):
    """The rules of a task on top of a physics engine; every function is pure, jittable and unbatched."""

    @property
    def spec(self) -> TaskSpec:
        """Its description."""

    @property
    def frame_skip(self) -> int:
        """Physics steps per environment step."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Fields of `mujoco.MjData` that its functions find in `PhysicsState.reads`."""

    @property
    def tracks(self) -> tuple[str, ...]:
        """Fields of `mujoco.MjData`, besides `qpos`, that they find in `PhysicsState.displacement`."""

    def initial(self, key: jax.Array, qpos: jax.Array, qvel: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Random start: the model's rest configuration `qpos`, `qvel` with the task's reset noise."""

    def observation(self, state: PhysicsState) -> jax.Array:
        """Observation of a physics state, shape `(observation_size,)`."""

    def reward(
        self, before: PhysicsState, after: PhysicsState, control: jax.Array
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Reward of the step from `before` to `after` under `control`, `(nu,)`, and its parts by name."""

    def terminated(self, state: PhysicsState) -> jax.Array:
        """Whether the episode ends in `state` for a reason of the task, a boolean."""
