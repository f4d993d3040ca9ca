"""What speaks for and against two articles telling one event: weights, as text.

Made by
``python -m benchmarks.pairweights --gold ai_stories_dev.json --embeddings all-MiniLM-L6-v2``.
What each column holds stands in ``similarity``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# By words alone.
WORDS: Final[Mapping[str, float]] = {
    "bias": -9.485,
    "characters": 18.729,
    "hours": -0.467,
    "publisher": -2.732,
    "companies": 1.159,
    "other_companies": -1.529,
    "other_numbers": -1.636,
    "other_names": -0.773,
    "bigrams": 0.576,
}
# And with the meaning of the titles, on the scale of all-MiniLM-L6-v2.
MEANING: Final[Mapping[str, float]] = {
    "bias": -10.066,
    "characters": 12.337,
    "hours": -0.529,
    "publisher": -2.773,
    "companies": 1.937,
    "other_companies": -1.790,
    "other_numbers": -1.896,
    "other_names": -1.015,
    "bigrams": 0.431,
    "meaning": 8.902,
}
