"""Normal distributions truncated to an interval: samples, log density, mass and entropy.

All but `truncated_gaussian` speak of the standard normal one, phi and Phi its density and its distribution.
Elementwise over broadcastable floating-point arrays; low < high, and either may be infinite. Derivatives are
in closed form, so none passes through a branch not taken; but that of (bound - mean) / std by std is infinite
at an infinite bound, so a caller selects there first. The work is done right of zero (an interval left of it
is mirrored) and relative to an *anchor* c: with T = exp(c^2 / 2) (Phi(high) - Phi(low)) the density is
exp(-(z^2 - c^2) / 2) / (sqrt(2 pi) T), which neither underflows nor cancels 100 standard deviations out.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erfcx, ndtr, ndtri

_LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)
_MIN_WIDTH, _INFINITE = 1e-12, 1e9  # What widths below and bounds beyond count as.
_TAIL = 4.0  # From here on, 10 terms of the hazard's continued fraction are exact to 1e-8.
# Six nodes are exact to 4e-8 for what `_narrow` gets.
_NODES, _WEIGHTS = (array.tolist() for array in np.polynomial.legendre.leggauss(6))


@jax.custom_jvp
def truncated_normal(noise: jax.Array, low: jax.Array, high: jax.Array) -> jax.Array:
    """Map standard normal noise n to z in [low, high]: Phi(z) = Phi(low) + Phi(n) (Phi(high) - Phi(low)).

    Between infinite bounds z is n, bit for bit. With u = Phi(n) and phi the normal density, z has derivatives
    (1 - u) phi(low) / phi(z) by low, u phi(high) / phi(z) by high, (Phi(high) - Phi(low)) phi(n) / phi(z) by
    n, all in [0, 1]. In float32 z is exact to 1e-6 or 2 ulp, which makes the derivatives exact to 1e-7 z^2.
    """
    left, right, mirrored = _to_the_right(low, high)
    lower, upper = _tails(noise)
    ends = (jnp.where(mirrored, upper, lower), jnp.where(mirrored, lower, upper), left, right)
    z = jnp.where(left < _TAIL, _from_bulk(*ends), _from_tail(*ends))
    return jnp.where(jnp.isinf(low) & jnp.isinf(high), noise, jnp.clip(jnp.where(mirrored, -z, z), low, high))


@truncated_normal.defjvp
def _(primals: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
    noise, low, high = primals
    z, mass = truncated_normal(noise, low, high), _mass(low, high)
    log_below, log_above = (jnp.log(tail) for tail in _tails(noise))
    # Logarithms, because the factors alone overflow; rounding must not lift their sums above 0.
    log_by_noise = mass.log_scale + _energy(z, mass.anchor) - 0.5 * jnp.square(noise)
    log_by_noise = jnp.where(jnp.isinf(low) & jnp.isinf(high), 0.0, log_by_noise)
    log_slopes = log_by_noise, log_above + _energy(z, low), log_below + _energy(z, high)
    by_noise, by_low, by_high = (jnp.exp(jnp.minimum(x, 0.0)) for x in log_slopes)
    return z, by_noise * tangents[0] + by_low * tangents[1] + by_high * tangents[2]


class Sample(NamedTuple):
    """A sample of a truncated Gaussian.

    Attributes:
        x: the sample.
        log_density: that of z = (x - mean) / std, of x in standard deviations.
    """

    x: jax.Array
    log_density: jax.Array


@jax.custom_jvp
def truncated_gaussian(
    noise: jax.Array, mean: jax.Array, log_std: jax.Array, low: jax.Array, high: jax.Array
) -> Sample:
    """Map standard normal noise to a sample of N(mean, std^2) truncated to [low, high].

    The same as `truncated_normal` and `log_density` of z between l = (low - mean) / std and h = (high - mean)
    / std, but its derivatives by mean and log_std are no sums whose terms cancel far out; by noise and bounds
    there are none. With c the point of [l, h] nearest to 0 and p the density of z:

        dx/dmean = k,                 d log p(z)/dmean = (z - E[z] - z k) / std,
        dx/dlog_std = std m,          d log p(z)/dlog_std = z^2 - E[z^2] + 1 - z m,
        k = 1 - dz/dl - dz/dh,        m = z - c + c k - (l - c) dz/dl - (h - c) dz/dh.
    """
    low, high = ((bound - mean) * jnp.exp(-log_std) for bound in (low, high))
    z = truncated_normal(noise, low, high)
    return Sample(mean + jnp.exp(log_std) * z, log_density(z, low, high))


@truncated_gaussian.defjvp
def _(primals: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]) -> tuple[Sample, Sample]:
    noise, mean, log_std = primals[:3]
    low, high = ((bound - mean) * jnp.exp(-log_std) for bound in primals[3:])
    z = truncated_normal(noise, low, high)
    sample = Sample(mean + jnp.exp(log_std) * z, log_density(z, low, high))
    low, high = _finite(low), _finite(high)
    mass, nearest = _mass(low, high), jnp.clip(0.0, low, high)
    log_below, log_above = (jnp.log(tail) for tail in _tails(noise))
    log_slopes = log_above + _energy(z, low), log_below + _energy(z, high)
    by_low, by_high = (jnp.exp(jnp.minimum(x, 0.0)) for x in log_slopes)
    by_mean = _by_mean(z, low, high, 1.0 - by_low - by_high)
    by_std = z - nearest + nearest * by_mean - by_low * (low - nearest) - by_high * (high - nearest)
    mean_z = mass.density(low) - mass.density(high)
    density_by_mean = (z - mean_z - z * by_mean) * jnp.exp(-log_std)
    density_by_log_std = 2.0 * (_energy(z, mass.anchor) - mass.energy) + 1.0 - z * by_std
    return sample, Sample(
        x=by_mean * tangents[1] + by_std * (jnp.exp(log_std) * tangents[2]),
        log_density=density_by_mean * tangents[1] + density_by_log_std * tangents[2],
    )


def log_mass(low: jax.Array, high: jax.Array) -> jax.Array:
    """log(Phi(high) - Phi(low)) to a relative error of 5e-6; exactly 0 between infinite bounds."""
    # Any point of the interval would do; the one nearest to zero keeps the sum from cancelling.
    nearest = jax.lax.stop_gradient(jnp.clip(0.0, low, high))
    return -0.5 * jnp.square(nearest) - _log_relative_density(nearest, low, high)


def log_density(z: jax.Array, low: jax.Array, high: jax.Array) -> jax.Array:
    """-z^2 / 2 - log(2 pi) / 2 - log_mass(low, high), the log density at z, which must lie in [low, high]."""
    return _log_relative_density(z, low, high) - _LOG_SQRT_2PI


@jax.custom_jvp
def entropy(low: jax.Array, high: jax.Array) -> jax.Array:
    """Differential entropy in nats: -E[log p(z)] = log(sqrt(2 pi) T) + E[(z^2 - c^2) / 2]."""
    mass = _mass(low, high)
    return _LOG_SQRT_2PI + mass.log_scale + mass.energy


@entropy.defjvp
def _(primals: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
    mass = _mass(*primals)
    # p (log p + H - 1), in which log T cancels.
    by_low, by_high = (mass.density(x) * (mass.energy - _energy(x, mass.anchor) - 1.0) for x in primals)
    return entropy(*primals), by_low * tangents[0] - by_high * tangents[1]


@jax.custom_jvp
def _log_relative_density(z: jax.Array, low: jax.Array, high: jax.Array) -> jax.Array:
    mass = _mass(low, high)
    return -_energy(z, mass.anchor) - mass.log_scale


@_log_relative_density.defjvp
def _(primals: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
    z, low, high = primals
    at_low, at_high = (_mass(low, high).density(bound) for bound in (low, high))
    return _log_relative_density(z, low, high), at_low * tangents[1] - at_high * tangents[2] - z * tangents[0]


class _Mass(NamedTuple):
    """The mass of an interval: c, log T and E[(z^2 - c^2) / 2] of the module's docstring."""

    anchor: jax.Array
    log_scale: jax.Array
    energy: jax.Array

    def density(self, z: jax.Array) -> jax.Array:
        return jnp.exp(-_energy(z, self.anchor) - self.log_scale - _LOG_SQRT_2PI)


def _mass(low: jax.Array, high: jax.Array) -> _Mass:
    """The mass of [low, high]; branches not taken get harmless arguments."""
    left, right, _ = _to_the_right(low, high)
    width = jnp.maximum(right - left, _MIN_WIDTH)
    narrow = width * jnp.maximum(0.5 * (left + right), 1.0) <= 2.0
    tail = (left > 0.0) & ~narrow
    in_narrow = _narrow(jnp.where(narrow, left, 0.0), jnp.where(narrow, width, 1.0))
    in_tail = _tail(jnp.where(tail, left, 1.0), jnp.where(tail, right, 4.0))
    in_bulk = _bulk(jnp.minimum(left, 0.0), jnp.maximum(right, 1.0))  # The rest has left <= 0 and right >= 1.
    return jax.tree.map(lambda n, t, b: jnp.select([narrow, tail], [n, t], b), in_narrow, in_tail, in_bulk)


def _narrow(left: jax.Array, width: jax.Array) -> _Mass:
    """Gauss-Legendre quadrature: sums of positive terms, so nothing cancels."""
    total = moment = jnp.zeros_like(left)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        step = 0.5 * (1.0 + node) * width
        energy = step * (left + 0.5 * step)
        total += weight * jnp.exp(-energy)
        moment += weight * jnp.exp(-energy) * energy
    return _Mass(left, jnp.log(0.5 * width * total) - _LOG_SQRT_2PI, moment / total)


def _tail(left: jax.Array, right: jax.Array) -> _Mass:
    """From Mills ratios R(x) = (1 - Phi(x)) / phi(x), for left > 0."""
    energy = _energy(right, left)
    left_excess, right_excess = _excess(left), _excess(right)
    left_ratio, right_ratio = 1.0 / (left + left_excess), jnp.exp(-energy) / (right + right_excess)
    total = left_ratio - right_ratio
    # x - x^2 R(x) = x excess(x) R(x) does not cancel.
    moment = left_ratio * left * left_excess - right_ratio * (right * right_excess + 2.0 * energy)
    return _Mass(left, jnp.log(total) - _LOG_SQRT_2PI, 0.5 * (1.0 + moment / total))


def _bulk(left: jax.Array, right: jax.Array) -> _Mass:
    """From the little mass that lies outside, for left <= 0 < right."""
    outside = ndtr(left) + ndtr(-right)
    moment = left * jnp.exp(-0.5 * left**2 - _LOG_SQRT_2PI) - right * jnp.exp(-0.5 * right**2 - _LOG_SQRT_2PI)
    return _Mass(jnp.zeros_like(left), jnp.log1p(-outside), 0.5 * (1.0 + moment / (1.0 - outside)))


def _from_bulk(below: jax.Array, above: jax.Array, left: jax.Array, right: jax.Array) -> jax.Array:
    """The sample by ndtri of the smaller of its two tails, each a sum of positive terms; for left < 4."""
    ends = zip(_tails(left), _tails(right), strict=True)
    lower, upper = (at_left * above + at_right * below for at_left, at_right in ends)
    z = ndtri(jnp.minimum(lower, upper))
    return jnp.where(lower < upper, z, -z)


def _from_tail(below: jax.Array, above: jax.Array, left: jax.Array, right: jax.Array) -> jax.Array:
    """The sample left + t, t by Newton's method on log((1 - Phi(z)) / (1 - Phi(left))); for left >= 4."""
    left, right = jnp.maximum(left, _TAIL), jnp.maximum(right, _TAIL)
    excess = _far_excess(left)
    hazard = left + excess
    loss = -jnp.log(above + below * jnp.exp(-_energy(right, left)) * hazard / (right + _far_excess(right)))
    # The tangent of the hazard at `left` gives the start; two steps then reach 1e-9.
    step = 2.0 * loss / (hazard + jnp.sqrt(hazard * (hazard + 2.0 * excess * loss)))
    for _ in range(2):
        reached = left + step + _far_excess(left + step)
        step += (loss - step * (left + 0.5 * step) - jnp.log(reached / hazard)) / reached
    return left + step


def _tails(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Phi(x) and 1 - Phi(x), neither of them cancelled or 0."""
    small = jnp.maximum(ndtr(-jnp.abs(x)), jnp.finfo(jnp.result_type(x)).tiny)
    return jnp.where(x < 0.0, small, 1.0 - small), jnp.where(x < 0.0, 1.0 - small, small)


def _excess(x: jax.Array) -> jax.Array:
    """phi(x) / (1 - Phi(x)) - x for x >= 0, what the hazard exceeds x by."""
    near = math.sqrt(2.0 / math.pi) / erfcx(jnp.minimum(x, _TAIL) * math.sqrt(0.5)) - x
    return jnp.where(x < _TAIL, near, _far_excess(jnp.maximum(x, _TAIL)))


def _far_excess(x: jax.Array) -> jax.Array:
    """The same by Laplace's continued fraction 1 / (x + 2 / (x + 3 / ...)), for x >= 4."""
    fraction = x
    for k in range(10, 1, -1):
        fraction = x + k / fraction
    return 1.0 / fraction


def _by_mean(z: jax.Array, low: jax.Array, high: jax.Array, direct: jax.Array) -> jax.Array:
    """The k of `truncated_gaussian`, in [0, 1]; in the tail, where `direct` cancels, from Mills ratios R.

    k (R(l) - d(l, h) R(h)) = R(l) - R(z) + d(l, h) (R(z) - R(h)) - d(z, h) (R(l) - R(h)) for l > 0, with
    d(a, b) = phi(b) / phi(a).
    """
    left, right, mirrored = _to_the_right(low, high)
    tail = left > 1.0
    left, right = jnp.where(tail, left, 1.0), jnp.where(tail, right, _TAIL)
    z = jnp.clip(jnp.where(mirrored, -z, z), left, right)
    points = (left, z, right)
    excesses = [_excess(point) for point in points]
    ratios = [1.0 / (point + excess) for point, excess in zip(points, excesses, strict=True)]

    def loss(a: int, b: int) -> jax.Array:
        """R(a) - R(b)."""
        return (points[b] - points[a] + (excesses[b] - excesses[a])) * ratios[a] * ratios[b]

    from_left, from_z = jnp.exp(-_energy(right, left)), jnp.exp(-_energy(right, z))
    total = ratios[0] - from_left * ratios[2]
    indirect = (loss(0, 1) + from_left * loss(1, 2) - from_z * loss(0, 2)) / total
    return jnp.clip(jnp.where(tail, indirect, direct), 0.0, 1.0)


def _to_the_right(low: jax.Array, high: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Finite bounds, mirrored where most of the interval lies left of zero, and where that is."""
    low, high = _finite(low), _finite(high)
    mirrored = low + high < 0.0
    return jnp.where(mirrored, -high, low), jnp.where(mirrored, -low, high), mirrored


def _finite(bound: jax.Array) -> jax.Array:
    return jnp.clip(bound, -_INFINITE, _INFINITE)


def _energy(x: jax.Array, anchor: jax.Array) -> jax.Array:
    """(x^2 - anchor^2) / 2 without its cancellation, finite for infinite bounds too."""
    x, anchor = _finite(x), _finite(anchor)
    return 0.5 * (x - anchor) * (x + anchor)
