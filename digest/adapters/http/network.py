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

_TRY_FOR = 5.0  # seconds for an address while others are left to try
_CGNAT = ipaddress.ip_network("100.64.0.0/10")  # RFC 6598
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = ipaddress.ip_network("::/96")  # "::10.0.0.1", RFC 4291, 2.5.5.1


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

    An IPv4 address inside an IPv6 one (mapped, compatible, 6to4, Teredo, NAT64) counts itself.
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
    inner = [parsed.sixtofour, *(parsed.teredo or ()), last if parsed in _COMPATIBLE else None]
    return next((kind for one in (parsed, *inner) if one and (kind := _kind(one))), "")


def _kind(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if address.is_loopback:
        return "a loopback address"
    if address.is_link_local:  # 169.254.169.254, the clouds' metadata service, is one
        return "a link-local address"
    if address.is_multicast:
        return "a multicast address"
    if address.is_unspecified:
        return "no address"
    if address.is_private or address in _CGNAT:
        return "a private address"
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return "a private address"
    return "" if address.is_global and not address.is_reserved else "a reserved address"


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that is closed when its TLS handshake is cancelled.

    The library closes it after a failure but not after a cancellation, which is how our time
    limit ends it.
    """

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self.read = inner.read  # type: ignore[method-assign]
        self.write = inner.write  # type: ignore[method-assign]
        self.aclose = inner.aclose  # type: ignore[method-assign]
        self.get_extra_info = inner.get_extra_info  # type: ignore[method-assign]

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._inner.aclose()
            raise


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """The HTTP library's way to the network, with a check of each address before it is used."""

    def __init__(
        self,
        *,
        allow_hosts: Collection[str],
        connect_to: Mapping[str, str],
        resolve: Resolve,
        connector: httpcore.AsyncNetworkBackend,
    ) -> None:
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
                return _Stream(await self._connector.connect_tcp(address, port, _TRY_FOR, *options))
        return _Stream(await self._connector.connect_tcp(found[-1], port, timeout, *options))
