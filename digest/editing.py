"""articles → stories → briefs → Edition, with what became of every article on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from digest.core import edition as editions
from digest.core import forgotten, memory, ranking, relevance, stories
from digest.errors import BriefError
from digest.grouping import Grouping
from digest.models import (
    Article,
    Edition,
    EditionBrief,
    EditionStory,
    EntryOutcome,
    EntryReport,
    Judged,
    Problem,
    Quality,
    Ranked,
    Story,
    StoryStatus,
    Window,
)
from digest.ports import Meter, Store
from digest.writing import Writing, Written, one_line

ROLLING = timedelta(days=4)  # articles are grouped this far back, so a follow-up finds its story


@dataclass(frozen=True)
class Choices:
    """What an edition should be: the user's choices as plain values."""

    name: str
    title: str
    language: str
    timezone: str
    window: timedelta = timedelta(hours=24)
    max_stories: int = 8
    max_briefs: int = 12
    per_publisher: int = 3
    topics: Sequence[str] = ()
    mute: Sequence[str] = ()
    note_when_empty: bool = False


@dataclass
class Edited:
    """An edition, and how it came about."""

    edition: Edition
    entries: dict[str, EntryReport] = field(default_factory=dict)  # by entry id
    written: Written = field(default_factory=Written)
    problems: list[Problem] = field(default_factory=list)
    relevant: int = 0
    stories: int = 0
    group_seconds: float = 0.0
    write_seconds: float = 0.0


@dataclass(frozen=True)
class Editing:
    """Turns what the store holds into one edition."""

    choices: Choices
    store: Store
    grouping: Grouping
    writing: Writing
    meter: Meter

    async def run(
        self, *, now: datetime, day: date, window: Window, earlier: Sequence[Edition], feeds: int
    ) -> Edited:
        """Return the edition of ``window``, held against the ``earlier`` ones, newest first."""
        began = self.meter.seconds()
        choices = self.choices
        articles = self.store.articles(seen_since=now - ROLLING, seen_until=now)
        waiting = self.store.waiting_articles()
        fresh = {a.id for a in articles if memory.is_fresh(a, window.opens, waiting)}
        usable = [a for a in articles if self._refusal(a) is None]
        past = self._remembered(usable, earlier)
        grouped = await self.grouping.run(usable, past)
        wanted = [s for s in grouped.stories if _is_news(s)]
        told = [t for e in earlier for t in memory.told_in(e)]
        judged = memory.judge(wanted, told, fresh=fresh, memory=past)
        judged = [forgotten.without(j, past.traces) for j in judged]
        ranked = ranking.rank(judged, now=now, topics=choices.topics)
        leading, short, left_out = ranking.split(
            ranked,
            max_stories=choices.max_stories,
            max_briefs=choices.max_briefs,
            per_publisher=choices.per_publisher,
            language=choices.language,
        )
        grouped_at = self.meter.seconds()
        written = await self.writing.run(leading)
        pieces = _pieces(leading, written)
        lines, problems = self._lines(short)
        edition = editions.assemble(
            name=choices.name,
            title=choices.title,
            timezone=choices.timezone,
            language=choices.language,
            day=day,
            now=now,
            window=window,
            stories=pieces,
            briefs=lines,
            counts=_counts(len(fresh), feeds, pieces, lines),
        )
        seen = [a for a in articles if a.id in fresh]
        trail = _Trail({a.id: a for a in articles})
        trail.of_stories(leading, {p.id for p in pieces}, EntryOutcome.PUBLISHED)
        trail.of_stories(short, {b.story_id for b in lines}, EntryOutcome.BRIEF)
        for item, outcome, reason in left_out:
            trail.of_story(item.judged.story, outcome, reason)
        by_first = {e.article.id: j for j in judged for e in j.story.evidence}
        members = {
            a.id: by_first[e.article.id]
            for story in grouped.stories
            for e in story.evidence
            if e.article.id in by_first
            for a in stories.reports(story)
        }
        trail.of_rest(seen, members, self._refusal)
        return Edited(
            edition,
            trail.entries,
            written,
            [*grouped.problems, *written.problems, *problems],
            relevant=sum(a.relevance >= relevance.THRESHOLD for a in seen),
            stories=len(judged),
            group_seconds=grouped_at - began,
            write_seconds=self.meter.seconds() - grouped_at,
        )

    def _refusal(self, article: Article) -> tuple[EntryOutcome, str] | None:
        """Return why an article may not be used in a story, or None."""
        if article.quality is Quality.CONSENT and not article.text:
            return EntryOutcome.CONSENT, article.note
        if article.quality is Quality.ERROR and not article.text:
            return EntryOutcome.ERROR, article.note
        word = relevance.muted(article.title, article.text, article.publisher, self.choices.mute)
        if word:
            return EntryOutcome.MUTED, f"you muted “{word}”"
        if article.relevance < relevance.DOUBT:
            return EntryOutcome.OFF_TOPIC, _off_topic(article)
        return None

    def _remembered(self, usable: Sequence[Article], earlier: Sequence[Edition]) -> memory.Memory:
        """Return what is known of the articles told earlier, and of those here without a text."""
        ids = {i for e in earlier for t in memory.told_in(e) for i in t.article_ids}
        told = {a.id: a for a in self.store.articles_by_id(ids)}
        textless = {a.id for a in usable if not a.text}
        traces = self.store.traces(textless | {i for i in ids if i not in told or not told[i].text})
        return memory.Memory(told, traces, memory.printed_in(earlier))

    def _lines(self, short: Iterable[Ranked]) -> tuple[list[EditionBrief], list[Problem]]:
        lines, problems = [], []
        for item in short:
            try:
                lines.append(one_line(item, self.choices.language))
            except BriefError as error:
                subject = item.judged.story.evidence[0].article.title
                problems.append(Problem("write", subject, str(error)))
        return lines, problems


def _is_news(story: Story) -> bool:
    """Decide whether a story is AI-industry news: one clear report carries the doubtful ones."""
    return max(a.relevance for a in stories.reports(story)) >= relevance.THRESHOLD


def _off_topic(article: Article) -> str:
    return f"not AI-industry news (relevance {article.relevance:.2f})"


def _pieces(leading: Iterable[Ranked], written: Written) -> list[EditionStory]:
    told = [item for item in leading if item.judged.story.id in written.briefs]
    return [
        editions.edition_story(item, written.briefs[item.judged.story.id], place)
        for place, item in enumerate(told, 1)
    ]


def _counts(
    read: int,
    feeds: int,
    pieces: Sequence[EditionStory],
    lines: Sequence[EditionBrief],
) -> dict[str, int]:
    used = {s.publisher for piece in pieces for s in piece.sources}
    used |= {s.publisher for line in lines for s in line.sources}
    return {
        "feeds": feeds,
        "articles": read,
        "publishers": len(used),
        "stories": len(pieces),
        "briefs": len(lines),
    }


@dataclass
class _Trail:
    """What became of each article, by its id."""

    articles: dict[str, Article]
    entries: dict[str, EntryReport] = field(default_factory=dict)

    def of_stories(
        self, ranked: Iterable[Ranked], printed: set[str], outcome: EntryOutcome
    ) -> None:
        for item in ranked:
            story = item.judged.story
            if story.id in printed:
                update = item.judged.status is StoryStatus.UPDATE
                why = item.judged.reason if update else "; ".join(story.reasons)
                self.of_story(story, outcome, why or "told by this source alone")
            else:
                self.of_story(story, EntryOutcome.ERROR, "the story could not be written")

    def of_story(self, story: Story, outcome: EntryOutcome, reason: str) -> None:
        printed = outcome in (EntryOutcome.PUBLISHED, EntryOutcome.BRIEF)
        for evidence in story.evidence:
            article = evidence.article
            if printed and article.quality is Quality.TEASER:
                self._say(
                    article, EntryOutcome.TEASER, story.id, f"{article.note}; used, and labelled"
                )
            else:
                self._say(article, outcome, story.id, reason)
            for copy in evidence.copies:
                why = f"the same text as {article.publisher}’s; printed once"
                self._say(copy, EntryOutcome.DUPLICATE, story.id, why)
        for article in story.commentary:
            self._say(article, EntryOutcome.COMMENTARY, story.id, "opinion: linked, not evidence")
        for article in story.links:
            self._say(
                article, EntryOutcome.COMMENTARY, story.id, "a discussion: linked, not evidence"
            )

    def of_rest(
        self,
        seen: Iterable[Article],
        told: dict[str, Judged],
        refusal: Callable[[Article], tuple[EntryOutcome, str] | None],
    ) -> None:
        """Say what became of the articles in no story: refused, late to one, or near to none."""
        for article in seen:
            if article.id in self.entries:
                continue
            refused = refusal(article)
            if refused is not None:
                self._say(article, refused[0], None, refused[1])
            elif article.relevance < relevance.THRESHOLD and article.id not in told:
                self._say(article, EntryOutcome.OFF_TOPIC, None, _off_topic(article))
            elif article.id in told:
                story_id = told[article.id].story.id
                why = "adds no new fact to a story told before"
                self._say(article, EntryOutcome.REPEAT, story_id, why)
            else:
                why = "opinion or discussion about no story of this edition"
                self._say(article, EntryOutcome.COMMENTARY, None, why)

    def _say(
        self, article: Article, outcome: EntryOutcome, story_id: str | None, reason: str
    ) -> None:
        self.entries[article.id] = EntryReport(
            article.url, article.feed_url, outcome, story_id, reason
        )
