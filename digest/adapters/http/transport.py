"""The lower half of the HTTP client: connection pools over the guarded network."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpcore
import httpx

from digest.adapters.http.exchange import host_of
from digest.adapters.http.network import GuardedNetwork, Stream
from digest.errors import ConfigError

_KEPT_OPEN = 20  # many hosts, few requests to each: more would only hold sockets
_KEPT_FOR = 15.0  # seconds
_MOST_HEADERS = 500  # of one answer; h11 bounds their bytes, and httpx is slow on many


class GuardedTransport(httpx.AsyncBaseTransport):
    """An httpx transport whose every connection is made by ``network``.

    With a ``proxy`` (http:// or https://) requests go through it, except to hosts that
    ``connect_to`` names. Raises ConfigError for a proxy that is neither; httpcore's exceptions
    come through as they are.
    """

    def __init__(self, network: GuardedNetwork, concurrency: int, proxy: str | None) -> None:
        self._network = network
        # One for all connections; SSL_CERT_FILE may name authorities of one's own, as for mail.
        tls = httpx.create_ssl_context(trust_env=True)
        self._direct = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=concurrency,
            max_keepalive_connections=_KEPT_OPEN,
            keepalive_expiry=_KEPT_FOR,
            network_backend=network,
        )
        self._proxied: httpcore.AsyncHTTPProxy | None = None
        if proxy is not None:
            via = _proxy(proxy)
            network.trust(host_of(via.url))
            self._proxied = httpcore.AsyncHTTPProxy(
                proxy_url=_core_url(via.url),
                proxy_auth=via.raw_auth,
                ssl_context=tls,
                max_connections=concurrency,
                max_keepalive_connections=_KEPT_OPEN,
                keepalive_expiry=_KEPT_FOR,
                network_backend=network,
            )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer with its body still to be read."""
        pool: httpcore.AsyncConnectionPool = self._direct
        host = host_of(request.url)
        if self._proxied is not None and self._network.replaced(host) is None:
            await self._network.check(host, request.url.port or 443)
            pool = self._proxied
        answer = await pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=_core_url(request.url),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        stream = answer.extensions.get("network_stream")
        if isinstance(stream, Stream):
            stream.head_is_here()
        if len(answer.headers) > _MOST_HEADERS:
            await answer.aclose()
            raise httpcore.RemoteProtocolError(f"more than {_MOST_HEADERS} headers were sent")
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._direct.aclose()
        if self._proxied is not None:
            await self._proxied.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


def _proxy(address: str) -> httpx.Proxy:
    try:
        via = httpx.Proxy(address)
    except (httpx.InvalidURL, ValueError) as error:
        raise ConfigError(f"fetch.proxy: {error}", key="fetch.proxy") from error
    if via.url.scheme not in ("http", "https") or not host_of(via.url):
        raise ConfigError("fetch.proxy must be an http:// or https:// address", key="fetch.proxy")
    return via
