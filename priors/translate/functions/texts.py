"""`json.loads` of a fixed text: its numbers, strings, lists and dicts."""

from __future__ import annotations

import json
import re
from typing import Any

from priors.translate import limits
from priors.translate.containers import Dict, List, Value
from priors.translate.errors import PriorError
from priors.translate.machine import Machine
from priors.translate.values import check_size

_STRING = re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)', re.DOTALL)


def loads(m: Machine, s: Value) -> Value:
    """`json.loads` of a fixed text of bounded size and depth."""
    if not isinstance(s, str):
        raise PriorError("json.loads needs a fixed text", "write the numbers down as Python")
    if len(s) > limits.MAX_DATA_CHARACTERS:
        raise PriorError("this text is too long to be read", "write the numbers down as Python")
    _check_depth(s)
    try:
        found = json.loads(s, parse_int=_integer, parse_constant=_no_number)
    except ValueError as error:
        raise PriorError(f"this is not JSON: {error}", "write the numbers down as Python") from None
    return _as_value(m, found)


def _check_depth(text: str) -> None:
    """Refuse texts with many open brackets: the parser recurses."""
    depth = 0
    for character in _STRING.sub("", text):
        depth += (character in "[{") - (character in "]}")
        if depth > limits.MAX_BRACKET_DEPTH:
            raise PriorError("this text is nested too deeply", "write the numbers down as Python")


def _integer(digits: str) -> int:
    if len(digits) > limits.MAX_NUMBER_CHARACTERS:
        raise ValueError("a number is too long")
    return int(digits)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _as_value(m: Machine, part: Any) -> Value:
    m.graph.spend()
    if isinstance(part, (list, dict)):
        check_size(len(part))
    if isinstance(part, list):
        return List([_as_value(m, item) for item in part])
    if isinstance(part, dict):
        return Dict({key: _as_value(m, item) for key, item in part.items()})
    return part if part is None or isinstance(part, (str, bool)) else m.graph.checked(part)


JSON: dict[str, Value] = {"loads": loads}
