"""A window of articles and the groups its reports make; articles may be added to it.

Adding equals making it anew: what a pair says hangs on its two articles alone, so only pairs with
a new article are looked at, and only the crowds they touch are linked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from digest.core import candidates, copies, linkage
from digest.core.rows import count
from digest.core.similarity import CLIP, WINDOW_HOURS
from digest.core.traits import Meaning, Traits, lead, merged, traits
from digest.models import Article

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digest.core.candidates import Pairs
    from digest.core.similarity import Indices

Pair = frozenset[str]  # two articles' ids
NO_VERDICTS: Final[Mapping[Pair, bool]] = {}


@dataclass(frozen=True)
class Window:
    """Articles in order, and the groups of those that report."""

    articles: tuple[Article, ...]  # by time and id
    reporting: tuple[bool, ...]
    traits: Traits
    prints: Mapping[int, list[int]]  # by the article that stands for one text, all that have it
    pairs: Pairs  # of the former, those that count; verdicts not counted
    crowd: Indices  # by article, the number of its connected component; -1 where none stands
    group: Indices  # by article, the first of its group; -1 where another stands for it
    verdicts: Mapping[Pair, bool]

    def groups(self) -> list[list[int]]:
        """Return the groups of reports, with every print, as indices of ``articles``, in order."""
        found: dict[int, list[int]] = {}
        for index, first in enumerate(self.group.tolist()):
            if first >= 0:
                found.setdefault(first, []).extend(self.prints[index])
        return sorted(sorted(group) for group in found.values())


def opened() -> Window:
    """Return a window of no articles."""
    import numpy as np

    none = np.empty(0, dtype=np.int64)
    return Window((), (), traits([]), {}, (none, none, np.empty(0)), none, none, NO_VERDICTS)


def extended(
    window: Window,
    articles: Sequence[Article],
    reporting: Sequence[bool],
    meaning: Meaning | None = None,
    verdicts: Mapping[Pair, bool] = NO_VERDICTS,
) -> Window:
    """Return the window with articles added, that are not in it; ``reporting`` marks those that
    report an event.

    ``meaning`` is that of the new ones. ``verdicts`` say of pairs, of old articles too, whether
    they tell one event.
    """
    import numpy as np

    every = [*window.articles, *articles]
    marks = [*window.reporting, *reporting]
    order = sorted(range(len(every)), key=lambda n: (every[n].published_at, every[n].id))
    moved = np.empty(len(every), dtype=np.int64)
    moved[order] = np.arange(len(every))
    moved = moved[: len(window.articles)]
    ordered = tuple(every[n] for n in order)
    told = tuple(marks[n] for n in order)
    known = merged(window.traits, traits(articles, meaning), np.array(order, dtype=np.int64))
    prints = prints_of(ordered, told, known)
    nodes = np.array(sorted(prints), dtype=np.int64)
    crowd, group = (np.full(len(every), -1, dtype=np.int64) for _ in range(2))
    crowd[moved] = window.crowd
    group[moved] = np.where(window.group < 0, -1, moved[window.group])
    pairs = _pairs(known, nodes, crowd[nodes] < 0, moved, window.pairs)
    judged = _judged(pairs, nodes, ordered, verdicts)
    now = np.full(len(every), -1, dtype=np.int64)
    now[nodes] = linkage.components(len(every), *judged[:2], judged[2] >= linkage.TIE)[nodes]
    if verdicts == window.verdicts:
        kept = _unchanged(crowd, now)
    else:
        kept = np.zeros(len(every), dtype=bool)
    anew = ~kept[judged[0]]
    first = linkage.firsts(len(every), judged[0][anew], judged[1][anew], judged[2][anew])
    group = np.where(kept, group, np.where(now < 0, -1, first))
    return Window(ordered, told, known, prints, pairs, now, group, verdicts)


def prints_of(
    articles: Sequence[Article], reporting: Sequence[bool], known: Traits
) -> dict[int, list[int]]:
    """Return the reports that stand for one text each, with all that print it.

    A print of another's text goes where that one goes. So does one headline and lead word for
    word: nothing but its hour and its publisher is its own, and a feed that repeats one headline
    ten thousand times makes one pair, not fifty million.
    """
    told = [n for n, report in enumerate(reporting) if report]
    held: dict[int, list[int]] = {}
    for index, original in enumerate(copies.originals([articles[n] for n in told])):
        held.setdefault(told[original], []).append(told[index])
    found: dict[int, list[int]] = {}
    standing: dict[tuple[str, str], int] = {}
    says = (count(known.told.grams) > 0).tolist()  # an emoji alone tells no event
    for index in sorted(held):
        article = articles[index]
        key = (article.title.casefold(), lead(article))
        first = standing.get(key, index) if says[index] else index
        if known.hours[index] - known.hours[first] > WINDOW_HOURS:
            first = index
        standing[key] = first
        found.setdefault(first, []).extend(held[index])
    return found


def _pairs(
    known: Traits, nodes: Indices, fresh: NDArray[np.bool_], moved: Indices, earlier: Pairs
) -> Pairs:
    """Return the pairs that count: of the earlier ones those that still stand, and the new."""
    import numpy as np

    standing = np.zeros(len(known.hours), dtype=bool)
    standing[nodes] = True
    had, of, odds = moved[earlier[0]], moved[earlier[1]], earlier[2]
    still = standing[had] & standing[of]
    found = candidates.pairs(known, nodes, fresh)
    first = np.concatenate([had[still], found[0]])
    second = np.concatenate([of[still], found[1]])
    order = np.lexsort((second, first))
    return first[order], second[order], np.concatenate([odds[still], found[2]])[order]


def _judged(
    pairs: Pairs, nodes: Indices, articles: Sequence[Article], verdicts: Mapping[Pair, bool]
) -> Pairs:
    """Return the pairs with the verdicts in the place of what was worked out."""
    import numpy as np

    if not verdicts:
        return pairs
    place = {articles[n].id: n for n in nodes.tolist()}
    said: dict[tuple[int, int], bool] = {}
    for pair, same in verdicts.items():
        found = sorted(place[key] for key in pair if key in place)
        if len(found) == 2:
            said[found[0], found[1]] = same
    ends = np.array(sorted(said), dtype=np.int64).reshape(-1, 2)
    values = np.array([CLIP if said[a, b] else -CLIP for a, b in ends.tolist()])
    keys = ends[:, 0] * len(articles) + ends[:, 1]
    open_ = ~np.isin(pairs[0] * len(articles) + pairs[1], keys)
    return (
        np.concatenate([pairs[0][open_], ends[:, 0]]),
        np.concatenate([pairs[1][open_], ends[:, 1]]),
        np.concatenate([pairs[2][open_], values]),
    )


def _unchanged(before: Indices, now: Indices) -> NDArray[np.bool_]:
    """Mark the articles whose crowd has the very members it had."""
    import numpy as np

    stands = now >= 0
    crowds = int(now.max(initial=-1)) + 1
    least = np.full(crowds, np.iinfo(np.int64).max)
    most = np.full(crowds, -1)
    np.minimum.at(least, now[stands], before[stands])
    np.maximum.at(most, now[stands], before[stands])
    had, has = (np.bincount(c[c >= 0], minlength=1) for c in (before, now))
    same = (least == most) & (least >= 0)
    same[same] = had[least[same]] == has[:crowds][same]
    found = np.zeros(len(now), dtype=bool)
    found[stands] = same[now[stands]]
    return found
