"""Today's stories against earlier editions: new, an update, or a repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from digest.core import events
from digest.core.newness import Known, measures, moment, opening, telling_figures
from digest.core.shingling import COPY, contained, shingles
from digest.core.text import content_words, sentences
from digest.core.traces import Shingles, facts_of, hashed, sample, shared, trace
from digest.core.urls import identity
from digest.models import Article, Edition, Judged, Source, Story, StoryStatus, Told, Trace

LATE = timedelta(hours=48)  # between publication and first sight, for a feed that is slow
SAME_FIGURES = 4  # exact sums, shares and large numbers: a text that has these of a told one
FIGURES = 0.8  # and they are most of its own: then it tells the same event again


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
    """Return by the id of each cited article the sentences that editions printed of its story."""
    found: dict[str, dict[str, None]] = {}
    for edition in editions:
        for story in edition.stories:
            parts = [story.lead, story.what_changed, story.disagreements]
            parts += [section.sentences for section in story.sections]
            _note(found, story.sources, [s.text for part in parts for s in part])
        for brief in edition.briefs:
            _note(found, brief.sources, [brief.text])
    return {article_id: tuple(texts) for article_id, texts in found.items()}


@dataclass(frozen=True)
class Memory:
    """What is known of the articles told earlier, by their ids.

    Of one whose text is not stored any more there is a trace, and what was printed of its story.
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
    keeps its id; so it is where it shares a report that was left out since as a repeat. It is an
    update when a report newer than the telling opens with facts (numbers, names, how far a matter
    has come) that no report told then had; else a repeat. An update keeps only the reports of what
    is new as evidence. Where two told stories have become one, it goes on as the one told last.
    Where one has come apart, the part that shares most with it goes on as it; another begins anew
    with what was not told, if that has new facts.
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
    """Knows told articles again: by themselves, by their text, or by nearly all of its figures."""

    def __init__(self, told: Sequence[Told], memory: Memory) -> None:
        self._every = frozenset[str]().union(*(_members(t) for t in told))
        self._told = [a for i, a in sorted(memory.articles.items()) if a.text]
        self._full = {a.id: shingles(a.text) for a in self._told}
        self._traces = {i: t for i, t in sorted(memory.traces.items()) if i not in self._full}

    def of(self, story: Story) -> frozenset[str]:
        """Return the ids of told articles that are in the story, themselves or told once more."""
        found = {a.id for a in _reports(story)} & self._every
        for evidence in story.evidence:
            if evidence.article.id not in self._every:
                found |= self._copied(shingles(evidence.article.text))
                found |= self._retold(evidence.article)
        return frozenset(found & self._every)

    def _copied(self, own: Shingles) -> set[str]:
        found = {i for i, other in self._full.items() if contained(own, other) >= COPY}
        if self._traces:
            part = sample(own)
            found |= {i for i, t in self._traces.items() if shared(part, t.shingles) >= COPY}
        return found

    def _retold(self, article: Article) -> set[str]:
        own = _figures(article)
        least = max(SAME_FIGURES, FIGURES * len(own))
        if len(own) < least:
            return set()
        count = Counter(i for figure in own for i in self._holders.get(figure, ()))
        return {i for i, shared_figures in count.items() if shared_figures >= least}

    @cached_property
    def _holders(self) -> dict[str, list[str]]:
        """Return by fact, as its hash, the told articles that have it."""
        holders: dict[str, list[str]] = {}
        facts = [(a.id, _figures(a)) for a in self._told]
        facts += [(i, kept.facts) for i, kept in self._traces.items()]
        for article_id, hashes in facts:
            for each in hashes:
                holders.setdefault(each, []).append(article_id)
        return holders


def _figures(article: Article) -> frozenset[str]:
    return hashed(telling_figures(f"{article.title}\n{article.text}"))


def _heirs(seen: Mapping[str, frozenset[str]], told: Sequence[Told]) -> dict[str, str]:
    """Return, by the id of a told story, which of today's stories goes on as it."""
    heirs: dict[str, tuple[int, str]] = {}
    for story_id in sorted(seen):
        for telling in told:
            shared = len(_members(telling) & seen[story_id])
            best = heirs.get(telling.story_id, (0, ""))
            if shared > best[0]:
                heirs[telling.story_id] = (shared, story_id)
    return {told_id: story_id for told_id, (_, story_id) in heirs.items()}


def _begun(story: Story, before: frozenset[str], known: Known) -> Judged:
    """Judge a part of a told story that another part goes on as: new by what has new facts."""
    own = tuple(e for e in story.evidence if e.article.id not in before)
    key = "s-" + identity("story", *sorted(a.id for a in _reports(story)))[:12]
    if not any(known.news(e.article) for e in own):
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
    tellings = [t for t in told if _members(t) & seen]
    if not tellings:
        return Judged(story, StoryStatus.NEW, reason="not told before")
    known = _known(tellings, memory)
    if not any(heirs[t.story_id] == story.id for t in tellings):
        return _begun(story, seen, known)
    tellings = [t for t in tellings if heirs[t.story_id] == story.id]
    last = max(tellings, key=lambda t: (t.told_at, len(_members(t) & seen), t.story_id))
    first = min((t for t in tellings if t.story_id == last.story_id), key=lambda t: t.told_at)
    continued = replace(story, id=first.story_id)
    since = [
        e for e in story.evidence if e.article.id not in seen and moment(e.article) > last.told_at
    ]
    found = {e.article.id: news for e in since if (news := known.news(e.article))}
    if not found:
        reason = f"told on {last.date.isoformat()}, and no report since has a new fact"
        return Judged(continued, StoryStatus.REPEAT, last, reason=reason)
    fresh = [e for e in since if e.article.id in found]
    new = frozenset[str]().union(*(known.unknown(e.article) for e in fresh))
    also = [e for e in since if e not in fresh and known.unknown(e.article) & new]
    news = tuple(dict.fromkeys(sentence for e in fresh for sentence in found[e.article.id]))
    return Judged(
        replace(continued, evidence=(*fresh, *also)),
        StoryStatus.UPDATE,
        last,
        news=news,
        reason=f"told on {last.date.isoformat()}; new since: “{news[0]}”",
    )


def _known(tellings: Iterable[Told], memory: Memory) -> Known:
    """Return what editions told, by what they and the reports they cite say."""
    ids = sorted(frozenset[str]().union(*(t.article_ids for t in tellings)))
    articles = [memory.articles[i] for i in ids if i in memory.articles]
    openings = [line for article in articles for line in opening(article)]
    openings += [line for i in ids for line in memory.printed.get(i, ())]
    return Known(
        facts=frozenset[str]().union(*(memory.facts(i) for i in ids)),
        figures=measures([*openings, *(a.text for a in articles)]),
        stages=frozenset[str]().union(*map(events.stages, openings)),
        said=tuple(stems for i in ids for stems in memory.said(i)),
    )


def _members(told: Told) -> frozenset[str]:
    return told.article_ids | told.joined


def _reports(story: Story) -> list[Article]:
    return [a for e in story.evidence for a in (e.article, *e.copies)]


def _ids(sources: Iterable[Source]) -> frozenset[str]:
    return frozenset(source.article_id for source in sources)


def _note(
    found: dict[str, dict[str, None]], sources: Iterable[Source], told: Iterable[str]
) -> None:
    texts = dict.fromkeys(told)
    for article_id in _ids(sources):
        found.setdefault(article_id, {}).update(texts)
