"""A run from its first step to its last: Python between the compiled chunks."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

import jax
import jax.numpy as jnp
import numpy as np
import optax

from camel_jax.checkpoint import Checkpoints
from camel_jax.config import TrainConfig
from camel_jax.evaluate import Evaluation, Policy
from camel_jax.loop import Loop, make_loop
from camel_jax.masking import Mask
from camel_jax.memory import require_memory
from camel_jax.run_claim import claim, described
from camel_jax.schedules import Controller
from camel_jax.state import TrainState
from envs import Env
from priors import Prior


class Report(NamedTuple):
    """What is told after every chunk.

    Attributes:
        state: the run; the next chunk donates it, so copy what must outlive this report.
        metrics: numbers by `group/name`; with many seeds arrays of them, one entry a seed.
        evaluation: returns and lengths of the agent alone, where this chunk ended with an evaluation.
        loop: the compiled parts of the run.
    """

    state: TrainState
    metrics: dict[str, float]
    evaluation: Evaluation | None
    loop: Loop


@dataclass(frozen=True)
class TrainResult:
    """What a run leaves.

    Attributes:
        policy: the best policy found; `_, action = result.policy((), observation)`.
        last_policy: the policy at the end of the run.
        return_mean: of the in-graph evaluation that chose it.
        step: environment step at which it was found.
        history: metrics of every chunk since the run was started or resumed.
        state: the run at its end.
        finished: whether it came to its end, and was not asked to stop before.
    """

    policy: Policy
    last_policy: Policy
    return_mean: float
    step: int
    history: list[dict[str, float]]
    state: TrainState
    finished: bool


@overload
def train(
    env: Env,
    prior: Prior | None,
    config: TrainConfig | None = ...,
    *,
    seeds: None = ...,
    mask: Mask | None = ...,
    epsilon: optax.Schedule | Controller | None = ...,
    on_report: Callable[[Report], None] | None = ...,
    checkpoints: Checkpoints | None = ...,
    save_every: int = ...,
) -> TrainResult: ...


@overload
def train(
    env: Env,
    prior: Prior | None,
    config: TrainConfig | None = ...,
    *,
    seeds: Sequence[int],
    mask: Mask | None = ...,
    epsilon: optax.Schedule | Controller | None = ...,
    on_report: Callable[[Report], None] | None = ...,
    checkpoints: Checkpoints | None = ...,
    save_every: int = ...,
) -> list[TrainResult]: ...


def train(
    env: Env,
    prior: Prior | None,
    config: TrainConfig | None = None,
    *,
    seeds: Sequence[int] | None = None,
    mask: Mask | None = None,
    epsilon: optax.Schedule | Controller | None = None,
    on_report: Callable[[Report], None] | None = None,
    checkpoints: Checkpoints | None = None,
    save_every: int = 10_000,
) -> TrainResult | list[TrainResult]:
    """Train a policy under the prior's mask; `prior=None` trains the plain agent.

    Args:
        env: a Brax environment that ends its own episodes, such as `envs.make` gives; unbatched.
        prior: the hint.
        config: the run's settings.
        seeds: seeds to train in one program, in place of `config.seed`. On a CPU each result is, bit for bit,
            that of its seed alone; on an accelerator they differ by rounding (see `seeds.per_seed`).
        mask: any mask, in place of `config.mask`.
        epsilon: any optax schedule of the environment step, or a controller, in place of `config.epsilon`.
        on_report: called after every chunk of `config.report_every` steps.
        checkpoints: where the run is saved; if it holds one already, the run goes on from there.
        save_every: environment steps between two checkpoints at most, in whole chunks.

    Returns:
        What the run leaves; with `seeds` a list, one a seed.

    Raises:
        InputError: impossible settings, a run too large for the memory that is free, or checkpoints that are
            damaged or of another run.
    """
    loop = make_loop(env, prior, config or TrainConfig(), seeds=seeds, mask=mask, epsilon=epsilon)
    require_memory(loop)
    if checkpoints:
        claim(checkpoints.folder, described(loop))
    restored = checkpoints.restore_newest(jax.eval_shape(loop.init)) if checkpoints else None
    if restored:
        for problem in restored.problems:
            warnings.warn(f"{problem}; going back to step {restored.step:,}", stacklevel=2)
    run = run_loop(
        loop,
        restored.state if restored else None,
        on_report=on_report,
        checkpoints=checkpoints,
        save_every=save_every,
    )
    return results_of(loop, *run) if seeds is not None else result_of(loop, *run)


def run_loop(
    loop: Loop,
    state: TrainState | None = None,
    *,
    on_report: Callable[[Report], None] | None = None,
    checkpoints: Checkpoints | None = None,
    save_every: int = 10_000,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[TrainState, list[dict[str, Any]], bool]:
    """Run the parts that `make_loop` made; see `train`.

    Args:
        loop: the parts.
        state: of an earlier run, to go on from; None for a new one. It is donated.
        on_report: called after every chunk.
        checkpoints: where the run is saved.
        save_every: environment steps between two checkpoints at most, or those of a chunk where it is longer;
            the end of the run is always saved.
        should_stop: asked after every chunk; the run is saved and left if it says so.

    Returns:
        The state, the metrics of every chunk, and whether the run came to its end.
    """
    config, history = loop.parts.config, list[dict[str, Any]]()
    saved = 0 if state is None else int(state.step)
    state = loop.prefill(loop.init()) if state is None else state
    step, stopping = int(state.step), False
    while step < config.total_env_steps and not stopping:
        state, metrics = loop.chunk(state)
        step = int(state.step)
        evaluation = None
        if config.evaluates_at(step):
            state, evaluation = loop.evaluate(state)
        row = {**jax.device_get(metrics), **({} if evaluation is None else _figures(evaluation))}
        history.append({name: _number(value) for name, value in row.items()})
        if on_report:
            on_report(Report(state, history[-1], evaluation, loop))
        stopping = should_stop()
        # Saved before it would be too late: whenever a run is killed, it loses `save_every` steps at most.
        too_late = step + config.chunk_env_steps - saved > save_every
        due = too_late or stopping or step >= config.total_env_steps
        if checkpoints and due:
            checkpoints.save(step, state)
            saved = step
    return state, history, step >= config.total_env_steps


def results_of(
    loop: Loop, state: TrainState, history: list[dict[str, Any]], finished: bool
) -> list[TrainResult]:
    """What a run of many seeds leaves, for each of them; arrays of its state are on the host."""
    state = _on_host(state)
    return [
        result_of(loop, one_seed(state, index), one_history(history, index), finished)
        for index in range(len(np.atleast_1d(loop.seeds)))
    ]


def result_of(loop: Loop, state: TrainState, history: list[dict[str, Any]], finished: bool) -> TrainResult:
    """What a run of one seed leaves."""
    best, last = jax.tree.map(jnp.asarray, (state.best.policy, loop.parameters(state)))
    return TrainResult(
        policy=Policy(loop.policy, best),
        last_policy=Policy(loop.policy, last),
        return_mean=float(state.best.return_mean),
        step=int(state.best.step),
        history=history,
        state=state,
        finished=finished,
    )


def one_seed(state: TrainState, index: int) -> TrainState:
    """The state of one seed of many."""
    # The step has no axis of seeds.
    stacked = state.replace(step=np.broadcast_to(state.step, (index + 1,)))
    return jax.tree.map(lambda leaf: leaf[index], stacked)


def _on_host(state: TrainState) -> TrainState:
    """The state as NumPy arrays, whose parts are views: slices of JAX's would take all its memory again."""

    def on_host(leaf: jax.Array) -> Any:
        return leaf if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key) else np.asarray(leaf)

    return jax.tree.map(on_host, state)


def one_history(history: list[dict[str, Any]], index: int) -> list[dict[str, float]]:
    """The metrics of one seed of many."""
    return [{name: _number(np.asarray(value)[index]) for name, value in row.items()} for row in history]


def _figures(evaluation: Evaluation) -> dict[str, np.ndarray]:
    returns, lengths = jax.device_get(evaluation)
    return {
        "evaluation/return_mean": returns.mean(-1),
        "evaluation/return_std": returns.std(-1),
        "evaluation/length_mean": lengths.mean(-1),
    }


def _number(value: Any) -> Any:
    """A float, or the array of many seeds."""
    return float(value) if np.ndim(value) == 0 else np.asarray(value)
