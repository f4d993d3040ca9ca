"""One run at a time on a store file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from digest.errors import BusyError, StoreError


@contextmanager
def lease(store: Path) -> Iterator[None]:
    """Hold ``<store>.lock``; the system lets go of it when the process ends, however it ends.

    Raises BusyError, saying who has it, and StoreError where the file cannot be made. The file
    stays: removing it would let two runs hold two files of one name.
    """
    path = store.with_name(store.name + ".lock")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"the lock file {path} cannot be opened: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                f"another run{_holder(handle)} has the store {store}: wait for it to end"
            ) from error
        except OSError as error:
            raise StoreError(f"the lock file {path} cannot be locked: {error.strerror}") from error
        _sign(handle, f"{os.getpid()} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n", path)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _holder(handle: int) -> str:
    words = os.pread(handle, 100, 0).decode("ascii", "replace").split()
    if len(words) != 2:  # it has only just taken the lock
        return ""
    return f" (process {words[0]}, since {words[1]})"


def _sign(handle: int, text: str, path: Path) -> None:
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, text.encode("ascii"), 0)
    except OSError as error:
        raise StoreError(f"the lock file {path} cannot be written: {error.strerror}") from error
