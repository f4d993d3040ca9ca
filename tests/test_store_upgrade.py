"""A store of an older version: brought to this one in place, and nothing of it lost."""

from __future__ import annotations

import multiprocessing
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from digest.adapters.store import SqlStore
from digest.errors import StoreError
from digest.models import (
    DeliveryStatus,
    EntryOutcome,
    FeedState,
    HostState,
    Known,
    Revision,
    Selected,
    Validators,
    Wishes,
)
from tests.test_store import FEED, NOW, address, article, edition, entry

VERSION = 4
OLD_TABLES = {
    1: ("feeds", "entries", "articles", "editions", "runs"),
    2: (
        *("feeds", "entries", "articles", "editions", "runs", "traces", "addresses", "readers"),
        *("suppressions", "soft_bounces", "deliveries", "finished_outputs", "sqlite_sequence"),
    ),
}
OLD_TABLES[3] = (*OLD_TABLES[2], "hosts", "revisions")
EDITION = edition("daily", date(2026, 8, 5), record='{"id": "daily-2026-08-05"}')


def old_store(folder: Path, number: int) -> Path:
    """A filled store as this version made it."""
    path = folder / f"version_{number}.db"
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA synchronous=OFF")  # of this connection only, and quicker
    made = Path(__file__).with_name(f"store_version_{number}.sql")
    raw.executescript(made.read_text(encoding="utf-8"))
    raw.close()
    return path


@pytest.fixture(params=[1, 2, 3])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, int]:
    number: int = request.param
    return old_store(tmp_path, number), number


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return old_store(tmp_path, 1)


@pytest.fixture
def path_2(tmp_path: Path) -> Path:
    return old_store(tmp_path, 2)


Rows = dict[str, list[tuple[object, ...]]]


def rows(path: Path, tables: tuple[str, ...]) -> Rows:
    raw = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    found: Rows = {
        table: raw.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()  # noqa: S608
        for table in tables
    }
    raw.close()
    return found


def holds(path: Path, before: Rows) -> bool:
    """Whether every row is there, its old columns as they were and none in another place."""
    now = rows(path, tuple(before))
    return before == {
        table: [row[: len(before[table][0])] for row in now[table]] for table in before
    }


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
    before = rows(path, OLD_TABLES[1])
    assert all(before.values())
    with SqlStore.open(address(path)) as store:
        assert store.check() == []
        assert [store.counts()[table] for table in OLD_TABLES[1]] == [1, 3, 2, 1, 1]
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
    assert holds(path, before)
    assert version(path) == VERSION
    with SqlStore.open(address(path)) as store:
        assert store.check() == []
    assert holds(path, before)


def test_a_store_of_version_2_keeps_everything(path_2: Path) -> None:
    before = rows(path_2, OLD_TABLES[2])
    assert all(before.values())
    with SqlStore.open(address(path_2)) as store:
        assert store.check() == []
        assert store.feed_states() == {
            FEED: FeedState(
                FEED,
                Validators('W/"é"', "Wed, 05 Aug 2026 06:00:00 GMT"),
                304,
                checked_at=NOW,
                succeeded_at=NOW - timedelta(days=1),
                failures=2,
                moved_to="https://new.wire.test/feed",
                gone=True,
                title="The Wire",
            ),
            "https://other.test/feed": FeedState("https://other.test/feed"),
        }
        assert store.articles_by_id(["a"]) == [
            article(
                *("a", "Chips", "A new chip was announced."),
                category="chips",
                trust=0.5,
                relevance=0.75,
            )
        ]
        assert [each.entry.id for each in store.pending_entries()] == ["d"]
        assert [each.id for each in store.search("moon")] == ["f"]
        assert store.known_entries(["a"])["a"].fingerprint == ""
        assert set(store.traces(["t"])) == {"t"}
        assert [each.address for each in store.readers()] == ["a@reader.test", "b@reader.test"]
        assert store.deliveries(EDITION.id, "email")[0].status is DeliveryStatus.SENT
        assert store.finished_outputs(EDITION.id) == {"files:out"}
    assert holds(path_2, before)
    assert version(path_2) == VERSION


def test_a_store_of_version_3_keeps_everything(tmp_path: Path) -> None:
    path_3 = old_store(tmp_path, 3)
    before = rows(path_3, OLD_TABLES[3])
    assert all(before.values())
    with SqlStore.open(address(path_3)) as store:
        assert store.check() == []
        assert store.feed_states()[FEED].wishes == Wishes(False, 0, ("a",))
        assert store.host("https://wire.test") is not None
        (glass,) = store.articles_by_id(["g"])
        assert (glass.ai_input, glass.max_snippet) == (False, 0)
        assert [each.id for each in store.search("glass")] == ["g"]
        assert set(store.traces(["t"])) == {"t"}
    assert holds(path_3, before)
    assert version(path_3) == VERSION


def test_an_upgraded_store_keeps_vectors(old: tuple[Path, int]) -> None:
    path = address(old[0])
    with SqlStore.open(path) as store:
        assert store.vectors("m1", ["k1"]) == {}
        store.save_vectors("m1", {"k1": b"1234", "k2": b"5678"})
        store.save_vectors("m2", {"k1": b"9999"})
    with SqlStore.open(path) as store:
        store.save_vectors("m1", {"k1": b"0000"})
        assert store.vectors("m1", ["k1", "k2", "k3"]) == {"k1": b"0000", "k2": b"5678"}
        assert store.vector_counts() == {"m1": (2, 8), "m2": (1, 4)}
        assert store.check() == []


def test_an_upgraded_store_is_laid_out_as_a_new_one(old: tuple[Path, int], tmp_path: Path) -> None:
    path, new = old[0], tmp_path / "new.db"
    SqlStore.open(address(new)).close()
    SqlStore.open(address(path)).close()
    assert layout(path) == layout(new)


def test_an_upgraded_store_takes_what_feeds_and_sites_say(old: tuple[Path, int]) -> None:
    feed = FeedState(FEED, due_at=NOW, ttl=timedelta(hours=1), wishes=Wishes(False, 0, ("a",)))
    host = HostState("https://wire.test", "", NOW, NOW, "answered 429")
    with SqlStore.open(address(old[0])) as store:
        store.save_feed(feed, [Selected(entry("e"), EntryOutcome.PENDING, "")], NOW)
        store.save_host(host)
        store.save_revision(Revision("c", NOW, "Gardens", "Tulips"), "f1")
        store.save_article(article("c", ai_input=False, max_snippet=0), EntryOutcome.READ, "")
        assert store.feed_states()[FEED] == feed
        assert store.host(host.origin) == host
        assert store.known_entries(["c"])["c"] == Known(
            FEED, EntryOutcome.READ, article("c").kind, "f1"
        )
        assert store.articles_by_id(["c"]) == [article("c", ai_input=False, max_snippet=0)]
        assert store.check() == []


def test_an_upgraded_store_takes_readers_and_mail(path: Path) -> None:
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


def test_a_dry_run_reads_an_old_store_and_leaves_it_old(old: tuple[Path, int]) -> None:
    path, number = old
    before = path.read_bytes()
    with SqlStore.open(address(path), scratch=True) as copy, copy.lease():
        assert copy.edition(EDITION.id) == EDITION
        copy.add_readers(["z@reader.test"], NOW)
        assert "z@reader.test" in [each.address for each in copy.readers()]
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert path.read_bytes() == before
    assert version(path) == number


def test_an_upgrade_that_fails_leaves_the_old_store_whole(path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.execute("DROP INDEX entries_by_feed")  # which the last step takes away
    raw.commit()
    raw.close()
    before = rows(path, OLD_TABLES[1])
    with pytest.raises(StoreError, match="entries_by_feed"):
        SqlStore.open(address(path))
    assert version(path) == 1
    assert rows(path, OLD_TABLES[1]) == before
    assert {"deliveries", "hosts"}.isdisjoint(layout(path))


def test_an_upgrade_waits_for_no_one_longer_than_it_was_told_to(path: Path) -> None:
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="is locked by another program"):
        SqlStore.open(address(path), timeout=0.05)
    raw.close()
    SqlStore.open(address(path)).close()
    assert version(path) == VERSION


def open_and_count(path: str) -> int:
    with SqlStore.open(f"sqlite:///{path}", timeout=30) as store:
        return store.counts()["entries"] if store.check() == [] else -1


def test_two_programs_may_upgrade_at_once(path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(open_and_count, [str(path)] * 4, chunksize=1) == [3] * 4


@pytest.mark.parametrize("number", [0, 5, -1])
def test_a_version_that_is_not_known_is_refused(path: Path, number: int) -> None:
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version={number}")
    raw.close()
    for scratch in (False, True):
        with pytest.raises(StoreError, match=f"its format is {number}, this one reads 4"):
            SqlStore.open(address(path), scratch=scratch)


def test_what_version_1_stored_goes_into_a_state(path: Path) -> None:
    with SqlStore.open(address(path)) as store:
        state = store.state(since=NOW - timedelta(days=1))
    assert [each.id for each in state.entries] == ["a", "b", "c"]
    assert [(each.id, each.text) for each in state.articles] == [("a", ""), ("b", "")]
    assert state.editions == (EDITION,)
    assert [each.url for each in state.feeds] == [FEED]
