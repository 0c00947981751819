"""`out=` and `where=`: results that NumPy writes into an array of the program."""

# ruff: noqa: ARG001 - every row of a table is called with the same arguments.

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache

import numpy as np

from priors.translate import indexing
from priors.translate.containers import Array, Value
from priors.translate.errors import PriorError
from priors.translate.functions.elementary import where
from priors.translate.machine import Machine
from priors.translate.operations import KINDS
from priors.translate.values import describe, to_array

_PLACES = {"numpy": np, "numpy.linalg": np.linalg, "array": np.ndarray}


@cache
def options_of(row: str) -> frozenset[str]:
    """Which of `out` and `where` NumPy's own function has: `where` only if it goes entry by entry."""
    module, _, name = row.rpartition(".")
    original = getattr(_PLACES.get(module), name, None)
    if not callable(original):
        return frozenset()
    try:
        names = set(inspect.signature(original).parameters)
    except ValueError:
        return frozenset()
    return frozenset(names & ({"out", "where"} if isinstance(original, np.ufunc) else {"out"}))


def split(row: str, named: Mapping[str, Value]) -> tuple[dict[str, Value], Value, Value]:
    """The arguments of a row without `out` and `where`, and these; None and True where they are not given."""
    options = options_of(row) & named.keys()
    rest = {name: value for name, value in named.items() if name not in options}
    out = named["out"] if "out" in options else None
    return rest, out, named["where"] if "where" in options else True


def delivered(m: Machine, row: str, result: Value, out: Value, mask: Value) -> Value:
    """`result`, or if there is one the array `out` with the result written to it where `mask` holds."""
    if isinstance(out, tuple) and len(out) == 1:
        (out,) = out
    if out is None:
        if mask is not True:
            raise PriorError(
                f"{row}(where=...) without `out` leaves the other entries as they happen to be",
                "add out=np.zeros_like(x), or use np.where(mask, a, b)",
            )
        return result
    if not isinstance(out, Array) or isinstance(result, tuple):
        raise PriorError(f"`out` of {row} must be an array, not {describe(out)}", "leave `out` out")
    write(m, out, result, mask)
    return out


def write(m: Machine, out: Array, value: Value, mask: Value = True) -> None:
    """Write numbers to an array where `mask` holds, if it can hold them."""
    value = to_array(m.graph, value)
    if KINDS.index(value.kind) > KINDS.index(out.kind):
        raise PriorError(
            f"an array of type {out.kind} cannot hold numbers of type {value.kind}", "make it of floats"
        )
    indexing.write(m, out, (Ellipsis,), value if mask is True else where(m, mask, value, out))


def copyto(m: Machine, dst: Value, src: Value, casting: Value = "same_kind", where: Value = True) -> None:
    """`numpy.copyto`."""
    if not isinstance(dst, Array):
        raise PriorError(f"np.copyto writes to an array, not to {describe(dst)}", "make it an array first")
    write(m, dst, src, where)


def fill_diagonal(m: Machine, a: Value, val: Value) -> None:
    """`numpy.fill_diagonal` of a matrix."""
    if not isinstance(a, Array) or a.data.ndim != 2:
        raise PriorError("np.fill_diagonal is for matrices", "use a[i, i] = x")
    places = list(range(min(a.data.shape)))
    indexing.write(m, a, (to_array(m.graph, tuple(places)),) * 2, val)
