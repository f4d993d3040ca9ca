"""Feed bytes → entries: plain, bounded texts, canonical links, sane dates, identities."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from html import unescape

from digest.core import feedformats, language, samepage, text, urls, wrappers
from digest.core.feedformats import Item
from digest.errors import FeedError
from digest.models import Entry, ParsedFeed

MAX_ENTRIES = 500  # newest first; the rest of a longer feed is an archive
TITLE_CHARS = 300
SUMMARY_CHARS = 2_000
CONTENT_CHARS = 60_000
_MARKUP_PER_CHAR = 8  # markup read per character kept: feeds of data kind "labs" need under 6
_LATEST = datetime.max.replace(tzinfo=UTC)
_NAME_CHARS = 200
_GUID_CHARS = 1_000
_LANGUAGE_CHARS = 150  # beside the title; enough to tell a language
_MAX_TAGS = 20
_LINKS = 3  # fewer say nothing of where a feed belongs
_MOST_LINKS = 0.6

_NAME_WORDS = 6  # of an outlet

_LINK_ELEMENT = re.compile(r"<a\b[^<>]{0,3000}>.{0,1000}?</a\s*>", re.I | re.S)
_TAG = re.compile(
    r"</?(?:a|abbr|b|br|cite|code|em|i|img|p|q|s|small|span|strong|sub|sup|u)\b[^<>]*>"
    r"|<(script|style|iframe)\b.{0,1000}?</\1",  # alone, such a tag may be what a title is about
    re.I | re.S,
)
_TAIL = re.compile(
    r"(?:The post .{1,400} (?:appeared first|first appeared) on .{1,200}"
    r"|(?:Read (?:more|the (?:full|rest)|full)|Continue reading|Weiterlesen|Lire la suite|Leer más)"
    r"\b.{0,120}|Comments|\[link\] \[comments\])",
    re.I,
)
_PAYWALL_TAGS = frozenset(
    (
        "paywall",
        "premium",
        "subscriber-only",
        "subscribers-only",
        "subscribers only",
        "members only",
    )
)


def parse_feed(body: bytes, url: str, content_type: str = "", feed_url: str = "") -> ParsedFeed:
    """Return what a feed holds, entries newest first, at most MAX_ENTRIES.

    ``url`` is the address that answered: relative links start there, or at the home page the feed
    names. ``feed_url`` is the configured feed's, to which the entries and the identities of those
    without link belong (default: ``url``). ``content_type`` is the HTTP header;
    valid UTF-8 wins over what it or the document declares. Raises FeedError, in one sentence naming
    ``url``, for a body that is no feed (WebPageError for a web page); else only MemoryError.
    """
    try:
        return _parse(body, url, content_type, feed_url or url)
    except (FeedError, MemoryError):
        raise
    except Exception as error:  # feedparser and json raise what they like on mangled input
        raise FeedError(f"{url} cannot be read as a feed ({type(error).__name__})") from error


def _parse(body: bytes, url: str, content_type: str, feed_url: str) -> ParsedFeed:
    head, items = feedformats.read(body, url, content_type)
    home = urls.canonical(head.home, base=url) if head.home else ""
    spoken = language.declared(head.language)
    entries: dict[str, Entry] = {}
    for item in _newest(items):
        entry = _entry(item, feed_url, home or url, spoken)
        if entry.title or entry.url or entry.summary or entry.content:
            part_of_page = entry.id != samepage.page_id(entry.url)
            entries.setdefault(entry.id if part_of_page else samepage.key(entry.url), entry)
    return ParsedFeed(
        title=text.shorten(_plain(head.title, TITLE_CHARS), TITLE_CHARS),
        home=home,
        language=spoken,
        entries=tuple(entries.values()),
        ttl=head.ttl,
    )


def own_domains(parsed: ParsedFeed, feed_url: str) -> frozenset[str]:
    """Return the registrable domains that are a feed's own: whose pages it speaks for.

    Those of its address and of its home page, and the one that three in five of its links lead
    to, where it has three links or more.
    """
    linked = Counter(urls.registrable_domain(e.url) for e in parsed.entries if e.url)
    own = {urls.registrable_domain(feed_url), urls.registrable_domain(parsed.home)}
    for domain, n in linked.most_common(1):
        if linked.total() >= _LINKS and n >= _MOST_LINKS * linked.total():
            own.add(domain)
    return frozenset(own - {""})


# --- items to entries ------------------------------------------------------------------------


def _newest(items: list[Item]) -> Iterable[Item]:
    """Return the newest MAX_ENTRIES items, newest first; an undated one stays by its neighbour."""
    dates: list[datetime] = []
    latest = max((i.published_at for i in items if i.published_at), default=_LATEST)
    for item in items:
        dates.append(item.published_at or (dates[-1] if dates else latest))
    order = sorted(range(len(items)), key=lambda n: dates[n], reverse=True)
    return (items[n] for n in order[:MAX_ENTRIES])


def _entry(item: Item, feed_url: str, base: str, spoken: str) -> Entry:
    link, url = _link(item.links, base)
    title = text.shorten(
        " ".join(_plain(item.title, TITLE_CHARS, "title" in item.plain).split()), TITLE_CHARS
    )
    content = _body(item.content, "content" in item.plain)
    if item.content and item.summary == item.content:
        summary = content
    else:
        summary = _body(item.summary, "summary" in item.plain)
        if not content and len(summary) > SUMMARY_CHARS:  # the whole text stands in the summary
            content = summary
    source_name, source_url = _source(item, base)
    title = _without_outlet(title, source_name)
    if wrappers.tells_nothing(url) and _is_link_list(item.content or item.summary):
        summary = content = ""
    elif source_name and _repeats(summary, f"{title} {source_name}"):
        summary = ""
    tags = tuple(dict.fromkeys(t for t in (text.clean(tag[:100]) for tag in item.tags) if t))
    declared = language.declared(item.language) or spoken
    paywalled = title.startswith("[$]") or any(t.lower() in _PAYWALL_TAGS for t in tags)
    return Entry(
        id=_identity(url, link.partition("#")[2], item.guid, feed_url, title),
        feed_url=feed_url,
        guid=text.clean(item.guid[:_GUID_CHARS]),
        url=url,
        title=title,
        summary=_cut(summary, SUMMARY_CHARS),
        content=content,
        author=_person(item.author),
        published_at=item.published_at,
        language=language.spoken(f"{title}. {(summary or content)[:_LANGUAGE_CHARS]}", declared),
        tags=tags[:_MAX_TAGS],
        paywalled=paywalled,
        source_name=source_name,
        source_url=source_url,
    )


def _source(item: Item, base: str) -> tuple[str, str]:
    """Return the name and the address of the outlet that an item says it was taken from."""
    name, address = item.source
    url = urls.canonical(address, base=base) if address.strip() else ""
    return text.shorten(" ".join(_plain(name, _NAME_CHARS).split()), _NAME_CHARS), url


def _without_outlet(title: str, outlet: str) -> str:
    """Return a headline without the " - Outlet" that aggregators put at its end."""
    bare = title.removesuffix(outlet).rstrip()
    if outlet and bare != title and len(bare) > 2 and bare[-1] in "-–—|" and bare[-2] == " ":
        return bare[:-1].rstrip()
    return title


def _is_link_list(markup: str) -> bool:
    """Whether a summary is only links with a name beside each: other outlets on one event."""
    beside = _plain(_LINK_ELEMENT.sub(" ", markup), SUMMARY_CHARS)
    return all(len(line.split()) <= _NAME_WORDS for line in beside.split("\n"))


def _repeats(summary: str, told: str) -> bool:
    return bool(summary) and set(text.words(summary)) <= set(text.words(told))


def _link(links: tuple[str, ...], base: str) -> tuple[str, str]:
    """Return the best usable link, as given and canonical; two empty strings if there is none."""
    for link in links:
        if link.strip() and (url := urls.canonical(link.strip(), base=base)):
            return link.strip(), url
    return "", ""


def _identity(url: str, fragment: str, guid: str, feed_url: str, title: str) -> str:
    if not url:
        return urls.identity(feed_url, guid or title)
    # A changelog's entries are parts of one page: "…/changelog#2.3.15", with a guid that says so.
    if len(fragment) > 1 and fragment in guid:
        return urls.identity(samepage.plain(url), fragment)
    return samepage.page_id(url)


def _body(markup: str, plain: bool) -> str:
    """Return the plain text of a summary or content, without the feed's own closing lines."""
    lines = _plain(markup, CONTENT_CHARS, plain).split("\n")
    while lines and (not lines[-1].strip() or _TAIL.fullmatch(lines[-1].strip(" \t.…»→"))):
        lines.pop()
    return _cut("\n".join(lines), CONTENT_CHARS)


def _plain(markup: str, chars: int, plain: bool = False) -> str:
    limit = chars * _MARKUP_PER_CHAR
    if len(markup) > limit:
        markup = markup[:limit]
        if markup.rfind("<") > markup.rfind(">"):
            markup = markup[: markup.rfind("<")]
    if plain:
        return text.clean(markup)
    if "<" in markup and (_TAG.search(markup) or chars > TITLE_CHARS):
        return text.plain(markup)
    return text.clean(unescape(markup))


def _cut(value: str, limit: int) -> str:
    head = value[:limit]
    end = max(head.rfind(" "), head.rfind("\n"))
    return value if len(value) <= limit else head[:end].rstrip() if end > limit - 400 else head


def _person(name: str) -> str:
    """Return an author's name without e-mail address and markup."""
    name = _plain(name[:1000], _NAME_CHARS)
    name = re.sub(r"[(<]?\S{1,80}@\S{1,80}[)>]?", "", name)
    name = " ".join(name.split()).removeprefix("by ").removeprefix("By ").strip(" ,;()")
    return text.shorten(name, _NAME_CHARS)
