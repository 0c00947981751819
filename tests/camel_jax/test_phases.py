"""The phases of the loop alone: what the warm-up does, and what a report says of the mask."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from camel_jax import EpsilonConfig, MaskConfig, SACConfig, TrainConfig, TwinConfig
from camel_jax.loop import make_init, make_parts, make_prefill
from camel_jax.phases import make_collect, make_report
from envs import Episode
from priors import from_function
from probes import Probe

SUGGESTION, WIDTH = 0.5, 0.2
CONFIG = TrainConfig(
    env_steps=2_000,
    num_envs=8,
    warmup_steps=400,
    batch_size=8,
    normalise_observations=False,
    mask=MaskConfig(width=WIDTH),
    epsilon=EpsilonConfig("constant", ask_first=False),
    algorithm=SACConfig(hidden=(8,), critic=TwinConfig(hidden=(8,))),
)
ENV = Episode(Probe(lambda o, a: 0.0), 5)
PRIOR = from_function(lambda o: jnp.full(1, SUGGESTION), observation_size=1, action_size=1)


def warmed_up(**changes):
    """Parts and state after a warm-up under a prior that always suggests the same."""
    parts = make_parts(ENV, PRIOR, dataclasses.replace(CONFIG, **changes))
    return parts, jax.jit(lambda: make_prefill(parts)(make_init(parts, ENV)(jnp.asarray(0))))()


@pytest.mark.parametrize(
    ("warmup", "low", "high"),
    [
        ("prior", SUGGESTION, SUGGESTION),
        ("masked", SUGGESTION - WIDTH, SUGGESTION + WIDTH),
        ("uniform", -1.0, 1.0),
    ],
)
def test_the_warm_up_acts_as_it_says(warmup, low, high):
    parts, state = warmed_up(warmup=warmup)
    actions = np.asarray(parts.replay.sample(state.buffer, jax.random.key(0), (2_000,)).action)
    assert actions.min() == pytest.approx(low, abs=0.02)
    assert actions.max() == pytest.approx(high, abs=0.02)
    assert actions.mean() == pytest.approx((low + high) / 2, abs=0.1)


@pytest.mark.parametrize("warmup", ["prior", "masked", "uniform"])
def test_where_nothing_holds_every_warm_up_is_uniform(warmup):
    parts, state = warmed_up(warmup=warmup, epsilon=EpsilonConfig("constant", start=0.0, ask_first=False))
    actions = np.asarray(parts.replay.sample(state.buffer, jax.random.key(0), (2_000,)).action)
    assert (actions.min(), actions.max()) == pytest.approx((-1.0, 1.0), abs=0.02)


@pytest.mark.parametrize(
    ("epsilon", "share", "width"), [(1.0, 1.0, 2 * WIDTH), (0.5, 1.0, WIDTH + 1.0), (0.0, 0.0, 2.0)]
)
def test_a_report_tells_how_tight_the_mask_was(epsilon, share, width):
    parts, state = warmed_up(epsilon=EpsilonConfig("constant", start=epsilon, ask_first=False))

    @jax.jit
    def reported(state):
        state, steps = jax.lax.scan(
            lambda state, _: make_collect(parts, warmup=False)(state), state, length=3
        )
        return state, make_report(parts)(state, {}, steps)

    state, metrics = reported(state)
    assert float(metrics["mask/epsilon"]) == epsilon
    assert float(metrics["mask/share"]) == share
    assert float(metrics["mask/width"]) == pytest.approx(width)
    assert float(metrics["mask/let_go"]) == 0.0
    policy = parts.algorithm.policy(parts.algorithm.policy_parameters(state.learner), state.env_state.obs)
    distance = np.abs(np.asarray(policy) - SUGGESTION).mean()
    assert distance > 0.01
    assert float(metrics["mask/distance"]) == pytest.approx(distance, rel=1e-4)
