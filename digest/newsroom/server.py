"""The bundled newsroom on loopback HTTP: invented outlets, real status codes and headers."""

from __future__ import annotations

import gzip
import hashlib
import re
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from digest.newsroom import pages, world
from digest.newsroom.world import Outlet, Piece

FEED_LENGTH = 10
SEARCH_HOST = "search.test"
_RELATED = 3
_ROBOTS = b"User-agent: *\nDisallow: /search\n"
_HOME = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Request:
    """One request seen. ``time`` is a monotonic reading in seconds; header names lower-case."""

    time: float
    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    status: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What an outlet answers, before conditions and compression are looked at."""

    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    modified: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Newsroom:
    """The sample world, placed so that the run of its third day is at ``end``.

    The same ``end`` gives the same bytes. ``log`` keeps every request in ``requests``.
    """

    def __init__(self, end: datetime, *, log: bool = True) -> None:
        self._runs = world.runs(end)
        self._world = world.place(world.load(), end)
        self._by_host = {outlet.host: outlet for outlet in self._world.outlets.values()}
        self._by_url = {(piece.outlet.host, piece.path): piece for piece in self._world.pieces}
        self._now = self._runs[-1]
        self._log = log
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self.requests: list[Request] = []

    def runs(self) -> tuple[datetime, datetime, datetime]:
        """Return the three days' run moments, in UTC, oldest first."""
        return self._runs

    def show(self, now: datetime) -> None:
        """From here on serve what is published at ``now``."""
        self._now = now.astimezone(UTC)

    def start(self) -> None:
        """Serve on an ephemeral loopback port, in threads of its own."""
        if self._server is None:
            self._server = _Server(self)
            threading.Thread(
                target=self._server.serve_forever,
                kwargs={"poll_interval": 0.05},
                name="newsroom",
                daemon=True,
            ).start()

    def stop(self) -> None:
        """Stop serving and close every connection."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port served on. Raises RuntimeError before ``start``."""
        if self._server is None:
            raise RuntimeError("the newsroom is not serving; call start() first")
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """``127.0.0.1:PORT``."""
        return f"127.0.0.1:{self.port}"

    def config(self) -> dict[str, object]:
        """Return feeds, topic feeds and ``connect_to`` as they stand in a configuration."""
        feeds = [
            {
                "url": outlet.feed_url,
                "name": outlet.name,
                "category": outlet.category,
                "trust": outlet.trust,
            }
            for outlet in self._world.outlets.values()
        ]
        return {
            "feeds": feeds,
            "topic_feeds": [f"http://{SEARCH_HOST}/rss?q={{query}}"],
            "connect_to": {"*.test": self.address},
        }

    def record(self, request: Request) -> None:
        """Keep a request, where requests are logged."""
        if self._log:
            with self._lock:
                self.requests.append(request)

    def answer(self, host: str, target: str) -> Answer:
        """Return what ``host`` answers for a path (with its query) at the moment shown."""
        parts = urlsplit(target)
        if host == SEARCH_HOST and parts.path == "/rss":
            return self._search(" ".join(parse_qs(parts.query).get("q", [])))
        outlet = self._by_host.get(host)
        if outlet is None:
            return Answer(404, b"no such host\n", "text/plain")
        if outlet.state == "gone":
            return Answer(410, b"This feed has ended.\n", "text/plain; charset=utf-8")
        if outlet.state == "dead":
            return Answer(500, b"Internal Server Error\n", "text/plain; charset=utf-8")
        if parts.path == "/robots.txt":
            return Answer(200, _ROBOTS, "text/plain")
        if parts.path == outlet.moved_from:
            address = f"http://{outlet.host}{outlet.feed}"
            return Answer(301, b"Moved\n", "text/plain", headers={"location": address})
        if parts.path == outlet.feed:
            return self._feed(outlet)
        if parts.path == "/":
            name = outlet.name.encode()
            return Answer(200, _HOME % (name, name))
        return self._page(outlet, parts.path)

    def _published(self) -> list[Piece]:
        """Return what is published at the moment shown, newest first."""
        now = self._now
        out = [p for p in self._world.pieces if p.appears_at and p.appears_at <= now]
        return sorted(out, key=lambda p: (p.appears_at, p.key), reverse=True)

    def _feed(self, outlet: Outlet) -> Answer:
        pieces = [p for p in self._published() if p.outlet is outlet][:FEED_LENGTH]
        content_type = pages.FEED_TYPES[outlet.feed_kind]
        if outlet.encoding != "utf-8":  # its encoding stands in the XML declaration alone
            content_type = "text/xml"
        modified = pieces[0].appears_at if pieces else self._runs[0]
        return Answer(200, pages.feed(outlet, pieces), content_type, modified)

    def _page(self, outlet: Outlet, path: str) -> Answer:
        charset = "" if outlet.encoding != "utf-8" else "; charset=utf-8"
        piece = self._by_url.get((outlet.host, path))
        shown = piece is not None and piece.appears_at is not None and piece.appears_at <= self._now
        if piece is None or not shown or piece.kind == "missing":
            return Answer(404, pages.error_page(outlet), f"text/html{charset}")
        earlier = [
            p for p in self._world.pieces if p.outlet is outlet and p.key < piece.key and p.dated
        ]
        body = pages.article_page(piece, earlier[-_RELATED:])
        return Answer(200, body, f"text/html{charset}", piece.appears_at)

    def _search(self, query: str) -> Answer:
        wanted = _words(query)
        found = [
            p
            for p in self._published()
            if wanted and wanted <= _words(" ".join((p.title, p.summary, *p.paragraphs)))
        ]
        return Answer(200, pages.search_feed(query, found), "application/rss+xml; charset=utf-8")


class _Server(ThreadingHTTPServer):
    """A quiet threaded server that ends idle connections when it closes."""

    daemon_threads = True
    block_on_close = True
    request_queue_size = 128

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that went away is no trouble of the newsroom's."""

    def server_close(self) -> None:
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:  # closed from the other side already
                    continue
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    """One connection: reads requests, asks the newsroom, writes answers."""

    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "Newsroom"
    sys_version = ""
    wbufsize = -1  # headers and body leave together
    disable_nagle_algorithm = True
    timeout = 30

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Say nothing."""

    def _respond(self, *, with_body: bool) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        host = headers.get("host", "").partition(":")[0].lower()
        answer = self.server.newsroom.answer(host, self.path)
        etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
        status = answer.status
        if status == 200 and _unchanged(headers, etag, answer.modified):
            status = 304
        self.server.newsroom.record(
            Request(time.monotonic(), self.command, host, self.path, headers, status)
        )
        self.send_response(status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status == 200:
            self.send_header("ETag", etag)
            self.send_header("Vary", "Accept-Encoding")
            if answer.modified:
                self.send_header("Last-Modified", format_datetime(answer.modified, usegmt=True))
        if status == 304:
            self.end_headers()
            return
        body = answer.body
        if "gzip" in headers.get("accept-encoding", ""):
            body = gzip.compress(body, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)


def _unchanged(headers: Mapping[str, str], etag: str, modified: datetime | None) -> bool:
    """Decide whether the client has this already; an ETag outweighs a date (RFC 9110, 13.2.2)."""
    if "if-none-match" in headers:
        given = [tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")]
        return etag in given or "*" in given
    if "if-modified-since" in headers and modified is not None:
        try:
            return modified <= parsedate_to_datetime(headers["if-modified-since"])
        except (TypeError, ValueError):
            return False
    return False


def _words(text: str) -> set[str]:
    """Return the words a search looks at; the shortest say nothing."""
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 2}
