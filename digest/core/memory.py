"""Today's stories against earlier editions: new, an update, or a repeat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from digest.core.facts import names, numbers
from digest.core.text import sentences
from digest.models import Article, Edition, Judged, Source, Story, StoryStatus, Told

TOP = 4  # sentences of a report in which it says what is new: its title and the first three
LATE = timedelta(hours=48)  # between publication and first sight, for a feed that is slow
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


def judge(
    stories: Iterable[Story],
    told: Sequence[Told],
    *,
    opens: datetime,
    known: Mapping[str, Article],
) -> list[Judged]:
    """Return the stories with something fresh since ``opens``, held against what was told.

    A story that shares an article with an earlier one is that story and keeps its id. It is an
    update when a report newer than the telling opens with facts (numbers, names) that no report
    told then had; else a repeat. An update keeps only its new reports as evidence. ``known`` maps
    the ids of articles told earlier to the articles.
    """
    judged = []
    for story in stories:
        if any(is_fresh(a, opens) for a in _reports(story)):
            judged.append(_judge(story, told, known))
    return judged


def is_fresh(article: Article, opens: datetime) -> bool:
    """Decide whether an article counts for an edition whose window opens then.

    By when it was first seen; but one that a search dug up long after it was published does not.
    """
    return article.first_seen_at > opens and article.published_at > opens - LATE


def _judge(story: Story, told: Sequence[Told], known: Mapping[str, Article]) -> Judged:
    ids = {a.id for a in _reports(story)}
    tellings = [t for t in told if t.article_ids & ids]
    if not tellings:
        return Judged(story, StoryStatus.NEW, reason="not told before")
    last = max(tellings, key=lambda t: (t.told_at, len(t.article_ids & ids), t.story_id))
    same = [t for t in tellings if t.story_id == last.story_id]
    before = frozenset().union(*(t.article_ids for t in tellings))
    base = _facts(known[i] for i in sorted(before) if i in known)
    fresh, news = [], []
    for evidence in story.evidence:
        article = evidence.article
        if article.id in before or article.published_at <= last.told_at:
            continue
        found = _news(article, base)
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
        if e not in fresh and e.article.id not in before and e.article.published_at > last.told_at
    )
    return Judged(
        replace(continued, evidence=tuple(fresh) + rest),
        StoryStatus.UPDATE,
        last,
        news=tuple(news),
        reason=f"told on {last.date.isoformat()}; new since: {len(news)} sentences with new facts",
    )


def _news(article: Article, base: frozenset[str]) -> list[str]:
    """Return the opening sentences of a report that hold facts not in ``base``, if enough do."""
    opening = [article.title, *sentences(article.text)[: TOP - 1]]
    new = {sentence: _facts_of(sentence) - base for sentence in opening}
    if len(frozenset().union(*new.values())) < ENOUGH:
        return []
    return [sentence for sentence in opening[1:] if new[sentence]]


def _facts(articles: Iterable[Article]) -> frozenset[str]:
    return frozenset().union(*(_facts_of(f"{a.title}\n{a.text}") for a in articles))


def _facts_of(text: str) -> frozenset[str]:
    return numbers(text) | frozenset(name.casefold() for name in names(text))


def _reports(story: Story) -> list[Article]:
    return [a for e in story.evidence for a in (e.article, *e.copies)]


def _ids(sources: Iterable[Source]) -> frozenset[str]:
    return frozenset(source.article_id for source in sources)
