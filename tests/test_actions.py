"""The GitHub Actions example: its own commands, on machines that forget everything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.core.committed import Committed, committed
from digest.core.text import sentences
from digest.newsroom.server import Newsroom
from tests.command import END

EXAMPLE = Path(__file__).parent.parent / "examples" / "github-actions"
REPOSITORY = "reader/news"
LAST = "main:digests/2025/05/2025-05-14.md"
SHIM = """#!/bin/sh
case "$1 $2" in "state load"*) ;; *) set -- "$@" --at {at} ;; esac
exec {python} -c "from digest.cli import main; main()" "$@"
"""

pytestmark = pytest.mark.skipif(
    not (shutil.which("git") and shutil.which("bash")), reason="needs git and bash"
)


def workflow() -> dict[Any, Any]:
    parsed: dict[Any, Any] = yaml.safe_load((EXAMPLE / "digest.yml").read_text("utf-8"))
    return parsed


def commands() -> list[tuple[str, str]]:
    """Return the name and the command of each step that runs one, but the one that installs."""
    steps = workflow()["jobs"]["digest"]["steps"]
    return [(s["name"], s["run"]) for s in steps if "run" in s and s["name"] != "Install"]


@dataclass
class Runner:
    """GitHub's part: a repository, and a new machine for each run."""

    folder: Path
    newsroom: Newsroom
    said: list[str] = field(default_factory=list)
    statuses: list[list[int]] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)  # commits of the state, a day each

    @property
    def remote(self) -> Path:
        return self.folder / "github.com" / f"{REPOSITORY}.git"

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.remote), *arguments], capture_output=True, check=True
        )
        return done.stdout.decode()

    def work(self, moment: datetime, *, due: str = "--due") -> None:
        """Run the workflow's commands in an empty folder, as of a day of the newsroom."""
        day = len(self.said) + 1
        machine = self.folder / f"day-{day}"
        machine.mkdir()
        self._config(machine / "config.yaml")
        environment = self._environment(machine, moment) | {"DUE": due}
        self.newsroom.show(moment)
        asked = len(self.newsroom.requests)
        for name, command in commands():
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", command],
                cwd=machine,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, (day, name, done.stdout, done.stderr)
            if name.startswith("Remember"):
                self.said.append(done.stdout)
        self.statuses.append([r.status for r in self.newsroom.requests[asked:]])
        self.saved.append(self.git("rev-parse", "digest-state").strip())

    def _config(self, file: Path) -> None:
        """Write the example's configuration with the newsroom in the place of the live feeds."""
        settings = yaml.safe_load((EXAMPLE / "config.yaml").read_text("utf-8"))
        world = self.newsroom.config()
        settings["feeds"] = world["feeds"]
        settings["fetch"] = {"per_domain": {"interval": 0}, "connect_to": world["connect_to"]}
        settings["workers"] = {"processes": 2}
        file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")

    def _environment(self, machine: Path, moment: datetime) -> dict[str, str]:
        home = machine.with_name(machine.name + "-home")
        (home / "bin").mkdir(parents=True)
        shim = home / "bin" / "digest"
        shim.write_text(SHIM.format(at=moment.isoformat(), python=sys.executable))
        shim.chmod(0o755)
        instead = f'[url "{(self.folder / "github.com").as_uri()}/"]\n'
        instead += "\tinsteadOf = https://github.com/\n"
        (home / ".gitconfig").write_text(instead)
        return {
            "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": "made-up-token-of-a-run",
        }

    def editions(self) -> list[Committed]:
        """Return what the committed editions tell, oldest first."""
        paths = self.git("ls-tree", "-r", "--name-only", "main").split()
        found = [committed(self.git("show", f"main:{path}")) for path in sorted(paths)]
        assert None not in found
        return [edition for edition in found if edition is not None]

    def state(self) -> dict[str, str]:
        paths = self.git("ls-tree", "-r", "--name-only", "digest-state").split()
        return {path: self.git("show", f"digest-state:{path}") for path in paths}


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """The workflow's three days."""
    with Newsroom(END) as newsroom:
        hosted = Runner(tmp_path_factory.mktemp("actions"), newsroom)
        hosted.remote.mkdir(parents=True)
        hosted.git("init", "--quiet", "--bare", "--initial-branch=main")
        for moment in newsroom.runs():
            hosted.work(moment)
        yield hosted


def assert_told_once(editions: list[Committed], last: str) -> None:
    """No source and no headline in two editions, and on the last day one update told as one."""
    headlines = [piece.headline for edition in editions for piece in edition.pieces]
    sources = [s.url for edition in editions for piece in edition.pieces for s in piece.sources]
    assert len(headlines) == len(set(headlines)) > 15
    assert len(sources) == len(set(sources)) > 25
    assert not any("sundmark-rewrite" in url for url in sources)  # the newsroom's repeat
    assert last.count("🔁") == 1
    assert "Pellucor" in last.split("🔁")[0].rsplit("## ", 1)[1]


def test_three_days_commit_three_editions_that_tell_everything_once(runner: Runner) -> None:
    editions = runner.editions()
    assert [e.date.isoformat() for e in editions] == ["2025-05-12", "2025-05-13", "2025-05-14"]
    assert len(runner.git("log", "--format=%an", "main").split("\n")) - 1 == 3
    assert_told_once(editions, runner.git("show", LAST))


def test_the_days_remember_each_other_and_ask_feeds_what_is_new(runner: Runner) -> None:
    assert runner.said[0] == "no state yet: this is the first run\n"
    assert all(re.match(r"state loaded: \d+ entries, \d editions?\n", s) for s in runner.said[1:])
    assert 304 in runner.statuses[1] + runner.statuses[2]
    assert runner.git("rev-list", "--count", "digest-state").strip() == "1"


def test_the_state_holds_no_text_no_secret_and_no_address(runner: Runner) -> None:
    state = "".join(runner.state().values())
    printed = _bare("".join(runner.git("show", f"main:{path}") for path in _paths(runner)))
    told = {
        _bare(sentence)
        for piece in runner.newsroom._world.pieces
        for sentence in sentences("\n".join(piece.paragraphs))
        if len(sentence.split()) > 5
    }
    unprinted = {sentence for sentence in told if sentence not in printed}
    assert len(unprinted) > 100
    held = _bare(state)
    assert [sentence for sentence in unprinted if sentence in held] == []
    assert "made-up-token" not in state
    assert not re.search(r"[\w.+-]+@[\w-]+\.[a-z]", state)
    for outlet in runner.newsroom._world.outlets.values():
        assert outlet.feed_url not in state


@pytest.fixture
def second_day(runner: Runner, tmp_path: Path) -> Iterator[Runner]:
    """The repository as it was after two days, and the newsroom."""
    with Newsroom(END) as newsroom:
        hosted = Runner(tmp_path, newsroom)
        shutil.copytree(runner.remote, hosted.remote)
        hosted.git("update-ref", "refs/heads/main", "main~1")
        yield hosted


@pytest.mark.long
def test_lost_state_is_rebuilt_from_the_committed_editions(
    runner: Runner, second_day: Runner
) -> None:
    second_day.git("update-ref", "-d", "refs/heads/digest-state")
    second_day.work(second_day.newsroom.runs()[2])
    assert second_day.said == ["no state found: rebuilt from 2 committed editions\n"]
    last = second_day.git("show", LAST)
    assert_told_once(second_day.editions(), last)
    assert last == runner.git("show", LAST)

    # Lost again, the third edition is read back too, and not put in its own place.
    second_day.git("update-ref", "-d", "refs/heads/digest-state")
    second_day.work(second_day.newsroom.runs()[2], due="")
    assert second_day.said[-1] == "no state found: rebuilt from 3 committed editions\n"
    assert second_day.git("show", LAST) == last


@pytest.mark.long
def test_a_run_that_ended_before_its_state_was_saved_is_caught_up_with(
    runner: Runner, second_day: Runner
) -> None:
    second_day.git("update-ref", "refs/heads/digest-state", runner.saved[0])
    second_day.work(second_day.newsroom.runs()[2])
    assert second_day.said[0].endswith("1 edition, and 1 committed edition it did not know of\n")
    assert_told_once(second_day.editions(), second_day.git("show", LAST))


def test_the_token_is_on_no_disk(runner: Runner) -> None:
    for file in runner.folder.rglob("*"):
        if file.is_file():
            assert b"made-up-token" not in file.read_bytes(), file


def test_git_gets_the_token_from_the_environment(runner: Runner) -> None:
    done = subprocess.run(
        ["git", "credential", "fill"],
        input="protocol=https\nhost=github.com\n\n",
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(runner.folder / "day-1-home"),
            "GITHUB_TOKEN": "made-up-token-of-a-run",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert "username=x-access-token\npassword=made-up-token-of-a-run\n" in done.stdout


def test_the_workflow_asks_for_no_more_than_it_needs() -> None:
    flow = workflow()
    job = flow["jobs"]["digest"]
    assert flow["permissions"] == {}
    assert job["permissions"] == {"contents": "write"}
    assert flow["concurrency"] == {"group": "digest", "cancel-in-progress": False}
    assert job["timeout-minutes"] <= 60
    for schedule in flow[True]["schedule"]:  # YAML reads “on” as true
        assert int(schedule["cron"].split()[0]) % 5 != 0
    for step in job["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False
        assert "secrets." not in step.get("run", "")
        assert "${{" not in step.get("run", "")  # nothing from outside becomes a command


def _paths(runner: Runner) -> list[str]:
    return runner.git("ls-tree", "-r", "--name-only", "main").split()


def _bare(text: str) -> str:
    """Return a text's letters and digits, so that no escape hides a sentence."""
    return re.sub(r"[\W_]+", " ", text)
