"""The feeds that a web page names."""

from __future__ import annotations

import time

import pytest

from digest.core.discovery import MOST, feed_links, format_of

PAGE = "https://a.test/blog/"


def found(html: str, url: str = PAGE) -> tuple[str, ...]:
    return feed_links(html.encode(), url, "text/html")


def link(href: str, more: str = 'rel="alternate" type="application/rss+xml"') -> str:
    return f'<link {more} href="{href}">'


def test_announced_feeds_come_in_order_with_comments_last() -> None:
    html = (
        link("/comments/feed/")
        + link(
            "../feed/?a=1&amp;b=2#top", 'title="a > b" rel="Alternate" type="Application/RSS+xml"'
        )
        + "<LINK REL=alternate TYPE=application/atom+xml HREF=atom.xml>"
        + "<link rel='alternate home' type='application/feed+json; charset=utf-8' href='f.json' />"
    )
    assert found(html) == (
        "https://a.test/feed/?a=1&b=2",
        "https://a.test/blog/atom.xml",
        "https://a.test/blog/f.json",
        "https://a.test/comments/feed/",
    )


@pytest.mark.parametrize(
    "html",
    [
        link("/x", 'rel="stylesheet" type="application/rss+xml"'),
        link("/x", 'rel="alternate" type="application/json"'),
        link("/x", 'rel="alternate" hreflang="de"'),
        link("javascript:alert(1)"),
        link("ftp://a.test/feed"),
        link("http://[bad/"),
        link(""),
        link("/&#x202e;feed"),
        link(PAGE),
        f"<!-- {link('/feed')} -->",
        f"<script>'{link('/feed')}'</script>",
        '<a href="https://elsewhere.test/feed">other</a>',
        '<a href="/feedback">write to us</a>',
    ],
)
def test_what_is_no_feed_of_the_page_is_left_out(html: str) -> None:
    assert found(html) == ()


def test_links_that_look_like_feeds_count_where_none_is_announced() -> None:
    html = (
        '<a href="/about">a</a> <a class="x" href="rss.xml">RSS</a> <a href="/tag/ai/feed/">b</a>'
    )
    assert found(html) == ("https://a.test/blog/rss.xml", "https://a.test/tag/ai/feed/")
    assert found(html + link("/main")) == ("https://a.test/main",)


def test_addresses_follow_the_pages_base() -> None:
    assert found('<base href="https://b.test/x/">' + link("f.xml")) == ("https://b.test/x/f.xml",)
    assert found(link("feed:https://c.test/f")) == ("https://c.test/f",)
    assert found(link("my feed.xml")) == ("https://a.test/blog/my%20feed.xml",)
    assert found(link("feed://c.test/f")) == ("https://c.test/f",)


def test_no_address_fills_in_a_variable_of_the_configuration() -> None:
    assert found(link("/f?x=${API_KEY}")) == ("https://a.test/f?x=$%7BAPI_KEY%7D",)


def test_no_page_names_more_than_twenty() -> None:
    assert len(found("".join(link(f"/{n}") for n in range(500)))) == MOST


@pytest.mark.parametrize(
    "part",
    ["<link ", '<link "', "<a '", "<!--", "<script ", '<a x="', "<a href=", "<base \"'", "\0"],
)
def test_hostile_pages_cost_little_time(part: str) -> None:
    began = time.process_time()
    found(part * (600_000 // len(part)))
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'<?xml version="1.0"?><!-- x --><rss version="2.0">', "RSS"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', "Atom"),
        (b"<rdf:RDF xmlns:rdf='x'>", "RDF"),
        (b'\xef\xbb\xbf {"version": 1}', "JSON Feed"),
        ("<rss>".encode("utf-16"), "RSS"),
        (b"<html>", ""),
    ],
)
def test_formats_are_known_by_their_root(body: bytes, name: str) -> None:
    assert format_of(body) == name
