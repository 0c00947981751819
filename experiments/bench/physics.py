"""The engine inside the compiled loop against the engine alone."""

from __future__ import annotations

import statistics
from collections.abc import Callable

import jax
import mujoco
import numpy as np
from mujoco import rollout

import envs
from envs import MujocoEnv, State, available_cores
from experiments.bench.row import Row
from experiments.bench.timing import median_ratio, seconds

_NUM_ENVS = (16, 128, 512)
_ENV_STEPS = 16_384
_ROUNDS = 5


def measure(task: str, physics: str) -> list[Row]:
    """Environment steps/s in the graph and, on the C engine, of raw `mujoco.rollout`.

    All take the same mechanisms from the same starts through the same actions, on one thread per core. The
    graph computes observation, reward and termination besides. Raw is `mujoco.rollout` called at every
    environment step and fed its own states, as a closed loop must; open loop is one call for the whole
    trajectory, which no agent can use. `ratio` is in-graph / raw and `open_loop_ratio` in-graph / open
    loop, medians over rounds in which all take turns.
    """
    return [_measure(task, physics, num_envs) for num_envs in _NUM_ENVS]


def _measure(task: str, physics: str, num_envs: int) -> Row:
    env = envs.make(task, physics)
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

    runs: dict[str, Callable[[], object]] = {"graph": lambda: jax.block_until_ready(in_graph(start, actions))}
    if env.backend == "c":
        runs["raw"] = closed_loop(env.unwrapped, start, actions)
        runs["open_loop"] = _open_loop(env.unwrapped, start, actions)
    times = seconds(runs, rounds=_ROUNDS)
    numbers = {
        f"{name}_steps_per_second": num_envs * steps / statistics.median(values)
        for name, values in times.items()
    }
    if env.backend == "c":
        numbers["ratio"] = median_ratio(times["raw"], times["graph"])
        numbers["open_loop_ratio"] = median_ratio(times["open_loop"], times["graph"])
    return Row(f"physics/{task}/{env.backend}/{num_envs}", numbers)


def closed_loop(env: MujocoEnv, start: State, actions: jax.Array) -> Callable[[], np.ndarray]:
    """Raw physics, one call an environment step; gives the last states, shape `(envs, state_size)`."""
    call, initial = _pool(env, start)
    controls = np.repeat(_controls(env, actions)[:, :, None], env.task.frame_skip, axis=2)

    def run() -> np.ndarray:
        state = initial
        for control in controls:
            state = call(state, control)[:, -1]
        return state

    return run


def _open_loop(env: MujocoEnv, start: State, actions: jax.Array) -> Callable[[], np.ndarray]:
    """Raw physics, one call for all; gives the last states, shape `(envs, state_size)`."""
    call, initial = _pool(env, start)
    control = np.repeat(np.swapaxes(_controls(env, actions), 0, 1), env.task.frame_skip, axis=1)
    return lambda: call(initial, control)[:, -1]


def _controls(env: MujocoEnv, actions: jax.Array) -> np.ndarray:
    """What the environment applies for actions in [-1, 1]."""
    low, high = env.control_range
    return (low + high) / 2 + (high - low) / 2 * np.asarray(actions, np.float64)


def _pool(env: MujocoEnv, start: State) -> tuple[Callable[[np.ndarray, np.ndarray], np.ndarray], np.ndarray]:
    """`(states, controls) -> trajectories` on one thread per core, and the states to begin with."""
    model, threads = env.physics.model, available_cores()
    data = [mujoco.MjData(model) for _ in range(threads)]
    pool = rollout.Rollout(nthread=threads)
    physics_state = start.pipeline_state
    time_and_state = [np.zeros((len(start.reward), 1)), physics_state.qpos, physics_state.qvel]
    initial = np.concatenate(time_and_state, axis=1).astype(np.float64)
    return lambda states, controls: pool.rollout(model, data, states, controls)[0], initial
