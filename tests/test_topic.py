"""One piece on one question, from what is stored and what is fetched."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from digest.newsroom.server import Answer
from tests.command import END, Days, OddNewsroom, call, configure, contents

AT = ("--at", END.isoformat())
TALKS = "Microsoft OpenAI talks"


@pytest.mark.parametrize(
    ("style", "begins", "holds"),
    [
        ("text", r"\W+ \w", r"\nSources\n\[1\] "),
        ("markdown", r"# \W+ \w", r"\n## \W+ \w.*\n[\s\S]+\*Sources:\* "),
        ("html", r"<!doctype html>", r"<h1[\s\S]+</html>"),
        ("json", r"\{\n  \"schema\": \"digest.edition/1\"", r"\"sources\": \["),
    ],
)
def test_a_piece_is_printed_in_each_format(
    three_days: Days, style: str, begins: str, holds: str
) -> None:
    done = call(three_days.folder, "topic", TALKS, "--offline", "--format", style, *AT)
    assert done.code == 0
    assert re.match(begins, done.out), done.out[:200]
    assert re.search(holds, done.out)
    assert "Microsoft" in done.out


def test_a_piece_has_the_seed_s_shape(three_days: Days) -> None:
    text = call(three_days.folder, "topic", TALKS, "--offline", *AT).out
    paragraphs = text.split("\n\nSources")[0].split("\n")
    headings = [line for line in paragraphs if re.match(r"[^\w\s\[]", line)]
    assert 4 <= len(headings) <= 6  # the headline and three to five sections
    assert paragraphs[0] == headings[0]
    assert all(re.search(r"\[\d\]", line) for line in paragraphs if line not in headings and line)


def test_how_many_were_found_is_told_beside_the_piece(desk: Path) -> None:
    done = call(desk, "topic", TALKS, *AT)
    assert done.code == 0
    assert f"4 articles of the last 7 days bear on “{TALKS}”; 0 could not be read" in done.err
    assert "no answer from Brine & Bytes: http://brine-bytes.test/feed answered 500" in done.err
    assert "Lattice" not in done.err  # it moved, and answered
    assert done.out == call(desk, "topic", TALKS, "--offline", *AT).out


def test_articles_that_cannot_be_read_are_counted_and_named(tmp_path: Path) -> None:
    lost = "policy-docket.test/cases/microsoft-openai-docket"
    with OddNewsroom({lost: Answer(404, b"gone")}) as newsroom:
        configure(tmp_path, newsroom)
        done = call(tmp_path, "topic", TALKS, *AT)
    assert done.code == 0
    assert f"4 articles of the last 7 days bear on “{TALKS}”; 1 could not be read" in done.err
    assert f"  not read: http://{lost} (" in done.err
    assert lost not in done.out
    assert not (tmp_path / "out").exists()


def test_nobody_wrote_about_it_is_said_honestly(desk: Path) -> None:
    asked = "underwater basket weaving"
    done = call(desk, "topic", asked, *AT)
    assert done.code == 0
    assert done.out == (
        f"Nobody wrote about “{asked}” in the last 7 days: 13 feeds and the stored articles "
        "hold no report of it.\n"
    )
    assert f"no article of the last 7 days bears on “{asked}”" in done.err
    offline = call(desk, "topic", asked, "--offline", "--since", "36h", "--output", "x.txt", *AT)
    assert (offline.code, offline.out) == (0, "")
    assert "in the last 36 hours: the stored articles hold no report of it." in offline.err
    assert not (desk / "x.txt").exists()


def test_a_piece_and_its_report_go_to_files(desk: Path) -> None:
    options = ("--output", "made/talks.md", "--format", "markdown", "--report", "made/r.json")
    done = call(desk, "topic", TALKS, "--offline", *options, *AT)
    assert (done.code, done.out) == (0, "")
    assert "written to made/talks.md" in done.err
    printed = call(desk, "topic", TALKS, "--offline", "--format", "markdown", *AT).out
    assert (desk / "made" / "talks.md").read_text("utf-8") == printed
    report = json.loads((desk / "made" / "r.json").read_text("utf-8"))
    assert (report["exit_code"], report["edition"]) == (0, "made")
    assert (report["counts"]["relevant"], report["counts"]["error"]) == (4, 0)
    as_json = call(desk, "topic", TALKS, "--offline", "--json", *AT).report()
    assert as_json["counts"] == report["counts"]


def test_a_search_takes_nothing_from_the_next_edition(tmp_path: Path) -> None:
    with OddNewsroom() as newsroom:
        for name, first in (("with", ["topic", TALKS, *AT]), ("without", [])):
            (tmp_path / name).mkdir()
            configure(tmp_path / name, newsroom)
            if first:
                assert call(tmp_path / name, *first).code == 0
            assert call(tmp_path / name, "run", *AT).code == 0
    read = [
        json.loads((tmp_path / name / "out" / "edition.json").read_text("utf-8"))
        for name in ("with", "without")
    ]
    told = [{s["headline"] for s in edition["stories"]} for edition in read]
    assert told[0] == told[1]


def test_offline_asks_nobody(desk: Path, three_days: Days) -> None:
    asked = len(three_days.newsroom.requests)
    assert call(desk, "topic", TALKS, "--offline", *AT).code == 0
    before = contents(desk)  # the first search may have put its index in order
    assert call(desk, "topic", TALKS, "--offline", *AT).code == 0
    assert len(three_days.newsroom.requests) == asked
    assert contents(desk) == before


def test_without_any_answer_and_anything_stored_the_search_fails(
    tmp_path: Path, three_days: Days
) -> None:
    closed = {"*.test": "127.0.0.1:1"}
    fetch = {"connect_to": closed, "per_domain": {"interval": 0}, "timeout": "2s"}
    configure(tmp_path, three_days.newsroom, fetch=fetch)
    done = call(tmp_path, "topic", TALKS, *AT)
    assert (done.code, done.out) == (1, "")
    assert "digest: no feed answered, and no stored article bears on the question\n" in done.err
