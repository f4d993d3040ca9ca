"""The throughput benchmark measures what it says, on a small scale."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.invented import piece
from benchmarks.outlets import NOW, world
from digest.core.relevance import THRESHOLD, score

ROOT = Path(__file__).parent.parent


@pytest.mark.long
def test_a_small_run_prints_its_figures_as_the_last_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.throughput", "--feeds", "3", "--articles", "12"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    for name in ("bound_s", "cold_s", "warm_s", "cold_ratio", "warm_ratio", "peak_rss_mb"):
        assert figures[name] > 0, name
    assert figures["cold_ratio"] < 1  # a run this small is mostly start
    assert {"fetch", "extract", "total"} <= set(figures["stages"]["cold"])
    assert figures["cold_requests"] == {"feed 200": 3, "robots 404": 3, "page 200": 12}
    assert figures["warm_requests"] == {"feed 304": 3}
    assert figures["counts"]["full"] == 12


def test_an_impossible_size_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.throughput", "--feeds", "2", "--articles", "101"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "--articles" in done.stderr


def test_the_invented_world_is_the_same_each_time() -> None:
    assert world(2, 4) == world(2, 4)
    pages = [page.body for page in world(2, 4).pages.values()]
    assert len(set(pages)) == 4
    assert all(30_000 < len(body) < 125_000 for body in pages)


def test_invented_articles_are_news_of_their_own() -> None:
    pieces = [piece(n, NOW) for n in range(60)]
    assert all(400 <= sum(len(p.split()) for p in one.paragraphs) <= 800 for one in pieces)
    assert all(score(one.title, one.summary, category="media") >= THRESHOLD for one in pieces)
    sentences = [s for one in pieces for p in one.paragraphs for s in p.split(". ")]
    assert len(set(sentences)) > 0.98 * len(sentences)
