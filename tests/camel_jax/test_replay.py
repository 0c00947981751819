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
    replay = make_replay(Pair(jnp.zeros(()), jnp.zeros(2)), capacity=10)
    insert = jax.jit(lambda buffer, rows: replay.insert(buffer, rows, jnp.ones(4, bool)))
    buffer = insert(replay.init(), batch(1, 4))
    assert contents(replay, buffer) == set(range(1, 5))
    buffer = insert(buffer, batch(5, 4))
    assert contents(replay, buffer) == set(range(1, 9))
    # The third insertion wraps around the end and replaces the oldest two.
    buffer = insert(buffer, batch(9, 4))
    assert contents(replay, buffer) == set(range(3, 13))
    assert (int(buffer.pointer), int(buffer.size)) == (2, 10)


def test_rows_that_are_not_kept_leave_no_trace():
    replay = make_replay(Pair(jnp.zeros(()), jnp.zeros(2)), capacity=10)
    insert = jax.jit(replay.insert)
    buffer = insert(replay.init(), batch(1, 4), jnp.asarray([True, False, False, True]))
    assert contents(replay, buffer) == {1, 4}
    buffer = insert(buffer, batch(5, 4), jnp.zeros(4, bool))
    assert contents(replay, buffer) == {1, 4}
    buffer = insert(insert(buffer, batch(9, 4), jnp.ones(4, bool)), batch(13, 4), jnp.arange(4) != 2)
    assert contents(replay, buffer) == {1, 4, 9, 10, 11, 12, 13, 14, 16}
    assert (int(buffer.pointer), int(buffer.size)) == (9, 9)


def test_sampling_is_uniform_and_shaped():
    replay = make_replay(Pair(jnp.zeros(()), jnp.zeros(2)), capacity=8)
    buffer = replay.insert(replay.init(), batch(0, 8), jnp.ones(8, bool))
    rows = replay.sample(buffer, jax.random.key(1), (50, 160))
    assert rows.number.shape == (50, 160)
    assert rows.vector.shape == (50, 160, 2)
    counts = np.bincount(np.asarray(rows.number).astype(int).ravel(), minlength=8)
    # Chi-squared with 7 degrees of freedom: 24.3 is its 99.9 % point.
    assert ((counts - 1000) ** 2 / 1000).sum() < 24.3
