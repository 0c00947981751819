"""`match`: the first case whose pattern fits, each on the path of the observations that it fits."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from priors.translate import attributes, bindings
from priors.translate.calls import is_a
from priors.translate.containers import Dict, List, Value
from priors.translate.errors import PriorError
from priors.translate.expressions import compare_one
from priors.translate.machine import Machine
from priors.translate.nodes import Scalar
from priors.translate.objects import Class, Instance
from priors.translate.values import iterate

Captured = dict[str, Value]
"""The names that a pattern binds if it fits."""


def match_statement(machine: Machine, node: ast.Match) -> None:
    """`match subject:`, an `if` with an `elif` for each further case."""
    subject = machine.graph.settle(machine.evaluate(node.subject))
    machine.on_each(lambda one: _run_cases(machine, node.cases, one), subject)


def _run_cases(machine: Machine, cases: Sequence[ast.match_case], subject: Value) -> None:
    if not cases:
        return
    case, names = cases[0], Captured()

    def others() -> None:
        _run_cases(machine, cases[1:], subject)

    def taken() -> None:
        for name, value in names.items():
            bindings.assign(machine, name, value)
        holds = True if case.guard is None else machine.truth(machine.evaluate(case.guard))
        machine.fork(holds, lambda: machine.execute(case.body), others)

    machine.fork(fits(machine, case.pattern, subject, names), taken, others)


def fits(machine: Machine, pattern: ast.pattern, subject: Value, names: Captured) -> Scalar:
    """Whether `subject` fits a pattern; the names that the pattern binds go to `names`."""
    rule = _PATTERNS.get(type(pattern))
    if rule is None:
        raise PriorError("this pattern is not allowed", "test it with `if`").at(pattern)
    return rule(machine, pattern, subject, names)


def _value(machine: Machine, pattern: ast.MatchValue, subject: Value, _: Captured) -> Scalar:
    expected = machine.evaluate(pattern.value)
    equals = machine.each(lambda a, b: compare_one(machine, ast.Eq(), a, b), subject, expected)
    return machine.truth(equals)


def _singleton(machine: Machine, pattern: ast.MatchSingleton, subject: Value, _: Captured) -> Scalar:
    same: Scalar = machine.each(lambda one: compare_one(machine, ast.Is(), one, pattern.value), subject)
    return same


def _name(machine: Machine, pattern: ast.MatchAs, subject: Value, names: Captured) -> Scalar:
    """`case x`, `case _`, and `case pattern as x`."""
    holds = True if pattern.pattern is None else fits(machine, pattern.pattern, subject, names)
    if pattern.name is not None:
        names[pattern.name] = subject
    return holds


def _alternatives(machine: Machine, pattern: ast.MatchOr, subject: Value, _: Captured) -> Scalar:
    """`case a | b`."""
    holds: Scalar = False
    for one in pattern.patterns:
        bound: Captured = {}
        holds = machine.graph.either(holds, fits(machine, one, subject, bound))
        if bound:
            raise PriorError("alternatives that bind names", "write a case for each of them").at(one)
    return holds


def _all(machine: Machine, tests: Sequence[Callable[[], Scalar]]) -> Scalar:
    """Whether all tests hold, each made only where the tests before it hold."""
    holds: Scalar = True
    for test in tests:
        holds = machine.truth(machine.branch(holds, test, lambda: False))
    return holds


def _sequence(machine: Machine, pattern: ast.MatchSequence, subject: Value, names: Captured) -> Scalar:
    is_tuple = isinstance(subject, Instance) and subject.type.is_tuple
    if not isinstance(subject, (List, tuple, range)) and not is_tuple:
        return False
    items, wanted = iterate(machine.graph, subject), pattern.patterns
    star = next((i for i, one in enumerate(wanted) if isinstance(one, ast.MatchStar)), None)
    if len(items) != len(wanted) if star is None else len(items) < len(wanted) - 1:
        return False
    if star is not None:
        stop = len(items) - (len(wanted) - star - 1)
        rest = wanted[star]
        if isinstance(rest, ast.MatchStar) and rest.name is not None:
            names[rest.name] = List(items[star:stop])
        items = [*items[:star], *items[stop:]]
        wanted = [*wanted[:star], *wanted[star + 1 :]]
    return _all(machine, [_test(machine, *pair, names) for pair in zip(wanted, items, strict=True)])


def _test(machine: Machine, pattern: ast.pattern, item: Value, names: Captured) -> Callable[[], Scalar]:
    return lambda: machine.each(lambda one: fits(machine, pattern, one, names), machine.graph.settle(item))


def _class(machine: Machine, pattern: ast.MatchClass, subject: Value, names: Captured) -> Scalar:
    """`case Point(x=0)`, `case float()`."""
    type_ = machine.evaluate(pattern.cls)
    if not is_a(subject, type_):
        return False
    if not isinstance(type_, Class) and len(pattern.patterns) == 1:
        # `case float(x)`: the position of a type of Python is the whole.
        return fits(machine, pattern.patterns[0], subject, names)
    fields = type_.fields if isinstance(type_, Class) else ()
    if len(pattern.patterns) > len(fields):
        raise PriorError("this pattern has more positions than the class has fields", "name the attributes")
    pairs = [
        *zip(fields, pattern.patterns, strict=False),
        *zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True),
    ]
    read = [(attributes.read(machine, subject, name), one) for name, one in pairs]
    return _all(machine, [_test(machine, one, value, names) for value, one in read])


def _mapping(machine: Machine, pattern: ast.MatchMapping, subject: Value, names: Captured) -> Scalar:
    if not isinstance(subject, Dict) or pattern.rest is not None:
        return False
    keys = [machine.evaluate(key) for key in pattern.keys]
    if any(key not in subject.items for key in keys):
        return False
    tests = [
        _test(machine, one, subject.items[key], names)
        for key, one in zip(keys, pattern.patterns, strict=True)
    ]
    return _all(machine, tests)


_PATTERNS: dict[type[ast.pattern], Callable[..., Scalar]] = {
    ast.MatchValue: _value,
    ast.MatchSingleton: _singleton,
    ast.MatchAs: _name,
    ast.MatchOr: _alternatives,
    ast.MatchSequence: _sequence,
    ast.MatchClass: _class,
    ast.MatchMapping: _mapping,
}
