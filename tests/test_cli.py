"""The command line: what is asked, where answers go, and with which exit code."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command import DAILY, END, PROGRAM, Days, call, contents, digest

AT = END.isoformat()
COLOUR = "\x1b["


def test_help_and_version_answer_at_once(tmp_path: Path) -> None:
    took = []
    for option in ("--help", "--version", "--help", "--version"):
        began = time.monotonic()
        done = digest(tmp_path, option)
        took.append(time.monotonic() - began)
        assert (done.code, done.err) == (0, "")
    assert done.out.startswith("digest 0.")
    assert min(took) < 0.3


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    heavy = ("sqlalchemy", "pydantic", "httpx", "sklearn", "openai", "rich.progress", "jinja2")
    code = (
        "import sys\nfrom digest.cli import main\nsys.argv = ['digest', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print(*[m for m in {heavy} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == ""


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ("nope", 2, "No such command 'nope'"),
        ("run --nope", 2, "No such option: --nope"),
        ("topic", 2, "Missing argument 'QUERY'"),
        ("editions nope", 2, "No such command 'nope'"),
        ("run --edition nope", 2, "--edition: there is no edition “nope”; configured is “daily”"),
        ("run --at tomorrow", 2, "--at: “tomorrow” is no ISO 8601 time, such as 2026-03-01T06:30"),
        ("run --at 0001-01-01", 2, "--at: the year 1 is not between 1990 and 2999"),
        ("run --at 9999-12-31T23:59", 2, "--at: the year 9999"),
        ("run --dry-run --report r.json", 2, "--report: --dry-run writes nothing"),
        ("run --due", 2, "edition.schedule is not set; give it a time"),
        ("serve", 2, "edition.schedule is not set; give it a time"),
        ("topic x --since last", 2, "--since: “last” is not available in this version"),
        ("topic x --since 7", 2, "--since: “7” is no span such as 12h or 7d"),
        ("topic x --since 0", 2, "--since: “0” is no span such as 12h or 7d, and at most 3650d"),
        ("topic x --since 99999999d", 2, "and at most 3650d"),
        ("topic x --format nope", 2, "--format: “nope” is none of email, html, json, markdown"),
        ("topic x --format pdf", 2, "--format: “pdf” is none of email, html, json, markdown, text"),
        ("topic ?! --offline", 2, "“?!” holds no word to look for"),
        ("explain nope", 1, "nothing is known of nope"),
        ("editions show nope", 1, "there is no edition nope; `digest editions list` names those"),
        ("editions render nope", 1, "there is no edition nope"),
        (f"editions show {DAILY} --format nope", 2, "“nope” is none of markdown, html, json"),
        ("doctor --config nope.yaml --json", 2, ""),
        ("run --config nope.yaml", 2, "nope.yaml: there is no such file; `digest init` makes one"),
        ("run --config .", 2, ".: cannot be read: Is a directory"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    three_days: Days, arguments: str, code: int, says: str
) -> None:
    before = contents(three_days.folder)
    done = call(three_days.folder, *arguments.split())
    assert done.code == code
    assert says in done.err
    assert "Traceback" not in done.err
    assert says == "" or done.out == ""
    assert contents(three_days.folder) == before


def test_results_go_to_standard_output_and_progress_to_standard_error(desk: Path) -> None:
    done = call(desk, "run", "--at", AT)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == f"edition   {DAILY} (unchanged: today’s edition stands as it was)"
    told = "12 of 14 answered, 12 of them unchanged since the last run, 1 gone, 1 left alone"
    assert " ".join(" ".join(lines[1:3]).split()) == f"feeds {told} for now, after trouble"
    assert lines[3] == "articles  no page opened"
    assert re.fullmatch(r"stories   \d+ told, \d+ in brief", lines[4])
    assert re.fullmatch(r"time      \d+\.\d s", lines[5])
    assert lines[6] == "markdown  out/edition.md (unchanged)"
    assert done.err == "feeds: 14 of 14\n"
    assert all(len(line) <= 80 and line == line.rstrip() for line in lines)


def test_a_closing_table_fits_eighty_columns(tmp_path: Path, three_days: Days) -> None:
    config = three_days.folder / "config.yaml"
    report = tmp_path / "report.json"
    done = call(tmp_path, "run", "--at", AT, "--config", config, "--dry-run")
    lines = done.err.splitlines()
    assert done.code == 0
    assert not report.exists()
    assert all(len(line) <= 80 for line in lines), lines
    assert "markdown  standard output (held): a dry run writes nothing" in lines


def test_any_encoding_of_the_terminal_will_do(desk: Path) -> None:
    environment = {"PYTHONIOENCODING": "ascii", "TERM": "xterm-256color"}
    show = ("editions", "show", DAILY, "--format")
    record = digest(desk, *show, "json", environment=environment)
    assert record.code == 0, record.err
    assert json.loads(record.out) == json.loads((desk / "out" / "edition.json").read_text("utf-8"))
    told = digest(desk, "run", "--at", AT, "--dry-run", environment=environment)
    assert told.code == 0, told.err
    assert "In this edition" in told.out
    assert COLOUR not in told.out + told.err


def test_json_is_one_document_on_standard_output(desk: Path) -> None:
    kinds: dict[tuple[str, ...], type] = {
        ("run", "--at", AT): dict,
        ("run", "--at", AT, "--dry-run"): dict,
        ("topic", "Microsoft OpenAI talks", "--offline", "--at", AT): dict,
        ("topic", "gardening zebras", "--offline", "--at", AT): dict,
        ("editions", "list"): list,
        ("explain", DAILY): dict,
        ("doctor",): list,
    }
    for arguments, kind in kinds.items():
        done = call(desk, *arguments, "--json")
        assert done.code == 0, (arguments, done.err)
        assert isinstance(json.loads(done.out), kind)


def test_a_reader_who_has_enough_is_no_trouble(desk: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        [*PROGRAM, "editions", "show", DAILY, "--format", "html"],
        cwd=desk,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(write)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")


def test_a_full_disk_behind_standard_output_is_said(desk: Path) -> None:
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen(
            [*PROGRAM, "editions", "list"],
            cwd=desk,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err == "digest: the system stopped it: no space left on device\n"


def test_closed_outputs_lose_nothing(desk: Path) -> None:
    program = f'"{sys.executable}" -c "from digest.cli import main; main()"'
    command = f"{program} run --at {AT} --refresh --out anew >&- 2>&-"
    done = subprocess.run(command, shell=True, cwd=desk, capture_output=True, timeout=60)  # noqa: S602
    assert done.returncode == 0
    for name in ("edition.md", "edition.html", "edition.json"):
        assert (desk / "anew" / name).read_bytes() == (desk / "out" / name).read_bytes()
    assert "sound" in call(desk, "doctor").out


def test_bars_and_colour_are_for_terminals(desk: Path) -> None:
    watched = on_terminal(desk, "run", "--at", AT, "--refresh")
    assert COLOUR in watched
    assert "feeds" in watched
    assert "14/14" in watched
    assert DAILY in watched


def on_terminal(folder: Path, *arguments: str) -> str:
    """Return all that a command writes to a terminal of its own."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"},
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:  # Linux says so when the last writer is gone
        pass
    finally:
        os.close(ours)
        assert process.wait(timeout=30) == 0
    return shown.decode("utf-8", "replace")


def test_verbose_logs_where_it_went_wrong(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("store: sqlite:///x.db\nfeeds: []\n")
    quiet = call(tmp_path, "run")
    loud = digest(tmp_path, "run", "--verbose")
    assert quiet.code == loud.code == 2
    assert "Traceback" not in quiet.err
    assert quiet.err in loud.err
    assert "Traceback" in loud.err


def test_init_makes_a_folder_that_the_doctor_accepts(tmp_path: Path) -> None:
    made = call(tmp_path, "init", "new/desk")
    assert made.code == 0
    assert "new/desk/config.yaml is ready to edit" in made.out
    again = call(tmp_path, "init", "new/desk")
    assert again.code == 2
    assert again.err == ("digest: new/desk/config.yaml is there already; it was left as it is\n")
    (tmp_path / "file").write_text("x")
    blocked = call(tmp_path, "init", "file")
    assert blocked.code == 2
    assert blocked.err == "digest: file/config.yaml cannot be written: not a directory\n"
    listed = call(tmp_path, "editions", "list", "--config", "new/desk/config.yaml")
    assert (listed.code, listed.out) == (0, "no edition has been made yet\n")
    assert list(contents(tmp_path / "new")) == ["desk/config.yaml"]
