"""MuJoCo models: the files that ship with the installed `gymnasium`, and what may be changed in them."""

from __future__ import annotations

import copy
import functools
from pathlib import Path

import gymnasium
import mujoco

from envs.errors import InputError, unknown
from envs.mujoco_warnings import quiet_mujoco

NAMES = ("gymnasium", "fast")
_FAST_ITERATIONS, _FAST_LINE_SEARCH = 2, 4


@functools.cache
def gymnasium_model(asset: str) -> mujoco.MjModel:
    """The model of an MJCF file of the installed `gymnasium` package; shared, so copy it before a change."""
    folder = Path(gymnasium.__file__).parent / "envs" / "mujoco" / "assets"
    with quiet_mujoco():  # what a warning says of these files is for their authors
        return mujoco.MjModel.from_xml_path(str(folder / asset))


def load(path: str | Path) -> mujoco.MjModel:
    """The model of an MJCF file.

    Raises:
        InputError: the file cannot be read or is no valid model; the message holds MuJoCo's own.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"there is no model file {path}")
    try:
        return mujoco.MjModel.from_xml_path(str(path))
    except ValueError as error:
        raise InputError(f"{path} is not a valid MuJoCo model: {error}") from error


def with_options(model: mujoco.MjModel, options: str) -> tuple[mujoco.MjModel, tuple[str, ...]]:
    """The model under named options, and in what it departs from the file, one sentence each.

    Args:
        model: the model as its file has it.
        options: "gymnasium", as it is; or "fast", a cheaper integrator and fewer solver iterations.

    Raises:
        InputError: unknown options.
    """
    if options not in NAMES:
        raise unknown("model", options, NAMES)
    if options == "gymnasium":
        return model, ()
    fast = copy.deepcopy(model)
    # MJX has no implicitfast integrator for bodies in a fluid.
    in_fluid = bool(model.opt.density or model.opt.viscosity or model.opt.wind.any())
    integrator = mujoco.mjtIntegrator.mjINT_EULER if in_fluid else mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    fast.opt.integrator = integrator
    fast.opt.solver = mujoco.mjtSolver.mjSOL_NEWTON
    fast.opt.iterations = min(model.opt.iterations, _FAST_ITERATIONS)
    fast.opt.ls_iterations = min(model.opt.ls_iterations, _FAST_LINE_SEARCH)
    changes = {
        "integrator": [mujoco.mjtIntegrator(m.opt.integrator).name[6:].lower() for m in (fast, model)],
        "solver": [mujoco.mjtSolver(m.opt.solver).name[6:].lower() for m in (fast, model)],
        "solver iterations at most": [m.opt.iterations for m in (fast, model)],
        "line-search steps at most": [m.opt.ls_iterations for m in (fast, model)],
    }
    return fast, tuple(f"{name} {new} instead of {old}" for name, (new, old) in changes.items() if new != old)
