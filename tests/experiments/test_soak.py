"""The soak counts its calls, and fails where memory grows or a stretch stalls."""

import io

import pytest
from rich.console import Console

from experiments import soak as module


def soak(callbacks=200):
    return module.soak("inverted_pendulum", callbacks, Console(file=io.StringIO()))


def test_calls_are_counted():
    found = soak()
    assert found["callbacks"] == 200, "counted where they arrive, on the host"
    assert found["env_steps"] == 400
    assert found["memory_at_the_end_mib"] > 50


@pytest.mark.parametrize(("growth", "passed"), [(0.0, True), (1.0, False)])
def test_growing_memory_fails(monkeypatch, growth, passed):
    used = iter(100.0 + growth * index for index in range(1000))
    monkeypatch.setattr(module, "_resident_mebibytes", lambda: next(used))
    monkeypatch.setattr(module, "_MAX_STALL", float("inf"))
    assert soak()["passed"] is passed


def test_a_stretch_that_stalls_fails(monkeypatch):
    monkeypatch.setattr(module, "_resident_mebibytes", lambda: 100.0)
    clock = iter(float(x) for x in range(10_000))
    slow = iter([*[0.0] * 101, 500.0, *[500.0] * 10_000])
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock) + next(slow))
    found = soak()
    assert found["slowest_over_median_stretch"] > 100
    assert not found["passed"]
