"""`import`: of modules with a table; any other may be imported, not used."""

from __future__ import annotations

import ast
import sys

from priors.translate import bindings, exceptions, functions
from priors.translate.containers import Value
from priors.translate.errors import PriorError
from priors.translate.functions import records
from priors.translate.machine import Machine
from priors.translate.objects import Module, Unusable


def import_module(machine: Machine, node: ast.Import) -> None:
    """`import numpy as np`; a module without a table may be imported, not used."""
    for alias in node.names:
        _prepare(machine, alias.name)
        path = functions.MODULES.get(alias.name)
        root = functions.MODULES.get(alias.name.split(".")[0])
        local = alias.asname or alias.name.split(".")[0]
        found = path if alias.asname or "." not in alias.name else root
        bindings.assign(machine, local, Module(found) if found else _unknown(machine, alias.name))


def import_names(machine: Machine, node: ast.ImportFrom) -> None:
    """`from math import sin, pi`."""
    module = functions.MODULES.get(node.module or "") if not node.level else None
    _prepare(machine, module or "")
    for alias in node.names:
        local = alias.asname or alias.name
        if alias.name == "*":
            if module is None:
                raise PriorError("only math and numpy can be imported with *", "name what you import")
            members = functions.members(module)
            machine.graph.spend(len(members))
            for name, value in members.items():
                bindings.assign(machine, name, value)
        elif module is None or alias.name == "annotations":
            bindings.assign(machine, local, _unknown(machine, f"{node.module}.{alias.name}"))
        else:
            bindings.assign(machine, local, _member(Module(module), alias.name))


def _prepare(machine: Machine, module: str) -> None:
    """Make the class of namespaces, which must exist before the first step to be kept for the next."""
    if module == "types" and bindings.lookup(machine, records.NAMESPACE) is None:
        bindings.assign(machine, records.NAMESPACE, records.namespace_class())


def _member(module: Module, name: str) -> Value:
    """A name of a module; one that is not in its table may be imported, not used."""
    try:
        return functions.member(module, name)
    except PriorError as error:
        return Unusable(error.message, error.hint)


def _unknown(machine: Machine, name: str) -> Unusable:
    root = name.split(".", maxsplit=1)[0]
    if root not in sys.stdlib_module_names and exceptions.is_caught(machine, "ImportError"):
        # A module that is not available is one that is not installed.
        exceptions.throw(machine, machine.alive, "ImportError")
    return functions.unusable(name)
