"""A mail server: how to reach it, and how to log in."""

from __future__ import annotations

import base64
import ipaddress
import re
import socket
import ssl
from functools import cached_property
from pathlib import Path
from typing import Literal

from digest.adapters.smtp.connection import SmtpConnection
from digest.adapters.smtp.replies import Reply
from digest.adapters.smtp.session import Session, SessionLost
from digest.core.redaction import redacted
from digest.errors import DeliveryError, MailDeferred, MailError

Tls = Literal["starttls", "tls", "none"]

_NAME = re.compile(r"[A-Za-z0-9.\[\]:-]+")


class SmtpServer:
    """The MailServer port over SMTP.

    ``timeout`` (seconds) is how long the server may take for each step: to connect, to answer, to
    take a message; five times as long for its answer to a whole message. How long the name may
    take to look up is the system's affair. ``ca_file`` is trusted
    in place of the machine's certificates. Connections are renewed after ``renew_after``
    messages. ``output`` names the output in a DeliveryError.
    """

    def __init__(
        self,
        host: str,
        port: int,
        tls: Tls,
        user: str = "",
        password: str = "",
        *,
        timeout: float = 60.0,
        helo_name: str = "",
        ca_file: Path | None = None,
        renew_after: int = 100,
        output: str = "email",
    ) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._user = user
        self._password = password
        self._timeout = timeout
        self._helo_name = helo_name
        self._ca_file = ca_file
        self._renew_after = renew_after
        self._output = output

    @property
    def where(self) -> str:
        """Return the server's name and port."""
        return f"{self._host}:{self._port}"

    def connect(self) -> SmtpConnection:
        """Return a connection, greeted, encrypted and logged in.

        Raises DeliveryError where the settings or the server must be changed first, MailDeferred
        where it may work later.
        """
        return SmtpConnection(self.open_session, self._timeout, self._renew_after)

    def check(self) -> str:
        """Return what the server answers, in a sentence; raises DeliveryError."""
        try:
            session = self.open_session()
            try:
                session.allow(self._timeout)
                reply = session.ask("NOOP")
            finally:
                session.leave()
        except (MailError, SessionLost) as error:
            said = f"{self.where}: {error}" if isinstance(error, SessionLost) else str(error)
            raise DeliveryError(self._output, said) from error
        if not reply.good:
            raise DeliveryError(self._output, f"{self.where} said {self._said(reply)}")
        deeds = ["answers"]
        deeds += ["encrypted"] if self._tls != "none" else ["not encrypted"]
        deeds += ["logged in"] if self._user else []
        limit = session.size_limit()
        taken = f"; takes messages up to {limit / 1_000_000:.3g} MB" if limit else ""
        return f"{self.where} {', '.join(deeds)}{taken}"

    def open_session(self) -> Session:
        """Return a session that is ready for messages; raises as ``connect`` does."""
        context = None if self._tls == "none" else self._context  # may be wrong: before all else
        sock = self._connected()
        session = Session(self._own_name(sock))
        session.allow(self._timeout)
        try:
            if context and self._tls == "tls":
                sock = self._encrypted(sock, context)
            session.adopt(sock, self._host)
            self._greet(session)
            if context and self._tls == "starttls":
                self._start_tls(session, context)
            if self._user:
                self._log_in(session)
        except (SessionLost, OSError) as error:
            session.close()
            sock.close()
            reason = error if isinstance(error, SessionLost) else "the connection was lost"
            raise MailDeferred(f"{self.where}: {reason}.{self._hint()}") from error
        except BaseException:
            session.close()
            sock.close()
            raise
        return session

    def _connected(self) -> socket.socket:
        try:
            return socket.create_connection((self._host, self._port), self._timeout)
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise MailDeferred(
                    f"{self._host}: the name cannot be looked up just now"
                ) from error
            raise self._wrong(f"there is no host {self._host}", bare=True) from error
        except TimeoutError as error:
            raise MailDeferred(f"{self.where}: no answer within {self._timeout:g} s") from error
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise MailDeferred(f"{self.where}: {reason}") from error
        except (UnicodeError, ValueError, OverflowError) as error:
            raise self._wrong(f"{self.where!r} is no host and port", bare=True) from error

    @cached_property
    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._ca_file)
        except OSError as error:
            raise self._wrong(f"{self._ca_file} holds no certificates", bare=True) from error

    def _encrypted(self, sock: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        try:
            return context.wrap_socket(sock, server_hostname=self._host)
        except ssl.SSLCertVerificationError as error:
            reason = error.verify_message or "it cannot be verified"
            raise self._wrong(f"its certificate is not accepted: {reason}") from error
        except ssl.SSLError as error:
            if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"):
                raise self._wrong(
                    "it does not speak TLS from the start; try tls: starttls"
                ) from error
            reason = (error.reason or "no reason given").replace("_", " ").lower()
            raise MailDeferred(f"{self.where}: no encryption: {reason}") from error
        except OSError as error:
            raise MailDeferred(f"{self.where}: lost while encryption was agreed on") from error
        except ValueError as error:
            raise self._wrong(f"{self._host!r} is no name for a certificate") from error

    def _greet(self, session: Session) -> None:
        self._want(session.reply(), "its greeting was")
        self._introduce(session)

    def _introduce(self, session: Session) -> None:
        code, _ = session.ehlo()
        if code >= 500 and self._tls != "starttls":
            code, _ = session.helo()
        said = (session.ehlo_resp or session.helo_resp or b"").decode("utf-8", "replace")
        self._want(Reply(code, said.replace("\n", " ")), "to our name it said")

    def _start_tls(self, session: Session, context: ssl.SSLContext) -> None:
        if not session.has_extn("starttls"):
            raise self._wrong("it offers no STARTTLS; try tls: tls on port 465")
        self._want(session.ask("STARTTLS"), "to STARTTLS it said")
        if session.discard_unread():  # put there by someone between (CVE-2021-38371 and the like)
            raise self._wrong("it went on in the clear after STARTTLS; someone may be listening")
        sock = session.sock
        if sock is None:
            raise SessionLost("the connection was closed")
        sock.settimeout(session.left())
        session.adopt(self._encrypted(sock, context), self._host)
        session.esmtp_features = {}
        self._introduce(session)

    def _log_in(self, session: Session) -> None:
        if self._tls == "none" and not _is_loopback(session):
            raise self._wrong(
                "a password is not sent unencrypted; set tls: starttls, or leave out user"
            )
        ways = str(session.esmtp_features.get("auth", "")).upper().split()
        session.allow(self._timeout)
        if "PLAIN" in ways:
            reply = session.ask(f"AUTH PLAIN {_base64(self._proof)}")
        elif "LOGIN" in ways:
            reply = session.ask("AUTH LOGIN")
            for word in (self._user, self._password):
                if reply.code == 334:
                    reply = session.ask(_base64(word))
        elif ways:
            raise self._wrong(
                f"it offers no login we know (PLAIN, LOGIN), only {redacted(' '.join(ways))}"
            )
        else:
            raise self._wrong("it offers no login; leave out user and password")
        self._want(reply, "it refuses user and password:")

    def _want(self, reply: Reply, what: str) -> None:
        """Pass a good reply; raise MailDeferred for "later", DeliveryError for "no"."""
        if reply.good:
            return
        message = f"{what} {self._said(reply)}"
        if reply.for_now:
            raise MailDeferred(f"{self.where}: {message}", code=reply.code)
        raise self._wrong(message)

    def _said(self, reply: Reply) -> str:
        """Return the reply without what we log in with, as it is and as it goes out."""
        plain = (self._password, self._user)
        # A server may leave out the "=" that fill up the end.
        encoded = [_base64(word).rstrip("=") for word in (*plain, self._proof)]
        return f"{reply.code} {redacted(reply.text, (*plain, *encoded))}".rstrip()

    @property
    def _proof(self) -> str:
        """Return who we are as AUTH PLAIN has it (RFC 4616)."""
        return f"\0{self._user}\0{self._password}"

    def _wrong(self, message: str, *, bare: bool = False) -> DeliveryError:
        return DeliveryError(self._output, message if bare else f"{self.where}: {message}")

    def _hint(self) -> str:
        return "" if self._tls == "tls" else " (A port that expects TLS at once needs tls: tls.)"

    def _own_name(self, sock: socket.socket) -> str:
        """Return what to call ourselves: as configured, our full name, or our own address."""
        name = self._helo_name or socket.gethostname()
        if _NAME.fullmatch(name) and (self._helo_name or "." in name):
            return name
        try:
            own = str(sock.getsockname()[0])
        except OSError:  # it is gone already
            own = "127.0.0.1"
        return f"[IPv6:{own}]" if ":" in own else f"[{own}]"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode()


def _is_loopback(session: Session) -> bool:
    peer = session.sock.getpeername()[0] if session.sock is not None else ""
    return ipaddress.ip_address(str(peer).partition("%")[0]).is_loopback
