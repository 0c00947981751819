"""Hopper against Gymnasium's own Hopper-v4, the original that it must equal."""

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import envs


@pytest.fixture(scope="module")
def original():
    with pytest.warns(DeprecationWarning, match="Hopper-v4"):
        env = gymnasium.make("Hopper-v4").unwrapped
    env.reset(seed=0)
    return env


def random_states(count, seed=0):
    """Configurations near the origin, standing, crouching and fallen, exact in float32."""
    rng = np.random.default_rng(seed)
    qpos = np.array([0, 1.25, 0, 0, 0, 0]) + rng.normal(size=(count, 6)) * [0.5, 0.2, 0.12, 0.3, 0.3, 0.3]
    qpos[:, 1] = np.maximum(qpos[:, 1], 0.6)
    qvel = rng.normal(size=(count, 6)) * 2.0
    action = rng.uniform(-1.2, 1.2, size=(count, 3))
    return qpos.astype(np.float32), qvel.astype(np.float32), action.astype(np.float32)


def step_original(env, qpos, qvel, action):
    env.set_state(qpos.astype(np.float64), qvel.astype(np.float64))
    observation, reward, terminated, _, _ = env.step(action)
    return observation, reward, terminated


@pytest.mark.parametrize("arguments", [{}, {"terminate_when_unhealthy": False, "forward_reward_weight": 2.0}])
def test_one_step_equals_gymnasium(original, arguments):
    qpos, qvel, action = random_states(1000)
    if arguments:
        with pytest.warns(DeprecationWarning, match="Hopper-v4"):
            original = gymnasium.make("Hopper-v4", **arguments).unwrapped
        original.reset(seed=0)
    expected = [step_original(original, *x) for x in zip(qpos, qvel, action, strict=True)]
    observation, reward, terminated = (np.array(x) for x in zip(*expected, strict=True))
    env = envs.make("hopper", **arguments).unwrapped

    state = jax.jit(jax.vmap(lambda q, v, a: env.step(env.reset_to(q, v), a)))(qpos, qvel, action)

    np.testing.assert_allclose(state.obs, observation, rtol=0, atol=1e-5)
    np.testing.assert_allclose(state.reward, reward, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(state.done > 0, terminated)
    if not arguments:
        assert 0.1 < terminated.mean() < 0.9, "the states must lie on both sides of the termination rule"


def test_forward_reward_keeps_its_digits_far_from_the_origin(original):
    qpos, qvel, action = random_states(50)
    qpos[:, 0] += 500.0
    expected = [step_original(original, *x)[1] for x in zip(qpos, qvel, action, strict=True)]
    env = envs.make("hopper").unwrapped
    state = jax.jit(jax.vmap(lambda q, v, a: env.step(env.reset_to(q, v), a)))(qpos, qvel, action)
    np.testing.assert_allclose(state.reward, expected, rtol=1e-5, atol=1e-5)


def test_reset_noise_has_gymnasiums_range():
    env = envs.make("hopper")
    state = jax.jit(jax.vmap(env.reset))(jax.random.split(jax.random.key(0), 2000))
    qpos = np.asarray(state.pipeline_state.qpos) - [0, 1.25, 0, 0, 0, 0]
    for noise in (qpos, np.asarray(state.pipeline_state.qvel)):
        assert np.abs(noise).max() <= 5e-3 + 1e-6
        np.testing.assert_allclose(noise.std(axis=0), 5e-3 / np.sqrt(3), rtol=0.1)
    np.testing.assert_allclose(state.obs[:, :5], state.pipeline_state.qpos[:, 1:], rtol=0)


def test_nested_vmap_reaches_the_host_in_one_call(monkeypatch):
    env = envs.make("hopper")
    physics = env.unwrapped.physics
    shapes = []
    rollout = physics._rollout
    monkeypatch.setattr(
        physics, "_rollout", lambda *args, **kw: (shapes.append(args[0].shape), rollout(*args, **kw))[1]
    )
    keys = jax.random.split(jax.random.key(0), (3, 4))
    state = jax.vmap(jax.vmap(env.reset))(keys)
    jax.block_until_ready(jax.jit(jax.vmap(jax.vmap(env.step)))(state, jnp.zeros((3, 4, 3))))
    assert shapes == [(3, 4, 6 + 6 + 3)]


def test_a_neighbour_does_not_change_a_trajectory():
    env = envs.make("hopper")
    step = jax.jit(jax.vmap(env.step))
    states = jax.vmap(env.reset)(jax.random.split(jax.random.key(0), 8))
    actions = jax.random.uniform(jax.random.key(1), (8, 3), minval=-1.0, maxval=1.0)
    together = step(states, actions)
    for i in range(8):
        alone = step(jax.tree.map(lambda x, i=i: x[i : i + 1], states), actions[i : i + 1])
        np.testing.assert_array_equal(alone.obs[0], together.obs[i])


def test_spec_describes_what_the_env_gives():
    spec, env = envs.spec("hopper"), envs.make("hopper")
    assert env.observation_size == spec.observation_size == env.reset(jax.random.key(0)).obs.shape[0]
    assert env.action_size == spec.action_size == env.unwrapped.physics.model.nu
    model = env.unwrapped.physics.model
    assert spec.time_step == pytest.approx(model.opt.timestep * env.unwrapped.task.frame_skip)
    assert [(entry.low, entry.high) for entry in spec.action] == [tuple(x) for x in model.actuator_ctrlrange]
    ranges = model.jnt_range[model.jnt_limited.astype(bool)]
    angles = [entry for entry in spec.observation if entry.name in ("thigh_angle", "leg_angle", "foot_angle")]
    np.testing.assert_allclose([(a.low, a.high) for a in angles], ranges, atol=1e-3)
    assert len({entry.name for entry in spec.observation}) == spec.observation_size


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: envs.make("hoper"), "unknown task 'hoper'; choose from: hopper. Did you mean 'hopper'?"),
        (lambda: envs.spec("ant9"), "unknown task 'ant9'; choose from: hopper."),
        (lambda: envs.make("hopper", physics="bullet"), "unknown physics 'bullet'; choose from: auto, c."),
        (lambda: envs.make("hopper", gravity=1), "unknown argument of hopper 'gravity'; choose from:"),
    ],
)
def test_unknown_names_are_told_with_the_choices(call, message):
    with pytest.raises(envs.InputError) as caught:
        call()
    assert str(caught.value).startswith(message)
