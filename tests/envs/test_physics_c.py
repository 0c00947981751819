"""MuJoCo's C engine behind the graph: one call for a batch, and mechanisms that do not know of each other."""

import functools

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
import pytest

import envs
from envs.physics.c import CPhysics

COUNT = 6
# One that reads nothing besides the configuration, one that does, and one with contact forces.
TASKS = ("hopper", "reacher", "humanoid")


class Engine:
    """Physics of a task, batched and compiled; states are NumPy's, so that picking some compiles nothing."""

    def __init__(self, task, **options):
        env = envs.make(task, "c", **options)
        self.physics, rules = env.unwrapped.physics, env.unwrapped.task
        low, high = env.unwrapped.control_range
        self._begin = jax.jit(jax.vmap(lambda key: env.reset(key).pipeline_state))
        self._step = jax.jit(jax.vmap(lambda state, u: self.physics.step(state, u, rules.frame_skip)))
        self.controls = np.random.default_rng(0).uniform(low, high, (20, COUNT, len(low))).astype(np.float32)

    def begin(self, seed=0):
        return jax.device_get(self._begin(jax.random.split(jax.random.key(seed), COUNT)))

    def step(self, states, control):
        return jax.device_get(self._step(states, control))

    def later(self, seed=0):
        """States well into an episode."""
        states = self.begin(seed)
        for control in self.controls:
            states = self.step(states, control)
        return states


@functools.cache
def engine(task):
    return Engine(task)


def require_same(one, other):
    for x, y in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        np.testing.assert_array_equal(x, y)


def at(tree, index):
    return jax.tree.map(lambda x: x[index], tree)


def put(tree, index, value):
    def replaced(x, y):
        x = x.copy()
        x[index] = y
        return x

    return jax.tree.map(replaced, tree, value)


@pytest.mark.parametrize("task", TASKS)
def test_nested_vmap_reaches_the_host_in_one_call(monkeypatch, task):
    env = envs.make(task, "c").unwrapped
    physics, batches, on_host = env.physics, [], env.physics._on_host
    monkeypatch.setattr(
        physics, "_on_host", lambda words, **kw: (batches.append(words.shape[:-1]), on_host(words, **kw))[1]
    )

    @jax.jit
    @jax.vmap
    @jax.vmap
    def start_and_step(qpos, qvel, control):
        return physics.step(physics.init(qpos, qvel), control, env.task.frame_skip)

    states, control = engine(task).later(), engine(task).controls[0]
    given = (states.qpos, states.qvel, control)
    nested = jax.device_get(start_and_step(*(x.reshape(2, 3, -1) for x in given)))
    # A start calls only where the task reads something of it.
    assert batches == [(2, 3)] * (2 if env.task.reads else 1)
    flat = jax.device_get(start_and_step(*(x[:, None] for x in given)))
    require_same(nested.qpos.reshape(COUNT, -1), flat.qpos[:, 0])
    require_same(nested.qvel.reshape(COUNT, -1), flat.qvel[:, 0])
    assert len(np.unique(flat.qpos[:, 0], axis=0)) == COUNT, "the rows must differ for their order to be seen"


@pytest.mark.parametrize("task", TASKS)
def test_a_neighbour_does_not_change_a_trajectory(task):
    states, control, step = engine(task).later(), engine(task).controls[0], engine(task).step
    together = step(states, control)
    alone = slice(4, 5)
    require_same(step(*at((states, control), alone)), at(together, alone))
    order = [3, 1, 0, 2, 5, 4]
    require_same(step(*at((states, control), order)), at(together, order))


@pytest.mark.parametrize("task", TASKS)
def test_a_state_can_be_stepped_again_after_others(task):
    states, control, step = engine(task).later(), engine(task).controls[0], engine(task).step
    first = step(states, control)
    assert not np.array_equal(step(engine(task).begin(7), -control).qpos, first.qpos)
    require_same(step(states, control), first)


def test_number_of_threads_does_not_change_a_trajectory():
    one, three = Engine("hopper", threads=1), Engine("hopper", threads=3)
    assert (one.physics.threads, three.physics.threads) == (1, 3)
    require_same(one.later(), three.later())


@pytest.mark.parametrize("broken", [np.nan, np.inf, 1e30])
@pytest.mark.parametrize("task", TASKS)
def test_a_mechanism_that_breaks_down_harms_no_neighbour_and_can_start_again(
    monkeypatch, tmp_path, task, broken
):
    monkeypatch.chdir(tmp_path)
    states, control, step = engine(task).later(), engine(task).controls[0], engine(task).step
    # Where the engine has no memory of it, it starts from the configuration that it is shown.
    third = at(states, 2)
    third = third.replace(qvel=np.full_like(third.qvel, broken), memory=np.zeros_like(third.memory))
    sound, after = step(states, control), step(put(states, 2, third), control)
    others = [0, 1, 3, 4, 5]
    require_same(at(after, others), at(sound, others))
    assert not np.isfinite(np.concatenate([after.qpos[2], after.qvel[2]])).any()
    # Nothing of the breakdown is left, neither in the state nor in the simulation that it happened in.
    start = at(engine(task).begin(), 2)
    shown = at(after, 2).replace(qpos=start.qpos, qvel=start.qvel)
    again = step(put(after, 2, shown), control)
    require_same(at(again, 2), at(step(put(states, 2, start), control), 2))
    assert not list(tmp_path.iterdir()), "MuJoCo logs its warnings into the working folder, if it is let"
    assert np.isfinite(again.qpos[2]).all()


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_control_that_is_not_finite_is_a_breakdown_and_not_a_zero(broken):
    states, control = engine("hopper").later(), engine("hopper").controls[0].copy()
    control[1, 0] = broken
    after = engine("hopper").step(states, control)
    np.testing.assert_array_equal(np.isnan(after.qpos).all(axis=1), [False, True, *[False] * 4])
    np.testing.assert_array_equal(np.isfinite(after.qpos).all(axis=1), [True, False, *[True] * 4])


CROWD = "".join(
    f'<body pos="{x} {y} .09"><freejoint/><geom type="box" size=".1 .1 .1"/></body>'
    for x in range(5)
    for y in range(4)
)


@pytest.mark.parametrize(("memory", "full"), [("60K", True), ("10M", False)])
def test_a_full_arena_is_told_and_not_ignored(memory, full):
    xml = f"""
    <mujoco>
      <size memory="{memory}"/>
      <worldbody><geom type="plane" size="9 9 .1"/>{CROWD}
        <body pos="0 0 5"><joint name="j" axis="1 0 0"/><geom size=".1"/></body>
      </worldbody>
      <actuator><motor joint="j"/></actuator>
    </mujoco>
    """
    model = mujoco.MjModel.from_xml_string(xml)
    physics = CPhysics(model)
    state = jax.jit(lambda s: physics.step(s, jnp.zeros(1), 1))(
        physics.init(jnp.asarray(model.qpos0), jnp.zeros(model.nv))
    )
    assert bool(state.overflow) is full
