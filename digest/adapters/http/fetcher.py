"""One URL followed to its answer: redirects by hand, one retry, everything within limits."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from digest.adapters.http import body, courtesy, exchange
from digest.adapters.http.trouble import Trouble, reason
from digest.adapters.http.turns import Place, Turns
from digest.core import httptimes
from digest.core.urls import inert, registrable_domain
from digest.errors import DigestError
from digest.models import Response, Validators
from digest.ports import UNCONDITIONAL, Manners

if TYPE_CHECKING:
    import httpcore
    import httpx

    from digest.adapters.http.network import Resolve
    from digest.adapters.http.transport import GuardedTransport

MOST_REDIRECTS = 5
_MOST_LATE = 4  # requests in a row that a domain may let run out of time
_MOST_LARGE = 40_000_000  # bytes of large answers held at once

_ACCEPT = (
    b"text/html,application/xhtml+xml,application/atom+xml,application/rss+xml,"
    b"application/feed+json,application/xml;q=0.9,*/*;q=0.8"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_FINAL_5XX = frozenset({501, 505})  # what it cannot do now it cannot do in a moment


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
        # Answers over a megabyte are held a few at a time, however many are in flight.
        self._large = asyncio.Semaphore(max(2, _MOST_LARGE // max_bytes))
        self._late: Counter[str] = Counter()  # requests in a row that ran out of time, by domain
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
        self,
        url: str,
        validators: Validators = UNCONDITIONAL,
        *,
        manners: Manners | None = None,
    ) -> AsyncIterator[Response]:
        """Give the 200 or 304 answer for ``url``, redirects followed, for the length of a block.

        Its place among the ``concurrency`` requests is kept until the block ends. A connection
        that fails, an answer that does not begin in time, and 5xx without Retry-After (501 and
        505 apart) are tried once more. ``manners`` are asked before each hop, while no turn is
        held and no time counts, and told of a 429 or 503 that stands. Raises FetchError, naming
        the URL and the cause.
        """
        try:
            response, place = await self._asked(url, validators, manners)
        except DigestError:
            raise
        except Exception as error:  # the last net: no address may cost more than itself
            raise Trouble(f"cannot be fetched ({reason(error)})").for_url(url) from error
        try:
            yield response
        finally:
            place.release()

    async def fetch(self, url: str, validators: Validators = UNCONDITIONAL) -> Response:
        """Return the answer that ``answer`` gives, its place given up at once."""
        async with self.answer(url, validators) as response:
            return response

    async def _asked(
        self, url: str, validators: Validators, manners: Manners | None
    ) -> tuple[Response, Place]:
        """Return the answer and the place it holds, after one more try where that may help."""
        try:
            return await self._follow(url, validators, manners)
        except Trouble as trouble:
            if not trouble.passing:
                raise courtesy.told(trouble, url, manners) from trouble.__cause__
        await self._sleep(0.5 + self._jitter())
        try:
            return await self._follow(url, validators, manners)
        except Trouble as trouble:
            raise courtesy.told(trouble, url, manners) from trouble.__cause__

    async def _follow(
        self, url: str, validators: Validators, manners: Manners | None
    ) -> tuple[Response, Place]:
        """Return the answer at the end of the redirects, each hop in a turn of its own."""
        left = self._timeout
        permanent = True
        here = exchange.parsed(url)
        for hop in range(MOST_REDIRECTS + 1):
            domain = registrable_domain(exchange.host_of(here))
            turn = partial(self._turns.turn, domain)
            if manners is not None:
                at = str(here) if hop else url
                # It may take requests of its own, so no turn is held yet.
                pause = await courtesy.pause(manners, url, at)
                turn = partial(turn, pause, partial(courtesy.check, manners, url, at))
            async with turn() as place:
                if self._late[domain] >= _MOST_LATE:
                    raise Trouble(
                        f"is not asked: {domain} let {_MOST_LATE} requests run out of time"
                    )
                began = time.monotonic()
                try:
                    answer = await self._within(left, here, validators, place)
                except Trouble as trouble:
                    late = isinstance(trouble.__cause__, TimeoutError)
                    self._late[domain] = self._late[domain] + 1 if late else 0
                    raise
                self._late[domain] = 0
                left -= time.monotonic() - began
                if isinstance(answer, Response):
                    place.keep()
            if isinstance(answer, Response):
                moved_to = inert(answer.url) if hop and permanent else None
                return replace(answer, moved_to=moved_to), place
            permanent = permanent and answer.status in _PERMANENT
            here = exchange.parsed(answer.location, base=here)
        raise Trouble(f"redirects more than {MOST_REDIRECTS} times")

    async def _within(
        self, seconds: float, url: httpx.URL, validators: Validators, place: Place
    ) -> Response | exchange.Redirect:
        """Return what one request gives; raises Trouble for what commonly goes wrong with it."""
        import httpcore

        from digest.adapters.http.network import AddressRefused, NameUnknown

        stage = exchange.Stage(place)
        try:
            async with asyncio.timeout(max(seconds, 0)) as stage.limit:
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

    async def _ask(
        self, url: httpx.URL, validators: Validators, stage: exchange.Stage
    ) -> Response | exchange.Redirect:
        """Send one request and return its answer or where it leads."""
        import httpx

        headers_sent = [
            (b"Host", url.netloc),  # httpx would read the decoded name to add it
            *self._headers,
            *exchange.credentials(url),
            *exchange.conditions(validators),
        ]
        # Through the transport alone: a client would add cookies and redirects of its own.
        answer = await self._transport().handle_async_request(
            httpx.Request("GET", url, headers=headers_sent)
        )
        stage.answered = True
        try:
            status = answer.status_code
            headers = exchange.headers_of(answer)
            location = exchange.location(headers)
            if status == 200:
                return Response(str(url), 200, headers, await self._body(answer, headers, stage))
            await exchange.drain(answer, headers)
            if status == 304 and (validators.etag or validators.last_modified):
                return Response(str(url), 304, headers, b"")
            if status in _REDIRECTS and location:
                return exchange.Redirect(status, location)
            wait = httptimes.retry_after(headers, datetime.now(UTC))
            raise Trouble(
                "answered 304 (unchanged) though nothing was known of it"
                if status == 304
                else f"answered {status}",
                status=status,
                retry_after=None if wait is None else wait.total_seconds(),
                address=str(url),
                passing=status >= 500 and status not in _FINAL_5XX and wait is None,
            )
        finally:
            await answer.aclose()

    async def _body(
        self, answer: httpx.Response, headers: Mapping[str, str], stage: exchange.Stage
    ) -> bytes:
        declared = headers.get("content-length", "")
        if declared.isdecimal() and len(declared) < 19 and int(declared) > self._max_bytes:
            raise body.BodyError(body.too_big(self._max_bytes))
        encoding = headers.get("content-encoding", "")
        async with aclosing(exchange.chunks(answer)) as chunks:
            content = await body.read(
                chunks, encoding, self._max_bytes, partial(stage.grow, self._large)
            )
        if not content:
            raise Trouble("gave an empty answer", status=200)
        return content

    def _transport(self) -> GuardedTransport:
        if self._opened is None:
            from digest.adapters.http.network import GuardedNetwork, look_up, system_connector
            from digest.adapters.http.transport import GuardedTransport

            network = GuardedNetwork(
                allow_hosts=self._allow_hosts,
                connect_to=self._connect_to,
                resolve=self._resolve or look_up,
                connector=self._connector or system_connector(),
                most_bytes=2 * self._max_bytes + 1_000_000,
            )
            self._opened = GuardedTransport(network, self._concurrency, self._proxy)
        return self._opened
