"""A chat model behind an OpenAI-compatible server.

What the server cannot do is found out once: JSON by schema, else JSON, else text. Everything that
goes wrong comes out as ModelError, or as ModelUnavailable where asking again in this run is
pointless. Nothing is taken from the environment: no key, no headers, no proxy.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from digest.adapters.llm.client import connected
from digest.core import said
from digest.errors import ModelError, ModelUnavailable
from digest.ports import ModelReply

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI
    from openai.types.chat import ChatCompletion

_GIVE_UP: Final = 3  # requests in a row without any answer, after which the server counts as down
_UNREADABLE: Final = (ValueError, TypeError, ArithmeticError, RecursionError)
_RUNGS: Final = ("json_schema", "json_object", "text")


class OpenAIModel:
    """A LanguageModel on ``base_url``. ``timeout`` bounds each call as a whole, in seconds.

    Up to ``concurrency`` calls are under way at once; others wait their turn. Use it as an async
    context manager, or call ``aclose``.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        api_key: str = "",
        timeout: float = 60.0,
        concurrency: int = 6,
    ) -> None:
        self.name = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout = timeout
        self._turns = asyncio.Semaphore(concurrency)
        self._client: AsyncOpenAI | None = None
        self._rung = 0
        self._silent = 0  # requests in a row that got no answer
        self._host = _host(base_url)
        self._where = f"the model server at {self._host or repr(base_url)}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client:
            await client.close()

    async def complete(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]
    ) -> ModelReply:
        """Return the model's reply to ``messages``, as JSON by ``schema`` where the server can."""
        async with self._turns:
            if self._silent >= _GIVE_UP:  # while this call waited for its turn
                raise ModelUnavailable(f"{self._where} is not asked again in this run")
            try:
                async with asyncio.timeout(self._timeout):
                    completion = await self._ask(messages, schema)
            except TimeoutError as error:
                raise self._unanswered(f"gave no answer within {self._timeout:g} s") from error
        self._silent = 0
        return self._reply(completion)

    async def _ask(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]
    ) -> ChatCompletion:
        """Ask from the rung that worked last, one rung down for each that is rejected."""
        import openai

        client = self._connected()
        rung = self._rung
        while True:
            try:
                completion: Any = await client.chat.completions.create(
                    model=self.name, **_request(_RUNGS[rung], messages, schema)
                )
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if rung + 1 < len(_RUNGS) and error.code not in _NOT_THE_FORMAT:
                    rung += 1
                    continue
                raise self._refused(error) from error
            except openai.APIStatusError as error:
                raise self._refused(error) from error
            except openai.APITimeoutError as error:
                raise TimeoutError from error
            except openai.APIConnectionError as error:
                raise self._unconnected(error) from error
            except (openai.OpenAIError, *_UNREADABLE) as error:
                raise ModelError(f"{self._where} gave an answer that cannot be read") from error
            self._rung = max(rung, self._rung)
            return completion  # type: ignore[no-any-return]

    def _connected(self) -> AsyncOpenAI:
        if not self._host:
            raise ModelUnavailable(
                f"the model server's address {self._base_url!r} is no web address"
            )
        if not (self._api_key.isascii() and self._api_key.isprintable()):
            raise ModelUnavailable(f"the API key for {self._where} holds characters no key has")
        if self._client is None:
            self._client = connected(self._base_url, self._api_key, self._timeout)
        return self._client

    # --- what went wrong -----------------------------------------------------------------------

    def _refused(self, error: APIStatusError) -> ModelError:
        """Return the error for an HTTP status other than 200."""
        status, code = error.status_code, error.code
        if status in (401, 403):
            return ModelUnavailable(f"{self._where} refused the API key ({status})")
        if status == 404 or code == "model_not_found":
            return ModelUnavailable(
                f"{self._where} does not know the model “{self.name}” ({status})"
            )
        if status == 402 or code == "insufficient_quota":
            return ModelUnavailable(f"{self._where} says the account has no credit left ({status})")
        if code == "content_filter":
            return ModelError(f"{self._where} kept its reply back: content filter ({status})")
        if status == 429:
            return self._unanswered("asks to slow down, again and again (429)")
        if status >= 500:
            return self._unanswered(f"failed again and again ({status})")
        why = said.refusal(error.body, self._api_key.strip())
        return ModelError(f"{self._where} rejected the request ({status}){why}")

    def _unanswered(self, what: str) -> ModelError:
        self._silent += 1
        if self._silent >= _GIVE_UP:
            return ModelUnavailable(f"{self._where} {what}, {self._silent} times in a row")
        return ModelError(f"{self._where} {what}")

    def _unconnected(self, error: Exception) -> ModelError:
        cause: BaseException | None = error
        while cause:
            if type(cause).__name__ in ("ConnectError", "UnsupportedProtocol"):
                return ModelUnavailable(f"{self._where} cannot be reached")
            cause = cause.__cause__
        return self._unanswered("broke off its answer")

    def _reply(self, completion: Any) -> ModelReply:
        """Return what the model said; servers' answers are not what the types promise."""
        choices = getattr(completion, "choices", None)
        choice = choices[0] if isinstance(choices, list) and choices else None
        message = getattr(choice, "message", None)
        if message is None:
            raise ModelError(f"{self._where} gave an answer without a reply in it")
        finish = getattr(choice, "finish_reason", None)
        if getattr(message, "refusal", None):
            raise ModelError(f"the model “{self.name}” refused to write")
        if finish == "content_filter":
            raise ModelError(f"{self._where} kept its reply back: content filter")
        if finish == "length":
            raise ModelError(f"the model “{self.name}” ran out of room: its reply is cut short")
        content = getattr(message, "content", None)
        if not isinstance(content, str) or not content.strip():
            raise ModelError(f"the model “{self.name}” gave an empty reply")
        usage = getattr(completion, "usage", None)
        details = getattr(usage, "prompt_tokens_details", None)
        return ModelReply(
            text=content,
            input_tokens=_count(usage, "prompt_tokens"),
            cached_tokens=_count(details, "cached_tokens"),
            output_tokens=_count(usage, "completion_tokens"),
        )


_NOT_THE_FORMAT: Final = ("model_not_found", "content_filter", "context_length_exceeded")


def _request(
    rung: str, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a chat completion that asks for JSON in one of three ways."""
    if rung == "json_schema":
        asked = {"name": "reply", "strict": True, "schema": dict(schema)}
        return {
            "messages": [dict(m) for m in messages],
            "response_format": {"type": "json_schema", "json_schema": asked},
        }
    # With the first message, which is the same in every request, so that servers can keep it.
    told = f"\n\nThe JSON schema of the answer:\n{json.dumps(schema, ensure_ascii=False)}"
    first, rest = messages[:1], messages[1:]
    request: dict[str, Any] = {
        "messages": [{**m, "content": m["content"] + told} for m in first] + [dict(m) for m in rest]
    }
    if rung == "json_object":
        request["response_format"] = {"type": "json_object"}
    return request


def _host(base_url: str) -> str:
    """Return host and port of a web address, "" for anything else."""
    try:
        parts = urlsplit(base_url if base_url.isprintable() else "")
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return ""
    return parts.netloc.rpartition("@")[2] if known else ""


def _count(holder: Any, name: str) -> int:
    value = getattr(holder, name, 0)
    return min(value, 10**9) if isinstance(value, int) and value > 0 else 0
