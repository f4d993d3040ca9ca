"""Running git: no prompt, a time limit, bounded output, nothing of ours left behind."""

from __future__ import annotations

import contextlib
import os
import random
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from digest.adapters.git.remote import Remote

OLDEST = (2, 31)  # the first that takes settings from the environment (GIT_CONFIG_COUNT)
_MOST_OUTPUT = 4_000_000  # bytes; of what git says, not of what it is asked to give
_MOST_WORDS = 64_000

# What a caller's own git set up for its repository (git rev-parse --local-env-vars), and what
# changes how paths are read or where git writes besides.
_NOT_OURS = frozenset(
    (
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_ATTR_SOURCE",
        "GIT_COMMON_DIR",
        "GIT_CONFIG",
        "GIT_CONFIG_PARAMETERS",
        "GIT_DEFAULT_HASH",
        "GIT_DIR",
        "GIT_EXTERNAL_DIFF",
        "GIT_GLOB_PATHSPECS",
        "GIT_GRAFT_FILE",
        "GIT_ICASE_PATHSPECS",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INDEX_VERSION",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NAMESPACE",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
        "GPG_TTY",
    )
)
_OWN_WAYS = (
    ("gc.auto", "0"),  # nothing goes on in the background
    ("maintenance.auto", "false"),
    ("core.fsmonitor", "false"),
    ("core.safecrlf", "false"),
    ("color.ui", "false"),
    ("fetch.writeCommitGraph", "false"),
    ("submodule.recurse", "false"),
)


@dataclass(frozen=True, slots=True)
class Conduct:
    """How git is run, and how long it is waited for. ``limit`` is seconds for one command,
    ``patience`` seconds for a race with other writers, and for another run's turn."""

    program: str = "git"
    environment: Callable[[], Mapping[str, str]] = lambda: os.environ
    limit: float = 120.0
    patience: float = 60.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    user: Callable[[], int] = os.geteuid


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended; ``ended`` is "" for by itself, else "timeout", "flood" or "missing"."""

    code: int
    out: bytes = b""
    words: str = ""
    ended: str = ""


class Git:
    """The git command, for one repository folder (None: outside of any) and one remote."""

    def __init__(self, remote: Remote, conduct: Conduct, folder: Path | None) -> None:
        self._conduct = conduct
        self._remote = remote
        self._folder = folder
        self._environment: dict[str, str] | None = None

    def run(
        self,
        *words: str,
        given: bytes = b"",
        most: int = _MOST_OUTPUT,
        keep: Sequence[int] = (),
    ) -> Done:
        """Return how ``git *words`` ended, ``given`` on its standard input.

        ``keep`` are open files its processes hold too. Past the time limit, or past ``most``
        bytes of output, all its processes are killed.
        """
        if self._environment is None:
            self._environment = self._prepared()
        with tempfile.TemporaryFile() as source:
            source.write(given)
            source.seek(0)
            try:
                process = subprocess.Popen(  # noqa: S603 - the program is the user's own choice
                    [self._conduct.program, *words],
                    stdin=source if given else subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    cwd=self._folder or "/",
                    env=self._environment,
                    start_new_session=True,
                    pass_fds=keep,
                )
            except OSError as error:
                ended = "missing" if error.filename == self._conduct.program else ""
                return Done(127, words=error.strerror or str(error), ended=ended)
        return self._watched(process, most)

    def _watched(self, process: subprocess.Popen[bytes], most: int) -> Done:
        try:
            ended, out, words = _read(process, most, self._conduct)
            if ended:
                _kill(process)
            code = process.wait()
        finally:
            if process.returncode is None:
                _kill(process)
                process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe:
                    pipe.close()
        return Done(code, out, words.decode("utf-8", "replace"), ended)

    def version(self) -> tuple[int, ...]:
        """Return git's version, () where it says none."""
        digits = self.run("version").out.decode("ascii", "replace").split()[2:3]
        parts = digits[0].split(".")[:3] if digits else []
        return tuple(int(part) for part in parts if part.isdecimal())

    def _prepared(self) -> dict[str, str]:
        given = self._conduct.environment()
        ours = {
            name: value
            for name, value in given.items()
            if name not in _NOT_OURS and not name.startswith("GIT_TRACE")
        }
        ours |= {
            "LC_ALL": "C",
            "LANGUAGE": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "",  # empty: nobody is asked, not even by core.askPass
            "SSH_ASKPASS": "",
            "SSH_ASKPASS_REQUIRE": "never",
            "GCM_INTERACTIVE": "never",
            "GIT_EDITOR": "false",
            "GIT_PAGER": "cat",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_DEFAULT_REF_FORMAT": "files",
            # A git that outlived us ends by itself on a line that went dead.
            "GIT_HTTP_LOW_SPEED_LIMIT": "1",
            "GIT_HTTP_LOW_SPEED_TIME": str(max(1, round(self._conduct.limit))),
            **dict(self._remote.environment),
        }
        if self._folder:
            ours |= {"GIT_DIR": str(self._folder / ".git"), "GIT_WORK_TREE": str(self._folder)}
        else:
            ours |= {"GIT_DIR": "/nonexistent"}  # no repository's own settings
        _add_settings(ours, (*_OWN_WAYS, *self._remote.settings))
        if self._remote.over_ssh and not ours.get("GIT_SSH_COMMAND") and not ours.get("GIT_SSH"):
            self._environment = ours
            if not self.run("config", "--get", "core.sshCommand").out.strip():
                ours["GIT_SSH_COMMAND"] = (
                    "ssh -o BatchMode=yes -o ConnectTimeout=20 "
                    "-o ServerAliveInterval=15 -o ServerAliveCountMax=4"
                )
        return ours


def _add_settings(environment: dict[str, str], settings: Sequence[tuple[str, str]]) -> None:
    """Put settings behind those the user gave the same way."""
    given = environment.get("GIT_CONFIG_COUNT", "")
    count = int(given) if given.isascii() and given.isdecimal() and len(given) < 5 else 0
    for key, value in settings:
        environment[f"GIT_CONFIG_KEY_{count}"] = key
        environment[f"GIT_CONFIG_VALUE_{count}"] = value
        count += 1
    environment["GIT_CONFIG_COUNT"] = str(count)


def _read(
    process: subprocess.Popen[bytes], most: int, conduct: Conduct
) -> tuple[str, bytes, bytes]:
    """Return why the reading stopped early ("" if it did not), the output, and what was said.

    A daemon that git started may keep the pipes open for hours, so the end of the process is an
    end too. Of what was said the last part is kept.
    """
    out, words = bytearray(), bytearray()
    until = conduct.clock() + conduct.limit
    with selectors.DefaultSelector() as waiting:
        for pipe, kept in ((process.stdout, out), (process.stderr, words)):
            if pipe:
                waiting.register(pipe, selectors.EVENT_READ, kept)
        while waiting.get_map():
            left = until - conduct.clock()
            if left <= 0:
                return "timeout", bytes(out), bytes(words)
            ready = waiting.select(min(left, 0.1))
            if not ready and process.poll() is not None:
                break
            for key, _ in ready:
                data = os.read(key.fd, 65_536)
                if not data:
                    waiting.unregister(key.fileobj)
                key.data.extend(data)
            if len(out) > most:
                return "flood", b"", bytes(words)
            del words[:-_MOST_WORDS]
        try:
            process.wait(max(0.0, until - conduct.clock()))
        except subprocess.TimeoutExpired:
            return "timeout", bytes(out), bytes(words)
    return "", bytes(out), bytes(words)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the command with all it started: they share its process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
