"""The training loop against the sum of its parts."""

from __future__ import annotations

import statistics
from collections.abc import Callable

import jax
import jax.numpy as jnp

import envs
import priors
from camel_jax import Loop, TrainConfig, TrainState, make_loop
from camel_jax.sac import SACState
from envs import AutoReset, Env, State
from experiments.bench.row import Row
from experiments.bench.timing import median_ratio, seconds

_ROUNDS = 25


def measure(task: str, physics: str) -> list[Row]:
    """Seconds of a chunk of the loop, of its updates alone and of its physics alone.

    The updates alone learn from fixed batches; the physics alone steps the environments, with automatic
    reset, under fixed actions. `overhead` is loop / (updates + physics), the median over rounds in which
    all take turns: what prior, mask, acting, insertion, sampling and bookkeeping add.
    """
    env = envs.make(task, physics)
    library = priors.names(task)
    prior = priors.load(library[0]) if library else None
    config = TrainConfig()
    loop = make_loop(env, prior, config)
    states = {name: loop.prefill(loop.init(0)) for name in ("chunk", "updates", "physics")}
    steps = config.chunk_iterations
    parts: dict[str, Callable[[TrainState], TrainState]] = {
        "chunk": lambda state: loop.chunk(state)[0],
        "updates": jax.jit(_updates_alone(loop, config, steps), donate_argnums=0),
        "physics": jax.jit(_physics_alone(AutoReset(env), config, steps), donate_argnums=0),
    }

    def turn(name: str) -> Callable[[], None]:
        def run() -> None:
            states[name] = jax.block_until_ready(parts[name](states[name]))

        return run

    times = seconds({name: turn(name) for name in parts}, rounds=_ROUNDS)
    bare = [sum(pair) for pair in zip(times["updates"], times["physics"], strict=True)]
    numbers = {f"{name}_seconds": statistics.median(values) for name, values in times.items()}
    numbers["env_steps_per_second"] = steps * config.num_envs / numbers["chunk_seconds"]
    numbers["overhead"] = median_ratio(times["chunk"], bare)
    return [Row(f"loop/{task}/utd{config.updates_per_step:g}_envs{config.num_envs}", numbers)]


def _updates_alone(loop: Loop, config: TrainConfig, steps: int) -> Callable[[TrainState], TrainState]:
    count = config.updates_per_iteration

    def run(state: TrainState) -> TrainState:
        batch = loop.replay.sample(state.buffer, jax.random.key(0), (config.sac.batch_size,))

        def update(learner: SACState, index: jax.Array) -> tuple[SACState, None]:
            learner, _ = loop.algorithm.update(
                learner,
                jax.random.fold_in(jax.random.key(1), index),
                batch,
                epsilon=jnp.asarray(0.5),
                cap=jnp.asarray(100.0),
                update_actor=(index % count) % config.sac.policy_delay == 0,
            )
            return learner, None

        learner, _ = jax.lax.scan(update, state.learner, jnp.arange(steps * count))
        return state.replace(learner=learner)

    return run


def _physics_alone(env: Env, config: TrainConfig, steps: int) -> Callable[[TrainState], TrainState]:
    shape = (steps, config.num_envs, env.action_size)

    def run(state: TrainState) -> TrainState:
        actions = jax.random.uniform(jax.random.key(2), shape, minval=-1.0, maxval=1.0)

        def step(env_state: State, action: jax.Array) -> tuple[State, None]:
            return jax.vmap(env.step)(env_state, action), None

        return state.replace(env_state=jax.lax.scan(step, state.env_state, actions)[0])

    return run
