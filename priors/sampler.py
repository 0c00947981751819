"""The seam between asking for programs and the service that is asked: one call to a model."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

Reason = Literal[
    "rate limit",
    "server error",
    "timeout",
    "cut connection",
    "unreachable",
    "malformed reply",
    "empty reply",
    "answer cut off",
    "reply too long",
    "refused",
    "key refused",
    "not found",
]
"""Why a call brought no reply."""

RETRIED: frozenset[Reason] = frozenset(
    {
        "rate limit",
        "server error",
        "timeout",
        "cut connection",
        "unreachable",
        "malformed reply",
        "empty reply",
    }
)
"""What may be otherwise the next time."""

HOPELESS: frozenset[Reason] = frozenset({"key refused", "not found", "unreachable"})
"""What will be the same for every other sample; `unreachable` once its retries are used up."""

UNBILLED: frozenset[Reason] = frozenset(
    {"rate limit", "server error", "unreachable", "refused", "key refused", "not found"}
)
"""Where the service has answered that it did nothing, or was never reached."""


class Message(NamedTuple):
    """One turn of a conversation.

    Attributes:
        role: who speaks: "system", "user" or "assistant".
        content: what is said.
        images: PNG files that are shown with it, for a model that can see.
    """

    role: str
    content: str
    images: tuple[bytes, ...] = ()


class Request(NamedTuple):
    """One question to a model.

    Attributes:
        messages: the conversation so far.
        temperature: of the sampling.
        seed: of the sampling; distinct for distinct samples, so that no cache takes two for one.
        max_tokens: most tokens of the answer, those of a model's reasoning included.
    """

    messages: tuple[Message, ...]
    temperature: float
    seed: int
    max_tokens: int


class Reply(NamedTuple):
    """What came back.

    Attributes:
        text: the answer.
        finish_reason: why it ended, as the service says: "stop", "length", …
        tokens_in: tokens of the question as the service counts them; None if it does not say.
        tokens_out: tokens of the answer, likewise.
        cost: dollars, by the table of prices; None if the model is not in it.
    """

    text: str
    finish_reason: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None


class Usage(NamedTuple):
    """What a service says that a call has used, though no reply came of it.

    Attributes:
        tokens_in: tokens of the question as the service counts them; None if it does not say.
        tokens_out: tokens of the answer, likewise.
        cost: dollars, by the table of prices; None if it is not known.
    """

    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None


UNKNOWN = Usage()
"""Of a call of which nothing more is known."""


class Prices(NamedTuple):
    """Dollars for a token of the question and of the answer."""

    tokens_in: float
    tokens_out: float


class CallError(Exception):
    """A call that brought no reply.

    Attributes:
        reason: the kind of failure.
        detail: what the service or the network said, without keys.
        retry_after: seconds after which the service wants to be asked again, if it said so.
        usage: what the call has used, as far as it is known.
    """

    def __init__(
        self, reason: Reason, detail: str, *, retry_after: float | None = None, usage: Usage = UNKNOWN
    ) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.retry_after = retry_after
        self.usage = usage


class Sampler(Protocol):
    """Asks a model, once: no retries and no cache."""

    @property
    def prices(self) -> Prices | None:
        """What the model costs; None if that is not known."""

    async def __call__(self, request: Request) -> Reply:
        """Ask.

        Raises:
            CallError: no reply came.
        """
