"""Pages that may not be opened, and what publishers wish of those that may: whole runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

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


def test_robots_txt_is_not_asked_for_where_the_user_says_so(
    press: OddNewsroom, tmp_path: Path
) -> None:
    press.odd["wire.test/robots.txt"] = OUT
    connect = press.config()["connect_to"]
    fetch = {"connect_to": connect, "per_domain": {"interval": 0}, "respect_robots": False}
    configure(tmp_path, press, feeds=[feed("wire.test", category="ai")], fetch=fetch)
    run(tmp_path)
    assert (opened(press), opened(press, "/robots.txt")) == (1, 0)


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
    assert "http://wire.test asked to be left alone until " in told[0]["message"]
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
    assert article.note == ("its publisher keeps it from language models (robots.txt: ai-input=no)")
    assert stored(tmp_path)[STORY].ai_input


def test_the_feeds_site_is_asked_for_its_wishes_where_a_model_may_get_the_feeds_text(
    press: OddNewsroom, tmp_path: Path
) -> None:
    press.odd["wire.test/robots.txt"] = CLOSED
    listed = [feed("wire.test", category="ai", full_text="feed")]
    (tmp_path / "without").mkdir()
    configure(tmp_path / "without", press, feeds=listed)
    run(tmp_path / "without")
    assert opened(press, "/robots.txt") == 0
    with ModelServer() as server:
        llm = {"base_url": server.url, "model": "m1", "api_key": KEY}
        configure(tmp_path, press, feeds=listed, llm=llm)
        run(tmp_path)
        assert server.requests == []
    assert opened(press, "/robots.txt") == 1
    assert not stored(tmp_path)[STORY].ai_input


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
    assert "language models (tdm-reservation header: 1)" in article.note
    (story,) = json.loads((tmp_path / "out/edition.json").read_text("utf-8"))["stories"]
    parts = [*story["lead"], *(s for part in story["sections"] for s in part["sentences"])]
    assert [s["text"] for s in parts if s["text"] in TEXT] == [TEXT[0]]
