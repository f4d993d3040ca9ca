"""A committed Markdown edition → what it told, for a digest that lost what it remembered.

Read from our own template or from a user's: what counts is that each story has a heading of the
second level and links to its sources. Any text gives something or nothing; nothing in it is
followed, opened or believed beyond "this was told".
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from digest.core.names import is_edition_name
from digest.core.text import sentences
from digest.core.urls import canonical

LONGEST = 2_000_000  # characters of a file; an edition has some 60,000
MOST_PIECES = 200
MOST_SOURCES = 60  # of one piece
MOST_SENTENCES = 200  # of one piece
_LONGEST_LINE = 20_000
_LONGEST_TITLE = 500
_LONGEST_EMOJI = 12  # code points; a family of four has seven
_FIRST_YEAR, _LAST_YEAR = 1990, 9999
_EAST, _WEST = timedelta(hours=14), timedelta(hours=12)  # of UTC, at most
_LATE = timedelta(days=8)  # the day itself, and the week that one missed may be caught up in
_LEAST_WORDS = 4  # of a sentence; less is a source's name beside its link
_MOST_FRONT = 100  # lines of front matter

_DATED_TITLE = re.compile(r", \d{1,2} [A-Z][a-z]+ \d{4}$")  # what our front matter adds
_FIELD = re.compile(r"(title|date|slug)\s*[:=]\s*(.+)", re.IGNORECASE)
_DEFINITION = re.compile(r"\s{0,3}\[([^\]\[]{1,200})\]:\s*<?(https?:[^\s<>]{1,3000})>?\s*(.*)")
_LINK = re.compile(
    r"\[(?P<label>[^\]\[]{0,500})\]"
    r"(?:\[(?P<ref>[^\]\[]{1,200})\]|\(\s*<?(?P<url>https?:[^\s()<>]{1,3000})>?[^()]{0,500}\))"
)
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_RULE = re.compile(r"\s{0,3}(?:-\s*){3,}$|\s{0,3}(?:\*\s*){3,}$|\s{0,3}(?:_\s*){3,}$")
_ITEM = re.compile(r"\s{0,3}(?:[-*+]|\d{1,9}[.)])\s+(.*)")
_LABELLED = re.compile(r"\*\*[^*]{1,80}[:.]\*\*\s*|\*[^*]{1,80}:\*\s*")  # "**What changed:** "
# What a sentence or a brief's source is said to be written in, or translated from.
_NOTED = re.compile(r" \((?:all )?translated from [^()]{1,60}\)|(?<=\]), in [A-Z]\w{2,20}(?=[,)])")
_EMOJI = re.compile(r"^[^\w(\[“\"'‘«„$€£]+")
_STRONG = re.compile(r"(?<!\\)(?:\*\*|__)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_NUMBERS = re.compile(r"[\s\d⁰¹²³⁴⁵⁶⁷⁸⁹^]*")  # a label that is only a source's number
_COMMENTARY = re.compile(r"c\d+-\d+")  # how our template names a link that is no source
_ENDS = re.compile(r"[.!?…][\"”’»)]*(?:\s|$)")
_DAY = re.compile(r"(.*?)-?(\d{4}-\d\d-\d\d)$")


@dataclass(frozen=True, slots=True)
class Cited:
    """A source as an edition linked it; ``title`` and ``publisher`` may be empty."""

    url: str  # canonical
    title: str
    publisher: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A story, or a line in brief; each sentence with the addresses it cites (none: all)."""

    headline: str
    sentences: tuple[tuple[str, frozenset[str]], ...]
    sources: tuple[Cited, ...]
    brief: bool = False
    emoji: str = ""


@dataclass(frozen=True, slots=True)
class Committed:
    """An edition as its Markdown tells it. ``name`` is "" where it says none that one can have."""

    name: str
    date: date
    made_at: datetime
    title: str
    pieces: tuple[Piece, ...]


@dataclass(slots=True)
class _Section:
    """What stands between two headings of the second level."""

    heading: str
    lines: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    defined: list[str] = field(default_factory=list)  # references, in order


def committed(text: str) -> Committed | None:
    """Return what a Markdown file told, None where it is no edition.

    An edition has a date in its front matter and at least one piece that links to a source.
    """
    lines = [line[:_LONGEST_LINE] for line in text[:LONGEST].splitlines()]
    front, body = _split(lines)
    made_at, day = _dated(front)
    if made_at is None or day is None:
        return None
    defined = _definitions(body)
    pieces = [p for section in _sections(body) for p in _pieces(section, defined)]
    if not pieces:
        return None
    title = _plain(_unquoted(front.get("title", "")))[:_LONGEST_TITLE]
    title = _DATED_TITLE.sub("", title)
    return Committed(_name(front), day, made_at, title, tuple(pieces[:MOST_PIECES]))


# --- front matter ----------------------------------------------------------------------------


def _split(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the fields of the front matter that count, and the lines after it."""
    if not lines or lines[0].strip() not in ("---", "+++"):
        return {}, lines
    front: dict[str, str] = {}
    for n, line in enumerate(lines[1:_MOST_FRONT], 1):
        if line.strip() == lines[0].strip():
            return front, lines[n + 1 :]
        if found := _FIELD.match(line):
            front[found[1].lower()] = found[2].strip()
    return {}, lines


def _dated(front: dict[str, str]) -> tuple[datetime | None, date | None]:
    """Return when an edition was made, in UTC, and the local day it is for."""
    try:
        at = datetime.fromisoformat(_unquoted(front.get("date", "")))
        day = at.date()
        made_at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
        if found := _DAY.match(_unquoted(front.get("slug", ""))):
            day = date.fromisoformat(found[2])
    except (ValueError, OverflowError):
        return None, None
    return (made_at, day) if can_close(day, made_at) else (None, None)


def can_close(day: date, at: datetime) -> bool:
    """Tell whether the edition of a local day, in whatever time zone, can have been made then.

    Not before its day has begun anywhere, nor after the last hour it can be caught up in.
    """
    if not _FIRST_YEAR <= day.year < _LAST_YEAR:
        return False
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return begins - _EAST <= at < begins + _LATE + _WEST


def _name(front: dict[str, str]) -> str:
    """Return the edition's name as its slug says it, "" where no edition can be called so."""
    found = _DAY.match(_unquoted(front.get("slug", "")))
    return found[1] if found and is_edition_name(found[1]) else ""


def _unquoted(value: str) -> str:
    return value.strip().strip("\"'")


# --- body ------------------------------------------------------------------------------------


def _definitions(lines: Iterable[str]) -> dict[str, Cited]:
    """Return what the link definitions anywhere in a file name, by reference."""
    found: dict[str, Cited] = {}
    for line in lines:
        if match := _DEFINITION.match(line):
            url = canonical(_plain(match[2]))
            title = _plain(match[3].strip("\"'() "))[:_LONGEST_TITLE]
            if url:
                found.setdefault(match[1].casefold(), Cited(url, title, ""))
    return found


def _sections(lines: Iterable[str]) -> list[_Section]:
    """Return the parts under headings of the second level; a rule ends one."""
    found: list[_Section] = []
    current: _Section | None = None
    before = ""
    for line in lines:
        heading = _HEADING.match(line)
        if heading and len(heading[1]) <= 2:
            current = None
            if len(heading[1]) == 2:
                current = _Section(heading[2])
                found.append(current)
        elif current is None or heading or not line.strip():
            pass
        elif _RULE.match(line) and not before.strip():
            current = None
        elif match := _DEFINITION.match(line):
            current.defined.append(match[1].casefold())
        elif match := _ITEM.match(line):
            current.items.append(match[1])
        else:
            current.lines.append(line)
        before = line
    return found[:MOST_PIECES]


def _pieces(section: _Section, defined: dict[str, Cited]) -> list[Piece]:
    """Return the story of a section, or its lines in brief where it holds a list and no prose."""
    prose = _piece(section.heading, section.lines, section.defined, defined)
    if not section.items:
        return [prose] if prose else []
    if prose is not None and any(map(_LINK.search, section.lines)):
        lines = [*section.lines, *section.items]
        whole = _piece(section.heading, lines, section.defined, defined)
        return [whole] if whole else []
    briefs = (_piece("", [item], [], defined, brief=True) for item in section.items)
    return [piece for piece in briefs if piece]


def _piece(
    heading: str,
    lines: Iterable[str],
    listed: Iterable[str],
    defined: dict[str, Cited],
    *,
    brief: bool = False,
) -> Piece | None:
    sources: dict[str, Cited] = {}
    told: list[tuple[str, frozenset[str]]] = []
    for line in lines:
        _take(line, defined, sources, told)
    for reference in listed:
        if reference in defined and not _COMMENTARY.fullmatch(reference):
            sources.setdefault(defined[reference].url, defined[reference])
    if not sources or not (heading or told):
        return None
    kept = dict(list(sources.items())[:MOST_SOURCES])
    emoji, headline = _headed(heading or told[0][0])
    return Piece(
        headline,
        tuple((text, cites & kept.keys()) for text, cites in told[:MOST_SENTENCES]),
        tuple(kept.values()),
        brief,
        emoji,
    )


def _take(
    line: str,
    defined: dict[str, Cited],
    sources: dict[str, Cited],
    told: list[tuple[str, frozenset[str]]],
) -> None:
    """Add a line's sentences and the sources it links to; a mere list of links tells nothing."""
    line = _NOTED.sub("", _LABELLED.sub("", line))
    prose = _ENDS.search(_LINK.sub(" ", line) + " ") is not None
    words, cites = "", set[str]()
    end = 0
    for link in _LINK.finditer(line):
        between, end = line[end : link.start()], link.end()
        cited = _cited(link, defined)
        if between.strip() and cites and _ENDS.search(words + " "):
            _tell(words, cites, told, prose)
            words, cites = "", set()
        label = link["label"]
        numbered = _NUMBERS.fullmatch(label) is not None
        words += between + ("" if numbered else label)
        if cited is not None:
            cites.add(cited.url)
            known = sources.get(cited.url, cited)
            name = known.publisher or ("" if numbered else _plain(label)[:100])
            sources[cited.url] = Cited(cited.url, known.title or cited.title, name)
    _tell(words + line[end:], cites, told, prose)


def _cited(link: re.Match[str], defined: dict[str, Cited]) -> Cited | None:
    if link["url"]:
        url = canonical(_plain(link["url"]))
        return Cited(url, "", "") if url else None
    reference = link["ref"].casefold()
    return None if _COMMENTARY.fullmatch(reference) else defined.get(reference)


def _tell(words: str, cites: set[str], told: list[tuple[str, frozenset[str]]], prose: bool) -> None:
    if prose and len(told) < MOST_SENTENCES:
        text = _plain(words).strip(" ()·*_")
        found = sentences(text)
        told += [(s, frozenset(cites)) for s in found if len(s.split()) >= _LEAST_WORDS]


def _headed(text: str) -> tuple[str, str]:
    """Return a heading's emoji, or what else stands before its words, and its words."""
    plain = _plain(_LINK.sub(lambda m: m["label"], text))[:_LONGEST_TITLE]
    found = _EMOJI.match(plain)
    emoji = found[0].strip() if found else ""
    return (emoji if len(emoji) <= _LONGEST_EMOJI else ""), _EMOJI.sub("", plain).strip()


def _plain(text: str) -> str:
    """Return Markdown's text as a reader sees it, on one line."""
    text = html.unescape(_ESCAPED.sub(r"\1", _STRONG.sub("", text)))
    return " ".join(text.replace("\u2060", "").split())  # our mark against shortcodes
