"""Today's stories against earlier editions: new, an update, or a repeat."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from digest.core.shingling import COPY, contained, shingles
from digest.core.text import content_words, sentences
from digest.core.traces import Shingles, facts_of, hashed, sample, shared, trace
from digest.core.urls import identity
from digest.models import Article, Edition, Judged, Source, Story, StoryStatus, Told, Trace

TOP = 4  # sentences of a report in which it says what is new: its title and the first three
LATE = timedelta(hours=48)  # between publication and first sight, for a feed that is slow
RETOLD = 0.6  # of a sentence's words stand in one told sentence
LOOKING_BACK = re.compile(
    r"\b(?:founded in|was founded|years? ago|last year|previously|earlier this year|background)\b",
    re.IGNORECASE,
)
ENOUGH = 2  # new facts that make an update; one more name is what a rewrite brings too


def told_in(edition: Edition) -> list[Told]:
    """Return what an edition told, its briefs included."""
    full = [
        Told(s.id, edition.id, edition.date, edition.generated_at, s.headline, _ids(s.sources))
        for s in edition.stories
    ]
    return full + [
        Told(b.story_id, edition.id, edition.date, edition.generated_at, b.text, _ids(b.sources))
        for b in edition.briefs
    ]


def printed_in(editions: Iterable[Edition]) -> dict[str, tuple[str, ...]]:
    """Return what editions printed from each article, by its id: the sentences that cite it."""
    found: dict[str, dict[str, None]] = {}
    for edition in editions:
        for story in edition.stories:
            parts = [story.lead, story.what_changed, story.disagreements]
            parts += [section.sentences for section in story.sections]
            told = [(s.text, s.cites) for part in parts for s in part]
            _note(found, story.sources, told)
        for brief in edition.briefs:
            _note(found, brief.sources, [(brief.text, brief.cites)])
    return {article_id: tuple(texts) for article_id, texts in found.items()}


@dataclass(frozen=True)
class Memory:
    """What is known of the articles told earlier, by their ids.

    Of one whose text is not stored any more there is a trace, and what was printed of it.
    """

    articles: Mapping[str, Article]
    traces: Mapping[str, Trace] = field(default_factory=dict)
    printed: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def facts(self, article_id: str) -> frozenset[str]:
        """Return the hashes of an article's facts."""
        article, kept = self.articles.get(article_id), self.traces.get(article_id)
        if article is not None and article.text:
            return trace(article).facts
        told = [article.title if article is not None else "", *self.printed.get(article_id, ())]
        return hashed(facts_of("\n".join(told))) | (kept.facts if kept else frozenset())

    def said(self, article_id: str) -> list[frozenset[str]]:
        """Return the sentences an article told, as the stems of their words."""
        article = self.articles.get(article_id)
        if article is not None and article.text:
            told = [article.title, *sentences(article.text)]
        else:
            told = [article.title] if article is not None else []
            told += self.printed.get(article_id, ())
        return [frozenset(content_words(sentence)) for sentence in told]


NOTHING = Memory({})


def judge(
    stories: Iterable[Story], told: Sequence[Told], *, fresh: Container[str], memory: Memory
) -> list[Judged]:
    """Return the stories with a ``fresh`` article (by id), held against what was told.

    A story that shares an article, or an article's text, with an earlier one is that story and
    keeps its id. It is an update when a report newer than the telling opens with facts (numbers,
    names) that no report told then had; else a repeat. An update keeps only its new reports as
    evidence. Where a told story has come apart, the part that shares most with it goes on as it;
    the others begin anew with what was not told.
    """
    wanted = [s for s in stories if any(a.id in fresh for a in _reports(s))]
    seen = _Seen(told, memory)
    found = {story.id: seen.of(story) for story in wanted}
    heirs = _heirs(found, told)
    return [_judge(s, found[s.id], told, memory, heirs) for s in wanted]


def is_fresh(article: Article, opens: datetime, waiting: Container[str]) -> bool:
    """Decide whether an article counts for an edition whose window opens then.

    It was first seen since, or no edition has judged it (``waiting``, ids), and was not published
    long before.
    """
    since = article.first_seen_at > opens or article.id in waiting
    return since and article.published_at > opens - LATE


class _Seen:
    """Knows told articles again, by themselves or by their text."""

    def __init__(self, told: Sequence[Told], memory: Memory) -> None:
        self._every = frozenset[str]().union(*(t.article_ids for t in told))
        articles = sorted(memory.articles.items())
        self._full = {i: shingles(a.text) for i, a in articles if a.text}
        self._sampled = {
            i: kept.shingles for i, kept in sorted(memory.traces.items()) if i not in self._full
        }

    def of(self, story: Story) -> frozenset[str]:
        """Return the ids of told articles that are in the story, themselves or as the same text."""
        found = {a.id for a in _reports(story)} & self._every
        for evidence in story.evidence:
            if evidence.article.id not in self._every:
                found |= self._copied(shingles(evidence.article.text))
        return frozenset(found)

    def _copied(self, own: Shingles) -> set[str]:
        found = {i for i, other in self._full.items() if contained(own, other) >= COPY}
        if self._sampled:
            part = sample(own)
            found |= {i for i, other in self._sampled.items() if shared(part, other) >= COPY}
        return found


def _heirs(seen: Mapping[str, frozenset[str]], told: Sequence[Told]) -> dict[str, str]:
    """Return, by the id of a told story, which of today's stories goes on as it."""
    heirs: dict[str, tuple[int, str]] = {}
    for story_id in sorted(seen):
        for telling in told:
            shared = len(telling.article_ids & seen[story_id])
            best = heirs.get(telling.story_id, (0, ""))
            if shared > best[0]:
                heirs[telling.story_id] = (shared, story_id)
    return {told_id: story_id for told_id, (_, story_id) in heirs.items()}


def _begun(story: Story, before: frozenset[str]) -> Judged:
    """Judge a part of a told story that another part goes on as: new with what was not told."""
    own = tuple(e for e in story.evidence if e.article.id not in before)
    key = "s-" + identity("story", *sorted(a.id for a in _reports(story)))[:12]
    if not own:
        reason = "told before, as a part of another story"
        return Judged(replace(story, id=key), StoryStatus.REPEAT, reason=reason)
    reason = "begins anew, apart from a story told before"
    return Judged(replace(story, id=key, evidence=own), StoryStatus.NEW, reason=reason)


def _judge(
    story: Story,
    seen: frozenset[str],
    told: Sequence[Told],
    memory: Memory,
    heirs: Mapping[str, str],
) -> Judged:
    tellings = [t for t in told if t.article_ids & seen]
    if not tellings:
        return Judged(story, StoryStatus.NEW, reason="not told before")
    if not any(heirs[t.story_id] == story.id for t in tellings):
        return _begun(story, seen)
    tellings = [t for t in tellings if heirs[t.story_id] == story.id]
    last = max(tellings, key=lambda t: (t.told_at, len(t.article_ids & seen), t.story_id))
    same = [t for t in tellings if t.story_id == last.story_id]
    before = frozenset().union(*(t.article_ids for t in tellings))
    facts = frozenset[str]().union(*(memory.facts(i) for i in before))
    said = [stems for i in sorted(before) for stems in memory.said(i)]
    fresh, news = [], []
    for evidence in story.evidence:
        article = evidence.article
        if article.id in seen or article.published_at <= last.told_at:
            continue
        found = _news(article, facts, said)
        if found:
            fresh.append(evidence)
            news += [sentence for sentence in found if sentence not in news]
    first = min(same, key=lambda t: t.told_at)
    continued = replace(story, id=first.story_id)
    if not fresh:
        reason = f"told on {last.date.isoformat()}, and no report since has a new fact"
        return Judged(continued, StoryStatus.REPEAT, last, reason=reason)
    rest = tuple(
        e
        for e in story.evidence
        if e not in fresh and e.article.id not in seen and e.article.published_at > last.told_at
    )
    return Judged(
        replace(continued, evidence=tuple(fresh) + rest),
        StoryStatus.UPDATE,
        last,
        news=tuple(news),
        reason=f"told on {last.date.isoformat()}; new since: {len(news)} sentences with new facts",
    )


def _news(article: Article, facts: frozenset[str], said: Sequence[frozenset[str]]) -> list[str]:
    """Return the opening sentences of a report with facts not in ``facts``, if enough have them.

    ``facts`` are hashes. A sentence that retells a told one (``said``: their stems) brings no news
    by a detail more, nor does one that looks back.
    """
    opening = [article.title, *sentences(article.text)[: TOP - 1]]
    new = {}
    for sentence in opening:
        stems = frozenset(content_words(sentence))
        retold = any(len(stems & other) >= RETOLD * len(stems) for other in said)
        back = LOOKING_BACK.search(sentence) is not None
        new[sentence] = frozenset[str]() if retold or back else hashed(facts_of(sentence)) - facts
    if len(frozenset[str]().union(*new.values())) < ENOUGH:
        return []
    return [sentence for sentence in opening[1:] if new[sentence]]


def _reports(story: Story) -> list[Article]:
    return [a for e in story.evidence for a in (e.article, *e.copies)]


def _ids(sources: Iterable[Source]) -> frozenset[str]:
    return frozenset(source.article_id for source in sources)


def _note(
    found: dict[str, dict[str, None]],
    sources: Iterable[Source],
    told: Iterable[tuple[str, tuple[int, ...]]],
) -> None:
    by_number = {source.n: source.article_id for source in sources}
    for text, cites in told:
        for n in cites:
            if n in by_number:
                found.setdefault(by_number[n], {})[text] = None
