"""How alike reports are, and why two of them are one story or two."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from digest.core import linkage, similarity
from digest.core.rarity import idf
from digest.core.text import content_words
from digest.core.traits import Meaning, Traits, lead, traits
from digest.models import Article

if TYPE_CHECKING:
    from digest.core.similarity import Floats

NEAREST: Final = 5  # told of an article
LOOKED_AT: Final = 100  # articles that share most words with it, and as many nearest in meaning
PARTS: Final = 4  # signs told on either side


@dataclass(frozen=True)
class Neighbour:
    """An article near to another one."""

    article: Article
    odds: float  # log-odds that the two tell one event
    hours: float  # between them
    speaks_for: tuple[str, ...]  # strongest first
    against: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Tell whether the two alone would be joined."""
        return self.odds >= linkage.TIE


def percent(odds: float) -> str:
    """Return log-odds as a chance in words: "82 %"."""
    chance = 100 / (1 + math.exp(-odds))
    if chance < 1:
        return "under 1 %"
    return "over 99 %" if chance > 99 else f"{chance:.0f} %"


def enough() -> str:
    """Return the chance from which two reports are joined."""
    return percent(linkage.TIE)


def enough_of_many() -> str:
    """Return the chance, on the average of all pairs, down to which larger groups are joined."""
    return percent(linkage.CUT)


def neighbours(
    article: Article, others: Sequence[Article], meaning: Meaning | None
) -> list[Neighbour]:
    """Return the articles of the same days that are most likely about the same event."""
    import numpy as np

    near = _near(article, others, meaning)
    if not near:
        return []
    known = traits([article, *near], meaning)
    second = np.arange(1, len(near) + 1, dtype=np.int64)
    odds = similarity.log_odds(known, np.zeros(len(near), dtype=np.int64), second)
    best = sorted(range(len(near)), key=lambda n: (-float(odds[n]), near[n].id))[:NEAREST]
    return [_neighbour(article, near[n], float(odds[n]), known, n + 1) for n in best]


def odds_within(
    reports: Sequence[Article], meaning: Meaning | None
) -> list[tuple[int, int, float]]:
    """Return the log-odds of every pair of reports, by their places."""
    import numpy as np

    first, second = (part.astype(np.int64) for part in np.triu_indices(len(reports), 1))
    odds: Floats = similarity.log_odds(traits(reports, meaning), first, second)
    return list(zip(first.tolist(), second.tolist(), odds.tolist(), strict=True))


def _neighbour(
    article: Article, other: Article, odds: float, known: Traits, place: int
) -> Neighbour:
    parts = similarity.parts(known, 0, place)
    hours = abs((article.published_at - other.published_at).total_seconds()) / 3600
    return Neighbour(
        other,
        odds,
        hours,
        tuple(words for words, share in parts if share > 0)[:PARTS],
        tuple(words for words, share in parts if share < 0)[:PARTS],
    )


def _near(article: Article, others: Sequence[Article], meaning: Meaning | None) -> list[Article]:
    """Return those worth a closer look: the full comparison of thousands takes seconds."""
    within = [o for o in others if o.id != article.id and _hours(article, o)]
    own = _stems(article)
    shared = sorted(within, key=lambda o: (-sum(map(idf, own & _stems(o))), o.id))[:LOOKED_AT]
    found = {o.id: o for o in shared}
    found |= {o.id: o for o in _alike_in_meaning(article, within, meaning)}
    return [found[key] for key in sorted(found)]


def _alike_in_meaning(
    article: Article, within: Sequence[Article], meaning: Meaning | None
) -> Iterator[Article]:
    import numpy as np

    vectors = meaning.vectors if meaning else {}
    known = [o for o in within if o.id in vectors]
    if article.id not in vectors or not known:
        return
    cosines = np.stack([vectors[o.id] for o in known]) @ vectors[article.id]
    for n in np.argsort(-cosines, kind="stable")[:LOOKED_AT]:
        yield known[int(n)]


def _hours(one: Article, other: Article) -> bool:
    gap = abs((one.published_at - other.published_at).total_seconds()) / 3600
    return gap <= similarity.WINDOW_HOURS + 24  # of one without a time only the day is known


def _stems(article: Article) -> frozenset[str]:
    return frozenset(content_words(f"{article.title}\n{lead(article)}"))
