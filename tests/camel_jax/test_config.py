"""Impossible settings are found before anything is compiled, all at once."""

import dataclasses

import pytest

from camel_jax import EpsilonConfig, GeneratorMask, SACConfig, TrainConfig
from envs import InputError


def test_the_defaults_are_possible():
    TrainConfig().check()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"env_steps": -5}, "env_steps is -5; it must be at least 1"),
        ({"env_steps": 1_000}, "warmup_steps is 2000; it must lie in [16, 1000)"),
        ({"warmup_steps": 0}, "warmup_steps is 0; it must lie in [16, 60000)"),
        ({"num_envs": 0}, "num_envs is 0; it must be at least 1"),
        ({"seed": 3_000_000_000}, "seed is 3000000000; it must lie in [0, 2147483647]"),
        ({"evaluation_episodes": 0}, "evaluation_episodes is 0; it must be at least 1"),
        ({"buffer_size": -5}, "buffer_size is -5; it must be at least 128"),
        ({"buffer_size": 0}, "buffer_size is 0; it must be at least 128"),
        (
            {"updates_per_step": 0.3, "sac": SACConfig(policy_delay=1)},
            "updates_per_step is 0.3; times num_envs (16) it must give a whole number of updates, at least 1",
        ),
        (
            {"num_envs": 1},
            "sac.policy_delay is 2; it must divide the 1 updates that follow each step of all environments",
        ),
        ({"mask": GeneratorMask(width=0.0)}, "mask.width is 0.0; it must lie in (0.0, 2.0]"),
        ({"mask": GeneratorMask(width=float("nan"))}, "mask.width is nan; it must lie in (0.0, 2.0]"),
        ({"epsilon": EpsilonConfig(start=5.0)}, "epsilon.start is 5.0; it must lie in [0.0, 1.0]"),
        ({"epsilon": EpsilonConfig(decay_steps=0)}, "epsilon.decay_steps is 0; it must be at least 1"),
        ({"sac": SACConfig(hidden=(8, -8))}, "sac.hidden is -8; it must be at least 1"),
        ({"sac": SACConfig(batch_size=0)}, "sac.batch_size is 0; it must be at least 2"),
        ({"sac": SACConfig(discount=1.0)}, "sac.discount is 1.0; it must lie in [0.0, 1.0)"),
        ({"sac": SACConfig(temperature=0.0)}, "sac.temperature is 0.0; it must lie in (0.0, 1000000.0]"),
    ],
)
def test_an_impossible_setting_is_named_with_what_is_allowed(change, message):
    with pytest.raises(InputError) as caught:
        dataclasses.replace(TrainConfig(), **change).check()
    assert str(caught.value) == message


def test_all_problems_are_told_at_once():
    config = TrainConfig(env_steps=0, mask=GeneratorMask(width=-1.0), sac=SACConfig(batch_size=1))
    assert [problem.split(" is ")[0] for problem in config.problems()] == [
        "env_steps",
        "mask.width",
        "sac.batch_size",
    ]


def test_fractions_of_an_update_per_step_are_possible():
    config = TrainConfig(num_envs=100, updates_per_step=0.07, sac=SACConfig(policy_delay=1))
    config.check()
    assert config.updates_per_iteration == 7


def test_the_steps_of_a_run_are_whole_chunks():
    config = TrainConfig(env_steps=2_500, num_envs=16, warmup_steps=500, report_every=100)
    assert config.warmup_iterations * 16 == 496
    assert config.total_env_steps == 496 + config.chunks * 96
    assert 2_500 <= config.total_env_steps < 2_500 + 96
    assert config.buffer_capacity == config.total_env_steps
