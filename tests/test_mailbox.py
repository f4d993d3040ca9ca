"""Mailboxes: a real IMAP server, servers that misbehave, Maildirs and plain folders."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.adapters.mailbox import FolderMailbox, ImapMailbox
from digest.adapters.mailbox.session import folder_name
from digest.adapters.store import SqlStore
from digest.errors import MailboxError
from digest.mailroom import collect
from tests.imap_server import PASSWORD, USER, ImapServer

LONGEST = 262_144


@pytest.fixture(scope="module")
def served() -> Iterator[ImapServer]:
    if shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        pytest.skip("no IMAP server: dovecot is not installed")
    if shutil.which("openssl") is None:
        pytest.skip("no certificate: openssl is not installed")
    with ImapServer() as server:
        yield server


@pytest.fixture
def imap(served: ImapServer, monkeypatch: pytest.MonkeyPatch) -> ImapServer:
    """The server with empty folders, its certificate trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(served.authority))
    served.empty()
    return served


def tls(server: ImapServer, **more: object) -> ImapMailbox:
    given = {"user": USER, "password": PASSWORD, "timeout": 10.0, **more}
    return ImapMailbox("localhost", server.tls_port, "tls", **given)  # type: ignore[arg-type]


def test_messages_come_oldest_first_and_once_handled_never_again(imap: ImapServer) -> None:
    for number in range(5):
        imap.deliver(f"Subject: {number}\n\nhello\n".encode())
    mailbox = tls(imap)
    read = list(mailbox.messages())
    assert [text for _, text in read] == [
        f"Subject: {number}\r\n\r\nhello\r\n".encode() for number in range(5)
    ]
    assert list(tls(imap).messages()) == read  # reading alone marks nothing
    mailbox.handled(key for key, _ in read[:3])
    assert list(tls(imap).messages()) == read[3:]
    assert len(imap.files()) == 5  # none is deleted
    assert sum("S" in name.partition(":2,")[2] for name in imap.files()) == 3


def test_messages_may_be_marked_while_others_are_still_read(imap: ImapServer) -> None:
    for _ in range(4):
        imap.deliver(b"Subject: x\n\nx\n")
    mailbox = tls(imap)
    seen = []
    for key, _ in mailbox.messages():
        mailbox.handled([key])
        seen.append(key)
    assert len(seen) == 4
    assert list(mailbox.messages()) == []


@pytest.mark.parametrize("way", ["tls", "starttls", "none"])
def test_each_kind_of_connection_works(imap: ImapServer, way: str) -> None:
    imap.deliver(b"Subject: x\n\nx\n")
    port = imap.tls_port if way == "tls" else imap.plain_port
    mailbox = ImapMailbox("localhost", port, way, USER, PASSWORD)
    assert len(list(mailbox.messages())) == 1
    assert mailbox.check() == f"localhost:{port}, INBOX: 1 message, 1 not handled yet"


def test_an_unsubscribe_mail_on_a_server_is_honoured(imap: ImapServer, tmp_path: Path) -> None:
    now = datetime(2026, 3, 14, 6, 30, tzinfo=UTC)
    with SqlStore.open(f"sqlite:///{tmp_path}/digest.db") as store:
        store.add_readers(["ann@example.net", "ben@example.net"], now)
        token = store.readers()[0].token
        imap.deliver(b"To: bounces@example.org\nSubject: Hello\n\nHow are you?\n")
        imap.deliver(f"To: <bounces+unsubscribe-{token}@example.org>\n\n".encode())
        collected = collect(tls(imap), store, own_address="bounces@example.org", now=now)
        assert collected.sentence() == "read 2 messages: 1 unsubscribed, 1 of no concern"
        assert [s.address for s in store.suppressions()] == ["ann@example.net"]
        assert collect(tls(imap), store, own_address="bounces@example.org", now=now).read == 0


def test_of_a_large_message_only_the_start_is_read(imap: ImapServer) -> None:
    imap.deliver(b"Subject: x\n\n" + b"y" * 70 + b"\n" + b"0123456789\n" * 100_000)
    imap.deliver(b"")
    imap.deliver(b"Subject: \xff\xfe\x00\r\n\r\n\x00")
    large, empty, odd = (text for _, text in tls(imap).messages())
    assert len(large) == LONGEST
    assert empty == b""
    assert odd.startswith(b"Subject: \xff\xfe")


def test_one_reading_of_a_server_is_bounded(imap: ImapServer) -> None:
    for _ in range(5):
        imap.deliver(b"Subject: x\n\nx\n")
    mailbox = tls(imap, most=3)
    assert len(list(mailbox.messages())) == 3
    assert mailbox.check().endswith("INBOX: 5 messages, at least 3 not handled yet")


def test_a_folder_with_a_difficult_name_is_found(imap: ImapServer) -> None:
    name = 'Rück & "läufer" 日本'
    imap.deliver(b"Subject: x\n\nx\n", folder=folder_name(name)[1:-1].replace('\\"', '"'))
    mailbox = tls(imap, folder=name)
    assert len(list(mailbox.messages())) == 1


def test_what_another_reader_took_away_is_passed_over(imap: ImapServer) -> None:
    for number in range(3):
        imap.deliver(f"Subject: {number}\n\n\n".encode())
    mailbox = tls(imap)
    messages = mailbox.messages()
    key, _ = next(messages)
    imap.empty()
    assert len(list(messages)) <= 2
    mailbox.handled([key])


def test_keys_of_a_folder_made_anew_mark_nothing(imap: ImapServer) -> None:
    imap.deliver(b"Subject: x\n\nx\n")
    mailbox = tls(imap)
    [(key, _)] = mailbox.messages()
    mailbox.handled([f"1{key}"])
    assert len(list(mailbox.messages())) == 1
    mailbox.handled([])


def test_a_wrong_password_is_said_without_it(imap: ImapServer) -> None:
    with pytest.raises(MailboxError, match="refuses the user name or the password") as caught:
        tls(imap, password="wrong-one").check()
    assert "wrong-one" not in str(caught.value)
    assert USER not in str(caught.value)


def test_a_missing_folder_is_named(imap: ImapServer) -> None:
    with pytest.raises(MailboxError, match="there is no folder Nowhere"):
        tls(imap, folder="Nowhere").check()


def test_a_certificate_must_be_valid_and_for_this_name(
    imap: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MailboxError, match="certificate is not valid here"):
        ImapMailbox("127.0.0.1", imap.tls_port, "tls", USER, PASSWORD).check()
    monkeypatch.delenv("SSL_CERT_FILE")
    for way, port in (("tls", imap.tls_port), ("starttls", imap.plain_port)):
        with pytest.raises(MailboxError, match="certificate is not valid here"):
            ImapMailbox("localhost", port, way, USER, PASSWORD).check()


def test_the_wrong_kind_of_encryption_is_said(imap: ImapServer) -> None:
    with pytest.raises(MailboxError, match="no encrypted connection"):
        ImapMailbox("localhost", imap.plain_port, "tls", USER, PASSWORD).check()
    with pytest.raises(MailboxError, match="no answer within"):
        ImapMailbox("localhost", imap.tls_port, "starttls", USER, PASSWORD, timeout=0.2).check()


def test_no_password_crosses_a_network_unencrypted() -> None:
    with pytest.raises(MailboxError, match="would cross the network unencrypted"):
        ImapMailbox("192.0.2.1", 143, "none", USER, PASSWORD).check()


def test_nobody_listening_is_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        mailbox = ImapMailbox("127.0.0.1", port, "none", USER, PASSWORD)
        with pytest.raises(MailboxError, match=f"127.0.0.1:{port}: Connection refused"):
            mailbox.check()
    with pytest.raises(MailboxError, match=r"no\.such\.name\.invalid:143"):
        ImapMailbox("no.such.name.invalid", 143, "starttls", USER, PASSWORD).check()


# --- servers that misbehave ---

GREETING = b"* OK ready\r\n"
CAPABLE = b"* CAPABILITY IMAP4rev1\r\n"

Script = Callable[[socket.socket, Callable[[], bytes]], None]


@pytest.fixture
def misbehaving() -> Iterator[Callable[[Script], int]]:
    """Serve one connection with a script; return the port."""
    threads: list[threading.Thread] = []

    def start(script: Script) -> int:
        listening = socket.create_server(("127.0.0.1", 0))
        listening.settimeout(20)

        def serve() -> None:
            with listening, listening.accept()[0] as connection:
                connection.settimeout(20)
                lines = connection.makefile("rb")
                with lines, suppress(OSError):  # the client goes, as it should
                    script(connection, lines.readline)

        threads.append(threading.Thread(target=serve, daemon=True))
        threads[-1].start()
        return int(listening.getsockname()[1])

    yield start
    for thread in threads:
        thread.join(25)
        assert not thread.is_alive()


def obedient(connection: socket.socket, line: bytes, answers: dict[bytes, bytes]) -> None:
    """Answer a command with what stands for it, then OK."""
    tag, _, rest = line.partition(b" ")
    for command, answer in answers.items():
        if rest.startswith(command):
            connection.sendall(answer)
            break
    connection.sendall(tag + b" OK done\r\n")


def scripted(**answers: bytes) -> Script:
    """A server that behaves but for the answers given: command=answer, with _ for a space."""
    known = {b"CAPABILITY": CAPABLE, b"SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n"}
    known |= {name.replace("_", " ").encode(): answer for name, answer in answers.items()}

    def script(connection: socket.socket, readline: Callable[[], bytes]) -> None:
        connection.sendall(GREETING)
        while line := readline():
            obedient(connection, line, known)

    return script


def silent(_connection: socket.socket, readline: Callable[[], bytes]) -> None:
    readline()


def dripping(connection: socket.socket, _readline: Callable[[], bytes]) -> None:
    connection.sendall(b"* OK ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


def endless_line(connection: socket.socket, _readline: Callable[[], bytes]) -> None:
    connection.sendall(b"* OK ")
    while True:
        connection.sendall(b"x" * 65_536)


def endless_lines(connection: socket.socket, readline: Callable[[], bytes]) -> None:
    connection.sendall(GREETING)
    readline()
    while True:
        connection.sendall(b"* 1 EXISTS\r\n" * 5_000)


BAD_SERVERS: dict[str, tuple[Script, str]] = {
    "says nothing": (silent, "no answer within"),
    "drips": (dripping, "took too long altogether"),
    "never ends a line": (endless_line, "sends lines without end|more than was asked"),
    "never ends its lines": (endless_lines, "sends more than was asked for"),
    "speaks HTTP": (lambda c, _: c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "."),
    "speaks SMTP": (lambda c, _: c.sendall(b"220 mx ESMTP\r\n"), "."),
    "hangs up": (lambda *_: None, "hung up"),
    "says goodbye": (lambda c, _: c.sendall(b"* BYE overloaded\r\n"), "."),
    "sends noise": (lambda c, _: c.sendall(b"\xff\x00\r\n" * 50), "."),
    "greets in noise": (scripted(CAPABILITY=b"* CAPABILITY \xff\xfe\r\n"), "not answer as an IMAP"),
    "cannot do it": (scripted(CAPABILITY=b""), "not answer as an IMAP"),
    "announces a terabyte": (
        scripted(UID_SEARCH=b"* SEARCH 1\r\n", UID_FETCH=b"* 1 FETCH (BODY[] {9999999999}\r\n"),
        "announces more than was asked for",
    ),
    "announces nonsense": (
        scripted(UID_SEARCH=b"* SEARCH 1\r\n", UID_FETCH=b"* 1 FETCH {%s}\r\n" % (b"9" * 5_000)),
        ".",
    ),
    "has too many messages": (scripted(SELECT=b"* %s EXISTS\r\n" % (b"9" * 30)), "took too long"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_SERVERS)
def test_a_bad_server_ends_in_a_sentence_soon(
    misbehaving: Callable[[Script], int], name: str
) -> None:
    script, said = BAD_SERVERS[name]
    port = misbehaving(script)
    timeout = 0.3 if name == "says nothing" else 15
    limit = 0.5 if name in ("drips", "has too many messages") else 30
    mailbox = ImapMailbox("127.0.0.1", port, "none", USER, "secret", timeout=timeout, limit=limit)
    start = time.monotonic()
    with pytest.raises(MailboxError, match=said) as caught:
        list(mailbox.messages())
    assert time.monotonic() - start < 30
    assert str(caught.value).startswith(f"127.0.0.1:{port}: ")
    assert "secret" not in str(caught.value)


def test_odd_answers_are_passed_over(misbehaving: Callable[[Script], int]) -> None:
    script = scripted(
        UID_SEARCH=b"* SEARCH 1 x 2 -3 3\r\n* 9 EXISTS\r\n",
        UID_FETCH=b'* 1 FETCH (FLAGS ())\r\n* 1 FETCH (UID 1 BODY[]<0> "short")\r\n',
    )
    port = misbehaving(script)
    read = list(ImapMailbox("127.0.0.1", port, "none", USER, "x", timeout=5).messages())
    assert read == [("7:1", b""), ("7:2", b""), ("7:3", b"")]


def test_a_message_is_told_once_however_often_it_is_named(
    misbehaving: Callable[[Script], int],
) -> None:
    fetched: list[bytes] = []

    def script(connection: socket.socket, readline: Callable[[], bytes]) -> None:
        answers = {
            b"CAPABILITY": CAPABLE,
            b"SELECT": b"* 50000 EXISTS\r\n* OK [UIDVALIDITY %s] x\r\n" % (b"7" * 100_000),
            b"UID SEARCH": b"* SEARCH" + b" 1 01 2" * 10_000 + b" 0 12345678901\r\n",
            b"UID FETCH": b"* 1 FETCH (BODY[] {1}\r\nx)\r\n",
        }
        connection.sendall(GREETING)
        while line := readline():
            fetched.extend([line] if b"FETCH" in line else [])
            obedient(connection, line, answers)

    mailbox = ImapMailbox("127.0.0.1", misbehaving(script), "none", USER, "x", timeout=15)
    assert list(mailbox.messages()) == [("0:1", b"x"), ("0:2", b"x")]
    assert len(fetched) == 2


def test_a_folder_that_may_only_be_read_is_told(misbehaving: Callable[[Script], int]) -> None:
    script = scripted(SELECT=b"* 1 EXISTS\r\n* OK [READ-ONLY] x\r\n")
    mailbox = ImapMailbox("127.0.0.1", misbehaving(script), "none", USER, "x", timeout=5)
    with pytest.raises(MailboxError, match="may only be read"):
        mailbox.check()


def test_words_slipped_in_before_the_encryption_are_refused(
    imap: ImapServer, misbehaving: Callable[[Script], int]
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(imap.folder / "server.pem", imap.folder / "server.key")
    heard: list[bytes] = []

    def script(connection: socket.socket, readline: Callable[[], bytes]) -> None:
        connection.sendall(GREETING)
        obedient(connection, readline(), {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n"})
        slipped_in = b"* CAPABILITY IMAP4rev1 X-EVIL\r\n"
        connection.sendall(readline().split()[0] + b" OK go on\r\n" + slipped_in)
        with context.wrap_socket(connection, server_side=True) as encrypted:
            encrypted.settimeout(20)
            with encrypted.makefile("rb") as lines:
                while line := lines.readline():
                    heard.append(line)
                    tag = line.split()[0]
                    encrypted.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")

    mailbox = ImapMailbox("localhost", misbehaving(script), "starttls", USER, "x", timeout=10)
    with pytest.raises(MailboxError, match="spoke before the encryption began"):
        mailbox.check()
    assert not any(b"LOGIN" in line for line in heard)


def test_without_starttls_nothing_is_sent_in_the_clear(
    misbehaving: Callable[[Script], int],
) -> None:
    heard: list[bytes] = []

    def script(connection: socket.socket, readline: Callable[[], bytes]) -> None:
        connection.sendall(GREETING)
        while line := readline():
            heard.append(line)
            obedient(connection, line, {b"CAPABILITY": CAPABLE})

    mailbox = ImapMailbox("127.0.0.1", misbehaving(script), "starttls", USER, "secret", timeout=5)
    with pytest.raises(MailboxError, match="offers no STARTTLS"):
        mailbox.check()
    assert not any(b"secret" in line or b"LOGIN" in line for line in heard)


# --- folders ---


def fill(folder: Path, *names: str) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_a_plain_folder_keeps_what_is_handled_beside(tmp_path: Path) -> None:
    fill(tmp_path, "b.eml", "a.eml", ".half-written", "handled/a.eml")
    mailbox = FolderMailbox(tmp_path)
    assert list(mailbox.messages()) == [("a.eml", b"a.eml"), ("b.eml", b"b.eml")]
    mailbox.handled(["a.eml"])
    mailbox.handled(["a.eml", "gone.eml"])
    assert list(mailbox.messages()) == [("b.eml", b"b.eml")]
    assert files(tmp_path) == {"b.eml", ".half-written", "handled/a.eml", "handled/a.eml.2"}
    assert mailbox.check() == f"{tmp_path}: a folder of messages, 1 not handled yet"


def test_a_maildir_flags_what_is_handled(tmp_path: Path) -> None:
    fill(tmp_path, "new/3.x", "cur/1.x:2,F", "cur/2.x:2,FS", "cur/4.x", "tmp/5.x", "new/.hidden")
    mailbox = FolderMailbox(tmp_path)
    keys = [key for key, _ in mailbox.messages()]
    assert keys == ["new/3.x", "cur/1.x:2,F", "cur/4.x"]
    mailbox.handled(keys)
    assert list(mailbox.messages()) == []
    assert files(tmp_path) == {
        *("cur/3.x:2,S", "cur/1.x:2,FS", "cur/2.x:2,FS", "cur/4.x:2,S", "tmp/5.x", "new/.hidden")
    }
    assert mailbox.check() == f"{tmp_path}: a Maildir, 0 not handled yet"


def test_of_a_large_file_only_the_start_is_read(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 1_000_000)
    [(_, message)] = FolderMailbox(tmp_path).messages()
    assert len(message) == LONGEST


def test_one_reading_is_bounded(tmp_path: Path) -> None:
    fill(tmp_path, *"dbeac")
    assert [key for key, _ in FolderMailbox(tmp_path, most=3).messages()] == ["a", "b", "c"]
    fill(tmp_path / "mail", "new/b", "new/c", "cur/a")
    assert len(list(FolderMailbox(tmp_path / "mail", most=2).messages())) == 2


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    fill(tmp_path, "a", "deeper/b")
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for a writer
    assert [key for key, _ in FolderMailbox(tmp_path).messages()] == ["a"]


def test_unreadable_messages_are_told_after_the_others(tmp_path: Path) -> None:
    fill(tmp_path, "z")
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).symlink_to(tmp_path / name)  # unreadable even for root
    read = []
    with pytest.raises(MailboxError, match=r"cannot be read: a \(.*\), b .*, c .* and 1 more"):
        for key, _ in FolderMailbox(tmp_path).messages():
            read.append(key)
    assert read == ["z"]


def test_a_missing_folder_is_said_so(tmp_path: Path) -> None:
    mailbox = FolderMailbox(tmp_path / "nowhere")
    for attempt in (mailbox.check, lambda: list(mailbox.messages())):
        with pytest.raises(MailboxError, match="nowhere does not exist"):
            attempt()
    (tmp_path / "file").touch()
    with pytest.raises(MailboxError, match="file cannot be read"):
        FolderMailbox(tmp_path / "file").check()


def test_where_the_handled_go_has_to_be_a_folder_one_can_write(tmp_path: Path) -> None:
    fill(tmp_path, "a")
    (tmp_path / "handled").touch()  # a file, since root may write in every folder
    mailbox = FolderMailbox(tmp_path)
    with pytest.raises(MailboxError, match="cannot be moved away"):
        mailbox.handled(["a"])
    with pytest.raises(MailboxError, match="handled cannot be written"):
        mailbox.check()
    assert (tmp_path / "a").exists()
