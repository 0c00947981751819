"""The masks: exact without grip, inside the interval with it, and densities that are densities."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from camel_jax import ClipMask, DistributionalMask, GeneratorMask, MaskConfig
from camel_jax.masking import _plain_perturb, _plain_sample, problems_of
from priors import Interval

KINDS = (GeneratorMask, DistributionalMask, ClipMask)
# XLA flushes subnormal numbers to zero.
unit = st.floats(-1, 1, width=32, allow_subnormal=False)
numbers = st.tuples(
    unit, unit, st.floats(-20, 20, width=32), st.floats(-5, 2, width=32), st.floats(-5, 5, width=32)
)
batches = st.lists(numbers, min_size=4, max_size=4)


def arrays(rows):
    """Suggestion, mean, log standard deviation and noise, of shape `(4, 1)`: one shape, one compilation."""
    low, high, mean, log_std, noise = (
        jnp.asarray(column, jnp.float32)[:, None] for column in zip(*rows, strict=True)
    )
    return Interval(jnp.minimum(low, high), jnp.maximum(low, high)), mean, log_std, noise


def test_at_full_grip_the_bounds_are_the_priors_widened_and_clipped():
    suggestion = Interval(jnp.asarray([0.5, -0.9, -0.2]), jnp.asarray([0.5, -0.9, 0.4]))
    interval = GeneratorMask(0.25).interval(suggestion, jnp.asarray(1.0))
    np.testing.assert_allclose(interval.low, [0.25, -1.0, -0.45], rtol=1e-6)
    np.testing.assert_allclose(interval.high, [0.75, -0.65, 0.65], rtol=1e-6)
    each = GeneratorMask((0.1, 0.2, 0.3)).interval(suggestion, jnp.asarray(1.0))
    np.testing.assert_allclose(each.low, [0.4, -1.0, -0.5], rtol=1e-6)


def test_the_width_between_is_linear_in_the_grip():
    suggestion = Interval(jnp.zeros((3, 1)), jnp.zeros((3, 1)))
    interval = GeneratorMask(0.2).interval(suggestion, jnp.asarray([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(interval.half_width[:, 0], [1.0, 0.6, 0.2], rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_without_grip_actions_densities_and_gradients_are_the_plain_agents(kind):
    """To the bit; the whole agent is compared in test_train.py and test_combinations.py."""
    keys = jax.random.split(jax.random.key(0), 4)
    mean, log_std, noise = (3.0 * jax.random.normal(key, (64, 3)) for key in keys[:3])
    suggestion = Interval(*jnp.sort(jax.random.uniform(keys[3], (2, 64, 3), minval=-1.0), axis=0))
    mask = kind(0.2)
    interval = mask.interval(suggestion, jnp.zeros(64))
    assert (interval.low == -1).all()
    assert (interval.high == 1).all()

    def total(sample):
        def f(mean, log_std, interval):
            action, log_density = sample(interval, mean, log_std, noise)
            return jnp.sum(jnp.sin(3.0 * action)) + jnp.sum(log_density), (action, log_density)

        return jax.jit(jax.grad(f, argnums=(0, 1), has_aux=True))(mean, log_std, interval)

    def plain(interval, *arguments):
        # In a branch of its own, as in every mask, so that the compiler sees as much of it.
        never = jnp.all(interval.high < 0)
        return jax.lax.cond(never, GeneratorMask()._sample, _plain_sample, interval, *arguments)

    jax.tree.map(np.testing.assert_array_equal, total(mask.sample), total(plain))
    perturbed = mask.perturb(interval, jnp.tanh(mean), 0.1, noise)
    np.testing.assert_allclose(
        perturbed, _plain_perturb(interval, jnp.tanh(mean), jnp.float32(0.1), noise), rtol=1e-6
    )


@functools.cache
def act(kind, width):
    """The interval, and the actions of a random and of a deterministic policy; compiled once."""

    def both(suggestion, grip, mean, log_std, noise):
        mask = kind(width)
        interval = mask.interval(suggestion, grip)
        action, log_density = mask.sample(interval, mean, log_std, noise)
        return interval, action, log_density, mask.perturb(interval, jnp.tanh(mean), 0.1, noise)

    return jax.jit(both)


@pytest.mark.parametrize("kind", KINDS)
@given(
    rows=batches, width=st.sampled_from([0.01, 0.3]), grip=st.floats(0, 1, width=32, allow_subnormal=False)
)
def test_actions_stay_inside_an_interval_that_holds_the_suggestion(kind, rows, width, grip):
    suggestion, mean, log_std, noise = arrays(rows)
    grips = jnp.full(4, grip, jnp.float32)
    interval, action, log_density, perturbed = act(kind, width)(suggestion, grips, mean, log_std, noise)
    tolerance = 1e-6
    assert (interval.low <= suggestion.low + tolerance).all()
    assert (interval.high >= suggestion.high - tolerance).all()
    assert np.isfinite(log_density).all()
    for tried in (action, perturbed):
        assert (tried >= interval.low - tolerance).all()
        assert (tried <= interval.high + tolerance).all()


SHAPES = [(0.0, -1.0, 0.2, 0.3), (1.5, -2.0, -0.5, 0.2), (-3.0, 0.5, 0.9, 0.2), (0.3, 2.0, 0.0, 0.9)]


@pytest.mark.parametrize(("mean", "log_std", "suggestion", "width"), SHAPES)
def test_the_truncated_density_is_scipys_and_integrates_to_one(mean, log_std, suggestion, width):
    """Over the interval in its own coordinates, so that the uniform distribution has log density -log 2."""
    mask, std = DistributionalMask(width), float(np.exp(log_std))
    point = Interval(jnp.full((1, 1), suggestion), jnp.full((1, 1), suggestion))
    interval = mask.interval(point, jnp.ones(1))
    with np.errstate(divide="ignore"):  # a bound of 1 is infinite before the squash
        low, high = (float(np.arctanh(np.float64(bound[0, 0]))) for bound in interval)
    half_width = float(interval.half_width[0, 0])
    noise = jnp.linspace(-2.5, 2.5, 11)[:, None]
    many = jax.tree.map(lambda x: jnp.broadcast_to(x, (11, 1)), interval)
    action, log_density = mask.sample(many, jnp.full((11, 1), mean), jnp.full((11, 1), log_std), noise)

    def density(a):
        x = np.arctanh(a)
        gaussian = stats.norm.pdf(x, mean, std) / (
            stats.norm.cdf(high, mean, std) - stats.norm.cdf(low, mean, std)
        )
        return gaussian / (1 - a**2) * half_width

    expected = density(np.float64(action[:, 0]))
    np.testing.assert_allclose(np.exp(log_density), expected, rtol=2e-3)
    total, _ = integrate.quad(density, *(float(bound[0, 0]) for bound in interval), limit=200)
    assert total / half_width == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(("mean", "log_std", "suggestion", "width"), SHAPES)
def test_the_entropy_is_the_mean_of_the_samples(mean, log_std, suggestion, width):
    mask, count = DistributionalMask(width), 50_000
    point = Interval(jnp.full((count, 1), suggestion), jnp.full((count, 1), suggestion))
    interval = mask.interval(point, jnp.ones(count))
    means, log_stds = jnp.full((count, 1), mean), jnp.full((count, 1), log_std)
    _, log_density = mask.sample(interval, means, log_stds, jax.random.normal(jax.random.key(0), (count, 1)))
    first = jax.tree.map(lambda x: x[:1], (interval, means, log_stds))
    assert float(mask.entropy(*first)[0]) == pytest.approx(float(-log_density.mean()), abs=0.02)


def test_a_policy_far_from_the_interval_still_learns():
    """20 standard deviations away the derivatives are finite, and lead back."""
    mask = DistributionalMask(0.1)
    point = Interval(jnp.full((1, 1), -0.5), jnp.full((1, 1), -0.5))
    interval = mask.interval(point, jnp.ones(1))

    def action(mean):
        return mask.sample(interval, mean, jnp.full((1, 1), -2.0), jnp.zeros((1, 1)))[0].sum()

    slope = jax.grad(action)(jnp.full((1, 1), 2.2))
    assert np.isfinite(slope).all()
    assert (slope > 0).all()
    median = jax.grad(lambda y: mask.perturb(interval, y, 0.1, jnp.zeros((1, 1))).sum())(
        jnp.full((1, 1), 0.9)
    )
    assert np.isfinite(median).all()
    assert (median > 0).all()


def test_clipping_changes_the_action_and_not_the_density():
    mask = ClipMask(0.1)
    point = Interval(jnp.zeros((1, 1)), jnp.zeros((1, 1)))
    interval = mask.interval(point, jnp.ones(1))
    arguments = (interval, jnp.full((1, 1), 2.0), jnp.full((1, 1), -1.0), jnp.zeros((1, 1)))
    action, log_density = mask.sample(*arguments)
    assert float(action[0, 0]) == pytest.approx(0.1)
    np.testing.assert_array_equal(log_density, _plain_sample(*arguments)[1])


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (MaskConfig(width=(-1.0,)), "mask.width is -1.0; it must lie in"),
        (MaskConfig(width=(0.1, float("nan"), 0.1)), "mask.width is nan; it must lie in"),
        (MaskConfig(width=(0.1, 0.2)), "mask.width has 2 entries; it takes one, or one for each of the 3"),
        (MaskConfig(width=()), "mask.width has 0 entries"),
        (MaskConfig("generater"), "mask.kind is 'generater'; it must be one of generator, dist"),
    ],
)
def test_an_impossible_mask_is_named(config, message):
    (problem,) = config.problems(3)
    assert problem.startswith(message)
    assert MaskConfig(width=(0.1, 0.2, 0.3)).problems(3) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("width", "message"),
    [
        (0.0, "mask.width is 0.0; it must lie in"),
        (-0.2, "mask.width is -0.2; it must lie in"),
        ((0.1, 0.2), "mask.width has 2 entries; it takes one, or one for each of the 3"),
    ],
)
def test_a_mask_of_ones_own_making_is_checked_too(kind, width, message):
    (problem,) = problems_of(kind(width), 3)
    assert problem.startswith(message)
    assert problems_of(kind(0.3), 3) == []


def test_what_is_no_mask_is_told():
    (problem,) = problems_of(MaskConfig(), 3)
    assert problem.startswith("mask is MaskConfig(")
    assert problem.endswith("; it must be a mask, with the functions interval, sample, perturb")
