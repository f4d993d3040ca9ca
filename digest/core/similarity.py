"""How alike two articles are: their words, and the hours between them.

Nothing but the two articles counts. What a word weighs is set by a frozen table, not by what else
was published that day: else the same two articles would be one story on a busy day and two on a
quiet one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from digest.core import termtable
from digest.core.text import content_words, words
from digest.models import Article

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

# Measured on the labelled headlines (data kind "stories"), the newsroom and pairs of invented
# articles on two events of one company.
LEAD_WORDS = 80
IDF_FLOOR = 1.0  # keeps a word of every other article from weighing nothing
TIME_SCALE_HOURS = 160.0
SAME_PUBLISHER = 0.5  # a publisher seldom reports one event twice, but often one company
OTHER_LANGUAGE = 1.6  # across languages little but names and numbers can be shared
SHINGLE = 5  # words
# Words that reports of a day share whatever they tell: the hours between two articles say the day
# already, and a unit says nothing without its number.
COMMON = """
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday million billion
    Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Millionen Milliarden
"""
COPY = 0.8  # share of shared shingles from which a text is a copy


def vectors(articles: Sequence[Article]) -> csr_matrix:
    """Return unit rows of word weights over titles and leads, one per article.

    A word counts once, wherever and however often it stands there: a company's name in the title
    and again in the lead would make two of its events look like one. Its weight is the inverse
    document frequency (Spärck Jones 1972) from ``termtable``.
    """
    import numpy as np
    from scipy.sparse import csr_matrix, diags

    held = [_words(article) for article in articles]
    # In the order of the alphabet, so that two rows' products are summed in the same order, to the
    # last digit, whatever other articles bring.
    vocabulary = {word: n for n, word in enumerate(sorted(frozenset().union(*held)))}
    rows = [row for row, found in enumerate(held) for _ in found]
    columns = [vocabulary[word] for found in held for word in found]
    weights = [idf(word) for found in held for word in found]
    shape = (len(articles), max(1, len(vocabulary)))
    weighted = csr_matrix((weights, (rows, columns)), shape=shape)
    weighted.sort_indices()
    norms = np.sqrt(weighted.multiply(weighted).sum(axis=1)).A1
    norms[norms == 0] = 1
    return csr_matrix(diags(1 / norms) @ weighted)


def alike(rows: csr_matrix, articles: Sequence[Article]) -> np.ndarray:
    """Return the dense matrix of similarities in 0..1.

    Word cosine × exp(-hours apart / 160), less for two articles of one publisher, more for two in
    different languages.
    """
    import numpy as np

    hours = np.array([a.published_at.timestamp() / 3600 for a in articles])
    apart = np.abs(hours[:, None] - hours[None, :])
    cosine = np.asarray((rows @ rows.T).todense())
    domains = np.array([a.domain for a in articles])
    again = np.where(domains[:, None] == domains[None, :], SAME_PUBLISHER, 1.0)
    spoken = np.array([a.language for a in articles])
    known = spoken != ""
    foreign = (spoken[:, None] != spoken[None, :]) & known[:, None] & known[None, :]
    cosine = cosine * again * np.where(foreign, OTHER_LANGUAGE, 1.0)
    found: np.ndarray = np.clip(cosine, 0, 1) * np.exp(-apart / TIME_SCALE_HOURS)
    return found


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


def _words(article: Article) -> frozenset[str]:
    """Return the stems of title and lead; the "2,3" of a German text is the "2.3" of others."""
    lead = " ".join(article.text.split(maxsplit=LEAD_WORDS)[:LEAD_WORDS])
    found = frozenset(content_words(f"{article.title}\n{lead}")) - _common()
    return frozenset(word.replace(",", ".") if word[0].isdigit() else word for word in found)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(content_words(COMMON))


def idf(stem: str) -> float:
    """Return what a stem weighs: the rarer in AI news, the more, up to that of an unknown one."""
    frequency = _frequencies().get(stem, termtable.FLOOR)
    return math.log(termtable.PER / frequency) + IDF_FLOOR


@lru_cache(maxsize=1)
def _frequencies() -> dict[str, int]:
    """Return the table's stems, each with the number of entries among ``termtable.PER``."""
    found: dict[str, int] = {}
    count = 0
    for token in termtable.TABLE.split():
        if token.isdecimal():
            count = int(token)
        else:
            found[token] = count
    return found
