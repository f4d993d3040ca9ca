"""Whether a report tells something that was not told before."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from digest.core import events
from digest.core.figures import numbers
from digest.core.text import content_words, sentences
from digest.core.traces import YEAR, facts_of, hashed
from digest.models import Article

ENOUGH: Final = 2.0  # the weight of new facts that makes an update; a rewrite has a name more, too
PLAIN: Final = 1.0  # the weight of a name, of a small number
TELLING: Final = 2.0  # of a sum, a share, a large number or a new stage, in the title
OPENING: Final = 4  # sentences in which a report says what is new: its title and the first three
RETOLD: Final = 0.6  # of a sentence's words stand in one told sentence
LARGE: Final = 100  # from which a number without a unit tells something
TITLE_CASE: Final = 0.7  # of a title's words have capitals: then they are no sign of names
_LOOKING_BACK: Final = re.compile(
    r"\b(?:founded in|was founded|years? ago|last year|previously|earlier this year|background)\b",
    re.IGNORECASE,
)
_MEASURE: Final = re.compile(
    r"(?:(?P<before>[a-z]{3}) )?(?P<value>\d+(?:\.\d+)?)(?P<after>%| [a-z]+)?"
)


# How large a model is, not how much of something there is: "30B model", "1.0 3B:", never "1B users"
_SIZE: Final = re.compile(r"(?<![$€£¥\d.,])\b\d+(?:\.\d+)?[BbTt]\b(?! [a-z]+s\b)")
_VERSION: Final = re.compile(r"\d{1,2}\.\d+")


@dataclass(frozen=True)
class Known:
    """What was told: facts (hashed), numbers with their units, stages, sentences' stems."""

    facts: frozenset[str]
    figures: frozenset[tuple[str, float]]
    stages: frozenset[str]
    said: tuple[frozenset[str], ...]

    def news(self, article: Article) -> tuple[str, ...]:
        """Return the opening sentences with new facts, the title too, if they weigh enough.

        A title that promises a view or advice tells no news, nor do details far from the top.
        """
        if events.light(article.title):
            return ()
        told = opening(article)
        weights = [self._weight(sentence, title=not n) for n, sentence in enumerate(told)]
        if sum(weights) < ENOUGH or not sum(weights[:2]):
            return ()
        return tuple(sentence for sentence, weight in zip(told, weights, strict=True) if weight)

    def unknown(self, article: Article) -> frozenset[str]:
        """Return what of a report's opening was not told: facts, as hashes, and stages."""
        text = "\n".join(opening(article))
        return (hashed(facts_of(text)) - self.facts) | (events.stages(text) - self.stages)

    def _weight(self, sentence: str, *, title: bool) -> float:
        """Return the weight of what is new in a sentence; 0 for one that looks back.

        One that retells a told sentence brings no news by a name or a small number more.
        """
        if _LOOKING_BACK.search(sentence):
            return 0.0
        new = {fact for fact in facts_of(sentence) if not hashed([fact]) & self.facts}
        figures = {number for number in new & numbers(sentence) if not self._rounded(number)}
        figures = {number for number in figures if not _VERSION.fullmatch(number)}
        sizes = numbers(" ".join(_SIZE.findall(sentence)))
        large = {number for number in figures - sizes if _is_telling(number)}
        names = {name for name in new - numbers(sentence) if not self._heard(name)}
        if title and in_title_case(sentence):
            names = set()
        stems = frozenset(content_words(sentence))
        retold = any(len(stems & other) >= RETOLD * len(stems) for other in self.said)
        plain = 0.0 if retold else PLAIN * len((figures - large) | names)
        if not title:
            return plain + PLAIN * len(large)
        return plain + TELLING * len(large) + TELLING * bool(events.stages(sentence) - self.stages)

    def _heard(self, name: str) -> bool:
        """Whether a told sentence has a word of the name: "Korr" after "Ada Korr" is not new."""
        stems = set(content_words(name))
        return any(stems & sentence for sentence in self.said)

    def _rounded(self, number: str) -> bool:
        """Whether a number is a told one, rounded or in full: "$9 billion" after "$9.1 billion"."""
        found = measure(number)
        if found is None:
            return False
        unit, value = found
        return any(u == unit and _rounds(v, value) for u, v in self.figures)


def opening(article: Article) -> list[str]:
    """Return the title and the first sentences of a report, each once."""
    return list(dict.fromkeys([article.title, *sentences(article.text)[: OPENING - 1]]))


def measures(texts: Iterable[str]) -> frozenset[tuple[str, float]]:
    """Return the numbers in texts with their units."""
    found = (measure(number) for text in texts for number in numbers(text))
    return frozenset(value for value in found if value is not None)


def telling_figures(text: str) -> frozenset[str]:
    """Return the sums, shares and large numbers of a text, which few texts have by chance."""
    return frozenset(n for n in numbers(text) if _is_telling(n) and not YEAR.fullmatch(n))


def measure(number: str) -> tuple[str, float] | None:
    """Return (unit, value) of a number as `figures.numbers` spells it, None for a date."""
    match = _MEASURE.fullmatch(number)
    if match is None:
        return None
    return match["before"] or (match["after"] or "").strip(), float(match["value"])


def moment(article: Article) -> datetime:
    """Return when a report was out; with a day and no time, when it was first seen that day."""
    at = article.published_at
    if at.strftime("%H%M%S") != "000000":
        return at
    return max(at, min(article.first_seen_at, at + timedelta(days=1)))


def _rounds(one: float, other: float) -> bool:
    digits = [len(f"{value:.9e}".partition("e")[0].rstrip("0.")) for value in (one, other)]
    least = max(0, min(digits) - 2)  # digits behind the point; "9.1" is of three characters
    return digits[0] != digits[1] and f"{one:.{least}e}" == f"{other:.{least}e}"


def _is_telling(number: str) -> bool:
    found = measure(number)
    return found is not None and (bool(found[0]) or found[1] >= LARGE)


def in_title_case(title: str) -> bool:
    """Decide whether capitals are no sign of names in a title."""
    told = [word for word in title.split() if word[:1].isalpha()]
    return sum(word[:1].isupper() for word in told) >= TITLE_CASE * len(told)
