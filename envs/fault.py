"""What happens to a step that gives numbers which are not finite."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envs.brax_api import State


def contain_fault(before: State, after: State) -> State:
    """The state after a step, with a fault kept inside.

    A step is a fault if its observation or reward is not finite. Then `done` and `metrics["fault"]` are 1.0,
    the reward is 0, and observation and other metrics stay those before the step: what it led to is unknown,
    so a learner must not use it. Containing twice changes nothing.
    """
    outcome = jax.tree.leaves((after.obs, after.reward))
    sound = jnp.asarray([jnp.all(jnp.isfinite(leaf)) for leaf in outcome]).all()

    def contained(new: jax.Array, old: jax.Array) -> jax.Array:
        return jnp.where(sound, new, old)

    told = after.metrics.get("fault", jnp.zeros_like(after.done))
    fault = jnp.maximum(told, 1.0 - sound.astype(after.done.dtype))
    earlier = {name: before.metrics.get(name, value) for name, value in after.metrics.items()}
    metrics = jax.tree.map(contained, after.metrics, earlier)
    return after.replace(
        obs=jax.tree.map(contained, after.obs, before.obs),
        reward=contained(after.reward, jnp.zeros_like(after.reward)),
        done=jnp.maximum(after.done, fault),
        metrics={**metrics, "fault": fault},
    )
