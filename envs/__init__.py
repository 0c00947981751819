"""Tasks on MuJoCo. This floor knows nothing of learning or of language models.

Public face: `make`, `names`, `spec` and `from_mjcf` for tasks, `wrap` for environments of others,
`as_gymnasium` for programs that speak Gymnasium, the task descriptions and the episode wrappers.
"""

from __future__ import annotations

from envs.brax_api import Env, State, Wrapper
from envs.compilation_cache import use_compilation_cache
from envs.custom import from_mjcf
from envs.env import MujocoEnv
from envs.episode import AutoReset, Episode
from envs.errors import InputError, unknown
from envs.foreign import wrap
from envs.gymnasium_api import as_gymnasium
from envs.machine import available_cores
from envs.physics.base import Physics, PhysicsState
from envs.registry import make, names, spec
from envs.task import Quantity, Task, TaskSpec

__all__ = [
    "AutoReset",
    "Env",
    "Episode",
    "InputError",
    "MujocoEnv",
    "Physics",
    "PhysicsState",
    "Quantity",
    "State",
    "Task",
    "TaskSpec",
    "Wrapper",
    "as_gymnasium",
    "available_cores",
    "from_mjcf",
    "make",
    "names",
    "spec",
    "unknown",
    "use_compilation_cache",
    "wrap",
]
