"""Committed editions, read back."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core import memory
from digest.core.committed import MOST_PIECES, Cited, Committed, can_close, committed
from digest.core.rebuilding import of_record, rebuilt
from digest.core.urls import canonical, identity
from digest.models import EntryOutcome, Feed, FeedKind
from digest.render.markdown import edition_markdown
from digest.render.templates import Templates
from tests import sample_edition

OWN = """\
---
title: 'The morning list'
date: 2026-03-10
---
Good morning!

## 🚀 **Ormond** releases [Tern 2](https://ormond.test/tern?utm_source=x)

According to [Harbour Wire](https://harbour-wire.test/tern "wire"), Tern 2 has 4 modes. It costs $3.

* It runs at [home](<https://circuit.test/home>).
* It ends [here](javascript:alert).

## Notes

No link here.

## Shorter

1. Pellmark sells boards ([Ledger](https://ledger.test/boards)).
2. Corrado buys boards, all 40 of them [2].

[2]: https://corrado.test/40
"""


def read(text: str) -> Committed:
    found = committed(text)
    assert found is not None
    return found


def test_our_own_markdown_gives_back_what_it_told(templates: Templates) -> None:
    edition = sample_edition.edition()
    found = read(edition_markdown(edition, templates))
    assert (found.name, found.date) == (edition.name, edition.date)
    assert found.made_at == edition.generated_at
    stories = [p for p in found.pieces if not p.brief]
    assert [p.headline for p in stories] == [" ".join(s.headline.split()) for s in edition.stories]
    for piece, story in zip(stories, edition.stories, strict=True):
        urls = {canonical(s.url) for s in story.sources if s.url}
        assert {s.url for s in piece.sources} == urls
        told = {text for text, _ in piece.sentences}
        for sentence in (*story.lead, *(s for part in story.sections for s in part.sentences)):
            assert any(sentence.text in text or text in sentence.text for text in told)
    briefs = [p for p in found.pieces if p.brief]
    assert len(briefs) == len([b for b in edition.briefs if any(s.url for s in b.sources)])


def test_a_sentence_knows_the_sources_it_cites(templates: Templates) -> None:
    edition = sample_edition.edition()
    found = read(edition_markdown(edition, templates))
    story = edition.stories[0]
    url = {s.n: canonical(s.url) for s in story.sources}
    cites = dict(found.pieces[0].sentences)
    for sentence in story.lead:
        assert cites[sentence.text] >= {url[n] for n in sentence.cites if url[n]}


def test_links_of_commentary_are_no_sources(templates: Templates) -> None:
    edition = sample_edition.edition()
    found = read(edition_markdown(edition, templates))
    commentary = {canonical(c.url) for s in edition.stories for c in s.commentary}
    assert commentary
    assert commentary.isdisjoint(s.url for p in found.pieces for s in p.sources)


def test_a_users_own_form_is_read_too() -> None:
    found = read(OWN)
    assert (found.name, found.title, found.date) == ("", "The morning list", date(2026, 3, 10))
    assert found.made_at == datetime(2026, 3, 10, tzinfo=UTC)
    first, *short = found.pieces
    assert first.headline == "Ormond releases Tern 2"
    assert [(s.url, s.publisher) for s in first.sources] == [
        ("https://harbour-wire.test/tern", "Harbour Wire"),
        ("https://circuit.test/home", "home"),
    ]
    assert first.sentences[0][0] == "According to Harbour Wire, Tern 2 has 4 modes."
    assert [(p.headline, [s.url for s in p.sources]) for p in short] == [
        ("Pellmark sells boards (Ledger).", ["https://ledger.test/boards"])
    ]


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("ai-2-2026-03-10", "ai-2"),
        ("2026-03-10", ""),
        ("../../../x-2026-03-10", ""),
        ("a/b-2026-03-10", ""),
        ("Daily-2026-03-10", ""),
        ("a--b-2026-03-10", ""),
        ("x" * 41 + "-2026-03-10", ""),
    ],
)
def test_a_slug_tells_only_a_name_that_an_edition_can_have(slug: str, name: str) -> None:
    assert read(OWN.replace("date: 2026-03-10", f"date: 2026-03-10\nslug: {slug}")).name == name


@pytest.mark.parametrize(
    ("at", "can"),
    [
        ("2026-03-10T00:00:00+14:00", True),
        ("2026-03-09T23:59:59+14:00", False),
        ("2026-03-17T23:59:59-12:00", True),  # caught up in a week later
        ("2026-03-18T00:00:00-12:00", False),
    ],
)
def test_an_edition_closes_on_its_day_or_in_the_week_after(at: str, can: bool) -> None:
    day = date(2026, 3, 10)
    assert can_close(day, datetime.fromisoformat(at)) == can
    text = OWN.replace("date: 2026-03-10", f"date: {at}\nslug: daily-2026-03-10")
    assert (committed(text) is not None) == can


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# No front matter\n\n## A story\n\nIt [says](https://a.test/) so.",
        OWN.replace("date: 2026-03-10", "date: yesterday"),
        OWN.replace("date: 2026-03-10", "date: 0001-01-01T00:00:00+23:59"),
        OWN.replace("date: 2026-03-10", "date: 0001-01-01"),
        OWN.replace("date: 2026-03-10", "date: 9999-12-31\nslug: daily-2026-03-10"),
        "---\ndate: 2026-03-10\n---\n\n## No link\n\nNothing to see.",
        "---\ndate: 2026-03-10\n" + "x: y\n" * 1_000 + "---\n## A\n[b](https://a.test/).",
        "<!doctype html><h2>A</h2>",
    ],
)
def test_what_is_no_edition_gives_nothing(text: str) -> None:
    assert committed(text) is None


@pytest.mark.parametrize(
    "body",
    [
        "## A\n" * 50_000,
        "[" * 500_000,
        "[a](https://a.test/" * 20_000,
        "## A\n" + "[a][b]" * 100_000 + "\n[b]: https://a.test/",
        "## A\n" + "- [a](https://a.test/) b. \n" * 30_000,
        "## A\n" + "**" * 100_000 + ":**",
        "## A\n" + "\\" * 300_000,
        "## A\n" + ("- " * 9_000 + "x\n") * 20,
        "## " + "😀 " * 100_000,
    ],
)
def test_hostile_text_costs_little(body: str) -> None:
    began = time.perf_counter()
    found = committed(f"---\ndate: 2026-03-10\n---\n{body}")
    assert time.perf_counter() - began < 5  # a second or two on a slow machine; minutes if it blows
    assert found is None or len(found.pieces) <= MOST_PIECES


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("#-[]():<>*`\\\n .!ab1_😀\"'|"), max_size=300))
def test_any_text_gives_something_or_nothing(text: str) -> None:
    committed(f"---\ndate: 2026-03-10\nslug: x-2026-03-10\n---\n## A\n{text}\n[1]: https://a.test/")


def test_rebuilt_editions_let_memory_find_what_was_told(templates: Templates) -> None:
    edition = sample_edition.edition()
    back = rebuilt([read(edition_markdown(edition, templates))], name="daily", feeds=[])
    (found,) = back.editions
    assert (found.id, found.name, found.window.closes) == (
        edition.id,
        edition.name,
        edition.generated_at,
    )
    told = {i for t in memory.told_in(found) for i in t.article_ids}
    assert {identity(canonical(s.url)) for s in edition.stories[0].sources if s.url} <= told
    printed = memory.printed_in([found])
    assert set(printed) <= told
    assert {a.id for a in back.articles} == {e.id for e in back.entries} == told
    assert all(a.text == "" for a in back.articles)


def test_the_record_itself_serves_as_well_as_its_markdown(templates: Templates) -> None:
    edition = sample_edition.edition()
    from_text = rebuilt([read(edition_markdown(edition, templates))], name="x", feeds=[])
    from_record = rebuilt([of_record(edition)], name="x", feeds=[])
    assert {e.id for e in from_record.entries} == {e.id for e in from_text.entries}
    assert [e.id for e in from_record.editions] == [e.id for e in from_text.editions]


def test_sources_printed_lately_are_read_again_by_a_feed_of_their_outlet() -> None:
    last = read(OWN)
    older = replace(last, date=date(2026, 3, 5), made_at=last.made_at - timedelta(days=5))
    older = replace(
        older, pieces=tuple(replace(p, sources=_elsewhere(p.sources)) for p in older.pieces)
    )
    back = rebuilt(
        [last, older],
        name="daily",
        feeds=[
            Feed("https://rss.harbour-wire.test/all"),
            Feed("https://circuit.test/talk", kind=FeedKind.DISCUSSION),
            Feed("https://ledger.test/feed", open_pages=False),
        ],
    )
    read_again = [e for e in back.entries if e.outcome is EntryOutcome.PENDING]
    assert [(e.url, e.feed_url) for e in read_again] == [
        ("https://harbour-wire.test/tern", "https://rss.harbour-wire.test/all")
    ]
    assert read_again[0].id not in {a.id for a in back.articles}
    assert len(back.articles) == len(back.entries) - 1
    assert [e.id for e in back.editions] == ["daily-2026-03-05", "daily-2026-03-10"]
    assert back.editions[1].window.opens == back.editions[0].window.closes


def _elsewhere(sources: tuple[Cited, ...]) -> tuple[Cited, ...]:
    return tuple(replace(s, url=s.url + "/old") for s in sources)
