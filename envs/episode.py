"""How episodes end and start again, as wrappers of any Brax `Env`, unbatched like it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from envs.brax_api import Env, State, Wrapper
from envs.errors import InputError
from envs.fault import contain_fault

_OUTCOMES = ("termination", "truncation", "fault")


class Episode(Wrapper):
    """Ends an episode in one of three ways, and tells them apart.

    `State.done` is 1.0 where one of these entries of `State.info` is:

    - `termination`: the task ended the episode.
    - `truncation`: the limit of `max_steps` steps did.
    - `fault`: the step gave an observation or a reward that is not finite, and was contained: see
      `envs.fault.contain_fault`. Neither of the other two is 1.0 then.

    `State.info["steps"]` counts the steps of the episode so far. Brax's `EpisodeWrapper` counts in the same
    entry: under Brax's own training wrappers use `envs.make(...).unwrapped`, which has no time limit.
    """

    def __init__(self, env: Env, max_steps: int):
        super().__init__(env)
        self.max_steps = max_steps

    def reset(self, rng: jax.Array) -> State:
        """Start an episode at a random configuration."""
        return self._begin(self.env.reset(rng))

    def reset_to(self, qpos: jax.Array, qvel: jax.Array) -> State:
        """Start an episode at a given configuration, where the environment can."""
        return self._begin(self.env.reset_to(qpos, qvel))

    def step(self, state: State, action: jax.Array) -> State:
        """Step the environment and the episode."""
        # Environments pass metrics on that they do not know: an old fault would look like a new one.
        metrics = {name: value for name, value in state.metrics.items() if name != "fault"}
        following = contain_fault(state, self.env.step(state.replace(metrics=metrics), action))
        fault = following.metrics["fault"]
        steps = state.info["steps"] + 1
        termination = following.done * (1.0 - fault)
        truncation = jnp.where(steps >= self.max_steps, (1.0 - termination) * (1.0 - fault), 0.0)
        info = {"steps": steps, "truncation": truncation, "termination": termination, "fault": fault}
        return following.replace(
            done=jnp.maximum(following.done, truncation), info={**following.info, **info}
        )

    def _begin(self, state: State) -> State:
        zero = jnp.zeros_like(state.done)
        info = {**state.info, "steps": zero, "truncation": zero, "termination": zero, "fault": zero}
        return state.replace(info=info, metrics={**state.metrics, "fault": zero})


class AutoReset(Wrapper):
    """Starts the next episode in the step that ends one, at a fresh random configuration.

    The state after a last step already belongs to the next episode, but for `reward`, `done`,
    `info["termination"]`, `info["truncation"]` and `info["fault"]`, which tell of the step taken.
    `info["terminal_observation"]` is the observation that the step itself led to, at every step:
    what a learner bootstraps from. `info["episode_return"]` and `info["episode_length"]` count the
    episode so far, its last step included, and start again with the step after it.

    Raises:
        InputError: the environment is not wrapped in `Episode`, so that nothing tells how its episodes end.
    """

    def __init__(self, env: Env):
        inner: Any = env
        while isinstance(inner, Wrapper) and not isinstance(inner, Episode):
            inner = inner.env
        if not isinstance(inner, Episode):
            raise InputError(
                f"{type(env).__name__} has no time limit and does not tell termination from truncation; "
                "wrap it first: envs.wrap(env, max_steps=1000)"
            )
        super().__init__(env)

    def reset(self, rng: jax.Array) -> State:
        """Start the first episode; `rng` also seeds every later one."""
        key, key_reset = jax.random.split(rng)
        state = self.env.reset(key_reset)
        info = {
            **state.info,
            "reset_key": key,
            "terminal_observation": state.obs,
            "episode_return": jnp.zeros_like(state.reward),
            "episode_length": jnp.zeros_like(state.done),
        }
        return state.replace(info=info)

    def step(self, state: State, action: jax.Array) -> State:
        """Step, and where that ended the episode start the next one."""
        ongoing = 1.0 - state.done
        # Some environments leave `done` as they find it.
        taken = self.env.step(state.replace(done=jnp.zeros_like(state.done)), action)
        key, key_reset = jax.random.split(state.info["reset_key"])
        fresh = self.env.reset(key_reset)
        ended = taken.done > 0

        def select(new: jax.Array, old: jax.Array) -> jax.Array:
            return jnp.where(ended, new, old)

        # What an environment keeps in `info` belongs to its episode; how the step ended does not.
        renewed = {name: fresh.info[name] for name in fresh.info if name not in _OUTCOMES}
        kept = {name: taken.info[name] for name in renewed}
        return taken.replace(
            pipeline_state=jax.tree.map(select, fresh.pipeline_state, taken.pipeline_state),
            obs=jax.tree.map(select, fresh.obs, taken.obs),
            info={
                **taken.info,
                **jax.tree.map(select, renewed, kept),
                "reset_key": key,
                "terminal_observation": taken.obs,
                "episode_return": state.info["episode_return"] * ongoing + taken.reward,
                "episode_length": state.info["episode_length"] * ongoing + 1.0,
            },
        )
