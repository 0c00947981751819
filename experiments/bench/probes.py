"""Learners on an environment so simple that the right values are known."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from camel_jax import (
    CategoricalConfig,
    GaussianConfig,
    SACConfig,
    TD3Config,
    TrainConfig,
    TwinConfig,
    make_loop,
    run_loop,
)
from camel_jax.loop import make_init
from envs import Env, Episode, State
from experiments.bench.row import Row


class ProbeZoo(Env):
    """Five probes side by side; each episode is in one of them, and the observation tells the place.

    Place 0 pays 2 and ends. 1 pays nothing and leads to 2, which pays 1 and ends. 3 pays 1 for ever. 4 pays
    1 - (a - 0.4)^2 and ends. 5 pays nothing and leads to 4 whatever is done.
    """

    PLACES = 6
    BEST_ACTION = 0.4
    observation_size = PLACES
    action_size = 1
    backend = "none"

    @staticmethod
    def observation(place: jax.Array) -> jax.Array:
        """What is seen at a place."""
        return jax.nn.one_hot(place, ProbeZoo.PLACES)

    @staticmethod
    def values(discount: float) -> jax.Array:
        """The value of the best policy at each place, `(PLACES,)`."""
        return jnp.asarray([2.0, discount, 1.0, 1 / (1 - discount), 1.0, discount])

    def reset(self, rng: jax.Array) -> State:
        """Start in one of the probes."""
        place = jax.random.choice(rng, jnp.asarray([0, 1, 3, 4, 5]))
        zero = jnp.zeros(())
        return State(pipeline_state=None, obs=self.observation(place), reward=zero, done=zero)

    def step(self, state: State, action: jax.Array) -> State:
        """Go on to where the place leads."""
        place = jnp.argmax(state.obs)
        skill = 1.0 - jnp.square(action[0] - self.BEST_ACTION)
        rewards = jnp.stack([2.0, 0.0, 1.0, 1.0, skill, 0.0])
        following = jnp.asarray([0, 2, 2, 3, 4, 4])[place]
        done = jnp.asarray([1.0, 0.0, 1.0, 0.0, 1.0, 0.0])[place]
        return state.replace(obs=self.observation(following), reward=rewards[place], done=done)


_TWIN = TwinConfig(hidden=(32, 32), learning_rate=1e-3, target_rate=0.02)
# TD3's targets move at every second update: so they follow as fast as the others'.
_TWICE = 0.04
_SLOW: dict[str, Any] = {"adam_b1": 0.9, "policy_delay": 1}
# A small and steady temperature leaves the values of the task as they are.
_COLD: dict[str, Any] = {"hidden": (32, 32), "temperature": 1e-3, "temperature_learning_rate": 0.0}

LEARNERS: dict[str, SACConfig | TD3Config] = {
    "sac": SACConfig(**_COLD, **_SLOW, critic=_TWIN),
    "categorical": SACConfig(**_COLD, critic=CategoricalConfig(hidden=(32, 32))),
    "dsac-t": SACConfig(
        **_COLD, **_SLOW, critic=GaussianConfig(hidden=(32, 32), learning_rate=1e-3, target_rate=0.02)
    ),
    "td3": TD3Config(
        hidden=(32, 32),
        learning_rate=1e-3,
        target_rate=_TWICE,
        critic=dataclasses.replace(_TWIN, target_rate=_TWICE),
    ),
}
"""Every algorithm and critic there is, small: a probe needs no more."""

CONFIG = TrainConfig(
    env_steps=10_000,
    num_envs=8,
    warmup_steps=800,
    report_every=2_000,
    evaluate_every=10_000,
    evaluation_episodes=2,
    batch_size=128,
    discount=0.8,
    n_step=1,
    normalise_observations=False,
)
_SEEDS = (0, 1, 2)


class Learned(NamedTuple):
    """What a learner believes in the end.

    Attributes:
        values: what its critics say of its own action at each place, `(PLACES,)`.
        best_action: what it does at place 4.
    """

    values: np.ndarray
    best_action: float


def learned(config: TrainConfig, seeds: Sequence[int]) -> list[Learned]:
    """Learn the probes, truncated after two steps: the value of place 3 is that of going on for ever."""
    env = Episode(ProbeZoo(), 2)
    loop = make_loop(env, None, config)
    # The seed is an argument, so that all are one compilation.
    start, algorithm = jax.jit(make_init(loop.parts, env)), loop.parts.algorithm
    places = ProbeZoo.observation(jnp.arange(ProbeZoo.PLACES))
    found = []
    for seed in seeds:
        state, _, _ = run_loop(loop, loop.prefill(start(seed)))
        actions = algorithm.policy(algorithm.policy_parameters(state.learner), places)
        values = algorithm.value(state.learner, places, actions)
        found.append(Learned(np.asarray(values), float(actions[4, 0])))
    return found


def measure(task: str, physics: str) -> list[Row]:
    """Errors of each learner, the largest over seeds; task and engine do not matter here.

    `value_error` is relative, the largest over the places; `action_error` is that of the best action.
    """
    del task, physics
    rows = []
    for name, learner in LEARNERS.items():
        config = dataclasses.replace(CONFIG, algorithm=learner)
        known = np.asarray(ProbeZoo.values(config.discount))
        all_found = learned(config, _SEEDS)
        numbers = {
            "value_error": max(float(np.max(np.abs(found.values / known - 1))) for found in all_found),
            "action_error": max(abs(found.best_action - ProbeZoo.BEST_ACTION) for found in all_found),
            "seeds": float(len(_SEEDS)),
        }
        rows.append(Row(f"probes/{name}", numbers))
    return rows
