"""Briefs and the edition: what is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from digest.models.articles import Quality
from digest.models.stories import StoryStatus

OMITTED = {"omitted": True}  # a field that the record has only where it says something


@dataclass(frozen=True, slots=True)
class Sentence:
    """A published sentence; ``cites`` are source numbers of its story."""

    text: str
    cites: tuple[int, ...]
    # The languages ("de", "de, fr") of its sources where all are in others than the edition's.
    translated: str = field(default="", metadata=OMITTED)


@dataclass(frozen=True, slots=True)
class Section:
    emoji: str
    heading: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """How a writer's sentences fared against their sources."""

    sentences: int = 0
    supported: int = 0
    repaired: int = 0
    replaced: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class WrittenBy:
    kind: str  # "llm" | "extractive" | "editor"
    model: str | None = None
    checks: Checks = Checks()


@dataclass(frozen=True, slots=True)
class Brief:
    """A story written up in the seed's form."""

    emoji: str
    headline: str
    lead: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    written_by: WrittenBy
    what_changed: tuple[Sentence, ...] = ()
    disagreements: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    n: int
    article_id: str
    url: str
    title: str
    publisher: str
    author: str | None
    published_at: datetime
    language: str
    quality: Quality
    copies: tuple[str, ...] = ()  # publishers that carry the same text


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    title: str
    publisher: str


@dataclass(frozen=True, slots=True)
class EditionStory:
    id: str
    status: StoryStatus
    rank: int
    score: float
    reasons: tuple[str, ...]
    emoji: str
    headline: str
    lead: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    what_changed: tuple[Sentence, ...]
    disagreements: tuple[Sentence, ...]
    commentary: tuple[Link, ...]
    sources: tuple[Source, ...]
    written_by: WrittenBy


@dataclass(frozen=True, slots=True)
class EditionBrief:
    """A story below the cut, in one line."""

    story_id: str
    emoji: str
    text: str
    cites: tuple[int, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Window:
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """The one frozen record every output reads."""

    id: str
    name: str
    title: str
    date: date
    timezone: str
    language: str
    generated_at: datetime
    window: Window
    stories: tuple[EditionStory, ...]
    briefs: tuple[EditionBrief, ...]
    counts: Mapping[str, int]
    intro: str | None = None
    schema: str = "digest.edition/1"


@dataclass(frozen=True, slots=True)
class StoredEdition:
    """An edition as the store keeps it: its record is the exact JSON text that was frozen."""

    id: str
    name: str
    date: date
    window: Window
    record: str
