"""The rows of a benchmark as text, and back."""

import math

import pytest

from envs import InputError
from experiments import tidy

ROW = tidy.Row(
    task="hopper",
    preset="camel",
    algorithm="sac-categorical",
    prior="a, b/hop.py",
    mask="generator",
    semantics="interpolate",
    engine="c",
    seed=3,
    env_steps=1000,
    policy="last",
    judge="in-graph",
    episodes=8,
    return_mean=1234.567,
    return_std=0.004,
    length_mean=99.96,
    data_return_mean=-7.125,
    data_coverage=1e5 / 3,
    prior_tuning_env_steps=14_462_817,
)
LINE = '"a, b/hop.py",generator,interpolate,c,3,1000,last,in-graph,8,1234.57,0.00,100.0,-7.12,33333,14462817'
HEADER = (
    "task,preset,algorithm,prior,mask,semantics,engine,seed,env_steps,policy,judge,episodes,return_mean,"
    "return_std,length_mean,data_return_mean,data_coverage,prior_tuning_env_steps"
)


def test_rows_are_appended_below_one_header(tmp_path):
    path = tmp_path / "rows.csv"
    assert tidy.read(path) == []
    for _ in range(2):
        tidy.append(path, [ROW])
    assert path.read_text() == f"{HEADER}\n" + 2 * f"hopper,camel,sac-categorical,{LINE}\n"


def test_what_was_read_is_written_again_alike(tmp_path):
    path = tmp_path / "rows.csv"
    nothing = {"seed": None, "data_coverage": None, "data_return_mean": math.nan}
    tidy.append(path, [ROW, tidy.Row(**{**vars(ROW), **nothing})])
    before = path.read_bytes()
    first, second = tidy.read(path)
    assert (first.return_mean, first.seed, first.prior) == (1234.57, 3, "a, b/hop.py")
    assert (second.seed, second.data_coverage, second.data_return_mean) == (None, None, None)
    tidy.replace(path, [first, second])
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["rows.csv"]


@pytest.mark.parametrize("cut", [1, 5, 60, 130])
def test_a_last_line_that_was_cut_off_is_no_row(tmp_path, cut):
    path = tmp_path / "rows.csv"
    tidy.append(path, [ROW])
    whole = path.read_text()
    length = len(whole.splitlines()[-1])
    path.write_text(whole + whole.splitlines()[-1][: max(1, length - cut)])
    assert len(tidy.read(path)) == 1
    path.write_text(HEADER[:20])
    assert tidy.read(path) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEADER}\nhopper,camel,sac,{LINE}\n".replace(",1000,", ",many,"), "row 1: env_steps: "),
        (f"{HEADER}\nhopper,camel\n", "row 1: algorithm: "),
        ("a,b\n1,2\n", "row 1: task: "),
    ],
)
def test_damage_is_named(tmp_path, text, message):
    path = tmp_path / "rows.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=f"rows.csv is damaged: {message}"):
        tidy.read(path)
