"""From text to a jittable prior. Uses `envs` only.

Public face: `load` and `names` for the library that ships, `translate` for the text of a program,
`from_function` for a function that is JAX already, and the types `Prior` and `Interval`.
"""

from __future__ import annotations

from priors.library import load, load_file, names, provenance
from priors.prior import Branch, FunctionPrior, Interval, Prior, from_function, full_interval, no_prior
from priors.translate import PriorError, translate

__all__ = [
    "Branch",
    "FunctionPrior",
    "Interval",
    "Prior",
    "PriorError",
    "from_function",
    "full_interval",
    "load",
    "load_file",
    "names",
    "no_prior",
    "provenance",
    "translate",
]
