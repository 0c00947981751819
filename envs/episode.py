"""Time limit and automatic reset, as wrappers of any Brax `Env`, unbatched like it."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envs.brax_api import Env, State, Wrapper


class TimeLimit(Wrapper):
    """Ends an episode after `max_steps` steps and tells that apart from termination.

    `State.info` gets `steps` (so far in this episode), `truncation` (1.0 where the limit alone ended
    it) and `termination` (1.0 where the task did); `State.done` is 1.0 for either.
    """

    def __init__(self, env: Env, max_steps: int):
        super().__init__(env)
        self.max_steps = max_steps

    def reset(self, rng: jax.Array) -> State:
        """Start an episode with its step counter at 0."""
        state = self.env.reset(rng)
        zero = jnp.zeros_like(state.done)
        return state.replace(info={**state.info, "steps": zero, "truncation": zero, "termination": zero})

    def step(self, state: State, action: jax.Array) -> State:
        """Step the environment and its counter."""
        following = self.env.step(state, action)
        steps = state.info["steps"] + 1
        termination = following.done
        truncation = jnp.where(steps >= self.max_steps, 1.0 - termination, 0.0)
        info = {**following.info, "steps": steps, "truncation": truncation, "termination": termination}
        return following.replace(done=jnp.maximum(termination, truncation), info=info)


class AutoReset(Wrapper):
    """Starts the next episode in the step that ends one, at a fresh random configuration.

    The state after a last step already belongs to the next episode, but for `reward`, `done`,
    `info["termination"]` and `info["truncation"]`, which tell of the step taken.
    `info["terminal_observation"]` is the observation that the step itself led to, at every step:
    what a learner bootstraps from. `info["episode_return"]` and `info["episode_length"]` count the
    episode so far, its last step included, and start again with the step after it.

    The wrapped environment must keep `info["steps"]`, `info["truncation"]` and `info["termination"]`,
    as `TimeLimit` does.
    """

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
        taken = self.env.step(state, action)
        key, key_reset = jax.random.split(state.info["reset_key"])
        fresh = self.env.reset(key_reset)
        ended = taken.done > 0

        def select(new: jax.Array, old: jax.Array) -> jax.Array:
            return jnp.where(ended, new, old)

        # What an environment keeps in `info` belongs to its episode; how the step ended does not.
        renewed = {name: fresh.info[name] for name in fresh.info if name not in ("truncation", "termination")}
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
