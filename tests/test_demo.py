"""The demo: three days of the newsroom, as anyone who tries the program sees them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.command import END, call, contents

AT = ("--at", END.isoformat())


def test_the_demo_tells_what_became_of_everything(tmp_path: Path) -> None:
    done = call(tmp_path, "demo", *AT)
    assert done.code == 0
    folder = tmp_path / "out" / "demo"
    assert set(contents(folder)) == {
        "config.yaml", "digest.db", "digest.db.lock", "edition.html", "edition.json", "edition.md",
        "report.json",
    }  # fmt: skip
    assert done.err.splitlines() == [
        "Day 1 of 3: the newsroom as of Monday 12 May, 06:30 UTC",
        "Day 2 of 3: the newsroom as of Tuesday 13 May, 06:30 UTC",
        "Day 3 of 3: the newsroom as of Wednesday 14 May, 06:30 UTC",
    ]
    rows = re.findall(r"^([✓✗])  (.+?)  +(\S.+)$", done.out, re.MULTILINE)
    assert len(rows) == 20
    assert [row for row in rows if row[0] == "✗"] == []
    days = re.findall(r"^Day \d: 14 feeds, (\d+) pages opened, (\d+) stories", done.out, re.M)
    assert len(days) == 3
    assert all(int(pages) and int(stories) for pages, stories in days)
    assert "opened no page, and left the edition as it was (unchanged)" in done.out
    assert "  out/demo/edition.md\n" in done.out
    assert 'digest topic "Microsoft OpenAI talks" --offline --config out/demo' in done.out
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert (report["edition"], report["edition_id"]) == ("made", "daily-2025-05-14")

    topic = ("topic", "Microsoft OpenAI talks", "--offline", "--config", "out/demo/config.yaml")
    told = call(tmp_path, *topic, *AT)
    assert told.code == 0
    assert "Sources\n[1] " in told.out

    again = call(tmp_path, "demo", *AT, "--json")
    assert again.code == 0
    assert again.report()["counts"] == report["counts"]
    assert json.loads((folder / "edition.json").read_text("utf-8"))["id"] == "daily-2025-05-14"


def test_the_demo_takes_nobody_else_s_folder(tmp_path: Path) -> None:
    for name in ("config.yaml", "edition.md", "digest.db"):
        folder = tmp_path / name.replace(".", "-")
        folder.mkdir()
        (folder / name).write_text("mine")
        done = call(tmp_path, "demo", "--out", folder)
        assert (done.code, done.out) == (2, "")
        assert done.err == (
            f"digest: {folder / name} was not made by the demo; name another folder with --out\n"
        )
        assert contents(folder) == {name: b"mine"}
    (tmp_path / "file").write_text("mine")
    blocked = call(tmp_path, "demo", "--out", "file")
    assert blocked.code == 2 or blocked.code == 3
    assert "not a directory" in blocked.err
    assert (tmp_path / "file").read_text() == "mine"
