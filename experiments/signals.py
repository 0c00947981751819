"""Signals that ask a run to stop: it ends its chunk, saves and leaves, and can be continued later."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

# Slurm and Kubernetes send SIGTERM before they kill; `--signal=USR1@120` is Slurm's way of asking earlier.
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)


class StopRequest:
    """Within its `with` block SIGTERM, SIGINT and SIGUSR1 are recorded instead of ending the process.

    A second SIGINT raises KeyboardInterrupt, for somebody who does not want to wait. Python looks at signals
    between its own instructions only, so both take effect when the compiled chunk that runs has ended. In
    threads other than the main one, to which Python gives no signals, nothing is ever requested.

    Attributes:
        requested: name of the first signal, such as "SIGTERM"; None before.
    """

    def __init__(self) -> None:
        self.requested: str | None = None
        self._interrupted = False
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> StopRequest:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._previous[number] = signal.signal(number, self._record)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            # None is a handler that was not set from Python, which Python cannot set again.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._previous.clear()

    def _record(self, number: int, _frame: FrameType | None) -> None:
        self.requested = self.requested or signal.Signals(number).name
        if number == signal.SIGINT:
            if self._interrupted:
                raise KeyboardInterrupt
            self._interrupted = True
