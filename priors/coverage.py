"""How many distinct state-action pairs are seen, counted in the graph.

In a replay buffer (`camel_jax/dataset_measures.py` relates the counts of two runs) and in rollouts of priors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from flax import struct

Hash = Callable[[jax.Array, jax.Array], jax.Array]

_OFFSET_STD = 0.25


class Coverage(struct.PyTreeNode):
    """The discretised state-action pairs that were seen, as a bit map.

    Attributes:
        taken: booleans, shape `(places,)`; where a pair was sent to.
    """

    taken: jax.Array


@dataclass(frozen=True)  # not a NamedTuple: a tuple's `count` is something else
class CoverageCounter:
    """The functions that count state-action pairs.

    Attributes:
        init: `() -> Coverage`, nothing seen.
        insert: `(coverage, observation, action, keep) -> Coverage`; observations and actions have any one
            leading axis, along which the booleans `keep` tell which pairs enter. It never forgets: once a
            ring buffer of the same transitions has wrapped, it also counts what that has overwritten.
        count: `(coverage) -> scalar`, the estimated number of distinct pairs.
    """

    init: Callable[[], Coverage]
    insert: Callable[[Coverage, jax.Array, jax.Array, jax.Array], Coverage]
    count: Callable[[Coverage], jax.Array]


def make_coverage(observation_size: int, action_size: int, *, places: int = 2**17) -> CoverageCounter:
    """Make a counter of distinct state-action pairs, by linear counting.

    The pairs are discretised by `make_simhash` and sent to one of m places by an integer hash. With a share
    v of the places empty the count is -m log(v) (Whang, Vander-Zanden and Taylor, ACM TODS 1990). At
    n = t * m distinct pairs its relative standard error is sqrt(exp(t) - t - 1) / (t * sqrt(m)): with 2**17
    places 0.2 % at 100,000, 0.6 % at 600,000 and 1.6 % at a million. From about m log(m) pairs on, 1.5
    million, the map is full: the count then stays at m log(m), that of one empty place, and is a lower bound.

    Args:
        observation_size: entries of an observation.
        action_size: entries of an action.
        places: size m of the bit map, one byte each.
    """
    simhash = make_simhash(observation_size, action_size)

    def init() -> Coverage:
        return Coverage(taken=jnp.zeros(places, bool))

    def insert(coverage: Coverage, observation: jax.Array, action: jax.Array, keep: jax.Array) -> Coverage:
        place = _mix(simhash(observation, action)) % jnp.uint32(places)
        place = jnp.where(keep, place, jnp.uint32(places))  # a place beyond the end drops the pair
        return Coverage(taken=coverage.taken.at[place].set(True, mode="drop"))

    def count(coverage: Coverage) -> jax.Array:
        taken = jnp.minimum(jnp.sum(coverage.taken, dtype=jnp.int32), places - 1)
        return -places * jnp.log1p(-taken.astype(jnp.float32) / places)

    return CoverageCounter(init, insert, count)


def make_simhash(observation_size: int, action_size: int, *, bits: int = 24) -> Hash:
    """Make `(observation, action) -> code`, which gives nearby state-action pairs the same integer.

    Each bit tells the side of a random hyperplane that the pair lies on (SimHash; Charikar, STOC 2002, as
    in #Exploration, arXiv 1611.04717). Observations are squashed to o / (1 + |o|) before, so that neither
    a contact force of 1000 nor a joint velocity of 10 drowns the positions; observation and action weigh
    alike, whatever their sizes; and the planes miss the origin, so that a robot that trembles about
    zero is not taken for a varied one. The planes depend on the sizes alone: all runs of a task share them.

    Args:
        observation_size: entries of an observation, the last axis.
        action_size: entries of an action in [-1, 1], the last axis.
        bits: hyperplanes, at most 32.

    Returns:
        A function of observations and actions with equal leading axes, which the codes, uint32, have too.
    """
    random = np.random.default_rng(0)
    of_observation = random.standard_normal((observation_size, bits)) / np.sqrt(observation_size)
    of_action = random.standard_normal((action_size, bits)) / np.sqrt(action_size)
    offset = _OFFSET_STD * random.standard_normal(bits)

    def simhash(observation: jax.Array, action: jax.Array) -> jax.Array:
        squashed = observation / (1.0 + jnp.abs(observation))
        # A GPU's reduced precision would move the planes.
        side = jnp.matmul(squashed, jnp.asarray(of_observation, jnp.float32), precision="highest")
        side += jnp.matmul(action, jnp.asarray(of_action, jnp.float32), precision="highest")
        above = side + jnp.asarray(offset, jnp.float32) > 0
        weight = jnp.left_shift(jnp.uint32(1), jnp.arange(bits, dtype=jnp.uint32))
        return jnp.sum(jnp.where(above, weight, jnp.uint32(0)), axis=-1, dtype=jnp.uint32)

    return simhash


def _mix(code: jax.Array) -> jax.Array:
    """Spread 32-bit codes evenly: the finaliser of MurmurHash3, a bijection."""
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        code = (code ^ (code >> shift)) * jnp.uint32(factor)
    return code ^ (code >> 16)
