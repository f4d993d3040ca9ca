"""Feed bytes → items: RSS, Atom and RDF through feedparser, JSON Feed by ourselves.

Everything here is hostile or half dead. The body is decoded and its prolog dropped before
feedparser sees it, so entity bombs, external entities and wrong encoding declarations never
reach a parser. A body that still makes the parser hang is the worker's business to end.
"""

from __future__ import annotations

import calendar
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any

from digest.core import encoding
from digest.errors import FeedError, WebPageError

_FIRST_YEAR, _LAST_YEAR = 1990, 2100  # feeds did not exist before, and nothing is dated after
_PROLOG_CHARS = 20_000  # server warnings before the root element are shorter

_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_LONGEST_TTL = timedelta(days=365)
_WHOLE = re.compile(r"[0-9]{1,7}")

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_FEED_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel)(?=[\s>/])", re.I)
_HTML_SIGN = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.I)
# feedparser searches authors for an e-mail address with an expression that takes quadratic time
# (its issue 562), so no author field reaches it longer than a name is.
_LONG_AUTHOR = re.compile(
    r"(<(?:[\w.-]{1,40}:)?(?:author|creator|name|email|managingeditor|webmaster|contributor"
    r"|publisher|owner)\b[^<>]{0,500}>\s{0,100}(?:<!\[CDATA\[)?[^<\]]{500})[^<\]]+",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Item:
    """An item as its format gives it: texts still markup, links still relative."""

    guid: str
    links: tuple[str, ...]  # best first
    title: str
    summary: str
    content: str
    author: str
    published_at: datetime | None
    language: str
    tags: tuple[str, ...]
    plain: frozenset[str] = frozenset()  # which of title, summary, content are declared plain text
    source: tuple[str, str] = ("", "")  # name and address of the outlet it was taken from


@dataclass(frozen=True, slots=True)
class Head:
    """What a feed says of itself, as its format gives it."""

    title: str
    home: str  # still relative
    language: str
    ttl: timedelta | None = None


def read(body: bytes, url: str, content_type: str) -> tuple[Head, list[Item]]:
    """Return a feed's head and its items in the feed's order.

    Raises FeedError for what is no feed, WebPageError for a web page, and on mangled input
    whatever the parsers raise.
    """
    declared = [*encoding.charset(content_type), *encoding.xml_charset(body)]
    document = _CONTROLS.sub("", encoding.decode(body, declared)).lstrip("\ufeff \t\r\n")
    if not document:
        raise FeedError(f"{url} is empty")
    if document[0] == "{":
        return _read_json(document, url)
    return _read_xml(_from_root(document, url, body, content_type), url)


# --- bytes to text ---------------------------------------------------------------------------


def _from_root(document: str, url: str, body: bytes, content_type: str) -> str:
    """Return the XML document from its root element on, the prolog and any junk before it cut.

    The prolog is where document types, entity declarations and the encoding live: none of them
    is needed once the text is decoded, and some of them are weapons.
    """
    root = _FEED_ROOT.match(document, _after_prolog(document))
    if root is None:
        # Servers print warnings before the feed; a page, though, stays a page.
        root = _FEED_ROOT.search(document, 0, _PROLOG_CHARS)
        page = _HTML_SIGN.search(document, 0, _PROLOG_CHARS)
        if page is not None and (root is None or page.start() < root.start()):
            from digest.core.discovery import feed_links  # seldom needed

            found = feed_links(body, url, content_type)
            raise WebPageError(f"{url} is a web page, not a feed", found)
        if root is None:
            raise FeedError(f"{url} is not a feed")
    declaration = '<?xml version="1.0" encoding="utf-8"?>'
    return declaration + _REFERENCE.sub(
        _character, _LONG_AUTHOR.sub(r"\1", document[root.start() :])
    )


def _character(reference: re.Match[str]) -> str:
    """Return a character reference as it stands, or "" for what is no character: half a pair."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    unfit = code > 0x10FFFF or 0xD800 <= code < 0xE000 or code in (0xFFFE, 0xFFFF)
    return "" if unfit or (code < 32 and code not in (9, 10, 13)) else reference[0]


def _after_prolog(document: str) -> int:
    """Return where the first element begins, past declarations, comments and document types."""
    at = 0
    while True:
        while at < len(document) and document[at].isspace():
            at += 1
        if document.startswith("<?", at):
            closing = "?>"
        elif document.startswith("<!--", at):
            closing = "-->"
        elif document.startswith("<!", at):
            bracket, angle = document.find("[", at), document.find(">", at)
            closing = "]" if 0 <= bracket < angle else ">"
        elif document.startswith(">", at):  # what is left of a document type after its "]"
            closing = ">"
        else:
            return at
        end = document.find(closing, at)
        if end < 0:
            return at
        at = end + len(closing)


# --- formats ---------------------------------------------------------------------------------


def _read_xml(document: str, url: str) -> tuple[Head, list[Item]]:
    import feedparser  # slow to import, needed in workers only

    parsed = feedparser.parse(
        BytesIO(document.encode("utf-8", "ignore")),  # never str or bytes: those may be opened
        # No address: given one, feedparser makes a link of any guid.
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    entries = parsed["entries"]
    if not entries and parsed["bozo"] and not re.search(r"</[\w.:-]{3,50}>\s*\Z", document[-200:]):
        raise FeedError(f"{url} breaks off before its first entry")
    if not entries and not parsed["version"]:
        raise FeedError(f"{url} is not a feed")
    feed = parsed["feed"]
    head = Head(_get(feed, "title"), _get(feed, "link"), _get(feed, "language"), _ttl(feed))
    atom = str(parsed["version"]).startswith("atom")
    return head, [_xml_item(entry, atom=atom) for entry in entries]


def _xml_item(entry: dict[str, Any], *, atom: bool) -> Item:
    guid = _get(entry, "id")
    links = [_get(entry, "feedburner_origlink")]
    links += [
        _get(link, "href")
        for link in _dicts(entry, "links")
        if _get(link, "rel") in ("", "alternate") and _get(link, "type") in ("", "text/html")
    ]
    if not entry.get("guidislink"):
        links.append(_get(entry, "link"))
    if guid.startswith(("http://", "https://")):
        links.append(guid)
    contents = _dicts(entry, "content")
    best = max(contents, key=lambda c: len(_get(c, "value")), default={})
    plain = {
        name
        for name, detail in (
            ("title", dict.get(entry, "title_detail")),
            ("summary", dict.get(entry, "summary_detail")),
            ("content", best),
        )
        # RSS has no types: what feedparser calls plain there may hold escaped markup all the same.
        if atom and isinstance(detail, dict) and _get(detail, "type") == "text/plain"
    }
    names = [_get(author, "name") for author in _dicts(entry, "authors")]
    return Item(
        guid=guid,
        links=tuple(links),
        title=_get(entry, "title"),
        summary=_get(entry, "summary"),
        content=_get(best, "value"),
        author=", ".join(dict.fromkeys(n for n in names[:5] if n)) or _get(entry, "author"),
        published_at=next(
            filter(None, (_xml_date(entry, k) for k in ("published", "created", "updated"))), None
        ),
        language=_get(best, "language") or _get(entry, "language"),
        tags=tuple(_get(tag, "label") or _get(tag, "term") for tag in _dicts(entry, "tags")),
        plain=frozenset(plain),
        source=_source(entry),
    )


def _ttl(feed: dict[str, Any]) -> timedelta | None:
    """Return how long a feed says it may be kept: RSS's minutes, else how often it is updated."""
    minutes = _get(feed, "ttl").strip()
    if _WHOLE.fullmatch(minutes):
        found = timedelta(minutes=int(minutes))
    else:
        period = _PERIODS.get(_get(feed, "sy_updateperiod").strip().lower())
        times = _get(feed, "sy_updatefrequency").strip() or "1"
        if period is None or not _WHOLE.fullmatch(times) or not int(times):
            return None
        found = period / int(times)
    return found if timedelta() < found <= _LONGEST_TTL else None


def _source(entry: dict[str, Any]) -> tuple[str, str]:
    """Return the outlet that RSS's or Atom's source element names, or Bing's."""
    source = dict.get(entry, "source")
    if not isinstance(source, dict):
        return _get(entry, "news_source"), ""
    return _get(source, "title"), _get(source, "href") or _get(source, "link")


def _read_json(document: str, url: str) -> tuple[Head, list[Item]]:
    try:
        feed = json.loads(document)
    except (ValueError, RecursionError):
        feed = None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise FeedError(f"{url} is not a feed")
    head = Head(_get(feed, "title"), _get(feed, "home_page_url"), _get(feed, "language"))
    return head, [_json_item(item) for item in feed["items"] if isinstance(item, dict)]


def _json_item(item: dict[str, Any]) -> Item:
    authors = [*_dicts(item, "authors"), *(a for a in [item.get("author")] if isinstance(a, dict))]
    content = _get(item, "content_html")
    plain = {"title", "summary"} | (set() if content else {"content"})
    guid = str(item["id"]) if isinstance(item.get("id"), int | float) else _get(item, "id")
    tags = item.get("tags")
    return Item(
        guid=guid,
        links=(
            _get(item, "url"),
            _get(item, "external_url"),
            guid if guid.startswith("http") else "",
        ),
        title=_get(item, "title"),
        summary=_get(item, "summary"),
        content=content or _get(item, "content_text"),
        author=", ".join(n for n in (_get(a, "name") for a in authors[:5]) if n),
        published_at=_date(_get(item, "date_published")) or _date(_get(item, "date_modified")),
        language=_get(item, "language"),
        tags=tuple(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
        plain=frozenset(plain),
    )


def _xml_date(entry: dict[str, Any], name: str) -> datetime | None:
    # dict.get: feedparser's own get() answers "updated" with "published", and warns.
    parsed = dict.get(entry, f"{name}_parsed")
    if parsed is not None:
        try:
            return _sane(datetime.fromtimestamp(calendar.timegm(parsed), UTC))
        except (ValueError, OverflowError, OSError, TypeError):
            return None
    return _date(_get(entry, name))


def _date(value: str) -> datetime | None:
    """Return an ISO 8601 or RFC 5322 date as aware UTC, or None."""
    value = value.strip()[:100]
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = read(value)
            return _sane(when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC))
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
    return None


def _sane(when: datetime) -> datetime | None:
    return when if _FIRST_YEAR <= when.year <= _LAST_YEAR else None


def _get(mapping: dict[str, Any], key: str) -> str:
    """Return a text value, or "" for anything else; half characters (surrogates) go."""
    value = dict.get(mapping, key)
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "ignore").decode("utf-8")


def _dicts(mapping: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = dict.get(mapping, key)
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
