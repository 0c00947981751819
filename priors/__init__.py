"""From text to a jittable prior. Uses `envs` only.

Public face: `load` and `names` for the library that ships, `translate` for the text of a program,
`from_function` for a function that is JAX already, `check` for what a prior does on thousands of
observations, `to_source` for its text with tuned numbers, and the types `Prior` and `Interval`.
"""

from __future__ import annotations

from priors.check import Report, check
from priors.library import best, load, load_file, names, provenance
from priors.prior import Branch, FunctionPrior, Interval, Prior, from_function, full_interval, no_prior
from priors.translate import PriorError, to_source, translate

__all__ = [
    "Branch",
    "FunctionPrior",
    "Interval",
    "Prior",
    "PriorError",
    "Report",
    "best",
    "check",
    "from_function",
    "full_interval",
    "load",
    "load_file",
    "names",
    "no_prior",
    "provenance",
    "to_source",
    "translate",
]
