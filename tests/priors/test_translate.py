"""Translated programs mean what CPython and NumPy make of them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from priors.translate import translate


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


def test_observations_that_raise_get_no_hint():
    text = "def policy(obs):\n    if obs[0] > 1:\n        raise ValueError('too high')\n    return obs\n"
    prior = translate(text, observation_size=1, action_size=1)
    assert prior.step(prior.parameters, (), jnp.array([0.5]))[1] == 0.5
    assert np.isnan(prior.step(prior.parameters, (), jnp.array([2.0]))[1])
    assert "line 3" in prior.notes[0]


def test_a_block_that_shows_the_use_is_not_the_program():
    program = "class Walker:\n    def act(self, obs):\n        return 2 * obs\n"
    reply = f"```python\n{program}```\nUse it so:\n```python\npolicy = Walker()\npolicy.act(obs)\n```\n"
    prior = translate(reply, observation_size=1, action_size=1)
    assert prior.step(prior.parameters, (), jnp.array([0.25]))[1] == 0.5
