"""Translated programs mean what CPython and NumPy make of them."""

import re
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from priors.translate import translate
from priors.translate.parse import POLICY_NAMES

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.py"))


def reference(text):
    """The policy of a text that we wrote ourselves, as plain Python."""
    scope = {"__name__": "corpus"}
    exec(compile(text, "corpus", "exec"), scope)
    return next(scope[name] for name in POLICY_NAMES if name in scope)


def sizes(text):
    found = re.search(r"observation_size=(\d+) action_size=(\d+)", text)
    return {"observation_size": int(found[1]), "action_size": int(found[2])}


def run(prior, observations):
    interval = jax.jit(jax.vmap(lambda o: prior.step(prior.parameters, (), o)[1:]))(observations)
    return np.asarray(interval, np.float64)


def expected(policy, observation, action_size):
    result = policy(observation.copy())
    if len(result) == 2 and np.shape(result[0]) == (action_size,):
        return np.array([np.asarray(bound, float) for bound in result])
    return np.array([np.asarray(result, float)] * 2)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_parity_with_cpython(path, capsys):
    text = path.read_text()
    size = sizes(text)
    prior = translate(text, **size)
    policy = reference(text)
    # Float32 values, computed with in double precision by CPython.
    observations = np.random.default_rng(0).normal(size=(250, size["observation_size"])).astype(np.float32)
    wanted = np.stack([expected(policy, o.astype(np.float64), size["action_size"]) for o in observations], 1)
    got = run(prior, observations)
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_gradients_are_finite(path):
    text = path.read_text()
    size = sizes(text)
    prior = translate(text, **size)
    observations = np.random.default_rng(1).normal(size=(50, size["observation_size"])).astype(np.float32)

    def total(parameters, observation):
        _, low, high = prior.step(parameters, (), observation)
        return jnp.sum(low + high)

    gradients = jax.jit(jax.vmap(jax.grad(total, argnums=(0, 1)), in_axes=(None, 0)))(
        prior.parameters, observations
    )
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(gradients))


def test_dead_branches_leak_nothing():
    prior = translate(
        """
import math
import numpy as np
def policy(obs):
    x = obs[0]
    a = 0.0
    if x > 0:
        a = math.log(x) + math.sqrt(x) + 1 / x
    b = np.where(obs > 0, np.sqrt(obs) / obs, obs)
    c = math.acos(x) if abs(x) < 1 else 0.5
    d = x > 0 and x ** 0.5 > 0.25
    return [a, b[0], c, d]
""",
        observation_size=1,
        action_size=4,
    )
    observations = jnp.array([[-2.0], [0.0], [0.5], [3.0]])

    def of(observation):
        return prior.step(prior.parameters, (), observation)[1]

    assert np.isfinite(jax.vmap(of)(observations)).all()
    assert np.isfinite(jax.vmap(jax.jacobian(of))(observations)).all()


class TestParameters:
    TEXT = """
KP_THIGH = 0.35
GAINS = [0.1, {"hip": -0.2}]
N = 2.0
def policy(obs, bias=0.25):
    total = sum(obs[i] for i in range(int(N)))
    return [KP_THIGH * total + bias, GAINS[0] * obs[0] - 0.5, GAINS[1]["hip"] * obs[1] ** 2.0]
"""

    def prior(self):
        return translate(self.TEXT, observation_size=3, action_size=3)

    def test_names_and_values(self):
        assert {name: float(np.float32(value)) for name, value in self.prior().parameters.items()} == {
            name: float(np.float32(value))
            for name, value in {
                "KP_THIGH": 0.35,
                "GAINS_0": 0.1,
                "GAINS_1_hip": -0.2,
                "bias": 0.25,
                "line7_0.5": 0.5,
            }.items()
        }

    def test_they_are_read(self):
        prior = self.prior()
        changed = {**prior.parameters, "KP_THIGH": np.float32(2.0)}
        observation = jnp.array([0.25, 0.5, 0.0])
        before = prior.step(prior.parameters, (), observation)[1]
        after = prior.step(changed, (), observation)[1]
        np.testing.assert_allclose(after - before, [(2 - 0.35) * 0.75, 0, 0], rtol=1e-6, atol=1e-7)

    def test_they_have_gradients(self):
        prior = self.prior()
        observation = jnp.array([0.25, 0.5, 0.0])
        gradient = jax.grad(lambda p: prior.step(p, (), observation)[1].sum())(prior.parameters)
        np.testing.assert_allclose(gradient["KP_THIGH"], 0.75, rtol=1e-6)
        np.testing.assert_allclose(gradient["line7_0.5"], -1.0, rtol=1e-6)


class TestShapes:
    @pytest.mark.parametrize(
        ("text", "action_size", "low", "high"),
        [
            ("def policy(obs): return 0.5", 1, [0.5], [0.5]),
            ("def policy(obs): return (0.25, 0.5)", 2, [0.25, 0.5], [0.25, 0.5]),
            ("def policy(obs): return ([0.25], [0.5])", 1, [0.25], [0.5]),
            ("def policy(obs): return [[0.1, 0.2], [0.3, 0.4]]", 2, [0.1, 0.2], [0.3, 0.4]),
            ("def policy(obs): return obs[:2] > 0", 2, [1, 0], [1, 0]),
            ("def policy(obs, dt=0.25): return obs[:1] * dt", 1, [0.125], [0.125]),
            ("policy = lambda obs: [1, 2]", 2, [1, 1], [1, 1]),
            ("def helper(x): return x\ndef brain(o): return helper(o)", 3, [0.5, -0.5, 1], [0.5, -0.5, 1]),
            (b"\xef\xbb\xbfdef policy(obs):\r\n    return [1, 0]\r\n", 2, [1, 0], [1, 0]),
        ],
    )
    def test_actions_and_bounds(self, text, action_size, low, high):
        prior = translate(text, observation_size=3, action_size=action_size)
        carry, interval = prior(prior.reset(), jnp.array([0.5, -0.5, 2.0]))
        assert carry == ()
        np.testing.assert_allclose(interval.low, low, rtol=1e-6)
        np.testing.assert_allclose(interval.high, high, rtol=1e-6)

    def test_runs_in_jit_vmap_and_scan(self):
        prior = translate("def policy(obs): return obs[0], -obs[1]", observation_size=2, action_size=2)
        observations = jnp.linspace(-1, 1, 12).reshape(3, 2, 2)
        batched = jax.jit(jax.vmap(jax.vmap(lambda o: prior((), o)[1].low)))(observations)
        _, scanned = jax.lax.scan(lambda c, o: (c, prior((), o)[1].low), 0, observations.reshape(-1, 2))
        np.testing.assert_array_equal(batched.reshape(-1, 2), scanned)


class TestReplies:
    REPLY = """Sure! First install:

```bash
pip install gymnasium
```
A helper could be `x = 1`:

```python
x = 1
```

The policy:

  ```python
  def policy(obs):
      return [obs[0], 0.5]
  ```
Do not forget:
```
env.step(action)
```
"""

    def test_the_block_with_the_policy_is_found(self):
        prior = translate(self.REPLY, observation_size=2, action_size=2)
        np.testing.assert_allclose(prior((), jnp.array([0.25, 0]))[1].low, [0.25, 0.5])
        assert list(prior.parameters) == ["line16_0.5"]

    @pytest.mark.parametrize(
        "text",
        [
            "def control(q): return q[:1]\ndef hopper_policy(obs): return control(obs) + 0.25",
            "def control(q): return q[:1]\ndef act(obs): return control(obs) + 0.25",
            "def act(obs): return control(obs) + 0.25\ndef control(q): return q[:1]",
            "def act(q): return q[:1]\ndef brain(obs): return act(obs) + 0.25",
            "def act(obs): return obs[:1] + 0.25\ndef main(): act([0])\ndef test_it(): act([1])",
            "def policy(obs): return obs[:1] + 0.25\ndef act(obs): return policy(obs) * 2",
            'def policy(obs):\n    """As in\n\n```python\npolicy(obs)\n```\n"""\n    return obs[:1] + 0.25',
        ],
    )
    def test_the_policy_is_no_helper(self, text):
        prior = translate(text, observation_size=2, action_size=1)
        np.testing.assert_allclose(prior((), jnp.array([0.25, 0]))[1].low, [0.5])

    def test_prose_without_fences(self):
        text = "Here is it.\n\nimport math\ndef policy(obs):\n    return [math.pi / 4]\n"
        translate(text, observation_size=2, action_size=1)

    def test_an_unclosed_fence(self):
        text = "```python\ndef policy(obs):\n    return [1]\n"
        translate(text, observation_size=2, action_size=1)

    def test_notes(self):
        text = "def policy(obs):\n    print(obs)\n    assert True\n    return [1]\n"
        assert len(translate(text, observation_size=2, action_size=1).notes) == 2


# Random programs: expressions over the observation, inside branches.
_NUMBER = st.one_of(
    st.integers(-3, 5).map(str),
    st.sampled_from(["0.5", "1.25", "-0.75", "2.0"]),
    st.integers(0, 3).map(lambda i: f"obs[{i}]"),
    st.sampled_from(["x", "y", "obs[-1]"]),
)


def _larger(inner):
    pair = st.tuples(inner, inner)
    triple = st.tuples(inner, inner, inner)
    comparison = st.tuples(inner, st.sampled_from(["<", "<=", ">", ">="]), inner).map(" ".join)
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        pair.map(lambda t: f"({t[0]} / (abs({t[1]}) + 1))"),
        inner.map(lambda a: f"(-{a})"),
        inner.map(lambda a: f"({a}) ** 2"),
        pair.map(lambda t: f"max({t[0]}, {t[1]})"),
        pair.map(lambda t: f"np.minimum({t[0]}, {t[1]})"),
        st.tuples(st.sampled_from(["math.tanh", "np.sin", "float", "abs"]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        triple.map(lambda t: f"np.clip({t[0]}, -abs({t[1]}), abs({t[2]}))"),
        st.tuples(inner, comparison, inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        st.tuples(comparison, st.sampled_from(["and", "or"]), comparison, inner).map(
            lambda t: f"(({t[0]} {t[1]} not {t[2]}) * {t[3]})"
        ),
    )


EXPRESSION = st.recursive(_NUMBER, _larger, max_leaves=8)
OBSERVATIONS = np.random.default_rng(2).normal(size=(64, 4)).astype(np.float32)


@hypothesis.settings(max_examples=100, deadline=None, derandomize=True)
@hypothesis.given(EXPRESSION, EXPRESSION, EXPRESSION, EXPRESSION, st.booleans())
def test_random_programs(a, b, c, d, returns):
    last = "return [x, y]" if returns else "x = x + y"
    text = f"""
import math
import numpy as np
def policy(obs):
    x, y = obs[0], 1
    x = {a}
    if {b} > x:
        y = {c}
        {last}
    else:
        y = y - x
    return [{d}, y]
"""
    prior = translate(text, observation_size=4, action_size=2)
    policy = reference(text)
    got = np.asarray(jax.vmap(lambda o: prior.step(prior.parameters, (), o)[1])(OBSERVATIONS))
    wanted = np.array([np.asarray(policy(o.astype(np.float64)), float) for o in OBSERVATIONS])
    # A test that rounding decides may go either way; it does so rarely.
    close = np.isclose(got, wanted, rtol=1e-4, atol=1e-4).all(axis=1)
    assert close.mean() > 0.95, text
