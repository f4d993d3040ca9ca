"""A source's text made ready for many questions: does it hold this name, this run of words?

Everything is compared folded: lower case, no accents, one form of quotes, dashes and spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from digest.core import facts, text

_STEM: Final = 6  # letters compared: "discussed" and "discussions" agree
# Places and who belongs to them, where the first letters do not show it.
_SAME: Final = tuple(
    frozenset(group.split(","))
    for group in (
        "us,usa,united states,america,american,americans,u.s,u.s.",
        "uk,united kingdom,britain,british,great britain,u.k,u.k.",
        "eu,european union,u.e",
        "france,french",
        "netherlands,dutch,holland",
        "switzerland,swiss",
        "spain,spanish",
        "china,chinese",
        "denmark,danish",
        "sweden,swedish",
        "poland,polish",
        "turkey,turkish",
        "ireland,irish",
        "germany,german,germans,deutschland",
        "greece,greek",
        "wales,welsh",
        "uae,united arab emirates,emirati",
        "new york times,nyt",
        "wall street journal,wsj",
        "x,twitter",
    )
)
_DEMONYM: Final = re.compile(r"(?:n|an|ian|ean|ese|i|ish|er|s)")
JOINERS: Final = frozenset(("of", "de", "du", "von", "van", "der", "den", "di", "da", "&", "the"))
_TOKEN: Final = re.compile(r"[^\W_][\w.&'+-]*")
_SPLIT: Final = re.compile(r"[\s-]+")
_MARKS: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‹›`´", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‐‑–—", "-"),
        "…": "...",
    }
)


def fold(raw: str) -> str:
    """Return the text in lower case without accents, with one form of quotes, dashes, spaces."""
    folded = raw.translate(_MARKS).casefold()
    if not folded.isascii():
        # Piece by piece: canonical ordering is quadratic in a run of combining marks.
        pieces = (folded[i : i + 256] for i in range(0, len(folded), 256))
        folded = "".join(unicodedata.normalize("NFKD", piece) for piece in pieces)
        folded = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(folded.split())


def name_parts(folded: str) -> list[str]:
    """Return the words of a folded name that identify it."""
    return [part for part in _SPLIT.split(folded) if part and part not in JOINERS]


def initials(folded: str) -> str:
    """Return the first letters of a folded name's words: "financial times" gives "ft"."""
    return "".join(part[0] for part in name_parts(folded))


def bare(sentence: str) -> str:
    """Return a sentence folded, without its full stop: a headline has none, its retelling has."""
    return fold(sentence).rstrip(".! ")


class SourceText:
    """One article's text, made ready for many questions."""

    def __init__(self, raw: str) -> None:
        raw = raw[: facts.LIMIT]
        split = text.sentences(raw)
        self.folded = fold(raw)
        self.whole = frozenset(bare(sentence) for sentence in split)
        self.numbers = facts.numbers(raw)
        self.days = facts.calendar(raw)
        self.words = text.words(raw.translate(_MARKS))
        self.said = split
        self.sentences = [frozenset(stems(sentence)) for sentence in split]
        self.stems = frozenset[str]().union(*self.sentences)
        self._tokens = self._found_tokens()
        self._inflected = frozenset(text.content_words(self.folded))
        names = facts.names(raw)
        self.acronyms = frozenset(name.lower() for name in names if name.isupper())
        self.initials = frozenset(initials(fold(name)) for name in names if " " in name)

    @staticmethod
    @lru_cache(maxsize=64)
    def of(raw: str) -> SourceText:
        return SourceText(raw)

    def _found_tokens(self) -> frozenset[str]:
        found: set[str] = set()
        for match in _TOKEN.finditer(self.folded):
            token = match[0].rstrip(".'+-&")
            found |= {match[0], token, token.replace(".", ""), *re.split(r"[-']", token)}
        return frozenset(found)

    def has(self, name: str) -> bool:
        """Whether the text holds a folded name, whole words only, in one of its forms."""
        if " " in name:
            return self._phrase(name) or self._by_another_word(name)
        bare = name.rstrip(".")
        if not self._tokens.isdisjoint((bare, bare.removesuffix("s"), bare + "s")):
            return True
        return self._by_another_word(bare) or self._inflection(bare)

    def _phrase(self, name: str) -> bool:
        pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
        return name in self.folded and bool(re.search(pattern, self.folded))

    def _by_another_word(self, name: str) -> bool:
        """Whether the text has the same place or paper by another word ("American", "U.S.")."""
        return any(
            name in group
            and any(w in self._tokens or (" " in w and self._phrase(w)) for w in group)
            for group in _SAME
        )

    def _inflection(self, word: str) -> bool:
        """Whether the text has a place's people ("European", "Europe") or a word's other form."""
        if len(word) < 5 or not word.isalpha():
            return False
        if not self._inflected.isdisjoint(text.content_words(word)):
            return True
        return any(
            token[:4] == word[:4]
            and (
                _DEMONYM.fullmatch(word.removeprefix(token.rstrip("aey")))
                or _DEMONYM.fullmatch(token.removeprefix(word.rstrip("aey")))
            )
            for token in self._tokens
        )

    def nearest(self, own: Sequence[str]) -> frozenset[str]:
        """Return the stems of the two neighbouring sentences that share the most with these."""
        wanted = set(own)
        following = [*self.sentences[1:], frozenset[str]()]
        return max(
            (one | two for one, two in zip(self.sentences, following, strict=False)),
            key=lambda held: len(wanted & held),
            default=frozenset(),
        )


def stems(sentence: str) -> list[str]:
    """Return the content words as they are compared: stemmed, their first letters only."""
    return [stem[:_STEM] for stem in text.content_words(sentence.translate(_MARKS))]


def share(own: Sequence[str], held: frozenset[str]) -> float:
    """Return the share of ``own`` that is held, 0 to 1."""
    return sum(stem in held for stem in own) / len(own) if own else 0.0


def runs(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """Return every run of ``n`` words, in order."""
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def named(name: str, cited: Sequence[SourceText], elsewhere: Sequence[SourceText]) -> bool:
    """Whether a cited source has the name: in full, in another form, or by its last word."""
    folded = fold(name)
    if any(source.has(folded) for source in cited):
        return True
    parts = name_parts(folded)
    if len(parts) < 2:
        return name.isupper() and any(folded in source.initials for source in cited)
    if any(all(source.has(part) for part in parts) for source in cited):
        return True
    if any(initials(folded) in source.acronyms for source in cited):
        return True
    known = any(source.has(folded) for source in elsewhere)
    return known and any(source.has(parts[-1]) for source in cited)


def quoted(quotation: str, source: str) -> bool:
    """Whether the source has the quotation word for word, around what was left out or put in."""
    position = 0
    for piece in re.split(r"\.\.\.|\[[^\]]{0,80}\]", fold(quotation)):
        piece = piece.strip(" .,;:!?-'\"")
        if not piece:
            continue
        found = source.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return True
