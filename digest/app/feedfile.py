"""The configuration as a file whose list of feeds is read and written, by one command at a time."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from digest.adapters import files
from digest.config import Config, parse
from digest.core import feedlist
from digest.errors import ConfigError, RunError
from digest.models import Feed

PATIENCE = 15.0  # seconds for another command; a few of them, with long lists, may be in line
_PAUSE = 0.05  # seconds


@contextmanager
def alone(
    path: Path,
    *,
    patience: float = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Keep other commands from changing the file for the length of a block, which writes it last.

    It is the file itself that is locked, so that nothing is left beside it. A write puts another
    file in its place: whoever waited then looks again. Raises RunError where the wait is long.
    """
    until = clock() + patience
    while True:
        handle = _opened(path)
        try:
            if _is_taken(handle, path):
                yield
                return
        finally:
            os.close(handle)
        if clock() >= until:
            raise RunError(f"another command is changing {path}; try again when it has ended")
        sleep(_PAUSE)


def read(path: Path, first: Feed) -> tuple[Config, Sequence[Feed]]:
    """Return the configuration and its feeds; of one that lists none yet, as with its ``first``."""
    text = _text(path)
    try:
        config = _parsed(path, text)
    except ConfigError as error:
        if error.key != "feeds":
            raise
        try:
            return _parsed(path, feedlist.added(text, [first])), ()
        except ConfigError:
            raise error from None
    return config, config.feed_list()


def listed(path: Path) -> Sequence[Feed]:
    """Return the feeds of the configuration, which lists one at least; raises ConfigError."""
    return _parsed(path, _text(path)).feed_list()


def add(path: Path, feeds: Sequence[Feed]) -> None:
    """Write feeds into the configuration, as it is by now; raises ConfigError."""
    _, before = read(path, feeds[0])
    changed = feedlist.added(_text(path), feeds)
    after = _parsed(path, changed).feed_list()
    told = [(f.url, f.name, f.category) for f in after[len(before) :]]
    if after[: len(before)] != tuple(before) or told != [
        (f.url, f.name, f.category) for f in feeds
    ]:
        raise feedlist.by_hand(str(path), feeds)
    put(path, changed)


def remove(path: Path, before: Sequence[Feed], n: int) -> None:
    """Take number ``n``, counted from 0, of the feeds ``before`` out of the configuration.

    Raises ConfigError.
    """
    changed = feedlist.removed(_text(path), n)
    if _parsed(path, changed).feed_list() != (*before[:n], *before[n + 1 :]):
        raise ConfigError(f"{path} cannot be changed safely; take the feed out by hand", key="URL")
    put(path, changed)


def put(path: Path, text: str, mode: int | None = None) -> None:
    """Write a file where it is, behind links, and with the permissions it has or ``mode``."""
    try:
        target = path.resolve()
        if mode is None:
            mode = target.stat().st_mode & 0o7777
        files.write(target, text, mode)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {files.reason(error)}") from error


def _opened(path: Path) -> int:
    try:
        try:
            return os.open(path, os.O_RDWR | os.O_CLOEXEC)  # NFS locks no file open for reading
        except OSError:  # its folder may let it be replaced all the same
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise _unreadable(path, error) from error


def _is_taken(handle: int, path: Path) -> bool:
    """Take the lock if it is free, and tell whether the file locked is still the one at ``path``.

    Raises ConfigError where files cannot be locked.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(handle), path.stat())
    except BlockingIOError:
        return False
    except OSError as error:
        raise ConfigError(f"{path} cannot be locked: {files.reason(error)}") from error


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError | UnicodeDecodeError) -> ConfigError:
    if isinstance(error, FileNotFoundError):
        why = "there is no such file; `digest init` makes one, --config names another"
        return ConfigError(f"{path}: {why}")
    return ConfigError(f"{path}: cannot be read: {files.reason(error)}")


def _parsed(path: Path, text: str) -> Config:
    return parse(text, folder=path.absolute().parent, environ=os.environ, name=str(path))
