"""Real outlets' feeds on loopback, as they looked on a given morning."""

from __future__ import annotations

import json
import re
import threading
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from digest.core.urls import registrable_domain

_SINGLES = "_misc"  # the file with single entries of many outlets: each host is a feed of its own
_HOMES = {"hacker-news": "news.ycombinator.com"}  # a feed whose links all lead elsewhere
_THREADS = frozenset({"ycombinator.com", "reddit.com", "twitter.com", "x.com", "youtube.com"})
# What the curated list has by a mirror's address only, or not at all.
_CATEGORIES = {
    **dict.fromkeys(("claude.com", "x.ai", "deepseek.com", "googleblog.com"), "labs"),
    "businessinsider.com": "press",
    "engadget.com": "press",
    "mashable.com": "press",
    "techradar.com": "press",
    "slashdot.org": "press",
    "macrumors.com": "press",
    "androidpolice.com": "press",
    "vox.com": "press",
    "time.com": "press",
    "daringfireball.net": "press",
    "economist.com": "press",
    "fastcompany.com": "press",
}


@dataclass(frozen=True)
class Outlet:
    """One feed: its settings, and its items as they stand in the file, by date."""

    url: str
    name: str
    category: str
    kind: str
    items: tuple[tuple[datetime, str], ...]

    def settings(self) -> dict[str, str]:
        """Return the feed as it stands in a configuration."""
        return {"url": self.url, "name": self.name, "category": self.category, "kind": self.kind}


def outlets(folder: Path, curated: Path) -> list[Outlet]:
    """Return the outlets whose feeds lie in ``folder``, with the categories ``curated`` gives.

    Each is served at the host most of its links lead to. Forums and social sites are discussion.
    """
    listed = json.loads(curated.read_text("utf-8"))["feeds"] if curated.is_file() else []
    categories = {registrable_domain(f["url"]): f["category"] for f in reversed(listed)}
    categories |= _CATEGORIES
    found: list[tuple[str, str, str, list[ET.Element]]] = []  # file, host, title, items
    for file in sorted(folder.glob("*.xml")):
        root = ET.parse(file).getroot()  # noqa: S314 - a file the user names
        channel = root.find("channel")
        assert channel is not None
        items = channel.findall("item")
        if file.stem == _SINGLES:
            hosts = Counter(_host(item) for item in items)
            found += [(h, h, h, [i for i in items if _host(i) == h]) for h in sorted(hosts)]
        else:
            host = _HOMES.get(file.stem) or Counter(map(_host, items)).most_common(1)[0][0]
            found.append((file.stem, host, channel.findtext("title", ""), items))
    names = _names([(registrable_domain(host), title) for _, host, title, _ in found])
    return [_outlet(stem, host, names, categories, items) for stem, host, _, items in found]


def _outlet(
    stem: str,
    host: str,
    names: Mapping[str, str],
    categories: Mapping[str, str],
    items: Sequence[ET.Element],
) -> Outlet:
    domain = registrable_domain(host)
    dated = [(_date(item), ET.tostring(item, "unicode")) for item in items]
    return Outlet(
        url=f"http://{host}/{stem}.xml",
        name=names[domain],
        category=categories.get(domain, ""),
        kind="discussion" if domain in _THREADS else "news",
        items=tuple(sorted(dated, reverse=True)),
    )


def _names(titles: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return each domain's name: of its feeds' titles one that is no address, and a short one."""
    best: dict[str, str] = {}
    for domain, title in titles:
        had = best.get(domain)
        if had is None or ("." in title, len(title)) < ("." in had, len(had)):
            best[domain] = title
    return best


def _host(item: ET.Element) -> str:
    return (urlsplit(item.findtext("link", "")).hostname or "").removeprefix("www.")


def _date(item: ET.Element) -> datetime:
    return parsedate_to_datetime(item.findtext("pubDate", "")).astimezone(UTC)


class Newsstand:
    """Serves the outlets' feeds as they looked at the moment shown; everything else is missing."""

    def __init__(self, sold: Sequence[Outlet]) -> None:
        self._by_url = {outlet.url: outlet for outlet in sold}
        self._now = datetime.min.replace(tzinfo=UTC)
        self._server = _Server(self)

    def show(self, now: datetime) -> None:
        """From here on serve what was published until ``now``."""
        self._now = now

    def body(self, url: str) -> bytes | None:
        """Return the feed at an address, None where there is none."""
        outlet = self._by_url.get(url)
        if outlet is None:
            return None
        items = "".join(item for published, item in outlet.items if published <= self._now)
        name = re.sub(r"[<&>]", " ", outlet.name)
        return f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'.encode()

    @property
    def address(self) -> str:
        """``127.0.0.1:PORT``."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, stand: Newsstand) -> None:
        self.stand = stand
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        body = self.server.stand.body(f"http://{self.headers.get('host', '')}{self.path}")
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "text/plain" if body is None else "application/rss+xml")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Nothing is logged: the program's own report says what was asked."""
