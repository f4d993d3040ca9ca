"""How well headlines are grouped into stories: ``python -m benchmarks.grouping --gold FILE``.

The file's items are grouped all together, as a run would; who was labelled what is not looked at.
``--embeddings`` is "off" or the folder of a model that fastembed runs; titles are embedded one at a
time. Each story of several reports is printed as its publishers and labels. The last line is one
JSON object, by the rules of ``../shared/tools/score_stories.py``: pairs of reports, and BCubed.

Without more, the shipped weights and the shipped cut are used. ``--cross-validate`` learns others:
a fold holds the items whose topic was first reported on one day (Saturday and Sunday are one), so
no story nor any saga is on both sides. A pair of articles is judged by weights, and held to a cut,
that were learnt and chosen without any pair that touches a fold of the two. The cut is the one
best for those others, by weights that saw neither them nor this pair. So there is one grouping, and
no pair in it was judged by what it taught. ``folds`` has the figures of each fold's items against
all others (a pair counts half for each of the two), ``spread`` their mean and standard deviation;
``at_shipped_cut`` the figures with the learnt weights and the cut that ships, which was chosen with
an eye on this file.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import labelled, pairweights
from benchmarks.labelled import Labels
from digest.core import candidates, linkage, similarity, stories
from digest.core.similarity import CLIP
from digest.models import Article

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digest.core.similarity import Floats

_UNTIED: Final = linkage.TIE - 1e-9
CUTS: Final = (-3.0, -2.5, -2.25, -2.0, -1.75, -1.5, -1.25, -1.0, -0.75, -0.5, 0.0)
Groups = Mapping[int, int]  # item's place → its group; an item that is missing stands alone


@dataclass
class Counts:
    """What F1 is made of."""

    hits: float = 0.0
    false_joins: float = 0.0
    misses: float = 0.0
    precision: list[float] = field(default_factory=list)  # BCubed, of each item
    recall: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """Return precision, recall and F1 of pairs and of BCubed."""
        pairs = _three(
            _share(self.hits, self.hits + self.false_joins),
            _share(self.hits, self.hits + self.misses),
        )
        items = max(1, len(self.precision))
        each = _three(sum(self.precision) / items, sum(self.recall) / items)
        names = ("precision", "recall", "f1")
        return {
            **{f"pair_{name}": round(v, 4) for name, v in zip(names, pairs, strict=True)},
            **{f"b3_{name}": round(v, 4) for name, v in zip(names, each, strict=True)},
        }


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _three(precision: float, recall: float) -> tuple[float, float, float]:
    return precision, recall, _share(2 * precision * recall, precision + recall)


def counted(labels: Labels, groups: Groups, mine: Sequence[bool] | None = None) -> Counts:
    """Return the counts over the reports; with ``mine``, those of these items against all."""
    found = Counts()
    scored = [i for i, counts in enumerate(labels.counted) if counts]
    told, together = defaultdict(set), defaultdict(set)
    for i in scored:
        told[labels.story[i]].add(i)
        together[groups.get(i, ~i)].add(i)

    def share(i: int, j: int) -> float:
        return 1.0 if mine is None else (mine[i] + mine[j]) / 2

    for members in told.values():
        for i, j in itertools.combinations(sorted(members), 2):
            found.hits += share(i, j) * (j in together[groups.get(i, ~i)])
            found.misses += share(i, j) * (j not in together[groups.get(i, ~i)])
    for members in together.values():
        for i, j in itertools.combinations(sorted(members), 2):
            names = frozenset((labels.story[i], labels.story[j]))
            if len(names) == 2 and names not in labels.may_merge:
                found.false_joins += share(i, j)
    for i in scored:
        if mine is None or mine[i]:
            group, story = together[groups.get(i, ~i)], told[labels.story[i]]
            found.precision.append(len(group & story) / len(group))
            found.recall.append(len(group & story) / len(story))
    return found


def shipped(articles: Sequence[Article], model: str) -> dict[int, int]:
    """Return each item's group, by what is shipped; opinion and links go with their story."""
    place = {article.id: n for n, article in enumerate(articles)}
    found: dict[int, int] = {}
    meaning = labelled.meaning(articles, model)
    for number, story in enumerate(stories.group(articles, language="en", meaning=meaning)):
        for article in (*stories.reports(story), *story.commentary, *story.links):
            found[place[article.id]] = number
    return found


def days(articles: Sequence[Article], labels: Labels) -> list[str]:
    """Return the fold of each item: the day its topic was first reported, Sunday with Saturday."""
    first: dict[str, Article] = {}
    for article, topic in sorted(
        zip(articles, labels.topic, strict=True), key=lambda told: told[0].published_at
    ):
        first.setdefault(topic, article)
    dates = [first[topic].published_at.date() for topic in labels.topic]
    known = set(dates)
    saturday = {d: d.fromordinal(d.toordinal() - 1) for d in known if d.weekday() == 6}
    return [str(s if (s := saturday.get(d)) in known else d) for d in dates]


class CrossValidation:
    """Weights and cuts that are learnt on other folds than they are used on."""

    def __init__(self, articles: Sequence[Article], labels: Labels, model: str) -> None:
        import numpy as np

        self.labels = labels
        self.fold = np.array(days(articles, labels))
        self.folds = sorted(set(self.fold.tolist()))
        self.names = similarity.SIGNS[: None if model != "off" else -1]
        self.pairs = pairweights.pairs(pairweights.traits(articles, model), labels)
        self.sides = self.fold[self.pairs.first], self.fold[self.pairs.second]
        self.weights = cache(self._weights)

    def grouped(self) -> tuple[dict[int, int], list[float]]:
        """Return each item's group and the cut that each two folds were held to."""
        import numpy as np

        odds = self.odds(frozenset())
        cuts = []
        for one, other in itertools.combinations_with_replacement(self.folds, 2):
            here = self._between(one, other)
            if here.any():
                cuts.append(self.cut(frozenset((one, other))))
                moved = np.maximum(odds[here] + linkage.CUT - cuts[-1], -CLIP)
                tied = odds[here] >= linkage.TIE  # a cut of their own ties no others
                odds[here] = np.where(
                    tied, np.maximum(moved, linkage.TIE), np.minimum(moved, _UNTIED)
                )
        return self.groups(odds, linkage.CUT), cuts

    def odds(self, without: frozenset[str]) -> Floats:
        """Return each pair's log-odds by weights that saw neither of its folds, nor ``without``.

        Pairs that touch ``without`` get -CLIP.
        """
        import numpy as np

        found = np.full(len(self.pairs.first), -CLIP)
        rest = [fold for fold in self.folds if fold not in without]
        for one, other in itertools.combinations_with_replacement(rest, 2):
            here = self._between(one, other)
            if here.any():
                weights = self.weights(without | {one, other})
                odds = similarity.weighed(self.pairs.x[here], weights)
                found[here] = np.clip(odds + self.pairs.by_hand[here], -CLIP, CLIP)
        found[found < candidates.FLOOR] = -CLIP
        return found

    def cut(self, without: frozenset[str]) -> float:
        """Return the cut best for the other folds: both F1 added, averaged with its neighbours."""
        odds = self.odds(without)
        mine = [fold not in without for fold in self.fold.tolist()]
        found = []
        for cut in CUTS:
            figures = counted(self.labels, self.groups(odds, cut), mine).figures()
            found.append(figures["pair_f1"] + figures["b3_f1"])
        smooth = [sum(part := found[max(0, n - 1) : n + 2]) / len(part) for n in range(len(CUTS))]
        return CUTS[smooth.index(max(smooth))]

    def _weights(self, without: frozenset[str]) -> dict[str, float]:
        import numpy as np

        held = sorted(without)
        seen = ~(np.isin(self.sides[0], held) | np.isin(self.sides[1], held))
        return pairweights.learnt(self.pairs, seen, self.names)

    def _between(self, one: str, other: str) -> NDArray[np.bool_]:
        first, second = self.sides
        found: NDArray[np.bool_] = (first == one) & (second == other)
        found |= (first == other) & (second == one)
        return found

    def groups(self, odds: Floats, cut: float) -> dict[int, int]:
        """Return each item's group."""
        clusters = linkage.groups(
            len(self.fold), self.pairs.first, self.pairs.second, odds, cut=cut
        )
        return {i: n for n, members in enumerate(clusters) for i in members}


def spread(folds: Iterable[Mapping[str, float]]) -> dict[str, list[float]]:
    """Return mean and standard deviation over the folds of either F1."""
    import numpy as np

    rows = list(folds)
    both = {name: np.array([row[name] for row in rows]) for name in ("pair_f1", "b3_f1")}
    return {k: [round(float(v.mean()), 4), round(float(v.std()), 4)] for k, v in both.items()}


def show(articles: Sequence[Article], labels: Labels, groups: Groups) -> None:
    """Print each group of several items, and each item of a story of several that is alone."""
    members: dict[int, list[int]] = defaultdict(list)
    for i in range(len(articles)):
        members[groups.get(i, ~i)].append(i)
    sizes = Counter(labels.story)
    for group in sorted(members.values()):
        if len(group) == 1 and sizes[labels.story[group[0]]] == 1:
            continue
        told: dict[str, list[str]] = defaultdict(list)
        for i in group:
            told[labels.story[i]].append(articles[i].publisher)
        print(
            "group: "
            + " + ".join(
                f"{name} {len(publishers)}/{sizes[name]} ({', '.join(publishers)})"
                for name, publishers in told.items()
            )
        )


def report(gold: Path, model: str, validating: bool) -> tuple[dict[str, object], dict[str, str]]:
    """Return the figures and each item's group, having printed the groups."""
    articles, labels = labelled.read(gold)
    more: dict[str, object] = {}
    if validating:
        validation = CrossValidation(articles, labels, model)
        groups, cuts = validation.grouped()
        rows = [
            {
                "first_reported": fold,
                "items": sum(mine),
                **counted(labels, groups, mine).figures(),
            }
            for fold in validation.folds
            if any(mine := (validation.fold == fold).tolist())
        ]
        fixed = validation.groups(validation.odds(frozenset()), linkage.CUT)
        more = {
            "folds": rows,
            "spread": spread(rows),
            "cuts": sorted(cuts),
            "at_shipped_cut": counted(labels, fixed).figures(),
        }
    else:
        groups = shipped(articles, model)
        more = {"folds": []}
    show(articles, labels, groups)
    mode = ("words" if model == "off" else "meaning") + (", cross-validated" * validating)
    figures = {"mode": mode, **counted(labels, groups).figures(), **more}
    return figures, {a.id: str(groups.get(i, f"alone-{i}")) for i, a in enumerate(articles)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grouping")
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--embeddings", default="off", metavar="off|PATH")
    parser.add_argument("--cross-validate", action="store_true")
    parser.add_argument("--out", type=Path, metavar="PREDICTED.json")
    asked = parser.parse_args()
    figures, groups = report(asked.gold, asked.embeddings, asked.cross_validate)
    if asked.out:
        asked.out.write_text(json.dumps(groups, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
