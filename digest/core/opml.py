"""Lists of feeds as other readers keep them: OPML in and out, folders as categories.

Read with expat alone, event by event: nothing is loaded from anywhere, no document type and no
entity is accepted, and depth costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from digest.core import encoding, urls
from digest.core.feedlist import CATEGORY_CHARS, NAME_CHARS, fit
from digest.errors import ConfigError
from digest.models import Feed

LARGEST = 5_000_000  # bytes
MOST = 10_000  # feeds
_LONGEST_URL = 2_000
_DEEPEST = 100  # folders in folders

_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]{0,200}\?>")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_WEB = re.compile(r"https?://[^\s{}]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a file lists: its feeds in order, and a sentence for each that cannot be used."""

    feeds: tuple[Feed, ...]
    problems: tuple[str, ...] = ()


def read_opml(body: bytes, name: str = "the file") -> Listing:
    """Return the feeds of an OPML file, the innermost folder's name as their category.

    ``name`` is what messages call the file.

    Raises ConfigError for what is no OPML, holds a document type, or is more than 5 MB.
    """
    if len(body) > LARGEST:
        raise ConfigError(f"{name} is larger than {LARGEST // 1_000_000} MB", key="OPML")
    text = encoding.decode(body, encoding.xml_charset(body)).removeprefix("\ufeff")
    outlines = _Outlines(name)
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = outlines.start
    parser.EndElementHandler = outlines.end
    parser.StartDoctypeDeclHandler = outlines.refuse
    try:
        parser.Parse(_DECLARATION.sub("", _CONTROLS.sub("", text)).encode(), True)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code).partition(" (")[0]
        raise ConfigError(
            f"{name} is not an OPML file (line {error.lineno}: {why})", key="OPML"
        ) from error
    return Listing(tuple(outlines.feeds), tuple(outlines.problems))


def write_opml(feeds: Sequence[Feed], *, title: str, now: datetime) -> str:
    """Return OPML 2.0 that lists the feeds, a folder for each category, in the order given."""
    folders: dict[str, list[Feed]] = {}
    for feed in feeds:
        folders.setdefault(feed.category, []).append(feed)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "  <head>",
        f"    <title>{escape(_CONTROLS.sub('', title))}</title>",
        f"    <dateCreated>{format_datetime(now)}</dateCreated>",
        "  </head>",
        "  <body>",
    ]
    for category, listed in folders.items():
        if not category:
            lines += [_outline(feed, "    ") for feed in listed]
            continue
        lines.append(f"    <outline text={_attribute(category)} title={_attribute(category)}>")
        lines += [_outline(feed, "      ") for feed in listed]
        lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


class _Outlines:
    """Collects feeds while a file is read."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.feeds: list[Feed] = []
        self.problems: list[str] = []
        self._folders: list[str] = []  # for each open outline, the folder that is in
        self._open = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._open += 1
        if self._open == 1 and name.lower() != "opml":
            begins = f"it begins with <{name[:40]}>"
            raise ConfigError(f"{self._file} is not an OPML file ({begins})", key="OPML")
        if self._open > _DEEPEST:
            raise ConfigError(f"{self._file} nests more than {_DEEPEST} levels deep", key="OPML")
        if name.lower() != "outline":
            return
        found = {key.lower(): " ".join(value.split()) for key, value in attributes.items()}
        label = found.get("title") or found.get("text", "")
        inside = self._folders[-1] if self._folders else ""
        if "xmlurl" not in found:
            self._folders.append(label or inside)
            return
        self._folders.append(inside)
        self._take(found["xmlurl"], label, inside or _category(found.get("category", "")))

    def end(self, name: str) -> None:
        self._open -= 1
        if name.lower() == "outline":
            self._folders.pop()

    def refuse(self, *_declared: object) -> None:
        raise ConfigError(
            f"{self._file} declares a document type, which lists of feeds have no use for",
            key="OPML",
        )

    def _take(self, url: str, label: str, category: str) -> None:
        url = re.sub(r"^feed:(?://)?(?=https?://)", "", url, flags=re.IGNORECASE)
        url = re.sub(r"^feed://", "http://", url, flags=re.IGNORECASE)
        if not _WEB.fullmatch(url) or len(url) > _LONGEST_URL or not urls.canonical(url):
            told = f"“{fit(label, 80)}”: " if label else ""
            self.problems.append(f"{told}“{fit(url, 200)}” is no http or https address")
            return
        if len(self.feeds) == MOST:
            raise ConfigError(f"{self._file} lists more than {MOST:,} feeds", key="OPML")
        name = "" if label == url else fit(label, NAME_CHARS)
        self.feeds.append(Feed(url, name, fit(category, CATEGORY_CHARS)))


def _category(paths: str) -> str:
    """Return the innermost name of the first path in OPML's own attribute: "b" of "/a/b,/c"."""
    return paths.partition(",")[0].rstrip("/").rpartition("/")[2]


def _outline(feed: Feed, indent: str) -> str:
    name = _attribute(feed.name or feed.url)
    return f'{indent}<outline type="rss" text={name} title={name} xmlUrl={_attribute(feed.url)}/>'


def _attribute(value: str) -> str:
    return quoteattr(_CONTROLS.sub("", value), {'"': "&quot;"})
