"""From replies to programs, without a server: chains, resuming, stopping, and the last count."""

import asyncio

import pytest
from scripted import BROKEN, PROGRAM, SPEC, Scripted, run, settings, source

import priors
from envs import InputError
from priors import journal as journals
from priors.calls import Caller
from priors.generate import GenerateSettings, source_of, translated
from priors.journal import Journal
from priors.prompt import digest, first_messages
from priors.sampler import CallError, Message, Reply, Request

STILL_BROKEN = BROKEN.replace("oops", "oh_no")


def counts(summary):
    return summary.at_once, summary.repaired, summary.refused, summary.open


def by_conversation(first, *repairs):
    """A script that answers by how far a sample has come, whatever order the calls come in."""
    return lambda request, number: [first, *repairs][request.seed // 10_000]


def test_a_sample_is_repaired_until_it_is_a_program(tmp_path):
    summary = run(tmp_path, Scripted(by_conversation(BROKEN, STILL_BROKEN, PROGRAM)), samples=2)
    assert counts(summary) == (0, 2, 0, 0)
    assert [path.name for path in summary.programs] == ["000r2.py", "001r2.py"]
    chain = [c for c in journals.read(tmp_path) if c.sample == 0]
    assert [(c.id, c.parent, c.translated) for c in chain] == [
        *(("000", None, False), ("000r1", "000", False), ("000r2", "000r1", True))
    ]
    assert ["oops" in chain[0].errors, "oh_no" in chain[1].errors] == [True, True]


def test_a_repair_shows_the_latest_answer_alone(tmp_path):
    sampler = Scripted(by_conversation(BROKEN, STILL_BROKEN, PROGRAM))
    run(tmp_path, sampler)
    assert [len(request.messages) for request in sampler.requests] == [2, 4, 4]
    assert sampler.requests[2].messages[2] == Message("assistant", STILL_BROKEN)
    assert "oh_no" in sampler.requests[2].messages[3].content


def test_an_answer_that_was_cut_off_is_told_so(tmp_path):
    sampler = Scripted([Reply("def policy(obs):\n    return [0.1,", "length"), PROGRAM])
    assert counts(run(tmp_path, sampler)) == (0, 1, 0, 0)
    assert "cut off because it was too long" in sampler.requests[1].messages[3].content


def test_no_two_questions_have_a_seed_in_common(tmp_path):
    sampler = Scripted(by_conversation(BROKEN, BROKEN, BROKEN))
    run(tmp_path, sampler, samples=5, repairs=2, seed=3)
    seeds = [request.seed for request in sampler.requests]
    assert len(set(seeds)) == len(seeds) == 15


@pytest.mark.parametrize("failure", ["timeout", "refused", "reply too long"])
def test_a_failed_call_leaves_its_sample_open_and_the_next_run_asks_again(failure, tmp_path):
    first = Scripted([PROGRAM, CallError(failure, "so it is"), PROGRAM])
    summary = run(tmp_path, first, samples=3, concurrency=1, retries=0)
    assert counts(summary) == (2, 0, 0, 1)
    assert summary.spent.failures == {failure: 1}
    second = Scripted([PROGRAM])
    assert counts(run(tmp_path, second, samples=3)) == (3, 0, 0, 0)
    assert [request.seed for request in second.requests] == [1]


def test_a_finished_folder_asks_nothing_and_takes_more_samples(tmp_path):
    run(tmp_path, Scripted([PROGRAM] * 2), samples=2)
    again, more = Scripted([]), Scripted([PROGRAM])
    assert counts(run(tmp_path, again, samples=2)) == (2, 0, 0, 0)
    assert counts(run(tmp_path, more, samples=3)) == (3, 0, 0, 0)
    assert (len(again.requests), len(more.requests)) == (0, 1)


def test_more_repairs_go_on_where_the_chain_ended(tmp_path):
    assert counts(run(tmp_path, Scripted([BROKEN]), repairs=0)) == (0, 0, 1, 0)
    sampler = Scripted([PROGRAM])
    assert counts(run(tmp_path, sampler, repairs=1)) == (0, 1, 0, 0)
    assert sampler.requests[0].messages[2] == Message("assistant", BROKEN)


def test_an_answer_without_an_outcome_is_translated_and_not_bought_again(tmp_path):
    """The process was killed between the answer and its translation."""
    with Journal(tmp_path, source(settings())) as journal:
        call = journal.begin_call("000", None)
        journal.add_reply(call, "000", None, Request(first_messages(SPEC), 1.0, 0, 1), Reply(PROGRAM))
    sampler, seen = Scripted([]), []
    assert counts(run(tmp_path, sampler, report=seen.append)) == (1, 0, 0, 0)
    assert not sampler.requests
    assert [candidate.id for candidate in seen] == ["000"]


def test_a_stop_lets_calls_in_flight_end_and_begins_no_more(tmp_path):
    """The stop is asked for while two of four samples are in flight."""
    begun = set()

    def script(request, number):
        if number not in begun:
            begun.add(number)
            return 0.3
        return PROGRAM

    sampler = Scripted(script)
    summary = run(tmp_path, sampler, lambda: "SIGTERM" if len(begun) == 2 else None, samples=4, concurrency=2)
    assert len(sampler.requests) == 2
    assert counts(summary) == (2, 0, 0, 2)
    assert summary.stopped == "SIGTERM"
    assert counts(run(tmp_path, Scripted([PROGRAM] * 2), samples=4)) == (4, 0, 0, 0)


def test_a_stop_that_came_before_the_run_buys_nothing(tmp_path):
    sampler = Scripted([PROGRAM])
    summary = run(tmp_path, sampler, lambda: "SIGTERM")
    assert (len(sampler.requests), summary.spent.calls) == (0, 0)
    assert summary.stopped == "SIGTERM"


def test_no_call_begins_between_a_stop_and_the_next_look_at_it(tmp_path):
    """Answers come at once, so that all samples would be asked before a look every tenth of a second."""
    sampler = Scripted(lambda *_: PROGRAM)
    summary = run(tmp_path, sampler, lambda: "SIGTERM" if sampler.requests else None, samples=9)
    assert len(sampler.requests) == 1
    assert counts(summary) == (1, 0, 0, 8)


def test_a_stop_does_not_wait_for_a_call_without_end(tmp_path):
    sampler = Scripted(lambda *_: 3600.0)
    summary = run(tmp_path, sampler, lambda: "SIGINT" if sampler.requests else None, grace=0.2)
    assert counts(summary) == (0, 0, 0, 1)
    assert summary.spent.lost == 1


def test_a_stop_ends_the_wait_before_a_retry(tmp_path):
    sampler = Scripted(lambda *_: CallError("rate limit", "", retry_after=100.0))
    summary = run(tmp_path, sampler, lambda: "SIGINT" if sampler.requests else None, grace=50.0)
    assert len(sampler.requests) == 1
    assert summary.stopped == "SIGINT"


def test_a_fault_of_the_sampler_reaches_the_caller_and_keeps_what_came(tmp_path):
    sampler = Scripted([PROGRAM, RuntimeError("a fault of ours")])
    with pytest.raises(RuntimeError, match="a fault of ours"):
        run(tmp_path, sampler, samples=3, concurrency=1)
    assert [candidate.id for candidate in journals.read(tmp_path)] == ["000"]


def test_programs_that_are_the_same_are_told(tmp_path):
    another = PROGRAM.replace("0.3", "0.4")
    summary = run(tmp_path, Scripted([PROGRAM, PROGRAM, another]), samples=3)
    assert (len(summary.programs), summary.distinct) == (3, 2)


def test_tokens_and_dollars_are_added_up(tmp_path):
    replies = [Reply(BROKEN, "stop", 100, 10, 0.5), Reply(PROGRAM, "stop", 300, None, 0.25)]
    spent = run(tmp_path, Scripted(replies)).spent
    assert (spent.tokens_in, spent.tokens_out, spent.cost, spent.unpriced) == (400, 10, 0.75, 0)
    assert run(tmp_path / "free", Scripted([PROGRAM])).spent.unpriced == 1


REPLIES = {
    "bare": (PROGRAM, PROGRAM),
    "fenced": (f"Text.\n```python\n{PROGRAM}```\nMore text.\n", PROGRAM),
    "the last of two": (f"```python\n{PROGRAM.replace('0.3', '0.4')}```\n```python\n{PROGRAM}```", PROGRAM),
    "an example behind it": (f"```python\n{PROGRAM}```\nUse it:\n```python\nenv = make()\n```\n", PROGRAM),
}


@pytest.mark.parametrize(("reply", "program"), REPLIES.values(), ids=REPLIES)
def test_the_program_is_taken_out_of_the_answer(reply, program):
    assert translated(SPEC, reply, "x") == (program, "")


def test_a_program_in_two_blocks_is_kept_as_the_whole_answer():
    helper = "```python\nGAIN = 0.5\n\ndef clip(x):\n    return max(-1.0, min(1.0, GAIN * x))\n```\n"
    policy = "```python\ndef policy(obs):\n    return [clip(obs[0]), 0.0, 0.2]\n```\n"
    text, errors = translated(SPEC, helper + policy, "x")
    assert (text, errors) == (helper + policy, "")
    prior = priors.translate(text, observation_size=11, action_size=3)
    assert "GAIN" in prior.parameters


def test_the_written_file_is_a_prior(tmp_path):
    (path,) = run(tmp_path, Scripted([f"```python\n{PROGRAM}```"])).programs
    prior = priors.load_file(path, observation_size=SPEC.observation_size, action_size=SPEC.action_size)
    assert priors.check(prior, SPEC, observations=100).ok


def test_the_source_tells_what_the_model_does_not_take():
    wanted = settings(temperature=0.5, seed=4)
    assert (source(wanted).temperature, source(wanted).seed) == (0.5, 4)
    bare = source_of(SPEC, wanted, "m", "http://x", ())
    assert (bare.temperature, bare.seed, bare.api_base) == (None, None, "http://x")
    assert bare.prompt_sha256 == digest(first_messages(SPEC))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": 0}, r"samples is 0; it must lie in \[1, 1000\]"),
        ({"samples": 10**6}, "samples is 1000000"),
        ({"repairs": -1}, "repairs is -1"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"max_tokens": 0}, "max_tokens is 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        GenerateSettings(**changes)


def test_back_off_is_ended_by_a_stop(tmp_path):
    """`Caller` itself: its waits end when it is stopped."""

    async def stopped_while_waiting():
        with Journal(tmp_path, source(settings())) as journal:
            caller = Caller(Scripted([]), settings().calls, journal)
            waiting = asyncio.create_task(caller._sleep(3600.0))
            await asyncio.sleep(0)
            caller.stop("enough")
            await waiting
            return caller.stopped

    assert asyncio.run(stopped_while_waiting()) == "enough"
