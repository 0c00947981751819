"""Many seeds in one program against single runs."""

from __future__ import annotations

import statistics

import jax

import envs
import priors
from camel_jax import TrainConfig, make_loop
from experiments.bench.loop import HELD, going_on, updates_alone
from experiments.bench.row import Row
from experiments.bench.timing import median_ratio, seconds

_ROUNDS = 9
_SEEDS_ON_CPU, _SEEDS_ON_ACCELERATORS = 8, 16
_CONFIG = TrainConfig(report_every=320, epsilon=HELD)


def measure(task: str, physics: str) -> list[Row]:
    """Seconds of a chunk of several seeds in one program, of one seed's chunk and of its updates alone.

    All take turns. `over_runs` is the program's / as many single runs', `over_updates` the program's / the
    updates of as many single runs, without physics, and `over_one` the program's / a single run's.
    """
    count = _SEEDS_ON_CPU if jax.default_backend() == "cpu" else _SEEDS_ON_ACCELERATORS
    env = envs.make(task, physics)
    best = priors.best(task)
    prior = priors.load(best) if best else None
    one, many = (make_loop(env, prior, _CONFIG, seeds=s) for s in (None, range(count)))
    runs = {
        "chunk": going_on(one, lambda state: one.chunk(state)[0]),
        "updates": updates_alone(one),
        "seeds": going_on(many, lambda state: many.chunk(state)[0]),
    }
    times = seconds(runs, rounds=_ROUNDS)
    numbers = {f"{name}_seconds": statistics.median(values) for name, values in times.items()}
    numbers["over_runs"] = median_ratio(times["seeds"], [count * x for x in times["chunk"]])
    numbers["over_updates"] = median_ratio(times["seeds"], [count * x for x in times["updates"]])
    numbers["over_one"] = median_ratio(times["seeds"], times["chunk"])
    return [Row(f"seeds/{task}/{env.backend}_seeds{count}", numbers)]
