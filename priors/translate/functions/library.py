"""Modules of Python: `itertools`, `functools`, `operator`, `copy`, `statistics`, `collections`."""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Sequence

from priors.translate.containers import Array, Dict, List, Value, contents, iterator
from priors.translate.errors import PriorError
from priors.translate.functions import lines, python, reductions
from priors.translate.functions.arguments import Implementation, call, static_int
from priors.translate.functions.endless import count, cycle, pulls
from priors.translate.functions.getters import attrgetter, itemgetter, partial
from priors.translate.machine import Machine
from priors.translate.objects import Instance
from priors.translate.operators import binary, compare, unary
from priors.translate.values import check_size, elementwise, is_endless, iterate, to_array, truth

# itertools, as lists of fixed length.


def _columns(m: Machine, iterables: Sequence[Value]) -> list[list[Value]]:
    return [iterate(m.graph, iterable) for iterable in iterables]


def chain(m: Machine, *iterables: Value) -> Value:
    """`itertools.chain`."""
    columns = _columns(m, iterables)
    check_size(sum(map(len, columns)))
    return iterator([item for column in columns for item in column])


def product(m: Machine, *iterables: Value, repeat: Value = 1) -> Value:
    """`itertools.product`."""
    columns = _columns(m, iterables)
    times = static_int(m, repeat, "the number of repetitions")
    if not 0 <= times <= 16:
        raise PriorError("itertools.product repeats up to 16 times", "use nested loops")
    count = math.prod(map(len, columns)) ** times
    check_size(count)
    m.graph.spend(count * len(columns) * times)
    return iterator(list(itertools.product(*columns, repeat=times)))


def _chosen(choose: type, count: str) -> Implementation:
    """`itertools.combinations` and `permutations`."""

    def row(m: Machine, iterable: Value, r: Value = None) -> Value:
        items = iterate(m.graph, iterable)
        taken = len(items) if r is None else static_int(m, r, "how many are taken")
        if taken < 0:
            raise PriorError("how many are taken must not be negative")
        check_size(
            getattr(math, count)(len(items), taken) if len(items) < 1000 or taken < 3 else len(items) ** 2
        )
        return iterator(list(choose(items, taken)))

    return row


def zip_longest(m: Machine, *iterables: Value, fillvalue: Value = None) -> Value:
    """`itertools.zip_longest`."""
    return iterator(list(itertools.zip_longest(*_columns(m, iterables), fillvalue=fillvalue)))


def accumulate(m: Machine, iterable: Value, func: Value = None, *, initial: Value = None) -> Value:
    """`itertools.accumulate`."""
    items = [*(() if initial is None else (initial,)), *iterate(m.graph, iterable)]

    def step(before: Value, item: Value) -> Value:
        return elementwise(m.graph, "add", before, item) if func is None else call(m, func, before, item)

    return iterator(list(itertools.accumulate(items, step)))


def repeat(m: Machine, object: Value, times: Value = None) -> Value:
    """`itertools.repeat` of fixed length."""
    if times is None:
        raise PriorError("itertools.repeat without a count never ends", "say how often: repeat(x, 3)")
    count = max(static_int(m, times, "the number of repetitions"), 0)
    check_size(count)
    return iterator([object] * count)


def starmap(m: Machine, function: Value, iterable: Value) -> Value:
    """`itertools.starmap`."""
    rows = iterate(m.graph, iterable)
    return iterator([call(m, function, *iterate(m.graph, row)) for row in rows])


def _while(taken: bool) -> Implementation:
    """`itertools.takewhile` and `dropwhile`, whose test must be fixed."""

    def row(m: Machine, predicate: Value, iterable: Value) -> Value:
        items = iterate(m.graph, iterable)
        holds = itertools.takewhile(
            lambda item: m.graph.static(m.truth(call(m, predicate, item)), "where it ends"), items
        )
        number = len(list(holds))
        return iterator(items[:number] if taken else items[number:])

    return row


def islice(m: Machine, iterable: Value, *bounds: Value) -> Value:
    """`itertools.islice`."""
    if not 1 <= len(bounds) <= 3:
        raise PriorError("itertools.islice takes an iterable and one to three bounds")
    plain = [None if bound is None else static_int(m, bound, "the bound of a slice") for bound in bounds]
    if is_endless(iterable) and slice(*plain).stop is None:
        raise PriorError("this never ends", "give itertools.islice a stop")
    try:
        return iterator(list(itertools.islice(pulls(m, [iterable])[0], *plain)))
    except ValueError as error:
        raise PriorError(f"itertools.islice: {error}") from None


ITERTOOLS: dict[str, Value] = {
    "chain": chain,
    "product": product,
    "combinations": _chosen(itertools.combinations, "comb"),
    "permutations": _chosen(itertools.permutations, "perm"),
    "pairwise": lambda m, iterable: iterator(list(itertools.pairwise(iterate(m.graph, iterable)))),
    "zip_longest": zip_longest,
    "accumulate": accumulate,
    "repeat": repeat,
    "islice": islice,
    "starmap": starmap,
    "takewhile": _while(True),
    "dropwhile": _while(False),
    "cycle": cycle,
    "count": count,
}

# functools.


def reduce(m: Machine, function: Value, sequence: Value, *initial: Value) -> Value:
    """`functools.reduce`."""
    items = [*initial, *iterate(m.graph, sequence)]
    if not items or len(initial) > 1:
        raise PriorError("functools.reduce needs at least one value", "give it a first value")
    result = items[0]
    for item in items[1:]:
        result = call(m, function, result, item)
    return result


FUNCTOOLS: dict[str, Value] = {"reduce": reduce, "partial": partial}

# operator.


def _binary(operator: ast.operator) -> Implementation:
    return lambda m, a, b: binary(m.graph, operator, a, b)


def _compare(operator: ast.cmpop) -> Implementation:
    return lambda m, a, b: compare(m.graph, operator, a, b)


OPERATOR: dict[str, Value] = {
    **{"add": _binary(ast.Add()), "sub": _binary(ast.Sub()), "mul": _binary(ast.Mult())},
    **{"truediv": _binary(ast.Div()), "floordiv": _binary(ast.FloorDiv()), "mod": _binary(ast.Mod())},
    **{"pow": _binary(ast.Pow()), "matmul": _binary(ast.MatMult())},
    **{"and_": _binary(ast.BitAnd()), "or_": _binary(ast.BitOr()), "xor": _binary(ast.BitXor())},
    **{"lt": _compare(ast.Lt()), "le": _compare(ast.LtE()), "gt": _compare(ast.Gt())},
    **{"ge": _compare(ast.GtE()), "eq": _compare(ast.Eq()), "ne": _compare(ast.NotEq())},
    "neg": lambda m, a: unary(m.graph, ast.USub(), a),
    "not_": lambda m, a: m.graph.negate(truth(m.graph, a)),
    "abs": lambda m, a: elementwise(m.graph, "absolute", a),
    "itemgetter": itemgetter,
    "attrgetter": attrgetter,
}

# copy.


def shallow(m: Machine, x: Value) -> Value:
    """`copy.copy`."""
    if isinstance(x, List):
        return List(list(x.items), x.most, x.style)
    if isinstance(x, Dict):
        return Dict(dict(x.items), x.factory)
    if isinstance(x, Array):
        return to_array(m.graph, x)
    if isinstance(x, Instance):
        raise PriorError("an object cannot be copied", "copy the lists and arrays it holds")
    return x


def deep(m: Machine, x: Value) -> Value:
    """`copy.deepcopy`: what is held twice is copied twice."""

    def copied(value: Value, depth: int) -> Value:
        if depth > _MAX_DEPTH:
            raise PriorError("copy.deepcopy of something that holds itself", "copy its parts")
        value = m.graph.settle(value)
        if isinstance(value, tuple):
            return tuple(copied(part, depth + 1) for part in value)
        made = shallow(m, value)
        m.graph.spend(1 + len(contents(made)) if isinstance(made, (List, Dict)) else 1)
        if isinstance(made, List):
            return List([copied(part, depth + 1) for part in made.items], made.most, made.style)
        if isinstance(made, Dict):
            return Dict({key: copied(part, depth + 1) for key, part in made.items.items()}, made.factory)
        return made

    return copied(x, 0)


_MAX_DEPTH = 16

COPY: dict[str, Value] = {"copy": shallow, "deepcopy": deep}

# statistics.


def _statistic(name: str, **options: Value) -> Implementation:
    return lambda m, data: reductions.TABLE[name](m, data, **options)


STATISTICS: dict[str, Value] = {
    "mean": _statistic("mean"),
    "fmean": _statistic("mean"),
    "median": lines.median,
    "stdev": _statistic("std", ddof=1),
    "pstdev": _statistic("std"),
    "variance": _statistic("var", ddof=1),
    "pvariance": _statistic("var"),
}

# collections.

COLLECTIONS: dict[str, Value] = {
    "deque": python.deque,
    "namedtuple": python.namedtuple,
    "OrderedDict": python.dict_,
}
