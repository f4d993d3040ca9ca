"""What a page says of itself: its source as text, title, author, site, date, language, address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from digest.core import encoding, urls
from digest.core import language as languages
from digest.core.jsonld import Told

SAMPLE_CHARS = 20_000

_DECLARED = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.I)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,300}\?>")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufeff]")
_DOCTYPE = re.compile(r"\A\s*<!doctype[^>]{0,300}>", re.I)
# What no reader sees, and then what is never part of an article: half of a page's elements.
_UNSHOWN = ("script", "style", "template", "svg", "object", "canvas", "math")
_FURNITURE = (
    *("nav", "footer", "aside", "noscript", "iframe", "link", "img", "picture", "source"),
    *("audio", "video", "embed", "input", "select", "option", "textarea", "button"),
)
_DATED_PATH = re.compile(r"/((?:19|20)\d\d)[/_-](\d\d?)[/_-](\d\d?)(?!\d)")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])(.*)", re.S)
_SAME = timedelta(hours=36)  # a day and a moment so close are one date, in whatever time zone
_SUFFIX = re.compile(r"(.{8,}?)\s*(?:\s[–—·•»:-]+|\|+)\s+((?:(?!\s[–—·•»:-]\s|\|).)+)", re.S)
_SEPARATOR = re.compile(r"\s+[|–—·•»:-]+\s|\s*[|:]\s")
_TITLE = 500  # characters; longer ones are no titles
_HOST = re.compile(r"https?://(?:www\.)?([^/:?#]{1,255})", re.I)
_LEAST_HEADING = 10  # characters; shorter ones are sections


@dataclass(frozen=True, slots=True)
class About:
    """What a page is called, who wrote it, on which site, and when; "" and None where unknown."""

    title: str = ""
    author: str = ""  # several are separated by "; "
    site: str = ""
    published: datetime | None = None  # in the zone the page gives


def markup(body: bytes, content_type: str) -> str:
    """Return a page's source as text, without control characters and XML declaration."""
    declared = encoding.charset(content_type)
    if found := _DECLARED.search(body[:5_000]):
        declared.append(found.group(1).decode("ascii", "replace"))
    return _XML_DECLARATION.sub("", _CONTROLS.sub("", encoding.decode(body, declared)))


def parsed(markup: str) -> Any:
    """Return a page's element tree, None for what is no HTML.

    Every element is a plain HtmlElement, named so in C: lxml.html's own parser asks a Python
    function for the class of each, a tenth of all the time a page takes (benchmarks.extraction).
    """
    markup = _DOCTYPE.sub("", markup)
    tree = _reader()(markup.encode("utf-8", "replace"))
    if tree is None:
        return None
    begins_as_html = "html" in markup[:50].lower()
    return tree if begins_as_html or len(tree) > 1 else None


@lru_cache(maxsize=1)
def _reader() -> Callable[[bytes], Any]:
    from lxml import etree  # type: ignore[import-untyped]
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False
    )
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    return lambda body: etree.fromstring(body, parser)


def shown(tree: Any) -> str:
    """Return the first of what a reader sees, on one line; scripts and styles are taken out."""
    _strip(tree, _UNSHOWN)
    parts: list[str] = []
    size = 0
    for piece in tree.itertext():
        if size > SAMPLE_CHARS:
            break
        if not piece.isspace():
            parts.append(piece[:SAMPLE_CHARS])
            size += len(piece)
    return " ".join(" ".join(parts).split())[:SAMPLE_CHARS]


def reduce(tree: Any) -> None:
    """Take out of a page what is never part of an article."""
    _strip(tree, _FURNITURE)


def _strip(tree: Any, tags: tuple[str, ...]) -> None:
    from lxml import etree

    etree.strip_elements(tree, *tags, with_tail=False)


def language(tree: Any) -> str:
    locales = _values(tree, "meta", "property", "og:locale", "content")
    for declared in (tree.get("lang"), tree.get("xml:lang"), next(locales, "")):
        if found := languages.declared(declared or ""):
            return found
    return ""


def canonical(tree: Any, url: str) -> str:
    """Return the address the page gives for itself, "" unless it is of the same site."""
    for link in islice(_values(tree, "link", "rel", "canonical", "href"), 1):
        address = urls.canonical(link.strip(), base=url)
        same_site = urls.registrable_domain(address) == urls.registrable_domain(url)
        to_home = urls.canonical("/", base=address) == address
        if address and same_site and not (to_home and urls.canonical("/", base=url) != url):
            return address
    return ""


def about(tree: Any, url: str, told: Told) -> About:
    """Return a page's title, author, site and date; ``told`` is what its JSON-LD says.

    Where the page has them, its main heading is the title, the people in its JSON-LD the authors,
    and the date it says it was published on the date: each more often right than what trafilatura
    takes first (benchmarks.extraction). Else what trafilatura and htmldate find.
    """
    from trafilatura import metadata

    found = metadata.examine_meta(tree)
    if found.author and " " not in found.author:
        found.author = None
    found.sitename = _site(found.sitename or told.site, url)
    declared = found.title or told.title
    found.title = _heading(tree, declared, found.sitename) or _without_site(
        declared or metadata.extract_title(tree) or "", found.sitename, url
    )
    if told.authors or not found.author:
        found.author = "; ".join(told.authors) or metadata.extract_author(tree)
    found.clean_and_trim()
    title, author, site = (value or "" for value in (found.title, found.author, found.sitename))
    return About(title, author, site, _published(tree, url, told))


def _site(name: str, url: str) -> str:
    name = name.lstrip("@")
    if name and "." not in name and not name[0].isupper():
        return name.title()
    return name or _host(url)


def _host(url: str) -> str:
    found = _HOST.match(url)
    return found[1] if found else ""


def _heading(tree: Any, declared: str, site: str) -> str:
    """Return the main heading where the page's declared title begins with it, else ""."""
    titles = [title[:_TITLE] for title in (declared, tree.findtext(".//title")) if title]
    fits = {_folded(title) for title in titles}
    fits |= {
        _folded(title[: cut.start()]) for title in titles for cut in _SEPARATOR.finditer(title)
    }
    for element in islice(tree.iter("h1"), 5):
        heading = " ".join(" ".join(element.itertext()).split())[:_TITLE]
        folded = _folded(heading)
        if len(heading) <= _LEAST_HEADING or folded == _folded(site):
            continue
        cut_short = any(len(t) > 2 * _LEAST_HEADING and folded.startswith(t) for t in fits)
        if folded in fits or cut_short:
            return heading
    return ""


def _without_site(title: str, site: str, url: str) -> str:
    """Return a title without the site's name at its end."""
    label = urls.registrable_domain(url).partition(".")[0]
    names = {_folded(name) for name in (site, _host(url), label)}
    title = title[:_TITLE].strip()
    for _ in range(2):
        cut = _SUFFIX.fullmatch(title)
        if not cut or _folded(cut[2]) not in names:
            break
        title = cut[1]
    return title


def _folded(value: str) -> str:
    return "".join(filter(str.isalnum, value[:_TITLE])).casefold()


def _published(tree: Any, url: str, told: Told) -> datetime | None:
    """Return when a page was published: its address's day, what it declares, or htmldate's guess.

    The time of day is the declared one where that is of the same day.
    """
    claimed = [when for when in map(date, _declared(tree, told)) if when]
    day = _day_in(url) or (None if claimed else _guessed(tree, url))
    if day is None:
        return claimed[0] if claimed else None
    return next((when for when in claimed if abs(when - day) <= _SAME), day)


def _declared(tree: Any, told: Told) -> Iterator[str | None]:
    yield from told.published
    for name in ("article:published_time", "og:article:published_time"):
        yield next(_values(tree, "meta", "property", name, "content"), None)
    for tag, value in (("meta", "content"), ("time", "datetime")):
        yield next(_values(tree, tag, "itemprop", "datePublished", value), None)
    yield next((t.get("datetime") for t in tree.iter("time") if "pubdate" in t.attrib), None)


def _day_in(url: str) -> datetime | None:
    found = _DATED_PATH.search(url[:2_000])
    return date("-".join(found.groups())) if found else None


def _guessed(tree: Any, url: str) -> datetime | None:
    """Return htmldate's guess from meta elements and marked dates.

    Not from the whole text: that reads dates of something else as often, and loads dateparser's
    languages, over a second of CPU once in every worker (benchmarks.extraction).
    """
    from htmldate import find_date

    return date(find_date(tree, url=url, extensive_search=False, original_date=True))


def _values(tree: Any, tag: str, name: str, value: str, wanted: str) -> Iterator[str]:
    """Yield ``wanted`` of each ``tag`` whose attribute ``name`` is ``value``.

    In half to two thirds of the time of the XPath for it, which looks at every element.
    """
    for element in tree.iter(tag):
        if element.get(name) == value and (found := element.get(wanted)) is not None:
            yield found


def date(value: object) -> datetime | None:
    """Return the moment a date names, aware; without a zone UTC, without a time midnight."""
    if not isinstance(value, str) or not (found := _ISO.match(value.strip()[:40])):
        return None
    year, month, day, rest = found.groups()
    try:
        when = datetime.fromisoformat(f"{year}-{int(month):02}-{int(day):02}{rest.rstrip()}")
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return when if 1990 <= when.year <= 2100 else None
