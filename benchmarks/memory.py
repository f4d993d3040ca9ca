"""A command run and watched: how long it took and how much memory all its processes held at once.

The figure is the highest sum, over the command and every process below it, of the proportional set
size (PSS): each page of memory counts once, however many processes share it. It is read every 20 ms
from /proc/PID/smaps_rollup, and where that cannot be read, the resident size (RSS) is taken, in
which shared pages count for each process. What a spike between two readings may hide, ``most_mb``
shows: the sum of each process's own highest RSS (VmHWM), reached at different moments and with
shared pages counted for each, so never too low.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.02  # seconds


@dataclass(frozen=True)
class Watched:
    """How a command ended, how many seconds it took, and its memory in MiB."""

    code: int
    output: str
    errors: str
    seconds: float
    peak_mb: float
    most_mb: float


def watched(
    command: Sequence[str],
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    within: float = 120.0,
) -> Watched:
    """Run a command in ``folder``, ``environment`` added to ours, to its end.

    Raises TimeoutExpired when that does not come within so many seconds.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=out,
            stderr=errors,
        )
        watch = _Watch(process.pid)
        try:
            code = process.wait(within)
        finally:
            process.kill()
            seconds = time.perf_counter() - began
            watch.stop()
        out.seek(0)
        errors.seek(0)
        return Watched(code, out.read(), errors.read(), seconds, watch.peak_mb, watch.most_mb)


class _Watch:
    """A thread that reads the sizes of a process and all below it until it is stopped."""

    def __init__(self, pid: int) -> None:
        self.peak_mb = 0.0
        self._root = pid
        self._highest: dict[int, float] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def most_mb(self) -> float:
        return sum(self._highest.values())

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_EVERY):
            total = 0.0
            for pid in _family(self._root):
                total += _size_mb(pid)
                highest = _field_mb(Path(f"/proc/{pid}/status"), "VmHWM:")
                self._highest[pid] = max(highest, self._highest.get(pid, 0.0))
            self.peak_mb = max(self.peak_mb, total)


def _family(root: int) -> list[int]:
    """Return a process and every process below it that is there now."""
    found = [root]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found += map(int, task.read_text("ascii").split())
            except OSError:  # it ended meanwhile
                continue
    return found


def _size_mb(pid: int) -> float:
    folder = Path(f"/proc/{pid}")
    return _field_mb(folder / "smaps_rollup", "Pss:") or _field_mb(folder / "status", "VmRSS:")


def _field_mb(file: Path, name: str) -> float:
    try:
        lines = file.read_text("ascii", "replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)
