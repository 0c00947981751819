"""What is said of a few seeds: intervals by the bootstrap, and the area under a learning curve."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import scipy.stats


class Interval(NamedTuple):
    """Bounds of a confidence interval, each of the shape of what it is about."""

    low: np.ndarray
    high: np.ndarray


def bootstrap_interval(
    values: Any, *, confidence: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> Interval:
    """Percentile bootstrap interval of the mean over the first axis (Efron and Tibshirani 1993, chapter 13).

    The mean of n values that are drawn with replacement from the n values varies about as the mean of n
    seeds does from one experiment to the next. Few values make the interval too narrow: with five a nominal
    95 % cover 84 % where the values are normal, and of one value it is that value.

    Args:
        values: shape `(n, ...)`; whole entries of the first axis are drawn, so that curves stay whole.
        confidence: share of the resampled means that lies in the interval.
        resamples: how many means.
        seed: of the drawing; the same values always have the same interval.

    Returns:
        Bounds of shape `(...)`.
    """
    values = np.asarray(values, float)
    n = len(values)
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples)
    means = np.tensordot(counts / n, values, axes=1)
    outside = (1 - confidence) / 2
    return Interval(*np.quantile(means, [outside, 1 - outside], axis=0))


def upper_bound(values: Any, *, confidence: float = 0.95) -> float:
    """One-sided upper confidence bound of the mean of seeds, by Student's t.

    A published mean above it is out of reach of these seeds at that confidence. Of one value it is infinite.

    Args:
        values: shape `(n,)`.
        confidence: in (0, 1).
    """
    values = np.asarray(values, float)
    if len(values) == 1:
        return float("inf")
    error = values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() + scipy.stats.t.ppf(confidence, len(values) - 1) * error)


def area_under_curve(env_steps: Any, returns: Any) -> np.ndarray:
    """Mean height of learning curves over the environment steps, by the trapezoid rule.

    Args:
        env_steps: where the policy was evaluated, ascending, shape `(points,)`; the mean is taken from the
            first to the last.
        returns: shape `(..., points)`.

    Returns:
        Shape `(...)`, in units of the return.
    """
    env_steps, returns = np.asarray(env_steps, float), np.asarray(returns, float)
    if len(env_steps) == 1:
        return np.asarray(returns[..., 0])
    return np.asarray(np.trapezoid(returns, env_steps, axis=-1) / (env_steps[-1] - env_steps[0]))
