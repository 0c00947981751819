"""Configurations to compare environments at: what a random policy reaches in Gymnasium."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import gymnasium
import mujoco
import numpy as np

_BEYOND = 10  # steps past a termination, so that states on both sides of its rule occur


class States(NamedTuple):
    """Configurations and what to do in them, exact in float32 and held as float64.

    Attributes:
        qpos: shape `(count, nq)`.
        qvel: shape `(count, nv)`.
        action: in [-1, 1], shape `(count, action_size)`.
    """

    qpos: np.ndarray
    qvel: np.ndarray
    action: np.ndarray


class Outcome(NamedTuple):
    """What one step led to: observations `(count, size)`, rewards and terminations `(count,)`."""

    observation: np.ndarray
    reward: np.ndarray
    terminated: np.ndarray


def original(gymnasium_id: str, **arguments: Any) -> Any:
    """Gymnasium's own environment, without wrappers."""
    with warnings.catch_warnings():
        # Gymnasium advises v5 for every v4 id.
        warnings.simplefilter("ignore", DeprecationWarning)
        return gymnasium.make(gymnasium_id, **arguments).unwrapped


def reachable(env: Any, count: int, *, max_steps: int, seed: int) -> States:
    """States at random moments of Gymnasium episodes under uniformly random actions."""
    rng = np.random.default_rng(seed)
    low, high = env.model.actuator_ctrlrange.T
    qpos: list[np.ndarray] = []
    qvel: list[np.ndarray] = []
    while len(qpos) < count:
        env.reset(seed=int(rng.integers(2**31)))
        path: list[tuple[np.ndarray, np.ndarray]] = []
        left = _BEYOND
        while left and len(path) < max_steps:
            path.append((env.data.qpos.copy(), env.data.qvel.copy()))
            left -= bool(env.step(rng.uniform(low, high))[2])
        # Few of each episode, so that the states are many episodes' and not one's.
        for index in rng.choice(len(path), min(len(path), 10), replace=False):
            qpos.append(path[index][0])
            qvel.append(path[index][1])
    action = rng.uniform(-1.0, 1.0, (count, len(low)))
    exact = [np.asarray(x[:count], np.float32).astype(np.float64) for x in (qpos, qvel, action)]
    return States(*exact)


def step_original(env: Any, states: States) -> Outcome:
    """One step of Gymnasium's environment from each state, as after a reset to it."""
    low, high = env.model.actuator_ctrlrange.T  # the action space has them rounded to float32
    outcomes = []
    for qpos, qvel, action in zip(*states, strict=True):
        mujoco.mj_resetData(env.model, env.data)
        env.set_state(qpos, qvel)
        outcomes.append(env.step((low + high) / 2 + (high - low) / 2 * action)[:3])
    return Outcome(*(np.asarray(x) for x in zip(*outcomes, strict=True)))
