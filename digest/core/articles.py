"""Page bytes → what the page gives; entry + page → the Article as it is stored."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from digest.core import (
    attribution,
    furniture,
    jsonld,
    language,
    pages,
    quality,
    sameness,
    text,
    urls,
    wishes,
)
from digest.errors import ArticleError
from digest.models import Article, Entry, Extraction, Feed, Quality

TEXT_CHARS = 200_000  # the longest article worth keeping: a long report has 100,000
MAX_ELEMENTS = 50_000  # five seconds' work; the largest of data kind "pages" has 9,700
_LANGUAGE_CHARS = 1_500  # enough to tell a language
_AHEAD = timedelta(hours=1)  # clocks of publishers run this far ahead
_APART = timedelta(days=2)
_USABLE_WORDS = 40  # of a feed's own text, to stand in for a page
_MUCH_MORE = 1.5  # times as many words in the feed: then the page shows only a part

_NOBODY = re.compile(
    r"(?:admin\w*|webmaster|root|user\w*|wordpress|author|guest|unknown|n/a)\Z", re.I
)
_DATE_NOTE = re.compile(r"undated|dated in the future|the page says \d")


# --- a page ----------------------------------------------------------------------------------


def extract(
    body: bytes, url: str, content_type: str = "", asked: str = "", agent: str = wishes.AGENT
) -> Extraction:
    """Return the article a page holds, or with ``quality`` and ``note`` why it does not.

    ``url`` is the page's address after redirects, ``asked`` the one before, ``content_type`` the
    HTTP header, ``agent`` the name by which the page may address us. Nothing is downloaded. A front
    page in the place of a page that was asked for is an error. Raises ArticleError, naming the URL,
    for what is no web page; else only MemoryError.
    """
    if _leads_home(asked, url):
        return Extraction(Quality.ERROR, "", note="leads to the front page")
    try:
        return _extract(body, url, content_type, agent)
    except (ArticleError, MemoryError):
        raise
    except Exception as error:  # lxml and trafilatura raise what they like on mangled input
        raise ArticleError(f"{url} cannot be read as a page ({type(error).__name__})") from error


def _leads_home(asked: str, url: str) -> bool:
    def front(address: str) -> bool:
        return urls.canonical("/", base=address) == urls.canonical(address)

    return bool(asked) and not front(asked) and front(url)


def _extract(body: bytes, url: str, content_type: str, agent: str) -> Extraction:
    if body[:5] == b"%PDF-":
        raise ArticleError(f"{url} is a PDF, not a web page")
    if re.match(r"\s*(?:image|audio|video|font)/", content_type):
        raise ArticleError(f"{url} is {content_type.split(';')[0].strip()}, not a web page")
    markup = pages.markup(body, content_type)
    if not markup.strip():
        raise ArticleError(f"{url} is empty")
    tree = pages.parsed(markup)
    if tree is None:
        raise ArticleError(f"{url} is not a web page")
    if tree.xpath("count(//*)") > MAX_ELEMENTS:
        raise ArticleError(f"{url} has more than {MAX_ELEMENTS:,} elements: no article")
    declared = pages.language(tree)
    wished = wishes.of_page(tree, agent)
    canonical = pages.canonical(tree, url)
    told = jsonld.read(tree)
    title = text.shorten(_line(tree.findtext(".//title") or ""), 300)
    page = pages.shown(tree)
    pages.reduce(tree)
    about = pages.About()
    with suppress(Exception):  # a mangled head costs a page its date and author, not its text
        about = pages.about(tree, url, told)
    # Without comments, otherwise as it comes: the best F1 for its time (benchmarks.extraction).
    found = _extraction()(tree, url=url, include_comments=False)
    value = furniture.without_furniture(text.clean((found and found.text) or ""))
    value = _fuller(value, told.body)[:TEXT_CHARS]
    if not value:  # too little text to be sure of anything
        about = pages.About()
    heading = text.shorten(_line(about.title), 300) or title
    grade, note = quality.judge(
        value,
        url=url,
        title=title,
        heading=heading,
        page=page,
        markup=markup[: pages.SAMPLE_CHARS],
        free=told.free,
    )
    if grade is Quality.TEASER:
        value = quality.without_walls(value)
    elif grade is not Quality.FULL:
        value = ""
    return Extraction(
        quality=grade,
        text=value,
        title=heading,
        author=_author(about.author),
        site=text.shorten(_line(about.site), 100),
        published_at=about.published,
        canonical_url=canonical,
        language=language.spoken(f"{heading}. {value[:_LANGUAGE_CHARS]}", declared),
        note=note,
        wishes=wished,
        opinion=told.opinion,
    )


@lru_cache(maxsize=1)
def _extraction() -> Callable[..., Any]:
    """Return trafilatura's extraction: slow to import, needed in workers only."""
    from trafilatura import bare_extraction

    for name in ("trafilatura", "htmldate", "courlan"):
        # What they log of a bad page is no news to whoever has set up no logging.
        logging.getLogger(name).addHandler(logging.NullHandler())
    return bare_extraction


def _fuller(value: str, body: str) -> str:
    """Return the text of the page's own JSON-LD where extraction found much less."""
    if len(body) < _MUCH_MORE * len(value):
        return value
    told = furniture.without_furniture(text.plain(body))
    return told if quality.words_in(told) > _MUCH_MORE * quality.words_in(value) else value


def _author(value: str) -> str:
    names = [_line(name) for name in value[:2_000].split(";")]
    return text.shorten(", ".join(n for n in names[:5] if n and not _no_name(n)), 200)


def _no_name(value: str) -> bool:
    return "://" in value or "@" in value or _NOBODY.match(value) is not None


def _line(value: str) -> str:
    return " ".join(text.clean(value[:2_000]).split())


# --- entry and page --------------------------------------------------------------------------


def join(
    entry: Entry,
    feed: Feed,
    extraction: Extraction | None,
    *,
    feed_title: str,
    now: datetime,
    relevance: float,
    own: Collection[str] = frozenset(),
) -> Article:
    """Return the article that an entry and its page (None: not opened) make together.

    The feed's date wins over the page's, then ``now``; a date in the future becomes ``now``. The
    page's text is used when it is the article, the feed's own where the page has much less or
    none; ``note`` says so. Consent and error pages, and pages that show something else than the
    entry tells of, give no text, title, address or date. ``own`` holds the registrable domains
    that are the feed's own (``feeds.own_domains``): the feed's words about pages elsewhere are
    published by the feed.
    """
    page = extraction
    if page and page.text and not sameness.tells_of(entry, page):
        page = Extraction(Quality.ERROR, "", note="its page shows something else")
    grade, value, note = _text(entry, page)
    of_page = page is not None and bool(page.text) and value == page.text
    if page is not None and page.quality in (Quality.CONSENT, Quality.ERROR):
        page = None
    url = (page and page.canonical_url) or entry.url
    publisher, domain = attribution.attribute(
        feed,
        feed_title=feed_title,
        own=own,
        url=url,
        site=page.site if page else "",
        of_page=of_page,
        source=(entry.source_name, entry.source_url),
    )
    published_at, when = _when(entry.published_at, page.published_at if page else None, now)
    title = entry.title or (page.title if page else "") or domain
    if page and _completes(page.title, title):
        title = page.title
    return Article(
        id=entry.id,
        url=url,
        title=title,
        publisher=publisher,
        domain=domain,
        author=entry.author or (page.author if page else ""),
        published_at=published_at,
        first_seen_at=now,
        language=language.spoken(
            f"{title}. {value[:_LANGUAGE_CHARS]}",
            (page.language if page else "") or entry.language,
        ),
        text=value,
        quality=grade,
        feed_url=feed.url,
        category=feed.category,
        kind=feed.kind,
        trust=feed.trust,
        opinion=attribution.is_opinion(title, entry.tags, url) or bool(page and page.opinion),
        relevance=relevance,
        note=notes(note, when),
    )


def reowned(
    article: Article,
    entry: Entry,
    feed: Feed,
    *,
    feed_title: str,
    now: datetime,
    own: Collection[str],
) -> Article:
    """Return a stored article as ``feed`` owns it, whose ``entry`` carries the same link.

    Title, date, author, opinion, publisher and what the feed is configured with come from the new
    owner by the rules of ``join``; the rest stays. Words of another feed than the new owner stay
    attributed to that feed.
    """
    title = entry.title or article.title
    if _completes(article.title, title):
        title = article.title
    of_page = article.quality is not Quality.FEED_ONLY
    if of_page or article.text in ("", entry.content, entry.summary):
        publisher, domain = attribution.attribute(
            feed,
            feed_title=feed_title,
            own=own,
            url=article.url,
            site=article.publisher,
            of_page=of_page and bool(article.text),
            source=(entry.source_name, entry.source_url),
        )
    else:
        publisher, domain = article.publisher, article.domain
    # What tags or the page said stays; what only the old title said goes with it.
    told_so = article.opinion and not attribution.is_opinion(article.title, (), article.url)
    published_at, when = _when(entry.published_at or article.published_at, None, now)
    if entry.published_at is None and "undated" in article.note:
        when = "undated"
    return replace(
        article,
        title=title,
        publisher=publisher,
        domain=domain,
        author=entry.author or article.author,
        published_at=published_at,
        feed_url=feed.url,
        category=feed.category,
        kind=feed.kind,
        trust=feed.trust,
        opinion=told_so or attribution.is_opinion(title, entry.tags, article.url),
        note=notes(_undated(article.note), when),
    )


def renoted(old: Article, new: Article) -> str:
    """Return the note of an article that is made anew: what was said, and what is of its date."""
    return notes(_undated(old.note), new.note)


def notes(*phrases: str) -> str:
    """Return phrases in one line, each once."""
    return "; ".join(dict.fromkeys(filter(None, phrases)))


def _undated(note: str) -> str:
    return notes(*(part for part in note.split("; ") if not _DATE_NOTE.match(part)))


def _completes(whole: str, title: str) -> bool:
    """Whether the feed cut its title, and ``whole`` is what it cut."""
    cut = re.search(r"(?:…|\.\.\.)\Z", title) is not None
    return cut and whole != title and whole.startswith(title.rstrip("…."))


def _text(entry: Entry, page: Extraction | None) -> tuple[Quality, str, str]:
    """Return the article's text, how much of it there is, and why."""
    own = max(entry.content, entry.summary, key=len)
    own_words = quality.words_in(own)
    if page is None:
        return Quality.FEED_ONLY, own, "behind a paywall" if entry.paywalled else ""
    if page.quality in (Quality.CONSENT, Quality.ERROR):
        if own_words >= _USABLE_WORDS:
            return Quality.FEED_ONLY, own, f"{page.note}; the feed's own text is used"
        return page.quality, "", page.note
    page_words = quality.words_in(page.text)
    if own_words >= _USABLE_WORDS and own_words > _MUCH_MORE * page_words:
        return Quality.FEED_ONLY, own, "the feed has more of the text than the page"
    if page.quality is Quality.FULL and entry.paywalled and page_words < quality.TEASER_WORDS:
        return Quality.TEASER, page.text, "the feed marks it as paid"
    return page.quality, page.text or own, page.note


def _when(feeds: datetime | None, pages: datetime | None, now: datetime) -> tuple[datetime, str]:
    stated = feeds or pages
    if stated is None:
        return now, "undated"
    if stated > now + _AHEAD:
        return now, "dated in the future"
    apart = feeds and pages and abs(feeds - pages) > _APART
    return min(stated, now).astimezone(UTC), f"the page says {pages:%Y-%m-%d}" if apart else ""
