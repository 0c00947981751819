"""Environments of other projects with the Brax API, for our trainer."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from envs.brax_api import Env, State
from envs.env import MujocoEnv
from envs.episode import Episode
from envs.errors import InputError


class ForeignEnv(Env):
    """An environment whose states have `obs`, `reward`, `done`, `metrics` and `info`, as a Brax `Env`.

    Brax's and MuJoCo Playground's are such; the latter's states are of a class of their own. The whole
    foreign state becomes `State.pipeline_state`: so `done` and `metrics`, which some of them leave as they
    are or change in place, stay what they themselves made of them. Of an observation in several parts, the
    part "state" is taken.
    """

    def __init__(self, env: Any):
        self.foreign = env
        implementation = getattr(getattr(env, "mjx_model", None), "impl", None)
        if getattr(implementation, "value", implementation) == "warp":
            raise InputError(
                f"{type(env).__name__} runs on Warp, whose buffers belong to a whole batch, so that its "
                'environments cannot be reset one by one; load it with config_overrides={"impl": "jax"}'
            )
        shape = jax.eval_shape(env.reset, jax.random.key(0)).obs
        if isinstance(shape, dict) and "state" not in shape:
            raise InputError(
                f"the observation of {type(env).__name__} has the parts {', '.join(sorted(shape))} and none "
                'named "state"; wrap the environment so that it gives one array'
            )
        self._observation_size = _part(shape).shape[-1]

    @property
    def observation_size(self) -> int:
        """Entries of the observation."""
        return self._observation_size

    @property
    def action_size(self) -> int:
        """Entries of the action; each lies in [-1, 1]."""
        return self.foreign.action_size

    @property
    def backend(self) -> str:
        """Name of the physics engine."""
        return str(getattr(self.foreign, "backend", type(self.foreign).__name__))

    def reset(self, rng: jax.Array) -> State:
        """Start an episode."""
        return _state(self.foreign.reset(rng))

    def step(self, state: State, action: jax.Array) -> State:
        """Step the foreign environment; entries of `info` that wrappers added stay."""
        following = _state(self.foreign.step(state.pipeline_state, action))
        return following.replace(info={**state.info, **following.info})


def wrap(env: Any, max_steps: int) -> Episode:
    """An environment of Brax or of MuJoCo Playground as our trainer takes it.

    Args:
        env: it ends no episode at a time limit of its own and does not reset itself.
        max_steps: the time limit, in steps.

    Raises:
        InputError: it has a time limit already, its observation is in parts of which none is named "state",
            or it runs on Warp.
    """
    if max_steps < 1:
        raise InputError(f"max_steps is {max_steps}; it must be at least 1")
    inner = env
    while inner is not None:
        if isinstance(inner, Episode) or type(inner).__name__ in ("EpisodeWrapper", "AutoResetWrapper"):
            raise InputError(
                f"the environment has a time limit or a reset of its own ({type(inner).__name__}); wrap what "
                "is inside it, such as brax.envs.get_environment gives"
            )
        inner = vars(inner).get("env")
    return Episode(env if isinstance(env, MujocoEnv) else ForeignEnv(env), max_steps)


def _part(observation: Any) -> Any:
    return observation["state"] if isinstance(observation, dict) else observation


def _state(foreign: Any) -> State:
    as_float = {name: jnp.asarray(getattr(foreign, name), float) for name in ("reward", "done")}
    return State(
        pipeline_state=foreign,
        obs=_part(foreign.obs),
        **as_float,
        metrics=dict(foreign.metrics),
        info=dict(foreign.info),
    )
