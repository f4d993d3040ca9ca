"""The configuration's words on mail and git, each seen in what arrives."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from digest.adapters.store import SqlStore
from digest.models.readers import ANY_TOKEN
from digest.render.record import edition_from_json, edition_to_json
from tests.builders import repeated
from tests.command import DAILY, END, call, digest, start
from tests.imap_server import PASSWORD as IMAP_PASSWORD
from tests.imap_server import USER as IMAP_USER
from tests.imap_server import ImapServer
from tests.smtp_server import Certificate, PostOffice, Scripted, certificate
from tests.test_delivering import IDENTITY, READERS, mail, settle, to_whom, with_readers
from tests.test_doctor import marks
from tests.test_mail_rules import _key, _public, _verifies

USER, PASSWORD = "letters@example.org", "s3cret pass-phrase"
POSTAL = ("Example Press", "1 Example Street", "12345 Exampletown")
LEAVE = "https://readers.example.org/leave?who="


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    if shutil.which("openssl") is None:
        pytest.skip("no certificate: openssl is not installed")
    return certificate(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def guarded(papers: Certificate) -> Iterator[PostOffice]:
    """A mail server that takes mail from one user only, encrypted."""
    with PostOffice(tls="starttls", certificate=papers, users={USER: PASSWORD}) as office:
        yield office


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office


def smtp(office: PostOffice, **more: object) -> dict[str, object]:
    return {
        "host": "localhost",
        "port": office.port,
        "tls": "starttls",
        "user": USER,
        "password": PASSWORD,
        **more,
    }


def tokens(desk: Path) -> dict[str, str]:
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        return {reader.address: reader.token for reader in store.readers()}


def parsed(data: bytes) -> EmailMessage:
    message = BytesParser(policy=SMTP).parsebytes(data)
    assert isinstance(message, EmailMessage)
    return message


def test_every_key_of_an_e_mail_output_is_in_the_mail(
    desk: Path, guarded: PostOffice, papers: Certificate
) -> None:
    key = _key("2048")
    (desk / "dkim.pem").write_text(key)
    (desk / "smtp-password").write_text(PASSWORD + "\n")
    (desk / "bounces").mkdir()
    server = smtp(guarded, password_file="smtp-password", connections=2, timeout="20s")
    del server["password"]
    settle(
        desk,
        mail(
            guarded,
            name="morning",
            smtp=server,
            **{"from": '"Digest, the Daily" <digest@example.org>'},
            reply_to="The Editors <editors@example.org>",
            list_id="Morning.example.org",
            postal_address="\n".join(POSTAL),
            unsubscribe_url=LEAVE + "{token}",
            bounces={"address": "bounces@returns.example.org", "dir": "bounces"},
            dkim={"domain": "example.org", "selector": "news", "key_file": "dkim.pem"},
        ),
        title="The Morning",
    )
    with_readers(desk, "ann@example.com")
    trust = {"SSL_CERT_FILE": str(papers.authority)}
    done = digest(desk, "editions", "deliver", DAILY, environment=trust)
    assert (done.code, to_whom(guarded)) == (0, ["ann@example.com"]), done.out + done.err
    (sent,) = guarded.messages
    token = tokens(desk)["ann@example.com"]
    assert sent.encrypted
    assert USER in sent.user
    assert sent.sender == f"bounces+{token}@returns.example.org"
    assert _verifies(sent.data, _public(key))
    message = parsed(sent.data)
    assert message["From"] == '"Digest, the Daily" <digest@example.org>'
    assert message["Reply-To"] == "The Editors <editors@example.org>"
    assert message["List-Id"] == "The Morning <morning.example.org>"
    assert message["List-Unsubscribe"].split() == [
        f"<{LEAVE}{token}>,",
        f"<mailto:bounces+unsubscribe-{token}@returns.example.org?subject=unsubscribe>",
    ]
    plain, page = (part.get_content() for part in message.iter_parts())
    for line in POSTAL:
        assert line in plain
        assert line in page
    assert LEAVE + token in plain
    assert f'href="{LEAVE}{token}"' in page
    assert ANY_TOKEN not in sent.data.decode()


def test_a_certificate_of_a_stranger_stops_the_mail(desk: Path, guarded: PostOffice) -> None:
    settle(desk, mail(guarded, smtp=smtp(guarded)))
    with_readers(desk, "ann@example.com")
    done = call(desk, "editions", "deliver", DAILY)
    assert (done.code, to_whom(guarded)) == (3, [])
    assert "certificate" in done.out


def test_a_wrong_password_is_told_in_one_sentence_without_it(
    desk: Path, guarded: PostOffice, papers: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(papers.authority))
    settle(desk, mail(guarded, smtp=smtp(guarded, password="another-secret")))
    with_readers(desk)
    done = call(desk, "editions", "deliver", DAILY, "--json")
    assert (done.code, to_whom(guarded)) == (3, [])
    (row,) = json.loads(done.out)
    assert row["status"] == "failed"
    assert "it refuses user and password" in row["detail"]
    assert len(row["detail"].splitlines()) == 1
    for secret in ("another-secret", PASSWORD, "Traceback"):
        assert secret not in done.out + done.err


def test_as_many_connections_are_open_as_configured(desk: Path, office: PostOffice) -> None:
    together = threading.Barrier(6)  # more than without the key, and each waits for all others

    def serve(sock: socket.socket, lines: Any, _number: int) -> None:
        sock.sendall(b"220 mail.example.org\r\n")
        for line in lines:
            verb = line[:4].upper()
            if verb == b"DATA":
                sock.sendall(b"354 go on\r\n")
                while lines.readline() not in (b".\r\n", b""):
                    pass
                try:
                    together.wait(10)
                except threading.BrokenBarrierError:
                    return
            sock.sendall(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")

    readers = [f"reader{n}@example.com" for n in range(6)]
    with Scripted(serve) as server:
        own = {"host": "127.0.0.1", "port": server.port, "tls": "none", "connections": 6}
        settle(desk, mail(office, smtp=own))
        with_readers(desk, *readers)
        done = call(desk, "editions", "deliver", DAILY)
        assert (done.code, server.connections) == (0, 6), done.out
    assert "6 sent" in done.out


def test_the_rate_is_the_configured_one(desk: Path, office: PostOffice) -> None:
    settle(desk, mail(office, rate=1))
    with_readers(desk, *READERS[:2])
    began = time.monotonic()
    assert call(desk, "editions", "deliver", DAILY).code == 0
    assert time.monotonic() - began >= 1
    assert to_whom(office) == READERS[:2]


def test_a_mail_too_large_for_some_programs_is_told(desk: Path, office: PostOffice) -> None:
    settle(desk, mail(office))
    with_readers(desk, "ann@example.com")
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        stored = store.edition(DAILY)
        assert stored is not None
        much = repeated(edition_from_json(stored.record), 60, 0)
        store.save_edition(replace(stored, record=edition_to_json(much)), replace=True)
    done = call(desk, "editions", "deliver", DAILY, "--json")
    (row,) = json.loads(done.out)
    assert (done.code, row["status"], len(office.messages)) == (0, "done", 1)
    assert re.search(r"The mail's HTML takes 9\d KB", row["detail"])
    assert "To keep this mail small, " in row["detail"]
    assert "ann@" not in row["detail"]


# The mailbox


def test_the_configured_mailbox_on_a_server_is_read_before_anything_is_sent(
    desk: Path, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        pytest.skip("no IMAP server: dovecot is not installed")
    if shutil.which("openssl") is None:
        pytest.skip("no certificate: openssl is not installed")
    with ImapServer() as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        imap = {
            "host": "localhost",
            "port": server.tls_port,
            "tls": "tls",
            "user": IMAP_USER,
            "password": IMAP_PASSWORD,
            "folder": "Returned",
        }
        settle(desk, mail(office, bounces={"address": "bounces@example.org", "imap": imap}))
        with_readers(desk)
        token = tokens(desk)["bob@example.com"]
        mail_to_leave = f"To: <bounces+unsubscribe-{token}@example.org>\n\n".encode()
        server.deliver(mail_to_leave, folder="Returned")
        done = call(desk, "editions", "deliver", DAILY)
        assert (done.code, to_whom(office)) == (0, ["ann@example.com", "cy@example.com"]), done
        examined = marks(call(desk, "doctor").out)
    assert examined["bounces"] == "✓"
    assert re.search(
        r"bob@example\.com\s+unsubscribed since", call(desk, "subscribers", "list").out
    )


def test_serve_reads_the_mailbox_while_nothing_is_due(desk: Path, office: PostOffice) -> None:
    bounces = {"address": "bounces@example.org", "dir": "bounces"}
    never_late = {"schedule": {"at": "06:30", "catch_up": "0s"}}
    settle(desk, mail(office, bounces=bounces), web=None, edition=never_late)
    with_readers(desk)
    (desk / "bounces").mkdir()
    token = tokens(desk)["cy@example.com"]
    message = f"To: bounces+unsubscribe-{token}@example.org\r\nSubject: unsubscribe\r\n\r\n"
    (desk / "bounces" / "leave.eml").write_bytes(message.encode())
    process = start(desk, "serve")
    limit = threading.Timer(20, process.kill)
    limit.start()
    said = []
    try:
        for line in process.stderr:
            said.append(line)
            if "read 1 message" in line:
                break
    finally:
        limit.cancel()
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=15)
    assert "read 1 message: 1 unsubscribed" in said[-1], said
    assert process.returncode == 0
    assert not (desk / "bounces" / "leave.eml").exists()
    assert re.search(r"cy@example\.com\s+unsubscribed since", call(desk, "subscribers", "list").out)
    assert to_whom(office) == []


# Mail to be pasted elsewhere


def test_a_topic_is_printed_as_mail(desk: Path, office: PostOffice) -> None:
    settle(desk, mail(office))
    topic = ("topic", "Microsoft OpenAI talks", "--offline", "--at", END.isoformat())
    done = call(desk, *topic, "--format", "email")
    assert done.code == 0
    record = call(desk, *topic, "--format", "json").report()
    assert done.out.startswith("<!DOCTYPE html")
    assert html.escape(record["stories"][0]["headline"], quote=False) in done.out
    assert POSTAL[0] in done.out
    assert ANY_TOKEN not in done.out
    assert "unsubscribe/" not in done.out


def test_an_edition_to_be_pasted_names_its_sender_and_no_reader(
    desk: Path, office: PostOffice
) -> None:
    settle(desk, mail(office, postal_address="\n".join(POSTAL)))
    for style in ("email", "text"):
        done = call(desk, "editions", "show", DAILY, "--format", style)
        assert done.code == 0
        for line in POSTAL:
            assert line in done.out
        assert ANY_TOKEN not in done.out
        assert "unsubscribe/" not in done.out


# Git


def test_every_key_of_a_git_output_is_in_the_repository(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    for name in ("r.git", "held.git"):
        git(desk, "init", "-q", "--bare", "-b", "main", name)
    published = {
        "kind": "git",
        "remote": "r.git",
        "branch": "news",
        "path": "days/{date}.html",
        "message": "{title}: {stories} on {date:%d.%m.%Y}",
        "weekly": "weeks/{date:%G-W%V}.md",
    }
    held = {"kind": "git", "remote": "held.git", "path": "{date}.md", "push": False}
    settle(desk, published, held)
    done = call(desk, "editions", "deliver", DAILY, "--json")
    first, second = json.loads(done.out)
    assert (done.code, first["status"], second["status"]) == (0, "done", "done"), done
    said = git(desk / "r.git", "log", "--format=%s", "news")
    assert re.fullmatch(r"AI Industry Digest: \d+ on 14\.05\.2025\n", said)
    listed = git(desk / "r.git", "ls-tree", "-r", "--name-only", "news").split()
    assert listed == ["days/2025-05-14.html", "weeks/2025-W20.md"]
    week = call(desk, "editions", "show", "daily-2025-W20").out
    assert git(desk / "r.git", "show", "news:weeks/2025-W20.md") == week
    assert "not pushed" in second["detail"]
    assert git(desk / "held.git", "branch", "--list") == ""


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=folder, check=True, capture_output=True, text=True, encoding="utf-8"
    ).stdout
