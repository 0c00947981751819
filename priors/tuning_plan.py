"""What is tuned for how long: the settings of tuning, its state, and the plan that follows from them."""

from __future__ import annotations

import fnmatch
import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from envs import Env, InputError, unknown
from priors.prior import FunctionPrior

_LEAST_SCALE = 0.1  # a literal of 0 has no magnitude of its own
# Shares of the budget: short episodes find a gait for few steps, long ones teach it to last.
_GROWING = (0.4, 0.7)


@dataclass(frozen=True)
class TuneConfig:
    """How the numbers of a prior are tuned.

    The objective is the mean score (`Totals.scores`) of episodes in which the prior acts alone and of
    others in which it acts uniformly inside a mask: what a mask is put around must survive it. The search
    may pay the parts of the reward otherwise, but what it found is judged by the reward as it is.

    Attributes:
        env_steps: environment steps at most, those of judging included; None for no limit.
        minutes: time at most, likewise, as far as it can be foreseen and without that of compiling; None
            for no limit.
        population: candidates a generation; None for 8 + 4 ln n, with n numbers to tune.
        episodes: of each candidate in a generation.
        horizon: steps of an episode at the start; from the middle of the budget on it grows to the whole.
        noise: width of the mask that the prior must survive, in action units.
        noisy: share of the episodes inside that mask.
        step: standard deviation of the first generation, relative to the magnitude of each number.
        fixed: names of numbers that stay as they are, or patterns of names such as "line*".
        weights: of parts of the reward, by name, for those that the search pays more or less than 1; less for
            staying upright lets a program that stands still begin to move.
        risk: how many standard deviations over its episodes a candidate's score is lowered by.
        judge_episodes: on which the result and the original are compared, alone and inside the mask each.
        digits: significant ones of the numbers that are found.
    """

    env_steps: int | None = None
    minutes: float | None = 10.0
    population: int | None = None
    episodes: int = 2
    horizon: int = 300
    noise: float = 0.2
    noisy: float = 0.5
    step: float = 0.2
    fixed: tuple[str, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    risk: float = 0.0
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
        if self.risk < 0:
            raise InputError(f"risk is {self.risk}; it must not be negative")
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


def _widths(noise: float, alone: int, episodes: int) -> np.ndarray:
    return np.where(np.arange(episodes) < alone, 0.0, noise)


@dataclass(frozen=True)
class Plan:
    """What follows from the settings, the prior and the environment.

    Attributes:
        config: the settings.
        names: of the numbers that are tuned.
        constants: the others, by name.
        origin: values of those that are tuned, shape `(numbers,)`.
        scale: what an offset of 1 adds to each.
        population: candidates a generation.
        limit: steps of a whole episode.
    """

    config: TuneConfig
    names: tuple[str, ...]
    constants: dict[str, Any]
    origin: np.ndarray
    scale: np.ndarray
    population: int
    limit: int

    @classmethod
    def of(cls, prior: FunctionPrior, env: Env, config: TuneConfig) -> Plan:
        """The plan.

        Raises:
            InputError: the settings, the prior and the environment are impossible, or do not go together.
        """
        config.check()
        _require_fit(prior, env)
        names = _tuned_names(prior, config.fixed)
        constants = {name: value for name, value in prior.parameters.items() if name not in names}
        origin = np.array([prior.parameters[name] for name in names], np.float32)
        population = config.population or 8 + int(4 * math.log(len(origin)))
        limit = getattr(env, "max_steps", None)
        if limit is None:
            raise InputError(
                f"{type(env).__name__} has no time limit; wrap it first: envs.wrap(env, max_steps=1000)"
            )
        scale = np.maximum(np.abs(origin), np.float32(_LEAST_SCALE))
        plan = cls(config, names, constants, origin, scale, population, int(limit))
        plan._require_budget()
        return plan

    def parameters(self, values: Any) -> dict[str, jax.Array]:
        """All parameters of the program, each `(...)`, for values of the tuned ones, `(..., numbers)`."""
        values = jnp.asarray(values)
        constants = {name: jnp.broadcast_to(x, values.shape[:-1]) for name, x in self.constants.items()}
        return constants | {name: values[..., index] for index, name in enumerate(self.names)}

    def most_steps(self, horizon: int) -> int:
        """What a generation takes if no episode ends early; the strategy's mean is rolled out too."""
        return (self.population + 1) * self.config.episodes * horizon

    @property
    def judge_steps(self) -> int:
        """What judging takes at most: the original and two candidates, each exact and rounded."""
        return 5 * len(self.config.judge_widths) * self.limit

    def _require_budget(self) -> None:
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


def _require_fit(prior: FunctionPrior, env: Env) -> None:
    if not isinstance(prior.parameters, dict) or not prior.parameters:
        raise InputError(f"the prior {prior.name!r} has no numbers to tune")
    for what in ("observation_size", "action_size"):
        own, wanted = getattr(prior, what), getattr(env, what)
        if own != wanted:
            raise InputError(f"the prior {prior.name!r} has {what}={own}, but the environment {wanted}")


def _tuned_names(prior: FunctionPrior, fixed: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the numbers that no pattern fixes, in alphabetical order."""
    known = sorted(prior.parameters)
    for pattern in fixed:
        if not fnmatch.filter(known, pattern):
            raise unknown(f"number of {prior.name}", pattern, known)
    tuned = tuple(name for name in known if not any(fnmatch.fnmatchcase(name, one) for one in fixed))
    if not tuned:
        raise InputError(f"all numbers of {prior.name} are fixed; there is none to tune")
    return tuned
