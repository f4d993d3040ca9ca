"""Page bytes → what the page gives; entry + page → the Article as it is stored."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from digest.core import pages, quality, text, urls
from digest.errors import ArticleError
from digest.models import Article, Entry, Extraction, Feed, FeedKind, Quality

TEXT_CHARS = 200_000  # the longest article worth keeping: a long report has 100,000
MAX_ELEMENTS = 50_000  # five seconds' work; the largest of data kind "pages" has 9,700
_LANGUAGE_CHARS = 1_500  # enough to tell a language
_AHEAD = timedelta(hours=1)  # clocks of publishers run this far ahead
_APART = timedelta(days=2)
_USABLE_WORDS = 40  # of a feed's own text, to stand in for a page
_MUCH_MORE = 1.5  # times as many words in the feed: then the page shows only a part

_OPINION_TITLE = re.compile(
    r"(?:opinion|op-ed|comment|commentary|column|editorial|viewpoint|letters?"
    r"|guest (?:essay|post|column)|kommentar|meinung|leitartikel|kolumne|glosse|gastbeitrag"
    r"|tribune|éditorial|opinión|opinie)"
    r"\s*[:|–—]|.*[|–—]\s*(?:opinion|comment|editorial|kommentar|meinung)\s*\Z",
    re.I,
)
_OPINION_TAGS = re.compile(
    r"(?:opinions?|op-ed|comment|commentary|editorials?|columns?|columnists|viewpoint|kommentare?"
    r"|meinung|kolumne|leitartikel|opinión|tribune)",
    re.I,
)
_OPINION_PATH = re.compile(
    r"/(?:opinions?|op-?ed|commentary|commentisfree|comment|editorials?|columns?|columnists|viewpoints?"
    r"|meinung|kommentare?|kolumnen?|opinie|ideas)/",
    re.I,
)


# --- a page ----------------------------------------------------------------------------------


def extract(body: bytes, url: str, content_type: str = "") -> Extraction:
    """Return the article a page holds, or with ``quality`` and ``note`` why it does not.

    ``url`` is the page's address after redirects, ``content_type`` the HTTP header. Nothing is
    downloaded. Raises ArticleError, naming the URL, for what is no web page; nothing else.
    """
    try:
        return _extract(body, url, content_type)
    except ArticleError:
        raise
    except Exception as error:  # lxml and trafilatura raise what they like on mangled input
        raise ArticleError(f"{url} cannot be read as a page ({type(error).__name__})") from error


def _extract(body: bytes, url: str, content_type: str) -> Extraction:
    if body[:5] == b"%PDF-":
        raise ArticleError(f"{url} is a PDF, not a web page")
    if re.match(r"\s*(?:image|audio|video|font)/", content_type):
        raise ArticleError(f"{url} is {content_type.split(';')[0].strip()}, not a web page")
    markup = pages.markup(body, content_type)
    if not markup.strip():
        raise ArticleError(f"{url} is empty")
    load, extraction = _trafilatura()
    tree = load(markup)
    if tree is None:
        raise ArticleError(f"{url} is not a web page")
    if tree.xpath("count(//*)") > MAX_ELEMENTS:
        raise ArticleError(f"{url} has more than {MAX_ELEMENTS:,} elements: no article")
    declared = pages.language(tree)
    canonical = pages.canonical(tree, url)
    claims = pages.claims(tree)
    title = text.shorten(_line(tree.findtext(".//title") or ""), 300)
    # Measured on data kind "pages": best F1 for its time, and the highest precision.
    page = pages.shown(tree)
    about = pages.About()
    with suppress(Exception):  # a mangled head costs a page its date and author, not its text
        about = pages.about(tree, url)
    found = extraction(tree, url=url, include_comments=False, favor_precision=True)
    if found is None:  # too little text to be sure of anything
        about = pages.About()
    value = quality.without_furniture(text.clean((found and found.text) or ""))[:TEXT_CHARS]
    title = text.shorten(_line(about.title), 300) or title
    grade, note = quality.judge(
        value,
        url=url,
        title=title,
        page=page,
        markup=markup[: pages.SAMPLE_CHARS],
        free=claims.free,
    )
    if grade is Quality.TEASER:
        value = quality.without_walls(value)
    elif grade is not Quality.FULL:
        value = ""
    sure = text.language(value[:_LANGUAGE_CHARS]) if len(value) > 300 else ""
    return Extraction(
        quality=grade,
        text=value,
        title=title,
        author=_author(about.author),
        site=text.shorten(_line(about.site), 100),
        published_at=_published(about.day, claims.published),
        canonical_url=canonical,
        language=sure or declared or text.language(f"{title}. {value[:_LANGUAGE_CHARS]}"),
        note=note,
    )


@lru_cache(maxsize=1)
def _trafilatura() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return trafilatura's two functions: slow to import, needed in workers only."""
    from trafilatura import bare_extraction, load_html

    for name in ("trafilatura", "htmldate", "courlan"):
        # What they log of a bad page is no news to whoever has set up no logging.
        logging.getLogger(name).addHandler(logging.NullHandler())
    return load_html, bare_extraction


def _published(day: str, claimed: tuple[datetime, ...]) -> datetime | None:
    """Return the page's date: the day found, with the time of day where the page claims one."""
    found = pages.date(day)
    if found is None:
        return None
    near = (c for c in claimed if abs(c - found) <= timedelta(hours=36))
    return next(near, found)


def _author(value: str) -> str:
    names = [_line(name) for name in value[:2_000].split(";")]
    return text.shorten(", ".join(n for n in names[:5] if n and "://" not in n), 200)


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
) -> Article:
    """Return the article that an entry and its page (None: not opened) make together.

    The feed's date wins over the page's, then ``now``; a date in the future becomes ``now``. The
    page's text is used when it is the article, the feed's own where the page has much less or
    none; ``note`` says so. Consent and error pages give no text, title, address or date.
    """
    page = extraction
    if page is not None and page.quality in (Quality.CONSENT, Quality.ERROR):
        page = None
    grade, value, note = _text(entry, extraction)
    url = (page and page.canonical_url) or entry.url
    domain = urls.registrable_domain(url or feed.url)
    published_at, when = _when(entry.published_at, page.published_at if page else None, now)
    title = entry.title or (page.title if page else "") or domain
    if page and re.search(r"(?:…|\.\.\.)\Z", title) and page.title.startswith(title.rstrip("….")):
        title = page.title
    return Article(
        id=entry.id,
        url=url,
        title=title,
        publisher=_publisher(feed, feed_title, domain, page.site if page else ""),
        domain=domain,
        author=entry.author or (page.author if page else ""),
        published_at=published_at,
        first_seen_at=now,
        language=(page.language if page else "")
        or entry.language
        or text.language(f"{title}. {value[:_LANGUAGE_CHARS]}"),
        text=value,
        quality=grade,
        feed_url=feed.url,
        category=feed.category,
        kind=feed.kind,
        trust=feed.trust,
        opinion=_is_opinion(title, entry.tags, url),
        relevance=relevance,
        note="; ".join(filter(None, (note, when))),
    )


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
    return min(stated, now), f"the page says {pages:%Y-%m-%d}" if apart else ""


def _publisher(feed: Feed, feed_title: str, domain: str, site: str) -> str:
    """Return the name readers know: the feed's only where the feed is the publisher's own."""
    names = [name for name in (feed.name, feed_title) if name]
    label = domain.partition(".")[0]
    own = urls.registrable_domain(feed.url) == domain
    if own or feed.kind is FeedKind.DISCUSSION:
        if feed.name:
            return feed.name
    else:  # served from elsewhere: its name fits if it holds the domain's ("WSJ Tech", wsj.com)
        names = [n for n in names if len(label) > 2 and label in re.sub(r"\W", "", n.lower())]
    if 1 < len(site) <= 40 and not site.startswith(("http", "@")):
        return site
    return text.shorten(names[0], 60) if names else domain


def _is_opinion(title: str, tags: tuple[str, ...], url: str) -> bool:
    return (
        bool(_OPINION_TITLE.match(title))
        or any(_OPINION_TAGS.fullmatch(tag) for tag in tags)
        or bool(_OPINION_PATH.search(url))
    )
