"""Whose checkpoints a folder holds: what decides on a run, beside its saved steps."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from camel_jax.loop import Loop
from envs import InputError

_FILE = "run.json"


def described(loop: Loop) -> dict[str, Any]:
    """What decides on a run, as JSON knows it; but for its length, as far as the buffer allows another."""
    parts = loop.parts
    config, env = dataclasses.asdict(parts.config), parts.env.unwrapped
    source = getattr(parts.prior, "source", "")
    run = {
        "task": getattr(getattr(env, "spec", None), "name", type(env).__name__),
        "seeds": loop.seeds,
        "prior": getattr(parts.prior, "name", type(parts.prior).__name__),
        "prior_sha256": hashlib.sha256(source.encode()).hexdigest() if source else None,
        # Those of a user's own have no settings to compare.
        "mask": type(parts.mask).__name__,
        "controller": type(parts.controller).__name__,
        # The seeds above stand in the place of the one there.
        "config": {name: value for name, value in config.items() if name not in ("env_steps", "seed")},
    }
    return json.loads(json.dumps(run, default=_plain))


def claim(folder: Path, run: dict[str, Any]) -> None:
    """Note in a folder of checkpoints whose they are; where nothing is noted, they are taken as this run's.

    Raises:
        InputError: they are of another run, or that cannot be read or written.
    """
    file = folder / _FILE
    try:
        there = json.loads(file.read_text()) if file.exists() else _noted(file, run)
    except (OSError, ValueError) as error:
        raise InputError(f"{file}, which tells whose the checkpoints are, is no use: {error}") from error
    if found := difference(there, run):
        raise InputError(f"the checkpoints in {folder} are of another run ({found}); name another folder")


def _noted(file: Path, run: dict[str, Any]) -> dict[str, Any]:
    """Write the file at once: whoever comes after a kill finds all of it, or none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(run, indent=2) + "\n")
    fresh.replace(file)
    return run


def _plain(value: Any) -> Any:
    """For JSON: numbers and arrays of NumPy and JAX, other sequences; of functions and the like the name."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Sequence):
        return list(value)
    return getattr(value, "__qualname__", type(value).__qualname__)


def difference(there: dict[str, Any], here: dict[str, Any]) -> str | None:
    """The first setting that is not the same, in words."""
    old, new = (dict(_flat(settings)) for settings in (there, here))
    for name in [*new, *old]:
        if old.get(name) != new.get(name):
            return f"{name} is {old.get(name)} there and {new.get(name)} here"
    return None


def _flat(settings: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
