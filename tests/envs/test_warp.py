"""MuJoCo Warp on its CPU device: slow, but the same kernels as on a GPU."""

import importlib.util

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
import pytest

import envs
from envs import InputError
from envs.physics import make_physics
from envs.physics.c import CPhysics

XML = """
<mujoco>
  <option timestep="0.004" integrator="RK4"/>
  <worldbody>
    <geom type="plane" size="5 5 .1"/>
    <body pos="0 0 .1">
      <freejoint/>
      <geom type="capsule" size=".06" fromto="-.2 0 0 .2 0 0"/>
      <body pos="0 0 .06">
        <joint name="arm" axis="0 1 0" range="-60 60" limited="true"/>
        <geom type="capsule" size=".02" fromto="0 0 0 .2 0 0" contype="0" conaffinity="0"/>
      </body>
    </body>
  </worldbody>
  <actuator><motor joint="arm" gear="2"/></actuator>
</mujoco>
"""
READS, TRACKS = ("cfrc_ext",), ("xipos",)
COUNT = 12


@pytest.fixture(scope="module")
def model():
    return mujoco.MjModel.from_xml_string(XML)


@pytest.fixture(scope="module")
def states(model):
    """Lying capsules, each end on the floor: two contacts."""
    rng = np.random.default_rng(0)
    qpos = np.tile(model.qpos0, (COUNT, 1))
    qpos[:, 2] = 0.06 - rng.uniform(0.0005, 0.003, COUNT)
    qpos[:, -1] = rng.uniform(-0.9, 0.9, COUNT)
    return qpos, 0.2 * rng.normal(size=(COUNT, model.nv)), rng.uniform(-1, 1, (COUNT, model.nu))


def warp(model, **sizes):
    from envs.physics.warp import WarpPhysics

    return WarpPhysics(model, reads=READS, tracks=TRACKS, **sizes)


def one_step(physics, states):
    qpos, qvel, control = states
    step = jax.jit(jax.vmap(lambda q, v, c: physics.step(physics.init(q, v), c, 2)))
    return step(*(np.asarray(x, np.float32) for x in (qpos, qvel, control)))


def test_a_step_equals_the_c_engines_in_single_precision(model, states, capfd):
    on_warp, on_c = (
        one_step(warp(model), states),
        one_step(CPhysics(model, reads=READS, tracks=TRACKS), states),
    )
    np.testing.assert_allclose(on_warp.qpos, on_c.qpos, atol=2e-5)
    np.testing.assert_allclose(on_warp.qvel, on_c.qvel, atol=2e-3)
    np.testing.assert_allclose(on_warp.displacement["xipos"], on_c.displacement["xipos"], atol=2e-5)
    np.testing.assert_allclose(on_warp.reads["cfrc_ext"], on_c.reads["cfrc_ext"], rtol=0.02, atol=0.2)
    assert np.abs(on_c.reads["cfrc_ext"]).max() > 5, "the floor must carry the capsule"
    assert not np.asarray(on_warp.overflow).any()
    assert capfd.readouterr().out == "", "a library must not print"


def test_a_full_contact_buffer_is_told_and_not_ignored(model, states):
    # Two contacts in each of twelve environments do not fit into five.
    assert np.asarray(one_step(warp(model, contacts=5), states).overflow).any()


def test_too_few_rows_of_constraints_are_told(model, states):
    assert np.asarray(one_step(warp(model, constraints=2), states).overflow).any()


def test_overflow_reaches_the_metrics():
    env = envs.make("hopper")
    physics = env.unwrapped.physics
    state = env.reset(jax.random.key(0))
    assert float(state.metrics["overflow"]) == 0
    step = physics.step
    physics.step = lambda *arguments: step(*arguments).replace(overflow=jnp.ones((), bool))
    assert float(env.step(state, np.zeros(3)).metrics["overflow"]) == 1


@pytest.mark.skipif(jax.default_backend() == "gpu", reason="tells what happens without a GPU")
def test_without_a_gpu_warp_is_refused_with_the_remedy():
    with pytest.raises(InputError, match='physics="warp" needs an NVIDIA GPU, and JAX runs on cpu here; use'):
        envs.make("hopper", "warp")


def test_without_the_package_warp_is_refused_with_the_remedy(monkeypatch, model):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="needs the package warp-lang; install the extra"):
        make_physics("warp", model)


@pytest.mark.parametrize(
    ("backend", "installed", "chosen"),
    [("cpu", True, "c"), ("gpu", False, "mjx"), ("gpu", True, "warp"), ("tpu", True, "mjx")],
)
def test_auto_takes_what_suits_the_machine(monkeypatch, backend, installed, chosen):
    from envs import physics

    monkeypatch.setattr(jax, "default_backend", lambda: backend)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if installed else None)
    assert physics._automatic() == chosen


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"physics": "c", "contacts": 5}, 'contacts is an option of physics="warp"; leave it out with "c"'),
        ({"physics": "mjx", "threads": 2}, 'threads is an option of physics="c"; leave it out with "mjx"'),
        ({"physics": "c", "threads": 0}, "threads is 0; it must be at least 1"),
    ],
)
def test_an_option_of_another_engine_is_refused(arguments, message):
    with pytest.raises(InputError) as caught:
        envs.make("hopper", **arguments)
    assert str(caught.value).startswith(message)
