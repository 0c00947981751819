"""The ring buffer: what went in comes out, the oldest leaves first."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from camel_jax.replay import make_replay


class Pair(NamedTuple):
    number: jax.Array
    vector: jax.Array


def batch(start, count):
    numbers = jnp.arange(start, start + count, dtype=jnp.float32)
    return Pair(numbers, numbers[:, None] * jnp.asarray([10.0, 100.0]))


def contents(replay, buffer):
    rows = replay.sample(buffer, jax.random.key(0), (2000,))
    np.testing.assert_array_equal(rows.vector, np.asarray(rows.number)[:, None] * [10.0, 100.0])
    return set(np.asarray(rows.number).astype(int))


def test_samples_only_what_was_inserted_and_forgets_the_oldest():
    replay = make_replay(Pair(jnp.zeros(()), jnp.zeros(2)), capacity=10, batch_size=4)
    insert = jax.jit(replay.insert)
    buffer = insert(replay.init(), batch(1, 4))
    assert contents(replay, buffer) == set(range(1, 5))
    buffer = insert(buffer, batch(5, 4))
    assert contents(replay, buffer) == set(range(1, 9))
    # The capacity is rounded up to 12: three insertions fit, the fourth replaces the first.
    buffer = insert(insert(buffer, batch(9, 4)), batch(13, 4))
    assert contents(replay, buffer) == set(range(5, 17))
    assert (int(buffer.pointer), int(buffer.size)) == (4, 12)


def test_sampling_is_uniform_and_shaped():
    replay = make_replay(Pair(jnp.zeros(()), jnp.zeros(2)), capacity=8, batch_size=8)
    buffer = replay.insert(replay.init(), batch(0, 8))
    rows = replay.sample(buffer, jax.random.key(1), (50, 160))
    assert rows.number.shape == (50, 160)
    assert rows.vector.shape == (50, 160, 2)
    counts = np.bincount(np.asarray(rows.number).astype(int).ravel(), minlength=8)
    # Chi-squared with 7 degrees of freedom: 24.3 is its 99.9 % point.
    assert ((counts - 1000) ** 2 / 1000).sum() < 24.3
