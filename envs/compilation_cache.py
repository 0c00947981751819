"""Compiled programs that outlive the process."""

from __future__ import annotations

import os
from pathlib import Path

import jax
from jax.experimental.compilation_cache import compilation_cache


def use_compilation_cache() -> None:
    """Keep compiled programs in a folder of the user's, unless JAX has been told of one or told not to.

    The folder is `camel_jax/jax` in `$XDG_CACHE_HOME` (else `~/.cache`). `JAX_COMPILATION_CACHE_DIR` names
    another, `JAX_ENABLE_COMPILATION_CACHE=false` turns it off. It pays for MJX and Warp, which compile for
    seconds to minutes; a program that calls the C engine cannot be kept, as it holds an address on the host.
    """
    settings = jax.config.values
    if settings["jax_compilation_cache_dir"] is None and settings["jax_enable_compilation_cache"]:
        try:
            base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
            folder = Path(base) / "camel_jax" / "jax"
            # Who may write there may run code here: the folder is the user's alone.
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (OSError, RuntimeError):
            return  # no home to write to: compile every time
        jax.config.update("jax_compilation_cache_dir", str(folder))
        compilation_cache.reset_cache()  # a program compiled before has settled that there is none
