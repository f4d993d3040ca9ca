"""The doctor names what works and what does not, and how to mend it."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from digest import app, web
from digest.adapters.store import SqlStore
from digest.models.readers import ANY_TOKEN
from tests.command import Days, call, configure, contents, feeds
from tests.embedding_server import EmbeddingServer
from tests.loopback import Handler, Reply, Threaded
from tests.model_server import KEY, ModelServer
from tests.smtp_server import Certificate, PostOffice, certificate
from tests.test_delivering import IDENTITY, mail, settle


def marks(out: str) -> dict[str, str]:
    """Return the mark of each thing looked at."""
    lines = [line.split() for line in out.splitlines() if not line.startswith(" ")]
    return {what: mark for mark, what, *_ in lines}


def test_all_is_well(desk: Path) -> None:
    before = contents(desk)
    done = call(desk, "doctor")
    assert (done.code, done.err) == (0, "")
    assert {what for what, mark in marks(done.out).items() if mark != "✓"} == {"contact"}
    assert list(marks(done.out)) == [
        "python", "configuration", "templates", "store", "outputs", "workers", "contact", "feeds",
        "model", "embeddings",
    ]  # fmt: skip
    assert "not told whom to write to; set `fetch.user_agent`, such as “ai-news-digest/" in done.out
    assert "config.yaml: 14 feeds" in done.out
    assert "digest.db: sound; 14 feeds, " in done.out
    assert "3 editions, 3 runs" in done.out
    assert "none set: stories are told in the outlets’ own words" in done.out
    assert "To mend" not in done.out
    assert contents(desk).keys() == before.keys()


def test_with_a_contact_nothing_is_said_of_it(desk: Path, three_days: Days) -> None:
    fetch = {"connect_to": three_days.newsroom.config()["connect_to"], "user_agent": "me@x.test"}
    configure(desk, three_days.newsroom, fetch=fetch)
    assert set(marks(call(desk, "doctor").out).values()) == {"✓"}


def test_before_the_first_run_it_leaves_nothing_behind(tmp_path: Path, three_days: Days) -> None:
    configure(tmp_path, three_days.newsroom, edition={"schedule": {"at": "06:30"}})
    done = call(tmp_path, "doctor")
    assert done.code == 0
    assert "digest.db: not made yet; the first run makes it" in done.out
    assert "✓ schedule      the next edition comes " in done.out
    assert list(contents(tmp_path)) == ["config.yaml"]


def test_a_broken_configuration_ends_the_look(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("feeds: []\nlanguge: en\n")
    done = call(tmp_path, "doctor")
    assert done.code == 2
    assert list(marks(done.out).items()) == [("python", "✓"), ("configuration", "✗")]
    assert "languge" in done.out
    assert done.out.count("To mend: ") == 1
    missing = call(tmp_path, "doctor", "--config", "nope.yaml", "--json")
    assert missing.code == 2
    assert json.loads(missing.out)[-1]["works"] is False


def test_every_trouble_is_named_with_its_mend(tmp_path: Path, three_days: Days) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "edition.md").write_text("{% if %}")
    with closing(sqlite3.connect(tmp_path / "digest.db")) as other:
        other.execute("CREATE TABLE bookmarks (url)")
        other.commit()
    with ModelServer("wrong_key") as server:
        configure(
            tmp_path,
            three_days.newsroom,
            feeds=feeds(three_days.newsroom, "Brine & Bytes", "The Old Signal"),
            outputs=[{"kind": "html", "dir": "file/below"}],
            templates="own",
            llm={"base_url": server.url, "model": "m1", "api_key": "sk-secret"},
        )
        done = call(tmp_path, "doctor")
    assert done.code == 1
    troubled = {"templates", "store", "feeds", "model"}
    assert {what for what, mark in marks(done.out).items() if mark == "✗"} == troubled | {"outputs"}
    assert done.out.count("To mend: ") == 5
    assert "edition.md, line 1" in done.out
    assert "is a database of another program" in done.out
    assert "file/below cannot be written: not a directory" in done.out
    assert "none of the first 2 answered; http://brine-bytes.test/feed answered 500" in done.out
    assert "refused the API key (401)" in done.out
    assert "sk-secret" not in done.out


def test_a_model_that_answers_is_named(desk: Path, three_days: Days) -> None:
    with ModelServer("keyed", content=lambda _: '{"ok": true}') as server:
        llm = {"base_url": server.url, "model": "m1", "judge": "m2", "api_key": KEY}
        configure(desk, three_days.newsroom, llm=llm)
        done = call(desk, "doctor")
    assert done.code == 0
    assert "✓ model         m1 answers" in done.out
    assert "✓ judge         m2 answers" in done.out
    assert KEY not in done.out


def test_an_embedding_server_is_tried(desk: Path, three_days: Days) -> None:
    said = []
    for behaviour in ("good", "wrong_key"):
        with EmbeddingServer(behaviour) as server:
            chosen = {"base_url": server.url, "model": "m"}
            configure(desk, three_days.newsroom, embeddings=chosen)
            said.append(call(desk, "doctor"))
    assert [marks(done.out)["embeddings"] for done in said] == ["✓", "✗"]
    assert "tells one event from another; 48 titles took" in said[0].out
    assert "refused the API key (401)" in said[1].out
    assert "To mend: see `embeddings` in the configuration" in said[1].out


def test_a_damaged_store_is_found(desk: Path) -> None:
    file = desk / "digest.db"
    data = bytearray(file.read_bytes())
    for page in range(20, 60):
        data[page * 4096 + 100 : page * 4096 + 900] = b"\xaa" * 800
    file.write_bytes(data)
    done = call(desk, "doctor")
    assert done.code == 1
    assert marks(done.out)["store"] == "✗"
    assert "damaged" in done.out


# Where an edition goes

DNS = {"SPF", "DKIM", "DMARC", "MX"}  # looked up whatever they say


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    if shutil.which("openssl") is None:
        pytest.skip("no certificate: openssl is not installed")
    return certificate(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def committer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *words: object) -> None:  # noqa: A002 - its name there
        pass


@contextmanager
def page_behind(papers: Certificate, desk: Path) -> Iterator[str]:
    """Serve the unsubscribe page over https; below /other there is someone else's page."""
    config = app.read_config(desk / "config.yaml")
    page = web.page_maker(app.templates_of(config), title="x", language="en")
    ours = web.application(lambda: app.open_store(config), page, "", app.now)

    def site(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"].startswith("/other/"):
            start_response("200 OK", [("Content-Type", "text/html")])
            return [b"<title>Welcome to a web server</title>"]
        return ours(environ, start_response)

    with make_server("127.0.0.1", 0, site, handler_class=_Quiet) as server:
        server.socket = papers.context().wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"https://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def looked_at(desk: Path) -> list[dict[str, Any]]:
    """Return what the doctor found, each with "what", "works", "detail" and "mend"."""
    done = call(desk, "doctor", "--json")
    rows: list[dict[str, Any]] = json.loads(done.out)
    assert done.code == (1 if any(row["works"] is False for row in rows) else 0)
    return rows


def private_key() -> str:
    made = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, check=True, text=True)
    return made.stdout


@pytest.mark.usefixtures("committer")
def test_each_place_an_edition_goes_to_is_tried(
    desk: Path, papers: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(papers.authority))
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", "r.git"], cwd=desk, check=True)
    (desk / "bounces").mkdir()
    (desk / "bounces" / "one.eml").write_bytes(b"Subject: Hello\r\n\r\n")
    (desk / "dkim.pem").write_text(private_key())
    with page_behind(papers, desk) as url, PostOffice() as office:
        more = {
            "bounces": {"address": "bounces@example.org", "dir": "bounces"},
            "dkim": {"domain": "example.org", "selector": "news", "key_file": "dkim.pem"},
        }
        git = {"kind": "git", "remote": "r.git", "path": "{date}.md"}
        settle(desk, git, mail(office, **more), web={"base_url": url})
        found = {row["what"]: row for row in looked_at(desk)}
        assert "MAIL" not in office.verbs
        settle(desk, git, mail(office, **more), web={"base_url": f"{url}/other"})
        other = {row["what"]: row for row in looked_at(desk)}["unsubscribing"]
        assert (other["works"], "not with our page" in other["detail"]) == (False, True)
    assert found.keys() >= DNS
    held = {
        "git": "r.git answers; the branch main is yet to be made",
        "mail server": "answers, not encrypted",
        "bounces": "bounces: a folder of messages, 1 not handled yet",
        "dkim": "the key news of example.org can sign",
        "unsubscribing": f"{url} answers",
    }
    for what, detail in held.items():
        assert (found[what]["works"], found[what]["mend"]) == (True, ""), found[what]
        assert detail in found[what]["detail"]
    assert ANY_TOKEN not in json.dumps([*found.values(), other])
    assert (desk / "bounces" / "one.eml").exists()
    assert not (desk / "git").exists()  # nothing was cloned


@pytest.mark.usefixtures("committer")
def test_each_place_that_does_not_work_is_named_with_its_mend(
    desk: Path, papers: Certificate
) -> None:
    key = papers.key.read_text().splitlines()
    (desk / "dkim.pem").write_text("\n".join([key[0], "bm8ga2V5", key[-1]]))
    with PostOffice() as office:
        pass  # its port is closed now
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = {"host": "127.0.0.1", "port": silent.getsockname()[1], "tls": "none"}
        settle(
            desk,
            {"kind": "git", "remote": "nowhere.git", "path": "{date}.md"},
            mail(
                office,
                bounces={"address": "bounces@example.org", "dir": "nowhere"},
                dkim={"domain": "example.org", "selector": "news", "key_file": "dkim.pem"},
            ),
            mail(office, name="team", to=["me@example.com"], smtp={**slow, "timeout": "1s"}),
            web={"base_url": "http://digest.example.org"},
        )
        began = time.monotonic()
        rows = looked_at(desk)
        assert time.monotonic() - began < 50  # without the key, a server has a minute to answer
    assert {row["what"] for row in rows} >= DNS
    troubles = [row for row in rows if row["works"] is False and row["what"] not in DNS]
    assert [(row["what"], row["mend"]) for row in troubles] == [
        ("git", "see `outputs` of kind git in the configuration"),
        ("mail server", "see `smtp` of the output email"),
        ("bounces", "see `bounces` of the output email"),
        ("dkim", "see `dkim` of the output email"),
        ("mail server", "see `smtp` of the output team"),
        (
            "unsubscribing",
            "run `digest serve`, and have your web server pass requests on to its port",
        ),
    ]
    for row, words in zip(
        troubles,
        ["nowhere.git", "refused", "nowhere", "key", "too slow", "is no https address"],
        strict=True,
    ):
        assert words in row["detail"], row
    assert "bm8ga2V5" not in json.dumps(rows)


def test_a_site_that_asked_for_it_is_left_alone(tmp_path: Path) -> None:
    busy: dict[str, Reply | Handler] = {
        "a.test/feed": Reply(429, b"", {"Retry-After": "600"}),
        "b.test/feed": Reply(200, b"<rss/>"),
    }
    with Threaded(busy) as server:
        settings = {
            "store": "sqlite:///digest.db",
            "feeds": [{"url": f"http://{name}.test/feed"} for name in "ab"],
            "fetch": {"connect_to": {"*.test": server.address}, "per_domain": {"interval": 0}},
        }
        (tmp_path / "config.yaml").write_text(json.dumps(settings))
        SqlStore.open(f"sqlite:///{tmp_path / 'digest.db'}").close()
        assert "1 of the first 2 answered (http://a.test/feed answered 429)" in doctor(tmp_path)
        assert "1 of the first 2 answered; 1 left alone (`digest feeds list`" in doctor(tmp_path)
        assert sorted(request.host for request in server.requests) == ["a.test", "b.test", "b.test"]


def doctor(folder: Path) -> str:
    """Return what it says, in one line."""
    return " ".join(call(folder, "doctor").out.split())
