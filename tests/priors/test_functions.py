"""Each row of the function tables against NumPy, `math` and Python."""

import math
from pathlib import Path

import jax
import numpy as np
import pytest

from priors.translate import translate
from priors.translate.functions import python, tables

CALLS = (Path(__file__).parent / "function_calls.txt").read_text().splitlines()[1:]

SETUP = "x, y = obs[0], obs[1]\n    v, w, m = obs[2:5], obs[5:8], obs[2:8].reshape(2, 3)\n"
OBSERVATIONS = np.random.default_rng(3).normal(size=(40, 8)).astype(np.float32)


def plain(call):
    scope = {"math": math, "np": np}
    exec(f"def policy(obs):\n    {SETUP}    return {call}", scope)
    return scope["policy"]


@pytest.mark.parametrize("group", range(16))
def test_rows_against_numpy(group):
    # Many calls in one program: compiling each alone would take minutes.
    calls = CALLS[group::16]
    references = [plain(call) for call in calls]
    wanted = [
        np.concatenate([np.ravel(np.asarray(f(o.astype(np.float64)), float)) for f in references])
        for o in OBSERVATIONS
    ]
    sizes = [np.size(f(OBSERVATIONS[0].astype(np.float64))) for f in references]
    parts = ", ".join(f"np.ravel(np.array({call}))" for call in calls)
    text = (
        f"import math\nimport numpy as np\ndef policy(obs):\n    {SETUP}    return np.concatenate([{parts}])"
    )
    prior = translate(text, observation_size=8, action_size=len(wanted[0]))
    got = jax.jit(jax.vmap(lambda o: prior.step(prior.parameters, (), o)[1]))(OBSERVATIONS)
    labels = [call for call, size in zip(calls, sizes, strict=True) for _ in range(size)]
    for column, label in enumerate(labels):
        np.testing.assert_allclose(
            np.asarray(got)[:, column], np.array(wanted)[:, column], rtol=2e-5, atol=1e-5, err_msg=label
        )


def test_every_row_is_tested():
    text = " ".join(CALLS)
    aliases = {"linalg", "ndarray", "floating", "float_", "integer", "int_", "float16"}
    aliases |= {"int8", "int16", "int64"}
    aliases |= {"errstate"}
    missing = [f"math.{name}" for name in tables.MATH if f"math.{name}" not in text]
    missing += [f"np.{name}" for name in tables.NUMPY if f"np.{name}" not in text and name not in aliases]
    missing += [name for name in python.BUILTINS if f"{name}(" not in text]
    assert missing == []
