"""A client of an OpenAI-compatible server, for chat and for embeddings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from httpx2 import AsyncByteStream
    from openai import AsyncOpenAI

_RETRIES: Final = 2  # after 408, 409, 429 and 5xx; the server's Retry-After is kept to
_LARGEST: Final = 8_000_000  # bytes of an answer; 32 vectors of 8,192 numbers come to 6 MB
_KEPT_HEADERS: Final = frozenset(
    (
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "transfer-encoding",
    )
)


def connected(base_url: str, api_key: str, timeout: float) -> AsyncOpenAI:
    """Return a client of an OpenAI-compatible server that takes nothing from the environment."""
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    key = api_key.strip() or "no-key"  # local servers ask for none, the package does

    async def only_ours(request: Any) -> None:
        """The package reads headers from OPENAI_… variables; only ours are sent."""
        for header in list(request.headers):
            if header.lower() not in _KEPT_HEADERS:
                del request.headers[header]
        request.headers["host"] = request.url.netloc.decode("ascii")
        request.headers["user-agent"] = "digest"
        request.headers["accept-encoding"] = "identity"  # nothing that could swell
        request.headers["content-type"] = request.headers["accept"] = "application/json"
        request.headers["authorization"] = f"Bearer {key}"

    async def no_bomb(response: Any) -> None:
        """Cut a huge answer off, and unpack none: it cannot be read then, and says so."""
        response.headers.pop("content-encoding", None)
        response.stream = _cut(response.stream)

    return AsyncOpenAI(
        base_url=base_url,
        api_key=key,
        timeout=timeout,
        max_retries=_RETRIES,
        http_client=DefaultAsyncHttpxClient(
            trust_env=False,
            follow_redirects=False,
            event_hooks={"request": [only_ours], "response": [no_bomb]},
        ),
    )


def _cut(stream: AsyncByteStream) -> AsyncByteStream:
    """Return a stream that ends where it gets too large."""
    from httpx2 import AsyncByteStream

    class Cut(AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = _LARGEST
            async for chunk in stream:
                left -= len(chunk)
                if left < 0:
                    return
                yield chunk

        async def aclose(self) -> None:
            await stream.aclose()

    return Cut()
