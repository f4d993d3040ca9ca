"""Make ``digest/core/termtable.py``: in how many feed entries each word stem stands.

    python -m benchmarks.termweights --feeds DIR [DIR …] [--write digest/core/termtable.py]

Each folder holds RSS or Atom files. An entry is its title and the first 60 words of its text. One
that comes again, in another snapshot of a feed, counts once, and no file gives more than 200, lest
one outlet's habits make the table. The table holds single stems in the order of their frequency,
none rarer than the floor: no sentence of the feeds can be read from it.
"""

from __future__ import annotations

import argparse
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from digest.core.text import content_words, plain

LEAD_WORDS = 60
PER_FILE = 200
PER = 10_000
FLOOR = 15  # of 10,000; rarer stems are names and chance, and all weigh the same
WIDTH = 96


def entries(folders: Sequence[Path]) -> Iterator[str]:
    """Yield the title and lead of each entry once, in the order of the files' names."""
    import feedparser

    seen: set[str] = set()
    for folder in folders:
        for path in sorted(folder.glob("*.xml")):
            taken = 0
            for entry in feedparser.parse(path.read_bytes()).entries:
                title = plain(entry.get("title", ""))
                key = entry.get("link", "") or title
                if taken < PER_FILE and title and key not in seen:
                    seen.add(key)
                    taken += 1
                    lead = plain(entry.get("summary", "")).split()[:LEAD_WORDS]
                    yield f"{title}\n{' '.join(lead)}"


def frequencies(texts: Iterator[str]) -> tuple[int, dict[str, int]]:
    """Return the number of texts, and for each stem how many of 10,000 hold it, from the floor."""
    total, found = 0, Counter[str]()
    for text in texts:
        total += 1
        found.update({word for word in content_words(text) if word.isalpha()})
    per = {stem: round(n * PER / total) for stem, n in found.items()}
    return total, {stem: count for stem, count in per.items() if count > FLOOR}


def table(per: dict[str, int]) -> str:
    """Return the table's lines: a frequency, then the stems that have it."""
    ordered = sorted(per, key=lambda stem: (-per[stem], stem))
    return "\n".join(
        textwrap.fill(f"{count} {' '.join(stems)}", WIDTH, subsequent_indent="  ")
        for count, stems in groupby(ordered, key=per.__getitem__)
    )


def module(total: int, per: dict[str, int], folders: Sequence[Path]) -> str:
    """Return the source of the table's module."""
    names = " ".join(folder.name for folder in folders)
    return f'''"""In how many of 10,000 entries of AI news feeds each word stem stands.

Counted over the titles and leads of {total:,} entries; {len(per):,} stems. Made by
``python -m benchmarks.termweights --feeds {names}``; ``similarity`` reads it.
"""

from typing import Final

PER: Final = {PER:_}  # entries
FLOOR: Final = {FLOOR}  # a stem that is not in the table counts as if this many entries held it

# A frequency, then the stems that have it.
TABLE: Final = """
{table(per)}
"""
'''


def main() -> None:
    """Print the table's module, or write it."""
    parser = argparse.ArgumentParser(description="Count word stems in feeds.")
    parser.add_argument("--feeds", nargs="+", type=Path, required=True, metavar="DIR")
    parser.add_argument("--write", type=Path, metavar="FILE")
    given = parser.parse_args()
    total, per = frequencies(entries(given.feeds))
    source = module(total, per, given.feeds)
    if given.write:
        given.write.write_text(source, encoding="utf-8")
        print(f"{given.write}: {len(per)} stems of {total} entries")
    else:
        print(source)


if __name__ == "__main__":
    main()
