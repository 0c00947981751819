"""Rows of a benchmark, made up."""

import dataclasses

from experiments.tidy import Row


def row(prior, seed, env_steps, return_mean, **changes):
    settings = {
        "task": "hopper",
        "preset": "camel",
        "algorithm": "sac-categorical",
        "prior": prior,
        "mask": "generator",
        "semantics": "interpolate",
        "engine": "c",
        "seed": seed,
        "env_steps": env_steps,
        "policy": "last",
        "judge": "in-graph",
        "episodes": 8,
        "return_mean": return_mean,
        "return_std": 1.0,
        "length_mean": 10.0,
        "data_return_mean": None,
        "data_coverage": None,
        "prior_tuning_env_steps": 0 if prior == "none" else 1_000_000,
    }
    return Row(**{**settings, **changes})


def part(prior, alone, curves, *, last, data_return, data_coverage):
    """Rows of seeds 7 and 2, in that order, evaluated after 100, 200 and 400 steps."""
    ends = {"judge": "gymnasium", "data_return_mean": data_return, "data_coverage": data_coverage}
    return [
        row(prior, None, 0, alone, preset="none", algorithm="none", policy="prior", judge="gymnasium"),
        *(
            row(prior, seed, steps, curve[index])
            for index, steps in enumerate((100, 200, 400))
            for seed, curve in zip((7, 2), curves, strict=True)
        ),
        *(
            row(prior, seed, 400, value + extra, policy=policy, **ends)
            for seed, value in zip((7, 2), last, strict=True)
            for policy, extra in (("last", 0.0), ("kept", 100.0))
        ),
    ]


def lasting_100k(rows):
    """The same rows of a longer run; 100,208 steps are 100,000 rounded up to whole chunks."""
    return [dataclasses.replace(row, env_steps=250 * row.env_steps + 208) for row in rows]
