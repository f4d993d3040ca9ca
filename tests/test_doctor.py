"""The doctor names what works and what does not, and how to mend it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.command import Days, call, configure, contents, feeds
from tests.model_server import KEY, ModelServer


def marks(out: str) -> dict[str, str]:
    """Return the mark of each thing looked at."""
    lines = [line.split() for line in out.splitlines() if not line.startswith(" ")]
    return {what: mark for mark, what, *_ in lines}


def test_all_is_well(desk: Path) -> None:
    before = contents(desk)
    done = call(desk, "doctor")
    assert (done.code, done.err) == (0, "")
    assert set(marks(done.out).values()) == {"✓"}
    assert list(marks(done.out)) == [
        "python", "configuration", "templates", "store", "outputs", "workers", "feeds", "model",
    ]  # fmt: skip
    assert "config.yaml: 14 feeds" in done.out
    assert "digest.db: sound; 14 feeds, " in done.out
    assert "3 editions, 3 runs" in done.out
    assert "none set: stories are told in the outlets’ own words" in done.out
    assert "To mend" not in done.out
    assert contents(desk).keys() == before.keys()


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
        llm = {"base_url": server.url, "model": "m1", "api_key": KEY}
        configure(desk, three_days.newsroom, llm=llm)
        done = call(desk, "doctor")
    assert done.code == 0
    assert "✓ model         m1 answers" in done.out
    assert KEY not in done.out


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
