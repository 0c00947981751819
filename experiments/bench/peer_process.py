"""A peer that trains in turns: run as a script, in a process and perhaps an environment of its own.

It imports nothing of this project, which need not be installed beside the peers. It speaks in lines of JSON:
once warm it tells the versions of what it is made of; then it reads numbers of environment steps, and answers
each when it has trained for so many. Without arguments it tells which modules are missing.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import sys
from typing import Any

HIDDEN = (256, 256)
BATCH_SIZE = 256
# Environment steps with random actions, before any update.
RANDOM_STEPS = 500
# Environment steps with updates, before the first turn: what is compiled or allocated late is so by then.
WARM_STEPS = 100
# More transitions than a measurement collects.
BUFFER_SIZE = 100_000

_MODULES = ("gymnasium", "mujoco", "sbx", "stable_baselines3")
_PACKAGES = ("gymnasium", "jax", "mujoco", "sbx-rl", "stable-baselines3", "torch")


def make_model(name: str, gymnasium_id: str) -> Any:
    """The learner "sbx_sac" or "sb3_td3" on one environment; all else is as the library has it."""
    import gymnasium  # noqa: PLC0415 - of the peers' environment
    from stable_baselines3.common.vec_env import DummyVecEnv  # noqa: PLC0415

    # Given as a string, the environment would come with a monitor, which takes time.
    env = DummyVecEnv([lambda: gymnasium.make(gymnasium_id, disable_env_checker=True)])
    settings: dict[str, Any] = {
        "policy_kwargs": {"net_arch": list(HIDDEN)},
        "batch_size": BATCH_SIZE,
        "buffer_size": BUFFER_SIZE,
        "learning_starts": RANDOM_STEPS,
        "train_freq": 1,
        "gradient_steps": 1,
        "seed": 0,
    }
    if name == "sbx_sac":
        import sbx  # noqa: PLC0415

        return sbx.SAC("MlpPolicy", env, ent_coef="auto", **settings)
    import numpy as np  # noqa: PLC0415
    from stable_baselines3 import TD3  # noqa: PLC0415
    from stable_baselines3.common.noise import NormalActionNoise  # noqa: PLC0415

    size = env.action_space.shape[0]
    return TD3(
        "MlpPolicy", env, action_noise=NormalActionNoise(np.zeros(size), np.full(size, 0.1)), **settings
    )


def train(model: Any, steps: int) -> None:
    """Train for so many environment steps, going on where the last turn ended; nothing is logged."""
    model.learn(steps, log_interval=None, reset_num_timesteps=False)


def main(arguments: list[str]) -> None:
    """Serve turns until there are no more; `arguments` are the peer's name and the environment's id."""
    # What the libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(content: object) -> None:
        answers.write(json.dumps(content) + "\n")
        answers.flush()

    if not arguments:
        answer([name for name in _MODULES if importlib.util.find_spec(name) is None])
        return
    model = make_model(*arguments)
    train(model, RANDOM_STEPS + WARM_STEPS)
    answer({name: importlib.metadata.version(name) for name in _PACKAGES})
    for line in sys.stdin:
        steps = json.loads(line)
        train(model, steps)
        answer(steps)


if __name__ == "__main__":
    main(sys.argv[1:])
