"""Plain text set in columns, as wide as a fixed-width font shows it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_MARK = re.compile(r"\s*(?:\[\d+\] |- )?")  # what the lines after a list item's hang from
_ADDRESS = re.compile(r"\s*[a-z]+:\S+")
# A space where a line may be broken: not before and not within a mark such as "[1, 2]", which
# stays with the word before it.
_BREAK = re.compile(r" (?!\[?\d{1,4}(?:, \d{1,4}){0,9}\])")


def columns(text: str) -> int:
    """Return how many columns ``text`` takes: two for emoji and East Asian characters."""
    if text.isascii():
        return len(text)
    return sum(_breadth(character) for character in text)


def fold(text: str, width: int) -> str:
    """Return ``text`` with each line broken at spaces, so that none takes more than ``width``.

    A mark of sources, "[1]" or "[1, 2]", stays on the line of the word before it.
    A line that is one address stays whole; a word too long for a line is broken anywhere else.
    Lines that begin with a mark of a list hang from it.
    """
    return "\n".join(part for line in text.split("\n") for part in _folded(line, width))


def _folded(line: str, width: int) -> Iterator[str]:
    if columns(line) <= width or _ADDRESS.fullmatch(line):
        yield line
        return
    mark = _MARK.match(line)
    start = mark[0] if mark else ""
    indent = " " * min(columns(start), width // 2)
    current, used, empty = start, columns(start), True
    for word in _words(line[len(start) :], width - len(indent)):
        size = columns(word)
        if not empty and used + 1 + size > width:
            yield current
            current, used, empty = indent, len(indent), True
        current += word if empty else f" {word}"
        used += size if empty else size + 1
        empty = False
    yield current


def _words(text: str, width: int) -> Iterator[str]:
    """Yield what stays together; what is wider than ``width`` word by word, or in pieces."""
    for whole in _BREAK.split(text):
        if columns(whole) <= width:
            yield whole
            continue
        for word in whole.split(" "):
            yield from _pieces(word, width)


def _pieces(word: str, width: int) -> Iterator[str]:
    piece, used = "", 0
    for character in word:
        size = _breadth(character)
        if used + size > width:
            yield piece
            piece, used = "", 0
        piece += character
        used += size
    yield piece


def _breadth(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.category(character) in ("Mn", "Me", "Cf") else 1
