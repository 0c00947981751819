"""A part of a benchmark, one variant with all its seeds, and what of it lies on disk."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from camel_jax import Loop
from camel_jax.run_claim import difference
from envs import InputError
from experiments import run_folder, tidy
from experiments.provenance import provenance
from experiments.run_folder import CONFIG


class Variant(NamedTuple):
    """What is compared: the settings of a preset, with a prior or without.

    Attributes:
        preset: name of the settings; see `settings.py`.
        prior: name or path of the prior, "none" for the plain agent.
    """

    preset: str
    prior: str

    def __str__(self) -> str:
        return f"{self.preset}:{self.prior}"

    @property
    def plain(self) -> bool:
        """Whether it has no prior."""
        return self.prior == "none"


class Part(NamedTuple):
    """A variant: what trains it, and its files.

    Attributes:
        task: name of the task.
        variant: what is trained.
        loop: the compiled parts, for all seeds.
        csv: the file of its rows.
        work: the folder of its checkpoints, which goes when it is finished.
        settings: all that decides on the rows, as JSON knows it.
    """

    task: str
    variant: Variant
    loop: Loop
    csv: Path
    work: Path
    settings: dict[str, Any]

    @property
    def description(self) -> Path:
        """The file that tells of its settings and of what it ran on."""
        return self.csv.with_suffix(".json")

    @property
    def metrics(self) -> Path:
        """The file of what the learner told, a line for each chunk, with a list over seeds by name."""
        return self.csv.with_suffix(".metrics.jsonl")

    @property
    def seeds(self) -> tuple[int, ...]:
        """Its seeds."""
        return tuple(np.atleast_1d(self.loop.seeds).tolist())

    @property
    def is_finished(self) -> bool:
        """Whether both policies of every seed have been judged at the end."""
        return sum(is_final(row) for row in tidy.read(self.csv)) == 2 * len(self.seeds)


def is_final(row: tidy.Row) -> bool:
    """Whether a row tells of a trained policy in Gymnasium, which is judged at the end alone."""
    return row.judge == "gymnasium" and row.seed is not None


def require_own_files(part: Part) -> None:
    """Refuse to mix results: what lies at the part's places must be of this very part.

    Raises:
        InputError: it is not, or cannot be read.
    """
    if part.csv.exists():
        if not part.description.exists():
            raise InputError(f"{part.csv} lacks its {part.description.name}, which tells of it; remove it")
        if found := difference(_read_json(part.description).get("settings", {}), part.settings):
            raise InputError(f"{part.csv} holds other results ({found}); remove it, or name another --folder")
    claim = part.work / CONFIG
    if claim.exists() and (found := difference(_read_json(claim), _claim(part))):
        raise InputError(
            f"{part.work} holds what was not finished ({found}); finish or remove it, or name another --work"
        )


def require_writable(part: Part) -> None:
    """Find out before long work whether the part's files can be written; makes the folders they go to.

    Raises:
        InputError: they cannot.
    """
    for file in (part.csv, part.metrics, part.work.with_suffix(".new")):
        run_folder.require_writable(file)


def claim_files(part: Part) -> None:
    """Write what the rows are of: the settings, and all that they were obtained on."""
    ran_on = _read_json(part.description)["ran_on"] if part.csv.exists() else []
    here = json.loads(json.dumps(provenance()))
    if here not in ran_on:
        ran_on = [*ran_on, here]
    run_folder.write_json(part.description, {"settings": part.settings, "ran_on": ran_on})
    part.work.mkdir(parents=True, exist_ok=True)
    run_folder.write_json(part.work / CONFIG, _claim(part))


def remove_work(part: Part) -> None:
    """Delete the checkpoints, where there are any."""
    if (part.work / CONFIG).exists():
        shutil.rmtree(part.work)


def _claim(part: Part) -> dict[str, Any]:
    """Whose checkpoints a work folder holds."""
    return {"csv": str(part.csv.resolve()), **part.settings}


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        return content
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
