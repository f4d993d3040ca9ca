"""Names whose addresses lie: a resolver and a connector handed in, so that no packet leaves."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpcore

from digest.adapters.http import HttpFetcher
from digest.errors import FetchError

URL = "https://name.example/feed"


@dataclass(frozen=True)
class Name:
    """A trick with DNS: what is answered, one list a lookup, and where connections may go.

    ``says`` is found in the error; ``goes`` are the addresses the connector is given, in order.
    """

    name: str
    about: str
    answers: tuple[tuple[str, ...], ...]
    says: str = "leads to"
    goes: tuple[str, ...] = ()


NAMES = [
    *(
        Name(f"dns-{name}", f"a name that resolves to {address}", ((address,),))
        for name, address in (
            ("loopback", "127.0.0.1"),
            ("metadata", "169.254.169.254"),
            ("azure", "168.63.129.16"),
            ("mapped", "::ffff:10.0.0.1"),
            ("cgnat", "100.64.0.1"),
            ("ula", "fd00::1"),
            ("nat64", "64:ff9b::a9fe:a9fe"),
        )
    ),
    Name("dns-mixed", "a name with a public and a private address", (("8.8.8.8", "10.0.0.1"),)),
    Name(
        "dns-rebinding",
        "a name that is public when checked and 127.0.0.1 when asked again",
        (("8.8.8.8",), ("127.0.0.1",)),
        says="leads to a loopback address",
        goes=("8.8.8.8",),  # the very address that was checked; the second try asks anew
    ),
]


class Recorder(httpcore.AsyncNetworkBackend):
    """Opens nothing and keeps where it was asked to connect."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> Any:
        self.asked.append(host)
        raise httpcore.ConnectError("nothing is opened here")


async def fetched(trick: Name) -> tuple[str, list[str]]:
    """Return what fetching from the name says, and where connections were asked for."""
    answers = iter(trick.answers)

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return next(answers)

    async def no_pause(_: float) -> None:
        return None

    recorder = Recorder()
    async with HttpFetcher(
        user_agent="test", resolve=resolve, connector=recorder, sleep=no_pause
    ) as http:
        try:
            await http.fetch(URL)
        except FetchError as error:
            return str(error), recorder.asked
    return "", recorder.asked


if __name__ == "__main__":
    chosen = next(trick for trick in NAMES if trick.name == sys.argv[1])
    print(asyncio.run(fetched(chosen))[0])  # noqa: T201
