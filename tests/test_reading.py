"""Pages that may not be opened, and what publishers wish of those that may: whole runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest import app
from digest.adapters.store import SqlStore
from digest.models import Article, Quality
from digest.newsroom.server import Answer
from tests.command import END, OddNewsroom, configure
from tests.model_server import KEY, ModelServer
from tests.test_gathering import LAB, STORY, TEXT, TITLE, feed, opened, page, rss, run

SUMMARY = " ".join(LAB)
OUT = Answer(200, b"User-agent: *\nDisallow: /story", "text/plain")
CLOSED = Answer(200, b"User-agent: *\nContent-Signal: ai-input=no", "text/plain")


@pytest.fixture
def press() -> Iterator[OddNewsroom]:
    listed = rss((STORY, TITLE, 3), summary=SUMMARY)
    with OddNewsroom({"wire.test/story": page(), "wire.test/feed": listed}) as newsroom:
        yield newsroom


def stored(folder: Path) -> dict[str, Article]:
    with SqlStore.open(f"sqlite:///{folder / 'digest.db'}") as store:
        found = store.articles(seen_since=END.replace(year=2000), seen_until=END.replace(year=2100))
    return {a.url: a for a in found}


def test_a_page_that_robots_txt_keeps_from_us_leaves_the_feeds_own_text(
    press: OddNewsroom, tmp_path: Path
) -> None:
    press.odd["wire.test/robots.txt"] = OUT
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai")])
    report = run(tmp_path)
    assert (opened(press), opened(press, "/robots.txt"), report["problems"]) == (0, 1, [])
    assert (report["counts"]["opened"], report["counts"]["feed_only"]) == (0, 1)
    article = stored(tmp_path)[STORY]
    assert (article.quality, article.text) == (Quality.FEED_ONLY, SUMMARY)
    done = json.loads((tmp_path / "out/edition.json").read_text("utf-8"))
    assert [s["sources"][0]["quality"] for s in done["stories"]] == ["feed-only"]


def test_a_page_may_address_us_by_the_name_that_requests_carry(
    press: OddNewsroom, tmp_path: Path
) -> None:
    body = page().body.replace(b"<head>", b'<head><meta name="desk-bot" content="nosnippet">', 1)
    assert b"desk-bot" in body
    press.odd["wire.test/story"] = replace(page(), body=body)
    connect = press.config()["connect_to"]
    fetch = {"connect_to": connect, "per_domain": {"interval": 0}, "user_agent": "desk-bot/2.0"}
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai")], fetch=fetch)
    run(tmp_path)
    assert stored(tmp_path)[STORY].max_snippet == 0


def test_where_the_user_says_so_robots_txt_keeps_no_page_shut_and_its_wishes_count(
    press: OddNewsroom, tmp_path: Path
) -> None:
    rules = b"User-agent: *\nDisallow: /story\nContent-Signal: ai-input=no"
    press.odd["wire.test/robots.txt"] = Answer(200, rules, "text/plain")
    connect = press.config()["connect_to"]
    fetch = {"connect_to": connect, "per_domain": {"interval": 0}, "respect_robots": False}
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai")], fetch=fetch)
    run(tmp_path)
    assert (opened(press), opened(press, "/robots.txt")) == (1, 1)
    assert not stored(tmp_path)[STORY].ai_input


def test_a_site_that_asked_to_be_left_alone_is_one_problem_and_is_left_alone(
    press: OddNewsroom, tmp_path: Path
) -> None:
    stories = [(f"http://wire.test/{n}", f"{TITLE} {n}", 3 + n) for n in range(6)]
    press.odd |= {
        f"wire.test/{n}": Answer(429, b"", headers={"retry-after": "3600"}) for n in range(6)
    }
    press.odd["wire.test/feed"] = rss(*stories)
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai")])
    report = run(tmp_path)
    asked = sum(r.path[1:].isdigit() for r in press.requests)
    assert 1 <= asked <= 2  # those that were on their way together
    told = [p for p in report["problems"] if p["subject"] == "http://wire.test"]
    assert len(told) == 1
    assert "wire.test asked to be left alone until " in told[0]["message"]
    assert len(report["problems"]) == 1 + asked
    assert report["counts"]["opened"] == asked
    assert {a.quality for a in stored(tmp_path).values()} == {Quality.FEED_ONLY}
    press.odd["other.test/feed"] = rss((STORY, TITLE, 3))
    configure(tmp_path, press, feeds=[feed("other.test", category="ai")])
    run(tmp_path, hours=1)  # another run, and still the same hour
    assert opened(press) == 0


def test_a_text_its_publisher_keeps_from_models_reaches_none(
    press: OddNewsroom, tmp_path: Path
) -> None:
    shut = "http://shut.test/item"
    press.odd |= {
        "shut.test/robots.txt": CLOSED,
        "shut.test/feed": rss((shut, "Ormond opens a lab for chatbot safety in Tartu", 2)),
        "shut.test/item": page("Ormond opens a lab for chatbot safety in Tartu", LAB),
    }
    listed = [feed("wire.test", category="ai"), feed("shut.test", category="ai")]
    with ModelServer() as server:
        llm = {"base_url": server.url, "model": "m1", "api_key": KEY}
        configure(tmp_path, press, feeds=listed, llm=llm)
        report = run(tmp_path)
        sent = json.dumps(server.requests, ensure_ascii=False)
    assert report["counts"]["published"] == 2
    assert (report["llm"]["calls"], report["llm"]["fell_back"]) == (1, 0)
    assert "dialects" in sent
    assert not [
        word for word in ("Ormond", "chatbot", "Norway", "Shut", "doctoral") if word in sent
    ]
    article = stored(tmp_path)[shut]
    assert not article.ai_input
    assert article.note == "no text to language models (robots.txt: ai-input=no)"
    assert stored(tmp_path)[STORY].ai_input


def test_a_feeds_text_stored_before_there_was_a_model_is_kept_from_it_too(
    press: OddNewsroom, tmp_path: Path
) -> None:
    press.odd["wire.test/robots.txt"] = CLOSED
    listed = [feed("wire.test", category="ai", full_text="feed")]
    configure(tmp_path, press, feeds=listed)
    run(tmp_path)
    assert opened(press, "/robots.txt") == 1
    with ModelServer() as server:
        llm = {"base_url": server.url, "model": "m1", "api_key": KEY}
        configure(tmp_path, press, feeds=listed, llm=llm)
        run(tmp_path, "--refresh")
        assert server.requests == []
    assert opened(press, "/robots.txt") == 1
    assert not stored(tmp_path)[STORY].ai_input


def test_a_feeds_bare_headline_costs_no_question(press: OddNewsroom, tmp_path: Path) -> None:
    press.odd["wire.test/feed"] = rss((STORY, TITLE, 3), summary="")
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai", full_text="feed")])
    run(tmp_path)
    assert (stored(tmp_path)[STORY].text, opened(press, "/robots.txt")) == ("", 0)


SHUT = b"User-agent: *\nContent-Signal: ai-input=no\n"


@pytest.mark.parametrize(
    ("rules", "answer", "note"),
    [
        (SHUT + b"Disallow: /", page(), "its page was not opened: robots.txt keeps programs out"),
        (SHUT, Answer(404), "answered 404; the feed's own text is used"),
        (SHUT, Answer(403), "its page could not be read: it answered 403"),
        (b"", Answer(200, b"%PDF-1", headers={"tdm-reservation": "1"}), "is a PDF, not a web page"),
        (
            SHUT + b"Disallow: /story",
            Answer(302, headers={"location": "http://www.wire.test/story"}),
            "its page was not opened: robots.txt keeps programs out",
        ),
    ],
    ids=["kept out", "withdrawn", "refused", "no page", "kept out elsewhere"],
)
def test_what_a_page_that_was_not_read_wishes_holds_for_the_feeds_text(
    press: OddNewsroom, tmp_path: Path, rules: bytes, answer: Answer, note: str
) -> None:
    elsewhere = "http://go.test/story" if answer.status == 302 else "http://www.wire.test/story"
    press.odd = {
        "feeds.test/feed": rss((elsewhere, TITLE, 3), summary=" ".join([*LAB, *TEXT])),
        "www.wire.test/robots.txt": Answer(200, rules, "text/plain"),
        elsewhere.removeprefix("http://"): answer,
    }
    configure(tmp_path, press, feeds=[feed("feeds.test", category="ai")])
    run(tmp_path)
    (article,) = stored(tmp_path).values()
    assert (article.quality, article.ai_input) == (Quality.FEED_ONLY, False)
    assert note in article.note


def test_a_feeds_new_text_is_bound_like_its_first(press: OddNewsroom, tmp_path: Path) -> None:
    press.odd["wire.test/robots.txt"] = CLOSED
    press.odd["wire.test/feed"] = rss((STORY, TITLE, 3), summary="")
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai", full_text="feed")])
    config = app.read_config(tmp_path / "config.yaml")
    app.poll_feeds(config, now=END, progress=app.Unwatched())
    assert stored(tmp_path)[STORY].ai_input  # a headline alone
    press.odd["wire.test/feed"] = rss((STORY, TITLE, 3), summary=SUMMARY)
    later = END + timedelta(hours=1)
    app.poll_feeds(config, now=later, progress=app.Unwatched())
    article = stored(tmp_path)[STORY]
    assert (article.text, article.ai_input) == (SUMMARY, False)


def test_what_pages_and_headers_wish_is_joined_and_kept_to(
    press: OddNewsroom, tmp_path: Path
) -> None:
    plain = page()
    meta = plain.body.replace(b"<head>", b'<head><meta name="robots" content="max-snippet: 180">')
    press.odd["wire.test/story"] = replace(
        plain, body=meta, headers={"x-robots-tag": "max-snippet: 400", "tdm-reservation": "1"}
    )
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai")])
    run(tmp_path)
    article = stored(tmp_path)[STORY]
    assert (article.ai_input, article.max_snippet) == (False, 180)
    assert "no text to language models (tdm-reservation header: 1)" in article.note
    (story,) = json.loads((tmp_path / "out/edition.json").read_text("utf-8"))["stories"]
    parts = [*story["lead"], *(s for part in story["sections"] for s in part["sentences"])]
    assert [s["text"] for s in parts if s["text"] in TEXT] == [TEXT[0]]
