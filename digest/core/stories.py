"""Articles → stories: which articles tell one event.

Average linkage on similarity, cut where two groups are no longer one story. Never single link:
it chains stories of one company into one heap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from digest.core import copies
from digest.core.similarity import alike, vectors
from digest.core.urls import identity
from digest.models import Article, Evidence, FeedKind, Quality, Story

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

CUT = 0.195  # average similarity below which two groups are two stories; see docs/decisions.md
COMMENTARY = 0.12  # an opinion piece is less like the reports than they are alike

_STANDING = {Quality.FULL: 0, Quality.FEED_ONLY: 1, Quality.TEASER: 2}


def group(articles: Iterable[Article], *, language: str) -> list[Story]:
    """Return the stories the articles tell, each at least one report, in a stable order.

    Evidence comes best source first: readable in ``language``, full text, trusted, early. Opinion
    is attached as commentary and discussion as links, to the story nearest to it; what is near to
    none is left out. The order of ``articles`` changes nothing.
    """
    ordered = sorted(articles, key=_order)
    rows = vectors(ordered)
    reporting = [
        i for i, a in enumerate(ordered) if not a.opinion and a.kind is not FeedKind.DISCUSSION
    ]
    members = _members(ordered, rows, reporting) if reporting else []
    attached = _attach(ordered, rows, members, set(reporting))
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
    articles: Sequence[Article], rows: csr_matrix, reporting: Sequence[int]
) -> list[list[int]]:
    """Return the reports of each story; a print of another's text goes where that one goes."""
    prints: dict[int, list[int]] = {}
    for index, original in enumerate(copies.originals([articles[i] for i in reporting])):
        prints.setdefault(reporting[original], []).append(reporting[index])
    told = sorted(prints)
    clusters = _clusters([articles[i] for i in told], rows[told])
    return sorted(sorted(i for n in cluster for i in prints[told[n]]) for cluster in clusters)


def _clusters(articles: Sequence[Article], rows: csr_matrix) -> list[list[int]]:
    """Average linkage, one connected component at a time.

    Components are taken at the cut itself: across two of them every pair is below it, so is every
    average, and linkage over all would never have joined them.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial.distance import squareform

    similarity = alike(rows, articles)
    _, labels = connected_components(csr_matrix(similarity >= CUT), directed=False)
    components: dict[int, list[int]] = {}
    for index, label in enumerate(labels):
        components.setdefault(int(label), []).append(index)
    found: list[list[int]] = []
    for component in components.values():
        if len(component) == 1:
            found.append(component)
            continue
        distance = 1 - similarity[component][:, component]
        distance[range(len(component)), range(len(component))] = 0
        tree = linkage(squareform(distance, checks=False), method="average")
        parts: dict[int, list[int]] = {}
        for index, part in zip(component, fcluster(tree, 1 - CUT, "distance"), strict=True):
            parts.setdefault(int(part), []).append(index)
        found.extend(parts.values())
    return sorted(found)


def _attach(
    articles: Sequence[Article], rows: csr_matrix, members: list[list[int]], reporting: set[int]
) -> list[list[int]]:
    """Give each opinion or discussion to the story it is most alike, or to none."""
    attached: list[list[int]] = [[] for _ in members]
    others = [i for i in range(len(articles)) if i not in reporting]
    if not members or not others:
        return attached
    similarity = alike(rows, articles)
    for i in others:
        best, near = max(
            (float(similarity[i, cluster].mean()), -k) for k, cluster in enumerate(members)
        )
        if best >= COMMENTARY:
            attached[-near].append(i)
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
