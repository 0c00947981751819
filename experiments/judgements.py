"""What the policies of a part are worth, as rows."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

import envs
from camel_jax import Policy, TrainState, prior_alone, results_of
from camel_jax.evaluate import Evaluation, GymnasiumEvaluation
from experiments import tidy
from experiments.part import Part
from experiments.prior_files import tuning_steps
from experiments.run import FINAL_SEED, PRIOR_SEED, judge


def without_learning(part: Part) -> tidy.Row:
    """What is there before any training: the prior alone, or for the plain agent uniform actions."""
    spec, plain = envs.spec(part.task), part.variant.plain
    policy = uniform_actions(spec.action_size) if plain else prior_alone(part.loop.parts.prior)
    kind: Literal["random", "prior"] = "random" if plain else "prior"
    row = _row(part, judge(spec, policy, seed=PRIOR_SEED), policy=kind)
    return dataclasses.replace(row, preset="none", algorithm="none", mask="none", semantics="none")


def while_training(part: Part, state: TrainState, evaluation: Evaluation) -> list[tidy.Row]:
    """A row for each seed of an in-graph evaluation, whose arrays have shape `(seeds, episodes)`."""
    returns, lengths = jax.device_get(evaluation)
    return [
        _row(part, Evaluation(returns[index], lengths[index]), policy="last", state=state, index=index)
        for index in range(len(part.seeds))
    ]


def after_training(part: Part, state: TrainState) -> list[tidy.Row]:
    """Two rows for each seed, its last policy and the one that it kept, in Gymnasium's own environment."""
    spec, rows = envs.spec(part.task), []
    for index, result in enumerate(results_of(part.loop, state, [], True)):
        last = judge(spec, result.last_policy, seed=FINAL_SEED)
        rows.append(_row(part, last, policy="last", state=state, index=index))
        kept = judge(spec, result.policy, seed=FINAL_SEED)
        rows.append(_row(part, kept, policy="kept", state=state, index=index))
    return rows


def uniform_actions(action_size: int) -> Policy:
    """The policy that acts at random, in [-1, 1]."""

    def step(key: jax.Array, carry: Any, observation: jax.Array) -> tuple[Any, jax.Array]:
        # A policy is given no random numbers: what is seen tells steps and episodes apart.
        bits = jax.lax.bitcast_convert_type(jnp.asarray(observation, jnp.float32), jnp.uint32)
        key = jax.random.fold_in(key, jnp.sum(bits, dtype=jnp.uint32))
        return carry, jax.random.uniform(key, (action_size,), minval=-1.0, maxval=1.0)

    return Policy(step=step, parameters=jax.random.key(0))


def _row(
    part: Part,
    judged: Evaluation | GymnasiumEvaluation,
    *,
    policy: Literal["last", "kept", "prior", "random"],
    state: TrainState | None = None,
    index: int = 0,
) -> tidy.Row:
    """A row of what has not been trained, or of the seed at an index at a state of the training."""
    config, plain = part.loop.parts.config, part.variant.plain
    algorithm, critic = (type(x).__name__ for x in (config.algorithm, config.algorithm.critic))
    return tidy.Row(
        task=part.task,
        preset=part.variant.preset,
        algorithm=f"{algorithm}-{critic}".replace("Config", "").lower(),
        prior=part.variant.prior,
        mask="none" if plain else config.mask.kind,
        semantics="none" if plain else config.epsilon.semantics,
        engine=part.settings["engine"],
        seed=None if state is None else part.seeds[index],
        env_steps=0 if state is None else int(state.step),
        policy=policy,
        judge="gymnasium" if isinstance(judged, GymnasiumEvaluation) else "in-graph",
        episodes=len(judged.returns),
        return_mean=float(np.mean(judged.returns)),
        return_std=float(np.std(judged.returns)),
        length_mean=float(np.mean(judged.lengths)),
        data_return_mean=None
        if state is None
        else float(state.episode_returns[index] / state.episodes[index]),
        data_coverage=None if state is None else _coverage(part, state, index),
        prior_tuning_env_steps=tuning_steps(part.variant.prior),
    )


def _coverage(part: Part, state: TrainState, index: int) -> float:
    seen = jax.tree.map(lambda leaf: leaf[index], state.coverage)
    return float(part.loop.parts.coverage.count(seen))
