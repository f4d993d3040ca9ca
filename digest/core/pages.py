"""What a page says of itself: its source as text, language, address, access, dates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
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
    locales = tree.xpath("//meta[@property='og:locale']/@content")
    for declared in (tree.get("lang"), tree.get("xml:lang"), *locales[:1]):
        primary = re.match(r"\s*([A-Za-z]{2,3})(?![A-Za-z])", declared or "")
        if primary:
            return primary.group(1).lower()
    return ""


def canonical(tree: Any, url: str) -> str:
    """Return the address the page gives for itself, "" unless it is of the same site."""
    for link in tree.xpath("//link[@rel='canonical']/@href")[:1]:
        address = urls.canonical(str(link).strip(), base=url)
        same_site = urls.registrable_domain(address) == urls.registrable_domain(url)
        to_home = urls.canonical("/", base=address) == address
        if address and same_site and not (to_home and urls.canonical("/", base=url) != url):
            return address
    return ""


def claims(tree: Any) -> Claims:
    free: bool | None = None
    dates: list[datetime | None] = []
    for script in tree.xpath("//script[@type='application/ld+json']/text()")[:20]:
        for thing in _things(str(script)):
            access = str(thing.get("isAccessibleForFree", "")).strip().lower()
            if access in ("false", "no", "0"):
                free = False
            elif access in ("true", "yes", "1") and free is None:
                free = True
            dates.append(date(thing.get("datePublished")))
    for name in ("article:published_time", "og:article:published_time"):
        dates += [date(d) for d in tree.xpath("//meta[@property=$name]/@content", name=name)[:1]]
    return Claims(free, tuple(d for d in dates if d))


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
