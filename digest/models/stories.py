"""Stories: articles that tell one event, judged against earlier editions and ranked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from digest.models.articles import Article


@dataclass(frozen=True, slots=True)
class Evidence:
    """One independent report of a story, with the articles that only copy its text."""

    article: Article
    copies: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that tell one event. The order of ``evidence`` numbers the sources, from 1."""

    id: str
    evidence: tuple[Evidence, ...]
    commentary: tuple[Article, ...] = ()
    links: tuple[Article, ...] = ()  # discussion threads
    reasons: tuple[str, ...] = ()  # why these belong together


class StoryStatus(StrEnum):
    NEW = "new"
    UPDATE = "update"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Told:
    """A story as an earlier edition told it."""

    story_id: str
    edition_id: str
    date: date
    told_at: datetime
    headline: str
    article_ids: frozenset[str]
    joined: frozenset[str] = frozenset()  # reports left out since, as they brought nothing new


@dataclass(frozen=True, slots=True)
class Judged:
    """A story held against earlier editions."""

    story: Story
    status: StoryStatus
    earlier: Told | None = None
    news: tuple[str, ...] = ()  # for an update: sentences with a fact the earlier edition lacked
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A judged story with its place and the parts of its score, in words."""

    judged: Judged
    score: float
    reasons: tuple[str, ...]
