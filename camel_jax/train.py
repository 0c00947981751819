"""A run from its first step to its last: Python between the compiled chunks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import optax

from camel_jax.config import TrainConfig
from camel_jax.evaluate import Evaluation, Policy
from camel_jax.loop import Loop, TrainState, make_loop
from envs import Env
from priors import Prior


class Report(NamedTuple):
    """What is told after every chunk.

    Attributes:
        state: the run; the next chunk donates it, so copy what must outlive this report.
        metrics: numbers by `group/name`.
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
        history: metrics of every chunk.
        state: the run at its end.
    """

    policy: Policy
    last_policy: Policy
    return_mean: float
    step: int
    history: list[dict[str, float]]
    state: TrainState


def train(
    env: Env,
    prior: Prior | None,
    config: TrainConfig | None = None,
    *,
    epsilon: optax.Schedule | None = None,
    on_report: Callable[[Report], None] | None = None,
) -> TrainResult:
    """Train a policy under the prior's mask; `prior=None` trains the plain agent.

    Args:
        env: a Brax environment that ends its own episodes, such as `envs.make` gives; unbatched.
        prior: the hint.
        config: the run's settings.
        epsilon: any optax schedule of the environment step, in place of `config.epsilon`.
        on_report: called after every chunk of `config.report_every` steps.

    Raises:
        InputError: impossible settings.
    """
    config = config or TrainConfig()
    return run_loop(make_loop(env, prior, config, epsilon=epsilon), config, on_report=on_report)


def run_loop(
    loop: Loop, config: TrainConfig, *, on_report: Callable[[Report], None] | None = None
) -> TrainResult:
    """Run the parts that `make_loop` made with the same `config`; see `train`."""
    state = loop.prefill(loop.init(config.seed))
    history: list[dict[str, float]] = []
    next_evaluation = config.evaluate_every
    for _ in range(config.chunks):
        state, metrics = loop.chunk(state)
        steps = int(state.step)
        evaluation = None
        if steps >= next_evaluation or steps >= config.total_env_steps:
            state, evaluation = loop.evaluate(state)
            next_evaluation += config.evaluate_every
        row = {name: float(value) for name, value in metrics.items()}
        if evaluation is not None:
            row["evaluation/return_mean"] = float(jnp.mean(evaluation.returns))
            row["evaluation/return_std"] = float(jnp.std(evaluation.returns))
            row["evaluation/length_mean"] = float(jnp.mean(evaluation.lengths))
        history.append(row)
        if on_report:
            on_report(Report(state, row, evaluation, loop))
    return TrainResult(
        policy=Policy(loop.policy, state.best.policy),
        last_policy=Policy(loop.policy, loop.algorithm.policy_parameters(state.learner)),
        return_mean=float(state.best.return_mean),
        step=int(state.best.step),
        history=history,
        state=state,
    )
