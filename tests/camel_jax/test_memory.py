"""A run too large for memory is refused before any of it is allocated."""

import pytest

import camel_jax
from camel_jax import TrainConfig, memory
from envs import Episode, InputError
from probes import Probe

LARGE = TrainConfig(buffer_size=10_000_000)


def env():
    return Episode(Probe(lambda o, a: 0.0), 3)


def test_the_prediction_counts_the_buffer():
    footprint = memory.predict(camel_jax.make_loop(env(), None, LARGE))
    # Two observations, an action, reward, discount and two intervals of two bounds: 9 numbers.
    assert footprint.buffer == pytest.approx(10_000_000 * 9 * 4, rel=1e-3)
    assert footprint.buffer < footprint.total < 1.01 * footprint.buffer


def test_many_seeds_take_many_times_as_much():
    one, two = (
        memory.predict(camel_jax.make_loop(env(), None, TrainConfig(), seeds=seeds))
        for seeds in ([0], [0, 1])
    )
    assert two.buffer == 2 * one.buffer


def test_too_large_a_run_is_told_with_the_bytes_and_the_setting(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 100_000_000)
    with pytest.raises(InputError, match=r"buffer_size is 10,000,000; .* 36\d\.\d MB, .* 100.0 MB are free"):
        camel_jax.train(env(), None, LARGE)
