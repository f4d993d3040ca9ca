"""How central each sentence of a story is, and how alike two of them are.

LexRank: Erkan & Radev, "LexRank: Graph-based Lexical Centrality as Salience in Text
Summarization", JAIR 22 (2004), in its continuous form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

# numpy takes 0.1 s to load, so it loads when the first story is written.
if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

_DAMPING = 0.85  # of the paper
_STEPS = 60
_ENOUGH = 1e-5


def similarities(documents: Sequence[Sequence[str]]) -> Matrix:
    """Return the cosines of the documents' TF-IDF vectors, n × n, 0..1, ones on the diagonal.

    A document is its list of terms; one without terms is like nothing.
    """
    import numpy as np

    columns: dict[str, int] = {}
    counts = [Counter(terms) for terms in documents]
    spread: Counter[str] = Counter()
    for count in counts:
        spread.update(count.keys())
    for count in counts:
        for term in count:
            columns.setdefault(term, len(columns))
    rows: Matrix = np.zeros((len(documents), max(len(columns), 1)), dtype=np.float32)
    for i, count in enumerate(counts):
        for term, n in count.items():
            rows[i, columns[term]] = (1 + np.log(n)) * np.log((1 + len(counts)) / spread[term])
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(lengths > 0, lengths, 1)
    alike: Matrix = np.clip(rows @ rows.T, 0, 1)
    np.fill_diagonal(alike, 1)
    return alike


def centrality(alike: Matrix) -> npt.NDArray[np.float64]:
    """Return each sentence's LexRank from the n × n similarities, the most central being 1."""
    import numpy as np

    n = len(alike)
    if n == 0:
        return np.zeros(0)
    weights = alike.astype(np.float64)
    np.fill_diagonal(weights, 0)
    totals = weights.sum(axis=1, keepdims=True)
    # A sentence like no other sends its weight everywhere.
    moves = np.where(totals > 0, weights / np.where(totals > 0, totals, 1), 1 / n)
    rank = np.full(n, 1 / n)
    for _ in range(_STEPS):
        step = (1 - _DAMPING) / n + _DAMPING * (rank @ moves)
        change = float(np.abs(step - rank).sum())
        rank = step
        if change < _ENOUGH:
            break
    highest: npt.NDArray[np.float64] = rank / rank.max()
    return highest
