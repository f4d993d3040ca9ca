"""The list of readers, as a person uses it, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest import readership
from digest.adapters.store import SqlStore
from digest.errors import ConfigError
from digest.models import Suppression, SuppressionReason

NOW = datetime(2026, 3, 14, 5, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with SqlStore.open(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        yield store


def listed(store: SqlStore) -> list[str]:
    return [reader.address for reader in store.readers() if not reader.suppressed]


def leave(store: SqlStore, address: str, detail: str = "") -> None:
    store.suppress([Suppression(address, SuppressionReason.UNSUBSCRIBED, NOW, detail)])


def test_an_address_is_added_once_however_it_is_spelt(store: SqlStore) -> None:
    assert readership.add(store, " Ann@Example.org", NOW).text == "ann@example.org is added"
    again = readership.add(store, "ann@EXAMPLE.org", LATER)
    assert again == readership.Answer("ann@example.org is on the list already")
    assert listed(store) == ["ann@example.org"]


def test_who_left_is_not_added_unless_its_owner_asks(store: SqlStore) -> None:
    readership.add(store, "ann@example.org", NOW)
    leave(store, "ann@example.org", "by the link")
    refused = readership.add(store, "ann@example.org", LATER)
    assert not refused.done
    assert refused.text == (
        "ann@example.org is not added: it unsubscribed since 2026-03-14 (by the link); "
        "where its owner asks for the mail anew, say --again"
    )
    assert listed(store) == []
    assert readership.add(store, "ann@example.org", LATER, again=True).done
    assert listed(store) == ["ann@example.org"]


def test_who_left_before_being_listed_is_added_when_asked(store: SqlStore) -> None:
    leave(store, "ann@example.org")
    assert readership.add(store, "ann@example.org", LATER, again=True).done
    assert listed(store) == ["ann@example.org"]


def test_who_is_removed_stays_off_whatever_is_imported(store: SqlStore) -> None:
    readership.add(store, "ann@example.org", NOW)
    assert readership.remove(store, "Ann@example.org", NOW).text == (
        "ann@example.org is removed and gets no more mail; an import does not bring it back, "
        "`digest subscribers add` with --again does"
    )
    assert not readership.remove(store, "ann@example.org", LATER).done
    assert store.readers() == []
    done = readership.import_csv(store, b"email\nann@example.org\n", LATER)
    assert done.text == ("0 readers added, 1 left out because they unsubscribed or take no mail")
    assert store.readers() == []
    refused = readership.add(store, "ann@example.org", LATER)
    assert not refused.done
    assert "(taken off by hand)" in refused.text
    assert "--again" in refused.text
    assert readership.add(store, "ann@example.org", LATER, again=True).done
    assert listed(store) == ["ann@example.org"]


def test_removing_someone_who_bounced_keeps_the_reason(store: SqlStore) -> None:
    readership.add(store, "ann@example.org", NOW)
    store.suppress([Suppression("ann@example.org", SuppressionReason.BOUNCED, NOW)])
    assert readership.remove(store, "ann@example.org", LATER).done
    (gone,) = store.suppressions()
    assert gone.reason == SuppressionReason.BOUNCED
    assert store.readers() == []


def test_an_import_names_what_was_not_read(store: SqlStore) -> None:
    done = readership.import_csv(store, b"email,Weg\na@a.test,ja\nnobody,\n", NOW)
    assert done.text == "1 reader added, 1 line of no use"
    assert done.problems == (
        "line 3: it has no @",
        "not read: “Weg”; if one of them says who left, call it unsubscribed and import the file "
        "again before the next edition",
    )
    again = readership.import_csv(store, b"email,unsubscribed\na@a.test,ja\n", LATER)
    assert again.problems == ()
    assert listed(store) == []


def test_what_is_no_address_is_refused_without_repeating_it(store: SqlStore) -> None:
    told = "^this is no e-mail address: it has no @$"
    with pytest.raises(ConfigError, match=told):
        readership.add(store, "ann", NOW)
    with pytest.raises(ConfigError, match=told):
        readership.remove(store, "ann", NOW)


def test_an_import_adds_readers_and_keeps_out_who_left(store: SqlStore) -> None:
    readership.add(store, "old@a.test", NOW)
    leave(store, "gone@a.test")
    data = (
        b"email,status,since\nnew@a.test,active,\nold@a.test,active,\ngone@a.test,active,\n"
        b"left@a.test,unsubscribed,2025-01-02\nlate@a.test,bounced,2999-01-01\nNEW@a.test,active,\n"
        b"nonsense,active,\n"
    )
    done = readership.import_csv(store, data, LATER)
    assert done.text == (
        "1 reader added, 1 on the list already, 1 left out because they unsubscribed or take no "
        "mail, 2 noted as gone, 1 given twice, 1 line of no use"
    )
    assert done.problems == ("line 8: it has no @",)
    assert listed(store) == ["old@a.test", "new@a.test"]
    gone = {s.address: s for s in store.suppressions()}
    assert set(gone) == {"gone@a.test", "left@a.test", "late@a.test"}
    assert gone["left@a.test"].at == datetime(2025, 1, 2, tzinfo=UTC)
    assert gone["late@a.test"].at == LATER
    assert gone["gone@a.test"].at == NOW


def test_an_import_twice_changes_nothing_more(store: SqlStore) -> None:
    readership.import_csv(store, b"a@a.test\nb@b.test,\n", NOW)
    before = store.readers()
    again = readership.import_csv(store, b"a@a.test\nb@b.test,\n", LATER)
    assert again.text == "0 readers added, 2 on the list already"
    assert store.readers() == before


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "a column called email"),
        (b"\x89PNG\r\n\x1a\n", "line 1"),
        (b"\n" * 1_000_001, "lines"),
    ],
)
def test_a_file_of_no_use_is_told(store: SqlStore, data: bytes, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        readership.import_csv(store, data, NOW)


def test_an_export_moves_a_list_to_another_store(store: SqlStore, tmp_path: Path) -> None:
    for name in ("b", "a", "=c"):
        readership.add(store, f"{name}@a.test", NOW)
    store.suppress([Suppression("b@a.test", SuppressionReason.BOUNCED, NOW, "=550, no; such")])
    leave(store, "never@a.test")
    text = readership.export(store)
    with SqlStore.open(f"sqlite:///{tmp_path / 'other.db'}") as other:
        readership.import_csv(other, text.encode(), LATER)
        assert listed(other) == ["a@a.test", "=c@a.test"]
        assert sorted(other.suppressions(), key=lambda s: s.address) == sorted(
            store.suppressions(), key=lambda s: s.address
        )


def test_everyone_is_shown_with_what_holds_for_them(store: SqlStore) -> None:
    readership.add(store, "a@a.test", NOW)
    readership.add(store, "b@a.test", NOW)
    store.suppress([Suppression("b@a.test", SuppressionReason.COMPLAINED, LATER, "spam")])
    leave(store, "c@a.test")
    assert readership.table(store) == [
        ("a@a.test", "gets mail", "2026-03-14"),
        ("b@a.test", "called the mail spam since 2026-03-15", "2026-03-14"),
        ("c@a.test", "unsubscribed since 2026-03-14, not on the list", ""),
    ]
    a, b, c = readership.records(store)
    assert a == {"email": "a@a.test", "added_at": "2026-03-14T05:30:00+00:00", "suppressed": None}
    assert b["suppressed"] == {
        "reason": "complained", "at": "2026-03-15T05:30:00+00:00", "detail": "spam",
    }  # fmt: skip
    assert (c["email"], c["added_at"]) == ("c@a.test", None)
