"""Pairs and their log-odds → groups, by average linkage with a cut; never single link.

Reports that a chain of likely pairs ties make a crowd. Within it, two groups are joined while
0.85 × the average and 0.15 × the best log-odds of their pairs reach the cut. A pair that is not
given counts as ``-CLIP``. Sums over the pairs given stand for the whole matrix (Lance and Williams
1967), so the time grows with them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from digest.core.similarity import CLIP

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digest.core.similarity import Floats, Indices

CUT: Final = -2.25  # benchmarks.grouping, as TIE
TIE: Final = 0.0  # of two that are no likelier one event than two, none is the other's witness
MEAN: Final = 0.85  # the rest is the best pair's
_SMALL: Final = 40  # members; a larger crowd is joined by rows of a matrix
_LARGE: Final = 6_000  # members; a matrix of more takes too much memory
_CROWDED: Final = 8  # a matrix pays from one pair given in so many


def groups(
    count: int, first: Indices, second: Indices, odds: Floats, *, cut: float = CUT
) -> list[list[int]]:
    """Return the groups of 0..count-1, each in order, in the order of their first member.

    ``first`` is the lower of each pair, and a pair is given once.
    """
    found: dict[int, list[int]] = {}
    for member, of in enumerate(firsts(count, first, second, odds, cut=cut).tolist()):
        found.setdefault(of, []).append(member)
    return list(found.values())


def firsts(
    count: int, first: Indices, second: Indices, odds: Floats, *, cut: float = CUT
) -> Indices:
    """Return for each of 0..count-1 the first member of its group.

    Crowds are linked one at a time. Of equal joins the one of the earliest members is made first.
    """
    import numpy as np

    found = np.arange(count)
    tied = odds >= max(cut, TIE)
    label = components(count, first, second, tied)
    size = np.bincount(label, minlength=1)[label]
    two = tied & (size[first] == 2)
    found[second[two]] = first[two]
    inside = (size[first] > 2) & (label[first] == label[second]) & (odds > -CLIP)
    pairs = (first[inside], second[inside], odds[inside] + CLIP)
    for members, one, other, value in _apart(label, *pairs):
        many = len(members)
        if _SMALL < many <= _LARGE and len(one) * _CROWDED > many * many / 2:
            joined = _crowd(many, one, other, value, cut + CLIP)
        else:
            joined = _joined(many, one, other, value, cut + CLIP)
        for group in joined:
            found[members[group]] = members[group[0]]
    return found


def components(count: int, first: Indices, second: Indices, tied: NDArray[np.bool_]) -> Indices:
    """Return the number of the connected component of each of 0..count-1."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    ties = np.ones(int(tied.sum()), dtype=np.int8)
    graph = csr_matrix((ties, (first[tied], second[tied])), (count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def between(
    group: Indices, sizes: Indices, first: Indices, second: Indices, odds: Floats
) -> tuple[Indices, Indices, Floats]:
    """Return each two groups that a pair lies between, and what they would be joined by.

    ``sizes`` by group: how many are in it.
    """
    import numpy as np

    ends = np.sort([group[first], group[second]], axis=0)
    apart = ends[0] != ends[1]
    keys, of = np.unique(ends[0][apart] * len(group) + ends[1][apart], return_inverse=True)
    one, other = keys // len(group), keys % len(group)
    total, best = np.bincount(of, odds[apart] + CLIP, len(keys)), np.zeros(len(keys))
    np.maximum.at(best, of, odds[apart] + CLIP)
    value = MEAN * total / (sizes[one] * sizes[other]) + (1 - MEAN) * best - CLIP
    return one, other, value


def _apart(
    label: Indices, first: Indices, second: Indices, value: Floats
) -> Iterator[tuple[Indices, Indices, Indices, Floats]]:
    """Yield each component's members, in order, and its pairs as places among them."""
    import numpy as np

    by_label = np.argsort(label, kind="stable")
    place = np.empty(len(label), dtype=np.int64)
    sizes = np.bincount(label, minlength=1)
    starts = np.cumsum(sizes) - sizes
    place[by_label] = np.arange(len(label)) - starts[label[by_label]]
    by_pair = np.argsort(label[first], kind="stable")
    first, second, value = first[by_pair], second[by_pair], value[by_pair]
    numbers, begins = np.unique(label[first], return_index=True)
    ends = [*begins.tolist(), len(first)][1:]
    for number, begin, end in zip(numbers.tolist(), begins.tolist(), ends, strict=True):
        members = by_label[starts[number] : starts[number] + sizes[number]]
        yield members, place[first[begin:end]], place[second[begin:end]], value[begin:end]


def _joined(
    count: int, first: Indices, second: Indices, value: Floats, cut: float
) -> list[list[int]]:
    """Join the nearest two groups until none reach the cut; by what is known of each pair."""
    import numpy as np

    near: list[dict[int, tuple[float, float]]] = [{} for _ in range(count)]  # sum and best
    for a, b, v in zip(first.tolist(), second.tolist(), value.tolist(), strict=True):
        near[a][b] = near[b][a] = (v, v)
    members: dict[int, list[int]] = {n: [n] for n in range(count)}
    size = [1] * count
    link = MEAN * value + (1 - MEAN) * value
    order = np.lexsort((second, first, -link))
    order = order[link[order] >= cut][::-1]  # the nearest last
    given = [(-link[order]).tolist(), first[order].tolist(), second[order].tolist()]
    singles: list[tuple[float, int, int]] = list(zip(*given, strict=True))
    queue: list[tuple[float, int, int]] = []  # of groups, the nearest first
    while singles or queue:
        from_queue = not singles or (queue and queue[0] < singles[-1])
        distance, a, b = heapq.heappop(queue) if from_queue else singles.pop()
        known = near[a].get(b)
        if known is None or _link(*known, size[a] * size[b]) != -distance:
            continue
        for other, (total, best) in near[b].items():
            del near[other][b]
            if other == a:
                continue
            had = near[a].get(other, (0.0, 0.0))
            near[a][other] = near[other][a] = (had[0] + total, max(had[1], best))
        near[b] = {}
        members[a] += members.pop(b)
        size[a] += size[b]
        for other, (total, best) in near[a].items():
            nearness = _link(total, best, size[a] * size[other])
            if nearness >= cut:
                heapq.heappush(queue, (-nearness, min(a, other), max(a, other)))
    return [sorted(group) for group in members.values()]


def _link(total: float, best: float, pairs: int) -> float:
    return MEAN * total / pairs + (1 - MEAN) * best


def _crowd(
    count: int, first: Indices, second: Indices, value: Floats, cut: float
) -> Sequence[list[int]]:
    """Do what ``_joined`` does where most pairs are known, a row of a matrix at a time."""
    import numpy as np

    total = np.zeros((count, count))
    total[first, second] = total[second, first] = value
    best = total.copy()
    size = np.ones(count)
    members = {n: [n] for n in range(count)}
    nearness = np.triu(MEAN * total + (1 - MEAN) * best, 1)  # of two still apart, the lower first
    nearest = nearness.argmax(axis=1)
    reach = nearness[np.arange(count), nearest]
    while reach[a := int(reach.argmax())] >= cut:
        b = int(nearest[a])
        members[a] += members.pop(b)
        size[a] += size[b]
        total[a] += total[b]
        best[a] = np.maximum(best[a], best[b])
        total[:, a], best[:, a] = total[a], best[a]
        total[b] = total[:, b] = best[b] = best[:, b] = nearness[b] = nearness[:, b] = 0
        total[a, a] = best[a, a] = reach[b] = 0
        link = MEAN * total[a] / (size[a] * size) + (1 - MEAN) * best[a]
        nearness[a, a + 1 :] = link[a + 1 :]
        nearness[:a, a] = link[:a]
        level = (link[:a] == reach[:a]) & (nearest[:a] > a)
        closer = np.flatnonzero(level | (link[:a] > reach[:a]))
        reach[closer], nearest[closer] = link[closer], a
        lost = nearest == b  # rows whose nearest is gone, or further off than it was
        lost[:a] |= (nearest[:a] == a) & (link[:a] < reach[:a])
        for row in {a, *np.flatnonzero(lost).tolist()} - {b}:
            nearest[row] = nearness[row].argmax()
            reach[row] = nearness[row, nearest[row]]
    return [sorted(group) for group in members.values()]
