"""What a page says of itself: its source as text, language, address, access, dates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from digest.core import encoding, urls

SAMPLE_CHARS = 20_000
_JSON_LD_CHARS = 200_000

_DECLARED = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.I)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,300}\?>")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufeff]")


@dataclass(frozen=True, slots=True)
class Claims:
    """What the page's own JSON-LD and meta elements say."""

    free: bool | None
    published: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class About:
    """What a page is called, who wrote it, on which site, and on which day; "" where unknown."""

    title: str = ""
    author: str = ""
    site: str = ""
    day: str = ""


def markup(body: bytes, content_type: str) -> str:
    """Return a page's source as text, without control characters and XML declaration."""
    declared = encoding.charset(content_type)
    if found := _DECLARED.search(body[:5_000]):
        declared.append(found.group(1).decode("ascii", "replace"))
    return _XML_DECLARATION.sub("", _CONTROLS.sub("", encoding.decode(body, declared)))


def shown(tree: Any) -> str:
    """Return the first of what a reader sees, on one line."""
    parts: list[str] = []
    size = 0
    for element in tree.iter():
        if size > SAMPLE_CHARS:
            break
        for piece in (
            element.text if element.tag not in ("script", "style", "template", "head") else None,
            element.tail,
        ):
            if piece and not piece.isspace():
                parts.append(piece[:SAMPLE_CHARS])
                size += len(piece)
    return " ".join(" ".join(parts).split())[:SAMPLE_CHARS]


def language(tree: Any) -> str:
    locales = _values(tree, "meta", "property", "og:locale", "content")
    for declared in (tree.get("lang"), tree.get("xml:lang"), next(locales, "")):
        primary = re.match(r"\s*([A-Za-z]{2,3})(?![A-Za-z])", declared or "")
        if primary:
            return primary.group(1).lower()
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


def about(tree: Any, url: str) -> About:
    """Return a page's title, author, site and date: trafilatura's extract_metadata, step by step.

    That function also looks for categories, tags, licences and addresses, which nobody here asks
    for and which take a seventh of all the time a page costs (benchmarks.throughput).
    """
    from htmldate import find_date
    from trafilatura import metadata
    from trafilatura.settings import set_date_params

    found = metadata.examine_meta(tree)
    if found.author and " " not in found.author:
        found.author = None
    with suppress(Exception):  # JSON-LD of any shape; trafilatura ignores what fails, too
        found = metadata.extract_meta_json(tree, found)
    found.title = found.title or metadata.extract_title(tree)
    found.author = found.author or metadata.extract_author(tree)
    found.url = found.url or metadata.extract_url(tree, url)
    found.date = find_date(tree, url=found.url, **set_date_params())
    found.sitename = found.sitename or metadata.extract_sitename(tree)
    if found.sitename:
        found.sitename = found.sitename.lstrip("@")
        name = found.sitename
        if name and "." not in name and not name[0].isupper():
            found.sitename = name.title()
    elif found.url and (host := metadata.META_URL.match(found.url)):
        found.sitename = host[1]
    found.clean_and_trim()
    return About(
        *(value or "" for value in (found.title, found.author, found.sitename, found.date))
    )


def claims(tree: Any) -> Claims:
    free: bool | None = None
    dates: list[datetime | None] = []
    scripts = (s.text for s in tree.iter("script") if s.get("type") == "application/ld+json")
    for script in islice(filter(None, scripts), 20):
        for thing in _things(script):
            access = str(thing.get("isAccessibleForFree", "")).strip().lower()
            if access in ("false", "no", "0"):
                free = False
            elif access in ("true", "yes", "1") and free is None:
                free = True
            dates.append(date(thing.get("datePublished")))
    for name in ("article:published_time", "og:article:published_time"):
        dates.append(date(next(_values(tree, "meta", "property", name, "content"), None)))
    return Claims(free, tuple(d for d in dates if d))


def _values(tree: Any, tag: str, name: str, value: str, wanted: str) -> Iterator[str]:
    """Yield ``wanted`` of each ``tag`` whose attribute ``name`` is ``value``.

    In half to two thirds of the time of the XPath for it, which looks at every element.
    """
    for element in tree.iter(tag):
        if element.get(name) == value and (found := element.get(wanted)) is not None:
            yield found


def _things(script: str) -> Iterator[dict[str, Any]]:
    """Yield the articles and pages that a JSON-LD block describes, those in its @graph too."""
    if len(script) > _JSON_LD_CHARS:
        return
    try:
        top = json.loads(script, strict=False)
    except (ValueError, RecursionError):
        return
    queue = top if isinstance(top, list) else [top]
    for thing in queue[:200]:
        if isinstance(thing, dict):
            graph = thing.get("@graph")
            if isinstance(graph, list):
                yield from (part for part in graph[:200] if isinstance(part, dict))
            yield thing


def date(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        when = datetime.fromisoformat(value.strip()[:40])
        when = when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return when if 1990 <= when.year <= 2100 else None
