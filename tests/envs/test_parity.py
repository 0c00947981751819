"""Every task on the C engine against Gymnasium's own environment, the original that it must equal.

The same comparison at more states, on every engine, is `make parity`.
"""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
import pytest

import envs
from experiments.parity.one_step import deviation, step_ours
from experiments.parity.states import original, reachable, step_original

STATES = 150
STEPS, EPISODES = 300, 2
BOUND = {"float32": 1e-5, "float64": 1e-10}
TERMINATING = ("ant", "hopper", "humanoid", "inverted_double_pendulum", "inverted_pendulum", "walker2d")
MOVING_FORWARD = ("ant", "half_cheetah", "hopper", "humanoid", "swimmer", "walker2d")

# A value off the default of every argument that changes a step, for each task, and all of them together.
_FORWARD = {"forward_reward_weight": 2.5, "ctrl_cost_weight": 0.3}
_HEALTH = {"healthy_reward": 0.7, "terminate_when_unhealthy": False}
_CONTACT_FORCES = {"use_contact_forces": True}
_POSITIONS = {"exclude_current_positions_from_observation": False}
ARGUMENTS = {
    "ant": {
        "ctrl_cost_weight": 0.3,
        **_CONTACT_FORCES,
        "contact_cost_weight": 0.02,
        "contact_force_range": (-0.5, 2.0),
        "healthy_z_range": (0.4, 0.7),
        **_HEALTH,
        **_POSITIONS,
    },
    "half_cheetah": {**_FORWARD, **_POSITIONS},
    "hopper": {
        "healthy_state_range": (-3.0, 5.0),
        "healthy_z_range": (1.0, 1.24),
        "healthy_angle_range": (-0.05, 0.1),
        **_FORWARD,
        **_HEALTH,
        **_POSITIONS,
    },
    "humanoid": {"healthy_z_range": (0.9, 1.3), **_FORWARD, **_HEALTH, **_POSITIONS},
    "inverted_double_pendulum": {},
    "inverted_pendulum": {},
    "reacher": {},
    "swimmer": {**_FORWARD, **_POSITIONS},
    "walker2d": {
        "healthy_z_range": (0.9, 1.22),
        "healthy_angle_range": (-0.4, 0.3),
        **_FORWARD,
        **_HEALTH,
        **_POSITIONS,
    },
}
_CONTACTS = (*_CONTACT_FORCES, "contact_cost_weight", "contact_force_range")


def without(arguments, *left_out):
    return {name: value for name, value in arguments.items() if name not in left_out}


CASES = [
    *((task, {}, precision) for task in envs.names() for precision in BOUND),
    *((task, arguments, "float64") for task, arguments in ARGUMENTS.items() if arguments),
    # Healthy ranges mean something else where leaving them ends the episode.
    *(
        (task, without(arguments, "terminate_when_unhealthy", *_POSITIONS), "float32")
        for task, arguments in ARGUMENTS.items()
        if "terminate_when_unhealthy" in arguments
    ),
    ("ant", without(ARGUMENTS["ant"], "terminate_when_unhealthy", *_CONTACTS), "float32"),
]


def gymnasium_env(task, **arguments):
    env = original(envs.spec(task).gymnasium_id, **arguments)
    env.reset(seed=0)
    return env


@functools.cache
def states_of(task):
    env = gymnasium_env(task)
    return reachable(env, STATES, max_steps=min(300, envs.spec(task).max_episode_steps), seed=0)


def same(one, other):
    return all(np.array_equal(x, y) for x, y in zip(one, other, strict=True))


def require_equal(ours, theirs, bound):
    assert ours.observation.shape == theirs.observation.shape
    assert deviation(ours.observation, theirs.observation).max() <= bound
    assert deviation(ours.reward, theirs.reward).max() <= bound
    np.testing.assert_array_equal(ours.terminated, theirs.terminated)


def case_id(value):
    return ("+".join(value) or "defaults") if isinstance(value, dict) else value


@pytest.mark.parametrize(("task", "arguments", "precision"), CASES, ids=case_id)
def test_one_step_equals_gymnasium(task, arguments, precision):
    states = states_of(task)
    theirs = step_original(gymnasium_env(task, **arguments), states)
    with jax.enable_x64(precision == "float64"):
        ours = step_ours(envs.make(task, "c", **arguments), states)
    require_equal(ours, theirs, BOUND[precision])
    if task in TERMINATING and arguments.get("terminate_when_unhealthy", True):
        assert 0.05 < theirs.terminated.mean() < 0.95, "states must lie on both sides of the termination rule"


@pytest.mark.parametrize("task", envs.names())
def test_every_argument_of_a_task_is_compared_where_it_matters(task):
    arguments = ARGUMENTS[task]
    fields = dataclasses.fields(envs.make(task, "c").unwrapped.task)
    assert {field.name for field in fields} == {*arguments, *(["reset_noise_scale"] if arguments else [])}
    together = step_original(gymnasium_env(task, **arguments), states_of(task))
    for name in arguments:
        left_out = step_original(gymnasium_env(task, **without(arguments, name)), states_of(task))
        assert not same(together, left_out), f"{name} changes nothing in the states that are compared"


@pytest.mark.parametrize(
    ("task", "arguments"), [*((task, {}) for task in envs.names()), ("ant", _CONTACT_FORCES)], ids=case_id
)
def test_first_observation_equals_gymnasiums(task, arguments):
    states = states_of(task)
    gym, expected = gymnasium_env(task, **arguments), []
    for qpos, qvel, action in zip(*states, strict=True):
        gym.step(action)  # leaves contact forces behind, which a start must not show
        mujoco.mj_resetData(gym.model, gym.data)
        gym.set_state(qpos, qvel)
        expected.append(gym._get_obs())
    env = envs.make(task, "c", **arguments)
    state = jax.jit(jax.vmap(env.reset_to))(states.qpos, states.qvel)
    assert deviation(np.asarray(state.obs, np.float64), np.asarray(expected)).max() <= BOUND["float32"]
    assert not state.done.any()
    assert not state.reward.any()


@pytest.mark.parametrize("task", envs.names())
def test_whole_episodes_in_float32_equal_gymnasiums(task):
    # What the graph shows is rounded and what the engine continues from is not: the two paths would part
    # within tens of steps if it were. They go on through terminations, which only the wrappers act on.
    gym, env = gymnasium_env(task), envs.make(task, "c")
    rng = np.random.default_rng(1)
    actions = rng.uniform(-1.0, 1.0, (EPISODES, STEPS, env.action_size)).astype(np.float32)
    low, high = (x.astype(np.float32) for x in env.unwrapped.control_range)
    starts, expected = [], []
    for episode in range(EPISODES):
        gym.reset(seed=episode)
        start = [x.astype(np.float32) for x in (gym.data.qpos, gym.data.qvel)]
        mujoco.mj_resetData(gym.model, gym.data)
        gym.set_state(*(x.astype(np.float64) for x in start))
        starts.append(start)
        # The control is rounded on both sides alike.
        controls = (low + high) / 2 + (high - low) / 2 * actions[episode]
        expected.append([gym.step(control)[:3] for control in controls])
    observation, reward, terminated = (
        np.asarray([[step[i] for step in episode] for episode in expected]) for i in range(3)
    )

    @jax.jit
    @jax.vmap
    def run(qpos, qvel, actions):
        def step(state, action):
            state = env.step(state, action)
            return state, (state.obs, state.reward, state.info["termination"])

        return jax.lax.scan(step, env.reset_to(qpos, qvel), actions)[1]

    qpos, qvel = (jnp.asarray(x) for x in zip(*starts, strict=True))
    ours = [np.asarray(x, np.float64) for x in run(qpos, qvel, actions)]
    assert deviation(ours[0], observation).max() <= 1e-5
    assert deviation(ours[1], reward).max() <= 1e-5
    np.testing.assert_array_equal(ours[2] > 0, terminated)
    assert np.ptp(observation, axis=1).max() > 0.1, "nothing moved"


@pytest.mark.parametrize("task", MOVING_FORWARD)
def test_forward_reward_keeps_its_digits_far_from_the_origin(task):
    states = states_of(task)
    qpos = states.qpos.copy()
    qpos[:, 0] = (qpos[:, 0] + 500.0).astype(np.float32)
    states = states._replace(qpos=qpos)
    theirs = step_original(gymnasium_env(task), states)
    ours = step_ours(envs.make(task, "c"), states)
    assert deviation(ours.reward, theirs.reward).max() <= 1e-5


def test_tasks_that_move_forward_and_that_terminate_are_named_here():
    key = jax.random.key(0)
    metrics = {task: jax.eval_shape(envs.make(task, "c").reset, key).metrics for task in envs.names()}
    assert {task for task in metrics if "reward_forward" in metrics[task]} == set(MOVING_FORWARD)
    never = {task for task in envs.names() if envs.spec(task).termination.startswith("Nothing ends")}
    assert set(envs.names()) - never == set(TERMINATING)
