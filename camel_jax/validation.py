"""Sentences about settings that are out of range; each function gives none or one."""

from __future__ import annotations

from collections.abc import Iterable


def check_that(holds: bool, problem: str) -> list[str]:
    """`problem` unless `holds`."""
    return [] if holds else [problem]


def at_least(name: str, value: float, least: float) -> list[str]:
    """A problem unless `value >= least`."""
    return check_that(value >= least, f"{name} is {value}; it must be at least {least}")


def between(
    name: str, value: float, low: float, high: float, *, open_low: bool = False, open_high: bool = False
) -> list[str]:
    """A problem unless `value` lies between the bounds; NaN never does."""
    above = low < value if open_low else low <= value
    below = value < high if open_high else value <= high
    brackets = "(" if open_low else "[", ")" if open_high else "]"
    return check_that(
        above and below, f"{name} is {value}; it must lie in {brackets[0]}{low}, {high}{brackets[1]}"
    )


def one_of(name: str, value: str, choices: Iterable[str]) -> list[str]:
    """A problem unless `value` is among the choices."""
    return check_that(value in choices, f"{name} is {value!r}; it must be one of {', '.join(choices)}")
