"""What stays of an article when its text does not: hashes of its facts and of runs of its words.

They tell whether two texts share a fact or a run of words, and not what either says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

from digest.core.facts import names, numbers
from digest.core.shingling import shingles
from digest.models import Article, Trace

DIGITS = 8  # hex digits: a new fact looks like one of 10,000 told ones twice in a million times
SAMPLED = 8  # one in so many shingles is kept: the same ones in every article, told by their hash
MOST = 2_000  # hashes of either kind; an article of 16,000 words, far beyond a news report
TELLING = 4  # sampled shingles, of some 32: a text of about 40 words
YEAR = re.compile(r"(?:19|20)\d\d")

Shingles = frozenset[tuple[str, ...]]


def trace(article: Article) -> Trace:
    """Return the hashes of an article's facts and of a fixed sample of its shingles."""
    facts = hashed(facts_of(f"{article.title}\n{article.text}"))
    return Trace(article.id, bounded(facts), bounded(sample(shingles(article.text))))


def facts_of(text: str) -> frozenset[str]:
    """Return the numbers and names of a text, in one spelling; years do not count."""
    figures = {number for number in numbers(text) if not YEAR.fullmatch(number)}
    return frozenset(figures) | frozenset(name.casefold() for name in names(text))


def hashed(values: Iterable[str]) -> frozenset[str]:
    """Return the hashes of texts, each 8 hex digits."""
    return frozenset(_hash(value) for value in values)


def sample(runs: Shingles) -> frozenset[str]:
    """Return the hashes of those shingles whose hash is a multiple of eight.

    Broder's sampling (1997): the share of the sample that two texts have in common estimates the
    share of the whole, as both keep or drop the same shingle.
    """
    found = (_hash(" ".join(run)) for run in runs)
    return frozenset(h for h in found if int(h, 16) % SAMPLED == 0)


def bounded(hashes: frozenset[str]) -> frozenset[str]:
    """Return at most 2,000 hashes, the smallest: which ones, every article agrees on."""
    return hashes if len(hashes) <= MOST else frozenset(sorted(hashes)[:MOST])


def shared(first: frozenset[str], second: frozenset[str]) -> float:
    """Return the share of the smaller sample that the larger holds; 0 for one too small to tell.

    Estimates `similarity.contained`.
    """
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller >= TELLING else 0.0


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:DIGITS]
