"""Whether a prior is fit for training: its shapes, its numbers and its branches on many observations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from envs import InputError, TaskSpec
from priors.prior import Carry, FunctionPrior, Interval, Prior

KINDS = ("plausible", "near-zero", "uniform", "single-entry", "extreme", "branch-edge")
"""Kinds of observations, the most plausible first."""

_SHARES = (0.35, 0.2, 0.2, 0.1, 0.15)
"""How much of each kind is drawn, in the order of `KINDS`."""

_EXTREME = 1e3
_CHUNK = 100
_MOST_STEPS = 1000
_FEWEST_EPISODES = 16
_EDGES_PER_SIDE = 8
_HALVINGS = 30
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


class _Samples(NamedTuple):
    """Observations and what the prior made of them, a row for each observation."""

    observations: np.ndarray
    kinds: np.ndarray
    steps: np.ndarray
    low: np.ndarray
    high: np.ndarray
    taken: np.ndarray


_Probe = Callable[[Any, Carry, jax.Array], tuple[Carry, tuple[jax.Array, jax.Array, jax.Array]]]
"""`(parameters, carry, observation) -> carry, (low, high, taken)`, unbatched, with bounds as returned."""


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
    samples, deterministic = _try(prior, spec, observations, np.random.default_rng(seed))
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

    carry = _start(prior)
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


def _start(prior: Prior) -> Carry:
    return jax.tree.map(jnp.asarray, prior.reset())


def _probe(prior: Prior) -> tuple[_Probe, Any]:
    """What is computed at each observation, and its parameters."""
    nothing = jnp.zeros((0, 2), bool)
    if isinstance(prior, FunctionPrior):

        def step(parameters: Any, carry: Carry, observation: jax.Array) -> Any:
            taken = prior.taken(parameters, carry, observation) if prior.taken else nothing
            carry, low, high = prior.step(parameters, carry, observation)
            return carry, (jnp.float32(low), jnp.float32(high), taken)

        return step, prior.parameters

    def call(_: Any, carry: Carry, observation: jax.Array) -> Any:
        carry, interval = prior(carry, observation)
        return carry, (interval.low, interval.high, nothing)

    return call, ()


def _runner(probe: _Probe) -> Callable[..., Any]:
    """Runs episodes for some steps: `(parameters, carry, observations (steps, episodes, size))`."""
    return jax.jit(
        lambda parameters, carry, observations: lax.scan(
            jax.vmap(lambda *now: probe(parameters, *now)), carry, observations
        )
    )


def _try(prior: Prior, spec: TaskSpec, count: int, rng: np.random.Generator) -> tuple[_Samples, bool]:
    """Run the prior on at least `count` observations; also whether a second run of the first was equal."""
    first, steps, chunk, episodes = _start(prior), 1, 1, count
    if jax.tree.leaves(first):
        limit = min(spec.max_episode_steps, _MOST_STEPS)
        chunk = limit // math.ceil(limit / _CHUNK)
        steps = limit // chunk * chunk
        episodes = max(math.ceil(count / steps), _FEWEST_EPISODES)
    values, kinds = _observations(spec, rng, steps, episodes)
    probe, parameters = _probe(prior)
    run = _runner(probe)
    carry = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (episodes, *leaf.shape)), first)
    memories, results = [], []
    for begin in range(0, steps, chunk):
        memories.append(jax.tree.map(np.asarray, carry))
        carry, result = run(parameters, carry, values[begin : begin + chunk])
        results.append(jax.tree.map(np.asarray, result))
    # What a function reads when it is traced shows only when it is traced again; a program reads nothing.
    again = run if isinstance(prior, FunctionPrior) and prior.taken else _runner(probe)
    _, second = again(parameters, memories[0], values[:chunk])
    equal = [np.array_equal(a, b, equal_nan=a.dtype != bool) for a, b in zip(results[0], second, strict=True)]
    joined = [np.concatenate(parts) for parts in zip(*results, strict=True)]
    since = np.broadcast_to(np.arange(steps)[:, None], kinds.shape)
    parts = (values, kinds, since, *joined)
    samples = _Samples(*(part.reshape(steps * episodes, *part.shape[2:]) for part in parts))
    known = np.arange(steps * episodes).reshape(steps, episodes)[::chunk].ravel()
    memory = jax.tree.map(lambda *leaves: np.concatenate(leaves), *memories)
    edges = _edges(prior, samples, known, memory, rng)
    if edges is not None:
        samples = _Samples(*map(np.concatenate, zip(samples, edges, strict=True)))
    return samples, all(equal)


def _observations(
    spec: TaskSpec, rng: np.random.Generator, steps: int, episodes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Observations, shape `(steps, episodes, observation_size)`, and which of the `KINDS` each one is."""
    size, count = spec.observation_size, steps * episodes
    low, high = np.array([(entry.low, entry.high) for entry in spec.observation], np.float32).T
    bounded = np.isfinite(low) & np.isfinite(high)
    ends = np.clip(low, -_EXTREME, None), np.clip(high, None, _EXTREME)
    # Entries without a range are mostly the heights, angles and speeds of a robot.
    centre = np.where(bounded, (ends[0] + ends[1]) / 2, np.float32(0))
    reach = np.where(bounded, (ends[1] - ends[0]) / 2, np.float32(3))
    normal = rng.standard_normal((steps, episodes, size), np.float32)
    uniform = 2 * rng.random((steps, episodes, size), np.float32) - 1
    kinds = rng.choice(len(_SHARES), (steps, episodes), p=_SHARES)
    scale = 10 ** rng.uniform(-3, 0, (steps, episodes, 1)).astype(np.float32)
    entry = (np.arange(count) % size).reshape(steps, episodes, 1) == np.arange(size)
    extreme = np.choose(rng.integers(5, size=normal.shape), [*ends, -_EXTREME, _EXTREME, 0])
    if steps > 1:
        for step in range(1, steps):
            normal[step, 1::2] = 0.95 * normal[step - 1, 1::2] + math.sqrt(1 - 0.95**2) * normal[step, 1::2]
        kinds[:, 1::2] = KINDS.index("plausible")
    made = (
        np.clip(centre + reach / 2 * normal, low, high),
        np.clip(scale * reach * normal, low, high),
        np.clip(centre + reach * uniform, low, high),
        np.where(entry, reach * uniform, 0),
        extreme,
    )
    values = np.select([kinds[..., None] == kind for kind in range(len(made))], made)
    values[0, 0], kinds[0, 0] = 0, KINDS.index("near-zero")
    return values.astype(np.float32), kinds


def _edges(
    prior: Prior, samples: _Samples, known: np.ndarray, memory: Carry, rng: np.random.Generator
) -> _Samples | None:
    """Observations on both sides of each branch's edge, found by bisection between two of `samples`.

    Of the samples `known` the memory at that step is in `memory`, stacked. None without branches.
    """
    jobs = [job for branch in range(samples.taken.shape[1]) for job in _pairs(samples, known, branch, rng)]
    if not jobs or not isinstance(prior, FunctionPrior) or prior.taken is None:
        return None
    taken, (probe, parameters) = prior.taken, _probe(prior)

    def bisect(parameters: Any, carry: Carry, begin: jax.Array, stop: jax.Array, branch: jax.Array) -> Any:
        wanted = taken(parameters, carry, begin)[branch]

        def halve(_: int, ends: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            middle = ends[0] / 2 + ends[1] / 2
            same = (taken(parameters, carry, middle)[branch] == wanted).all()
            return jnp.where(same, middle, ends[0]), jnp.where(same, ends[1], middle)

        ends = jnp.stack(lax.fori_loop(0, _HALVINGS, halve, (begin, stop)))
        return ends, *jax.vmap(lambda end: probe(parameters, carry, end)[1])(ends)

    places, others, branches = np.array(jobs).T
    carries = jax.tree.map(lambda leaf: leaf[places], memory)
    begins, stops = samples.observations[known[places]], samples.observations[others]
    found = jax.jit(jax.vmap(bisect, (None, 0, 0, 0, 0)))(parameters, carries, begins, stops, branches)
    values, low, high, sides = (np.asarray(part).reshape(-1, *part.shape[2:]) for part in found)
    steps = np.repeat(samples.steps[known[places]], 2)
    return _Samples(values, np.full_like(steps, KINDS.index("branch-edge")), steps, low, high, sides)


def _pairs(
    samples: _Samples, known: np.ndarray, branch: int, rng: np.random.Generator
) -> Iterator[tuple[int, int, int]]:
    """Pairs of a place in `known` and a sample which take different sides of a branch, with the branch."""
    taken = samples.taken[:, branch]
    for side in (0, 1):
        here, there = np.flatnonzero(taken[known, side]), np.flatnonzero(taken[:, 1 - side] & ~taken[:, side])
        if here.size and there.size:
            for _ in range(_EDGES_PER_SIDE):
                yield rng.choice(here), rng.choice(there), branch


def _found(samples: _Samples, where: Any) -> Found | None:
    indices = np.flatnonzero(where)
    if not indices.size:
        return None
    first = indices[np.argmin(samples.kinds[indices])]
    example = Example(KINDS[samples.kinds[first]], int(samples.steps[first]), samples.observations[first])
    return Found(len(indices), example)


def _never_taken(prior: Prior, samples: _Samples) -> Iterator[NeverTaken]:
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
