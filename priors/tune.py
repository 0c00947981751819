"""Tuning the numbers of a program: a model wrote its structure, an evolution strategy finds its constants.

Each generation is one compiled program: draw a population of parameters, roll all of them out side by side,
tell the strategy what each was worth. Python only counts between generations, and keeps the budget.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from envs import Env, unknown
from priors.prior import FunctionPrior
from priors.rollout import Totals, make_roller, one_program
from priors.tuning_plan import Generation, Plan, TuneConfig, TuneState

_SEPARABLE_FROM = 100  # parameters; a whole covariance matrix learns more slowly than it pays
_SMOOTHED_OVER = 5  # generations


class Judgement(NamedTuple):
    """What a prior is worth on episodes that nothing was tuned on, each of shape `(episodes,)`.

    Attributes:
        alone: scores of the prior alone.
        masked: scores of acting uniformly inside the mask.
    """

    alone: np.ndarray
    masked: np.ndarray


class Tuned(NamedTuple):
    """What a tuning found.

    Attributes:
        prior: the program with the best numbers; the original where nothing better was found.
        improved: whether something was.
        before: the original's worth.
        after: the worth of `prior`, on the same episodes.
        env_steps: all that were taken, for judging too.
        state: the search's last.
    """

    prior: FunctionPrior
    improved: bool
    before: Judgement
    after: Judgement
    env_steps: int
    state: TuneState


def tune(
    prior: FunctionPrior,
    env: Env,
    config: TuneConfig,
    key: jax.Array,
    *,
    state: TuneState | None = None,
    on_generation: Callable[[TuneState], None] = lambda _: None,
) -> Tuned:
    """Find better numbers for a prior by CMA-ES (Hansen and Ostermeier, 2001; arXiv 1604.00772).

    For one key and a limit on the steps alone the numbers are always the same, resumed or not; a limit on
    the time ends it elsewhere each time.

    Args:
        prior: a program whose `parameters` are a dict of numbers.
        env: an unbatched environment such as `envs.make` gives.
        config: the budget and the objective.
        key: of everything random.
        state: of an earlier call with the same prior, environment, config and key, to go on from.
        on_generation: is given the state after each generation, to tell of it or to save it; what it raises
            ends the tuning.

    Raises:
        InputError: the prior has no numbers, its sizes are others than the environment's, or the budget does
            not last for a generation and the judging of it.
    """
    plan = Plan.of(prior, env, config)
    state = state or first_state(prior, env, config, key)
    key_search, key_judge = jax.random.split(key)
    generation = _make_generation(prior, env, plan).lower(state.search, key_search, jnp.int32(1)).compile()
    while horizon := plan.horizon(state):
        started = time.monotonic()
        key_now = jax.random.fold_in(key_search, 1 + len(state.generations))
        found = jax.device_get(generation(state.search, key_now, jnp.int32(horizon)))
        state = _advance(plan, state, found, horizon, state.seconds + time.monotonic() - started)
        on_generation(state)
    return _judge(prior, env, plan, state, key_judge)


def first_state(prior: FunctionPrior, env: Env, config: TuneConfig, key: jax.Array) -> TuneState:
    """What `tune` starts from with the same arguments; raises as it does, and compiles next to nothing."""
    plan = Plan.of(prior, env, config)
    strategy, numbers = _strategy(plan), len(plan.origin)
    params = strategy.default_params.replace(std_init=jnp.asarray(config.step))
    key_search, _ = jax.random.split(key)
    search = strategy.init(jax.random.fold_in(key_search, 0), jnp.zeros(numbers), params)
    search = jax.device_get(jax.tree.map(jnp.asarray, search))
    return TuneState(search, (), np.zeros(numbers, np.float32), -math.inf)


def _strategy(plan: Plan) -> Any:
    from evosax.algorithms import CMA_ES, Sep_CMA_ES  # noqa: PLC0415 - seconds of imports

    kind = Sep_CMA_ES if len(plan.origin) >= _SEPARABLE_FROM else CMA_ES
    return kind(population_size=plan.population, solution=jnp.zeros(len(plan.origin)))


def _make_generation(prior: FunctionPrior, env: Env, plan: Plan) -> Any:
    """`(search, key, horizon) -> found`, jitted; what is found includes the next search."""
    strategy, roller = _strategy(plan), make_roller(env, one_program(prior))
    params, candidates = strategy.default_params, plan.population + 1

    @jax.jit
    def generation(search: Any, key: jax.Array, horizon: jax.Array) -> dict[str, Any]:
        key_ask, key_roll, key_tell = jax.random.split(key, 3)
        population, search = strategy.ask(key_ask, search, params)
        offsets = jnp.concatenate([population, search.mean[None]])
        parameters = plan.parameters(plan.origin + plan.scale * offsets)
        rollouts = roller.start(parameters, key_roll, plan.config.widths, candidates)
        totals: Totals = roller.advance(parameters, rollouts, horizon).totals
        scores = _objective(totals, plan.config)
        following, _ = strategy.tell(key_tell, population, -scores[:-1], search, params)
        return {
            "search": following,
            "mean": search.mean,
            "scores": scores[:-1],
            "centre": scores[-1],
            "lengths": totals.lengths,
        }

    return generation


def _objective(totals: Totals, config: TuneConfig) -> jax.Array:
    """What the search maximises, shape `(candidates,)`."""
    scores = totals.scores
    for name, weight in config.weights.items():
        if name not in totals.parts:
            raise unknown("part of the reward", name, totals.parts)
        scores = scores + (weight - 1.0) * totals.parts[name]
    return jnp.mean(scores, axis=1) - config.risk * jnp.std(scores, axis=1)


def _advance(plan: Plan, state: TuneState, found: dict[str, Any], horizon: int, seconds: float) -> TuneState:
    """The state after a generation."""
    now = Generation(
        env_steps=state.env_steps + int(found["lengths"].sum(dtype=np.int64)),
        seconds=seconds,
        horizon=horizon,
        score=float(found["scores"].mean()),
        best=float(found["scores"].max()),
        centre=float(found["centre"]),
        spread=float(found["search"].std),
    )
    generations = (*state.generations, now)
    # Scores of shorter episodes are less, and those of a few episodes are mostly luck.
    recent = [one.centre for one in generations[-_SMOOTHED_OVER:] if one.horizon == plan.limit]
    score = float(np.mean(recent)) if len(recent) == _SMOOTHED_OVER else -math.inf
    if score > state.kept_score:
        return TuneState(found["search"], generations, np.asarray(found["mean"]), score)
    return TuneState(found["search"], generations, state.kept, state.kept_score)


def _judge(prior: FunctionPrior, env: Env, plan: Plan, state: TuneState, key: jax.Array) -> Tuned:
    """Compare the original with what was found on fresh episodes; the best that is no worse in any respect.

    Candidates are the strategy's last mean and the best one on its way, with all their digits and rounded.
    """
    found = [plan.origin + plan.scale * offsets for offsets in (state.search.mean, state.kept)]
    found = [np.where(np.isfinite(values), values, plan.origin) for values in found]
    rounded = [_rounded(values, plan.config.digits) for values in found]
    values = np.stack([plan.origin, *rounded, *found]).astype(np.float32)
    alone, masked, steps = _scores(prior, env, plan, values, key)
    worth = (1 - plan.config.noisy) * alone.mean(1) + plan.config.noisy * masked.mean(1)
    worth = np.where((alone.mean(1) >= alone[0].mean()) & (worth >= worth[0]), worth, -np.inf)
    best = int(np.argmax(worth))
    if best > 2 and worth[best - 2] > worth[0] and not _clearly_less(worth, alone, best - 2, best):
        best -= 2  # digits that make no difference only make the program hard to read
    parameters = plan.parameters(values[best])
    return Tuned(
        prior=prior.replace_parameters({name: parameters[name] for name in prior.parameters}),
        improved=best > 0,
        before=Judgement(alone[0], masked[0]),
        after=Judgement(alone[best], masked[best]),
        env_steps=state.env_steps + steps,
        state=state,
    )


def _clearly_less(worth: np.ndarray, alone: np.ndarray, less: int, more: int) -> bool:
    """Whether one candidate is worth less than another by more than two standard errors of it."""
    error = math.sqrt(sum(alone[index].var() for index in (less, more)) / alone.shape[1])
    return bool(worth[more] - worth[less] > 2 * error)


def _scores(
    prior: FunctionPrior, env: Env, plan: Plan, values: np.ndarray, key: jax.Array
) -> tuple[np.ndarray, np.ndarray, int]:
    """Scores alone and inside the mask, each `(candidates, episodes)`, and the steps that it took."""
    roller, widths = make_roller(env, one_program(prior)), plan.config.judge_widths

    @jax.jit
    def run(values: jax.Array, key: jax.Array) -> Totals:
        parameters = plan.parameters(values)
        rollouts = roller.start(parameters, key, widths, len(values))
        return roller.advance(parameters, rollouts, plan.limit).totals

    totals = jax.device_get(run(values, key))
    alone, masked = np.split(np.asarray(totals.scores), 2, axis=1)
    return alone, masked, int(totals.lengths.sum(dtype=np.int64))


def _rounded(values: np.ndarray, digits: int) -> np.ndarray:
    return np.array([float(f"{value:.{digits}g}") for value in values], np.float32)
