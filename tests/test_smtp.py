"""Sending over SMTP: against a real server, and against servers that misbehave."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from digest.adapters.smtp import SmtpServer
from digest.adapters.smtp.connection import SmtpConnection
from digest.errors import (
    DeliveryError,
    MailDeferred,
    MailError,
    MailRefused,
    MailUncertain,
)
from tests.smtp_server import HANG_UP, Certificate, PostOffice, Scripted, certificate

SENDER = "bounces+abc@example.org"
JANE = "jane.doe@example.net"
MESSAGE = b"From: a@example.org\r\nSubject: x\r\n\r\n.one\r\n..two\r\n.\r\nthree\r\n"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("certificate"))


def server(port: int, tls: Any = "none", **more: Any) -> SmtpServer:
    return SmtpServer("127.0.0.1", port, tls, **({"timeout": 20.0} | more))


def hasty(port: int) -> SmtpConnection:
    """Return a connection with little patience; a busy machine may not make it at once."""
    for _ in range(20):
        try:
            return server(port, timeout=0.3).connect()
        except MailDeferred:
            continue
    pytest.fail("no connection in twenty times 0.3 seconds")


def yes() -> bool:
    return True


# What a good server gets


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("tls", ["none", "starttls", "tls"])
def test_what_arrives_is_byte_for_byte_what_was_sent(
    papers: Certificate, tls: str, pipelining: bool
) -> None:
    with PostOffice(
        tls=tls, certificate=papers, users={"joe": "sécret"}, pipelining=pipelining
    ) as office:
        login = {"user": "joe", "password": "sécret", "ca_file": papers.authority}
        connection = server(office.port, tls, **login).connect()
        messages = [MESSAGE, b"." + MESSAGE, MESSAGE + b".", b"\r\n.\r\n", b"", MESSAGE * 3000]
        for message in messages:
            assert connection.send(SENDER, JANE, message, yes)
        connection.close()
    ended = [m if m.endswith(b"\r\n") else m + b"\r\n" for m in messages]
    assert [received.data for received in office.messages] == ended
    first = office.messages[0]
    assert (first.sender, first.recipients) == (SENDER, (JANE,))
    assert (first.encrypted, first.user) == (tls != "none", "joe")
    assert office.connections == 1
    assert office.verbs[-1] == "QUIT"


def test_the_check_says_what_the_server_does(papers: Certificate) -> None:
    with PostOffice(tls="starttls", certificate=papers, users={"joe": "secret"}) as office:
        login = {"user": "joe", "password": "secret", "ca_file": papers.authority}
        assert server(office.port, "starttls", **login).check() == (
            f"127.0.0.1:{office.port} answers, encrypted, logged in; takes messages up to 33.6 MB"
        )
        assert office.verbs == ["QUIT"]
    with PostOffice(size_limit=0) as office:
        said = server(office.port).check()
        assert said == f"127.0.0.1:{office.port} answers, not encrypted"


# Nothing is delivered before it is let go


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_message_that_may_not_go_is_withdrawn(pipelining: bool) -> None:
    with PostOffice(pipelining=pipelining) as office:
        connection = server(office.port).connect()
        assert connection.send(SENDER, JANE, MESSAGE, lambda: False) is False
        assert connection.send(SENDER, JANE, MESSAGE, yes)
        connection.close()
    assert len(office.messages) == 1
    assert "END" in office.verbs and office.verbs.count("END") == 1


def test_the_server_has_all_but_the_end_when_the_question_is_asked() -> None:
    seen: list[bytes] = []
    asked = threading.Event()
    told = threading.Event()

    def script(sock: socket.socket, lines: Any, _number: int) -> None:
        _greet(sock, lines)
        for _ in range(3):
            lines.readline()
        sock.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
        while b"three" not in b"".join(seen):
            seen.append(lines.readline())
        told.set()
        assert asked.wait(20)
        seen.append(lines.readline())
        sock.sendall(b"250 ok\r\n")

    def ready() -> bool:
        assert told.wait(20)
        assert seen[-1] == b"three\r\n"
        asked.set()
        return True

    with Scripted(script) as outside:
        connection = server(outside.port).connect()
        assert connection.send(SENDER, JANE, MESSAGE, ready)
        connection.close()
    assert seen[-1] == b".\r\n"


def test_a_withdrawn_message_ends_with_its_connection_and_without_another_word() -> None:
    got: list[bytes] = []
    ended = threading.Event()

    def script(sock: socket.socket, lines: Any, _number: int) -> None:
        _greet(sock, lines)
        for _ in range(3):
            lines.readline()
        sock.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
        got.extend(lines)
        ended.set()

    with Scripted(script) as outside:
        connection = server(outside.port).connect()
        assert connection.send(SENDER, JANE, MESSAGE, lambda: False) is False
        assert ended.wait(20)
        connection.close()
    assert b"".join(got) == MESSAGE.replace(b"\r\n.", b"\r\n..")


def test_what_ready_raises_is_passed_on_and_nothing_is_delivered() -> None:
    def broken() -> bool:
        raise KeyboardInterrupt

    with PostOffice() as office:
        connection = server(office.port).connect()
        with pytest.raises(KeyboardInterrupt):
            connection.send(SENDER, JANE, MESSAGE, broken)
        assert connection.send(SENDER, "john@example.net", MESSAGE, yes)
        connection.close()
    assert office.addresses() == ["john@example.net"]


# Lost connections


def test_an_idle_connection_that_the_server_closed_is_opened_again() -> None:
    with PostOffice() as office:
        connection = server(office.port).connect()
        assert connection.send(SENDER, JANE, MESSAGE, yes)
        office.hang_up()
        assert connection.send(SENDER, JANE, MESSAGE, yes)
        connection.close()
    assert (len(office.messages), office.connections) == (2, 2)


def test_a_goodbye_at_the_next_message_leads_to_another_connection() -> None:
    said = iter(["", "421 4.4.2 idle for too long, closing"])

    def answer(verb: str, _address: str) -> str | None:
        return next(said, "") or None if verb == "MAIL" else None

    with PostOffice(answer) as office:
        connection = server(office.port).connect()
        assert connection.send(SENDER, JANE, MESSAGE, yes)
        assert connection.send(SENDER, JANE, MESSAGE, yes)
        connection.close()
    assert (len(office.messages), office.connections) == (2, 2)


def test_a_server_that_always_says_goodbye_is_asked_twice_and_no_more() -> None:
    with PostOffice(lambda verb, _: "421 4.3.2 closing" if verb == "MAIL" else None) as office:
        connection = server(office.port).connect()
        with pytest.raises(MailDeferred) as caught:
            connection.send(SENDER, JANE, MESSAGE, yes)
        assert caught.value.code == 421
    assert office.connections == 2


def test_a_connection_is_renewed_after_many_messages() -> None:
    with PostOffice() as office:
        connection = server(office.port, renew_after=3).connect()
        for _ in range(7):
            assert connection.send(SENDER, JANE, MESSAGE, yes)
        connection.close()
    assert [message.connection for message in office.messages] == [1, 1, 1, 2, 2, 2, 3]
    assert office.verbs.count("QUIT") == 3


def test_a_server_that_is_gone_for_good_defers() -> None:
    with PostOffice() as office:
        connection = server(office.port).connect()
    with pytest.raises(MailDeferred, match="refused"):
        connection.send(SENDER, JANE, MESSAGE, yes)
    connection.close()


def test_a_connection_that_was_closed_can_be_used_again() -> None:
    with PostOffice() as office:
        connection = server(office.port).connect()
        connection.close()
        connection.close()
        assert connection.send(SENDER, JANE, MESSAGE, yes)
        connection.close()
    assert office.connections == 2


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("MAIL", MailDeferred),
        ("RCPT", MailDeferred),
        ("DATA", MailDeferred),
        ("END", MailUncertain),
    ],
)
@pytest.mark.parametrize("pipelining", [True, False])
def test_only_a_server_lost_after_the_end_leaves_it_uncertain(
    verb: str, expected: type[MailError], pipelining: bool
) -> None:
    with PostOffice(
        lambda v, address: HANG_UP if v == verb and address != "next@example.net" else None,
        pipelining=pipelining,
    ) as office:
        connection = server(office.port).connect()
        with pytest.raises(expected) as caught:
            connection.send("a@example.org", JANE, MESSAGE, yes)
        assert caught.value.code is None
        if verb != "MAIL":
            assert connection.send(SENDER, "next@example.net", MESSAGE, yes)
        connection.close()
    assert office.addresses() in (["next@example.net"], [])


def test_a_server_that_closes_while_the_message_waits_has_not_got_it() -> None:
    gone = threading.Event()

    def script(sock: socket.socket, lines: Any, _number: int) -> None:
        _greet(sock, lines)
        for _ in range(3):
            lines.readline()
        sock.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
        while b"three" not in lines.readline():
            pass
        sock.sendall(b"421 4.4.2 you took too long\r\n")
        sock.shutdown(socket.SHUT_RDWR)
        gone.set()

    with Scripted(script) as outside:
        connection = server(outside.port).connect()
        with pytest.raises(MailDeferred) as caught:
            connection.send(SENDER, JANE, MESSAGE, lambda: gone.wait(20))
    assert caught.value.code == 421


def test_a_server_that_hangs_up_while_it_is_sent_to_may_have_said_why() -> None:
    def script(sock: socket.socket, lines: Any, _number: int) -> None:
        _greet(sock, lines)
        for _ in range(3):
            lines.readline()
        sock.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n552 5.3.4 too big for us\r\n")
        sock.shutdown(socket.SHUT_WR)
        while lines.readline():
            pass

    with Scripted(script) as outside:
        connection = server(outside.port).connect()
        with pytest.raises(MailRefused, match=r"552 5\.3\.4 too big for us"):
            connection.send(SENDER, JANE, MESSAGE, yes)


def test_a_server_that_will_not_read_on_is_not_waited_for() -> None:
    done = threading.Event()

    def script(sock: socket.socket, lines: Any, _number: int) -> None:
        _greet(sock, lines)
        for _ in range(3):
            lines.readline()
        sock.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
        done.wait(60)

    with Scripted(script) as outside:
        try:
            connection = hasty(outside.port)
            with pytest.raises(MailDeferred, match="too slow"):
                connection.send(SENDER, JANE, MESSAGE * 200_000, yes)
        finally:
            done.set()


# What the server says


@pytest.mark.parametrize(
    ("verb", "said", "expected", "at_fault"),
    [
        ("RCPT", "550 5.1.1 no such user", MailRefused, True),
        ("RCPT", "550 No such user here", MailRefused, True),
        ("RCPT", "551 user has moved", MailRefused, True),
        ("RCPT", "553 mailbox name not allowed", MailRefused, True),
        ("RCPT", "550 5.2.1 mailbox disabled", MailRefused, True),
        ("RCPT", "550 5.1.10 recipient not found", MailRefused, True),
        ("RCPT", "556 5.1.10 domain takes no mail", MailRefused, True),
        ("RCPT", "550 #5.1.1 unknown", MailRefused, True),
        ("RCPT", "550 #5.7.1 your message has been turned away", MailRefused, False),
        ("RCPT", "550 5.4.1 Recipient address rejected: Access denied", MailRefused, True),
        ("RCPT", "550 5.4.1 no answer from host", MailRefused, False),
        ("RCPT", "550 5.1.0 rejected", MailRefused, False),
        ("RCPT", "550 Verification failed: no such user. Sender verify failed", MailRefused, False),
        ("RCPT", "550 5.1.1 Sender address rejected: unknown", MailRefused, False),
        ("RCPT", "550 5.7.1 relaying denied", MailRefused, False),
        ("RCPT", "550 relay not permitted", MailRefused, False),
        ("RCPT", "550 your host is blocked, see the list", MailRefused, False),
        ("RCPT", "550 5.1.8 sender's domain does not exist", MailRefused, False),
        ("RCPT", "554 5.7.1 rejected for policy", MailRefused, False),
        ("RCPT", "501 syntax error", MailRefused, False),
        ("RCPT", "503 bad sequence", MailRefused, False),
        ("RCPT", "552 5.2.2 mailbox full", MailDeferred, None),
        ("RCPT", "552 mailbox full", MailDeferred, None),
        ("RCPT", "552 5.2.3 message too long for this mailbox", MailRefused, False),
        ("RCPT", "450 4.2.0 greylisted", MailDeferred, None),
        ("RCPT", "452 4.5.3 too many recipients", MailDeferred, None),
        ("MAIL", "550 5.7.1 sender not yours", MailRefused, False),
        ("MAIL", "550 no such user", MailRefused, False),
        ("MAIL", "550 5.1.1 unknown", MailRefused, False),
        ("MAIL", "553 5.1.2 no such domain", MailRefused, False),
        ("MAIL", "550 5.2.1 mailbox disabled", MailRefused, False),
        ("MAIL", "552 too much", MailRefused, False),
        ("MAIL", "451 4.7.1 slow down", MailDeferred, None),
        ("DATA", "554 5.5.1 no valid recipients", MailRefused, False),
        ("DATA", "451 4.3.0 later", MailDeferred, None),
        ("END", "550 5.7.1 looks like spam", MailRefused, False),
        ("END", "550 no such user", MailRefused, False),
        ("END", "550 5.1.1 no such user", MailRefused, True),
        ("END", "550 5.2.1 mailbox disabled", MailRefused, True),
        ("END", "550 5.1.3 bad address in To", MailRefused, False),
        ("END", "550 5.1.7 no such sender", MailRefused, False),
        ("END", "550 5.1.8 sender domain not found", MailRefused, False),
        ("END", "552 5.3.4 too big", MailRefused, False),
        ("END", "451 4.7.1 greylisted", MailDeferred, None),
        ("END", "421 4.3.2 shutting down", MailDeferred, None),
    ],
)
@pytest.mark.parametrize("pipelining", [True, False])
def test_a_reply_tells_what_becomes_of_the_message_and_of_the_address(
    verb: str, said: str, expected: type[MailError], at_fault: bool | None, pipelining: bool
) -> None:
    bad = True
    with PostOffice(
        lambda v, _: said if bad and v == verb else None, pipelining=pipelining
    ) as office:
        connection = server(office.port).connect()
        with pytest.raises(expected) as caught:
            connection.send(SENDER, JANE, MESSAGE, yes)
        bad = False
        assert connection.send(SENDER, "next@example.net", MESSAGE, yes)
        connection.close()
    assert type(caught.value) is expected
    assert getattr(caught.value, "address_at_fault", None) is at_fault
    assert caught.value.code == int(said[:3])
    assert office.addresses() == ["next@example.net"]
    if not said.startswith("421"):
        assert said[4:] in str(caught.value)
        assert office.connections == 1, "the connection was good"


def test_a_server_that_wants_a_message_to_nobody_gets_none() -> None:
    """RFC 2920, 3.1: with pipelining a 354 may follow though every RCPT was refused."""
    got: list[bytes] = []

    def script(sock: socket.socket, lines: Any, number: int) -> None:
        _greet(sock, lines)
        for _ in range(3):
            lines.readline()
        refused = b"550 5.1.1 unknown" if number == 1 else b"250 ok"
        sock.sendall(b"250 ok\r\n" + refused + b"\r\n354 go\r\n")
        while (line := lines.readline()) not in (b"", b".\r\n"):
            got.append(line)
        if number == 1:
            assert line == b"", "the message was ended"
        else:
            sock.sendall(b"250 ok\r\n")

    with Scripted(script) as outside:
        connection = server(outside.port).connect()
        with pytest.raises(MailRefused) as caught:
            connection.send(SENDER, JANE, MESSAGE, yes)
        assert caught.value.address_at_fault
        assert got == []
        assert connection.send(SENDER, JANE, MESSAGE, yes)
        connection.close()


@pytest.mark.parametrize(
    "said",
    [
        "550 5.1.1 <jane.doe@example.net>: unknown",
        "550 5.1.1 JANE.DOE is unknown",
        "550 5.1.1 jane.doe@example.net\x1b[31m\x00 unknown",
        "550 5.1.1 from bounces+abc@example.org to jane.doe=example.net",
        "550 5.1.1 " + "jane.doe@example.net " * 400,
    ],
)
def test_what_an_error_says_names_no_address_and_is_one_short_line(said: str) -> None:
    with PostOffice(lambda verb, _: said if verb == "RCPT" else None) as office:
        connection = server(office.port).connect()
        with pytest.raises(MailRefused, match=r"550 5\.1\.1") as caught:
            connection.send(SENDER, JANE, MESSAGE, yes)
        connection.close()
    text = str(caught.value)
    assert "jane" not in text.lower() and "@" not in text and "bounces" not in text
    assert text.isprintable() and len(text) < 260


def test_a_message_over_the_servers_limit_is_not_sent() -> None:
    with PostOffice(size_limit=1000) as office:
        connection = server(office.port).connect()
        with pytest.raises(MailRefused, match="5800 bytes, the server takes no more than 1000"):
            connection.send(SENDER, JANE, MESSAGE * 100, yes)
        assert connection.send(SENDER, JANE, MESSAGE, yes)
        connection.close()
    assert office.verbs.count("MAIL") == 1


@pytest.mark.parametrize(
    ("sender", "address", "message", "at_fault"),
    [
        (SENDER, "jane@example.net>\r\nRCPT TO:<john@example.net", MESSAGE, True),
        (SENDER, "jane@example.net> SIZE=1", MESSAGE, True),
        (SENDER, "jörg@example.net", MESSAGE, True),
        (SENDER, "", MESSAGE, True),
        ("a@b>\r\nDATA", JANE, MESSAGE, False),
        (SENDER, JANE, b"Subject: x\r\n\r\none\n.\nMAIL FROM:<x@y>\n", False),
        (SENDER, JANE, b"Subject: x\r\n\r\none\r.\r", False),
        (SENDER, JANE, "Subject: ö\r\n\r\n".encode(), False),
    ],
)
def test_nothing_can_be_smuggled_into_the_conversation(
    sender: str, address: str, message: bytes, at_fault: bool
) -> None:
    with PostOffice() as office:
        connection = server(office.port).connect()
        with pytest.raises(MailRefused) as caught:
            connection.send(sender, address, message, yes)
        connection.close()
    assert caught.value.address_at_fault is at_fault
    assert office.verbs == ["QUIT"]


# A server that cannot be used: DeliveryError; one that may work later: MailDeferred


def _fails(expected: type[Exception], words: str, host: SmtpServer) -> None:
    with pytest.raises(expected, match=words) as caught:
        host.connect()
    assert type(caught.value) is expected
    assert "secret" not in str(caught.value)
    with pytest.raises(DeliveryError, match=words):
        host.check()


def test_a_wrong_password_is_named_and_not_repeated(papers: Certificate) -> None:
    with PostOffice(tls="tls", certificate=papers, users={"joe": "right"}) as office:
        host = server(office.port, "tls", user="joe", password="secret", ca_file=papers.authority)
        _fails(DeliveryError, "refuses user and password: 535 5.7.8", host)


def test_a_certificate_nobody_vouches_for_is_refused(papers: Certificate) -> None:
    for tls in ("tls", "starttls"):
        with PostOffice(tls=tls, certificate=papers) as office:
            _fails(DeliveryError, "certificate is not accepted", server(office.port, tls))


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    other = certificate(tmp_path, "mail.example.org")
    with PostOffice(tls="tls", certificate=other) as office:
        host = SmtpServer("localhost", office.port, "tls", ca_file=other.authority, timeout=20)
        _fails(DeliveryError, "certificate is not accepted: Hostname mismatch", host)


def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    with PostOffice() as office:
        for file in (empty, tmp_path / "missing.pem"):
            words = f"{file.name} holds no certificates"
            _fails(DeliveryError, words, server(office.port, "tls", ca_file=file))


def test_a_server_without_starttls_is_not_spoken_to_in_the_clear() -> None:
    with PostOffice(users={"joe": "secret"}) as office:
        host = server(office.port, "starttls", user="joe", password="secret")
        _fails(DeliveryError, "offers no STARTTLS; try tls: tls on port 465", host)


def test_a_server_without_login_is_named() -> None:
    with PostOffice() as office:
        host = server(office.port, user="joe", password="secret")
        _fails(DeliveryError, "offers no login; leave out user", host)


def test_tls_spoken_to_a_plain_port_is_named(papers: Certificate) -> None:
    with PostOffice() as office:
        host = server(office.port, "tls", ca_file=papers.authority)
        _fails(DeliveryError, "does not speak TLS from the start; try tls: starttls", host)


def test_a_plain_greeting_awaited_from_a_tls_port_is_explained(papers: Certificate) -> None:
    with PostOffice(tls="tls", certificate=papers) as office:
        host = server(office.port, "starttls", timeout=0.3)
        _fails(MailDeferred, r"too slow. \(A port that expects TLS at once needs tls: tls.\)", host)


def test_a_name_without_a_host_is_named() -> None:
    for name in ("nowhere.invalid", "a..b", "x" * 300, "a\0b", ""):
        with pytest.raises((DeliveryError, MailDeferred)):
            SmtpServer(name, 25, "none", timeout=5).connect()
    with pytest.raises((DeliveryError, MailDeferred)):
        SmtpServer("127.0.0.1", 99_999, "none", timeout=5).connect()


def test_a_port_where_nobody_listens_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _fails(MailDeferred, f"127.0.0.1:{port}: connection refused", server(port))


Script = Callable[[socket.socket, Any, int], None]


def _greet(sock: socket.socket, lines: Any, extensions: bytes = b"250-PIPELINING\r\n") -> None:
    sock.sendall(b"220 hello\r\n")
    lines.readline()
    sock.sendall(b"250-here\r\n" + extensions + b"250 HELP\r\n")


def _says(*said: bytes) -> Script:
    """Say these, each after a line was heard, the first at once; then wait for the end."""

    def script(sock: socket.socket, lines: Any, _number: int) -> None:
        for each in said:
            sock.sendall(each)
            if not lines.readline():
                return
        while lines.readline():
            pass

    return script


def _trickle(sock: socket.socket, _lines: Any, _number: int) -> None:
    while True:
        sock.sendall(b"2")
        if _over.wait(0.02):
            return


def _flood(sock: socket.socket, _lines: Any, _number: int) -> None:
    while True:
        sock.sendall(b"220-more\r\n" * 1000)


def _endless_line(sock: socket.socket, _lines: Any, _number: int) -> None:
    sock.sendall(b"220 ")
    while True:
        sock.sendall(b"x" * 10_000)


_over = threading.Event()


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    _over.clear()
    yield
    _over.set()


@pytest.mark.parametrize(
    ("script", "expected", "words"),
    [
        (_says(b""), MailDeferred, "too slow"),
        (_says(b"554 5.3.2 no mail today\r\n"), DeliveryError, "greeting was 554 5.3.2 no mail"),
        (_says(b"421 4.3.2 too busy\r\n"), MailDeferred, "greeting was 421 4.3.2 too busy"),
        (_says(b"220 hello\r\n", b"550 go away\r\n", b"550 go\r\n"), DeliveryError, "550 go"),
        (_says(b"SSH-2.0-OpenSSH_9.6\r\n"), MailDeferred, "does not speak SMTP"),
        (_says(b"\x16\x03\x01\x00\r\n"), MailDeferred, "does not speak SMTP"),
        (_says(b"2x0 hello\r\n"), MailDeferred, "does not speak SMTP"),
        (_says(b"\xb2\xb3\xb9 hello\r\n"), MailDeferred, "does not speak SMTP"),
        (_says(b"220 hello\r\n", b"354 what\r\n"), DeliveryError, "354 what"),
        (_trickle, MailDeferred, "too slow"),
        (_flood, MailDeferred, "no end"),
        (_endless_line, MailDeferred, "no end"),
    ],
)
def test_a_server_that_misbehaves_is_left_in_time(
    script: Script, expected: type[Exception], words: str
) -> None:
    with Scripted(script) as outside:
        patience = 0.3 if words == "too slow" else 20.0
        _fails(expected, words, server(outside.port, timeout=patience))
        _over.set()


@pytest.mark.parametrize("after", range(4))
@pytest.mark.parametrize(
    "said", [b"", b"xyz\r\n", b"999 what\r\n", b"199 what\r\n", b"220-" * 9000]
)
def test_nonsense_at_any_point_ends_in_an_error_of_ours(after: int, said: bytes) -> None:
    good = [b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 ok\r\n"]

    def script(sock: socket.socket, lines: Any, _number: int) -> None:
        _greet(sock, lines, b"")
        for number, reply in enumerate(good):
            line = lines.readline()
            while number == 3 and line not in (b".\r\n", b""):
                line = lines.readline()
            sock.sendall(said if number == after else reply)
        lines.readline()

    with Scripted(script) as outside:
        connection = server(outside.port).connect() if said else hasty(outside.port)
        with pytest.raises(MailUncertain if after == 3 else MailDeferred):
            connection.send(SENDER, JANE, MESSAGE, yes)
        connection.close()


def test_a_reply_put_into_the_clear_before_encryption_is_not_believed() -> None:
    script = _says(
        b"220 hi\r\n", b"250-here\r\n250 STARTTLS\r\n", b"220 go\r\n250 in the clear\r\n"
    )
    with Scripted(script) as outside:
        _fails(DeliveryError, "in the clear after STARTTLS", server(outside.port, "starttls"))


def test_a_password_is_never_sent_in_the_clear_to_another_machine() -> None:
    own = _own_address()
    heard: list[bytes] = []

    def script(sock: socket.socket, lines: Any, _number: int) -> None:
        sock.sendall(b"220 hello\r\n")
        heard.append(lines.readline())
        sock.sendall(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n")
        heard.extend(lines)

    with Scripted(script, own) as outside:
        host = SmtpServer(own, outside.port, "none", "joe", "secret", timeout=20)
        _fails(DeliveryError, "a password is not sent unencrypted; set tls: starttls", host)
    assert [line.lower()[:5] for line in heard] == [b"ehlo "] * 2


def _own_address() -> str:
    """Return an address of this machine that is not the loopback's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
            own = str(probe.getsockname()[0])
        except OSError:
            own = ""
    if not own or own.startswith("127."):
        pytest.skip("this machine has no address beside the loopback")
    return own


@pytest.mark.parametrize(
    ("offered", "said", "expected", "words"),
    [
        (b"CRAM-MD5 XOAUTH2", [], DeliveryError, "no login we know .PLAIN, LOGIN., only CRAM-MD5"),
        (b"LOGIN", [b"334 x", b"334 y", b"535 5.7.8 no"], DeliveryError, "535 5.7.8 no"),
        (b"LOGIN", [b"504 not here"], DeliveryError, "504 not here"),
        (b"PLAIN LOGIN", [b"454 4.7.0 later"], MailDeferred, "454 4.7.0 later"),
        (b"PLAIN", [b"535 no: AGpvZQBzZWNyZXQ= is joe and secret"], DeliveryError, "is … and …"),
        (b"PLAIN", [b"535 no: c2VjcmV0 for am9l"], DeliveryError, "535 no: … for …"),
        (b"PLAIN", [b"535 agpvzqbzzwnyzxq, xsecretx"], DeliveryError, "535 …, x…x"),
        (b"LOGIN", [b"334 x", b"334 y", b"535 no: c2VjcmV0"], DeliveryError, "535 no: …"),
        (b"LOGIN", [b"334 x", b"535 <am9l> is unknown"], DeliveryError, "535 <…> is"),
        (b"LOGIN", [b"334 x", b"334 y", b"454 c2VjcmV0"], MailDeferred, "454 …"),
        (b"PLAIN", [b"334 and now?"], DeliveryError, "334 and now"),
    ],
)
def test_a_login_that_fails_tells_how(
    offered: bytes, said: list[bytes], expected: type[Exception], words: str
) -> None:
    replies = [b"220 hi\r\n", b"250-here\r\n250 AUTH " + offered + b"\r\n"]
    with Scripted(_says(*replies, *(each + b"\r\n" for each in said))) as outside:
        _fails(expected, words, server(outside.port, user="joe", password="secret"))


@pytest.mark.parametrize("ways", [b"LOGIN", b"PLAIN", b"login plain"])
def test_user_and_password_go_out_as_they_are_in_utf_8(ways: bytes) -> None:
    heard: list[bytes] = []

    def script(sock: socket.socket, lines: Any, _number: int) -> None:
        sock.sendall(b"220 hi\r\n")
        lines.readline()
        sock.sendall(b"250-here\r\n250 AUTH " + ways + b"\r\n")
        for said in (b"334 a\r\n", b"334 b\r\n", b"235 in\r\n"):
            heard.append(lines.readline())
            sock.sendall(b"235 in\r\n" if b"PLAIN" in heard[-1] else said)
            if b"PLAIN" in heard[-1]:
                break
        lines.readline()

    with Scripted(script) as outside:
        server(outside.port, user="jöe", password="sécret").connect().close()
    if ways == b"LOGIN":
        assert heard == [b"AUTH LOGIN\r\n", b"asO2ZQ==\r\n", b"c8OpY3JldA==\r\n"]
    else:
        assert heard == [b"AUTH PLAIN AGrDtmUAc8OpY3JldA==\r\n"]


@pytest.mark.parametrize(
    ("name", "greeting"),
    [("digest.example.org", b"digest.example.org"), ("", None), ("a b\r\nMAIL", b"[127.0.0.1]")],
)
def test_it_introduces_itself_by_its_name_or_its_own_address(
    name: str, greeting: bytes | None
) -> None:
    heard: list[bytes] = []

    def script(sock: socket.socket, lines: Any, _number: int) -> None:
        sock.sendall(b"220 hi\r\n")
        heard.append(lines.readline())
        sock.sendall(b"250 here\r\n")
        lines.readline()

    with Scripted(script) as outside:
        server(outside.port, helo_name=name).connect().close()
    own = socket.gethostname().encode()
    assert heard[0].startswith(b"ehlo ")
    assert heard[0].strip()[5:] in ((greeting,) if greeting else (own, b"[127.0.0.1]"))


def test_a_server_that_only_knows_helo_is_spoken_to_so() -> None:
    heard: list[bytes] = []

    def script(sock: socket.socket, lines: Any, _number: int) -> None:
        sock.sendall(b"220 hi\r\n")
        for said in (b"502 what\r\n", *[b"250 ok\r\n"] * 3, b"354 go\r\n"):
            heard.append(lines.readline())
            sock.sendall(said)
        while lines.readline() != b".\r\n":
            pass
        sock.sendall(b"250 ok\r\n")
        lines.readline()

    with Scripted(script) as outside:
        connection = server(outside.port, helo_name="me.example.org").connect()
        assert connection.send(SENDER, JANE, MESSAGE, yes)
        connection.close()
    assert heard == [
        b"ehlo me.example.org\r\n",
        b"helo me.example.org\r\n",
        b"MAIL FROM:<bounces+abc@example.org>\r\n",
        b"RCPT TO:<jane.doe@example.net>\r\n",
        b"DATA\r\n",
    ]


def test_an_old_encryption_is_not_accepted() -> None:
    assert ssl.create_default_context().minimum_version >= ssl.TLSVersion.TLSv1_2
