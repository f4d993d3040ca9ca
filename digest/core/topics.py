"""Does an article bear on what somebody asked about?"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from digest.core.text import content_words

BEARS = 0.6  # share of the question that an article has to hold
PLAIN = 0.5  # share of its plain words: a company's name alone is not the question
LEAD_WORDS = 80
IN_LEAD = 0.8
IN_TEXT = 0.4
NAME = 2.0  # a capitalised word of the question weighs as much as two plain ones

# What newsrooms call one thing by several names; one line each.
_SAME = """
talk talks negotiation negotiate discussion discuss
lawsuit sue suit court case judge ruling complaint copyright
earnings revenue profit results quarter sales forecast
layoff cut job redundancy dismiss
buy acquire acquisition purchase takeover merger
deal agreement contract partnership
launch release unveil introduce announce
fund funding round raise investment invest valuation
chip gpu semiconductor accelerator processor
rule regulation regulator law act policy ban
leave resign quit depart step exit
hire appoint join recruit
price pricing cost cheaper
breach hack leak attack incident
outage down fail
"""


@dataclass(frozen=True)
class Query:
    """A question's words: what they weigh, and what else each may be called (all stems)."""

    text: str
    weights: dict[str, float]
    names: frozenset[str]
    kin: dict[str, frozenset[str]]


def query(text: str) -> Query:
    """Return what a person's words ask for; no weights where they hold no word to look for."""
    weights: dict[str, float] = {}
    names = set()
    for word in re.findall(r"\S+", text):
        capital = any(c.isupper() for c in word)
        for stem in content_words(word):
            weights[stem] = max(weights.get(stem, 0.0), NAME if capital else 1.0)
            if capital:
                names.add(stem)
    groups = [frozenset(content_words(line)) for line in _SAME.strip().splitlines()]
    kin = {
        stem: frozenset({stem}).union(*(group for group in groups if stem in group))
        for stem in weights
    }
    if len(names) == len(weights):  # all in capitals, or names alone: no word is plainer
        names = set()
        weights = dict.fromkeys(weights, 1.0)
    return Query(text, weights, frozenset(names), kin)


def bearing(asked: Query, title: str, text: str) -> float:
    """Return the share of the question that an article holds, 0..1; 0 where it misses the point.

    A word counts in full in the title, less in the lead, least further down. An article that has
    the names and too little of what is asked about them does not bear on the question.
    """
    total = sum(asked.weights.values())
    if not total:
        return 0.0
    in_title = set(content_words(title))
    tokens = content_words(text)
    in_lead, in_text = set(tokens[:LEAD_WORDS]), set(tokens)
    shares = {stem: _share(asked.kin[stem], in_title, in_lead, in_text) for stem in asked.weights}
    plain = [shares[stem] for stem in asked.weights if stem not in asked.names]
    if asked.names and plain and sum(plain) < PLAIN * len(plain):
        return 0.0
    return sum(asked.weights[stem] * share for stem, share in shares.items()) / total


def _share(kin: Collection[str], in_title: set[str], in_lead: set[str], in_text: set[str]) -> float:
    for held, share in ((in_title, 1.0), (in_lead, IN_LEAD), (in_text, IN_TEXT)):
        if not held.isdisjoint(kin):
            return share
    return 0.0
