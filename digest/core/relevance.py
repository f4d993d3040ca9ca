"""Is this AI-industry news? A weighted word list, the feed's category, and the user's levers.

The score is a logistic sum of the words found, as in any linear classifier; what is different
here is only that every weight can be read, in the vocabulary beside this module.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from digest.core import vocabulary

THRESHOLD = 0.5
DOUBT = 0.125  # below it not even one weak word speaks for an entry
_ENOUGH_WORDS = 60  # of lead to judge by; less is a teaser line that may not name the subject
_BIAS = -2.2  # a headline with none of the words is AI news one time in ten (data kind "relevance")
_LEAD_CHARS = 1_500
_LEAD_WEIGHT = 0.5  # a word in the lead says half of what it says in the title
_LEAD_MOST = 3.2  # so the lead alone settles it only when it is full of the subject
_WEAK_MOST = 1.2  # weak words confirm; any number of them makes no AI news
_MOST = 6.0  # so a list of product names does not drown out that they are for sale
_TOPIC_IN_TITLE, _TOPIC_IN_LEAD = 4.0, 2.0
_LONGEST_PHRASE = 4  # words

# Feeds of the first categories carry little else; a general tech or business feed says nothing.
_PRIORS = {
    "ai": 2.6,
    "labs": 2.6,
    "research": 2.6,
    "open_source": 2.4,
    "open source": 2.4,
    "machine_learning": 2.6,
    "newsletters": 0.8,
    "chips": 1.5,
    "policy": 0.6,
    "funding": 0.4,
    "press": 0.2,
    "media": 0.2,
}

_WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*")
# Model sizes ("30B", "1.8T") and versions ("3", "4.1") are "0b" and "0" in the vocabulary.
_SIZE = re.compile(r"\d+(?:\.\d+)?[bt]")
_VERSION = re.compile(r"\d(?:\.\d)?")
_GLUED = re.compile(r".*[a-z][.]?AI(?:s|\d+)?")  # OpenAI, xAI, Name.AI; "scaleAI" in scraped titles
_POSSESSIVE = re.compile(r"['’]s\b")
# A price a shopper pays, not a deal between companies: "for just $37", "save $130", "is $60 with".
_SHOPPING = re.compile(
    r"\b(?:(?:for|only|just|under|less than|save) (?:just |only |up to )?|is |are |this )"
    r"[$€£]\d[\d,]*(?:\.\d\d)?(?![\d.]*\s?(?:[kmbt]n?\b|million|billion|trillion|per|a month|/))"
    r"|\b\d\d% off\b",
    re.I,
)
_SHOPPING_WEIGHT = -4.5


def score(title: str, text: str, *, category: str = "", topics: Sequence[str] = ()) -> float:
    """Return how surely this is AI-industry news, 0..1; at THRESHOLD or above it counts as such.

    ``text`` is the lead or the whole text, of which the first 1,500 characters are read.
    ``topics`` are the user's own words: one of them in title or lead raises the score.
    """
    lead = text[:_LEAD_CHARS]
    total = _BIAS + _prior(category)
    found = _found(title)
    total += _sum(found.values())
    if _SHOPPING.search(title):
        total += _SHOPPING_WEIGHT
    extra = {w: x for w, x in _found(lead).items() if w not in found and not -2 < x < 0}
    total += max(-_LEAD_MOST, min(_LEAD_MOST, _LEAD_WEIGHT * _sum(extra.values())))
    if topics:
        if _first_match(title, topics):
            total += _TOPIC_IN_TITLE
        elif _first_match(lead, topics):
            total += _TOPIC_IN_LEAD
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def bar(text: str) -> float:
    """Return the score from which an entry's page is worth opening, by how much its feed tells.

    THRESHOLD where ``text`` is enough to judge by, DOUBT where it is not: then the page's own
    text decides, by THRESHOLD.
    """
    return THRESHOLD if len(text.split()) >= _ENOUGH_WORDS else DOUBT


def muted(title: str, text: str, publisher: str, mute: Sequence[str]) -> str:
    """Return the user's word that mutes this article, or "".

    Whole words, whatever their case, in the title, the publisher's name or the first 300
    characters of the text.
    """
    if not mute:
        return ""
    return _first_match(f"{title}\n{publisher}\n{text[:300]}", mute)


def _sum(weights: Iterable[float]) -> float:
    """Return the sum of the weights; the weak ones together, and all those in favour, bounded."""
    strong = weak = against = 0.0
    for weight in weights:
        if weight < 0:
            against += weight
        elif weight < 1:
            weak += weight
        else:
            strong += weight
    return min(strong + min(weak, _WEAK_MOST), _MOST) + against


def _found(value: str) -> dict[str, float]:
    """Return each known phrase in the text once, with its weight; longer phrases hide shorter."""
    weights, openings = _weights(), _openings()
    found: dict[str, float] = {}
    cased = _WORD.findall(_POSSESSIVE.sub("", value))
    words = [_number(w) if w[0].isdecimal() else w for w in map(str.lower, cased)]
    at = 0
    while at < len(words):
        longest = openings.get(words[at], 0)
        if longest == 0:  # nearly every word: it opens no phrase, but its singular may be one
            if (known := words[at].removesuffix("s")) in weights:
                found[known] = weights[known]
            at += 1
            continue
        for length in range(min(longest, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            known = phrase if phrase in weights else phrase.removesuffix("s")
            if known in weights:
                found[known] = weights[known]
                break
        else:
            length = 1
        at += length
    for word in cased:
        if word in vocabulary.CASED:
            found["AI"] = max(found.get("AI", 0.0), vocabulary.CASED[word])
        elif "AI" in word and _GLUED.fullmatch(word):
            found["AI"] = vocabulary.CASED["AI"]
    if not value.isascii() and any(word in value for word in vocabulary.UNSPACED):
        found["AI"] = vocabulary.CASED["AI"]
    return found


def _number(word: str) -> str:
    if _SIZE.fullmatch(word):
        return "0b"
    return "0" if _VERSION.fullmatch(word) else word


@lru_cache(maxsize=1)
def _weights() -> dict[str, float]:
    return {
        phrase: weight
        for block, weight in reversed(vocabulary.WEIGHTS)  # a phrase listed twice: the stronger
        for phrase in _phrases(block)
    }


@lru_cache(maxsize=1)
def _openings() -> dict[str, int]:
    """Return how many words the longest phrase has that begins with a word, by that word."""
    longest: dict[str, int] = {}
    for phrase in _weights():
        first, *others = phrase.split(" ")
        longest[first] = min(max(longest.get(first, 1), 1 + len(others)), _LONGEST_PHRASE)
    return longest


def _phrases(block: str) -> Iterator[str]:
    for line in block.splitlines():
        yield from filter(None, (phrase.strip() for phrase in line.split(";")))


def _prior(category: str) -> float:
    name = category.strip().lower()
    if name in _PRIORS:
        return _PRIORS[name]
    return _PRIORS["ai"] if re.search(r"\b(?:ai|llms?|machine learning)\b", name) else 0.0


def _first_match(value: str, phrases: Sequence[str]) -> str:
    pattern = _any_of(tuple(phrases))
    match = pattern.search(value) if pattern else None
    if match is None:
        return ""
    return phrases[next(n for n, group in enumerate(match.groups()) if group is not None)]


@lru_cache(maxsize=64)
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return a pattern with one group per phrase; blanks in a phrase match any white space."""
    groups = [
        "(" + r"\s+".join(map(re.escape, phrase.split())) + ")" if phrase.strip() else "(?!)()"
        for phrase in phrases
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)", re.I) if groups else None
