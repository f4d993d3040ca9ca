"""An explanation as plain lines of 80 columns, and as a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from digest.render.columns import fold
from digest.render.printable import line

WIDTH = 80
TEXT = 14  # the column where what is said of a label begins
DETAIL = 16


@dataclass(frozen=True)
class Fact:
    """One thing that is known, and what it rests on."""

    label: str
    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """What is known of an article, a story or an edition."""

    kind: str  # article | story | edition
    title: str
    facts: tuple[Fact, ...]

    def lines(self) -> list[str]:
        """Return it for a person; texts from outside cannot move a terminal's cursor."""
        told = fold(line(self.title), WIDTH).split("\n")
        return [*told, *(each for fact in self.facts for each in _told(fact))]

    def document(self) -> dict[str, object]:
        """Return it for a program."""
        return {
            "kind": self.kind,
            "title": self.title,
            "facts": [
                {"label": f.label, "text": f.text, "details": list(f.details)} for f in self.facts
            ],
        }


def _told(fact: Fact) -> Iterator[str]:
    label = f"  {fact.label}".ljust(TEXT)
    for part in fold(line(fact.text), WIDTH - TEXT).split("\n"):
        yield f"{label}{part}".rstrip()
        label = " " * TEXT
    for detail in fact.details:
        yield from _indented(detail)


def _indented(detail: str) -> Iterable[str]:
    return (f"{' ' * DETAIL}{part}" for part in fold(line(detail), WIDTH - DETAIL).split("\n"))
