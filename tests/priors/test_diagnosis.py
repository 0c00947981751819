"""A diagnosis tells planted facts of made-up episodes, and of those alone."""

import dataclasses

import numpy as np
import pytest

import envs
from envs import Quantity
from priors import Branch
from priors.diagnosis import diagnose
from priors.diagnosis_text import describe
from priors.trace import Trace

SPEC = dataclasses.replace(
    envs.spec("hopper"),
    observation=(
        Quantity("height", "m", -np.inf, np.inf, "of the torso"),
        Quantity("pitch", "rad", -np.inf, np.inf, "forward"),
    ),
    action=(Quantity("hip", "Nm", -1, 1, "torque"), Quantity("knee", "Nm", -1, 1, "torque")),
    termination="The robot falls.",
)
BRANCHES = (Branch(3, "pitch > 0.1"), Branch(5, "height < 0"))
STEPS, EPISODES, PERIOD = 400, 8, 20


@pytest.fixture
def trace():
    """Eight episodes with a rhythm of 20 steps; the first two fall forward after 200, the others go on."""
    rng = np.random.default_rng(0)
    step = np.arange(STEPS)[:, None]
    lengths = np.full(EPISODES, STEPS)
    lengths[:2] = 200
    alive = step < lengths
    observations = rng.normal([1.2, 0.0], 0.05, (STEPS, EPISODES, 2))
    observations[190:200, :2, 1] = np.linspace(0.2, 1.0, 10)[:, None]
    hip = np.sin(2 * np.pi * step / PERIOD) * np.ones(EPISODES)
    actions = np.stack([hip, np.ones_like(hip)], axis=-1)
    forward = np.where(np.arange(EPISODES) < 2, 0.5, 2.0) * alive
    pitch = observations[..., 1] > 0.1
    taken = np.zeros((STEPS, EPISODES, 2, 2), bool)
    taken[:, :, 0] = np.stack([pitch, ~pitch], axis=-1)
    failed = np.arange(EPISODES) < 2
    return Trace(
        observations=observations,
        actions=actions,
        rewards=forward,
        parts={"reward_forward": forward},
        alive=alive,
        taken=taken,
        termination=failed,
        truncation=~failed,
        fault=np.zeros(EPISODES, bool),
    )


def test_outcome_and_reward_of_good_and_bad_episodes(trace):
    found = diagnose(trace, SPEC, BRANCHES)
    assert (found.terminated, found.truncated, found.faults) == (2, 6, 0)
    assert found.good["reward_forward"] == pytest.approx(2.0)
    assert found.bad["reward_forward"] == pytest.approx(0.5)
    text = describe(found)
    assert "return 625 on average, 800 in the best and 100 in the worst" in text
    assert "2 ended by the task (it failed); 6 reached the time limit." in text
    assert "| forward | 2.000 | 0.500 |" in text


def test_the_entry_that_gave_way_is_named(trace):
    found = diagnose(trace, SPEC, BRANCHES)
    assert [departure.entry.name for departure in found.departures] == ["pitch"]
    assert found.departures[0].last == pytest.approx(1.0)
    text = describe(found)
    assert "Failures came after 200 steps (median; 200 to 200). The rule: The robot falls." in text
    assert "- pitch (forward) was 1.00 rad when it failed" in text


def test_rhythm_and_limits_of_the_actions(trace):
    found = diagnose(trace, SPEC, BRANCHES)
    assert [rhythm.period for rhythm in found.rhythms] == [PERIOD, None]
    np.testing.assert_allclose(
        found.saturated, [0.1, 1.0]
    )  # a sine of period 20 peaks in two steps of twenty
    text = describe(found)
    assert "hip repeats every 20 steps (0.16 s); it is at its limit in 10% of the steps" in text
    assert "knee has no steady rhythm; it is at its limit in 100% of the steps" in text


def test_branches_tell_what_ran_before_failures(trace):
    first, second = diagnose(trace, SPEC, BRANCHES).uses
    assert first.share < 0.1
    assert first.before_failure == pytest.approx(10 / 25, abs=0.1)
    assert np.isnan(second.share)
    assert "- line 5, `height < 0`: never reached" in describe(diagnose(trace, SPEC, BRANCHES))


def test_branches_tell_good_episodes_from_bad_ones(trace):
    """The first two episodes, which are the worst quarter, take a branch that the others never take."""
    step, bad = np.arange(STEPS)[:, None], np.arange(EPISODES) < 2
    taken = trace.taken.copy()
    taken[:, :, 1, 0] = bad & (step < 100)
    taken[:, :, 1, 1] = ~taken[:, :, 1, 0]
    leaning, low = diagnose(trace._replace(taken=taken), SPEC, BRANCHES).uses
    assert (low.good, low.bad) == (0.0, 0.5)
    assert leaning.bad - leaning.good == pytest.approx(10 / 200, abs=0.02)
    text = describe(diagnose(trace._replace(taken=taken), SPEC, BRANCHES))
    assert (
        "- line 5, `height < 0`: true in 7% of the steps, and in 0% of the last 25 before a failure; in the "
        "best quarter of the episodes never true, in the worst quarter true in 50% of the steps\n"
    ) in text


def test_a_branch_that_only_bad_episodes_reach_is_told(trace):
    taken = trace.taken.copy()
    taken[:, :2, 1, 0] = True
    text = describe(diagnose(trace._replace(taken=taken), SPEC, BRANCHES))
    assert "in the best quarter of the episodes never reached, in the worst quarter always true" in text


def test_branches_are_compared_only_where_that_tells_something(trace):
    """Not where good and bad episodes take a branch alike, nor where the episodes are alike."""
    taken = trace.taken.copy()
    taken[::2, :, :, 0] = True
    taken[1::2, :, :, 1] = True
    same = trace._replace(taken=taken)
    assert [(use.good, use.bad) for use in diagnose(same, SPEC, BRANCHES).uses][1] == (0.5, 0.5)
    assert "best quarter of the episodes true" not in describe(diagnose(same, SPEC, BRANCHES[1:]))
    taken = trace.taken.copy()
    taken[:, :, 1, 0] = np.arange(EPISODES) < 2
    taken[:, :, 1, 1] = ~taken[:, :, 1, 0]
    alike = trace._replace(taken=taken, rewards=np.ones((STEPS, EPISODES)))
    assert all(np.isnan([use.good, use.bad]).all() for use in diagnose(alike, SPEC, BRANCHES).uses)
    assert "quarter of the episodes never" not in describe(diagnose(alike, SPEC, BRANCHES))


def test_where_nothing_failed_nothing_is_made_up(trace):
    none, all_of_them = np.zeros(EPISODES, bool), np.ones(EPISODES, bool)
    same = np.ones((STEPS, EPISODES))
    quiet = trace._replace(
        termination=none, truncation=all_of_them, alive=same > 0, rewards=same, parts={"reward_forward": same}
    )
    text = describe(diagnose(quiet, SPEC))
    assert "No episode failed." in text
    assert "before the end" not in text
    assert "bad runs" not in text, "episodes are told apart only where they differ"
    assert "## Which branches ran" not in text


def test_episodes_that_end_within_the_start_have_no_middle(trace):
    short = trace._replace(alive=trace.alive & (np.arange(STEPS)[:, None] < 10), termination=trace.alive[0])
    text = describe(diagnose(short, SPEC))
    assert "| entry | unit | before the end |" in text
    assert "nan" not in text


def test_the_end_is_marked_as_the_episodes_that_failed_had_it(trace):
    """A failure with few steps after those of the others is compared with what all did usually."""
    phases = {phase.name: phase for phase in diagnose(trace, SPEC).observations}
    assert set(phases) == {"start", "middle", "good runs", "bad runs", "before the end"}
    assert phases["before the end"].mean[1] > 0.2 > phases["middle"].mean[1]
