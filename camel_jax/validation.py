"""Sentences about settings that are out of range; each function gives none or one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any

LARGEST_INT = 2**31 - 1
"""The largest of JAX's default integers, which all that is counted inside the graph must stay below."""


def check_that(holds: bool, problem: str) -> list[str]:
    """`problem` unless `holds`."""
    return [] if holds else [problem]


def whole(name: str, value: Any) -> list[str]:
    """A problem unless `value` is an integer, Python's or NumPy's; a boolean is none."""
    value = _unwrapped(value)
    holds = isinstance(value, Integral) and not isinstance(value, bool)
    return check_that(holds, f"{name} is {value!r}; it must be a whole number")


def boolean(name: str, value: Any) -> list[str]:
    """A problem unless `value` is True or False, Python's or NumPy's: 0, "False" and None are not."""
    holds = isinstance(_unwrapped(value), bool)
    return check_that(holds, f"{name} is {value!r}; it must be True or False")


def number(name: str, value: Any) -> list[str]:
    """A problem unless `value` is a real number, Python's or NumPy's; a boolean is none."""
    value = _unwrapped(value)
    holds = isinstance(value, Real) and not isinstance(value, bool)
    return check_that(holds, f"{name} is {value!r}; it must be a number")


def count(name: str, value: Any, least: int, most: int = LARGEST_INT) -> list[str]:
    """A problem unless `value` is an integer in [least, most]."""
    return whole(name, value) or check_that(
        least <= value <= most, f"{name} is {value}; it must be at least {least} and at most {most}"
    )


def counts(name: str, values: Any, least: int) -> list[str]:
    """A problem unless `values` is a sequence, not empty, of integers in [least, LARGEST_INT]."""
    entries = as_sequence(values)
    if not entries:
        return [f"{name} is {values!r}; it must hold one whole number or several"]
    return next((problem for entry in entries if (problem := count(name, entry, least))), [])


def _unwrapped(value: Any) -> Any:
    """The number in an array without axes, NumPy's or JAX's, or `value` itself."""
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value


def as_sequence(value: Any) -> Sequence[Any] | None:
    """`value` if it is a sequence of any kind or a vector, None for all else; a text is no sequence here."""
    if getattr(value, "ndim", None) == 1 and hasattr(value, "tolist"):
        return list(value.tolist())
    return value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else None


def between(
    name: str, value: Any, low: float, high: float, *, open_low: bool = False, open_high: bool = False
) -> list[str]:
    """A problem unless `value` is a number between the bounds; NaN never is."""
    if problem := number(name, value):
        return problem
    above = low < value if open_low else low <= value
    below = value < high if open_high else value <= high
    brackets = "(" if open_low else "[", ")" if open_high else "]"
    return check_that(
        above and below, f"{name} is {value}; it must lie in {brackets[0]}{low}, {high}{brackets[1]}"
    )


def one_of(name: str, value: Any, choices: Iterable[str]) -> list[str]:
    """A problem unless `value` is among the choices."""
    # What is no text may not even be comparable, or not hashable.
    return check_that(
        isinstance(value, str) and value in choices,
        f"{name} is {value!r}; it must be one of {', '.join(choices)}",
    )
