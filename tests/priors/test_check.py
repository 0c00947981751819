"""The check of a prior finds what is wrong with it, and says what to do."""

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import envs
import priors
from envs import InputError, Quantity, TaskSpec
from priors import Interval, from_function, translate
from priors.check import check

SPEC = TaskSpec(
    name="toy",
    gymnasium_id="",
    objective="",
    dynamics="",
    termination="",
    observation=(
        Quantity("angle", "rad", -2.0, 0.5, ""),
        Quantity("speed", "m/s", -math.inf, math.inf, ""),
        Quantity("height", "m", 0.0, math.inf, ""),
    ),
    action=(Quantity("torque", "Nm", -1.0, 1.0, ""), Quantity("force", "N", -1.0, 1.0, "")),
    time_step=0.1,
    max_episode_steps=130,
)


def of(function, **keywords):
    return from_function(function, observation_size=3, action_size=2, **keywords)


def program(text):
    return translate(text, observation_size=3, action_size=2)


def lines(report):
    return [(side.line, side.side) for side in report.never_taken]


def test_a_program_of_the_library_is_fit():
    report = check(priors.load("hopper/hop"), envs.spec("hopper"))
    assert report.ok
    assert report.observations >= 10_000
    assert report.never_taken == ()
    assert str(report).startswith("hopper/hop on hopper: ok, 10,0")


@pytest.mark.parametrize(
    "predicate",
    [
        lambda o: (o == 0).all(),
        lambda o: o[0] == 1e3,
        lambda o: o[0] == -1e3,
        lambda o: (o[0] == 0.5) & (o[1] == 1e3),
        lambda o: (o[0] == -2.0) & (o[1] == -1e3),
        lambda o: (o[1] != 0) & (jnp.abs(o[1]) <= 3) & (o[0] == 0) & (o[2] == 0),
        lambda o: (jnp.abs(o[:2]) < 1e-2).all() & (o != 0).all(),
    ],
    ids=["zeros", "high", "low", "upper end", "lower end", "one entry", "near zero"],
)
@pytest.mark.parametrize("carry", [None, 0.0])
def test_it_looks_at_zeros_extremes_and_the_ends_of_ranges(predicate, carry):
    def function(*now):
        action = jnp.where(predicate(now[-1]), jnp.nan, jnp.zeros(2))
        return action if carry is None else (now[0], action)

    assert check(of(function, carry=carry), SPEC).non_finite.number > 0


def test_plausible_observations_stay_in_the_task_s_ranges():
    report = check(
        of(lambda o: jnp.where((o[0] > 0.5) | (o[0] < -2) | (o[2] < 0), jnp.nan, jnp.zeros(2))), SPEC
    )
    assert report.non_finite.first.kind in ("single-entry", "extreme")
    assert report.non_finite.number < 0.3 * report.observations


def test_nan_and_infinity_are_told_with_the_most_plausible_example():
    report = check(of(lambda o: jnp.stack([jnp.sqrt(500 - o[1]), 1 / o[1]])), SPEC)
    assert not report.ok
    (problem,) = report.problems
    example = report.non_finite.first
    assert "observations give NaN or infinity; guard divisions" in problem
    assert example.kind == "near-zero"
    assert example.observation[1] == 0
    far = check(of(lambda o: jnp.sqrt(500 - o[:2])), SPEC).non_finite
    assert far.first.kind == "extreme"
    assert str(far.first).startswith("an extreme observation: [")
    assert far.number < 0.2 * report.observations
    assert check(of(lambda o: jnp.sqrt(4 - o[:2])), SPEC).non_finite.first.kind == "plausible"


def test_disorder_is_a_problem_and_clipping_a_note():
    report = check(of(lambda o: (jnp.asarray([3.0, 0.0]), jnp.asarray([0.0, 0.0]))), SPEC, observations=50)
    assert report.disordered.number == report.observations == 50
    assert "50 of 50 observations give low > high; return the lesser bound first" in str(report)
    assert report.clipped == 0.25
    assert "  note: 25 % of the bounds lie outside of [-1, 1] and are clipped to it" in str(report)
    assert check(of(lambda o: jnp.full(2, 3.0)), SPEC, observations=50).ok


CALLBACK = jax.ShapeDtypeStruct((2,), jnp.float32)


@pytest.mark.parametrize(
    "function",
    [
        lambda o: jnp.full(2, np.random.default_rng().uniform()),
        lambda o: jax.pure_callback(
            lambda x: np.random.default_rng().random(2, np.float32), CALLBACK, o, vmap_method="sequential"
        ),
    ],
    ids=["when traced", "when run"],
)
def test_random_functions_are_found(function):
    report = check(of(function), SPEC, observations=20)
    assert not report.deterministic
    assert "remove random numbers" in str(report)


def test_branches_that_no_observation_takes_are_listed():
    report = check(
        program("""
def policy(obs):
    if obs[0] > 5000:
        return 0.1, 0.2
    if obs[1] > 0 and obs[1] < 1:
        return 0.3, 0.4
    if abs(obs[2]) >= 0:
        return 0.5, 0.6
    return 0.7, 0.8
"""),
        SPEC,
    )
    assert report.ok
    assert lines(report) == [(3, True), (7, False)]
    assert "  branch never taken: line 3: `obs[0] > 5000` was never true" in str(report)
    assert report.branches >= 3


def test_observations_are_placed_on_both_sides_of_an_edge():
    text = "def policy(obs):\n    if obs[1] > 1.25:\n        return 1 / (obs[1] - {}), 0\n    return 0, 0"
    edge = float(np.nextafter(np.float32(1.25), np.float32(2)))
    report = check(program(text.format(edge)), SPEC)
    assert report.non_finite.first.kind == "branch-edge"
    assert report.non_finite.first.observation[1] == np.float32(edge)


CLOCKED = """
t = 0
phase = "stance"
def reset():
    global t, phase
    t, phase = 0, "stance"
def policy(obs):
    global t, phase
    t += 1
    if phase == "stance" and obs[1] > 1.0:
        phase = "flight"
    elif phase == "flight" and obs[1] < -1.0:
        phase = "stance"
    x = 0.0
    if t > 125:
        x = 0.5
    if t > 131:
        x = 0.6
    if phase == "flight" and t == 66 and obs[1] > 1.25:
        x = 0.7
        if obs[1] < 1.2500002:
            x = 1.0 / (t - 66)
    return [x, 0.0]
"""


def test_memory_is_followed_to_the_time_limit_and_its_branches_to_their_edges():
    report = check(program(CLOCKED), SPEC)
    assert lines(report) == [(17, True)]
    example = report.non_finite.first
    assert (example.kind, example.step) == ("branch-edge", 65)
    assert 1.25 < example.observation[1] < 1.2500002


class Bare:
    """A prior by protocol alone."""

    observation_size, action_size = 3, 2

    def __init__(self, bound, after=None):
        self.bound, self.after = bound, after

    def reset(self):
        return jnp.zeros(1)

    def __call__(self, carry, observation):
        return carry if self.after is None else self.after, Interval(self.bound, self.bound)


def test_any_object_with_the_protocol_can_be_checked():
    report = check(Bare(jnp.zeros(2)), SPEC, observations=20)
    assert report.ok
    assert report.branches is None
    assert str(report).splitlines() == [
        "Bare on toy: ok, 2,080 observations tried",
        "  note: its branches are not known, for it is not translated from a text",
    ]


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        (Bare(jnp.zeros(3)), r"low has shape (3,), not (2,); return numbers for torque, force"),
        (Bare(jnp.zeros(2, int)), "low has dtype int32, not float32"),
        (Bare(jnp.zeros(2), jnp.zeros(2)), "a step turns the memory float32[1] into float32[2]"),
    ],
    ids=["shape", "dtype", "memory"],
)
def test_wrong_forms_are_told_and_nothing_is_run(prior, message):
    report = check(prior, SPEC)
    assert not report.ok
    assert any(message in problem for problem in report.problems)
    assert report.observations == 0


def test_a_prior_of_another_task_is_refused():
    prior = of(lambda o: o[:2])
    other = dataclasses.replace(SPEC, name="other", action=SPEC.action[:1])
    with pytest.raises(InputError, match=r"'function' has action_size=2, but other has action_size=1"):
        check(prior, other)
    with pytest.raises(InputError, match=r"observations is 0; it must be at least 1"):
        check(prior, SPEC, observations=0)


def test_equal_seeds_give_equal_reports():
    prior = of(lambda o: jnp.sqrt(o[:2]))
    one, same, other = (str(check(prior, SPEC, observations=500, seed=seed)) for seed in (1, 1, 2))
    assert one == same != other
