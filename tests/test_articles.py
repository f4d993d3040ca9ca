"""A page gives its article or says why not; an entry and its page make one Article."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core import attribution
from digest.core.articles import extract, join, reowned
from digest.errors import ArticleError
from digest.models import Article, Entry, Extraction, Feed, FeedKind, Quality

URL = "https://www.example.org/news/larch"
NOW = datetime(2025, 5, 13, 12, tzinfo=UTC)
PARAGRAPHS = [
    f"In {place}, the laboratory's system number {n} read {n * 7} contracts in one afternoon, and"
    f" {n + 2} lawyers who had checked them by hand found that it had missed {n % 3} clauses,"
    " which is about as many as they had missed themselves, the study says."
    for n, place in enumerate(
        ("Oslo", "Graz", "Lyon", "Porto", "Cork", "Bern", "Turku", "Ghent"), start=3
    )
]


def page(
    paragraphs: list[str] | None = None, *, head: str = "", lang: str = "en", after: str = ""
) -> str:
    body = "".join(f"<p>{p}</p>" for p in (PARAGRAPHS if paragraphs is None else paragraphs))
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><title>Larch reads contracts | Example</title>'
        f'<meta property="og:title" content="Larch reads contracts">'
        f'<meta property="og:site_name" content="Example News">'
        f'<meta name="author" content="Ada Brandt">'
        f'<meta property="article:published_time" content="2025-05-13T08:30:00+02:00">{head}'
        f"</head><body><nav><a href='/'>Home</a> <a href='/x'>News</a></nav><main><article>"
        f"<h1>Larch reads contracts</h1>{body}{after}</article></main><footer>Imprint</footer>"
        "</body></html>"
    )


def read(html: str | bytes, content_type: str = "text/html; charset=utf-8") -> Extraction:
    return extract(html.encode() if isinstance(html, str) else html, URL, content_type)


# --- pages -----------------------------------------------------------------------------------


def test_an_article_page_gives_text_and_what_it_says_of_itself() -> None:
    canonical = '<link rel="canonical" href="/news/larch?utm_source=x">'
    found = read(page(head=canonical))
    assert found.quality is Quality.FULL
    assert found.text.split("\n")[-len(PARAGRAPHS) :] == PARAGRAPHS
    assert (found.title, found.author, found.site) == (
        "Larch reads contracts",
        "Ada Brandt",
        "Example News",
    )
    assert found.published_at == datetime(2025, 5, 13, 6, 30, tzinfo=UTC)
    assert found.canonical_url == URL
    assert found.language == "en"
    assert found.note == ""


@pytest.mark.parametrize(
    "href", ["https://other.example.net/a", "javascript:alert(1)", "/", "https://www.example.org/"]
)
def test_a_canonical_address_elsewhere_or_of_the_home_page_is_not_believed(href: str) -> None:
    assert read(page(head=f'<link rel="canonical" href="{href}">')).canonical_url == ""


def test_valid_utf8_wins_and_declared_encodings_are_used() -> None:
    german = [p.replace("Graz", "Wörgl – „schön“") for p in PARAGRAPHS]
    assert "Wörgl – „schön“" in read(page(german), "text/html; charset=iso-8859-1").text
    meta = '<meta charset="windows-1252">'
    assert "Wörgl – „schön“" in read(page(german, head=meta).encode("cp1252"), "text/html").text
    assert "Wörgl – „schön“" in read(page(german).encode("cp1252"), "text/html").text


def test_the_texts_own_language_wins_over_a_wrong_declaration() -> None:
    german = [
        f"Das Unternehmen teilte am Montag mit, dass es in {place} ein neues Werk bauen wird, das"
        " nicht vor dem Herbst fertig sein soll und für das die Stadt ein Grundstück gibt."
        for place in ("Graz", "Bern", "Ulm", "Jena", "Kiel")
    ]
    assert read(page(german, lang="en")).language == "de"


@pytest.mark.parametrize("where", ["NewsArticle", "@graph"])
def test_json_ld_says_that_a_short_text_is_a_teaser(where: str) -> None:
    thing = {"@type": "NewsArticle", "isAccessibleForFree": "False"}
    data = thing if where == "NewsArticle" else {"@graph": [{"@type": "WebSite"}, thing]}
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    found = read(page(PARAGRAPHS[:3], head=script))
    assert (found.quality, found.note) == (Quality.TEASER, "ends behind a paywall")
    assert found.text.endswith(PARAGRAPHS[2])
    assert read(page(head=script)).quality is Quality.FULL


def test_the_pages_own_json_ld_text_stands_in_where_extraction_finds_much_less() -> None:
    def told(body: str) -> str:
        thing = json.dumps({"@type": "NewsArticle", "articleBody": body})
        return f'<script type="application/ld+json">{thing}</script>'

    whole = "\n".join(PARAGRAPHS)
    markup = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    assert read(page(PARAGRAPHS[:2], head=told(markup))).text == whole
    assert PARAGRAPHS[7] not in read(page(PARAGRAPHS[:7], head=told(whole))).text
    assert read(page(head=told("A short summary."))).text.endswith(PARAGRAPHS[-1])


def test_comments_and_furniture_are_no_part_of_the_text() -> None:
    below = (
        "<aside><p>A list of nine other reports that are read much at this hour.</p></aside>"
        "<p>Read also these reports:</p><section id='comments'><p>I have a view on this matter,"
        " and it is longer than the article that it was written under.</p></section>"
    )
    assert read(page(after=below)).text.split("\n")[-len(PARAGRAPHS) :] == PARAGRAPHS


def test_a_pages_date_keeps_its_zone_and_the_article_is_in_utc() -> None:
    found = read(page().replace("2025-05-13T08:30:00+02:00", "2025-05-12T22:30:00-05:00"))
    assert found.published_at is not None
    assert f"{found.published_at:%Y-%m-%d}" == "2025-05-12"
    dated = replace(FULL, published_at=found.published_at)
    article = joined(replace(ENTRY, published_at=None), dated)
    assert article.published_at == found.published_at
    assert article.published_at.tzinfo is UTC


@pytest.mark.parametrize("name", ["admin", "Administrator", "webmaster", "a@example.org"])
def test_nobody_is_no_author(name: str) -> None:
    assert read(page().replace("Ada Brandt", name)).author == ""


def test_broken_json_ld_is_ignored() -> None:
    for content in ("{", "[" * 50_000, "null", '"x"', "[[1]]", '{"@graph": 3, "datePublished": 4}'):
        script = f'<script type="application/ld+json">{content}</script>'
        assert read(page(head=script)).quality is Quality.FULL


def test_walls_are_labelled_and_named() -> None:
    challenge = "<html><head><title>Just a moment...</title></head><body><p>Wait</p></body></html>"
    consent = (
        "We and our 812 partners store cookies. Accept all cookies or manage privacy preferences."
        " You may withdraw consent to advertising and tracking at any time."
    )
    assert "Cloudflare" in read(challenge).note
    wall = read(f"<html><body><div><p>{consent}</p></div></body></html>")
    assert (wall.quality, wall.text) == (Quality.CONSENT, "")
    gone = "<html><head><title>Page not found</title></head><body><p>Sorry</p></body></html>"
    assert read(gone).quality is Quality.ERROR


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b"", "text/html", "is empty"),
        (b" \x00\n", "text/html", "is empty"),
        (b"%PDF-1.7 x", "text/html", "is a PDF"),
        (b"\xff\xd8\xff", "image/jpeg", "is image/jpeg"),
        (b"plain words", "text/plain", "is not a web page"),
    ],
)
def test_what_is_no_page_is_said_in_words(body: bytes, content_type: str, words: str) -> None:
    with pytest.raises(ArticleError, match=words) as caught:
        extract(body, URL, content_type)
    assert str(caught.value).startswith(URL)


def hostile() -> dict[str, bytes]:
    whole = page().encode()
    return {
        "nested": b"<html><body>" + b"<div>" * 50_000 + b"x",
        "nested inline": b"<html><body><p>" + b"<b><i>" * 25_000 + b"x",
        "one line": b"<html><body><p>" + b"word " * 600_000 + b"</p></body></html>",
        "no tags closed": b"<html><body>" + b"<p>a <a href=x>b" * 20_000,
        "nulls": whole.replace(b" ", b"\x00 "),
        "attributes": b"<html><body><p " + b"a='b' " * 50_000 + b">x</p></body></html>",
        "entities": b"<html><body><p>" + b"&amp;&#xD800;&#0;" * 20_000 + b"</p></body></html>",
        "doctype": b'<!DOCTYPE html [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
        b"<html><body><p>&a;&c;</p></body></html>",
        "many elements": b"<html><body>" + b"<p>The cat sat.</p><a href=/x>go</a>" * 100_000,
        "comments": b"<html><body>" + b"<!--" * 50_000,
    }


@pytest.mark.parametrize("case", hostile())
def test_hostile_pages_end_in_an_extraction_or_an_article_error(case: str) -> None:
    begun = time.perf_counter()
    try:
        found = extract(hostile()[case], URL)
    except ArticleError as error:
        assert str(error).startswith(URL)
    else:
        assert "root:" not in found.text
        f"{found}".encode()
    assert time.perf_counter() - begun < 10


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 200), st.binary(max_size=20)), max_size=5)
)
def test_mangled_pages_raise_nothing_but_article_errors(
    mangling: list[tuple[float, int, bytes]],
) -> None:
    body = page().encode()
    for start, length, piece in mangling:
        at = int(start * len(body))
        body = body[:at] + piece + body[at + length :]
    try:
        found = extract(body, URL)
    except ArticleError as error:
        assert str(error).startswith(URL)
    else:
        assert found.quality in Quality
        f"{found}".encode()


# --- entry and page --------------------------------------------------------------------------

FEED = Feed("https://www.example.org/rss", name="Example", category="press", trust=1.5)
ENTRY = Entry(
    id="0123456789abcdef",
    feed_url=FEED.url,
    guid="g",
    url=URL,
    title="Larch reads contracts",
    summary="A summary of nine or ten words, hardly a text.",
    published_at=NOW - timedelta(hours=3),
)
FULL = Extraction(
    Quality.FULL,
    "\n".join(PARAGRAPHS),
    title="Larch reads contracts, says study",
    author="Ada Brandt",
    site="Example News",
    published_at=NOW - timedelta(hours=5),
    canonical_url="https://www.example.org/news/larch-2",
    language="en",
)


def joined(
    entry: Entry = ENTRY, page: Extraction | None = FULL, feed: Feed = FEED, title: str = "Feed"
) -> Article:
    return join(entry, feed, page, feed_title=title, now=NOW, relevance=0.9)


def test_a_full_page_and_its_entry_make_an_article() -> None:
    article = joined()
    assert article == Article(
        id=ENTRY.id,
        url="https://www.example.org/news/larch-2",
        title=ENTRY.title,
        publisher="Example",
        domain="example.org",
        author="Ada Brandt",
        published_at=NOW - timedelta(hours=3),
        first_seen_at=NOW,
        language="en",
        text=FULL.text,
        quality=Quality.FULL,
        feed_url=FEED.url,
        category="press",
        trust=1.5,
        relevance=0.9,
    )


def test_the_feeds_date_wins_then_the_pages_then_now() -> None:
    undated = replace(ENTRY, published_at=None)
    assert joined(undated).published_at == FULL.published_at
    article = joined(undated, None)
    assert (article.published_at, article.note) == (NOW, "undated")


def test_a_date_in_the_future_is_brought_to_now() -> None:
    article = joined(replace(ENTRY, published_at=NOW + timedelta(days=2)))
    assert article.published_at == NOW
    assert "dated in the future" in article.note
    slightly = joined(replace(ENTRY, published_at=NOW + timedelta(minutes=30)))
    assert (slightly.published_at, slightly.note) == (NOW, "")


def test_a_page_date_far_from_the_feeds_is_noted() -> None:
    article = joined(page=replace(FULL, published_at=NOW - timedelta(days=9)))
    assert article.published_at == ENTRY.published_at
    assert article.note == "the page says 2025-05-04"


def test_without_a_page_the_feeds_longer_text_is_the_article() -> None:
    article = joined(replace(ENTRY, content="\n".join(PARAGRAPHS)), None)
    assert (article.quality, article.text) == (Quality.FEED_ONLY, "\n".join(PARAGRAPHS))
    assert joined(page=None).text == ENTRY.summary
    assert joined(replace(ENTRY, summary=""), None).text == ""


@pytest.mark.parametrize("grade", [Quality.CONSENT, Quality.ERROR])
def test_a_wall_gives_nothing_and_the_feeds_text_stands_in_if_it_is_enough(grade: Quality) -> None:
    wall = replace(FULL, quality=grade, text="We value your privacy", note="asks for consent")
    article = joined(page=wall)
    assert (article.quality, article.text, article.note) == (grade, "", "asks for consent")
    assert (article.url, article.author) == (URL, "")
    helped = joined(replace(ENTRY, content=" ".join(PARAGRAPHS)), wall)
    assert helped.quality is Quality.FEED_ONLY
    assert helped.text == " ".join(PARAGRAPHS)
    assert "asks for consent" in helped.note


def test_a_teaser_keeps_its_text_unless_the_feed_has_much_more() -> None:
    teaser = replace(FULL, quality=Quality.TEASER, text=PARAGRAPHS[0], note="breaks off")
    kept = joined(page=teaser)
    assert (kept.quality, kept.text, kept.note) == (Quality.TEASER, PARAGRAPHS[0], "breaks off")
    whole = joined(replace(ENTRY, content="\n".join(PARAGRAPHS)), teaser)
    assert (whole.quality, whole.text) == (Quality.FEED_ONLY, "\n".join(PARAGRAPHS))


def test_an_entry_marked_as_paid_makes_a_short_page_a_teaser() -> None:
    paid = replace(ENTRY, paywalled=True)
    assert joined(paid, replace(FULL, text=PARAGRAPHS[0])).quality is Quality.TEASER


@pytest.mark.parametrize(
    ("feed_url", "name", "title", "site", "publisher"),
    [
        ("https://example.org/rss", "My Example", "Feed", "Example News", "My Example"),
        ("https://example.org/rss", "", "Feed", "Example News", "Example News"),
        ("https://example.org/rss", "", "Feed", "", "Feed"),
        ("https://example.org/rss", "", "", "", "example.org"),
        ("https://feeds.test/rss", "Aggregator", "Feed", "Example News", "Example News"),
        ("https://feeds.test/rss", "Aggregator", "Feed", "", "example.org"),
        ("https://feeds.test/rss", "Aggregator", "Feed", "Reuters", "example.org"),
        ("https://example.org/rss", "", "Feed", "Reuters", "Feed"),
        ("https://feeds.test/rss", "Example Tech", "Feed", "", "Example Tech"),
        ("https://example.org/rss", "", "Feed", "A very long site name that no one says", "Feed"),
    ],
)
def test_the_publisher_is_who_published_it(
    feed_url: str, name: str, title: str, site: str, publisher: str
) -> None:
    long_site = site * 2 if site.startswith("A very") else site
    article = joined(
        feed=Feed(feed_url, name=name), page=replace(FULL, site=long_site), title=title
    )
    assert article.publisher == publisher
    assert article.domain == "example.org"


@pytest.mark.parametrize("page", [None, Extraction(Quality.ERROR, "", note="gone")])
def test_the_feeds_words_about_a_page_elsewhere_are_the_feeds(page: Extraction | None) -> None:
    told = replace(ENTRY, content=" ".join(PARAGRAPHS))
    elsewhere = Feed("https://rss.feeds.test/all", name="Our Take")
    article = joined(told, page, elsewhere)
    assert (article.quality, article.text) == (Quality.FEED_ONLY, told.content)
    assert (article.publisher, article.domain, article.url) == ("Our Take", "feeds.test", URL)
    nameless = joined(told, page, replace(elsewhere, name=""), "")
    assert (nameless.publisher, nameless.domain) == ("feeds.test", "feeds.test")


def test_a_mirror_that_is_the_publishers_own_speaks_for_it() -> None:
    mirror = Feed("https://mirror.test/example.xml", name="The Example")
    for page in (None, FULL):
        article = join(
            ENTRY, mirror, page, feed_title="", now=NOW, relevance=1, own=frozenset({"example.org"})
        )
        assert (article.publisher, article.domain) == ("The Example", "example.org")


@pytest.mark.parametrize(
    ("site", "domain", "fits"),
    [
        ("The Wall Street Journal", "wsj.com", True),
        ("Frankfurter Allgemeine", "faz.net", False),
        ("Frankfurter Allgemeine Zeitung", "faz.net", True),
        ("Süddeutsche Zeitung", "sueddeutsche.de", True),
        ("NYT", "nytimes.com", True),
        ("Ars Technica", "arstechnica.com", True),
        ("Reuters", "evil.test", False),
        ("Reuters", "terse.test", False),
        ("BBC News", "news-now.test", False),
        ("x", "x.com", False),
    ],
)
def test_a_site_may_call_itself_what_its_domain_bears_out(
    site: str, domain: str, fits: bool
) -> None:
    assert attribution.resembles(site, domain) is fits


def test_an_article_taken_over_by_another_feed_is_told_its_way() -> None:
    aggregator = Feed("https://feeds.test/all", name="All", category="blogs", trust=0.5)
    theirs = replace(
        ENTRY, feed_url=aggregator.url, title="Opinion: Larch reads contracts", published_at=NOW
    )
    first = joined(theirs, feed=aggregator)
    own = frozenset({"example.org"})
    taken = reowned(first, ENTRY, FEED, feed_title="Feed", now=NOW, own=own)
    straight = join(ENTRY, FEED, FULL, feed_title="Feed", now=NOW, relevance=0.9, own=own)
    assert first != straight
    assert taken == straight


def test_words_of_a_feed_stay_its_own_when_another_takes_the_article_over() -> None:
    aggregator = Feed("https://feeds.test/all", name="All")
    told = joined(replace(ENTRY, content=" ".join(PARAGRAPHS)), None, aggregator)
    taken = reowned(told, ENTRY, FEED, feed_title="", now=NOW, own=frozenset())
    assert (taken.publisher, taken.domain) == ("All", "feeds.test")
    assert (taken.text, taken.feed_url) == (told.text, FEED.url)


@pytest.mark.parametrize(
    ("asked", "url", "home"),
    [
        (URL, "https://www.example.org/", True),
        (URL, "https://example.org", True),
        (URL, "https://www.example.org/?p=3", False),
        (URL, URL, False),
        ("https://www.example.org/", "https://www.example.org/", False),
        ("", "https://www.example.org/", False),
    ],
)
def test_a_front_page_stands_in_for_no_article(asked: str, url: str, home: bool) -> None:
    found = extract(page().encode(), url, "text/html", asked)
    assert (found.quality is Quality.ERROR) is home
    assert (found.note == "leads to the front page") is home


def test_a_page_of_something_else_is_not_the_article() -> None:
    other = replace(ENTRY, title="Rotterdam opens ferry line to Hull", summary="Boats leave daily.")
    article = joined(other)
    assert (article.quality, article.text) == (Quality.ERROR, "")
    assert (article.note, article.url) == ("its page shows something else", URL)
    boats = " ".join(f"Ferry {n} leaves Rotterdam for Hull at hour {n}." for n in range(20))
    helped = joined(replace(other, content=boats))
    assert (helped.quality, helped.text) == (Quality.FEED_ONLY, boats)
    assert helped.note.startswith("its page shows something else")


@pytest.mark.parametrize(
    ("title", "summary", "page_title"),
    [
        ("Larch: machines at the law", "A laboratory's system read contracts; lawyers check.", ""),
        ("Contracts", "", ""),
        ("Wie Lärche Verträge liest", "", "Wie Lärche Verträge liest"),
        ("新系统阅读合同", "", "新系统阅读合同的研究"),
        ("", "Look at this!", ""),
    ],
)
def test_a_page_that_tells_what_the_feed_tells_is_the_article(
    title: str, summary: str, page_title: str
) -> None:
    entry = replace(ENTRY, title=title, summary=summary)
    assert joined(entry, replace(FULL, title=page_title)).text == FULL.text


def test_a_discussion_is_published_by_its_forum() -> None:
    forum = Feed("https://talk.test/rss", name="Talk", kind=FeedKind.DISCUSSION)
    assert joined(page=None, feed=forum).publisher == "Talk"


@pytest.mark.parametrize(
    ("title", "tags", "url", "opinion"),
    [
        ("Opinion: Slow down", (), URL, True),
        ("Slow down | Comment", (), URL, True),
        ("Kommentar: Langsamer", (), URL, True),
        ("Slow down", ("AI", "Opinion"), URL, True),
        ("Slow down", (), "https://www.example.org/opinion/slow", True),
        ("Opinions differ on the new rule", (), URL, False),
        ("Analysis: What the rule changes", ("Analysis",), URL, False),
        ("Column store speeds up training", (), "https://www.example.org/blogs/x", False),
    ],
)
def test_opinion_is_marked(title: str, tags: tuple[str, ...], url: str, opinion: bool) -> None:
    entry = replace(ENTRY, title=title, tags=tags, url=url)
    assert joined(entry, None).opinion is opinion


def test_a_title_the_feed_cut_is_completed_from_the_page() -> None:
    assert joined(replace(ENTRY, title="Larch reads contr…")).title == FULL.title
    assert joined(replace(ENTRY, title="")).title == FULL.title
    assert joined(replace(ENTRY, title=""), None).title == "example.org"


# --- real pages ------------------------------------------------------------------------------


def test_extraction_from_real_pages_is_exact(shared_dir: Path) -> None:
    folder = shared_dir / "data/pages"
    gold = json.loads((folder / "gold.json").read_text("utf-8"))[::4]
    hits = found = wanted = 0
    for item in gold:
        body = (folder / "html" / item["file"]).read_bytes()
        text = extract(body, item["url"]).text
        hits += (right := sum(part in text for part in item["with"]))
        found += right + sum(part in text for part in item["without"])
        wanted += len(item["with"])
    assert 2 * hits / (found + wanted) >= 0.9
