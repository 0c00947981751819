"""The rows of a benchmark as CSV files: one judgement of one policy a row, one file a variant."""

from __future__ import annotations

import csv
import dataclasses
import io
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from envs import InputError
from experiments import run_folder


@dataclasses.dataclass(frozen=True)
class Row:
    """What one policy was worth in some episodes; the columns of the files, in their order.

    Where a column has no meaning its field is empty, or "none" if it holds names.

    Attributes:
        task: name of the task.
        preset: name of the settings that the agent was trained with, "none" for what does not learn.
        algorithm: what learns, such as sac-categorical: the algorithm and its critics.
        prior: name or path of the prior, "none" for the plain agent.
        mask: kind of the mask.
        semantics: what epsilon means.
        engine: physics that the agent was trained on.
        seed: of the training.
        env_steps: environment steps that the agent had been trained for.
        policy: what was judged: "last", the agent alone as it was then; "kept", that of the run's best
            in-graph evaluation until then; "prior", the prior alone; "random", uniform actions.
        judge: "in-graph", episodes of the engine that trained it, or "gymnasium", Gymnasium's own.
        episodes: how many.
        return_mean: mean of their undiscounted returns.
        return_std: standard deviation over the episodes.
        length_mean: mean of their lengths, in steps.
        data_return_mean: mean return of all episodes that the training had collected.
        data_coverage: distinct state-action pairs among all steps that it had collected.
        prior_tuning_env_steps: environment steps that tuned the prior before, 0 for none.
    """

    task: str
    preset: str
    algorithm: str
    prior: str
    mask: str
    semantics: str
    engine: str
    seed: int | None
    env_steps: int
    policy: Literal["last", "kept", "prior", "random"]
    judge: Literal["in-graph", "gymnasium"]
    episodes: int
    return_mean: float
    return_std: float
    length_mean: float
    data_return_mean: float | None
    data_coverage: float | None
    prior_tuning_env_steps: int


_COLUMNS = tuple(field.name for field in dataclasses.fields(Row))
_DECIMALS = {
    "return_mean": 2,
    "return_std": 2,
    "length_mean": 1,
    "data_return_mean": 2,
    "data_coverage": 0,
}
_ROWS = TypeAdapter(list[Row])


def read(path: Path) -> list[Row]:
    """The rows of a file, without a last line that was written in part; none where there is no file.

    Raises:
        InputError: it is damaged, or no file of such rows.
    """
    try:
        whole_lines, _, _ = path.read_text().rpartition("\n")
        lines = list(csv.DictReader(io.StringIO(whole_lines)))
        return _ROWS.validate_python([{name: text or None for name, text in line.items()} for line in lines])
    except FileNotFoundError:
        return []
    except ValidationError as error:
        first = error.errors()[0]
        number, *where = first["loc"]
        column = ".".join(str(part) for part in where)
        raise InputError(f"{path} is damaged: row {int(number) + 1}: {column}: {first['msg']}") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def append(path: Path, rows: Sequence[Row]) -> None:
    """Append rows, and wait until they have reached the disk; a new file is given its header."""
    with path.open("a", newline="") as file:
        file.write(_lines(rows, header=file.tell() == 0))
        file.flush()
        # A checkpoint that is written after them must never be found without them.
        os.fsync(file.fileno())


def replace(path: Path, rows: Sequence[Row]) -> None:
    """Give a file these rows alone; a reader finds the old ones or the new ones."""
    run_folder.replace_file(path, _lines(rows, header=True).encode())


def _lines(rows: Sequence[Row], *, header: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(_COLUMNS)
    writer.writerows([_text(name, getattr(row, name)) for name in _COLUMNS] for row in rows)
    return text.getvalue()


def _text(column: str, value: object) -> object:
    if column not in _DECIMALS or value is None:
        return value
    number = float(str(value))
    return f"{number:.{_DECIMALS[column]}f}" if math.isfinite(number) else ""
