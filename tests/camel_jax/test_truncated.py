"""The truncated normal distribution against SciPy and quadrature, out to 100 standard deviations."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special, stats

from camel_jax import truncated

INF = np.inf
LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)


def intervals():
    """Bounds of intervals at, around and far from zero, mirrored ones too; numbers that float32 holds."""
    centres = [0.0, 0.3, 1.0, 2.0, 3.9, 4.1, 5.0, 9.3, 20.0, 100.0]
    widths = [1e-3, 0.01, 0.1, 0.7, 1.9, 2.1, 6.0, 50.0, 250.0, INF]
    right = [(c, c + w) for c in centres for w in widths]
    around = [(c - w / 2, c + w / 2) for c in centres for w in widths[:-1]]
    open_ended = [(-c, INF) for c in (3.0, 30.0, 100.0)]
    bounds = np.array(right + around + open_ended, np.float32)
    return np.unique(np.concatenate([bounds, -bounds[:, ::-1]]), axis=0).astype(float).T


LOW, HIGH = intervals()
NOISE = np.array([-6, -3, -1, -0.2, 0, 0.2, 1, 3, 6], float)
# Every noise in every interval.
N, L, H = (np.ravel(x) for x in np.broadcast_arrays(NOISE[:, None], LOW, HIGH))
OPEN = (np.isneginf(LOW) & (HIGH > 0)) | (np.isposinf(HIGH) & (LOW < 0))


def resized(*arrays, like=N):
    """Each array repeated to a size that is compiled already."""
    return [np.resize(x, like.size) for x in arrays]


def in_float32(function, *arguments):
    result = jax.jit(function)(*(jnp.asarray(x, jnp.float32) for x in arguments))
    assert result.dtype == jnp.float32
    return np.asarray(result, float)


@functools.cache
def backwards(function):
    def derivatives(*arguments):
        value, pullback = jax.vjp(function, *arguments)
        return pullback(jnp.ones_like(value))

    return jax.jit(derivatives)


def slopes(function, *arguments, dtype=jnp.float32):
    """The derivatives of an elementwise function by each argument."""
    return [np.asarray(x, float) for x in backwards(function)(*(jnp.asarray(x, dtype) for x in arguments))]


def by_quadrature(low, high):
    """log mass and entropy from panels of Gauss-Legendre, relative to the point nearest to zero."""
    nearest = np.clip(0.0, low, high)
    distances = np.concatenate([[0.0], np.geomspace(1e-5, 40, 100)])
    edges = np.unique(np.clip([nearest - distances, nearest + distances], low, high))
    nodes, weights = np.polynomial.legendre.leggauss(12)
    half = np.diff(edges)[:, None] / 2
    z = edges[:-1, None] + half * (1 + nodes)
    energy = (z - nearest) * (z + nearest) / 2
    density = half * weights * np.exp(-energy)
    scale = np.log(density.sum())
    return scale - nearest**2 / 2 - LOG_SQRT_2PI, scale + (density * energy).sum() / density.sum()


@pytest.fixture(scope="module")
def reference():
    return np.array([by_quadrature(*bounds) for bounds in zip(LOW, HIGH, strict=True)]).T


def test_samples_are_those_of_the_inverse_cdf():
    z = in_float32(truncated.truncated_normal, N, L, H)
    # Each from the side where the tail is small.
    expected = np.where(
        N < 0, stats.truncnorm.ppf(special.ndtr(N), L, H), stats.truncnorm.isf(special.ndtr(-N), L, H)
    )
    np.testing.assert_allclose(z, expected, rtol=2.4e-7, atol=1e-6)
    assert (z >= L).all()
    assert (z <= H).all()


def test_far_samples_are_precise_relative_to_the_interval():
    low, high = resized([4.0, 5.0, 20.0, 100.0, 1000.0], [INF])
    noise = np.linspace(-3, 6, N.size)
    expected = -special.ndtri_exp(special.log_ndtr(-low) + special.log_ndtr(-noise))
    with jax.enable_x64(True):
        z = np.asarray(jax.jit(truncated.truncated_normal)(noise, low, high))
    np.testing.assert_allclose(z - low, expected - low, rtol=1e-7, atol=1e-12 * low.max())


@pytest.mark.parametrize(
    ("low", "high"), [(-0.5, 1.5), (-INF, -2.0), (5.0, INF), (-20.3, -20.0), (100.0, INF), (-100.01, -100.0)]
)
def test_samples_have_the_distribution(low, high):
    noise = jax.random.normal(jax.random.key(0), N.shape)
    z = in_float32(truncated.truncated_normal, noise, *resized([low], [high]))
    assert stats.kstest(z, stats.truncnorm(low, high).cdf).pvalue > 0.05


def test_log_mass_matches_quadrature(reference):
    np.testing.assert_allclose(
        in_float32(truncated.log_mass, LOW, HIGH)[~OPEN], reference[0][~OPEN], rtol=1e-6, atol=1e-7
    )


def test_log_mass_of_half_lines_is_log_ndtr():
    bounds = np.linspace(-7, 120, LOW.size).astype(np.float32).astype(float)
    infinite = np.full(LOW.size, INF)
    expected = special.log_ndtr(-bounds)
    np.testing.assert_allclose(in_float32(truncated.log_mass, bounds, infinite), expected, rtol=5e-6)
    np.testing.assert_allclose(in_float32(truncated.log_mass, -infinite, -bounds), expected, rtol=5e-6)


def test_entropy_matches_quadrature(reference):
    np.testing.assert_allclose(in_float32(truncated.entropy, LOW, HIGH), reference[1], atol=2e-6, rtol=2e-7)


def test_entropy_matches_scipy_near_zero():
    low, high = resized([-1.0, 0.5, -40.0, -40.0], [2.0, 40.0, 1.0, 40.0], like=LOW)
    expected = stats.truncnorm.entropy(low, high)
    # SciPy's is NaN at infinite bounds.
    low, high = np.where(low == -40, -INF, low), np.where(high == 40, INF, high)
    np.testing.assert_allclose(in_float32(truncated.entropy, low, high), expected, rtol=1e-6)


@pytest.mark.parametrize("width", [0.01, 0.5, 3.0])
@pytest.mark.parametrize("low", [-100.0, -20.0, -5.0, -0.4, 5.0, 20.0, 100.0])
def test_density_integrates_to_one(low, width):
    z = np.linspace(low, low + width, N.size).astype(np.float32)
    log_density = in_float32(truncated.log_density, z, np.full_like(z, z[0]), np.full_like(z, z[-1]))
    assert np.trapezoid(np.exp(log_density), z.astype(float)) == pytest.approx(1.0, abs=4e-3)


def test_log_density_is_the_normal_one_less_the_log_mass(reference):
    z = np.clip(N, L, H).astype(np.float32).astype(float)
    expected = -(z**2) / 2 - LOG_SQRT_2PI - resized(reference[0])[0]
    np.testing.assert_allclose(in_float32(truncated.log_density, z, L, H), expected, rtol=1e-5, atol=2e-5)


def test_without_bounds_everything_is_the_standard_normal_distribution_bit_for_bit():
    noise = np.array(jax.random.normal(jax.random.key(1), N.shape))
    noise[:4] = -6, -0.0, 6, 20
    low, high = resized([-INF], [INF])
    np.testing.assert_array_equal(in_float32(truncated.truncated_normal, noise, low, high), noise)
    normal = in_float32(lambda z: -0.5 * jnp.square(z) - 0.5 * jnp.log(2.0 * jnp.pi), noise)
    np.testing.assert_array_equal(in_float32(truncated.log_density, noise, low, high), normal)
    expected = {truncated.truncated_normal: (1.0, 0.0, 0.0), truncated.log_density: (-noise, 0.0, 0.0)}
    for function, by_argument in expected.items():
        for slope, value in zip(slopes(function, noise, low, high), by_argument, strict=True):
            np.testing.assert_array_equal(slope, value)

    low, high = resized([-INF], [INF], like=LOW)
    np.testing.assert_array_equal(in_float32(truncated.log_mass, low, high), 0.0)
    entropy = 0.5 * np.log(2 * np.pi * np.e)
    np.testing.assert_allclose(in_float32(truncated.entropy, low, high), entropy, rtol=1e-7)
    for function in (truncated.log_mass, truncated.entropy):
        np.testing.assert_array_equal(slopes(function, low, high), 0.0)


FUNCTIONS = {
    "truncated_normal": (truncated.truncated_normal, (N, L, H)),
    "log_density": (truncated.log_density, (np.clip(N, L, H), L, H)),
    "log_mass": (truncated.log_mass, (LOW, HIGH)),
    "entropy": (truncated.entropy, (LOW, HIGH)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_are_finite_in_float32_and_those_of_float64(name):
    function, arguments = FUNCTIONS[name]
    with jax.enable_x64(True):
        precise = slopes(function, *arguments, dtype=jnp.float64)
    for slope, expected in zip(slopes(function, *arguments), precise, strict=True):
        assert np.isfinite(slope).all()
        np.testing.assert_allclose(
            slope, expected, rtol=1e-3, atol=5e-4 if name == "truncated_normal" else 5e-6
        )
        if name == "truncated_normal":
            assert (slope >= 0).all()
            assert (slope <= 1).all()


# Away from where one method takes over from another: they differ by 1e-8.
SMOOTH_LOW = np.array([-0.4, -3.0, 0.3, 5.0, 20.0, 100.0, 100.0, -7.0, -INF, 6.0, 2.0, -1.0, -100.01])
SMOOTH_HIGH = np.array([0.2, 2.0, 3.0, 5.01, 20.5, 100.01, 101.0, -6.0, 1.5, INF, INF, INF, -100.0])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_match_finite_differences(name):
    function, usual = FUNCTIONS[name]
    low, high, n = resized(
        SMOOTH_LOW, SMOOTH_HIGH, np.repeat([-1.3, 0.1, 1.1], SMOOTH_LOW.size), like=usual[0]
    )
    step = 1e-4 * np.minimum(high - low, 0.1)
    first = {"truncated_normal": (n,), "log_density": (np.clip(n, low + 2 * step, high - 2 * step),)}.get(
        name, ()
    )
    arguments = (*first, low, high)
    with jax.enable_x64(True):
        compiled = jax.jit(function)
        for k, slope in enumerate(slopes(function, *arguments, dtype=jnp.float64)):
            ahead, behind = (
                [x + sign * step * (i == k) for i, x in enumerate(arguments)] for sign in (1, -1)
            )
            numeric = np.asarray(compiled(*ahead) - compiled(*behind)) / (2 * step)
            np.testing.assert_allclose(slope, numeric, rtol=1e-4, atol=1e-4)


def test_a_policy_of_mixed_bounds_has_the_plain_gradient_where_there_are_none():
    noise = jax.random.normal(jax.random.key(2), (64, 3))
    bounds = jnp.where(jnp.arange(64)[:, None] % 2 == 0, INF, 0.3)

    def log_density_and_action(mean, log_std, bound):
        edge = jnp.where(jnp.isinf(bound), 0.0, bound)
        low, high = (
            jnp.where(jnp.isinf(bound), sign * INF, (sign * edge - mean) * jnp.exp(-log_std))
            for sign in (-1, 1)
        )
        z = truncated.truncated_normal(noise, low, high)
        return truncated.log_density(z, low, high) - log_std + mean + jnp.exp(log_std) * z

    def plain(mean, log_std):
        return -0.5 * jnp.square(noise) - LOG_SQRT_2PI - log_std + mean + jnp.exp(log_std) * noise

    mean, log_std = jnp.full((64, 3), 2.0), jnp.full((64, 3), -3.0)
    masked = slopes(lambda m, s: log_density_and_action(m, s, bounds), mean, log_std)
    for slope, expected in zip(masked, slopes(plain, mean, log_std), strict=True):
        np.testing.assert_allclose(slope[::2], expected[::2], rtol=1e-6)
        assert np.isfinite(slope).all()
        assert (slope[1::2] != expected[1::2]).any()


def test_arguments_broadcast_and_vmap_gives_the_same():
    noise, low, high = jnp.zeros((2, 1)), jnp.asarray([-1.0, 0.5, 6.0]), jnp.asarray(9.0)
    for function in (truncated.truncated_normal, truncated.log_density):
        assert jax.eval_shape(function, noise, low, high).shape == (2, 3)
    for function in (truncated.log_mass, truncated.entropy):
        assert jax.eval_shape(function, low, high).shape == (3,)
    mapped = jax.jit(jax.vmap(jax.grad(truncated.log_mass)))(jnp.asarray(LOW), jnp.asarray(HIGH))
    np.testing.assert_allclose(mapped, slopes(truncated.log_mass, LOW, HIGH)[0], rtol=1e-6)


def test_second_derivatives_meet_no_nan_of_a_branch_not_taken():
    def slope(low):
        return jax.grad(lambda x: jnp.sum(truncated.log_mass(x, HIGH)))(low)

    low = jnp.asarray(LOW, jnp.float32)
    _, curvature = jax.jit(lambda x: jax.jvp(slope, (x,), (jnp.ones_like(x),)))(low)
    assert np.isfinite(curvature).all()
