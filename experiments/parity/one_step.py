"""One step of our environments against one step of Gymnasium's."""

from __future__ import annotations

import time
from typing import NamedTuple

import jax
import numpy as np

import envs
from envs import Episode
from experiments.parity.states import Outcome, States, original, reachable, step_original

STATES = 1000


class OneStep(NamedTuple):
    """How far one step of an engine is from Gymnasium's.

    Attributes:
        task: name of the task.
        engine: name of the engine.
        precision: that of JAX, "float32" or "float64".
        states: configurations tried.
        observation: largest |difference| / max(1, |Gymnasium's|) of an observation entry over all states.
        reward: the same of the reward.
        beyond: share of the states whose observation or reward differs by more than 1e-6, in that sense.
        terminations: states in which Gymnasium terminates.
        mismatches: states in which one terminates and the other does not.
        seconds: compiling and stepping all of them, this first time.
    """

    task: str
    engine: str
    precision: str
    states: int
    observation: float
    reward: float
    beyond: float
    terminations: int
    mismatches: int
    seconds: float


def step_ours(env: Episode, states: States) -> Outcome:
    """One step of an environment of ours from each state."""
    step = jax.jit(jax.vmap(lambda qpos, qvel, action: env.step(env.reset_to(qpos, qvel), action)))
    after = step(*states)
    if float(after.metrics["overflow"].sum()):
        raise RuntimeError(f"{env.backend} had no room for all contacts: nothing can be compared")
    return Outcome(
        np.asarray(after.obs, np.float64),
        np.asarray(after.reward, np.float64),
        np.asarray(after.info["termination"]) > 0,
    )


def deviation(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """|ours - theirs| / max(1, |theirs|), the largest over an observation's entries, shape `(states,)`."""
    relative = np.abs(ours - theirs) / np.maximum(1.0, np.abs(theirs))
    return relative.reshape(len(relative), -1).max(axis=1)


def compare(task: str, env: Episode, *, precision: str, count: int = STATES, seed: int = 0) -> OneStep:
    """Step an environment of ours and Gymnasium's from the same states with the same actions."""
    spec = envs.spec(task)
    gym = original(spec.gymnasium_id)
    states = reachable(gym, count, max_steps=spec.max_episode_steps, seed=seed)
    theirs = step_original(gym, states)
    started = time.perf_counter()
    ours = step_ours(env, states)
    seconds = time.perf_counter() - started
    observation = deviation(ours.observation, theirs.observation)
    reward = deviation(ours.reward, theirs.reward)
    return OneStep(
        task=task,
        engine=env.backend,
        precision=precision,
        states=count,
        observation=float(observation.max()),
        reward=float(reward.max()),
        beyond=float(((observation > 1e-6) | (reward > 1e-6)).mean()),
        terminations=int(theirs.terminated.sum()),
        mismatches=int((ours.terminated != theirs.terminated).sum()),
        seconds=seconds,
    )
