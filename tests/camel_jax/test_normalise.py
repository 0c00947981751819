"""Running statistics of observations against those of all of them together."""

import jax
import jax.numpy as jnp
import numpy as np

from camel_jax.normalise import init_normaliser, normalised, observe

MEAN, STD = np.float32([100.0, -3.0, 0.0]), np.float32([5.0, 0.2, 1.0])
OBSERVATIONS = MEAN + STD * np.random.default_rng(0).normal(size=(40, 16, 3)).astype(np.float32)


def test_batches_one_by_one_give_the_statistics_of_all():
    start = init_normaliser(3, enabled=True)
    normaliser, _ = jax.jit(lambda s, xs: jax.lax.scan(lambda c, x: (observe(c, x), None), s, xs))(
        start, OBSERVATIONS
    )
    seen = normalised(normaliser, OBSERVATIONS)
    assert seen.shape == OBSERVATIONS.shape
    expected = (OBSERVATIONS - OBSERVATIONS.mean((0, 1))) / OBSERVATIONS.std((0, 1))
    np.testing.assert_allclose(seen, expected, atol=2e-3)


def test_an_entry_that_never_varies_is_not_blown_up_and_outliers_are_clipped():
    normaliser = observe(init_normaliser(2, enabled=True), jnp.asarray([[1.0, 0.0]] * 8))
    np.testing.assert_allclose(normalised(normaliser, jnp.asarray([1.001, 0.0])), [0.1, 0.0], atol=1e-3)
    np.testing.assert_allclose(normalised(normaliser, jnp.asarray([1e6, -1e6])), [10.0, -10.0])


def test_without_normalisation_observations_stay_as_they_are():
    normaliser = observe(init_normaliser(3, enabled=False), OBSERVATIONS[0])
    assert normaliser == ()
    np.testing.assert_array_equal(normalised(normaliser, OBSERVATIONS), OBSERVATIONS)
