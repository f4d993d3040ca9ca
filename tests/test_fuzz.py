"""Thousands of mangled inputs: no crash, no hang, no exception but the tree's own.

An input is a run of bytes that says which pieces to put together, or what to do to a sound
document. So it is quickly drawn, and hypothesis cuts a failing one down to what matters. The same
inputs come each time; the long variants try ten times as many.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from unicodedata import category

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.adapters.http import exchange
from digest.adapters.http.trouble import Trouble
from digest.core import discovery, feedlist, opml, polling, samepage, text, urls, wishes
from digest.core.articles import extract
from digest.core.feeds import CONTENT_CHARS, MAX_ENTRIES, SUMMARY_CHARS, TITLE_CHARS, parse_feed
from digest.core.robots import decoded, judge, meant_for
from digest.errors import ArticleError, ConfigError, FeedError
from digest.manners import origin_of
from digest.models import Feed, FeedState
from tests.hostile_bodies import html, item, rss
from tests.test_feeds import ATOM, JSON_FEED, RSS

NOW = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
URL = "https://news.example.org/a/b"
HERE = httpx.URL(URL)
SECONDS = timedelta(seconds=10)  # for one input, on a machine with much else to do
BUDGET = {"urls": 8_000, "feeds": 2_000, "pages": 400, "robots": 700, "lists": 700, "headers": 700}
TIMES = [1, pytest.param(10, marks=pytest.mark.long)]

Check = Callable[[bytes], None]


def fuzz(name: str, times: int, check: Check, most: int) -> None:
    """Hold ``check`` against the budget of ``name``: runs of up to ``most`` bytes."""
    limits = settings(
        max_examples=BUDGET[name] * times,
        deadline=SECONDS,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    limits(given(st.binary(max_size=most))(check))()


def listed(pieces: str) -> list[str]:
    return pieces.split()


def test_the_budget_is_ten_thousand_inputs_and_more() -> None:
    assert sum(BUDGET.values()) > 10_000


# --- addresses ------------------------------------------------------------------------------------

PARTS = listed(r"""
http:// https:// HTTP:/ https: // / \ ? # @ : [ ] ::1 [::ffff:10.0.0.1] 127.0.0.1 0x7f.1 2130706433
. .. ./ ../ %2e %2F %00 %zz % %C3%BC é ß İ ſ ㎏ 。 ． xn-- xn--ls8h xn--a xn--0 com co.uk
github.io example localhost a A 0 9 :80 :443 :99999 :0 :-1 :x utm_source=rss fbclid= source=rss
& = ; , + ~ ! $ ' ( ) * | ^ ` { } < > "
javascript: data: file:// mailto: ftp:// amp m. www. /amp ?amp=1 amp; ?url=https://example.org/
/url?q= google.com news.google.com/rss/articles/ bing.com/news/apiclick.aspx? t.co l.facebook.com
""")
PARTS += ["\x00", "\n", "\t", " ", "\u202e", "\u200b", "\ud800", "\U000e0041", "a" * 70, "/x" * 40]


def address(data: bytes) -> str:
    return "".join(PARTS[byte % len(PARTS)] for byte in data)


def check_address(data: bytes) -> None:
    at = data.find(b"\x00")
    url, base = (address(data[:at]), address(data[at:])) if at > 0 else (address(data), "")
    for raw in (url, "https://example.org/" + url):
        found = urls.canonical(raw, base)
        assert urls.canonical(found) == found
        assert len(found) <= urls.LONGEST
        if found:
            assert found.isascii()
            assert found.isprintable()
            assert re.match(r"https?://[^/@]+/", found)
            assert urls.registrable_domain(found)
            assert samepage.key(found)
            assert all(s.startswith("http") for s in samepage.spellings(found))
        for hop, start in ((found, None), (raw, HERE)):
            with suppress(Trouble):
                there = exchange.parsed(hop, start)
                assert origin_of(str(there))
                assert urls.registrable_domain(exchange.host_of(there))
                exchange.credentials(there)
        domain = urls.registrable_domain(raw)
        assert urls.registrable_domain(domain) == domain
        assert re.fullmatch("[0-9a-f]{16}", urls.identity(raw, base))


@pytest.mark.parametrize("times", TIMES)
def test_addresses(times: int) -> None:
    fuzz("urls", times, check_address, 24)


# --- mangled documents ----------------------------------------------------------------------------

RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="http://e.org/"><title>R</title><link>http://e.org/</link></channel>
<item rdf:about="http://e.org/1"><title>One</title><link>http://e.org/1</link>
<dc:date>2026-03-10T05:00:00Z</dc:date><description>Text.</description></item></rdf:RDF>"""
FEEDS = [d.encode() for d in (RSS, ATOM, RDF, JSON_FEED)] + [rss(item("e.org", 1), item("f", 2))]
PAGES = [html(3), html(4, head="<script type='application/ld+json'>{\"@type\": []}</script>")]
SPLICES = [
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"&#xD800;",
    b"&#0;",
    b"&amp;amp;",
    b"&lt;script>",
    b"&nosuch;",
    b"<item>",
    b"</item>",
    b"</channel>",
    b"<entry>",
    b"<b>" * 300,
    b"<p " + b"a " * 300,
    b"\xff\xfe",
    b"\x00",
    b"\xe2\x80\xae",
    b"\xe2\x80\x8b",
    b"\xf0\x9f\x92\xa9",
    b"\xc3",
    b"\x1b[2J",
    b"<link>javascript:alert(1)</link>",
    b"<link href='data:text/html,x'/>",
    b"<guid>file:///x</guid>",
    b"<pubDate>Mon, 99 Foo 0000 99:99</pubDate>",
    b"<dc:date>9999-12-31T23:59:59-14:00</dc:date>",
    b"<author>" + b"a" * 2_000,
    b"<title type='html'>",
    b"<title type='xhtml'><div>",
    b"<base href='//[x'>",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"<?xml version='1.0' encoding='utf-7'?>",
    b"xml:base='http://['",
    b'"items": [',
    b"{",
    b"[" * 400,
    b'"id": 1e999',
    b"null",
    b"\\ud800",
    b'"url": "javascript:x"',
    b"<script type='application/ld+json'>[",
    b"<meta http-equiv=refresh content='0;url=//x'>",
    b"'",
    b'"',
]
CODINGS = ("utf-16", "utf-16-be", "latin-1", "utf-32", "cp037", "utf-8-sig", "shift_jis", "utf-7")


def mangled(documents: list[bytes], data: bytes) -> bytes:
    """Return one of the documents after what ``data`` says is done to it, four bytes a step."""
    if not data:
        return b""
    body = documents[data[0] % len(documents)]
    for n in range(1, len(data) - 3, 4):
        what, at, length, piece = data[n], data[n + 1], data[n + 2], data[n + 3]
        start = at * len(body) // 255
        splice = SPLICES[piece % len(SPLICES)]
        match what % 8:
            case 0:
                body = body[:start] + body[start + length :]
            case 1:
                body = body[:start] + body[start : start + length] * 3 + body[start + length :]
            case 2 | 3:
                body = body[:start] + splice + body[start:]
            case 4:
                body = body[:start] + splice + body[start + length :]
            case 5:
                body = body[:start] + bytes([piece]) + body[start + 1 :]
            case 6:
                body = body[:start] if length > 200 else splice + body
            case _:
                coding = CODINGS[piece % len(CODINGS)]
                body = body.decode("utf-8", "replace").encode(coding, "replace")
    return body


def kind_of(data: bytes) -> str:
    """Return a Content-Type, right or wrong."""
    kinds = (
        "",
        "text/xml; charset=utf-16",
        "text/html; charset=x",
        "application/json",
        'a; charset="',
    )
    return kinds[sum(data[-2:]) % len(kinds)]


UNSEEN = frozenset("\u200b\u202e\u2066\ufeff")


def is_clean(*values: str) -> bool:
    """Tell whether texts hold nothing that a reader cannot see, but line ends."""
    return not any(
        char in UNSEEN or (category(char) in ("Cc", "Cs") and char != "\n")
        for value in values
        for char in value
    )


def check_feed(data: bytes) -> None:
    body = mangled(FEEDS, data)
    discovery.format_of(body)
    assert all(u.startswith("http") for u in discovery.feed_links(body, URL, kind_of(data)))
    try:
        parsed = parse_feed(body, URL, kind_of(data))
    except FeedError as error:
        assert str(error).startswith(URL)
        assert is_clean(str(error))
        return
    assert len(parsed.entries) <= MAX_ENTRIES
    assert parsed.home == "" or parsed.home.startswith(("http://", "https://"))
    assert len({entry.id for entry in parsed.entries}) == len(parsed.entries)
    for entry in parsed.entries:
        assert entry.url == "" or entry.url.startswith(("http://", "https://"))
        texts = (entry.title, entry.summary, entry.content, entry.author, entry.guid, *entry.tags)
        assert is_clean(*texts, parsed.title)
        assert len(entry.title) <= TITLE_CHARS
        assert len(entry.summary) <= SUMMARY_CHARS
        assert len(entry.content) <= CONTENT_CHARS
        assert "\n" not in entry.title
        assert entry.published_at is None or 1990 <= entry.published_at.year <= 2100
        f"{entry}".encode()


@pytest.mark.parametrize("times", TIMES)
def test_feeds(times: int) -> None:
    fuzz("feeds", times, check_feed, 33)


def check_page(data: bytes) -> None:
    try:
        found = extract(mangled(PAGES, data), URL, kind_of(data))
    except ArticleError as error:
        assert str(error).startswith(URL)
        assert is_clean(str(error))
        return
    assert found.canonical_url == "" or found.canonical_url.startswith(("http://", "https://"))
    assert is_clean(found.text, found.title, found.author, found.site, found.note)
    f"{found}".encode()


@pytest.mark.parametrize("times", TIMES)
def test_pages(times: int) -> None:
    fuzz("pages", times, check_page, 33)


# --- what sites and files say besides -------------------------------------------------------------

RULES = listed(r"""
User-agent: * digest / Disallow: Allow: $ ** *a*a*a*a*a*$ /a /%zz %2F ? # Crawl-delay: 1e9 -1 nan é
, = Sitemap: Content-Signal: ai-input=no ai-input=yes Request-rate: 1/1 <html>
""")
RULES += [" ", " ", "\n", "\n", "\r", "\x00", "\ud800", "\ufeff", "*b" * 40]


def check_robots(data: bytes) -> None:
    told = "".join(RULES[byte % len(RULES)] for byte in data).encode("utf-8", "surrogatepass")
    rules = decoded(told)
    kept = meant_for("digest", rules)
    assert repr(judge(kept, URL, "digest")) == repr(judge(rules, URL, "digest"))
    assert wishes.of_robots(kept, URL, "digest") == wishes.of_robots(rules, URL, "digest")


@pytest.mark.parametrize("times", TIMES)
def test_robots(times: int) -> None:
    fuzz("robots", times, check_robots, 60)


NAMES = ("content-signal", "tdm-reservation", "x-robots-tag", "cache-control", "age", "expires")
VALUES = listed(r"""
ai-input=no noai max-snippet: -1 9 99999999999999999999 nosnippet digest: unavailable_after: , ;
: = * max-age= s-maxage max-age=-5 1e9 nan inf Sat, 22 Nov 2025 06:00:00 GMT 0000 9999 1 0 "
""")
VALUES += ["\xa0", "\x9b", "\u0660", "\n"]


def check_headers(data: bytes) -> None:
    value = " ".join(VALUES[byte % len(VALUES)] for byte in data)
    headers = dict.fromkeys((*NAMES, "retry-after"), value)
    found = wishes.of_headers(headers)
    assert found.max_snippet is None or found.max_snippet >= 0
    state = polling.after_answer(FeedState(URL), headers, None, NOW)
    assert state.due_at is None or NOW <= state.due_at <= NOW + timedelta(hours=24)


@pytest.mark.parametrize("times", TIMES)
def test_headers(times: int) -> None:
    fuzz("headers", times, check_headers, 20)


OPML = (
    b'<opml version="2.0"><head><title>t</title></head><body><outline text="AI"><outline type="rss"'
    b' text="x" xmlUrl="https://example.org/feed" htmlUrl="https://example.org/"/></outline>'
    b"</body></opml>"
)
LISTS = [
    b"title: x\nfeeds:\n  - url: https://a.org/feed\n    name: x  # y\n  - {url: http://b.org/}\n",
    b"feeds: []\n",
    b"feeds: [{url: http://a.org/, name: 'a'}]\nfetch: {}\n",
]


def check_lists(data: bytes) -> None:
    with suppress(ConfigError):
        listing = opml.read_opml(mangled([OPML], data))
        assert all(f.url.startswith(("http://", "https://")) for f in listing.feeds)
    feed = Feed("https://new.example/feed", name=text.clean(address(data[:9])), category="labs")
    config = mangled(LISTS, data).decode("utf-8", "replace")
    with suppress(ConfigError):
        changed = feedlist.added(config, [feed])
        assert feed.url in changed
        feedlist.removed(changed, 0)


@pytest.mark.parametrize("times", TIMES)
def test_lists_of_feeds(times: int) -> None:
    fuzz("lists", times, check_lists, 21)
