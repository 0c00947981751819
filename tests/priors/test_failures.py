"""What a service says of the next call, and what an exception means."""

import json
from datetime import UTC, datetime

import pytest

from priors.failures import TooLongError, reason_of, seconds_of

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-1", None),
        ("inf", None),
        ("nan", None),
        ("Wed, 02 Jan 2030 03:04:35 GMT", 30.0),
        ("Wed, 02 Jan 2030 04:04:35 +0100", 30.0),
        ("Wed, 02 Jan 2030 03:04:35 -0000", 30.0),
        ("Wed, 02 Jan 2030 03:04:00 GMT", 0.0),
        ("Wed, 99 Jan 2030 03:04:00 GMT", None),
        ("Wed, 02 Jan 99999999999999999999 03:04:35 GMT", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_wait_is_told_in_seconds_or_as_a_date(said, seconds):
    assert seconds_of({"Retry-After": said}, NOW) == seconds


def test_nothing_said_is_no_wait():
    assert seconds_of({}, NOW) is None


def status(code):
    error = Exception("it says so")
    error.status_code = code
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (status(400), "refused"),
        (status(401), "key refused"),
        (status(404), "not found"),
        (status(429), "rate limit"),
        (status(503), "server error"),
        (TooLongError(), "reply too long"),
        (json.JSONDecodeError("", "", 0), "malformed reply"),
        (ConnectionResetError(), "cut connection"),
        (ValueError("anything"), "server error"),
    ],
)
def test_a_failure_has_its_reason(error, reason):
    assert reason_of(error) == reason


def test_what_caused_a_failure_tells_more_than_its_status():
    error = status(500)
    error.__cause__ = json.JSONDecodeError("", "", 0)
    assert reason_of(error) == "malformed reply"


def test_causes_in_a_circle_come_to_an_end():
    one, other = ValueError(), ValueError()
    one.__context__, other.__context__ = other, one
    assert reason_of(one) == "server error"
