"""Figures of a run and of a benchmark, as PNG files."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import EngFormatter, MaxNLocator

from experiments.statistics import bootstrap_interval

Row = Mapping[str, Any]

_POLICY, _IN_GRAPH, _PRIOR, _EPSILON, _FINAL = "#1f5fa8", "#7fa8d1", "#b5541c", "#9a9a9a", "#c0182b"
# Told apart by those who see no red or no green, and in print: Okabe and Ito's, yellow left out.
_CURVES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
_DASHES = ("--", "-.", ":")
STYLE: dict[Any, Any] = {
    "font.size": 10.5,
    "font.family": "DejaVu Sans",
    "axes.titlesize": 12.5,
    "axes.titleweight": "bold",
    "axes.edgecolor": "#666666",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
}


class SeedCurves(NamedTuple):
    """Learning curves of one agent.

    Attributes:
        label: what it is called.
        env_steps: where it was evaluated, shape `(points,)`.
        returns: shape `(seeds, points)`.
    """

    label: str
    env_steps: Any
    returns: Any


def benchmark_curves(
    path: Path,
    *,
    title: str,
    subtitle: str,
    curves: Sequence[SeedCurves],
    references: Mapping[str, float],
) -> None:
    """Draw how agents learn: means over seeds with 95 % bootstrap intervals, and every seed as a thin line.

    Args:
        path: the PNG file to write; its folder is made.
        title: such as the task.
        subtitle: a smaller line, or lines, under the title.
        curves: one entry for each agent.
        references: returns by label, drawn as dashed lines across, such as those of priors alone.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(8.0, 5.2), dpi=150, facecolor="white", layout="constrained")
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.spines.right.set_visible(False)
        for index, curve in enumerate(curves):
            _draw_seeds(axes, curve, _CURVES[index % len(_CURVES)])
        for (label, value), dashes in zip(references.items(), _DASHES * len(references), strict=False):
            axes.axhline(
                value, linestyle=dashes, color="#555555", linewidth=1.4, label=f"{label}: {value:,.0f}"
            )
        _finish(axes, None, title, subtitle)
        path.parent.mkdir(parents=True, exist_ok=True)
        canvas.print_png(path)


def _draw_seeds(axes: Axes, curve: SeedCurves, color: str) -> None:
    env_steps, returns = np.asarray(curve.env_steps), np.asarray(curve.returns)
    band = bootstrap_interval(returns)
    # A line of a single point cannot be seen.
    marker = "o" if len(env_steps) == 1 else None
    axes.plot(env_steps, returns.T, color=color, linewidth=0.7, alpha=0.4, marker=marker, markersize=3)
    axes.fill_between(env_steps, band.low, band.high, color=color, alpha=0.18, linewidth=0)
    mean = axes.plot(env_steps, returns.mean(0), color=color, marker=marker, label=curve.label)[0]
    mean.set(linewidth=2.4, zorder=4)  # above the bands of all others


def training_curve(
    path: Path,
    *,
    title: str,
    curve: Sequence[Row],
    prior_return: float | None = None,
    final: Row | None = None,
    subtitle: str | None = None,
) -> None:
    """Draw how the return of the policy alone, without prior or mask, grew over a run.

    A value that is missing, None or not finite is left out of its own series alone.

    Args:
        path: the PNG file to write; its folder is made.
        title: such as the task and the name of the run.
        curve: one row for each evaluation: `env_steps`, `epsilon` (0 to 1), `return_mean` and `return_std` of
            the in-graph evaluation, `gymnasium_return_mean` of that policy in Gymnasium's own environment.
        prior_return: mean return of the prior alone; None for an agent without prior.
        final: the last evaluation in Gymnasium: `return_mean`, `return_std`, `episodes`, and `env_steps`
            where it is not the last of the curve.
        subtitle: a smaller line under the title, such as the seed and the physics.
    """
    rows = sorted(curve, key=lambda row: row["env_steps"])
    with rc_context(STYLE):
        figure = Figure(figsize=(8.0, 4.8), dpi=150, facecolor="white", layout="constrained")
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        shade = axes.twinx()
        # The returns are drawn over the schedule, whose axes come later.
        axes.set_zorder(shade.get_zorder() + 1)
        axes.patch.set_visible(False)
        _draw_epsilon(shade, rows)
        _draw_returns(axes, rows)
        if prior_return is not None:
            _draw_prior(axes, prior_return)
        if final is not None:
            _draw_final(axes, final, rows)
        _finish(axes, shade, title, subtitle)
        path.parent.mkdir(parents=True, exist_ok=True)
        canvas.print_png(path)


def _column(rows: Sequence[Row], key: str) -> np.ndarray:
    """A column of the curve, `(rows,)`, NaN where the value is missing."""
    values = (row.get(key) for row in rows)
    column = np.array([math.nan if value is None else float(value) for value in values])
    return np.where(np.isfinite(column), column, math.nan)


def _draw_epsilon(shade: Axes, rows: Sequence[Row]) -> None:
    steps, epsilon = _column(rows, "env_steps"), _column(rows, "epsilon")
    known = np.isfinite(epsilon)
    if not (epsilon[known] > 0).any():  # the plain agent
        shade.set_visible(False)
        return
    shade.fill_between(steps[known], epsilon[known], color=_EPSILON, alpha=0.16, linewidth=0)
    shade.plot(steps[known], epsilon[known], ":", color=_EPSILON, linewidth=1.4, label="mask ε")
    shade.set_ylim(0, 1.08)
    shade.set_yticks(np.linspace(0, 1, 6))
    shade.set_ylabel("mask ε (1: full, 0: none)", color="#777777")
    shade.tick_params(axis="y", colors="#777777")


def _draw_returns(axes: Axes, rows: Sequence[Row]) -> None:
    steps, mean, std = (_column(rows, key) for key in ("env_steps", "return_mean", "return_std"))
    known = np.isfinite(mean)
    if known.any():
        x, y, band = steps[known], mean[known], np.nan_to_num(std[known])
        axes.fill_between(x, y - band, y + band, color=_IN_GRAPH, alpha=0.25, linewidth=0)
        # A line or a band of a single point cannot be seen.
        dots = {"marker": "o", "markersize": 4, "yerr": band, "capsize": 3} if len(x) == 1 else {}
        axes.errorbar(x, y, color=_IN_GRAPH, linewidth=1.6, label="policy, in-graph (± std)", **dots)
    gymnasium = _column(rows, "gymnasium_return_mean")
    known = np.isfinite(gymnasium)
    if known.any():
        line = axes.plot(steps[known], gymnasium[known], "o-", color=_POLICY, label="policy, Gymnasium")[0]
        line.set(markersize=4.5, linewidth=2.2)


def _draw_prior(axes: Axes, prior_return: float) -> None:
    label = f"prior alone: {prior_return:,.0f}"
    axes.axhline(prior_return, linestyle="--", color=_PRIOR, linewidth=1.6, label=label)


def _draw_final(axes: Axes, final: Row, rows: Sequence[Row]) -> None:
    mean, std = float(final["return_mean"]), float(final.get("return_std") or 0.0)
    step = final.get("env_steps") or (rows[-1]["env_steps"] if rows else 0)
    episodes = f", {final['episodes']} episodes" if final.get("episodes") else ""
    star = axes.errorbar([step], [mean], [std], fmt="*", markersize=15, color=_FINAL, capsize=4, zorder=5)
    star.lines[0].set_markeredgecolor("white")
    star.set_label(f"final, Gymnasium{episodes}: {mean:,.0f} ± {std:,.0f}")
    number = axes.annotate(
        f"{mean:,.0f}", (step, mean + std), (0, 7), textcoords="offset points", ha="center"
    )
    number.set(color=_FINAL, weight="bold", zorder=6)
    number.set_path_effects([withStroke(linewidth=3, foreground="white")])


def _finish(axes: Axes, shade: Axes | None, title: str, subtitle: str | None) -> None:
    axes.set_xlabel("environment steps")
    axes.set_ylabel("return of an episode (sum of rewards)")
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.yaxis.set_major_locator(MaxNLocator(7))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.grid(axis="y", color="#dddddd", linewidth=0.7)
    axes.margins(x=0.06, y=0.1)
    axes.set_xlim(left=0)
    # Returns that are never negative stand on the axis, without the margin.
    axes.set_ylim(bottom=0.0 if axes.dataLim.ymin >= 0 else axes.get_ylim()[0])
    axes.set_title(title, loc="left", pad=10 + 14 * len(subtitle.splitlines() if subtitle else ()))
    if subtitle:
        axes.annotate(
            subtitle, (0, 1), (0, 8), xycoords="axes fraction", textcoords="offset points", color="#666666"
        )
    lines, labels = axes.get_legend_handles_labels()
    if shade is not None:
        shade_lines, shade_labels = shade.get_legend_handles_labels()
        lines, labels = lines + shade_lines, labels + shade_labels
    axes.figure.legend(lines, labels, loc="outside lower center", ncols=3, frameon=False)
