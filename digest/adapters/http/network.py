"""Connections to checked addresses only.

A name is resolved here, every answer is checked, and the connection goes to the very address that
was checked: a name that changes its answer between the two gains nothing. TLS and the Host header
keep the name; connections that are kept open were checked when they were made.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase

import httpcore

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
_Options = Iterable[httpcore.SOCKET_OPTION] | None

_MOST_BEFORE = 512_000  # bytes up to an answer's head; h11 bounds the head itself to some 160 KB
_TRY_FOR = 5.0  # seconds for an address while others are left to try
# Not public, and missing from ``ipaddress`` in one Python or another.
_SPECIAL = [
    (ipaddress.ip_network(network), kind)
    for network, kind in (
        ("100.64.0.0/10", "a private address"),  # carriers' own, RFC 6598
        ("168.63.129.16/32", "a metadata address"),  # Azure's, though it looks public
        ("192.0.0.0/24", "a reserved address"),  # RFC 6890; 192.0.0.192 is Oracle's metadata
        ("192.88.99.0/24", "a reserved address"),  # 6to4 relays, RFC 7526
        ("64:ff9b:1::/48", "a private address"),  # local NAT64, RFC 8215
        ("3fff::/20", "a reserved address"),  # for documents, RFC 9637
    )
]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = ipaddress.ip_network("::/96")  # "::10.0.0.1", RFC 4291, 2.5.5.1
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # before the IPv4 address, behind any prefix; RFC 5214, 6.1


class AddressRefused(Exception):  # noqa: N818 - a decision, not a failure
    """The host may not be reached; ``str()`` completes the sentence "<url> …"."""


class NameUnknown(Exception):  # noqa: N818 - an answer of the name service
    """The name does not resolve; ``passing``: the name service itself did not answer."""

    def __init__(self, host: str, *, passing: bool = False) -> None:
        super().__init__(host)
        self.passing = passing


async def look_up(host: str, port: int) -> list[str]:
    """Return every address the system's resolver gives for a name; raises NameUnknown."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # gaierror is an OSError
        raise NameUnknown(host, passing=error.args[:1] == (socket.EAI_AGAIN,)) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def system_connector() -> httpcore.AsyncNetworkBackend:
    """Return what opens plain connections to addresses."""
    return httpcore.AnyIOBackend()


def kind_of(address: str) -> str:
    """Return why an address may not be reached, in two or three words, or "" when it is public.

    An IPv4 address inside an IPv6 one (mapped, compatible, 6to4, Teredo, NAT64, ISATAP) counts
    itself.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "an unreadable address"
    if isinstance(parsed, ipaddress.IPv4Address):
        return _kind(parsed)
    if parsed.ipv4_mapped is not None:
        return _kind(parsed.ipv4_mapped)
    last = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
    if parsed in _NAT64:
        return _kind(last)
    inner = [parsed, parsed.sixtofour, *(parsed.teredo or ())]
    if parsed in _COMPATIBLE or int(parsed) >> 32 & 0xFFFFFFFF in _ISATAP:
        inner.append(last)
    return next((kind for one in inner if one and (kind := _kind(one))), "")


def _kind(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if address.is_loopback:
        return "a loopback address"
    if address.is_link_local:  # 169.254.169.254, the clouds' metadata service, is one
        return "a link-local address"
    if address.is_multicast:
        return "a multicast address"
    if address.is_unspecified:
        return "no address"
    for network, kind in _SPECIAL:
        if address in network:
            return kind
    if address.is_private:
        return "a private address"
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return "a private address"
    return "" if address.is_global and not address.is_reserved else "a reserved address"


class Stream(httpcore.AsyncNetworkStream):
    """A connection that takes in no more than ``most_bytes`` for one request.

    The library bounds the lines of an answer's head and the limit on bodies what they hold; this
    bounds what stands between: heads without end before the true one, chunks that are all frame.
    It is closed when its TLS handshake is cancelled: the library closes it after a failure but
    not after a cancellation, which is how our time limit ends it.
    """

    def __init__(self, inner: httpcore.AsyncNetworkStream, most_bytes: int) -> None:
        self._inner = inner
        self._most_bytes = most_bytes
        self._bound = _MOST_BEFORE
        self._taken = 0
        self.aclose = inner.aclose  # type: ignore[method-assign]
        self.get_extra_info = inner.get_extra_info  # type: ignore[method-assign]

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
    ) -> bytes:
        data = await self._inner.read(max_bytes, timeout)
        self._taken += len(data)
        if self._taken > self._bound:
            raise httpcore.RemoteProtocolError(f"more than {self._bound:,} bytes were sent")
        return data

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
    ) -> None:
        self._taken, self._bound = 0, _MOST_BEFORE  # a new request
        await self._inner.write(buffer, timeout)

    def head_is_here(self) -> None:
        """Let in as much as a body may need."""
        self._bound = self._most_bytes

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
    ) -> httpcore.AsyncNetworkStream:
        try:
            inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
            return Stream(inner, self._most_bytes)
        except BaseException:
            await self._inner.aclose()
            raise


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """The HTTP library's way to the network, with a check of each address before it is used.

    ``most_bytes`` bounds what is taken in for one request, frames and all.
    """

    def __init__(
        self,
        *,
        allow_hosts: Collection[str],
        connect_to: Mapping[str, str],
        resolve: Resolve,
        connector: httpcore.AsyncNetworkBackend,
        most_bytes: int,
    ) -> None:
        self._most_bytes = most_bytes
        self._allowed = {host.lower().strip("[]") for host in allow_hosts}
        self._connect_to = {pattern.lower(): to for pattern, to in connect_to.items()}
        self._resolve = resolve
        self._connector = connector

    def replaced(self, host: str) -> tuple[str, int] | None:
        """Return where ``connect_to`` sends a host: by its name, else by the first pattern."""
        if not self._connect_to:
            return None
        host = host.lower()
        target = self._connect_to.get(host) or next(
            (to for pattern, to in self._connect_to.items() if fnmatchcase(host, pattern)),
            None,
        )
        if target is None:
            return None
        address, _, port = target.rpartition(":")
        return address.strip("[]"), int(port)

    def trust(self, host: str) -> None:
        """Let a host be reached wherever it lies: a proxy the user named."""
        self._allowed.add(host.lower().strip("[]"))

    async def check(self, host: str, port: int) -> None:
        """Raise AddressRefused for a host that may not be reached; an unknown name is left be.

        For requests through a proxy, which resolves names itself and may know more of them.
        """
        with suppress(NameUnknown):
            await self.addresses(host, port)

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a host, each of them checked; raises AddressRefused."""
        try:
            found: Sequence[str] = [str(ipaddress.ip_address(host.strip("[]")))]
        except ValueError:
            found = await self._resolve(host, port)
        if not found:
            raise NameUnknown(host)
        if host.lower().strip("[]") in self._allowed:
            return found
        for address in found:
            if kind := kind_of(address):
                raise AddressRefused(
                    f"leads to {kind} ({address}); "
                    f"list {host} under fetch.allow_hosts if you mean it"
                )
        return found

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: _Options = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection to the first address of ``host`` that answers."""
        if (target := self.replaced(host)) is not None:
            found: Sequence[str] = [target[0]]
            port = target[1]
        else:
            found = await self.addresses(host, port)
        options = (local_address, socket_options)
        for address in found[:-1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._connected(address, port, _TRY_FOR, *options)
        return await self._connected(found[-1], port, timeout, *options)

    async def _connected(
        self,
        address: str,
        port: int,
        seconds: float | None,
        local_address: str | None,
        options: _Options,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._connector.connect_tcp(address, port, seconds, local_address, options)
        return Stream(stream, self._most_bytes)
