"""Texts → sparse rows: what of each counts when two are compared.

A row depends on its own text alone, and a column on what it stands for: so rows made apart fit
together, whatever else was published.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zlib import crc32

from digest.core import standing
from digest.core.figures import numbers
from digest.core.rarity import idf
from digest.core.text import content_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

NAME_IDF: Final = 4.5  # a capitalised word at least so rare is somebody's or something's name
TELLING_IDF: Final = 4.0  # a word of every twentieth AI headline is below
GENERIC: Final = frozenset({"ai", "agi", "llm"})
_SHORTEST_NAME: Final = 3  # letters; "MW", "Q2" and "US" are nobody's
_NO_NAMES: Final = frozenset(content_words("series"))  # "Series A" is every start-up's
_VERSION: Final = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)+)\b|(?<=[A-Za-z]-)\d+(?:\.\d+)?\b")
# Quarters come in every company's headline at once, and tell no two results apart.
_QUARTER: Final = re.compile(r"\bQ[1-4]\b|\b(?:first|second|third|fourth)[- ]quarter\b")
_UNITS: Final = frozenset(content_words("million billion trillion percent"))
_TOKEN: Final = re.compile(r"[^\W_]+(?:[-.'][^\W_]+)*")
_COLUMNS: Final = 2**30  # of sparse rows: a column is a hash's low bits
_LONGEST_STEM: Final = 60  # characters; a longer "word" is no word


@dataclass(frozen=True)
class Rows:
    """Sparse rows, one per article."""

    stems: csr_matrix  # telling stems' part of unit rows, weighted by idf
    grams: csr_matrix  # unit rows of character 3–5-grams inside stems, weighted by the stem's idf
    runs: csr_matrix  # adjacent stems, root of their mean idf: a product is the shared mass
    standing: csr_matrix  # 1 per company, lab, product or place that stands
    names: csr_matrix  # 1 per rare capitalised word
    figures: csr_matrix  # 1 per number with its unit
    frame: csr_matrix  # the idf of what is neither a name nor a number: what a template keeps
    filling: csr_matrix  # and of names and numbers


def rows(texts: Sequence[str]) -> Rows:
    """Return the rows of texts, in their order."""
    import numpy as np

    told = [content_words(text) for text in texts]
    vocabulary = sorted({stem for stems in told for stem in stems}) or [""]
    place = {stem: n for n, stem in enumerate(vocabulary)}
    weights = np.array([idf(stem) for stem in vocabulary])
    stand = standing.stems() - GENERIC
    stands = np.array([stem in stand for stem in vocabulary], dtype=bool)
    held = _binary([sorted({place[stem] for stem in stems}) for stems in told], len(vocabulary))
    named = [_names(text) for text in texts]
    number = [stem in _UNITS or any(c.isdigit() for c in stem) for stem in vocabulary]
    given = _binary(
        [
            sorted({place[s] for s in stems if s in names or number[place[s]] or s in stand})
            for stems, names in zip(told, named, strict=True)
        ],
        len(vocabulary),
    )
    weighed = held.multiply(weights[None, :]).tocsr()
    filling = given.multiply(weights[None, :]).tocsr()
    columns = np.array([column(stem) for stem in vocabulary], dtype=np.int64)
    return Rows(
        stems=_telling(_unit(weighed.copy()), weights, columns),
        grams=_unit(_grams(held, vocabulary, weights)),
        runs=_runs([[place[stem] for stem in stems] for stems in told], columns, weights),
        standing=_hashed(held.multiply(stands[None, :].astype(float)).tocsr(), columns),
        names=_named(named),
        figures=_named([_figures(text) for text in texts]),
        frame=_hashed((weighed - filling).tocsr(), columns),
        filling=_hashed(filling, columns),
    )


def _telling(rows: csr_matrix, weights: Floats, columns: Indices) -> csr_matrix:
    rows.data[weights[rows.indices] < TELLING_IDF] = 0
    return _hashed(rows, columns)


@lru_cache(maxsize=1 << 18)
def column(key: str) -> int:
    """Return the column of a stem, gram or figure, the same whatever else there is.

    So rows made apart fit together, and a product is summed in one order, to the last digit.
    """
    return crc32(key.encode("utf-8", "replace")) & (_COLUMNS - 1)


def _grams(held: csr_matrix, vocabulary: Sequence[str], weights: Floats) -> csr_matrix:
    """Return each text's grams: the sum of its stems' grams, in the order of the alphabet."""
    import numpy as np
    from scipy.sparse import csr_matrix

    parts = [_parts(stem) for stem in vocabulary]
    starts = np.cumsum([0, *map(len, parts)])
    lengths = np.diff(starts)
    every = np.array([column for part in parts for column in part], dtype=np.int64)
    columns, local = np.unique(every, return_inverse=True)
    values = np.repeat(weights / np.sqrt(np.maximum(lengths, 1)), lengths)
    shape = (len(vocabulary), max(1, len(columns)))
    return _hashed(csr_matrix(held @ csr_matrix((values, local, starts), shape=shape)), columns)


@lru_cache(maxsize=1 << 16)
def _parts(stem: str) -> tuple[int, ...]:
    padded = f" {stem[:_LONGEST_STEM]} "
    parts = [padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1)]
    return tuple(column(part) for part in parts)


def _runs(told: Sequence[Sequence[int]], columns: Indices, weights: Floats) -> csr_matrix:
    """Return each text's adjacent stems, weighted by the root of their mean idf."""
    import numpy as np
    from scipy.sparse import csr_matrix

    lengths = np.array([len(stems) for stems in told], dtype=np.int64)
    flat = np.array([stem for stems in told for stem in stems], dtype=np.int64)
    text = np.repeat(np.arange(len(told)), lengths)
    inside = np.flatnonzero(text[1:] == text[:-1])
    one, two = flat[inside], flat[inside + 1]
    column = (columns[one] * 31 + columns[two]) & (_COLUMNS - 1) if len(inside) else inside
    keys, at = np.unique(text[inside] * _COLUMNS + column, return_index=True)
    values = np.sqrt((weights[one] + weights[two]) / 2)[at]
    starts = np.searchsorted(keys // _COLUMNS, np.arange(len(told) + 1))
    indices = keys % _COLUMNS
    return csr_matrix((values, indices, starts), shape=(len(told), _COLUMNS))


def _figures(text: str) -> frozenset[str]:
    """Return the numbers and the versions that a text gives."""
    versions = {f"v{found[0].lstrip('v')}" for found in _VERSION.finditer(text)}
    return numbers(_QUARTER.sub(" ", text)) | versions


def _names(text: str) -> set[str]:
    capitals = (word for word in _TOKEN.findall(text) if not word.islower())
    found = {stem for word in capitals for stem in _rare(word)}
    return {stem for stem in found if stem.isalpha() and len(stem) >= _SHORTEST_NAME} - _NO_NAMES


@lru_cache(maxsize=1 << 16)
def _rare(word: str) -> tuple[str, ...]:
    if not any(c.isupper() for c in word):
        return ()
    return tuple(stem for stem in content_words(word) if idf(stem) > NAME_IDF)


def _named(held: Sequence[Collection[str]]) -> csr_matrix:
    """Return 1 for each of a text's keys."""
    return _binary([sorted({column(key) for key in keys}) for keys in held], _COLUMNS)


def _binary(held: Sequence[Sequence[int]], width: int) -> csr_matrix:
    import numpy as np
    from scipy.sparse import csr_matrix

    starts = np.cumsum([0, *map(len, held)])
    columns = np.array([column for row in held for column in row], dtype=np.int64)
    return csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(held), max(1, width)))


def _hashed(rows: csr_matrix, columns: Indices) -> csr_matrix:
    """Return the rows with each column in its lasting place."""
    from scipy.sparse import csr_matrix

    placed = columns[rows.indices] if len(columns) else rows.indices
    shape = (rows.shape[0], _COLUMNS)
    found = csr_matrix((rows.data, placed, rows.indptr), shape=shape)
    found.eliminate_zeros()
    found.sum_duplicates()
    return found


def _unit(rows: csr_matrix) -> csr_matrix:
    import numpy as np

    norms = np.sqrt(squares(rows))
    norms[norms == 0] = 1
    rows.data /= np.repeat(norms, np.diff(rows.indptr))
    return rows


def shared(rows: csr_matrix, first: Indices, second: Indices) -> Floats:
    """Return the product of each two rows."""
    import numpy as np

    product = rows[first].multiply(rows[second]).tocsr()
    lengths = np.diff(product.indptr)
    pair = np.repeat(np.arange(len(lengths)), lengths)
    return np.asarray(np.bincount(pair, product.data, len(lengths)), dtype=float)


def squares(rows: csr_matrix) -> Floats:
    """Return each row's product with itself."""
    import numpy as np

    lengths = np.diff(rows.indptr)
    text = np.repeat(np.arange(len(lengths)), lengths)
    return np.asarray(np.bincount(text, rows.data * rows.data, len(lengths)), dtype=float)


def count(rows: csr_matrix) -> Floats:
    """Return how many columns each row has."""
    import numpy as np

    return np.asarray(np.diff(rows.indptr), dtype=float)


def against(rows: csr_matrix, first: Indices, second: Indices) -> Floats:
    """Return 1 where both have some and share none."""
    import numpy as np

    some = count(rows) > 0
    none = shared(rows, first, second) == 0
    return np.asarray(some[first] & some[second] & none, dtype=float)
