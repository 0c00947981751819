"""Epsilon schedules: where they start, when they move, where they end."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import envs
from camel_jax import EpsilonConfig, make_epsilon


@pytest.mark.parametrize("kind", ["linear", "cosine", "exponential"])
def test_holds_then_falls_monotonically_to_its_end(kind):
    schedule = make_epsilon(EpsilonConfig(kind, start=0.9, end=0.1, hold_steps=100, decay_steps=400))
    values = np.array([float(schedule(step)) for step in range(0, 1000, 10)])
    np.testing.assert_allclose(values[:11], 0.9, rtol=1e-6)
    assert (np.diff(values) <= 1e-7).all()
    assert values[11] < 0.9
    assert values[49] > 0.1
    np.testing.assert_array_equal(values[50:], np.float32(0.1))


@pytest.mark.parametrize("kind", ["linear", "cosine", "exponential"])
def test_ends_at_exactly_zero_also_when_compiled(kind):
    for decay_steps in (300, 1000, 8000, 12345):
        schedule = jax.jit(make_epsilon(EpsilonConfig(kind, decay_steps=decay_steps)))
        values = schedule(jnp.arange(decay_steps - 5, decay_steps + 5))
        assert (values[:5] > 0).all()
        np.testing.assert_array_equal(values[5:], 0.0)


def test_constant_stays_at_its_start():
    schedule = make_epsilon(EpsilonConfig("constant", start=0.4))
    assert {float(schedule(step)) for step in (0, 10, 10**6)} == {float(np.float32(0.4))}


def test_is_part_of_the_graph():
    schedule = make_epsilon(EpsilonConfig(decay_steps=100))
    assert float(jax.jit(schedule)(jnp.int32(50))) == pytest.approx(0.5)


def test_unknown_kind_is_told_with_the_choices():
    with pytest.raises(envs.InputError, match=r"unknown epsilon schedule 'linaer'.*Did you mean 'linear'"):
        make_epsilon(EpsilonConfig("linaer"))
