"""Does an article bear on what somebody asked about?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.core.text import content_words

BEARS = 0.6  # share of the query that an article has to hold
LEAD_WORDS = 80
IN_LEAD = 0.8
IN_TEXT = 0.4
NAME = 2.0  # a capitalised word of the query weighs as much as two plain ones


@dataclass(frozen=True)
class Query:
    """A question's words, weighted."""

    text: str
    weights: dict[str, float]


def query(text: str) -> Query:
    """Return what a person's words ask for; no weights where they hold no word to look for."""
    weights: dict[str, float] = {}
    for word in re.findall(r"\S+", text):
        capital = any(c.isupper() for c in word)
        for stem in content_words(word):
            weights[stem] = max(weights.get(stem, 0.0), NAME if capital else 1.0)
    return Query(text, weights)


def bearing(asked: Query, title: str, text: str) -> float:
    """Return the share of the query that an article holds, 0..1.

    A word counts in full in the title, less in the lead, least further down.
    """
    total = sum(asked.weights.values())
    if not total:
        return 0.0
    in_title = set(content_words(title))
    tokens = content_words(text)
    in_lead, in_text = set(tokens[:LEAD_WORDS]), set(tokens)
    held = 0.0
    for word, weight in asked.weights.items():
        if word in in_title:
            held += weight
        elif word in in_lead:
            held += weight * IN_LEAD
        elif word in in_text:
            held += weight * IN_TEXT
    return held / total
