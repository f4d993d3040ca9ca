"""Average linkage with a share of the best link, on sparse pairs."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from digest.core import linkage
from digest.core.similarity import CLIP


def dense(count: int, odds: dict[tuple[int, int], float], cut: float) -> list[list[int]]:
    """Join by the definition: all pairs, the mean and the best of two groups worked out anew."""
    crowd = list(range(count))
    for _ in range(count):
        for (a, b), each in odds.items():
            if each >= max(cut, linkage.TIE):
                crowd[a] = crowd[b] = min(crowd[a], crowd[b])
    found = [[n] for n in range(count)]

    def value(one: list[int], two: list[int]) -> float:
        each = [odds.get((min(a, b), max(a, b)), -CLIP) for a in one for b in two]
        return 0.85 * sum(each) / len(each) + 0.15 * max(each)

    while True:
        joins = [
            (-round(value(a, b), 9), a[0], b[0])
            for a, b in itertools.combinations(found, 2)
            if crowd[a[0]] == crowd[b[0]]
        ]
        if not joins or min(joins)[0] > -cut:
            return found
        _, a, b = min(joins)
        one = next(g for g in found if g[0] == a)
        two = next(g for g in found if g[0] == b)
        found = sorted([*(g for g in found if g not in (one, two)), sorted(one + two)])


def graph(count: int, share: float, seed: int, *, whole: bool) -> dict[tuple[int, int], float]:
    chance = np.random.default_rng(seed)
    planted = chance.integers(0, max(2, count // 4), count)
    found = {}
    for a, b in itertools.combinations(range(count), 2):
        if chance.random() < share:
            odds = float(chance.normal(1.5 if planted[a] == planted[b] else -4.0, 2.0))
            found[a, b] = min(CLIP, max(-CLIP, float(round(odds)) if whole else odds))
    return found


def arrays(odds: dict[tuple[int, int], float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ends = np.array(list(odds), dtype=np.int64).reshape(-1, 2)
    return ends[:, 0], ends[:, 1], np.array(list(odds.values()))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("share", [0.2, 0.6, 1.0])
@pytest.mark.parametrize("cut", [linkage.CUT, 0.0])
def test_sparse_linkage_is_the_dense_one(seed: int, share: float, cut: float) -> None:
    odds = graph(18, share, seed, whole=False)
    assert linkage.groups(18, *arrays(odds), cut=cut) == dense(18, odds, cut)


@pytest.mark.parametrize("seed", range(6))
def test_of_equal_joins_the_earliest_is_made_first(seed: int) -> None:
    odds = dict.fromkeys(graph(14, 0.3, seed, whole=True), 2.0)
    assert linkage.groups(14, *arrays(odds)) == dense(14, odds, linkage.CUT)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("whole", [False, True])
def test_a_crowd_is_joined_as_a_few_are(seed: int, whole: bool) -> None:
    odds = graph(70, 0.5, seed, whole=whole)
    first, second, value = arrays(odds)
    rows = (70, first, second, value + CLIP, linkage.CUT + CLIP)
    few, crowd = linkage._joined(*rows), linkage._crowd(*rows)
    assert sorted(map(sorted, few)) == sorted(map(sorted, crowd))
    assert 1 < len(few) < 70


def test_the_order_of_the_pairs_changes_nothing() -> None:
    first, second, odds = arrays(graph(60, 0.3, 9, whole=False))
    expected = linkage.groups(60, first, second, odds)
    order = np.random.default_rng(1).permutation(len(odds))
    assert linkage.groups(60, first[order], second[order], odds[order]) == expected


def test_without_a_pair_everyone_is_alone() -> None:
    none = np.empty(0, dtype=np.int64)
    assert linkage.groups(3, none, none, np.empty(0)) == [[0], [1], [2]]
    assert linkage.groups(0, none, none, np.empty(0)) == []
