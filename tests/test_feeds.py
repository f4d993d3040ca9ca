"""Feed bytes become clean, bounded entries, or one sentence on why not."""

from __future__ import annotations

import json
import pickle
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core import urls
from digest.core.feeds import (
    CONTENT_CHARS,
    MAX_ENTRIES,
    SUMMARY_CHARS,
    TITLE_CHARS,
    own_domains,
    parse_feed,
)
from digest.errors import FeedError, WebPageError
from digest.models import Entry, ParsedFeed

URL = "https://feeds.example.org/news/rss.xml"

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">
<channel><title>Example &amp; Sons</title><link>https://www.example.org/</link>
<language>en-GB</language>
<item><title>Older &lt;b&gt;model&lt;/b&gt; withdrawn</title>
 <link>/news/older?utm_source=rss</link><guid isPermaLink="false">old-1</guid>
 <pubDate>Mon, 12 May 2025 08:00:00 +0200</pubDate>
 <description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two &amp;amp; three.&lt;/p&gt;</description></item>
<item><title>Newer model released</title>
 <link>https://feedproxy.example.net/~r/x</link>
 <feedburner:origLink>https://www.example.org/news/newer#comments</feedburner:origLink>
 <guid isPermaLink="false">new-1</guid><dc:creator><![CDATA[Ada Brandt]]></dc:creator>
 <pubDate>Tue, 13 May 2025 08:00:00 GMT</pubDate><category>AI</category><category>Labs</category>
 <description>Short.</description>
 <content:encoded><![CDATA[<p>First part.</p><script>alert(1)</script><p>Second part.</p>
 <p>The post <a href="x">Newer</a> appeared first on <a href="y">Example</a>.</p>]]>
 </content:encoded></item>
</channel></rss>
"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Beispiel</title>
<link rel="self" href="https://example.de/atom.xml"/><link href="https://example.de/"/>
<entry><title type="text">Wenn a &lt; b gilt</title><id>tag:example.de,2025:1</id>
<link rel="enclosure" href="https://example.de/1.mp3"/><link href="https://example.de/1"/>
<updated>2025-05-13T10:00:00+02:00</updated><author><name>Jo Ruiz</name></author>
<content type="html">&lt;p&gt;Ein Absatz.&lt;/p&gt;</content></entry></feed>
"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Example",
        "home_page_url": "https://example.org/",
        "language": "en-US",
        "items": [
            {
                "id": "1",
                "url": "https://example.org/one",
                "title": "One <agent> more",
                "content_html": "<p>Text &amp; more.</p>",
                "date_published": "2025-05-13T10:00:00Z",
                "authors": [{"name": "Ada"}, {"name": "Bo"}],
                "tags": ["AI", 3],
            },
            {"id": 2, "content_text": "No title, a < b.", "date_published": "soon"},
        ],
    }
)


def entries(body: str | bytes, content_type: str = "") -> tuple[Entry, ...]:
    data = body.encode() if isinstance(body, str) else body
    return parse_feed(data, URL, content_type).entries


def rss(items: str) -> str:
    return f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'


def test_rss_becomes_entries_newest_first() -> None:
    feed = parse_feed(RSS.encode(), URL)
    assert (feed.title, feed.home, feed.language) == (
        "Example & Sons",
        "https://www.example.org/",
        "en",
    )
    newer, older = feed.entries
    assert newer.title == "Newer model released"
    assert newer.url == "https://www.example.org/news/newer"
    assert newer.id == urls.identity(newer.url)
    assert newer.author == "Ada Brandt"
    assert newer.tags == ("AI", "Labs")
    assert newer.summary == "Short."
    assert newer.content == "First part.\nSecond part."
    assert newer.published_at == datetime(2025, 5, 13, 8, tzinfo=UTC)
    assert older.title == "Older model withdrawn"
    assert older.summary == "One.\nTwo & three."
    assert older.published_at == datetime(2025, 5, 12, 6, tzinfo=UTC)


def test_relative_links_are_resolved_against_the_feed() -> None:
    (entry,) = entries(rss("<item><title>a</title><link>/news/a</link></item>"))
    assert entry.url == "https://feeds.example.org/news/a"


def test_atom_gives_plain_titles_and_the_alternate_link() -> None:
    (entry,) = entries(ATOM)
    assert entry.title == "Wenn a < b gilt"
    assert entry.url == "https://example.de/1"
    assert entry.author == "Jo Ruiz"
    assert entry.content == "Ein Absatz."
    assert entry.language == "de"
    assert entry.published_at == datetime(2025, 5, 13, 8, tzinfo=UTC)


def test_json_feed_is_read() -> None:
    feed = parse_feed(JSON_FEED.encode(), URL, "application/feed+json")
    first, second = feed.entries
    assert (feed.title, feed.language) == ("Example", "en")
    assert (first.title, first.content, first.author) == (
        "One <agent> more",
        "Text & more.",
        "Ada, Bo",
    )
    assert first.tags == ("AI",)
    assert second.content == "No title, a < b."
    assert (second.url, second.published_at) == ("", None)
    assert second.id == urls.identity(URL, "2")


def test_json_feed_of_version_1_has_one_author_and_may_link_elsewhere() -> None:
    item = {"id": "7", "external_url": "https://other.test/a", "author": {"name": "Ada"}}
    body = json.dumps({"version": "https://jsonfeed.org/version/1", "title": "E", "items": [item]})
    (entry,) = entries(body, "application/json")
    assert (entry.url, entry.author) == ("https://other.test/a", "Ada")


RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel rdf:about="https://example.fr/"><title>Exemple</title><link>https://example.fr/</link>
<dc:language>fr</dc:language><sy:updatePeriod> daily </sy:updatePeriod>
<sy:updateFrequency>4</sy:updateFrequency></channel>
<item rdf:about="https://example.fr/un"><title>Un</title><link>https://example.fr/un</link>
<dc:date>2025-05-13T10:00+02:00</dc:date><dc:creator>Ada</dc:creator>
<description>Texte.</description></item></rdf:RDF>"""


def test_rdf_is_read_with_its_dates() -> None:
    feed = parse_feed(RDF.encode(), URL)
    (entry,) = feed.entries
    assert (feed.title, feed.home, feed.language) == ("Exemple", "https://example.fr/", "fr")
    assert (entry.url, entry.title, entry.author) == ("https://example.fr/un", "Un", "Ada")
    assert entry.published_at == datetime(2025, 5, 13, 8, tzinfo=UTC)
    assert feed.ttl == timedelta(hours=6)


@pytest.mark.parametrize(
    ("said", "ttl"),
    [
        ("<ttl> 90 </ttl>", timedelta(minutes=90)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", timedelta(hours=1)),
        (
            "<ttl>30</ttl><sy:updatePeriod>weekly</sy:updatePeriod>",
            timedelta(minutes=30),
        ),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>9999999</ttl>", None),
        (f"<ttl>{'9' * 5000}</ttl>", None),
        ("<sy:updatePeriod>never</sy:updatePeriod>", None),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            None,
        ),
        ("<sy:updateFrequency>2</sy:updateFrequency>", None),
    ],
)
def test_how_long_a_feed_may_be_kept_is_told_where_it_makes_sense(
    said: str, ttl: timedelta | None
) -> None:
    body = f"""<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
    <channel><title>t</title>{said}<item><title>a</title></item></channel></rss>"""
    assert parse_feed(body.encode(), URL).ttl == ttl


def test_links_start_where_the_feed_was_found_and_identities_at_the_configured_feed() -> None:
    body = rss(
        "<item><title>a</title><link>/a</link></item><item><title>b</title><guid>7</guid></item>"
    )
    asked = "https://old.test/rss"
    linked, bare = parse_feed(body.encode(), "https://new.test/x/rss", "", asked).entries
    assert linked.url == "https://new.test/a"
    assert bare.id == urls.identity(asked, "7")
    assert linked.feed_url == bare.feed_url == asked


def test_xml_base_is_where_atoms_links_start() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.test/blog/"><title>t
    </title><entry xml:base="2025/"><title>x</title><id>tag:1</id><link href="one"/></entry>
    <entry><title>y</title><id>tag:2</id><link href="/two"/></entry></feed>"""
    assert {e.url for e in entries(body)} == {
        "https://a.test/blog/2025/one",
        "https://a.test/two",
    }


@pytest.mark.parametrize(
    "body",
    [
        """<rss version="2.0"><channel><title>t</title><link>{bad}</link><item><title>a</title>
        <link>{bad}</link><guid isPermaLink="true">{bad}</guid><comments>{bad}</comments>
        <source url="{bad}">S</source><enclosure url="{bad}" type="text/html"/></item>
        </channel></rss>""",
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{bad}"><title>t</title>
        <link href="{bad}"/><entry><title>a</title><id>{bad}</id><link href="{bad}"/>
        <link rel="enclosure" href="{bad}"/><content src="{bad}" type="text/html"/>
        </entry></feed>""",
        """{{"version": "1", "title": "t", "home_page_url": "{bad}", "items": [{{"id": "{bad}",
        "title": "a", "url": "{bad}", "external_url": "{bad}", "image": "{bad}"}}]}}""",
    ],
    ids=["rss", "atom", "json"],
)
@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://a.test/",
        "vbscript:x",
    ],
)
def test_no_address_but_of_the_web_leaves_a_feed(body: str, bad: str) -> None:
    feed = parse_feed(body.format(bad=bad).encode(), URL)
    (entry,) = feed.entries
    assert entry.title == "a"
    assert (feed.home, entry.url, entry.source_url) == ("", "", "")


def test_a_guid_that_is_an_address_stands_in_for_a_missing_link() -> None:
    (entry,) = entries(rss("<item><title>a</title><guid>https://example.org/a</guid></item>"))
    assert entry.url == "https://example.org/a"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "mailto:a@example.org", "", "http://"])
def test_an_unusable_link_becomes_none_and_the_guid_identifies(link: str) -> None:
    (entry,) = entries(rss(f"<item><title>a</title><link>{link}</link><guid>g-7</guid></item>"))
    assert entry.url == ""
    assert entry.id == urls.identity(URL, "g-7")


def test_parts_of_one_page_stay_apart() -> None:
    items = "".join(
        f"<item><title>{n}</title><link>https://e.org/log#{n}</link><guid>https://e.org/log#{n}"
        "</guid></item>"
        for n in ("2.0", "2.1")
    )
    first, second = entries(rss(items))
    assert first.url == second.url == "https://e.org/log"
    assert first.id != second.id


def test_the_same_item_twice_is_one_entry() -> None:
    item = "<item><title>a</title><link>https://example.org/a?utm_medium=x</link></item>"
    assert len(entries(rss(item + item.replace("?utm_medium=x", "")))) == 1


def test_spellings_of_one_page_are_one_entry_and_another_guid_makes_no_other() -> None:
    links = [
        "https://www.e.org/a",
        "https://www.e.org/a/amp",
        "https://m.e.org/a",
        "http://e.org/a/",
        "https://www-e-org.cdn.ampproject.org/c/s/www.e.org/a",
    ]
    items = (
        f"<item><title>a</title><link>{link}</link><guid>g{n}</guid></item>"
        for n, link in enumerate(links)
    )
    (entry,) = entries(rss("".join(items)))
    assert entry.id == urls.identity("https://www.e.org/a")


# --- aggregators -----------------------------------------------------------------------------

HIDDEN = "https://news.google.com/rss/articles/CBMi1"


def aggregated(title: str, summary: str, link: str = HIDDEN) -> Entry:
    body = f"""<rss version="2.0"><channel><title>t</title><item><title>{title}</title>
    <link>{link}?oc=5</link><guid isPermaLink="false">CBMi1</guid>
    <description><![CDATA[{summary}]]></description>
    <source url="https://www.harbour.test">Harbour Wire</source></item></channel></rss>"""
    (entry,) = entries(body)
    return entry


@pytest.mark.parametrize(
    "summary",
    [
        '<a href="https://x.test/1">Brindle opens a lab</a>&nbsp;&nbsp;<font>Harbour Wire</font>',
        '<ol><li><a href="https://x.test/1">Brindle opens a lab in Quito this year</a>&nbsp;'
        '<font>Harbour Wire</font></li><li><a href="https://x.test/2">A lab for Brindle</a>&nbsp;'
        "<font>The Ledger</font></li></ol>",
    ],
)
def test_an_aggregators_item_names_the_outlet_and_its_list_of_links_is_no_text(
    summary: str,
) -> None:
    entry = aggregated("Brindle opens a lab - Harbour Wire", summary)
    assert entry.title == "Brindle opens a lab"
    assert (entry.source_name, entry.source_url) == ("Harbour Wire", "https://www.harbour.test/")
    assert (entry.summary, entry.content) == ("", "")


def test_an_aggregators_own_words_are_kept() -> None:
    told = "Brindle said that the lab in Quito will have room for 300 people and a school."
    assert aggregated("Brindle opens a lab – Harbour Wire", f"<p>{told}</p>").summary == told
    repeated = "Brindle opens a lab. Harbour Wire"
    elsewhere = "https://harbour.test/a"
    assert aggregated("Brindle opens a lab", repeated, elsewhere).summary == ""
    assert aggregated("Brindle opens a lab", told, elsewhere).summary == told


@pytest.mark.parametrize("title", ["Harbour Wire", "Life at Harbour Wire", "- Harbour Wire"])
def test_a_headline_that_is_about_the_outlet_stays_whole(title: str) -> None:
    assert aggregated(title, "").title == title


@pytest.mark.parametrize(
    "stamp", ["0000-00-00", "Thu, 01 Jan 1970 00:00:00 GMT", "9999-12-31T23:59:59Z", "yesterday"]
)
def test_impossible_dates_are_no_dates(stamp: str) -> None:
    (entry,) = entries(rss(f"<item><title>a</title><pubDate>{stamp}</pubDate></item>"))
    assert entry.published_at is None


def test_undated_entries_keep_the_order_of_the_feed() -> None:
    items = "".join(f"<item><title>n{n}</title><guid>{n}</guid></item>" for n in range(5))
    assert [e.title for e in entries(rss(items))] == ["n0", "n1", "n2", "n3", "n4"]


def test_a_long_feed_gives_its_newest_entries_only() -> None:
    items = "".join(
        f"<item><title>n{n}</title><guid>{n}</guid>"
        f"<pubDate>{datetime(2025, 1, 1 + n % 28, tzinfo=UTC):%a, %d %b %Y} 08:00:00 GMT</pubDate>"
        "</item>"
        for n in range(MAX_ENTRIES + 200)
    )
    found = entries(rss(items))
    assert len(found) == MAX_ENTRIES
    days = [e.published_at.day for e in found if e.published_at]
    assert days == sorted(days, reverse=True)
    assert days[0] == 28


def test_texts_are_bounded() -> None:
    words = "word " * 40_000
    (entry,) = entries(
        rss(f"<item><title>{words}</title><description>{words}</description></item>")
    )
    assert 0 < len(entry.title) <= TITLE_CHARS
    assert 0 < len(entry.summary) <= SUMMARY_CHARS
    assert SUMMARY_CHARS < len(entry.content) <= CONTENT_CHARS


def test_the_language_is_told_from_the_text_where_none_is_declared() -> None:
    (entry,) = entries(
        rss(
            "<item><title>Das Unternehmen baut in der Stadt ein neues Rechenzentrum</title>"
            "<description>Es soll im Herbst fertig sein und wird von der Stadt mit dem Bund"
            " und den Ländern nicht gefördert, wie die Firma am Montag mitteilte.</description>"
            "</item>"
        )
    )
    assert entry.language == "de"


def test_an_item_marked_as_paid_is_paywalled() -> None:
    paid, free = entries(
        rss(
            "<item><title>a</title><guid>1</guid><category>Premium</category></item>"
            "<item><title>b</title><guid>2</guid></item>"
        )
    )
    assert (paid.paywalled, free.paywalled) == (True, False)


# --- encodings and prologs -------------------------------------------------------------------


def test_latin_1_is_read_as_declared() -> None:
    body = rss("<item><title>Übergröße</title></item>")
    declared = f'<?xml version="1.0" encoding="ISO-8859-1"?>{body}'.encode("latin-1")
    assert entries(declared)[0].title == "Übergröße"
    bare = body.encode("latin-1")
    assert entries(bare, "text/xml; charset=iso-8859-1")[0].title == "Übergröße"


def test_valid_utf8_wins_over_a_wrong_declaration() -> None:
    body = f'<?xml version="1.0" encoding="ISO-8859-1"?>{rss("<item><title>Öl</title></item>")}'
    assert entries(body, "text/xml; charset=us-ascii")[0].title == "Öl"


@pytest.mark.parametrize(
    "before",
    [
        "\n \n",
        "\ufeff",
        "\x00",
        "<br />\n<b>Warning</b>: something in line 3<br />\n",
        "<!-- <p> -->",
    ],
)
def test_junk_before_the_declaration_is_borne(before: str) -> None:
    assert len(entries(before + RSS)) == 2


def test_control_characters_do_not_break_a_feed() -> None:
    (entry,) = entries(rss("<item><title>a\x0bb\x00c\x1f</title></item>"))
    assert entry.title == "abc"


def test_an_undeclared_entity_does_not_break_a_feed() -> None:
    first, second = entries(
        rss("<item><title>a&nbsp;b</title></item><item><title>c & d</title></item>")
    )
    assert (first.title, second.title) == ("a b", "c & d")


# --- what is no feed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "is empty"),
        (b" \n\x00", "is empty"),
        (b"<!DOCTYPE html><html><head><title>x</title></head></html>", "is a web page, not a feed"),
        (b"<!-- rss --><html lang='en'><body>rss</body></html>", "is a web page, not a feed"),
        (b"Not found", "is not a feed"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not a feed"),
        (b'{"error": "gone"}', "is not a feed"),
        (b"{" * 100_000, "is not a feed"),
        (b'{"items": ' + b"[" * 100_000, "is not a feed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a feed"),
        (b"<rss version='2.0'><channel><title>x", "breaks off before its first entry"),
    ],
)
def test_what_is_no_feed_is_said_in_words(body: bytes, words: str) -> None:
    with pytest.raises(FeedError, match=words) as caught:
        parse_feed(body, URL)
    assert str(caught.value).startswith(URL)


def test_a_web_page_names_its_feeds() -> None:
    page = b"""<!doctype html><html><head><title>x</title>
    <link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>"""
    with pytest.raises(WebPageError) as caught:
        parse_feed(page, "https://e.org/blog/")
    assert caught.value.feeds == ("https://e.org/feed.xml",)
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - as from a worker process
    assert (str(again), again.feeds) == (str(caught.value), caught.value.feeds)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parse_feed(rss("").encode(), URL) == ParsedFeed("t", "", "", ())


def test_a_feed_cut_short_gives_the_entries_that_arrived() -> None:
    assert entries(RSS[: RSS.rindex("<content:encoded>")])[0].title == "Newer model released"


# --- hostile ---------------------------------------------------------------------------------


def test_entity_bombs_and_external_entities_are_harmless() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    prolog = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{levels}'
    prolog += '<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    begun = time.perf_counter()
    (entry,) = entries(
        prolog + rss("<item><title>a &l9; b</title><description>&x;</description></item>")
    )
    assert time.perf_counter() - begun < 5
    assert "lol" not in entry.title
    hostname = Path("/etc/hostname")
    if hostname.exists():
        assert hostname.read_text().strip() not in f"{entry.summary}{entry.content}"


@pytest.mark.parametrize("tag", ["author", "dc:creator", "managingEditor", "itunes:author"])
def test_a_huge_author_costs_nothing(tag: str) -> None:
    names = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    body = (
        f'<rss version="2.0" {names}><channel><item><title>a</title><{tag}>{"a" * 65_536}</{tag}>'
    )
    begun = time.perf_counter()
    (entry,) = entries(body + "</item></channel></rss>")
    assert time.perf_counter() - begun < 5
    assert len(entry.author) <= 200


def test_half_characters_do_not_escape() -> None:
    body = '{"items": [{"id": "\\ud83d", "title": "a \\udfff b", "url": "https://e.org/\\ud800"}]}'
    (entry,) = entries(body)
    "".join((entry.id, entry.guid, entry.title, entry.url)).encode()


def test_deep_nesting_is_borne() -> None:
    deep = "<b>" * 20_000 + "deep" + "</b>" * 20_000
    (entry,) = entries(rss(f"<item><title>a</title><description>{deep}</description></item>"))
    assert (entry.title, entry.summary) == ("a", "deep")


MANGLE = st.lists(
    st.tuples(
        st.sampled_from(("cut", "repeat", "insert", "swap")),
        st.floats(0, 1),
        st.floats(0, 1),
        st.one_of(
            st.binary(max_size=12),
            st.sampled_from(
                (
                    b"<![CDATA[",
                    b"]]>",
                    b"&#xD800;",
                    b"<item>",
                    b"</item>",
                    b"<!--",
                    b"&#0;",
                    b"\xff",
                )
            ),
        ),
    ),
    max_size=4,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from((RSS, ATOM, JSON_FEED)), MANGLE)
def test_mangled_feeds_raise_nothing_but_feed_errors(
    original: str, mangling: list[tuple[str, float, float, bytes]]
) -> None:
    body = original.encode()
    for action, start, length, piece in mangling:
        at = int(start * len(body))
        to = min(len(body), at + int(length * 300))
        middle = {"cut": b"", "repeat": body[at:to] * 2, "insert": piece + body[at:to]}
        body = body[:at] + middle.get(action, piece) + body[to:]
    try:
        feed = parse_feed(body, URL)
    except FeedError as error:
        assert str(error).startswith(URL)
        return
    for entry in feed.entries:
        assert entry.id
        assert len(entry.title) <= TITLE_CHARS
        assert "\x00" not in f"{entry.title}{entry.summary}{entry.content}"
        f"{entry}".encode()


# --- real feeds ------------------------------------------------------------------------------


def test_real_odd_feeds_are_read(shared_dir: Path) -> None:
    folder = shared_dir / "data/feeds/odd"
    found = {file.stem: parse_feed(file.read_bytes(), URL) for file in sorted(folder.iterdir())}
    assert {name: len(feed.entries) for name, feed in found.items()} == {
        "feedparser_large_atom_css": 15,
        "meridian_cn_nytimes_com": 20,
        "meridian_independant_co_uk": 100,
        "meridian_theverge_com": 10,
        "mfukano_techcrunch": 20,
        "miniflux_encoding_ISO-8859-1": 40,
        "miniflux_large_atom": 25,
        "miniflux_large_rss": 25,
    }
    everything = [entry for feed in found.values() for entry in feed.entries]
    assert all(e.url and e.title and e.published_at for e in everything)
    german = found["miniflux_encoding_ISO-8859-1"].entries
    assert any("ü" in entry.summary for entry in german)
    assert not any("�" in f"{e.title}{e.summary}" for e in german)


def test_real_lab_feeds_are_read(shared_dir: Path) -> None:
    files = sorted((shared_dir / "data/feeds/labs").iterdir())
    feeds = [parse_feed(file.read_bytes(), URL) for file in files]
    assert all(feed.title and feed.entries for feed in feeds)
    everything = [entry for feed in feeds for entry in feed.entries]
    assert len(everything) > 2_900
    assert all(entry.title and entry.url and entry.published_at for entry in everything)


def linking(*links: str, home: str = "https://www.home.test/") -> ParsedFeed:
    items = "".join(
        f"<item><title>T {n}</title><link>{u}</link></item>" for n, u in enumerate(links)
    )
    body = f"<rss version='2.0'><channel><title>c</title><link>{home}</link>{items}</channel></rss>"
    return parse_feed(body.encode(), "https://feeds.host.test/rss")


def test_a_feeds_own_domains_are_its_address_its_home_and_where_most_links_lead() -> None:
    own = {"host.test", "home.test"}
    most = [f"https://www.paper.test/{n}" for n in range(3)]
    assert own_domains(linking(*most, "https://x.test/1"), "https://feeds.host.test/rss") == {
        *own,
        "paper.test",
    }
    spread = [f"https://{name}.test/1" for name in "abcdef"]
    assert own_domains(linking(*spread), "https://feeds.host.test/rss") == own
    assert own_domains(linking(*most[:2]), "https://feeds.host.test/rss") == own


@pytest.mark.parametrize("reference", ["&#xD800;", "&#55357;", "&#xFFFFFFF;", "&#0;", "\ud800"])
def test_half_a_character_in_a_title_costs_that_character_only(reference: str) -> None:
    body = (
        "<rss version='2.0'><channel><title>c</title>"
        f"<item><title>A{reference} b</title><link>https://a.test/1</link>"
        f"<description>x{reference}</description></item>"
        "<item><title>C</title><link>https://a.test/2</link></item></channel></rss>"
    )
    found = parse_feed(body.encode("utf-8", "surrogatepass"), "https://a.test/rss")
    assert len(found.entries) == 2
    assert found.entries[0].title.startswith("A")
    f"{found}".encode()
    halves = '{"version": "https://jsonfeed.org/version/1.1", "title": "c", "items": [{"id":'
    halves += (
        '"1\\ud800", "title": "A\\ud800 b", "url": "https://a.test/\\udc00", "tags": ["\\ud800"]}]}'
    )
    (entry,) = parse_feed(halves.encode(), "https://a.test/rss").entries
    assert (entry.title, entry.guid) == ("A b", "1")
    f"{entry}".encode()
