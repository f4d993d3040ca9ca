"""Briefs → Edition: the one frozen record every output reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.core.orders import addressed
from digest.core.urls import identity
from digest.models import (
    Article,
    Brief,
    Edition,
    EditionBrief,
    EditionStory,
    Judged,
    Link,
    Ranked,
    Source,
    Story,
    StoryStatus,
    Window,
)

LONGEST = timedelta(hours=72)  # no edition looks back further


def edition_id(name: str, day: date) -> str:
    """Return the id of an edition: ``NAME-YYYY-MM-DD``."""
    return f"{name}-{day.isoformat()}"


def local_date(now: datetime, timezone: str) -> date:
    """Return the date of ``now`` in the edition's zone."""
    return now.astimezone(ZoneInfo(timezone)).date()


def window(now: datetime, first: timedelta, closed: datetime | None) -> Window:
    """Return the span an edition covers: from where the last one closed, at most 72 h back.

    ``closed`` is None for a first edition, which then looks ``first`` back; so does one whose
    predecessor is said to close only now or later, or there would be nothing to look at.
    """
    opens = closed if closed is not None and closed < now else now - first
    return Window(max(opens, now - LONGEST), now)


def sources(story: Story) -> tuple[Source, ...]:
    """Return the story's evidence as numbered sources, from 1."""
    return tuple(
        Source(
            n=n,
            article_id=e.article.id,
            url=e.article.url,
            title=e.article.publisher if addressed(e.article.title) else e.article.title,
            publisher=e.article.publisher,
            author=e.article.author or None,
            published_at=e.article.published_at,
            language=e.article.language,
            quality=e.article.quality,
            copies=tuple(sorted({c.publisher for c in e.copies if c.domain != e.article.domain})),
        )
        for n, e in enumerate(story.evidence, 1)
    )


def edition_story(ranked: Ranked, brief: Brief, place: int) -> EditionStory:
    """Return a written story in its place (from 1)."""
    story = ranked.judged.story
    return EditionStory(
        id=story.id,
        status=ranked.judged.status,
        rank=place,
        score=ranked.score,
        reasons=(*ranked.reasons, *story.reasons),
        emoji=brief.emoji,
        headline=brief.headline,
        lead=brief.lead,
        sections=brief.sections,
        what_changed=brief.what_changed,
        disagreements=brief.disagreements,
        commentary=tuple(_link(a) for a in (*story.commentary, *story.links)),
        sources=sources(story),
        written_by=brief.written_by,
    )


def assemble(
    *,
    name: str,
    title: str,
    timezone: str,
    language: str,
    day: date,
    now: datetime,
    window: Window,
    stories: Sequence[EditionStory],
    briefs: Sequence[EditionBrief],
    counts: Mapping[str, int],
    intro: str | None = None,
) -> Edition:
    """Return the edition of ``day``."""
    return Edition(
        id=edition_id(name, day),
        name=name,
        title=title,
        date=day,
        timezone=timezone,
        language=language,
        generated_at=now,
        window=window,
        stories=tuple(stories),
        briefs=tuple(briefs),
        counts=dict(sorted(counts.items())),
        intro=intro,
    )


def topic_edition(
    query: str,
    story: Story,
    brief: Brief,
    *,
    timezone: str,
    language: str,
    now: datetime,
    since: datetime,
    counts: Mapping[str, int],
) -> Edition:
    """Return an edition that holds the one piece written on a topic; its name is ``topic``."""
    alone = Ranked(Judged(story, StoryStatus.NEW), 0.0, (f"bears on “{query}”",))
    piece = replace(edition_story(alone, brief, 1), id="t-" + identity("topic", query)[:12])
    return assemble(
        name="topic",
        title=query,
        timezone=timezone,
        language=language,
        day=local_date(now, timezone),
        now=now,
        window=Window(since, now),
        stories=[piece],
        briefs=[],
        counts=counts,
    )


def _link(article: Article) -> Link:
    return Link(article.url, article.title, article.publisher)
