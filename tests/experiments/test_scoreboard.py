"""docs/benchmarks.md is what the committed results say, and says what was missed."""

import json
from pathlib import Path

import pytest
from rows import lasting_100k, part

from experiments import scoreboard, tidy
from experiments.aims import AIMS, ALONE

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date():
    page = scoreboard.page(ROOT / "experiments" / "results")
    assert (ROOT / "docs" / "benchmarks.md").read_text() == page, "run make docs"


def line_of(text, start):
    (line,) = (line for line in text.splitlines() if line.startswith(start))
    return line


def test_without_results_nothing_is_met(tmp_path):
    text = scoreboard.page(tmp_path)
    assert text.count("not measured") == len(AIMS) + 8
    # The programs ship with their figures.
    assert text.count("| met |") == len(ALONE)


def test_a_screening_tells_what_it_was_spared(tmp_path):
    numbers = {
        "whole_env_steps": 512_000,
        "whole_steps_per_second": 10_240.0,
        "physics_steps_per_second": 20_480.0,
    }
    found = {f"screen/hopper/c/speed/{name}": value for name, value in numbers.items()}
    (tmp_path / "bench-screen-hopper.json").write_text(json.dumps(found))
    line = line_of(scoreboard.page(tmp_path), "The screening")
    assert "took 512,000 environment steps of 2,048,000" in line
    assert line.endswith("with all of them it would take 200 s there, and the physics alone 100 s.")


@pytest.mark.parametrize(("after", "end"), [(1050.0, "met."), (1040.0, "**missed**.")])
def test_tuning_is_to_raise_a_return_by_half(tmp_path, after, end):
    (tmp_path / "tune").mkdir()
    about = {
        "parent": "ant/row",
        "before_tuning": {"return_mean": 700.0},
        "gymnasium_v4": {"return_mean": after},
        "tuning": {"env_steps": 1_000},
        "ran_on": {
            "versions": {"python": "3.12.3", "jax": "0.11.2", "mujoco": "3.17.0"},
            "device": {"platform": "cpu", "cores": 2, "machine": "x86_64"},
        },
    }
    (tmp_path / "tune" / "ant-row.json").write_text(json.dumps(about))
    line = line_of(scoreboard.page(tmp_path), "`camel-jax tune ant/row --minutes 10`")
    assert f"700 to {after:,.0f} in 1,000 environment steps" in line
    assert line.endswith(end)


@pytest.mark.parametrize(("overhead", "end"), [(1.05, "1.05 | met |"), (1.06, "1.06 | **missed** |")])
def test_a_figure_is_compared_with_its_aim(tmp_path, overhead, end):
    numbers = {"loop/hopper/c_utd1_envs16/overhead": overhead}
    (tmp_path / "bench-loop-hopper.json").write_text(json.dumps(numbers))
    assert line_of(scoreboard.page(tmp_path), "| loop ÷").endswith(end)


@pytest.mark.parametrize(("last", "end"), [((2000, 3000), "met |"), ((1400, 4000), "**missed** |")])
def test_a_plain_agent_is_to_be_reliable(tmp_path, last, end):
    """80 % of 2,887 are 2,310, half of it 1,443: of (1400, 4000) the mean is enough and a seed is not."""
    (tmp_path / "reproduce").mkdir()
    rows = part("none", 20.0, [(1, 2, 3)] * 2, last=last, data_return=1.0, data_coverage=1.0)
    tidy.append(tmp_path / "reproduce" / "hopper-camel-none.csv", lasting_100k(rows))
    line = line_of(scoreboard.page(tmp_path), "| hopper | `camel`")
    assert line.endswith(f"2,887 (CrossQ) | {end}")


def test_rows_tell_where_they_were_made(tmp_path):
    (tmp_path / "reproduce").mkdir()
    versions = {"python": "3.12.3", "jax": "0.11.2", "mujoco": "3.17.0"}
    processor = {"platform": "cpu", "cores": 2, "machine": "x86_64"}
    card = {"platform": "gpu", "kind": "H100", "cores": 16, "machine": "x86_64", "processor": "Z80"}
    for name, devices in {"ant-sac-none": [processor, card], "ant-camel-none": [card, card]}.items():
        ran_on = [{"versions": versions, "device": device} for device in devices]
        (tmp_path / "reproduce" / f"{name}.json").write_text(json.dumps({"ran_on": ran_on}))
    text = scoreboard.page(tmp_path)
    known = "Python 3.12.3, JAX 0.11.2, MuJoCo 3.17.0"
    assert f"- `ant-sac-none`: 2 cores of x86_64; {known}" in text
    assert f"- `ant-camel-none`, `ant-sac-none`: H100, 16 cores of Z80; {known}" in text


def test_a_variant_that_is_not_finished_is_left_out(tmp_path):
    (tmp_path / "reproduce").mkdir()
    rows = part("hop", 20.0, [(1, 2, 3)] * 2, last=(1, 1), data_return=1.0, data_coverage=1.0)
    tidy.append(tmp_path / "reproduce" / "hopper-camel-hop.csv", [r for r in rows if r.policy != "kept"])
    assert "| `camel` | 2 |" not in scoreboard.page(tmp_path)
