"""How fast a run is, against the libraries it stands on: ``python -m benchmarks.throughput``.

``--feeds`` invented feeds (40), each on a host of its own, and ``--articles`` new pages (400) are
served on loopback by a process of its own, gzipped, with ETags; ``digest run`` is run on them
twice, as a user runs it, with ``per_domain.interval: 0`` and the extractive writer. The last line
printed is one JSON object. The contract's keys (seconds):

- ``bound_s``: bare feedparser and bare trafilatura, with the digest's options, over the same bytes:
  their CPU time, in as many processes as cores at once, divided by the cores (``benchmarks.bare``).
- ``cold_s``: the first run's wall time for fetching and extraction together, by its own report.
- ``warm_s``: the second run's whole command, from start to exit; it opens no page.
- ``cold_ratio``: bound_s ÷ cold_s; at least 0.667 is within 1.5 times the bound.
- ``warm_ratio``: warm_s ÷ cold_s.
- ``peak_rss_mb``: the first run's, all its processes together.
- ``stages``: what each run's report says of its stages, ``{"cold": {…}, "warm": {…}}``.

Beside them, to read the first ones by:

- ``cold_command_s``: the first run's whole command; ``warm_command_ratio``: warm_s ÷ that.
- ``cold_cpu_s``, ``warm_cpu_s``: CPU time of a run's processes (Linux; else null), which other work
  on the machine inflates less than it does wall time.
- ``busy``: the share of the cores' time that went into the first run's command (Linux). Well
  below 1 on a machine that is otherwise busy, and wall times are too long then.
- ``server_cpu_s``: the server's CPU time in the first run. It shares the cores, is no work of the
  digest's, and is in no other figure but wall times.
- ``cold_requests``, ``warm_requests``: what the server was asked, ``{"feed 200": 40, …}``.

An installed program runs from compiled bytecode. So do these runs, whatever is compiled here: a
rehearsal on one feed, not timed, compiles what a run needs into a folder of its own.

Exits with 1 where the second run opened a page or its edition was not the first one's.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import yaml

from benchmarks import processes
from benchmarks.bare import bound
from benchmarks.outlets import NOW, world
from digest.adapters.workers import usable_cores

_LATER = timedelta(minutes=10)
_MOST_PAGES = 50  # that a run opens of one feed


@dataclass(frozen=True)
class _Run:
    """One run of the command, as measured from outside and as it reports itself."""

    seconds: float
    cpu: float | None
    report: dict[str, Any]
    requests: Counter[str]
    server_cpu: float

    @property
    def gathering(self) -> float:
        """Return its seconds of fetching and extraction together."""
        stages = self.report["seconds"]
        return float(stages["fetch"] + stages["extract"])


def main() -> None:
    """Measure, print a table, and the JSON object as the last line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput")
    parser.add_argument("--feeds", type=int, default=40)
    parser.add_argument("--articles", type=int, default=400)
    given = parser.parse_args()
    if not 1 <= given.feeds <= given.articles <= _MOST_PAGES * given.feeds:
        parser.error(f"--articles: from one to {_MOST_PAGES} for each feed")
    figures = measure(given.feeds, given.articles)
    print(_table(figures))
    print(json.dumps(figures))
    if figures["trouble"]:
        sys.exit(f"benchmarks.throughput: {figures['trouble']}")


def measure(feeds: int, articles: int) -> dict[str, Any]:
    """Return the figures of one bound, one cold run and one warm run."""
    cores = usable_cores()
    with tempfile.TemporaryDirectory() as name, _server(feeds, articles) as port:
        folder = Path(name)
        made = world(feeds, articles)
        _configure(folder, list(made.feeds)[:1], port)
        _run(folder, port, NOW)
        (folder / "digest.db").unlink()
        _configure(folder, list(made.feeds), port)
        bound_s = bound(made, cores)
        cold = _run(folder, port, NOW)
        warm = _run(folder, port, NOW + _LATER)
    cold_s = cold.gathering
    return {
        "feeds": feeds,
        "articles": articles,
        "cores": cores,
        "bound_s": round(bound_s, 3),
        "cold_s": round(cold_s, 3),
        "warm_s": round(warm.seconds, 3),
        "cold_ratio": round(bound_s / cold_s, 3),
        "warm_ratio": round(warm.seconds / cold_s, 3),
        "peak_rss_mb": cold.report["peak_rss_mb"],
        "stages": {"cold": cold.report["seconds"], "warm": warm.report["seconds"]},
        "cold_command_s": round(cold.seconds, 3),
        "warm_command_ratio": round(warm.seconds / cold.seconds, 3),
        "cold_cpu_s": cold.cpu and round(cold.cpu, 3),
        "warm_cpu_s": warm.cpu and round(warm.cpu, 3),
        "busy": cold.cpu and round(cold.cpu / cold.seconds / cores, 3),
        "server_cpu_s": round(cold.server_cpu, 3),
        "cold_requests": dict(cold.requests),
        "warm_requests": dict(warm.requests),
        "counts": cold.report["counts"],
        "trouble": _trouble(cold, warm, feeds, articles),
    }


@contextmanager
def _server(feeds: int, articles: int) -> Iterator[int]:
    """Give the port of the invented outlets' server, for the length of a block."""
    command = [sys.executable, "-m", "benchmarks.loopback", str(feeds), str(articles)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline())
        finally:
            server.kill()


def _configure(folder: Path, feeds: Sequence[str], port: int) -> None:
    settings = {
        "timezone": "UTC",
        "store": "sqlite:///digest.db",
        "edition": {"window": "24h"},
        "feeds": [{"url": url, "category": "media"} for url in feeds],
        "fetch": {
            "connect_to": {"*.test": f"127.0.0.1:{port}"},
            "per_domain": {"interval": 0},
        },
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")


def _run(folder: Path, port: int, at: datetime) -> _Run:
    """Run the command in ``folder`` and return its figures; ends the program where it fails."""
    main = "import sys; from digest.cli import main; sys.exit(main())"
    arguments = ["run", "--config", "config.yaml", "--out", "out", "--at", at.isoformat()]
    _asked(port)
    # Byte for byte what the installed command does, whatever is on the PATH.
    compiled = {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    done = processes.timed([sys.executable, "-c", main, *arguments], folder, compiled)
    if done.code != 0:
        sys.exit(f"digest {' '.join(arguments)} failed ({done.code}):\n{done.output}")
    log = _asked(port)
    report = json.loads((folder / "out" / "report.json").read_text("utf-8"))
    requests = Counter(f"{kind} {status}" for _, kind, status in log["requests"])
    return _Run(done.seconds, done.cpu, report, requests, log["cpu_s"])


def _asked(port: int) -> dict[str, Any]:
    """Return what the server was asked since it was last asked this."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/", headers={"Host": "log.test"})
    log: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return log


def _trouble(cold: _Run, warm: _Run, feeds: int, articles: int) -> str:
    """Return what makes the figures worthless, or ""."""
    if cold.requests != {"feed 200": feeds, "robots 404": feeds, "page 200": articles}:
        return f"the first run asked for {dict(cold.requests)}"
    counts = cold.report["counts"]
    if counts["full"] != articles or counts["relevant"] != articles or counts["duplicates"]:
        return f"the first run did not take each page for news of its own: {counts}"
    if warm.requests != {"feed 304": feeds}:
        return f"the second run asked for {dict(warm.requests)}"
    if warm.report["edition"] != "unchanged":
        return f"the second run’s edition is {warm.report['edition']}"
    return ""


def _table(figures: dict[str, Any]) -> str:
    cold, warm = figures["stages"]["cold"], figures["stages"]["warm"]
    rows = [("stage", "first run", "second run")]
    rows += [(stage, f"{cold[stage]:.2f} s", f"{warm[stage]:.2f} s") for stage in cold]
    rows.append(("command", f"{figures['cold_command_s']:.2f} s", f"{figures['warm_s']:.2f} s"))
    lines = [f"{name:<10}{first:>12}{second:>12}" for name, first, second in rows]
    over = figures["cold_s"] / figures["bound_s"]
    lines += [
        "",
        f"{figures['feeds']} feeds, {figures['articles']} pages, {figures['cores']} cores",
        f"bound {figures['bound_s']:.2f} s; fetch and extract {figures['cold_s']:.2f} s, "
        f"{over:.2f} times the bound",
        f"second run {figures['warm_s']:.2f} s, "
        f"{100 * figures['warm_command_ratio']:.0f} % of the first's whole command",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
