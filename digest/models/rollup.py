"""A week's editions rolled into one piece."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from digest.models.edition import EditionBrief, EditionStory, Sentence, Window, WrittenBy


@dataclass(frozen=True, slots=True)
class Telling:
    """What one day's edition told of a story that was told on several days."""

    day: date
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class RollupStory:
    """A story of the week.

    ``story`` has the newest headline and lead, that telling's sections where it is told in full,
    and the sources of every telling, numbered anew. ``course`` is what each day told, oldest
    first; empty for a story told once.
    """

    story: EditionStory
    days: tuple[date, ...]
    course: tuple[Telling, ...]
    writers: tuple[WrittenBy, ...]


@dataclass(frozen=True, slots=True)
class Rollup:
    """The editions of one name and one week; every sentence is one they printed."""

    name: str
    title: str
    language: str
    timezone: str
    monday: date
    generated_at: datetime  # of the newest edition
    window: Window
    days: tuple[date, ...]  # of the editions, oldest first
    stories: tuple[RollupStory, ...]  # best first
    also: tuple[EditionBrief, ...]  # those that did not lead, in a line each
    more: int  # how many are left out
