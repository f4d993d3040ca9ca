"""A command run and timed, with the CPU time of every process it leaves behind counted in."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_ADOPT = 36  # PR_SET_CHILD_SUBREAPER, prctl(2)


@dataclass(frozen=True)
class Timed:
    """How long a command took, in seconds, and its exit code and output."""

    seconds: float
    cpu: float | None  # user and system, of all its processes; None where that cannot be told
    code: int
    output: str


def timed(command: Sequence[str], folder: Path, settings: Mapping[str, str]) -> Timed:
    """Return the figures of a command run in ``folder``, ``settings`` added to the environment.

    On Linux this process adopts what the command's process leaves behind (multiprocessing's fork
    server ends a moment after its owner) and waits for it, so that its CPU time is counted.
    """
    counted = sys.platform == "linux"
    if counted:
        ctypes.CDLL(None).prctl(_ADOPT, 1)
    ours = _children()
    before = _cpu()
    began = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    while left := _children() - ours:
        for pid in left:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
    return Timed(seconds, _cpu() - before if counted else None, done.returncode, done.stdout)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _children() -> set[int]:
    try:
        return {int(p) for p in Path("/proc/thread-self/children").read_text("ascii").split()}
    except OSError:  # no Linux, or a kernel that does not tell
        return set()
