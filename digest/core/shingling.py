"""Whether one text stands in another: sets of runs of words."""

from __future__ import annotations

from digest.core.text import words

SHINGLE = 5  # words
COPY = 0.8  # share of shared shingles from which a text is a copy


def contained(first: frozenset[tuple[str, ...]], second: frozenset[tuple[str, ...]]) -> float:
    """Return the share of the smaller set of shingles that the larger holds; 0 for an empty one.

    Broder's containment (1997): 1.0 for a wire copy with another header, near 0 for two reports
    of one event written apart.
    """
    if not first or not second:
        return 0.0
    return len(first & second) / min(len(first), len(second))


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Return the set of the text's five-word runs."""
    tokens = words(text)
    return frozenset(zip(*(tokens[n:] for n in range(SHINGLE)), strict=False))
