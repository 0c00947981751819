"""Verdicts: what counts as one, and what several agree on."""

import pytest

from priors.critic import Fault, agreed, faults, told

PROGRAM = "def policy(obs):\n    a = 1\n    b = 2\n    c = 3\n    return [a, b, c]\n"


@pytest.mark.parametrize(
    ("verdict", "found"),
    [
        ("LINES 2-3: too strong", [(2, 3, "too strong")]),
        ("LINE 4: too weak", [(4, 4, "too weak")]),
        ("Lines 2 to 3: x\n- LINES 4 – 5: y", [(2, 3, "x"), (4, 5, "y")]),
        ("**LINES 2-3: x**", [(2, 3, "x**")]),
        ("The knee is too stiff.", []),
        ("LINES 0-3: before the first", []),
        ("LINES 4-9: behind the last", []),
        ("LINES 5-2: backwards", []),
        ("LINES 2-3:", []),
        ("LINES 99999999999999999999: far away", []),
    ],
)
def test_only_faults_in_the_asked_form_and_within_the_program_count(verdict, found):
    assert faults(verdict, 5) == tuple(Fault(*one) for one in found)


def test_a_vote_names_few_faults_in_few_words():
    verdict = "\n".join(f"LINES {n}-{n}: {'x' * 5000}" for n in range(1, 50))
    found = faults(verdict, 100)
    assert len(found) == 5
    assert all(len(fault.reason) <= 300 for fault in found)


def test_lines_that_more_than_half_blame_are_agreed():
    votes = [[Fault(2, 3, "")], [Fault(3, 4, "")], [Fault(3, 3, ""), Fault(3, 3, "")], []]
    assert agreed(votes, 4) == ((3, 3, 3),)
    assert agreed(votes[:2], 2) == ((3, 3, 2),)
    assert agreed(votes[:3], 3) == ((3, 3, 3),)
    assert agreed([], 3) == ()
    assert agreed([[], []], 2) == ()


def test_half_is_not_enough():
    assert agreed([[Fault(1, 1, "")], []], 2) == ()


def test_votes_that_never_came_blame_nothing():
    """Of three judges one answered: what it says is one verdict, not the verdict of all."""
    assert agreed([[Fault(2, 2, "")]], 3) == ()
    assert told(PROGRAM, [[Fault(2, 2, "too late")]], 3) == ""
    assert "2 of 3 judges blame line 2:" in told(PROGRAM, [[Fault(2, 2, "a")], [Fault(2, 2, "b")]], 3)


def test_neighbouring_lines_with_as_many_votes_are_one_stretch():
    votes = [[Fault(1, 3, "")], [Fault(1, 3, "")], [Fault(2, 2, "")]]
    assert agreed(votes, 3) == ((1, 1, 2), (2, 2, 3), (3, 3, 2))
    assert agreed(votes[:2], 2) == ((1, 3, 2),)


def test_the_verdict_quotes_the_lines_and_the_reasons_once():
    votes = [[Fault(2, 3, "too strong")], [Fault(3, 3, "too strong")], [Fault(3, 3, "too late")]]
    text = told(PROGRAM, votes, 3)
    assert "3 of 3 judges blame line 3:\n\n        b = 2\n" in text
    assert text.count("too strong") == 1
    assert "too late" in text
    assert told(PROGRAM, [[Fault(1, 1, "")], []], 2) == ""
