"""The list of readers: who is on it, by which token, and who gets no more mail."""

from __future__ import annotations

import re
import sqlite3
import traceback
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from digest.adapters.store import SqlStore
from digest.errors import StoreError
from digest.models import Reader, Suppression, SuppressionReason
from digest.models.readers import ANY_TOKEN
from digest.ports import Readers
from tests.test_store import NOW, address, edition

TOKEN = re.compile(r"[a-z2-7]{26}\Z")
ANN, BEN, CLEO = "ann@reader.test", "ben@reader.test", "cleo@reader.test"
GONE, RETURNED, SPAM = SuppressionReason


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "digest.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    with SqlStore.open(address(path)) as store:
        yield store


def listed(store: SqlStore) -> list[str]:
    return [reader.address for reader in store.readers()]


def test_fills_the_port(store: SqlStore) -> None:
    port: Readers = store
    assert port.readers() == []
    assert port.suppressions() == []


def test_readers_come_back_in_the_order_they_came_and_new_ones_are_told(path: Path) -> None:
    with SqlStore.open(address(path)) as store:
        assert store.add_readers([CLEO, ANN, CLEO], NOW) == {ANN, CLEO}
        later = NOW - timedelta(days=1)  # a clock set back changes nothing
        assert store.add_readers(iter([ANN, BEN]), later) == {BEN}
        assert store.add_readers([], NOW) == set()
        readers = store.readers()
        assert store.counts()["readers"] == 3
    assert [(reader.address, reader.added_at) for reader in readers] == [
        (CLEO, NOW),
        (ANN, NOW),
        (BEN, later),
    ]
    with SqlStore.open(address(path)) as store:
        assert store.readers() == readers


def test_a_token_is_of_26_characters_unlike_any_other_and_leads_to_its_address(
    store: SqlStore,
) -> None:
    store.add_readers([f"{n}@reader.test" for n in range(500)], NOW)
    tokens = {reader.token: reader.address for reader in store.readers()}
    assert len(tokens) == 500
    assert all(TOKEN.match(token) for token in tokens)
    assert len({token[:6] for token in tokens}) > 490
    assert {token: store.address_of(token) for token in tokens} == tokens
    for other in (ANY_TOKEN, "", "'; DROP TABLE readers; --", "\0", next(iter(tokens)).upper()):
        assert store.address_of(other) is None


def test_a_token_is_for_good(store: SqlStore) -> None:
    store.add_readers([ANN, BEN], NOW)
    ann, _ = store.readers()
    assert store.remove_reader(ANN) is True
    assert store.remove_reader(ANN) is False
    assert store.remove_reader(CLEO) is False
    assert listed(store) == [BEN]
    assert store.address_of(ann.token) == ANN
    assert store.add_readers([ANN], NOW) == {ANN}
    assert listed(store) == [BEN, ANN]
    assert store.readers()[1].token == ann.token


def test_tokens_may_be_made_by_another(path: Path) -> None:
    tokens = iter(["a" * 26, "b" * 26])
    with SqlStore.open(address(path), new_token=lambda: next(tokens)) as store:
        store.add_readers([ANN, BEN], NOW)
        assert store.readers() == [Reader(ANN, "a" * 26, NOW), Reader(BEN, "b" * 26, NOW)]


def test_a_token_that_is_taken_is_an_error_that_names_nobody(path: Path) -> None:
    with SqlStore.open(address(path), new_token=lambda: "a" * 26) as store:
        store.add_readers([ANN], NOW)
        with pytest.raises(StoreError) as caught:
            store.add_readers([BEN, CLEO], NOW)
        assert listed(store) == [ANN]
    told = "".join(traceback.format_exception(caught.value))
    assert "addresses.token" in told
    assert "reader.test" not in told


def test_an_address_keeps_the_first_reason_for_which_it_gets_no_mail(store: SqlStore) -> None:
    store.add_readers([ANN, BEN], NOW)
    first = Suppression(BEN, GONE, NOW, "by the link")
    store.suppress([first, Suppression(BEN, SPAM, NOW, "twice in one call")])
    store.suppress([Suppression(BEN, RETURNED, NOW + timedelta(days=1), "550 no such user")])
    store.suppress([])
    assert store.suppressions() == [first]
    ann, ben = store.readers()
    assert ann.suppressed is None
    assert ben.suppressed == first


def test_suppressions_are_kept_of_whom_no_list_knows_and_come_oldest_first(
    store: SqlStore,
) -> None:
    young, old = Suppression(ANN, SPAM, NOW), Suppression(BEN, GONE, NOW - timedelta(days=9), "x")
    store.suppress([young, old])
    assert store.suppressions() == [old, young]
    assert store.readers() == []
    assert store.add_readers([ANN], NOW) == {ANN}
    assert store.readers()[0].suppressed == young
    assert store.remove_reader(ANN) is True
    assert store.suppressions() == [old, young]


def test_who_is_let_in_again_gets_mail_again(store: SqlStore) -> None:
    store.add_readers([ANN], NOW)
    store.suppress([Suppression(ANN, GONE, NOW)])
    assert store.unsuppress(ANN) is True
    assert store.unsuppress(ANN) is False
    assert store.unsuppress(CLEO) is False
    assert store.readers()[0].suppressed is None


def test_soft_bounces_are_counted_for_thirty_days(store: SqlStore) -> None:
    days = [0, 1, 29, 30, 31, 62]
    counts = [store.soft_bounce(ANN, NOW + timedelta(days=day)) for day in days]
    assert counts == [1, 2, 3, 3, 3, 1]
    assert store.soft_bounce(BEN, NOW) == 1


def test_who_is_let_in_again_starts_with_no_soft_bounces(store: SqlStore) -> None:
    for _ in range(3):
        store.soft_bounce(ANN, NOW)
    store.suppress([Suppression(ANN, RETURNED, NOW)])
    store.unsuppress(ANN)
    assert store.soft_bounce(ANN, NOW) == 1


def test_a_flood_of_soft_bounces_fills_no_disk(path: Path, store: SqlStore) -> None:
    counts = [store.soft_bounce(ANN, NOW) for _ in range(150)]
    assert counts[:100] == list(range(1, 101))
    assert set(counts[100:]) == {100}
    raw = sqlite3.connect(path)
    assert raw.execute("SELECT count(*) FROM soft_bounces").fetchone() == (100,)
    raw.close()


HOSTILE = (
    "'; DROP TABLE readers; --@x.test",
    '"quoted @ name"@x.test',
    "ümläut@x.test",
    "\U0001f4e7@x.test",
    "%_*?@x.test",
    "a\nBcc: all@x.test",
    "a" * 20_000 + "@x.test",
    "",
)


def test_addresses_are_kept_as_they_are_whatever_is_in_them(store: SqlStore) -> None:
    assert store.add_readers(HOSTILE, NOW) == set(HOSTILE)
    assert store.add_readers(HOSTILE, NOW) == set()
    assert listed(store) == list(HOSTILE)
    store.suppress(Suppression(each, GONE, NOW, each) for each in HOSTILE)
    assert {(each.address, each.detail) for each in store.suppressions()} == {
        (each, each) for each in HOSTILE
    }
    assert all(store.unsuppress(each) and store.remove_reader(each) for each in HOSTILE)
    assert store.readers() == []
    assert store.check() == []


def test_what_no_text_can_hold_is_replaced_and_known_again(store: SqlStore) -> None:
    broken, kept = ("nul\0@x.test", "half\ud83d@x.test"), ["nul\ufffd@x.test", "half?@x.test"]
    assert store.add_readers(broken, NOW) == set(kept)
    assert store.add_readers(broken, NOW) == set()
    assert listed(store) == kept
    assert store.remove_reader(broken[0]) is True
    frozen = edition("daily", date(2026, 8, 5))
    store.save_edition(frozen)
    given = store.open_delivery(
        frozen.id, "list", addresses=[*broken, *kept], resend_uncertain=False, now=NOW
    )
    assert [each.address for each in given] == kept


def test_a_time_without_zone_is_refused_and_nobody_is_added(store: SqlStore) -> None:
    with pytest.raises(StoreError, match="without its zone"):
        store.add_readers([ANN], datetime(2026, 8, 5))  # noqa: DTZ001
    with pytest.raises(StoreError, match="without its zone") as caught:
        store.suppress([Suppression(ANN, GONE, datetime(2026, 8, 5))])  # noqa: DTZ001
    assert ANN not in "".join(traceback.format_exception(caught.value))
    assert store.readers() == []
    assert store.suppressions() == []
    assert store.check() == []


def test_ten_thousand_readers_are_added_and_found_again(store: SqlStore) -> None:
    everyone = [f"reader{n}@reader.test" for n in range(10_000)]
    assert store.add_readers(everyone, NOW) == set(everyone)
    assert store.add_readers([*everyone, ANN], NOW) == {ANN}
    assert listed(store) == [*everyone, ANN]


@pytest.mark.parametrize("table", ["readers", "suppressions", "soft_bounces", "deliveries"])
def test_check_says_which_rows_lost_their_address(path: Path, table: str) -> None:
    raw = sqlite3.connect(path)
    SqlStore.open(address(path)).close()
    time = f"'{NOW.isoformat()}'"
    values = {
        "readers": f"(1, 7, {time})",
        "suppressions": f"(7, 'bounced', {time}, '')",
        "soft_bounces": f"(1, 7, {time})",
        "deliveries": f"('e', 'o', 7, 'sent', {time}, '', 1)",
    }
    raw.execute(f"INSERT INTO {table} VALUES {values[table]}")  # noqa: S608
    raw.commit()
    raw.close()
    with SqlStore.open(address(path)) as store:
        (sentence,) = store.check()
    assert sentence.endswith(f"holds 1 {table.replace('_', ' ')} without their addresses")
