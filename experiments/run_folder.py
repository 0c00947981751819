"""What a run leaves on disk, and how it is read again."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np
from pydantic import TypeAdapter, ValidationError

from camel_jax import TrainConfig
from envs import InputError
from experiments.provenance import provenance

CONFIG, METRICS, RESULT, CHECKPOINTS = "config.json", "metrics.jsonl", "result.json", "checkpoints"
PRIOR, PRIOR_PROVENANCE, CURVE, PICTURE = "prior.py", "prior.json", "curve.png", "policy.gif"


@dataclasses.dataclass(frozen=True)
class Run:
    """What a run trains: enough to build it again.

    Attributes:
        task: name of the task.
        prior: name or path of the prior, or "none".
        config: the resolved settings.
        physics: the engine, as in `envs.make`.
        model: options of the MuJoCo model, as in `envs.make`.
        contacts: room for contacts on warp, as in `envs.make`.
    """

    task: str
    prior: str
    config: TrainConfig
    physics: str = "auto"
    model: str = "gymnasium"
    contacts: int | None = None


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
    return {**dataclasses.asdict(run), **provenance()}


def require_writable(file: Path) -> None:
    """Find out before long work whether its result can be written, or replaced; makes the file's folder.

    Raises:
        InputError: it cannot.
    """
    for path in (file,) if _is_device(file) else (file, _fresh(file)):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            existed = path.exists()
            path.open("a").close()
            if not existed:
                path.unlink()
        except OSError as error:
            raise InputError(f"the file {path} cannot be written ({error.strerror})") from error


def write_json(path: Path, content: Any) -> None:
    """Write `content` as indented JSON: all of it, or nothing.

    Raises:
        InputError: it cannot be written.
    """
    try:
        if _is_device(path):
            path.write_text(json_text(content))
        else:
            replace_file(path, json_text(content).encode())
    except OSError as error:
        raise InputError(f"the file {path} cannot be written ({error.strerror})") from error


def _is_device(path: Path) -> bool:
    """Whether nothing can take its place, as that of /dev/stdout or a pipe."""
    return path.exists() and not path.is_file() and not path.is_dir()


def json_text(content: Any) -> str:
    """`content` as indented JSON."""
    return json.dumps(_plain(content), indent=2, allow_nan=False) + "\n"


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Append one JSON line."""
    with path.open("a") as file:
        file.write(json.dumps(_plain(row), allow_nan=False) + "\n")


def replace_file(path: Path, content: bytes) -> None:
    """Give a file new content at once: a reader, or the next start, finds the old one or the new one."""
    fresh = _fresh(path)
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(_target(path))


def _fresh(path: Path) -> Path:
    """The file that is to take another's place."""
    target = _target(path)
    return target.with_name(f"{target.name}.new")


def _target(path: Path) -> Path:
    """What a link points to, which is written in its place."""
    return path.resolve() if path.is_symlink() else path


def read(folder: Path) -> Run:
    """The run that a folder's `config.json` tells of.

    Raises:
        InputError: there is none, or it is damaged.
    """
    path = folder / CONFIG
    try:
        content = path.read_bytes()
        run = TypeAdapter(Run).validate_json(content)
    except OSError as error:
        raise InputError(f"{folder} is no run folder: {CONFIG}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path} is damaged: {where}: {first['msg']}") from error
    if lost := _lost(json.loads(content)["config"], dataclasses.asdict(run.config), "config"):
        raise InputError(f"{path} has a setting that is not known here: {lost}")
    return run


def _lost(there: dict[str, Any], read: dict[str, Any], where: str) -> str | None:
    """The first setting of a file that is not in what was read of it; what the file lacks has its default."""
    for name, value in there.items():
        place = f"{where}.{name}"
        if isinstance(value, dict) and isinstance(read.get(name), dict):
            if lost := _lost(value, read[name], place):
                return lost
        elif name not in read or _plain(read[name]) != value:
            return f"{place} is {value!r}"
    return None


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON-lines file; none where there is no file.

    Raises:
        InputError: a line is damaged.
    """
    try:
        return [json.loads(line) for line in path.read_text().splitlines()]
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise InputError(f"{path} is damaged: {error}") from error


def _plain(value: Any) -> Any:
    """`value` as JSON knows it; numbers that are not finite become null, which every reader takes."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.generic | np.ndarray | jax.Array):
        return _plain(np.asarray(value).tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value
