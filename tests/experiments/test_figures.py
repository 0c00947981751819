from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from experiments import figures

CURVE = [
    {
        "env_steps": 5000 * i,
        "epsilon": max(0.0, 1 - i / 4),
        "return_mean": 300.0 * i,
        "return_std": 50.0,
        "gymnasium_return_mean": 290.0 * i if i % 2 else None,
    }
    for i in range(1, 9)
]
FINAL = {"return_mean": 2500.0, "return_std": 120.0, "episodes": 20}


@pytest.fixture
def drawn(monkeypatch):
    """The figures made in a test, to look at what was drawn."""
    made = []

    class Recorded(Figure):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            made.append(self)

    monkeypatch.setattr(figures, "Figure", Recorded)
    return made


def _labels(figure: Figure) -> list[str]:
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def _colours(path: Path) -> int:
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.size == (1200, 720)
        return len(image.convert("RGB").getcolors(maxcolors=1200 * 720))


def test_curve_names_every_series_and_its_value(tmp_path, drawn):
    path = tmp_path / "new" / "curve.png"
    figures.training_curve(
        path, title="hopper", subtitle="seed 0", curve=CURVE, prior_return=1290.4, final=FINAL
    )
    assert _colours(path) > 50
    labels = " | ".join(_labels(drawn[0]))
    for part in (
        "policy, Gymnasium",
        "policy, in-graph",
        "prior alone: 1,290",
        "20 episodes: 2,500 ± 120",
        "ε",
    ):
        assert part in labels
    assert all(axes.get_visible() for axes in drawn[0].axes)


def test_missing_values_are_left_out(tmp_path, drawn):
    figures.training_curve(tmp_path / "curve.png", title="hopper", curve=CURVE[::-1])
    lines = {line.get_label(): line for line in drawn[0].axes[0].get_lines()}
    np.testing.assert_array_equal(lines["policy, Gymnasium"].get_xdata(), [5000, 15000, 25000, 35000])
    np.testing.assert_array_equal(lines["policy, Gymnasium"].get_ydata(), [290, 870, 1450, 2030])


def test_plain_agent_shows_neither_prior_nor_mask(tmp_path, drawn):
    plain = [{**row, "epsilon": 0.0} for row in CURVE]
    figures.training_curve(tmp_path / "curve.png", title="hopper", curve=plain, final=FINAL)
    assert not any("prior" in label or "ε" in label for label in _labels(drawn[0]))
    assert [axes.get_visible() for axes in drawn[0].axes] == [True, False]


@pytest.mark.parametrize(
    "curve",
    [
        [],
        CURVE[:1],
        [{"env_steps": 10}],
        [{"env_steps": 10, "epsilon": None, "return_mean": float("nan"), "return_std": None}],
        [{"env_steps": 10, "return_mean": 3.0}, {"env_steps": 20, "return_mean": -4.0, "return_std": 1.0}],
    ],
)
@pytest.mark.parametrize("final", [None, FINAL, {"return_mean": -3}])
def test_little_data_is_drawn_all_the_same(tmp_path, curve, final):
    path = tmp_path / "curve.png"
    figures.training_curve(path, title="hopper", curve=curve, prior_return=-5.0, final=final)
    assert _colours(path) > 20


AGENTS = [
    figures.SeedCurves("with", [100, 200, 300], [[0.0, 10.0, 20.0], [20.0, 30.0, 40.0]]),
    figures.SeedCurves("without", [100, 200, 300], [[5.0, 5.0, 5.0], [7.0, 7.0, 7.0]]),
]


def test_a_benchmark_shows_means_seeds_and_references(tmp_path, drawn):
    path = tmp_path / "new" / "hopper.png"
    references = {"hop alone": 1290.4, "naive alone": 300.0}
    figures.benchmark_curves(path, title="hopper", subtitle="a\nb", curves=AGENTS, references=references)
    assert path.stat().st_size > 10_000
    assert _labels(drawn[0]) == ["with", "without", "hop alone: 1,290", "naive alone: 300"]
    axes = drawn[0].axes[0]
    lines = {line.get_label(): line for line in axes.get_lines()}
    np.testing.assert_array_equal(lines["with"].get_ydata(), [10, 20, 30])
    assert len(axes.get_lines()) == 2 * (2 + 1) + 2, "two seeds and their mean, two references"
    (low, high) = axes.collections[0].get_paths()[0].get_extents().intervaly
    assert (low, high) == (0, 40), "two seeds: the interval reaches from one to the other"
    colors = [lines[name].get_color() for name in ("with", "without")]
    assert colors[0] != colors[1]


@pytest.mark.parametrize("points", [1, 2])
def test_a_short_benchmark_is_drawn_all_the_same(tmp_path, points):
    path = tmp_path / "hopper.png"
    curve = figures.SeedCurves("plain", [100, 200][:points], [[3.0, 4.0][:points]])
    figures.benchmark_curves(path, title="hopper", subtitle="", curves=[curve], references={})
    assert path.stat().st_size > 10_000
