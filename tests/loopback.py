"""A small HTTP server on loopback that answers as told and keeps every request."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Request:
    """A request as it came; header names in lower case, values as sent (Latin-1)."""

    method: str
    target: str
    headers: dict[str, str]
    connection: int  # which connection it came on, from 1
    at: float  # time.monotonic()

    @property
    def host(self) -> str:
        return self.headers.get("host", "").partition(":")[0]


@dataclass(frozen=True)
class Reply:
    """An answer with its true Content-Length, unless ``headers`` name another framing."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def encode(self) -> bytes:
        headers = {"Content-Length": str(len(self.body))} if self.status != 304 else {}
        if "Transfer-Encoding" in self.headers:
            headers = {}
        lines = [f"HTTP/1.1 {self.status} x"]
        lines += [f"{name}: {value}" for name, value in (headers | self.headers).items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


# A handler returns a Reply, or writes to the stream itself and returns None (the connection ends).
Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[Reply | None]]


class Loopback:
    """An asynchronous context manager; ``address`` is what connect_to takes.

    ``pages`` maps "/target" or "host/target" to a Reply or a Handler; everything else is a 404.
    """

    def __init__(self, pages: dict[str, Reply | Handler] | None = None) -> None:
        self.pages: dict[str, Reply | Handler] = pages if pages is not None else {}
        self.requests: list[Request] = []
        self.connections = 0
        self.in_flight = 0
        self.most_in_flight = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def targets(self) -> list[str]:
        return [request.target for request in self.requests]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        task = asyncio.create_task(self._serve(reader, writer, number))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answer(
                    _parsed(await reader.readuntil(b"\r\n\r\n"), number), writer
                ):
                    pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        self.requests.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            page = self.pages.get(request.host + request.target) or self.pages.get(request.target)
            if page is None:
                page = Reply(404, b"no such page")
            reply = page if isinstance(page, Reply) else await page(request, writer)
        finally:
            self.in_flight -= 1
        if reply is None:
            return False
        writer.write(reply.encode())
        await writer.drain()
        return True


class Threaded(Loopback):
    """The server in a thread of its own, for commands that run a loop of their own."""

    def __enter__(self) -> Self:
        self._started = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._until_ended(),))
        self._thread.start()
        self._started.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    async def _until_ended(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        async with self:
            self._started.set()
            await self._ended.wait()


def _parsed(head: bytes, connection: int) -> Request:
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = [line.split(": ", 1) for line in lines]
    headers = {name.lower(): value for name, value in pairs}
    return Request(method, target, headers, connection, time.monotonic())
