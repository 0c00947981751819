"""Texts made of fixed strings and integers: f-strings, `str.format` and `%`.

Only the numbers and strings themselves are ever formatted, by Python's own `format` with a width of two
digits at most: a field names an argument, never an attribute or an entry of one.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence

from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.graph import Graph
from priors.translate.nodes import Node
from priors.translate.values import check_size

_SPEC = re.compile(r"[<>^]?0?\d{0,2}[ds]?")
_PERCENT = re.compile(r"%(?:%|(0?\d{0,2}[ds]))")
_HINT = "leave texts for people out, and use {name}, {0}, {i:02d}, %s or %d for keys"


def piece(graph: Graph, value: Value, spec: str = "") -> str:
    """`format(value, spec)` of a fixed string or integer."""
    if isinstance(value, Node) and value.kind == "int":
        value = graph.static(value, "the number in a text")
    if not isinstance(value, (str, int)):
        raise PriorError("a text may hold fixed strings and integers only", "leave texts for people out")
    if not _SPEC.fullmatch(spec):
        raise PriorError(f"the format {spec[:20]!r} is not available", _HINT)
    return format(value, spec)


def joined(parts: Sequence[str]) -> str:
    """The parts as one text, if it is not too long."""
    check_size(sum(map(len, parts)))
    return "".join(parts)


def braces(graph: Graph, text: str, positional: Sequence[Value], named: Mapping[str, Value]) -> str:
    """`text.format(*positional, **named)`."""
    parts: list[str] = []
    count = 0
    for literal, named_field, spec, conversion in string.Formatter().parse(text):
        graph.spend()
        parts.append(literal)
        if named_field is None:
            continue
        if conversion or not re.fullmatch(r"\w*", named_field, re.ASCII):
            raise PriorError("a field of str.format names an argument and no more", _HINT)
        field = named_field or str(count)
        count += not named_field
        place = int(field) if field.isdigit() and len(field) < 4 else -1
        if place >= len(positional) or (place < 0 and field not in named):
            raise PriorError(f"str.format has no argument {field[:40]!r}", "give one for each field")
        parts.append(piece(graph, named[field] if place < 0 else positional[place], spec or ""))
    return joined(parts)


def percent(graph: Graph, text: str, values: Value) -> str:
    """`text % values`, with the fields `%s`, `%d` and `%02d`."""
    left = list(values) if isinstance(values, tuple) else [values]
    parts: list[str] = []
    end = 0
    for found in _PERCENT.finditer(text):
        graph.spend()
        parts += [text[end : found.start()], "%"]
        end = found.end()
        if found[1]:
            if not left:
                raise PriorError("a text has more fields than there are values", "give one for each field")
            value, spec = left.pop(0), found[1]
            if spec.endswith("d") and isinstance(value, str):
                raise PriorError("%d needs a number", "write %s")
            # Of `%5s` the text stands at the right, other than in `format`.
            spec = f">{spec.lstrip('0')}" if spec.endswith("s") else spec
            parts[-1] = piece(graph, _as_text(graph, value) if spec.endswith("s") else value, spec)
    parts.append(text[end:])
    if left or any("%" in part for part in parts[::2]):
        raise PriorError("this text does not fit its values", _HINT)
    return joined(parts)


def _as_text(graph: Graph, value: Value) -> str:
    return str(piece(graph, value))
