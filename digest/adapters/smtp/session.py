"""One SMTP session: commands out, replies in, each within a limit of time and of size."""

from __future__ import annotations

import select
import smtplib
import socket
import time
from collections.abc import Callable

from digest.adapters.smtp.replies import Reply

_LONGEST_LINE = 8192  # bytes; RFC 5321 allows 512
_LONGEST_REPLY = 65536  # bytes


class SessionLost(Exception):  # noqa: N818 - a state, named so
    """The connection is gone, or what comes over it is not SMTP; the text says which.

    ``code`` is the server's, where it announced that it would close.
    """

    def __init__(self, message: str, *, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class Session(smtplib.SMTP):
    """smtplib's session, with what it lacks.

    It waits for a reply as long as each byte comes in time, reads any number of lines, and says
    of a server that was too slow that it was not connected. Here ``allow`` sets how long what
    follows may take in all; what goes wrong is SessionLost.
    """

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(local_hostname=name)  # unnamed, it would ask DNS for its own name
        self._clock = clock
        self._deadline = clock()
        self._unread = bytearray()

    def adopt(self, sock: socket.socket, server_name: str) -> None:
        """Speak over this connection, from its beginning."""
        # Without this the message's end waits for the server's delayed acknowledgement.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host = server_name
        self.sock = sock

    def allow(self, seconds: float) -> None:
        """What is done from here on has this long in all."""
        self._deadline = self._clock() + seconds

    def left(self) -> float:
        """Return the seconds that are left, more than none; raises SessionLost."""
        left = self._deadline - self._clock()
        if left <= 0:
            raise SessionLost("the server was too slow")
        return left

    def send(self, s: str | bytes | bytearray | memoryview) -> None:  # type: ignore[override]
        """Send the bytes, all of them."""
        if self.sock is None:
            raise SessionLost("the connection was closed")
        try:
            self.sock.settimeout(self.left())
            self.sock.sendall(s.encode("ascii") if isinstance(s, str) else s)
        except TimeoutError as error:
            raise SessionLost("the server was too slow") from error
        except OSError as error:
            raise SessionLost("the server closed the connection") from error

    def getreply(self) -> tuple[int, bytes]:
        """Return the next reply: its code and its lines, joined by line feeds."""
        lines, size = [], 0
        while True:
            line = self._read_line()
            size += len(line)
            if size > _LONGEST_REPLY:
                raise SessionLost("the server’s reply has no end")
            if not line[:3].isdigit() or line[3:4] not in (b"", b" ", b"-"):
                raise SessionLost("the server does not speak SMTP")
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)

    def _read_line(self) -> bytes:
        while (end := self._unread.find(b"\n")) < 0:
            if len(self._unread) > _LONGEST_LINE:
                raise SessionLost("the server’s reply has no end")
            self._unread += self._receive()
        line = bytes(self._unread[:end])
        del self._unread[: end + 1]
        return line.rstrip(b"\r")

    def _receive(self) -> bytes:
        if self.sock is None:
            raise SessionLost("the connection was closed")
        try:
            self.sock.settimeout(self.left())
            data = self.sock.recv(_LONGEST_LINE)
        except TimeoutError as error:
            raise SessionLost("the server was too slow") from error
        except OSError as error:
            raise SessionLost("the server closed the connection") from error
        if not data:
            raise SessionLost("the server closed the connection")
        return data

    def reply(self) -> Reply:
        """Return the next reply."""
        code, lines = self.getreply()
        return Reply(code, lines.decode("utf-8", "replace").replace("\n", " "))

    def ask(self, command: str) -> Reply:
        """Send a command and return the reply to it."""
        self.send(f"{command}\r\n")
        return self.reply()

    def size_limit(self) -> int:
        """Return the most bytes the server takes in a message, 0 where it names no limit."""
        said = str(self.esmtp_features.get("size", ""))
        return int(said) if said.isdecimal() and len(said) < 20 else 0

    def spoken(self) -> bool:
        """Has the server said something unasked, or closed the connection?"""
        if self._unread or self.sock is None:
            return True
        try:
            return bool(select.select([self.sock], [], [], 0)[0])
        except (OSError, ValueError):  # a descriptor over 1,023
            return False

    def discard_unread(self) -> bool:
        """Forget what came unread; return whether there was any."""
        found = bool(self._unread)
        self._unread.clear()
        return found

    def leave(self, seconds: float = 2) -> None:
        """Say goodbye and close; a server that does not answer is not waited for."""
        try:
            self.allow(seconds)
            self.ask("QUIT")
        except SessionLost:
            pass
        finally:
            self.close()
