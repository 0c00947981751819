"""The comparison with Gymnasium finds differences, goes on where it stopped, and its committed rows hold."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import envs
from envs import InputError
from experiments import parity
from experiments.parity.one_step import compare, deviation
from experiments.parity.returns import Returns

COMMITTED = Path(__file__).parents[2] / "experiments" / "results" / "parity.json"
SMALL = {"states": 12, "episodes": 3}


def run(file, *, engines=("c",)):
    return parity.run(file, ("inverted_pendulum",), engines, Console(file=io.StringIO()), **SMALL)


def test_every_comparison_is_made_and_read_again(tmp_path):
    file = tmp_path / "parity.json"
    results = run(file)
    assert [(row.engine, row.precision) for row in results.one_step] == [("c", "float64"), ("c", "float32")]
    assert [row.engine for row in results.returns] == ["gymnasium", "c"]
    assert results.one_step[0].observation == 0
    assert parity.read(file) == results
    output = io.StringIO()
    parity.show(results, Console(file=output, width=200))
    assert "inverted_pendulum" in output.getvalue()


def test_an_interrupted_comparison_goes_on_and_a_finished_one_starts_over(tmp_path):
    file = tmp_path / "parity.json"
    run(file)
    stored = json.loads(file.read_text())
    stored["complete"] = False
    stored["one_step"] = stored["one_step"][:1]
    stored["one_step"][0]["observation"] = 0.25  # a mark
    file.write_text(json.dumps(stored))
    resumed = run(file)
    assert [row.observation == 0.25 for row in resumed.one_step] == [True, False]
    assert resumed.complete
    assert all(row.observation != 0.25 for row in run(file).one_step)


def test_rows_of_other_versions_are_not_continued(tmp_path):
    file = tmp_path / "parity.json"
    run(file)
    stored = json.loads(file.read_text())
    stored["complete"] = False
    stored["provenance"]["versions"]["mujoco"] = "1.0"
    stored["one_step"][0]["observation"] = 0.25
    file.write_text(json.dumps(stored))
    assert all(row.observation != 0.25 for row in run(file).one_step)


def test_a_task_that_differs_is_found_out():
    env = envs.make("hopper", "c", ctrl_cost_weight=0.5, healthy_z_range=(1.24, np.inf))
    found = compare("hopper", env, precision="float32", count=40)
    assert found.reward > 0.1
    assert found.beyond == 1
    assert found.mismatches > 0
    assert found.observation < 1e-6


def test_deviation_is_relative_to_large_numbers_and_absolute_to_small_ones():
    found = deviation(np.array([[100.0, 0.0], [0.0, 0.5]]), np.array([[101.0, 0.0], [0.0, 0.25]]))
    np.testing.assert_allclose(found, [1 / 101, 0.25])


def test_intervals_agree_where_they_overlap():
    def row(mean, half_width):
        return Returns("hopper", "c", 100, mean, half_width, 1.0, 1.0)

    assert row(10, 1).agrees(row(11.5, 1))
    assert not row(10, 1).agrees(row(12.5, 1))


@pytest.mark.parametrize("content", ["", "[]", '{"provenance": {}}', None])
def test_what_is_no_comparison_is_refused(tmp_path, content):
    file = tmp_path / "parity.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InputError, match="is no result of camel-jax parity"):
        parity.read(file)


def test_the_committed_comparison_is_within_its_bounds():
    results = parity.read(COMMITTED)
    found = {(row.task, row.engine, row.precision): row for row in results.one_step}
    for task in envs.names():
        for precision, bound in (("float64", 1e-10), ("float32", 1e-5)):
            row = found[task, "c", precision]
            assert max(row.observation, row.reward) <= bound
            assert row.mismatches == 0
    for (task, engine, precision), row in found.items():
        assert row.states == 1000
        # Humanoid has another solver than in C, as MJX lacks PGS.
        if (engine, precision) == ("mjx", "float64") and task != "humanoid":
            assert max(row.observation, row.reward) <= 1e-6
            assert row.mismatches == 0
    returns = {(row.task, row.engine): row for row in results.returns}
    for (task, engine), row in returns.items():
        assert row.agrees(returns[task, "gymnasium"]), f"{task} on {engine}"
    if results.complete:
        assert set(found) >= {(task, "warp", "float32") for task in envs.names()}
        assert set(returns) >= {(task, engine) for task in envs.names() for engine in parity.ENGINES}
