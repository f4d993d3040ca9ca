"""The run: what a second one does, what is never written, and what the report says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import DAILY, END, Days, OddNewsroom, call, configure, contents, feeds

RUN = ("run", "--at", END.isoformat(), "--json")
EDITION = ("edition.json", "edition.md", "edition.html")


def record(folder: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads((folder / "edition.json").read_text("utf-8"))
    return parsed


def outputs(report: dict[str, Any]) -> dict[str, str]:
    return {output["kind"]: output["status"] for output in report["outputs"]}


def test_each_day_makes_an_edition_from_what_is_new(three_days: Days) -> None:
    made = [report.edition for report in three_days.reports]
    opened = [report.counts["opened"] for report in three_days.reports]
    assert made == ["made", "made", "made"]
    assert all(count > 0 for count in opened)
    for report in three_days.reports:
        assert report.exit_code == 0
        assert report.counts["feeds"] == 14
        assert report.counts["published"] >= 5
        assert set(report.seconds) == {
            "fetch", "extract", "group", "write", "render", "deliver", "total",
        }  # fmt: skip
        assert report.peak_rss_mb > 50
        stages = sum(value for name, value in report.seconds.items() if name != "total")
        assert stages <= report.seconds["total"] + 0.1


def test_no_page_is_opened_on_two_days(tmp_path: Path) -> None:
    with OddNewsroom() as newsroom:
        configure(tmp_path, newsroom, feeds=feeds(newsroom, "Harbour Wire", "Commons Log"))
        for moment in newsroom.runs():
            newsroom.show(moment)
            done = call(tmp_path, "run", "--at", moment.isoformat(), "--json")
            assert done.code == 0
        pages = newsroom.pages()
    assert len(pages) > 5
    assert len(pages) == len(set(pages))


def test_a_second_run_opens_nothing_and_changes_nothing(desk: Path, three_days: Days) -> None:
    stood = contents(desk / "out")
    asked = len(three_days.newsroom.requests)
    done = call(desk, *RUN)
    report = done.report()
    assert (done.code, report["edition"], report["edition_id"]) == (0, "unchanged", DAILY)
    assert report["counts"]["opened"] == 0
    assert outputs(report) == dict.fromkeys(("markdown", "html", "json"), "unchanged")
    assert {name: (desk / "out" / name).read_bytes() for name in EDITION} == {
        name: stood[name] for name in EDITION
    }
    requests = three_days.newsroom.requests[asked:]
    statuses = [r.status for r in requests if r.host != "brine-bytes.test"]
    assert statuses == [304] * 12  # one has moved, and is asked where it went
    assert not any(r.host == "old-signal.test" for r in requests)  # it is gone for good
    assert json.loads((desk / "out" / "report.json").read_text("utf-8")) == report


def test_a_rerun_brings_back_files_that_went_away(desk: Path) -> None:
    stood = (desk / "out" / "edition.md").read_bytes()
    (desk / "out" / "edition.md").unlink()
    assert outputs(call(desk, *RUN).report())["markdown"] == "done"
    assert (desk / "out" / "edition.md").read_bytes() == stood


def test_refresh_makes_the_edition_anew(desk: Path, three_days: Days) -> None:
    configure(desk, three_days.newsroom, edition={"max_stories": 2})
    assert call(desk, *RUN).report()["edition"] == "unchanged"
    report = call(desk, *RUN, "--refresh").report()
    assert report["edition"] == "made"
    assert len(record(desk / "out")["stories"]) == 2
    assert call(desk, *RUN).report()["edition"] == "unchanged"
    assert len(record(desk / "out")["stories"]) == 2


def test_refresh_never_puts_an_empty_edition_in_the_place_of_a_full_one(
    desk: Path, three_days: Days
) -> None:
    words = ["a", "the", "in", "on", "of", "to", "and", "der", "die", "das"]
    configure(desk, three_days.newsroom, edition={"mute": words})
    stood = contents(desk / "out")
    done = call(desk, *RUN, "--refresh")
    assert (done.code, done.report()["edition"]) == (0, "unchanged")
    assert (desk / "out" / "edition.json").read_bytes() == stood["edition.json"]


def test_a_dry_run_writes_nothing_and_prints_the_edition(desk: Path) -> None:
    before = contents(desk)
    plain = ("run", "--at", END.isoformat(), "--dry-run")
    done = call(desk, *plain)
    assert done.code == 0
    assert done.out == (desk / "out" / "edition.md").read_text("utf-8")
    assert "(unchanged: " in done.err
    assert call(desk, *plain, "--refresh").out == done.out
    assert contents(desk) == before


def test_a_dry_run_makes_no_store(tmp_path: Path, three_days: Days) -> None:
    configure(tmp_path, three_days.newsroom, edition={"schedule": {"at": "06:00"}})
    for more in ([], ["--due"]):
        done = call(tmp_path, "run", "--at", END.isoformat(), "--dry-run", *more)
        assert done.code == 0
        assert done.out.count("\n## ") >= 5
        assert list(contents(tmp_path)) == ["config.yaml"]


def test_no_deliver_leaves_the_configured_outputs_alone(desk: Path, three_days: Days) -> None:
    listed = [{"kind": "markdown", "dir": "archive", "path": "{date:%Y/%m}/{name}.md"}]
    configure(desk, three_days.newsroom, outputs=listed)
    held = call(desk, *RUN, "--no-deliver", "--out", "elsewhere").report()
    assert not (desk / "archive").exists()
    assert len(held["outputs"]) == 3
    delivered = call(desk, *RUN, "--out", "elsewhere").report()
    assert delivered["outputs"][-1]["status"] == "done"
    text = (desk / "archive" / "2025" / "05" / "daily.md").read_text("utf-8")
    assert text == (desk / "elsewhere" / "edition.md").read_text("utf-8")


@pytest.mark.parametrize("when_empty", ["skip", "note"])
def test_a_day_without_news_gives_an_honest_empty_edition(
    tmp_path: Path, three_days: Days, when_empty: str
) -> None:
    changes = {"when_empty": when_empty, "mute": ["a", "the", "in", "on", "of", "to", "und"]}
    listed = feeds(three_days.newsroom, "Commons Log", "Model Watch")
    configure(tmp_path, three_days.newsroom, edition=changes, feeds=listed)
    done = call(tmp_path, *RUN)
    report = done.report()
    assert (done.code, report["edition"], report["counts"]["published"]) == (0, "empty", 0)
    written = sorted(name.removeprefix("out/") for name in contents(tmp_path / "out"))
    if when_empty == "skip":
        assert written == ["report.json"]
        assert report["outputs"] == []
    else:
        assert written == ["edition.html", "edition.json", "edition.md", "report.json"]
        assert record(tmp_path / "out")["stories"] == []
    plain = call(tmp_path, "run", "--at", END.isoformat())
    assert f"{DAILY} (nothing to tell)" in plain.out
    assert "stories   none" in plain.out


def test_an_empty_edition_is_replaced_when_news_comes(tmp_path: Path, three_days: Days) -> None:
    changes = {"mute": ["a", "the", "in", "on", "of", "to"]}
    listed = feeds(three_days.newsroom, "Harbour Wire")
    configure(tmp_path, three_days.newsroom, edition=changes, feeds=listed)
    assert call(tmp_path, *RUN).report()["edition"] == "empty"
    configure(tmp_path, three_days.newsroom)
    assert call(tmp_path, *RUN).report()["edition"] == "made"


def test_the_report_accounts_for_every_new_entry(three_days: Days) -> None:
    for report in three_days.reports:
        assert len(report.entries) >= sum(f.new_entries for f in report.feeds)
        assert all(entry.reason for entry in report.entries), report.entries
        assert report.counts["entries"] == sum(f.entries for f in report.feeds)


def test_the_same_days_give_the_same_bytes(three_days: Days, tmp_path: Path) -> None:
    with OddNewsroom() as newsroom:
        configure(tmp_path, newsroom)
        for moment in newsroom.runs():
            newsroom.show(moment)
            assert call(tmp_path, "run", "--at", moment.isoformat()).code == 0
    for name in EDITION:
        again = (tmp_path / "out" / name).read_bytes()
        assert again == (three_days.folder / "out" / name).read_bytes()
