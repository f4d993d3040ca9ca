import asyncio
import gc
import gzip
import subprocess
import sys
import time
import zlib
from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpcore
import pytest

from digest.adapters.http import HttpFetcher
from digest.adapters.http.network import kind_of
from digest.adapters.http.turns import Turns
from digest.errors import ConfigError, FetchError, PutOffError, RobotsError
from digest.models import Response, Validators
from tests.loopback import Loopback, Reply, Request

FEED = "http://feed.chips.test/feed"


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)
        self.now += seconds


class NoNetwork(httpcore.AsyncNetworkBackend):
    """Opens nothing and notes what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> Any:
        self.asked.append((host, port))
        raise httpcore.ConnectError("no network in this test")


def fetcher(server: Loopback | None = None, **options: Any) -> HttpFetcher:
    time_ = options.pop("time", FakeTime())
    settings: dict[str, Any] = {
        "user_agent": "Digest/1 (+https://ex.test/about)",
        "per_domain_interval": 0.0,
        "connect_to": {"*.test": server.address} if server else {},
        "clock": time_.clock,
        "sleep": time_.sleep,
        "timeout": 5.0,
    }
    return HttpFetcher(**(settings | options))


def fetched(pages: dict[str, Any], url: str = FEED, *args: Any, **options: Any) -> Response:
    return asyncio.run(_fetched(Loopback(pages), url, *args, **options))


async def _fetched(server: Loopback, url: str, *args: Any, **options: Any) -> Response:
    async with server, fetcher(server, **options) as http:
        return await http.fetch(url, *args)


def failed(pages: dict[str, Any], url: str = FEED, *args: Any, **options: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetched(pages, url, *args, **options)
    assert caught.value.url == url
    assert str(caught.value).startswith(url[:60].replace("\x00", "?"))
    return caught.value


def leads_to(location: str, status: int = 302) -> Reply:
    return Reply(status, b"moved", {"Location": location})


# --- the question and the answer -------------------------------------------------------------


def test_a_request_names_the_program_and_asks_for_what_can_be_unpacked() -> None:
    server = Loopback({"/feed": Reply(200, b"<rss/>", {"ETag": '"a"', "X-Two": "1"})})
    response = asyncio.run(_fetched(server, FEED + "#top"))
    assert (response.url, response.status, response.body) == (FEED, 200, b"<rss/>")
    assert response.headers["etag"] == '"a"'
    assert response.moved_to is None
    (request,) = server.requests
    assert request.headers["user-agent"] == "Digest/1 (+https://ex.test/about)"
    assert request.headers["accept-encoding"] == "gzip, deflate"
    assert request.headers["host"] == "feed.chips.test"
    assert not {"if-none-match", "if-modified-since", "cookie"} & set(request.headers)


@pytest.mark.parametrize("etag", ['W/"a-1"', "bare", '"\xe4\xff"', '"a", "b"', '"  two  spaces"'])
def test_validators_go_back_byte_for_byte(etag: str) -> None:
    async def work() -> None:
        async def feed(request: Request, _: object) -> Reply:
            known = request.headers.get("if-none-match") == etag
            headers = {"ETag": etag, "Last-Modified": "Sat,  22 Nov 2025 06:00:00 +0000"}
            return Reply(304 if known else 200, b"" if known else b"<rss/>", headers)

        async with Loopback({"/feed": feed}) as server, fetcher(server) as http:
            first = await http.fetch(FEED)
            validators = Validators(first.headers["etag"], first.headers["last-modified"])
            second = await http.fetch(FEED, validators)
            assert (second.status, second.body) == (304, b"")
            sent = server.requests[1].headers
            assert sent["if-modified-since"] == "Sat,  22 Nov 2025 06:00:00 +0000"
            assert server.connections == 1  # kept open over a 304

    asyncio.run(work())


def test_validators_no_header_can_hold_are_not_sent() -> None:
    server = Loopback({"/feed": Reply(200, b"x")})
    asyncio.run(_fetched(server, FEED, Validators("a\r\nEvil: 1", "日曜")))
    assert not {"if-none-match", "if-modified-since", "evil"} & set(server.requests[0].headers)


def test_a_304_nobody_asked_for_is_an_error() -> None:
    error = failed({"/feed": Reply(304)})
    assert error.status == 304
    assert "answered 304 (unchanged) though nothing was known of it" in str(error)


@pytest.mark.parametrize("status", [204, 206, 300, 400, 403, 404, 410, 501, 505])
def test_other_answers_are_errors_with_their_status(status: int) -> None:
    server = Loopback({"/feed": Reply(status)})
    with pytest.raises(FetchError) as caught:
        asyncio.run(_fetched(server, FEED))
    assert str(caught.value) == f"{FEED} answered {status}"
    assert caught.value.status == status
    assert len(server.requests) == 1


def test_an_empty_answer_is_an_error() -> None:
    error = failed({"/feed": Reply(200)})
    assert str(error) == f"{FEED} gave an empty answer"
    assert error.status == 200


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [("120", 120, 120), (" 0 ", 0, 0), ("9" * 9, 2_592_000, 2_592_000), ("date", 50, 60)],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, low: float, high: float) -> None:
    if value == "date":
        value = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    error = failed({"/feed": Reply(429, b"", {"Retry-After": value})})
    assert error.status == 429
    assert error.retry_after is not None
    assert low <= error.retry_after <= high


@pytest.mark.parametrize("value", ["", "soon", "-5", "1e9", "9" * 5000, "Sat, 99 Nov 2025"])
def test_an_unreadable_retry_after_is_none(value: str) -> None:
    assert failed({"/feed": Reply(429, b"", {"Retry-After": value})}).retry_after is None


def test_connections_are_reused_and_cookies_are_not_kept() -> None:
    async def work() -> None:
        pages: dict[str, Any] = {f"/{n}": Reply(200, b"x", {"Set-Cookie": "a=1"}) for n in range(5)}
        async with Loopback(pages) as server, fetcher(server) as http:
            for n in range(5):
                await http.fetch(f"http://chips.test/{n}")
            assert server.connections == 1
            assert not any("cookie" in request.headers for request in server.requests)

    asyncio.run(work())


# --- redirects -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [((301, 308), True), ((301, 302), False), ((307, 301), False), ((303,), False)],
)
def test_a_feed_has_moved_only_when_every_redirect_was_permanent(
    statuses: tuple[int, ...], moved: bool
) -> None:
    pages: dict[str, Any] = {
        f"/{n}": leads_to(f"http://new.chips.test/{n + 1}", status)
        for n, status in enumerate(statuses)
    }
    pages[f"/{len(statuses)}"] = Reply(200, b"x")
    response = fetched(pages, "http://old.test/0")
    assert response.url == f"http://new.chips.test/{len(statuses)}"
    assert response.moved_to == (response.url if moved else None)


def test_where_a_feed_has_moved_to_fills_in_no_variable_of_the_configuration() -> None:
    pages: dict[str, Any] = {
        "/0": leads_to("http://new.test/f?x=${API_KEY}", 301),
        "/f?x=${API_KEY}": Reply(200, b"x"),
    }
    response = fetched(pages, "http://old.test/0")
    assert response.moved_to == "http://new.test/f?x=$%7BAPI_KEY%7D"


def test_relative_redirects_resolve_against_the_address_before_them() -> None:
    pages = {
        "/a/b": leads_to("../c?x=1#y"),
        "/c?x=1": leads_to("//other.test/d"),
        "/d": Reply(200, b"x"),
    }
    assert fetched(pages, "http://chips.test/a/b").url == "http://other.test/d"


def test_five_redirects_are_followed_and_no_more() -> None:
    pages: dict[str, Any] = {f"/{n}": leads_to(f"/{n + 1}") for n in range(6)}
    pages["/6"] = Reply(200, b"x")
    assert fetched(pages, "http://chips.test/1").status == 200
    assert "redirects more than 5 times" in str(failed(pages, "http://chips.test/0"))
    server = Loopback({"/loop": leads_to("/loop", 301)})
    with pytest.raises(FetchError, match="redirects more than 5 times"):
        asyncio.run(_fetched(server, "http://chips.test/loop"))
    assert len(server.requests) == 6


@pytest.mark.parametrize("location", ["ftp://x.test/", "javascript:alert(1)", "file:///etc/passwd"])
def test_redirects_lead_to_http_only(location: str) -> None:
    assert "not an http or https address" in str(failed({"/feed": leads_to(location)}))


@pytest.mark.parametrize(
    "location",
    [
        "http://[",
        "http://a b/",
        "http://x.test:bad/",
        "http:///x",
        "http://x.test:0/",
        "http://127.0.0.1:65536/",
        "http://x.test:-1/",
    ],
)
def test_broken_redirects_are_errors_of_the_tree(location: str) -> None:
    assert "http" in str(failed({"/feed": leads_to(location)}))


@pytest.mark.parametrize("host", ["xn--a.test", "xn--ls8h.test", "xn--i-7iq.test", "a.xn--0.test"])
def test_a_host_is_asked_by_its_ascii_name_whatever_that_spells(host: str) -> None:
    pages = {"/feed": leads_to(f"http://{host}/b"), f"{host}/b": Reply(200, b"x")}
    assert fetched(pages).url == f"http://{host}/b"
    assert fetched(pages, f"http://{host}/b").body == b"x"


@pytest.mark.parametrize(
    ("sent", "asked"),
    [("/café".encode(), "/caf%C3%A9"), (b"/caf\xe9", "/caf%C3%A9"), (b"/a%C3%A9", "/a%C3%A9")],
)
def test_where_an_answer_leads_may_be_sent_as_utf_8(sent: bytes, asked: str) -> None:
    pages = {"/feed": leads_to(sent.decode("latin-1")), asked: Reply(200, b"x")}
    assert fetched(pages).url == f"http://feed.chips.test{asked}"


def test_what_nobody_thought_of_costs_one_address_only() -> None:
    class Odd(NoNetwork):
        async def connect_tcp(self, *_: Any, **__: Any) -> Any:
            raise ExceptionGroup("several", [OverflowError("port must be 0-65535.")])

    error = failed({}, "http://8.8.8.8/x", connector=Odd())
    assert "cannot be fetched (several" in str(error)


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1", "localhost"])
def test_a_redirect_to_a_private_address_is_refused(host: str) -> None:
    error = failed({"/feed": leads_to(f"http://{host}:9/latest/meta-data")})
    assert "address (" in str(error)
    assert "fetch.allow_hosts" in str(error)


@pytest.mark.parametrize(
    "url",
    ["", "feed", "ftp://x.test/", "http://", "http://[", "x" * 70_000, "http://a\x00b/", "//x"],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    assert "is not an http or https address" in str(failed({}, url))


# --- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("127.9.9.9", "loopback"),
        ("::1", "loopback"),
        ("0.0.0.0", "no address"),
        ("::", "no address"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("100.127.255.254", "private"),
        ("169.254.169.254", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fd00:ec2::254", "private"),
        ("fec0::1", "private"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("240.0.0.1", "address"),
        ("255.255.255.255", "address"),
        ("192.0.2.1", "address"),
        ("2001:db8::1", "address"),
        ("::ffff:10.0.0.1", "private"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:169.254.169.254", "link-local"),
        ("::10.0.0.1", "address"),
        ("64:ff9b::10.0.0.1", "private"),
        ("64:ff9b::a9fe:a9fe", "link-local"),
        ("2002:7f00:1::", "address"),
        ("2002:a00:1::", "address"),
        ("2001:0:7f00:1::", "address"),
        ("2001:4860::5efe:10.0.0.1", "private"),
        ("2001:4860::200:5efe:7f00:1", "loopback"),
        ("nonsense", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str, kind: str) -> None:
    assert kind in kind_of(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "100.128.0.1",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2001:4860::5efe:8.8.8.8",
    ],
)
def test_public_addresses_pass(address: str) -> None:
    assert kind_of(address) == ""


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["::ffff:10.0.0.1"],
        ["8.8.8.8", "10.0.0.1"],
        ["64:ff9b::7f00:1"],
    ],
)
def test_a_name_that_resolves_to_a_private_address_gets_no_packet(answers: list[str]) -> None:
    async def resolve(*_: object) -> Sequence[str]:
        return answers

    network = NoNetwork()
    error = failed({}, "https://rebind.ex/x", resolve=resolve, connector=network, connect_to={})
    assert "leads to a" in str(error)
    assert "list rebind.ex under fetch.allow_hosts if you mean it" in str(error)
    assert network.asked == []


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    answers = iter([["8.8.8.8", "2606:4700::1111"], ["127.0.0.1"]])

    async def resolve(*_: object) -> Sequence[str]:
        return next(answers)

    network = NoNetwork()
    error = failed({}, "https://rebind.ex/x", resolve=resolve, connector=network, connect_to={})
    # The first try saw public addresses and went to them; the second saw loopback and went nowhere.
    assert network.asked == [("8.8.8.8", 443), ("2606:4700::1111", 443)]
    assert "leads to a loopback address (127.0.0.1)" in str(error)


def test_a_name_that_does_not_resolve_is_said_so() -> None:
    error = failed({}, "https://nowhere.invalid/x", connect_to={})
    assert str(error) == "https://nowhere.invalid/x: the name does not resolve"


def test_allowed_hosts_may_be_private() -> None:
    async def work() -> None:
        http = fetcher(allow_hosts=["LOCALHOST", "127.0.0.1"])
        async with Loopback({"/x": Reply(200, b"x")}) as server, http:
            for host in ("localhost", "127.0.0.1"):
                assert (await http.fetch(f"http://{host}:{server.port}/x")).body == b"x"

    asyncio.run(work())


def test_connect_to_takes_hosts_and_patterns_as_curl_does() -> None:
    async def work() -> None:
        async with (
            Loopback({"/": Reply(200, b"one")}) as one,
            Loopback({"/": Reply(200, b"two")}) as two,
        ):
            routes = {"*.test": one.address, "Two.test": two.address}
            async with fetcher(connect_to=routes) as http:
                assert (await http.fetch("http://a.b.test:8080/")).body == b"one"
                assert (await http.fetch("http://TWO.test/")).body == b"two"
                with pytest.raises(FetchError, match="does not resolve"):
                    await http.fetch("http://test.invalid/")
            assert one.requests[0].headers["host"] == "a.b.test:8080"

    asyncio.run(work())


def test_the_proxys_environment_is_ignored_and_a_configured_proxy_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def work() -> None:
        async def proxied(request: Request, _: object) -> Reply:
            return Reply(200, f"proxied {request.target}".encode())

        async with (
            Loopback({"http://news.ex/x": proxied}) as proxy,
            Loopback({"/": Reply(200, b"direct")}) as direct,
        ):
            monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
            async with fetcher(direct) as http:
                assert (await http.fetch("http://a.test/")).body == b"direct"
            assert proxy.requests == []

            async def resolve(host: str, _: int) -> Sequence[str]:
                return ["10.0.0.1"] if host == "inside.ex" else ["8.8.8.8"]

            options = {"proxy": f"http://{proxy.address}", "resolve": resolve}
            async with fetcher(direct, **options) as http:
                assert (await http.fetch("http://news.ex/x")).body == b"proxied http://news.ex/x"
                assert (await http.fetch("http://a.test/")).body == b"direct"
                for url in ("http://inside.ex/", "http://10.0.0.1/"):
                    with pytest.raises(FetchError, match="private address"):
                        await http.fetch(url)
            assert len(proxy.requests) == 1

    asyncio.run(work())


def test_a_proxy_that_cannot_be_used_is_a_configuration_error() -> None:
    for proxy in ("socks5://x:1", "nonsense", "http://"):
        with pytest.raises(ConfigError, match=r"fetch\.proxy"):
            fetched({}, proxy=proxy)


def test_tls_is_asked_for_the_name_and_its_failure_is_said() -> None:
    async def work() -> None:
        hellos: list[bytes] = []

        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            hellos.append(await reader.read(4096))
            writer.write(b"this is no TLS")
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, fetcher(connect_to={"*.test": address}) as http:
            with pytest.raises(FetchError, match=r"https://feed.chips.test/: no connection \("):
                await http.fetch("https://feed.chips.test/")
        assert len(hellos) == 2
        assert all(b"feed.chips.test" in hello for hello in hellos)

    asyncio.run(work())


def test_a_tls_handshake_that_hangs_ends_with_the_time_limit_and_closes_its_socket() -> None:
    gc.collect()
    error = failed({}, "https://feed.chips.test/feed", timeout=0.2)
    assert str(error) == "https://feed.chips.test/feed: no answer within 0.2 s"
    gc.collect()  # an open socket would warn, and a warning fails the test


def test_a_password_in_an_address_is_sent_to_its_host_alone_and_never_shown() -> None:
    server = Loopback({"/private": leads_to("http://other.test/gone")})
    with pytest.raises(FetchError) as caught:
        asyncio.run(_fetched(server, "http://user:s%C3%A4cret@chips.test/private"))
    assert str(caught.value) == "http://chips.test/private answered 404"
    first, second = server.requests
    assert (
        b64decode(first.headers["authorization"].removeprefix("Basic ")) == "user:säcret".encode()
    )
    assert "authorization" not in second.headers


# --- bodies ----------------------------------------------------------------------------------


def raw_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return engine.compress(data) + engine.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"hello " * 5000, mtime=0)),
        ("X-GZIP", gzip.compress(b"hello " * 5000, mtime=0)),
        (
            "gzip",
            gzip.compress(b"hello " * 2000, mtime=0)
            + gzip.compress(b"hello " * 3000, mtime=0)
            + b"\0\0\0",
        ),
        ("deflate", zlib.compress(b"hello " * 5000)),
        ("deflate", raw_deflate(b"hello " * 5000)),
        ("identity", b"hello " * 5000),
        ("", b"hello " * 5000),
    ],
)
def test_answers_are_unpacked(encoding: str, body: bytes) -> None:
    reply = Reply(200, body, {"Content-Encoding": encoding})
    assert fetched({"/feed": reply}).body == b"hello " * 5000


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x" * 200])
def test_encodings_nobody_asked_for_are_refused(encoding: str) -> None:
    error = failed({"/feed": Reply(200, b"\x1b\x03", {"Content-Encoding": encoding})})
    assert "in an encoding nobody asked for" in str(error)
    assert len(str(error)) < 200


@pytest.mark.parametrize(
    "body", [gzip.compress(b"hello" * 99, mtime=0)[:-12], b"not packed at all"]
)
def test_a_broken_compressed_answer_is_an_error(body: bytes) -> None:
    error = failed({"/feed": Reply(200, body, {"Content-Encoding": "gzip"})})
    assert "compressed answer" in str(error)


def test_a_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    for pack in (bytes, gzip.compress):
        headers = {"Content-Encoding": "gzip"} if pack is gzip.compress else {}
        good, bad = pack(b"a" * 150_000), pack(b"a" * 150_001)
        assert len(fetched({"/feed": Reply(200, good, headers)}, max_bytes=150_000).body) == 150_000
        error = failed({"/feed": Reply(200, bad, headers)}, max_bytes=150_000)
        assert str(error) == f"{FEED} sent more than 0.15 MB"


def test_a_bomb_is_not_unpacked() -> None:
    engine = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    block = bytes(1_000_000)
    bomb = b"".join([*(engine.compress(block) for _ in range(300)), engine.flush()])
    began = time.process_time()
    error = failed({"/feed": Reply(200, bomb, {"Content-Encoding": "gzip"})})
    assert str(error) == f"{FEED} sent more than 5 MB"
    assert time.process_time() - began < 0.5


def test_an_endless_body_is_cut_off() -> None:
    async def endless(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    assert "sent more than 0.3 MB" in str(failed({"/feed": endless}, max_bytes=300_000))


def test_a_body_declared_too_long_is_not_read() -> None:
    async def long(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6000000000\r\n\r\n")
        await asyncio.sleep(60)

    assert "sent more than 5 MB" in str(failed({"/feed": long}))


def test_a_body_that_ends_early_is_an_error() -> None:
    async def short(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")

    assert "the connection broke" in str(failed({"/feed": short}))


@pytest.mark.parametrize("junk", [b"", b"\x00\x01garbage\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_an_answer_that_is_no_http_is_an_error(junk: bytes) -> None:
    async def speak(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(junk)

    assert "the connection broke" in str(failed({"/feed": speak}))


def test_endless_headers_are_an_error() -> None:
    async def speak(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for n in range(20_000):
            writer.write(b"X-%d: %s\r\n" % (n, b"y" * 100))
        await writer.drain()
        await asyncio.sleep(60)

    assert "the connection broke" in str(failed({"/feed": speak}))


# --- time ------------------------------------------------------------------------------------


def trickle(head: bytes, drop: bytes) -> Callable[..., Awaitable[None]]:
    async def speak(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    return speak


def test_a_trickling_body_ends_with_the_time_limit() -> None:
    began = time.monotonic()
    page = trickle(b"HTTP/1.1 200 OK\r\n\r\n", b"x")
    assert str(failed({"/feed": page}, timeout=0.3)) == f"{FEED}: no complete answer within 0.3 s"
    assert time.monotonic() - began < 2


def test_trickling_headers_end_with_the_time_limit_and_are_tried_once_more() -> None:
    server = Loopback({"/feed": trickle(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")})
    with pytest.raises(FetchError, match=r"no answer within 0\.2 s"):
        asyncio.run(_fetched(server, FEED, timeout=0.2))
    assert len(server.requests) == 2


def test_the_time_limit_holds_over_redirects_together() -> None:
    async def slow(request: Request, _: object) -> Reply:
        await asyncio.sleep(0.15)
        return leads_to(f"/{int(request.target[1:]) + 1}")

    pages = {f"/{n}": slow for n in range(9)}
    server = Loopback(dict(pages))
    with pytest.raises(FetchError, match=r"no answer within 0\.4 s"):
        asyncio.run(_fetched(server, "http://chips.test/0", timeout=0.4))
    assert len(server.requests) == 6  # three of each try


# --- one retry -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
def test_a_passing_failure_is_tried_once_more_after_a_short_wait(status: int) -> None:
    answers = iter([Reply(status), Reply(200, b"x")])

    async def feed(*_: object) -> Reply:
        return next(answers)

    fake = FakeTime()
    assert fetched({"/feed": feed}, time=fake, jitter=lambda: 0.25).body == b"x"
    assert fake.slept == [0.75]


def test_a_second_failure_is_final_and_retry_after_is_respected() -> None:
    server = Loopback({"/feed": Reply(503)})
    with pytest.raises(FetchError, match="answered 503"):
        asyncio.run(_fetched(server, FEED))
    assert len(server.requests) == 2
    server = Loopback({"/feed": Reply(503, b"", {"Retry-After": "30"})})
    with pytest.raises(FetchError) as caught:
        asyncio.run(_fetched(server, FEED))
    assert caught.value.retry_after == 30
    assert len(server.requests) == 1


def test_a_refused_connection_is_tried_once_more() -> None:
    network = NoNetwork()
    error = failed({}, FEED, connector=network, connect_to={"*.test": "127.0.0.1:9"})
    assert str(error) == f"{FEED}: no connection (no network in this test)"
    assert network.asked == [("127.0.0.1", 9)] * 2


# --- turns -----------------------------------------------------------------------------------


def test_requests_to_a_domain_are_spaced_and_others_are_not_kept_waiting() -> None:
    async def work() -> None:
        fake = FakeTime()
        pages = {"/": Reply(200, b"x")}
        async with Loopback(dict(pages)) as server:
            http = fetcher(server, per_domain_interval=1.0, time=fake)
            async with http:
                hosts = ["a.chips.test", "b.chips.test", "chips.test", "other.test"]
                await asyncio.gather(*(http.fetch(f"http://{host}/") for host in hosts))
        assert sorted(fake.slept) == [1.0, 1.0]

    asyncio.run(work())


def test_starts_are_spaced_by_the_interval_in_order() -> None:
    async def work() -> None:
        fake = FakeTime()
        turns = Turns(concurrency=9, per_domain=9, interval=2, clock=fake.clock, sleep=fake.sleep)
        starts: list[tuple[int, float]] = []

        async def one(n: int) -> None:
            async with turns.turn("chips.test"):
                starts.append((n, fake.now))

        await asyncio.gather(*(one(n) for n in range(4)))
        assert starts == [(0, 100), (1, 102), (2, 104), (3, 106)]

    asyncio.run(work())


def test_limits_hold_per_domain_and_in_all() -> None:
    async def work() -> None:
        async def slow(*_: object) -> Reply:
            await asyncio.sleep(0.02)
            return Reply(200, b"x")

        async with Loopback({"/": slow}) as server:
            async with fetcher(server, per_domain_concurrency=2) as http:
                await asyncio.gather(*(http.fetch(f"http://{n}.chips.test/") for n in range(8)))
            assert server.most_in_flight == 2
            server.most_in_flight = 0
            async with fetcher(server, concurrency=5) as http:
                await asyncio.gather(*(http.fetch(f"http://host-{n}.test/") for n in range(15)))
            assert server.most_in_flight == 5

    asyncio.run(work())


def test_waiting_for_a_domain_holds_no_place_in_all() -> None:
    async def work() -> None:
        release = asyncio.Event()

        async def sleep(_: float) -> None:
            await release.wait()

        turns = Turns(concurrency=1, per_domain=5, interval=9, clock=lambda: 0.0, sleep=sleep)
        async with turns.turn("slow.test"):
            pass
        waiting = asyncio.create_task(turns.turn("slow.test").__aenter__())
        await asyncio.sleep(0)
        async with asyncio.timeout(1), turns.turn("other.test"):
            assert not waiting.done()
        release.set()
        await waiting

    asyncio.run(work())


def test_a_cancelled_fetch_frees_its_turn_and_leaves_nothing_open() -> None:
    async def work() -> None:
        arrived = asyncio.Event()

        async def hang(*_: object) -> Reply:
            arrived.set()
            await asyncio.sleep(60)
            return Reply()

        pages: dict[str, Any] = {"/hang": hang, "/": Reply(200, b"x")}
        async with Loopback(pages) as server:
            options = {"concurrency": 1, "per_domain_concurrency": 1}
            async with fetcher(server, **options) as http:
                task = asyncio.create_task(http.fetch("http://chips.test/hang"))
                await arrived.wait()
                queued = asyncio.create_task(http.fetch("http://chips.test/hang"))
                await asyncio.sleep(0)
                for one in (queued, task):
                    one.cancel()
                    with pytest.raises(asyncio.CancelledError):
                        await one
                async with asyncio.timeout(2):
                    assert (await http.fetch("http://chips.test/")).body == b"x"

    asyncio.run(work())


def test_a_fetcher_costs_nothing_until_it_is_used() -> None:
    program = """
import asyncio, sys
from digest.adapters.http import HttpFetcher
async def main():
    async with HttpFetcher(user_agent="x"):
        pass
asyncio.run(main())
assert not {"httpx", "httpcore", "tldextract"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)


# --- manners ---------------------------------------------------------------------------------


class Usher:
    """Manners that note what they are asked and told; ``out`` is refused, ``pause`` is wanted."""

    def __init__(self, *, pause: float = 0.0, out: str = "") -> None:
        self.asked: list[str] = []
        self.told: list[tuple[str, int, float | None]] = []
        self.pause = pause
        self.out = out

    async def before(self, url: str) -> float:
        if url not in self.asked:
            self.asked.append(url)
        if self.out and self.out in url:
            raise RobotsError(url, f"{self.out} keeps us out", retry_after=60.0)
        return self.pause

    def put_off(self, _url: str) -> PutOffError | None:
        return None

    def refused(self, url: str, status: int, retry_after: float | None) -> None:
        self.told.append((url, status, retry_after))


def mannered(pages: dict[str, Any], usher: Usher, **options: Any) -> Response:
    async def work() -> Response:
        server = Loopback(pages)
        async with (
            server,
            fetcher(server, **options) as http,
            http.answer(FEED, manners=usher) as answer,
        ):
            return answer

    return asyncio.run(work())


def test_manners_are_asked_before_every_hop() -> None:
    usher = Usher()
    pages = {"/feed": leads_to("http://other.test/next"), "/next": Reply(200, b"x")}
    assert mannered(pages, usher).body == b"x"
    assert usher.asked == [FEED, "http://other.test/next"]
    assert usher.told == []


def test_what_manners_refuse_is_not_asked_and_names_what_was_asked_for() -> None:
    usher = Usher(out="other.test")
    with pytest.raises(RobotsError) as caught:
        mannered({"/feed": leads_to("http://other.test/next")}, usher)
    assert caught.value.url == FEED
    assert caught.value.retry_after == 60.0
    assert str(caught.value) == f"{FEED} leads elsewhere: other.test keeps us out"


def test_the_pause_that_manners_want_is_kept_where_it_is_the_longer() -> None:
    moved = {"/feed": leads_to("/b"), "/b": Reply(200, b"x")}
    for pause, interval, slept in ((4.0, 1.0, [4.0]), (1.0, 2.0, [2.0])):
        time_ = FakeTime()
        mannered(moved, Usher(pause=pause), time=time_, per_domain_interval=interval)
        assert time_.slept == slept


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(429, b"", {"Retry-After": "90"}), (429, 90.0)),
        (Reply(503, b""), (503, None)),
        (Reply(500, b""), None),
        (Reply(404, b""), None),
    ],
)
def test_manners_are_told_once_of_the_address_that_wants_to_be_left_alone(
    reply: Reply, told: tuple[int, float | None] | None
) -> None:
    usher = Usher()
    with pytest.raises(FetchError, match=FEED):
        mannered({"/feed": leads_to("http://busy.test/b", 301), "/b": reply}, usher)
    assert usher.told == ([("http://busy.test/b", *told)] if told else [])


def test_a_503_that_passes_is_no_refusal() -> None:
    usher = Usher()
    answers = [Reply(503), Reply(200, b"x")]

    async def feed(_request: Request, _writer: object) -> Reply:
        return answers.pop(0)

    assert mannered({"/feed": feed}, usher).body == b"x"
    assert usher.told == []


def test_lines_for_several_programs_stay_apart() -> None:
    async def feed(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 x\r\nContent-Length: 1\r\nX-Robots-Tag: a: noai\r\n"
            b"X-Robots-Tag: nosnippet\r\nContent-Signal: search=yes\r\n"
            b"Content-Signal: ai-input=no\r\n\r\nx"
        )
        await writer.drain()

    headers = mannered({"/feed": feed}, Usher()).headers
    assert headers["x-robots-tag"] == "a: noai\nnosnippet"
    assert headers["content-signal"] == "search=yes, ai-input=no"
