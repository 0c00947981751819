"""Our environments behind Gymnasium's API, held to its checker and to its own environments."""

import warnings
from pathlib import Path

import gymnasium
import jax.numpy as jnp
import mujoco
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import RecordEpisodeStatistics
from gymnasium.wrappers.vector import RecordEpisodeStatistics as RecordVectorEpisodeStatistics

import envs
from envs.gymnasium_api import GymnasiumEnv, GymnasiumVectorEnv

BALL = Path(__file__).parents[2] / "docs" / "examples" / "ball_balance.xml"
NUM = 3


def original(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # v4 is what we equal
        return gymnasium.make(envs.spec(name).gymnasium_id).unwrapped


def vector(env, mode):
    return gymnasium.make_vec(env.spec, num_envs=NUM, vectorization_mode=mode)


def from_mjcf():
    return envs.from_mjcf(
        BALL,
        reward=lambda before, after, control: after.qpos[2],
        terminated=lambda state: state.qpos[4] < 0.2,
        observation=lambda state: jnp.concatenate([state.qpos, state.qvel]),
        frame_skip=4,
        max_episode_steps=5,
        physics="c",
    )


@pytest.fixture(scope="module")
def hopper():
    return envs.as_gymnasium("hopper", "c")


@pytest.fixture(scope="module")
def pendulums():
    return GymnasiumVectorEnv("inverted_pendulum", NUM, "c")


@pytest.mark.parametrize("own", [False, True], ids=["by name", "from MJCF"])
def test_gymnasiums_checker_has_nothing_to_object(own):
    env = envs.as_gymnasium(from_mjcf()) if own else envs.as_gymnasium("inverted_pendulum", "c")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # An observation without bounds is what Gymnasium's own environments have, too.
        warnings.filterwarnings(
            "ignore", message=".*Box observation space (maximum|minimum) value is.*infinity"
        )
        # A range of the actuators' own is the promise of this class.
        warnings.filterwarnings("ignore", message=".*we recommend using a symmetric and normalized space.*")
        # To close one it makes another by its spec, which has a test of its own below.
        check_env(env, skip_render_check=True, skip_close_check=own)


@pytest.mark.parametrize("name", envs.names())
def test_spaces_equal_gymnasiums(name):
    ours, theirs = envs.as_gymnasium(name, "c"), original(name)
    assert ours.action_space == theirs.action_space
    assert ours.observation_space.shape == theirs.observation_space.shape
    for bound in ("low", "high"):
        np.testing.assert_array_equal(
            getattr(ours.observation_space, bound), getattr(theirs.observation_space, bound)
        )
    assert ours.observation_space.dtype == np.float32


def test_actions_are_in_the_actuators_units():
    limits = {"humanoid": 0.4, "inverted_pendulum": 3.0, "hopper": 1.0}
    for name, limit in limits.items():
        space = envs.as_gymnasium(name, "c").action_space
        np.testing.assert_array_equal(space.high, np.float32(limit))
        np.testing.assert_array_equal(space.low, -np.float32(limit))


@pytest.mark.parametrize("name", ["hopper", "humanoid", "inverted_pendulum"])
def test_one_step_equals_gymnasiums_own(name):
    ours, theirs = envs.as_gymnasium(name, "c"), original(name)
    theirs.reset(seed=0)
    ours.action_space.seed(0)
    for seed in range(10):
        first, info = ours.reset(seed=seed)
        assert info == {}
        state = ours._state.pipeline_state
        mujoco.mj_resetData(theirs.model, theirs.data)
        theirs.set_state(*(np.asarray(x, np.float64) for x in (state.qpos, state.qvel)))
        np.testing.assert_allclose(first, theirs._get_obs(), rtol=1e-5, atol=1e-5)
        for _ in range(2):  # the second goes on from what the first left
            action = ours.action_space.sample()
            expected, expected_reward, expected_end, *_ = theirs.step(action)
            observation, reward, terminated, truncated, info = ours.step(action)
            np.testing.assert_allclose(observation, expected, rtol=1e-4, atol=1e-4)
            assert reward == pytest.approx(expected_reward, rel=1e-5, abs=1e-5)
            assert (terminated, truncated) == (expected_end, False)
            parts = [value for key, value in info.items() if key.startswith("reward_")]
            assert not parts or sum(parts) == pytest.approx(reward, rel=1e-5, abs=1e-5)


def test_a_seed_repeats_an_episode_and_those_that_follow(hopper):
    def episodes(seed):
        firsts = [hopper.reset(seed=seed)[0], hopper.reset()[0]]
        return [*firsts, hopper.step(np.full(3, 0.5))[0]]

    np.testing.assert_array_equal(episodes(7), episodes(7))
    one, following, _ = episodes(7)
    assert not np.array_equal(one, following)
    assert not np.array_equal(one, episodes(8)[0])


def test_a_vector_seed_repeats_and_its_environments_differ(pendulums):
    one, again, other = (pendulums.reset(seed=seed)[0] for seed in (7, 7, 8))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    assert len(np.unique(one[:, 0])) == NUM
    assert not np.array_equal(other, pendulums.reset()[0])


def test_the_spec_makes_another_with_the_same_arguments():
    env = envs.as_gymnasium("hopper", "c", forward_reward_weight=0.0)
    copy = gymnasium.make(env.spec)
    assert isinstance(copy.unwrapped, GymnasiumEnv)
    assert copy.unwrapped is not env
    start, _ = env.reset(seed=3)
    np.testing.assert_array_equal(copy.reset(seed=3)[0], start)
    *_, info = copy.step(np.zeros(3, np.float32))
    assert info["reward_forward"] == 0.0


@pytest.mark.parametrize("mode", ["sync", "vector_entry_point"])
def test_make_vec_and_its_statistics(mode):
    env = RecordVectorEpisodeStatistics(vector(envs.as_gymnasium("inverted_pendulum", "c"), mode))
    assert isinstance(env.unwrapped, GymnasiumVectorEnv) == (mode == "vector_entry_point")
    observation, _ = env.reset(seed=0)
    assert env.observation_space.contains(observation)
    assert env.action_space.shape == (NUM, 1)
    lengths, seen = np.zeros(NUM), 0
    waiting = np.zeros(NUM, bool)  # "sync" spends a step on every reset
    for _ in range(60):
        # All are pushed to one side, and so fall; the reward is 1 a step.
        observation, _, terminated, truncated, info = env.step(np.full((NUM, 1), 3.0, np.float32))
        assert env.observation_space.contains(observation)
        assert not truncated.any()
        lengths = np.where(waiting, 0, lengths + 1)
        for i in np.flatnonzero(terminated):
            assert info["episode"]["l"][i] == lengths[i]
            assert info["episode"]["r"][i] == pytest.approx(lengths[i])
            seen += 1
        waiting = terminated & (mode == "sync")
        lengths = np.where(terminated, 0, lengths)
    assert seen > NUM


def test_statistics_of_one_environment():
    env = RecordEpisodeStatistics(gymnasium.make(envs.as_gymnasium("inverted_pendulum", "c").spec))
    env.reset(seed=0)
    for length in range(1, 100):  # noqa: B007 - the length that the episode had
        *_, terminated, truncated, info = env.step(np.array([3.0], np.float32))
        if terminated:
            break
    assert terminated
    assert not truncated
    assert info["episode"]["l"] == info["episode"]["r"] == length


def test_same_step_reset_hands_over_the_terminal_observation(pendulums):
    assert pendulums.metadata["autoreset_mode"] == gymnasium.vector.AutoresetMode.SAME_STEP
    observation, _ = pendulums.reset(seed=0)
    gym = original("inverted_pendulum")
    gym.reset(seed=0)
    controls, ends = np.array([[3.0], [0.0], [-2.0]], np.float32), 0
    for _ in range(40):
        # The observation of this task is its whole configuration, so that each step can be checked alone.
        expected = []
        for one, control in zip(observation, controls, strict=True):
            mujoco.mj_resetData(gym.model, gym.data)
            gym.set_state(one[:2].astype(np.float64), one[2:].astype(np.float64))
            expected.append(gym.step(control)[:3])
        led_to, ended = np.array([x[0] for x in expected]), np.array([x[2] for x in expected])
        observation, _, terminated, truncated, info = pendulums.step(controls)
        np.testing.assert_array_equal(terminated, ended)
        np.testing.assert_allclose(observation[~ended], led_to[~ended], atol=1e-3)
        assert (np.abs(observation[ended]) <= 0.01 + 1e-6).all(), "a new episode starts near rest"
        assert ("final_obs" in info) == ended.any()
        if ended.any():
            np.testing.assert_array_equal(info["_final_obs"], terminated | truncated)
            np.testing.assert_allclose(info["final_obs"], led_to, atol=1e-3)
            assert (np.abs(info["final_obs"][ended]).max(axis=1, initial=0) > 0.2).all()
        ends += ended.sum()
    assert ends >= 2


def test_the_time_limit_truncates():
    env = envs.as_gymnasium(from_mjcf())
    env.reset(seed=0)
    ends = [env.step(np.zeros(2, np.float32))[2:4] for _ in range(5)]
    assert ends == [(False, False)] * 4 + [(False, True)]


def test_a_simulation_that_breaks_down_is_truncated_and_told():
    env = envs.as_gymnasium("hopper", "c")
    before, _ = env.reset(seed=0)
    state = env._state.pipeline_state
    lost = state.replace(qvel=state.qvel * jnp.nan, memory=jnp.zeros_like(state.memory))
    env._state = env._state.replace(pipeline_state=lost)
    observation, reward, terminated, truncated, info = env.step(np.zeros(3, np.float32))
    assert (reward, terminated, truncated, info["fault"]) == (0.0, False, True, 1.0)
    np.testing.assert_array_equal(observation, before)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda env: env.step(np.zeros((2, *env.action_space.shape))), "action has shape .* takes"),
        (lambda env: env.step(np.full(env.action_space.shape, np.nan)), "action is not finite"),
        (lambda env: env.step(np.full(env.action_space.shape, np.inf)), "action is not finite"),
    ],
    ids=["shape", "NaN", "infinity"],
)
def test_bad_actions_are_told(hopper, pendulums, act, message):
    for env in (hopper, pendulums):
        env.reset(seed=0)
        with pytest.raises(envs.InputError, match=message):
            act(env)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: envs.as_gymnasium("hopper", "c").step(np.zeros(3)), "call reset before step"),
        (lambda: GymnasiumVectorEnv("hopper", NUM, "c").step(np.zeros((NUM, 3))), "call reset before step"),
        (lambda: GymnasiumVectorEnv("hopper", NUM, "c").reset(seed=[1, 2, 3]), "seed must be one number"),
        (lambda: envs.as_gymnasium("hoper"), "unknown task 'hoper'.*Did you mean 'hopper'"),
        (lambda: envs.as_gymnasium("hopper", gravity=1), "unknown argument of hopper 'gravity'"),
        (lambda: envs.as_gymnasium(from_mjcf(), "c"), "made already; give its arguments to what made it"),
        (lambda: envs.as_gymnasium(from_mjcf(), frame_skip=2), "made already"),
    ],
)
def test_impossible_requests_are_told(make, message):
    with pytest.raises(envs.InputError, match=message):
        make()


@pytest.mark.parametrize("mode", ["sync", "vector_entry_point"])
def test_the_spec_of_a_task_of_ones_own_makes_others(mode):
    env = envs.as_gymnasium(from_mjcf())
    gymnasium.make(env.spec).reset(seed=0)
    observation, _ = vector(env, mode).reset(seed=0)
    assert observation.shape == (NUM, *env.observation_space.shape)


def test_what_a_step_gives_can_be_written_to(hopper, pendulums):
    # As with Gymnasium's own environments; torch.from_numpy warns otherwise.
    for env in (hopper, pendulums):
        assert env.reset(seed=0)[0].flags.writeable
        observation, *_ = env.step(np.zeros(env.action_space.shape))
        assert observation.flags.writeable


def test_an_environment_that_is_not_ours_is_refused_in_words():
    from probes import Probe

    with pytest.raises(envs.InputError):
        envs.as_gymnasium(envs.wrap(Probe(lambda obs, action: 1.0), max_steps=5))
