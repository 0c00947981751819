"""MuJoCo's warnings, which it writes to the terminal and to MUJOCO_LOG.TXT in the working folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import mujoco


@contextlib.contextmanager
def quiet_mujoco() -> Iterator[None]:
    """Within it, MuJoCo writes its warnings nowhere. The handler is the whole process's."""
    before = mujoco.get_mju_user_warning()
    mujoco.set_mju_user_warning(_ignore)
    try:
        yield
    finally:
        mujoco.set_mju_user_warning(before)


def _ignore(_message: str) -> None:
    pass
