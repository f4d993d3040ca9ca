"""One piece on one question: stored articles and fresh ones that bear on it → a single story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote_plus

from digest.core import edition as editions
from digest.core import stories, topics
from digest.errors import ConfigError, RunError
from digest.gathering import Gathered, Gathering
from digest.grouping import Grouping
from digest.judging import judging_of
from digest.models import (
    Article,
    Edition,
    Entry,
    EntryOutcome,
    Feed,
    Judged,
    Quality,
    Ranked,
    RunReport,
    Story,
    StoryStatus,
)
from digest.reporting import RunClock
from digest.world import World
from digest.writing import Writing, Written

MOST = 12  # reports a piece is written from


@dataclass(frozen=True)
class Piece:
    """What a question gave: the piece, or None where nobody wrote about it, and the figures."""

    edition: Edition | None
    found: tuple[Article, ...]  # bear on the question and were readable
    unreadable: tuple[tuple[str, str], ...]  # address and why
    gathered: Gathered
    written: Written
    also: tuple[Article, ...] = ()  # bear on the question, and tell other stories


async def find(
    question: str,
    feeds: Sequence[Feed],
    topic_feeds: Sequence[str],
    world: World,
    *,
    language: str,
    timezone: str,
    now: datetime,
    since: datetime,
    offline: bool,
) -> Piece:
    """Return one piece on ``question`` over what was published after ``since``.

    Online, the configured feeds and the ``topic_feeds`` (with ``{query}`` filled in) are asked
    first; ``offline`` searches stored articles only. Raises RunError for a question without a word
    to look for, and when feeds were asked and none answered and nothing is stored either.
    """
    asked = topics.query(question)
    if not asked.weights:
        raise ConfigError(f"QUERY: “{question}” holds no word to look for", key="QUERY")
    gathered = Gathered()
    if not offline:
        searched = [Feed(url.replace("{query}", quote_plus(question))) for url in topic_feeds]
        with world.store.lease():
            gathered = await _search(asked, world, now, since).run([*feeds, *searched])
    bearing = _bearing(asked, world, since)
    usable = [a for a in bearing if a.text or a.quality is Quality.FEED_ONLY]
    unreadable = tuple((a.url, a.note or "it gave no text") for a in bearing if a not in usable)
    if not usable and not gathered.answered():
        raise RunError("no feed answered, and no stored article bears on the question")
    judging = judging_of(world.judge, world.store, world.fence)
    grouping = Grouping(language, world.store, world.embedder, judging, world.progress)
    grouped = await grouping.run(usable)
    story, also = _leading(asked, grouped.stories, usable)
    if story is None:
        return Piece(None, tuple(usable), unreadable, gathered, Written())
    writing = Writing(language, world.model, world.fence, world.progress)
    written = await writing.run([_alone(story)])
    brief = written.briefs.get(story.id)
    edition = (
        None
        if brief is None
        else editions.topic_edition(
            question,
            story,
            brief,
            timezone=timezone,
            language=language,
            now=now,
            since=since,
            counts={"articles": len(usable), "unreadable": len(unreadable)},
        )
    )
    return Piece(edition, tuple(usable), unreadable, gathered, written, also)


def _leading(
    asked: topics.Query, told: Sequence[Story], usable: Sequence[Article]
) -> tuple[Story | None, tuple[Article, ...]]:
    """Return the story that bears most on the question, newest day first, and the other articles.

    One piece tells one story: two events of one company, mixed, would read as one.
    """
    if not told:
        return None, ()

    def weight(story: Story) -> tuple[float, int, float, str]:
        reports = stories.reports(story)
        share = max(topics.bearing(asked, a.title, a.text) for a in reports)
        newest = max(a.published_at.timestamp() for a in reports)
        return round(share, 1), len({a.domain for a in reports}), newest, story.id

    story = max(told, key=weight)
    own = {a.id for a in (*stories.reports(story), *story.commentary, *story.links)}
    evidence = sorted(story.evidence, key=lambda e: -e.article.published_at.date().toordinal())
    also = tuple(a for a in usable if a.id not in own)
    return replace(story, evidence=tuple(evidence[:MOST])), also


def _search(asked: topics.Query, world: World, now: datetime, since: datetime) -> Gathering:
    def wanted(_feed: Feed, entry: Entry) -> tuple[EntryOutcome | None, str]:
        share = topics.bearing(asked, entry.title, entry.content or entry.summary)
        if share < topics.BEARS:
            return EntryOutcome.OFF_TOPIC, f"does not bear on “{asked.text}”"
        return None, f"bears on “{asked.text}” ({share:.2f})"

    return Gathering(
        world,
        now=now,
        opens=since,
        judge=wanted,
        search=True,
    )


def _bearing(asked: topics.Query, world: World, since: datetime) -> list[Article]:
    """Return the stored articles that bear on the question, the most bearing first."""
    candidates = world.store.search(asked.text, published_since=since)
    shares = [(topics.bearing(asked, a.title, a.text), a) for a in candidates]
    kept = [(share, a) for share, a in shares if share >= topics.BEARS]
    kept.sort(key=lambda pair: (-pair[0], *_standing(pair[1])))
    return [a for _, a in kept]


def _standing(article: Article) -> tuple[bool, float, float, str]:
    """Order articles that bear on a question alike: full texts, trusted outlets, newest first."""
    partial = article.quality is not Quality.FULL
    return partial, -article.trust, -article.published_at.timestamp(), article.id


def _alone(story: Story) -> Ranked:
    return Ranked(Judged(story, StoryStatus.NEW), 0.0, ())


def report(piece: Piece, clock: RunClock) -> RunReport:
    """Return the report of a search."""
    done = clock.report(piece.gathered, None, "made" if piece.edition else "empty", exit_code=0)
    return replace(
        done,
        edition_id=piece.edition.id if piece.edition else None,
        counts={
            **done.counts,
            "relevant": len(piece.found),
            "error": len(piece.unreadable),
            "published": 1 if piece.edition else 0,
        },
        llm=piece.written.llm,
        problems=(*done.problems, *piece.written.problems),
    )
