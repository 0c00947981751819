"""The generator mask: exact at both ends of epsilon, an interval in between."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camel_jax import GeneratorMask
from priors import Interval

# XLA flushes subnormal numbers to zero.
unit = st.floats(-1, 1, width=32, allow_subnormal=False)
vectors = st.lists(st.tuples(unit, unit, unit), min_size=1, max_size=5)


def suggestion_of(rows):
    low, high = np.array([[min(a, b), max(a, b)] for a, b, _ in rows], np.float32).T
    return Interval(jnp.asarray(low), jnp.asarray(high)), jnp.asarray([y for _, _, y in rows], jnp.float32)


@given(rows=vectors, width=st.floats(0.01, 2.0))
def test_without_grip_the_action_is_the_unit_action_bit_for_bit(rows, width):
    suggestion, unit_action = suggestion_of(rows)
    mask = GeneratorMask(width=width)
    action = mask.action(mask.interval(suggestion, jnp.float32(0.0)), unit_action)
    np.testing.assert_array_equal(action, unit_action)


@given(rows=vectors, width=st.floats(0.01, 2.0), epsilon=st.floats(0, 1, width=32, allow_subnormal=False))
def test_actions_stay_in_an_interval_that_holds_the_suggestion(rows, width, epsilon):
    suggestion, unit_action = suggestion_of(rows)
    mask = GeneratorMask(width=width)
    interval = mask.interval(suggestion, jnp.float32(epsilon))
    action = mask.action(interval, unit_action)
    tolerance = 1e-6
    assert (interval.low >= -1 - tolerance).all()
    assert (interval.high <= 1 + tolerance).all()
    assert (interval.low <= suggestion.low + tolerance).all()
    assert (interval.high >= suggestion.high - tolerance).all()
    assert (action >= interval.low - tolerance).all()
    assert (action <= interval.high + tolerance).all()


def test_at_full_grip_the_bounds_are_the_priors_widened_and_clipped():
    suggestion = Interval(jnp.asarray([0.5, -0.9, -0.2]), jnp.asarray([0.5, -0.9, 0.4]))
    mask = GeneratorMask(width=0.25)
    interval = mask.interval(suggestion, jnp.float32(1.0))
    np.testing.assert_allclose(interval.low, [0.25, -1.0, -0.45], rtol=1e-6)
    np.testing.assert_allclose(interval.high, [0.75, -0.65, 0.65], rtol=1e-6)
    ends = [mask.action(interval, jnp.full(3, y)) for y in (-1.0, 0.0, 1.0)]
    np.testing.assert_allclose(ends, [interval.low, interval.centre, interval.high], rtol=1e-6)


def test_the_width_between_is_linear_in_epsilon():
    suggestion = Interval(jnp.zeros(1), jnp.zeros(1))
    mask = GeneratorMask(width=0.2)
    half_widths = [float(mask.interval(suggestion, jnp.float32(e)).half_width[0]) for e in (0, 0.5, 1)]
    assert half_widths == pytest.approx([1.0, 0.6, 0.2])
