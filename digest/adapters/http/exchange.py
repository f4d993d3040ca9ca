"""One request: what goes into it, how far it has come, what comes out of its answer."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

from digest.adapters.http.trouble import Trouble
from digest.adapters.http.turns import Place
from digest.core.urls import ascii_host
from digest.models import Validators

if TYPE_CHECKING:
    import httpx

_LONGEST_VALIDATOR = 4_096  # characters; a longer one is neither kept nor sent back
_LONGEST_URL = 8_000  # characters
_LAST_PORT = 65_535
_DRAINED = 16_384  # bytes of an answer nobody wants, read so that its connection can be kept


class Stage:
    """How far a request has come, in what place and against which limit."""

    limit: asyncio.Timeout

    def __init__(self, place: Place) -> None:
        self.place = place
        self.answered = False  # the headers have come

    async def grow(self, places: asyncio.Semaphore) -> None:
        """Wait for a place among the large answers; the time for that does not count."""
        loop = asyncio.get_running_loop()
        began, ends = loop.time(), self.limit.when()
        self.limit.reschedule(None)
        await self.place.add(places)
        if ends is not None:
            self.limit.reschedule(ends + loop.time() - began)


class Redirect:
    """Where an answer leads, and with which status."""

    def __init__(self, status: int, location: str) -> None:
        self.status = status
        self.location = location


def parsed(url: str, base: httpx.URL | None = None) -> httpx.URL:
    """Return an address to ask, resolved against ``base``; raises Trouble for what is none."""
    import httpx

    try:
        result = (httpx.URL(url) if base is None else base.join(url)).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise Trouble(_unusable(url, base)) from error
    usable = result.scheme in ("http", "https") and len(result.raw_path) <= _LONGEST_URL
    port = 80 if result.port is None else result.port
    if not usable or not ascii_host(host_of(result)) or not 1 <= port <= _LAST_PORT:
        raise Trouble(_unusable(url, base))
    return result


def host_of(url: httpx.URL) -> str:
    """Return the host as a request names it, in ASCII.

    httpx's own ``host`` decodes "xn--…" and raises where no alphabet has such letters: emoji.
    """
    return url.raw_host.decode("ascii")


def _unusable(url: str, base: httpx.URL | None) -> str:
    if base is None:
        return "is not an http or https address"
    if len(url) > _LONGEST_URL:
        return f"leads to an address of more than {_LONGEST_URL:,} characters"
    return f"leads to what is not an http or https address ({url[:80]})"


def credentials(url: httpx.URL) -> list[tuple[bytes, bytes]]:
    """Return the header for an address that holds a user name, as private feeds' may."""
    if not url.userinfo:
        return []
    pair = f"{url.username}:{url.password}".encode()
    return [(b"Authorization", b"Basic " + b64encode(pair))]


def conditions(validators: Validators) -> list[tuple[bytes, bytes]]:
    """Return the headers of a conditional request: "has it changed?"."""
    asked = {b"If-None-Match": validators.etag, b"If-Modified-Since": validators.last_modified}
    return [
        (name, value.encode("latin-1"))
        for name, value in asked.items()
        # What no header can hold was never a server's; asking without it is always right.
        if value and not any(char in "\r\n\0" or ord(char) > 255 for char in value)
    ]


def headers_of(answer: httpx.Response) -> dict[str, str]:
    """Return an answer's headers by lower-case name; several of a name joined by commas.

    X-Robots-Tag by newlines: each may speak to a program of its own.
    """
    headers: dict[str, str] = {}
    for raw_name, raw_value in answer.headers.raw:
        # As Latin-1 every byte survives, so that a validator goes back as it came.
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name in ("etag", "last-modified") and len(value) > _LONGEST_VALIDATOR:
            continue
        between = "\n" if name == "x-robots-tag" else ", "
        headers[name] = f"{headers[name]}{between}{value}" if name in headers else value
    return headers


def location(headers: Mapping[str, str]) -> str:
    """Return where an answer leads, "" for nowhere; many servers send it as bare UTF-8."""
    value = headers.get("location", "")
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return value


def chunks(answer: httpx.Response) -> AsyncGenerator[bytes, None]:
    """Return the pieces of an answer's body as they were sent."""
    # httpx declares less than it gives; a generator left half-read must be closed.
    return cast("AsyncGenerator[bytes, None]", answer.aiter_raw())


async def drain(answer: httpx.Response, headers: Mapping[str, str]) -> None:
    """Read a short rest, so that the connection can serve again; leave a long one unread."""
    declared = headers.get("content-length", "0" if answer.status_code == 304 else "")
    if declared.isdecimal() and len(declared) < 10 and int(declared) <= _DRAINED:
        async with aclosing(chunks(answer)) as rest:
            async for _ in rest:
                pass
