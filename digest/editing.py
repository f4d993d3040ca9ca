"""articles → stories → briefs → Edition, with what became of every article on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from digest.core import edition as editions
from digest.core import forgotten, memory, ranking, relevance, stories
from digest.errors import BriefError
from digest.grouping import Grouped, Grouping
from digest.judging import Answered, Judging, weighed
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
    Told,
    Window,
)
from digest.ports import Meter, Store
from digest.trail import Trail, off_topic
from digest.writing import Writing, Written, one_line

AGAIN = (EntryOutcome.REPEAT, EntryOutcome.DUPLICATE)
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
    per_company: int = 3
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
class Plan:
    """What an edition is to hold and why, before anything of it is written."""

    articles: list[Article]  # of the rolling window
    fresh: frozenset[str]  # ids of those that count for this edition
    grouped: Grouped
    judged: list[Judged]
    ranked: list[Ranked]  # every story in its place, repeats included
    leading: list[Ranked]
    short: list[Ranked]
    left_out: list[tuple[Ranked, EntryOutcome, str]]
    answered: Answered  # which articles of doubtful relevance are AI-industry news


@dataclass(frozen=True)
class Editing:
    """Turns what the store holds into one edition."""

    choices: Choices
    store: Store
    grouping: Grouping
    writing: Writing
    meter: Meter
    judging: Judging | None = None

    async def run(
        self,
        *,
        now: datetime,
        day: date,
        window: Window,
        earlier: Sequence[Edition],
        feeds: int,
        also_fresh: Collection[str] = (),
    ) -> Edited:
        """Return the edition of ``window``, held against the ``earlier`` ones, newest first.

        ``also_fresh`` are ids of articles that count for it whenever they were first seen.
        """
        began = self.meter.seconds()
        choices = self.choices
        plan = await self.plan(now=now, window=window, earlier=earlier, also_fresh=also_fresh)
        grouped_at = self.meter.seconds()
        written = await self.writing.run(plan.leading)
        plan = self._untranslated(plan, written)
        pieces = _pieces(plan.leading, written)
        lines, problems = self._lines(plan.short)
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
            counts=_counts(len(plan.fresh), feeds, pieces, lines),
        )
        for asked in (plan.answered, plan.grouped):
            for name, value in asked.llm.items():
                written.llm[name] += value
        printed = {p.id for p in pieces} | {b.story_id for b in lines}
        return Edited(
            edition,
            self.outcomes(plan, printed),
            written,
            [*plan.answered.problems, *plan.grouped.problems, *written.problems, *problems],
            relevant=sum(
                a.relevance >= relevance.THRESHOLD for a in plan.articles if a.id in plan.fresh
            ),
            stories=len(plan.judged),
            group_seconds=grouped_at - began,
            write_seconds=self.meter.seconds() - grouped_at,
        )

    async def plan(
        self,
        *,
        now: datetime,
        window: Window,
        earlier: Sequence[Edition],
        also_fresh: Collection[str] = (),
    ) -> Plan:
        """Return what the edition is to hold: grouped, judged and ranked. Nothing is written."""
        choices = self.choices
        articles = self.store.articles(seen_since=now - ROLLING, seen_until=now)
        waiting = self.store.waiting_articles() | set(also_fresh)
        fresh = frozenset(a.id for a in articles if memory.is_fresh(a, window.opens, waiting))
        articles, answered = await self._weighed(articles)
        usable = [a for a in articles if self.refusal(a) is None]
        past = self._remembered(usable, earlier)
        grouped = await self.grouping.run(usable, past)
        wanted = [s for s in grouped.stories if _is_news(s)]
        told = self._told(earlier, window)
        judged = memory.judge(wanted, told, fresh=fresh, memory=past)
        judged = [forgotten.without(j, past.traces) for j in judged]
        ranked = ranking.rank(judged, now=now, topics=choices.topics, earlier=earlier)
        leading, short, left_out = ranking.split(
            ranked,
            max_stories=choices.max_stories,
            max_briefs=choices.max_briefs,
            per_publisher=choices.per_publisher,
            per_company=choices.per_company,
            language=choices.language,
            translates=self.writing.model is not None,
        )
        return Plan(articles, fresh, grouped, judged, ranked, leading, short, left_out, answered)

    async def _weighed(self, articles: list[Article]) -> tuple[list[Article], Answered]:
        """Return the articles, those of doubtful relevance as the judge weighs them."""
        doubtful = [
            a for a in articles if relevance.doubtful(a.relevance) and self.refusal(a) is None
        ]
        if self.judging is None or not doubtful:
            return articles, Answered()
        doubtful.sort(key=lambda a: (abs(a.relevance - relevance.THRESHOLD), a.id))
        answered = await self.judging.relevance(doubtful)
        told = {a.id: weighed(a, answered) for a in doubtful}
        return [told.get(a.id, a) for a in articles], answered

    def _untranslated(self, plan: Plan, written: Written) -> Plan:
        """Return the plan with what leads in one line where the model did not translate it."""
        language = self.choices.language
        lines = [
            item
            for item in plan.leading
            if not ranking.readable(item.judged.story, language)
            and not written.by_model(item.judged.story.id)
        ]
        told = [item for item in plan.leading if item not in lines]
        return replace(plan, leading=told, short=[*lines, *plan.short]) if lines else plan

    def outcomes(self, plan: Plan, printed: Collection[str]) -> dict[str, EntryReport]:
        """Return what becomes of each article, by its id; ``printed``: ids of written stories."""
        trail = Trail({a.id: a for a in plan.articles})
        trail.of_stories(plan.leading, printed, EntryOutcome.PUBLISHED)
        trail.of_stories(plan.short, printed, EntryOutcome.BRIEF)
        for item, outcome, reason in plan.left_out:
            # What a repeat was told by before stays what it was: published, or in brief.
            repeat = outcome is EntryOutcome.REPEAT
            trail.of_story(item.judged.story, outcome, reason, only=plan.fresh if repeat else None)
        by_first = {e.article.id: j for j in plan.judged for e in j.story.evidence}
        members: dict[str, Judged] = {}
        for story in plan.grouped.stories:
            found = [by_first[e.article.id] for e in story.evidence if e.article.id in by_first]
            if found:
                members |= {a.id: found[0] for a in stories.reports(story)}
        trail.of_rest((a for a in plan.articles if a.id in plan.fresh), members, self.refusal)
        return trail.entries

    def _told(self, earlier: Sequence[Edition], window: Window) -> list[Told]:
        """Return what was told, each with the reports that came later and brought nothing new."""
        told = [t for e in earlier for t in memory.told_in(e)]
        joined = {
            story_id: frozenset(
                e.id
                for e in self.store.entries_of(story_id)
                if e.outcome in AGAIN and e.first_seen_at <= window.opens
            )
            for story_id in sorted({t.story_id for t in told})
        }
        return [replace(t, joined=joined[t.story_id]) for t in told]

    def refusal(self, article: Article) -> tuple[EntryOutcome, str] | None:
        """Return why an article may not be used in a story, or None."""
        if article.quality is Quality.CONSENT and not article.text:
            return EntryOutcome.CONSENT, article.note
        if article.quality is Quality.ERROR and not article.text:
            return EntryOutcome.ERROR, article.note
        word = relevance.muted(article.title, article.text, article.publisher, self.choices.mute)
        if word:
            return EntryOutcome.MUTED, f"you muted “{word}”"
        if article.relevance < relevance.DOUBT:
            return EntryOutcome.OFF_TOPIC, off_topic(article)
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
