"""Normal distributions truncated to an interval: samples, log density, mass and entropy.

All but `truncated_gaussian` speak of the standard normal one, z, phi and Phi its density and distribution.
Elementwise over broadcastable floating-point arrays; low < high, and either may be infinite. Derivatives are
given in closed form, so none passes through a branch that was not taken. The work is done right of zero (an
interval left of it is mirrored) and relative to an *anchor* c: with T = exp(c^2 / 2) (Phi(high) - Phi(low))
the density is exp(-(z^2 - c^2) / 2) / (sqrt(2 pi) T), which neither underflows nor cancels 100 standard
deviations out. A width below 1e-12 counts as 1e-12, a bound beyond 1e9 as infinite.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erfcx, log_ndtr, ndtr, ndtri

_LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)
_MIN_WIDTH = 1e-12
# Holds no mass beyond, and its square is a float32.
_INFINITE = 1e9
# From here on, 12 terms of the hazard's continued fraction are exact to 3e-8.
_TAIL = 4.0
# Six nodes are exact to 4e-8 for the widths that `_narrow` gets.
_NODES, _WEIGHTS = (array.tolist() for array in np.polynomial.legendre.leggauss(6))


@jax.custom_jvp
def truncated_normal(noise: jax.Array, low: jax.Array, high: jax.Array) -> jax.Array:
    """Map standard normal noise n to z in [low, high]: Phi(z) = Phi(low) + Phi(n) (Phi(high) - Phi(low)).

    Between infinite bounds z is n, bit for bit. With u = Phi(n) and density phi the derivatives are
    dz/dlow = (1 - u) phi(low) / phi(z), dz/dhigh = u phi(high) / phi(z) and
    dz/dn = (Phi(high) - Phi(low)) phi(n) / phi(z); all three lie in [0, 1].
    """
    left, right, mirrored = _to_the_right(low, high)
    noise_right = jnp.where(mirrored, -noise, noise)
    below, above = ndtr(noise_right), ndtr(-noise_right)
    from_tail = _from_tail(below, above, left, right, _mass(low, high).log_scale)
    z = jnp.where(left < _TAIL, _from_bulk(below, above, left, right), from_tail)
    z = jnp.clip(jnp.where(mirrored, -z, z), low, high)
    return jnp.where(jnp.isinf(low) & jnp.isinf(high), noise, z)


@truncated_normal.defjvp
def _(primals: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
    noise, low, high = primals
    z, mass = truncated_normal(noise, low, high), _mass(low, high)
    by_noise = _slope(z, mass.anchor, mass.log_scale - 0.5 * jnp.square(noise))
    by_low = _slope(z, _finite(low), log_ndtr(-noise))
    by_high = _slope(z, _finite(high), log_ndtr(noise))
    by_noise = jnp.where(jnp.isinf(low) & jnp.isinf(high), 1.0, by_noise)
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

    The same as `truncated_normal` and `log_density` of (bound - mean) / std, but its derivatives by mean and
    log_std are those of the sums, whose terms cancel far out. There is none by noise and bounds.
    With c the point of [l, h] = [low - mean, high - mean] / std nearest to 0 and p the density of z:

        dx/dmean = k,                 d log p(z)/dmean = (z - E[z] - z k) / std,
        dx/dlog_std = std m,          d log p(z)/dlog_std = z^2 - E[z^2] + 1 - z m,
        k = 1 - dz/dl - dz/dh,        m = z - c + c k - (l - c) dz/dl - (h - c) dz/dh.
    """
    low, high = _standardise(low, mean, log_std), _standardise(high, mean, log_std)
    z = truncated_normal(noise, low, high)
    return Sample(mean + jnp.exp(log_std) * z, log_density(z, low, high))


@truncated_gaussian.defjvp
def _(primals: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]) -> tuple[Sample, Sample]:
    noise, mean, log_std = primals[:3]
    low, high = (_standardise(bound, mean, log_std) for bound in primals[3:])
    z = truncated_normal(noise, low, high)
    sample = Sample(mean + jnp.exp(log_std) * z, log_density(z, low, high))
    free = jnp.isinf(low) & jnp.isinf(high)
    low, high = _finite(low), _finite(high)
    mass, nearest = _mass(low, high), jnp.clip(0.0, low, high)
    by_low, by_high = _slope(z, low, log_ndtr(-noise)), _slope(z, high, log_ndtr(noise))
    by_mean = _by_mean(z, low, high, 1.0 - by_low - by_high)
    by_std = z - nearest + nearest * by_mean - by_low * (low - nearest) - by_high * (high - nearest)
    mean_z = mass.density(low) - mass.density(high)
    density_by_mean = (z - mean_z - z * by_mean) * jnp.exp(-log_std)
    density_by_log_std = 2.0 * (_energy(z, mass.anchor) - mass.energy) + 1.0 - z * by_std
    # Without bounds the very terms of mean + std * noise, and no others.
    by_mean, by_std = jnp.where(free, 1.0, by_mean), jnp.where(free, z, by_std)
    density_by_mean, density_by_log_std = (
        jnp.where(free, 0.0, slope) for slope in (density_by_mean, density_by_log_std)
    )
    return sample, Sample(
        x=by_mean * tangents[1] + by_std * (jnp.exp(log_std) * tangents[2]),
        log_density=density_by_mean * tangents[1] + density_by_log_std * tangents[2],
    )


def log_mass(low: jax.Array, high: jax.Array) -> jax.Array:
    """log(Phi(high) - Phi(low)); exactly 0 between infinite bounds.

    In float32 the relative error is below 1e-6; that of its derivatives, in the mass's own units, below 1e-3.
    """
    # Any point of the interval would do; the one nearest to zero keeps the sum from cancelling.
    nearest = jax.lax.stop_gradient(jnp.clip(0.0, low, high))
    return -0.5 * jnp.square(nearest) - _log_relative_density(nearest, low, high)


def log_density(z: jax.Array, low: jax.Array, high: jax.Array) -> jax.Array:
    """Log density at z in [low, high]: -z^2 / 2 - log(2 pi) / 2 - log_mass(low, high).

    Between infinite bounds exactly the standard normal one. Whether z is in the interval is not checked.
    """
    return _log_relative_density(z, low, high) - _LOG_SQRT_2PI


@jax.custom_jvp
def entropy(low: jax.Array, high: jax.Array) -> jax.Array:
    """Differential entropy in nats: -E[log p(z)] = log(sqrt(2 pi) T) + E[(z^2 - c^2) / 2]."""
    mass = _mass(low, high)
    return _LOG_SQRT_2PI + mass.log_scale + mass.energy


@entropy.defjvp
def _(primals: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
    mass = _mass(*primals)
    low, high = (_finite(bound) for bound in primals)
    # p (log p + H - 1), in which log T cancels.
    by_low, minus_by_high = (
        mass.density(bound) * (mass.energy - _energy(bound, mass.anchor) - 1.0) for bound in (low, high)
    )
    return entropy(*primals), by_low * tangents[0] - minus_by_high * tangents[1]


@jax.custom_jvp
def _log_relative_density(z: jax.Array, low: jax.Array, high: jax.Array) -> jax.Array:
    """log(sqrt(2 pi) p(z))."""
    return _mass(low, high).log_relative_density(z)


@_log_relative_density.defjvp
def _(primals: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]) -> tuple[jax.Array, jax.Array]:
    z, low, high = primals
    mass = _mass(low, high)
    at_low, at_high = mass.density(_finite(low)), mass.density(_finite(high))
    tangent = at_low * tangents[1] - at_high * tangents[2] - z * tangents[0]
    return mass.log_relative_density(z), tangent


class _Mass(NamedTuple):
    """The mass of an interval: c, log T and E[(z^2 - c^2) / 2] of the module's docstring."""

    anchor: jax.Array
    log_scale: jax.Array
    energy: jax.Array

    def log_relative_density(self, z: jax.Array) -> jax.Array:
        return -_energy(z, self.anchor) - self.log_scale

    def density(self, z: jax.Array) -> jax.Array:
        return jnp.exp(self.log_relative_density(z) - _LOG_SQRT_2PI)


def _mass(low: jax.Array, high: jax.Array) -> _Mass:
    """The mass of [low, high]; branches not taken get harmless arguments."""
    left, right, _ = _to_the_right(low, high)
    width = jnp.maximum(right - left, _MIN_WIDTH)
    narrow = width * jnp.maximum(0.5 * (left + right), 1.0) <= 2.0
    tail = (left > 0.0) & ~narrow
    in_narrow = _narrow(jnp.where(narrow, left, 0.0), jnp.where(narrow, width, 1.0))
    in_tail = _tail(jnp.where(tail, left, 1.0), jnp.where(tail, right, 4.0))
    # What is neither narrow nor tail has left <= 0 and right >= 1.
    in_bulk = _bulk(jnp.minimum(left, 0.0), jnp.maximum(right, 1.0))
    cases = (in_narrow, in_tail, in_bulk)
    anchor, log_scale, energy = (
        jnp.select([narrow, tail], [a, b], c) for a, b, c in zip(*cases, strict=True)
    )
    return _Mass(anchor, log_scale, energy)


def _narrow(left: jax.Array, width: jax.Array) -> _Mass:
    """Gauss-Legendre quadrature: sums of positive terms, so nothing cancels."""
    steps = [0.5 * (1.0 + node) * width for node in _NODES]
    energies = [step * (left + 0.5 * step) for step in steps]
    densities = [weight * jnp.exp(-energy) for weight, energy in zip(_WEIGHTS, energies, strict=True)]
    total = sum(densities)
    mean = sum(density * energy for density, energy in zip(densities, energies, strict=True)) / total
    return _Mass(left, jnp.log(0.5 * width * total) - _LOG_SQRT_2PI, mean)


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
    moment = left * jnp.exp(-0.5 * left * left) - right * jnp.exp(-0.5 * right * right)
    mean = 0.5 + 0.5 * math.exp(-_LOG_SQRT_2PI) * moment / (1.0 - outside)
    return _Mass(jnp.zeros_like(left), jnp.log1p(-outside), mean)


def _from_bulk(below: jax.Array, above: jax.Array, left: jax.Array, right: jax.Array) -> jax.Array:
    """The sample by ndtri of the smaller of its two tails, each a sum of positive terms; for left < 4."""
    lower = ndtr(left) * above + ndtr(right) * below
    upper = ndtr(-left) * above + ndtr(-right) * below
    z = ndtri(jnp.maximum(jnp.minimum(lower, upper), jnp.finfo(lower.dtype).tiny))
    return jnp.where(lower < upper, z, -z)


def _from_tail(
    below: jax.Array, above: jax.Array, left: jax.Array, right: jax.Array, log_scale: jax.Array
) -> jax.Array:
    """The sample left + t, t by Newton's method on log((1 - Phi(z)) / (1 - Phi(left))); for left >= 4."""
    taken = left >= _TAIL
    left, right = jnp.maximum(left, _TAIL), jnp.where(taken, right, 2.0 * _TAIL)
    excess = _excess(left)
    hazard = left + excess
    rest = jnp.exp(-_energy(right, left)) * hazard / (right + _excess(right))
    # Far from either end, what is lost up to z is 1 less what is kept.
    lost = jnp.minimum(below, 0.5) * jnp.exp(jnp.where(taken, log_scale, 0.0) + _LOG_SQRT_2PI) * hazard
    kept = jnp.maximum(above + below * rest, jnp.finfo(above.dtype).tiny)
    loss = -jnp.where(below < 0.5, jnp.log1p(-jnp.minimum(lost, 0.75)), jnp.log(kept))
    # The tangent of the hazard at `left` gives the start; two steps then reach 1e-9.
    step = 2.0 * loss / (hazard + jnp.sqrt(hazard * (hazard + 2.0 * excess * loss)))
    for _ in range(2):
        reached = left + step + _excess(left + step)
        step += (loss - step * (left + 0.5 * step) - jnp.log(reached / hazard)) / reached
    return left + step


def _excess(x: jax.Array) -> jax.Array:
    """phi(x) / (1 - Phi(x)) - x for x >= 0, the hazard's excess; Laplace's continued fraction far out."""
    near, far = jnp.minimum(x, _TAIL), jnp.maximum(x, _TAIL)
    fraction = far
    for k in range(12, 1, -1):
        fraction = far + k / fraction
    direct = math.sqrt(2.0 / math.pi) / erfcx(near * math.sqrt(0.5)) - near
    return jnp.where(x < _TAIL, direct, 1.0 / fraction)


def _slope(z: jax.Array, anchor: jax.Array, log_share: jax.Array) -> jax.Array:
    """The derivative share * phi(anchor) / phi(z), which is at most 1; the factors alone overflow."""
    return jnp.exp(jnp.minimum(log_share + _energy(z, anchor), 0.0))


def _by_mean(z: jax.Array, low: jax.Array, high: jax.Array, direct: jax.Array) -> jax.Array:
    """The k of `truncated_gaussian`, in [0, 1]; in the tail, where `direct` cancels, from Mills ratios R.

    k (R(l) - d(l, h) R(h)) = R(l) - R(z) + d(l, h) (R(z) - R(h)) - d(z, h) (R(l) - R(h)) for l > 0, with
    d(a, b) = phi(b) / phi(a).
    """
    left, right, mirrored = _to_the_right(low, high)
    tail = left > 1.0
    left, right = jnp.where(tail, left, 1.0), jnp.where(tail, right, 4.0)
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


def _standardise(bound: jax.Array, mean: jax.Array, log_std: jax.Array) -> jax.Array:
    """(bound - mean) / std."""
    return (bound - mean) * jnp.exp(-log_std)


def _to_the_right(low: jax.Array, high: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Finite bounds, mirrored where most of the interval lies left of zero, and where that is."""
    low, high = _finite(low), _finite(high)
    mirrored = low + high < 0.0
    return jnp.where(mirrored, -high, low), jnp.where(mirrored, -low, high), mirrored


def _finite(bound: jax.Array) -> jax.Array:
    return jnp.clip(bound, -_INFINITE, _INFINITE)


def _energy(x: jax.Array, anchor: jax.Array) -> jax.Array:
    """(x^2 - anchor^2) / 2 without its cancellation."""
    return 0.5 * (x - anchor) * (x + anchor)
