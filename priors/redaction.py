"""Keys are taken out of every text that is shown or written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

REDACTED = "[redacted]"
_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS)$")
_LEAST_LENGTH = 8  # a shorter value would blot out words of every text
_LOOKS_SECRET = re.compile(
    r"\b(?:sk|pk|gsk|xai|hf|ghp)[-_][\w*.-]{8,}|\b(?-i:AIza)[\w*.-]{8,}|(?<=Bearer )\S+|(?<=Basic )\S+",
    re.IGNORECASE,
)


def secrets_of(environment: Mapping[str, str], address: str | None = None) -> tuple[str, ...]:
    """What must not be shown: the environment's keys, and the credentials of an address.

    Args:
        environment: variables and values.
        address: URL of a server, which may hold a user, a password or a query.
    """
    found = [value for name, value in environment.items() if _SECRET_NAME.search(name.upper())]
    if address:
        parts = urlsplit(address)
        found += [part for part in (parts.password, parts.username, parts.query) if part]
        found += [pair.partition("=")[2] for pair in parts.query.split("&")]
    # Longer ones first: one may be part of another.
    return tuple(sorted({value for value in found if len(value) >= _LEAST_LENGTH}, key=len, reverse=True))


def redact(text: str, secrets: Iterable[str]) -> str:
    """`text` without the secrets."""
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    return text


def redact_message(text: str, secrets: Iterable[str]) -> str:
    """The message of an error without the secrets, and without what looks like some key, whole or in part.

    Programs must not be searched so: a variable may look like a key.
    """
    return _LOOKS_SECRET.sub(REDACTED, redact(text, secrets))


def without_credentials(address: str) -> str:
    """An address as it may be shown: scheme, host, port and path."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}".rstrip("/")
