"""The picture of a screening: what each candidate is worth alone and as a mask, and how the best moves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from experiments.figures import STYLE
from experiments.film import Film
from priors.screen import Screening, Standing

MOST_ROWS = 24
_WHOLE, _STOPPED = "#1f5fa8", "#b9c6d6"


def screen_figure(
    path: Path, screening: Screening, *, title: str, subtitle: str, film: Film | None = None
) -> None:
    """Draw a screening.

    Args:
        path: the PNG file to write; its folder is made.
        screening: its best `MOST_ROWS` candidates are shown.
        title: such as the task.
        subtitle: a smaller line under it.
        film: how the best one moves; None to leave that out.
    """
    standings = screening.standings[:MOST_ROWS]
    rows_height = 0.32 * len(standings) + 1.0
    film_height = 0.0 if film is None else 1.55
    with rc_context(STYLE):
        figure = Figure(
            figsize=(10.0, rows_height + film_height + 1.0),
            dpi=150,
            facecolor="white",
            layout="constrained",
        )
        canvas = FigureCanvasAgg(figure)
        above: Any = figure
        if film is not None:
            heights = (rows_height + 0.8, film_height + 0.2)
            above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=heights)[:, 0]
            _draw_film(below, film, standings[0].name)
        alone, masked = above.subplots(1, 2, sharey=True, width_ratios=(1.25, 1.0))
        _draw_alone(alone, standings)
        _draw_masked(masked, standings)
        alone.set_title(title, loc="left", pad=26)
        alone.annotate(
            subtitle, (0, 1), (0, 10), xycoords="axes fraction", textcoords="offset points", color="#666666"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        canvas.print_png(path)


def _draw_alone(axes: Axes, standings: Sequence[Standing]) -> None:
    places = np.arange(len(standings))
    means = np.array([one.alone.mean for one in standings])
    reach = np.array([[one.alone.mean - one.alone.low, one.alone.high - one.alone.mean] for one in standings])
    colors = [_WHOLE if one.finished else _STOPPED for one in standings]
    axes.barh(
        places, means, color=colors, height=0.68, xerr=reach.T, error_kw={"ecolor": "#333333", "capsize": 2.5}
    )
    for place, one in zip(places, standings, strict=True):
        text = f"{one.alone.mean:,.0f}" if one.finished else f"{one.alone.mean:,.0f} in {one.steps} steps"
        axes.annotate(
            text,
            (max(one.alone.high, 0.0), place),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color="#333333",
        )
    axes.set_yticks(places, [shortened(one.name) for one in standings], fontsize=9)
    axes.set_ylim(len(standings) - 0.4, -0.6)
    axes.margins(x=0.16)
    axes.set_xlabel("return alone, mean with 95 % interval (pale: stopped early)")
    axes.spines.right.set_visible(False)
    axes.grid(axis="x", color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _draw_masked(axes: Axes, standings: Sequence[Standing]) -> None:
    widths = next((tuple(one.masked) for one in standings if one.masked), ())
    if not widths:
        axes.set_visible(False)
        return
    shades = colormaps["plasma"](np.linspace(0.1, 0.8, len(widths)))
    offsets = np.linspace(-0.22, 0.22, len(widths)) if len(widths) > 1 else [0.0]
    for width, shade, offset in zip(widths, shades, offsets, strict=True):
        rows = [(place, one.masked[width]) for place, one in enumerate(standings) if one.masked]
        values = np.array([(place + offset, *worth) for place, worth in rows])
        axes.hlines(values[:, 0], values[:, 2], values[:, 3], color=shade, linewidth=2.0, alpha=0.55)
        axes.plot(values[:, 1], values[:, 0], "o", color=shade, markersize=5.5, label=f"±{width:g}")
    for place, one in enumerate(standings):
        if one.masked:
            axes.plot([one.alone.mean] * 2, [place - 0.34, place + 0.34], color="#333333", linewidth=1.2)
    axes.plot([], [], color="#333333", linewidth=1.2, label="alone")
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    axes.set_xlabel("return of random actions inside of a mask")
    axes.spines.right.set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(color="#e4e4e4", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=len(widths) + 1,
        frameon=False,
        fontsize=9,
        handletextpad=0.3,
        columnspacing=1.2,
    )


def _draw_film(figure: Any, film: Film, name: str) -> None:
    figure.suptitle(
        f"how {shortened(name)} moves (drawn with {film.drawn_with})", x=0.01, ha="left", fontsize=10.5
    )
    for axes, frame, instant in zip(
        figure.subplots(1, len(film.frames), squeeze=False)[0], film.frames, film.times, strict=True
    ):
        axes.imshow(frame)
        axes.set_axis_off()
        axes.set_title(f"{instant:.2f} s", fontsize=8.5, fontweight="normal", pad=3, color="#444444")


def shortened(name: str, most: int = 34) -> str:
    """A name of at most so many letters; its end tells more than its beginning."""
    return name if len(name) <= most else f"…{name[1 - most :]}"
