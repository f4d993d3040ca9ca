"""The list of feeds edited in the text of a configuration: every other byte stays."""

from __future__ import annotations

import difflib

import pytest
import yaml

from digest.core import feedlist
from digest.errors import ConfigError
from digest.models import Feed

NEW = Feed("https://new.test/feed", "New Wire", "press")
ROW = "{url: https://new.test/feed, name: New Wire, category: press}".replace(
    "https://new.test/feed", '"https://new.test/feed"'
)

FLOW_ROWS = """\
title: Mine   # kept

feeds:
  # labs
  - {url: "https://a.test/feed", name: A}  # the first
  - {url: https://b.test/feed, name: 'B'}
  # - {url: https://off.test/feed}
topic_feeds: []
"""
BLOCK_ROWS = """\
feeds:
- url: https://a.test/feed   # a
  name: A
  # about a

# a group
-
  url: https://b.test/feed
  name: >
    B
    two
- name: C
  url: https://c.test/feed
title: Mine
"""
BRACKETS = "feeds: [{url: https://a.test/feed}, {url: https://b.test/feed}]  # two\ntitle: x\n"
BRACKETED_LINES = """\
feeds: [
  {url: https://a.test/feed},  # a
  {url: https://b.test/feed}   # b
]
title: x
"""


def changes(before: str, after: str) -> list[str]:
    """Return the lines that went and came, marked as diff does."""
    found = difflib.ndiff(before.splitlines(True), after.splitlines(True))
    return [line.rstrip("\n") for line in found if line[0] in "+-"]


def addresses(text: str) -> list[str]:
    return [feed["url"] for feed in yaml.safe_load(text)["feeds"]]


def test_a_feed_comes_after_the_last_in_the_style_of_the_list() -> None:
    after = feedlist.added(FLOW_ROWS, [NEW])
    assert changes(FLOW_ROWS, after) == [f"+   - {ROW}"]
    assert after.index("new.test") < after.index("off.test")
    assert changes(BLOCK_ROWS, feedlist.added(BLOCK_ROWS, [NEW])) == [
        '+ - url: "https://new.test/feed"',
        "+   name: New Wire",
        "+   category: press",
    ]


@pytest.mark.parametrize(
    "text",
    [
        BRACKETS,
        BRACKETED_LINES,
        BRACKETED_LINES.replace("feed}   # b", "feed},"),
        "feeds: []\ntitle: x\n",
        "feeds: []  # none yet\n# end",
        "feeds: [\n]\n",
        "feeds:\ntitle: x\n",
        "feeds: ~  # none\ntitle: x\n",
        "title: x",
        "title: x\n",
        "",
        "# only this\n",
        "{title: x, feeds: []}",
        "{title: x, feeds: [{url: https://a.test/feed}]}\n",
        FLOW_ROWS.replace("\n", "\r\n"),
        "feeds:\n  - url: https://a.test/feed",
        "feeds:\n  - url: https://a.test/feed\n    name:\n",
        "---\nfeeds:\n  - url: https://a.test/feed  # one\n...\n",
    ],
)
def test_two_feeds_come_into_lists_of_every_form(text: str) -> None:
    other = Feed("https://other.test/?a=1,2&b={x}", 'No: "#1"', "")
    after = feedlist.added(text, [NEW, other])
    before = yaml.safe_load(text) or {}
    assert yaml.safe_load(after) == before | {
        "feeds": [
            *(before.get("feeds") or []),
            {"url": NEW.url, "name": NEW.name, "category": NEW.category},
            {"url": "https://other.test/?a=1,2&b=%7Bx%7D", "name": other.name},
        ]
    }
    assert after.count("\r\n") == (after.count("\n") if "\r\n" in text else 0)
    for comment in ("# one", "# two", "# a", "# b", "# none", "# only this", "# end"):
        assert after.count(comment) == text.count(comment)


@pytest.mark.parametrize("text", [FLOW_ROWS, BLOCK_ROWS, BRACKETS, BRACKETED_LINES])
def test_what_is_added_can_be_taken_out_again(text: str) -> None:
    added = feedlist.added(text, [NEW])
    removed = feedlist.removed(added, len(addresses(added)) - 1)
    assert yaml.safe_load(removed) == yaml.safe_load(text)
    if text != BRACKETED_LINES:  # where the comma stays that came before it
        assert removed == text


def test_a_feed_goes_with_its_own_lines_only() -> None:
    assert changes(FLOW_ROWS, feedlist.removed(FLOW_ROWS, 0)) == [
        '-   - {url: "https://a.test/feed", name: A}  # the first'
    ]
    assert changes(BLOCK_ROWS, feedlist.removed(BLOCK_ROWS, 0)) == [
        "- - url: https://a.test/feed   # a",
        "-   name: A",
    ]
    middle = feedlist.removed(BLOCK_ROWS, 1)
    assert addresses(middle) == ["https://a.test/feed", "https://c.test/feed"]
    assert "# about a" in middle and "# a group" in middle
    assert feedlist.removed("feeds:\n  - url: a\n  - url: b", 1) == "feeds:\n  - url: a"


@pytest.mark.parametrize("text", [BRACKETS, BRACKETED_LINES])
@pytest.mark.parametrize("n", [0, 1])
def test_a_feed_goes_from_brackets(text: str, n: int) -> None:
    after = feedlist.removed(text, n)
    assert addresses(after) == [["https://b.test/feed"], ["https://a.test/feed"]][n]
    assert after.endswith("title: x\n")
    own, others = ("# a", "# b") if n == 0 else ("# b", "# a")
    assert own not in after and after.count(others) == text.count(others)


def test_the_mark_that_some_editors_begin_a_file_with_stays() -> None:
    text = "\ufeff# mine\nfeeds:\n  - {url: https://a.test/feed}\n"
    grown = feedlist.added(text, [NEW])
    assert grown == f"{text}  - {ROW}\n"
    assert feedlist.removed(grown, 1) == text


@pytest.mark.parametrize(
    "text",
    [
        "feeds: text\n",
        "feeds: [ # none\n]\n",
        "feeds: {a: b}\n",
        "- a\n",
        "title: x\n...\n",
        "feeds: [\n",
        "a: &x []\nfeeds: *x\n",
    ],
)
def test_what_cannot_be_changed_safely_is_left_to_the_person(text: str) -> None:
    with pytest.raises(ConfigError, match="cannot be changed safely; add by hand") as raised:
        feedlist.added(text, [NEW])
    assert ROW in str(raised.value)


@pytest.mark.parametrize(
    "name",
    [
        *("no", "12", "null", "a: b", "a #b", "- x", "ä “x”", "'q'", 'x"y', "a\\b", "x:", " x"),
        *("🙂", "\x7f", "a\u2028b", "y", "1e3", "=", "~", "%x", "a,b", "[x]", "? x", "\x85", "{a}"),
    ],
)
def test_any_name_is_written_so_that_it_is_read_back(name: str) -> None:
    (feed,) = yaml.safe_load(feedlist.added("", [Feed("https://a.test/", name)]))["feeds"]
    assert feed["name"] == name


def test_foreign_names_become_one_line_that_fills_in_no_variable() -> None:
    assert feedlist.fit(" A\n${API_KEY}\x1b[0m  feed ", 200) == "A {API_KEY} [0m feed"
    assert feedlist.fit("$${x} ${{y}", 20) == "{x} {{y}"
    assert feedlist.fit("abc", 2) == "ab"
    feed = Feed("https://a.test/?x=${API_KEY}")
    assert "https://a.test/?x=$%7BAPI_KEY%7D" in feedlist.line_of(feed)


def test_addresses_of_one_feed_have_one_spelling() -> None:
    same = ["https://A.test/feed/", "http://a.test/feed", "https://a.test:443/feed?utm_source=x"]
    assert len({feedlist.spelling(url) for url in same}) == 1
    assert feedlist.spelling("no address") == ""
