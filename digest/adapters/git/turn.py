"""One run at a time in a clone."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digest.adapters.git.command import Conduct
from digest.adapters.git.trouble import Kind, Trouble


@contextmanager
def held(path: Path, conduct: Conduct) -> Iterator[int]:
    """Hold the lock on a file for the length of a block; raises Trouble where the wait is long.

    The lock belongs to the open file given: a git process that holds it too and outlives a killed
    run is waited for, so that what it leaves behind is stale for sure.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _wait_for(handle, path, conduct)
        try:
            yield handle
        finally:
            # Said aloud, since a daemon that git started may keep the file open.
            fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)


def _wait_for(handle: int, path: Path, conduct: Conduct) -> None:
    until = conduct.clock() + conduct.patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if conduct.clock() >= until:
                where = path.with_suffix("")
                raise Trouble(
                    Kind.FINAL, f"another run still works on the clone in {where}; try again later"
                ) from None
        conduct.sleep(0.02 + 0.03 * conduct.random())
