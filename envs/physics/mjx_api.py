"""MJX, the one place that it is imported from: on import it prints that the optional `warp` is missing."""

from __future__ import annotations

import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()):
    from mujoco import mjx
    from mujoco.mjx._src import collision_driver

__all__ = ["collision_driver", "mjx"]
