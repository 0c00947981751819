"""What a run leaves on disk, and how it is read again."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import math
import os
import platform
import subprocess
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np
from pydantic import TypeAdapter, ValidationError

from camel_jax import TrainConfig
from envs import InputError

CONFIG, METRICS, RESULT, CHECKPOINT = "config.json", "metrics.jsonl", "result.json", "checkpoint"
_PACKAGES = ("camel-jax", "jax", "jaxlib", "flax", "optax", "brax", "gymnasium", "mujoco", "numpy")


@dataclasses.dataclass(frozen=True)
class Run:
    """What a run trains: enough to build it again.

    Attributes:
        task: name of the task.
        prior: name or path of the prior, or "none".
        config: the resolved settings.
    """

    task: str
    prior: str
    config: TrainConfig


def default_folder(task: str) -> Path:
    """`runs/<local time>-<task>` below the working folder."""
    return Path("runs") / f"{time.strftime('%Y%m%d-%H%M%S')}-{task}"


def create(folder: Path) -> None:
    """Make a new folder for a run.

    Raises:
        InputError: it exists already, or cannot be made.
    """
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise InputError(f"the run folder {folder} exists; name another with --run-dir") from error
    except OSError as error:
        raise InputError(
            f"the run folder {folder} cannot be made ({error.strerror}); name another with --run-dir"
        ) from error


def describe(run: Run) -> dict[str, Any]:
    """The run with what it ran on: versions, commit, device."""
    device = jax.devices()[0]
    return {
        **dataclasses.asdict(run),
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in _PACKAGES},
        "git_commit": _git_commit(),
        "device": {
            "platform": device.platform,
            "kind": device.device_kind,
            "cores": len(os.sched_getaffinity(0)),
            "machine": platform.machine(),
        },
    }


def write_json(path: Path, content: Any) -> None:
    """Write `content` as indented JSON."""
    path.write_text(json.dumps(content, indent=2, default=_plain) + "\n")


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Append one JSON line; NaN is written as null, which every JSON reader takes."""
    finite = {
        name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()
    }
    with path.open("a") as file:
        file.write(json.dumps(finite, default=_plain) + "\n")


def read(folder: Path) -> Run:
    """The run that a folder's `config.json` tells of.

    Raises:
        InputError: there is none, or it is damaged.
    """
    path = folder / CONFIG
    try:
        return TypeAdapter(Run).validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError(f"{folder} is no run folder: it has no {CONFIG}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path} is damaged: {where}: {first['msg']}") from error


def _git_commit() -> str | None:
    """The commit of the source that runs, marked `-dirty` where it was changed; None outside a checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray | jax.Array):
        return np.asarray(value).tolist()
    return str(value)
