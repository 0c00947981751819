"""How much memory a run will take, before any of it is allocated."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import jax
import psutil

from camel_jax.loop import Loop
from camel_jax.phases import UPDATES_PER_SAMPLE
from envs import InputError


class Footprint(NamedTuple):
    """Bytes that a run holds from its first step to its last, or while it learns.

    Attributes:
        buffer: of the replay buffer.
        batches: of the batches that are sampled together.
        total: of the whole state, the buffer included, and the batches. Compiled steps need some more while
            they run.
    """

    buffer: int
    batches: int
    total: int

    def __str__(self) -> str:
        return f"{_megabytes(self.total)}, of which the replay buffer {_megabytes(self.buffer)}"


def predict(loop: Loop) -> Footprint:
    """The footprint of a run, from the shapes of its state; the batches are an upper bound."""
    state, config = jax.eval_shape(loop.init), loop.parts.config
    rows = config.batch_size * min(config.updates_per_iteration, UPDATES_PER_SAMPLE)
    # A row of each seed, as the buffer holds it.
    batches = rows * _bytes(state.buffer.rows) // config.buffer_capacity
    return Footprint(buffer=_bytes(state.buffer), batches=batches, total=_bytes(state) + batches)


def require_memory(loop: Loop) -> Footprint:
    """The footprint of a run that fits into what memory is free.

    Raises:
        InputError: it does not fit; tells the bytes, the setting that decides on them, and its range.
    """
    footprint, free = predict(loop), available()
    if footprint.total > free:
        config = loop.parts.config
        for_the_buffer = free - (footprint.total - footprint.buffer)
        most = max(for_the_buffer, 0) * config.buffer_capacity // footprint.buffer
        raise InputError(
            f"buffer_size is {config.buffer_capacity:,}; the run would take {footprint}, and "
            f"{_megabytes(free)} are free: it must be at most {most:,}, or lower batch_size "
            f"({config.batch_size:,}), num_envs ({config.num_envs:,}) or the seeds"
        )
    return footprint


def available() -> int:
    """Bytes that are free on the device that JAX computes on."""
    stats = jax.devices()[0].memory_stats()
    if stats and "bytes_limit" in stats:
        return int(stats["bytes_limit"]) - int(stats.get("bytes_in_use", 0))
    host, group = int(psutil.virtual_memory().available), left_by_control_groups()
    return host if group is None else min(host, group)


def left_by_control_groups(root: Path = Path("/")) -> int | None:
    """Bytes that the container or the job around this process leaves it; None where nothing bounds it.

    The least over the process's control group and all around it, of which a container sees its own as the
    outermost. Cached files that are not in use count as free: they give way, as they do for the host.

    Args:
        root: where `proc` and `sys` lie.
    """
    found = [
        left
        for files in _VERSIONS
        for folder in _folders(root, files)
        if (left := _left_in(folder, files)) is not None
    ]
    return min(found, default=None)


class _Files(NamedTuple):
    """Where a version of Linux's control groups keeps its numbers; `controller` as in /proc/self/cgroup."""

    mount: str
    controller: str
    limit: str
    usage: str
    cache: str


_VERSIONS = (
    _Files("sys/fs/cgroup", "", "memory.max", "memory.current", "inactive_file"),
    _Files(
        "sys/fs/cgroup/memory",
        "memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file",
    ),
)


def _folders(root: Path, files: _Files) -> list[Path]:
    """The process's own control group and those around it, which need not all be visible."""
    mount = root / files.mount
    lines = (line.split(":", 2) for line in _text(root / "proc/self/cgroup").splitlines())
    own = next((path for _, controllers, path in lines if files.controller in controllers.split(",")), "/")
    inner = mount / own.lstrip("/")
    return [folder for folder in (inner, *inner.parents) if folder.is_relative_to(mount)]


def _left_in(folder: Path, files: _Files) -> int | None:
    limit, usage = (_text(folder / name).strip() for name in (files.limit, files.usage))
    if not (limit.isdecimal() and usage.isdecimal()):
        return None
    statistics = dict(line.split(" ", 1) for line in _text(folder / "memory.stat").splitlines())
    return max(int(limit) - int(usage) + int(statistics.get(files.cache, 0)), 0)


def _text(path: Path) -> str:
    """What is in a file, nothing if it cannot be read: not every system has these."""
    try:
        return path.read_text()
    except OSError:
        return ""


def _bytes(tree: Any) -> int:
    # A random key is no array of numbers, but what it is made of is.
    return sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves(tree))


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
