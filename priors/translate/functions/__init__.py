"""Names to values: which modules, builtins, attributes and methods exist, and how they are called."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping, Sequence
from functools import cache

from priors.translate.containers import Array, Value
from priors.translate.errors import PriorError
from priors.translate.functions import python, tables
from priors.translate.functions.arguments import Implementation
from priors.translate.functions.methods import attribute, extend
from priors.translate.graph import is_scalar
from priors.translate.machine import Machine
from priors.translate.values import Builtin, DType, Module, to_array, truth

MODULES = {
    "math": "math",
    "numpy": "numpy",
    "numpy.linalg": "numpy.linalg",
    "jax": "jax",
    "jax.numpy": "numpy",
    "jax.numpy.linalg": "numpy.linalg",
}
"""Modules that a program can use, by the name it imports them under."""

_MEMBERS: dict[str, Mapping[str, Value]] = {
    "math": tables.MATH,
    "numpy": {**tables.NUMPY, "linalg": Module("numpy.linalg")},
    "numpy.linalg": tables.LINALG,
    "jax": {"numpy": Module("numpy")},
}

DROPPED = {"print"}
"""Functions whose calls do nothing; their arguments are not evaluated."""

_HINTS = {
    "random": "a policy is deterministic: the learner adds the noise",
    "vectorize": "write the formula on whole arrays",
    "getattr": "read values by name or index",
    "hasattr": "programs with memory are not yet translated: compute the action from the observation alone",
    "input": "a policy reads its observation only",
    "isinstance": "the observation is always a NumPy array of floats",
}

_TYPES = {"float": DType("float"), "int": DType("int"), "bool": DType("bool")}


def members(module: str) -> dict[str, Value]:
    """All public names of a module."""
    return {name: member(Module(module), name) for name in _MEMBERS[module]}


def member(module: Module, name: str) -> Value:
    """`module.name`."""
    table = _MEMBERS[module.path]
    if name not in table:
        hint = _HINTS.get(name) or _nearest(name, list(table))
        raise PriorError(f"`{module.path}.{name}` is not available", hint)
    row = table[name]
    return Builtin(f"{module.path}.{name}", row) if callable(row) else row


def builtin(name: str) -> Value:
    """A builtin function or type of Python."""
    if name == "__name__":
        return "program"
    if name in _TYPES:
        return _TYPES[name]
    if name in python.BUILTINS:
        return Builtin(name, python.BUILTINS[name])
    hint = _HINTS.get(name) or _nearest(name, [*python.BUILTINS, *_TYPES, *_MEMBERS])
    raise PriorError(f"the name `{name}` is not known", hint)


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=2)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return "use arithmetic, math and the elementary functions of numpy"


@cache
def _signature(implementation: Implementation) -> inspect.Signature:
    return inspect.signature(implementation)


def invoke(
    machine: Machine, function: Builtin, positional: Sequence[Value], named: Mapping[str, Value]
) -> Value:
    """Call a row of a table with a program's arguments."""
    arguments = (machine, *function.receiver, *positional)
    try:
        _signature(function.implementation).bind(*arguments, **named)
    except TypeError as error:
        raise PriorError(f"{function.name}: {error}", "check its arguments") from None
    return function.implementation(*arguments, **named)


def convert(m: Machine, dtype: DType, value: Value = 0) -> Value:
    """`float(x)`, `np.float32(x)` and their like."""
    if isinstance(value, str) and value in ("inf", "-inf", "nan") and dtype.kind == "float":
        return float(value)
    if isinstance(value, Array) and value.data.size == 1:
        value = value.data.ravel()[0]
    if dtype.kind == "bool" and not isinstance(value, Array):
        return truth(m.graph, value)
    if is_scalar(value):
        return m.graph.cast(value, dtype.kind)
    return to_array(m.graph, value, dtype.kind)


__all__ = ["DROPPED", "MODULES", "attribute", "builtin", "convert", "extend", "invoke", "member", "members"]
