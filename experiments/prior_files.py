"""Priors by name or path, and what is told of them: a program file's provenance lies beside it as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import envs
import priors
from camel_jax import GymnasiumEvaluator, prior_alone
from envs import InputError
from experiments import run_folder

JUDGED_EPISODES = 100
_SPENT = ("tuning", "refinement", "screening")


class Alone(NamedTuple):
    """What a prior is worth alone in Gymnasium's own environment.

    Attributes:
        figures: as a provenance holds them.
        env_steps: that were taken to find them.
    """

    figures: dict[str, Any]
    env_steps: int


def load_prior(name: str, spec: envs.TaskSpec) -> priors.FunctionPrior:
    """A prior of the library by name, or of a program file by its path.

    Raises:
        InputError: there is none of that name, or the file cannot be read.
        PriorError: the program cannot be translated.
    """
    if name.endswith(".py"):
        return priors.load_file(
            Path(name), observation_size=spec.observation_size, action_size=spec.action_size
        )
    return priors.load(name)


def provenance_of(name: str) -> dict[str, Any]:
    """What is told of a prior: in the library's index, or in the JSON file beside a program; else nothing.

    Raises:
        InputError: the JSON file is damaged, or holds something else than an object.
    """
    if name in priors.names():
        return priors.provenance(name)
    path = sidecar(Path(name))
    if not name.endswith(".py") or not path.is_file():
        return {}
    try:
        about = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{path}, which tells of {name}, is damaged: {error}") from error
    if not isinstance(about, dict):
        raise InputError(f"{path} should tell of {name}, but is no JSON object: rename one of the two")
    return about


def tuning_steps(name: str) -> int:
    """Environment steps that were simulated for a prior before its use, as its provenance says.

    Tuning, refinement and screening count; a screening with all that it compared. 0 if nothing is told.

    Raises:
        InputError: its provenance is damaged.
    """
    return sum(steps_of(name, provenance_of(name)).values())


def steps_of(name: str, about: dict[str, Any]) -> dict[str, int]:
    """What the steps of `tuning_steps` were for: "tuning", "refinement", "screening"; each that took any.

    Args:
        name: of the prior, for the error.
        about: its provenance.

    Raises:
        InputError: the provenance is damaged.
    """
    try:
        steps = {part: int((about.get(part) or {}).get("env_steps") or 0) for part in _SPENT}
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise InputError(f"what is told of {name} is damaged: env_steps is no number") from error
    return {part: number for part, number in steps.items() if number}


def sidecar(file: Path) -> Path:
    """The JSON file that tells of a program file."""
    return file.with_suffix(".json")


def require_countable(file: Path) -> None:
    """Find out before long work whether `count_steps` can tell of it beside a program file.

    Raises:
        InputError: the JSON file is damaged, or cannot be written.
    """
    steps_of(str(file), provenance_of(str(file)))
    run_folder.require_writable(sidecar(file))


def count_steps(file: Path, part: str, env_steps: int) -> None:
    """Tell in the JSON file beside a program of more environment steps that were simulated for it.

    Args:
        file: the program, ending in .py.
        part: what they were for, such as "screening".
        env_steps: how many; they are added to what is told.

    Raises:
        InputError: the JSON file is damaged, or cannot be written.
    """
    about = provenance_of(str(file))
    earlier = steps_of(str(file), about).get(part, 0)
    told = {**(about.get(part) or {}), "env_steps": earlier + env_steps}
    try:
        run_folder.replace_file(sidecar(file), (json.dumps({**about, part: told}, indent=2) + "\n").encode())
    except OSError as error:
        raise InputError(f"{sidecar(file)} cannot be written ({error.strerror})") from error


def figures(
    spec: envs.TaskSpec, prior: priors.Prior, *, episodes: int = JUDGED_EPISODES, seed: int = 0
) -> dict[str, Any]:
    """The figures of `judge_alone`, with the same arguments."""
    return judge_alone(spec, prior, episodes=episodes, seed=seed).figures


def judge_alone(
    spec: envs.TaskSpec, prior: priors.Prior, *, episodes: int = JUDGED_EPISODES, seed: int = 0
) -> Alone:
    """Find out what a prior is worth alone in Gymnasium's own environment.

    Args:
        spec: the task.
        prior: acts by the middle of its interval.
        episodes: how many; each begins with the seed that follows the one of the episode before.
        seed: of the first.
    """
    policy = prior_alone(prior)
    evaluator = GymnasiumEvaluator(spec.gymnasium_id, policy.step, episodes=episodes)
    judged = evaluator(policy.parameters, policy.carry, seed=seed)
    found = {
        "episodes": episodes,
        "return_mean": round(float(judged.returns.mean()), 1),
        "return_std": round(float(judged.returns.std()), 1),
        "length_mean": round(float(judged.lengths.mean()), 1),
        "seed": seed,
    }
    return Alone(found, int(judged.lengths.sum()))
