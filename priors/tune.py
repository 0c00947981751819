"""Tuning the numbers of a program: a model wrote its structure, an evolution strategy finds its constants.

Each generation is one compiled program: draw a population of parameters, roll all of them out side by side,
tell the strategy what each was worth. Python only counts between generations, and keeps the budget.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from envs import Env, InputError
from priors.prior import FunctionPrior
from priors.rollout import Totals, make_roller, one_program

_LEAST_SCALE = 0.1  # a literal of 0 has no magnitude of its own
_SEPARABLE_FROM = 100  # parameters; a whole covariance matrix learns more slowly than it pays
_SMOOTHED_OVER = 5  # generations
# Shares of the budget: short episodes find a gait for few steps, long ones teach it to last.
_GROWING = (0.45, 0.8)


@dataclass(frozen=True)
class TuneConfig:
    """How the numbers of a prior are tuned.

    The objective is the mean score (`Totals.scores`) of episodes in which the prior acts alone and of
    others in which it acts uniformly inside a mask: what a mask is put around must survive it.

    Attributes:
        env_steps: environment steps at most, those of judging included; None for no limit.
        minutes: time at most, likewise, as far as it can be foreseen and without that of compiling; None
            for no limit.
        population: candidates a generation; None for 4 + 4 ln n, with n numbers to tune.
        episodes: of each candidate in a generation.
        horizon: steps of an episode at the start; from the middle of the budget on it grows to the whole.
        noise: width of the mask that the prior must survive, in action units.
        noisy: share of the episodes inside that mask.
        step: standard deviation of the first generation, relative to the magnitude of each number.
        judge_episodes: on which the result and the original are compared, alone and inside the mask each.
        digits: significant ones of the numbers that are found.
    """

    env_steps: int | None = None
    minutes: float | None = 10.0
    population: int | None = None
    episodes: int = 4
    horizon: int = 200
    noise: float = 0.2
    noisy: float = 0.5
    step: float = 0.3
    judge_episodes: int = 16
    digits: int = 3

    def check(self) -> None:
        """Find out what is impossible before anything is compiled.

        Raises:
            InputError: names the field.
        """
        least = {"population": 4, "episodes": 1, "horizon": 1, "judge_episodes": 2, "digits": 1}
        for name, bound in least.items():
            value = getattr(self, name)
            if value is not None and value < bound:
                raise InputError(f"{name} is {value}; it must be at least {bound}")
        for name, top in (("noise", 2.0), ("noisy", 1.0)):
            if not 0 <= getattr(self, name) <= top:
                raise InputError(f"{name} is {getattr(self, name)}; it must lie in [0, {top:g}]")
        for name in ("step", "minutes", "env_steps"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise InputError(f"{name} is {value}; it must be positive")
        if self.env_steps is None and self.minutes is None:
            raise InputError("nothing bounds the tuning; give env_steps or minutes")

    @property
    def widths(self) -> np.ndarray:
        """Width of the mask in each episode of a generation, 0 for the prior alone; shape `(episodes,)`."""
        return _widths(self.noise, self.episodes - round(self.noisy * self.episodes), self.episodes)

    @property
    def judge_widths(self) -> np.ndarray:
        """The same for judging: half of the episodes alone, half inside of the mask."""
        return _widths(self.noise, self.judge_episodes, 2 * self.judge_episodes)


class Generation(NamedTuple):
    """What one generation was worth.

    Attributes:
        env_steps: taken until its end by all candidates in all episodes, each counted until it ended.
        seconds: of tuning until its end.
        horizon: steps after which an episode was stopped.
        score: mean of the population's scores.
        best: the best candidate's.
        centre: that of the strategy's mean.
        spread: the strategy's step size, 1 for numbers that vary by their own magnitude.
    """

    env_steps: int
    seconds: float
    horizon: int
    score: float
    best: float
    centre: float
    spread: float


class TuneState(NamedTuple):
    """All that a tuning goes on from.

    Attributes:
        search: the evolution strategy's own state.
        generations: so far.
        kept: offsets of the best mean of whole episodes so far, shape `(numbers,)`, and
        kept_score: what it was worth, averaged over some generations; -inf before there is one.
    """

    search: Any
    generations: tuple[Generation, ...]
    kept: np.ndarray
    kept_score: float

    @property
    def env_steps(self) -> int:
        """Environment steps taken so far."""
        return self.generations[-1].env_steps if self.generations else 0

    @property
    def seconds(self) -> float:
        """Time spent so far."""
        return self.generations[-1].seconds if self.generations else 0.0


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
    plan = _plan(prior, env, config)
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
    plan = _plan(prior, env, config)
    strategy, numbers = _strategy(plan), len(plan.origin)
    params = strategy.default_params.replace(std_init=jnp.asarray(config.step))
    key_search, _ = jax.random.split(key)
    search = strategy.init(jax.random.fold_in(key_search, 0), jnp.zeros(numbers), params)
    search = jax.device_get(jax.tree.map(jnp.asarray, search))
    return TuneState(search, (), np.zeros(numbers, np.float32), -math.inf)


def parameter_vector(prior: FunctionPrior) -> np.ndarray:
    """The numbers of a program in the order of their names, shape `(numbers,)`."""
    return np.array([prior.parameters[name] for name in sorted(prior.parameters)], np.float32)


def _widths(noise: float, alone: int, episodes: int) -> np.ndarray:
    return np.where(np.arange(episodes) < alone, 0.0, noise)


def _plan(prior: FunctionPrior, env: Env, config: TuneConfig) -> _Plan:
    config.check()
    _require_fit(prior, env)
    plan = _Plan.of(prior, env, config)
    plan.require_budget()
    return plan


def _require_fit(prior: FunctionPrior, env: Env) -> None:
    if not isinstance(prior.parameters, dict) or not prior.parameters:
        raise InputError(f"the prior {prior.name!r} has no numbers to tune")
    for what in ("observation_size", "action_size"):
        own, wanted = getattr(prior, what), getattr(env, what)
        if own != wanted:
            raise InputError(f"the prior {prior.name!r} has {what}={own}, but the environment {wanted}")


@dataclass(frozen=True)
class _Plan:
    """What follows from the settings, the prior and the environment.

    Attributes:
        config: the settings.
        names: of the numbers.
        origin: their values, shape `(numbers,)`.
        scale: what an offset of 1 adds to each.
        population: candidates a generation.
        limit: steps of a whole episode.
    """

    config: TuneConfig
    names: tuple[str, ...]
    origin: np.ndarray
    scale: np.ndarray
    population: int
    limit: int

    @classmethod
    def of(cls, prior: FunctionPrior, env: Env, config: TuneConfig) -> _Plan:
        origin = parameter_vector(prior)
        population = config.population or 4 + int(4 * math.log(len(origin)))
        limit = getattr(env, "max_steps", None)
        if limit is None:
            raise InputError(
                f"{type(env).__name__} has no time limit; wrap it first: envs.wrap(env, max_steps=1000)"
            )
        scale = np.maximum(np.abs(origin), np.float32(_LEAST_SCALE))
        return cls(config, tuple(sorted(prior.parameters)), origin, scale, population, int(limit))

    def parameters(self, offsets: Any) -> dict[str, Any]:
        """The numbers at offsets of shape `(..., numbers)`."""
        values = self.origin + self.scale * offsets
        return {name: values[..., index] for index, name in enumerate(self.names)}

    def most_steps(self, horizon: int) -> int:
        """What a generation takes if no episode ends early; the strategy's mean is rolled out too."""
        return (self.population + 1) * self.config.episodes * horizon

    @property
    def judge_steps(self) -> int:
        """What judging takes at most: the original and two candidates, each exact and rounded."""
        return 5 * len(self.config.judge_widths) * self.limit

    def require_budget(self) -> None:
        config, least = self.config, self.judge_steps + self.most_steps(min(self.config.horizon, self.limit))
        if config.env_steps is not None and config.env_steps < least:
            raise InputError(
                f"env_steps is {config.env_steps:,}; one generation and judging it may take {least:,}: raise "
                "it, or lower judge_episodes, population or episodes"
            )

    def horizon(self, state: TuneState) -> int:
        """Steps of the next generation's episodes; 0 where the budget does not last for it and judging."""
        config = self.config
        spent = 0.0
        rate = state.env_steps / state.seconds if state.seconds else math.inf
        if config.env_steps is not None:
            spent = state.env_steps / (config.env_steps - self.judge_steps)
        if config.minutes is not None:
            # One generation there is always: before it nothing is known of the time that it takes.
            searching = max(60 * config.minutes - self.judge_steps / rate, 1e-9)
            spent = max(spent, state.seconds / searching)
        start = min(config.horizon, self.limit)
        part = np.clip((spent - _GROWING[0]) / (_GROWING[1] - _GROWING[0]), 0.0, 1.0)
        grown = start * (self.limit / start) ** part
        horizon = min(round(grown), self.limit)
        over_steps = (
            config.env_steps is not None
            and state.env_steps + self.most_steps(horizon) + self.judge_steps > config.env_steps
        )
        return 0 if over_steps or spent >= 1.0 else horizon


def _strategy(plan: _Plan) -> Any:
    from evosax.algorithms import CMA_ES, Sep_CMA_ES  # noqa: PLC0415 - seconds of imports

    kind = Sep_CMA_ES if len(plan.origin) >= _SEPARABLE_FROM else CMA_ES
    return kind(population_size=plan.population, solution=jnp.zeros(len(plan.origin)))


def _make_generation(prior: FunctionPrior, env: Env, plan: _Plan) -> Any:
    """`(search, key, horizon) -> found`, jitted; what is found includes the next search."""
    strategy, roller = _strategy(plan), make_roller(env, one_program(prior))
    params, candidates = strategy.default_params, plan.population + 1

    @jax.jit
    def generation(search: Any, key: jax.Array, horizon: jax.Array) -> dict[str, Any]:
        key_ask, key_roll, key_tell = jax.random.split(key, 3)
        population, search = strategy.ask(key_ask, search, params)
        offsets = jnp.concatenate([population, search.mean[None]])
        parameters = plan.parameters(offsets)
        rollouts = roller.start(parameters, key_roll, plan.config.widths, candidates)
        totals: Totals = roller.advance(parameters, rollouts, horizon).totals
        scores = jnp.mean(totals.scores, axis=1)
        following, _ = strategy.tell(key_tell, population, -scores[:-1], search, params)
        return {
            "search": following,
            "mean": search.mean,
            "scores": scores[:-1],
            "centre": scores[-1],
            "lengths": totals.lengths,
        }

    return generation


def _advance(plan: _Plan, state: TuneState, found: dict[str, Any], horizon: int, seconds: float) -> TuneState:
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


def _judge(prior: FunctionPrior, env: Env, plan: _Plan, state: TuneState, key: jax.Array) -> Tuned:
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
    parameters = {name: jnp.asarray(values[best, i]) for i, name in enumerate(plan.names)}
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
    prior: FunctionPrior, env: Env, plan: _Plan, values: np.ndarray, key: jax.Array
) -> tuple[np.ndarray, np.ndarray, int]:
    """Scores alone and inside the mask, each `(candidates, episodes)`, and the steps that it took."""
    roller, widths = make_roller(env, one_program(prior)), plan.config.judge_widths

    @jax.jit
    def run(values: jax.Array, key: jax.Array) -> Totals:
        parameters = {name: values[:, i] for i, name in enumerate(plan.names)}
        rollouts = roller.start(parameters, key, widths, len(values))
        return roller.advance(parameters, rollouts, plan.limit).totals

    totals = jax.device_get(run(values, key))
    alone, masked = np.split(np.asarray(totals.scores), 2, axis=1)
    return alone, masked, int(totals.lengths.sum(dtype=np.int64))


def _rounded(values: np.ndarray, digits: int) -> np.ndarray:
    return np.array([float(f"{value:.{digits}g}") for value in values], np.float32)
