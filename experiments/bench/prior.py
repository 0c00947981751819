"""What a translated prior costs: to translate, to compile, and to run beside the physics."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

import envs
import priors
from experiments.bench.row import Row
from experiments.bench.timing import median_ratio, seconds
from priors import FunctionPrior

_NUM_ENVS = 4096
_TRANSLATIONS = 7
_ROUNDS = 7


def measure(task: str, physics: str) -> list[Row]:
    """Seconds to translate and compile, and the share of a physics step that the prior takes.

    Measured are the priors of the library, or else a program of one line; and on Hopper a controller of a
    hundred lines with a state machine and filters (`controller.txt`).
    """
    programs = {name.split("/")[-1]: priors.load(name).source for name in priors.names(task)}
    if not programs:
        programs["line"] = f"def policy(obs): return -0.1 * obs[:{envs.spec(task).action_size}]"
    if task == "hopper":
        programs["controller"] = Path(__file__).with_name("controller.txt").read_text()
    return [_measure(task, physics, name, text) for name, text in programs.items()]


def _measure(task: str, physics: str, name: str, text: str) -> Row:
    env = envs.make(task, physics)
    sizes = {"observation_size": env.observation_size, "action_size": env.action_size}
    times = []
    for _ in range(_TRANSLATIONS):
        started = time.perf_counter()
        prior = priors.translate(text, **sizes)
        times.append(time.perf_counter() - started)

    state = jax.jit(jax.vmap(env.reset))(jax.random.split(jax.random.key(0), _NUM_ENVS))
    carry = jax.tree.map(lambda x: jnp.broadcast_to(x, (_NUM_ENVS, *x.shape)), prior.reset())
    suggest = jax.jit(jax.vmap(prior))
    started = time.perf_counter()
    suggest.lower(carry, state.obs).compile()
    compile_seconds = time.perf_counter() - started

    # The prior's result is the next step's action, as in training.
    _, interval = suggest(carry, state.obs)
    step = jax.jit(jax.vmap(env.step))
    runs = {
        "prior": lambda: jax.block_until_ready(suggest(carry, state.obs)),
        "physics": lambda: jax.block_until_ready(step(state, interval.low)),
    }
    turns = seconds(runs, rounds=_ROUNDS)
    numbers = {
        "lines": float(len(text.splitlines())),
        # The first translation pays for what Python loads once.
        "translate_seconds": statistics.median(times),
        "trace_and_compile_seconds": compile_seconds,
        "carry_numbers": float(_size(prior)),
        "prior_milliseconds": 1e3 * statistics.median(turns["prior"]),
        "physics_milliseconds": 1e3 * statistics.median(turns["physics"]),
        "share_of_physics": median_ratio(turns["prior"], turns["physics"]),
    }
    return Row(f"prior/{task}/{name}/{_NUM_ENVS}", numbers)


def _size(prior: FunctionPrior) -> int:
    carry: Any = prior.reset()
    return sum(len(leaf) for leaf in jax.tree.leaves(carry))
