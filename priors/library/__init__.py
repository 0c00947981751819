"""The programs that ship with the project: text files, read and translated, never imported.

They lie beside this file in `<task>/<name>.py`, each with its provenance beside it in `<name>.json`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import envs
from envs import InputError, unknown
from priors.prior import FunctionPrior
from priors.translate import translate

_FOLDER = Path(__file__).parent


def names(task: str | None = None) -> tuple[str, ...]:
    """Names `<task>/<name>` of all programs, or of one task's."""
    found = (f"{path.parent.name}/{path.stem}" for path in _FOLDER.glob("*/*.py"))
    return tuple(sorted(name for name in found if task is None or name.startswith(f"{task}/")))


def best(task: str) -> str | None:
    """Name of the program that is worth most alone in a task, as its provenance says; None if none ships."""
    return max(names(task), key=lambda name: provenance(name)["gymnasium_v4"]["return_mean"], default=None)


def load(name: str) -> FunctionPrior:
    """Translate a program of the library.

    Args:
        name: `<task>/<name>`, one of `names()`.

    Raises:
        InputError: no program has that name.
    """
    _require(name)
    spec = envs.spec(name.split("/", maxsplit=1)[0])
    return translate(
        (_FOLDER / f"{name}.py").read_text(),
        observation_size=spec.observation_size,
        action_size=spec.action_size,
        name=name,
    )


def load_file(path: Path, *, observation_size: int, action_size: int) -> FunctionPrior:
    """Translate a program in a file of yours.

    Raises:
        InputError: the file cannot be read.
        PriorError: the program cannot be translated.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InputError(f"the prior file {path} cannot be read: {error.strerror}") from error
    return translate(text, observation_size=observation_size, action_size=action_size, name=str(path))


def provenance(name: str) -> dict[str, Any]:
    """Where a program of the library comes from and what it is worth alone.

    Raises:
        InputError: no program has that name.
    """
    _require(name)
    return json.loads((_FOLDER / f"{name}.json").read_text())


def replace_provenance(name: str, about: dict[str, Any]) -> None:
    """Write what is told of a program of the library anew.

    Raises:
        InputError: no program has that name, or the file cannot be written.
    """
    _require(name)
    path = _FOLDER / f"{name}.json"
    fresh = path.with_suffix(".json.new")  # in its place at once, so that a kill leaves nothing half-written
    try:
        fresh.write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n")
        fresh.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror})") from error


def _require(name: str) -> None:
    if name not in names():
        task = name.split("/", maxsplit=1)[0]
        raise unknown("prior", name, ("none", *(names(task) or names())))
