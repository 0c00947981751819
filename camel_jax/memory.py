"""How much memory a run will take, before any of it is allocated."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax
import psutil

from camel_jax.loop import Loop
from envs import InputError


class Footprint(NamedTuple):
    """Bytes that a run holds from its first step to its last.

    Attributes:
        buffer: of the replay buffer.
        total: of the whole state, the buffer included. Compiled steps need some more while they run.
    """

    buffer: int
    total: int

    def __str__(self) -> str:
        return f"{_megabytes(self.total)}, of which the replay buffer {_megabytes(self.buffer)}"


def predict(loop: Loop) -> Footprint:
    """The footprint of a run, from the shapes of its state."""
    state = jax.eval_shape(loop.init)
    return Footprint(buffer=_bytes(state.buffer), total=_bytes(state))


def require_memory(loop: Loop) -> Footprint:
    """The footprint of a run that fits into what memory is free.

    Raises:
        InputError: it does not fit; tells the bytes and the setting that decides on them.
    """
    footprint, free = predict(loop), available()
    if footprint.total > free:
        config = loop.parts.config
        raise InputError(
            f"buffer_size is {config.buffer_capacity:,}; the run would take {footprint}, and "
            f"{_megabytes(free)} are free: lower buffer_size, num_envs ({config.num_envs:,}) or the seeds"
        )
    return footprint


def available() -> int:
    """Bytes that are free on the device that JAX computes on."""
    stats = jax.devices()[0].memory_stats()
    if stats and "bytes_limit" in stats:
        return int(stats["bytes_limit"]) - int(stats.get("bytes_in_use", 0))
    return int(psutil.virtual_memory().available)


def _bytes(tree: Any) -> int:
    # A random key is no array of numbers, but what it is made of is.
    return sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves(tree))


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
