"""Coverage: what is distinct counts once, varied data count for more."""

import dataclasses
import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import envs
from priors.coverage import make_coverage, make_simhash


def pairs(count, spread=1.0, sizes=(11, 3), seed=0):
    random = np.random.default_rng(seed)
    observation = random.normal(scale=spread, size=(count, sizes[0])).astype(np.float32)
    return observation, random.uniform(-spread, spread, (count, sizes[1])).astype(np.float32)


def all_of(batch):
    return np.ones(len(batch[0]), bool)


@functools.cache
def compiled(*sizes, places=2**17):
    counter = make_coverage(*sizes, places=places)
    return dataclasses.replace(counter, insert=jax.jit(counter.insert), count=jax.jit(counter.count))


def counted(counter, batch):
    return float(counter.count(counter.insert(counter.init(), *batch, all_of(batch))))


def distinct(batch):
    simhash = jax.jit(make_simhash(batch[0].shape[-1], batch[1].shape[-1]))
    return len(np.unique(simhash(*batch)))


def test_nothing_is_zero_and_one_pair_is_one():
    counter = compiled(11, 3)
    assert float(counter.count(counter.init())) == 0.0
    assert counted(counter, pairs(1)) == pytest.approx(1.0, rel=1e-4)


# Loads of a tenth of a pair, 2 and 7 pairs a place. Four standard errors by Whang's formula are allowed.
@pytest.mark.parametrize(("count", "places"), [(2_000, 2**14), (30_000, 2**13), (30_000, 2**12)])
def test_the_estimate_lies_within_its_standard_error(count, places):
    batch = pairs(count, spread=3.0)
    expected = distinct(batch)
    load = expected / places
    error = math.sqrt(math.exp(load) - load - 1.0) / (load * math.sqrt(places))
    assert error < 0.1
    assert counted(compiled(11, 3, places=places), batch) == pytest.approx(expected, rel=4 * error)


def test_what_was_seen_before_or_is_not_kept_leaves_the_count():
    counter = compiled(11, 3)
    insert = counter.insert
    first, second = pairs(100, seed=1), pairs(100, seed=2)
    coverage = insert(counter.init(), *first, all_of(first))
    once = float(counter.count(coverage))
    assert once == pytest.approx(distinct(first), abs=2.0)
    assert float(counter.count(insert(coverage, *first, all_of(first)))) == once
    assert float(counter.count(insert(coverage, *second, ~all_of(second)))) == once
    half = insert(coverage, *second, jnp.arange(100) < 50)
    both = [np.concatenate([a, b[:50]]) for a, b in zip(first, second, strict=True)]
    assert float(counter.count(half)) == pytest.approx(distinct(both), abs=2.0)


def test_a_full_map_gives_a_finite_lower_bound():
    batch = pairs(5_000)
    assert counted(compiled(11, 3, places=16), batch) == pytest.approx(16 * math.log(16), rel=1e-5)


def test_every_counter_of_a_task_takes_the_same_places():
    batch = pairs(100)
    first, second = compiled(11, 3), compiled.__wrapped__(11, 3)
    taken = [np.asarray(of.insert(of.init(), *batch, all_of(batch)).taken) for of in (first, second)]
    assert taken[0].sum() > 50
    np.testing.assert_array_equal(*taken)


def test_works_inside_of_a_scan_and_over_seeds():
    counter = make_coverage(11, 3)
    observation, action = (x.reshape(2, 25, 4, -1) for x in pairs(200))  # seeds, steps, environments

    def run(observation, action):
        def step(coverage, x):
            return counter.insert(coverage, *x, jnp.ones(4, bool)), None

        return counter.count(jax.lax.scan(step, counter.init(), (observation, action))[0])

    counts = jax.jit(jax.vmap(run))(observation, action)
    for seed in range(2):
        batch = observation[seed].reshape(100, -1), action[seed].reshape(100, -1)
        assert float(counts[seed]) == pytest.approx(counted(compiled(11, 3), batch), rel=1e-6)


@pytest.mark.parametrize("sizes", [(8, 2), (11, 3), (376, 17)])
def test_spread_counts_for_more_than_trembling_whatever_the_size(sizes):
    counter = compiled(*sizes)
    varied = counted(counter, pairs(2_000, 1.0, sizes))
    trembling = counted(counter, pairs(2_000, 0.01, sizes))
    assert 1.0 <= trembling < 30.0
    assert varied > 20.0 * trembling


def test_a_force_does_not_drown_the_rest():
    observation, actions = np.tile(pairs(1, sizes=(376, 17))[0], (1_000, 1)), pairs(1_000, sizes=(376, 17))[1]
    pushed = observation.copy()
    pushed[:, 300] = 1e6
    at_rest = distinct((observation, actions))
    assert at_rest > 100
    # One of 376 entries, however large, changes little in how far actions are told apart.
    assert 0.5 < distinct((pushed, actions)) / at_rest < 2.0


def test_random_actions_cover_more_of_hopper_than_a_fixed_one():
    env, counter = envs.AutoReset(envs.make("hopper", "c")), make_coverage(11, 3)
    fixed = jnp.asarray([-0.3, 0.0, 0.3])

    def coverage(vary):
        def step(carry, key):
            state, seen = carry
            drawn = jax.random.uniform(key, (16, 3), minval=-1.0, maxval=1.0)
            action = jnp.where(vary, drawn, fixed)
            following = jax.vmap(env.step)(state, action)
            return (following, counter.insert(seen, state.obs, action, following.info["fault"] == 0)), None

        start = jax.vmap(env.reset)(jax.random.split(jax.random.key(0), 16)), counter.init()
        (_, seen), _ = jax.lax.scan(step, start, jax.random.split(jax.random.key(1), 200))
        return counter.count(seen)

    varied, repetitive = jax.jit(jax.vmap(coverage))(jnp.asarray([True, False]))
    assert 1.0 <= float(repetitive) < 30.0
    assert float(varied) > 500.0
