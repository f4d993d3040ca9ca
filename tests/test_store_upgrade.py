"""A store of an older version: brought to this one in place, and nothing of it lost."""

from __future__ import annotations

import multiprocessing
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from digest.adapters.store import SqlStore
from digest.errors import StoreError
from digest.models import EntryOutcome, FeedState, Selected, Validators
from tests.test_store import FEED, NOW, address, article, edition, entry

OLD = Path(__file__).with_name("store_version_1.sql").read_text(encoding="utf-8")
OLD_TABLES = ("feeds", "entries", "articles", "editions", "runs")
EDITION = edition("daily", date(2026, 8, 5), record='{"id": "daily-2026-08-05"}')


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "digest.db"
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA synchronous=OFF")  # of this connection only, and quicker
    raw.executescript(OLD)
    raw.close()
    return path


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the old tables hold, the columns that version 1 knew."""
    raw = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    widths = {"editions": "id, name, date, opens, closes, record"}
    found = {
        table: raw.execute(f"SELECT {widths.get(table, '*')} FROM {table} ORDER BY 1").fetchall()  # noqa: S608
        for table in OLD_TABLES
    }
    raw.close()
    return found


def version(path: Path) -> int:
    raw = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    number: int = raw.execute("PRAGMA user_version").fetchone()[0]
    raw.close()
    return number


def layout(path: Path) -> dict[str, tuple[object, ...]]:
    """Each table's columns as SQLite sees them, and each index's SQL."""
    raw = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    names = raw.execute("SELECT name, type, sql FROM sqlite_master ORDER BY name").fetchall()
    found: dict[str, tuple[object, ...]] = {
        name: (
            tuple(raw.execute(f"PRAGMA table_info({name})").fetchall())
            if kind == "table"
            else " ".join(str(sql).split()),
            tuple(raw.execute(f"PRAGMA foreign_key_list({name})").fetchall()),
        )
        for name, kind, sql in names
    }
    raw.close()
    return found


def test_a_store_of_version_1_keeps_everything(path: Path) -> None:
    before = rows(path)
    assert all(before[table] for table in OLD_TABLES)
    with SqlStore.open(address(path)) as store:
        assert store.check() == []
        assert [store.counts()[table] for table in OLD_TABLES] == [1, 3, 2, 1, 1]
        validators = Validators('W/"é"', "Wed, 05 Aug 2026 06:00:00 GMT")
        assert store.feed_states() == {
            FEED: FeedState(
                FEED, validators, 200, checked_at=NOW, succeeded_at=NOW, title="The Wire"
            )
        }
        assert store.edition("daily-2026-08-05") == EDITION
        assert store.waiting_articles() == {"b"}
        assert [each.id for each in store.search("chip")] == ["a"]
        assert [each.id for each in store.search("robots")] == ["b"]
        assert [each.id for each in store.unread_entries(FEED)] == ["c"]
    assert rows(path) == before
    assert version(path) == 2
    with SqlStore.open(address(path)) as store:
        assert store.check() == []
    assert rows(path) == before


def test_an_upgraded_store_is_laid_out_as_a_new_one(path: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    SqlStore.open(address(new)).close()
    SqlStore.open(address(path)).close()
    assert layout(path) == layout(new)


def test_an_upgraded_store_takes_what_is_new(path: Path) -> None:
    with SqlStore.open(address(path)) as store:
        store.add_readers(["a@reader.test"], NOW)
        frozen_before_readers = store.open_delivery(
            EDITION.id, "email", addresses=None, resend_uncertain=False, now=NOW
        )
        assert frozen_before_readers == []
        later = edition("daily", date(2026, 8, 6), NOW + timedelta(days=1))
        store.save_edition(later)
        (reader,) = store.open_delivery(
            later.id, "email", addresses=None, resend_uncertain=False, now=NOW
        )
        assert reader.address == "a@reader.test"
        store.save_article(
            article("c", "Gardens", "Robots prune roses."), EntryOutcome.READ, "asked for"
        )
        store.save_feed(FeedState(FEED), [Selected(entry("d"), EntryOutcome.PENDING, "")], NOW)
        assert store.check() == []


def test_a_dry_run_reads_an_old_store_and_leaves_it_old(path: Path) -> None:
    before = path.read_bytes()
    with SqlStore.open(address(path), scratch=True) as copy, copy.lease():
        assert copy.edition(EDITION.id) == EDITION
        copy.add_readers(["a@reader.test"], NOW)
        assert copy.counts()["readers"] == 1
    assert [each.name for each in path.parent.iterdir()] == ["digest.db"]
    assert path.read_bytes() == before
    assert version(path) == 1


def test_an_upgrade_that_fails_leaves_the_old_store_whole(path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.execute("ALTER TABLE editions ADD COLUMN readers_until INTEGER")  # the last step's name
    raw.commit()
    raw.close()
    before = rows(path)
    with pytest.raises(StoreError, match="readers_until"):
        SqlStore.open(address(path))
    assert version(path) == 1
    assert rows(path) == before
    assert "deliveries" not in layout(path)


def test_an_upgrade_waits_for_no_one_longer_than_it_was_told_to(path: Path) -> None:
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="is locked by another program"):
        SqlStore.open(address(path), timeout=0.05)
    raw.close()
    SqlStore.open(address(path)).close()
    assert version(path) == 2


def open_and_count(path: str) -> int:
    with SqlStore.open(f"sqlite:///{path}", timeout=30) as store:
        return store.counts()["entries"] if store.check() == [] else -1


def test_two_programs_may_upgrade_at_once(path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(open_and_count, [str(path)] * 4, chunksize=1) == [3] * 4


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_version_that_is_not_known_is_refused(path: Path, number: int) -> None:
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version={number}")
    raw.close()
    for scratch in (False, True):
        with pytest.raises(StoreError, match=f"its format is {number}, this one reads 2"):
            SqlStore.open(address(path), scratch=scratch)


def test_what_version_1_stored_goes_into_a_state(path: Path) -> None:
    with SqlStore.open(address(path)) as store:
        state = store.state(since=NOW - timedelta(days=1))
    assert [each.id for each in state.entries] == ["a", "b", "c"]
    assert [(each.id, each.text) for each in state.articles] == [("a", ""), ("b", "")]
    assert state.editions == (EDITION,)
    assert [each.url for each in state.feeds] == [FEED]
