"""Errors that speak to the person who gave the input. The command line shows them as one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Something that was asked for cannot be done; the message names it and the choices."""


def unknown(kind: str, name: object, choices: Iterable[str]) -> InputError:
    """An `InputError` for a name that is not among `choices`, with the nearest one as a suggestion."""
    choices = sorted(choices)
    nearest = difflib.get_close_matches(str(name), choices, n=1)
    suggestion = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return InputError(f"unknown {kind} {name!r}; choose from: {', '.join(choices)}.{suggestion}")
