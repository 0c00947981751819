"""Signals ask a run to stop; it ends its chunk first."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from experiments.signals import StopRequest

ROOT = Path(__file__).parents[2]
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1]

RUN = """
import time
from experiments.signals import StopRequest
with StopRequest() as stop:
    for chunk in range(1000):
        print("begin", chunk, flush=True)
        time.sleep(0.05)
        print("end", chunk, flush=True)
        if stop.requested:
            print(stop.requested)
            break
"""


@pytest.fixture(autouse=True)
def handlers():
    """Handlers known to the test, in place of those of whatever runs the suite."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    known = {number: lambda *_: None for number in SIGNALS}
    for number in SIGNALS:
        signal.signal(number, known[number])
    yield known
    for number in SIGNALS:
        signal.signal(number, before[number])


@pytest.mark.parametrize("number", SIGNALS)
def test_a_process_ends_its_chunk_and_leaves(number):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline().strip()]
        process.send_signal(number)
        lines += process.stdout.read().split("\n")[:-1]
    assert process.returncode == 0
    *chunks, requested = lines
    assert requested == number.name
    assert chunks == [f"{word} {chunk}" for chunk in range(len(chunks) // 2) for word in ("begin", "end")]
    assert 2 <= len(chunks) < 2000


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_is_recorded(number):
    with StopRequest() as stop:
        assert stop.requested is None
        signal.raise_signal(number)
        assert stop.requested == number.name
        for other in (signal.SIGTERM, signal.SIGUSR1, signal.SIGTERM):
            signal.raise_signal(other)
        assert stop.requested == number.name


@pytest.mark.parametrize("before", [[], [signal.SIGTERM]])
def test_the_second_interrupt_is_obeyed(before):
    with StopRequest() as stop:
        for number in [*before, signal.SIGINT]:
            signal.raise_signal(number)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert stop.requested == (before or [signal.SIGINT])[0].name


def test_the_handlers_of_before_come_back(handlers):
    def installed():
        return {number: signal.getsignal(number) for number in SIGNALS}

    with StopRequest():
        assert not set(installed().values()) & set(handlers.values())
    assert installed() == handlers
    with pytest.raises(ValueError, match="of the run"), StopRequest():
        raise ValueError("of the run")
    assert installed() == handlers
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    with StopRequest():
        pass
    assert signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN


def test_in_another_thread_it_changes_nothing(handlers):
    found = []

    def run():
        with StopRequest() as stop:
            found.extend([stop.requested, signal.getsignal(signal.SIGTERM)])

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [None, handlers[signal.SIGTERM]]
