"""Choosing the sentences of a brief: a lead, then sections round anchors unlike what was said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from digest.core.headings import subject
from digest.core.lexrank import centrality, similarities
from digest.core.quotable import Allowance, Quote, allowance, quotes
from digest.core.text import clean, content_words
from digest.models import Article

if TYPE_CHECKING:
    from digest.core.lexrank import Matrix

_LEAD_WORDS: Final = 70
_SECTION_WORDS: Final = 75
_LONG: Final = 45  # words; a longer sentence is taken only for want of a better one
_REPEATED: Final = 0.55  # share of a sentence's terms in one quoted sentence that makes it a repeat
_RETOLD: Final = 0.7  # the same between what changed and a lead
_ECHO: Final = 0.34  # the same between two sentences of one section
_ALIKE: Final = 0.4  # cosine from which two sentences tell one fact
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(slots=True)
class Desk:
    """The sentences of a story on the table, and what has been taken of them."""

    articles: list[tuple[int, Article]]
    headline: str
    language: str
    newest: bool
    pool: list[Quote] = field(init=False)
    alike: Matrix = field(init=False)
    rank: list[float] = field(init=False)
    left: Allowance = field(init=False)
    taken: list[int] = field(default_factory=list)
    met: set[str] = field(init=False)  # words and stems a reader has met
    shared: frozenset[str] = field(init=False)  # numbers that two articles give
    alone: bool = field(init=False)
    themes: dict[int, str] = field(default_factory=dict)  # of the sentences asked about
    anchors: list[int] = field(default_factory=list)
    recurring: frozenset[str] = field(init=False)  # terms of three sentences or more

    def __post_init__(self) -> None:
        self.pool = quotes(self.articles)
        self.alike = similarities([quote.terms for quote in self.pool])
        self.rank = [float(value) for value in centrality(self.alike)]
        self.left = allowance(self.articles)
        self.met = set(_WORD.findall(self.headline)) | set(content_words(self.headline))
        # Among three reports, a figure that only one gives is worth less.
        self.alone = len(self.articles) > 2
        counts = Counter(term for quote in self.pool for term in set(quote.terms))
        self.recurring = frozenset(term for term, n in counts.items() if n > 2)
        given: dict[str, set[int]] = {}
        for quote in self.pool:
            for number in quote.numbers:
                given.setdefault(number, set()).add(quote.source)
        self.shared = frozenset(number for number, by in given.items() if len(by) > 1)

    def lead(self) -> list[Quote]:
        """Take the one or two sentences that state the event; [] when none may be quoted."""
        fronts = self._lead_sources()
        open_ = [i for i in range(len(self.pool)) if self._may_lead(i)]
        first = self._best(
            (i, self._lead_score(i, fronts)) for i in open_ if not self.pool[i].dependent
        )
        if first is None:
            first = self._best((i, self._lead_score(i, fronts)) for i in open_)
        if first is None:
            return []
        self._take(first)
        room = _LEAD_WORDS - self.pool[first].length
        # With little to quote, the sections need it more; and in an update, what is new.
        if self.newest or sum(self.left.words.values()) < 110:
            return [self.pool[first]]
        second = self._companion(first, room, least=0.2)
        return [self.pool[i] for i in ([first] if second is None else [first, second])]

    def changed(self, news: Iterable[str]) -> list[Quote]:
        """Take one or two of the sentences ``news``, those nearest to the headline first."""
        told = {clean(text) for text in news}
        title = set(content_words(self.headline))
        new = [
            i
            for i, quote in enumerate(self.pool)
            if quote.text in told and not quote.dependent and not quote.spoken
        ]
        new.sort(key=lambda i: (-len(title & set(self.pool[i].terms)), i))
        found: list[Quote] = []
        for i in new:
            if len(found) < 2 and self.left.permits(self.pool[i]) and self._fresh(i, not found):
                self._take(i)
                found.append(self.pool[i])
        return found

    def sections(self, wanted: int) -> list[list[Quote]]:
        """Take the sentences of up to ``wanted`` sections, each a list with its anchor first."""
        while len(self.anchors) < wanted:
            anchor = self._best(
                (i, self._anchor_score(i)) for i in range(len(self.pool)) if self._anchors(i)
            )
            if anchor is None:
                break
            self._take(anchor)
            self.anchors.append(anchor)
        drafts = []
        for anchor in self.anchors:
            near = self._companion(anchor, _SECTION_WORDS - self.pool[anchor].length, least=0.18)
            drafts.append([self.pool[i] for i in ([anchor] if near is None else [anchor, near])])
        return drafts

    def _lead_sources(self) -> set[int]:
        """Return the sources that may lead: all, or for an update those of the newest article."""
        if not self.newest or not self.articles:
            return {n for n, _ in self.articles}
        newest = max(article.published_at for _, article in self.articles)
        fronts = {n for n, article in self.articles if article.published_at == newest}
        has = any(q.source in fronts and not q.dependent for q in self.pool)
        return fronts if has else {n for n, _ in self.articles}

    def _lead_score(self, i: int, fronts: set[int]) -> float:
        quote = self.pool[i]
        if quote.source not in fronts:
            return -1.0
        title = set(content_words(self.headline))
        shared = len(title & set(quote.terms)) / max(len(title), 1)
        early = 1 / (1 + 0.4 * quote.position)
        return (
            0.5 * self.rank[i]
            + 0.8 * early
            + 1.0 * shared
            - 0.05 * (quote.source - 1)
            - 0.4 * quote.spoken
            - 0.5 * (quote.length > _LONG or quote.length < 8)
            - 0.3 * (not quote.names)
        )

    def _anchor_score(self, i: int) -> float:
        """Return the marginal relevance of a sentence to what has been taken already."""
        quote = self.pool[i]
        said = max((float(self.alike[i, j]) for j in self.taken), default=0.0)
        heard = sum(self.pool[j].source == quote.source for j in self.taken)
        early = 1 / (1 + 0.1 * quote.position)
        return (
            0.6 * self.rank[i]
            + 0.2 * early
            + 0.08 * min(len(quote.numbers), 2)
            + 0.25 * (len(quote.numbers & self.shared) / max(len(quote.numbers), 1))
            - 0.1 * self.alone * min(len(quote.numbers - self.shared), 2)
            - 0.7 * said
            - 0.12 * heard
            - 0.2 * self._unknown(i)
            + 0.15 * bool(self._theme(i))
            - 0.2 * (self._theme(i) in {self._theme(j) for j in self.anchors})
            - 0.3 * (quote.length > _LONG or quote.length < 9)
            - 0.1 * quote.spoken
        )

    def _theme(self, i: int) -> str:
        if i not in self.themes:
            self.themes[i] = subject(self.pool[i].text, self.language)
        return self.themes[i]

    def _anchors(self, i: int) -> bool:
        quote = self.pool[i]
        return (
            i not in self.taken
            and not quote.dependent
            and quote.length >= 8
            and self._unknown(i) < 2
            and self._fresh(i)
            and self.left.permits(quote)
        )

    def _companion(self, anchor: int, room: int, *, least: float) -> int | None:
        """Take the sentence that best goes with ``anchor``: the one after it, or one like it."""
        first = self.pool[anchor]
        scored: list[tuple[int, float]] = []
        for i, quote in enumerate(self.pool):
            follows = (
                quote.source == first.source
                and quote.position == first.position + 1
                and (
                    quote.paragraph == first.paragraph
                    or (not quote.dependent and not first.position)
                )
            )
            if i in self.taken or quote.length > room or not self.left.permits(quote):
                continue
            if not follows and (
                quote.dependent or self._unknown(i) or _overlap(quote, first) >= _ECHO
            ):
                continue
            near = float(self.alike[anchor, i]) + 0.25 * follows
            if near >= least and self._fresh(i):
                scored.append((i, near + 0.1 * self.rank[i]))
        best = self._best(scored)
        if best is not None:
            self._take(best)
        return best

    def _may_lead(self, i: int) -> bool:
        """Whether a sentence may lead: any, unless what changed says it already.

        It may share more with that than two sections may: it has to name the event as well.
        """
        if not self.taken:
            return True
        said = max(_overlap(self.pool[i], self.pool[j]) for j in self.taken)
        return i not in self.taken and self.left.permits(self.pool[i]) and said < _RETOLD

    def _fresh(self, i: int, first: bool = False) -> bool:
        """Whether a sentence says something that no taken sentence, nor all of them, says.

        The ``first`` sentence may say what the headline says.
        """
        quote = self.pool[i]
        terms = set(quote.terms)
        if not terms:
            return False
        if first:
            return True
        told = set(content_words(self.headline))
        for j in self.taken:
            other = self.pool[j]
            shared = _overlap(quote, other)
            if shared >= _REPEATED or self.alike[i, j] >= _ALIKE:
                return False
            same = quote.numbers & other.numbers and quote.names & other.names
            if same and (quote.numbers <= other.numbers or shared >= 0.35):
                return False
            told |= set(other.terms)
        return len(terms & told) < 0.67 * len(terms)

    def _unknown(self, i: int) -> int:
        """Return how many people and firms a reader would meet unexplained in this sentence."""
        quote = self.pool[i]
        strangers = sum(name.split("-")[0] not in self.met for name in quote.recalled)
        return strangers + 2 * len(quote.pointed - self.met)

    def _take(self, i: int) -> None:
        self.taken.append(i)
        self.left.take(self.pool[i])
        self.met.update(_WORD.findall(self.pool[i].text))
        self.met.update(self.pool[i].terms)

    def _best(self, scored: Iterable[tuple[int, float]]) -> int | None:
        best = max(scored, key=lambda pair: (round(pair[1], 6), -pair[0]), default=None)
        return None if best is None or best[1] <= -0.9 else best[0]


def _overlap(one: Quote, other: Quote) -> float:
    """Return the share of the shorter sentence's terms that the other has too, 0..1."""
    a, b = set(one.terms), set(other.terms)
    return len(a & b) / max(min(len(a), len(b)), 1)
