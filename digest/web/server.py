"""A WSGI application on a port, served by waitress in a thread."""

from __future__ import annotations

import errno
import logging
import socket
import threading
import time
from types import TracebackType
from typing import Any, Self

from digest.errors import RunError
from digest.web.routes import Application

_SETTINGS: dict[str, Any] = {
    "threads": 4,
    "backlog": 128,
    "channel_timeout": 20,  # seconds without a byte
    "cleanup_interval": 5,  # seconds
    "max_request_header_size": 16_384,  # bytes
    "max_request_body_size": 16_384,
    "asyncore_use_poll": True,  # select() fails beyond 1,024 open files
    "log_socket_errors": False,
    "ident": None,
}
_MOST = 400  # connections
_LIFE = 60.0  # seconds of a connection, so that no client holds one by a byte now and then
_STOP = 2.0  # seconds for what is being answered when the server stops
_TURN = 1.0  # seconds between two looks at the connections


class Server:
    """Listens from the moment it is made, serves while it is a context.

    Port 0 takes a free one, which ``port`` tells. ``life``, in seconds, is the longest a
    connection lasts, ``most`` how many there are at once. Raises RunError where it may not listen.
    """

    def __init__(
        self,
        application: Application,
        host: str,
        port: int,
        *,
        life: float = _LIFE,
        most: int = _MOST,
    ) -> None:
        self._application = application
        self._life = life
        self._most = most
        self._socket = _listening(host, port)
        self.host = host
        self.port = int(self._socket.getsockname()[1])
        self._stopping = threading.Event()
        self._closing = threading.Lock()
        self._told = False
        self._channels: dict[int, Any] = {}  # all that waitress watches, by file number
        self._server: Any = None
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)

    @property
    def url(self) -> str:
        """Return where it listens: "http://127.0.0.1:8080"."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def __enter__(self) -> Self:
        from waitress.server import create_server

        # It names the address a client left at, which here holds a reader's token.
        logging.getLogger("waitress").setLevel(logging.CRITICAL)
        self._server = create_server(
            self._application,
            map=self._channels,
            sockets=[self._socket],
            connection_limit=self._most + 2,  # it counts its own two
            **_SETTINGS,
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening, finish what is being answered, hang up; takes a second or two."""
        with self._closing:
            if not self._told:
                self._told = True
                # The loop's own trigger wakes it, and is not closed before this lock is free.
                self._server.trigger.pull_trigger(self._stopping.set)
        self._thread.join(3 * _STOP)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._turn(_TURN)
            self._part_with_old()
        with self._closing:
            self._server.accepting = False
        self._server.task_dispatcher.shutdown(timeout=_STOP)
        end = time.monotonic() + _STOP
        while self._unsent() and time.monotonic() < end:
            self._turn(0.05)
        from waitress import wasyncore

        wasyncore.close_all(self._channels, ignore_all=True)

    def _turn(self, wait: float) -> None:
        from waitress import wasyncore

        wasyncore.loop(timeout=wait, use_poll=True, map=self._channels, count=1)

    def _part_with_old(self) -> None:
        """Hang up on connections of long ago: waitress itself counts from their last byte.

        It also waits until the client takes its answer, which one that never reads does not.
        """
        oldest = time.time() - self._life
        for channel in list(self._server.active_channels.values()):
            if channel.creation_time < oldest:
                with channel.requests_lock:  # a thread that ends its work may still hold it
                    if not channel.requests:
                        channel.handle_close()

    def _unsent(self) -> bool:
        return any(c.total_outbufs_len for c in self._server.active_channels.values())


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises RunError that says what to do."""
    try:
        if not 0 <= port <= 65_535:
            raise OverflowError(port)  # getaddrinfo() would take the remainder
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # Where a name stands for both, as localhost does, the older kind is what a proxy asks for.
        family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
        listening = socket.socket(family, kind, protocol)
    except (OSError, OverflowError, UnicodeError) as error:
        raise RunError(
            f"{host}:{port} is nothing to listen on. Check --host and --port."
        ) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_SETTINGS["backlog"])
    except (OSError, OverflowError) as error:
        listening.close()
        raise RunError(_why_not(host, port, error)) from error
    return listening


def _why_not(host: str, port: int, error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Stop that, or set another with --port."
    if number in (errno.EACCES, errno.EPERM):
        return (
            f"This user may not listen on port {port}. Set one above 1023 with --port, "
            "and let a web server pass requests on to it."
        )
    if number == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine. Set one with --host, such as 127.0.0.1."
    return f"{host}:{port} cannot be listened on: {error}."
