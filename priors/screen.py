"""Screening priors: which of many is worth most, alone and as a mask, for few environment steps.

All candidates share one compiled program and its physics. After each rung of successive halving (Jamieson and
Talwalkar, AISTATS 2016; arXiv 1502.07943) the worse half of the candidates stops where it is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from envs import Env, InputError
from priors.coverage import make_coverage
from priors.prior import Prior
from priors.rollout import Roller, Rollouts, Totals, make_roller, several_programs

Endings = dict[str, float]
ENDINGS = ("termination", "truncation", "fault", "stopped")


@dataclass(frozen=True)
class ScreenConfig:
    """How candidates are screened.

    Attributes:
        episodes: of each candidate; they start alike for all.
        steps: of an episode at most.
        rungs: shares of the steps after which the worse half of the candidates is stopped; none to give every
            candidate all steps.
        keep: candidates that are never stopped, and are tried as masks; at least.
        widths: of the masks, in action units; none to leave that out.
    """

    episodes: int = 64
    steps: int = 1000
    rungs: tuple[float, ...] = (0.1, 0.3)
    keep: int = 8
    widths: tuple[float, ...] = (0.1, 0.3, 0.5)

    def check(self) -> None:
        """Find out what is impossible before anything is compiled.

        Raises:
            InputError: names the field.
        """
        for name, least in (("episodes", max(2, 2 * len(self.widths))), ("steps", 1), ("keep", 1)):
            if getattr(self, name) < least:
                raise InputError(f"{name} is {getattr(self, name)}; it must be at least {least}")
        if not all(0 < rung < 1 for rung in self.rungs) or list(self.rungs) != sorted(set(self.rungs)):
            raise InputError(f"rungs are {self.rungs}; they are shares that ascend between 0 and 1")
        if not all(0 < width <= 2 for width in self.widths):
            raise InputError(f"widths are {self.widths}; each must lie in (0, 2]")

    @property
    def episode_widths(self) -> np.ndarray:
        """Width of the mask in each episode of the trial as masks, as even as can be; shape `(episodes,)`."""
        groups = np.array_split(np.arange(self.episodes), len(self.widths))
        return np.concatenate(
            [np.full(len(group), width) for group, width in zip(groups, self.widths, strict=True)]
        )


class Worth(NamedTuple):
    """A mean score with its 95 % interval by Student's t; see `Totals.scores`."""

    mean: float
    low: float
    high: float


class Standing(NamedTuple):
    """What became of one candidate.

    Attributes:
        name: of the candidate.
        steps: after which it was stopped, or all of them for one of the last that remained.
        finished: whether none of its episodes was stopped: only then `alone` is of whole episodes.
        projected: what it is ranked by among those that got as far: its mean score, where episodes that
            were stopped are taken to go on as they began.
        alone: of the prior alone.
        scores: what `alone` is the mean of, shape `(episodes,)`.
        length: mean steps of an episode.
        endings: share of the episodes that ended by each of the `ENDINGS`; "stopped" is by the screening.
        coverage: distinct state-action pairs in all episodes, see `priors/coverage.py`.
        smoothness: mean change of an action from step to step, see `Totals.smoothness`.
        parts: mean sums of the parts of the reward, by name.
        masked: of acting uniformly inside a mask, by its width; empty for one that did not remain.
    """

    name: str
    steps: int
    finished: bool
    projected: float
    alone: Worth
    scores: np.ndarray
    length: float
    endings: Endings
    coverage: float
    smoothness: float
    parts: dict[str, float]
    masked: dict[float, Worth]


class Screening(NamedTuple):
    """What a screening found.

    Attributes:
        standings: of all candidates, the best first.
        env_steps: taken, each episode's until it ended or was stopped.
        mask_env_steps: those of them for the trial as masks.
        seconds: of rolling out.
        compile_seconds: of compiling.
    """

    standings: tuple[Standing, ...]
    env_steps: int
    mask_env_steps: int
    seconds: float
    compile_seconds: float


Progress = Callable[[int, int, int], None]
"""`(steps, candidates that go on, env steps so far)`, called after each rung."""


def screen(
    candidates: Mapping[str, Prior],
    env: Env,
    config: ScreenConfig,
    key: jax.Array,
    *,
    on_rung: Progress = lambda *_: None,
) -> Screening:
    """Rank priors by what they are worth alone, and try the best as masks.

    Args:
        candidates: by name.
        env: an unbatched environment such as `envs.make` gives.
        config: how much to spend on it.
        key: of everything random; a candidate's figures do not depend on which others there are, but for
            where it is stopped.
        on_rung: is told of each rung.

    Raises:
        InputError: no candidates, one of another size than the environment, or impossible settings.
    """
    config.check()
    _require_fit(candidates, env)
    run = _Run(candidates, env, config)
    key_alone, key_masked = jax.random.split(key)
    alone = run.start(key_alone, np.zeros(config.episodes))
    left = np.full(len(candidates), config.steps)
    remain = np.arange(len(candidates))
    for stop in _stops(config):
        alone = run.advance(alone, stop)
        if stop < config.steps:
            remain = remain[_best(_projected(alone.totals, alone.alive, config.steps)[remain], config.keep)]
            gone = ~np.isin(np.arange(len(candidates)), remain)
            left = np.where(gone & (left == config.steps), stop, left)
            alone = alone.replace(alive=alone.alive & ~gone[:, None])
        on_rung(stop, len(remain), int(alone.totals.lengths.sum()))
    masked = None
    if config.widths:
        masked = run.start(key_masked, config.episode_widths)
        masked = run.advance(
            masked.replace(alive=masked.alive & (left == config.steps)[:, None]), config.steps
        )
        on_rung(config.steps, len(remain), int(alone.totals.lengths.sum() + masked.totals.lengths.sum()))
    return _screening(run, alone, masked, left)


class _Run:
    """The one compiled program, and the time that it takes."""

    def __init__(self, candidates: Mapping[str, Prior], env: Env, config: ScreenConfig):
        self.names, self.config = tuple(candidates), config
        self.counter = make_coverage(env.observation_size, env.action_size)
        insert = jax.vmap(self.counter.insert)
        self._roller: Roller = make_roller(env, several_programs(tuple(candidates.values())), observe=insert)
        self._advance: Any = None
        self.seconds = self.compile_seconds = 0.0

    def start(self, key: jax.Array, widths: np.ndarray) -> Rollouts:
        """Episodes at their start."""
        begun = time.monotonic()
        nothing = jax.vmap(lambda _: self.counter.init())(jnp.arange(len(self.names)))

        def begin(key: jax.Array, widths: jax.Array) -> Rollouts:
            return self._roller.start((), key, widths, len(self.names), nothing)

        rollouts = jax.jit(begin)(key, jnp.asarray(widths, jnp.float32))
        self.compile_seconds += time.monotonic() - begun
        return rollouts

    def advance(self, rollouts: Rollouts, stop: int) -> Rollouts:
        """Episodes after so many steps."""
        begun = time.monotonic()
        if self._advance is None:
            whole = jax.jit(lambda rollouts, stop: self._roller.advance((), rollouts, stop))
            self._advance = whole.lower(rollouts, jnp.int32(stop)).compile()
            self.compile_seconds += time.monotonic() - begun
            begun = time.monotonic()
        rollouts = jax.block_until_ready(self._advance(rollouts, jnp.int32(stop)))
        self.seconds += time.monotonic() - begun
        return rollouts


def _require_fit(candidates: Mapping[str, Prior], env: Env) -> None:
    if not candidates:
        raise InputError("there are no candidates to screen")
    for name, prior in candidates.items():
        for what in ("observation_size", "action_size"):
            own, wanted = getattr(prior, what), getattr(env, what)
            if own != wanted:
                raise InputError(f"the prior {name!r} has {what}={own}, but the environment {wanted}")


def _stops(config: ScreenConfig) -> list[int]:
    """Steps at which the candidates are compared, the last one at the end."""
    early = {max(1, round(rung * config.steps)) for rung in config.rungs}
    return [*sorted(early - {config.steps}), config.steps]


def _best(values: np.ndarray, keep: int) -> np.ndarray:
    """Indices of the better half of the values, of `keep` at least, and of what equals the last of them.

    Where each step gives the same reward, all that have not fallen yet are equal.
    """
    number = min(len(values), max(keep, math.ceil(len(values) / 2)))
    return np.flatnonzero(values >= np.sort(values)[-number])


def _projected(totals: Totals, alive: Any, steps: int) -> np.ndarray:
    """Mean scores of the candidates, were each episode that is alive to go on as it began."""
    scores, lengths, alive = (np.asarray(x) for x in (totals.scores, totals.lengths, alive))
    return np.where(alive, scores * steps / np.maximum(lengths, 1), scores).mean(axis=1)


def _screening(run: _Run, alone: Rollouts, masked: Rollouts | None, left: np.ndarray) -> Screening:
    totals = jax.device_get(alone.totals)
    coverage = jax.device_get(jax.vmap(run.counter.count)(alone.observed))
    steps = run.config.steps
    # An episode that none of the three ended was stopped by the screening, or lasted for all of the steps.
    open_ended = ~(totals.termination | totals.truncation | totals.fault)
    stopped = open_ended & (left < steps)[:, None]
    projected = _projected(totals, stopped, steps)
    scores, smoothness = np.asarray(totals.scores), np.asarray(totals.smoothness)
    standings = [
        Standing(
            name=name,
            steps=int(left[i]),
            finished=not stopped[i].any(),
            projected=float(projected[i]),
            alone=worth(scores[i]),
            scores=scores[i],
            length=float(totals.lengths[i].mean()),
            endings=_endings(totals, stopped, i),
            coverage=float(coverage[i]),
            smoothness=float(smoothness[i].mean()),
            parts={part: float(values[i].mean()) for part, values in totals.parts.items()},
            masked=_masked(run.config, masked, i) if left[i] == steps else {},
        )
        for i, name in enumerate(run.names)
    ]
    standings.sort(key=lambda one: (-one.steps, -one.projected))
    mask_steps = 0 if masked is None else int(masked.totals.lengths.sum())
    return Screening(
        tuple(standings),
        env_steps=int(totals.lengths.sum(dtype=np.int64)) + mask_steps,
        mask_env_steps=mask_steps,
        seconds=run.seconds,
        compile_seconds=run.compile_seconds,
    )


def _endings(totals: Totals, stopped: np.ndarray, index: int) -> Endings:
    kinds = {name: getattr(totals, name)[index] for name in ("termination", "truncation", "fault")}
    kinds["truncation"] = ~(kinds["termination"] | kinds["fault"] | stopped[index])
    return {name: float(np.mean({**kinds, "stopped": stopped[index]}[name])) for name in ENDINGS}


def _masked(config: ScreenConfig, masked: Rollouts | None, index: int) -> dict[float, Worth]:
    if masked is None:
        return {}
    scores, widths = np.asarray(masked.totals.scores)[index], config.episode_widths
    return {width: worth(scores[widths == width]) for width in config.widths}


def worth(scores: Any, *, confidence: float = 0.95) -> Worth:
    """Mean of scores, shape `(episodes,)`, and its interval by Student's t; of one score it is infinite."""
    scores = np.asarray(scores, float)
    mean, count = float(scores.mean()), len(scores)
    if count < 2:
        return Worth(mean, -math.inf, math.inf)
    import scipy.stats  # noqa: PLC0415 - a second of imports

    error = float(scores.std(ddof=1)) / math.sqrt(count)
    reach = float(scipy.stats.t.ppf((1 + confidence) / 2, count - 1)) * error
    return Worth(mean, mean - reach, mean + reach)
