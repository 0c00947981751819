"""Evaluation in the graph and in Gymnasium: the same policy is worth the same in both."""

import jax
import jax.numpy as jnp
import numpy as np

import camel_jax
import envs
import priors
from camel_jax import GymnasiumEvaluator, Policy
from camel_jax.evaluate import against_random
from envs import Episode
from priors import from_function
from probes import Probe


def test_a_prior_alone_is_worth_the_same_in_both():
    env, policy = envs.make("hopper"), camel_jax.prior_alone(priors.load("hopper/hop"))
    in_graph = jax.jit(lambda key: camel_jax.evaluate(env, policy, key, episodes=16))(jax.random.key(0))
    evaluator = GymnasiumEvaluator("Hopper-v4", policy.step, episodes=8)
    judged = evaluator(policy.parameters, policy.carry, seed=0)
    np.testing.assert_array_equal(in_graph.lengths, 1000)
    np.testing.assert_array_equal(judged.lengths, 1000)
    np.testing.assert_allclose(in_graph.returns.mean(), judged.returns.mean(), rtol=5e-3)
    assert judged.qpos.shape == (1001, 6)
    assert judged.qpos[-1, 0] > 10.0, "it hops forward"


def test_short_episodes_end_where_gymnasium_ends_them():
    """A constant push falls: both count the same steps, from starts that differ by the reset noise alone."""

    def step(parameters, carry, observation):
        return carry, parameters

    parameters = jnp.asarray([0.3, -0.2, 0.1])
    env = envs.make("hopper")
    in_graph = camel_jax.evaluate(env, Policy(step, parameters), jax.random.key(0), episodes=32)
    judged = GymnasiumEvaluator("Hopper-v4", step, episodes=32)(parameters, (), seed=0)
    assert judged.lengths.max() < 1000
    assert judged.qpos.shape == (judged.lengths[0] + 1, 6)
    np.testing.assert_allclose(in_graph.lengths.mean(), judged.lengths.mean(), rtol=0.05)
    np.testing.assert_allclose(in_graph.returns.mean(), judged.returns.mean(), rtol=0.05)


def test_rewards_after_the_end_do_not_count():
    """Episodes end when the action reaches 1: after 2 and 4 steps of a policy that remembers."""

    def step(parameters, count, observation):
        return count + 1, jnp.where(count + 1 >= observation, 1.0, 0.0)

    env = Episode(
        Probe(
            lambda o, a: 10.0,
            done=lambda o, a: a[0] >= 1,
            start=lambda key: jnp.where(jax.random.bernoulli(key), 2.0, 4.0)[None],
        ),
        max_steps=9,
    )
    found = camel_jax.evaluate(env, Policy(step, (), jnp.zeros(())), jax.random.key(1), episodes=16)
    assert set(np.asarray(found.lengths)) == {2, 4}
    np.testing.assert_allclose(found.returns, 10.0 * found.lengths)


def test_a_prior_is_tried_against_random_actions():
    """One-step episodes of one observation: what random actions are worth is a mean all the same."""
    env = Episode(Probe(lambda o, a: 10.0 * a[0], done=lambda o, a: 1.0), max_steps=1)
    prior = from_function(lambda o: jnp.full(1, 0.3), observation_size=1, action_size=1)
    theirs, at_random = against_random(env, prior, jax.random.key(0), episodes=400)
    np.testing.assert_allclose(theirs, 3.0, rtol=1e-6)
    assert abs(at_random) < 3.0 * 10.0 / np.sqrt(3 * 400)  # three standard errors


def test_priors_with_a_memory_are_tried_with_it():
    env = Episode(Probe(lambda o, a: a[0]), max_steps=4)
    prior = from_function(
        lambda carry, o: (carry + 0.25, jnp.full(1, carry)), observation_size=1, action_size=1, carry=0.0
    )
    theirs, _ = against_random(env, prior, jax.random.key(0), episodes=2)
    np.testing.assert_allclose(theirs, 0.0 + 0.25 + 0.5 + 0.75, rtol=1e-6)
