"""Real SMTP servers on loopback, for tests: one that keeps what it is sent, one that misbehaves.

with PostOffice() as office:
    SmtpServer("127.0.0.1", office.port, "none")
    …
    assert office.messages[0].data == …
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HANG_UP = "hang up"

# What the server says to "MAIL", "RCPT", "DATA", and to the end of a message ("END"), given the
# verb and the address (for the last two: the first recipient's). None is its usual answer,
# HANG_UP closes without one, and after a 421 it closes too.
Answer = Callable[[str, str], str | None]


@dataclass(frozen=True)
class Received:
    """A message as it came, dots undone."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    connection: int  # which connection it came on, from 1
    encrypted: bool
    user: str  # who was logged in, "" where nobody was


@dataclass(frozen=True)
class Certificate:
    """Files: a certificate for localhost and 127.0.0.1, its key, and the authority's."""

    chain: Path
    key: Path
    authority: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context


def certificate(folder: Path, name: str = "localhost") -> Certificate:
    """Return a new certificate from a new authority, made with openssl."""
    ca, ca_key = folder / f"{name}-ca.pem", folder / f"{name}-ca.key"
    chain, key = folder / f"{name}.pem", folder / f"{name}.key"
    made: list[str | Path] = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ]
    made += ["-nodes", "-days", "3650"]
    authority: list[str | Path] = ["-subj", "/CN=Test authority", "-keyout", ca_key, "-out", ca]
    own: list[str | Path] = [
        "-subj",
        f"/CN={name}",
        "-addext",
        f"subjectAltName=DNS:{name},IP:127.0.0.1",
    ]
    own += ["-addext", "basicConstraints=critical,CA:FALSE", "-CA", ca, "-CAkey", ca_key]
    subprocess.run([*made, *authority], check=True, capture_output=True)
    subprocess.run([*made, *own, "-keyout", key, "-out", chain], check=True, capture_output=True)
    return Certificate(chain, key, ca)


class PostOffice:
    """A mail server in a thread of its own; ``messages`` holds what it took."""

    def __init__(
        self,
        answer: Answer = lambda _verb, _address: None,
        *,
        tls: str = "none",  # as in SmtpServer
        certificate: Certificate | None = None,
        users: dict[str, str] | None = None,  # without any, nobody has to log in
        pipelining: bool = True,
        size_limit: int = 33_554_432,
    ) -> None:
        self.answer = answer
        self.messages: list[Received] = []
        self.connections = 0
        self.verbs: list[str] = []  # every "MAIL", "RCPT", "DATA", "END", "RSET", "QUIT"
        self.port = 0
        self._tls = tls
        self._certificate = certificate
        self._users = users or {}
        self.pipelining = pipelining
        self._size_limit = size_limit
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))
        self._transports: list[asyncio.BaseTransport] = []

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    def hang_up(self) -> None:
        """Close every connection, as a server does that waited too long."""

        def close() -> None:
            for transport in self._transports:
                transport.abort()  # type: ignore[attr-defined]

        self._loop.call_soon_threadsafe(close)

    def addresses(self) -> list[str]:
        """Return who was sent to, in the order it came."""
        return [address for message in self.messages for address in message.recipients]

    async def _run(self) -> None:
        context = self._certificate.context() if self._certificate else None
        server = await self._loop.create_server(
            lambda: self._session(context),
            "127.0.0.1",
            0,
            ssl=context if self._tls == "tls" else None,
        )
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()
        await self._turns()  # a connection accepted just now gets its transport
        for transport in self._transports:
            transport.abort()  # type: ignore[attr-defined]
        await self._turns()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await server.wait_closed()
        await self._turns()

    async def _turns(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    def _session(self, context: ssl.SSLContext | None) -> _Session:
        self.connections += 1
        session = _Session(
            _Handler(self, self.connections),
            loop=self._loop,
            hostname="mail.example.org",
            data_size_limit=self._size_limit,
            tls_context=context if self._tls == "starttls" else None,
            authenticator=self._authenticate,
            auth_require_tls=self._tls == "starttls",
            auth_exclude_mechanism=() if self._users else ("PLAIN", "LOGIN"),
        )
        session.office = self
        return session

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        user = data.login.decode()
        right = self._users.get(user) == data.password.decode()
        return AuthResult(success=right, handled=False, auth_data=user)


class _Session(SMTP):
    office: PostOffice
    line_length_limit = 100_000

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.office._transports.append(transport)
        super().connection_made(transport)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd’s name
        said = self.office.answer("DATA", _first(self.envelope))
        if said is None:
            await super().smtp_DATA(arg)
        else:
            await self.push(said)

    async def push(self, status: Any) -> None:
        if status == HANG_UP:
            assert self.transport is not None
            self.transport.abort()  # type: ignore[attr-defined]
            return
        with suppress(ConnectionError):
            await super().push(status)
        if str(status).startswith("421") and self.transport is not None:
            self.transport.close()


class _Handler:
    def __init__(self, office: PostOffice, connection: int) -> None:
        self._office = office
        self._connection = connection

    async def handle_EHLO(  # noqa: N802 - aiosmtpd’s name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        session.host_name = hostname
        added = ["250-PIPELINING"] if self._office.pipelining else []
        return [lines[0], *added, *lines[1:]]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd’s name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self._said("MAIL", address)
        if said is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return said or "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd’s name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        said = self._said("RCPT", address)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd’s name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        said = self._said("END", _first(envelope))
        if said is not None and not said.startswith("2"):
            return said
        assert isinstance(envelope.content, bytes)
        self._office.messages.append(
            Received(
                str(envelope.mail_from),
                tuple(envelope.rcpt_tos),
                envelope.content,
                self._connection,
                _encrypted(server),
                str(session.auth_data) if session.authenticated else "",
            )
        )
        return "250 2.0.0 OK" if said is None else said

    async def handle_RSET(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd’s name
        return self._said("RSET", "") or "250 OK"

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd’s name
        return self._said("QUIT", "") or "221 Bye"

    def _said(self, verb: str, address: str) -> str | None:
        self._office.verbs.append(verb)
        return self._office.answer(verb, address)


def _encrypted(server: SMTP) -> bool:
    return server.transport is not None and bool(server.transport.get_extra_info("ssl_object"))


def _first(envelope: Envelope | None) -> str:
    return str(envelope.rcpt_tos[0]) if envelope is not None and envelope.rcpt_tos else ""


class Scripted:
    """A server in a thread that does as it is told, byte by byte, on each connection.

    ``script`` gets the connection, a stream to read lines from, and its number, from 1.
    """

    def __init__(
        self, script: Callable[[socket.socket, Any, int], None], address: str = "127.0.0.1"
    ) -> None:
        self._script = script
        self._listener = socket.create_server((address, 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections = 0
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join()
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock, self.connections))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        with sock, sock.makefile("rb") as lines, suppress(OSError):
            self._script(sock, lines, number)
