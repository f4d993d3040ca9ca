"""Whatever is broken outside: one clear sentence, the right exit code, nothing lost."""

from __future__ import annotations

import ctypes
import fcntl
import gzip
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from digest import app
from digest.newsroom.server import Answer
from tests.command import (
    DAILY,
    END,
    Days,
    Done,
    OddNewsroom,
    alone,
    call,
    configure,
    contents,
    digest,
    feeds,
    is_sound,
    left_behind,
    start,
)
from tests.model_server import KEY, ModelServer

AT = ("--at", END.isoformat())
RUN = ("run", *AT)
RSS = "application/rss+xml"


def one_sentence(done: Done) -> str:
    """Return what the command says went wrong, which must be one line and no traceback."""
    lines = [line for line in done.err.splitlines() if line.startswith("digest: ")]
    assert len(lines) == 1, done
    assert "Traceback" not in done.err
    assert "unexpected" not in lines[0]
    return lines[0].removeprefix("digest: ")


# --- what outlets send --------------------------------------------------------------------------


BROKEN_FEEDS = {
    "harbour-wire.test/rss/technology.xml": Answer(200, b"\x00\xff\xfe garbage" * 50, RSS),
    "www.circuit-post.test/feed/": Answer(200, b"<html><body>Sign in</body></html>"),
    "www.morning-ledger.test/feeds/companies.rss": Answer(200, b"", RSS),
    "policy-docket.test/feed.xml": Answer(200, b"<rss><channel><item><title>Cut o", RSS),
    "commons-log.test/atom.xml": Answer(503, b"busy", "text/plain"),
}


def test_broken_feeds_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    with OddNewsroom(BROKEN_FEEDS) as newsroom:
        configure(tmp_path, newsroom)
        done = call(tmp_path, *RUN, "--json")
    report = done.report()
    failed = {f["url"].removeprefix("http://"): f["error"] for f in report["feeds"] if f["error"]}
    assert (done.code, report["edition"]) == (0, "made")
    assert {url for url in BROKEN_FEEDS if url not in failed} <= {"policy-docket.test/feed.xml"}
    assert all(failed.values())
    problems = [p for p in report["problems"] if p["stage"] == "feed"]
    assert {p["subject"].removeprefix("http://") for p in problems} >= failed.keys() - {
        "lattice-journal.test/rss.xml"
    } - {f["url"].removeprefix("http://") for f in report["feeds"] if f["outcome"] == "moved"}


def test_a_broken_page_leaves_the_feed_s_own_text(tmp_path: Path, three_days: Days) -> None:
    listed = [
        e["url"].removeprefix("http://")
        for e in last_report(three_days)["entries"]
        if e["outcome"] in ("published", "brief") and "harbour-wire" in e["url"]
    ]
    assert listed
    broken = [b"\x89PNG\r\n\x1a\n" + b"\x00" * 5000, b"", b"<html>", gzip.compress(b"x" * 100)]
    odd = {url: Answer(200, broken[n % 4], "text/html") for n, url in enumerate(listed)}
    with OddNewsroom(odd) as newsroom:
        configure(tmp_path, newsroom)
        done = call(tmp_path, *RUN, "--json")
    assert done.code == 0
    assert {e["url"] for e in done.report()["entries"]} >= {f"http://{url}" for url in listed}
    assert is_sound(tmp_path)


def last_report(days: Days) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((days.folder / "out" / "report.json").read_text("utf-8"))
    return report


def test_no_article_is_dated_after_it_was_seen(three_days: Days) -> None:
    config = app.read_config(three_days.folder / "config.yaml")
    with app.open_store(config) as store:
        articles = store.articles(seen_since=END.replace(year=2000), seen_until=END)
    late = [a for a in articles if a.published_at > a.first_seen_at]
    assert articles
    assert late == []


def test_when_no_feed_answers_the_run_fails_and_says_why(desk: Path, three_days: Days) -> None:
    listed = feeds(three_days.newsroom, "Brine & Bytes")
    configure(desk, three_days.newsroom, feeds=listed)
    stood = contents(desk / "out")
    done = call(desk, *RUN, "--json", "--report", "mine/report.json")
    report = done.report()
    assert (done.code, report["exit_code"], report["edition"]) == (1, 1, "unchanged")
    said, _, later = one_sentence(done).partition(" (")
    assert said == (
        "the one feed did not answer; no edition was made. The first said: "
        "http://brine-bytes.test/feed answered 500"
    )
    assert later.startswith("asked again from ")  # it failed a day ago too
    written = contents(desk / "out")
    assert written.pop("report.json").decode() == done.out
    assert (desk / "mine" / "report.json").read_text() == done.out
    stood.pop("report.json")
    assert written == stood
    assert DAILY in call(desk, "editions", "list").out


# --- what a user writes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("edition.md", b"{% if x %}", 1, "emplate edition.md, line 1: Unexpected end of template"),
        ("edition.md", b"\xff\xfe", 1, "edition.md cannot be read: it is not UTF-8 text"),
        ("edition.txt", b"x", 2, "edition.txt takes no template’s place; the names are edition.c"),
    ],
)
def test_a_broken_template_is_named_and_nothing_is_half_written(
    desk: Path, three_days: Days, name: str, content: bytes, code: int, says: str
) -> None:
    (desk / "own").mkdir()
    (desk / "own" / name).write_bytes(content)
    configure(desk, three_days.newsroom, templates="own")
    stood = contents(desk / "out")
    done = call(desk, *RUN, "--refresh")
    assert done.code == code
    assert says in one_sentence(done)
    assert contents(desk / "out") == stood
    (desk / "own" / name).unlink()
    mended = call(desk, *RUN)
    assert mended.code == 0
    assert "(unchanged: today’s edition stands as it was)" in mended.out


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("edition.md", b"\n{{ nope.foo }}", "Template edition.md, line 2: 'nope' is undefined."),
        ("edition.html", b"{{ 1 // 0 }}", "Template edition.html, line 1: ZeroDivisionError"),
    ],
)
def test_a_template_that_fails_on_the_way_costs_its_files_alone(
    desk: Path, three_days: Days, name: str, content: bytes, says: str
) -> None:
    (desk / "own").mkdir()
    (desk / "own" / name).write_bytes(content)
    configure(desk, three_days.newsroom, templates="own")
    for made in (desk / "out").iterdir():
        made.unlink()
    done = call(desk, *RUN, "--refresh", "--json")
    assert done.code == 3
    failed = [o for o in done.report()["outputs"] if o["status"] == "failed"]
    assert [says in o["detail"] for o in failed] == [True]
    others = {"edition.md", "edition.html", "edition.json", "report.json"} - {name}
    assert {made.name for made in (desk / "out").iterdir()} == others
    (desk / "own" / name).unlink()
    assert call(desk, *RUN).code == 0
    assert (desk / "out" / name).exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("feeds: [", "config.yaml"),
        ("\tfeeds: x", "config.yaml"),
        ("", "config.yaml"),
        ("feeds: [{url: 'http://a.test/f'}]\neditoin: {}", "editoin"),
        ("feeds: [{url: 'http://a.test/f'}]\nlanguage: 7", "language"),
    ],
)
def test_a_broken_configuration_is_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "config.yaml").write_text(text)
    done = call(tmp_path, "run")
    assert done.code == 2
    assert says in one_sentence(done)
    assert list(contents(tmp_path)) == ["config.yaml"]


def test_a_wrong_key_is_said_once_and_the_edition_is_made_without_the_model(
    desk: Path, three_days: Days
) -> None:
    with ModelServer("wrong_key") as server:
        llm = {"base_url": server.url, "model": "m1", "api_key": "sk-nobody-sees-this"}
        configure(desk, three_days.newsroom, llm=llm)
        done = call(desk, *RUN, "--refresh", "--json")
        told = call(desk, *RUN, "--refresh")
    report = done.report()
    assert (done.code, report["edition"]) == (0, "made")
    assert report["llm"]["fell_back"] == report["counts"]["published"] > 1
    said = [p["message"] for p in report["problems"] if p["stage"] == "write"]
    assert len(said) == 1
    assert said[0].endswith("; the edition is written without the model")
    assert (told.out + told.err).count("written without the model") == 1
    assert "sk-nobody" not in done.out + done.err + told.out + told.err
    assert KEY not in done.out


# --- outputs that cannot be written -------------------------------------------------------------


def test_an_output_that_cannot_be_written_is_named_and_the_others_go_on(
    desk: Path, three_days: Days
) -> None:
    (desk / "file").write_text("mine")
    outputs = [{"kind": "markdown", "dir": "file"}, {"kind": "json", "dir": "archive"}]
    configure(desk, three_days.newsroom, outputs=outputs)
    done = call(desk, *RUN)
    assert done.code == 3
    assert "FAILED" in done.out
    told = " ".join(done.out.split())
    assert "2025-05-14.md cannot be written: not a directory" in told
    assert (desk / "archive" / "2025-05-14.json").exists()
    assert (desk / "file").read_text() == "mine"
    again = call(desk, *RUN, "--no-deliver")
    assert again.code == 0


@pytest.mark.parametrize("option", ["--out", "--report"])
@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_place_that_cannot_be_written_gives_exit_code_three(
    desk: Path, option: str, place: str
) -> None:
    (desk / "file").write_text("mine")
    path = place if option == "--out" else f"{place}/r.json"
    done = call(desk, *RUN, option, path, "--json")
    failed = [o["detail"] for o in done.report()["outputs"] if o["status"] == "failed"]
    assert done.code == done.report()["exit_code"] == 3
    assert len(failed) == (4 if option == "--out" else 1)
    assert all(f"{place}/" in f and "cannot be written: not a directory" in f for f in failed)
    assert (desk / "file").read_text() == "mine"


def test_a_topic_s_file_that_cannot_be_written_is_named(desk: Path) -> None:
    (desk / "file").write_text("mine")
    topic = ("topic", "Microsoft OpenAI talks", "--offline", *AT)
    for option in ("--output", "--report"):
        done = call(desk, *topic, option, "file/below")
        assert done.code == 3
        assert one_sentence(done) == "file/below cannot be written: not a directory"


def test_a_file_name_of_any_bytes_will_do(desk: Path) -> None:
    done = digest(desk, *RUN, "--out", os.fsdecode(b"\xff\xfe"))
    assert done.code == 0, done.err
    assert (desk / os.fsdecode(b"\xff\xfe") / "report.json").exists()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Give a folder on a disk of its own; root on Linux only."""
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("a small disk can be mounted by root on Linux only")
    place = folder / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "digest-test", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine's root may not mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_under_the_edition_writes_nothing_by_half(desk: Path) -> None:
    with small_disk(desk, "24k") as place:
        done = call(desk, *RUN, "--out", place / "out", "--json")
        failed = [o for o in done.report()["outputs"] if o["status"] == "failed"]
        assert done.code == 3
        assert failed
        assert all(o["detail"].endswith("no space left on device") for o in failed)
        assert left_behind(place) == []
        for name, data in contents(place).items():
            if "report" not in name:
                assert data == (desk / name).read_bytes()
    assert is_sound(desk)


def test_a_full_disk_under_the_store_stops_the_run_and_loses_nothing(
    tmp_path: Path, three_days: Days
) -> None:
    with small_disk(tmp_path, "300k") as place:
        configure(tmp_path, three_days.newsroom, store=f"sqlite:///{place / 'digest.db'}")
        done = call(tmp_path, *RUN)
        assert done.code == 1
        assert "its disk is full" in one_sentence(done)
        assert not (tmp_path / "out" / "edition.md").exists()
        subprocess.run(["mount", "-o", "remount,size=20m", str(place)], check=True)
        assert is_sound(tmp_path)
        assert call(tmp_path, *RUN).code == 0


def test_a_limit_on_file_sizes_is_told_as_a_full_disk(tmp_path: Path, three_days: Days) -> None:
    configure(tmp_path, three_days.newsroom)
    done = digest(
        tmp_path,
        *RUN,
        before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
    )
    assert done.code == 1
    assert "disk is full or failing" in one_sentence(done)
    assert is_sound(tmp_path)
    assert call(tmp_path, *RUN).code == 0


def without_privileges() -> None:
    """Take from root the right to write where the permissions forbid it."""
    if os.getuid() == 0 and sys.platform == "linux":
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def test_folders_that_may_not_be_written_are_named(tmp_path: Path, three_days: Days) -> None:
    configure(tmp_path, three_days.newsroom)
    tmp_path.chmod(0o555)
    try:
        store = digest(tmp_path, *RUN, before=without_privileges)
        doctor = digest(tmp_path, "doctor", before=without_privileges)
        init = digest(tmp_path, "init", "new", before=without_privileges)
    finally:
        tmp_path.chmod(0o755)
    assert store.code == 1
    assert str(tmp_path / "digest.db") in one_sentence(store)
    assert init.code == 2
    assert "new/config.yaml cannot be written: permission denied" in one_sentence(init)
    assert doctor.code == 1
    assert f"✗ store         {tmp_path} cannot be written: permission denied" in doctor.out
    assert "✗ outputs       out cannot be written: permission denied" in doctor.out
    assert doctor.out.count("To mend: ") == 2
    assert list(contents(tmp_path)) == ["config.yaml"]


# --- stores that are not ours, or not ours alone --------------------------------------------------


def test_a_store_that_is_none_is_refused_and_left_as_it_is(
    tmp_path: Path, three_days: Days
) -> None:
    (tmp_path / "text.db").write_text("my notes")
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as other:
        other.execute("CREATE TABLE bookmarks (url)")
        other.commit()
    for name, says in {
        "text.db": "is not a database: move it away, or set `store` to another file",
        "foreign.db": "is a database of another program: set `store` to another file",
        "text.db/below.db": "is no folder that can be made",
        ".": "is a folder: set `store` to a file in it",
    }.items():
        configure(tmp_path, three_days.newsroom, store=f"sqlite:///{name}")
        before = contents(tmp_path)
        for arguments in (RUN, (*RUN, "--dry-run")):
            if "--dry-run" in arguments and name == "text.db/below.db":
                continue  # it opens nothing
            done = call(tmp_path, *arguments)
            assert done.code == 1
            assert says in one_sentence(done)
        doctor = call(tmp_path, "doctor")
        assert doctor.code == 1
        assert "✗ store" in doctor.out
        assert contents(tmp_path) == before


def test_a_locked_store_is_told_after_a_short_wait(desk: Path) -> None:
    before = contents(desk / "out")
    with closing(sqlite3.connect(desk / "digest.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        done = call(desk, *RUN)
        took = time.monotonic() - began
        other.execute("ROLLBACK")
    assert done.code == 1
    assert "is locked by another program: wait for that to end" in one_sentence(done)
    assert took < 9
    assert contents(desk / "out") == before
    assert call(desk, *RUN).code == 0


def test_a_second_run_says_who_holds_the_store(desk: Path) -> None:
    with (desk / "digest.db.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write("4711 2025-05-14T06:30:00Z\n")
        held.flush()
        done = call(desk, *RUN)
        doctor = call(desk, "doctor")
        reading = call(desk, "editions", "list")
        dry = call(desk, *RUN, "--dry-run")
    assert done.code == 1
    told = one_sentence(done)
    assert told.startswith("another run (process 4711, since 2025-05-14T06:30:00Z) has the store ")
    assert told.endswith(": wait for it to end")
    assert "To mend: wait for that run to end" in doctor.out
    assert reading.code == dry.code == 0


# --- ended in the middle --------------------------------------------------------------------------


def stored(folder: Path) -> set[str]:
    with app.open_store(app.read_config(folder / "config.yaml")) as store:
        return {a.url for a in store.articles(seen_since=END.replace(year=2000), seen_until=END)}


def completes(folder: Path, newsroom: OddNewsroom) -> None:
    """Run again to the end; no page that was stored is opened a second time."""
    had = stored(folder)
    newsroom.requests.clear()
    again = call(folder, *RUN, "--json")
    report = again.report()
    assert (again.code, report["edition"]) == (0, "made")
    assert report["counts"]["published"] >= 5
    assert not had & set(newsroom.pages())
    assert is_sound(folder)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_ended_while_fetching_the_next_run_goes_on(tmp_path: Path, ending: signal.Signals) -> None:
    with OddNewsroom(held="policy-docket.test") as newsroom:
        configure(tmp_path, newsroom)
        process = start(tmp_path, *RUN)
        assert newsroom.reached.wait(30)
        wait_for(lambda: len(stored(tmp_path)) >= 3)
        if ending is signal.SIGINT:
            os.killpg(process.pid, ending)  # as a terminal does
        else:
            process.kill()
        out, err = process.communicate(timeout=15)
        newsroom.held = ""
        newsroom.released.set()
        assert process.returncode == (130 if ending is signal.SIGINT else -9)
        if ending is signal.SIGINT:
            assert one_sentence(Done(130, out, err)) == "stopped; what was read so far is stored"
        assert out == ""
        assert alone(process.pid)
        assert left_behind(tmp_path) == []
        completes(tmp_path, newsroom)


def test_ctrl_c_while_pages_are_read_leaves_no_worker_behind(tmp_path: Path) -> None:
    paragraph = b"<p>Northmoor said on Tuesday that its model would ship in March.</p>"
    page = b"<html><head><title>Long</title></head><body><article>%s</article></body></html>"
    long = Answer(200, page % (paragraph * 12_000))
    with OddNewsroom() as newsroom:
        newsroom.odd = {f"{p.outlet.host}{p.path}": long for p in newsroom._world.pieces}
        configure(tmp_path, newsroom)
        process = start(tmp_path, *RUN)
        wait_for(lambda: len(newsroom.pages()) >= 3)
        time.sleep(0.3)
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=15)
        assert time.monotonic() - began < 5
        assert process.returncode == 130
        assert one_sentence(Done(130, out, err)) == "stopped; what was read so far is stored"
        assert alone(process.pid)
        newsroom.odd.clear()
        completes(tmp_path, newsroom)


def wait_for(condition: Callable[[], bool], within: float = 30.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)
