"""The comparison of a benchmark says what its rows hold."""

import io

import numpy as np
import pytest
from rich.console import Console
from rows import lasting_100k, part

from experiments import comparison
from experiments.comparison import compare, make_table, outcome_of

HINTED = part(
    "hopper/hop",
    1290.0,
    [(10, 20, 40), (30, 60, 0)],
    last=(500.0, 300.0),
    data_return=50.0,
    data_coverage=900.0,
)
PLAIN = part(
    "none", 20.0, [(0, 10, 20), (10, 10, 10)], last=(30.0, 50.0), data_return=40.0, data_coverage=1200.0
)
USELESS = part("none", 50.0, [(0, 0, 0)] * 2, last=(1, 1), data_return=40.0, data_coverage=1200.0)


def test_an_outcome_holds_each_seeds_numbers():
    found = outcome_of(HINTED)
    assert (found.preset, found.prior, found.alone) == ("camel", "hopper/hop", 1290.0)
    assert found.tuning_env_steps == 1_000_000
    np.testing.assert_array_equal(found.env_steps, [100, 200, 400])
    np.testing.assert_array_equal(found.returns, [[30, 60, 0], [10, 20, 40]], "ordered by seed: 2, 7")
    np.testing.assert_array_equal(found.last, [300, 500])
    np.testing.assert_array_equal(found.kept, [400, 600])
    np.testing.assert_array_equal(found.data_return, [50, 50])
    np.testing.assert_array_equal(found.data_coverage, [900, 900])
    # (45 * 100 + 30 * 200) / 300 and (15 * 100 + 30 * 200) / 300.
    np.testing.assert_allclose(found.area, [35, 25])


def columns_of(parts):
    table = make_table([outcome_of(rows) for rows in parts])
    return {column.header: list(column.cells) for column in table.columns}


def test_the_table_relates_each_variant_to_its_plain_agent():
    names, hinted, plain = columns_of([HINTED, PLAIN]).items()
    # Areas 30 and 35 / 3, to step 200 30 and 7.5; TQ (50 - 20) / (40 - 20); SACo 900 / 1200.
    assert hinted == (
        "camel with hopper/hop",
        [
            "2",
            "30",
            "30",
            "2.77",
            "4.00",
            "400",
            "300 to 500",
            "300",
            "–",
            "–",
            "500",
            "1,290",
            "1.50",
            "0.75",
        ],
    )
    assert plain == (
        "camel, no prior",
        ["2", "11", "8", "1.00", "1.00", "40", "30 to 50", "30", "–", "–", "140", "–", "1.00", "1.00"],
    )
    assert len(names[1]) == 14


@pytest.mark.parametrize(("parts", "coverage"), [([HINTED], "–"), ([HINTED, USELESS], "0.75")])
def test_what_has_no_scale_is_left_out(parts, coverage):
    _, _, _, ratio, early, *_, quality, found = columns_of(parts)["camel with hopper/hop"]
    assert (ratio, early, quality, found) == ("–", "–", "–", coverage)


def test_a_plain_agent_stands_beside_what_is_published_after_as_many_steps():
    *_, bound, published, _, _, _, _ = columns_of([lasting_100k(PLAIN)])["camel, no prior"]
    # 40 plus 6.314, the 95 % quantile of Student's t for two values, times their standard error 10.
    assert bound == "103"
    assert published == "1,103; 2,887 (CrossQ)"
    assert columns_of([lasting_100k(HINTED)])["camel with hopper/hop"][8:10] == ["–", "–"]


def test_the_figure_is_drawn_from_the_rows(tmp_path, monkeypatch):
    drawn = {}
    monkeypatch.setattr(comparison, "benchmark_curves", lambda path, **what: drawn.update(what, path=path))
    console = Console(file=io.StringIO(), width=200)
    compare([HINTED, PLAIN], tmp_path / "hopper.png", console)
    assert drawn["path"] == tmp_path / "hopper.png"
    assert drawn["title"] == "hopper"
    assert "mean of 2 seeds" in drawn["subtitle"]
    assert "1,000,000 more env steps tuned hopper/hop" in drawn["subtitle"]
    assert drawn["references"] == {"hopper/hop alone": 1290.0}
    assert [curve.label for curve in drawn["curves"]] == ["camel with hopper/hop", "camel, no prior"]
    np.testing.assert_array_equal(drawn["curves"][1].returns, [[10, 10, 10], [0, 10, 20]])
    assert "camel, no prior" in console.file.getvalue()
