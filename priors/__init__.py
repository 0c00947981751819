"""From text to a jittable prior. Uses `envs` only.

Public face: `translate`, `from_function`, `load`, `names`, and the types `Prior` and `Interval`.
"""

from __future__ import annotations

from priors.prior import FunctionPrior, Interval, Prior, from_function, full_interval

__all__ = ["FunctionPrior", "Interval", "Prior", "from_function", "full_interval"]
