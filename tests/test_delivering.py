"""Editions out of the door by the commands: a real mail server, a real repository, real files."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from digest.adapters.store import SqlStore
from digest.models.readers import ANY_TOKEN
from tests.command import DAILY, Days, call, digest, start
from tests.smtp_server import PostOffice

READERS = ["ann@example.com", "bob@example.com", "cy@example.com"]
LATER = "2025-05-14T07:00"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office


def mail(office: PostOffice, **more: object) -> dict[str, object]:
    return {
        "kind": "email",
        "smtp": {"host": "127.0.0.1", "port": office.port, "tls": "none"},
        "from": "AI Industry Digest <digest@example.org>",
        "postal_address": "Example Press, 1 Example Street",
        "rate": 1000,
        **more,
    }


def settle(desk: Path, *outputs: Mapping[str, object], **more: object) -> None:
    """Give the desk's configuration outputs, and a place to unsubscribe."""
    import yaml

    file = desk / "config.yaml"
    settings = yaml.safe_load(file.read_text("utf-8"))
    settings["outputs"] = [dict(output) for output in outputs]
    settings["web"] = {"base_url": "https://digest.example.org"}
    kept = {key: value for key, value in (settings | more).items() if value is not None}
    file.write_text(yaml.safe_dump(kept, sort_keys=False), encoding="utf-8")


def with_readers(desk: Path, *addresses: str) -> None:
    """Put readers on the list as if before the last edition was frozen."""
    for address in addresses or READERS:
        assert call(desk, "subscribers", "add", address).code == 0
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        stored = store.edition(DAILY)
        assert stored is not None
        store.save_edition(stored, replace=True)


def to_whom(office: PostOffice) -> list[str]:
    return sorted(address for message in office.messages for address in message.recipients)


def test_each_reader_gets_the_edition_once(desk: Path, office: PostOffice) -> None:
    settle(desk, mail(office))
    with_readers(desk)
    first = call(desk, "editions", "deliver", DAILY)
    assert (first.code, to_whom(office)) == (0, READERS), first.err
    assert "3 sent" in first.out
    again = call(desk, "editions", "deliver", DAILY)
    assert (again.code, to_whom(office)) == (0, READERS)
    assert "unchanged" in again.out


def test_a_message_can_be_left_by_its_own_headers(desk: Path, office: PostOffice) -> None:
    settle(desk, mail(office, bounces={"address": "bounces@example.org", "dir": "bounces"}))
    (desk / "bounces").mkdir()
    with_readers(desk, "ann@example.com")
    assert call(desk, "editions", "deliver", DAILY).code == 0
    (sent,) = office.messages
    message = BytesParser(policy=policy.default).parsebytes(sent.data)
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        (reader,) = store.readers()
    assert message["List-Unsubscribe"].split() == [
        f"<https://digest.example.org/unsubscribe/{reader.token}>,",
        f"<mailto:bounces+unsubscribe-{reader.token}@example.org?subject=unsubscribe>",
    ]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent.sender == f"bounces+{reader.token}@example.org"
    plain, html = (part.get_content() for part in message.iter_parts())
    link = f"https://digest.example.org/unsubscribe/{reader.token}"
    assert link in plain
    assert f'href="{link}"' in html
    (desk / "bounces" / "leave.eml").write_bytes(
        f"From: ann@example.com\r\nTo: bounces+unsubscribe-{reader.token}@example.org\r\n"
        "Subject: unsubscribe\r\n\r\n".encode()
    )
    assert call(desk, "editions", "deliver", DAILY).code == 0
    assert to_whom(office) == ["ann@example.com"]
    listed = call(desk, "subscribers", "list").out
    assert re.search(r"ann@example\.com\s+unsubscribed since", listed)


def test_who_comes_after_the_edition_was_frozen_gets_the_next(
    desk: Path, office: PostOffice
) -> None:
    settle(desk, mail(office))
    with_readers(desk, "ann@example.com")
    call(desk, "subscribers", "add", "late@example.com")
    assert call(desk, "editions", "deliver", DAILY).code == 0
    assert to_whom(office) == ["ann@example.com"]


def test_a_test_goes_to_one_address_and_leaves_the_ledger_alone(
    desk: Path, office: PostOffice
) -> None:
    settle(desk, mail(office))
    with_readers(desk)
    done = call(desk, "editions", "deliver", DAILY, "--test", "Me@Example.com")
    assert (done.code, to_whom(office)) == (0, ["me@example.com"])
    assert message_from_bytes(office.messages[0].data)["Subject"].startswith("=?utf-8?")
    assert call(desk, "editions", "deliver", DAILY).code == 0
    assert to_whom(office) == sorted(["me@example.com", *READERS])
    wrong = call(desk, "editions", "deliver", DAILY, "--test", "nobody")
    assert (wrong.code, wrong.out) == (2, "")
    assert "--test: this is no e-mail address" in wrong.err


def test_one_output_failing_does_not_stop_the_others(desk: Path, office: PostOffice) -> None:
    nowhere = {"kind": "git", "remote": "no-such-repository", "path": "{date}.md"}
    settle(desk, nowhere, mail(office), {"kind": "markdown", "dir": "md"})
    with_readers(desk)
    done = call(desk, "editions", "deliver", DAILY)
    assert done.code == 3
    assert "FAILED" in done.out
    assert to_whom(office) == READERS
    assert (desk / "md" / "2025-05-14.md").exists()
    rows = json.loads(call(desk, "editions", "deliver", DAILY, "--json").out)
    assert [row["status"] for row in rows] == ["failed", "unchanged", "unchanged"]


def test_what_an_output_has_not_got_is_due_and_is_delivered_without_asking_feeds(
    desk: Path, three_days: Days, office: PostOffice
) -> None:
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", "r.git"], cwd=desk, check=True)
    git = {"kind": "git", "remote": "r.git", "path": "{date}.md"}
    schedule = {"schedule": {"at": "06:30"}}
    settle(desk, git, mail(office), edition=schedule)
    with_readers(desk)
    asked = len(three_days.newsroom.requests)
    done = digest(desk, "run", "--due", "--at", LATER, environment=IDENTITY)
    assert (done.code, to_whom(office)) == (0, READERS), done.err
    assert len(three_days.newsroom.requests) == asked
    log = subprocess.run(
        ["git", "log", "--format=%s", "main"], cwd=desk / "r.git", capture_output=True, check=True
    )
    assert log.stdout == b"Digest 2025-05-14\n"
    nothing = digest(desk, "run", "--due", "--at", LATER, environment=IDENTITY)
    assert nothing.code == 0
    assert "nothing is due" in nothing.err
    assert to_whom(office) == READERS


IDENTITY = {
    "GIT_AUTHOR_NAME": "Digest",
    "GIT_AUTHOR_EMAIL": "digest@example.org",
    "GIT_COMMITTER_NAME": "Digest",
    "GIT_COMMITTER_EMAIL": "digest@example.org",
}


def test_what_out_lacks_is_due_as_well(desk: Path) -> None:
    settle(desk, {"kind": "markdown", "dir": "md"}, edition={"schedule": {"at": "06:30"}})
    done = call(desk, "run", "--due", "--at", LATER, "--report", "own.json", "--json")
    report = done.report()
    assert (done.code, report["edition"], report["edition_id"]) == (0, "unchanged", DAILY)
    kinds = [output["kind"] for output in report["outputs"]]
    assert kinds == ["markdown", "html", "json", "markdown"]
    assert json.loads((desk / "own.json").read_text("utf-8")) == report
    assert json.loads((desk / "out" / "report.json").read_text("utf-8")) == report
    assert "nothing is due" in call(desk, "run", "--due", "--at", LATER).err


def test_two_folders_are_two_outputs(desk: Path) -> None:
    (desk / "b").write_text("in the way", encoding="utf-8")
    folders = [{"kind": "markdown", "dir": name} for name in ("a", "b")]
    settle(desk, *folders, edition={"schedule": {"at": "06:30"}})
    assert call(desk, "run", "--due", "--at", LATER).code == 3
    (desk / "b").unlink()
    assert call(desk, "run", "--due", "--at", LATER).code == 0
    assert (desk / "b" / "2025-05-14.md").exists()


def test_a_template_that_fails_costs_its_output_alone(desk: Path, office: PostOffice) -> None:
    (desk / "own").mkdir()
    (desk / "own" / "email.html").write_text("{{ 1 / 0 }}", encoding="utf-8")
    settle(desk, mail(office), {"kind": "markdown", "dir": "md"}, templates="own")
    with_readers(desk)
    done = call(desk, "editions", "deliver", DAILY, "--json")
    assert done.code == 3
    rows = json.loads(done.out)
    assert [row["status"] for row in rows] == ["failed", "done"]
    assert "Template email.html, line 1" in rows[0]["detail"]
    assert to_whom(office) == []


def test_a_mailed_note_of_a_quiet_day_stands(desk: Path, office: PostOffice) -> None:
    for stored in desk.glob("digest.db*"):
        stored.unlink()
    edition = {"when_empty": "note", "mute": ["a", "e", "i", "o", "u", "the"]}
    settle(desk, mail(office), edition=edition)
    assert call(desk, "subscribers", "add", "ann@example.com").code == 0
    first = call(desk, "run", "--at", "2025-05-14T06:30")
    assert (first.code, len(office.messages)) == (0, 1), first.err
    settle(desk, mail(office), edition={"when_empty": "note"})
    second = call(desk, "run", "--at", "2025-05-14T07:00", "--json").report()
    assert (second["edition"], second["counts"]["published"]) == ("unchanged", 0)
    assert len(office.messages) == 1


def test_deliveries_are_listed(desk: Path, office: PostOffice) -> None:
    settle(desk, mail(office))
    with_readers(desk, "ann@example.com")
    assert "has not all of it" in call(desk, "editions", "deliveries", DAILY).out
    assert call(desk, "editions", "deliver", DAILY).code == 0
    listed = json.loads(call(desk, "editions", "deliveries", DAILY, "--json").out)
    assert [(m["address"], m["status"]) for m in listed["messages"]] == [
        ("ann@example.com", "sent")
    ]
    assert [output["finished"] for output in listed["outputs"]] == [True]
    settle(desk, {"kind": "markdown", "dir": "md"})
    assert "ann@example.com" in call(desk, "editions", "deliveries", DAILY).out
    assert call(desk, "editions", "deliveries", "nope").code == 1


def test_a_placeholder_is_for_pasting_and_not_for_sending(desk: Path, office: PostOffice) -> None:
    settle(desk, mail(office, unsubscribe_url="*|UNSUB|*"), web=None)
    nobody = call(desk, "editions", "deliver", DAILY)
    assert (nobody.code, to_whom(office)) == (0, [])
    with_readers(desk)
    done = call(desk, "editions", "deliver", DAILY)
    assert (done.code, to_whom(office)) == (3, [])
    assert "set `web.base_url` or `bounces`" in " ".join(done.out.split())


def test_an_edition_that_was_mailed_is_not_made_anew(desk: Path, office: PostOffice) -> None:
    settle(desk, mail(office))
    with_readers(desk)
    assert call(desk, "editions", "deliver", DAILY).code == 0
    done = call(desk, "run", "--refresh", "--at", LATER)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"digest: --refresh: {DAILY} has been sent already, so it stands\n")


def test_stored_readers_are_not_mailed_from_a_runner(desk: Path, office: PostOffice) -> None:
    settle(desk, mail(office))
    with_readers(desk)
    done = digest(desk, "editions", "deliver", DAILY, environment={"GITHUB_ACTIONS": "true"})
    assert (done.code, done.out, to_whom(office)) == (2, "", [])
    assert "outputs[0]: stored readers are not mailed from a GitHub Actions runner" in done.err
    settle(desk, mail(office, to=["team@example.com"]))
    done = digest(desk, "editions", "deliver", DAILY, environment={"GITHUB_ACTIONS": "true"})
    assert (done.code, to_whom(office)) == (0, ["team@example.com"])


@pytest.mark.parametrize("kind", ["git", "markdown"])
def test_a_correction_stands_while_another_output_is_tried_again(
    desk: Path, office: PostOffice, kind: str
) -> None:
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", "r.git"], cwd=desk, check=True)
    git = {"kind": "git", "remote": "r.git", "path": "{date}.md"}
    down = mail(office, smtp={"host": "127.0.0.1", "port": office.port, "tls": "starttls"})
    schedule = {"schedule": {"at": "06:30"}}
    settle(desk, git, {"kind": "markdown", "dir": "md"}, down, edition=schedule)
    with_readers(desk)
    first = digest(desk, "run", "--due", "--at", LATER, environment=IDENTITY)
    assert first.code == 3, first.err
    if kind == "git":
        commands = (
            "git clone -q r.git own && cd own && echo mended > 2025-05-14.md && "
            "git commit -qam mend && git push -q"
        )
        subprocess.run(["sh", "-c", commands], cwd=desk, check=True, env=os.environ | IDENTITY)
    else:
        (desk / "md" / "2025-05-14.md").write_text("mended\n", encoding="utf-8")
    settle(desk, git, {"kind": "markdown", "dir": "md"}, mail(office), edition=schedule)
    second = digest(desk, "run", "--due", "--at", LATER, environment=IDENTITY)
    assert (second.code, to_whom(office)) == (0, READERS)
    shown = subprocess.run(
        ["git", "show", "main:2025-05-14.md"], cwd=desk / "r.git", capture_output=True, check=True
    )
    mended = shown.stdout if kind == "git" else (desk / "md" / "2025-05-14.md").read_bytes()
    assert mended == b"mended\n"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_in_the_middle_of_mailing_ends_it_soon_and_loses_nothing(
    desk: Path, office: PostOffice, ending: signal.Signals
) -> None:
    settle(desk, mail(office, rate=20))
    many = [f"reader{n:03}@example.com" for n in range(120)]
    with_readers(desk, many[0])
    (desk / "many.csv").write_text("\n".join(many), encoding="utf-8")
    assert call(desk, "subscribers", "import", "many.csv").code == 0
    with_readers(desk, many[0])
    process = start(desk, "editions", "deliver", DAILY)
    while len(office.messages) < 5:
        assert process.poll() is None
        threading.Event().wait(0.02)
    os.kill(process.pid, ending)
    _, err = process.communicate(timeout=15)
    assert process.returncode == 130, err
    assert len(office.messages) < len(many)
    settle(desk, mail(office))
    done = call(desk, "editions", "deliver", DAILY)
    assert (done.code, to_whom(office)) == (0, many), done.out


def test_readers_unsubscribe_at_the_page_that_serve_answers(desk: Path) -> None:
    settle(desk, {"kind": "markdown", "dir": "md"}, edition={"schedule": {"at": "06:30"}})
    call(desk, "subscribers", "add", "ann@example.com")
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        (reader,) = store.readers()
    process: Any = start(desk, "serve", "--port", "0")
    try:
        first = process.stderr.readline()
        found = re.search(r"at (http://127\.0\.0\.1:\d+), reached as https://digest\.ex", first)
        assert found, first
        url = f"{found[1]}/unsubscribe/{reader.token}"
        assert "<form" in httpx.get(url).text
        of_a_test = httpx.get(f"{found[1]}/unsubscribe/{ANY_TOKEN}")
        assert "unsubscribes nobody" in of_a_test.text
        assert call(desk, "subscribers", "list").out.split()[1] == "gets"
        assert httpx.post(url, content=b"List-Unsubscribe=One-Click").status_code == 200
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=15)
    assert process.returncode == 0
    assert "unsubscribed" in call(desk, "subscribers", "list").out


def test_a_week_is_shown_and_written_beside_the_day(desk: Path) -> None:
    settle(desk, {"kind": "markdown", "dir": "md", "weekly": "weeks/{date}.md"})
    assert call(desk, "editions", "deliver", DAILY).code == 0
    week = (desk / "md" / "weeks" / "2025-05-12.md").read_text("utf-8")
    shown = call(desk, "editions", "show", "daily-2025-W20")
    assert (shown.code, shown.out) == (0, week)
    assert "week 20 of 2025" in week
    assert call(desk, "editions", "show", "daily-2025-W21").code == 1
    assert call(desk, "editions", "show", "daily-2025-W99").code == 2
    assert call(desk, "editions", "show", "daily-2025-W20", "--format", "html").code == 2


def test_state_needs_a_repository_to_be_kept_in(desk: Path) -> None:
    done = call(desk, "state", "save")
    assert (done.code, done.out) == (2, "")
    assert "no output of kind git is configured" in done.err


def test_an_edition_is_shown_as_mail_with_a_services_placeholder(
    desk: Path, office: PostOffice
) -> None:
    settle(desk, mail(office, unsubscribe_url="*|UNSUB|*"), web=None)
    done = call(desk, "editions", "show", DAILY, "--format", "email")
    assert done.code == 0
    assert 'href="*|UNSUB|*"' in done.out
    text = call(desk, "editions", "show", DAILY, "--format", "text").out
    assert "*|UNSUB|*" in text


def test_no_readers_file_is_needed_to_list_them(tmp_path: Path, three_days: Days) -> None:
    shutil.copy(three_days.folder / "config.yaml", tmp_path)
    done = call(tmp_path, "subscribers", "list")
    assert (done.code, done.out) == (0, "there are no readers yet\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["config.yaml"]
