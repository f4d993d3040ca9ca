"""A mailbox on an IMAP server."""

from __future__ import annotations

import imaplib
import ipaddress
import re
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

from digest.adapters.mailbox.session import Session, folder_name
from digest.errors import DigestError, MailboxError

LONGEST = 262_144  # bytes read of a message
MOST = 5_000  # messages in one reading
_PERIOD = 20_000  # messages searched at once: their numbers stay far below imaplib's longest line
_BATCH = 200  # messages marked at once

_DIGITS = 10  # of the largest number of 32 bits

_BODY = re.compile(rb"\bBODY\[\]", re.I)


class ImapMailbox:
    """A folder of an IMAP server; a handled message gets the flag \\Seen, none is deleted.

    ``tls`` is "tls" (from the first byte), "starttls", or "none", for a server on this machine
    only; certificates are verified. Each answer is waited for at most ``timeout`` seconds, and a
    whole reading ends after ``limit`` seconds, whatever the server does. Used by one thread.
    """

    def __init__(
        self,
        host: str,
        port: int,
        tls: str,
        user: str,
        password: str,
        folder: str = "INBOX",
        timeout: float = 30,
        *,
        limit: float = 300,
        most: int = MOST,
    ) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._user = user
        self._password = password
        self._folder = folder
        self._timeout = timeout
        self._limit = limit
        self._most = most
        self._session: Session | None = None
        self._age = ""  # UIDVALIDITY of the folder while it is open

    def messages(self) -> Iterator[tuple[str, bytes]]:
        """Yield unhandled messages, oldest first, at most 5,000.

        The connection lasts until the last is yielded, and ``handled`` uses it meanwhile.
        """
        with self._open() as session:
            count, age = self._select(session)
            for uid in islice(self._unseen(session, count), self._most):
                message = self._message(session, uid)
                if message is not None:
                    yield f"{age}:{uid}", message

    def handled(self, keys: Iterable[str]) -> None:
        """Flag messages as seen; those of a folder made anew meanwhile are passed over."""
        waiting = list(keys)
        if not waiting:
            return
        with self._open() as session:
            age = self._age or self._select(session)[1]
            uids = [uid for key in waiting for old, _, uid in [key.partition(":")] if old == age]
            for start in range(0, len(uids), _BATCH):
                chosen = ",".join(uids[start : start + _BATCH])
                self._ask(session, "STORE", chosen, "+FLAGS.SILENT", r"(\Seen)")

    def check(self) -> str:
        """Return what is there, in a sentence; raise MailboxError where it cannot work."""
        with self._open() as session:
            count, _ = self._select(session)
            waiting = sum(1 for _ in islice(self._unseen(session, count), self._most))
        more = "at least " if waiting == self._most else ""
        return (
            f"{self._place()}, {self._folder}: "
            f"{count:,} {'message' if count == 1 else 'messages'}, "
            f"{more}{waiting:,} not handled yet"
        )

    def _unseen(self, session: Session, count: int) -> Iterator[str]:
        """Yield the UIDs of unseen messages among the first ``count``, each once, oldest first."""
        told: set[str] = set()
        for start in range(1, count + 1, _PERIOD):
            period = f"{start}:{min(count, start + _PERIOD - 1)}"
            for line in self._ask(session, "SEARCH", period, "UNSEEN"):
                for uid in map(_number, line.split() if isinstance(line, bytes) else ()):
                    if uid and uid not in told:
                        told.add(uid)
                        yield uid

    def _message(self, session: Session, uid: str) -> bytes | None:
        """Return the first 256 KB of a message, without marking it; None where it is gone."""
        answers = self._ask(session, "FETCH", uid, f"(BODY.PEEK[]<0.{LONGEST}>)")
        for answer in answers:
            if isinstance(answer, tuple) and _BODY.search(answer[0]):
                return bytes(answer[1][:LONGEST])
        # An empty message may come as a quoted string, which imaplib leaves inside the line.
        lines = [answer for answer in answers if isinstance(answer, bytes)]
        return b"" if any(_BODY.search(line) for line in lines) else None

    def _ask(self, session: Session, command: str, *words: str) -> list[object]:
        session.allow()
        status, data = session.uid(command, *words)
        if status != "OK":
            raise MailboxError(
                f"{self._place()}: it refuses {command} in {self._folder}. "
                "Has this user the right to read the folder and to change flags there?"
            )
        return list(data)

    def _select(self, session: Session) -> tuple[int, str]:
        """Open the folder for writing; return how many messages it holds, and its age.

        The age is UIDVALIDITY, which changes when a folder is made anew (RFC 3501, 2.3.1.1).
        """
        session.allow()
        try:
            status, data = session.select(folder_name(self._folder))
        except imaplib.IMAP4.readonly as error:
            raise MailboxError(
                f"{self._place()}: {self._folder} may only be read, so that no message could be "
                "marked as handled. Give this user the right to change flags."
            ) from error
        if status != "OK":
            raise MailboxError(
                f"{self._place()}: there is no folder {self._folder}, or it may not be opened."
            )
        count = data[0] if data else None
        age = session.response("UIDVALIDITY")[1][0]
        self._age = (_number(age) if isinstance(age, bytes) else "") or "0"
        return (int(count) if isinstance(count, bytes) else 0), self._age

    def _place(self) -> str:
        return f"{self._host}:{self._port}"

    @contextmanager
    def _open(self) -> Iterator[Session]:
        """Lend the connection that is open, or a new one for as long."""
        if self._session is not None:
            with self._translated():
                yield self._session
            return
        with self._translated():
            self._session = session = self._connected()
            try:
                yield session
            finally:
                self._session = None
                self._age = ""
                session.leave()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn whatever goes wrong with the server into a MailboxError."""
        try:
            yield
        except DigestError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise MailboxError(
                f"{self._place()}: its certificate is not valid here ({error.verify_message}). "
                "Use the name in the certificate, or have it renewed."
            ) from error
        except ssl.SSLError as error:
            raise MailboxError(
                f"{self._place()}: no encrypted connection came about. "
                "As a rule `tls` goes with port 993, `starttls` with 143."
            ) from error
        except TimeoutError as error:
            raise MailboxError(
                f"{self._place()}: no answer within {self._timeout:g} s. Is the port right, and "
                "does a firewall let it through?"
            ) from error
        except OSError as error:
            raise MailboxError(
                f"{self._place()}: {error.strerror or 'no connection'}. Are name and port right?"
            ) from error
        except imaplib.IMAP4.abort as error:
            raise MailboxError(f"{self._place()}: {_said(error)}.") from error
        except Exception as error:  # imaplib trips over bad answers in many ways
            raise MailboxError(
                f"{self._place()}: it does not answer as an IMAP server does. "
                "Is this the right port?"
            ) from error

    def _connected(self) -> Session:
        if self._tls == "none" and not _is_here(self._host):
            raise MailboxError(
                f"{self._place()}: the password would cross the network unencrypted. "
                "Set `tls` or `starttls`."
            )
        context = None if self._tls == "none" else ssl.create_default_context()
        session = Session(
            self._host,
            self._port,
            context=context if self._tls == "tls" else None,
            timeout=self._timeout,
            limit=self._limit,
            clock=time.monotonic,
        )
        try:
            if context is not None and self._tls == "starttls":
                self._encrypt(session, context)
            self._log_in(session)
        except BaseException:
            session.leave()
            raise
        return session

    def _encrypt(self, session: Session, context: ssl.SSLContext) -> None:
        session.allow()
        if "STARTTLS" not in session.capabilities:
            raise MailboxError(
                f"{self._place()}: it offers no STARTTLS. Set `tls`, with port 993 as a rule."
            )
        session.starttls(ssl_context=context)

    def _log_in(self, session: Session) -> None:
        session.allow()
        if session.state == "AUTH":  # it knew us by the connection
            return
        try:
            if "AUTH=PLAIN" in session.capabilities:  # any letters; LOGIN has only ASCII
                secret = f"\0{self._user}\0{self._password}".encode()
                session.authenticate("PLAIN", lambda _: secret)
            elif "LOGINDISABLED" in session.capabilities:
                raise MailboxError(
                    f"{self._place()}: it takes no password on this connection. "
                    "Set `tls` or `starttls`."
                )
            else:
                session.login(self._plain(self._user), self._plain(self._password))
        except imaplib.IMAP4.abort:
            raise  # the connection is lost; that says nothing of the password
        except imaplib.IMAP4.error as error:
            raise MailboxError(
                f"{self._place()}: it refuses the user name or the password. Some providers want "
                "a password made for this one program (an “app password”)."
            ) from error

    def _plain(self, text: str) -> str:
        if not text.isascii() or not text.isprintable():
            raise MailboxError(
                f"{self._place()}: it takes only plain letters, digits and signs in the user name "
                "and the password."
            )
        return text


def _number(word: bytes) -> str:
    """Return a number of at most 32 bits, as IMAP's are (RFC 3501, 9), "" where it is none."""
    digits = word.lstrip(b"0")
    return digits.decode() if digits.isdigit() and len(digits) <= _DIGITS else ""


def _is_here(host: str) -> bool:
    """Does mail to this host stay on this machine?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _said(error: Exception) -> str:
    """Return what our Session says of a lost connection; the server's own words stay out of it."""
    text = str(error).rpartition("=> ")[2]
    return text if text.startswith("it ") else "it hung up before it had answered"
