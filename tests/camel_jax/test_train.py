"""The loop: what it stores, what it repeats exactly, and how often it compiles."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from trees import assert_equal_trees

import camel_jax
import envs
import priors
from camel_jax import CategoricalConfig, EpsilonConfig, MaskConfig, SACConfig, TrainConfig, make_loop
from camel_jax.run_claim import claim, described
from envs import Episode, InputError
from experiments.bench.probes import LEARNERS, ProbeZoo
from priors import from_function, translate
from probes import Probe

TINY = TrainConfig(
    env_steps=640,
    num_envs=4,
    warmup_steps=64,
    report_every=64,
    evaluate_every=320,
    evaluation_episodes=2,
    batch_size=8,
    normalise_observations=True,
    epsilon=EpsilonConfig(ask_first=False),
    algorithm=SACConfig(hidden=(8,), critic=CategoricalConfig(hidden=(8,))),
)


def constant_prior(action=0.3):
    return from_function(lambda o: jnp.full(3, action), observation_size=11, action_size=3)


@pytest.fixture(scope="module")
def hopper():
    return envs.make("hopper")


@pytest.fixture(scope="module")
def alone(hopper):
    """A masked run of one seed."""
    return camel_jax.train(hopper, constant_prior(), TINY)


@pytest.fixture(scope="module")
def plain(hopper):
    """The end of the same run without a prior."""
    return camel_jax.train(hopper, None, TINY).state


def test_without_grip_a_prior_is_the_plain_agent_bit_for_bit(hopper, alone, plain):
    """In the whole loop; test_combinations.py has every mask and semantics."""
    mask = MaskConfig("distributional")
    config = dataclasses.replace(
        TINY, mask=mask, epsilon=EpsilonConfig("constant", start=0.0, ask_first=False)
    )
    masked = camel_jax.train(hopper, constant_prior(), config).state
    assert_equal_trees(plain.learner, masked.learner)
    assert_equal_trees(plain.env_state, masked.env_state)
    assert not np.array_equal(alone.state.env_state.obs, plain.env_state.obs)


def test_a_prior_worse_than_random_actions_is_the_plain_agent_bit_for_bit(hopper, plain):
    """Not a step of it: the warm-up's actions and all that follows are the plain agent's, to the bit."""
    config = dataclasses.replace(TINY, epsilon=EpsilonConfig())
    # Seed 0 in second place.
    _, result = camel_jax.train(hopper, priors.load("hopper/adversarial"), config, seeds=[1, 0])
    state = result.state
    assert state.prior_return < 10.0
    assert state.prior_return < state.controller.random_return
    assert_equal_trees(plain.learner, state.learner)
    assert_equal_trees(plain.env_state, state.env_state)


def test_asking_leaves_a_better_prior_what_it_was_bit_for_bit(hopper):
    prior = priors.load("hopper/hop")
    asked, trusted = (
        camel_jax.train(hopper, prior, dataclasses.replace(TINY, epsilon=EpsilonConfig(ask_first=ask))).state
        for ask in (True, False)
    )
    assert asked.prior_return > 2000.0
    assert 5.0 < asked.controller.random_return < 100.0
    assert_equal_trees(asked.learner, trusted.learner)
    assert_equal_trees(asked.env_state, trusted.env_state)


def test_seeds_in_one_program_are_the_runs_of_each_alone_bit_for_bit(hopper, alone):
    # Seed 0 comes second: nothing may depend on the place.
    other, same = camel_jax.train(hopper, constant_prior(), TINY, seeds=[1, 0])
    assert_equal_trees(same.state, alone.state)
    np.testing.assert_equal(same.history, alone.history)  # NaN too
    assert not np.array_equal(other.state.env_state.obs, alone.state.env_state.obs)


@pytest.mark.parametrize("algorithm", ["td3", "dsac-t"])
def test_without_grip_each_learner_is_the_plain_one_bit_for_bit(algorithm):
    """Whatever the mask: in programs of their own, as test_combinations.py cannot compare them."""
    env = Episode(ProbeZoo(), 8)
    prior = from_function(lambda o: jnp.full(1, 0.3), observation_size=6, action_size=1)
    config = dataclasses.replace(
        TINY, env_steps=320, report_every=256, discount=0.8, algorithm=LEARNERS[algorithm]
    )
    plain = camel_jax.train(env, None, config).state
    held = dataclasses.replace(
        config, mask=MaskConfig("generator"), epsilon=EpsilonConfig("constant", start=0.0, ask_first=False)
    )
    masked = camel_jax.train(env, prior, held).state
    assert_equal_trees(plain.learner, masked.learner)


@pytest.mark.parametrize(
    ("change", "named"),
    [({"seed": 7}, "seeds is 0 there and 7 here"), ({"discount": 0.9}, "config.discount is 0.99 there")],
)
def test_checkpoints_of_another_run_are_refused(hopper, tmp_path, change, named):
    checkpoints = camel_jax.Checkpoints(tmp_path)
    claim(tmp_path, described(make_loop(hopper, constant_prior(), TINY)))
    with pytest.raises(InputError, match=named):
        camel_jax.train(
            hopper, constant_prior(), dataclasses.replace(TINY, **change), checkpoints=checkpoints
        )


def test_a_run_goes_on_from_its_checkpoint_bit_for_bit(hopper, alone, tmp_path):
    class Enough(Exception):  # noqa: N818
        pass

    def stop(report):
        if report.metrics["train/env_steps"] >= 448:
            raise Enough

    checkpoints = camel_jax.Checkpoints(tmp_path / "checkpoints")
    with pytest.raises(Enough):
        camel_jax.train(
            hopper, constant_prior(), TINY, on_report=stop, checkpoints=checkpoints, save_every=100
        )
    assert checkpoints.steps() == [320, 384], "after each chunk, as two are more than 100 steps"
    result = camel_jax.train(hopper, constant_prior(), TINY, checkpoints=checkpoints)
    assert [row["train/env_steps"] for row in result.history] == [448, 512, 576, 640]
    assert_equal_trees(result.state, alone.state)
    # A run that has come to its end is not run again.
    assert camel_jax.train(hopper, constant_prior(), TINY, checkpoints=checkpoints).history == []


def test_a_longer_run_is_the_shorter_one_gone_on_with_bit_for_bit(hopper, alone, tmp_path):
    """Though the shorter one was judged at its end, where the longer one is not."""
    checkpoints = camel_jax.Checkpoints(tmp_path)
    longer = dataclasses.replace(TINY, buffer_size=640)
    shorter = dataclasses.replace(longer, env_steps=384)
    camel_jax.train(hopper, constant_prior(), shorter, checkpoints=checkpoints)
    result = camel_jax.train(hopper, constant_prior(), longer, checkpoints=checkpoints)
    for part in ("learner", "buffer", "env_state", "key", "step"):
        assert_equal_trees(getattr(result.state, part), getattr(alone.state, part))


def test_whose_checkpoints_they_are_is_written_once_and_whole(tmp_path):
    run = {"task": "hopper", "seeds": 0}
    claim(tmp_path / "c", run)
    file = tmp_path / "c" / "run.json"
    before = file.stat()
    claim(tmp_path / "c", run)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(file.parent.iterdir()) == [file]


def test_each_part_is_traced_once(hopper):
    traces = []

    def policy(observation):
        traces.append(1)
        return observation[:3] * 0.0

    prior = from_function(policy, observation_size=11, action_size=3)
    loop = make_loop(hopper, prior, TINY)
    state, after_first = loop.prefill(loop.init()), None
    for _ in range(3):
        state, _ = loop.chunk(state)
        state, _ = loop.evaluate(state)
        after_first = after_first or len(traces)
    assert len(traces) == after_first
    assert [part._cache_size() for part in (loop.prefill, loop.chunk, loop.evaluate)] == [1, 1, 1]


def test_the_chunk_donates_its_state(hopper):
    loop = make_loop(hopper, None, TINY)
    state = loop.prefill(loop.init())
    rows = state.buffer.rows
    loop.chunk(state)
    assert rows.is_deleted()


def test_transitions_hold_the_terminal_observation_and_both_suggestions(hopper):
    """A prior that echoes the observation shows which observation each suggestion was made at."""
    prior = from_function(lambda o: jnp.clip(o[:3] / 10, -1, 1), observation_size=11, action_size=3)
    loop = make_loop(hopper, prior, dataclasses.replace(TINY, warmup_steps=2_000, env_steps=2_064))
    state = loop.prefill(loop.init())
    rows = loop.parts.replay.sample(state.buffer, jax.random.key(0), (500,))
    np.testing.assert_allclose(rows.suggestion.low, np.clip(rows.observation[:, :3] / 10, -1, 1), rtol=1e-6)
    np.testing.assert_allclose(
        rows.next_suggestion.high, np.clip(rows.next_observation[:, :3] / 10, -1, 1), rtol=1e-6
    )
    ended = np.asarray(rows.discount) == 0
    assert ended.any(), "random actions must make the robot fall"
    # A fallen robot, not the upright one of the next episode.
    fallen = np.asarray(rows.next_observation)[ended]
    assert ((fallen[:, 0] < 0.7) | (np.abs(fallen[:, 1]) > 0.2)).all()


COUNTERS = {
    "a function": lambda: from_function(
        lambda count, o: (count + 1, jnp.reshape(count / 10, (1,))),
        observation_size=1,
        action_size=1,
        carry=jnp.zeros(()),
    ),
    "a program": lambda: translate(
        "class Policy:\n"
        "    def __init__(self):\n        self.x, self.last = 0, None\n"
        "    def act(self, obs):\n        self.last = 0.0 if self.last is None else self.x / 10\n"
        "        self.x += 1\n        return [self.last]\n",
        observation_size=1,
        action_size=1,
    ),
}


@pytest.mark.parametrize("make", COUNTERS.values(), ids=COUNTERS)
def test_a_prior_with_memory_starts_each_episode_afresh(make):
    """A prior that counts its steps must suggest 0 at the first step of every episode."""
    env = Episode(Probe(lambda o, a: 0.0), max_steps=3)
    prior = make()
    config = dataclasses.replace(TINY, warmup_steps=40, n_step=1)
    loop = make_loop(env, prior, config)
    state = loop.prefill(loop.init())
    low = np.asarray(loop.parts.replay.sample(state.buffer, jax.random.key(0), (500,)).suggestion.low)
    next_low = np.asarray(
        loop.parts.replay.sample(state.buffer, jax.random.key(0), (500,)).next_suggestion.low
    )
    assert set(np.unique(low.round(3))) == set(np.float32([0.0, 0.1, 0.2]))
    np.testing.assert_allclose(next_low, low + 0.1, rtol=1e-5)


def test_the_best_policy_is_kept(hopper):
    loop = make_loop(hopper, None, TINY)
    state = loop.init()
    other = jax.tree.map(lambda x: x + 1.0, state.best.policy)
    state = state.replace(best=state.best.replace(policy=other, return_mean=jnp.asarray(1e6)))
    other = jax.tree.map(np.asarray, other)
    state, evaluation = loop.evaluate(state)
    assert float(state.best.return_mean) == 1e6
    assert_equal_trees(other, state.best.policy)
    assert float(evaluation.returns.mean()) < 1e6

    state = state.replace(best=state.best.replace(return_mean=jnp.asarray(-jnp.inf)), step=jnp.int32(7))
    state, evaluation = loop.evaluate(state)
    assert float(state.best.return_mean) == pytest.approx(float(evaluation.returns.mean()))
    assert int(state.best.step) == 7
    assert_equal_trees(loop.parameters(state), state.best.policy)


def test_reports_come_at_every_chunk_and_evaluations_when_due(alone):
    history = alone.history
    assert [row["train/env_steps"] for row in history] == list(range(128, 641, 64))
    evaluated = [row["train/env_steps"] for row in history if "evaluation/return_mean" in row]
    assert evaluated == [320, 640]
    assert alone.step in (320, 640)
    epsilons = [row["mask/epsilon"] for row in history]
    assert epsilons == sorted(epsilons, reverse=True)
    assert all(row["mask/share"] == 1.0 for row in history)
    assert all(0.6 <= row["mask/width"] <= 2.0 for row in history)


def test_a_prior_that_fails_at_an_observation_leaves_the_run_finite(hopper):
    """NaN where the robot leans back: no hint there, and nothing of it in the buffer or the networks."""
    prior = from_function(lambda o: jnp.sqrt(o[1]) * jnp.ones(3), observation_size=11, action_size=3)
    loop = make_loop(hopper, prior, TINY)
    state, _ = loop.chunk(loop.prefill(loop.init()))
    assert np.isfinite(state.buffer.rows).all()
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(state.learner))


def test_a_prior_of_another_task_is_refused(hopper):
    prior = from_function(lambda o: o[:3], observation_size=17, action_size=3)
    with pytest.raises(InputError, match="the prior's observation_size is 17, the environment's 11"):
        make_loop(hopper, prior, TINY)
