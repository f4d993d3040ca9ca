"""A run may die at any moment by ``kill -9``: the next one finishes, and nothing is lost.

Real processes on the bundled newsroom, which keeps every request. What the next run makes is held
against a run that nobody disturbed.
"""

from __future__ import annotations

import random
import secrets
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from digest import app
from tests.command import (
    END,
    OddNewsroom,
    alone,
    call,
    configure,
    is_sound,
    start,
)

RUN = ("run", "--at", END.isoformat())


@pytest.fixture
def dice() -> random.Random:
    """When to kill; a test that fails shows the seed."""
    seed = secrets.randbelow(1_000_000)
    print(f"seed {seed}")  # noqa: T201
    return random.Random(seed)  # noqa: S311


@dataclass(frozen=True)
class Undisturbed:
    """What a run leaves that nobody disturbs, and how long it takes from its first request on."""

    seconds: float
    outcomes: dict[str, str]
    edition: bytes


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    with OddNewsroom() as newsroom:
        configure(folder, newsroom)
        process = start(folder, *RUN)
        began = first_request(newsroom)
        _, err = process.communicate(timeout=60)
        seconds = time.monotonic() - began
    assert process.returncode == 0, err
    edition = (folder / "out" / "edition.json").read_bytes()
    return Undisturbed(seconds, outcomes(folder), edition)


def first_request(newsroom: OddNewsroom) -> float:
    """Wait until the newsroom was asked something, and return when that was."""
    deadline = time.monotonic() + 30
    while not newsroom.requests:
        assert time.monotonic() < deadline, "nothing was asked"
        time.sleep(0.002)
    return time.monotonic()


def outcomes(folder: Path) -> dict[str, str]:
    """Return what became of each entry that the store knows."""
    with closing(sqlite3.connect(folder / "digest.db")) as raw:
        return dict(raw.execute("SELECT id, outcome FROM entries"))


def stored_pages(folder: Path) -> set[str]:
    """Return the addresses of all articles in the store, which may not be there yet."""
    if not (folder / "digest.db").exists():
        return set()
    with app.open_store(app.read_config(folder / "config.yaml")) as store:
        return {a.url for a in store.articles(seen_since=END.replace(year=2000), seen_until=END)}


def kill_after(folder: Path, newsroom: OddNewsroom, seconds: float) -> bool:
    """Run and kill so long after the first request; return False where the run ended first."""
    newsroom.requests.clear()
    process = start(folder, *RUN)
    first_request(newsroom)
    time.sleep(seconds)
    process.kill()
    process.communicate(timeout=15)
    assert alone(process.pid), "a process of the killed run is left"
    return bool(process.returncode == -signal.SIGKILL)


def goes_on(folder: Path, newsroom: OddNewsroom, expected: Undisturbed) -> None:
    """Run again to the end: no stored page is opened, no entry lost, and the edition the same."""
    had = stored_pages(folder)
    newsroom.requests.clear()
    again = call(folder, *RUN)
    assert again.code == 0, again.err
    assert not had & set(newsroom.pages())
    assert outcomes(folder) == expected.outcomes
    assert (folder / "out" / "edition.json").read_bytes() == expected.edition
    assert is_sound(folder)


def test_killed_run_after_run_each_goes_on_where_the_last_one_ended(
    tmp_path: Path, undisturbed: Undisturbed, dice: random.Random
) -> None:
    assert "pending" not in undisturbed.outcomes.values()
    with OddNewsroom() as newsroom:
        configure(tmp_path, newsroom)
        for share in (0.4, 0.6, 1):
            had = stored_pages(tmp_path)
            kill_after(tmp_path, newsroom, dice.uniform(0, share * undisturbed.seconds))
            assert not had & set(newsroom.pages())
        goes_on(tmp_path, newsroom, undisturbed)


@pytest.mark.long
def test_killed_at_ten_random_moments_the_next_run_finishes_each_time(
    tmp_path: Path, undisturbed: Undisturbed, dice: random.Random
) -> None:
    killed = attempts = 0
    while killed < 10:
        attempts += 1
        assert attempts < 50, "the runs ended before they were to be killed"
        folder = tmp_path / str(attempts)
        folder.mkdir()
        with OddNewsroom() as newsroom:
            configure(folder, newsroom)
            killed += kill_after(folder, newsroom, dice.uniform(0, undisturbed.seconds))
            goes_on(folder, newsroom, undisturbed)
