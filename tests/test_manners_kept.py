"""Whole runs keep the manners that are promised: a server on loopback keeps every request.

Three runs on one world of feeds and pages, one after the other, each with a store opened anew: on
a morning, an hour later, and on the next day.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any

import pytest
import yaml

from benchmarks.invented import Piece, piece
from digest.core.urls import registrable_domain
from tests.command import call
from tests.loopback import Handler, Reply, Request, Threaded
from tests.model_server import ModelServer

MORNING = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
RUNS = (MORNING, MORNING + timedelta(hours=1), MORNING + timedelta(days=1))
INTERVAL = 0.2
SLOW = 0.5  # seconds an answer takes: longer than the interval, so that requests overlap
ETAG = 'W/"a\xe9 , \\ odd=1"'
CHANGED = "Tue, 10 Mar 2026 05:59:59 +0000"
AGENT = "digest-test/1.0 (+mailto:desk@example.org)"
BUSY = 7_200  # seconds
HTML = {"Content-Type": "text/html; charset=utf-8"}
OLD = (
    "<item><title>Old</title><guid>1</guid><pubDate>Mon, 05 Jan 2026 06:00:00 GMT</pubDate></item>"
)


class World:
    """What the server answers, and how many requests were under way at once."""

    def __init__(self) -> None:
        self.numbers = iter(range(9_000_000, 9_001_000))
        self.pieces: dict[str, Piece] = {}
        self.in_flight: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.pages: dict[str, Reply | Handler] = {}
        self._feeds_without_pages()
        self._feeds_with_pages()

    def _feeds_without_pages(self) -> None:
        self.pages["etag.test/feed"] = self._asks_back
        self.pages["same.test/feed"] = self._says_unchanged
        self.pages["old.test/feed"] = Reply(301, b"", {"Location": "http://new.test/feed"})
        self.pages["new.test/feed"] = Reply(200, feed())
        self.pages["gone.test/feed"] = Reply(410, b"gone")
        self.pages["busy.test/first"] = Reply(429, b"later", {"Retry-After": str(BUSY)})
        self.pages["busy.test/second"] = Reply(200, feed())
        self.pages["weak.test/feed"] = Reply(502, b"bad gateway")
        self.pages["fresh.test/feed"] = Reply(200, feed(), {"Cache-Control": "max-age=7200"})
        for name in ("a", "b", "c", "d"):
            self.pages[f"{name}.spaced.test/feed"] = self._slowly
            self.pages[f"{name}{name}.test/feed"] = self._slowly

    def _feeds_with_pages(self) -> None:
        """Put up outlets, each with a page, and what they wish for it."""
        self.outlet("open.test")
        self.outlet("strict.test", robots="User-agent: *\nDisallow: /feed\nDisallow: /private/\n")
        self.outlet("strict.test", path="/private/page")
        self.outlet("shy.test", robots=None)
        self.outlet("signal.test", headers={"Content-Signal": "search=yes, ai-input=no"})
        self.outlet("reserved.test", headers={"tdm-reservation": "1"})
        self.outlet("noai.test", meta='<meta name="robots" content="noai">')
        robots = "User-agent: *\nContent-Signal: ai-input=no\nAllow: /\n"
        self.outlet("quiet.test", robots=robots)
        self.outlet("nosnippet.test", headers={"X-Robots-Tag": "nosnippet"})

    def outlet(
        self,
        host: str,
        *,
        robots: str | None = "",
        path: str = "/page",
        headers: dict[str, str] | None = None,
        meta: str = "",
    ) -> None:
        """Put up a page, listed in the host's feed; ``robots`` None: robots.txt gives an error."""
        shown = piece(next(self.numbers), MORNING - timedelta(hours=1))
        self.pieces[host + path] = shown
        self.pages[host + path] = Reply(200, page(shown, meta), {**HTML, **(headers or {})})
        listed = [(p, one) for p, one in self.pieces.items() if p.startswith(f"{host}/")]
        self.pages[f"{host}/feed"] = Reply(200, feed(*listed))
        told = Reply(501, b"down") if robots is None else Reply(200, robots.encode() or b"\n")
        self.pages.setdefault(f"{host}/robots.txt", told)

    async def _asks_back(self, request: Request, _writer: asyncio.StreamWriter) -> Reply:
        if request.headers.get("if-none-match") == ETAG:
            return Reply(304, b"", {"ETag": ETAG})
        return Reply(200, feed(), {"ETag": ETAG, "Last-Modified": CHANGED})

    async def _says_unchanged(self, request: Request, _writer: asyncio.StreamWriter) -> Reply:
        again = "if-none-match" in request.headers
        body = feed().replace(b">1<", b">2<") if again else feed()
        return Reply(200, body, {"ETag": '"same"'})

    async def _slowly(self, request: Request, _writer: asyncio.StreamWriter) -> Reply:
        domain = registrable_domain(request.host)
        for name in (domain, "all"):
            self.in_flight[name] += 1
            self.most[name] = max(self.most[name], self.in_flight[name])
        await asyncio.sleep(SLOW)
        for name in (domain, "all"):
            self.in_flight[name] -= 1
        return Reply(200, feed())

    def feeds(self) -> list[str]:
        """Return the feeds to be configured."""
        names = [p for p in self.pages if p.endswith(("/feed", "/first", "/second"))]
        return [f"http://{name}" for name in names if name != "new.test/feed"]


def feed(*listed: tuple[str, Piece]) -> bytes:
    """Return a feed with these pages; with none, one old entry."""
    items = "".join(
        f"<item><title>{escape(p.title)}</title><link>http://{path}</link>"
        f"<pubDate>{format_datetime(p.published_at)}</pubDate>"
        f"<description>{escape(p.title)}</description></item>"
        for path, p in listed
    )
    return f"<rss version='2.0'><channel><title>F</title>{items or OLD}</channel></rss>".encode()


def page(shown: Piece, meta: str) -> bytes:
    """Return an article's page."""
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in shown.paragraphs)
    return (
        f"<html lang='en'><head><title>{escape(shown.title)}</title>{meta}</head>"
        f"<body><article><h1>{escape(shown.title)}</h1>{text}</article></body></html>"
    ).encode()


@dataclass(frozen=True)
class Kept:
    """What three runs asked for and reported."""

    world: World
    requests: tuple[list[Request], ...]  # of each run
    reports: tuple[dict[str, Any], ...]
    edition: str  # the first run's
    prompts: str  # all that a model was sent

    def asked(self, run: int, host: str = "") -> list[str]:
        """Return what a run asked for, "host/path", in the order of the requests."""
        return [r.host + r.target for r in self.requests[run] if not host or r.host.endswith(host)]

    def outcome(self, run: int, name: str) -> str:
        """Return what a run's report says of the feed at "host/path"."""
        report = self.reports[run]["feeds"]
        return str(next(f["outcome"] for f in report if f["url"] == f"http://{name}"))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("manners")
    world = World()
    with Threaded(world.pages) as site, ModelServer() as model:
        settings = {
            "timezone": "UTC",
            "store": "sqlite:///digest.db",
            "edition": {"window": "24h"},
            "feeds": [{"url": url, "category": "ai"} for url in world.feeds()],
            "fetch": {
                "user_agent": AGENT,
                "concurrency": 4,
                "per_domain": {"concurrency": 2, "interval": f"{INTERVAL}s"},
                "connect_to": {"*.test": site.address},
            },
            "llm": {"base_url": model.url, "model": "m1", "api_key": "k"},
            "workers": {"processes": 1},
        }
        (folder / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        requests, reports, editions = [], [], []
        for moment in RUNS:
            done = call(folder, "run", "--at", moment.isoformat(), "--json")
            assert done.code == 0, done.err
            requests.append(list(site.requests))
            site.requests.clear()
            reports.append(done.report())
            editions.append((folder / "out" / "edition.json").read_text("utf-8"))
        prompts = json.dumps(model.requests, ensure_ascii=False)
    yield Kept(world, tuple(requests), tuple(reports), editions[0], prompts)


def test_every_request_names_the_program_and_asks_for_what_it_can_bound(kept: Kept) -> None:
    for request in (r for run in kept.requests for r in run):
        assert request.headers["user-agent"] == AGENT
        assert request.headers["accept-encoding"] == "gzip, deflate"
        assert not {"cookie", "referer", "authorization"} & request.headers.keys()


def test_validators_go_back_byte_for_byte_after_a_restart(kept: Kept) -> None:
    first, second = (
        next(r for r in run if r.host == "etag.test").headers for run in kept.requests[:2]
    )
    assert not {"if-none-match", "if-modified-since"} & first.keys()
    assert second["if-none-match"] == ETAG
    assert second["if-modified-since"] == CHANGED
    assert kept.outcome(1, "etag.test/feed") == "unchanged"
    report = next(f for f in kept.reports[1]["feeds"] if "etag.test" in f["url"])
    assert report["http_status"] == 304


def test_an_unchanged_etag_on_a_200_counts_as_unchanged(kept: Kept) -> None:
    assert [kept.outcome(run, "same.test/feed") for run in range(3)] == [
        "new",
        "unchanged",
        "unchanged",
    ]


def test_one_domain_s_requests_are_spaced_and_two_at_once(kept: Kept) -> None:
    for run in kept.requests:
        starts = sorted(r.at for r in run if r.host.endswith("spaced.test"))
        assert len(starts) == 4
        assert starts[-1] - starts[0] > 3 * INTERVAL * 0.8
        assert starts[1] - starts[0] > INTERVAL * 0.5
    assert kept.world.most["spaced.test"] == 2


def test_no_more_requests_than_configured_are_under_way_in_all(kept: Kept) -> None:
    assert kept.world.most["all"] == 4


def test_a_permanent_redirect_is_followed_and_believed_after_two_fetches(kept: Kept) -> None:
    for run in (0, 1):
        assert kept.asked(run, "old.test") == ["old.test/feed"]
        assert kept.asked(run, "new.test") == ["new.test/feed"]
    assert kept.outcome(0, "old.test/feed") == "moved"
    assert kept.asked(2, "old.test") == []
    assert kept.asked(2, "new.test") == ["new.test/feed"]


def test_a_feed_that_is_gone_is_retired(kept: Kept) -> None:
    assert [kept.outcome(run, "gone.test/feed") for run in range(3)] == ["gone"] * 3
    assert [len(kept.asked(run, "gone.test")) for run in range(3)] == [1, 0, 0]


def test_a_busy_site_is_left_alone_after_a_restart_too(kept: Kept) -> None:
    assert len(kept.asked(0, "busy.test")) == 1
    assert kept.asked(1, "busy.test") == []
    for run in (0, 1):
        told = {kept.outcome(run, f"busy.test/{name}") for name in ("first", "second")}
        assert told == {"deferred"}
    notes = [f["note"] for f in kept.reports[1]["feeds"] if "busy.test" in f["url"]]
    assert all("asked again from" in note for note in notes)


def test_passing_trouble_is_tried_once_more_and_then_later(kept: Kept) -> None:
    assert len(kept.asked(0, "weak.test")) == 2
    assert kept.outcome(0, "weak.test/feed") == "failed"
    assert len(kept.asked(1, "weak.test")) == 2  # an hour is more than the first pause
    assert len(kept.asked(2, "weak.test")) == 2


def test_a_feed_is_left_alone_as_long_as_it_stays_fresh(kept: Kept) -> None:
    assert [len(kept.asked(run, "fresh.test")) for run in range(3)] == [1, 0, 1]
    assert kept.outcome(1, "fresh.test/feed") == "deferred"


def test_robots_txt_is_asked_once_and_before_pages_only(kept: Kept) -> None:
    asked = [name for run in range(3) for name in kept.asked(run)]
    hosts = {name.partition("/")[0] for name in kept.world.pieces}
    for host in hosts:
        robots, opened = f"{host}/robots.txt", f"{host}/page"
        assert asked.count(robots) == 1, host
        if opened in asked:
            assert asked.index(robots) < asked.index(opened)
    assert {name.partition("/")[0] for name in asked if "robots" in name} == hosts


def test_robots_txt_keeps_pages_closed_and_feeds_are_exempt(kept: Kept) -> None:
    asked = kept.asked(0)
    assert {"strict.test/feed", "strict.test/page", "shy.test/feed"} <= set(asked)
    assert "strict.test/private/page" not in asked
    assert "shy.test/page" not in asked


def test_no_page_is_opened_twice(kept: Kept) -> None:
    asked = Counter(name for run in range(3) for name in kept.asked(run))
    assert {name for name in kept.world.pieces if asked[name] > 1} == set()


@pytest.mark.parametrize("host", ["signal.test", "reserved.test", "noai.test", "quiet.test"])
def test_what_a_publisher_keeps_from_models_is_sent_to_none(kept: Kept, host: str) -> None:
    assert f"{host}/page" in kept.asked(0)
    shown = kept.world.pieces[f"{host}/page"]
    assert not [p for p in shown.paragraphs if p[:80] in kept.prompts]
    assert shown.title not in kept.prompts


def test_what_is_free_to_use_is_sent_and_written_about(kept: Kept) -> None:
    shown = kept.world.pieces["open.test/page"]
    assert any(paragraph[:80] in kept.prompts for paragraph in shown.paragraphs)
    assert shown.title in kept.edition


def test_of_a_page_without_snippets_only_the_headline_is_quoted(kept: Kept) -> None:
    shown = kept.world.pieces["nosnippet.test/page"]
    assert "nosnippet.test/page" in kept.asked(0)
    assert shown.title in kept.edition
    sentences = [s for p in shown.paragraphs for s in p.split(". ") if len(s) > 40]
    assert sentences
    assert not [s for s in sentences if s[:60] in kept.edition]
