"""The search of a tuning in a file, so that one that was stopped goes on where it was."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import BadZipFile

import jax
import numpy as np

from envs import InputError
from experiments import run_folder
from priors.tuning_plan import Generation, TuneState


def save_state(path: Path, state: TuneState, fingerprint: str) -> None:
    """Write a search to a file at once.

    Raises:
        InputError: it cannot be written.
    """
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(state.search)]
    buffer = io.BytesIO()
    np.savez(
        buffer,
        *leaves,
        generations=np.array(state.generations, np.float64).reshape(-1, len(Generation._fields)),
        kept=state.kept,
        kept_score=np.float64(state.kept_score),
        fingerprint=np.array(fingerprint),
    )
    try:
        run_folder.replace_file(path, buffer.getvalue())
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror})") from error


def load_state(path: Path, like: TuneState, fingerprint: str) -> TuneState:
    """Read a search again.

    Args:
        path: of the file.
        like: a state of the same form, such as the first one.
        fingerprint: what the search must belong to.

    Raises:
        InputError: the file is damaged, or of another tuning.
    """
    leaves, structure = jax.tree.flatten(like.search)
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["fingerprint"]) != fingerprint:
                raise InputError(
                    f"{path} is of a tuning with other settings or another program; remove it to start "
                    "anew, or name another --output"
                )
            saved = [file[f"arr_{index}"] for index in range(len(leaves))]
            rows = [[float(value) for value in row] for row in file["generations"]]
            kept, kept_score = file["kept"], float(file["kept_score"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} is damaged ({error}); remove it to start anew") from error
    generations = tuple(Generation(int(row[0]), row[1], int(row[2]), *row[3:]) for row in rows)
    return TuneState(jax.tree.unflatten(structure, saved), generations, kept, kept_score)
