"""Invented feeds of about 80 KB, served by ``python -m benchmarks.largefeeds FEEDS LATENCY``.

RSS and Atom in turn, each once with whole articles and once with longer summaries, in the markup
that publishing systems make. An outlet brings something every eight hours, so three entries of
each feed are younger than a day at ``outlets.NOW``. Every answer waits LATENCY seconds.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from html import escape

from benchmarks import loopback
from benchmarks.invented import Piece, chance, label, piece
from benchmarks.outlets import NOW, Resource, World

SIZE = 80_000  # bytes
RECENT = 3  # entries of a feed that are younger than a day
_RSS = "application/rss+xml; charset=utf-8"
_ATOM = "application/atom+xml; charset=utf-8"


def main() -> None:
    """Serve until ended."""
    feeds, latency = int(sys.argv[1]), float(sys.argv[2])
    asyncio.run(loopback.serve(world(feeds), latency))


def world(feeds: int) -> World:
    """Return ``feeds`` feeds, each on a host of its own, and no page."""
    return World({url: _feed(url, number) for number, url in enumerate(addresses(feeds))}, {})


def addresses(feeds: int) -> list[str]:
    """Return the feeds' addresses."""
    return [f"http://feed-{number:03}.test/feed.xml" for number in range(feeds)]


def _feed(url: str, number: int) -> Resource:
    host = url.removesuffix("/feed.xml")
    rng = chance("large feed", number)
    atom, whole = number % 2 == 1, number % 4 < 2
    item = _atom_entry if atom else _rss_item
    items: list[str] = []
    size = 0
    while size < SIZE - 1_000:
        at = len(items)
        shown = piece(5_000_000 + 1_000 * number + at, NOW - timedelta(minutes=20 + 480 * at))
        items.append(item(rng, host, shown, whole))
        size += len(items[-1].encode())
    title = f"The {label(rng, 1)} Ledger {number:03}"
    frame = _atom if atom else _rss
    return Resource(frame(host, title, "".join(items)).encode(), _ATOM if atom else _RSS)


# --- formats ---------------------------------------------------------------------------------


def _rss(host: str, title: str, items: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:atom="http://www.w3.org/2005/Atom">\n<channel>\n'
        f'<title>{title}</title>\n<atom:link href="{host}/feed.xml" rel="self" '
        f'type="application/rss+xml"/>\n<link>{host}/</link>\n<language>en-US</language>\n'
        f"<description>Invented news</description>\n{items}</channel>\n</rss>\n"
    )


def _rss_item(rng: random.Random, host: str, shown: Piece, whole: bool) -> str:
    address = host + shown.path
    body = f"<content:encoded><![CDATA[{_whole(rng, host, shown)}]]></content:encoded>\n"
    summary = escape(shown.summary) if whole else f"<![CDATA[{_short(rng, host, shown)}]]>"
    return (
        f"<item>\n<title>{escape(shown.title)}</title>\n<link>{address}</link>\n"
        f"<dc:creator><![CDATA[{shown.author}]]></dc:creator>\n"
        f"<pubDate>{format_datetime(shown.published_at)}</pubDate>\n{_tags(rng, _rss_tag)}"
        f'<guid isPermaLink="false">{host}/?p={shown.number}</guid>\n'
        f"<description>{summary}</description>\n{body if whole else ''}</item>\n"
    )


def _atom(host: str, title: str, entries: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        f'<title type="text">{title}</title>\n<id>{host}/</id>\n'
        f'<link rel="self" type="application/atom+xml" href="{host}/feed.xml"/>\n'
        f'<link rel="alternate" type="text/html" href="{host}/"/>\n'
        f"<updated>{NOW.isoformat()}</updated>\n{entries}</feed>\n"
    )


def _atom_entry(rng: random.Random, host: str, shown: Piece, whole: bool) -> str:
    when = shown.published_at.isoformat()
    body = f'<content type="html">{escape(_whole(rng, host, shown), False)}</content>\n'
    summary = escape(escape(shown.summary) if whole else _short(rng, host, shown), False)
    return (
        f'<entry>\n<title type="html">{escape(escape(shown.title, False), False)}</title>\n'
        f'<link rel="alternate" type="text/html" href="{host}{shown.path}"/>\n'
        f"<id>tag:{host.removeprefix('http://')},2026:{shown.number}</id>\n"
        f"<author><name>{shown.author}</name></author>\n"
        f"<published>{when}</published>\n<updated>{when}</updated>\n{_tags(rng, _atom_tag)}"
        f'<summary type="html">{summary}</summary>\n{body if whole else ""}</entry>\n'
    )


def _tags(rng: random.Random, tag: Callable[[str], str]) -> str:
    return "".join(tag(label(rng)) for _ in range(rng.randint(2, 5)))


def _rss_tag(name: str) -> str:
    return f"<category><![CDATA[{name}]]></category>\n"


def _atom_tag(name: str) -> str:
    return f'<category term="{name}"/>\n'


# --- markup ----------------------------------------------------------------------------------


def _whole(rng: random.Random, host: str, shown: Piece) -> str:
    """Return an article as a publishing system puts it into a feed."""
    parts = [_figure(rng, host, shown)]
    for at, text in enumerate(shown.paragraphs):
        parts.append(f"<p>{_marked(rng, host, text)}</p>")
        if at % 4 == 3:
            parts.append(f'<h2 class="wp-block-heading" id="h-{at}">{label(rng, 3)}</h2>')
    points = "".join(f"<li>{_marked(rng, host, label(rng, 6))}</li>" for _ in range(3))
    parts.append(f'<ul class="wp-block-list">{points}</ul>')
    parts.append(
        f'<p>The post <a href="{host}{shown.path}">{escape(shown.title)}</a> appeared first on '
        f'<a href="{host}">The Ledger</a>.</p>'
    )
    return "\n".join(parts)


def _short(rng: random.Random, host: str, shown: Piece) -> str:
    """Return a picture, two paragraphs and a link to the rest."""
    texts = "\n".join(f"<p>{_marked(rng, host, text)}</p>" for text in shown.paragraphs[:2])
    more = f'<p><a class="more-link" href="{host}{shown.path}">Continue reading</a></p>'
    return f"{_figure(rng, host, shown)}\n{texts}\n{more}"


def _figure(rng: random.Random, host: str, shown: Piece) -> str:
    image = f"{host}/wp-content/uploads/2026/03/{shown.number}"
    sizes = ", ".join(f"{image}-{w}x{w * 9 // 16}.jpg {w}w" for w in (300, 768, 1024))
    return (
        '<figure class="wp-block-image size-large"><img loading="lazy" decoding="async" '
        f'width="1024" height="576" src="{image}-1024x576.jpg" alt="{label(rng, 4)}" '
        f'class="wp-image-{shown.number}" srcset="{sizes}" '
        'sizes="(max-width: 1024px) 100vw, 1024px" />'
        f'<figcaption class="wp-element-caption">{label(rng, 5)}</figcaption></figure>'
    )


def _marked(rng: random.Random, host: str, text: str) -> str:
    """Return a text with a few of its words linked or emphasised."""
    words = [escape(word, False) for word in text.split(" ")]
    for _ in range(1 + len(words) // 30):
        at = rng.randrange(len(words))
        address = f"{host}/{rng.randrange(9999)}/?utm_source=rss&amp;utm_medium=feed"
        link = f'<a href="{address}" target="_blank" rel="noopener">{words[at]}</a>'
        words[at] = rng.choice((link, f"<strong>{words[at]}</strong>", f"<em>{words[at]}</em>"))
    return " ".join(words)


if __name__ == "__main__":
    main()
