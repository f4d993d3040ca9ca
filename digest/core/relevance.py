"""Is this AI-industry news? Weighted words, the feed's category, and the user's levers.

The score is a logistic sum over the words found, as in any linear classifier; the words are
grouped by hand in ``vocabulary``, and what they weigh was learnt: ``wordweights``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from digest.core import vocabulary, wordweights

THRESHOLD = 0.5
DOUBT = 1 / (1 + math.exp(-wordweights.START - 0.1))  # below it not even a weak word speaks for it
SURE = 0.85  # benchmarks.relevance --cross-validate: of 643 titles from here on two are wrong
_ENOUGH_WORDS = 60  # of lead to judge by; less is a teaser line that may not name the subject
_LEAD_CHARS = 1_500
SHORT_LEAD = 200  # characters: a sentence or two, which name the subject
_LONG_LEAD = 0.4  # a word of a longer text may be said in passing
LEAD_MOST = 3.2  # so the lead alone settles it only when it is full of the subject
WEAK = 1.0  # below it a word only confirms
WEAK_MOST = 1.2  # any number of weak words makes no AI news
MOST = 6.0  # so a list of product names does not drown out that they are for sale
_TOPIC_IN_TITLE, _TOPIC_IN_LEAD = 4.0, 2.0
_LONGEST_PHRASE = 4  # words

# Feeds of the first categories carry little else: an entry of theirs counts unless much speaks
# against it (of 3,019 titles of labs' feeds 64 % would without, all do with it). A general tech or
# business feed says nothing. Set by hand: the labelled sets name no categories.
_PRIORS = {
    "ai": 4.0,
    "labs": 4.0,
    "research": 4.0,
    "open_source": 3.8,
    "open source": 3.8,
    "machine_learning": 4.0,
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
_NUMBERED = re.compile(r"([a-z]+)\d(?:\.\d)?")  # "o3", "r1": "o0", "r0" in the vocabulary
# What means something in capitals only.
_CAPITALS = re.compile(r"(AI|A\.I|KI|IA|ML|ИИ)(?:s|\d+)?(?![A-Za-z0-9А-я])")
# A price a shopper pays, not a deal between companies: "for just $37", "save $130", "is $60 with".
_SHOPPING = re.compile(
    r"\b(?:(?:for|only|just|under|less than|save) (?:just |only |up to |almost |nearly )?"
    r"|is |are |this )"
    r"[$€£]\d[\d,]*(?:\.\d\d)?(?![\d.]*\s?(?:[kmbt]n?\b|million|billion|trillion|per|a month|/))"
    r"|\b\d\d% off\b",
    re.I,
)
# How service and hobby begin, whatever their subject: advice, columns in the first person, shows.
_ADVICE = re.compile(
    r"(?i:how to|how i|how you can|here['’]s how|show hn|ask hn|a guide to|a beginner['’]s)\b"
    r"|(?:I|My|We (?:tried|asked|tested)|I['’](?:ve|m|d))\s"
    r"|(?i:(?:the )?(?:best )?\d+ (?:[\w'’-]+ ){0,3}"
    r"(?:ways|tips|things|tricks|prompts|features|reasons|apps)\b)"
)


def score(title: str, text: str, *, category: str = "", topics: Sequence[str] = ()) -> float:
    """Return how surely this is AI-industry news, 0..1; at THRESHOLD or above it counts as such.

    ``text`` is the lead or the whole text, of which the first 1,500 characters are read.
    ``topics`` are the user's own words: one of them in title or lead raises the score.
    """
    lead = text[:_LEAD_CHARS]
    found = _found(title)
    total = wordweights.START + _prior(category) + bounded(found.values())
    if for_sale(title):
        total += wordweights.PRICE
    if advises(title):
        total += wordweights.ADVICE
    total += _of_lead(lead, bounded(_more(lead, found).values()))
    if topics:
        total += _of_topics(title, lead, topics)[1]
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def parts(
    title: str, text: str, *, category: str = "", topics: Sequence[str] = ()
) -> list[tuple[str, float]]:
    """Return what spoke for and against, the heaviest first, each with its share of the score.

    Shares are signed, positive for AI-industry news; together they are the sum whose logistic is
    ``score``. Arguments as there.
    """
    lead = text[:_LEAD_CHARS]
    found = _found(title)
    more = _more(lead, found)
    told = [("a story with none of our words", wordweights.START)]
    if prior := _prior(category):
        told.append((f"the feed's category “{category}”", prior))
    told += [(f"“{name}”", share) for name, share in _shares(found, bounded(found.values()))]
    if for_sale(title):
        told.append(("a shopper's price in the title", wordweights.PRICE))
    if advises(title):
        told.append(("a title of advice or of one's own experience", wordweights.ADVICE))
    of_lead = _of_lead(lead, bounded(more.values()))
    told += [(f"“{name}” in the text", share) for name, share in _shares(more, of_lead)]
    topic, share = _of_topics(title, lead, topics)
    if topic:
        told.append((f"your topic “{topic}”", share))
    return sorted(told, key=lambda part: -abs(part[1]))


def bar(text: str) -> float:
    """Return the score from which an entry's page is worth opening, by how much its feed tells.

    THRESHOLD where ``text`` is enough to judge by, DOUBT where it is not: then the page's own
    text decides, by THRESHOLD.
    """
    return THRESHOLD if len(text.split()) >= _ENOUGH_WORDS else DOUBT


def doubtful(value: float) -> bool:
    """Decide whether a score leaves room for a second opinion, as a language model's."""
    return DOUBT <= value < SURE


def muted(title: str, text: str, publisher: str, mute: Sequence[str]) -> str:
    """Return the user's word that mutes this article, or "".

    Whole words, whatever their case, in the title, the publisher's name or the first 300
    characters of the text.
    """
    if not mute:
        return ""
    return _first_match(f"{title}\n{publisher}\n{text[:300]}", mute)


def phrases(title: str) -> list[str]:
    """Return the phrases of the vocabulary in a title, each once; longer ones hide shorter."""
    return list(_found(title))


def for_sale(title: str) -> bool:
    """Decide whether a title names a price that a shopper pays."""
    return any(sign in title for sign in "$€£%") and _SHOPPING.search(title) is not None


def advises(title: str) -> bool:
    """Decide whether a title opens as advice, one's own experience or one's own project do."""
    return _ADVICE.match(title) is not None


def bounded(weights: Iterable[float]) -> float:
    """Return the sum of the weights; the weak ones together, and all those in favour, bounded."""
    strong = weak = against = 0.0
    for weight in weights:
        if weight < 0:
            against += weight
        elif weight < WEAK:
            weak += weight
        else:
            strong += weight
    return min(strong + min(weak, WEAK_MOST), MOST) + against


def _more(lead: str, found: dict[str, float]) -> dict[str, float]:
    """Return what the lead adds; a passing word of another field does not count against it."""
    return {w: x for w, x in _found(lead).items() if w not in found and not -2 < x < 0}


def _of_lead(lead: str, total: float) -> float:
    factor = wordweights.LEAD if len(lead) <= SHORT_LEAD else _LONG_LEAD
    return max(-LEAD_MOST, min(LEAD_MOST, factor * total))


def _shares(found: dict[str, float], total: float) -> Iterator[tuple[str, float]]:
    """Yield each word with its part of the total that its bounds leave of their sum."""
    whole = bounded(found.values())
    favour = sum(weight for weight in found.values() if weight > 0)
    kept = (whole - sum(found.values()) + favour) / favour if favour else 1.0
    for name, weight in found.items():
        if weight and whole:
            yield name, weight * (kept if weight > 0 else 1.0) * total / whole


def _found(value: str) -> dict[str, float]:
    """Return each known phrase in the text once, with its weight; longer phrases hide shorter."""
    weights, openings = _weights(), _openings()
    found: dict[str, float] = {}
    words = [  # letters and digits only, so what is not above "9" is a digit
        _number(w) if w[0] <= "9" or w[-1] <= "9" else w
        for w in _WORD.findall(value.lower())
        if w != "s"  # of a possessive
    ]
    past, end = 0, len(words)
    for at in [at for at, word in enumerate(words) if word in openings]:  # one word in five
        if at < past:
            continue
        for length in range(min(openings[words[at]], end - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            known = phrase if phrase in weights else phrase.removesuffix("s")
            if known in weights:
                found[known] = weights[known]
                past = at + length
                break
    for match in _CAPITALS.finditer(value):
        known, before = match[1].replace(".", ""), value[match.start() - 1 : match.start()]
        if _stands_alone(known, before):
            found[known] = weights[known]
    if not value.isascii() and any(word in value for word in vocabulary.UNSPACED):
        found["AI"] = weights["AI"]
    return found


def _stands_alone(word: str, before: str) -> bool:
    """Decide by the character before a word in capitals whether it is one.

    OpenAI and xAI hold the word AI; among letters written without blanks it stands alone.
    """
    if word == "AI":
        return not (before.isascii() and before.isalnum()) or before.islower()
    return not before.isalnum()


def _number(word: str) -> str:
    if _SIZE.fullmatch(word):
        return "0b"
    if _VERSION.fullmatch(word):
        return "0"
    numbered = _NUMBERED.fullmatch(word)
    return f"{numbered[1]}0" if numbered and len(numbered[1]) <= 2 else word


@lru_cache(maxsize=1)
def _weights() -> dict[str, float]:
    return {
        phrase: wordweights.WORDS.get(phrase, wordweights.GROUPS[group])
        for group, block in reversed(
            list(vocabulary.GROUPS.items())
        )  # listed twice: the first group's
        for phrase in listed(block)
    }


@lru_cache(maxsize=1)
def _openings() -> dict[str, int]:
    """Return how many words the longest phrase has that begins with a word, by that word."""
    longest: dict[str, int] = {}
    for phrase in _weights():
        first, *others = phrase.split(" ")
        for opening in (first,) if others else (first, f"{first}s"):
            longest[opening] = min(max(longest.get(opening, 1), 1 + len(others)), _LONGEST_PHRASE)
    return longest


def listed(block: str) -> Iterator[str]:
    """Yield the phrases of a group of the vocabulary."""
    for line in block.splitlines():
        yield from filter(None, (phrase.strip() for phrase in line.split(";")))


def _prior(category: str) -> float:
    name = category.strip().lower()
    if name in _PRIORS:
        return _PRIORS[name]
    return _PRIORS["ai"] if re.search(r"\b(?:ai|llms?|machine learning)\b", name) else 0.0


def _of_topics(title: str, lead: str, topics: Sequence[str]) -> tuple[str, float]:
    """Return the user's topic that is told of, and what it adds; ("", 0) for none."""
    if word := _first_match(title, topics):
        return word, _TOPIC_IN_TITLE
    word = _first_match(lead, topics)
    return word, _TOPIC_IN_LEAD if word else 0.0


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
