"""Whether a prior is fit for training: its shapes, its numbers and its branches on many observations."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from envs import InputError, TaskSpec
from priors.prior import Carry, FunctionPrior, Interval, Prior
from priors.trials import KINDS, Samples, start, try_out

_MOST_LINES = 20


class Example(NamedTuple):
    """An observation, shape `(observation_size,)`, of one of the `KINDS`, `step` steps into its episode."""

    kind: str
    step: int
    observation: np.ndarray

    def __str__(self) -> str:
        style: Any = {"max_line_width": math.inf, "precision": 4, "separator": ", "}
        entries = np.array2string(self.observation, threshold=24, edgeitems=6, **style)
        when = f" at step {self.step}" if self.step else ""
        return f"{'an' if self.kind == 'extreme' else 'a'} {self.kind} observation{when}: {entries}"


class Found(NamedTuple):
    """How many observations have a fault, and the most plausible one of them."""

    number: int
    first: Example | None


class NeverTaken(NamedTuple):
    """A branch by its line and test, and the side of it, true or false, that no observation took."""

    line: int
    text: str
    side: bool

    def __str__(self) -> str:
        return f"line {self.line}: `{self.text}` was never {str(self.side).lower()}"


@dataclass(frozen=True, eq=False)
class Report:
    """What `check` found; printed, it is for people.

    Attributes:
        prior: the prior's name.
        task: the task's name.
        structure: what is wrong with shapes, dtypes or the memory, sentences; where there are some,
            nothing else was tried.
        observations: how many the prior was tried on.
        non_finite: those of them where a bound is NaN or infinite; None where none is.
        disordered: those where a lower bound exceeds its upper bound, likewise.
        clipped: share of the bounds that lie outside of [-1, 1] and are clipped, from 0 to 1.
        deterministic: whether equal observations gave equal bounds.
        branches: how many tests on the observation or on memory the program has; None where unknown.
        never_taken: the sides of these that no observation took.
        notes: what the author should know, sentences.
    """

    prior: str
    task: str
    structure: tuple[str, ...] = ()
    observations: int = 0
    non_finite: Found | None = None
    disordered: Found | None = None
    clipped: float = 0.0
    deterministic: bool = True
    branches: int | None = None
    never_taken: tuple[NeverTaken, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is no problem; notes and branches never taken are none."""
        return not self.problems

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong and what to do about it, one sentence each."""
        found = list(self.structure)
        if self.non_finite:
            found.append(
                f"{self._told(self.non_finite)} NaN or infinity; guard divisions, roots, logarithms and "
                "exponentials, as in `x / max(y, 1e-6)`. Until then NaN stands for every action and "
                f"infinity for the end of the range. The first is {self.non_finite.first}"
            )
        if self.disordered:
            found.append(
                f"{self._told(self.disordered)} low > high; return the lesser bound first. Until then the "
                f"two are swapped. The first is {self.disordered.first}"
            )
        if not self.deterministic:
            found.append(
                "the same observations gave other bounds at a second run; remove random numbers and "
                "callbacks, and keep all memory in the carry"
            )
        return tuple(found)

    def __str__(self) -> str:
        count = len(self.problems)
        verdict = f"{count} problem{'s' * (count > 1)}" if count else "ok"
        lines = [f"{self.prior} on {self.task}: {verdict}, {self.observations:,} observations tried"]
        lines += [f"  problem: {problem}" for problem in self.problems]
        lines += [f"  branch never taken: {side}" for side in self.never_taken[:_MOST_LINES]]
        if len(self.never_taken) > _MOST_LINES:
            lines.append(f"  and {len(self.never_taken) - _MOST_LINES} more of them")
        return "\n".join(lines + [f"  note: {note}" for note in self.notes])

    def _told(self, found: Found) -> str:
        return f"{found.number:,} of {self.observations:,} observations give"


def check(prior: Prior, spec: TaskSpec, *, observations: int = 10_000, seed: int = 0) -> Report:
    """Try a prior on many observations: plausible, zero, extreme, and on both sides of its branches' edges.

    A prior with memory sees them in episodes up to the task's time limit (1000 steps at most), every other
    one of which moves slowly, as a robot does. Judged is what the prior returns before its bounds are
    swapped and clipped, as far as it is a `FunctionPrior`. Takes two compilations.

    Args:
        prior: a translated program, a function or anything else with the protocol.
        spec: the task; the ranges of its observations say what is plausible.
        observations: at least how many to try.
        seed: of the random observations.

    Raises:
        InputError: the prior has other sizes than the task, or `observations` is not positive.
    """
    name = getattr(prior, "name", type(prior).__name__)
    _require_sizes(prior, spec, name, observations)
    structure = tuple(_structure(prior, spec))
    if structure:
        return Report(name, spec.name, structure)
    samples, deterministic = try_out(prior, spec, observations, np.random.default_rng(seed))
    both = np.stack([samples.low, samples.high])
    clipped = float(np.mean(np.abs(both) > 1))
    program = isinstance(prior, FunctionPrior) and prior.taken is not None
    return Report(
        prior=name,
        task=spec.name,
        observations=len(samples.observations),
        non_finite=_found(samples, np.any(~np.isfinite(both), (0, 2))),
        disordered=_found(samples, np.any(samples.low > samples.high, 1)),
        clipped=clipped,
        deterministic=deterministic,
        branches=samples.taken.shape[1] if program else None,
        never_taken=tuple(_never_taken(prior, samples)),
        notes=tuple(_notes(prior, program, clipped)),
    )


def _require_sizes(prior: Prior, spec: TaskSpec, name: str, observations: int) -> None:
    for what in ("observation_size", "action_size"):
        own, wanted = getattr(prior, what), getattr(spec, what)
        if own != wanted:
            raise InputError(
                f"the prior {name!r} has {what}={own}, but {spec.name} has {what}={wanted}; "
                f"make it with {what}={wanted}, or check it against its own task"
            )
    if observations < 1:
        raise InputError(f"observations is {observations}; it must be at least 1")


def _structure(prior: Prior, spec: TaskSpec) -> Iterator[str]:
    """What is wrong with the form of what the prior returns, before any number is computed."""

    def call(carry: Carry, observation: jax.Array) -> tuple[Carry, Interval]:
        return prior(carry, observation)

    carry = start(prior)
    after, interval = jax.eval_shape(call, carry, jax.ShapeDtypeStruct((spec.observation_size,), jnp.float32))
    for label, bound in (("low", interval.low), ("high", interval.high)):
        if bound.shape != (spec.action_size,):
            names = ", ".join(action.name for action in spec.action)
            yield f"{label} has shape {bound.shape}, not ({spec.action_size},); return numbers for {names}"
        if bound.dtype != jnp.float32:
            yield f"{label} has dtype {bound.dtype}, not float32; convert it with `.astype(jnp.float32)`"
    before, later = (
        str(jax.tree.map(lambda leaf: f"{leaf.dtype}{list(leaf.shape)}", tree)) for tree in (carry, after)
    )
    if before != later:
        yield f"a step turns the memory {before} into {later}; return it in the form that `reset` gives"


def _found(samples: Samples, where: Any) -> Found | None:
    indices = np.flatnonzero(where)
    if not indices.size:
        return None
    first = indices[np.argmin(samples.kinds[indices])]
    example = Example(KINDS[samples.kinds[first]], int(samples.steps[first]), samples.observations[first])
    return Found(len(indices), example)


def _never_taken(prior: Prior, samples: Samples) -> Iterator[NeverTaken]:
    branches = prior.branches if isinstance(prior, FunctionPrior) and prior.taken else ()
    for branch, seen in zip(branches, samples.taken.swapaxes(0, 1), strict=True):
        for side, took in zip((True, False), seen.T, strict=True):
            if not took.any():
                yield NeverTaken(*branch, side)


def _notes(prior: Prior, program: bool, clipped: float) -> Iterator[str]:
    yield from prior.notes if isinstance(prior, FunctionPrior) else ()
    if clipped:
        yield f"{100 * clipped:.2g} % of the bounds lie outside of [-1, 1] and are clipped to it"
    if not program:
        yield "its branches are not known, for it is not translated from a text"
