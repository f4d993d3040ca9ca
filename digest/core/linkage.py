"""Pairs and their log-odds → groups, by average linkage with a cut; never single link.

Two groups are joined while 0.85 × the average and 0.15 × the best log-odds of their pairs reach
the cut. A pair that is not given counts as ``-CLIP``. Sums over sparse neighbours stand for the
dense matrix (Lance and Williams 1967), so the time grows with the pairs.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final

from digest.core.similarity import CLIP

if TYPE_CHECKING:
    from digest.core.similarity import Floats, Indices

CUT: Final = -1.5
MEAN: Final = 0.85  # the rest is the best pair's


def groups(count: int, first: Indices, second: Indices, odds: Floats) -> list[list[int]]:
    """Return the groups of 0..count-1, each in order, in the order of their first member.

    Looks at one connected component at a time: where every pair of two groups is below the cut, so
    is any mixture of them. Of equal joins the one of the earliest members is made first.
    """
    import numpy as np
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    strong = odds >= CUT
    graph = csr_matrix((np.ones(strong.sum()), (first[strong], second[strong])), (count, count))
    _, label = connected_components(graph, directed=False)
    inside = (label[first] == label[second]) & (odds > -CLIP)
    near: dict[int, dict[int, tuple[float, float]]] = {}
    for a, b, value in zip(
        first[inside].tolist(), second[inside].tolist(), odds[inside].tolist(), strict=True
    ):
        near.setdefault(a, {})[b] = near.setdefault(b, {})[a] = (value + CLIP, value + CLIP)
    return _joined(count, near)


def _joined(count: int, near: dict[int, dict[int, tuple[float, float]]]) -> list[list[int]]:
    """Join the nearest two groups until none reach the cut.

    ``near``: by group, each neighbour's sum and best of log-odds above -CLIP.
    """
    members = {n: [n] for n in range(count)}

    def link(a: int, b: int) -> float:
        total, best = near[a][b]
        return MEAN * total / (len(members[a]) * len(members[b])) + (1 - MEAN) * best

    queue = [(-link(a, b), a, b) for a in near for b in near[a] if a < b]
    queue = [item for item in queue if -item[0] >= CUT + CLIP]
    heapq.heapify(queue)
    while queue:
        distance, a, b = heapq.heappop(queue)
        if a not in members or b not in members or b not in near[a] or link(a, b) != -distance:
            continue
        members[a] += members.pop(b)
        for other, (total, best) in near.pop(b).items():
            del near[other][b]
            if other == a:
                continue
            had = near[a].get(other, (0.0, 0.0))
            near[a][other] = near[other][a] = (had[0] + total, max(had[1], best))
        for other in near[a]:
            value = link(min(a, other), max(a, other))
            if value >= CUT + CLIP:
                heapq.heappush(queue, (-value, min(a, other), max(a, other)))
    return sorted(sorted(group) for group in members.values())
