"""The journal that keeps what was asked and answered on the disk.

It is a file of JSON lines that only grows. A line is on the disk before anything that depends on it begins,
so that a process may be killed at any time: what was answered is never asked for again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from envs import InputError
from priors.candidates import Candidate, Source, of_records, provenance
from priors.prompt import digest
from priors.sampler import Reply, Request, Usage

JOURNAL = "journal.jsonl"
_VERSION = 1


class Journal:
    """What has been asked and answered, in a folder. Used within a `with` block; one process at a time.

    Attributes:
        folder: where it lies.
        notes: what was found wrong when it was read.
    """

    def __init__(self, folder: Path, source: Source) -> None:
        """Open the folder's journal, or begin one.

        Raises:
            InputError: the folder cannot be used, is damaged, or holds candidates of another source.
        """
        self.folder = folder
        self.notes: tuple[str, ...] = ()
        self._source = source
        path = folder / JOURNAL
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file: IO[bytes] = path.open("ab")
            _lock(self._file, folder)
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"the folder {folder} cannot be used ({error.strerror})") from error
        try:
            self._records = self._read(content, path)
            if self._records:
                _require_same(source, self._records[0]["source"], folder)
                for candidate in self.candidates():
                    self._write_program(candidate)  # where the process was killed before it could
                self._count_steps()
            else:
                self._append({"record": "source", "version": _VERSION, "source": asdict(source)})
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def records(self) -> tuple[dict[str, Any], ...]:
        """All records, in the order in which they were written."""
        return tuple(self._records)

    @property
    def env_steps(self) -> int:
        """Simulated to try and to draw the programs of the folder, by all runs."""
        return sum(record.get("env_steps", 0) for record in self._records)

    def begin_call(self, name: str, bound: float | None) -> int:
        """Note that a call begins; returns its number.

        Args:
            name: the candidate that is asked for.
            bound: the most dollars that it may cost; None if no price is known.
        """
        number = sum(record["record"] == "call" for record in self._records)
        self._append({"record": "call", "call": number, "id": name, "bound": bound, "when": _now()})
        return number

    def add_failure(self, call: int, reason: str, detail: str, usage: Usage) -> None:
        """Note that a call has failed, and what it is taken to have used."""
        about = {"record": "failure", "call": call, "reason": reason, "detail": detail}
        self._append({**about, **usage._asdict()})

    def add_reply(
        self,
        call: int,
        name: str,
        parent: str | None,
        request: Request,
        reply: Reply,
        *,
        verdict: str | None = None,
    ) -> None:
        """Keep an answer, or the verdict of a named model on a candidate; it is on the disk afterwards."""
        kind = {"record": "reply"} if verdict is None else {"record": "verdict", "model": verdict}
        about = {**kind, "call": call, "id": name, "parent": parent}
        asked = {"when": _now(), "seed": request.seed, "max_tokens": request.max_tokens}
        self._append({**about, **asked, "asked_sha256": digest(request.messages), **reply._asdict()})

    def add_feedback(self, name: str, score: float, text: str, env_steps: int, episodes: int) -> None:
        """Keep how a candidate did: score, what is told of it, env steps and episodes that it took."""
        record = {"record": "feedback", "id": name, "score": score, "text": text}
        self._append({**record, "env_steps": env_steps, "episodes": episodes})
        self._count_steps()

    def add_picture(self, name: str, files: Sequence[str], env_steps: int) -> None:
        """Keep which files show a candidate, and the env steps that drawing them took."""
        self._append({"record": "picture", "id": name, "images": list(files), "env_steps": env_steps})
        self._count_steps()

    def add_outcome(self, name: str, program: str, errors: str) -> Candidate:
        """Keep what became of an answer; a program is written to `<id>.py`, with its provenance beside it."""
        self._append({"record": "outcome", "id": name, "program": program, "errors": errors})
        candidate = next(candidate for candidate in self.candidates() if candidate.id == name)
        self._write_program(candidate)
        self._count_steps()
        return candidate

    def unread(self) -> tuple[dict[str, Any], ...]:
        """Records of the answers of which no outcome is known: the process was killed in between."""
        done = {record["id"] for record in self._records if record["record"] == "outcome"}
        return tuple(r for r in self._records if r["record"] == "reply" and r["id"] not in done)

    def candidates(self) -> tuple[Candidate, ...]:
        """All answers with an outcome, in the order in which they came."""
        return tuple(of_records(self._records, self._source))

    def _append(self, record: dict[str, Any]) -> None:
        # In one write, so that a killed process leaves at most one half line, the last.
        try:
            self._file.write(json.dumps(record).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise InputError(f"{self.folder / JOURNAL} cannot be written ({error.strerror})") from error
        self._records.append(record)

    def _write_program(self, candidate: Candidate) -> None:
        path = self.folder / f"{candidate.id}.py"
        if not candidate.translated or path.exists():
            return
        try:
            _write(path.with_suffix(".json"), json.dumps(provenance(candidate), indent=2) + "\n")
            _write(path, candidate.program)
        except OSError as error:
            raise InputError(f"{path} cannot be written ({error.strerror})") from error

    def _count_steps(self) -> None:
        """Tell in the JSON file beside each program of the steps that were simulated for all of them."""
        if steps := self.env_steps:
            for candidate in self.candidates():
                if candidate.translated:
                    _tell_steps(self.folder / f"{candidate.id}.json", candidate, steps)

    def _read(self, content: bytes, path: Path) -> list[dict[str, Any]]:
        *lines, rest = content.split(b"\n")
        if rest:
            self.notes = (f"{path}: the last line is half-written and was dropped: {len(rest)} bytes",)
            os.truncate(path, len(content) - len(rest))
        records = []
        for number, line in enumerate(lines, start=1):
            try:
                record = json.loads(line)
                record["record"]
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(
                    f"{path} is damaged at line {number}: remove that line, or name another folder"
                ) from error
            records.append(record)
        if records and (records[0]["record"] != "source" or records[0].get("version") != _VERSION):
            raise InputError(f"{path} is of another version of this program; name another folder")
        return records


def read(folder: Path) -> tuple[Candidate, ...]:
    """The candidates of a folder; nothing is changed in it.

    Raises:
        InputError: there is no journal, or it is damaged.
    """
    path = folder / JOURNAL
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
        records = [json.loads(line) for line in lines]
        source = {field.name: records[0]["source"][field.name] for field in fields(Source)}
        return tuple(of_records(records, Source(**source)))
    except OSError as error:
        raise InputError(f"{folder} holds no candidates: {JOURNAL}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"{path} is damaged: {error!r}") from error


def _tell_steps(path: Path, candidate: Candidate, env_steps: int) -> None:
    try:
        about = json.loads(path.read_text(encoding="utf-8")) if path.exists() else provenance(candidate)
        told = {**(about.get("refinement") or {}), "env_steps": env_steps}
        if about.get("refinement") != told:
            _write(path, json.dumps({**about, "refinement": told}, indent=2) + "\n")
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror})") from error
    except (ValueError, AttributeError, TypeError) as error:
        raise InputError(f"{path}, which tells of {candidate.id}.py, is damaged: {error}") from error


def _require_same(source: Source, known: dict[str, Any], folder: Path) -> None:
    changed = [
        f"{name} {known.get(name)!r}, not {value!r}"
        for name, value in asdict(source).items()
        if known.get(name) != value
    ]
    if changed:
        raise InputError(
            f"the folder {folder} holds candidates with {'; '.join(changed)}: "
            "name another with --folder, or go on with those settings"
        )


def _lock(file: IO[bytes], folder: Path) -> None:
    """Keep a second process out, which would buy the same again."""
    try:
        import fcntl  # noqa: PLC0415 - not on every platform
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise InputError(f"another process is at work in the folder {folder}; wait for it") from error


def _write(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
