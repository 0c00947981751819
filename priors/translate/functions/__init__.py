"""Names to values: which modules, builtins, attributes and methods exist, and how they are called."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from priors.translate import limits
from priors.translate.containers import Array, Value
from priors.translate.errors import PriorError
from priors.translate.functions import (
    iterators,
    library,
    mathematics,
    neural,
    outputs,
    python,
    records,
    searching,
    tables,
    texts,
    views,
)
from priors.translate.functions.arguments import Implementation
from priors.translate.functions.getters import applied
from priors.translate.functions.hints import HINTS, MODULE_HINTS
from priors.translate.functions.methods import attribute
from priors.translate.functions.sequences import extend
from priors.translate.machine import Machine
from priors.translate.nodes import is_scalar
from priors.translate.objects import Builtin, DType, Marker, Module, Unusable
from priors.translate.values import check_size, to_array, truth

MODULES = {
    "math": "math",
    "numpy": "numpy",
    "numpy.linalg": "numpy.linalg",
    "numpy.typing": "numpy.typing",
    "jax": "jax",
    "jax.lax": "jax.lax",
    "jax.nn": "jax.nn",
    "jax.numpy": "numpy",
    "jax.numpy.linalg": "numpy.linalg",
    "scipy": "scipy",
    "scipy.special": "scipy.special",
    "collections": "collections",
    "copy": "copy",
    "functools": "functools",
    "itertools": "itertools",
    "operator": "operator",
    "statistics": "statistics",
    "bisect": "bisect",
    "heapq": "heapq",
    "json": "json",
    "types": "types",
    "dataclasses": "dataclasses",
    "enum": "enum",
    "abc": "abc",
    "typing": "typing",
    "logging": "logging",
    "warnings": "warnings",
}
"""Modules that a program can use, by the name it imports them under."""


@dataclass(frozen=True)
class Factory:
    """`dataclasses.field(default_factory=function)`."""

    function: Value


def _field(_m: Machine, default: Value = None, default_factory: Value = None, **_: Value) -> Value:
    return default if default_factory is None else Factory(default_factory)


def _markers(*names: str) -> dict[str, Value]:
    return {name: Marker(name) for name in names}


_MEMBERS: dict[str, Mapping[str, Value]] = {
    "math": mathematics.MATH,
    "numpy": {
        **tables.NUMPY,
        "linalg": Module("numpy.linalg"),
        "ndarray": Marker("numpy.ndarray"),
        "r_": Marker("numpy.r_"),
        "c_": Marker("numpy.c_"),
    },
    "numpy.linalg": tables.LINALG,
    "numpy.typing": _markers("ArrayLike", "NDArray", "DTypeLike"),
    "jax": {
        **{"numpy": Module("numpy"), "lax": Module("jax.lax"), "nn": Module("jax.nn")},
        **_markers("jit"),
    },
    "jax.lax": neural.LAX,
    "jax.nn": neural.NN,
    "scipy": {"special": Module("scipy.special")},
    "scipy.special": neural.SPECIAL,
    "collections": {**library.COLLECTIONS, "defaultdict": records.default_dict},
    "copy": library.COPY,
    "functools": library.FUNCTOOLS,
    "itertools": library.ITERTOOLS,
    "operator": library.OPERATOR,
    "statistics": library.STATISTICS,
    "bisect": searching.BISECT,
    "heapq": searching.HEAPQ,
    "json": texts.JSON,
    "dataclasses": {"field": _field, **records.DATACLASSES, **_markers("dataclass")},
    "types": {"SimpleNamespace": records.namespace},
    "enum": _markers("Enum", "IntEnum", "StrEnum", "auto", "unique"),
    "abc": _markers("ABC", "abstractmethod"),
    "typing": {
        "TYPE_CHECKING": False,
        **_markers(
            *("Any", "Callable", "ClassVar", "Deque", "Dict", "Final", "Generic", "Iterable", "List"),
            *("Literal", "NamedTuple", "Optional", "Protocol", "Sequence", "Tuple", "TypeVar", "Union"),
        ),
    },
    "warnings": {name: Marker("logger") for name in ("filterwarnings", "simplefilter", "warn")},
    "logging": {
        **_markers("DEBUG", "INFO", "WARNING", "ERROR"),
        **{
            name: Marker("logger")
            for name in ("getLogger", "basicConfig", "debug", "info", "warning", "error")
        },
    },
}

KEEPS_IDENTITY = {"list.append", "list.appendleft", "list.insert", "dict.update"}
KEEPS_IDENTITY |= {"types.SimpleNamespace", "dataclasses.replace", "_replace", "_make", "functools.partial"}
KEEPS_IDENTITY |= {f"numpy.{name}" for name in views.TABLE.keys() - {"take", "copy"}}
"""Rows that keep the objects they are given, or give views of them, instead of reading them."""

TAKES_FEW = {"bin", "chr", "range", "numpy.roll"}
"""Rows of fixed integers: one that depends on the observation, but has few values, is each of them."""

DROPPED = {"print"}
"""Functions whose calls do nothing; their arguments are not evaluated."""

_BUILTINS = {**python.BUILTINS, **iterators.BUILTINS}
_TYPES = {"float": DType("float"), "int": DType("int"), "bool": DType("bool")}


def stand_in(marker: Marker, positional: Sequence[Value]) -> Value:
    """What calling a name that stands for itself gives: `TypeVar("T")`, `logging.getLogger("x")`."""
    if marker.name in ("TypeVar", "logger", "jit", "auto"):
        return positional[0] if marker.name == "jit" and positional else marker
    raise PriorError(f"`{marker.name}` cannot be called", "leave it out")


def members(module: str) -> dict[str, Value]:
    """All public names of a module."""
    return {name: member(Module(module), name) for name in _MEMBERS[module]}


def member(module: Module, name: str) -> Value:
    """`module.name`."""
    table = _MEMBERS[module.path]
    if name not in table:
        hint = HINTS.get(name) or MODULE_HINTS.get(module.path) or _nearest(name, list(table))
        raise PriorError(f"`{module.path}.{name}` is not available", hint)
    row = table[name]
    return Builtin(f"{module.path}.{name}", row) if callable(row) else row


def builtin(name: str) -> Value:
    """A builtin function or type of Python."""
    if name == "__name__":
        return "program"
    if name in _TYPES:
        return _TYPES[name]
    if name == "object":
        return Marker(name)
    if name in _BUILTINS:
        return Builtin(name, _BUILTINS[name])
    if name == "NotImplemented":
        return NotImplemented
    hint = HINTS.get(name) or _nearest(name, [*_BUILTINS, *_TYPES, *_MEMBERS])
    raise PriorError(f"the name `{name}` is not known", hint, raises="NameError")


def unusable(name: str) -> Unusable:
    """A module, or a name of it, that may be imported but not used."""
    hint = MODULE_HINTS.get(name.split(".", maxsplit=1)[0], "use math and numpy only")
    return Unusable(f"`{name}` is not available in a policy", hint)


def _nearest(name: str, known: list[str]) -> str:
    # The search is quadratic in the length of a name.
    close = difflib.get_close_matches(name[: limits.MAX_NAME_COMPARED], known, n=2, cutoff=_ALIKE)
    if close:
        return f"{' or '.join(f'`{name}`' for name in close)}, perhaps"
    return "leave it out, or write what it does as a function of your own"


_ALIKE = 0.8
"""How alike a name and the one that was meant must be: a slip or two, not another word."""


@cache
def _signature(implementation: Implementation) -> inspect.Signature:
    return inspect.signature(implementation)


def invoke(
    machine: Machine, function: Builtin, positional: Sequence[Value], named: Mapping[str, Value]
) -> Value:
    """Call a row of a table with a program's arguments."""
    arguments = (machine, *function.receiver, *positional)
    named, out, mask = outputs.split(function.name, named)
    try:
        _signature(function.implementation).bind(*arguments, **named)
    except TypeError as error:
        raise PriorError(f"{function.name}: {error}", _takes(function)) from None
    result = function.implementation(*arguments, **named)
    return outputs.delivered(machine, function.name, result, out, mask)


def _takes(function: Builtin) -> str:
    """Which arguments a row has, as the hint to one that has none of a name or too many."""
    own = list(_signature(function.implementation).parameters.values())[1 + len(function.receiver) :]
    names = [f"*{p.name}" if p.kind is p.VAR_POSITIONAL else p.name for p in own]
    return f"its arguments are {', '.join(names)}" if names else "it takes no arguments"


def convert(m: Machine, dtype: DType, value: Value = 0) -> Value:
    """`float(x)`, `np.float32(x)` and their like."""
    if isinstance(value, str) and dtype.kind != "bool" and len(value) <= limits.MAX_NUMBER_CHARACTERS:
        try:
            return m.graph.checked(float(value) if dtype.kind == "float" else int(value))
        except ValueError as error:
            raise PriorError(str(error), "write the number itself") from None
    if isinstance(value, Array) and value.data.size == 1:
        value = value.data.ravel()[0]
    if dtype.kind == "bool" and not isinstance(value, Array):
        return m.graph.as_python(truth(m.graph, value))
    if is_scalar(value):
        return m.graph.cast(value, dtype.kind)
    return to_array(m.graph, value, dtype.kind)


distinct = python.distinct

__all__ = [
    "DROPPED",
    "KEEPS_IDENTITY",
    "MODULES",
    "TAKES_FEW",
    "Factory",
    "applied",
    "attribute",
    "builtin",
    "check_size",
    "convert",
    "distinct",
    "extend",
    "invoke",
    "member",
    "members",
    "stand_in",
    "unusable",
]
