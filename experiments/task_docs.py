"""Writes docs/tasks.md and its pictures: `python -m experiments.task_docs`, which `make docs` calls."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import jax
import numpy as np

import envs
from camel_jax.render import render_png
from envs.physics.mjx import without_pgs
from experiments import parity

_DOCS = Path(__file__).parent.parent / "docs"
_PARITY = Path(__file__).parent / "results" / "parity.json"
_STEPS = 12  # under random actions, so that the picture shows no rest pose


def page(results: parity.Results) -> str:
    """The text of docs/tasks.md."""
    return "\n".join([*_introduction(), *_parity_tables(results), *_tasks()]) + "\n"


def draw(task: str, file: Path) -> str:
    """Draw a task a little after the start of an episode; returns what drew it."""
    env = envs.make(task, "c")
    step = jax.jit(env.step)
    state = env.reset(jax.random.key(0))
    for key in jax.random.split(jax.random.key(1), _STEPS):
        action = jax.random.uniform(key, (env.action_size,), minval=-1.0, maxval=1.0)
        state = step(state, action)
    model, qpos = env.unwrapped.physics.model, np.asarray(state.pipeline_state.qpos)
    return render_png(model, qpos, file, width=360, height=270)


def _introduction() -> Iterator[str]:
    yield "# Tasks"
    yield ""
    yield "<!-- Written by `make docs` from the task modules and experiments/results/parity.json. -->"
    yield ""
    yield (
        "Nine tasks with the semantics of Gymnasium's v4 MuJoCo environments, on three physics engines. "
        "`envs.make(name, physics)` makes one; actions lie in [-1, 1] and are mapped onto the actuators' "
        "control range. Model files come from the installed `gymnasium` package."
    )
    yield ""
    yield '| engine | what it is | where `physics="auto"` takes it |'
    yield "|---|---|---|"
    yield "| `c` | MuJoCo's own C engine, called from inside the compiled graph | on a CPU |"
    yield "| `mjx` | MuJoCo's JAX implementation | on a GPU without warp, on a TPU |"
    yield "| `warp` | MuJoCo Warp through MJX; float32; the extra `warp` | on an NVIDIA GPU with warp |"
    yield ""


def _parity_tables(results: parity.Results) -> Iterator[str]:
    device = results.provenance["device"]
    states = max(row.states for row in results.one_step)
    episodes = max(row.episodes for row in results.returns)
    yield "## How far they are from Gymnasium"
    yield ""
    yield (
        f"One step from each of {states:,} states that a random policy reaches, under random actions, "
        "against Gymnasium's own environment (C MuJoCo, float64). Deviations are |ours - Gymnasium's| / "
        "max(1, |Gymnasium's|), the largest over all states and entries. The last columns compare the mean "
        f"return of {episodes} episodes under one fixed stochastic policy with Gymnasium's, with 95 % "
        "confidence intervals, which agree where they overlap. "
        f"Rows: `make parity`, on {device['cores']} cores and JAX's {device['platform']} backend "
        "([parity.json](../experiments/results/parity.json))."
    )
    yield ""
    yield "| task | engine | JAX precision | observation | reward | terminations | return | agrees |"
    yield "|---|---|---|---|---|---|---|---|"
    originals = {row.task: row for row in results.returns if row.engine == "gymnasium"}
    returns = {(row.task, row.engine): row for row in results.returns}
    for task in envs.names():
        if task in originals:
            original = originals[task]
            shown = f"{original.mean:,.1f} ± {original.half_width:.1f}"
            yield f"| {task} | gymnasium | | | | | {shown} | |"
        for row in results.one_step:
            if row.task != task:
                continue
            found = returns.get((task, row.engine)) if row.precision == "float32" else None
            interval = f"{found.mean:,.1f} ± {found.half_width:.1f}" if found else ""
            agrees = ("yes" if found.agrees(originals[task]) else "no") if found else ""
            ended = f"{row.mismatches} of {row.states} differ" if row.mismatches else "identical"
            numbers = f"{_scientific(row.observation)} | {_scientific(row.reward)}"
            yield f"| | {row.engine} | {row.precision} | {numbers} | {ended} | {interval} | {agrees} |"
    yield ""
    for task in envs.names():
        _, changed = without_pgs(envs.make(task, "c").unwrapped.physics.model)
        if changed:
            yield f"On mjx and warp, {task} runs with another model than in Gymnasium: {'; '.join(changed)}."
            yield ""


def _scientific(value: float) -> str:
    return f"{value:.0e}".replace("e-0", "e-") if value else "0"


def _tasks() -> Iterator[str]:
    for task in envs.names():
        env = envs.make(task, "c").unwrapped
        spec = env.spec
        yield f"## {task}"
        yield ""
        yield f"![{task}](images/tasks/{task}.png)"
        yield ""
        yield f"The semantics of `{spec.gymnasium_id}`. {spec.objective}"
        yield ""
        yield spec.dynamics
        yield ""
        yield spec.termination
        yield ""
        actions = "1 action" if spec.action_size == 1 else f"{spec.action_size} actions"
        sizes = f"{spec.observation_size} observation entries, {actions}"
        yield f"{sizes}, {spec.time_step:g} s a step, {spec.max_episode_steps} steps an episode."
        yield ""
        arguments = [f"`{field.name}={field.default!r}`" for field in dataclasses.fields(env.task)]
        if arguments:
            yield f"Arguments: {', '.join(arguments)}."
            yield ""
        changed = envs.make(task, "c", model="fast").unwrapped.deviations
        yield f'`model="fast"` changes: {"; ".join(changed)}.'
        yield ""


def main() -> None:
    """Write the page and the pictures."""
    for task in envs.names():
        draw(task, _DOCS / "images" / "tasks" / f"{task}.png")
    (_DOCS / "tasks.md").write_text(page(parity.read(_PARITY)))


if __name__ == "__main__":
    main()
