"""Screening many candidates: its speed against the physics alone, and its ranking against Gymnasium's."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import scipy.stats

import envs
import priors
from camel_jax import GymnasiumEvaluator, prior_alone
from envs import InputError
from experiments.bench import physics as raw
from experiments.bench.row import Row
from priors import FunctionPrior
from priors.screen import ScreenConfig, Screening, screen

_CANDIDATES, _EPISODES, _STEPS = 32, 64, 1000
_TOP, _GYMNASIUM_EPISODES = 5, 200
_PHYSICS_STEPS = 50
_SPREADS = (0.02, 0.2)


def measure(task: str, physics: str) -> list[Row]:
    """Seconds of screening after compiling, and Kendall's tau of its first few against Gymnasium.

    Candidates are the programs of the library with disturbed numbers. `whole` gives all of them all steps,
    `halving` stops the worse ones early and tries the rest as masks. `whole_over_physics` is the time of
    `whole` over that of as many steps of the C engine alone, fed its own states at each step on all rows.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = write_candidates(Path(folder), task, _CANDIDATES)
        spec = envs.spec(task)
        sizes = {"observation_size": spec.observation_size, "action_size": spec.action_size}
        candidates = {path.stem: priors.load_file(path, **sizes) for path in paths}
    env, key = envs.make(task, physics), jax.random.key(0)
    name = f"screen/{task}/{env.backend}"
    whole = screen(candidates, env, ScreenConfig(_EPISODES, _STEPS, rungs=(), widths=()), key)
    halving = screen(candidates, env, ScreenConfig(_EPISODES, _STEPS), key)
    numbers = {**_speed("whole", whole), **_speed("halving", halving)}
    if env.backend == "c":
        rate = _physics_rate(env)
        numbers["physics_steps_per_second"] = rate
        numbers["whole_over_physics"] = whole.seconds * rate / whole.env_steps
    return [
        Row(f"{name}/speed", numbers),
        Row(f"{name}/agreement", _agreement(task, candidates, whole, halving)),
    ]


def write_candidates(folder: Path, task: str, count: int, *, seed: int = 0) -> list[Path]:
    """Programs of a task's library, in turns, with numbers disturbed by factors, some more and some less.

    Raises:
        InputError: no program ships for the task.
    """
    names = priors.names(task)
    if not names:
        raise InputError(f"no program ships for {task}, so there is none to disturb")
    rng, paths = np.random.default_rng(seed), []
    for index in range(count):
        name = names[index % len(names)]
        prior = priors.load(name)
        spread = np.linspace(*_SPREADS, count)[index]
        factors = rng.normal(1.0, spread, len(prior.parameters))
        disturbed = {
            key: jnp.float32(f"{float(value) * factor:.3g}")
            for (key, value), factor in zip(prior.parameters.items(), factors, strict=True)
        }
        path = folder / f"{index:03d}-{name.split('/')[1]}.py"
        path.write_text(priors.to_source(prior.replace_parameters(disturbed)))
        paths.append(path)
    return paths


def _speed(name: str, found: Screening) -> dict[str, float]:
    return {
        f"{name}_seconds": found.seconds,
        f"{name}_compile_seconds": found.compile_seconds,
        f"{name}_env_steps": found.env_steps,
        f"{name}_steps_per_second": found.env_steps / found.seconds,
    }


def _physics_rate(env: envs.Episode) -> float:
    """Environment steps/s of the engine alone, on as many rows as the screening has; median of three."""
    rows = _CANDIDATES * _EPISODES
    key_reset, key_action = jax.random.split(jax.random.key(1))
    start = jax.jit(jax.vmap(env.reset))(jax.random.split(key_reset, rows))
    actions = jax.random.uniform(key_action, (_PHYSICS_STEPS, rows, env.action_size), minval=-1.0)
    run = raw.closed_loop(env.unwrapped, start, actions)
    run()
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return rows * _PHYSICS_STEPS / statistics.median(times)


def _agreement(
    task: str, candidates: dict[str, FunctionPrior], whole: Screening, halving: Screening
) -> dict[str, float]:
    """Kendall's tau between the scores of each screening's first few and their returns in Gymnasium."""
    leaders = {
        name: {one.name: one.alone.mean for one in found.standings[:_TOP]}
        for name, found in (("whole", whole), ("halving", halving))
    }
    judged = {
        name: _in_gymnasium(task, candidates[name])
        for name in dict.fromkeys(n for v in leaders.values() for n in v)
    }
    numbers = {
        f"{name}_tau": float(
            scipy.stats.kendalltau(list(scores.values()), [judged[one] for one in scores]).statistic
        )
        for name, scores in leaders.items()
    }
    for place, one in enumerate(whole.standings[:_TOP], start=1):
        numbers[f"whole_place{place}_screened"] = one.alone.mean
        numbers[f"whole_place{place}_gymnasium"] = judged[one.name]
    return numbers


def _in_gymnasium(task: str, prior: FunctionPrior) -> float:
    policy = prior_alone(prior)
    evaluator = GymnasiumEvaluator(envs.spec(task).gymnasium_id, policy.step, episodes=_GYMNASIUM_EPISODES)
    return float(evaluator(policy.parameters, policy.carry, seed=50_000).returns.mean())
