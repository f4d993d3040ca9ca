"""Commands on readers, uncertain mail and the state, as they are typed: output and exit codes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.adapters.store import SqlStore
from digest.models import Delivery, DeliveryStatus
from tests.command import DAILY, END, Days, call, configure
from tests.smtp_server import PostOffice
from tests.test_delivering import IDENTITY, READERS, mail, settle, to_whom, with_readers

AT = ("--at", END.isoformat())


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office


# Mail that was on its way when the program was killed


def claimed(desk: Path, address: str) -> None:
    """Leave the store as a program does that is killed while it sends to an address."""
    now = datetime.now(UTC)
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        found = store.open_delivery(
            DAILY, "readers", addresses=None, resend_uncertain=False, now=now
        )
        assert address in [each.address for each in found]
        row = Delivery(DAILY, "readers", address, DeliveryStatus.SENDING, now)
        assert store.note([], [row], now=now) == {address}


def test_uncertain_mail_is_sent_again_only_when_asked_for(desk: Path, office: PostOffice) -> None:
    settle(desk, mail(office))
    with_readers(desk)
    claimed(desk, READERS[1])
    others = [READERS[0], READERS[2]]
    for _ in range(2):
        done = call(desk, "editions", "deliver", DAILY, "--json")
        (row,) = json.loads(done.out)
        assert (done.code, row["status"], to_whom(office)) == (0, "uncertain", others)
        assert "1 uncertain: the mail may have arrived" in row["detail"]
        assert "--resend-uncertain" in row["detail"]
    listed = call(desk, "editions", "deliveries", DAILY, "--json").report()
    assert [m["address"] for m in listed["messages"] if m["status"] == "uncertain"] == READERS[1:2]
    done = call(desk, "editions", "deliver", DAILY, "--resend-uncertain", "--json")
    (row,) = json.loads(done.out)
    assert (done.code, row["status"], to_whom(office)) == (0, "done", READERS)
    assert "1 sent" in row["detail"]
    done = call(desk, "editions", "deliver", DAILY, "--resend-uncertain", "--json")
    (row,) = json.loads(done.out)
    assert (done.code, row["status"], to_whom(office)) == (0, "unchanged", READERS)


# Readers


@pytest.fixture
def empty_desk(tmp_path: Path, three_days: Days) -> Path:
    """A folder with a configuration and nothing else."""
    configure(tmp_path, three_days.newsroom)
    return tmp_path


def said(desk: Path, *arguments: str) -> str:
    """Return the one sentence that a command answers, the same with and without --json."""
    done = call(desk, "subscribers", *arguments, *AT, "--json")
    assert (done.code, done.err) == (0, "")
    document = json.loads(done.out)
    assert list(document) == ["said"]
    return str(document["said"])


def refused(desk: Path, *arguments: str) -> str:
    """Return why a command was refused: on standard error, with nothing on standard output."""
    done = call(desk, "subscribers", *arguments, *AT)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("digest: ")
    assert done.err.count("\n") == 1
    return done.err


def test_a_reader_is_added_once(empty_desk: Path) -> None:
    assert said(empty_desk, "add", "Ann@Example.com") == "ann@example.com is added"
    assert said(empty_desk, "add", "ann@example.com") == "ann@example.com is on the list already"
    plain = call(empty_desk, "subscribers", "add", "bob@example.com")
    assert (plain.code, plain.out, plain.err) == (0, "bob@example.com is added\n", "")
    assert "this is no e-mail address" in refused(empty_desk, "add", "nobody")
    listed = json.loads(call(empty_desk, "subscribers", "list", "--json").out)
    assert [reader["email"] for reader in listed] == ["ann@example.com", "bob@example.com"]
    assert listed[0]["added_at"] == "2025-05-14T06:30:00+00:00"  # the moment of --at
    assert listed[0]["suppressed"] is None


def test_one_who_left_comes_back_with_again_only(empty_desk: Path) -> None:
    said(empty_desk, "add", "ann@example.com")
    said(empty_desk, "add", "bob@example.com")
    assert said(empty_desk, "remove", "ANN@example.com").startswith("ann@example.com is removed")
    assert "ann@example.com is not on the list" in refused(empty_desk, "remove", "ann@example.com")
    assert "say --again" in refused(empty_desk, "add", "ann@example.com")
    table = call(empty_desk, "subscribers", "list").out.splitlines()
    assert [line.split()[0] for line in table] == ["bob@example.com", "ann@example.com"]
    assert "unsubscribed since 2025-05-14, not on the list" in table[1]
    assert said(empty_desk, "add", "ann@example.com", "--again").endswith("gets mail again")
    listed = json.loads(call(empty_desk, "subscribers", "list", "--json").out)
    assert {reader["email"]: reader["suppressed"] for reader in listed} == {
        "ann@example.com": None,
        "bob@example.com": None,
    }


def test_a_list_is_imported_and_exported(empty_desk: Path, tmp_path: Path) -> None:
    said(empty_desk, "add", "gone@example.com")
    said(empty_desk, "remove", "gone@example.com")
    (empty_desk / "list.csv").write_text(
        "email\nann@example.com\nno address\ngone@example.com\nbob@example.com\n"
    )
    done = call(empty_desk, "subscribers", "import", "list.csv", *AT, "--json")
    assert done.code == 0
    assert json.loads(done.out) == {
        "said": "2 readers added, 1 left out because they unsubscribed or take no mail, "
        "1 line of no use"
    }
    assert done.err.startswith("line 3")
    exported = call(empty_desk, "subscribers", "export")
    assert exported.code == 0
    rows = [row[0] for row in csv.reader(io.StringIO(exported.out))]
    assert rows == ["email", "ann@example.com", "bob@example.com", "gone@example.com"]
    as_json = call(empty_desk, "subscribers", "export", "--json")
    assert as_json.out == call(empty_desk, "subscribers", "list", "--json").out
    # The export is a list that another desk takes, those who left included.
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.yaml").write_bytes((empty_desk / "config.yaml").read_bytes())
    (other / "list.csv").write_text(exported.out)
    assert said(other, "import", "list.csv") == "2 readers added, 1 noted as gone"
    assert "say --again" in refused(other, "add", "gone@example.com")


def test_a_file_that_cannot_be_imported_is_named(empty_desk: Path) -> None:
    assert "nowhere.csv cannot be read" in refused(empty_desk, "import", "nowhere.csv")
    (empty_desk / "notes.csv").write_text("nothing\nto\nsee\n")
    assert "lists no e-mail address" in refused(empty_desk, "import", "notes.csv")
    assert call(empty_desk, "subscribers", "list", "--json").out == "[]\n"


# The state


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=folder, check=True, capture_output=True, text=True, encoding="utf-8"
    ).stdout


def test_the_state_is_saved_and_loaded_elsewhere(
    desk: Path, three_days: Days, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "r.git")
    output = {"kind": "git", "remote": "../r.git", "path": "{date}.md"}
    settle(desk, output)
    done = call(desk, "state", "save", *AT, "--json")
    assert (done.code, list(json.loads(done.out))) == (0, ["said"]), done.err
    assert done.report()["said"].startswith("state saved: ")
    assert "State of 2025-05-14 06:30 UTC" in git(tmp_path / "r.git", "log", "digest-state")
    again = call(desk, "state", "save", *AT)
    assert (again.code, again.out[:16]) == (0, "state unchanged:")
    other = tmp_path / "other"
    other.mkdir()
    configure(other, three_days.newsroom)
    settle(other, output)
    done = call(other, "state", "load", "--json")
    assert (done.code, list(json.loads(done.out))) == (0, ["said"]), done.err
    editions = call(desk, "editions", "list", "--json").out
    assert call(other, "editions", "list", "--json").out == editions
    assert len(json.loads(editions)) == 3
    assert call(other, "state", "save", *AT).out == again.out  # feeds and entries are there too


def test_state_of_a_repository_that_is_not_there_is_an_output_that_failed(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    settle(desk, {"kind": "git", "remote": "nowhere.git", "path": "{date}.md"})
    for verb in ("save", "load"):
        done = call(desk, "state", verb, "--json")
        assert (done.code, done.out) == (3, "")
        assert "nowhere.git" in done.err
