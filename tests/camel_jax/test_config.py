"""Impossible settings are found before anything is compiled, all at once."""

import dataclasses
import re
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import camel_jax
from camel_jax import (
    CategoricalConfig,
    EpsilonConfig,
    GaussianConfig,
    GeneratorMask,
    MaskConfig,
    SACConfig,
    TD3Config,
    TrainConfig,
    TwinConfig,
)
from camel_jax.presets import PRESETS, preset
from camel_jax.run_claim import described
from envs import Episode, InputError
from priors import Interval
from probes import Probe


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_possible(name):
    preset(name).check()


def test_an_unknown_preset_is_told_with_the_nearest():
    with pytest.raises(InputError, match=r"unknown preset 'camel-td4'; .* Did you mean 'camel-td3'"):
        preset("camel-td4")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"env_steps": -5}, "env_steps is -5; it must be at least 1"),
        ({"env_steps": 1_000}, "warmup_steps is 2000; it must lie in [16, 1000): from num_envs x n_step"),
        ({"warmup_steps": 47, "n_step": 3}, "warmup_steps is 47; it must lie in [48, 32000)"),
        ({"num_envs": 0}, "num_envs is 0; it must be at least 1"),
        ({"seed": 3_000_000_000}, "seed is 3000000000; it must lie in [0, 2147483647]"),
        ({"evaluation_episodes": 0}, "evaluation_episodes is 0; it must be at least 1"),
        ({"buffer_size": 100}, "buffer_size is 100; it must be at least 128, a batch and a step of all"),
        ({"updates_per_step": 0.0}, "updates_per_step is 0.0; it must lie in "),
        ({"updates_per_step": 1e-5}, "updates_per_step is 1e-05; with 16 environments that is a whole"),
        ({"n_step": 9, "buffer_size": 128}, "n_step is 9; it must lie in [1, 8]: with 16 environments a"),
        ({"n_step": 0}, "n_step is 0; it must be at least 1"),
        ({"batch_size": 0}, "batch_size is 0; it must be at least 2"),
        ({"discount": 1.0}, "discount is 1.0; it must lie in [0.0, 1.0)"),
        ({"normalise_observations": 1}, "normalise_observations is 1; it must be True or False"),
        (
            {"epsilon": EpsilonConfig(ask_first="False")},
            "epsilon.ask_first is 'False'; it must be True or False",
        ),
        ({"warmup": "none"}, "warmup is 'none'; it must be one of masked, uniform, prior"),
        ({"mask": MaskConfig(width=0.0)}, "mask.width is 0.0; it must lie in"),
        ({"epsilon": EpsilonConfig(start=5.0)}, "epsilon.start is 5.0; it must lie in [0.0, 1.0]"),
        ({"algorithm": SACConfig(hidden=(8, -8))}, "algorithm.hidden is -8; it must be at least 1"),
        ({"algorithm": SACConfig(temperature=0.0)}, "algorithm.temperature is 0.0; it must lie in (0.0, "),
        (
            {"algorithm": SACConfig(target_entropy_scale=-0.7)},
            "algorithm.target_entropy_scale is -0.7; it must lie in (-0.693",
        ),
        (
            {"algorithm": SACConfig(critic=CategoricalConfig(support=0.5))},
            "algorithm.critic.support is 0.5; it must lie in [1.0, ",
        ),
        (
            {"algorithm": TD3Config(target_rate=0.0)},
            "algorithm.target_rate is 0.0; it must lie in (0.0, 1.0]",
        ),
    ],
)
def test_an_impossible_setting_is_named_with_what_is_allowed(change, message):
    (problem,) = dataclasses.replace(TrainConfig(), **change).problems()
    assert problem.startswith(message)


PARTS = {
    "": TrainConfig(),
    "mask.": MaskConfig(),
    "epsilon.": EpsilonConfig("piecewise", points=((0, 1.0),)),
    "algorithm.": SACConfig(),
    "algorithm.critic.": CategoricalConfig(),
}


def with_part(prefix, part):
    """A run's settings of which one part is `part`."""
    if prefix == "algorithm.critic.":
        return TrainConfig(algorithm=SACConfig(critic=part))
    return dataclasses.replace(TrainConfig(), **{prefix[:-1]: part}) if prefix else part


def fields_of(kinds):
    return [
        (prefix, field.name)
        for prefix, part in PARTS.items()
        for field in dataclasses.fields(part)
        if isinstance(getattr(part, field.name), kinds) and not isinstance(getattr(part, field.name), bool)
    ]


def only_problem(prefix, name, value):
    (problem,) = with_part(prefix, dataclasses.replace(PARTS[prefix], **{name: value})).problems()
    return problem


@pytest.mark.parametrize("value", [None, "4", [4], {}, 1j, True])
@pytest.mark.parametrize(("prefix", "name"), fields_of((int, float)))
def test_what_is_no_number_is_told_with_field_and_value(prefix, name, value):
    if (name, value) != ("width", [4]):  # a sequence of widths, of which 4 is too large
        assert only_problem(prefix, name, value).startswith(f"{prefix}{name} is {value!r}; it must be a ")


@pytest.mark.parametrize("value", [1e5, 2.5, float("nan")])
@pytest.mark.parametrize(("prefix", "name"), [*fields_of(int), ("", "buffer_size")])
def test_a_count_is_a_whole_number(prefix, name, value):
    assert only_problem(prefix, name, value) == f"{prefix}{name} is {value!r}; it must be a whole number"


@pytest.mark.parametrize("value", [None, 1, "warm", ["linear"], {}])
@pytest.mark.parametrize(
    ("prefix", "name"), [("", "warmup"), ("mask.", "kind"), ("epsilon.", "semantics"), ("epsilon.", "adapt")]
)
def test_what_is_no_name_is_told_with_the_choices(prefix, name, value):
    assert only_problem(prefix, name, value).startswith(f"{prefix}{name} is {value!r}; it must be one of ")


@pytest.mark.parametrize("settings", [SACConfig, TD3Config])
@pytest.mark.parametrize("critic", [CategoricalConfig, GaussianConfig, TwinConfig])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        ((8.5,), "8.5; it must be a whole number"),
        ((8, None), "None; it must be a whole number"),
        (8, "8; it must hold one whole number or several"),
        ("8", "'8'; it must hold one whole number or several"),
        (None, "None; it must hold one whole number or several"),
    ],
)
def test_hidden_layers_are_as_wide_as_whole_numbers_say(settings, critic, value, message):
    config = TrainConfig(algorithm=settings(hidden=value, critic=critic(hidden=value)))
    assert config.problems() == [f"algorithm{of}.hidden is {message}" for of in ("", ".critic")]


@pytest.mark.parametrize("width", [[0.1, 0.2], np.array([0.1, 0.2]), range(1, 3)])
def test_widths_may_come_in_any_sequence(width):
    config = MaskConfig(width=width)
    assert config.problems(2) == []
    assert config.problems(3)[0].startswith(
        "mask.width has 2 entries; it takes one, or one for each of the 3"
    )
    middle = Interval(jnp.zeros(2), jnp.zeros(2))
    np.testing.assert_allclose(config.build().interval(middle, jnp.ones(())).high, np.minimum(width, 1.0))


LARGEST = 2**31 - 1


@pytest.mark.parametrize(("prefix", "name"), fields_of(int))
def test_what_32_bits_cannot_count_is_told_with_the_range(prefix, name):
    problem = only_problem(prefix, name, 2**31)
    assert problem.startswith(f"{prefix}{name} is 2147483648; it must ")
    assert str(LARGEST) in problem


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"buffer_size": 2**31}, "buffer_size is 2147483648; it must be at least 128, .* at most 2147483631"),
        ({"buffer_size": LARGEST - 15}, "buffer_size is 2147483632; .* at most 2147483631"),
        (
            {"env_steps": LARGEST - 10**6, "report_every": 10**9},
            "report_every is 1000000000; the run would take 3000002000 steps",
        ),
        (
            {"env_steps": 10**9, "updates_per_step": 3.0},
            "updates_per_step is 3.0; over env_steps .1000000000. that is 29999.* updates, .* at most 2147",
        ),
    ],
)
def test_what_32_bits_cannot_count_together_is_told(change, message):
    (problem,) = dataclasses.replace(TrainConfig(), **change).problems()
    assert re.match(message, problem)


def test_the_longest_runs_are_possible():
    for config in (
        TrainConfig(env_steps=2_147_000_000, updates_per_step=0.5, report_every=100_000),
        TrainConfig(env_steps=214_000_000, updates_per_step=10.0, buffer_size=LARGEST - 16),
    ):
        config.check()


def test_numbers_of_numpy_are_numbers():
    changes = {"env_steps": np.int64(9_000), "num_envs": np.int32(8), "updates_per_step": np.float32(0.3)}
    config = TrainConfig(**changes, algorithm=SACConfig(hidden=[16, np.int64(16)]))
    config.check()
    assert (config.steps_per_iteration, config.updates_per_iteration) == (5, 12)


@pytest.mark.parametrize("width", [jnp.float32(0.3), np.array(0.3), jnp.array([0.3])])
def test_arrays_are_the_numbers_in_them(width):
    assert MaskConfig(width=width).problems(1) == []
    (problem,) = MaskConfig(width=-width).problems(1)
    assert "mask.width is -0.3" in problem
    env = Episode(Probe(lambda o, a: 0.0), 3)
    assert camel_jax.make_loop(env, None, TrainConfig(), seeds=jnp.arange(2)).seeds == (0, 1)


def test_all_problems_are_told_at_once():
    config = TrainConfig(env_steps=0, mask=MaskConfig(width=-1.0), batch_size=1)
    assert [problem.split(" is ")[0] for problem in config.problems()] == [
        "env_steps",
        "batch_size",
        "mask.width",
    ]
    with pytest.raises(InputError, match=r"env_steps is 0; .*; batch_size is 1; .*; mask.width is -1.0; "):
        config.check()


@pytest.mark.parametrize(
    ("ratio", "num_envs", "steps", "updates"),
    [
        (1.0, 16, 1, 16),
        (2, 1, 1, 2),
        (0.25, 1, 4, 1),
        (1 / 16, 512, 1, 32),
        (0.0625, 16, 1, 1),
        (0.3, 4, 5, 6),
    ],
)
def test_any_ratio_of_updates_is_met_exactly(ratio, num_envs, steps, updates):
    config = TrainConfig(num_envs=num_envs, updates_per_step=ratio)
    config.check()
    assert (config.steps_per_iteration, config.updates_per_iteration) == (steps, updates)
    assert updates == pytest.approx(ratio * steps * num_envs)


@pytest.mark.parametrize("ratio", [0.5, 0.25, 0.0625, 1 / 3, 2 / 3, 0.3, 1.5, 7, Fraction(1, 3)])
@pytest.mark.parametrize("num_envs", [1, 16, 512])
def test_simple_ratios_are_met_within_a_report(ratio, num_envs):
    config = TrainConfig(num_envs=num_envs, updates_per_step=ratio, report_every=2_560)
    config.check()
    assert config.env_steps_per_iteration <= config.report_every


@pytest.mark.parametrize(
    ("change", "steps", "advice"),
    [
        ({"updates_per_step": 0.333}, 2_000, "0.3333333 (1/3)"),
        # Written with six digits it is another fraction.
        ({"updates_per_step": 0.333333}, 1_000_000, "0.3333333 (1/3)"),
        ({"updates_per_step": 0.2499}, 10_000, "0.25 (1/4)"),
        ({"updates_per_step": 2.001}, 2_000, "2.0 (2)"),
        ({"updates_per_step": 1e-5}, 100_000, "0.001008065 (1/992)"),
        ({"updates_per_step": 0.3, "report_every": 10, "num_envs": 8}, 40, "0.25 (1/4)"),
    ],
)
def test_a_ratio_whose_updates_would_come_in_clumps_is_told_with_a_simpler_one(change, steps, advice):
    (problem,) = TrainConfig(**change).problems()
    assert f"is a whole number of updates only every {steps} steps, which must be at most report" in problem
    assert problem.endswith(f"; take {advice}")


@given(
    ratio=st.floats(1e-5, 20.0),
    num_envs=st.integers(1, 512),
    report_every=st.integers(1, 3_000),
)
def test_the_simpler_ratio_is_possible_as_it_is_typed(ratio, num_envs, report_every):
    config = TrainConfig(updates_per_step=ratio, num_envs=num_envs, report_every=report_every)
    for problem in config.problems():
        advised = float(re.search(r"take (\S+) \(", problem)[1])
        dataclasses.replace(config, updates_per_step=advised).check()


def test_the_steps_of_a_run_are_whole_chunks():
    config = TrainConfig(env_steps=2_500, num_envs=16, warmup_steps=500, report_every=100)
    assert config.warmup_iterations * 16 == 496
    assert config.total_env_steps == 496 + config.chunks * 96
    assert 2_500 <= config.total_env_steps < 2_500 + 96
    assert config.buffer_capacity == config.total_env_steps


@pytest.mark.parametrize(("report_every", "total"), [(100, 688), (200, 608), (10**6, 608)])
def test_a_chunk_is_no_longer_than_the_run_needs(report_every, total):
    config = TrainConfig(env_steps=600, num_envs=16, warmup_steps=500, report_every=report_every)
    config.check()
    assert config.total_env_steps == total


def test_evaluations_come_once_for_each_multiple_and_at_the_end():
    config = TrainConfig(env_steps=1_000, num_envs=10, warmup_steps=100, report_every=100, evaluate_every=250)
    at = [step for step in range(200, config.total_env_steps + 1, 100) if config.evaluates_at(step)]
    assert at == [300, 500, 800, 1_000]


def test_seeds_and_schedules_that_cannot_be_are_named():
    env = Episode(Probe(lambda o, a: 0.0), 3)
    for arguments, message in (
        ({"seeds": []}, r"seeds is \[\]; it must hold one whole number or several"),
        ({"seeds": 3}, "seeds is 3; it must hold one whole number or several"),
        ({"seeds": "01"}, "seeds is '01'; it must hold one whole number or several"),
        ({"seeds": [0, -1]}, "seeds is -1; it must be at least 0 and at most 2147483647"),
        ({"seeds": [0, 1.5]}, "seeds is 1.5; it must be a whole number"),
        ({"epsilon": 0.5}, "epsilon is 0.5; it must be a schedule of the step"),
        ({"mask": GeneratorMask(-0.2)}, "mask.width is -0.2; it must lie in"),
        ({"mask": MaskConfig()}, "mask is MaskConfig.*; it must be a mask"),
    ):
        with pytest.raises(InputError, match=message):
            camel_jax.make_loop(env, None, TrainConfig(), **arguments)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"env_steps": 10, "batch_size": 8}, "env_steps is 10; it must be above 16, the num_envs x n_step"),
        ({"warmup_steps": 47, "n_step": 3}, "warmup_steps is 47; it must lie in [48, 32000): from num_envs"),
        (
            {"env_steps": 600, "warmup_steps": 500, "batch_size": 2_000},
            "batch_size is 2000; it must lie in [2, 608]: the run has no more steps",
        ),
        ({"buffer_size": 200, "num_envs": 512}, "buffer_size is 200; it must be at least 512, a batch and"),
        ({"updates_per_step": float("nan")}, "updates_per_step is nan; it must lie in [1e-06, 10000.0]"),
    ],
)
def test_a_contradiction_names_the_one_field_that_can_mend_it(change, message):
    (problem,) = dataclasses.replace(TrainConfig(), **change).problems()
    assert problem.startswith(message)


def test_contradictions_are_told_at_once_too():
    config = TrainConfig(
        env_steps=1_000, warmup_steps=5_000, buffer_size=200, n_step=20, updates_per_step=1e-5
    )
    names = [problem.split(" is ")[0] for problem in config.problems()]
    assert names == ["warmup_steps", "n_step", "updates_per_step"]


@given(
    ratio=st.fractions(Fraction(1, 64), 8, max_denominator=64),
    num_envs=st.integers(1, 64),
    env_steps=st.integers(8_000, 50_000),
    warmup_steps=st.integers(192, 1_000),
    report_every=st.integers(4_096, 8_000),
)
def test_runs_of_any_size_add_up(ratio, num_envs, env_steps, warmup_steps, report_every):
    config = TrainConfig(
        env_steps=env_steps,
        num_envs=num_envs,
        warmup_steps=warmup_steps,
        updates_per_step=float(ratio),
        report_every=report_every,
    )
    config.check()
    assert Fraction(config.updates_per_iteration, config.env_steps_per_iteration) == ratio
    warmup = config.warmup_iterations * num_envs
    assert warmup_steps - num_envs < warmup <= warmup_steps
    assert config.total_env_steps == warmup + config.chunks * config.chunk_env_steps
    assert env_steps <= config.total_env_steps < env_steps + config.chunk_env_steps
    assert config.chunk_env_steps % config.env_steps_per_iteration == 0
    assert config.chunk_env_steps <= report_every
    assert config.evaluates_at(config.total_env_steps)


def test_presets_differ():
    assert len({repr(config) for config in PRESETS.values()}) == len(PRESETS)


@dataclasses.dataclass(frozen=True)
class OwnConfig(SACConfig):
    activation: object = None


def test_a_setting_that_is_a_function_is_told_by_its_name():
    """Its representation has an address, which is another in each process."""
    config = TrainConfig(algorithm=OwnConfig(activation=jax.nn.relu))
    told = described(camel_jax.make_loop(Episode(Probe(lambda o, a: 0.0), 3), None, config))
    assert told["config"]["algorithm"]["activation"] == "relu"


def test_a_run_whose_settings_are_numpys_can_be_told_of():
    """As JSON, in which a folder of checkpoints notes whose they are."""
    config = TrainConfig(
        num_envs=np.int64(8),
        updates_per_step=np.float32(0.5),
        mask=MaskConfig(width=np.array([0.25])),
        algorithm=SACConfig(hidden=range(8, 10)),
    )
    loop = camel_jax.make_loop(Episode(Probe(lambda o, a: 0.0), 3), None, config, seeds=np.arange(2))
    told = described(loop)
    assert told["seeds"] == [0, 1]
    told = told["config"]
    assert (told["num_envs"], told["updates_per_step"], told["mask"]["width"]) == (8, 0.5, [0.25])
    assert told["algorithm"]["hidden"] == [8, 9]
