"""The newsroom's bytes: an article as its outlet's HTML page, an outlet's articles as its feed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from digest.newsroom.world import Outlet, Piece

if TYPE_CHECKING:
    from jinja2 import Environment

_WORDS = {
    "en": {
        "skip": "Skip to content",
        "by": "by",
        "share": "Share this:",
        "tags": "Tagged:",
        "most_read": "Most read",
        "sign_up": "Sign up for the newsletter",
        "letter": "A letter every Friday, with the documents attached.",
        "imprint": "Imprint",
        "cookies": "This site sets two cookies.",
    },
    "de": {
        "skip": "Zum Inhalt springen",
        "by": "von",
        "share": "Teilen:",
        "tags": "Schlagwörter:",
        "most_read": "Meistgelesen",
        "sign_up": "Newsletter bestellen",
        "letter": "Jeden Freitag die Nachrichten der Woche.",
        "imprint": "Impressum",
        "cookies": "Diese Seite verwendet Cookies.",
    },
}
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_TEASED_PARAGRAPHS = 2

FEED_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}


def article_page(piece: Piece, related: Sequence[Piece]) -> bytes:
    """Return the page an outlet shows for its article, in the outlet's encoding.

    A consent wall, a page that is gone and one that only says so show none of the article's text;
    a teaser shows its first paragraphs.
    """
    outlet = piece.outlet
    if piece.kind in ("missing", "soft-error"):
        return error_page(outlet)
    layout = "consent" if piece.kind == "consent" else outlet.layout
    paywalled = piece.kind == "teaser"
    paragraphs = piece.paragraphs[:_TEASED_PARAGRAPHS] if paywalled else piece.paragraphs
    html = _render(
        f"{layout}.html",
        outlet=outlet,
        piece=piece,
        paragraphs=paragraphs,
        paywalled=paywalled,
        related=related,
        written=_written(piece.dated, outlet.language) if piece.dated else "",
        minutes=max(1, sum(len(p.split()) for p in paragraphs) // 220),
        ld=_linked_data(piece, paywalled=paywalled),
        w=_WORDS[outlet.language],
    )
    return html.encode(outlet.encoding, "xmlcharrefreplace")


def error_page(outlet: Outlet) -> bytes:
    """Return the page an outlet shows where it has nothing."""
    return _render("error.html", outlet=outlet).encode(outlet.encoding, "xmlcharrefreplace")


def feed(outlet: Outlet, pieces: Sequence[Piece]) -> bytes:
    """Return the outlet's feed of the pieces, in its format and encoding."""
    if outlet.feed_kind == "json":
        return _json_feed(outlet, pieces)
    text = _render(
        f"feed.{outlet.feed_kind}",
        outlet=outlet,
        title=outlet.name,
        pieces=pieces,
        built=_newest(pieces),
        searched=False,
    )
    return text.encode(outlet.encoding, "xmlcharrefreplace")


def search_feed(query: str, pieces: Sequence[Piece]) -> bytes:
    """Return an RSS feed of what a search for ``query`` found."""
    outlet = Outlet("search", "Search", "search.test", "/rss", "search", tagline="Found articles")
    title = f"“{query}” – Search"
    values = {"outlet": outlet, "title": title, "pieces": pieces, "built": _newest(pieces)}
    return _render("feed.rss", searched=True, **values).encode()


def _json_feed(outlet: Outlet, pieces: Sequence[Piece]) -> bytes:
    items = [
        {
            "id": f"{outlet.key}-{piece.slug}",
            "url": _link(piece),
            "title": piece.title,
            "summary": piece.summary,
            "content_html": f"<p>{piece.summary}</p>",
            "date_published": piece.dated.isoformat() if piece.dated else None,
            "authors": [{"name": piece.author}],
            "tags": list(piece.tags),
        }
        for piece in pieces
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": f"http://{outlet.host}/",
        "feed_url": f"http://{outlet.host}{outlet.feed}",
        "description": outlet.tagline,
        "language": outlet.language,
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _linked_data(piece: Piece, *, paywalled: bool) -> Any:
    from markupsafe import Markup

    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": piece.title,
        "description": piece.summary,
        "author": [{"@type": "Person", "name": piece.author}],
        "publisher": {"@type": "NewsMediaOrganization", "name": piece.outlet.name},
        "mainEntityOfPage": piece.url,
        "isAccessibleForFree": not paywalled,
    }
    if piece.dated:
        data["datePublished"] = piece.dated.isoformat()
    if paywalled:
        data["hasPart"] = {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": ".paywall",
        }
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 (our own JSON, its "<" escaped)


def _newest(pieces: Sequence[Piece]) -> datetime | None:
    return max((p.appears_at for p in pieces if p.appears_at), default=None)


def _link(piece: Piece) -> str:
    return piece.url + ("?utm_source=rss&utm_medium=feed" if piece.outlet.tracking else "")


def _written(moment: datetime, language: str) -> str:
    month = _MONTHS[language].split()[moment.month - 1]
    day = f"{moment.day}. {month}" if language == "de" else f"{moment.day} {month}"
    return f"{day} {moment.year}, {moment:%H:%M}"


def _render(name: str, **values: object) -> str:
    return _environment().get_template(name).render(**values)


@cache
def _environment() -> Environment:
    """Return the layouts' environment, made once; it never changes."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = resources.files(__package__) / "layouts"
    environment = Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        keep_trailing_newline=True,
    )
    environment.filters["rfc822"] = lambda moment: format_datetime(moment, usegmt=True)
    environment.filters["link"] = _link
    return environment
