"""Caps, retries and back-off, without a server."""

import asyncio
import typing

import pytest
from scripted import PROGRAM, Scripted, run, settings, source

from envs import InputError
from priors.calls import Caller, CallSettings, StoppedError, bound, spending
from priors.journal import Journal
from priors.sampler import HOPELESS, RETRIED, CallError, Message, Prices, Reason, Reply, Request, Usage

REQUEST = Request((Message("user", "hej då"),), 1.0, 0, 100)


def ask(folder, sampler, times=1, **changes):
    """Replies and the reason to stop of a caller that is asked again and again, and its waits."""
    wanted, waits, replies = settings(**changes), [], []

    async def calls():
        with Journal(folder, source(wanted)) as journal:
            caller = Caller(sampler, wanted.calls, journal)

            async def sleep(seconds):
                waits.append(seconds)

            caller._sleep = sleep
            try:
                for number in range(times):
                    replies.append(await caller(REQUEST, f"{number:03d}"))
            except StoppedError:
                replies.append("stopped")
            return caller.stopped, spending(journal.records)

    return (replies, waits, *asyncio.run(calls()))


def test_waits_double_and_vary_by_half(tmp_path):
    sampler = Scripted([CallError("server error", "")] * 9 + ["text"])
    (reply,), waits, _, spent = ask(tmp_path, sampler, retries=9, backoff=2.0)
    assert reply.text == "text"
    for attempt, wait in enumerate(waits):
        assert 0.5 <= wait / min(2.0 * 2**attempt, 60.0) <= 1.5
    assert len(set(waits)) == 9
    assert spent.calls == 10


@pytest.mark.parametrize(("asked", "waited"), [(30.0, 30.0), (0.0, 0.0), (None, 0.0)])
def test_a_wait_is_as_long_as_the_service_asks(asked, waited, tmp_path):
    sampler = Scripted([CallError("rate limit", "", retry_after=asked), "text"])
    _, waits, _, _ = ask(tmp_path, sampler)
    assert waits == [waited]


@pytest.mark.parametrize("reason", sorted(typing.get_args(Reason)))
def test_what_is_tried_again_and_what_ends_the_run(reason, tmp_path):
    sampler = Scripted(lambda *_: CallError(reason, "so it is"))
    replies, _, stopped, _ = ask(tmp_path, sampler, times=2, retries=2)
    hopeless = reason in HOPELESS
    assert len(sampler.requests) == (3 if reason in RETRIED else 1) * (1 if hopeless else 2)
    assert replies == ([None, "stopped"] if hopeless else [None, None])
    assert (stopped or "").startswith(f"{reason}: so it is") == hopeless


def test_no_more_calls_than_the_cap(tmp_path):
    sampler = Scripted(lambda *_: CallError("timeout", ""))
    replies, _, stopped, spent = ask(tmp_path, sampler, times=9, retries=1, max_calls=3)
    assert len(sampler.requests) == spent.calls == 3
    assert replies == [None, "stopped"]
    assert "the cap of 3 calls" in stopped


PRICES = Prices(0.001, 0.01)
MOST = 0.001 * (len("hej då".encode()) + 16) + 0.01 * 100


def test_a_call_costs_at_most_a_token_a_byte_and_all_tokens_of_the_answer():
    assert bound(REQUEST, PRICES) == pytest.approx(MOST)
    assert bound(REQUEST, None) is None


@pytest.mark.parametrize(
    ("answer", "counted"),
    [
        (Reply("text", cost=0.25), 0.25),
        (Reply("text", cost=None), MOST),
        (CallError("timeout", ""), MOST),
        (CallError("reply too long", ""), MOST),
        (CallError("answer cut off", ""), MOST),
        (CallError("answer cut off", "", usage=Usage(10, 20, 0.25)), 0.25),
        (CallError("empty reply", "", usage=Usage(10, 20, 0.25)), 0.25),
        (CallError("rate limit", ""), 0.0),
        (CallError("refused", ""), 0.0),
    ],
)
def test_what_a_call_counts_against_the_cap_on_cost(answer, counted, tmp_path):
    """So many calls fit that one more could pass the cap."""
    sampler = Scripted(lambda *_: answer, prices=PRICES)
    cap = 5.0
    _, _, stopped, spent = ask(tmp_path, sampler, times=40, retries=0, max_cost=cap)
    assert spent.cost + spent.uncertain == pytest.approx(len(sampler.requests) * counted)
    if counted:
        assert "--max-cost" in stopped
        assert spent.cost + spent.uncertain <= cap < spent.cost + spent.uncertain + MOST
    else:
        assert len(sampler.requests) == 40


def test_tokens_of_failed_calls_count(tmp_path):
    sampler = Scripted([CallError("empty reply", "", usage=Usage(100, 30)), CallError("timeout", ""), "text"])
    _, _, _, spent = ask(tmp_path, sampler)
    assert (spent.tokens_in, spent.tokens_out, spent.unpriced) == (110, 35, 3)


def test_the_latest_words_of_each_reason_are_kept(tmp_path):
    failures = [CallError("timeout", "a"), CallError("server error", "b"), CallError("timeout", "c")]
    _, _, _, spent = ask(tmp_path, Scripted([*failures, "text"]))
    assert spent.failures == {"timeout": 2, "server error": 1}
    assert spent.details == {"timeout": "c", "server error": "b"}


def test_calls_in_flight_are_committed(tmp_path):
    """Three calls at the same time, of which each may cost all that the cap leaves for two."""
    sampler = Scripted(lambda request, number: Reply(PROGRAM, cost=0.0), prices=PRICES)
    request_bound = {}

    def slowly(request, number):
        request_bound["most"] = bound(request, PRICES)
        first = number not in slowly.seen
        slowly.seen.add(number)
        return 0.05 if first else Reply(PROGRAM, cost=request_bound["most"])

    slowly.seen = set()
    sampler.script = slowly
    probe = run(tmp_path / "probe", sampler)
    assert probe.at_once == 1
    slowly.seen.clear()
    sampler.requests.clear()
    summary = run(tmp_path / "run", sampler, samples=3, concurrency=3, max_cost=2.5 * request_bound["most"])
    assert len(sampler.requests) == 2
    assert (summary.at_once, summary.open) == (2, 1)


def test_a_call_whose_process_was_killed_counts_with_its_most(tmp_path):
    wanted = settings(max_cost=1.5 * MOST)
    with Journal(tmp_path, source(wanted)) as journal:
        journal.begin_call("000", MOST)
    sampler = Scripted(["text"], prices=PRICES)
    replies, _, stopped, spent = ask(tmp_path, sampler, max_cost=1.5 * MOST)
    assert (replies, len(sampler.requests)) == (["stopped"], 0)
    assert spent.lost == 1
    assert "--max-cost" in stopped


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_calls": 0}, "max_calls is 0; it must be at least 1"),
        ({"concurrency": 0}, "concurrency is 0"),
        ({"retries": -1}, "retries is -1"),
        ({"backoff": float("nan")}, "backoff is nan"),
        ({"max_cost": 0.0}, r"max_cost is 0.0; it must be above 0"),
        ({"max_cost": float("nan")}, "max_cost is nan"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        CallSettings(**changes)


def test_a_cap_on_cost_without_prices_is_refused(tmp_path):
    with pytest.raises(InputError, match="no price of this model is known"):
        ask(tmp_path, Scripted([]), max_cost=1.0)
