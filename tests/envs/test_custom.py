"""A task of one's own: the example of the docs on every engine, and what `from_mjcf` refuses."""

import dataclasses
import importlib.util
import re
from pathlib import Path

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
import pytest

import envs
import priors
from envs import InputError, MujocoEnv

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "ball_balance.py"
MODEL = EXAMPLE.with_suffix(".xml")
PAGE = ROOT / "docs" / "your-own-task.md"
STEPS, EPISODES = 250, 16
TRAY, BALL = 1, 2  # bodies


def load_example():
    spec = importlib.util.spec_from_file_location("ball_balance", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


example = load_example()


def task(**changes):
    """A task on the example's model whose functions are as simple as can be."""
    arguments = {
        "reward": lambda before, after, control: -jnp.sum(jnp.square(after.qpos[2:4])),
        "terminated": lambda state: state.qpos[4] < 0.2,
        "observation": lambda state: state.qpos,
        "frame_skip": 4,
        "physics": "c",
    }
    return envs.from_mjcf(**({"path": MODEL} | arguments | changes))


def run(env, policy, episodes=EPISODES, steps=STEPS):
    """States `(episodes, steps, ...)` under a policy of the observation; episodes do not restart."""

    @jax.jit
    @jax.vmap
    def episode(key):
        def step(state, _):
            state = env.step(state, policy(state.obs))
            return state, state

        return jax.lax.scan(step, env.reset(key), length=steps)[1]

    return episode(jax.random.split(jax.random.key(0), episodes))


@pytest.fixture(scope="module")
def env():
    return example.make("c")


@pytest.fixture(scope="module")
def balanced(env):
    prior = priors.translate(example.PROGRAM, observation_size=10, action_size=2)
    return run(env, lambda observation: prior(prior.reset(), observation)[1].low.clip(-1.0, 1.0))


@pytest.fixture(scope="module")
def idle(env):
    return run(env, lambda observation: jnp.zeros(2))


@pytest.fixture(scope="module")
def states(balanced, idle):
    """Configurations with the ball near the mark, rolling, leaving the tray and in the air; and actions."""
    chosen = [0, 10, 25, 40, 60, 90]
    qpos, qvel = (
        np.concatenate(
            [np.asarray(getattr(r.pipeline_state, name))[:, chosen].reshape(96, -1) for r in (balanced, idle)]
        )
        for name in ("qpos", "qvel")
    )
    action = np.random.default_rng(0).uniform(-1.0, 1.0, (len(qpos), 2)).astype(np.float32)
    return qpos, qvel, action


@pytest.fixture
def compiled_in_haste():
    """Programs that run once or twice are not worth the compiler's optimisations."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)


def one_step(env, states):
    return jax.jit(jax.vmap(lambda q, v, a: env.step(env.reset_to(q, v), a)))(*states)


def test_the_examples_prior_balances_and_doing_nothing_does_not(balanced, idle):
    ended = np.asarray(balanced.info["termination"])
    assert not ended.any()
    assert np.asarray(balanced.reward.sum(axis=1)).min() > 150
    assert np.median(idle.reward.sum(axis=1)) < 50
    assert np.asarray(idle.info["termination"]).any(), "a ball that is left alone must roll off"
    np.testing.assert_allclose(balanced.obs[:, -1, 2:4], 0.0, atol=0.02)
    assert (np.asarray(balanced.info["truncation"])[:, -1] == 1).all()


def test_the_examples_description_fits_its_model_and_its_numbers(env, idle, states):
    spec, model = env.unwrapped.spec, env.unwrapped.physics.model
    assert spec.time_step == pytest.approx(model.opt.timestep * example.FRAME_SKIP)
    assert spec.max_episode_steps == env.max_steps
    names = [quantity.name for quantity in (*spec.observation, *spec.action)]
    assert len(set(names)) == len(names)
    low, high = env.unwrapped.control_range
    np.testing.assert_allclose([low, high], [[-0.2, -0.2], [0.2, 0.2]])
    # Every sign that the description tells.
    at_rest, step = env.reset_to(jnp.asarray(model.qpos0, float), jnp.zeros(model.nv)), jax.jit(env.step)
    start = dict(zip(names, np.asarray(at_rest.obs), strict=False))
    assert start["ball_x"] == pytest.approx(-0.1)
    assert start["ball_z"] == pytest.approx(0.03, abs=2e-3)
    for action, quantity, sign in (
        ([1.0, 0.0], "tilt_x", 1),
        ([1.0, 0.0], "ball_y_velocity", -1),
        ([0.0, 1.0], "tilt_y", 1),
        ([0.0, 1.0], "ball_x_velocity", 1),
    ):
        state = at_rest
        for _ in range(15):
            state = step(state, jnp.asarray(action))
        assert sign * state.obs[names.index(quantity)] > 0.05, (action, quantity)


def test_mjx_agrees_on_the_example(env, states, compiled_in_haste):
    theirs, ours = one_step(env, states), one_step(example.make("mjx"), states)
    np.testing.assert_allclose(ours.obs, theirs.obs, rtol=0, atol=1e-5)
    np.testing.assert_allclose(ours.reward, theirs.reward, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(ours.done, theirs.done)
    assert np.ptp(theirs.done) == 1, "the states must lie on both sides of the termination"


def test_warp_agrees_on_the_example(env, states):
    # On a CPU `make` refuses warp, which is for GPUs; built directly it runs there as well.
    from envs.physics.warp import WarpPhysics

    inner = env.unwrapped
    engine = WarpPhysics(inner.physics.model, reads=inner.task.reads, contacts=8 * len(states[0]))
    theirs, ours = one_step(env, states), one_step(envs.Episode(MujocoEnv(inner.task, engine), STEPS), states)
    np.testing.assert_allclose(ours.obs, theirs.obs, rtol=0, atol=1e-4)
    np.testing.assert_allclose(ours.reward, theirs.reward, rtol=0, atol=1e-4)
    np.testing.assert_array_equal(ours.done, theirs.done)
    assert not np.asarray(ours.metrics["overflow"]).any()
    assert not np.asarray(ours.info["fault"]).any()


def test_reads_and_tracks_arrive_as_mujoco_has_them():
    env = task(
        reads=("xpos", "qfrc_actuator"),
        tracks=("xmat",),
        observation=lambda s: jnp.concatenate(
            [s.reads["xpos"][BALL], s.reads["qfrc_actuator"], s.displacement["xmat"][TRAY]]
        ),
        initial=lambda key, qpos, qvel: (qpos, qvel),
    )
    model = mujoco.MjModel.from_xml_path(str(MODEL))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    state, step = env.reset(jax.random.key(0)), jax.jit(env.step)
    ball, tray = data.xpos[BALL], data.xmat[TRAY]
    np.testing.assert_allclose(state.obs, [*ball, *data.qfrc_actuator, *np.zeros(9)], atol=1e-6)
    for _ in range(3):
        before = tray.copy()
        state = step(state, jnp.array([1.0, -0.5]))
        data.ctrl[:] = 0.2, -0.1  # the example's control range is 0.2
        mujoco.mj_step(model, data, nstep=4)
        expected = [*ball, *data.qfrc_actuator, *(tray - before)]
        np.testing.assert_allclose(state.obs, expected, atol=1e-6)
    assert np.abs(tray - before).max() > 1e-3


def test_functions_see_the_states_before_and_after_and_the_control():
    seen = task(
        reward=lambda before, after, control: (
            100.0 * control[0] + after.qpos[0] - before.qpos[0] - after.displacement["qpos"][0]
        )
    )
    state = jax.jit(seen.step)(seen.reset(jax.random.key(0)), jnp.array([0.5, 0.0]))
    assert float(state.reward) == pytest.approx(10.0, abs=1e-5)  # 0.5 of 0.2 rad


@pytest.mark.parametrize("scale", [None, 0.2])
def test_start_noise_is_uniform_with_the_scale_given(scale):
    env = task() if scale is None else task(reset_noise_scale=scale)
    state = jax.vmap(env.reset)(jax.random.split(jax.random.key(0), 2000)).pipeline_state
    expected = 0.01 if scale is None else scale
    for noise in (state.qpos - env.unwrapped.physics.model.qpos0, state.qvel):
        assert np.abs(noise).max() <= expected + 1e-6
        np.testing.assert_allclose(np.std(noise, axis=0), expected / np.sqrt(3), rtol=0.1)


def test_a_start_of_ones_own_replaces_the_noise():
    env = task(initial=lambda key, qpos, qvel: (qpos.at[2].set(jax.random.uniform(key)), qvel + 2.0))
    one, other = (env.reset(jax.random.key(seed)).pipeline_state for seed in (0, 1))
    assert one.qpos[2] != other.qpos[2]
    np.testing.assert_array_equal(one.qvel, np.full(8, 2.0))
    np.testing.assert_array_equal(one.qpos[3:], np.float32(env.unwrapped.physics.model.qpos0[3:]))


def test_the_time_limit_truncates():
    states = run(task(max_episode_steps=3), lambda observation: jnp.zeros(2), episodes=1, steps=3)
    np.testing.assert_array_equal(states.info["truncation"][0], [0, 0, 1])


def test_without_a_description_names_come_from_the_model():
    env = task(max_episode_steps=7)
    spec = env.unwrapped.spec
    assert (spec.name, spec.max_episode_steps) == ("ball_balance", 7)
    assert spec.time_step == pytest.approx(0.02)
    assert [quantity.name for quantity in spec.action] == ["servo_x", "servo_y"]
    assert (env.observation_size, env.action_size) == (9, 2)


def test_options_of_the_model_are_applied_and_told():
    env = task(model="fast")
    assert env.unwrapped.physics.model.opt.iterations == 2
    assert "solver iterations at most 2 instead of 20" in env.unwrapped.deviations
    assert task().unwrapped.deviations == ()


def write(tmp_path, text):
    path = tmp_path / "model.xml"
    path.write_text(text)
    return path


def described(**changes):
    """The example with a changed description."""
    return {
        "spec": dataclasses.replace(example.SPEC, **changes),
        "reads": ("site_xpos",),
        "observation": example.observation,
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"path": "nowhere.xml"}, "there is no model file nowhere.xml"),
        ({"path": ROOT}, "there is no model file"),
        ({"model": "slow"}, "unknown model 'slow'; choose from: fast, gymnasium"),
        ({"physics": "mjc"}, "unknown physics 'mjc'; choose from: auto, c, mjx, warp"),
        ({"contacts": 5}, 'contacts is an option of physics="warp"'),
        ({"threads": 0}, "threads is 0; it must be at least 1"),
        ({"frame_skip": 0}, "frame_skip is 0; it must be a whole number, at least 1"),
        ({"reads": ("xpo",)}, "reads names 'xpo', no field of fixed size of MjData; did you mean 'xpos'"),
        ({"tracks": ("xma",)}, "tracks names 'xma', no field of fixed size of MjData; did you mean 'xmat'"),
        ({"observation": lambda s: s.qpos[0]}, "observation must return one array of floats with one axis"),
        (
            {"observation": lambda s: s.qpos[None]},
            "observation must return one array of floats with one axis",
        ),
        ({"observation": lambda s: (s.qpos, s.qvel)}, "observation must return one array"),
        ({"observation": lambda s: s.qpos > 0}, "observation must return one array of floats"),
        ({"reward": lambda b, a, c: a.qpos}, "reward must return a scalar"),
        ({"reward": lambda b, a, c: (a.qpos[0], {})}, "reward must return a scalar"),
        ({"terminated": lambda s: s.qpos < 0}, "terminated must return a scalar"),
        (
            described(observation=example.SPEC.observation[1:]),
            "spec.observation_size is 9, but .* it 10",
        ),
        (described(action=example.SPEC.action * 2), "spec.action_size is 4, but .* make it 2"),
    ],
)
def test_what_cannot_be_made_is_told(changes, message):
    with pytest.raises(InputError, match=message):
        task(**changes)


BODY = '<body><joint name="j" type="slide"/><geom size="0.1"/></body>'
MOTOR = '<actuator><motor joint="j"/></actuator>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<mujoco><worldbody>", "is not a valid MuJoCo model: "),
        ("<mujoco><worldbody><geom/></worldbody></mujoco>", "is not a valid MuJoCo model: "),
        (
            f"<mujoco><worldbody>{BODY}</worldbody></mujoco>",
            "has no actuator, so there is nothing to control",
        ),
        ("<mujoco/>", "has no joint, so there is nothing to control"),
        (
            f'<mujoco><worldbody><body mocap="true"/>{BODY}</worldbody>{MOTOR}</mujoco>',
            "has mocap bodies, whose state the engines here do not carry",
        ),
    ],
    ids=["no XML", "no model", "no actuator", "no joint", "mocap"],
)
def test_models_that_cannot_be_used_are_told(tmp_path, text, message):
    path = write(tmp_path, text)
    with pytest.raises(InputError, match=message) as caught:
        task(path=path, observation=lambda s: s.qpos, reward=lambda b, a, c: a.qpos[0])
    assert str(path) in str(caught.value)


def test_an_unlimited_actuator_takes_the_action_as_it_is(tmp_path):
    path = write(tmp_path, f"<mujoco><worldbody>{BODY}</worldbody>{MOTOR}</mujoco>")
    env = task(
        path=path,
        reward=lambda before, after, control: control[0],
        terminated=lambda state: state.qpos[0] > 1e3,
        observation=lambda state: state.qvel,
    )
    state = jax.jit(env.step)(env.reset(jax.random.key(0)), jnp.array([0.75]))
    assert float(state.reward) == 0.75


def test_what_the_page_shows_runs_and_is_the_example(monkeypatch, env, states, compiled_in_haste):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(blocks) > 2
    names = {}
    for block in blocks:  # they follow on one another
        exec(compile(block, str(PAGE), "exec"), names)  # the project's own text
    assert names["result"].history[-1]["train/env_steps"] >= 1_000
    shown, complete = (one_step(made, states) for made in (names["env"], env))
    for name in ("obs", "reward", "done"):
        np.testing.assert_array_equal(getattr(shown, name), getattr(complete, name))
    assert names["env"].unwrapped.spec == example.SPEC
    start, expected = (made.reset(jax.random.key(0)).obs for made in (names["env"], env))
    np.testing.assert_array_equal(start, expected)


def test_every_file_that_the_page_links_exists():
    links = re.findall(r"\]\(([^):#]+)\)", PAGE.read_text())
    assert links
    for link in links:
        assert (PAGE.parent / link).exists(), link


def require_scannable(env):
    """One step leaves shapes and types as they were, which every loop needs."""
    start = jax.eval_shape(env.reset, jax.random.key(0))
    after = jax.eval_shape(env.step, start, jnp.zeros(env.action_size))
    following = jax.eval_shape(env.step, after, jnp.zeros(env.action_size))
    types = [[(x.shape, x.dtype) for x in jax.tree.leaves(s)] for s in (start, after, following)]
    assert types[0] == types[1] == types[2]
    assert after.reward.dtype == after.done.dtype == jnp.float32


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"reward": lambda b, a, c: 1.0},
        {"terminated": lambda s: False},
        {"reward": lambda b, a, c: 1},
        {"reward": lambda b, a, c: a.qpos[0] > 0},
    ],
    ids=["arrays", "reward 1.0", "terminated False", "reward 1", "reward a comparison"],
)
def test_constants_and_comparisons_are_taken(changes):
    require_scannable(task(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"max_episode_steps": 0},
        {"max_episode_steps": 7, **described()},
        {"frame_skip": 5, "max_episode_steps": 250, **described()},
        {"initial": lambda key, qpos, qvel: (qpos[:3], qvel)},
        {"initial": lambda key, qpos, qvel: qpos},
        {"observation": lambda s: s.reads["xpos"][0]},
        {"physics": "mjx", "reads": ("energy",)},
        {"reads": ("efc_force",)},
    ],
    ids=[
        "time limit 0",
        "time limit against description",
        "time step against description",
        "shape of the start",
        "start is no pair",
        "field not among reads",
        "field that MJX lacks",
        "field without a fixed size",
    ],
)
def test_what_only_fails_later_is_told_at_once(changes):
    with pytest.raises(InputError):
        task(**changes)
