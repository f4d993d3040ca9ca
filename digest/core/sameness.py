"""Does a page show what the feed's entry tells of?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from digest.core import text
from digest.models import Entry, Extraction

_LEAST: Final = 0.4  # of the words that the feed says
_SUMMARY_WORDS: Final = 30
_SUMMARY_CHARS: Final = 1_500
_TELLING: Final = 10  # words of a summary without a title; fewer tell nothing
_SHORT: Final = 2  # words of a title of which one is enough
_WIDE: Final = re.compile("[\u3040-\u9fff\uac00-\ud7a3]+")  # scripts without blanks


def tells_of(entry: Entry, page: Extraction) -> bool:
    """Whether enough of the content words of the entry stand in the page's title and text.

    Two in five of the title's or of the beginning of the summary's. A page in another language
    shares no words but those of a title that is the same. Entries that say next to nothing fit
    any page.
    """
    title = _terms(entry.title)
    summary = _terms((entry.summary or entry.content)[:_SUMMARY_CHARS])[:_SUMMARY_WORDS]
    if not title and len(summary) < _TELLING:
        return True
    found = frozenset(_terms(f"{page.title}\n{page.text}"))
    return _share(title, found) >= (0.01 if len(set(title)) <= _SHORT else _LEAST) or (
        _share(summary, found) >= _LEAST
    )


def _share(wanted: Sequence[str], found: frozenset[str]) -> float:
    told = frozenset(wanted)
    return len(told & found) / len(told) if told else 0.0


def _terms(value: str) -> list[str]:
    """Return content words, and pairs of characters where words are not told apart."""
    pairs = [run[i : i + 2] for run in _WIDE.findall(value) for i in range(max(len(run) - 1, 1))]
    return [*text.content_words(_WIDE.sub(" ", value)), *pairs]
