"""What a word stem weighs: the rarer in AI news, the more."""

from __future__ import annotations

import math
from functools import lru_cache

from digest.core import termtable

IDF_FLOOR = 1.0  # keeps a word of every other article from weighing nothing


@lru_cache(maxsize=1 << 16)
def idf(stem: str) -> float:
    """Return what a stem weighs: the rarer in AI news, the more, up to that of an unknown one.

    The inverse document frequency (Spärck Jones 1972) by the frozen ``termtable``, never by what
    else was published: else two articles would be one story on a busy day and two on a quiet one.
    """
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
