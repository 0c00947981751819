"""Action masks: how a prior's interval and epsilon bound the agent's actions.

The agent's network always speaks in *unit actions* y in [-1, 1]; a mask makes of them the action a that
environment and critics see. The terms are those of Stolz et al., "Excluding the Irrelevant" (NeurIPS 2024,
arXiv 2406.03704).

Log densities, and so entropies, are those in the interval's own coordinates (a - c) / h, with c its centre
and h its half width: log p(a) + sum(log h). The density of a itself would pay a bonus for wide intervals
that drifts with epsilon, and no policy inside an interval of h < 0.18 could reach the usual target entropy.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from camel_jax import truncated
from camel_jax.squashed import log_derivative, normal_log_density, squashed_log_density
from camel_jax.validation import as_sequence, between, check_that, one_of
from priors import Interval


class Mask(Protocol):
    """What the loop and the algorithms ask of a mask; every function is pure and broadcasts over batches."""

    def interval(self, suggestion: Interval, grip: jax.Array) -> Interval:
        """The actions allowed, given a prior's suggestion of shape `(..., action_size)`.

        `grip`, shape `(...)`, is 1 where the mask holds the agent as tightly as it can and 0 where it does
        not hold it at all, which must give exactly [-1, 1]; see `semantics.py`.
        """

    def sample(
        self, interval: Interval, mean: jax.Array, log_std: jax.Array, noise: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """The action of a Gaussian policy, `(..., action_size)`, and its log density, `(...)`.

        Differentiable by `mean` and `log_std`, those before the squash; `noise` is standard normal.
        """

    def perturb(self, interval: Interval, unit_action: jax.Array, std: float, noise: jax.Array) -> jax.Array:
        """The action of a deterministic policy with normal noise of `std`, `(..., action_size)`.

        Differentiable by `unit_action`; `noise` is standard normal, and zero for the policy itself.
        """


def _plain_sample(
    interval: Interval, mean: jax.Array, log_std: jax.Array, noise: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The unit action y = tanh(x), x = mean + std * noise, and log pi(y).

    SAC (arXiv 1812.05905), appendix C.
    """
    del interval
    x = mean + jnp.exp(log_std) * noise
    return jnp.tanh(x), squashed_log_density(x, log_std, normal_log_density(noise))


def _plain_perturb(interval: Interval, unit_action: jax.Array, std: jax.Array, noise: jax.Array) -> jax.Array:
    """clip(y + std * noise, -1, 1) (TD3, arXiv 1802.09477, section 5.3)."""
    del interval
    return jnp.clip(unit_action + std * noise, -1.0, 1.0)


@dataclass(frozen=True)
class _WidenedMask(ABC):
    """What all masks share: the bounds, a suggestion widened and mixed with the full range.

    The suggestion [l, u] widened by w is mixed with [-1, 1] by the grip g:

        low = g * max(l - w, -1) - (1 - g),    high = g * min(u + w, 1) + (1 - g).

    Where these are [-1, 1] throughout a batch, the mask is not asked at all: the action is the plain agent's.
    That is a branch and no select, so that every mask and the plain agent run the same compiled code there.
    Compilers round sums otherwise where they compute them together with more terms, and at epsilon 0 a masked
    agent must be the plain one to the bit.

    Attributes:
        width: what is added on either side of the prior's bounds, in action units: a number, or one for each
            entry of the action.
    """

    width: float | tuple[float, ...] = 0.3

    def interval(self, suggestion: Interval, grip: jax.Array) -> Interval:
        """Bounds of shape `(..., action_size)`, exactly [-1, 1] where `grip` is 0."""
        width, grip = jnp.asarray(self.width), grip[..., None]
        low = jnp.maximum(suggestion.low - width, -1.0)
        high = jnp.minimum(suggestion.high + width, 1.0)
        return Interval(low=grip * low - (1.0 - grip), high=grip * high + (1.0 - grip))

    def sample(
        self, interval: Interval, mean: jax.Array, log_std: jax.Array, noise: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """The masked action of a Gaussian policy and its log density; see `Mask`."""
        full = jnp.all(_is_full(interval))
        return jax.lax.cond(full, _plain_sample, self._sample, interval, mean, log_std, noise)

    def perturb(self, interval: Interval, unit_action: jax.Array, std: float, noise: jax.Array) -> jax.Array:
        """The masked action of a deterministic policy with noise; see `Mask`."""
        full, scale = jnp.all(_is_full(interval)), jnp.asarray(std, unit_action.dtype)
        return jax.lax.cond(full, _plain_perturb, self._perturb, interval, unit_action, scale, noise)

    @abstractmethod
    def _sample(
        self, interval: Interval, mean: jax.Array, log_std: jax.Array, noise: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """`sample` where the interval cuts something off."""

    @abstractmethod
    def _perturb(
        self, interval: Interval, unit_action: jax.Array, std: jax.Array, noise: jax.Array
    ) -> jax.Array:
        """`perturb` where the interval cuts something off."""


def problems_of(mask: Any, action_size: int) -> list[str]:
    """What makes an object impossible as the mask of a task, one sentence each."""
    missing = [name for name in ("interval", "sample", "perturb") if not callable(getattr(mask, name, None))]
    if missing:
        return [f"mask is {mask!r}; it must be a mask, with the functions {', '.join(missing)}"]
    return MaskConfig(width=mask.width).problems(action_size) if isinstance(mask, _WidenedMask) else []


class GeneratorMask(_WidenedMask):
    """The generator mask: the unit action y is mapped affinely, a = c + h * y.

    arXiv 2406.03704, section 3.2. Its density in the interval's coordinates is that of y, so that the mask
    changes no entropy. The plain agent is this mask on the full range, where a = y exactly.
    """

    def _sample(
        self, interval: Interval, mean: jax.Array, log_std: jax.Array, noise: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        unit_action, log_density = _plain_sample(interval, mean, log_std, noise)
        return interval.centre + interval.half_width * unit_action, log_density

    def _perturb(
        self, interval: Interval, unit_action: jax.Array, std: jax.Array, noise: jax.Array
    ) -> jax.Array:
        unit_action = _plain_perturb(interval, unit_action, std, noise)
        return interval.centre + interval.half_width * unit_action


class ClipMask(_WidenedMask):
    """The baseline: the action is clipped into the interval, and the agent knows nothing of it.

    What is clipped has no derivative, and the density stays that of the unclipped unit action.
    """

    def _sample(
        self, interval: Interval, mean: jax.Array, log_std: jax.Array, noise: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        unit_action, log_density = _plain_sample(interval, mean, log_std, noise)
        return _clip(unit_action, interval), log_density

    def _perturb(
        self, interval: Interval, unit_action: jax.Array, std: jax.Array, noise: jax.Array
    ) -> jax.Array:
        return _clip(_plain_perturb(interval, unit_action, std, noise), interval)


class DistributionalMask(_WidenedMask):
    """The distributional mask: the policy's own distribution, truncated to the interval.

    pi(a | s, [l, u]) = pi(a | s) / P(l <= a <= u) inside the interval and 0 outside of it (arXiv 2406.03704,
    section 3.3), with the truncated density itself: the untruncated one in its place is known to hurt (arXiv
    2511.22406). As tanh is monotone, tanh(x) truncated to [l, u] is the squash of x truncated to
    [artanh l, artanh u].

    Of a deterministic policy y it is a sample of N(y, std^2) truncated to the interval, at zero noise its
    median, which has a derivative: a point mass cannot be truncated, so the noise that explores stands for
    the policy's own spread. Where the interval is [-1, 1] the noise is clipped, as TD3 does.
    """

    def _sample(
        self, interval: Interval, mean: jax.Array, log_std: jax.Array, noise: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        low, high = jnp.arctanh(interval.low), jnp.arctanh(interval.high)
        x, log_density = truncated.truncated_gaussian(noise, mean, log_std, low, high)
        log_width = jnp.sum(jnp.log(interval.half_width), axis=-1)
        # Rounding of tanh must not lead out of the interval.
        return _clip(jnp.tanh(x), interval), squashed_log_density(x, log_std, log_density) + log_width

    def _perturb(
        self, interval: Interval, unit_action: jax.Array, std: jax.Array, noise: jax.Array
    ) -> jax.Array:
        log_std = jnp.full_like(unit_action, jnp.log(std))
        inside, _ = truncated.truncated_gaussian(noise, unit_action, log_std, *interval)
        plain = _plain_perturb(interval, unit_action, std, noise)
        return jnp.where(_is_full(interval), plain, _clip(inside, interval))

    def entropy(self, interval: Interval, mean: jax.Array, log_std: jax.Array) -> jax.Array:
        """Entropy in the interval's coordinates, `(...)`: what `-log_density` of `sample` is on average.

        That of the truncated Gaussian is known in closed form; the squash adds E[log(1 - tanh(x)^2)], which
        is integrated over the quantiles of x, by Gauss and Legendre.
        """
        low, high = (_standardise(jnp.arctanh(bound), mean, log_std) for bound in interval)
        nodes, weights = np.polynomial.legendre.leggauss(_QUADRATURE_NODES)
        quantiles = jax.scipy.special.ndtri(jnp.asarray(0.5 * (nodes + 1.0), mean.dtype))
        z = truncated.truncated_normal(quantiles, low[..., None], high[..., None])
        x = mean[..., None] + jnp.exp(log_std)[..., None] * z
        squash = log_derivative(x) @ jnp.asarray(0.5 * weights, mean.dtype)
        entries = truncated.entropy(low, high) + log_std + squash - jnp.log(interval.half_width)
        return jnp.sum(entries, axis=-1)


_QUADRATURE_NODES = 64


def _is_full(interval: Interval) -> jax.Array:
    return (interval.low <= -1.0) & (interval.high >= 1.0)


def _standardise(bound: jax.Array, mean: jax.Array, log_std: jax.Array) -> jax.Array:
    """(bound - mean) / std; where the bound is infinite, without the derivative, which would be NaN."""
    finite = jnp.isfinite(bound)
    at, mean, log_std = (jnp.where(finite, x, 0.0) for x in (bound, mean, log_std))
    return jnp.where(finite, (at - mean) * jnp.exp(-log_std), bound)


def _clip(action: jax.Array, interval: Interval) -> jax.Array:
    """The action clipped into the interval, with the whole derivative at its very ends."""
    above_low = jnp.where(action < interval.low, interval.low, action)
    return jnp.where(above_low > interval.high, interval.high, above_low)


_MASKS: dict[str, type[GeneratorMask] | type[DistributionalMask] | type[ClipMask]] = {
    "generator": GeneratorMask,
    "distributional": DistributionalMask,
    "clip": ClipMask,
}


# Well above the rounding of actions, in which an interval around a point would vanish.
_LEAST_WIDTH = 1e-3


@dataclass(frozen=True)
class MaskConfig:
    """Which mask, and how wide.

    Attributes:
        kind: generator, distributional or clip.
        width: what is added on either side of the prior's bounds, in action units: one number, or one for
            each entry of the action.
    """

    kind: Literal["generator", "distributional", "clip"] = "generator"
    width: float | tuple[float, ...] = 0.3

    def problems(self, action_size: int | None = None) -> list[str]:
        """What makes these settings impossible, one sentence each."""
        several = as_sequence(self.width)
        widths = (self.width,) if several is None else several
        number = "" if action_size is None else f"{action_size} "
        return [
            *one_of("mask.kind", self.kind, _MASKS),
            *(p for width in widths for p in between("mask.width", width, _LEAST_WIDTH, 2.0)),
            *check_that(
                len(widths) > 0 and (action_size is None or len(widths) in (1, action_size)),
                f"mask.width has {len(widths)} entries; it takes one, or one for each of the {number}entries "
                "of the action",
            ),
        ]

    def build(self) -> Mask:
        """The mask."""
        return _MASKS[self.kind](self.width)
