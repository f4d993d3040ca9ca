"""Answers read with a bound: neither what is sent nor what it unpacks to exceeds the limit."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, Awaitable, Callable

LARGE = 1_000_000  # bytes
_MOST_MEMBERS = 500  # of one gzip answer; packers that split put 64 KB or more into each


class BodyError(Exception):
    """The body cannot be used; ``str()`` completes the sentence "<url> …"."""


async def read(
    chunks: AsyncIterable[bytes],
    encoding: str,
    limit: int,
    room: Callable[[], Awaitable[None]] | None = None,
) -> bytes:
    """Return the decoded body; raises BodyError when it is over ``limit`` bytes or broken.

    ``room`` is waited for once, before the body grows beyond LARGE.
    """
    decoder = _decoder(encoding)
    sent = 0
    body = bytearray()  # pieces of a byte each, kept as such, would weigh fifty times as much
    async for chunk in chunks:
        sent += len(chunk)
        if sent > limit:
            raise BodyError(too_big(limit))
        # One byte more than fits tells "full" from "too much" without unpacking the rest.
        body += decoder.decode(chunk, limit - len(body) + 1) if decoder else chunk
        if len(body) > limit:
            raise BodyError(too_big(limit))
        if room and len(body) > LARGE:
            await room()
            room = None
    if decoder and sent and not decoder.complete:
        raise BodyError("sent a compressed answer that ends early")
    return bytes(body)


def too_big(limit: int) -> str:
    """Return the words for a body over the limit."""
    size = f"{limit / 1_000_000:g} MB" if limit >= 100_000 else f"{limit:,} bytes"
    return f"sent more than {size}"


def _decoder(encoding: str) -> _Inflater | None:
    names = [name for part in encoding.split(",") if (name := part.strip().lower())]
    names = [name for name in names if name != "identity"]
    if not names:
        return None
    if len(names) > 1 or names[0] not in ("gzip", "x-gzip", "deflate"):
        raise BodyError(f"answered in an encoding nobody asked for ({', '.join(names)[:40]})")
    return _Inflater()


class _Inflater:
    """gzip, zlib and raw deflate, several gzip members included."""

    def __init__(self) -> None:
        self._engine = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, by its first bytes
        self._fresh = True  # nothing fed yet
        self._members = 1
        self.complete = False

    def decode(self, data: bytes, room: int) -> bytes:
        """Return what ``data`` unpacks to, at most ``room`` bytes; raises BodyError."""
        parts: list[bytes] = []
        while data and room > 0:
            part = self._step(data, room)
            room -= len(part)
            parts.append(part)
            data = self._engine.unconsumed_tail
            if self._engine.eof:
                self.complete = True
                data = self._engine.unused_data
                if not data.startswith(b"\x1f\x8b"):  # padding after the end, not a further member
                    break
                self._members += 1
                if self._members > _MOST_MEMBERS:
                    raise BodyError(f"sent an answer packed in more than {_MOST_MEMBERS} pieces")
                self._engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
                self.complete = False
        return b"".join(parts)

    def _step(self, data: bytes, room: int) -> bytes:
        if self.complete:
            return b""
        fresh, self._fresh = self._fresh, False
        try:
            return self._engine.decompress(data, room)
        except zlib.error as error:
            if fresh:
                # Some servers call raw deflate "deflate", though it should be in a zlib wrapper.
                self._engine = zlib.decompressobj(-zlib.MAX_WBITS)
                try:
                    return self._engine.decompress(data, room)
                except zlib.error:
                    pass
            raise BodyError("sent a broken compressed answer") from error
