"""Which pairs are looked at: enough that no group is lost, few enough for large windows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from benchmarks.planted import planted
from digest.core import candidates, linkage
from digest.core.similarity import CLIP, log_odds
from digest.core.traits import traits
from digest.core.window import extended, opened
from digest.models import Article
from tests.builders import article


def every_pair(count: int) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.triu_indices(count, 1)
    return first.astype(np.int64), second.astype(np.int64)


def labelled(shared_dir: Path) -> list[Article]:
    gold = shared_dir / "data" / "stories" / "ai_stories_dev.json"
    items = json.loads(gold.read_text("utf-8"))["items"]
    made = [
        replace(
            article(item["id"], item["title"], site=f"{item['source'].lower()}.test"),
            published_at=datetime.fromisoformat(f"{item['published'][:10]}T12:00:00+00:00"),
        )
        for item in items
    ]
    return sorted(made, key=lambda a: (a.published_at, a.id))


def test_on_real_headlines_the_groups_are_those_of_a_look_at_all_pairs(
    shared_dir: Path,
) -> None:
    articles = labelled(shared_dir)
    known = traits(articles)
    first, second = every_pair(len(articles))
    odds = log_odds(known, first, second)
    odds[odds < candidates.FLOOR] = -CLIP
    every = linkage.groups(len(articles), first, second, odds)
    window = extended(opened(), articles, [True] * len(articles))
    found = window.groups()
    assert sum(group in every for group in found) >= 0.99 * len(every)
    counted = candidates.pairs(known, np.arange(len(articles)))
    assert len(counted[0]) < 0.02 * len(first)
    assert counted[2].min() >= candidates.FLOOR


def test_a_pair_is_looked_at_or_not_whatever_else_there_is() -> None:
    articles = sorted(planted(400).articles, key=lambda a: (a.published_at, a.id))

    def looked(some: list[Article]) -> set[tuple[str, str]]:
        first, second, _ = candidates.pairs(traits(some), np.arange(len(some)))
        return {(some[a].id, some[b].id) for a, b in zip(first, second, strict=True)}

    some = articles[::2]
    keys = {a.id for a in some}
    assert looked(some) == {pair for pair in looked(articles) if set(pair) <= keys}
    assert looked(some)


def test_with_fresh_ones_exactly_the_pairs_with_a_fresh_one_are_looked_at() -> None:
    articles = sorted(planted(300).articles, key=lambda a: (a.published_at, a.id))
    known = traits(articles)
    chosen = np.arange(0, 300, 2)
    fresh = np.random.default_rng(2).random(len(chosen)) < 0.3
    first, second, odds = candidates.pairs(known, chosen)
    marks = np.zeros(300, dtype=bool)
    marks[chosen[fresh]] = True
    kept = marks[first] | marks[second]
    one, two, same = candidates.pairs(known, chosen, fresh)
    assert np.array_equal(one, first[kept])
    assert np.array_equal(two, second[kept])
    assert np.array_equal(same, odds[kept])
    assert (first < second).all()
    assert kept.any()


def test_a_series_of_numbered_headlines_makes_no_pair() -> None:
    deals = [
        article(
            f"d{n:04}", f"Deal {n} of 9,999: gaming laptop at half price", site=f"s{n % 9}.test"
        )
        for n in range(1_000)
    ]
    assert len(candidates.pairs(traits(deals), np.arange(1_000))[0]) == 0
    told = ["Brindle raises $10,000 for tutors", "Brindle raises $10000 for tutors"]
    same = [article(f"t{n}", title, site=f"t{n}.test") for n, title in enumerate(told)]
    assert len(candidates.pairs(traits(same), np.arange(2))[0]) == 1


def test_no_article_makes_no_pair() -> None:
    none = np.empty(0, dtype=np.int64)
    assert [len(end) for end in candidates.pairs(traits([]), none)] == [0, 0, 0]
