"""The ``digest`` command as a user runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from digest import app, cli
from digest.models import RunReport
from digest.newsroom.server import Answer, Newsroom

END = datetime(2025, 5, 14, 6, 30, tzinfo=UTC)  # a Wednesday; the newsroom's third day
DAILY = "daily-2025-05-14"
PROGRAM = [sys.executable, "-c", "from digest.cli import main; main()"]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def report(self) -> dict[str, Any]:
        """Return what ``--json`` printed; raises where it is not one JSON document."""
        parsed: dict[str, Any] = json.loads(self.out)
        return parsed


@dataclass(frozen=True)
class Days:
    """The newsroom's three days as run: the folder they left, and their reports."""

    newsroom: Newsroom
    folder: Path
    reports: tuple[RunReport, ...]


class OddNewsroom(Newsroom):
    """The newsroom with some of its answers changed, and with answers that can be held back.

    ``odd`` maps "host/path" to another answer. A page of ``held`` (a host) waits for ``released``;
    ``reached`` is set when such a page was asked for.
    """

    def __init__(self, odd: Mapping[str, Answer] | None = None, *, held: str = "") -> None:
        super().__init__(END)
        self.odd = dict(odd or {})
        self.held = held
        self.reached = threading.Event()
        self.released = threading.Event()

    def answer(self, host: str, target: str) -> Answer:
        if self.held and host == self.held:
            self.reached.set()
            self.released.wait(20)
        return self.odd.get(host + target) or super().answer(host, target)

    def pages(self) -> list[str]:
        """Return the addresses of the article pages asked for so far."""
        known = {f"http://{p.outlet.host}{p.path}" for p in self._world.pieces}
        asked = [f"http://{r.host}{r.path}" for r in self.requests]
        return [url for url in asked if url in known]


def digest(
    folder: Path,
    *arguments: str | Path,
    environment: Mapping[str, str] | None = None,
    within: float = 60.0,
    before: Callable[[], None] | None = None,
) -> Done:
    """Run a command in ``folder`` to its end."""
    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=within,
        preexec_fn=before,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def call(folder: Path, *arguments: str | Path) -> Done:
    """Run a command in this process, which is quicker: for what needs no process of its own."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        code = cli.answer([str(argument) for argument in arguments])
    return Done(code, out.getvalue(), err.getvalue())


def start(folder: Path, *arguments: str | Path, output: int = subprocess.PIPE) -> Any:
    """Start a command in a session of its own and return its process."""
    return subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        cwd=folder,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


def configure(folder: Path, newsroom: Newsroom, **changes: object) -> Path:
    """Write ``config.yaml`` for the newsroom into ``folder``; ``changes`` replace whole keys."""
    world = newsroom.config()
    settings: dict[str, object] = {
        "store": "sqlite:///digest.db",
        "timezone": "UTC",
        "feeds": world["feeds"],
        "topic_feeds": world["topic_feeds"],
        "fetch": {"per_domain": {"interval": 0}, "connect_to": world["connect_to"]},
        "workers": {"processes": 2},
    }
    file = folder / "config.yaml"
    kept = {key: value for key, value in (settings | changes).items() if value is not None}
    file.write_text(yaml.safe_dump(kept, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return file


def feeds(newsroom: Newsroom, *names: str) -> list[dict[str, Any]]:
    """Return the newsroom's feeds of these names, as a configuration lists them."""
    listed: Sequence[dict[str, Any]] = newsroom.config()["feeds"]  # type: ignore[assignment]
    chosen = [feed for feed in listed if feed["name"] in names]
    assert len(chosen) == len(names), [feed["name"] for feed in listed]
    return chosen


def left_behind(folder: Path) -> list[str]:
    """Return the names of unfinished files anywhere below ``folder``."""
    return sorted(p.name for p in folder.rglob(".*") if p.is_file())


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below ``folder`` with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def is_sound(folder: Path) -> bool:
    """Tell whether the configured store finds no fault with itself."""
    with app.open_store(app.read_config(folder / "config.yaml")) as store:
        return store.check() == []


def alone(session: int) -> bool:
    """Tell whether every process of a session has ended, waiting a little for the last."""
    if sys.platform != "linux":
        return True
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        left = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                left.append(stat.parent.name)
        if not left:
            return True
        time.sleep(0.05)
    return False
