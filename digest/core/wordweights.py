"""What the groups of the vocabulary weigh, and words that differ from theirs.

Log-odds: 0.7 doubles the odds, 4 settles the matter. Learnt from labelled titles
(headlines: 125, stories: 608, tagged: 205) by
``python -m benchmarks.wordweights --headlines FILE --stories FILE --tagged DIR
--write digest/core/wordweights.py``; ``benchmarks.relevance`` measures them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

START: Final = -2.57  # a headline with none of the words
LEAD: Final = 0.57  # what a word in the lead says, of what it says in the title
PRICE: Final = -5.82  # a shopper's price in the title
ADVICE: Final = -1.41  # advice, a column in the first person, a show of one's own

GROUPS: Final[Mapping[str, float]] = {
    "subject": 5.37,
    "labs": 4.39,
    "products": 4.31,
    "names": 3.10,
    "people": 3.00,
    "craft": 2.97,
    "chips": 3.10,
    "sites": 1.86,
    "robots": 2.58,
    "cars": 1.27,
    "terms": 1.08,
    "companies": 0.45,
    "hints": 0.23,
    "other_meanings": -0.00,
    "selling": -5.02,
    "other_fields": -1.15,
}

WORDS: Final[Mapping[str, float]] = {
    "AI": 5.59,
    "agent": 1.20,
    "agents": 0.78,
    "apple": 0.34,
    "copyright": 0.39,
    "data": 0.45,
    "google": 0.57,
    "gpu": 2.99,
    "intel": 0.28,
    "meta": 0.75,
    "microsoft": 0.34,
    "nvidia": 3.30,
    "quantum": -0.91,
    "reddit": 0.56,
    "researchers": 0.33,
    "robot": -0.08,
}
