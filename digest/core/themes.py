"""What a section is about: themes with their words, their plain headings and their emoji."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from digest.core.text import content_words, words
from digest.core.themetable import TABLE

SPEECH: Final = "💬 🗣️ 🎙️"
DETAIL: Final = "📌 📎 🔎 🗒️ 📰 🧷 🪧 🔖"
HEADLINE: Final = "📰 ⚡ 🗞️ 📡"

_MONEY: Final = re.compile(
    r"[$€£¥]\s?\d|\d\s?[$€£¥]|\b(?:dollars?|euros?|pounds|yuan|yen|Dollar)\b"
)


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    needs: tuple[frozenset[str], ...]  # one stem of each group
    bans: frozenset[str] = frozenset()

    def holds(self, found: Collection[str]) -> bool:
        """Whether the heading is true of a sentence with the terms ``found``."""
        return self.bans.isdisjoint(found) and all(not n.isdisjoint(found) for n in self.needs)


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject of AI news: stems that speak of it, emoji, headings by language."""

    name: str
    phase: int
    emoji: str  # candidates, separated by spaces
    stems: frozenset[str]
    headings: tuple[Heading, ...]
    german: tuple[Heading, ...]

    def fitting(self, language: str, found: Collection[str]) -> list[str]:
        """Return the headings in ``language`` that are true of a sentence with these terms."""
        listed = {"en": self.headings, "de": self.german}.get(language, ())
        return [heading.text for heading in listed if heading.holds(found)]


def terms(sentence: str) -> frozenset[str]:
    """Return what the table can match of a sentence: stems, plain words, "¤" for money."""
    found = {*content_words(sentence), *words(sentence)}
    if _MONEY.search(sentence):
        found.add("¤")
    return frozenset(found)


def weigh(found: Collection[str]) -> list[tuple[int, Theme]]:
    """Return (words in common, theme) for the themes with a word among ``found``, best first."""
    known = frozenset(found)
    scored = [(len(known & theme.stems), i) for i, theme in enumerate(themes())]
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    return [(n, themes()[i]) for n, i in scored if n]


@lru_cache(maxsize=1)
def themes() -> tuple[Theme, ...]:
    """Return the table, read."""
    found = []
    for block in re.split(r"\n(?=\S)", TABLE.strip()):
        title, *lines = re.sub(r"\n {3,}", " ", block).split("\n")
        name, phase, emoji = title.split(" ", 2)
        entries = [line.strip().partition(": ") for line in lines]
        listed = [(label, rest) for label, _, rest in entries]
        found.append(
            Theme(
                name,
                int(phase),
                emoji,
                _stems(dict(listed)["words"]),
                tuple(_heading(*e) for e in listed if e[0] != "words" and e[0][:3] != "de "),
                tuple(_heading(e[0][3:], e[1]) for e in listed if e[0][:3] == "de "),
            )
        )
    return tuple(found)


def _heading(text: str, condition: str) -> Heading:
    groups = [group.strip() for group in condition.split("&")]
    return Heading(
        text,
        tuple(_stems(group) for group in groups if group[0] != "!"),
        frozenset().union(*(_stems(group[1:]) for group in groups if group[0] == "!")),
    )


def _stems(listed: str) -> frozenset[str]:
    # "will" and "own" say nothing elsewhere, but here they do: they stand for themselves.
    return frozenset(stem for word in listed.split() for stem in content_words(word) or [word])
