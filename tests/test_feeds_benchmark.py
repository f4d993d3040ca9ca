"""The feeds benchmark measures what it says, on a small scale."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import largefeeds
from digest.core.feeds import parse_feed

ROOT = Path(__file__).parent.parent


def test_a_small_run_prints_its_figures_as_the_last_line() -> None:
    sizes = ("--feeds", "4", "--rounds", "1", "--threads", "4")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.feeds", *sizes],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    for name in ("rate", "reader_rate", "ratio", "warm_rate", "reader_warm_rate", "warm_ratio"):
        assert figures[name] > 0, name
    assert figures["trouble"] == ""
    assert figures["entries"] > 40
    assert figures["articles"] == 4 * largefeeds.RECENT
    if sys.platform == "linux":
        assert figures["cpu_ms_per_feed"] > 0 < figures["reader_cpu_ms_per_feed"]


def test_the_invented_feeds_are_alike_in_size_and_the_same_each_time() -> None:
    made = largefeeds.world(4).feeds
    assert made == largefeeds.world(4).feeds
    assert list(made) == largefeeds.addresses(4)
    read = [parse_feed(one.body, url, one.content_type) for url, one in made.items()]
    assert all(78_000 < len(one.body) < 87_000 for one in made.values())
    assert [len(feed.entries) > 25 for feed in read] == [False, False, True, True]
    for feed in read:
        assert all(e.url and e.title and e.published_at and e.summary for e in feed.entries)
        assert all("<" not in e.summary + e.content for e in feed.entries)
    assert all(len(e.content) > 2_000 for feed in read[:2] for e in feed.entries)
