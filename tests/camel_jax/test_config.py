"""Impossible settings are found before anything is compiled, all at once; what a run is made of adds up."""

import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camel_jax import (
    CrossQConfig,
    EpsilonConfig,
    GaussianConfig,
    MaskConfig,
    SACConfig,
    TD3Config,
    TrainConfig,
    TwinConfig,
)
from camel_jax.presets import PRESETS, preset
from envs import InputError

NAN, INFINITE = float("nan"), float("inf")


def test_the_defaults_are_possible():
    TrainConfig().check()
    TrainConfig().check(action_size=6)


IMPOSSIBLE = [
    # Each alone.
    ({"env_steps": -5}, "env_steps is -5; it must be at least 1"),
    ({"seed": 3_000_000_000}, "seed is 3000000000; it must lie in [0, 2147483647]"),
    ({"seed": -1}, "seed is -1; it must lie in [0, 2147483647]"),
    ({"num_envs": 0}, "num_envs is 0; it must be at least 1"),
    ({"updates_per_step": 0.0}, "updates_per_step is 0.0; it must lie in [1e-06, 10000.0]"),
    ({"updates_per_step": 1e-7}, "updates_per_step is 1e-07; it must lie in [1e-06, 10000.0]"),
    ({"updates_per_step": NAN}, "updates_per_step is nan; it must lie in [1e-06, 10000.0]"),
    ({"updates_per_step": INFINITE}, "updates_per_step is inf; it must lie in [1e-06, 10000.0]"),
    ({"batch_size": 0}, "batch_size is 0; it must be at least 2"),
    ({"discount": 1.0}, "discount is 1.0; it must lie in [0.0, 1.0)"),
    ({"discount": -0.1}, "discount is -0.1; it must lie in [0.0, 1.0)"),
    ({"n_step": 0}, "n_step is 0; it must be at least 1"),
    ({"warmup": "none"}, "warmup is 'none'; it must be one of masked, uniform, prior"),
    ({"warmup_steps": 0}, "warmup_steps is 0; it must be at least 1"),
    (
        {"buffer_size": 0},
        "buffer_size is 0; it must be at least 128: a batch, and a step of all environments",
    ),
    (
        {"buffer_size": -5},
        "buffer_size is -5; it must be at least 128: a batch, and a step of all environments",
    ),
    ({"report_every": 0}, "report_every is 0; it must be at least 1"),
    ({"evaluate_every": 0}, "evaluate_every is 0; it must be at least 1"),
    ({"evaluation_episodes": 0}, "evaluation_episodes is 0; it must be at least 1"),
    # Of the parts.
    ({"mask": MaskConfig(width=(0.0,))}, "mask.width is 0.0; it must lie in [0.001, 2.0]"),
    ({"epsilon": EpsilonConfig(start=5.0)}, "epsilon.start is 5.0; it must lie in [0.0, 1.0]"),
    ({"epsilon": EpsilonConfig(decay_steps=0)}, "epsilon.decay_steps is 0; it must be at least 1"),
    ({"algorithm": SACConfig(hidden=(8, -8))}, "algorithm.hidden is -8; it must be at least 1"),
    ({"algorithm": SACConfig(hidden=())}, "algorithm.hidden is 0; it must be at least 1"),
    ({"algorithm": SACConfig(policy_delay=0)}, "algorithm.policy_delay is 0; it must be at least 1"),
    (
        {"algorithm": SACConfig(temperature=0.0)},
        "algorithm.temperature is 0.0; it must lie in (0.0, 1000000.0]",
    ),
    ({"algorithm": SACConfig(actor_decay=1.0)}, "algorithm.actor_decay is 1.0; it must lie in [0.0, 1.0)"),
    (
        {"algorithm": TD3Config(learning_rate=0.0)},
        "algorithm.learning_rate is 0.0; it must lie in (0.0, 1.0]",
    ),
    (
        {"algorithm": TD3Config(exploration_noise=0.0)},
        "algorithm.exploration_noise is 0.0; it must lie in (0.0, 1.0]",
    ),
    (
        {"algorithm": TD3Config(critic=TwinConfig(target_rate=0.0))},
        "algorithm.critic.target_rate is 0.0; it must lie in (0.0, 1.0]",
    ),
    (
        {"algorithm": SACConfig(critic=CrossQConfig(target_cap=0.5))},
        "algorithm.critic.target_cap is 0.5; it must lie in [1.0, 1000000.0]",
    ),
    (
        {"algorithm": SACConfig(critic=GaussianConfig(hidden=(0,)))},
        "algorithm.critic.hidden is 0; it must be at least 1",
    ),
    # No policy in a mask has an entropy above log 2 for each entry, which is what the scale is the negative of.
    (
        {"algorithm": SACConfig(target_entropy_scale=-0.7)},
        "algorithm.target_entropy_scale is -0.7; it must lie in (-0.693, 10.0]: no policy inside a mask has an "
        "entropy above log 2 for each entry of the action",
    ),
    (
        {"algorithm": SACConfig(target_entropy_scale=INFINITE)},
        "algorithm.target_entropy_scale is inf; it must lie in (-0.693, 10.0]: no policy inside a mask has an "
        "entropy above log 2 for each entry of the action",
    ),
    # Only together.
    (
        {"env_steps": 1_000},
        "warmup_steps is 2000; it must lie in [16, 1000): from num_envs x n_step, so that there is something to "
        "learn from, to env_steps",
    ),
    (
        {"warmup_steps": 47, "n_step": 3},
        "warmup_steps is 47; it must lie in [48, 60000): from num_envs x n_step, so that there is something to "
        "learn from, to env_steps",
    ),
    (
        {"env_steps": 10, "batch_size": 8},
        "env_steps is 10; it must be above 16, the num_envs x n_step steps that must be taken before there is "
        "anything to learn from",
    ),
    (
        {"env_steps": 600, "warmup_steps": 500, "batch_size": 2_000},
        "batch_size is 2000; it must lie in [2, 1488]: the run has no more steps",
    ),
    (
        {"buffer_size": 100},
        "buffer_size is 100; it must be at least 128: a batch, and a step of all environments",
    ),
    (
        {"buffer_size": 200, "num_envs": 512},
        "buffer_size is 200; it must be at least 512: a batch, and a step of all environments",
    ),
    (
        {"buffer_size": 160, "n_step": 11},
        "n_step is 11; it must lie in [1, 10]: with 16 environments a buffer of 160 holds no longer return",
    ),
    (
        {"updates_per_step": 1e-5, "num_envs": 1},
        "updates_per_step is 1e-05; with 1 environments that is a whole number of updates only every 100000 "
        "steps, which must be at most env_steps (60000); take a simpler ratio, such as 0.5 or 0.0625",
    ),
]


@pytest.mark.parametrize(
    ("change", "message"), IMPOSSIBLE, ids=lambda x: None if isinstance(x, str) else str(x)
)
def test_an_impossible_setting_is_named_with_what_is_allowed(change, message):
    with pytest.raises(InputError) as caught:
        dataclasses.replace(TrainConfig(), **change).check()
    assert str(caught.value) == message


def test_one_width_for_each_entry_of_the_action():
    config = TrainConfig(mask=MaskConfig(width=(0.1, 0.2, 0.3)))
    config.check(action_size=3)
    with pytest.raises(
        InputError, match=r"mask\.width has 3 entries; it takes one, or one for each of the 6"
    ):
        config.check(action_size=6)


def test_all_problems_are_told_at_once():
    config = TrainConfig(
        env_steps=0,
        updates_per_step=-1.0,
        batch_size=1,
        n_step=0,
        buffer_size=3,
        mask=MaskConfig("clamp", width=(-1.0,)),
        epsilon=EpsilonConfig(start=2.0, end=-1.0),
        algorithm=SACConfig(temperature=-1.0, critic=CrossQConfig(learning_rate=7.0)),
    )
    names = [
        "env_steps",
        "updates_per_step",
        "batch_size",
        "n_step",
        "buffer_size",
        "mask.kind",
        "mask.width",
        "epsilon.start",
        "epsilon.end",
        "algorithm.temperature",
        "algorithm.critic.learning_rate",
    ]
    assert [problem.split(" is ")[0] for problem in config.problems()] == names
    with pytest.raises(InputError) as caught:
        config.check()
    assert all(f"{name} is " in str(caught.value) for name in names)


def test_contradictions_are_told_at_once_too():
    config = TrainConfig(
        env_steps=1_000, warmup_steps=5_000, buffer_size=200, n_step=20, updates_per_step=1e-5
    )
    names = [problem.split(" is ")[0] for problem in config.problems()]
    assert names == ["warmup_steps", "n_step", "updates_per_step"]


# Ratios of updates to steps.


@pytest.mark.parametrize(
    ("ratio", "num_envs", "steps", "updates"),
    [
        (0.0625, 16, 1, 1),
        (0.0625, 512, 1, 32),
        (0.0625, 1, 16, 1),
        (1, 16, 1, 16),
        (2, 1, 1, 2),
        (2.5, 1, 2, 5),
        (0.3, 4, 5, 6),
        (0.07, 100, 1, 7),
        (1 / 3, 16, 3, 16),
        (1 / 3, 3, 1, 1),
        (2 / 7, 2, 7, 4),
        (0.001, 16, 125, 2),
    ],
)
def test_an_iteration_is_the_fewest_steps_with_a_whole_number_of_updates(ratio, num_envs, steps, updates):
    config = TrainConfig(num_envs=num_envs, updates_per_step=ratio)
    config.check()
    assert (config.steps_per_iteration, config.updates_per_iteration) == (steps, updates)
    assert config.env_steps_per_iteration == steps * num_envs


@given(
    ratio=st.fractions(Fraction(1, 64), 8, max_denominator=64),
    num_envs=st.integers(1, 64),
    env_steps=st.integers(5_000, 50_000),
    warmup_steps=st.integers(64, 1_000),
    report_every=st.integers(1, 3_000),
    evaluate_every=st.integers(1, 20_000),
)
def test_runs_add_up(ratio, num_envs, env_steps, warmup_steps, report_every, evaluate_every):
    config = TrainConfig(
        env_steps=env_steps,
        num_envs=num_envs,
        warmup_steps=warmup_steps,
        updates_per_step=float(ratio),
        report_every=report_every,
        evaluate_every=evaluate_every,
    )
    config.check()
    assert Fraction(config.updates_per_iteration, config.env_steps_per_iteration) == ratio
    warmup = config.warmup_iterations * num_envs
    assert warmup_steps - num_envs < warmup <= warmup_steps
    assert config.total_env_steps == warmup + config.chunks * config.chunk_env_steps
    assert env_steps <= config.total_env_steps < env_steps + config.chunk_env_steps
    assert config.chunk_env_steps % config.env_steps_per_iteration == 0
    assert config.chunk_env_steps <= max(report_every, config.env_steps_per_iteration)
    assert config.buffer_capacity == config.total_env_steps
    ends = [warmup + (chunk + 1) * config.chunk_env_steps for chunk in range(config.chunks)]
    evaluated = [end for end in ends if config.evaluates_at(end)]
    # One evaluation for every multiple that a chunk has passed, and one at the end of the run.
    due = {multiple // evaluate_every for multiple in range(evaluate_every, ends[-1] + 1, evaluate_every)}
    reached = {end // evaluate_every for end in evaluated}
    assert evaluated[-1] == ends[-1]
    assert len(reached) >= len(evaluated) - 1
    if evaluate_every >= config.chunk_env_steps and warmup < evaluate_every:
        assert due <= reached


def test_a_run_by_hand():
    config = TrainConfig(
        env_steps=2_500, num_envs=16, warmup_steps=500, report_every=100, evaluate_every=1_000
    )
    assert config.warmup_iterations * 16 == 496
    assert config.chunk_env_steps == 96
    assert config.chunks == 21
    assert config.total_env_steps == 496 + 21 * 96 == 2_512
    ends = [496 + 96 * chunk for chunk in range(1, 22)]
    assert [end for end in ends if config.evaluates_at(end)] == [1072, 2032, 2512]


def test_a_given_buffer_is_kept():
    assert TrainConfig(buffer_size=5_000).buffer_capacity == 5_000


# Presets.


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_possible(name):
    preset(name).check(action_size=3)


def test_presets_differ():
    assert len(set(PRESETS.values())) == len(PRESETS)


def test_an_unknown_preset_is_told_with_the_choices():
    with pytest.raises(InputError, match=r"unknown preset 'scamel'; choose from: .*camel-td3.*"):
        preset("scamel")
