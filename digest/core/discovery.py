"""The feeds that a web page names, for people who give a home page in the place of a feed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin

from digest.core import pages, urls

MOST = 20  # feeds told of one page
_SEARCHED = 1_000_000  # characters of a page

_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|template)\b.*?(?:</\1|\Z)", re.I | re.S)
_TAG = re.compile(r"<(base|link|a)\s((?:[^<>\"']|\"[^\"]{0,3000}\"|'[^']{0,3000}'){0,3000})>", re.I)
_ATTRIBUTE = re.compile(
    r"([a-z][a-z-]{0,30})\s{0,20}=\s{0,20}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I
)
_TYPES = frozenset(
    {
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "application/rss+xml",
        "application/xml",
        "text/xml",
    }
)
_LIKELY = re.compile(
    r"(?:^|[/._-])(?:feeds?|rss2?|atom|index\.rdf)(?:[/._-](?:xml|json|rss|atom|rdf))?/?$", re.I
)
_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?(rss|feed|rdf)(?=[\s>/])", re.I)
_FORMATS = {b"rss": "RSS", b"feed": "Atom", b"rdf": "RDF"}
_PROLOG = 20_000  # bytes
_COMMENTS = re.compile(r"comment|kommentar|commentaire", re.I)


def format_of(body: bytes) -> str:
    """Return the name of a feed's format by its root element: RSS, Atom, RDF or JSON Feed."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "JSON Feed"
    found = _ROOT.search(body[:_PROLOG].replace(b"\0", b""))
    return _FORMATS[found[1].lower()] if found else ""


def feed_links(body: bytes, url: str, content_type: str) -> tuple[str, ...]:
    """Return the addresses of the feeds that the page ``body`` at ``url`` names, likeliest first.

    Those announced in ``link`` elements, feeds of comments last; where there are none, links of
    the same site that look like feeds. At most 20, all http(s). Never raises.
    """
    source = _UNSEEN.sub(" ", pages.markup(body, content_type)[:_SEARCHED])
    base, announced, linked = url, [], []
    for tag, found in _elements(source):
        href = found.get("href", "").strip()
        if tag == "base" and base == url:
            base = _absolute(href, url) or url
        elif tag == "link" and _announces(found):
            announced.append((_absolute(href, base), _is_of_comments(found)))
        elif tag == "a" and _LIKELY.search(href.partition("?")[0].partition("#")[0]):
            linked.append((_absolute(href, base), _is_of_comments(found)))
    if not any(address for address, _ in announced):
        site = urls.registrable_domain(url)
        announced = [
            (address, late) for address, late in linked if urls.registrable_domain(address) == site
        ]
    ranked = sorted((pair for pair in announced if pair[0]), key=lambda pair: pair[1])
    return tuple(dict.fromkeys(address for address, _ in ranked if address != url))[:MOST]


def _elements(source: str) -> Iterator[tuple[str, dict[str, str]]]:
    for match in _TAG.finditer(source):
        found: dict[str, str] = {}
        for name, *values in _ATTRIBUTE.findall(match[2]):
            found.setdefault(name.lower(), html.unescape("".join(values)))
        yield match[1].lower(), found


def _announces(link: dict[str, str]) -> bool:
    kind = link.get("type", "").partition(";")[0].strip().lower()
    relation = link.get("rel", "").lower().split()
    return kind in _TYPES and ("alternate" in relation or "feed" in relation)


def _is_of_comments(link: dict[str, str]) -> bool:
    return bool(_COMMENTS.search(link.get("title", "") + " " + link.get("href", "")))


def _absolute(href: str, base: str) -> str:
    """Return the whole address, braces escaped, "" where it leads to no web address."""
    href = re.sub(r"^feed:(?://)?(?=https?://)|^feed:(?=//)", "", href, flags=re.I)
    try:
        whole = urldefrag(urljoin(base, href)).url.replace(" ", "%20") if href else ""
    except ValueError:
        return ""
    return urls.inert(whole) if whole.isprintable() and urls.canonical(whole) else ""
