"""Returns over several steps, against a loop in Python."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from camel_jax.nstep import init_window, push
from camel_jax.replay import Transition
from priors import Interval

STEPS, ENVS, GAMMA = 60, 3, 0.9


def random_steps(seed):
    """Steps numbered by their observations, with terminations, truncations and faults."""
    random = np.random.default_rng(seed)
    number = np.arange(STEPS)[:, None] + 1000.0 * np.arange(ENVS)
    termination = random.random((STEPS, ENVS)) < 0.1
    fault = (random.random((STEPS, ENVS)) < 0.1) & ~termination
    ended = termination | fault | (random.random((STEPS, ENVS)) < 0.1)
    column = jnp.asarray(number)[..., None]
    steps = Transition(
        observation=column,
        action=column,
        reward=jnp.asarray(random.normal(size=(STEPS, ENVS)), jnp.float32),
        discount=jnp.asarray(GAMMA * (1.0 - termination), jnp.float32),
        next_observation=column + 0.5,
        suggestion=Interval(column, column),
        next_suggestion=Interval(column + 0.5, column + 0.5),
    )
    return steps, jnp.asarray(~fault), jnp.asarray(ended)


def expected(steps, sound, ended, n):
    """By the number of the first step: reward, discount and the number that the last one led to."""
    found = {}
    for env in range(ENVS):
        for first in range(STEPS - n + 1):
            if not sound[first, env]:
                continue
            reward, discount, last = 0.0, 1.0, first
            for k in range(first, first + n):
                if not sound[k, env]:
                    break
                reward += discount * float(steps.reward[k, env])
                discount *= float(steps.discount[k, env])
                last = k
                if ended[k, env]:
                    break
            found[float(steps.observation[first, env, 0])] = (
                reward,
                discount,
                float(steps.next_observation[last, env, 0]),
            )
    return found


@pytest.mark.parametrize("n", [1, 3, 5])
def test_every_sound_step_starts_one_transition(n):
    example = jax.tree.map(lambda x: x[0, 0], random_steps(0)[0])

    @jax.jit
    def run(steps, sound, ended):
        def one(window, x):
            step, s, e = x
            window, transition, keep = push(window, step, sound=s, ended=e)
            return window, (transition, keep)

        return jax.lax.scan(one, init_window(example, n=n, num_envs=ENVS), (steps, sound, ended))[1]

    for seed in range(5):
        steps, sound, ended = random_steps(seed)
        transitions, keep = jax.device_get(run(steps, sound, ended))
        found = {
            float(transitions.observation[t, e, 0]): (
                float(transitions.reward[t, e]),
                float(transitions.discount[t, e]),
                float(transitions.next_observation[t, e, 0]),
            )
            for t, e in zip(*np.nonzero(keep), strict=True)
        }
        want = expected(steps, sound, ended, n)
        assert len(found) == keep.sum()
        assert found.keys() == want.keys()
        for number, values in want.items():
            assert found[number] == pytest.approx(values, rel=1e-4, abs=1e-5)
        np.testing.assert_array_equal(transitions.next_suggestion.low, transitions.next_observation)
