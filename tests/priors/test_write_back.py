"""A program is written back with its numbers changed and everything else as it was."""

import ast
import re
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import priors
from priors.translate import translate
from priors.translate.literals import Literals
from priors.translate.parse import parse
from priors.translate.write_back import to_source

CORPUS = Path(__file__).parent / "corpus"

# Literals that float32 holds exactly, in the places where another sign or another length could do harm.
AWKWARD = """Here is a policy, as you asked (ε = 0.5):

  ```python
  import math
  KP, KD = 0.5, -0.25  # gains: 0.5 and -0.25
  TABLE = {"Ω": -1.5, "knee": [.5, - 0.5]}
  def servo(x, gain=-0.5, *, bias=+.25):
      '''Not 0.5 of it.'''
      return-0.5*gain*x*bias
  def policy(obs):
      x = obs[0]
      é = 0.5 * x; z = -0.75 - x
      return [
          x*KP, x - KD, TABLE["Ω"] * x, TABLE["knee"][0]-x, TABLE["knee"][1]*x,
          0.5 ** 2, -0.5 ** 2, (x*x) ** -0.5, -3*(x*x) ** 0.5, x--0.5, x*- -0.5, --0.5, -(0.5),
          0.5if x>0.25else-0.5, servo(x, -0.5), servo(x) if.5 < x else 1.5, -(  # why
              0.5), -\\
          0.25 * x, (-0.5) ** 2, +0.5, max(x, 15.e-1), 1_0.5 - x, é, z
      ]
  ```
Its gain is 0.5.
"""


def literals(text):
    """Names and values of the literals in the order of the text."""
    tree = parse(text).tree
    found = Literals(tree)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and found.name_of(node)]
    nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    return {found.name_of(node): found.values[found.name_of(node)] for node in nodes}


def written(expression, value):
    """The text of `expression`, which has one literal, after this took another value."""
    text = f"def policy(obs):\n    x = obs[0]\n    return {expression}\n"
    prior = translate(text, observation_size=1, action_size=1)
    (name,) = prior.parameters
    line = to_source(prior.replace_parameters({name: value})).splitlines()[2]
    return line.removeprefix("    return ")


@pytest.mark.parametrize("name", ["markdown_reply", "scalar_hopper", "dictionary", "integer_semantics"])
def test_only_numbers_that_changed_are_written(name):
    text = (CORPUS / f"{name}.py").read_text()
    size = dict(re.findall(r"(\w+_size)=(\d+)", text.splitlines()[0]))
    prior = translate(text, **{key: int(value) for key, value in size.items()})
    assert to_source(prior) == text
    values = {key: value * np.float32(1.5) for key, value in prior.parameters.items()}
    again = to_source(prior.replace_parameters(values))
    wanted = [values.get(key, np.float32(value)) for key, value in literals(text).items()]
    assert [*map(np.float32, literals(again).values())] == wanted
    assert again != text


@pytest.mark.parametrize(
    ("expression", "value", "expected"),
    [
        ("x*0.35", np.float32(0.35), "x*0.35"),
        ("x*.350", 0.1, "x*0.1"),
        ("x*0.35", 1e-30, "x*1e-30"),
        ("x*0.35", 3e20, "x*3e+20"),
        ("x*0.35", 16777216.0, "x*16777216.0"),
        ("x - 0.5", -0.2, "x - -0.2"),
        ("x - -0.5", 0.2, "x - 0.2"),
        ("x - -0.5", -0.2, "x - -0.2"),
        ("x * - 0.5", 0.2, "x * 0.2"),
        ("0.5 ** 2 - x", -0.2, "(-0.2) ** 2 - x"),
        ("-0.5 ** 2 - x", -0.2, "-(-0.2) ** 2 - x"),
        ("x ** -0.5", 0.2, "x ** 0.2"),
        ("--0.5 - x", 0.2, "-+0.2 - x"),
        ("-0.5*x", 0.0, "0.0*x"),
        ("0.0*x", -0.0, "-0.0*x"),
        ("x if x else-0.5", 0.2, "x if x else+0.2"),
        ("0.5if x else x", 1e-7, "1e-07 if x else x"),
        ("x if.5<x else x+x", 0.2, "x if 0.2<x else x+x"),
        ("-(0.5)*x", 0.2, "+(0.2)*x"),
        ("x*2", 3.0, "x*3"),
        ("x*2", 2.5, "x*2.5"),
        ("x*-2", -3.0, "x*-3"),
        ("x*-2", -0.0, "x*-0.0"),
        ("x*0x10", -1e20, "x*-1e+20"),
        ("2*x", -2.0, "-2*x"),
        ("x*1_000", 1000.0, "x*1_000"),
        ("x*0.5 # of 0.5", 0.2, "x*0.2 # of 0.5"),
        ("x*0.5", 0.1 + 2e-9, "x*0.1"),
    ],
)
def test_a_number_is_written_as_short_as_it_can_and_as_long_as_it_must(expression, value, expected):
    assert written(expression, value) == expected


numbers = st.one_of(
    st.sampled_from([0.0, -0.0, 1e-30, -1e-30, 1e20, -2.9e38, 0.1, -0.1, 0.35, 1e16, 123456.79]),
    st.floats(-10, 10, width=32).filter(lambda v: v == 0 or abs(v) > 1e-30),
    st.floats(2.0**-99, 2.0**99, width=32),
)


@hypothesis.settings(max_examples=10, phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate])
@hypothesis.given(st.data())
def test_the_text_translates_to_equal_parameters_and_the_same_function(data):
    size = {"observation_size": 2, "action_size": 24}
    prior = translate(AWKWARD, **size)
    assert prior.parameters.keys() == literals(AWKWARD).keys()
    values = {name: np.float32(data.draw(numbers)) for name in prior.parameters}
    changed = prior.replace_parameters(values)
    text = to_source(changed)
    again = translate(text, **size)
    # Of the literals, an exponent that became integer is no parameter again.
    wanted, got = [values[name] for name in literals(AWKWARD)], np.float32([*literals(text).values()])
    np.testing.assert_array_equal(got, wanted)
    np.testing.assert_array_equal(np.signbit(got), np.signbit(wanted))
    assert all(again.parameters[name] == np.float32(literals(text)[name]) for name in again.parameters)
    assert to_source(again) == text
    assert [line.split("#")[1:] for line in text.splitlines()] == [
        line.split("#")[1:] for line in AWKWARD.splitlines()
    ]
    for observation in np.float32([[0.375, 0], [-0.8125, 0]]):
        one, other = (p.step(p.parameters, p.reset(), observation)[1] for p in (changed, again))
        np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-37)


def test_a_program_of_the_library_keeps_its_comments():
    prior = priors.load("hopper/hop")
    parameters = {**prior.parameters, "CRUISE_SPEED": 1.5, "HIP_ANGLE": 0.25}
    before, after = (p.splitlines() for p in (prior.source, to_source(prior.replace_parameters(parameters))))
    assert [line for line in after if line not in before] == ["CRUISE_SPEED = 1.5  # m/s", "HIP_ANGLE = 0.25"]
    assert len(after) == len(before)


def test_what_cannot_be_written_back_is_told():
    prior = translate("def policy(obs):\n    return 0.5 * obs[0]", observation_size=1, action_size=1)
    (name,) = prior.parameters
    for value, message in [
        (np.nan, "is nan, which no float32 literal can express"),
        (1e39, r"is 1e\+39, which no float32 literal can express"),
        (np.zeros(2), r"has shape \(2,\); it must be one number"),
    ]:
        with pytest.raises(ValueError, match=message):
            to_source(prior.replace_parameters({name: value}))
    with pytest.raises(ValueError, match="the prior 'none' has no text"):
        to_source(priors.no_prior(1, 1))


def test_jax_numbers_are_written_too():
    prior = translate("K = 0.5\ndef policy(obs):\n    return K * obs[0]", observation_size=1, action_size=1)
    doubled = jax.tree.map(lambda value: jnp.asarray(value) * 2, prior.parameters)
    assert to_source(prior.replace_parameters(doubled)).splitlines()[0] == "K = 1.0"
