"""How fast feeds are updated, beside lemon24/reader: ``python -m benchmarks.feeds [--feeds N]``.

``--feeds`` invented feeds (500) of about 80 KB each, RSS and Atom, whole articles and summaries
(``benchmarks.largefeeds``), each on a host of its own, are served on loopback by a process of its
own, every answer ``--latency`` seconds late (0.05), gzipped, with ETags. Both programs bring a new
SQLite file of their own up to date, then ask again once (every answer a 304), each time in a fresh
process. They take turns, ``--rounds`` times (3), and who begins changes. Figures are medians.

What is timed is the update alone: from the first feed asked to the last one stored. Start, imports
of the program itself, and entering the feeds into the store are left out on both sides.

- The digest runs ``pipeline.poll``, a run's first half (``benchmarks.feedgathering``), with one
  worker process per core, which start within what is timed; ``per_domain.interval: 0`` and
  ``articles: feed``, so that no page is opened; cold, each host is asked for its robots.txt as
  well, a request that reader does not make. It stores every entry, decides on each whether it
  is news, and makes articles of the new ones from the feed's text. Making an edition of them comes
  after and is not timed.
- reader runs ``Reader.update_feeds`` (``benchmarks.feedreader``), which fetches in threads, parses
  in one, cleans the HTML and stores every entry. Its number of threads is the best of
  ``--threads`` (4, 12, 32, 64), each tried once on a quarter of the feeds.

The server shares the cores with both; its CPU time per feed is told, and is no part of theirs.

The contract's keys: ``rate`` and ``reader_rate`` (feeds per second of wall time, cold), ``ratio``
(the median of each round's), ``cpu_ms_per_feed`` (user and system time of all the digest's
processes from the update's start to the program's end, so the workers' start is in it; Linux, else
null). Beside them ``reader_cpu_ms_per_feed``, ``warm_rate``, ``reader_warm_rate``, ``warm_ratio``,
``reader_threads``, ``server_cpu_ms_per_feed``, ``peak_rss_mb`` (the digest's processes together)
and ``cold_ratios``, one for each round.

Exits with 1 where an update lost a feed or an entry.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from benchmarks import largefeeds, processes
from benchmarks.outlets import NOW
from digest.adapters.workers import usable_cores

THREADS = (4, 12, 32, 64)
_ROOT = Path(__file__).parent.parent
_LATER = timedelta(days=1)


@dataclass(frozen=True)
class _Update:
    """One program's update of all feeds."""

    rate: float  # feeds a second
    cpu_ms: float | None  # a feed
    server_cpu_ms: float  # a feed
    said: dict[str, Any]


@dataclass(frozen=True)
class _Round:
    """Both programs, on a new store and again."""

    cold: _Update
    warm: _Update


def main() -> None:
    """Measure, print a table, and the JSON object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feeds")
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--threads", type=int, action="append", help="reader's; 4, 12, 32, 64")
    given = parser.parse_args()
    if min(given.feeds, given.rounds, *(given.threads or [1])) < 1 or not 0 <= given.latency <= 10:
        parser.error("give whole numbers from 1 on, and a latency in seconds from 0 to 10")
    figures = measure(given.feeds, given.rounds, given.latency, given.threads or THREADS)
    print(_table(figures))
    print(json.dumps(figures))
    if figures["trouble"]:
        sys.exit(f"benchmarks.feeds: {figures['trouble']}")


def measure(
    feeds: int, rounds: int, latency: float, tried: Sequence[int] = THREADS
) -> dict[str, Any]:
    """Return the figures of the rounds; ends the program where an update fails."""
    with tempfile.TemporaryDirectory() as name, _server(feeds, latency) as port:
        bench = _Bench(Path(name), port)
        bench.rehearse()
        few = max(1, feeds // 4)
        threads = tried[0]
        if len(tried) > 1:
            threads = max(tried, key=lambda number: bench.read(few, number).cold.rate)
        ours: list[_Round] = []
        theirs: list[_Round] = []
        for number in range(rounds):
            for first in (number % 2 == 0, number % 2 == 1):
                if first:
                    ours.append(bench.gather(feeds))
                else:
                    theirs.append(bench.read(feeds, threads))
    return {**_figures(ours, theirs), "feeds": feeds, "rounds": rounds, "reader_threads": threads}


def _figures(ours: list[_Round], theirs: list[_Round]) -> dict[str, Any]:
    ratios = [our.cold.rate / their.cold.rate for our, their in zip(ours, theirs, strict=True)]
    warm = [our.warm.rate / their.warm.rate for our, their in zip(ours, theirs, strict=True)]
    return {
        "rate": round(median(r.cold.rate for r in ours), 1),
        "reader_rate": round(median(r.cold.rate for r in theirs), 1),
        "ratio": round(median(ratios), 2),
        "cpu_ms_per_feed": _cpu([r.cold for r in ours]),
        "reader_cpu_ms_per_feed": _cpu([r.cold for r in theirs]),
        "warm_rate": round(median(r.warm.rate for r in ours), 1),
        "reader_warm_rate": round(median(r.warm.rate for r in theirs), 1),
        "warm_ratio": round(median(warm), 2),
        "warm_cpu_ms_per_feed": _cpu([r.warm for r in ours]),
        "reader_warm_cpu_ms_per_feed": _cpu([r.warm for r in theirs]),
        "server_cpu_ms_per_feed": round(median(r.cold.server_cpu_ms for r in ours), 2),
        "peak_rss_mb": round(median(r.cold.said["peak_rss_mb"] for r in ours), 1),
        "cold_ratios": [round(ratio, 2) for ratio in ratios],
        "cores": usable_cores(),
        "entries": ours[0].cold.said["entries"],
        "articles": ours[0].cold.said["articles"],
        "trouble": next(filter(None, map(_trouble, ours, theirs)), ""),
    }


def _cpu(updates: list[_Update]) -> float | None:
    known = [update.cpu_ms for update in updates if update.cpu_ms is not None]
    return round(median(known), 2) if known else None


def _trouble(ours: _Round, theirs: _Round) -> str:
    """Return what makes a round worthless, or ""."""
    cold, warm = ours.cold.said, ours.warm.said
    if cold["problems"] or warm["problems"]:
        return f"the digest says: {(cold['problems'] or warm['problems'])[0]}"
    if set(cold["outcomes"]) != {"new"} or set(warm["outcomes"]) != {"unchanged"}:
        return f"the digest’s feeds are {cold['outcomes']}, then {warm['outcomes']}"
    if theirs.cold.said["failed"] or theirs.warm.said["failed"]:
        return "reader could not read every feed"
    if cold["entries"] != theirs.cold.said["entries"]:
        return f"{cold['entries']} entries here, {theirs.cold.said['entries']} in reader"
    return ""


class _Bench:
    """Both programs as commands, each on a new file in a folder."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port

    def rehearse(self) -> None:
        """Update one feed with each, so that what follows runs from compiled bytecode."""
        self._run(1, *self._gathering(1), NOW.isoformat())
        self._run(1, *self._reading(1, 1))

    def gather(self, feeds: int) -> _Round:
        """Return what the digest does with so many feeds."""
        command = self._gathering(feeds)
        moments = (NOW, NOW + _LATER)
        return _Round(*(self._run(feeds, *command, at.isoformat()) for at in moments))

    def read(self, feeds: int, threads: int) -> _Round:
        """Return what reader does with so many feeds in so many threads."""
        command = self._reading(feeds, threads)
        return _Round(*(self._run(feeds, *command) for _ in range(2)))

    def _gathering(self, feeds: int) -> list[str]:
        """Return the digest's command on a store yet to be made, without the time it is for."""
        config = self._folder / "config.yaml"
        settings = {
            "timezone": "UTC",
            "store": f"sqlite:///{self._empty('digest.db')}",
            "edition": {"window": "24h"},
            "feeds": [{"url": u, "category": "media"} for u in largefeeds.addresses(feeds)],
            "fetch": {
                "articles": "feed",
                "connect_to": {"*.test": f"127.0.0.1:{self._port}"},
                "per_domain": {"interval": 0},
            },
        }
        config.write_text(yaml.safe_dump(settings), encoding="utf-8")
        return ["feedgathering", str(config)]

    def _reading(self, feeds: int, threads: int) -> list[str]:
        """Return reader's command on a file yet to be made."""
        file = self._empty("reader.db")
        return ["feedreader", str(file), str(feeds), str(self._port), str(threads)]

    def _empty(self, name: str) -> Path:
        for file in self._folder.glob(f"{name}*"):
            file.unlink()
        return self._folder / name

    def _run(self, feeds: int, module: str, *arguments: str) -> _Update:
        command = [sys.executable, "-W", "ignore", "-m", f"benchmarks.{module}", *arguments]
        self._server_cpu()
        done = processes.timed(command, _ROOT, {"PYTHONDONTWRITEBYTECODE": ""})
        if done.code != 0:
            sys.exit(f"benchmarks.{module} failed ({done.code}):\n{done.output}")
        said = json.loads(done.output.splitlines()[-1])
        cpu = None if done.cpu is None else 1000 * (done.cpu - said["cpu_before"]) / feeds
        server = 1000 * self._server_cpu() / feeds
        return _Update(feeds / said["seconds"], cpu, server, said)

    def _server_cpu(self) -> float:
        """Return the seconds that the server worked since it was last asked this."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        connection.request("GET", "/", headers={"Host": "log.test"})
        log: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return float(log["cpu_s"])


@contextmanager
def _server(feeds: int, latency: float) -> Iterator[int]:
    """Give the port of the invented feeds' server, for the length of a block."""
    command = [sys.executable, "-m", "benchmarks.largefeeds", str(feeds), str(latency)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline())
        finally:
            server.kill()


def _table(figures: dict[str, Any]) -> str:
    rows = [
        ("", "digest", "reader"),
        ("new, feeds a second", figures["rate"], figures["reader_rate"]),
        ("unchanged, feeds a second", figures["warm_rate"], figures["reader_warm_rate"]),
        ("new, CPU ms a feed", figures["cpu_ms_per_feed"], figures["reader_cpu_ms_per_feed"]),
    ]
    lines = [f"{name:<28}{ours!s:>10}{theirs!s:>10}" for name, ours, theirs in rows]
    lines += [
        "",
        f"{figures['feeds']} feeds, {figures['entries']} entries, {figures['cores']} cores, "
        f"{figures['rounds']} rounds; reader with {figures['reader_threads']} threads",
        f"{figures['ratio']:.2f} times reader’s rate; unchanged {figures['warm_ratio']:.2f} times",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
