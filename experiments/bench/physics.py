"""The engine inside the compiled loop against the engine alone."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable

import jax
import mujoco
import numpy as np
from mujoco import rollout

import envs
from envs import MujocoEnv, State
from experiments.bench import Row
from experiments.bench.timing import median_ratio, seconds

_NUM_ENVS = (16, 128, 512)
_ENV_STEPS = 32_768
_ROUNDS = 5


def measure(task: str) -> list[Row]:
    """Environment steps/s in the graph and of raw `mujoco.rollout`, which is given a whole trajectory a call.

    Both take the same mechanisms from the same starts through the same actions, on one thread per core;
    the graph computes observation, reward and termination besides, and returns to the host at every step
    as a closed loop must. `ratio` is in-graph / raw, the median over rounds in which they take turns.
    """
    return [_measure(task, num_envs) for num_envs in _NUM_ENVS]


def _measure(task: str, num_envs: int) -> Row:
    env = envs.make(task)
    steps = _ENV_STEPS // num_envs
    key_reset, key_action = jax.random.split(jax.random.key(0))
    start = jax.jit(jax.vmap(env.reset))(jax.random.split(key_reset, num_envs))
    actions = jax.random.uniform(key_action, (steps, num_envs, env.action_size), minval=-1.0, maxval=1.0)

    @jax.jit
    def in_graph(start: State, actions: jax.Array) -> tuple[State, jax.Array]:
        def step(state: State, action: jax.Array) -> tuple[State, jax.Array]:
            state = jax.vmap(env.step)(state, action)
            return state, state.reward

        return jax.lax.scan(step, start, actions)

    runs = {
        "graph": lambda: jax.block_until_ready(in_graph(start, actions)),
        "raw": _raw(env.unwrapped, start, actions),
    }
    times = seconds(runs, rounds=_ROUNDS)
    rate = {name: num_envs * steps / statistics.median(values) for name, values in times.items()}
    numbers = {
        "graph_steps_per_second": rate["graph"],
        "raw_steps_per_second": rate["raw"],
        "ratio": median_ratio(times["raw"], times["graph"]),
    }
    return Row(f"physics/{task}/{env.backend}/{num_envs}", numbers)


def _raw(env: MujocoEnv, start: State, actions: jax.Array) -> Callable[[], object]:
    model, threads = env.physics.model, len(os.sched_getaffinity(0))
    data = [mujoco.MjData(model) for _ in range(threads)]
    pool = rollout.Rollout(nthread=threads)
    physics_state = start.pipeline_state
    time_and_state = [np.zeros((len(start.reward), 1)), physics_state.qpos, physics_state.qvel]
    initial = np.concatenate(time_and_state, axis=1).astype(np.float64)
    control = np.repeat(np.swapaxes(np.asarray(actions, np.float64), 0, 1), env.task.frame_skip, axis=1)
    return lambda: pool.rollout(model, data, initial, control)
