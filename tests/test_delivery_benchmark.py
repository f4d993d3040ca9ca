"""The delivery benchmark measures what it says, on a small scale."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import newsletter

ROOT = Path(__file__).parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.delivery", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_small_run_prints_its_figures_as_the_last_line() -> None:
    done = run("--messages", "20", "--size", "3000", "--rounds", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert [row["what"] for row in figures["rows"]] == [
        "1 connection, 3000 bytes",
        "4 connections, 3000 bytes",
        "16 connections, 3000 bytes",
    ]
    for row in figures["rows"]:
        assert row["figure"] > 0
        assert row["reference"] > 0
        assert row["ratio"] > 0
    assert figures["sink"] in ("smtp-sink", "aiosmtpd")
    assert figures["messages"] == 20


def test_an_impossible_number_is_refused() -> None:
    done = run("--messages", "0")
    assert done.returncode == 2
    assert "from 1 on" in done.stderr


def test_both_send_the_same_messages_about_as_long_as_asked_for(tmp_path: Path) -> None:
    newsletter.stored(tmp_path / "a.db", 3)
    made = newsletter.messages(tmp_path / "a.db", 20_000)
    assert len({address for _, address, _ in made}) == 3
    assert all(20_000 < len(message) < 26_000 for _, _, message in made)
