"""From text to a jittable prior. Uses `envs` only.

Public face: `load` and `names` for the library that ships, `translate` for the text of a program,
`from_function` for a function that is JAX already, `check` for what a prior does on thousands of
observations, `screen` for which of many is worth most, `tune` for better numbers, `to_source` for its text
with them, and the types `Prior` and `Interval`.
"""

from __future__ import annotations

from priors.check import Report, check
from priors.library import best, load, load_file, names, provenance
from priors.prior import Branch, FunctionPrior, Interval, Prior, from_function, full_interval, no_prior
from priors.screen import ScreenConfig, Screening, screen
from priors.translate import PriorError, to_source, translate
from priors.tune import Tuned, tune
from priors.tuning_plan import TuneConfig

__all__ = [
    "Branch",
    "FunctionPrior",
    "Interval",
    "Prior",
    "PriorError",
    "Report",
    "ScreenConfig",
    "Screening",
    "TuneConfig",
    "Tuned",
    "best",
    "check",
    "from_function",
    "full_interval",
    "load",
    "load_file",
    "names",
    "no_prior",
    "provenance",
    "screen",
    "to_source",
    "translate",
    "tune",
]
