"""Articles → stories: which articles tell one event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from digest.core import candidates, copies, linkage
from digest.core.similarity import CLIP, Meaning, Traits, log_odds, traits
from digest.core.urls import identity
from digest.models import Article, Evidence, FeedKind, Quality, Story

COMMENTARY: Final = -3.0  # mean log-odds; an opinion piece is less like the reports than they are

Pair = frozenset[str]  # two articles' ids
NO_VERDICTS: Final[Mapping[Pair, bool]] = {}

_STANDING = {Quality.FULL: 0, Quality.FEED_ONLY: 1, Quality.TEASER: 2}


def group(
    articles: Iterable[Article],
    *,
    language: str,
    meaning: Meaning | None = None,
    verdicts: Mapping[Pair, bool] = NO_VERDICTS,
) -> list[Story]:
    """Return the stories the articles tell, each at least one report, in a stable order.

    Evidence comes best source first: readable in ``language``, full text, trusted, early. Opinion
    is attached as commentary and discussion as links, to the story nearest to it; what is near to
    none is left out. ``verdicts`` say of doubtful pairs whether they tell one event. The order of
    ``articles`` changes nothing.
    """
    ordered = sorted(articles, key=_order)
    known = traits(ordered, meaning)
    reporting = [
        i for i, a in enumerate(ordered) if not a.opinion and a.kind is not FeedKind.DISCUSSION
    ]
    members = _members(ordered, known, reporting, verdicts) if reporting else []
    attached = _attach(ordered, known, members, set(reporting))
    return [
        _story([ordered[i] for i in cluster], [ordered[i] for i in attached[k]], language)
        for k, cluster in enumerate(members)
    ]


def reports(story: Story) -> list[Article]:
    """Return every report of a story, copies included."""
    return [a for e in story.evidence for a in (e.article, *e.copies)]


def _order(article: Article) -> tuple[object, ...]:
    return (article.published_at, article.id)


def _members(
    articles: Sequence[Article],
    known: Traits,
    reporting: Sequence[int],
    verdicts: Mapping[Pair, bool],
) -> list[list[int]]:
    """Return the reports of each story; a print of another's text goes where that one goes."""
    import numpy as np

    prints: dict[int, list[int]] = {}
    for index, original in enumerate(copies.originals([articles[i] for i in reporting])):
        prints.setdefault(reporting[original], []).append(reporting[index])
    told = np.array(sorted(prints), dtype=np.int64)
    first, second = candidates.pairs(known, told)
    odds = log_odds(known, told[first], told[second])
    if verdicts:
        for n, (a, b) in enumerate(zip(told[first], told[second], strict=True)):
            same = verdicts.get(frozenset((articles[a].id, articles[b].id)))
            if same is not None:
                odds[n] = CLIP if same else -CLIP
    clusters = linkage.groups(len(told), first, second, odds)
    return sorted(sorted(i for n in cluster for i in prints[int(told[n])]) for cluster in clusters)


def _attach(
    articles: Sequence[Article], known: Traits, members: list[list[int]], reporting: set[int]
) -> list[list[int]]:
    """Give each opinion or discussion to the story it is most alike, or to none."""
    import numpy as np

    attached: list[list[int]] = [[] for _ in members]
    others = [i for i in range(len(articles)) if i not in reporting]
    if not members or not others:
        return attached
    everyone = np.concatenate([np.array(cluster, dtype=np.int64) for cluster in members])
    starts = np.cumsum([0, *(len(cluster) for cluster in members)])[:-1]
    sizes = np.array([len(cluster) for cluster in members])
    for i in others:
        odds = log_odds(known, np.full(len(everyone), i, dtype=np.int64), everyone)
        mean = np.add.reduceat(odds, starts) / sizes
        best = int(mean.argmax())
        if mean[best] >= COMMENTARY:
            attached[best].append(i)
    return attached


def _story(told: list[Article], others: list[Article], language: str) -> Story:
    evidence = copies.folded(sorted(told, key=lambda a: _rank(a, language)))
    first = min(told, key=_order)
    publishers = sorted({e.article.publisher for e in evidence})
    reasons = (
        [f"{len(evidence)} reports from {', '.join(publishers)} share their words and their hours"]
        if len(evidence) > 1
        else []
    )
    reasons += [carried for e in evidence if (carried := _carried(e))]
    return Story(
        id="s-" + identity("story", first.id)[:12],
        evidence=tuple(evidence),
        commentary=tuple(a for a in others if a.opinion and a.kind is FeedKind.NEWS),
        links=tuple(a for a in others if a.kind is FeedKind.DISCUSSION),
        reasons=tuple(reasons),
    )


def _carried(evidence: Evidence) -> str:
    """Return which other sites print a report's text, in words, "" where none does."""
    told = evidence.article
    names = sorted({c.publisher for c in evidence.copies if c.domain != told.domain})
    if not names:
        return ""
    verb = "carries" if len(names) == 1 else "carry"
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{listed} {verb} {told.publisher}’s text"


def _rank(article: Article, language: str) -> tuple[object, ...]:
    foreign = bool(article.language) and article.language != language
    return (foreign, _STANDING.get(article.quality, 3), -article.trust, *_order(article))
