"""Calls to language models through litellm; the one file that imports it, and only when a client is made.

Retries, caps and the journal are the business of `priors.calls`: here a call is made once.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import os
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx

from envs import InputError
from priors.failures import TooLongError, reason_of, seconds_of
from priors.redaction import redact, redact_message, secrets_of, without_credentials
from priors.sampler import CallError, Message, Prices, Reply, Request, Usage

MAX_REPLY_BYTES = 1_000_000
"""An honest reply is 20 kB, and its reasoning some hundred; the translator takes 100 kB of it."""

_MAX_DETAIL = 300  # characters of what a service says when it refuses
_NO_KEY = "no-key"  # servers of one's own need none, but the protocol has a place for it
_PREFIXES = re.compile(r"^(?:litellm\.\w+: )?(?:\w+Error: )?(?:\w+Exception - )?")  # of litellm's making


class Client:
    """Asks one model through litellm, once a call.

    Attributes:
        model: the model, as litellm calls it: provider/name.
        provider: who serves it, and whose key is sent, as litellm calls it.
        address: of the server, without credentials; None for the provider's own.
        prices: what the model costs by litellm's table; None if it is not in it.
        takes: which of "temperature" and "seed" the model takes; others are not sent.
    """

    def __init__(self, model: str, *, api_base: str | None = None, timeout: float = 120.0) -> None:
        """Find out what can be known without a call.

        Args:
            model: the model, as litellm calls it: provider/name.
            api_base: address of a server that speaks the provider's protocol; None for the provider's own,
                or, if the provider is OpenAI, for what OPENAI_BASE_URL or OPENAI_API_BASE says.
            timeout: seconds that a call may take, from its first byte to its last.

        Raises:
            InputError: no such provider, no key in the environment, or no address or time that makes sense.
        """
        if not timeout > 0:
            raise InputError(f"timeout is {timeout}; it must be above 0")
        _require_url("api_base", api_base)
        self.model = model
        self._timeout = timeout
        self._litellm = _litellm()
        self.provider = provider_of(model, api_base)
        self._api_base = api_base or _address_of_environment(self.provider)
        self.address = None if self._api_base is None else without_credentials(self._api_base)
        self._secrets = secrets_of(os.environ, self._api_base)
        self._variable = f"{self.provider.upper()}_API_KEY"
        self._key = self._find_key()
        self.prices = self._prices()
        supported = self._litellm.get_supported_openai_params(model) or ()
        self.takes = tuple(name for name in ("temperature", "seed") if name in supported)

    async def __call__(self, request: Request) -> Reply:
        """Ask, once.

        Raises:
            CallError: no reply came.
        """
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._complete(request)
        except TimeoutError:
            raise CallError("timeout", f"no answer within {self._timeout:g} s") from None
        except Exception as error:
            raise self._failure(error) from None
        return self._reply(response)

    async def _complete(self, request: Request) -> Any:
        sampling = {"temperature": request.temperature, "seed": request.seed}
        _use_bounded_session(self._litellm)
        return await self._litellm.acompletion(
            model=self.model,
            messages=[_turn(message) for message in request.messages],
            max_tokens=request.max_tokens,
            **{name: value for name, value in sampling.items() if name in self.takes},
            api_base=self._api_base,
            api_key=self._key,
            timeout=self._timeout,
            max_retries=0,
            num_retries=0,
            caching=False,
            drop_params=True,
        )

    def _reply(self, response: Any) -> Reply:
        choice = response.choices[0] if response.choices else None
        text = getattr(getattr(choice, "message", None), "content", None)
        ended = getattr(choice, "finish_reason", None)
        used = self._usage(response)
        if not isinstance(text, str) or not text.strip():
            if ended == "length":
                why = "its tokens were used up before the answer began: raise --max-tokens"
                raise CallError("answer cut off", why, usage=used)
            raise CallError("empty reply", "the answer is empty", usage=used)
        if len(text) > MAX_REPLY_BYTES:
            raise CallError("reply too long", f"the answer has {len(text):,} characters", usage=used)
        return Reply(redact(text, self._secrets), str(ended) if ended else None, *used)

    def _usage(self, response: Any) -> Usage:
        counts = getattr(response, "usage", None)
        tokens_in = _count(getattr(counts, "prompt_tokens", None))
        if not tokens_in:  # litellm writes zeros, and no cost, where the service does not count
            return Usage()
        return Usage(tokens_in, _count(getattr(counts, "completion_tokens", None)), self._cost(response))

    def _failure(self, error: Exception) -> CallError:
        reason, where = reason_of(error), self.address or f"the service of {self.provider}"
        said = _PREFIXES.sub("", redact_message(" ".join(str(error).split()), self._secrets))[:_MAX_DETAIL]
        detail = {
            "unreachable": f"no server answers at {where}",
            "cut connection": f"{where} broke off the connection",
            "malformed reply": f"{where} answered with what is no JSON of a completion: {said}",
            "reply too long": f"the answer has more than {MAX_REPLY_BYTES:,} bytes",
            "timeout": f"no answer within {self._timeout:g} s",
            "key refused": f"{where} refuses the key in {self._variable}: {said}",
            "not found": f"{where} knows no model {self.model.partition('/')[2] or self.model!r}: {said}",
        }.get(reason, said)
        headers = getattr(error, "litellm_response_headers", None) or {}
        return CallError(reason, detail, retry_after=seconds_of(headers, datetime.now(UTC)))

    def _find_key(self) -> str | None:
        """The key to send; None where litellm finds one in the environment."""
        missing = self._litellm.validate_environment(self.model)["missing_keys"]
        if not missing:
            return None
        if self._api_base is not None:
            return _NO_KEY
        raise InputError(
            f"no key for {self.model}: {', '.join(missing)} is missing in the environment. Programs that "
            "ship need none: `camel-jax priors` lists them. Nor does a server of your own: --api-base URL"
        )

    def _prices(self) -> Prices | None:
        # The table raises for models that it does not know.
        with contextlib.suppress(Exception):
            info = self._litellm.get_model_info(self.model)
            return Prices(float(info["input_cost_per_token"]), float(info["output_cost_per_token"]))
        return None

    def _cost(self, response: Any) -> float | None:
        with contextlib.suppress(Exception):
            return float(self._litellm.completion_cost(completion_response=response, model=self.model))
        return None


def provider_of(model: str, api_base: str | None = None) -> str:
    """Who serves a model, and whose key it needs, as litellm calls it.

    Raises:
        InputError: no such provider.
    """
    try:
        return str(_litellm().get_llm_provider(model, api_base=api_base)[1])
    except Exception:
        raise InputError(
            f"unknown model {model!r}: name the provider first, as in openai/NAME, anthropic/NAME, "
            "gemini/NAME or ollama/NAME; a server of your own is openai/NAME with --api-base URL"
        ) from None


def _address_of_environment(provider: str) -> str | None:
    """The address that litellm would take from the environment, found here so that it is told and checked."""
    if provider != "openai":
        return None
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE"):
        if address := os.environ.get(name):
            _require_url(name, address)
            return address
    return None


def _require_url(name: str, address: str | None) -> None:
    if address is not None and not address.startswith(("http://", "https://")):
        raise InputError(f"{name} must begin with http:// or https://, such as http://localhost:8000/v1")


def _litellm() -> Any:
    """Litellm, told to keep to itself: its own table of prices, no `.env`, no advice printed on errors."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    import litellm  # noqa: PLC0415 - seconds of import time

    litellm.suppress_debug_info = True
    for name in ("LiteLLM", "LiteLLM Proxy", "LiteLLM Router"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return litellm


def _turn(message: Message) -> dict[str, Any]:
    """A message as OpenAI's protocol has it, from which litellm makes every other."""
    if not message.images:
        return {"role": message.role, "content": message.content}
    urls = [f"data:image/png;base64,{base64.b64encode(image).decode()}" for image in message.images]
    shown = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return {"role": message.role, "content": [{"type": "text", "text": message.content}, *shown]}


class _Bounded(httpx.AsyncByteStream):
    """The bytes of a response up to a limit."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        count = 0
        async for part in self._stream:
            count += len(part)
            if count > MAX_REPLY_BYTES:
                raise TooLongError
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class _BoundedSession(httpx.AsyncClient):
    """Connections of one event loop, over which no server can fill the memory."""

    def __init__(self) -> None:
        # Compressed, a short reply may be a very long one.
        super().__init__(headers={"Accept-Encoding": "identity"}, event_hooks={"response": [self._bound]})
        self.loop = asyncio.get_running_loop()

    @staticmethod
    async def _bound(response: httpx.Response) -> None:
        response.stream = _Bounded(response.stream)


def _use_bounded_session(litellm: Any) -> None:
    """Have litellm's clients of the OpenAI protocol use bounded connections of the running loop."""
    session = litellm.aclient_session
    if session is None or (
        isinstance(session, _BoundedSession) and session.loop is not asyncio.get_running_loop()
    ):
        litellm.aclient_session = _BoundedSession()
        litellm.in_memory_llm_clients_cache.flush_cache()  # its clients hold the connections of another loop


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None
