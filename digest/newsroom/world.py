"""The newsroom's world: its outlets and articles as written, and the same placed in time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

DAYS = 3
# News of a day happens a little before the first report of it, so that every outlet, whenever it
# publishes within the day, names the same weekday.
_NEWS_BEFORE_RUN = timedelta(hours=23)

_PLACEHOLDER = re.compile(r"\{(today|yesterday|tomorrow|weekday)([+-]\d+)?\}")
_SHIFT = {"today": 0, "yesterday": -1, "tomorrow": 1, "weekday": 0}
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented publisher: where it is reached, and how its feed and pages are made."""

    key: str
    name: str
    host: str
    feed: str  # path of its feed
    category: str
    trust: float = 1.0
    language: str = "en"
    feed_kind: str = "rss"  # rss | atom | json
    encoding: str = "utf-8"
    layout: str = ""  # a file of layouts/
    article: str = ""  # path of an article, with {slug}
    moved_from: str = ""  # path that answers 301 with the feed's new address
    state: str = "live"  # live | dead (500) | gone (410)
    tracking: bool = False  # feed links carry utm_ parameters
    full_content: bool = False  # the feed holds whole articles
    tagline: str = ""
    sections: tuple[str, ...] = ()
    most_read: tuple[str, ...] = ()

    @property
    def feed_url(self) -> str:
        """The address a reader would have noted: the old one where the feed has moved."""
        return f"http://{self.host}{self.moved_from or self.feed}"


@dataclass(frozen=True, slots=True)
class Piece:
    """An article as written; once placed, its texts name weekdays and its times are set."""

    key: str  # day3/slug
    day: int
    slug: str
    outlet: Outlet
    story: str  # pieces with one story value tell the same story
    kind: str
    hours_before: float  # its day's run
    title: str
    author: str
    summary: str
    tags: tuple[str, ...]
    paragraphs: tuple[str, ...]
    dated_in: float | None = None  # hours after its day's run, for a wrong date
    appears_at: datetime | None = None  # when feed and page begin to show it
    dated: datetime | None = None  # the date it gives itself; None: it gives none

    @property
    def path(self) -> str:
        return self.outlet.article.format(slug=self.slug)

    @property
    def url(self) -> str:
        return f"http://{self.outlet.host}{self.path}"


@dataclass(frozen=True, slots=True)
class World:
    """All outlets by key, and all pieces, oldest day first."""

    outlets: Mapping[str, Outlet]
    pieces: tuple[Piece, ...]


def load() -> World:
    """Return the bundled world, not yet placed in time."""
    import yaml

    room = resources.files(__package__)
    raw = yaml.safe_load((room / "outlets.yaml").read_text("utf-8"))
    outlets = {key: _outlet(key, values) for key, values in raw.items()}
    written = {key: _split(file) for key, file in _files(room / "articles")}
    pieces = tuple(_piece(key, written, outlets) for key in written)
    return World(outlets, pieces)


def runs(end: datetime) -> tuple[datetime, datetime, datetime]:
    """Return the moments of the three days' runs, the last of them ``end``."""
    end = end.astimezone(UTC)
    return end - timedelta(days=2), end - timedelta(days=1), end


def place(world: World, end: datetime) -> World:
    """Return the world with weekdays and times set so that its third day's run is at ``end``."""
    moments = runs(end)
    return World(world.outlets, tuple(_placed(p, moments[p.day - 1]) for p in world.pieces))


def _placed(piece: Piece, run: datetime) -> Piece:
    appears = (run - timedelta(hours=piece.hours_before)).replace(microsecond=0)
    dated: datetime | None = appears
    if piece.dated_in is not None:
        dated = (run + timedelta(hours=piece.dated_in)).replace(microsecond=0)
    elif piece.kind == "undated":
        dated = None
    weekday = (run - _NEWS_BEFORE_RUN).weekday()
    names = _WEEKDAYS[piece.outlet.language]

    def fill(text: str) -> str:
        return _PLACEHOLDER.sub(
            lambda m: names[(weekday + _SHIFT[m[1]] + int(m[2] or 0)) % 7], text
        )

    return replace(
        piece,
        title=fill(piece.title),
        summary=fill(piece.summary),
        paragraphs=tuple(map(fill, piece.paragraphs)),
        appears_at=appears,
        dated=dated,
    )


def _files(articles: Traversable) -> Iterable[tuple[str, Traversable]]:
    for day in range(1, DAYS + 1):
        folder = articles / f"day{day}"
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".md"):
                yield f"day{day}/{file.name.removesuffix('.md')}", file


def _split(file: Traversable) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return an article file's front matter and its paragraphs."""
    import yaml

    _, front, body = file.read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(front), tuple(p.strip() for p in body.split("\n\n") if p.strip())


def _outlet(key: str, values: dict[str, Any]) -> Outlet:
    lists = {name: tuple(values.get(name, ())) for name in ("sections", "most_read")}
    return Outlet(**{**values, **lists, "key": key})


def _piece(
    key: str,
    written: Mapping[str, tuple[dict[str, Any], tuple[str, ...]]],
    outlets: Mapping[str, Outlet],
) -> Piece:
    front, paragraphs = written[key]
    if "same_text" in front:  # a wire text: another piece's paragraphs in a frame of its own
        paragraphs = (front["before"], *written[front["same_text"]][1], front["after"])
    day, slug = key.split("/")
    return Piece(
        key=key,
        day=int(day.removeprefix("day")),
        slug=slug,
        outlet=outlets[front["outlet"]],
        story=front["story"],
        kind=front.get("kind", "news"),
        hours_before=float(front["hours_before"]),
        title=front["title"],
        author=front["author"],
        summary=front["summary"],
        tags=tuple(front["tags"]),
        paragraphs=paragraphs,
        dated_in=front.get("dated_in"),
    )
