"""Physics engines behind one protocol, and the choice among them."""

from __future__ import annotations

import importlib.util

import jax
import mujoco

from envs.compilation_cache import use_compilation_cache
from envs.errors import InputError, unknown
from envs.physics.base import Physics

NAMES = ("auto", "c", "mjx", "warp")


def make_physics(
    name: str,
    model: mujoco.MjModel,
    *,
    reads: tuple[str, ...] = (),
    tracks: tuple[str, ...] = (),
    threads: int | None = None,
    contacts: int | None = None,
) -> Physics:
    """Bind an engine to a model.

    Args:
        name: "c", "mjx", "warp", or "auto": C on a CPU; on a GPU warp where it is installed, else mjx.
        model: the model to step.
        reads: fields of `MjData` that the task reads.
        tracks: fields of `MjData` whose displacement the task reads.
        threads: host threads of the C engine; None for one per core.
        contacts: room in warp's buffer for the contacts of all environments of a batch; None for a guess
            from the model.

    Raises:
        InputError: unknown or unavailable engine, or an option of another engine.
    """
    if name not in NAMES:
        raise unknown("physics", name, NAMES)
    chosen = _automatic() if name == "auto" else name
    for option, value, owner in (("threads", threads, "c"), ("contacts", contacts, "warp")):
        if value is not None and owner != chosen:
            raise InputError(f'{option} is an option of physics="{owner}"; leave it out with "{chosen}"')
        if value is not None and value < 1:
            raise InputError(f"{option} is {value}; it must be at least 1, or None for a default")
    if chosen != "c":
        use_compilation_cache()
    # Each engine is imported when it is chosen: MJX takes a second, warp may not be installed.
    if chosen == "c":
        from envs.physics.c import CPhysics  # noqa: PLC0415

        return CPhysics(model, reads=reads, tracks=tracks, threads=threads)
    if chosen == "mjx":
        from envs.physics.mjx import MJXPhysics  # noqa: PLC0415

        return MJXPhysics(model, reads=reads, tracks=tracks)
    _require_warp()
    from envs.physics.warp import WarpPhysics  # noqa: PLC0415

    return WarpPhysics(model, reads=reads, tracks=tracks, contacts=contacts)


def _automatic() -> str:
    if jax.default_backend() == "cpu":
        return "c"
    return "warp" if jax.default_backend() == "gpu" and importlib.util.find_spec("warp") else "mjx"


def _require_warp() -> None:
    if not importlib.util.find_spec("warp"):
        raise InputError(
            'physics="warp" needs the package warp-lang; install the extra: pip install "camel-jax[warp]"'
        )
    if jax.default_backend() != "gpu":
        raise InputError(
            f'physics="warp" needs an NVIDIA GPU, and JAX runs on {jax.default_backend()} here; '
            'use physics="c", or install the extra cuda13 on a machine with a GPU'
        )
