"""A run too large for memory is refused before any of it is allocated."""

import dataclasses
import re
from types import SimpleNamespace

import jax
import psutil
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
    assert two.batches == 2 * one.batches


@pytest.mark.parametrize(("updates_per_step", "together"), [(0.5, 8), (1.0, 16), (4.0, 32)])
def test_the_prediction_counts_the_batches_that_are_sampled_together(updates_per_step, together):
    small, large = (
        memory.predict(
            camel_jax.make_loop(
                env(),
                None,
                TrainConfig(buffer_size=50_000, batch_size=size, updates_per_step=updates_per_step),
            )
        )
        for size in (2, 40_000)
    )
    assert large.batches == together * 40_000 * 9 * 4
    assert large.total - small.total == large.batches - small.batches


def test_too_large_a_run_is_told_with_the_bytes_and_the_setting(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 100_000_000)
    with pytest.raises(
        InputError, match=r"buffer_size is 10,000,000; .* 36\d\.\d MB, .* 100.0 MB are free"
    ) as raised:
        camel_jax.train(env(), None, LARGE)
    # What is said to fit does, and not a hundredth more.
    most = int(re.search(r"at most ([\d,]+), or", str(raised.value))[1].replace(",", ""))
    for size, fits in ((most, True), (most + most // 100, False)):
        loop = camel_jax.make_loop(env(), None, dataclasses.replace(LARGE, buffer_size=size))
        assert (memory.predict(loop).total <= 100_000_000) is fits


V2 = "sys/fs/cgroup/"
V1 = "sys/fs/cgroup/memory/"


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({}, None),
        ({V2 + "memory.max": "1000\n", V2 + "memory.current": "400\n"}, 600),
        ({V2 + "memory.max": "1000", V2 + "memory.current": "1200"}, 0),
        ({V2 + "memory.max": "max\n", V2 + "memory.current": "400\n"}, None),
        ({V2 + "memory.max": "1000\n"}, None),
        ({V1 + "memory.limit_in_bytes": "1000\n", V1 + "memory.usage_in_bytes": "300\n"}, 700),
        # Of the files that are cached, those that are not in use give way.
        (
            {
                V2 + "memory.max": "1000",
                V2 + "memory.current": "900",
                V2 + "memory.stat": "anon 400\ninactive_file 300\nactive_file 200\n",
            },
            400,
        ),
        (
            {
                V1 + "memory.limit_in_bytes": "1000",
                V1 + "memory.usage_in_bytes": "900",
                V1 + "memory.stat": "inactive_file 1\ntotal_inactive_file 300\n",
            },
            400,
        ),
        # A job's own group, and one around it that leaves less.
        (
            {
                "proc/self/cgroup": "0::/slurm/job_7/step_0\n",
                V2 + "slurm/job_7/step_0/memory.max": "5000",
                V2 + "slurm/job_7/step_0/memory.current": "100",
                V2 + "slurm/job_7/memory.max": "800",
                V2 + "slurm/job_7/memory.current": "200",
                V2 + "slurm/memory.max": "max",
                V2 + "slurm/memory.current": "9000",
            },
            600,
        ),
        (
            {
                "proc/self/cgroup": "9:name=systemd:/x\n4:cpu,memory:/job\n0::/\n",
                V1 + "job/memory.limit_in_bytes": "800",
                V1 + "job/memory.usage_in_bytes": "200",
                V1 + "memory.limit_in_bytes": "9223372036854771712",
                V1 + "memory.usage_in_bytes": "9000",
            },
            600,
        ),
        # A container is told the host's name of its group, of which it sees the inside alone.
        (
            {
                "proc/self/cgroup": "0::/docker/4c1f\n",
                V2 + "memory.max": "1000",
                V2 + "memory.current": "400",
            },
            600,
        ),
    ],
)
def test_a_container_leaves_what_its_files_say(tmp_path, files, left):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert memory.left_by_control_groups(tmp_path) == left


@pytest.mark.parametrize(("group", "free"), [(None, 1_000), (300, 300), (2_000, 1_000)])
def test_what_is_free_is_the_least_of_host_and_container(monkeypatch, group, free):
    monkeypatch.setattr(jax, "devices", lambda: [SimpleNamespace(memory_stats=lambda: None)])
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1_000))
    monkeypatch.setattr(memory, "left_by_control_groups", lambda: group)
    assert memory.available() == free


def test_a_device_of_its_own_memory_is_asked_for_it(monkeypatch):
    statistics = {"bytes_limit": 1_000, "bytes_in_use": 100}
    monkeypatch.setattr(jax, "devices", lambda: [SimpleNamespace(memory_stats=lambda: statistics)])
    monkeypatch.setattr(memory, "left_by_control_groups", lambda: 300)
    assert memory.available() == 900
