"""How alike two articles are: their words, and the hours between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from digest.core.text import content_words, words
from digest.models import Article

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

TITLE_WEIGHT = 2.0  # a title's word says more than a lead's
LEAD_WORDS = 60
TIME_SCALE_HOURS = 120.0  # exp(-Δt / 5 d), measured on the labelled headlines
SAME_PUBLISHER = 0.6  # a publisher seldom reports one event twice, but often one company
SHINGLE = 5  # words


def vectors(articles: Sequence[Article]) -> csr_matrix:
    """Return unit TF-IDF rows over titles and leads, one per article.

    The inverse document frequency comes from these very articles, smoothed as if one more
    document held every word (Salton & Buckley 1988).
    """
    import numpy as np
    from scipy.sparse import csr_matrix, diags

    rows: list[int] = []
    columns: list[int] = []
    weights: list[float] = []
    vocabulary: dict[str, int] = {}
    for row, article in enumerate(articles):
        for word, weight in _weights(article).items():
            rows.append(row)
            columns.append(vocabulary.setdefault(word, len(vocabulary)))
            weights.append(weight)
    shape = (len(articles), max(1, len(vocabulary)))
    counts = csr_matrix((weights, (rows, columns)), shape=shape)
    documents = np.bincount(counts.indices, minlength=shape[1])
    idf = np.log((1 + shape[0]) / (1 + documents)) + 1
    weighted = counts @ diags(idf)
    norms = np.sqrt(weighted.multiply(weighted).sum(axis=1)).A1
    norms[norms == 0] = 1
    return csr_matrix(diags(1 / norms) @ weighted)


def alike(rows: csr_matrix, articles: Sequence[Article]) -> np.ndarray:
    """Return the dense matrix of similarities in 0..1.

    Word cosine × exp(-hours apart / 120), less for two articles of one publisher.
    """
    import numpy as np

    hours = np.array([a.published_at.timestamp() / 3600 for a in articles])
    apart = np.abs(hours[:, None] - hours[None, :])
    cosine = np.asarray((rows @ rows.T).todense())
    domains = np.array([a.domain for a in articles])
    again = np.where(domains[:, None] == domains[None, :], SAME_PUBLISHER, 1.0)
    found: np.ndarray = np.clip(cosine, 0, 1) * np.exp(-apart / TIME_SCALE_HOURS) * again
    return found


def same_text(a: Article, b: Article) -> float:
    """Return the share of the shorter text's five-word shingles that the longer one holds too.

    Broder's containment (1997): 1.0 for a wire copy with another header, near 0 for two reports
    of one event written apart.
    """
    first, second = shingles(a.text), shingles(b.text)
    if not first or not second:
        return 0.0
    return len(first & second) / min(len(first), len(second))


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Return the set of the text's five-word runs."""
    tokens = words(text)
    return frozenset(tuple(tokens[i : i + SHINGLE]) for i in range(len(tokens) - SHINGLE + 1))


def _weights(article: Article) -> Counter[str]:
    counts: Counter[str] = Counter()
    for word in content_words(article.title):
        counts[word] += TITLE_WEIGHT  # type: ignore[assignment]
    for word in content_words(" ".join(article.text.split(maxsplit=LEAD_WORDS)[:LEAD_WORDS])):
        counts[word] += 1
    return counts
