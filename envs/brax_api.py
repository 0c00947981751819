"""The Brax environment API, the one place that it is imported from.

Importing it loads MJX, which prints to standard output that the optional `warp` package is missing;
a library must not print on import, and commands here write JSON to standard output.
"""

from __future__ import annotations

import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()):
    from brax.envs.base import Env, State, Wrapper

__all__ = ["Env", "State", "Wrapper"]
