"""The invented outlets as a server on loopback: ``python -m benchmarks.loopback FEEDS ARTICLES``.

A process of its own, so that its work is not counted as the digest's. It prints its port and
answers until it is told to end. What was asked of it stands under http://log.test/, once.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import time

from benchmarks.outlets import Resource, World, world

LOG = "http://log.test/"
_END = b"\r\n\r\n"


def main() -> None:
    """Serve until ended."""
    feeds, articles = int(sys.argv[1]), int(sys.argv[2])
    asyncio.run(serve(world(feeds, articles)))


async def serve(made: World, latency: float = 0.0) -> None:
    """Print a port of loopback and serve ``made`` there, each answer ``latency`` seconds late."""
    site = _Site(made)
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(site, latency), "127.0.0.1", 0, backlog=512
    )
    site.restart()
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class _Site:
    """Every answer made ready, and a log of what was asked."""

    def __init__(self, made: World) -> None:
        everything = {**made.feeds, **made.pages}
        self._answers = {url: _encoded(resource) for url, resource in everything.items()}
        self._kinds = {**dict.fromkeys(made.feeds, "feed"), **dict.fromkeys(made.pages, "page")}
        self.restart()

    def restart(self) -> None:
        self._asked: list[tuple[str, str, int]] = []
        self._cpu_since = time.process_time()

    def answer(self, head: bytes) -> bytes:
        """Return the answer to a request, from its first line to its last header."""
        lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines[1:])
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        url = f"http://{headers.get('host', '')}{lines[0].split(' ')[1]}"
        if url == LOG:
            return self._log()
        etag, full, unchanged = self._answers.get(url, ("", _MISSING, b""))
        status = 404 if not etag else 304 if headers.get("if-none-match") == etag else 200
        other = "robots" if url.endswith("/robots.txt") else "missing"
        self._asked.append((url, self._kinds.get(url, other), status))
        return unchanged if status == 304 else full

    def _log(self) -> bytes:
        log = {"requests": self._asked, "cpu_s": time.process_time() - self._cpu_since}
        self.restart()
        return _answer("200 OK", "Content-Type: application/json", json.dumps(log).encode())


def _encoded(resource: Resource) -> tuple[str, bytes, bytes]:
    etag = resource.etag
    shared = f"ETag: {etag}\r\nCache-Control: max-age=0\r\nVary: Accept-Encoding"
    kind = f"Content-Type: {resource.content_type}\r\nContent-Encoding: gzip"
    body = gzip.compress(resource.body, 6, mtime=0)
    unchanged = f"HTTP/1.1 304 Not Modified\r\n{shared}".encode() + _END
    return etag, _answer("200 OK", f"{shared}\r\n{kind}", body), unchanged


def _answer(status: str, headers: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {len(body)}"
    return head.encode() + _END + body


_MISSING = _answer("404 Not Found", "Content-Type: text/plain", b"no such page")


class _Connection(asyncio.Protocol):
    """One connection, requests answered one after the other."""

    def __init__(self, site: _Site, latency: float) -> None:
        self._site = site
        self._latency = latency
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while _END in self._unread:
            head, _, self._unread = self._unread.partition(_END)
            answer = self._site.answer(head)
            if self._latency:
                loop = asyncio.get_running_loop()
                loop.call_later(self._latency, self._transport.write, answer)
            else:
                self._transport.write(answer)


if __name__ == "__main__":
    main()
