"""A folder of messages: a Maildir, or a plain directory with one message in each file."""

from __future__ import annotations

import heapq
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from digest.errors import MailboxError

LONGEST = 262_144  # bytes read of a message
MOST = 5_000  # messages in one reading
_HANDLED = "handled"
_NAMED = 3  # unreadable files named in one sentence


class FolderMailbox:
    """Messages in files; none is deleted, and what is being written is left alone.

    A folder with ``new`` and ``cur`` inside is a Maildir: what is handled moves to ``cur`` with
    the flag S (seen). In any other folder it moves to a subfolder ``handled``; names that begin
    with a dot are passed over, so a message should be written under such a name, or elsewhere on
    that disk, and moved into place.
    """

    def __init__(self, path: Path, *, most: int = MOST) -> None:
        self._path = path
        self._most = most

    def messages(self) -> Iterator[tuple[str, bytes]]:
        """Yield unhandled messages, at most 5,000; then raise MailboxError for unreadable ones."""
        troubles: list[str] = []
        for key in self._keys():
            try:
                message = _read(self._path / key)
            except FileNotFoundError:
                continue  # another reader was quicker
            except OSError as error:
                troubles.append(f"{key} ({error.strerror or error})")
                continue
            if message is not None:
                yield key, message
        if troubles:
            named = ", ".join(troubles[:_NAMED])
            more = f" and {len(troubles) - _NAMED} more" if len(troubles) > _NAMED else ""
            raise MailboxError(
                f"{self._path}: messages that cannot be read: {named}{more}. "
                "Let this user read them, or take them away."
            )

    def handled(self, keys: Iterable[str]) -> None:
        """Move messages to where handled ones are; what is gone is passed over."""
        move = self._flag if self._is_maildir() else self._keep
        for key in keys:
            try:
                move(self._path / key)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise MailboxError(
                    f"{self._path / key} is handled, but cannot be moved away "
                    f"({error.strerror or error}). Until it can, it is read again each time."
                ) from error

    def check(self) -> str:
        """Return what is there, in a sentence; raise MailboxError where it cannot work."""
        count = len(self._keys())
        maildir = self._is_maildir()
        kept = self._path / ("cur" if maildir else _HANDLED)
        try:
            with tempfile.TemporaryFile(dir=kept if kept.exists() else self._path):
                pass
        except OSError as error:
            raise MailboxError(
                f"{kept} cannot be written ({error.strerror or error}), so that no message could "
                "be marked as handled. Let this user write there."
            ) from error
        kind = "a Maildir" if maildir else "a folder of messages"
        return f"{self._path}: {kind}, {count:,} not handled yet"

    def _is_maildir(self) -> bool:
        return (self._path / "new").is_dir() and (self._path / "cur").is_dir()

    def _keys(self) -> list[str]:
        """Return the paths of unhandled messages inside the folder, in the order of their names."""
        if not self._is_maildir():
            return self._names(self._path, "")
        seen = self._names(self._path / "cur", "cur/")
        keys = self._names(self._path / "new", "new/") + [k for k in seen if "S" not in _flags(k)]
        return keys[: self._most]

    def _names(self, folder: Path, prefix: str) -> list[str]:
        try:
            with os.scandir(folder) as files:
                names = (
                    file.name
                    for file in files
                    if not file.name.startswith(".") and not file.is_dir(follow_symlinks=False)
                )
                return [prefix + name for name in heapq.nsmallest(self._most, names)]
        except FileNotFoundError as error:
            raise MailboxError(
                f"{folder} does not exist. Make it, or mend the path of the mailbox."
            ) from error
        except OSError as error:
            raise MailboxError(f"{folder} cannot be read: {error.strerror or error}.") from error

    def _flag(self, here: Path) -> None:
        name = here.name.partition(":")[0]
        flags = "".join(sorted({*_flags(here.name), "S"}))
        here.rename(self._path / "cur" / f"{name}:2,{flags}")

    def _keep(self, here: Path) -> None:
        folder = self._path / _HANDLED
        folder.mkdir(exist_ok=True)
        there = folder / here.name
        number = 1
        while there.exists():
            number += 1
            there = folder / f"{here.name}.{number}"
        here.rename(there)


def _flags(name: str) -> str:
    """Return a Maildir message's flags, which follow ":2," in its name."""
    return name.partition(":2,")[2]


def _read(file: Path) -> bytes | None:
    """Return the first 256 KB of a file, None for what is no file, such as a pipe."""
    handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with os.fdopen(handle, "rb", closefd=False) as opened:
            return opened.read(LONGEST)
    finally:
        os.close(handle)
