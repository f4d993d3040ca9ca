"""What a page says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from benchmarks.outlets import world
from digest.core import jsonld, pages

URL = "https://www.paper.test/2026/larch"
BODY = "<h1>Larch reads contracts</h1><p>Some text of a page.</p>"


def about(head: str, body: str = BODY, url: str = URL) -> pages.About:
    tree = pages.parsed(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>")
    return pages.about(tree, url, jsonld.read(tree))


def ld(content: str) -> str:
    return f'<script type="application/ld+json">{content}</script>'


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Larch reads contracts | The Paper</title>", "Larch reads contracts"),
        ("<meta property='og:title' content='Larch reads'>", "Larch reads"),
        ("<title>Larch reads contracts in nine languages</title>", "Larch reads contracts"),
        ("<meta property='og:title' content='Nine languages - Paper'>", "Nine languages"),
        ("<meta property='og:title' content='Nine languages | paper.test'>", "Nine languages"),
        ("<meta property='og:title' content='Nine languages: a test'>", "Nine languages: a test"),
        ("<meta property='og:title' content='Larch &amp; co read it'>", "Larch & co read it"),
        (ld('{"@type": "NewsArticle", "headline": "Four languages"}'), "Four languages"),
        (ld('{"@graph": 7'), "Larch reads contracts"),
        ("", "Larch reads contracts"),
    ],
)
def test_a_title_is_the_main_heading_or_what_the_head_says_without_the_site(
    head: str, title: str
) -> None:
    assert about(head).title == title


def test_a_heading_that_the_title_does_not_begin_with_is_no_title() -> None:
    head = "<meta property='og:title' content='Larch reads contracts'>"
    for heading in ("The Paper", "Technology and more", "Larch"):
        assert about(head, f"<h1>{heading}</h1><p>Text</p>").title == "Larch reads contracts"


def test_a_title_the_head_cut_short_is_completed_from_the_heading() -> None:
    head = "<meta property='og:title' content='Larch reads contracts in nine'>"
    heading = "Larch reads contracts in nine “languages”"
    assert about(head, f"<h1>{heading}</h1>").title == heading


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ("<meta name='author' content='Ada Brit'>", "Ada Brit"),
        ("<meta name='author' content='admin'>", ""),
        (
            "<meta name='author' content='The Paper'>"
            + ld(
                '{"@type": "Article", "author": [{"name": "C. Dina"}, {"name": "Emil &amp; Fay"}]}'
            ),
            "C. Dina; Emil & Fay",
        ),
    ],
)
def test_people_named_in_json_ld_are_the_authors(head: str, author: str) -> None:
    assert about(head).author == author


def test_a_byline_on_the_page_is_used_where_the_head_is_silent() -> None:
    assert about("", f"{BODY}<p class='byline'>By Emil Fay</p>").author == "Emil Fay"


@pytest.mark.parametrize(
    ("head", "site"),
    [
        ("<meta property='og:site_name' content='@the post'>", "The Post"),
        (ld('{"@type": "Article", "publisher": {"name": "Wire"}}'), "Wire"),
        ("", "paper.test"),
    ],
)
def test_a_site_has_the_name_it_gives_itself_or_its_host(head: str, site: str) -> None:
    assert about(head).site == site


PUBLISHED = "<meta property='article:published_time' content='2026-03-01T23:30:00-05:00'>"
MODIFIED = "<meta property='article:modified_time' content='2026-04-01T10:00:00Z'>"
EASTERN = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("head", "body", "url", "day"),
    [
        (MODIFIED + PUBLISHED, "", URL, "2026-03-01"),
        (ld('{"@type": "Article", "datePublished": "2026-2-3 10:00:00"}'), "", URL, "2026-02-03"),
        (
            ld('[{"@type": "VideoObject", "datePublished": "2020-01-01"},'
               ' {"@type": "WebPage", "datePublished": "2026-02-04"},'
               ' {"@type": "Article", "datePublished": "2026-02-03"}]'),
            "",
            URL,
            "2026-02-03",
        ),
        (ld('{"datePublished": "2026-02-03T10:00:00Z", broken'), "", URL, "2026-02-03"),
        (
            "",
            "<time itemprop='dateModified' datetime='2026-05-01'></time>"
            "<time itemprop='datePublished' datetime='2026-02-03'></time>",
            URL,
            "2026-02-03",
        ),
        ("", "<time datetime='2026-02-03' pubdate>3.2.</time>", URL, "2026-02-03"),
        ("", "<p class='date'>3 February 2026</p>", URL, "2026-02-03"),
        (PUBLISHED, "", "https://paper.test/2026/03/01/larch", "2026-03-01"),
        (MODIFIED, "", "https://paper.test/2026/02/03/larch", "2026-02-03"),
        ("", "<p>In 2019 it took nine months.</p>", URL, ""),
        (ld('{"@type": "Article", "datePublished": "0000-00-00"}'), "", URL, ""),
        (ld('{"@type": "Article", "datePublished": "9999-12-31"}'), "", URL, ""),
    ],
)  # fmt: skip
def test_a_page_is_dated_by_when_it_was_published(head: str, body: str, url: str, day: str) -> None:
    when = about(head, BODY + body, url).published
    assert (f"{when:%Y-%m-%d}" if when else "") == day
    assert when is None or when.tzinfo is not None


def test_the_time_of_day_comes_from_the_page_and_keeps_its_zone() -> None:
    expected = datetime(2026, 3, 1, 23, 30, tzinfo=EASTERN)
    for url in (URL, "https://paper.test/2026/03/01/larch"):
        when = about(PUBLISHED, url=url).published
        assert when == expected
        assert when.utcoffset() == expected.utcoffset()
    other_day = about(PUBLISHED, url="https://paper.test/2026/01/05/larch").published
    assert other_day == datetime(2026, 1, 5, tzinfo=UTC)


def test_what_is_shown_leaves_out_what_no_reader_sees() -> None:
    tree = pages.parsed(
        "<html><head><title>T</title><style>a{}</style></head><body><script>x()</script>"
        "<nav>Home</nav><!-- no --><p>One <b>two</b></p>three<template>no</template></body></html>"
    )
    assert pages.shown(tree) == "T Home One two three"
    pages.reduce(tree)
    assert pages.shown(tree) == "T One two three"


def test_what_is_no_html_has_no_tree() -> None:
    assert pages.parsed("plain words") is None
    assert pages.parsed("<html><p>words").findtext(".//p") == "words"


def test_whole_pages_are_dated_and_titled_as_they_were_written() -> None:
    for url, page in world(2, 6).pages.items():
        tree = pages.parsed(page.body.decode())
        found = pages.about(tree, url, jsonld.read(tree))
        assert found.title
        assert found.published
