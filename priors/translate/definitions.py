"""Functions of the program: `def`, `lambda`, and what decorators make of them."""

from __future__ import annotations

import ast

from priors.translate import bindings, calls
from priors.translate.containers import Value
from priors.translate.decorators import EFFECTLESS, ROLES, word_of
from priors.translate.errors import PriorError
from priors.translate.machine import Machine
from priors.translate.objects import Function


def function_definition(machine: Machine, node: ast.FunctionDef) -> None:
    """`def f(...)`: nothing runs but its defaults and decorators."""
    made = Function(
        node.name,
        node.args,
        node.body,
        machine.frame.scope(),
        _defaults(machine, node.args),
        *machine.scopes.of(node),
        is_generator=machine.scopes.is_generator(node),
    )
    made.born = (machine.frame, machine.alive)
    bindings.assign(machine, node.name, _decorated(machine, node, made))


def lambda_expression(machine: Machine, node: ast.Lambda) -> Value:
    """`lambda x: ...`, a function of one `return`."""
    body = ast.copy_location(ast.Return(node.body), node.body)
    local_names, _ = machine.scopes.of(node)
    return Function(
        "lambda", node.args, [body], machine.frame.scope(), _defaults(machine, node.args), local_names
    )


def _defaults(machine: Machine, arguments: ast.arguments) -> dict[str, Value]:
    """The defaults of a function, evaluated once where it is defined."""
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(reversed(positional), reversed(arguments.defaults), strict=False)]
    pairs += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d]
    return {argument.arg: machine.evaluate(default) for argument, default in pairs}


def _decorated(machine: Machine, node: ast.FunctionDef, function: Function) -> Value:
    """What a definition binds to its name."""
    value: Value = function
    for decorator in reversed(node.decorator_list):
        word = word_of(decorator)
        if word == "setter":
            value = _with_setter(machine, node.name, function)
        elif word in ROLES:
            function.decoration = word
        elif word not in EFFECTLESS or _is_own(machine, decorator):
            value = calls.invoke(machine, machine.evaluate(decorator), [value], {})
    return value


def _is_own(machine: Machine, decorator: ast.expr) -> bool:
    """Whether the program has a function of a decorator's name; imported ones cannot be read."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if not isinstance(called, ast.Name) or not bindings.is_bound(machine, called.id):
        return False
    try:
        return isinstance(bindings.lookup(machine, called.id), Function)
    except PriorError:
        return False


def _with_setter(machine: Machine, name: str, setter: Function) -> Value:
    """The property `name` of the running class body, which `setter` sets from now on."""
    found = bindings.lookup(machine, name)
    if not isinstance(found, Function) or found.decoration != "property":
        raise PriorError(f"`{name}` is no property", "define it by @property first")
    found.setter = setter
    return found
