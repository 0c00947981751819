"""Each row of the function tables against NumPy, `math` and Python."""

import inspect
import math
from pathlib import Path

import jax
import numpy as np
import pytest

from priors.translate import translate
from priors.translate.functions import library, mathematics, methods, neural, python, searching, tables, texts

CALLS = (Path(__file__).parent / "function_calls.txt").read_text().splitlines()[1:]

IMPORTS = """import bisect, copy, functools, heapq, itertools, json, math, operator, statistics, types
import jax, scipy.special
import jax.numpy as jnp
import numpy as np
"""
SETUP = "x, y = obs[0], obs[1]\n    v, w, m = obs[2:5], obs[5:8], obs[2:8].reshape(2, 3)\n"
OBSERVATIONS = np.random.default_rng(3).normal(size=(40, 8)).astype(np.float32)


def plain(call):
    scope = {}
    exec(f"{IMPORTS}def policy(obs):\n    {SETUP}    return {call}", scope)
    return scope["policy"]


@pytest.mark.parametrize("group", range(16))
def test_rows_against_numpy(group):
    # Many calls in one program: compiling each alone would take minutes.
    calls = CALLS[group::16]
    references = [plain(call) for call in calls]
    with np.errstate(all="ignore"):
        results = [
            [np.ravel(np.asarray(f(o.astype(np.float64)), float)) for f in references] for o in OBSERVATIONS
        ]
    wanted = [np.concatenate(row) for row in results]
    sizes = [len(part) for part in results[0]]
    parts = ", ".join(f"np.ravel(np.array({call}))" for call in calls)
    text = f"{IMPORTS}def policy(obs):\n    {SETUP}    return np.concatenate([{parts}])"
    prior = translate(text, observation_size=8, action_size=len(wanted[0]))
    got = jax.jit(jax.vmap(lambda o: prior.step(prior.parameters, (), o)[1]))(OBSERVATIONS)
    labels = [call for call, size in zip(calls, sizes, strict=True) for _ in range(size)]
    for column, label in enumerate(labels):
        np.testing.assert_allclose(
            np.asarray(got)[:, column], np.array(wanted)[:, column], rtol=2e-5, atol=1e-5, err_msg=label
        )


LIBRARY = {
    "itertools": library.ITERTOOLS,
    "functools": library.FUNCTOOLS,
    "operator": library.OPERATOR,
    "copy": library.COPY,
    "statistics": library.STATISTICS,
    "bisect": searching.BISECT,
    "heapq": searching.HEAPQ,
    "json": texts.JSON,
    "jax.lax": neural.LAX,
    "jax.nn": neural.NN,
    "scipy.special": neural.SPECIAL,
}
UNTESTABLE = {
    "linalg", "ndarray", "errstate", "seterr", "set_printoptions",  # no numbers
    "floating", "integer", "int_", "float16", "int8", "int16", "int64",  # aliases
    "float_", "trapz",  # of NumPy 1
    "copyto", "fill_diagonal",  # in test_views.py
}  # fmt: skip


def test_every_row_is_tested():
    text = " ".join(CALLS)
    missing = [f"math.{name}" for name in mathematics.MATH if f"math.{name}" not in text]
    missing += [f"np.{name}" for name in tables.NUMPY.keys() - UNTESTABLE if f"np.{name}" not in text]
    missing += [f"linalg.{name}" for name in tables.LINALG if f"linalg.{name}" not in text]
    missing += [
        f"{module}.{name}" for module in LIBRARY for name in LIBRARY[module] if f"{module}.{name}" not in text
    ]
    missing += [name for name in python.BUILTINS if f"{name}(" not in text]
    # That of Python 3.12 cannot be called here.
    assert missing == ["math.sumprod"]


def arguments(function):
    """Name, kind and default of each argument."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


ROWS = [
    *((name, row, getattr(np, name, None)) for name, row in tables.NUMPY.items()),
    *((f"linalg.{name}", row, getattr(np.linalg, name)) for name, row in tables.LINALG.items()),
    *((f"math.{name}", row, getattr(math, name, None)) for name, row in mathematics.MATH.items()),
    *((f"array.{name}", row, getattr(np.ndarray, name)) for name, row in methods._ARRAY_METHODS.items()),
]


@pytest.mark.parametrize(("name", "row", "original"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row_takes_the_arguments_of_the_original(name, row, original):
    if not callable(row) or not callable(original):
        return
    try:
        theirs = arguments(original)
    except ValueError:
        return  # builtins of math that tell no signature
    ours = arguments(row)[1:]
    by_position = [
        p
        for p in ours
        if p[1] in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    ]
    named = [p for p in ours if p[1] is inspect.Parameter.KEYWORD_ONLY]
    if name.startswith("array."):
        by_position, theirs = by_position[1:], theirs[1:]
    for mine, their in zip(by_position, theirs, strict=False):
        if their[1] is inspect.Parameter.VAR_POSITIONAL:
            return
        assert mine[0] == their[0] or not keyword(their), (mine, their)
        agree(mine, their)
    assert len(by_position) <= len(theirs)
    originals = {their[0]: their for their in theirs}
    for mine in named:
        if mine[0] not in originals:
            assert "kwargs" in originals, mine
        else:
            agree(mine, originals[mine[0]])


def keyword(argument):
    return argument[1] is not inspect.Parameter.POSITIONAL_ONLY


def agree(mine, their):
    """Whether the default is the original's, where that is a value."""
    if their[2] is inspect.Parameter.empty:
        assert mine[2] is inspect.Parameter.empty or not keyword(their) or mine[0] != their[0], (mine, their)
    elif type(their[2]).__name__ != "_NoValueType" and not isinstance(their[2], type):
        assert mine[2] == their[2], (mine, their)
