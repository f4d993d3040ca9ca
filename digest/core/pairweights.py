"""What speaks for and against two articles telling one event: learnt weights, as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# By words alone, and with the meaning of the titles (all-MiniLM-L6-v2).
WORDS: Final[Mapping[str, float]] = {
    "bias": -9.434,
    "characters": 18.386,
    "hours": -0.454,
    "publisher": -2.856,
    "companies": 1.217,
    "other_companies": -1.546,
    "other_numbers": -1.653,
    "other_names": -0.598,
    "bigrams": 0.587,
}
MEANING: Final[Mapping[str, float]] = {
    "bias": -10.156,
    "characters": 12.330,
    "hours": -0.523,
    "publisher": -2.926,
    "companies": 2.059,
    "other_companies": -1.788,
    "other_numbers": -2.047,
    "other_names": -0.859,
    "bigrams": 0.394,
    "meaning": 9.064,
}
