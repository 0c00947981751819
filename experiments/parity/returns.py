"""Returns of one fixed policy on our engines against those in Gymnasium's own environments."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import envs
from camel_jax import GymnasiumEvaluator, Policy, evaluate
from envs import Episode

EPISODES = 100
_NOISE = 0.3
_LARGEST = 5.0  # of what the policy sees of an observation entry


class Returns(NamedTuple):
    """Undiscounted returns of the fixed policy of a task.

    Attributes:
        task: name of the task.
        engine: name of the engine, or "gymnasium".
        episodes: how many.
        mean: their mean.
        half_width: of the 95 % confidence interval of the mean (normal, from the standard error).
        length: mean length in steps.
        seconds: that it took, compilation included.
    """

    task: str
    engine: str
    episodes: int
    mean: float
    half_width: float
    length: float
    seconds: float

    def agrees(self, other: Returns) -> bool:
        """Whether the two confidence intervals overlap."""
        return abs(self.mean - other.mean) <= self.half_width + other.half_width


def fixed_policy(task: str) -> Policy:
    """A stochastic linear policy with weights drawn once per task: a = clip(tanh(W o) + 0.3 n, -1, 1).

    It is no good policy; that every engine runs the same one is the point. Its carry is a random key, into
    which every observation is folded, so that episodes that begin with the same carry draw different noise.
    """
    spec = envs.spec(task)
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(spec.action_size, spec.observation_size)) / np.sqrt(spec.observation_size)

    def step(parameters: jax.Array, key: jax.Array, observation: jax.Array) -> tuple[jax.Array, jax.Array]:
        bits = jax.lax.bitcast_convert_type(jnp.sum(observation, dtype=jnp.float32), jnp.uint32)
        key, key_noise = jax.random.split(jax.random.fold_in(key, bits))
        seen = jnp.clip(observation, -_LARGEST, _LARGEST)
        noise = _NOISE * jax.random.normal(key_noise, (spec.action_size,))
        return key, jnp.clip(jnp.tanh(parameters @ seen) + noise, -1.0, 1.0)

    return Policy(step=step, parameters=jnp.asarray(weights, jnp.float32), carry=jax.random.key(0))


def in_gymnasium(task: str, *, episodes: int = EPISODES) -> Returns:
    """The policy's returns in Gymnasium's own environment."""
    policy = fixed_policy(task)
    started = time.perf_counter()
    judged = GymnasiumEvaluator(envs.spec(task).gymnasium_id, policy.step, episodes=episodes)(
        policy.parameters, policy.carry, seed=0
    )
    return _summary(task, "gymnasium", judged, time.perf_counter() - started)


def in_graph(task: str, env: Episode, *, episodes: int = EPISODES) -> Returns:
    """The policy's returns in an environment of ours."""
    policy = fixed_policy(task)
    started = time.perf_counter()

    @jax.jit
    def run(key: jax.Array) -> Any:
        return evaluate(env, policy, key, episodes=episodes)

    judged = jax.block_until_ready(run(jax.random.key(1)))
    return _summary(task, env.backend, judged, time.perf_counter() - started)


def _summary(task: str, engine: str, judged: Any, seconds: float) -> Returns:
    returns = np.asarray(judged.returns, np.float64)
    return Returns(
        task=task,
        engine=engine,
        episodes=len(returns),
        mean=float(returns.mean()),
        half_width=float(1.96 * returns.std(ddof=1) / np.sqrt(len(returns))),
        length=float(np.mean(judged.lengths)),
        seconds=seconds,
    )
