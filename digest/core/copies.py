"""Which articles print one text: a wire's report on several sites is one witness, not several."""

from __future__ import annotations

import re
from bisect import insort
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Final
from zlib import crc32

from digest.core.shingling import COPY, contained, shingles
from digest.models import Article, Evidence

# Share of the shorter text's shingles that the longer holds. One word in twelve changed leaves
# two in three; reports on one press release, or around one long quotation, share less than half.
SAME_TEXT: Final = 0.65
_TELLING: Final = 40  # shingles: below, a shared phrase is much of the text, and more is asked
_SAMPLED: Final = 8  # one in so many runs is looked up: those that begin with a chosen word
_SAMPLED_CHARS: Final = 4_000
_RUN: Final = 5  # words
_COMPARED: Final = 3  # texts in full, the nearest by the sample
_WHOLE: Final = 0.5  # of the longest print's shingles
_ALIKE: Final = 0.4  # of its runs looked up, from which two texts are compared in full
_COMMON: Final = 50  # texts with a run; more of them say that it tells nothing
_WORD: Final = re.compile(r"\w+")

Shingles = frozenset[tuple[str, ...]]


def is_copy(first: Shingles, second: Shingles) -> bool:
    """Whether two texts are one, perhaps shortened, reordered, or with other first and last lines.

    By Broder's containment (1997), so that an excerpt is a copy of the whole.
    """
    return contained(first, second) >= _least(min(len(first), len(second)))


def _least(shorter: int) -> float:
    """Return the share of the shorter text's shingles, so many, that makes it a copy."""
    return SAME_TEXT if shorter >= _TELLING else COPY


def originals(articles: Sequence[Article]) -> list[int]:
    """Return for each article the index of another publisher's whose text it prints, or its own.

    The longest of one text is its original here. Looks at texts of some 40 words or more. What may
    be a copy is found by a fixed sample of runs of words, as MinHash does, then compared in full:
    the time grows with the articles, not with their pairs.
    """
    found = list(range(len(articles)))
    held = [_sample(article.text) for article in articles]
    full = cache(lambda index: shingles(articles[index].text))
    holders: dict[int, list[int]] = {}  # by run, the originals that have it
    for index in sorted(found, key=lambda i: (-len(articles[i].text), i)):
        near = Counter(other for run in held[index] for other in holders.get(run, ()))
        for other, shared in near.most_common(_COMPARED):
            if shared < _ALIKE * len(held[index]):
                break
            if articles[other].domain == articles[index].domain:  # a site's own furniture, maybe
                continue
            if len(full(index)) >= _TELLING and is_copy(full(index), full(other)):
                found[index] = other
                break
        if found[index] == index:
            for run in held[index]:
                have = holders.setdefault(run, [])
                if len(have) < _COMMON:
                    have.append(index)
    return found


def folded(ranked: Sequence[Article]) -> list[Evidence]:
    """Return a story's reports with their copies, given best first, in that order.

    A copy joins the longest text that holds it, so that two reports which both quote a third stay
    two. Of one text's prints that are not much shortened one is kept: before the best, one that
    may be quoted in full, then one that may be given to a language model.
    """
    if len(ranked) < 2:
        return [Evidence(article) for article in ranked]
    full = [shingles(article.text) for article in ranked]
    prints: dict[int, list[int]] = {}  # by the longest, all, best first
    holders: dict[tuple[str, ...], list[int]] = {}  # by run, the places in ``prints`` that have it
    longer: list[int] = []
    for index in sorted(range(len(ranked)), key=lambda i: (-len(full[i]), i)):
        count = len(full[index])
        shared = Counter(chain.from_iterable(holders.get(run, ()) for run in full[index]))
        enough = [place for place, runs in shared.items() if runs / count >= _least(count)]
        held = longer[min(enough)] if enough else index
        insort(prints.setdefault(held, []), index)
        if held == index:
            for run in full[index]:
                holders.setdefault(run, []).append(len(longer))
            longer.append(index)
    found = []
    for longest, every in prints.items():
        whole = (i for i in every if len(full[i]) >= _WHOLE * len(full[longest]))
        best = min(whole, key=lambda i: (*_bounds(ranked[i]), i))
        copies = tuple(ranked[i] for i in every if i != best)
        found.append((best, Evidence(ranked[best], copies)))
    return [evidence for _, evidence in sorted(found, key=lambda pair: pair[0])]


def _bounds(article: Article) -> tuple[bool, bool]:
    """Return whether less than all of it may be quoted, and whether it is kept from models."""
    most = article.max_snippet
    return most is not None and most < len(article.text), not article.ai_input


def _sample(text: str) -> frozenset[int]:
    """Return hashes of the runs of words that begin with a chosen word: one word in eight is."""
    tokens = _WORD.findall(text[:_SAMPLED_CHARS].lower())
    chosen = {word for word in set(tokens) if _is_chosen(word)}
    return frozenset(
        crc32(" ".join(tokens[n : n + _RUN]).encode("utf-8", "replace"))
        for n, word in enumerate(tokens)
        if word in chosen
    )


@lru_cache(maxsize=1 << 16)
def _is_chosen(word: str) -> bool:
    return crc32(word.encode("utf-8", "replace")) % _SAMPLED == 0
