"""One IMAP connection that neither hangs nor floods."""

from __future__ import annotations

import binascii
import imaplib
import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

_PIECE = 65_536
_LONGEST_LINE = 1_000_000  # as imaplib has it
_ALLOWED = 2_000_000  # bytes of answer to one command: a search of 20,000, or one message
_MOST_LINES = 20_000  # in answer to one command, as imaplib takes its time with each
_PARTING = 2.0  # seconds for a polite end


class Session(imaplib.IMAP4):
    """imaplib's client with reads of its own, which are bounded in bytes and in time.

    imaplib waits anew for each piece of an answer and takes whatever size the server names
    (https://github.com/python/cpython/issues/119511). ``context`` encrypts from the first byte;
    ``timeout`` is for one wait, ``limit`` for the life of the connection, in seconds.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        context: ssl.SSLContext | None,
        timeout: float,
        limit: float,
        clock: Callable[[], float],
    ) -> None:
        self._context = context
        self._wait = timeout
        self._clock = clock
        self._end = clock() + limit
        self._buffer = bytearray()
        self._source: socket.socket | None = None  # what the buffer was filled from
        self._left = _ALLOWED
        self._lines_left = _MOST_LINES
        super().__init__(host, port, timeout)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect, encrypted where a context is given."""
        super().open(host, port, timeout)
        if self._context is not None:
            try:
                self.sock = self._context.wrap_socket(self.sock, server_hostname=host)
            except BaseException:
                with suppress(OSError):
                    self.shutdown()
                raise

    def allow(self) -> None:
        """Let the server send what one answer needs, and forget what it said before."""
        self._left = _ALLOWED
        self._lines_left = _MOST_LINES
        self.untagged_responses.clear()

    def read(self, size: int) -> bytes:
        """Return exactly ``size`` bytes, fewer where the connection ends."""
        self._refuse_leftovers()
        if size > self._left + len(self._buffer):
            raise self.abort("it announces more than was asked for")
        while len(self._buffer) < size and self._fill():
            pass
        return self._take(size)

    def readline(self) -> bytes:
        """Return a line with its end, b"" where the connection ends."""
        self._refuse_leftovers()
        self._lines_left -= 1
        if self._lines_left < 0:
            raise self.abort("it sends more than was asked for")
        looked = 0
        while (end := self._buffer.find(b"\n", looked)) < 0:
            looked = len(self._buffer)
            if looked > _LONGEST_LINE:
                raise self.abort("it sends lines without end")
            if not self._fill():
                return self._take(looked)
        return self._take(end + 1)

    def leave(self) -> None:
        """Say goodbye where the server still listens, and hang up."""
        self._wait = min(self._wait, _PARTING)
        self.allow()
        with suppress(Exception):  # it may be in any state, and nothing is lost any more
            if self.state != "LOGOUT":
                self.logout()
        with suppress(Exception):
            self.shutdown()

    def _refuse_leftovers(self) -> None:
        """Raise where words from before STARTTLS would pass for encrypted ones (CVE-2011-0411)."""
        if self._source is not self.sock:
            self._source = self.sock
            if self._buffer:
                raise self.abort("it spoke before the encryption began")

    def _fill(self) -> bool:
        self.sock.settimeout(max(0.01, min(self._wait, self._end - self._clock())))
        try:
            piece = self.sock.recv(_PIECE)
        except TimeoutError:
            if self._clock() < self._end:
                raise
            piece = b""
        if self._clock() >= self._end:
            raise self.abort("it took too long altogether")
        self._left -= len(piece)
        if self._left < 0:
            raise self.abort("it sends more than was asked for")
        self._buffer += piece
        return bool(piece)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def folder_name(name: str) -> str:
    """Return a folder's name as IMAP wants it: modified UTF-7 (RFC 3501, 5.1.3), in quotes."""

    def shifted(match: re.Match[str]) -> str:
        if match[0] == "&":
            return "&-"
        letters = match[0].encode("utf-16-be", "surrogatepass")
        packed = binascii.b2a_base64(letters, newline=False).rstrip(b"=").replace(b"/", b",")
        return f"&{packed.decode('ascii')}-"

    plain = re.sub(r"&|[^\x20-\x7e]+", shifted, name)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
