"""Millions of calls from the compiled graph to the host: does one stall, does memory grow?"""

from __future__ import annotations

import faulthandler
import statistics
import time
from pathlib import Path
from typing import Any

import jax
from rich.console import Console

import envs
from envs import AutoReset, State

_CHUNKS = 100
_NUM_ENVS = 2
_MAX_GROWTH = 16.0  # MiB from the tenth part of the run to its end
_MAX_STALL = 10.0  # a stretch of steps against the median one
_HANG = 600.0  # s without an end of a stretch: print every stack and exit


def soak(task: str, callbacks: int, console: Console) -> dict[str, Any]:
    """Step a few environments with automatic reset, in `_CHUNKS` stretches of one compiled scan each.

    Returns:
        Callbacks made, seconds, resident memory in MiB at a tenth of the run and at its end, the slowest
        stretch over the median one, and whether it `passed`.
    """
    env = AutoReset(envs.make(task, "c"))
    physics = env.unwrapped.physics
    steps = max(1, callbacks // _CHUNKS)

    @jax.jit
    def stretch(state: State, key: jax.Array) -> State:
        shape = (steps, _NUM_ENVS, env.action_size)
        actions = jax.random.uniform(key, shape, minval=-1.0, maxval=1.0)
        return jax.lax.scan(lambda s, a: (jax.vmap(env.step)(s, a), None), state, actions)[0]

    state = jax.vmap(env.reset)(jax.random.split(jax.random.key(0), _NUM_ENVS))
    seconds, memory = [], []
    for index in range(_CHUNKS):
        faulthandler.dump_traceback_later(_HANG, exit=True)
        started = time.perf_counter()
        state = jax.block_until_ready(stretch(state, jax.random.key(index)))
        seconds.append(time.perf_counter() - started)
        memory.append(_resident_mebibytes())
        if (index + 1) % 10 == 0:
            console.print(
                f"{(index + 1) * steps:>10,} callbacks, {memory[-1]:,.1f} MiB, {sum(seconds):,.0f} s"
            )
    faulthandler.cancel_dump_traceback_later()
    early = memory[_CHUNKS // 10]
    # The first stretch compiles.
    stall = max(seconds[1:]) / statistics.median(seconds[1:])
    return {
        "task": task,
        "env_steps": _CHUNKS * steps * _NUM_ENVS,
        "callbacks": physics.calls,
        "environments": _NUM_ENVS,
        "seconds": sum(seconds),
        "memory_at_a_tenth_mib": early,
        "memory_at_the_end_mib": memory[-1],
        "slowest_over_median_stretch": stall,
        "passed": memory[-1] - early <= _MAX_GROWTH and stall <= _MAX_STALL,
    }


def _resident_mebibytes() -> float:
    """Resident memory of this process, from Linux's /proc."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status has no VmRSS")
