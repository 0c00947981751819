"""Intervals and areas against known values."""

import numpy as np
import pytest
import scipy.stats

from experiments.statistics import area_under_curve, bootstrap_interval, upper_bound


@pytest.mark.parametrize("n", [12, 30])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_the_interval_is_scipys(n, confidence):
    values = np.random.default_rng(n).gamma(2.0, 100.0, n)
    low, high = bootstrap_interval(values, confidence=confidence, resamples=40_000)
    theirs = scipy.stats.bootstrap(
        (values,),
        np.mean,
        confidence_level=confidence,
        method="percentile",
        n_resamples=40_000,
        random_state=np.random.default_rng(0),
    ).confidence_interval
    # The quantiles of 40,000 means vary by about a hundredth of their spread.
    tolerance = 0.05 * values.std() / np.sqrt(n)
    np.testing.assert_allclose((low, high), theirs, atol=tolerance)


def test_the_interval_of_two_values_is_known():
    """Means of resamples are 0, 1/2 and 1 with probabilities 1/4, 1/2 and 1/4."""
    assert bootstrap_interval([0.0, 1.0]) == (0.0, 1.0)
    assert bootstrap_interval([0.0, 1.0], confidence=0.4) == (0.5, 0.5)


def test_one_value_is_its_own_interval():
    assert bootstrap_interval([7.0]) == (7.0, 7.0)


def test_curves_are_drawn_whole():
    """Each point's interval is that of its values alone, by the same draws."""
    values = np.random.default_rng(0).normal(size=(5, 4))
    low, high = bootstrap_interval(values)
    assert low.shape == high.shape == (4,)
    for point in range(4):
        np.testing.assert_allclose(
            (low[point], high[point]), bootstrap_interval(values[:, point]), rtol=1e-12
        )
    assert (low < values.mean(0)).all()
    assert (values.mean(0) < high).all()


def test_the_interval_repeats_and_its_seed_matters():
    values = np.random.default_rng(0).normal(size=7)
    assert bootstrap_interval(values) == bootstrap_interval(values)
    assert bootstrap_interval(values, resamples=100) != bootstrap_interval(values, resamples=100, seed=1)


def test_the_upper_bound_is_exceeded_by_the_mean_in_one_experiment_of_twenty():
    rng = np.random.default_rng(0)
    below = [upper_bound(rng.normal(3.0, 2.0, size=4)) < 3.0 for _ in range(4_000)]
    # 200 expected; three standard deviations of the count are 41.
    assert 159 < sum(below) < 241


def test_one_value_has_no_upper_bound():
    assert upper_bound([5.0]) == np.inf


def test_the_area_is_the_mean_height():
    assert area_under_curve([10, 30], [4.0, 8.0]) == 6.0
    # Two thirds of the way at 2 on average, one third at 5.
    assert area_under_curve([0, 20, 30], [0.0, 4.0, 6.0]) == pytest.approx(2 * 2 / 3 + 5 / 3)
    np.testing.assert_allclose(area_under_curve([0, 1, 2], [[1, 1, 1], [0, 2, 0]]), [1.0, 1.0])


def test_the_area_of_one_point_is_its_height():
    np.testing.assert_array_equal(area_under_curve([500], [[3.0], [5.0]]), [3.0, 5.0])
