"""How likely two articles tell one event: words, names, numbers, meaning and the hours between.

Nothing but the two articles counts. What a word weighs, which names stand longer than any event
and how much each sign says are frozen in the tables beside this module: else the same two articles
would be one story on a busy day and two on a quiet one.

Every sign is a product of two sparse rows, or a figure of the two articles, so a million pairs are
a few array operations. The log-odds are their weighted sum.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from digest.core import pairweights, standing
from digest.core.figures import numbers
from digest.core.rarity import idf
from digest.core.text import content_words
from digest.models import Article

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

WINDOW_HOURS: Final = 96.0  # further apart, two reports tell two events
CLIP: Final = 6.0  # log-odds beyond which a pair says no more; unknown pairs count as -CLIP
LEAD_WORDS: Final = 40
NAME_IDF: Final = 4.5  # a capitalised word at least so rare is somebody's or something's name
GENERIC: Final = frozenset({"ai", "agi", "llm"})
_CREDIT: Final = re.compile(r"\s+\((?:[^()/]{2,60}/)?[A-Z@][^()]{1,60}\)\s*$")
_TOKEN: Final = re.compile(r"[^\W_]+(?:[-.'][^\W_]+)*")
_EDGE: Final = re.compile(r"\W|['’]s$")
_BLOCK: Final = 200_000  # pairs looked at at once


@dataclass(frozen=True)
class Meaning:
    """Unit vectors of articles' ``masked`` titles, by article id, all of one model."""

    vectors: Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Rows:
    """Sparse rows, one per article."""

    grams: csr_matrix  # unit rows of character 3–5-grams inside stems, weighted by the stem's idf
    runs: csr_matrix  # adjacent stems, root of their mean idf: a product is the shared mass
    standing: csr_matrix  # 1 per company, lab, product or place that stands
    names: csr_matrix  # 1 per rare capitalised word
    figures: csr_matrix  # 1 per number with its unit


@dataclass(frozen=True)
class Traits:
    """What of each article counts, in the articles' order."""

    titles: Rows
    leads: Rows  # of title and lead, for the articles that have one
    has_lead: NDArray[np.bool_]
    hours: Floats
    length: Floats  # 24 where only the day is known (midnight to the second), else 0
    domain: Indices
    vectors: NDArray[np.float32]  # unit rows; of zeros where there is none
    has_vector: NDArray[np.bool_]


def masked(title: str) -> str:
    """Return the title without the names that stand: what is embedded is what happened.

    "OpenAI buys a slide startup" and "OpenAI sells shares" are near in meaning only by the name,
    and the name is already a sign of its own.
    """
    kept = [word for word in _uncredited(title).split() if not _stands(word)]
    return " ".join(kept) or title


def traits(articles: Sequence[Article], meaning: Meaning | None = None) -> Traits:
    """Return what of each article counts."""
    import numpy as np

    leads = [" ".join(a.text.split(maxsplit=LEAD_WORDS)[:LEAD_WORDS]) for a in articles]
    titles = [_uncredited(a.title).replace("’", "'") for a in articles]
    told = [f"{t}\n{lead}" if lead else "" for t, lead in zip(titles, leads, strict=True)]
    domains = {name: n for n, name in enumerate(sorted({a.domain for a in articles}))}
    known = meaning.vectors if meaning else {}
    width = len(next(iter(known.values()))) if known else 1
    vectors = np.zeros((len(articles), width), dtype=np.float32)
    for n, article in enumerate(articles):
        if article.id in known:
            vectors[n] = known[article.id]
    day = [a.published_at.strftime("%H%M%S") == "000000" for a in articles]
    return Traits(
        titles=_rows(titles),
        leads=_rows(told),
        has_lead=np.array([bool(lead) for lead in leads], dtype=bool),
        hours=np.array([a.published_at.timestamp() / 3600 for a in articles]),
        length=np.where(np.array(day, dtype=bool), 24.0, 0.0),
        domain=np.array([domains[a.domain] for a in articles], dtype=np.int64),
        vectors=vectors,
        has_vector=np.array([a.id in known for a in articles], dtype=bool),
    )


def log_odds(t: Traits, first: Indices, second: Indices) -> Floats:
    """Return the clipped log-odds that each pair of articles (by index) tells one event.

    With meaning where both have a vector, by words alone elsewhere; by title and lead where both
    have a lead, by title elsewhere. Pairs further apart than the window get -CLIP.
    """
    import numpy as np

    found = np.empty(len(first))
    for start in range(0, len(first), _BLOCK):
        part = slice(start, start + _BLOCK)
        found[part] = _log_odds(t, first[part], second[part])
    return found


def features(t: Traits, first: Indices, second: Indices) -> Floats:
    """Return one row per pair: the columns of ``pairweights.MEANING`` but the bias."""
    import numpy as np

    both = t.has_lead[first] & t.has_lead[second]
    found = np.empty((len(first), len(pairweights.MEANING) - 1))
    for rows, chosen in ((t.titles, ~both), (t.leads, both)):
        if chosen.any():
            found[chosen, :-1] = _signs(t, rows, first[chosen], second[chosen])
    found[:, -1] = np.einsum("ij,ij->i", t.vectors[first], t.vectors[second])
    return found


def _log_odds(t: Traits, first: Indices, second: Indices) -> Floats:
    import numpy as np

    x = features(t, first, second)
    meant = t.has_vector[first] & t.has_vector[second]
    words = np.array([*list(pairweights.WORDS.values())[1:], 0.0])
    meaning = np.array(list(pairweights.MEANING.values())[1:])
    found = np.where(
        meant,
        x @ meaning + pairweights.MEANING["bias"],
        x @ words + pairweights.WORDS["bias"],
    )
    found[_apart(t, first, second) > WINDOW_HOURS] = -CLIP
    return np.asarray(np.clip(found, -CLIP, CLIP))


def _signs(t: Traits, rows: Rows, first: Indices, second: Indices) -> Floats:
    import numpy as np

    companies = _shared(rows.standing, first, second)
    had = [_count(rows.standing)[i] for i in (first, second)]
    either = had[0] + had[1] - companies
    return np.column_stack(
        [
            np.sqrt(_shared(rows.grams, first, second)),
            np.sqrt(_apart(t, first, second)),
            (t.domain[first] == t.domain[second]).astype(float),
            np.divide(companies, either, out=np.zeros_like(companies), where=either > 0),
            ((had[0] > 0) & (had[1] > 0) & (companies == 0)).astype(float),
            _against(rows.figures, first, second),
            _against(rows.names, first, second),
            np.log1p(_shared(rows.runs, first, second)),
        ]
    )


def _uncredited(title: str) -> str:
    """Return the title without the "(Author/Outlet)" that aggregators put behind it."""
    return _CREDIT.sub("", title)


def _stands(word: str) -> bool:
    stems = content_words(_EDGE.sub("", word))
    return word != "AI" and len(stems) == 1 and stems[0] in standing.stems()


def _apart(t: Traits, first: Indices, second: Indices) -> Floats:
    """Return the least hours between the two; a day without a time reaches over all of it."""
    import numpy as np

    one, two = t.hours[first], t.hours[second]
    gap = np.maximum(one - two - t.length[second], two - one - t.length[first])
    return np.asarray(np.maximum(gap, 0.0))


def _rows(texts: Sequence[str]) -> Rows:
    stems = [content_words(text) for text in texts]
    stand = standing.stems()
    return Rows(
        grams=_unit(_matrix([_grams(s) for s in stems])),
        runs=_matrix([_runs(s) for s in stems]),
        standing=_matrix([dict.fromkeys((set(s) & stand) - GENERIC, 1.0) for s in stems]),
        names=_matrix([dict.fromkeys(_names(text), 1.0) for text in texts]),
        figures=_matrix([dict.fromkeys(numbers(text), 1.0) for text in texts]),
    )


def _grams(stems: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for stem in sorted(set(stems)):
        padded = f" {stem} "
        parts = [padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1)]
        for part in parts:
            found[part] = found.get(part, 0.0) + idf(stem) / math.sqrt(len(parts))
    return found


def _runs(stems: Sequence[str]) -> dict[str, float]:
    pairs = itertools.pairwise(stems)
    return {f"{a} {b}": math.sqrt((idf(a) + idf(b)) / 2) for a, b in pairs}


def _names(text: str) -> set[str]:
    capitals = (word for word in _TOKEN.findall(text) if any(c.isupper() for c in word))
    return {stem for word in capitals for stem in content_words(word) if idf(stem) > NAME_IDF}


def _matrix(held: Sequence[Mapping[str, float]]) -> csr_matrix:
    """Return one sparse row per mapping, the columns in the order of the alphabet.

    So two rows' products are summed in the same order, to the last digit, whatever other articles
    bring.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    vocabulary = {key: n for n, key in enumerate(sorted({key for row in held for key in row}))}
    starts = np.cumsum([0, *(len(row) for row in held)])
    ordered = [(vocabulary[key], row[key]) for row in held for key in sorted(row)]
    columns = np.array([c for c, _ in ordered], dtype=np.int64)
    values = np.array([v for _, v in ordered], dtype=float)
    return csr_matrix((values, columns, starts), shape=(len(held), max(1, len(vocabulary))))


def _unit(rows: csr_matrix) -> csr_matrix:
    import numpy as np
    from scipy.sparse import csr_matrix

    norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    norms[norms == 0] = 1
    return csr_matrix(rows.multiply(1 / norms[:, None]))


def _shared(rows: csr_matrix, first: Indices, second: Indices) -> Floats:
    import numpy as np

    return np.asarray(rows[first].multiply(rows[second]).sum(axis=1)).ravel()


def _count(rows: csr_matrix) -> Floats:
    import numpy as np

    return np.asarray(np.diff(rows.indptr), dtype=float)


def _against(rows: csr_matrix, first: Indices, second: Indices) -> Floats:
    """Return 1 where both have some and share none."""
    import numpy as np

    count = _count(rows)
    none = _shared(rows, first, second) == 0
    return np.asarray((count[first] > 0) & (count[second] > 0) & none, dtype=float)
