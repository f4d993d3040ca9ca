"""What a hostile server sends: bombs made piece by piece, documents made to choke a reader."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from itertools import product
from string import ascii_lowercase, ascii_uppercase

from benchmarks.invented import Piece, piece

NOW = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)  # the run's idea of now
GIB = 1 << 30


def news(number: int) -> Piece:
    """Return an honest report of an hour ago."""
    return piece(number, NOW.replace(hour=5))


# --- feeds and pages an honest site would send --------------------------------------------------


def item(host: str, number: int, *, title: str = "", link: str = "", more: str = "") -> str:
    """Return an RSS item about honest news; ``title``, ``link`` are markup that takes its place."""
    told = news(number)
    return (
        f"<item><title>{title or escape(told.title)}</title>"
        f"<link>{link or f'http://{host}/page'}</link>"
        f"<description>{escape(told.summary)}</description>"
        f"<pubDate>{format_datetime(told.published_at)}</pubDate>{more}</item>"
    )


def rss(*items: str, title: str = "A feed") -> bytes:
    names = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return (
        f'<?xml version="1.0"?><rss version="2.0" {names}><channel><title>{title}</title>'
        f"{''.join(items)}</channel></rss>"
    ).encode()


def html(number: int, *, head: str = "", before: str = "", after: str = "") -> bytes:
    """Return an honest article's page with something put into it."""
    told = news(number)
    text = "".join(f"<p>{escape(p)}</p>" for p in told.paragraphs)
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
        f"<title>{escape(told.title)}</title>{head}</head><body>{before}<article>"
        f"<h1>{escape(told.title)}</h1>{text}</article>{after}</body></html>"
    ).encode()


# --- bombs --------------------------------------------------------------------------------------


def gzip_bomb(size: int = GIB) -> Iterator[bytes]:
    """Give a gzip stream of zeros, a megabyte at a time."""
    engine = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    piece = bytes(1 << 20)
    for _ in range(size >> 20):
        if part := engine.compress(piece):
            yield part
    yield engine.flush()


def brotli_bomb(size: int = GIB) -> bytes:
    """Return a brotli stream of zeros: RFC 7932, prefix codes of one symbol, which take no bits."""
    bits: list[tuple[int, int]] = [(0, 1)]  # value, width; WBITS 16
    for _ in range(size >> 24):
        bits += [(0, 1), (2, 2), ((1 << 24) - 1, 24), (0, 1)]  # not last, six nibbles, length
        bits += [(0, 1), (0, 1), (0, 1), (0, 6), (0, 2), (0, 1), (0, 1)]  # one type, one tree each
        bits += [(1, 2), (0, 2), (0, 8)]  # literals: always a zero
        bits += [(1, 2), (0, 2), (504, 10)]  # commands: always insert code 23, copy code 0
        bits += [(1, 2), (0, 2), (0, 6)]  # distances
        bits += [((1 << 24) - 22_594, 24)]  # insert the whole block
    bits += [(3, 2)]  # the last, empty
    number = at = 0
    for value, width in bits:
        number |= value << at
        at += width
    return number.to_bytes((at + 7) // 8, "little")


def many_members(count: int = 200_000) -> bytes:
    return gzip.compress(b"", mtime=0) * count


def gzip_in_gzip() -> bytes:
    return gzip.compress(b"".join(gzip_bomb(64 << 20)))


# --- XML and JSON -------------------------------------------------------------------------------


def billion_laughs() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    prolog = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{levels}]>'
    return (
        prolog.encode()
        + rss(item("billion-laughs.test", 797, title="a &l9; b")).partition(b"?>")[2]
    )


def external_entity(url: str) -> bytes:
    prolog = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "{url}">]>'
    return prolog.encode() + rss(item("external.test", 798, title="a &x; b")).partition(b"?>")[2]


def attributes(count: int) -> bytes:
    letters = ascii_lowercase + ascii_uppercase
    names = ("".join(n) for length in range(1, 5) for n in product(letters, repeat=length))
    many = " ".join(f"{name}=''" for name, _ in zip(names, range(count), strict=False))
    return f"<rss version='2.0'><channel {many}><title>x</title></channel></rss>".encode()


def deep_json(levels: int = 500_000) -> bytes:
    return b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * levels


def json_feed_of_lists(host: str) -> bytes:
    deep = "[" * 900 + "]" * 900
    return (
        '{"version": "https://jsonfeed.org/version/1.1", "title": [], "items": [{"id": {}, '
        f'"url": "http://{host}/a", "title": {deep}, "content_text": 7, "tags": {{}}}}]}}'
    ).encode()


# --- pages --------------------------------------------------------------------------------------


def nested(levels: int = 50_000) -> str:
    return "<div>" * levels


def one_line(size: int) -> bytes:
    return b"<html><body><p>" + b"word " * (size // 5) + b"</p></body></html>"


def deep_json_ld(levels: int = 90_000) -> str:
    return f"<script type='application/ld+json'>{'[' * levels}</script>"
