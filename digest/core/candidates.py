"""Which pairs of articles count, and their log-odds; every other pair counts as ``-CLIP``.

That hangs on the two articles alone, like the log-odds, so it changes nothing what else was
published, and it is a part of what one event is: chosen with the cut, on ai_stories_dev.

Two reports of one event share a telling word: one that is not in every twentieth AI headline. So
the pairs that share none are never made, and the others come, with the cosine of their words, out
of a product of sparse rows. Headlines that differ in figures alone tell two events: a series of
ten thousand makes no pair. What is dear to look at is looked at last: first words, hours,
publishers and meaning, then all but the letters that words share, then those.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from digest.core import pairweights
from digest.core.similarity import WINDOW_HOURS, apart, foreign, log_odds, meaning_of
from digest.core.traits import Traits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from digest.core.similarity import Floats, Indices

    Pairs = tuple[Indices, Indices, Floats]  # of articles, the lower index first, and log-odds

# Log-odds below which a pair does not count. Cross-validated, -4 and -3.5 group alike, and no worse
# than with every pair; by words -3 and -2.5 lose 0.01 and 0.02 of pair F1 (benchmarks.grouping).
FLOOR: Final = -3.5
_LEAST: Final = 0.04  # cosine of words
_UNKNOWN: Final = 3.0  # log-odds that names, figures, runs of words and letters may bring
_LETTERS: Final = 2.4  # log-odds that the letters alone may bring
_WORK: Final = 8_000_000  # products made at once


def pairs(t: Traits, chosen: Indices, fresh: NDArray[np.bool_] | None = None) -> Pairs:
    """Return the pairs of ``chosen`` articles that count, in order, and their log-odds.

    ``chosen`` are indices in the order of time; with ``fresh`` (one mark for each of them) only
    pairs that hold a fresh one.
    """
    import numpy as np

    none = np.empty(0, dtype=np.int64)
    found: list[Pairs] = [(none, none, np.empty(0))]
    for one, two, cosine in _alike(t.told.stems, t.hours, chosen, fresh):
        first, second = chosen[np.minimum(one, two)], chosen[np.maximum(one, two)]
        other = ~_numbered(t, first, second)
        first, second, cosine = first[other], second[other], cosine[other]
        for narrowed in (_may_count, _may_count_by_all_but_letters):
            may = narrowed(t, first, second, cosine)
            first, second, cosine = first[may], second[may], cosine[may]
        odds = log_odds(t, first, second)
        kept = odds >= FLOOR
        found.append((first[kept], second[kept], odds[kept]))
    first, second, odds = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((second, first))
    return first[order], second[order], odds[order]


def _alike(
    rows: csr_matrix, hours: Floats, chosen: Indices, fresh: NDArray[np.bool_] | None
) -> Iterator[tuple[Indices, Indices, Floats]]:
    """Yield places in ``chosen`` of pairs whose words are alike, each once, and their cosine.

    In portions that bound the memory, whatever the articles have in common.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    asked = np.arange(len(chosen)) if fresh is None else np.flatnonzero(fresh)
    if not len(asked):
        return
    table = rows[chosen]
    used, columns = np.unique(table.indices, return_inverse=True)
    table = csr_matrix((table.data, columns, table.indptr), (len(chosen), max(1, len(used))))
    held = np.bincount(columns, minlength=len(used))
    row = np.repeat(np.arange(len(chosen)), np.diff(table.indptr))
    work = np.cumsum(np.bincount(row, held[columns], len(chosen))[asked])
    times = hours[chosen]
    for part in np.split(asked, np.searchsorted(work, np.arange(_WORK, work[-1], _WORK))):
        if not len(part):
            continue
        early, late = times[part[0]] - 2 * WINDOW_HOURS, times[part[-1]] + 2 * WINDOW_HOURS
        begin, end = np.searchsorted(times, [early, late]).tolist()
        if fresh is None:
            end = int(part[-1])
        product = table[part] @ table[begin:end].T
        one = np.repeat(part, np.diff(product.indptr))
        two = begin + product.indices
        kept = (product.data >= _LEAST) & ((two < one) | (False if fresh is None else ~fresh[two]))
        yield one[kept], two[kept], product.data[kept]


def _may_count(t: Traits, first: Indices, second: Indices, cosine: Floats) -> NDArray[np.bool_]:
    import numpy as np

    hours = apart(t, first, second)
    same = t.domain[first] == t.domain[second]
    vectors = t.has_vector[first] & t.has_vector[second]
    reach = np.full(len(first), _UNKNOWN)
    for weights, at in ((pairweights.WORDS, ~vectors), (pairweights.MEANING, vectors)):
        reach[at] += (
            weights["bias"]
            + weights["characters"] * np.sqrt(cosine[at])
            + weights["hours"] * np.sqrt(hours[at])
            + weights["publisher"] * same[at]
            + weights.get("meaning", 0.0)
        )
    # A look at the vectors is dear: only for pairs that the best meaning would save.
    near = np.flatnonzero(vectors & (reach >= FLOOR))
    short = 1 - meaning_of(t, first[near], second[near])
    reach[near] -= pairweights.MEANING["meaning"] * short
    may = (reach >= FLOOR) | foreign(t, first, second)
    return np.asarray(may & (hours <= WINDOW_HOURS))


def _numbered(t: Traits, first: Indices, second: Indices) -> NDArray[np.bool_]:
    """Return which pairs are one headline with other figures: versions, results, daily deals."""
    import numpy as np

    alike = t.pattern[first] == t.pattern[second]
    return np.asarray(alike & (t.headline[first] != t.headline[second]))


def _may_count_by_all_but_letters(
    t: Traits, first: Indices, second: Indices, cosine: Floats
) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = log_odds(t, first, second, cosine) + _LETTERS >= FLOOR
    return found
