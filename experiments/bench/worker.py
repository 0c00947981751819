"""Processes that work when they are told to and wait otherwise."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from envs import InputError


class Worker:
    """A process that answers each line of JSON with another; `start` makes one.

    Attributes:
        name: by which errors call it.
    """

    def __init__(self, name: str, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self.name = name
        self._process = process
        self._errors = errors

    def ask(self, request: object) -> Any:
        """Send a line and wait for its answer.

        Raises:
            InputError: the process ended instead; names its exit status and what it said last.
        """
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):  # it has ended: so `answer` finds
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
        return self.answer()

    def answer(self) -> Any:
        """Wait for a line. Raises as `ask` does."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            status = self._process.wait()
            raise InputError(f"{self.name} ended with status {status}: {self._last_error()}")
        return json.loads(line)

    def _last_error(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


@contextlib.contextmanager
def start(name: str, command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Worker]:
    """Run a command as a worker, with more environment variables, until the context is left.

    Raises:
        InputError: the program cannot be started.
    """
    with contextlib.ExitStack() as stack:
        # A file and not a pipe, which a talkative library would fill and then wait.
        errors = stack.enter_context(tempfile.TemporaryFile())
        try:
            process = subprocess.Popen(
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **environment},
            )
        except OSError as error:
            raise InputError(f"{name}: {command[0]} cannot be started ({error.strerror})") from error
        stack.enter_context(process)
        stack.callback(process.kill)
        yield Worker(name, process, errors)
