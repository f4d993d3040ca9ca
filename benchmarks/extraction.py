"""How true and how fast article text is: ``python -m benchmarks.extraction``.

``--pages`` is the folder that holds ``html``, ``--gold`` a JSON list: for each page its address,
its file, the strings that its text must (``with``) and must not (``without``) hold, and title,
author and date where they are known. Strings are looked for as they stand, in the text of
``articles.extract`` and in that of trafilatura as it comes, with its metadata, on the same bytes.
Precision, recall and F1 are over all strings together, as trafilatura's own evaluation has them.
What is wrong is printed page by page; the last line is one JSON object. The contract's keys:

- ``f1``, ``precision`` and ``f1_default``, ``precision_default``: ours and trafilatura's.
- ``cpu_ratio``: our CPU time ÷ trafilatura's, in this process, page by page in turn; the median of
  ``--rounds`` (5). A round before them, not counted, fills both sides' caches.
- ``date_exact``, ``date_exact_default``: the share of dated pages with the right day.
- ``title_exact``, ``author_exact``: the same for titles (white space aside) and for authors
  (as sets of names, marks aside). ``…_default`` are trafilatura's.
- ``speedup_2``: pages a second of two worker processes ÷ those of one, through their port; the best
  of ``--turns`` (3) each, since other work on the machine only ever slows.

Beside them: ``cpu_ratios`` (each round's), ``cpu_ratio_first`` (of the round not counted: what a
worker that has just started pays), ``ms_a_page``, ``f1_without_additions`` (trafilatura with our
setting and nothing of ours), ``f1_halves`` and ``f1_default_halves`` (every other page),
``f1_default_with_comments``, ``dates_invented`` (days given to pages that have none in the gold),
and ``qualities``, how many pages were judged what.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.marks import Marks
from digest.adapters.workers import ProcessWorkers
from digest.core import articles
from digest.errors import ArticleError
from digest.models import Extraction, Quality

_WAITING = 4  # tasks for each worker: enough that none is ever without


@dataclass(frozen=True, slots=True)
class Page:
    """A page and what is known about it."""

    url: str
    file: str
    body: bytes
    within: tuple[str, ...]
    without: tuple[str, ...]
    title: str
    authors: frozenset[str]
    day: str


def read(folder: Path, gold: Path) -> list[Page]:
    """Return the pages of a gold file."""
    return [
        Page(
            known["url"],
            known["file"],
            (folder / "html" / known["file"]).read_bytes(),
            tuple(known["with"]),
            tuple(known["without"]),
            _line(known.get("title")),
            _names(known.get("author")),
            known.get("date") or "",
        )
        for known in json.loads(gold.read_text("utf-8"))
    ]


def scored(pages: Sequence[Page], texts: Sequence[str]) -> Marks:
    """Return how the texts of pages fare, all strings taken together."""
    pairs = list(zip(pages, texts, strict=True))
    right = sum(part in text for page, text in pairs for part in page.within)
    wrong = sum(part in text for page, text in pairs for part in page.without)
    return Marks(right, wrong, sum(len(page.within) for page in pages) - right)


def extracted(page: Page) -> Extraction:
    """Return what a page gives us; nothing where it is no page."""
    try:
        return articles.extract(page.body, page.url, "text/html")
    except ArticleError as error:
        return Extraction(Quality.ERROR, "", note=str(error))


def by_default(page: Page) -> Any:
    """Return what trafilatura makes of a page as it comes, with metadata; None for nothing."""
    from trafilatura import bare_extraction

    return bare_extraction(page.body, url=page.url, with_metadata=True)


def _bare(page: Page) -> str:
    from trafilatura import bare_extraction

    found: Any = bare_extraction(page.body, url=page.url, include_comments=False)
    return (found and found.text) or ""


# --- time ------------------------------------------------------------------------------------


def cpu_seconds(pages: Sequence[Page], turn: int) -> tuple[float, float]:
    """Return the CPU time that we and trafilatura take for all pages, page by page in turn."""
    spent = [0.0, 0.0]
    readers: tuple[Callable[[Page], object], ...] = (extracted, by_default)
    for number, page in enumerate(pages):
        for side in (0, 1) if (number + turn) % 2 else (1, 0):
            began = time.process_time()
            readers[side](page)
            spent[side] += time.process_time() - began
    return spent[0], spent[1]


def speedup(pages: Sequence[Page], turns: int) -> float:
    """Return how many times as many pages a second two workers read as one does."""
    best = {1: float("inf"), 2: float("inf")}
    for _ in range(turns):
        for processes in best:
            best[processes] = min(best[processes], asyncio.run(_wall_seconds(pages, processes)))
    return best[1] / best[2]


async def _wall_seconds(pages: Sequence[Page], processes: int) -> float:
    places = asyncio.Semaphore(_WAITING * processes)
    async with ProcessWorkers(processes, timeout=60) as workers:

        async def task(page: Page) -> None:
            async with places:
                with suppress(ArticleError):
                    await workers.run(articles.extract, page.body, page.url, "text/html")

        await asyncio.gather(*map(task, pages[: 10 * processes]))  # imports, caches
        began = time.perf_counter()
        await asyncio.gather(*map(task, pages))
        return time.perf_counter() - began


# --- what a page says of itself --------------------------------------------------------------


def _line(value: Any) -> str:
    return " ".join(str(value or "").split())


def _names(value: Any) -> frozenset[str]:
    parts = value if isinstance(value, list) else re.split(r"[;,]", str(value or ""))
    letters = (" ".join(re.sub(r"[\W_]+", " ", part).casefold().split()) for part in parts)
    return frozenset(filter(None, letters))


def _share(pages: Sequence[Page], known: str, found: Sequence[Any]) -> float:
    """Return the share of the pages for which something is known that have it right."""
    pairs: list[tuple[Any, Any]] = [
        (getattr(p, known), f) for p, f in zip(pages, found, strict=True)
    ]
    pairs = [(right, given) for right, given in pairs if right]
    return sum(bool(right == given) for right, given in pairs) / max(1, len(pairs))


def _halves(pages: Sequence[Page], texts: Sequence[str]) -> list[float]:
    return [round(scored(pages[n::2], texts[n::2]).f1, 4) for n in (0, 1)]


# --- the report ------------------------------------------------------------------------------


def report(pages: Sequence[Page], rounds: int, turns: int) -> dict[str, object]:
    """Return every figure, having printed what is wrong page by page."""
    first, *times = [cpu_seconds(pages, turn) for turn in range(rounds + 1)]
    ratios = [ours / theirs for ours, theirs in times]
    ours = [extracted(page) for page in pages]
    theirs = [by_default(page) for page in pages]
    texts = [found.text for found in ours]
    defaults = [(found and found.text) or "" for found in theirs]
    remarks = [(found and found.comments) or "" for found in theirs]
    with_comments = ["\n".join(both) for both in zip(defaults, remarks, strict=True)]
    days = [f"{e.published_at:%Y-%m-%d}" if e.published_at else "" for e in ours]
    their_days = [(found and found.date) or "" for found in theirs]
    _tell(pages, ours, days, their_days)
    mine, default = scored(pages, texts), scored(pages, defaults)
    shares = {
        "date_exact": _share(pages, "day", days),
        "date_exact_default": _share(pages, "day", their_days),
        "title_exact": _share(pages, "title", [_line(e.title) for e in ours]),
        "title_exact_default": _share(pages, "title", [_line(f and f.title) for f in theirs]),
        "author_exact": _share(pages, "authors", [_names(e.author) for e in ours]),
        "author_exact_default": _share(pages, "authors", [_names(f and f.author) for f in theirs]),
    }
    undated = [(a, b) for p, a, b in zip(pages, days, their_days, strict=True) if not p.day]
    return {
        "f1": round(mine.f1, 4),
        "f1_default": round(default.f1, 4),
        "precision": round(mine.precision, 4),
        "precision_default": round(default.precision, 4),
        "cpu_ratio": round(statistics.median(ratios), 3),
        **{key: round(share, 3) for key, share in shares.items()},
        "speedup_2": round(speedup(pages, turns), 2),
        "cpu_ratios": [round(ratio, 3) for ratio in ratios],
        "cpu_ratio_first": round(first[0] / first[1], 3),
        "ms_a_page": [
            round(1000 * statistics.median(side) / len(pages), 1)
            for side in zip(*times, strict=True)
        ],
        "f1_without_additions": round(scored(pages, [_bare(page) for page in pages]).f1, 4),
        "f1_halves": _halves(pages, texts),
        "f1_default_halves": _halves(pages, defaults),
        "f1_default_with_comments": round(scored(pages, with_comments).f1, 4),
        "dates_invented": [sum(bool(a) for a, _ in undated), sum(bool(b) for _, b in undated)],
        "qualities": dict(Counter(str(found.quality) for found in ours)),
        "pages": len(pages),
    }


def _tell(
    pages: Sequence[Page], ours: Sequence[Extraction], days: Sequence[str], theirs: Sequence[str]
) -> None:
    """Print each page that is not judged full, and each date that is not the gold's."""
    for page, found, day, their_day in zip(pages, ours, days, theirs, strict=True):
        if found.quality is not Quality.FULL:
            print(f"{found.quality}: {page.file}: {found.note}")
        if page.day and day != page.day:
            known = f"gold {page.day}, ours {day or 'none'}, trafilatura's {their_day or 'none'}"
            print(f"date: {page.file}: {known}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction")
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--turns", type=int, default=3)
    asked = parser.parse_args()
    print(
        json.dumps(report(read(asked.pages, asked.gold), max(1, asked.rounds), max(1, asked.turns)))
    )


if __name__ == "__main__":
    main()
