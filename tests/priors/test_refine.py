"""Refinement without a simulator: parents, scores, verdicts, and that nothing good is lost."""

import json
import math

import pytest
from scripted import BROKEN, SPEC, Scripted, settings, source

from envs import InputError
from priors import journal as journals
from priors.generate import generate
from priors.journal import JOURNAL, Journal
from priors.judging import Feedback, Picture
from priors.refine import RefineSettings, refine
from priors.sampler import CallError, Reply


def program(worth):
    """A program that says what it is worth; the judge below believes it."""
    return f"WORTH = {min(worth, 1e9)}\n\n\ndef policy(obs):\n    return [0.1, -obs[1], 0.3]\n"


class Judge:
    """Scores by what the program says, ten steps an episode, seven a picture; remembers what it has done."""

    def __init__(self, images=(), episodes=1):
        self.seen, self.drawn = [], []
        self.images, self.episodes = images, episodes

    def __call__(self, candidate):
        self.seen.append(candidate.id)
        worth = float(candidate.program.split("\n")[0].removeprefix("WORTH = "))
        worth = math.nan if worth == 1e9 else worth
        return Feedback(worth, f"it fell at step {worth:g}", 10 * self.episodes)

    def draw(self, candidate):
        self.drawn.append(candidate.id)
        return Picture(self.images, 7)


def refined(
    folder,
    first,
    later,
    judge=None,
    *,
    critic=None,
    stop=lambda: None,
    images=None,
    rounds=1,
    parents=2,
    samples=2,
    votes=3,
    **changes,
):
    """Programs of the worths `first` are there; the model answers with the texts or numbers `later`."""
    asking, judge = settings(samples=len(first), concurrency=1, **changes), judge or Judge()
    answers = [program(one) if isinstance(one, int | float) else one for one in later]
    sampler = Scripted(answers)
    images = bool(judge.images) if images is None else images
    refining = RefineSettings(rounds, parents, samples, votes, images)
    with Journal(folder, source(asking)) as journal:
        generate(SPEC, Scripted([program(one) for one in first]), asking, journal)
        result = refine(
            SPEC, sampler, judge, journal, settings=refining, asking=asking, critic=critic, stop=stop
        )
    return result, sampler


def counted(folder):
    """The steps that the JSON file beside each program tells."""
    return {
        path.stem: json.loads(path.read_text()).get("refinement", {}).get("env_steps")
        for path in sorted(folder.glob("*.json"))
    }


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
    assert first.seen == ["000", "001", "g1_000", "g1_001"]
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


class Killed(BaseException):
    """The end of the process."""


class Dying(Judge):
    """Ends the process when it has tried so many programs."""

    def __init__(self, after):
        super().__init__()
        self.after = after

    def __call__(self, candidate):
        if len(self.seen) == self.after:
            raise Killed
        return super().__call__(candidate)


def test_a_run_that_is_killed_while_it_tries_programs_loses_the_last_trial_alone(tmp_path):
    with pytest.raises(Killed):
        refined(tmp_path, [1, 2, 3], [], Dying(after=2))
    assert counted(tmp_path) == {"000": 20, "001": 20, "002": 20}, "for each, what was spent on all"
    again = Judge()
    result, _ = refined(tmp_path, [1, 2, 3], [4, 5], again)
    assert again.seen == ["002", "g1_000", "g1_001"]
    assert result.env_steps == 50
    assert set(counted(tmp_path).values()) == {50}
    assert len(counted(tmp_path)) == 5


def test_a_child_that_was_never_tried_tells_what_its_parents_took(tmp_path):
    with pytest.raises(Killed):
        refined(tmp_path, [1, 2], [3, 4], Dying(after=2))
    assert counted(tmp_path) == dict.fromkeys(["000", "001", "g1_000", "g1_001"], 20)


def test_trying_programs_can_be_stopped_and_gone_on_with(tmp_path):
    judge = Judge()
    stopped, sampler = refined(tmp_path, [1, 2, 3], [], judge, stop=lambda: "SIGTERM" if judge.seen else None)
    assert judge.seen == ["000"]
    assert (stopped.stopped, scores(stopped), stopped.env_steps) == ("SIGTERM", [1], 10)
    assert not sampler.requests
    again = Judge()
    result, _ = refined(tmp_path, [1, 2, 3], [4, 5], again)
    assert again.seen == ["001", "002", "g1_000", "g1_001"]
    assert (result.stopped, scores(result)) == (None, [5, 4, 3, 2, 1])


def test_a_stop_during_the_last_trial_begins_no_call(tmp_path):
    judge, critic = Judge(images=("frames.png",)), Scripted([])
    result, sampler = refined(
        tmp_path, [1, 2], [], judge, critic=critic, stop=lambda: "SIGTERM" if len(judge.seen) == 2 else None
    )
    assert result.stopped == "SIGTERM"
    assert not [*sampler.requests, *critic.requests, *judge.drawn]


def test_other_episodes_are_not_ranked_against_the_old_ones(tmp_path):
    refined(tmp_path, [1, 2], [3, 4], Judge(episodes=1))
    more = Judge(episodes=4)
    result, sampler = refined(tmp_path, [1, 2], [5, 6], more, rounds=2)
    assert more.seen == ["000", "001", "g1_000", "g1_001", "g2_000", "g2_001"]
    assert len(sampler.requests) == 2
    assert scores(result) == [6, 5, 4, 3, 2, 1]
    assert result.env_steps == 4 * 10 + 6 * 40, "what the old scores took counts as well"
    assert set(counted(tmp_path).values()) == {result.env_steps}
    back = Judge(episodes=1)
    refined(tmp_path, [1, 2], [], back)
    assert back.seen == ["g2_000", "g2_001"], "the others have such scores"


def as_of_old(folder):
    """Turn a journal into one of before: no episodes, no model of a verdict, pictures in the feedback."""
    path = folder / JOURNAL
    records = [json.loads(line) for line in path.read_text().splitlines()]
    drawn = {record["id"]: record["images"] for record in records if record["record"] == "picture"}
    for record in records:
        if record["record"] == "feedback":
            del record["episodes"]
            record["images"] = drawn.get(record["id"], [])
        elif record["record"] == "verdict":
            del record["model"]
    kept = [record for record in records if record["record"] != "picture"]
    path.write_text("".join(json.dumps(record) + "\n" for record in kept))


def test_an_old_journal_can_be_gone_on_with(tmp_path):
    """What it does not tell is found out anew: scores and verdicts; its pictures are there."""
    (tmp_path / "frames.png").write_bytes(b"\x89PNG...")
    judge = Judge(images=("frames.png",))
    refined(tmp_path, [1, 2], [3, 4], judge, critic=Scripted(lambda *_: "LINE 5: x"))
    assert judge.drawn == ["001", "000"]
    as_of_old(tmp_path)
    again, critic = Judge(images=("other.png",)), Scripted(lambda *_: "LINE 5: y")
    result, sampler = refined(tmp_path, [1, 2], [3, 4, 5], again, critic=critic, samples=3)
    assert again.seen == ["000", "001", "g1_000", "g1_001", "g1_002"]
    assert again.drawn == []
    assert sampler.requests[0].messages[3].images == (b"\x89PNG...",)
    assert len(critic.requests) == 3
    assert result.env_steps == 4 * 10 + 5 * 10


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


def test_programs_that_were_tried_without_pictures_are_drawn_when_they_go_back(tmp_path):
    (tmp_path / "frames.png").write_bytes(b"\x89PNG...")
    refined(tmp_path, [1, 2, 3], [4, 5], images=False)
    judge = Judge(images=("frames.png",))
    result, sampler = refined(tmp_path, [1, 2, 3], [6, 7], judge, rounds=2)
    assert judge.drawn == ["g1_001", "g1_000"], "the parents of the second round, and of no finished one"
    assert [request.messages[3].images for request in sampler.requests] == [(b"\x89PNG...",)] * 2
    assert result.env_steps == 7 * 10 + 2 * 7, "the episodes of the pictures count"
    again = Judge(images=("frames.png",))
    refined(tmp_path, [1, 2, 3], [0, 8], again, rounds=2, samples=3)
    assert again.drawn == ["002"], "the parent of the first round's new sample; the second's has a picture"


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


def test_another_critic_is_asked_anew_and_no_critic_is_not_quoted(tmp_path):
    first = Scripted(lambda *_: "LINE 5: says the first", model="test/first")
    refined(tmp_path, [1], [2], critic=first, samples=1)
    second = Scripted(lambda *_: "LINE 5: says the second", model="test/second")
    _, sampler = refined(tmp_path, [1], [3], critic=second, samples=2)
    question = sampler.requests[0].messages[3].content
    assert len(second.requests) == 3
    assert "3 of 3 judges blame line 5:" in question
    assert "says the second" in question
    assert "says the first" not in question
    _, sampler = refined(tmp_path, [1], [4], samples=3)
    assert "judges blame" not in sampler.requests[0].messages[3].content
    back = Scripted([], model="test/first")
    _, sampler = refined(tmp_path, [1], [5], critic=back, samples=4)
    assert "says the first" in sampler.requests[0].messages[3].content, "its verdicts are kept"


def test_fewer_votes_are_the_first_ones(tmp_path):
    verdicts = ["LINE 5: a", "LINE 1: b", "LINE 1: c", "LINE 5: d", "LINE 5: e"]
    refined(tmp_path, [1], [2], critic=Scripted(verdicts), samples=1, votes=5)
    _, sampler = refined(tmp_path, [1], [3], critic=Scripted([]), samples=2, votes=3)
    question = sampler.requests[0].messages[3].content
    assert "2 of 3 judges blame line 1:" in question
    assert "blame line 5" not in question


def test_no_verdict_is_bought_that_nobody_reads(tmp_path):
    """Not for a round that is finished, and not on a parent whose samples are."""
    refined(tmp_path, [1, 2, 3], [4, 5], parents=3)
    critic = Scripted(lambda *_: "LINE 5: x")
    refined(tmp_path, [1, 2, 3], [], critic=critic, parents=3)
    assert not critic.requests
    result, _ = refined(tmp_path, [1, 2, 3], [6], critic=critic, parents=3, samples=3)
    assert len(critic.requests) == 3, "the votes on the third parent alone"
    assert "WORTH = 1" in critic.requests[0].messages[0].content
    assert result.best_of_round == (3, 6)


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
