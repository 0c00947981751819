"""What every measurement gives, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Row(NamedTuple):
    """One measured setting.

    Attributes:
        name: `group/task/setting`, or `peers/peer`: the stem of its keys.
        numbers: figures by name, units in the names.
        about: what the figures were obtained with, where it is not this project alone.
    """

    name: str
    numbers: dict[str, float]
    about: Mapping[str, str] = MappingProxyType({})


def flatten(rows: list[Row]) -> dict[str, float | str]:
    """All figures, and what they were obtained with, as `row name/figure name`."""
    flat: dict[str, float | str] = {}
    for row in rows:
        flat |= {f"{row.name}/{figure}": value for figure, value in row.numbers.items()}
        flat |= {f"{row.name}/{key}": text for key, text in row.about.items()}
    return flat


def show(rows: list[Row], console: Console) -> None:
    """Print a table of figures for each row."""
    for row in rows:
        table = Table("figure", "value", title=row.name, title_justify="left", min_width=48)
        for figure, value in row.numbers.items():
            table.add_row(figure, f"{value:,.0f}" if value >= 1000 else f"{value:.3f}")
        for name, text in row.about.items():
            table.add_row(name, text)
        console.print(table)
