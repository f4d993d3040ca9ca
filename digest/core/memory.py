"""Today's stories against earlier editions: new, an update, or a repeat."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from digest.core.facts import names, numbers
from digest.core.similarity import COPY, contained, shingles
from digest.core.text import content_words, sentences
from digest.core.urls import identity
from digest.models import Article, Edition, Judged, Source, Story, StoryStatus, Told

TOP = 4  # sentences of a report in which it says what is new: its title and the first three
LATE = timedelta(hours=48)  # between publication and first sight, for a feed that is slow
RETOLD = 0.6  # of a sentence's words stand in one told sentence
LOOKING_BACK = re.compile(
    r"\b(?:founded in|was founded|years? ago|last year|previously|earlier this year|background)\b",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?:19|20)\d\d")
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
    fresh: Container[str],
    known: Mapping[str, Article],
) -> list[Judged]:
    """Return the stories with a ``fresh`` article (by id), held against what was told.

    A story that shares an article, or an article's text, with an earlier one is that story and
    keeps its id. It is an update when a report newer than the telling opens with facts (numbers,
    names) that no report told then had; else a repeat. An update keeps only its new reports as
    evidence. Where a told story has come apart, the part that shares most with it goes on as it;
    the others begin anew with what was not told. ``known`` maps the ids of articles told earlier
    to the articles.
    """
    shingled = {i: shingles(a.text) for i, a in sorted(known.items()) if a.text}
    wanted = [s for s in stories if any(a.id in fresh for a in _reports(s))]
    seen = {story.id: _seen(story, told, shingled) for story in wanted}
    heirs = _heirs(seen, told)
    return [_judge(s, seen[s.id], told, known, heirs) for s in wanted]


def is_fresh(article: Article, opens: datetime, waiting: Container[str]) -> bool:
    """Decide whether an article counts for an edition whose window opens then.

    It was first seen since, or no edition has judged it (``waiting``, ids), and was not published
    long before.
    """
    since = article.first_seen_at > opens or article.id in waiting
    return since and article.published_at > opens - LATE


def _seen(
    story: Story, told: Sequence[Told], shingled: Mapping[str, frozenset[tuple[str, ...]]]
) -> frozenset[str]:
    """Return the ids of told articles that are in the story, themselves or as the same text."""
    every = frozenset[str]().union(*(t.article_ids for t in told))
    found = {a.id for a in _reports(story)} & every
    for evidence in story.evidence:
        if evidence.article.id not in every:
            own = shingles(evidence.article.text)
            found |= {i for i, other in shingled.items() if contained(own, other) >= COPY}
    return frozenset(found)


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
    known: Mapping[str, Article],
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
    base = [known[i] for i in sorted(before) if i in known]
    facts = _facts(base)
    said = [frozenset(content_words(s)) for a in base for s in (a.title, *sentences(a.text))]
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

    A sentence that retells a told one (``said``: their stems) brings no news by a detail more,
    nor does one that looks back.
    """
    opening = [article.title, *sentences(article.text)[: TOP - 1]]
    new = {}
    for sentence in opening:
        stems = frozenset(content_words(sentence))
        retold = any(len(stems & other) >= RETOLD * len(stems) for other in said)
        back = LOOKING_BACK.search(sentence) is not None
        new[sentence] = frozenset[str]() if retold or back else _facts_of(sentence) - facts
    if len(frozenset[str]().union(*new.values())) < ENOUGH:
        return []
    return [sentence for sentence in opening[1:] if new[sentence]]


def _facts(articles: Iterable[Article]) -> frozenset[str]:
    return frozenset().union(*(_facts_of(f"{a.title}\n{a.text}") for a in articles))


def _facts_of(text: str) -> frozenset[str]:
    figures = {number for number in numbers(text) if not YEAR.fullmatch(number)}
    return frozenset(figures) | frozenset(name.casefold() for name in names(text))


def _reports(story: Story) -> list[Article]:
    return [a for e in story.evidence for a in (e.article, *e.copies)]


def _ids(sources: Iterable[Source]) -> frozenset[str]:
    return frozenset(source.article_id for source in sources)
