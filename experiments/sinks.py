"""Where the metrics of a run go: JSON lines always, TensorBoard and Weights & Biases beside them."""

from __future__ import annotations

import contextlib
import json
import math
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from envs import InputError
from experiments import run_folder

STEP = "train/env_steps"
TENSORBOARD, WANDB_ID = "tensorboard", "wandb_id"

Row = dict[str, Any]


class Sink(Protocol):
    """Takes the rows of a run in the order of their steps."""

    def write(self, row: Row) -> None:
        """Take one row: numbers by `group/name`, NaN where there is none, with `train/env_steps`."""

    def close(self) -> None:
        """Finish what is on its way; nothing is written afterwards."""


class JsonLines:
    """One JSON object a line; a number that is not finite becomes null.

    Args:
        path: the file, which rows are appended to.
        resume_from: environment steps that the run goes on from; rows beyond leave the file.

    Raises:
        InputError: the file that is resumed is damaged elsewhere than in its last line.
    """

    def __init__(self, path: Path, resume_from: int | None = None):
        self._path = path
        if resume_from is not None and path.exists():
            run_folder.replace_file(path, _rows_until(path, resume_from))

    def write(self, row: Row) -> None:
        """Append the row."""
        run_folder.append_row(self._path, row)

    def close(self) -> None:
        """The file is closed after every row."""


def _rows_until(path: Path, env_steps: int) -> bytes:
    """The lines up to an environment step, as they are, without a last line that is written in part."""
    lines, kept = path.read_bytes().splitlines(), []
    for number, line in enumerate(lines, start=1):
        try:
            step = float(json.loads(line)[STEP])
        except (ValueError, TypeError, KeyError) as error:
            if number == len(lines):
                break
            raise InputError(f"{path} is damaged: line {number} is no row of metrics; remove it") from error
        if step <= env_steps:
            kept.append(line + b"\n")
    return b"".join(kept)


class TensorBoard:
    """Scalars in an event file; those that are not finite are left out.

    Args:
        folder: where the event file goes; a resumed run adds one to those that lie there.
        resume_from: environment steps that the run goes on from; TensorBoard hides what lies beyond.
    """

    def __init__(self, folder: Path, resume_from: int | None = None):
        from tensorboardX import SummaryWriter  # noqa: PLC0415 - half a second of imports

        # The names of event files hold whole seconds: without a number of its own, one that is opened
        # within the same second would replace the last.
        number = len(list(folder.glob("events.*")))
        self._writer = SummaryWriter(
            str(folder),
            # TensorBoard hides this step itself too.
            purge_step=None if resume_from is None else resume_from + 1,
            flush_secs=10,
            filename_suffix=f".{number:04d}",
        )

    def write(self, row: Row) -> None:
        """Add a point to each curve."""
        for name, value in _points(row).items():
            self._writer.add_scalar(name, value, int(row[STEP]))

    def close(self) -> None:
        """Write what is left and close the event file."""
        self._writer.close()


class WandB:
    """A run of Weights & Biases; numbers that are not finite are left out.

    It never logs in: it stays offline, for `wandb sync` to upload, unless WANDB_MODE says otherwise. The
    run's id lies in the folder, so that a resumed run continues the same one. Of a step that is written
    twice, before and after resuming, Weights & Biases keeps the first row: its steps only rise.

    Args:
        folder: where `wandb` keeps its files, in a folder of that name.
        name: what the run is called.
        config: settings to show with it.

    Raises:
        InputError: the package is missing, or refuses to start a run.
    """

    def __init__(self, folder: Path, *, name: str | None = None, config: dict[str, Any] | None = None):
        wandb = import_wandb()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._run = wandb.init(
                project=os.environ.get("WANDB_PROJECT") or "camel-jax",
                id=_wandb_id(folder / WANDB_ID),
                name=name,
                config=config,
                dir=str(folder),
                mode=os.environ.get("WANDB_MODE") or "offline",
                resume="allow",
            )
        except wandb.Error as error:
            raise InputError(
                f"Weights & Biases did not start a run ({error}); WANDB_MODE=offline needs no account"
            ) from error

    def write(self, row: Row) -> None:
        """Add a point to each curve."""
        self._run.log(_points(row), step=int(row[STEP]))

    def close(self) -> None:
        """Finish the run."""
        self._run.finish()


def import_wandb() -> ModuleType:
    """The optional package `wandb`, which takes a second to import.

    Raises:
        InputError: it is missing.
    """
    try:
        import wandb  # noqa: PLC0415 - an optional package
    except ImportError as error:
        raise InputError(
            "Weights & Biases is not installed: pip install 'camel-jax[wandb]', or go without it"
        ) from error
    module: ModuleType = wandb
    return module


def _wandb_id(file: Path) -> str:
    if not file.exists():
        file.write_text(uuid.uuid4().hex[:8] + "\n")
    return file.read_text().strip()


def _points(row: Row) -> Row:
    """What is drawn over the environment steps: a curve has no place for a mean of nothing."""
    return {name: value for name, value in row.items() if name != STEP and math.isfinite(value)}


class _Combined:
    """Several sinks as one."""

    def __init__(self) -> None:
        self._sinks: list[Sink] = []

    def add(self, sink: Sink) -> None:
        self._sinks.append(sink)

    def write(self, row: Row) -> None:
        for sink in self._sinks:
            sink.write(row)

    def close(self) -> None:
        with contextlib.ExitStack() as stack:  # one that fails keeps no other from being closed
            for sink in self._sinks:
                stack.callback(sink.close)


@contextlib.contextmanager
def open_sinks(
    folder: Path,
    *,
    tensorboard: bool = True,
    wandb: bool = False,
    resume_from: int | None = None,
    name: str | None = None,
    config: dict[str, Any] | None = None,
) -> Iterator[Sink]:
    """Open the sinks of a run as one, and close them at the end.

    Args:
        folder: the run folder; rows go to `metrics.jsonl`, event files to `tensorboard/`.
        tensorboard: also write event files.
        wandb: also write a run of Weights & Biases, see `WandB`.
        resume_from: environment steps that the run goes on from; what was written beyond is dropped.
        name: what Weights & Biases calls the run.
        config: settings that Weights & Biases shows.

    Raises:
        InputError: `wandb` is asked for and missing, or `metrics.jsonl` is damaged.
    """
    if wandb:
        import_wandb()  # its lack is found out before anything is written
    with contextlib.closing(_Combined()) as sinks:
        sinks.add(JsonLines(folder / run_folder.METRICS, resume_from))
        if tensorboard:
            sinks.add(TensorBoard(folder / TENSORBOARD, resume_from))
        if wandb:
            sinks.add(WandB(folder, name=name, config=config))
        yield sinks
