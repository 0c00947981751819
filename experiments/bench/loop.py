"""The training loop against the sum of its parts."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

import envs
import priors
from camel_jax import EpsilonConfig, Loop, TrainConfig, TrainState, make_loop
from camel_jax.algorithm import Batch
from camel_jax.phases import Setting, make_batch
from envs import Env, State
from experiments.bench.row import Row
from experiments.bench.timing import median_ratio, seconds
from priors import Prior

_ROUNDS = 11
# Held half-way, so that the loop's updates go through the mask at every round, as the updates alone do.
HELD = EpsilonConfig("constant", start=0.5, ask_first=False)
# The default, and many environments with as many updates as fit into the time of their steps, or one for 16.
_MANY: dict[str, Any] = {"epsilon": HELD, "num_envs": 512, "warmup_steps": 2_048, "report_every": 2_048}
_SETTINGS: tuple[dict[str, Any], ...] = ({"epsilon": HELD}, _MANY, {**_MANY, "updates_per_step": 1 / 16})


def measure(task: str, physics: str) -> list[Row]:
    """Seconds of a chunk of the loop, of its updates alone and of its physics alone, in several settings.

    The updates alone learn from batches made before; the physics alone steps the environments, with automatic
    reset, under fixed actions. `overhead` is loop / (updates + physics), the median over rounds in which
    all take turns: what prior, mask, acting, insertion, sampling and bookkeeping add.
    """
    env = envs.make(task, physics)
    best = priors.best(task)
    prior = priors.load(best) if best else None
    return [_measure(env, task, prior, TrainConfig(**setting)) for setting in _SETTINGS]


def _measure(env: Env, task: str, prior: Prior | None, config: TrainConfig) -> Row:
    loop = make_loop(env, prior, config)
    runs = {
        "chunk": going_on(loop, lambda state: loop.chunk(state)[0]),
        "updates": updates_alone(loop),
        "physics": going_on(loop, jax.jit(physics_alone(loop), donate_argnums=0)),
    }
    times = seconds(runs, rounds=_ROUNDS)
    bare = [sum(pair) for pair in zip(times["updates"], times["physics"], strict=True)]
    numbers = {f"{name}_seconds": statistics.median(values) for name, values in times.items()}
    numbers["env_steps_per_second"] = config.chunk_env_steps / numbers["chunk_seconds"]
    numbers["overhead"] = median_ratio(times["chunk"], bare)
    return Row(f"loop/{task}/{env.backend}_utd{config.updates_per_step:g}_envs{config.num_envs}", numbers)


def going_on(loop: Loop, part: Callable[[TrainState], TrainState]) -> Callable[[], None]:
    """A run of a part, each from where the one before came to; the first from the end of the warm-up."""
    state = loop.prefill(loop.init())

    def run() -> None:
        nonlocal state
        state = jax.block_until_ready(part(state))

    return run


def updates_alone(loop: Loop) -> Callable[[], None]:
    """As many updates as a chunk has, each on a batch of its own that was made before.

    On one batch for all, the compiler may do once what every update has to do: normalise the batch's first
    layer, say, or lay it out. The batches of a chunk are all held at once, beyond what `memory` predicts.
    """
    parts, config = loop.parts, loop.parts.config
    count = config.chunk_iterations * config.updates_per_iteration
    largest_sum = jnp.asarray(100.0)

    def make_batches(state: TrainState) -> Batch:
        setting = Setting(state.normaliser, jnp.asarray(0.5), largest_sum)

        def one(key: jax.Array) -> Batch:
            key_sample, key_batch = jax.random.split(key)
            rows = parts.replay.sample(state.buffer, key_sample, (config.batch_size,))
            return make_batch(parts, state.learner, setting, key_batch, rows)

        return jax.lax.map(one, jax.random.split(jax.random.key(0), count))

    def learn(learner: Any, batches: Batch) -> Any:
        def update(learner: Any, x: tuple[jax.Array, jax.Array, Batch]) -> tuple[Any, None]:
            index, key, batch = x
            return parts.algorithm.update(learner, key, batch, largest_sum=largest_sum, index=index)[0], None

        xs = (jnp.arange(count), jax.random.split(jax.random.key(1), count), batches)
        return jax.lax.scan(update, learner, xs)[0]

    state = loop.prefill(loop.init())
    batches, learner = jax.jit(make_batches)(state), state.learner
    compiled = jax.jit(learn, donate_argnums=0)

    def run() -> None:
        nonlocal learner
        learner = jax.block_until_ready(compiled(learner, batches))

    return run


def physics_alone(loop: Loop) -> Callable[[TrainState], TrainState]:
    """Make as many steps as a chunk has, under fixed actions."""
    env, config = loop.parts.env, loop.parts.config
    steps = config.chunk_iterations * config.steps_per_iteration
    shape = (steps, config.num_envs, env.action_size)

    def run(state: TrainState) -> TrainState:
        actions = jax.random.uniform(jax.random.key(2), shape, minval=-1.0, maxval=1.0)

        def step(env_state: State, action: jax.Array) -> tuple[State, None]:
            return jax.vmap(env.step)(env_state, action), None

        return state.replace(env_state=jax.lax.scan(step, state.env_state, actions)[0])

    return run
