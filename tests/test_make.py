"""Set-up by make, with a stand-in for Python on the PATH, so that nothing is downloaded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = [
    "awk",
    "cat",
    "chmod",
    "cksum",
    "cp",
    "dirname",
    "find",
    "make",
    "mkdir",
    "rm",
    "sed",
    "sh",
    "sleep",
    "tail",
]

# Answers .ci/setup's questions as VERSION and BARE say; pip's calls go to the file calls.
PYTHON = """#!/bin/sh
case "$*" in
    *'print("%d.%d"'*) echo {version} ;;
    *'sys.exit(sys.version_info'*) case {version} in 2.*|3.[0-9]|3.10) exit 1 ;; esac ;;
    *'import ensurepip, venv'*) exit {bare} ;;
    '-m venv .venv') mkdir -p .venv/bin; cp "$0" .venv/bin/python; echo venv >>calls ;;
    *'pip install'*)
        echo "$*" >>calls
        [ ! -e broken ] || {{ echo 'ERROR: no such wheel'; exit 1; }}
        case "$*" in *' -e .')
            printf '#!/bin/sh\\necho "digest $*"\\n' >.venv/bin/digest; chmod +x .venv/bin/digest ;;
        esac ;;
esac
"""


class Machine:
    """A machine with the usual tools, the Pythons a test gives it, and the project."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.project = folder / "a project"  # a folder's name may hold a space
        self.bin.mkdir(parents=True)
        (self.project / "digest").mkdir(parents=True)
        (self.project / ".ci").mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or pytest.fail(f"no {tool} here"))
        for name in (
            *("Makefile", ".ci/setup", "pyproject.toml", "digest/__init__.py"),
            *("requirements.lock", "requirements-test.lock"),
        ):
            shutil.copy(ROOT / name, self.project / name)

    def python(self, name: str, version: str, *, bare: bool = False) -> None:
        file = self.bin / name
        file.write_text(PYTHON.format(version=version, bare=int(bare)))
        file.chmod(0o755)

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *words],
            cwd=self.project,
            env={"PATH": str(self.bin), "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=60,
        )

    def calls(self) -> list[str]:
        """Return what was asked of venv and pip since the last call, a word for each."""
        file = self.project / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [line.split()[-1] for line in lines]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_python_one_sentence_says_so(machine: Machine) -> None:
    done = machine.make("demo")
    assert done.returncode != 0
    first = done.stderr.splitlines()[0]
    assert (
        first == "Digest needs Python 3.11 or newer and found none; install it and call make again."
    )


def test_an_old_python_is_named(machine: Machine) -> None:
    machine.python("python3", "3.9")
    done = machine.make("demo")
    assert done.returncode != 0
    assert "needs Python 3.11 or newer and this is Python 3.9" in done.stderr.splitlines()[0]
    assert machine.calls() == []


def test_a_python_without_venv_is_told_what_to_install(machine: Machine) -> None:
    machine.python("python3", "3.12", bare=True)
    done = machine.make("demo")
    assert done.returncode != 0
    first = done.stderr.splitlines()[0]
    assert "Python 3.12" in first
    assert "apt install python3-venv" in first


def test_a_shim_that_fails_is_passed_over(machine: Machine) -> None:
    shim = machine.bin / "python3.13"
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    machine.python("python3.12", "3.12", bare=True)
    machine.python("python3.11", "3.11")
    done = machine.make("demo")
    assert done.returncode == 0, done.stderr
    assert "pyenv" not in done.stderr
    assert done.stdout == "digest demo\n"


def test_the_second_time_nothing_is_set_up(machine: Machine) -> None:
    machine.python("python3", "3.13")
    first = machine.make("demo", "ARGS=--out x")
    assert first.stdout == "digest demo --out x\n"
    assert first.stderr.splitlines() == ["Setting up .venv (about a minute, once) …"]
    assert machine.calls() == ["venv", "requirements.lock", "."]
    started = time.monotonic()
    second = machine.make("digest")
    assert time.monotonic() - started < 2
    assert (second.stdout, second.stderr) == ("digest run\n", "")
    assert machine.calls() == []


def test_jobs_side_by_side_set_up_once(machine: Machine) -> None:
    machine.python("python3", "3.13")
    done = machine.make("-j4", "demo", "digest")
    assert sorted(done.stdout.splitlines()) == ["digest demo", "digest run"]
    assert machine.calls() == ["venv", "requirements.lock", "."]


def test_only_what_changed_is_set_up_again(machine: Machine) -> None:
    machine.python("python3", "3.13")
    machine.make("venv-test")
    assert machine.calls() == ["venv", "requirements.lock", ".", "requirements-test.lock"]
    for name, expected in (
        ("pyproject.toml", ["."]),
        ("requirements-test.lock", ["requirements-test.lock"]),
        ("requirements.lock", ["venv", "requirements.lock", ".", "requirements-test.lock"]),
    ):
        with (machine.project / name).open("a") as file:
            file.write("# changed\n")
        machine.make("venv-test")
        assert machine.calls() == expected, name


def test_a_failed_set_up_shows_why_and_is_done_again(machine: Machine) -> None:
    machine.python("python3", "3.13")
    (machine.project / "broken").touch()
    done = machine.make("demo")
    assert done.returncode != 0
    assert "ERROR: no such wheel" in done.stderr
    assert "Setting up .venv failed" in done.stderr
    assert machine.calls() == ["venv", "requirements.lock"]
    (machine.project / "broken").unlink()
    assert machine.make("demo").returncode == 0
    assert machine.calls() == ["venv", "requirements.lock", "."]


def test_a_moved_folder_is_set_up_again(machine: Machine) -> None:
    machine.python("python3", "3.13")
    machine.make("venv")
    machine.calls()
    machine.project = machine.project.rename(machine.project.with_name("moved"))
    machine.make("venv")
    assert machine.calls() == ["venv", "requirements.lock", "."]


def test_make_alone_lists_what_it_can_do(machine: Machine) -> None:
    done = machine.make()
    assert done.returncode == 0
    listed = [line.split()[1] for line in done.stdout.splitlines()]
    assert listed == [
        "help",
        "demo",
        "digest",
        "test",
        "test-all",
        "lint",
        "format",
        "lock",
        "clean",
    ]


def test_clean_leaves_what_the_user_made(machine: Machine) -> None:
    for name in (".venv/bin/x", "out/demo/edition.md", "out/daily/edition.md", "var/digest.db"):
        (machine.project / name).parent.mkdir(parents=True, exist_ok=True)
        (machine.project / name).touch()
    assert machine.make("clean").returncode == 0
    left = {p.name for p in machine.project.rglob("*") if p.is_file()}
    assert {"digest.db", "edition.md"} <= left
    assert not (machine.project / ".venv").exists()
    assert not (machine.project / "out/demo").exists()


@pytest.mark.long
@pytest.mark.parametrize("extra", ["", "test"])
def test_the_locks_install_from_the_registry(tmp_path: Path, extra: str) -> None:
    machine = Machine(tmp_path)
    shutil.copytree(ROOT / "digest", machine.project / "digest", dirs_exist_ok=True)
    shutil.copytree(ROOT / "templates", machine.project / "templates")
    for name in ("README.md", "LICENSE", "config.yaml"):
        shutil.copy(ROOT / name, machine.project)
    subprocess.run(
        ["sh", ".ci/setup", *([extra] if extra else [])],
        cwd=machine.project,
        env={**os.environ, "PYTHON": sys.executable},
        check=True,
        timeout=600,
    )
    done = subprocess.run(
        [machine.project / ".venv/bin/digest", "--version"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
