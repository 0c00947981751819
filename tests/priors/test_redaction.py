"""What is a secret, and that it is taken out."""

import pytest

from priors.redaction import REDACTED, redact, redact_message, secrets_of, without_credentials


def test_keys_of_the_environment_and_of_an_address_are_secrets():
    environment = {
        "OPENAI_API_KEY": "0123456789",
        "hf_token": "abcdefghij",
        "AWS_SECRET": "zyxwvutsrq",
        "HOME": "/home/somebody",
        "SHORT_KEY": "abc",
    }
    found = secrets_of(environment, "https://user:passphrase@host/v1?key=query-secret&x=1")
    assert {"0123456789", "abcdefghij", "zyxwvutsrq", "passphrase", "query-secret"} <= set(found)
    assert not {"/home/somebody", "abc", "user"} & set(found)


def test_a_secret_within_another_leaves_no_rest():
    secrets = secrets_of({"A_KEY": "0123456789", "B_KEY": "0123456789-and-more"})
    assert redact("0123456789-and-more, 0123456789", secrets) == f"{REDACTED}, {REDACTED}"


@pytest.mark.parametrize(
    "text",
    [
        "sk-proj-abcdefgh12345678",
        "Incorrect API key provided: sk-abcde***************wxyz.",
        "Authorization: Bearer anything.at-all",
        "gsk_abcdefgh12345678",
        "API key not valid: AIzaSyabcdefgh12345678_-wxyz",
        "https://host/v1beta/models?key=AIzaSyabcdefgh12345678",
    ],
)
def test_what_looks_like_a_key_is_taken_out_though_nobody_knows_it(text):
    cleaned = redact_message(text, ())
    assert redact(text, ()) == text
    assert REDACTED in cleaned
    assert not any(part in cleaned for part in ("abcdefgh", "wxyz", "anything"))


@pytest.mark.parametrize(
    "text", ["skip - and risk-free", "task_of 12345678", "desk-lamp", "sk = 0.5", "aizawa_attractor"]
)
def test_other_text_is_left_as_it_is(text):
    assert redact_message(text, ()) == text


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        ("https://user:password@host:1/v1/?key=x#y", "https://host:1/v1"),
        ("https://host", "https://host"),
    ],
)
def test_an_address_is_shown_without_credentials(address, shown):
    assert without_credentials(address) == shown
