"""Our environments for programs that speak Gymnasium."""

from __future__ import annotations

import re
from typing import Any

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.vector.utils import batch_space

from envs.brax_api import State
from envs.env import MujocoEnv
from envs.episode import AutoReset, Episode
from envs.errors import InputError
from envs.registry import make


def as_gymnasium(task: str | Episode, physics: str = "auto", **arguments: Any) -> GymnasiumEnv:
    """A task as a `gymnasium.Env`, with the bounds and shapes of Gymnasium's own environment.

    `gymnasium.make(env.spec)` makes another; `gymnasium.make_vec(env.spec, num_envs=n,
    vectorization_mode="vector_entry_point")` makes n in one compiled call.

    Args:
        task: a name, or what `envs.make` or `envs.from_mjcf` gave.
        physics: as in `envs.make`; only with a name.
        **arguments: as in `envs.make`; only with a name.

    Raises:
        InputError: as `envs.make`, or `task` is an environment of another kind.
    """
    return GymnasiumEnv(task, physics, **arguments)


class GymnasiumEnv(gymnasium.Env[np.ndarray, np.ndarray]):
    """One environment of ours behind Gymnasium's API; see `as_gymnasium`.

    Observations are float32 (float64 where JAX computes so). Actions are in the actuators' units, as in
    Gymnasium's own environments. `info` holds the parts of the reward and `fault`, which is 1.0 where the
    simulation broke down; such a step is reported as truncated.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - Gymnasium's API

    def __init__(self, task: str | Episode, physics: str = "auto", **arguments: Any):
        self._env = _episode(task, physics, arguments)
        self.observation_space, self.action_space, self._scale = _spaces(self._env)
        self.spec = _spec(task, physics, arguments)
        self._reset, self._step = jax.jit(self._env.reset), jax.jit(self._env.step)
        self._state: State | None = None

    def reset(
        self,
        *,
        seed: int | None = None,
        options: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start an episode; `seed` fixes this one and those that follow."""
        super().reset(seed=seed)
        self._state = self._reset(jax.random.key(int(self.np_random.integers(2**31))))
        return np.array(self._state.obs), {}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Step the environment.

        Raises:
            InputError: an action of another shape, or one that is not finite; or no episode has begun.
        """
        if self._state is None:
            raise InputError("call reset before step")
        self._state = self._step(self._state, self._scale(_checked(action, self.action_space)))
        info = {name: float(value) for name, value in self._state.metrics.items()}
        return (
            np.array(self._state.obs),
            float(self._state.reward),
            bool(self._state.info["termination"]),
            bool(self._state.info["truncation"]) or bool(self._state.info["fault"]),
            info,
        )


class GymnasiumVectorEnv(gymnasium.vector.VectorEnv[np.ndarray, np.ndarray, np.ndarray]):
    """Many environments behind Gymnasium's vector API, stepped in one compiled call.

    Episodes that end start again in the same step (`AutoresetMode.SAME_STEP`): `info["final_obs"]` is what
    the step itself led to.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012 - Gymnasium's API
        "render_modes": [],
        "autoreset_mode": gymnasium.vector.AutoresetMode.SAME_STEP,
    }

    def __init__(self, task: str | Episode, num_envs: int, physics: str = "auto", **arguments: Any):
        if num_envs < 1:
            raise InputError(f"num_envs is {num_envs}; it must be at least 1")
        env = _episode(task, physics, arguments)
        self.num_envs = num_envs
        self.single_observation_space, self.single_action_space, self._scale = _spaces(env)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.spec = _spec(task, physics, arguments)
        auto = AutoReset(env)
        self._reset, self._step = jax.jit(jax.vmap(auto.reset)), jax.jit(jax.vmap(auto.step))
        self._state: State | None = None

    def reset(
        self,
        *,
        seed: int | list[int | None] | None = None,
        options: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start an episode in every environment; `seed` is one number for all of them.

        Raises:
            InputError: a list of seeds.
        """
        if isinstance(seed, (list, tuple)):
            raise InputError("seed must be one number: it fixes all environments of the batch")
        super().reset(seed=seed)
        key = jax.random.key(int(self.np_random.integers(2**31)))
        self._state = self._reset(jax.random.split(key, self.num_envs))
        return np.array(self._state.obs), {}

    def step(
        self, actions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Step every environment.

        Raises:
            InputError: actions of another shape, or not finite; or no episode has begun.
        """
        if self._state is None:
            raise InputError("call reset before step")
        self._state = self._step(self._state, self._scale(_checked(actions, self.action_space)))
        outcome = {name: np.asarray(self._state.info[name]) > 0 for name in ("termination", "truncation")}
        fault = np.asarray(self._state.info["fault"]) > 0
        ended = np.asarray(self._state.done) > 0
        told = {name: np.array(value) for name, value in self._state.metrics.items()}
        info: dict[str, Any] = {**told, **{f"_{name}": np.ones(self.num_envs, bool) for name in told}}
        if ended.any():
            info |= {"final_obs": np.array(self._state.info["terminal_observation"]), "_final_obs": ended}
        return (
            np.array(self._state.obs),
            np.array(self._state.reward, np.float64),
            outcome["termination"],
            outcome["truncation"] | fault,
            info,
        )


def _episode(task: str | Episode, physics: str, arguments: dict[str, Any]) -> Episode:
    if isinstance(task, str):
        return make(task, physics, **arguments)
    if physics != "auto" or arguments:
        raise InputError("the environment is made already; give its arguments to what made it")
    if not isinstance(task, Episode) or not isinstance(task.unwrapped, MujocoEnv):
        raise InputError(
            "as_gymnasium takes the name of a task, or what envs.make or envs.from_mjcf gave, "
            f"not a {type(task).__name__}"
        )
    return task


def _spec(task: str | Episode, physics: str, arguments: dict[str, Any]) -> EnvSpec:
    name = task if isinstance(task, str) else task.unwrapped.spec.name
    spec = EnvSpec(
        id=f"camel_jax/{re.sub('[^A-Za-z0-9_.-]', '_', name)}-v0",
        entry_point="envs.gymnasium_api:GymnasiumEnv",
        vector_entry_point="envs.gymnasium_api:GymnasiumVectorEnv",
        disable_env_checker=True,
        order_enforce=False,
        kwargs={"task": task, "physics": physics, **arguments},
    )
    if not isinstance(task, str):
        # Gymnasium copies the arguments deeply, which an engine does not allow; a function it leaves alone.
        spec.kwargs = {}
        spec.entry_point = lambda **kwargs: GymnasiumEnv(task, **kwargs)
        spec.vector_entry_point = lambda num_envs, **kwargs: GymnasiumVectorEnv(task, num_envs, **kwargs)
    return spec


def _spaces(env: Episode) -> tuple[gymnasium.spaces.Box, gymnasium.spaces.Box, Any]:
    """Spaces of one environment, and the map from actions in the actuators' units to [-1, 1]."""
    inner = env.unwrapped
    dtype = np.dtype(jnp.zeros(()).dtype)
    observation = gymnasium.spaces.Box(-np.inf, np.inf, (env.observation_size,), dtype)
    low, high = inner.control_range
    action = gymnasium.spaces.Box(low.astype(np.float32), high.astype(np.float32), dtype=np.float32)
    centre, half_width = (low + high) / 2, (high - low) / 2
    return observation, action, lambda controls: jnp.asarray((controls - centre) / half_width)


def _checked(action: np.ndarray, space: gymnasium.Space[Any]) -> np.ndarray:
    action = np.asarray(action, np.float64)
    if action.shape != space.shape:
        raise InputError(f"action has shape {action.shape}, this environment takes {space.shape}")
    if not np.isfinite(action).all():
        raise InputError(f"action is not finite: {action}")
    return action
