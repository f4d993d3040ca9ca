"""Adding articles to a window equals grouping all of them at once."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from benchmarks.planted import planted, vectors
from digest.core import candidates, linkage, stories
from digest.core.similarity import CLIP, log_odds
from digest.core.traits import Meaning, traits
from digest.core.window import opened
from tests.builders import article

PLANTED = planted(500)


def meaning(kind: str) -> Meaning | None:
    if kind == "words":
        return None
    rows = vectors(PLANTED.events)
    return Meaning({a.id: row for a, row in zip(PLANTED.articles, rows, strict=True)})


@pytest.mark.parametrize("kind", ["words", "vectors"])
def test_adding_in_any_portions_equals_grouping_all(kind: str) -> None:
    known = meaning(kind)
    expected = stories.group(PLANTED.articles, language="en", meaning=known)
    chance = random.Random(3)  # noqa: S311 - a shuffle, not a secret
    shuffled = chance.sample(PLANTED.articles, len(PLANTED.articles))
    cuts = [0, *sorted(chance.sample(range(len(shuffled)), 3)), len(shuffled)]
    window = opened()
    for begin, end in itertools.pairwise(cuts):
        window = stories.added(window, shuffled[begin:end], known)
    assert stories.told(window, "en") == expected
    assert stories.told(stories.added(window, [], known), "en") == expected


@pytest.mark.parametrize("kind", ["words", "vectors"])
def test_candidates_lose_no_group_that_a_look_at_all_pairs_makes(kind: str) -> None:
    bare = [a for a in PLANTED.articles if not a.text]
    window = stories.added(opened(), bare, known := meaning(kind))
    held = traits(window.articles, known)
    first, second = (end.astype(np.int64) for end in np.triu_indices(len(bare), 1))
    odds = log_odds(held, first, second)
    odds[odds < candidates.FLOOR] = -CLIP
    every = linkage.groups(len(bare), first, second, odds)
    assert window.groups() == every
    assert 1 < len(every) < len(bare)


def test_a_verdict_joins_what_no_word_would_and_parts_what_words_join() -> None:
    one = article("one", "Brindle buys chip designer Ostrava Logic for $2 billion")
    same = article("same", "Ostrava Logic sold to Brindle for $2 billion", site="b.test", hours=3)
    odd = article("odd", "Gardeners meet in Lund", site="c.test")
    every = [one, same, odd]

    def groups(verdicts: dict[frozenset[str], bool]) -> set[frozenset[str]]:
        window = stories.added(stories.added(opened(), every[:2]), every[2:], None, verdicts)
        found = stories.told(window, "en")
        assert found == stories.group(every, language="en", verdicts=verdicts)
        return {frozenset(a.id for a in stories.reports(s)) for s in found}

    assert groups({}) == {frozenset({"one", "same"}), frozenset({"odd"})}
    apart = {frozenset({"one", "same"}): False}
    assert groups(apart) == {frozenset({"one"}), frozenset({"same"}), frozenset({"odd"})}
    joined = {frozenset({"one", "odd"}): True, frozenset({"same", "odd"}): True}
    assert groups(joined) == {frozenset({"one", "same", "odd"})}


def test_one_headline_ten_thousand_times_takes_little_time() -> None:
    spam = [
        article(
            f"s{n:05}", "Brindle chips now half the price", site=f"s{n % 9}.test", hours=n / 999
        )
        for n in range(2_000)
    ]
    window = stories.added(opened(), spam)
    assert [len(group) for group in window.groups()] == [2_000]
    assert len(window.pairs[0]) == 0


def test_titles_that_say_nothing_make_no_story() -> None:
    bare = [
        article(f"b{n}", title, site=f"b{n}.test")
        for n, title in enumerate(["", "", "🔥", "🔥", "…", "…"])
    ]
    assert len(stories.group(bare, language="en")) == len(bare)


def test_what_is_added_without_a_meaning_leaves_that_of_the_others_as_it_was() -> None:
    one, two, three = (article(k, "Brindle buys Ostrava Logic") for k in "abc")
    known = Meaning({"a": np.eye(8, dtype=np.float32)[0]}, slope=0.8, shift=0.1)
    window = stories.added(stories.added(opened(), [one], known), [two])
    assert (window.traits.slope, window.traits.shift) == (0.8, 0.1)
    other = Meaning({"c": np.eye(4, dtype=np.float32)[0]})
    with pytest.raises(ValueError, match="vectors of two models"):
        stories.added(window, [three], other)


@pytest.mark.long
def test_one_event_told_by_two_thousand_outlets_is_one_story() -> None:
    how = ("today", "after all", "once more", "soon", "at last")
    told = [
        article(
            f"o{n:04}",
            f"Brindle buys Ostrava Logic for $2 billion {how[n % 5]}, says Outlet{n}",
            site=f"o{n}.test",
            hours=n / 100,
        )
        for n in range(2_000)
    ]
    assert [len(group) for group in stories.added(opened(), told).groups()] == [2_000]
