"""The scale benchmark plants what it says and measures what it says, on a small scale."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.planted import BEGIN, HOURS, planted, vectors

ROOT = Path(__file__).parent.parent


def test_what_is_planted_is_the_same_for_a_seed_and_as_described() -> None:
    made = planted(3_000)
    assert made == planted(3_000)
    assert made != planted(3_000, seed=8)
    assert len({a.id for a in made.articles}) == len(made.articles) == len(made.events) == 3_000
    sizes = Counter(Counter(made.events).values())
    assert sizes[1] > sum(sizes.values()) / 2
    assert max(sizes) > 50
    with_lead = sum(bool(a.text) for a in made.articles)
    assert 0.4 < with_lead / 3_000 < 0.6
    hours = [(a.published_at - BEGIN).total_seconds() / 3600 for a in made.articles]
    assert min(hours) >= 0
    assert max(hours) < HOURS


def test_meanings_are_near_within_an_event_and_far_elsewhere() -> None:
    events = [n // 4 for n in range(2_000)]
    rows = vectors(events)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    near = (rows[::4] * rows[1::4]).sum(axis=1)
    far = (rows[:-4] * rows[4:]).sum(axis=1)
    assert 0.5 < np.median(near) < 0.6
    assert np.median(far) < 0.2
    assert near.std() > 0.1


@pytest.mark.long
@pytest.mark.parametrize("mode", [[], ["--vectors"]], ids=["words", "vectors"])
def test_a_small_run_prints_its_figures_as_the_last_line(mode: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", "--articles", "3000", *mode],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    for name in ("seconds", "growth", "pair_f1", "hard_pair_f1", "peak_rss_mb", "incremental_s"):
        assert figures[name] > 0, name
    assert figures["incremental_equal"] is True
    assert figures["pair_f1"] > 0.95
    assert figures["mode"] == ("vectors" if mode else "words")
    assert figures["articles"] == 3_000
