"""Lists of feeds in OPML: folders as categories, out and in again, and nothing hostile."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.core.opml import LARGEST, Listing, read_opml, write_opml
from digest.errors import ConfigError
from digest.models import Feed

NOW = datetime(2026, 3, 14, 5, 30, tzinfo=UTC)


def listed(outlines: str) -> Listing:
    return read_opml(f'<opml version="1.0"><head/><body>{outlines}</body></opml>'.encode())


def test_folders_become_categories_the_innermost_first() -> None:
    found = listed(
        '<outline text="Tech"><outline title="AI / Labs" text="x">'
        '<outline type="rss" text="One" title="The One" xmlUrl="https://one.test/feed"/>'
        '</outline><outline text="Two" xmlURL=" https://two.test/?a=1&amp;b=2 "/></outline>'
        '<outline TEXT="Three" XMLURL="feed://three.test/rss" category="/News/Chips,/x"/>'
        '<outline><outline text="https://four.test/" xmlurl="feed:https://four.test/"/></outline>'
    )
    assert found == Listing(
        (
            Feed("https://one.test/feed", "The One", "AI / Labs"),
            Feed("https://two.test/?a=1&b=2", "Two", "Tech"),
            Feed("http://three.test/rss", "Three", "Chips"),
            Feed("https://four.test/", "", ""),
        )
    )


def test_an_outline_below_a_feed_is_in_the_feeds_folder() -> None:
    found = listed(
        '<outline text="F"><outline text="A" xmlUrl="https://a.test/">'
        '<outline text="B" xmlUrl="https://b.test/"/></outline></outline>'
        '<outline text="C" xmlUrl="https://c.test/"/>'
    )
    assert [(f.name, f.category) for f in found.feeds] == [("A", "F"), ("B", "F"), ("C", "")]


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "ftp://a.test/",
            "javascript:alert(1)",
            "//a.test/",
            "https://",
            "a b",
            "file:///etc",
        ),
        *("https://a.test/${KEY}", "https://a.test/ b", "https://" + "a" * 3_000),
    ],
)
def test_bad_addresses_are_named_and_skipped(url: str) -> None:
    found = listed(f'<outline text="Odd"  xmlUrl="{url}"/><outline xmlUrl="https://b.test/"/>')
    assert [f.url for f in found.feeds] == ["https://b.test/"]
    (problem,) = found.problems
    assert problem.startswith("“Odd”: “") and len(problem) < 300


def test_names_are_one_line_and_fill_in_no_variable() -> None:
    (feed,) = listed('<outline text="A&#10;${KEY}&#9; b" xmlUrl="https://a.test/"/>').feeds
    assert feed.name == "A {KEY} b"


def test_what_is_written_is_read_back() -> None:
    feeds = (
        Feed("https://a.test/feed?x=1&y=%20", 'A & "B" <C>', "labs"),
        Feed("https://user:secret@b.test/", "", "labs"),
        Feed("https://c.test/", "Ünicode 🙂", 'press & "more" / all'),
        Feed("https://d.test/", "D"),
    )
    text = write_opml(feeds, title="News & <views>\x00", now=NOW)
    assert read_opml(text.encode()) == Listing(feeds)
    assert "<title>News &amp; &lt;views&gt;</title>" in text
    assert "<dateCreated>Sat, 14 Mar 2026 05:30:00 +0000</dateCreated>" in text


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_files_in_other_encodings_are_read(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><opml><body><outline text="Zürich" '
    found = read_opml((text + 'xmlUrl="https://a.test/"/></body></opml>').encode(encoding))
    assert found.feeds[0].name == "Zürich"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", r"x\.opml is not an OPML file \(line 1: no element found\)"),
        (b"<html><body/></html>", r"x\.opml is not an OPML file \(it begins with <html>\)"),
        (b'<opml><body><outline text="a" xmlUrl="https://a.test/">', "not an OPML file"),
        (b"<opml>" + b"<outline>" * 50_000, "more than 100 levels"),
        (b'<!DOCTYPE opml SYSTEM "http://127.0.0.1/x.dtd"><opml/>', "declares a document type"),
        (b'<!DOCTYPE o [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml>&b;</opml>', "document type"),
        (b"<opml>&unknown;</opml>", "not an OPML file"),
        (b"\x00\xff\x00", "not an OPML file"),
        (b" " * (LARGEST + 1), r"x\.opml is larger than 5 MB"),
    ],
)
def test_hostile_and_broken_files_are_refused_in_one_sentence(body: bytes, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as raised:
        read_opml(body, "x.opml")
    assert raised.value.key == "OPML"
