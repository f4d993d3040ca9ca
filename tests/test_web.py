"""The unsubscribe page over real loopback HTTP."""

from __future__ import annotations

import gc
import http.client
import logging
import re
import select
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.adapters.store import SqlStore
from digest.errors import RunError
from digest.models import SuppressionReason
from digest.render.templates import Templates
from digest.web import Server, application, page_maker

NOW = datetime(2026, 3, 14, 6, 30, tzinfo=UTC)
ADDRESS = "ann@example.org"
UNKNOWN = "a" * 26


class Site:
    """A served store with one reader."""

    def __init__(self, store: str, server: Server, base: str, token: str) -> None:
        self.store = store
        self.server = server
        self.base = base
        self.token = token

    @property
    def path(self) -> str:
        return f"{self.base.rstrip('/')}/unsubscribe/{self.token}"

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        with closing(connection):
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, fields, answer.read().decode()

    def raw(self, sent: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as connection:
            connection.sendall(sent)
            return heard(connection)

    def suppressed(self) -> list[tuple[str, SuppressionReason]]:
        with SqlStore.open(self.store) as store:
            return [(s.address, s.reason) for s in store.suppressions()]


def heard(connection: socket.socket) -> bytes:
    """What the server says next, nothing where it hangs up."""
    try:
        return connection.recv(65_536)
    except ConnectionResetError:
        return b""


@pytest.fixture(params=["", "/news", "/my%20n%C3%A9ws/"])
def site(request: pytest.FixtureRequest, tmp_path: Path, templates: Templates) -> Iterator[Site]:
    yield from serve(tmp_path, templates, str(request.param))


@pytest.fixture
def plain(tmp_path: Path, templates: Templates) -> Iterator[Site]:
    yield from serve(tmp_path, templates, "")


def serve(folder: Path, templates: Templates, base: str, *, timeout: float = 20) -> Iterator[Site]:
    url = f"sqlite:///{folder}/digest.db"
    with SqlStore.open(url) as store:
        store.add_readers([ADDRESS], NOW)
        token = store.readers()[0].token
    app = application(
        lambda: SqlStore.open(url, timeout=timeout),
        page_maker(templates, title="AI <Digest>", language="en"),
        base,
        lambda: NOW,
    )
    with Server(app, "127.0.0.1", 0) as server:
        yield Site(url, server, base, token)


def test_get_shows_a_button_and_changes_nothing(site: Site) -> None:
    status, headers, page = site.ask("GET", site.path)
    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert '<form method="post">' in page
    assert page.count("<button") == 1
    assert "AI &lt;Digest&gt;" in page
    assert site.suppressed() == []


def test_the_buttons_post_unsubscribes(site: Site) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _, page = site.ask("POST", site.path, b"List-Unsubscribe=One-Click", **form)
    assert status == 200
    assert "You get no more mail" in page
    assert "<form" not in page
    assert ADDRESS not in page
    assert site.suppressed() == [(ADDRESS, SuppressionReason.UNSUBSCRIBED)]


def test_one_click_needs_no_cookie_and_gets_no_redirect(site: Site) -> None:
    kind = 'multipart/form-data; boundary="b"'
    body = (
        b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
        b"One-Click\r\n--b--\r\n"
    )
    status, headers, _ = site.ask("POST", site.path, body, **{"Content-Type": kind})
    assert status == 200
    assert "location" not in headers
    assert "set-cookie" not in headers
    assert site.suppressed() == [(ADDRESS, SuppressionReason.UNSUBSCRIBED)]


def test_asking_again_changes_nothing_more(plain: Site) -> None:
    answers = [plain.ask("POST", plain.path)[::2] for _ in range(3)]
    assert len(set(answers)) == 1
    assert len(plain.suppressed()) == 1


def test_a_token_counts_in_capitals_too(plain: Site) -> None:
    assert plain.ask("GET", f"/unsubscribe/{plain.token.upper()}")[0] == 200
    assert plain.ask("POST", f"/unsubscribe/{plain.token.upper()}")[0] == 200
    assert plain.suppressed() == [(ADDRESS, SuppressionReason.UNSUBSCRIBED)]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", [UNKNOWN, "short", "a" * 27, "0" * 26, "", "a" * 25 + "%00"])
def test_an_unknown_token_leads_to_a_page_that_says_so(
    plain: Site, method: str, token: str
) -> None:
    status, headers, page = plain.ask(method, f"/unsubscribe/{token}")
    assert status == 404
    assert "This link leads nowhere" in page
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert plain.suppressed() == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/healthz",
        "/unsubscribe//{token}",
        "/unsubscribe/{token}/",
        "/unsubscribe/../unsubscribe/{token}",
        "/x/%2e%2e/unsubscribe/{token}",
        "/unsubscribe/{token}%0a",
        "/unsubscribe/{token}%00",
        "/unsubscribe%2f%2f{token}",
        "/unsubscribe/%ff%fe{token}",
        "/UNSUBSCRIBE/{token}",
    ],
)
def test_no_other_path_unsubscribes(plain: Site, path: str) -> None:
    assert plain.ask("POST", path.format(token=plain.token))[0] == 404
    assert plain.suppressed() == []


def test_only_paths_below_the_base_are_answered(tmp_path: Path, templates: Templates) -> None:
    for site in serve(tmp_path, templates, "/news"):
        for path in (f"/unsubscribe/{site.token}", f"/newsunsubscribe/{site.token}"):
            assert site.ask("POST", path)[0] == 404
        assert site.suppressed() == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_refused_with_those_allowed(plain: Site, method: str) -> None:
    status, headers, _ = plain.ask(method, plain.path)
    assert status == 405
    assert headers["allow"] == "GET, HEAD, POST"
    assert plain.suppressed() == []


def test_head_is_get_without_a_body(plain: Site, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        status, headers, page = plain.ask("HEAD", plain.path)
    length = plain.ask("GET", plain.path)[1]["content-length"]
    assert (status, headers["content-length"], page) == (200, length, "")
    assert plain.raw(f"HEAD {plain.path} HTTP/1.0\r\n\r\n".encode()).endswith(b"\r\n\r\n")
    assert caplog.text == ""
    assert plain.suppressed() == []


def test_every_answer_forbids_what_it_does_not_need(plain: Site) -> None:
    answers = [
        plain.ask("GET", plain.path),
        plain.ask("POST", plain.path),
        plain.ask("GET", "/nothing"),
        plain.ask("PUT", plain.path),
    ]
    for _, headers, _ in answers:
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "script" not in policy
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert "server" not in headers


def test_a_busy_store_asks_for_patience(tmp_path: Path, templates: Templates) -> None:
    for site in serve(tmp_path, templates, "", timeout=0.05):
        file = site.store.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            status, headers, page = site.ask("POST", site.path)
            assert (status, headers["retry-after"]) == (503, "60")
            assert "<h1>This did not work just now</h1>" in page
            other.execute("ROLLBACK")
        assert site.suppressed() == []
        assert site.ask("POST", site.path)[0] == 200


def test_a_broken_store_asks_for_patience(plain: Site) -> None:
    Path(plain.store.removeprefix("sqlite:///")).write_bytes(b"no database at all" * 100)
    status, headers, page = plain.ask("GET", plain.path)
    assert (status, headers["retry-after"]) == (503, "60")
    assert "Traceback" not in page


def test_a_broken_template_does_not_stop_an_unsubscription(tmp_path: Path) -> None:
    for site in serve(tmp_path, Templates({"unsubscribe.html": "{{ nothing.there }}"}), ""):
        assert site.ask("GET", site.path)[0] == 503
        status, _, text = site.ask("POST", site.path)
        assert (status, text.splitlines()[0][:20]) == (200, "You get no more mail")
        assert site.suppressed() == [(ADDRESS, SuppressionReason.UNSUBSCRIBED)]


def test_many_at_once_are_all_answered(plain: Site) -> None:
    def ask(number: int) -> int:
        return plain.ask("POST" if number % 2 else "GET", plain.path)[0]

    with ThreadPoolExecutor(40) as pool:
        assert set(pool.map(ask, range(200))) == {200}
    assert plain.suppressed() == [(ADDRESS, SuppressionReason.UNSUBSCRIBED)]


def test_half_requests_do_not_keep_others_out(plain: Site) -> None:
    address = ("127.0.0.1", plain.server.port)
    slow = [socket.create_connection(address, timeout=20) for _ in range(50)]
    try:
        for connection in slow:
            connection.sendall(b"POST /unsubscribe/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n")
        assert plain.ask("GET", plain.path)[0] == 200
    finally:
        for connection in slow:
            connection.close()


def test_who_sends_a_byte_now_and_then_is_hung_up_on(plain: Site) -> None:
    app = application(lambda: SqlStore.open(plain.store), lambda _: ("", ""), "", lambda: NOW)
    server = Server(app, "127.0.0.1", 0, life=0.1)
    with server, socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(b"GET / HT")
        assert heard(connection) == b""


@pytest.fixture
def full() -> Iterator[tuple[Server, list[socket.socket]]]:
    """A server that has room for three, and three who do not read their answers."""

    def long(_environ: object, start_response: object) -> list[bytes]:
        assert callable(start_response)
        start_response("200 OK", [("Content-Length", "8000000")])
        return [b"x" * 8_000_000]  # more than the buffers of two sockets take

    clients = []
    try:
        with Server(long, "127.0.0.1", 0, life=1, most=3) as server:
            for _ in range(3):
                clients.append(socket.socket())
                clients[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                clients[-1].settimeout(20)
                clients[-1].connect(("127.0.0.1", server.port))
                clients[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                assert clients[-1].recv(1) == b"H"
                clients[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 10)
            yield server, clients
    finally:
        for client in clients:
            client.close()
        # Waitress lets the file of an answer that nobody took go without closing it.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_who_never_reads_the_answer_is_hung_up_on(
    full: tuple[Server, list[socket.socket]],
) -> None:
    for client in full[1]:
        watch = select.poll()
        watch.register(client, 0)  # the end of the connection, not what there is to read
        assert watch.poll(20_000)


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_those_who_never_read_keep_others_out_for_a_while_only(
    full: tuple[Server, list[socket.socket]],
) -> None:
    site = Site("", full[0], "", "")
    status, _, text = site.ask("GET", "/")
    assert (status, len(text)) == (200, 8_000_000)


def test_what_is_too_long_is_refused(plain: Site) -> None:
    long = b"x" * 40_000
    status = plain.raw(b"GET /" + long + b" HTTP/1.1\r\nHost: x\r\n\r\n")[9:12]
    assert status in (b"400", b"414", b"431", b"")
    head = f"POST {plain.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 40000\r\n\r\n".encode()
    assert plain.raw(head + long)[9:12] in (b"413", b"")  # or it hangs up before it is heard
    assert plain.suppressed() == []


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # TLS on a port without
        b"\0\0\0\0\r\n\r\n",
        b"GET /unsubscribe/\xff\xfe HTTP/1.1\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    ],
)
def test_nonsense_is_refused_and_the_server_lives(plain: Site, sent: bytes) -> None:
    assert plain.raw(sent)[9:12] in (b"400", b"404", b"")  # or it hangs up
    assert plain.ask("GET", plain.path)[0] == 200


def test_no_log_holds_a_token_or_an_address(plain: Site, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        plain.ask("GET", plain.path)
        plain.ask("POST", plain.path)
        with socket.create_connection(("127.0.0.1", plain.server.port)) as connection:
            connection.sendall(f"GET {plain.path} HTTP/1.1\r\n\r\n".encode())  # and gone
        Path(plain.store.removeprefix("sqlite:///")).write_bytes(b"no database at all" * 100)
        plain.ask("POST", plain.path)
    assert plain.token not in caplog.text
    assert ADDRESS not in caplog.text


def test_it_stops_soon_also_with_clients_that_hang_on(plain: Site) -> None:
    app = application(lambda: SqlStore.open(plain.store), lambda _: ("", ""), "", lambda: NOW)
    server = Server(app, "127.0.0.1", 0)
    with server, socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(b"GET / HT")
        start = time.monotonic()
        server.close()
        assert heard(connection) == b""
        # At most 6 s for the thread that serves, which a busy machine may run late.
        assert time.monotonic() - start < 15  # and the client would have 20
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)


def test_what_is_being_answered_is_finished_when_it_stops() -> None:
    began, go_on = threading.Event(), threading.Event()
    body = b"x" * 1_000_000  # the kernel may not take it at once

    def slow(_environ: object, start_response: object) -> list[bytes]:
        began.set()
        assert go_on.wait(20)
        assert callable(start_response)
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    server = Server(slow, "127.0.0.1", 0)
    with server, ThreadPoolExecutor(1) as pool:
        site = Site("", server, "", "")
        answer = pool.submit(site.ask, "GET", "/")
        assert began.wait(20)
        stopping = threading.Thread(target=server.close)
        stopping.start()
        go_on.set()
        stopping.join(20)
        assert answer.result(20)[2] == body.decode()


def test_it_says_why_it_may_not_listen(plain: Site) -> None:
    app = application(lambda: SqlStore.open(plain.store), lambda _: ("", ""), "", lambda: NOW)
    with pytest.raises(RunError, match=rf"^Port {plain.server.port} is taken by another program"):
        Server(app, "127.0.0.1", plain.server.port)
    with pytest.raises(RunError, match=r"^192\.0\.2\.1 is no address of this machine"):
        Server(app, "192.0.2.1", 0)
    for host, port in (("no.such.name.invalid", 0), ("127.0.0.1", 70_000), ("a" * 300, 0)):
        with pytest.raises(RunError, match=r"nothing to listen on|cannot be listened on"):
            Server(app, host, port)


def test_it_listens_on_ipv6_where_there_is_any(plain: Site) -> None:
    app = application(lambda: SqlStore.open(plain.store), lambda _: ("", ""), "", lambda: NOW)
    try:
        server = Server(app, "::1", 0)
    except RunError:
        pytest.skip("this machine has no IPv6 loopback")
    with server:
        assert server.url == f"http://[::1]:{server.port}"
        with socket.create_connection(("::1", server.port), timeout=20) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.0 404")


def test_a_browser_shows_the_button_in_our_colours(plain: Site, tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no browser: chromium is not installed")
    run = subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *("--enable-logging=stderr", f"--user-data-dir={tmp_path / 'profile'}"),
            *("--dump-dom", plain.server.url + plain.path),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert re.search(r"<button[^>]*>Unsubscribe</button>", run.stdout)
    assert "Content Security Policy" not in run.stderr  # it would complain of what it refused
    assert plain.suppressed() == []
