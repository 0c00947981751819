"""Environments so simple that the right values are known."""

import jax
import jax.numpy as jnp

from envs import Env, State


class Probe(Env):
    """One observation entry, one action entry; reward and end are given as functions of `(obs, action)`."""

    def __init__(self, reward, done=lambda obs, action: 0.0, start=lambda key: jnp.ones(1)):
        self._reward, self._done, self._start = reward, done, start

    observation_size = 1
    action_size = 1
    backend = "none"

    def reset(self, rng: jax.Array) -> State:
        zero = jnp.zeros(())
        return State(pipeline_state=None, obs=self._start(rng), reward=zero, done=zero)

    def step(self, state: State, action: jax.Array) -> State:
        return state.replace(
            reward=jnp.asarray(self._reward(state.obs, action), jnp.float32).reshape(()),
            done=jnp.asarray(self._done(state.obs, action), jnp.float32).reshape(()),
        )


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
    def observation(place) -> jax.Array:
        return jax.nn.one_hot(place, ProbeZoo.PLACES)

    @staticmethod
    def values(discount):
        """The value of the best policy at each place."""
        return jnp.asarray([2.0, discount, 1.0, 1 / (1 - discount), 1.0, discount])

    def reset(self, rng: jax.Array) -> State:
        place = jax.random.choice(rng, jnp.asarray([0, 1, 3, 4, 5]))
        zero = jnp.zeros(())
        return State(pipeline_state=None, obs=self.observation(place), reward=zero, done=zero)

    def step(self, state: State, action: jax.Array) -> State:
        place = jnp.argmax(state.obs)
        skill = 1.0 - jnp.square(action[0] - self.BEST_ACTION)
        rewards = jnp.stack([2.0, 0.0, 1.0, 1.0, skill, 0.0])
        following = jnp.asarray([0, 2, 2, 3, 4, 4])[place]
        done = jnp.asarray([1.0, 0.0, 1.0, 0.0, 1.0, 0.0])[place]
        return state.replace(obs=self.observation(following), reward=rewards[place], done=done)
