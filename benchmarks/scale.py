"""How long a window of many articles takes to group, and to take in more.

The articles are ``planted``'s: invented headlines, half with a lead. Every figure comes from a
process of its own, so that one's memory is not another's. Last line, one JSON object:

- ``mode``: "words", or "vectors" with ``--vectors``: unit vectors of the titles stand in an SQLite
  store as a run leaves them there, and reading them is part of the time.
- ``seconds``: from articles in memory to stories; ``growth``: that, by what a tenth of the
  articles takes.
- ``pair_f1``, ``pair_precision``, ``pair_recall``: of pairs of articles in one story, against the
  planted events.
- ``hard_pair_f1``: of a tenth of the articles, with more sagas and templates among them.
- ``peak_rss_mb``: of the process that groups all, its articles included.
- ``incremental_s``: adding ``added`` articles to a window of all the others, and telling the
  stories; ``incremental_equal``: whether they are those of grouping all at once.

Exits with 1 where they are not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.planted import Planted, planted, vectors
from digest.adapters.store import SqlStore
from digest.core import stories
from digest.core.traits import Meaning, masked
from digest.core.window import opened
from digest.meaning import Embedding
from digest.models import Article, Story

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ADDED = 1_000


@dataclass(frozen=True)
class _Kept:
    """The name under which the vectors are kept. It makes none."""

    name: str = "planted"
    languages: frozenset[str] = frozenset()
    local: bool = True

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise LookupError(f"no vector is kept of {len(texts)} titles")


def main() -> None:
    """Measure, print a table, and the JSON object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--vectors", action="store_true", help="with the meaning of the titles")
    parser.add_argument("--part", choices=sorted(_PARTS), help=argparse.SUPPRESS)
    parser.add_argument("--store", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not asked.part and asked.articles < 2 * ADDED:
        parser.error(f"--articles must be at least {2 * ADDED}")
    if asked.part:
        print(json.dumps(_PARTS[asked.part](planted(asked.articles), asked.store)))
        return
    with tempfile.TemporaryDirectory() as folder:
        figures = _figures(asked.articles, Path(folder) if asked.vectors else None)
    for name, figure in figures.items():
        print(f"{name:20} {figure}")
    print(json.dumps(figures))
    sys.exit(0 if figures["incremental_equal"] else 1)


def _figures(articles: int, folder: Path | None) -> dict[str, Any]:
    def run(part: str, count: int) -> dict[str, Any]:
        store = f"sqlite:///{folder / f'{count}.db'}" if folder else ""
        command = [sys.executable, "-m", "benchmarks.scale", "--part", part, "--store", store]
        command += ["--articles", str(count)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        return dict(json.loads(done.stdout.splitlines()[-1]))

    tenth = articles // 10
    if folder:
        for count in (tenth, articles):
            run("keep", count)
    small, large = run("group", tenth), run("group", articles)
    return {
        "mode": "vectors" if folder else "words",
        "articles": articles,
        **large,
        "growth": round(large["seconds"] / small["seconds"], 2),
        "tenth_s": small["seconds"],
        "hard_pair_f1": run("hard", tenth)["pair_f1"],
        **run("add", articles),
    }


def _keep(made: Planted, url: str) -> dict[str, Any]:
    """Keep a vector of each title, as a run does."""
    rows = vectors(made.events).astype("<f4")
    with SqlStore.open(url) as store:
        for begin in range(0, len(rows), 10_000):
            part = zip(made.articles[begin : begin + 10_000], rows[begin:], strict=False)
            store.save_vectors(_Kept.name, {_key(a): row.tobytes() for a, row in part})
    return {}


def _key(article: Article) -> str:
    return sha256(masked(article.title).encode()).hexdigest()


def _meaning(articles: Sequence[Article], url: str) -> Meaning | None:
    if not url:
        return None
    texts = {a.id: masked(a.title) for a in articles}
    with SqlStore.open(url) as store:
        found = asyncio.run(Embedding(_Kept(), store).vectors(sorted(set(texts.values()))))
    return Meaning({key: found[text] for key, text in texts.items()})


def _group(made: Planted, url: str) -> dict[str, Any]:
    began = time.perf_counter()
    meaning = _meaning(made.articles, url)
    found = stories.group(made.articles, language="en", meaning=meaning)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return {
        "seconds": round(seconds, 2),
        **_scores(made, found),
        "peak_rss_mb": round(megabytes),
        "stories": len(found),
    }


def _hard(made: Planted, url: str) -> dict[str, Any]:
    harder = planted(len(made.articles), hard=True)
    meaning = None
    if url:
        rows = vectors(harder.events)
        meaning = Meaning({a.id: row for a, row in zip(harder.articles, rows, strict=True)})
    return _scores(harder, stories.group(harder.articles, language="en", meaning=meaning))


def _add(made: Planted, url: str) -> dict[str, Any]:
    old, new = made.articles[:-ADDED], made.articles[-ADDED:]
    window = stories.added(opened(), old, _meaning(old, url))
    began = time.perf_counter()
    added = stories.told(stories.added(window, new, _meaning(new, url)), "en")
    seconds = time.perf_counter() - began
    every = stories.group(made.articles, language="en", meaning=_meaning(made.articles, url))
    return {
        "incremental_s": round(seconds, 2),
        "incremental_equal": added == every,
        "added": ADDED,
    }


def _scores(made: Planted, found: Iterable[Story]) -> dict[str, float]:
    event = {a.id: n for a, n in zip(made.articles, made.events, strict=True)}
    hits = joined = 0
    for story in found:
        members = Counter(event[a.id] for a in stories.reports(story))
        hits += _pairs(members.values())
        joined += _pairs([members.total()])
    planted_pairs = _pairs(Counter(made.events).values())
    return {
        "pair_f1": round(2 * hits / (joined + planted_pairs), 4),
        "pair_precision": round(hits / joined, 4),
        "pair_recall": round(hits / planted_pairs, 4),
    }


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


_PARTS: dict[str, Callable[[Planted, str], dict[str, Any]]] = {
    "keep": _keep,
    "group": _group,
    "hard": _hard,
    "add": _add,
}


if __name__ == "__main__":
    main()
