"""Invented outlets: feeds and article pages with the markup and the size of real ones.

Real pages of 30 to 125 kB with 350 to 750 words of text (data kind "pages") hold 300 to 1,200
elements and take trafilatura 10 to 28 ms each, half of them 14 ms or more; so do these.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

from benchmarks.invented import Piece, chance, label, piece

NOW = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)  # the run's idea of now
_OLDER = 15  # entries of a feed that were there before the window
_HTML = "text/html; charset=utf-8"
_RSS = "application/rss+xml; charset=utf-8"


@dataclass(frozen=True)
class Resource:
    """What a host answers at a path."""

    body: bytes
    content_type: str

    @property
    def etag(self) -> str:
        """Return its entity tag."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


@dataclass(frozen=True)
class World:
    """All feeds and pages, by address."""

    feeds: dict[str, Resource]
    pages: dict[str, Resource]


def world(feeds: int, articles: int) -> World:
    """Return ``feeds`` feeds, each on its own host, with ``articles`` new articles among them."""
    made = World({}, {})
    for number in range(feeds):
        host = f"http://feed-{number:03}.test"
        new = [
            piece(n, NOW - timedelta(minutes=20 + 1_100 * n // articles))
            for n in range(number, articles, feeds)
        ]
        old = [
            piece(1_000_000 + number * _OLDER + n, NOW - timedelta(days=4 + n))
            for n in range(_OLDER)
        ]
        shown = sorted(new, key=lambda p: p.published_at, reverse=True) + old
        made.feeds[f"{host}/rss.xml"] = Resource(_feed(host, number, shown), _RSS)
        for one in new:
            made.pages[host + one.path] = Resource(page(host, one, old), _HTML)
    return made


# --- a feed ----------------------------------------------------------------------------------


def _feed(host: str, number: int, pieces: list[Piece]) -> bytes:
    items = "".join(
        f"<item><title>{escape(p.title)}</title><link>{host}{p.path}</link>"
        f'<guid isPermaLink="true">{host}{p.path}</guid><dc:creator>{p.author}</dc:creator>'
        f"<pubDate>{format_datetime(p.published_at)}</pubDate><category>AI</category>"
        f"<description><![CDATA[<p>{escape(p.summary)}</p>"
        f'<p><a href="{host}{p.path}">Read more</a></p>]]></description></item>\n'
        for p in pieces
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{_outlet(number)}</title><link>{host}/</link><language>en</language>"
        f"<description>Machine-made news</description>\n{items}</channel></rss>\n"
    ).encode()


def _outlet(number: int) -> str:
    return f"The {label(chance('outlet', number), 1)} Wire {number:03}"


# --- a page ----------------------------------------------------------------------------------


def page(host: str, article: Piece, related: list[Piece]) -> bytes:
    """Return an article's page: head, menus, article, boxes, footer, scripts; 30 to 120 kB."""
    rng = chance("page", article.number)
    wanted = rng.randint(32_000, 118_000)
    body = "\n".join(
        (
            f"<body class='single post-{article.number}'>",
            _menus(rng, host),
            "<main id='content' class='site-main'><div class='layout'>",
            _box(rng, _article(rng, host, article), 4),
            _sidebar(rng, host, related),
            "</div></main>",
            _footer(rng, host),
        )
    )
    head = _head(rng, host, article)
    room = max(0, wanted - len(head) - len(body))
    styles, scripts = _styles(rng, room // 3), _scripts(rng, room * 2 // 3)
    html = (
        f"<!DOCTYPE html>\n<html lang='en'>\n{head}{styles}</head>\n{body}{scripts}</body></html>"
    )
    return html.encode()


def _head(rng: random.Random, host: str, article: Piece) -> str:
    address = host + article.path
    title, summary = escape(article.title), escape(article.summary[:200])
    when = article.published_at.isoformat()
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": when,
        "dateModified": when,
        "publisher": {"@type": "Organization", "name": "The Wire", "logo": f"{host}/logo.png"},
        "mainEntityOfPage": address,
        "isAccessibleForFree": True,
    }
    metas = {
        "og:type": "article",
        "og:title": title,
        "og:description": summary,
        "og:url": address,
        "og:site_name": "The Wire",
        "og:image": f"{host}/media/{rng.randrange(10**9)}.jpg",
        "article:published_time": when,
        "article:section": label(rng, 1),
        "twitter:card": "summary_large_image",
        "twitter:title": title,
    }
    lines = [f"<meta property='{name}' content='{value}'>" for name, value in metas.items()]
    lines += [f"<link rel='preload' as='font' href='{host}/f{n}.woff2'>" for n in range(6)]
    lines += [f"<link rel='stylesheet' href='{host}/s{n}.css?v={n}'>" for n in range(5)]
    return (
        f"<head><meta charset='utf-8'><title>{title} | The Wire</title>\n"
        "<meta name='viewport' content='width=device-width'>\n"
        f"<meta name='description' content='{summary}'>\n<link rel='canonical' href='{address}'>\n"
        + "\n".join(lines)
        + f"\n<script type='application/ld+json'>{json.dumps(data)}</script>\n"
    )


def _menus(rng: random.Random, host: str) -> str:
    columns = []
    for _ in range(rng.randint(4, 8)):
        links = "".join(
            f"<li class='menu-item menu-item-type-taxonomy nav-{n}'>"
            f"<a href='{host}/topics/{rng.randrange(999)}'><span>{label(rng)}</span></a></li>"
            for n in range(rng.randint(6, 14))
        )
        columns.append(_box(rng, f"<span>{label(rng, 1)}</span><ul class='sub-menu'>{links}</ul>"))
    return (
        "<div class='skip'><a href='#content'>Skip to content</a></div>"
        f"<header class='site-header'><a class='logo' href='{host}/'>{_icon(rng)}</a>"
        f"<nav class='mega-menu'>{''.join(columns)}</nav>"
        "<form class='search' action='/search'><input name='q'><button>Search</button></form>"
        "</header><div class='ad-slot' id='ad-top'></div>"
    )


def _article(rng: random.Random, host: str, article: Piece) -> str:
    when = article.published_at
    parts = []
    for at, text in enumerate(article.paragraphs):
        parts.append(f"<p>{_linked(rng, host, escape(text))}</p>")
        if at % 4 == 2:
            parts.append(f"<div class='ad-slot' id='ad-{at}'><span>Advertisement</span></div>")
        if at == 3:
            parts.append(f"<h2>{label(rng, 3)}</h2>")
    share = "".join(f"<li><a href='#s{n}'>{_icon(rng)}Share</a></li>" for n in range(5))
    tags = "".join(f"<a rel='tag' href='{host}/tag/{n}'>{label(rng, 1)}</a>" for n in range(6))
    return (
        "<article class='post'><header class='entry-header'>"
        f"<h1 class='entry-title'>{escape(article.title)}</h1>"
        f"<div class='byline'>By <a rel='author' href='{host}/by'>{article.author}</a> "
        f"<time datetime='{when.isoformat()}'>{when:%d %B %Y, %H:%M}</time></div>"
        f"<ul class='share-buttons'>{share}</ul></header>"
        f"<figure><img src='{host}/m.jpg' srcset='{host}/m-640.jpg 640w, {host}/m-1280.jpg 1280w' "
        f"alt=''><figcaption>{label(rng, 4)}. Photo: {article.author}</figcaption></figure>"
        f"<div class='entry-content'>{''.join(parts)}</div>"
        f"<footer class='entry-footer'>{tags}</footer></article>{_comments(rng)}"
    )


def _comments(rng: random.Random) -> str:
    said = "".join(
        f"<li class='comment depth-{n % 3}'><div class='comment-meta'><b>{label(rng, 1)}</b>"
        f"<time datetime='2026-03-10'>10 March</time></div>"
        f"{_box(rng, f'<p>{label(rng, 12)}.</p>')}<a class='reply' href='#r{n}'>Reply</a></li>"
        for n in range(rng.randint(4, 20))
    )
    return f"<section id='comments' class='comments'><h2>Comments</h2><ol>{said}</ol></section>"


def _linked(rng: random.Random, host: str, text: str) -> str:
    """Return a paragraph with a link or an emphasis somewhere inside."""
    words = text.split(" ")
    at = rng.randrange(len(words))
    if "&" not in words[at]:
        link = f"<a href='{host}/a/{rng.randrange(9999)}'>{words[at]}</a>"
        words[at] = rng.choice((link, f"<em>{words[at]}</em>", words[at]))
    return " ".join(words)


def _sidebar(rng: random.Random, host: str, related: list[Piece]) -> str:
    return (
        "<aside class='sidebar'>"
        f"<section class='widget most-read'><h2>Most read</h2><ol>{_cards(rng, host, related, 10)}"
        "</ol></section><section class='widget latest'><h2>Latest</h2>"
        f"<ul>{_cards(rng, host, related, 12)}</ul></section>"
        "<section class='widget newsletter'><h2>Newsletter</h2><form>"
        "<label>E-mail<input type='email'></label><button>Sign up</button></form>"
        "</section></aside>"
    )


def _cards(rng: random.Random, host: str, related: list[Piece], count: int) -> str:
    return "".join(
        f"<li class='card-item'>{_box(rng, _card(rng, host, p))}</li>"
        for p in rng.sample(related, count)
    )


def _card(rng: random.Random, host: str, linked: Piece) -> str:
    return (
        f"<a class='card-link' href='{host}{linked.path}'><picture><img loading='lazy' "
        f"src='{host}/t/{linked.number}.jpg' alt=''></picture>"
        f"<span class='kicker'>{label(rng, 1)}</span><h3>{escape(linked.title)}</h3></a>"
        f"<div class='meta'><span>{linked.author}</span><span>{rng.randint(2, 9)} min</span></div>"
    )


def _footer(rng: random.Random, host: str) -> str:
    links = "".join(
        f"<li><a href='{host}/f/{n}'>{label(rng)}</a></li>" for n in range(rng.randint(40, 90))
    )
    return (
        f"<footer class='site-footer'>{_box(rng, f'<ul>{links}</ul>')}"
        "<p>© 2026 The Wire</p></footer>"
        "<div class='cookie-bar' hidden><p>Cookies</p><button>Accept</button></div>"
    )


def _box(rng: random.Random, inner: str, depth: int = 2) -> str:
    """Return markup in a few wrappers with the class names of theme builders."""
    for _ in range(depth):
        number, size = rng.randrange(9999), rng.randint(1, 12)
        inner = (
            f"<div id='block-{number}' class='wp-block-group block-{number} u-mt-{size} "
            f"col-md-{size} has-global-padding is-layout-constrained' data-module='m{number}'>"
            f"{inner}</div>"
        )
    return inner


def _icon(rng: random.Random) -> str:
    path = " ".join(f"{rng.randint(0, 24)}.{rng.randint(0, 9)}" for _ in range(24))
    return f"<svg viewBox='0 0 24 24'><path d='M{path}z'/></svg>"


def _styles(rng: random.Random, room: int) -> str:
    rules = []
    size = 0
    while size < room:
        rule = (
            f".c{rng.randrange(9999)} .w{rng.randrange(99)}{{margin:{rng.randrange(40)}px;"
            f"color:#{rng.randrange(16**6):06x};display:flex}}"
        )
        rules.append(rule)
        size += len(rule)
    return f"<style>{''.join(rules)}</style>\n"


def _scripts(rng: random.Random, room: int) -> str:
    blocks = []
    for _ in range(4):
        size, state = 0, {}
        while size < room // 4:
            value = f"{rng.randrange(16**24):024x}"
            state[f"k{rng.randrange(10**6)}"] = value
            size += len(value) + 14
        blocks.append(f"<script>window.__state=Object.assign({{}},{json.dumps(state)})</script>\n")
    return "".join(blocks)
