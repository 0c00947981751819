"""Many observations of a task, and what a prior makes of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from envs import TaskSpec
from priors.prior import Carry, FunctionPrior, Prior

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


class Samples(NamedTuple):
    """Observations and what the prior made of them, a row for each observation."""

    observations: np.ndarray
    kinds: np.ndarray
    steps: np.ndarray
    low: np.ndarray
    high: np.ndarray
    taken: np.ndarray


_Probe = Callable[[Any, Carry, jax.Array], tuple[Carry, tuple[jax.Array, jax.Array, jax.Array]]]
"""`(parameters, carry, observation) -> carry, (low, high, taken)`, unbatched, with bounds as returned."""


def start(prior: Prior) -> Carry:
    """The memory at the start of an episode, as arrays."""
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


def try_out(prior: Prior, spec: TaskSpec, count: int, rng: np.random.Generator) -> tuple[Samples, bool]:
    """Run the prior on at least `count` observations; also whether a second run of the first was equal."""
    first, steps, chunk, episodes = start(prior), 1, 1, count
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
    samples = Samples(*(part.reshape(steps * episodes, *part.shape[2:]) for part in parts))
    known = np.arange(steps * episodes).reshape(steps, episodes)[::chunk].ravel()
    memory = jax.tree.map(lambda *leaves: np.concatenate(leaves), *memories)
    edges = _edges(prior, samples, known, memory, rng)
    if edges is not None:
        samples = Samples(*map(np.concatenate, zip(samples, edges, strict=True)))
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
    prior: Prior, samples: Samples, known: np.ndarray, memory: Carry, rng: np.random.Generator
) -> Samples | None:
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
    return Samples(values, np.full_like(steps, KINDS.index("branch-edge")), steps, low, high, sides)


def _pairs(
    samples: Samples, known: np.ndarray, branch: int, rng: np.random.Generator
) -> Iterator[tuple[int, int, int]]:
    """Pairs of a place in `known` and a sample which take different sides of a branch, with the branch."""
    taken = samples.taken[:, branch]
    for side in (0, 1):
        here, there = np.flatnonzero(taken[known, side]), np.flatnonzero(taken[:, 1 - side] & ~taken[:, side])
        if here.size and there.size:
            for _ in range(_EDGES_PER_SIDE):
                yield rng.choice(here), rng.choice(there), branch
