"""A mail server that takes everything: ``python -m benchmarks.mailsink [FILE]``.

It prints its port on loopback, and serves until it is killed. Each recipient of a message is
appended to FILE, a line each, before the message is answered.
"""

from __future__ import annotations

import asyncio
import os
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session


class _Notes:
    """Writes down whom a message is for; the bytes are with the system before the answer is."""

    def __init__(self, file: int | None) -> None:
        self._file = file

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self._file is not None:
            os.write(self._file, "".join(f"{to}\n" for to in envelope.rcpt_tos).encode())
        return "250 OK"


class _Sink(SMTP):
    line_length_limit = 100_000


async def _serve(file: int | None) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Sink(_Notes(file), loop=loop, hostname="sink.test"), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    file = os.open(sys.argv[1], flags, 0o600) if len(sys.argv) > 1 else None
    asyncio.run(_serve(file))


if __name__ == "__main__":
    main()
