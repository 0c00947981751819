"""The figures of the programs that ship: how they are made, when they agree, and where they are kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax

import envs
import priors
from envs.mujoco_warnings import quiet_mujoco
from experiments.prior_files import JUDGED_EPISODES, figures
from experiments.screening import worth_of
from priors import library
from priors.screen import ScreenConfig, Standing, screen

ALONE, SCREENED = "gymnasium_v4", "screened"
"""In a provenance: what a program is worth alone in Gymnasium, and what its screening found."""

# Two runs of a figure have the same episodes. Where machines round differently, they are samples of one
# distribution: this many standard errors of a difference and this part of the value are allowed.
_STANDARD_ERRORS = 4.0
_ROUNDING = 0.005
_SEED = 0


def judge(
    task: str, names: Sequence[str], *, episodes: int = JUDGED_EPISODES, config: ScreenConfig | None = None
) -> dict[str, dict[str, Any]]:
    """Figures of programs of one task, by name: `ALONE` and `SCREENED`, as a provenance holds them.

    Args:
        task: name of the task.
        names: of programs of the library. What is found of one does not depend on which others there are.
        episodes: of Gymnasium.
        config: of the screening; all steps for every program, and every program as a mask, if left out.
    """
    config = config or ScreenConfig(rungs=(), keep=len(names))
    spec, programs = envs.spec(task), {name: priors.load(name) for name in names}
    with quiet_mujoco():  # what a warning says of Gymnasium's files is for their authors
        alone = {name: figures(spec, prior, episodes=episodes) for name, prior in programs.items()}
        screening = screen(programs, envs.make(task, "c"), config, jax.random.key(_SEED))
    return {one.name: {ALONE: alone[one.name], SCREENED: _screened(one)} for one in screening.standings}


def _screened(one: Standing) -> dict[str, Any]:
    return {
        "episodes": len(one.scores),
        "seed": _SEED,
        **_rounded(worth_of(one.alone)),
        "length_mean": round(one.length, 1),
        "endings": {name: round(share, 3) for name, share in one.endings.items() if share},
        "coverage": round(one.coverage),
        "smoothness": round(one.smoothness, 3),
        "masked": {f"{width:g}": _rounded(worth_of(worth)) for width, worth in one.masked.items()},
    }


def _rounded(worth: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in worth.items()}


def agree(told: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether all means of returns differ by no more than chance and rounding explain."""
    if told.get(SCREENED, {}).get("masked", {}).keys() != found[SCREENED]["masked"].keys():
        return False
    pairs = [(told[part], found[part]) for part in (ALONE, SCREENED)]
    pairs += [(told[SCREENED]["masked"][width], worth) for width, worth in found[SCREENED]["masked"].items()]
    return all(_means_agree(one, other) for one, other in pairs)


def _means_agree(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    error = math.hypot(_standard_error(one), _standard_error(other))
    allowed = _STANDARD_ERRORS * error + _ROUNDING * abs(one["return_mean"]) + 0.1
    return bool(abs(one["return_mean"] - other["return_mean"]) <= allowed)


def _standard_error(worth: Mapping[str, Any]) -> float:
    """Of a mean return; where its 95 % interval is told, as half of what that reaches to a side."""
    if "return_std" in worth:
        return float(worth["return_std"] / math.sqrt(worth["episodes"]))
    return float(worth["return_high"] - worth["return_mean"]) / 2


def write(name: str, found: Mapping[str, Any]) -> None:
    """Give a program of the library these figures in place of those that its provenance has.

    Raises:
        InputError: the file cannot be written.
    """
    library.replace_provenance(name, {**priors.provenance(name), **found})
