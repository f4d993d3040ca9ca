"""Articles → stories: which articles tell one event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from digest.core import candidates, copies, genre, linkage
from digest.core import window as windows
from digest.core.genre import Genre
from digest.core.rarity import idf
from digest.core.similarity import CLIP
from digest.core.text import content_words
from digest.core.traits import Meaning, traits
from digest.core.urls import identity
from digest.core.window import NO_VERDICTS as NO_VERDICTS
from digest.core.window import Pair as Pair
from digest.core.window import Window
from digest.models import Article, Evidence, Quality, Story

# Mean log-odds. Of the 41 opinion pieces of ai_stories_dev 33 are attached so by words, 24 to their
# story; from -2 on 26, 20 of them to theirs.
COMMENTARY: Final = -3.0
SURE: Final = 0.0  # join value from which a judge need not be asked
DOUBT: Final = -3.0  # and below which not either
_HOURS: Final = timedelta(hours=12)  # between the first and the last that came within hours
_NAMED: Final = 5  # publishers and words that a reason names

_STANDING = {Quality.FULL: 0, Quality.FEED_ONLY: 1, Quality.TEASER: 2}


@dataclass(frozen=True)
class Doubt:
    """Two groups of reports that may tell one event: their ids, the earliest first."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    value: float  # what linkage would join them by


def group(
    articles: Iterable[Article],
    *,
    language: str,
    meaning: Meaning | None = None,
    verdicts: Mapping[Pair, bool] = NO_VERDICTS,
) -> list[Story]:
    """Return the stories the articles tell, each at least one report, in a stable order.

    Evidence comes best source first: readable in ``language``, full text, trusted, early. Opinion
    and round-ups are attached as commentary and discussion as links, to the story nearest to them;
    what is near to none is left out. ``verdicts`` say of doubtful pairs whether they tell one
    event. The order of ``articles`` changes nothing.
    """
    return told(added(windows.opened(), list(articles), meaning, verdicts), language)


def added(
    window: Window,
    articles: Sequence[Article],
    meaning: Meaning | None = None,
    verdicts: Mapping[Pair, bool] = NO_VERDICTS,
) -> Window:
    """Return a window with articles added; as if all had been grouped at once, but sooner."""
    reporting = [genre.of(a) in genre.CLUSTERED for a in articles]
    return windows.extended(window, articles, reporting, meaning, verdicts)


def told(window: Window, language: str) -> list[Story]:
    """Return the stories that a window's articles tell, as ``group`` does."""
    members = window.groups()
    attached = _attached(window, members)
    articles = window.articles
    return [
        _story([articles[i] for i in cluster], [articles[i] for i in attached.get(k, ())], language)
        for k, cluster in enumerate(members)
    ]


def doubtful(articles: Iterable[Article], *, meaning: Meaning | None = None) -> list[Doubt]:
    """Return the groups of reports that a judge should be asked about, the most doubtful first.

    What is surely one event is joined first, so that a question is about two groups, not about
    each pair of their reports.
    """
    import numpy as np

    ordered = sorted(articles, key=lambda a: (a.published_at, a.id))
    known = traits(ordered, meaning)
    prints = windows.prints_of(ordered, [genre.of(a) in genre.CLUSTERED for a in ordered], known)
    nodes = np.array(sorted(prints), dtype=np.int64)
    first, second, odds = candidates.pairs(known, nodes)
    group = linkage.firsts(len(ordered), first, second, odds, cut=SURE)
    one, other, value = linkage.between(group, np.bincount(group[nodes]), first, second, odds)
    members: dict[int, list[int]] = {}
    for node in nodes.tolist():
        members.setdefault(int(group[node]), []).extend(prints[node])
    ids = {n: tuple(ordered[i].id for i in sorted(held)) for n, held in members.items()}
    asked = np.flatnonzero((value >= DOUBT) & (value < SURE))
    near = asked[np.argsort(np.abs(value[asked] - linkage.CUT), kind="stable")].tolist()
    return [Doubt(ids[int(one[n])], ids[int(other[n])], float(value[n])) for n in near]


def reports(story: Story) -> list[Article]:
    """Return every report of a story, copies included."""
    return [a for e in story.evidence for a in (e.article, *e.copies)]


def _attached(window: Window, members: Sequence[Sequence[int]]) -> dict[int, list[int]]:
    """Give each opinion or discussion to the story it is most alike on the whole, or to none."""
    import numpy as np

    others = ~np.array(window.reporting, dtype=bool)
    if not members or not others.any():
        return {}
    story = np.full(len(others), -1, dtype=np.int64)
    for k, cluster in enumerate(members):
        story[list(cluster)] = k
    first, second, odds = candidates.pairs(window.traits, np.arange(len(others)), others)
    ends = np.where(others[first], first, second), np.where(others[first], second, first)
    told = story[ends[1]] >= 0
    keys, of = np.unique(ends[0][told] * len(members) + story[ends[1][told]], return_inverse=True)
    sizes = np.bincount(story[story >= 0], minlength=len(members))
    means = np.bincount(of, odds[told] + CLIP, len(keys)) / sizes[keys % len(members)] - CLIP
    best: dict[int, tuple[float, int]] = {}
    for key, mean in zip(keys.tolist(), means.tolist(), strict=True):
        i, k = divmod(key, len(members))
        if mean >= COMMENTARY and (i not in best or mean > best[i][0]):
            best[i] = (mean, k)
    found: dict[int, list[int]] = {}
    for i, (_, k) in sorted(best.items()):
        found.setdefault(k, []).append(i)
    return found


def _story(told: list[Article], others: list[Article], language: str) -> Story:
    evidence = genre.witnesses(copies.folded(sorted(told, key=lambda a: _rank(a, language))))
    first = told[0]
    return Story(
        id="s-" + identity("story", first.id)[:12],
        evidence=tuple(evidence),
        commentary=tuple(a for a in others if genre.of(a) is not Genre.DISCUSSION),
        links=tuple(a for a in others if genre.of(a) is Genre.DISCUSSION),
        reasons=tuple(filter(None, (_shared(evidence), *map(_carried, evidence)))),
    )


def _shared(evidence: Sequence[Evidence]) -> str:
    """Return what several reports have in common, in words; "" for one."""
    if len(evidence) < 2:
        return ""
    publishers = sorted({e.article.publisher for e in evidence})
    held = Counter(s for e in evidence for s in set(content_words(e.article.title)))
    most = {s for s, count in held.items() if count >= max(2, len(evidence) / 2)}
    said: dict[str, str] = {}
    for word in (w.strip(".,:;!?'\"“”‘’()") for e in evidence for w in e.article.title.split()):
        for stem in content_words(word)[:1]:
            said.setdefault(stem, word)
    telling = sorted(most & said.keys(), key=lambda s: (-held[s] * idf(s), s))[:_NAMED]
    shared = f"the words {_listed([said[s] for s in telling])}" if telling else "their words"
    when = [e.article.published_at for e in evidence]
    near = " and came within hours of each other" if max(when) - min(when) <= _HOURS else ""
    return f"{len(evidence)} reports from {_listed(publishers)} share {shared}{near}"


def _listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them; of many the first few."""
    if len(names) > _NAMED + 1:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _carried(evidence: Evidence) -> str:
    """Return which other sites print a report's text, in words, "" where none does."""
    told = evidence.article
    names = sorted(
        {
            c.publisher
            for c in evidence.copies
            if c.domain != told.domain and genre.of(c) is not Genre.LINK
        }
    )
    if not names:
        return ""
    verb = "carries" if len(names) == 1 else "carry"
    return f"{_listed(names)} {verb} {told.publisher}’s text"


def _rank(article: Article, language: str) -> tuple[object, ...]:
    foreign = bool(article.language) and article.language != language
    standing = _STANDING.get(article.quality, 3)
    return (foreign, standing, -article.trust, article.published_at, article.id)
