"""Epsilon: schedules that end where they should, controllers that heed the agent, and what epsilon means."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from camel_jax import EpsilonConfig, make_schedule
from camel_jax.schedules import Scheduled, make_controller
from camel_jax.semantics import SEMANTICS, Bernoulli, BernoulliEpisode, Interpolate


@pytest.mark.parametrize("kind", ["linear", "cosine", "exponential"])
def test_holds_then_falls_monotonically_to_its_end(kind):
    schedule = make_schedule(EpsilonConfig(kind, start=0.9, end=0.1, hold_steps=100, decay_steps=400))
    values = np.array([float(schedule(step)) for step in range(0, 1000, 10)])
    np.testing.assert_allclose(values[:11], 0.9, rtol=1e-6)
    assert (np.diff(values) <= 1e-7).all()
    assert values[11] < 0.9
    assert values[49] > 0.1
    np.testing.assert_array_equal(values[50:], np.float32(0.1))


@pytest.mark.parametrize("kind", ["linear", "cosine", "exponential"])
def test_ends_at_exactly_zero_also_when_compiled(kind):
    for decay_steps in (300, 1000, 8000, 12345):
        schedule = jax.jit(make_schedule(EpsilonConfig(kind, decay_steps=decay_steps)))
        values = schedule(jnp.arange(decay_steps - 5, decay_steps + 5))
        assert (values[:5] > 0).all()
        np.testing.assert_array_equal(values[5:], 0.0)


def test_constant_stays_at_its_start():
    schedule = make_schedule(EpsilonConfig("constant", start=0.4))
    assert {float(schedule(step)) for step in (0, 10, 10**6)} == {float(np.float32(0.4))}


def test_a_warm_up_rises_to_the_start():
    schedule = make_schedule(EpsilonConfig(rise_steps=100, hold_steps=50, decay_steps=100, start=0.8))
    found = [float(schedule(step)) for step in (0, 50, 100, 150, 200, 250, 300)]
    assert found == pytest.approx([0.0, 0.4, 0.8, 0.8, 0.4, 0.0, 0.0])


def test_piecewise_goes_through_its_points():
    schedule = make_schedule(EpsilonConfig("piecewise", points=((0, 1.0), (100, 0.5), (300, 0.0))))
    assert [float(schedule(step)) for step in (0, 50, 100, 200, 300, 999)] == pytest.approx(
        [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    )


def test_any_schedule_is_held_to_its_range():
    controller = Scheduled(optax.linear_schedule(1.5, -0.5, 100))
    start = controller.init()
    assert [float(controller.epsilon(start, step)) for step in (0, 50, 100)] == [1.0, 0.5, 0.0]


def observed(random_return, returns, prior_return, config=None):
    """Epsilon after the prior was asked, and after each evaluation."""
    controller = make_controller(config or EpsilonConfig("constant", start=0.8, adapt="return"))
    state = controller.init()
    if controller.asks_prior:
        state = controller.ask(state, jnp.asarray(random_return), jnp.asarray(prior_return))
    epsilons = [float(controller.epsilon(state, 0))]
    for value in returns:
        state = controller.observe(state, jnp.asarray(value), jnp.asarray(prior_return))
        epsilons.append(float(controller.epsilon(state, 0)))
    return epsilons


def test_returns_let_go_by_the_part_of_the_way_that_is_done_and_never_take_hold_again():
    # Random actions' 100 is the start; halfway to 300 is 200.
    found = observed(100.0, [100.0, 200.0, 150.0, 250.0, 310.0, 100.0], 300.0)
    assert found == pytest.approx([0.8, 0.8, 0.4, 0.4, 0.2, 0.0, 0.0])
    assert found[-1] == 0.0


def test_a_prior_worth_no_more_than_random_actions_never_holds():
    assert observed(100.0, [10.0, 200.0], 20.0) == [0.0, 0.0, 0.0]
    assert observed(100.0, [10.0], 100.0) == [0.0, 0.0]


def test_a_schedule_asks_once_whether_the_prior_is_worth_following():
    for asked, prior_return, epsilon in ((True, 100.0, 0.0), (True, 101.0, 0.8), (False, 100.0, 0.8)):
        config = EpsilonConfig("constant", start=0.8, ask_first=asked)
        # What comes later, such as an agent that is better by now, is the schedule's business.
        assert observed(100.0, [100.0, 1000.0], prior_return, config) == pytest.approx([epsilon] * 3)


def test_critics_let_go_where_the_policy_is_better():
    controller = make_controller(EpsilonConfig("constant", adapt="critic", softness=0.1))
    at = controller.at(jnp.asarray(0.5), jnp.asarray([0.3, 0.0, -0.1, -2.0]))
    np.testing.assert_allclose(at, [0.5, 0.5, 0.5 / np.e, 0.0], atol=1e-6)


@pytest.mark.parametrize("meaning", [kind() for kind in SEMANTICS.values()], ids=SEMANTICS)
@pytest.mark.parametrize("epsilon", [0.0, 0.3, 1.0])
def test_the_mean_grip_is_epsilon_and_its_ends_are_exact(meaning, epsilon):
    draw = jax.random.uniform(jax.random.key(0), (20_000,))
    grip = meaning.grip(jnp.full(20_000, epsilon), draw)
    assert float(grip.mean()) == pytest.approx(epsilon, abs=0.01)
    if epsilon in (0.0, 1.0):
        assert (grip == epsilon).all()
    if type(meaning) is not Interpolate:
        assert set(np.unique(grip)) <= {0.0, 1.0}


def test_a_draw_is_held_for_an_episode():
    old, fresh, done = jnp.asarray([0.1, 0.2]), jnp.asarray([0.8, 0.9]), jnp.asarray([0.0, 1.0])
    np.testing.assert_allclose(BernoulliEpisode().redraw(old, fresh, done), [0.1, 0.9])
    np.testing.assert_allclose(Bernoulli().redraw(old, fresh, done), fresh)


LARGEST = 2**31 - 1


@pytest.mark.parametrize(
    "config",
    [
        *(EpsilonConfig(kind, decay_steps=LARGEST) for kind in ("linear", "cosine", "exponential")),
        EpsilonConfig(rise_steps=LARGEST, decay_steps=LARGEST),
        EpsilonConfig(rise_steps=10, hold_steps=LARGEST - 10, decay_steps=LARGEST),
        EpsilonConfig("piecewise", points=((0, 1.0), (LARGEST, 0.0))),
    ],
)
def test_the_longest_schedules_are_compiled_and_move_as_they_should(config):
    assert config.problems() == []
    schedule = jax.jit(make_schedule(config))
    middle, last = (float(schedule(jnp.asarray(step))) for step in (LARGEST // 2, LARGEST))
    rises, holds = config.rise_steps > 10, config.hold_steps > 0
    assert middle == 1.0 if holds else 0.0 < middle < 1.0
    assert last == pytest.approx(1.0 if rises or holds else 0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            EpsilonConfig(decay_steps=10**10),
            "epsilon.decay_steps is 10000000000; it must be at least 1 and at",
        ),
        (
            EpsilonConfig(hold_steps=3 * 10**9),
            "epsilon.hold_steps is 3000000000; it must be at least 0 and at",
        ),
        (EpsilonConfig(rise_steps=2**31), "epsilon.rise_steps is 2147483648; it must be at least 0 and at"),
        (
            EpsilonConfig(rise_steps=2**30, hold_steps=2**30),
            "epsilon.hold_steps is 1073741824; with epsilon.rise_steps (1073741824) it must be at most 2147",
        ),
        (
            EpsilonConfig("piecewise", points=((0, 1.0), (2**31, 0.0))),
            "a step of epsilon.points is 2147483648; it must be at least 0 and at most 2147483647",
        ),
        (EpsilonConfig("linaer"), "epsilon.kind is 'linaer'; it must be one of"),
        (EpsilonConfig(semantics="dice"), "epsilon.semantics is 'dice'; it must be one of interpolate, "),
        (EpsilonConfig(start=5.0), "epsilon.start is 5.0; it must lie in [0.0, 1.0]"),
        (EpsilonConfig(decay_steps=0), "epsilon.decay_steps is 0; it must be at least 1"),
        (EpsilonConfig("piecewise"), "epsilon.points are for epsilon.kind piecewise"),
        (EpsilonConfig(points=((0, 1.0),)), "epsilon.points are for epsilon.kind piecewise"),
        (EpsilonConfig("piecewise", points=((5, 1.0), (5, 0.0))), "epsilon.points are at the steps [5, 5]"),
        (
            EpsilonConfig("piecewise", points=((-1, 1.0),)),
            "a step of epsilon.points is -1; it must be at least 0",
        ),
        (
            EpsilonConfig("piecewise", points=((0.5, 1.0),)),
            "a step of epsilon.points is 0.5; it must be a whole number",
        ),
        (EpsilonConfig("piecewise", points=((0, None),)), "epsilon.points is None; it must be a number"),
        (EpsilonConfig("piecewise", points=((0, 1.0, 2),)), "epsilon.points is ((0, 1.0, 2),); it must hold"),
        (EpsilonConfig("piecewise", points=(0, 1)), "epsilon.points is (0, 1); it must hold (step, epsilon)"),
        (EpsilonConfig("piecewise", points="01"), "epsilon.points is '01'; it must hold (step, epsilon)"),
        (EpsilonConfig(points=None), "epsilon.points is None; it must hold (step, epsilon) pairs"),
        (EpsilonConfig("piecewise", points=((0, 1.5),)), "epsilon.points is 1.5; it must lie in [0.0, 1.0]"),
        (EpsilonConfig(softness=0.0), "epsilon.softness is 0.0; it must lie in (0.0, 100.0]"),
    ],
)
def test_an_impossible_epsilon_is_named(config, message):
    (problem,) = config.problems()
    assert problem.startswith(message)
