"""On what a result was obtained: versions, commit and device."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
from pathlib import Path
from typing import Any

import jax

from envs import available_cores

_PACKAGES = (
    "camel-jax",
    "jax",
    "jaxlib",
    "flax",
    "optax",
    "brax",
    "gymnasium",
    "mujoco",
    "mujoco-mjx",
    "numpy",
)


def provenance() -> dict[str, Any]:
    """Versions of the packages that decide on a result, the source's commit, the device."""
    device = jax.devices()[0]
    return {
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in (*_PACKAGES, *_installed("warp-lang"))},
        "git_commit": _git_commit(),
        "device": {
            "platform": device.platform,
            "kind": device.device_kind,
            "cores": available_cores(),
            "machine": platform.machine(),
            "processor": _processor(),
        },
    }


def _processor() -> str:
    """The processor's name; on Linux `platform` does not know it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _installed(package: str) -> tuple[str, ...]:
    """The package, where an optional one is installed."""
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ()
    return (package,)


def _git_commit() -> str | None:
    """The commit of the source that runs, marked `-dirty` where it was changed; None outside its checkout."""
    try:
        # A package that lies in another project's checkout is not part of that project's commit.
        _git("ls-files", "--error-unmatch", Path(__file__).name)
        return _git("describe", "--always", "--dirty", "--abbrev=40", "--exclude", "*")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(Path(__file__).parent), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
