"""Refinement without a simulator: parents, scores, verdicts, and that nothing good is lost."""

import json
import math

import pytest
from scripted import BROKEN, SPEC, Scripted, settings, source

from envs import InputError
from priors import journal as journals
from priors.generate import generate
from priors.journal import JOURNAL, Journal
from priors.refine import Feedback, RefineSettings, refine
from priors.sampler import CallError, Reply


def program(worth):
    """A program that says what it is worth; the judge below believes it."""
    return f"WORTH = {min(worth, 1e9)}\n\n\ndef policy(obs):\n    return [0.1, -obs[1], 0.3]\n"


class Judge:
    """Scores by what the program says; remembers whom it has seen."""

    def __init__(self, images=()):
        self.seen = []
        self.images = images

    def __call__(self, wanted):
        self.seen.append([candidate.id for candidate in wanted])
        worths = [float(c.program.split("\n")[0].removeprefix("WORTH = ")) for c in wanted]
        worths = [math.nan if worth == 1e9 else worth for worth in worths]
        return [Feedback(worth, f"it fell at step {worth:g}", self.images) for worth in worths]


def refined(folder, first, later, judge=None, *, rounds=1, parents=2, samples=2, critic=None, **changes):
    """Programs of the worths `first` are there; the model answers with the texts or numbers `later`."""
    asking = settings(samples=len(first), concurrency=1, **changes)
    answers = [program(one) if isinstance(one, int | float) else one for one in later]
    sampler = Scripted(answers)
    with Journal(folder, source(asking)) as journal:
        generate(SPEC, Scripted([program(one) for one in first]), asking, journal)
        refining = RefineSettings(
            rounds=rounds, parents=parents, samples=samples, images=bool(judge and judge.images)
        )
        result = refine(
            SPEC, sampler, judge or Judge(), journal, settings=refining, asking=asking, critic=critic
        )
    return result, sampler


def scores(result):
    return [one.feedback.score for one in result.ranking]


def test_the_best_go_back_with_what_they_did(tmp_path):
    result, sampler = refined(tmp_path, [1, 5, 3], [4, 9])
    assert [request.messages[2].content for request in sampler.requests] == [
        *(f"```python\n{program(5)}```", f"```python\n{program(3)}```")
    ]
    question = sampler.requests[1].messages[3].content
    assert "Its score is 3.0; the best program so far scores 5.0." in question
    assert "it fell at step 3" in question
    assert scores(result) == [9, 5, 4, 3, 1]
    best = result.ranking[0].candidate
    assert (best.id, best.parent, best.round) == ("g1_001", "002", 1)
    assert (tmp_path / "g1_001.py").read_text() == program(9)
    assert result.best_of_round == (5, 9)


def test_a_better_parent_is_never_lost(tmp_path):
    """All children are worse, in every round; the parent goes back again and stays the best."""
    result, sampler = refined(tmp_path, [7], [2, 3, 1, 0], rounds=2, parents=1)
    assert result.best_of_round == (7, 7, 7)
    assert result.ranking[0].candidate.id == "000"
    assert {request.messages[2].content for request in sampler.requests} == {f"```python\n{program(7)}```"}


def test_of_equals_the_older_is_kept(tmp_path):
    result, _ = refined(tmp_path, [4], [4, 4])
    assert [one.candidate.id for one in result.ranking] == ["000", "g1_000", "g1_001"]


def test_children_become_parents(tmp_path):
    result, sampler = refined(tmp_path, [1], [2, 3], rounds=2, parents=1, samples=1)
    assert sampler.requests[1].messages[2].content == f"```python\n{program(2)}```"
    assert result.best_of_round == (1, 2, 3)
    assert result.ranking[0].candidate.parent == "g1_000"


def test_children_are_repaired_like_any_other(tmp_path):
    result, sampler = refined(tmp_path, [1], [BROKEN, 6], samples=1)
    assert len(sampler.requests[1].messages) == 6, "the refinement's conversation, its answer and the errors"
    assert (result.ranking[0].candidate.id, result.ranking[0].candidate.parent) == ("g1_000r1", "g1_000")


def test_no_two_questions_have_a_seed_in_common(tmp_path):
    _, sampler = refined(tmp_path, [1, 2], [BROKEN, BROKEN, 3, 4, 5, 6, 7], rounds=2)
    seeds = [request.seed for request in sampler.requests]
    assert len(set(seeds)) == len(seeds) > 4
    assert not {0, 1} & set(seeds), "those of the first answers"


def test_what_was_judged_is_not_judged_again_and_a_finished_round_asks_nothing(tmp_path):
    first = Judge()
    before, _ = refined(tmp_path, [1, 2], [3, 4], first)
    assert first.seen == [["000", "001"], ["g1_000", "g1_001"]]
    again = Judge()
    after, sampler = refined(tmp_path, [1, 2], [], again)
    assert again.seen == []
    assert not sampler.requests
    assert after.ranking == before.ranking
    more, sampler = refined(tmp_path, [1, 2], [5, 6], Judge(), rounds=2)
    assert len(sampler.requests) == 2
    assert more.best_of_round == (2, 4, 6)


def test_a_round_that_was_cut_short_goes_on_with_the_same_parents(tmp_path):
    """The first child is better than its parent; the second child has the parent that it would have had."""
    cut, _ = refined(tmp_path, [1, 2], [9, CallError("key refused", "")])
    assert "key refused" in cut.stopped
    _, sampler = refined(tmp_path, [1, 2], [3])
    assert sampler.requests[0].messages[2].content == f"```python\n{program(1)}```"


def test_a_score_that_is_no_number_is_the_last(tmp_path):
    result, _ = refined(tmp_path, [1], [math.inf, 0])
    assert [one.candidate.id for one in result.ranking] == ["000", "g1_001", "g1_000"]
    json.loads((tmp_path / JOURNAL).read_text().splitlines()[-1], parse_constant=pytest.fail)


def test_a_folder_without_programs_cannot_be_refined(tmp_path):
    asking = settings(repairs=0)
    with Journal(tmp_path, source(asking)) as journal:
        generate(SPEC, Scripted([BROKEN]), asking, journal)
        with pytest.raises(InputError, match="holds no program to refine"):
            refine(SPEC, Scripted([]), Judge(), journal, settings=RefineSettings(), asking=asking)


def test_frames_are_shown_to_a_model_that_can_see(tmp_path):
    (tmp_path / "frames.png").write_bytes(b"\x89PNG...")
    critic = Scripted(lambda *_: "LINE 1: x")
    _, sampler = refined(tmp_path, [1], [2], Judge(images=("frames.png",)), samples=1, critic=critic)
    assert sampler.requests[0].messages[3].images == (b"\x89PNG...",)
    assert critic.requests[0].messages[0].images == (b"\x89PNG...",)
    with pytest.raises(InputError, match=r"missing\.png cannot be read"):
        refined(tmp_path / "other", [1], [2], Judge(images=("missing.png",)), samples=1)


def test_lines_that_the_critics_agree_on_are_told(tmp_path):
    verdicts = ["LINES 5-5: the knee pulls", "LINE 5: too weak", "LINES 1-1: a number"]
    critic = Scripted(verdicts)
    result, sampler = refined(tmp_path, [1], [2], critic=critic, samples=1)
    question = sampler.requests[0].messages[3].content
    assert "2 of 3 judges blame line 5:" in question
    assert "    return [0.1, -obs[1], 0.3]" in question
    assert "the knee pulls" in question
    assert "a number" not in question
    asked = critic.requests[0].messages[0].content
    assert "   5 |     return [0.1, -obs[1], 0.3]" in asked
    assert "it fell at step 1" in asked
    assert len({request.seed for request in critic.requests}) == 3
    assert result.spent.calls == 1 + 3 + 1, "verdicts count like other calls"
    assert [candidate.id for candidate in journals.read(tmp_path)] == ["000", "g1_000"]

    silent = Scripted([])
    refined(tmp_path, [1], [], critic=silent, samples=1)
    assert not silent.requests, "they are kept"


def test_one_vote_of_three_is_told_to_nobody(tmp_path):
    """Two calls to the critic fail; the one verdict that came is not that of more than half."""
    critic = Scripted(["LINE 5: too weak", CallError("refused", ""), CallError("refused", "")])
    _, sampler = refined(tmp_path, [1], [2], critic=critic, samples=1)
    assert len(critic.requests) == 3
    assert "blame" not in sampler.requests[0].messages[3].content


def test_the_caps_hold_for_critics_and_rounds_together(tmp_path):
    critic = Scripted(lambda *_: Reply("LINE 1: x"))
    result, sampler = refined(tmp_path, [1], [2, 3], critic=critic, max_calls=5, samples=4)
    assert result.spent.calls == 5
    assert (len(critic.requests), len(sampler.requests)) == (3, 1)
    assert "the cap of 5 calls" in result.stopped
    assert scores(result) == [2, 1]


@pytest.mark.parametrize("name", ["rounds", "parents", "samples", "votes"])
def test_settings_that_make_no_sense_are_refused(name):
    with pytest.raises(InputError, match=f"{name} is 0; it must lie in"):
        RefineSettings(**{name: 0})
