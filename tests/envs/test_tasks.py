"""What every task promises: its description, its constructor, its starts and its errors."""

import dataclasses
import functools
import inspect

import gymnasium
import jax
import jax.numpy as jnp
import mujoco
import numpy as np
import pytest

import envs
from experiments.parity.one_step import deviation, step_ours
from experiments.parity.states import original, reachable, step_original

RESETS = 4000
WITH_NOISE_ARGUMENT = ("ant", "half_cheetah", "hopper", "humanoid", "swimmer", "walker2d")
# Tasks whose observation starts with the positions, and how many of them are left out at first.
POSITIONS_LEFT_OUT = {
    "ant": 2,
    "half_cheetah": 1,
    "hopper": 1,
    "humanoid": 2,
    "inverted_pendulum": 0,
    "swimmer": 2,
    "walker2d": 1,
}
SOFT = 0.4  # rad or m, by which these states pass the joints' limits at most, and a margin

VARIANTS = [
    *((task, {}) for task in envs.names()),
    *((task, {"exclude_current_positions_from_observation": False}) for task in WITH_NOISE_ARGUMENT),
    ("ant", {"use_contact_forces": True, "contact_force_range": (-2.0, 3.0)}),
    ("ant", {"use_contact_forces": True, "exclude_current_positions_from_observation": False}),
]

every_task = pytest.mark.parametrize("task", envs.names())


def variant_id(value):
    return ("+".join(value) or "defaults") if isinstance(value, dict) else value


@functools.cache
def gymnasium_env(task):
    env = original(envs.spec(task).gymnasium_id)
    env.reset(seed=0)
    return env


@functools.cache
def states_of(task):
    return reachable(gymnasium_env(task), 60, max_steps=150, seed=1)


@functools.cache
def make(task, **options):
    return envs.make(task, "c", **options)


@pytest.mark.parametrize(("task", "arguments"), VARIANTS, ids=variant_id)
def test_description_has_the_sizes_of_what_the_env_gives(task, arguments):
    env, gym = envs.make(task, "c", **arguments), original(envs.spec(task).gymnasium_id, **arguments)
    spec = env.unwrapped.spec
    observation = jax.eval_shape(env.reset, jax.random.key(0)).obs
    assert spec.observation_size == len(spec.observation) == env.observation_size
    assert observation.shape == (spec.observation_size,) == gym.observation_space.shape
    assert spec.action_size == len(spec.action) == env.action_size == env.unwrapped.physics.model.nu
    assert (spec.action_size,) == gym.action_space.shape


@pytest.mark.parametrize(("task", "arguments"), VARIANTS, ids=variant_id)
def test_quantities_have_names_of_their_own_and_ordered_bounds(task, arguments):
    spec = envs.make(task, "c", **arguments).unwrapped.spec
    for quantities in (spec.observation, spec.action):
        assert len({entry.name for entry in quantities}) == len(quantities)
        for entry in quantities:
            assert entry.name.isidentifier()
            assert entry.unit
            assert entry.meaning
            assert entry.low <= entry.high
    assert {(entry.low, entry.high) for entry in spec.action} == {(-1.0, 1.0)}


@every_task
def test_action_and_its_bounds_stand_for_the_models_control_range(task):
    env, gym = make(task), gymnasium_env(task)
    low, high = env.unwrapped.control_range
    np.testing.assert_array_equal(low.astype(np.float32), gym.action_space.low)
    np.testing.assert_array_equal(high.astype(np.float32), gym.action_space.high)


@every_task
def test_time_is_gymnasiums(task):
    spec, model = envs.spec(task), make(task).unwrapped.physics.model
    assert spec.name == task
    assert spec.time_step == pytest.approx(gymnasium_env(task).dt, rel=1e-12)
    assert spec.time_step == pytest.approx(
        model.opt.timestep * make(task).unwrapped.task.frame_skip, rel=1e-12
    )
    limit = gymnasium.spec(spec.gymnasium_id).max_episode_steps
    assert spec.max_episode_steps == make(task).max_steps == limit


@every_task
def test_fields_are_the_gymnasium_constructors_parameters(task):
    signature = inspect.signature(type(gymnasium_env(task)))
    expected = [
        (parameter.name, parameter.default)
        for parameter in signature.parameters.values()
        if parameter.name != "xml_file" and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    fields = dataclasses.fields(make(task).unwrapped.task)
    assert [(field.name, field.default) for field in fields] == expected


@pytest.mark.parametrize("task", POSITIONS_LEFT_OUT)
def test_bounds_of_joint_angles_are_the_models_limits(task):
    model, spec = make(task).unwrapped.physics.model, envs.spec(task)
    compared = 0
    for joint in range(model.njnt):
        index = model.jnt_qposadr[joint] - POSITIONS_LEFT_OUT[task]
        if index < 0 or model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_FREE:
            continue
        entry = spec.observation[index]
        bounds = model.jnt_range[joint] if model.jnt_limited[joint] else (-np.inf, np.inf)
        np.testing.assert_allclose((entry.low, entry.high), bounds, atol=1e-3, err_msg=entry.name)
        compared += bool(model.jnt_limited[joint])
    assert compared > 0


@every_task
def test_observations_that_occur_lie_within_their_bounds(task):
    spec = envs.spec(task)
    observations = step_original(gymnasium_env(task), states_of(task)).observation
    # MuJoCo's joint limits are soft; every other bound holds to rounding.
    limited = {"inverted_double_pendulum": 1, "reacher": 0}.get(task)
    positions = limited if limited is not None else gymnasium_env(task).model.nq - POSITIONS_LEFT_OUT[task]
    slack = np.where(np.arange(spec.observation_size) < positions, SOFT, 1e-6)
    quaternion = ["_orientation_" in entry.name for entry in spec.observation]
    slack = np.where(quaternion, 1e-6, slack)
    low, high = np.array([(entry.low, entry.high) for entry in spec.observation]).T
    for beyond in (observations - high, low - observations):
        worst = np.argmax(beyond.max(axis=0) - slack)
        assert beyond[:, worst].max() <= slack[worst], spec.observation[worst]


@every_task
def test_actions_beyond_their_bounds_are_clipped_by_the_engine_and_not_by_the_cost(task):
    states = states_of(task)
    beyond = states._replace(action=(3.0 * states.action).astype(np.float32).astype(np.float64))
    clipped = beyond._replace(action=np.clip(beyond.action, -1.0, 1.0))
    theirs = step_original(gymnasium_env(task), beyond)
    both = [np.concatenate(x) for x in zip(beyond, clipped, strict=True)]
    ours = step_ours(make(task), type(states)(*both))
    count = len(states.qpos)
    assert deviation(ours.observation[:count], theirs.observation).max() <= 1e-5
    assert deviation(ours.reward[:count], theirs.reward).max() <= 1e-5
    assert deviation(ours.observation[:count], ours.observation[count:]).max() <= 1e-5
    over = (np.abs(beyond.action) > 1.0).any(axis=1)
    assert over.sum() > 10
    costs = "reward_control" in jax.eval_shape(make(task).reset, jax.random.key(0)).metrics
    dearer = ours.reward[:count] < ours.reward[count:]
    np.testing.assert_array_equal(dearer[over], costs)


def starts_of_gymnasium(task, **arguments):
    env = original(envs.spec(task).gymnasium_id, **arguments)
    starts = []
    # What it would set; setting it, too, takes ten times as long.
    env.set_state = lambda qpos, qvel: starts.append(np.concatenate([qpos, qvel]))
    env.reset(seed=0)
    for _ in range(RESETS):
        env.reset_model()
    return np.array(starts[1:])


def starts_of_ours(task, **arguments):
    env = envs.make(task, "c", **arguments)

    @jax.jit
    @jax.vmap
    def start(key):
        state = env.reset(key).pipeline_state
        return jnp.concatenate([state.qpos, state.qvel])

    keys = jax.random.split(jax.random.key(0), (RESETS // 500, 500))  # a simulation takes memory
    return np.concatenate([np.asarray(start(some), np.float64) for some in keys])


@pytest.mark.parametrize(
    ("task", "arguments"),
    [
        *((task, {}) for task in envs.names()),
        *((task, {"reset_noise_scale": 0.03}) for task in WITH_NOISE_ARGUMENT),
    ],
    ids=variant_id,
)
def test_starts_are_distributed_like_gymnasiums(task, arguments):
    ours, theirs = starts_of_ours(task, **arguments), starts_of_gymnasium(task, **arguments)
    std = theirs.std(axis=0)
    # The seeds are fixed. The bounds are five standard errors or more: another random generator, with
    # other versions of the two, passes as well.
    assert np.all(np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) <= 5 * std * np.sqrt(2 / RESETS) + 1e-7)
    np.testing.assert_allclose(ours.std(axis=0), std, rtol=0.08, atol=1e-9)
    random = std > 1e-9
    # Uniform noise has its tails at ±1.7 standard deviations, normal noise at ±2.3.
    for share in (0.01, 0.25, 0.75, 0.99):
        apart = np.abs(np.quantile(ours, share, axis=0) - np.quantile(theirs, share, axis=0))
        assert np.all(apart[random] <= 0.4 * std[random])
    reach = [np.abs(x - theirs.mean(axis=0)).max(axis=0) for x in (ours, theirs)]
    bounded = reach[1] < 2.2 * std  # as no sample of 4000 normal numbers is
    assert bounded.any()
    np.testing.assert_allclose(reach[0][bounded], reach[1][bounded], rtol=0.08)
    # Noise that two entries shared would pass all of the above.
    correlation = np.corrcoef(ours[:, random].T) - np.eye(random.sum())
    assert np.abs(correlation).max() <= 6 / np.sqrt(RESETS)


def test_target_of_reacher_is_uniform_in_its_disk():
    for starts in (starts_of_ours("reacher"), starts_of_gymnasium("reacher")):
        radius = np.hypot(starts[:, 2], starts[:, 3])
        assert radius.max() <= 0.2
        # The share of the disk within r grows with r²; the bound is that of Kolmogorov and Smirnov at 1e-6.
        ranks = np.sort((radius / 0.2) ** 2)
        assert np.abs(ranks - (np.arange(RESETS) + 0.5) / RESETS).max() <= 2.7 / np.sqrt(RESETS)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: envs.make("hoper"),
            f"unknown task 'hoper'; choose from: {', '.join(envs.names())}. Did you mean 'hopper'?",
        ),
        (lambda: envs.spec("qqq"), f"unknown task 'qqq'; choose from: {', '.join(envs.names())}."),
        (
            lambda: envs.make("hopper", physics="bullet"),
            "unknown physics 'bullet'; choose from: auto, c, mjx, warp.",
        ),
        (
            lambda: envs.make("swimmer", gravity=1),
            "unknown argument of swimmer 'gravity'; choose from: ctrl_cost_weight, "
            "exclude_current_positions_from_observation, forward_reward_weight, reset_noise_scale.",
        ),
        (
            lambda: envs.make("ant", ctrl_cost_wait=1),
            "unknown argument of ant 'ctrl_cost_wait'; choose from: contact_cost_weight, ",
        ),
        (
            lambda: envs.make("reacher", gravity=1),
            "reacher takes no arguments that change the task, so no 'gr",
        ),
        (
            lambda: envs.make("hopper", terminate_when_unhealthy="no"),
            "terminate_when_unhealthy of hopper is 'no'; it must be True or False",
        ),
        (
            lambda: envs.make("ant", healthy_z_range=(1, 0.2)),
            "healthy_z_range of ant is (1, 0.2); it must be two numbers (low, high) with low < high",
        ),
        (
            lambda: envs.make("ant", reset_noise_scale=float("nan")),
            "reset_noise_scale of ant is nan; it must be a finite number",
        ),
        (lambda: envs.make("ant", model="slow"), "unknown model 'slow'; choose from: fast, gymnasium."),
    ],
)
def test_unknown_names_are_told_with_the_choices(call, message):
    with pytest.raises(envs.InputError) as caught:
        call()
    assert str(caught.value).startswith(message)


def test_argument_of_gymnasium_that_does_not_change_the_task_is_unknown():
    with pytest.raises(envs.InputError, match="unknown argument of hopper 'xml_file'"):
        envs.make("hopper", xml_file="hopper.xml")


def test_names_are_all_of_the_v4_tasks_that_are_told():
    assert envs.names() == tuple(sorted(envs.names()))
    assert [envs.spec(task).gymnasium_id for task in envs.names()] == [
        *("Ant-v4", "HalfCheetah-v4", "Hopper-v4", "Humanoid-v4", "InvertedDoublePendulum-v4"),
        *("InvertedPendulum-v4", "Reacher-v4", "Swimmer-v4", "Walker2d-v4"),
    ]


def options_of(model):
    return {
        name: np.copy(getattr(model.opt, name)).tolist()
        for name in dir(model.opt)
        if not name.startswith("_") and not callable(getattr(model.opt, name))
    }


@every_task
def test_fast_model_tells_every_option_that_it_changes_and_steps(task):
    theirs = options_of(gymnasium_env(task).model)
    fast = make(task, model="fast")
    changed = {name for name, x in options_of(fast.unwrapped.physics.model).items() if x != theirs[name]}
    words = {
        "integrator": "integrator ",
        "solver": "solver ",
        "iterations": "solver iterations at most ",
        "ls_iterations": "line-search steps at most ",
    }
    assert {"iterations", "ls_iterations", "integrator"} <= changed <= set(words)
    assert len(fast.unwrapped.deviations) == len(changed)
    told = [s for s in fast.unwrapped.deviations if s.startswith(tuple(words[name] for name in changed))]
    assert list(fast.unwrapped.deviations) == told
    after = step_ours(fast, states_of(task))
    assert np.isfinite(after.observation).all()
    assert np.isfinite(after.reward).all()
    # The file's own options are those of a model made later, too: the fast one is a copy.
    plain = envs.make(task, "c", model="gymnasium")
    assert plain.unwrapped.deviations == ()
    assert options_of(plain.unwrapped.physics.model) == theirs
    exact = step_original(gymnasium_env(task), states_of(task))
    assert deviation(after.observation, exact.observation).max() > 1e-5, "nothing was changed"


def test_fast_model_names_the_new_option_before_the_old_one():
    fast = make("humanoid", model="fast")
    assert fast.deviations == (
        "integrator implicitfast instead of rk4",
        "solver newton instead of pgs",
        "solver iterations at most 2 instead of 50",
        "line-search steps at most 4 instead of 50",
    )
