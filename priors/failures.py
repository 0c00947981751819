"""What an exception of a call means, and what a service says of the next one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from priors.sampler import Reason

_OF_STATUS: dict[int, Reason] = {
    401: "key refused",
    403: "key refused",
    404: "not found",
    408: "timeout",
    413: "refused",
    429: "rate limit",
}

_OF_CAUSE: tuple[tuple[Reason, frozenset[str]], ...] = (
    ("reply too long", frozenset({"TooLongError"})),
    ("timeout", frozenset({"APITimeoutError", "TimeoutException", "Timeout"})),
    ("unreachable", frozenset({"ConnectError", "ClientConnectorError", "UnsupportedProtocol"})),
    ("cut connection", frozenset({"TransportError", "APIConnectionError", "ClientError", "ConnectionError"})),
    ("malformed reply", frozenset({"JSONDecodeError", "APIResponseValidationError"})),
)
"""Classes of httpx, openai, aiohttp and json by name, for none of them is imported before litellm is."""


class TooLongError(Exception):
    """A server sends more than a reply may hold."""


def reason_of(error: BaseException) -> Reason:
    """The kind of failure: litellm calls several of them a server error, but keeps what caused it."""
    causes = list(_causes(error))
    kinds = {base.__name__ for cause in causes for base in type(cause).__mro__}
    for reason, names in _OF_CAUSE:
        if kinds & names:
            return reason
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return _OF_STATUS.get(status, "refused" if 400 <= status < 500 else "server error")
    return "server error"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and those behind it."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def seconds_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that `Retry-After` asks for, which holds their number or a date; None where it says neither."""
    said = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    with contextlib.suppress(ValueError):
        seconds = float(said)
        return seconds if 0 <= seconds < float("inf") else None
    with contextlib.suppress(ValueError, OverflowError):
        date = parsedate_to_datetime(said)
        # A date without a zone is one of UTC.
        return max(0.0, ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds())
    return None
