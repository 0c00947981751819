"""SAC on probe environments whose values and best actions are known."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import camel_jax
from camel_jax import GeneratorMask, SACConfig, TrainConfig
from camel_jax.replay import Transition
from camel_jax.sac import SAC
from envs import Episode
from priors import Interval, from_function
from probes import Probe

SMALL = SACConfig(
    hidden=(32, 32), batch_size=128, learning_rate=3e-4, temperature=1e-3, temperature_learning_rate=0.0
)
CONFIG = TrainConfig(
    env_steps=6_000, warmup_steps=400, report_every=800, evaluate_every=6_000, num_envs=8, sac=SMALL
)


def values(env, config=CONFIG, observations=((1.0,),), actions=((0.0,),)):
    """Each critic's mean value at some (observation, action) after training on `env`."""
    learner = camel_jax.train(env, None, config).state.learner
    loop = camel_jax.make_loop(env, None, config)
    variables = {"params": learner.critic, "batch_stats": learner.critic_statistics}
    return loop.algorithm.critic.apply(variables, jnp.asarray(observations), jnp.asarray(actions), False)


def discounted(discount):
    return dataclasses.replace(CONFIG, sac=dataclasses.replace(SMALL, discount=discount))


def test_one_step_value_is_the_reward():
    env = Episode(Probe(lambda o, a: 2.0, done=lambda o, a: 1.0), max_steps=10)
    np.testing.assert_allclose(values(env), 2.0, rtol=0.05)


def test_a_truncated_step_is_bootstrapped():
    # Truncated after every step, never terminated: the value is that of going on forever.
    env = Episode(Probe(lambda o, a: 1.0), max_steps=1)
    np.testing.assert_allclose(values(env, discounted(0.8)), 1 / (1 - 0.8), rtol=0.05)


def test_a_terminated_step_is_not_bootstrapped():
    env = Episode(Probe(lambda o, a: 1.0, done=lambda o, a: 1.0), max_steps=1)
    np.testing.assert_allclose(values(env, discounted(0.8)), 1.0, rtol=0.05)


class TwoSteps(Probe):
    """Observation 0, then 1, then the end; only the second step pays."""

    def __init__(self):
        super().__init__(lambda o, a: o[0], done=lambda o, a: o[0], start=lambda key: jnp.zeros(1))

    def step(self, state, action):
        return super().step(state, action).replace(obs=jnp.ones(1))


def test_value_is_discounted_over_two_steps():
    config = discounted(0.5)
    # Values 0.5 and 1.0 by the observation alone.
    found = values(Episode(TwoSteps(), 10), config, ((0.0,), (1.0,)), ((0.0,), (0.0,)))
    np.testing.assert_allclose(found.mean(0), [0.5, 1.0], atol=0.05)


def test_the_agent_finds_the_best_action():
    env = Episode(Probe(lambda o, a: -10.0 * jnp.square(a[0] - 0.4), done=lambda o, a: 1.0), max_steps=10)
    # The temperature must adapt: it is what frees a policy that an immature critic drove into a corner.
    sac = dataclasses.replace(SMALL, temperature=0.05, temperature_learning_rate=1e-3)
    result = camel_jax.train(env, None, dataclasses.replace(CONFIG, sac=sac))
    _, action = result.policy((), jnp.ones(1))
    assert float(action[0]) == pytest.approx(0.4, abs=0.1)


def test_the_mask_holds_the_agent_at_full_grip():
    """Best action 1, prior -0.5, width 0.2: the actions stay within -0.5 ± 0.2, near the upper end."""
    env = Episode(Probe(lambda o, a: a[0], done=lambda o, a: 1.0), max_steps=10)
    prior = from_function(lambda o: jnp.full(1, -0.5), observation_size=1, action_size=1)
    config = dataclasses.replace(CONFIG, mask=GeneratorMask(width=0.2))
    state = camel_jax.train(env, prior, config, epsilon=lambda step: jnp.ones(())).state
    loop = camel_jax.make_loop(env, prior, config)
    actions = loop.replay.sample(state.buffer, jax.random.key(0), (1000,)).action
    assert float(actions.min()) >= -0.7 - 1e-6
    assert float(actions.max()) <= -0.3 + 1e-6
    action_column = 1  # after the one entry of the observation
    assert float(state.buffer.rows[-400:, action_column].mean()) > -0.4


def test_critic_target_sees_the_next_states_mask():
    """The target's action lies in the interval of the next suggestion, the actor's in that of this one."""
    mask = GeneratorMask(width=0.1)
    seen = []

    class Spy:
        """The mask, telling of every action it makes."""

        interval = staticmethod(mask.interval)

        @staticmethod
        def action(interval, unit_action):
            action = mask.action(interval, unit_action)
            jax.debug.callback(lambda value: seen.append(float(value)), action[0, 0])
            return action

    sac = SAC(SMALL, Spy(), observation_size=1, action_size=1)
    here, there = (Interval(jnp.full((1, 1), a), jnp.full((1, 1), a)) for a in (0.8, -0.8))
    ones = jnp.ones((1, 1))
    batch = Transition(ones, 0 * ones, ones[0], ones[0], ones, here, there)
    state = sac.init(jax.random.key(0))

    def actions(update_actor):
        seen.clear()
        keywords = {
            "epsilon": jnp.ones(()),
            "cap": jnp.asarray(1e3),
            "update_actor": jnp.asarray(update_actor),
        }
        sac.update(state, jax.random.key(1), batch, **keywords)
        jax.effects_barrier()
        return list(seen)

    (in_target,) = actions(update_actor=False)
    assert -0.9 <= in_target <= -0.7
    both = actions(update_actor=True)
    both.remove(in_target)
    assert 0.7 <= both[0] <= 0.9


def test_the_temperature_moves_the_entropy_to_its_target():
    sac = dataclasses.replace(SMALL, temperature=1.0, temperature_learning_rate=1e-2)
    env = Episode(Probe(lambda o, a: -jnp.square(a[0]), done=lambda o, a: 1.0), max_steps=10)
    history = camel_jax.train(env, None, dataclasses.replace(CONFIG, env_steps=8_000, sac=sac)).history
    assert history[-1]["sac/entropy"] == pytest.approx(-1.0, abs=0.3)
    assert history[-1]["sac/temperature"] < 1.0
