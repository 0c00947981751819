"""Judging a policy: in the graph while training, and in Gymnasium's own environment."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np

from camel_jax.seeds import per_seed
from envs import Env
from priors import Prior

PolicyStep = Callable[[Any, Any, jax.Array], tuple[Any, jax.Array]]
"""`(parameters, carry, observation) -> (carry, action)`, pure and unbatched."""


class Policy(NamedTuple):
    """Something that acts on its own: an agent without mask and noise, or a prior.

    Attributes:
        step: what it does at each step.
        parameters: the numbers that `step` reads.
        carry: its memory at the start of an episode, `()` for none.
    """

    step: PolicyStep
    parameters: Any
    carry: Any = ()

    def __call__(self, carry: Any, observation: jax.Array) -> tuple[Any, jax.Array]:
        """The memory after, and the action of shape `(action_size,)` at, one observation."""
        return self.step(self.parameters, carry, observation)


def prior_alone(prior: Prior) -> Policy:
    """The policy that takes the middle of the prior's interval."""

    def step(_: Any, carry: Any, observation: jax.Array) -> tuple[Any, jax.Array]:
        carry, interval = prior(carry, observation)
        return carry, interval.centre

    return Policy(step=step, parameters=(), carry=prior.reset())


class Evaluation(NamedTuple):
    """Undiscounted returns and lengths (in steps) of whole episodes, each of shape `(episodes,)`."""

    returns: Any
    lengths: Any


def evaluate(
    env: Env, policy: Policy, key: jax.Array, *, episodes: int, carries: Any | None = None
) -> Evaluation:
    """Run episodes side by side in the graph until the last has ended; jittable.

    Args:
        env: an unbatched environment whose `done` covers its time limit, such as `envs.make` gives.
        policy: what acts.
        key: of the resets.
        episodes: how many.
        carries: the policy's memory at the start of each episode, leading axis `episodes`, where it is not
            the same.
    """

    def step(loop: tuple[Any, ...]) -> tuple[Any, ...]:
        carries, states, evaluation, alive = loop
        carries, actions = act(policy.parameters, carries, states.obs)
        states = jax.vmap(env.step)(states, actions)
        evaluation = Evaluation(
            returns=evaluation.returns + jnp.where(alive, states.reward, 0.0),
            lengths=evaluation.lengths + alive,
        )
        return carries, states, evaluation, alive & (states.done == 0)

    act = per_seed(jax.vmap(policy.step, in_axes=(None, 0, 0)))
    carries = _repeat(policy.carry, episodes) if carries is None else carries
    states = jax.vmap(env.reset)(jax.random.split(key, episodes))
    nothing = Evaluation(jnp.zeros(episodes), jnp.zeros(episodes, jnp.int32))
    loop = (carries, states, nothing, jnp.ones(episodes, bool))
    return jax.lax.while_loop(lambda loop: jnp.any(loop[-1]), step, loop)[2]


def against_random(env: Env, prior: Prior, key: jax.Array, *, episodes: int) -> tuple[jax.Array, jax.Array]:
    """Mean returns of a prior alone and of uniformly random actions, from the same first states; jittable."""
    alone = prior_alone(prior)
    key_reset, key_random = jax.random.split(key)

    def step(of_prior: jax.Array, carry: Any, observation: jax.Array) -> tuple[Any, jax.Array]:
        memory, key = carry
        memory, action = alone.step((), memory, observation)
        key, key_action = jax.random.split(key)
        at_random = jax.random.uniform(key_action, action.shape, minval=-1.0, maxval=1.0)
        return (memory, key), jnp.where(of_prior, action, at_random)

    carries = _repeat(alone.carry, episodes), jax.random.split(key_random, episodes)

    def mean_return(of_prior: jax.Array) -> jax.Array:
        policy = Policy(step, of_prior)
        return jnp.mean(evaluate(env, policy, key_reset, episodes=episodes, carries=carries).returns)

    # As one batch, so that the engine is compiled once for both.
    returns = jax.vmap(mean_return)(jnp.array([True, False]))
    return returns[0], returns[1]


class GymnasiumEvaluation(NamedTuple):
    """What `GymnasiumEvaluator` found.

    Attributes:
        returns: undiscounted, shape `(episodes,)`.
        lengths: in steps, shape `(episodes,)`.
        qpos: MuJoCo positions along the first episode, its start included, shape `(steps + 1, nq)`.
    """

    returns: np.ndarray
    lengths: np.ndarray
    qpos: np.ndarray


class GymnasiumEvaluator:
    """Runs a policy in Gymnasium's own environment, the judge of every reported number.

    Actions in [-1, 1] are mapped affinely onto the control range, as `envs.MujocoEnv` does.

    Args:
        gymnasium_id: such as `Hopper-v4`.
        step: of the policies to judge; compiled once.
        episodes: episodes per call; they advance together, so that a step is one call of the policy.
    """

    def __init__(self, gymnasium_id: str, step: PolicyStep, *, episodes: int):
        with warnings.catch_warnings():
            # Gymnasium advises v5 for every v4 id; published figures are for v4.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._envs = [gymnasium.make(gymnasium_id) for _ in range(episodes)]
        low, high = self._envs[0].unwrapped.model.actuator_ctrlrange.T
        self._centre, self._half_width = (low + high) / 2, (high - low) / 2
        self._step = jax.jit(jax.vmap(step, in_axes=(None, 0, 0)))

    def __call__(self, parameters: Any, carry: Any, *, seed: int) -> GymnasiumEvaluation:
        """Judge parameters and a first carry; episode i is reset with `seed + i`."""
        episodes = len(self._envs)
        carries = _repeat(carry, episodes)
        observations = np.stack([env.reset(seed=seed + i)[0] for i, env in enumerate(self._envs)])
        returns, lengths = np.zeros(episodes), np.zeros(episodes, int)
        alive = np.ones(episodes, bool)
        qpos = [self._qpos()]
        while alive.any():
            carries, actions = self._step(parameters, carries, observations.astype(np.float32))
            actions = self._centre + self._half_width * np.asarray(actions)
            for i in np.flatnonzero(alive):
                observations[i], reward, terminated, truncated, _ = self._envs[i].step(actions[i])
                returns[i] += float(reward)
                lengths[i] += 1
                alive[i] = not (terminated or truncated)
            if lengths[0] == len(qpos):
                qpos.append(self._qpos())
        return GymnasiumEvaluation(returns, lengths, np.stack(qpos))

    def _qpos(self) -> np.ndarray:
        return self._envs[0].unwrapped.data.qpos.copy()


def _repeat(tree: Any, count: int) -> Any:
    """The tree with a new leading axis of `count` equal entries."""
    return jax.tree.map(lambda x: jnp.broadcast_to(x, (count, *jnp.shape(x))), tree)
