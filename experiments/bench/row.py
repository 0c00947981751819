"""What every measurement gives, and how it is shown."""

from __future__ import annotations

from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Row(NamedTuple):
    """One measured setting.

    Attributes:
        name: `group/task/setting`, the stem of its keys.
        numbers: figures by name, units in the names.
    """

    name: str
    numbers: dict[str, float]


def flatten(rows: list[Row]) -> dict[str, float]:
    """All figures as `row name/figure name`."""
    return {f"{row.name}/{figure}": value for row in rows for figure, value in row.numbers.items()}


def show(rows: list[Row], console: Console) -> None:
    """Print a table of figures for each row."""
    for row in rows:
        table = Table("figure", "value", title=row.name, title_justify="left", min_width=48)
        for figure, value in row.numbers.items():
            table.add_row(figure, f"{value:,.0f}" if value >= 1000 else f"{value:.3f}")
        console.print(table)
