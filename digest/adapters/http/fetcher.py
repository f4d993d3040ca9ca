"""One URL followed to its answer: redirects by hand, one retry, everything within limits."""

from __future__ import annotations

import asyncio
import random
import time
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from digest.adapters.http import body
from digest.adapters.http.trouble import Trouble, reason, retry_after_seconds
from digest.adapters.http.turns import Place, Turns
from digest.core.urls import ascii_host, registrable_domain
from digest.models import Response, Validators
from digest.ports import UNCONDITIONAL

if TYPE_CHECKING:
    import httpcore
    import httpx

    from digest.adapters.http.network import Resolve
    from digest.adapters.http.transport import GuardedTransport

MOST_REDIRECTS = 5

_ACCEPT = (
    b"text/html,application/xhtml+xml,application/atom+xml,application/rss+xml,"
    b"application/feed+json,application/xml;q=0.9,*/*;q=0.8"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_PASSING = frozenset({502, 503, 504})
_DRAINED = 16_384  # bytes of an answer nobody wants, read so that its connection can be kept


class HttpFetcher:
    """A Fetcher over httpx; an asynchronous context manager.

    ``timeout`` (seconds) holds in total over connecting, redirects, headers and body of one try;
    time spent waiting for a turn does not count. ``max_bytes`` bounds the answer as sent and as
    unpacked. ``allow_hosts`` may lie on private addresses. ``connect_to`` maps a host or a pattern
    ("*.test") to "address:port", as curl's option does. The environment's proxies are ignored;
    requests through ``proxy`` have their names checked here but resolved there. ``clock``,
    ``sleep``, ``jitter``, ``resolve`` and ``connector`` (an httpcore network backend) may be
    handed in by whoever wants other ones.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        concurrency: int = 60,
        per_domain_concurrency: int = 2,
        per_domain_interval: float = 1.0,
        timeout: float = 30.0,
        max_bytes: int = 5_000_000,
        allow_hosts: Collection[str] = (),
        connect_to: Mapping[str, str] | None = None,
        proxy: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        resolve: Resolve | None = None,
        connector: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._headers = [
            (b"User-Agent", user_agent.encode("ascii", "replace")),
            (b"Accept", _ACCEPT),
            (b"Accept-Encoding", b"gzip, deflate"),  # brotli cannot be unpacked with a bound
            (b"Connection", b"keep-alive"),
        ]
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._allow_hosts = allow_hosts
        self._connect_to = connect_to or {}
        self._proxy = proxy
        self._concurrency = concurrency
        self._turns = Turns(
            concurrency=concurrency,
            per_domain=per_domain_concurrency,
            interval=per_domain_interval,
            clock=clock,
            sleep=sleep,
        )
        self._sleep = sleep
        self._jitter = jitter
        self._resolve = resolve
        self._connector = connector
        self._opened: GuardedTransport | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._opened is not None:
            await self._opened.aclose()
            self._opened = None

    @asynccontextmanager
    async def answer(
        self, url: str, validators: Validators = UNCONDITIONAL
    ) -> AsyncIterator[Response]:
        """Give the 200 or 304 answer for ``url``, redirects followed, for the length of a block.

        Its place among the ``concurrency`` requests is kept until the block ends. A connection
        that fails, an answer that does not begin in time, and 502, 503 and 504 without
        Retry-After are tried once more. Raises FetchError, naming the URL and the cause.
        """
        response, place = await self._asked(url, validators)
        try:
            yield response
        finally:
            place.release()

    async def fetch(self, url: str, validators: Validators = UNCONDITIONAL) -> Response:
        """Return the answer that ``answer`` gives, its place given up at once."""
        async with self.answer(url, validators) as response:
            return response

    async def _asked(self, url: str, validators: Validators) -> tuple[Response, Place]:
        """Return the answer and the place it holds, after one more try where that may help."""
        try:
            return await self._follow(url, validators)
        except Trouble as trouble:
            if not trouble.passing:
                raise trouble.for_url(url) from trouble.__cause__
        await self._sleep(0.5 + self._jitter())
        try:
            return await self._follow(url, validators)
        except Trouble as trouble:
            raise trouble.for_url(url) from trouble.__cause__

    async def _follow(self, url: str, validators: Validators) -> tuple[Response, Place]:
        """Return the answer at the end of the redirects, each hop in a turn of its own."""
        left = self._timeout
        permanent = True
        here = self._parsed(url)
        for hop in range(MOST_REDIRECTS + 1):
            async with self._turns.turn(registrable_domain(here.host)) as place:
                began = time.monotonic()
                answer = await self._within(left, here, validators)
                left -= time.monotonic() - began
                if isinstance(answer, Response):
                    place.keep()
            if isinstance(answer, Response):
                moved_to = answer.url if hop and permanent else None
                return replace(answer, moved_to=moved_to), place
            permanent = permanent and answer.status in _PERMANENT
            here = self._parsed(answer.location, base=here)
        raise Trouble(f"redirects more than {MOST_REDIRECTS} times")

    async def _within(
        self, seconds: float, url: httpx.URL, validators: Validators
    ) -> Response | _Redirect:
        """Return what one request gives; raises Trouble for whatever goes wrong with it."""
        import httpcore
        import httpx

        from digest.adapters.http.network import AddressRefused, NameUnknown

        stage = _Stage()
        try:
            async with asyncio.timeout(max(seconds, 0)):
                return await self._ask(url, validators, stage)
        except TimeoutError as error:
            what = "no complete answer" if stage.answered else "no answer"
            message = f"{what} within {self._timeout:g} s"
            raise Trouble(message, passing=not stage.answered, colon=True) from error
        except NameUnknown as error:
            raise Trouble("the name does not resolve", passing=error.passing, colon=True) from error
        except AddressRefused as error:
            raise Trouble(str(error), refused=True) from error
        except body.BodyError as error:
            raise Trouble(str(error)) from error
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.ProxyError) as error:
            message = f"no connection ({reason(error)})"
            raise Trouble(message, passing=True, colon=True) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            message = f"the connection broke ({reason(error)})"
            raise Trouble(message, passing=not stage.answered, colon=True) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            raise Trouble(f"cannot be fetched ({reason(error)})") from error

    async def _ask(
        self, url: httpx.URL, validators: Validators, stage: _Stage
    ) -> Response | _Redirect:
        """Send one request and return its answer or where it leads."""
        import httpx

        headers_sent = [*self._headers, *_credentials(url), *_asking(validators)]
        # Through the transport alone: a client would add cookies and redirects of its own.
        answer = await self._transport().handle_async_request(
            httpx.Request("GET", url, headers=headers_sent)
        )
        stage.answered = True
        try:
            status = answer.status_code
            # As Latin-1 every byte survives, so that a validator goes back as it came.
            headers: dict[str, str] = {}
            for raw_name, raw_value in answer.headers.raw:
                name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
            location = headers.get("location", "")
            if status == 200:
                return Response(str(url), 200, headers, await self._body(answer, headers))
            await _drain(answer, headers)
            if status == 304 and (validators.etag or validators.last_modified):
                return Response(str(url), 304, headers, b"")
            if status in _REDIRECTS and location:
                return _Redirect(status, location)
            retry_after = retry_after_seconds(headers.get("retry-after", ""))
            raise Trouble(
                "answered 304 (unchanged) though nothing was known of it"
                if status == 304
                else f"answered {status}",
                status=status,
                retry_after=retry_after,
                passing=status in _PASSING and retry_after is None,
            )
        finally:
            await answer.aclose()

    async def _body(self, answer: httpx.Response, headers: Mapping[str, str]) -> bytes:
        declared = headers.get("content-length", "")
        if declared.isdecimal() and len(declared) < 19 and int(declared) > self._max_bytes:
            raise body.BodyError(body.too_big(self._max_bytes))
        encoding = headers.get("content-encoding", "")
        async with aclosing(_chunks(answer)) as chunks:
            content = await body.read(chunks, encoding, self._max_bytes)
        if not content:
            raise body.BodyError("gave an empty answer")
        return content

    def _parsed(self, url: str, base: httpx.URL | None = None) -> httpx.URL:
        import httpx

        try:
            parsed = httpx.URL(url) if base is None else base.join(url)
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise Trouble(self._unusable(url, base)) from error
        if parsed.scheme not in ("http", "https") or not ascii_host(parsed.host):
            raise Trouble(self._unusable(url, base))
        return parsed.copy_with(fragment=None)

    def _unusable(self, url: str, base: httpx.URL | None) -> str:
        if base is None:
            return "is not an http or https address"
        return f"leads to what is not an http or https address ({url[:80]})"

    def _transport(self) -> GuardedTransport:
        if self._opened is None:
            from digest.adapters.http.network import GuardedNetwork, look_up, system_connector
            from digest.adapters.http.transport import GuardedTransport

            network = GuardedNetwork(
                allow_hosts=self._allow_hosts,
                connect_to=self._connect_to,
                resolve=self._resolve or look_up,
                connector=self._connector or system_connector(),
            )
            self._opened = GuardedTransport(network, self._concurrency, self._proxy)
        return self._opened


class _Stage:
    answered = False  # the headers have come


class _Redirect:
    def __init__(self, status: int, location: str) -> None:
        self.status = status
        self.location = location


def _credentials(url: httpx.URL) -> list[tuple[bytes, bytes]]:
    """Return the header for an address that holds a user name, as private feeds' may."""
    if not url.userinfo:
        return []
    pair = f"{url.username}:{url.password}".encode()
    return [(b"Authorization", b"Basic " + b64encode(pair))]


def _asking(validators: Validators) -> list[tuple[bytes, bytes]]:
    asked = {b"If-None-Match": validators.etag, b"If-Modified-Since": validators.last_modified}
    return [
        (name, value.encode("latin-1"))
        for name, value in asked.items()
        # What no header can hold was never a server's; asking without it is always right.
        if value and not any(char in "\r\n\0" or ord(char) > 255 for char in value)
    ]


def _chunks(answer: httpx.Response) -> AsyncGenerator[bytes, None]:
    # httpx declares less than it gives; a generator left half-read must be closed.
    return cast("AsyncGenerator[bytes, None]", answer.aiter_raw())


async def _drain(answer: httpx.Response, headers: Mapping[str, str]) -> None:
    """Read a short rest, so that the connection can serve again; leave a long one unread."""
    declared = headers.get("content-length", "0" if answer.status_code == 304 else "")
    if declared.isdecimal() and len(declared) < 10 and int(declared) <= _DRAINED:
        async with aclosing(_chunks(answer)) as chunks:
            async for _ in chunks:
                pass
