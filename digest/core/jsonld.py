"""What a page's JSON-LD says of its article: access, dates, authors, the text itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import Any

from digest.core import attribution

_LONGEST = 500_000  # characters of one script; a long article's text stands in it twice at most
_SCRIPTS = 20
_THINGS = 200
_NAMES = 10
_BODY = 200_000

# schema.org's names for articles and for the page they stand on. Everything else in a page's
# JSON-LD (events, products, videos, comments) has dates and prices of its own.
_ARTICLE = re.compile(r"\w*(?:Article|Posting|Report|Review|Recipe)\Z|CreativeWork\Z")
# Those of them that are no report; a section's name says it too, as a feed's tags do.
_OPINION = re.compile(r"(?:Opinion|Review)NewsArticle|SatiricalArticle|AdvertiserContentArticle")
_PAGE = re.compile(r"\w*Page\Z")
_DATED = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_PERSON = re.compile(r"Person\Z")


@dataclass(frozen=True, slots=True)
class Told:
    """What JSON-LD tells: ``free`` None where it is silent, ``published`` as written."""

    free: bool | None = None
    published: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    title: str = ""
    site: str = ""
    body: str = ""  # may hold HTML
    opinion: bool = False


def read(tree: Any) -> Told:
    """Return what the page's JSON-LD tells of its article, what articles say before pages."""
    scripts = (s.text for s in tree.iter("script") if s.get("type") == "application/ld+json")
    things = [t for script in islice(filter(None, scripts), _SCRIPTS) for t in _things(script)]
    named = {t["@id"]: t for t in things if isinstance(t.get("@id"), str)}
    articles = [t for t in things if _is(t, _ARTICLE)]
    pages = [t for t in things if _is(t, _PAGE) or "@type" not in t]
    told = [*articles, *pages]
    return Told(
        free=_free(told),
        published=tuple(
            t["datePublished"] for t in told if isinstance(t.get("datePublished"), str)
        ),
        authors=next(filter(None, (_authors(t.get("author"), named) for t in articles)), ()),
        title=next(filter(None, (_name(t.get("headline")) for t in articles)), ""),
        site=next(filter(None, (_publisher(t, named) for t in articles)), ""),
        body=max((_body(t) for t in articles), key=len, default=""),
        opinion=any(_is(t, _OPINION) or _opines(t.get("articleSection")) for t in articles[:1]),
    )


def _is(thing: dict[str, Any], kind: re.Pattern[str]) -> bool:
    return any(isinstance(t, str) and kind.match(t) for t in _listed(thing.get("@type")))


def _opines(section: Any) -> bool:
    names = tuple(s.strip() for s in _listed(section) if isinstance(s, str))
    return attribution.is_opinion("", names, "")


def _listed(value: Any) -> list[Any]:
    return value[:_THINGS] if isinstance(value, list) else [value]


def _free(things: list[dict[str, Any]]) -> bool | None:
    """Return whether the article is free to read: no part of it may be closed."""
    said = [thing.get("isAccessibleForFree") for thing in things]
    for thing in things:
        parts = [p for p in _listed(thing.get("hasPart")) if isinstance(p, dict)]
        said += [part.get("isAccessibleForFree") for part in parts]
    words = [str(value).strip().lower().rpartition("/")[2] for value in said if value is not None]
    if any(word in ("false", "no", "0") for word in words):
        return False
    return True if any(word in ("true", "yes", "1") for word in words) else None


def _authors(value: Any, named: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    """Return the names of the people who wrote it; an organisation is no author here."""
    names: list[Any] = []
    for author in _listed(value)[:_NAMES]:
        if isinstance(author, dict):
            known = named.get(str(author.get("@id")), {}) | author
            if _is(known, _PERSON) or "@type" not in known:
                names += _listed(known.get("name"))[:_NAMES]
    return tuple(filter(None, map(_name, names)))


def _publisher(thing: dict[str, Any], named: dict[str, dict[str, Any]]) -> str:
    publisher = thing.get("publisher")
    if not isinstance(publisher, dict):
        return ""
    return _name((named.get(str(publisher.get("@id")), {}) | publisher).get("name"))


def _name(value: Any) -> str:
    return unescape(value[:300]) if isinstance(value, str) else ""


def _body(thing: dict[str, Any]) -> str:
    value = thing.get("articleBody")
    return value[:_BODY] if isinstance(value, str) else ""


def _things(script: str) -> Iterator[dict[str, Any]]:
    """Yield what a JSON-LD block describes, in its @graph and as main entity, too."""
    if len(script) > _LONGEST:
        return
    try:
        top = json.loads(script, strict=False)
    except (ValueError, RecursionError):
        if dated := _DATED.search(script):  # broken JSON; its date is worth most
            yield {"@type": "Article", "datePublished": dated[1]}
        return
    for thing in _listed(top):
        if isinstance(thing, dict):
            graph = thing.get("@graph")
            inner = [*(graph if isinstance(graph, list) else [])[:_THINGS], thing.get("mainEntity")]
            yield from (part for part in inner if isinstance(part, dict))
            yield thing
