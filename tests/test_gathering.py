"""Entries that several feeds carry, entries left behind, and what a search leaves alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest

from digest.adapters.store import SqlStore
from digest.core.urls import identity
from digest.models import Entry, EntryOutcome, FeedState, Selected
from digest.newsroom.server import Answer
from tests.command import END, OddNewsroom, call, configure

STORY = "http://wire.test/story"
TITLE = "Brindle releases an open language model for 400 dialects"
TEXT = (
    "Brindle released an open language model on Tuesday that speaks 400 dialects of 90 languages.",
    "The company trained it for nine weeks on 2,000 accelerators and gives its weights away free.",
    "Linguists in Brno and Tartu checked its answers and found mistakes in one sentence of thirty.",
    "A smaller version runs on a telephone and needs no connection, the company said in a note.",
    "Brindle plans to add another 60 dialects within half a year, most of them from West Africa.",
)
LAB = (
    "Ormond opened a lab for chatbot safety in Tartu on Tuesday, its first outside Norway.",
    "Thirty people will work there on ways to notice when a chatbot begins to mislead its users.",
    "The university of Tartu gives the rooms, and Ormond pays for five doctoral students a year.",
    "Results are to be published within three months of each study, the director said on Tuesday.",
)
CONTRACT = {
    "published",
    "brief",
    "duplicate",
    "commentary",
    "repeat",
    "off-topic",
    "muted",
    "below-cut",
    "teaser",
    "consent",
    "error",
}


def rss(*items: tuple[str, str, float], summary: str = "") -> Answer:
    """A feed of (address, title, hours before END)."""
    listed = "".join(
        f"<item><title>{escape(title)}</title><link>{url}</link><guid>{url}</guid>"
        f"<description>{escape(summary)}</description>"
        f"<pubDate>{format_datetime(END - timedelta(hours=hours))}</pubDate></item>"
        for url, title, hours in items
    )
    body = f'<rss version="2.0"><channel><title>A feed</title>{listed}</channel></rss>'
    return Answer(200, body.encode(), "application/rss+xml")


def page(title: str = TITLE, text: Sequence[str] = TEXT) -> Answer:
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in text)
    body = (
        f'<html lang="en"><head><title>{title}</title></head>'
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )
    return Answer(200, body.encode())


@pytest.fixture
def press() -> Iterator[OddNewsroom]:
    """Outlets of this test's own, at any ``.test`` host, put up through ``odd``."""
    with OddNewsroom({"wire.test/story": page()}) as newsroom:
        yield newsroom


def feed(host: str, **more: object) -> dict[str, object]:
    return {"url": f"http://{host}/feed", "name": host.partition(".")[0].title(), **more}


def run(folder: Path, *extra: str, hours: float = 0) -> dict[str, Any]:
    """Run at END + hours; return the report."""
    at = (END + timedelta(hours=hours)).isoformat()
    done = call(folder, "run", "--json", "--at", at, *extra)
    assert done.code in (0, 1), done.err
    return done.report()


def told(folder: Path) -> list[tuple[str, list[str]]]:
    """Return (headline, publishers) of the stories in the last edition."""
    edition = json.loads((folder / "out/edition.json").read_text("utf-8"))
    return [(s["headline"], [x["publisher"] for x in s["sources"]]) for s in edition["stories"]]


def opened(press: OddNewsroom, path: str = "/story") -> int:
    return sum(r.path == path for r in press.requests)


def test_a_thread_seen_first_does_not_keep_the_news_from_being_read(
    press: OddNewsroom, tmp_path: Path
) -> None:
    press.odd |= {
        "forum.test/feed": rss((STORY, TITLE, 3)),
        "wire.test/feed": rss((STORY, TITLE, 3)),
    }
    thread = feed("forum.test", kind="discussion", category="ai")
    configure(tmp_path, press, feeds=[thread])
    assert run(tmp_path)["counts"]["published"] == 0
    assert opened(press) == 0
    configure(tmp_path, press, feeds=[thread, feed("wire.test", category="ai")])
    run(tmp_path, hours=1)
    assert told(tmp_path) == [(TITLE, ["Wire"])]
    assert opened(press) == 1


def test_a_feed_that_passed_an_entry_over_does_not_speak_for_the_others(
    press: OddNewsroom, tmp_path: Path
) -> None:
    press.odd |= {
        "mixed.test/feed": rss((STORY, "A quiet week in Brno", 3), summary="Notes. " * 60),
        "wire.test/feed": rss((STORY, TITLE, 3)),
    }
    configure(tmp_path, press, feeds=[feed("mixed.test")])
    report = run(tmp_path)
    assert [e["outcome"] for e in report["entries"]] == ["off-topic"]
    configure(tmp_path, press, feeds=[feed("mixed.test"), feed("wire.test", category="ai")])
    run(tmp_path, hours=1)
    assert told(tmp_path) == [(TITLE, ["Wire"])]


@pytest.mark.parametrize("order", [("wire.test", "alpha.test"), ("alpha.test", "wire.test")])
def test_the_outlets_own_feed_owns_its_article_in_whatever_order_they_answer(
    press: OddNewsroom, tmp_path: Path, order: tuple[str, str]
) -> None:
    press.odd |= {
        "alpha.test/feed": rss((STORY, "Alpha: open language model for 400 dialects", 2)),
        "wire.test/feed": rss((STORY, TITLE, 3)),
    }
    one_at_a_time = {"per_domain": {"interval": 0}, "concurrency": 1}
    connect = press.config()["connect_to"]
    configure(
        tmp_path,
        press,
        feeds=[feed(host, category="ai", trust=2) for host in order],
        fetch={**one_at_a_time, "connect_to": connect},
    )
    report = run(tmp_path)
    assert told(tmp_path) == [(TITLE, ["Wire"])]
    assert opened(press) == 1
    assert sorted(e["outcome"] for e in report["entries"]) == ["duplicate", "published"]


def test_what_a_dropped_feed_left_to_be_read_is_read_for_another(
    press: OddNewsroom, tmp_path: Path
) -> None:
    entry = Entry(identity(STORY), "http://gone.test/feed", STORY, STORY, TITLE)
    with SqlStore.open(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        left = [Selected(entry, EntryOutcome.PENDING, "new")]
        store.save_feed(FeedState("http://gone.test/feed"), left, END - timedelta(hours=1))
    press.odd["wire.test/feed"] = rss((STORY, TITLE, 3))
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai")])
    run(tmp_path)
    assert told(tmp_path) == [(TITLE, ["Wire"])]


def test_a_page_is_opened_once_whatever_spelling_of_its_address_feeds_give(
    press: OddNewsroom, tmp_path: Path
) -> None:
    press.odd |= {
        "wire.test/feed": rss((STORY, TITLE, 3)),
        "echo.test/feed": rss(("http://www.wire.test/story/", TITLE, 3)),
        "late.test/feed": rss(("http://m.wire.test/story?amp=1", TITLE, 3)),
        "www.wire.test/story/": page(),
        "www.wire.test/story": page(),
        "m.wire.test/story": page(),
    }
    configure(tmp_path, press, feeds=[feed("wire.test"), feed("echo.test")])
    run(tmp_path)
    configure(tmp_path, press, feeds=[feed("wire.test"), feed("echo.test"), feed("late.test")])
    run(tmp_path, "--refresh", hours=1)
    assert sum("/story" in r.path for r in press.requests) == 1
    assert told(tmp_path) == [(TITLE, ["Wire"])]


def test_a_search_leaves_the_next_edition_as_it_would_have_been(
    press: OddNewsroom, tmp_path: Path
) -> None:
    press.odd["wire.test/feed"] = rss((STORY, TITLE, 60))
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai")], topic_feeds=[])
    found = call(tmp_path, "topic", "Brindle dialects", "--at", END.isoformat())
    assert TITLE in found.out
    assert opened(press) == 1
    report = run(tmp_path)  # a first run: nothing older than its window counts
    assert report["edition"] == "empty"
    assert opened(press) == 1


def test_what_a_search_read_is_not_opened_again_when_an_edition_wants_it(
    press: OddNewsroom, tmp_path: Path
) -> None:
    press.odd["wire.test/feed"] = rss((STORY, TITLE, 3))
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai")], topic_feeds=[])
    call(tmp_path, "topic", "Brindle dialects", "--at", END.isoformat())
    run(tmp_path, hours=1)
    assert told(tmp_path) == [(TITLE, ["Wire"])]
    assert opened(press) == 1


def test_what_only_a_search_feed_carries_is_in_no_edition(
    press: OddNewsroom, tmp_path: Path
) -> None:
    press.odd |= {
        "wire.test/feed": rss(),
        "outside.test/feed?q=Brindle+dialects": rss((STORY, TITLE, 3)),
    }
    configure(
        tmp_path,
        press,
        feeds=[feed("wire.test", category="ai")],
        topic_feeds=["http://outside.test/feed?q={query}"],
    )
    assert TITLE in call(tmp_path, "topic", "Brindle dialects", "--at", END.isoformat()).out
    assert run(tmp_path, hours=1)["edition"] == "empty"


def test_a_feed_that_recovers_after_the_edition_is_told_in_the_next(
    press: OddNewsroom, tmp_path: Path
) -> None:
    other = "http://other.test/item"
    press.odd |= {
        "wire.test/feed": Answer(500, b""),
        "other.test/feed": rss((other, "Ormond opens a lab for chatbot safety in Tartu", 2)),
        "other.test/item": page("Ormond opens a lab for chatbot safety in Tartu", LAB),
    }
    configure(
        tmp_path,
        press,
        feeds=[feed("wire.test", category="ai"), feed("other.test", category="ai")],
    )
    run(tmp_path)
    press.odd["wire.test/feed"] = rss((STORY, TITLE, 3))
    at_once = run(tmp_path)  # at the very same time: the feed is left alone after its failure
    assert {f["outcome"] for f in at_once["feeds"]} == {"unchanged", "deferred"}
    again = run(tmp_path, hours=0.5)
    assert again["edition"] == "unchanged"
    assert {e["outcome"] for e in again["entries"]} <= CONTRACT
    (late,) = (e for e in again["entries"] if e["url"] == STORY)
    assert late["reason"].startswith("waits for the next edition")
    run(tmp_path, hours=24)
    assert [headline for headline, _ in told(tmp_path)] == [TITLE]


def test_no_feed_answering_leaves_the_standing_edition_named(
    press: OddNewsroom, tmp_path: Path
) -> None:
    press.odd["wire.test/feed"] = rss((STORY, TITLE, 3))
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai")])
    run(tmp_path)
    press.odd["wire.test/feed"] = Answer(500, b"")
    report = run(tmp_path, hours=1)
    assert (report["edition"], report["exit_code"]) == ("unchanged", 1)
    assert report["edition_id"] == "daily-2025-05-14"
    assert told(tmp_path) == [(TITLE, ["Wire"])]


def test_a_home_page_in_the_place_of_a_feed_is_searched_for_one(
    press: OddNewsroom, tmp_path: Path
) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/news.xml">'
    home = f"<html><head><title>Wire</title>{link}</head><body><p>Hello</p></body></html>"
    press.odd |= {
        "wire.test/": Answer(200, home.encode()),
        "wire.test/news.xml": rss(("/story", TITLE, 3)),
    }
    configure(
        tmp_path, press, feeds=[{"url": "http://wire.test/", "name": "Wire", "category": "ai"}]
    )
    (asked,) = run(tmp_path)["feeds"]
    assert (asked["outcome"], asked["error"]) == ("new", None)
    assert "read from http://wire.test/news.xml" in asked["note"]
    assert told(tmp_path) == [(TITLE, ["Wire"])]


def test_entries_over_the_limit_wait_for_the_next_run_and_are_not_hidden_by_a_304(
    press: OddNewsroom, tmp_path: Path
) -> None:
    items = [
        (f"http://wire.test/{n}", f"Brindle language model, part {n}", 1 + n / 60)
        for n in range(55)
    ]
    press.odd["wire.test/feed"] = rss(*items)
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai")])
    first = run(tmp_path)
    assert first["counts"]["opened"] == 50
    assert any("5 more of its entries wait" in p["message"] for p in first["problems"])
    second = run(tmp_path, hours=1)
    assert second["counts"]["opened"] == 5
    assert run(tmp_path, hours=2)["feeds"][0]["http_status"] == 304
