"""What a measurement gives; how fast things are is no matter for a test."""

import numpy as np
import pytest

import envs
import priors
from camel_jax import TrainConfig
from experiments import bench
from experiments.bench import Row, loop, physics, screen, seeds, timing


def test_rows_become_one_flat_object():
    rows = [Row("physics/hopper/c/16", {"ratio": 0.9}), Row("physics/hopper/c/128", {"ratio": 1.0})]
    assert bench.flatten(rows) == {"physics/hopper/c/16/ratio": 0.9, "physics/hopper/c/128/ratio": 1.0}


def test_runs_take_turns_and_the_first_round_does_not_count():
    calls = []
    times = timing.seconds({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=2)
    assert calls == ["a", "b"] * 3
    assert [len(values) for values in times.values()] == [2, 2]


def test_the_ratio_is_taken_within_a_round():
    # The second round ran on a machine half as fast: the ratio stays.
    assert timing.median_ratio([1.0, 2.0], [2.0, 4.0]) == 0.5


@pytest.mark.parametrize("name", ["physics", "loop"])
def test_unknown_task(name):
    with pytest.raises(envs.InputError, match="unknown task 'hoper'"):
        bench.run(name, "hoper")


def test_measurements_have_the_keys_that_scripts_read(monkeypatch):
    monkeypatch.setattr(physics, "_NUM_ENVS", (2,))
    monkeypatch.setattr(physics, "_ENV_STEPS", 8)
    monkeypatch.setattr(physics, "_ROUNDS", 1)
    monkeypatch.setattr(loop, "_ROUNDS", 1)
    monkeypatch.setattr(loop, "_SETTINGS", ({"num_envs": 4, "report_every": 64, "batch_size": 8},))
    numbers = bench.flatten(bench.run("physics", "hopper")) | bench.flatten(bench.run("loop", "hopper"))
    monkeypatch.setattr(seeds, "_ROUNDS", 1)
    monkeypatch.setattr(seeds, "_SEEDS_ON_CPU", 2)
    monkeypatch.setattr(seeds, "_CONFIG", TrainConfig(num_envs=4, report_every=64, batch_size=8))
    numbers |= bench.flatten(bench.run("seeds", "hopper"))
    numbers |= bench.flatten(bench.run("compile", "hopper", "c"))
    expected = {"physics/hopper/c/2/ratio", "loop/hopper/c_utd1_envs4/overhead"}
    expected |= {f"seeds/hopper/c_seeds2/over_{name}" for name in ("runs", "updates", "one")}
    assert expected | {"compile/hopper/c/64/total_seconds"} <= set(numbers)
    assert all(value > 0 for value in numbers.values())


def test_raw_physics_and_graph_step_the_same_mechanisms(monkeypatch):
    """Both sides of the ratio must do the same work: they end in the same states."""
    ends = {}

    def capture(runs, *, rounds):
        ends["graph"] = runs["graph"]()[0].pipeline_state.qpos
        ends["raw"], ends["open_loop"] = runs["raw"](), runs["open_loop"]()
        return {name: [1.0] * rounds for name in runs}

    monkeypatch.setattr(physics, "seconds", capture)
    monkeypatch.setattr(physics, "_ENV_STEPS", 40)
    physics._measure("hopper", "c", 4)
    for name in ("raw", "open_loop"):
        np.testing.assert_allclose(ends["graph"], ends[name][:, 1:7], atol=1e-2)


def test_disturbed_programs_are_programs_with_other_numbers(tmp_path):
    paths = screen.write_candidates(tmp_path, "hopper", 3)
    names = priors.names("hopper")
    for index, path in enumerate(paths):
        original, disturbed = (
            priors.load(names[index % len(names)]),
            priors.load_file(path, observation_size=11, action_size=3),
        )
        before, after = (np.array(list(map(float, one.parameters.values()))) for one in (original, disturbed))
        assert len(before) == len(after)
        assert (before != after).any()
        assert np.median(np.abs(after - before) / np.maximum(np.abs(before), 1e-3)) < 0.3


def test_a_task_without_programs_has_none_to_disturb(tmp_path, monkeypatch):
    monkeypatch.setattr(priors, "names", lambda task: ())
    with pytest.raises(envs.InputError, match="no program ships for hopper"):
        screen.write_candidates(tmp_path, "hopper", 1)


def test_screening_is_measured(monkeypatch):
    sizes = {"_CANDIDATES": 2, "_EPISODES": 6, "_STEPS": 20, "_TOP": 2, "_GYMNASIUM_EPISODES": 2}
    for name, value in {**sizes, "_PHYSICS_STEPS": 2}.items():
        monkeypatch.setattr(screen, name, value)
    numbers = bench.flatten(bench.run("screen", "hopper", "c"))
    # One of the two is made to fall, and does before its 20 steps are over.
    assert 6 * 20 < numbers["screen/hopper/c/speed/whole_env_steps"] < 2 * 6 * 20
    assert numbers["screen/hopper/c/speed/whole_over_physics"] > 0
    assert abs(numbers["screen/hopper/c/agreement/whole_tau"]) == 1.0, "of two the order agrees or not"
    assert numbers["screen/hopper/c/agreement/whole_place1_gymnasium"] > 0
