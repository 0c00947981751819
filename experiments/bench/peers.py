"""Training against other libraries: SBX's SAC (JAX) and Stable-Baselines3's TD3 (PyTorch)."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import envs
from camel_jax import TrainConfig, make_loop
from camel_jax.presets import preset
from envs import InputError, available_cores
from experiments.bench import peer_process
from experiments.bench.loop import going_on
from experiments.bench.row import Row
from experiments.bench.timing import median_ratio, seconds
from experiments.bench.worker import Worker, start

_ENV_STEPS = 200  # of a turn
_ROUNDS = 7

_OURS = {"sbx_sac": "sac", "sb3_td3": "td3"}


class Setting(NamedTuple):
    """How a peer uses the processor.

    Attributes:
        label: for people.
        environment: variables of its process.
    """

    label: str
    environment: dict[str, str]


def our_config(peer: str) -> TrainConfig:
    """Our settings for the work that a peer does: its algorithm as published."""
    return dataclasses.replace(
        preset(_OURS[peer]),
        warmup_steps=peer_process.RANDOM_STEPS,
        buffer_size=peer_process.BUFFER_SIZE,
        report_every=_ENV_STEPS,
    )


def settings(peer: str) -> list[Setting]:
    """The settings that a peer is tried with: it shall run as fast as it can on this machine."""
    if peer == "sbx_sac":
        flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false".strip()
        return [Setting("XLA's threads", {}), Setting("one thread for XLA", {"XLA_FLAGS": flags})]
    cores = available_cores()
    counts = [*(2**power for power in range(cores.bit_length()) if 2**power < cores), cores]
    return [Setting(f"torch threads: {count}", {"OMP_NUM_THREADS": str(count)}) for count in counts]


def require_installed(python: Path | None = None) -> None:
    """Find out before long work whether a Python, this one if none is named, has the peers.

    Raises:
        InputError: it has not, or is no Python.
    """
    command = _command(python)
    with start("the peers' Python", command, {}) as worker:
        missing = worker.answer()
    if missing:
        raise InputError(
            f"{command[0]} has no {', '.join(missing)}; install the peers (pip install 'camel-jax[peers]' or "
            "requirements-peers.lock) and name the Python that has them with --peers-python"
        )


def measure(task: str, physics: str, python: Path | None = None) -> list[Row]:
    """Environment steps/s of training: one environment, an update a step, two layers of 256, batches of 256.

    Each peer runs in a process of its own for each of its `settings`; all take turns with us, after
    compilation and warm-up. `speedup` is ours / the peer's at its fastest setting, the median over rounds.
    Physics is the C engine unless another is named, as it is Gymnasium's.

    Args:
        task: name of the task.
        physics: our engine.
        python: the Python that has the peers; this one if left out.

    Raises:
        InputError: unknown task, a Python without the peers, or a peer that ends before its time.
    """
    gymnasium_id = envs.spec(task).gymnasium_id
    require_installed(python)
    engine = "c" if physics == "auto" else physics
    with contextlib.ExitStack() as stack:
        runs: dict[tuple[str, str], Callable[[], object]] = {}
        versions: dict[str, dict[str, str]] = {}
        for peer in _OURS:
            runs[peer, "ours"] = _ours(task, engine, our_config(peer))
            for setting in settings(peer):
                command = [*_command(python), peer, gymnasium_id]
                worker = stack.enter_context(start(f"the peer {peer}", command, setting.environment))
                versions[peer] = worker.answer()
                runs[peer, setting.label] = _turn(worker)
        times = seconds(runs, rounds=_ROUNDS)
    return [_row(peer, times, {"task": task, **versions[peer]}) for peer in _OURS]


def _row(peer: str, times: dict[tuple[str, str], list[float]], about: dict[str, str]) -> Row:
    medians = {key: statistics.median(values) for key, values in times.items()}
    ours = (peer, "ours")
    best = min((key for key in times if key[0] == peer and key != ours), key=medians.__getitem__)
    numbers = {
        "speedup": median_ratio(times[best], times[ours]),
        "env_steps_per_second": _ENV_STEPS / medians[best],
        "our_env_steps_per_second": _ENV_STEPS / medians[ours],
    }
    return Row(f"peers/{peer}", numbers, {"setting": best[1], **about})


def _ours(task: str, physics: str, config: TrainConfig) -> Callable[[], None]:
    loop = make_loop(envs.make(task, physics), None, config)
    return going_on(loop, lambda state: loop.chunk(state)[0])


def _turn(worker: Worker) -> Callable[[], object]:
    return lambda: worker.ask(_ENV_STEPS)


def _command(python: Path | None) -> list[str]:
    """The script by its path, because this package need not be where the peers are.

    Without `-P` the folder it lies in would hide modules of the peers.
    """
    return [str(python or sys.executable), "-P", peer_process.__file__]
