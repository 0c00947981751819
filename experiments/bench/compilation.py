"""How long a reset and a step take to compile."""

from __future__ import annotations

import time

import jax
import jax.numpy as jnp
from jax.experimental.compilation_cache import compilation_cache

import envs
from envs import State
from experiments.bench.row import Row

_NUM_ENVS = 64


def measure(task: str, physics: str) -> list[Row]:
    """Seconds to trace and compile a reset and a step of 64 environments, past any cache on disk."""
    env = envs.make(task, physics)

    def reset_and_step(keys: jax.Array, actions: jax.Array) -> State:
        return jax.vmap(env.step)(jax.vmap(env.reset)(keys), actions)

    caching = jax.config.values["jax_enable_compilation_cache"]
    keys = jax.random.split(jax.random.key(0), _NUM_ENVS)
    actions = jnp.zeros((_NUM_ENVS, env.action_size))
    jax.config.update("jax_enable_compilation_cache", False)
    compilation_cache.reset_cache()  # JAX settles once whether there is one
    try:
        started = time.perf_counter()
        traced = jax.jit(reset_and_step).lower(keys, actions)
        lowered = time.perf_counter()
        traced.compile()
        compiled = time.perf_counter()
    finally:
        jax.config.update("jax_enable_compilation_cache", caching)
        compilation_cache.reset_cache()
    numbers = {
        "trace_seconds": lowered - started,
        "compile_seconds": compiled - lowered,
        "total_seconds": compiled - started,
    }
    return [Row(f"compile/{task}/{env.backend}/{_NUM_ENVS}", numbers)]
