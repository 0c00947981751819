"""A replay buffer inside the graph: a ring with a pointer, one row a transition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
from flax import struct
from jax.flatten_util import ravel_pytree

from priors import Interval


class Transition(NamedTuple):
    """One step of one environment, or several steps in one (`nstep.py`), or a batch with leading axes.

    Attributes:
        observation: what the agent saw, shape `(observation_size,)`.
        action: what the environment received, shape `(action_size,)`.
        reward: scalar; over several steps their discounted sum.
        discount: factor of the value at `next_observation`: gamma, to the power of the steps, or 0 where
            the task ended the episode; a truncated episode is bootstrapped.
        next_observation: what the step led to, the terminal observation where the episode ended.
        suggestion: the prior's interval at `observation`; stored, as a prior with memory cannot be re-run.
        next_suggestion: the prior's interval at `next_observation`.
    """

    observation: jax.Array
    action: jax.Array
    reward: jax.Array
    discount: jax.Array
    next_observation: jax.Array
    suggestion: Interval
    next_suggestion: Interval


Row = TypeVar("Row")


class Buffer(struct.PyTreeNode):
    """Contents of the ring.

    Attributes:
        rows: shape `(capacity, row_size)`; one matrix, so that a sample is one gather.
        pointer: row that the next insertion starts at.
        size: rows that hold data.
    """

    rows: jax.Array
    pointer: jax.Array
    size: jax.Array


class Replay(NamedTuple, Generic[Row]):
    """The functions of a replay buffer for one kind of row.

    Attributes:
        init: `() -> Buffer`, an empty ring.
        insert: `(buffer, batch, keep) -> Buffer`; the batch has any one leading axis, along which the
            booleans `keep` tell which rows enter.
        sample: `(buffer, key, shape) -> rows` with leading axes `shape`, uniform with replacement.
    """

    init: Callable[[], Buffer]
    insert: Callable[[Buffer, Row, jax.Array], Buffer]
    sample: Callable[[Buffer, jax.Array, tuple[int, ...]], Row]


def make_replay(example: Row, *, capacity: int) -> Replay[Row]:
    """Make a ring for rows like `example`, one unbatched pytree of float arrays.

    Args:
        example: a row; only shapes and dtypes matter.
        capacity: rows to keep, at least as many as are inserted at a time.
    """
    flat, unflatten = ravel_pytree(example)

    def init() -> Buffer:
        zero = jnp.zeros((), jnp.int32)
        return Buffer(rows=jnp.zeros((capacity, flat.size), flat.dtype), pointer=zero, size=jnp.copy(zero))

    def insert(buffer: Buffer, batch: Row, keep: jax.Array) -> Buffer:
        rows = jax.vmap(lambda row: ravel_pytree(row)[0])(batch)
        count = jnp.sum(keep, dtype=jnp.int32)
        places = (buffer.pointer + jnp.cumsum(keep, dtype=jnp.int32) - 1) % capacity
        places = jnp.where(keep, places, capacity)  # a place beyond the end drops the row
        return Buffer(
            rows=buffer.rows.at[places].set(rows, mode="drop"),
            pointer=(buffer.pointer + count) % capacity,
            size=jnp.minimum(buffer.size + count, capacity),
        )

    def sample(buffer: Buffer, key: jax.Array, shape: tuple[int, ...]) -> Row:
        indices = jax.random.randint(key, shape, 0, buffer.size)
        batched = unflatten
        for _ in shape:
            batched = jax.vmap(batched)
        return batched(buffer.rows[indices])

    return Replay(init, insert, sample)
