"""Files: templates and samples read, editions written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from digest.core.rollup import monday_of
from digest.errors import ConfigError, DeliveryError, RenderError
from digest.models import Edition, OutputResult

WEEKLY = "weekly"  # the rendering that is the roll-up of the edition's week


def bundled(name: str) -> Traversable:
    """Return a file or folder that ships with the program (``templates``, ``config.yaml``).

    In a wheel it lies inside the package, in a checkout beside it.
    """
    inside = files("digest") / name
    if inside.is_file() or inside.is_dir():
        return inside
    return Path(str(files("digest"))).parent / name


def load_templates(own: Path | None) -> dict[str, str]:
    """Return the templates by file name, a file in the folder ``own`` in place of ours.

    Raises ConfigError where the folder or a file cannot be read, or a file has no counterpart.
    """
    ours = {t.name: t.read_text("utf-8") for t in bundled("templates").iterdir() if t.is_file()}
    return {**ours, **(_own_templates(own, set(ours)) if own else {})}


def _own_templates(folder: Path, known: set[str]) -> dict[str, str]:
    if not folder.is_dir():
        raise ConfigError(f"templates: the folder {folder} does not exist", key="templates")
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_dir():
            continue
        if path.name not in known:
            listed = ", ".join(sorted(known))
            raise ConfigError(
                f"templates: {path} takes no template’s place; the names are {listed}",
                key="templates",
            )
        try:
            found[path.name] = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RenderError(f"the template {path} cannot be read: {reason(error)}") from error
    return found


def write(path: Path, text: str, mode: int | None = None) -> bool:
    """Put ``text`` at ``path``, whole or not at all; return False where it stood there already.

    The bytes go to a file beside it, are flushed to the disk, and take its name in one step, with
    the permissions ``mode`` where it is given. Raises OSError.
    """
    data = text.encode("utf-8", "replace")  # a file name may hold what is no letter
    try:
        if path.read_bytes() == data:
            if mode is not None:
                path.chmod(mode)
            return False
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask if mode is None else mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True


def reason(error: Exception) -> str:
    """Return why a file operation failed, in a few words without the path."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    words = getattr(error, "strerror", None) or str(error)
    return words[:1].lower() + words[1:]


def shown(path: Path) -> str:
    """Return a path as text that can be printed and stored, whatever bytes name it."""
    return os.fsencode(path).decode("utf-8", "replace")


class FileOutput:
    """An edition as one file of one format, and beside it perhaps the roll-up of its week.

    ``path`` may hold ``{date}`` (with a strftime format after a colon), ``{id}`` and ``{name}``;
    it stays inside ``folder``. ``weekly`` is such a path for the roll-up; its date is the week's
    Monday. ``key`` is by default where the files go.
    """

    def __init__(
        self, kind: str, folder: Path, path: str, *, weekly: str = "", key: str = ""
    ) -> None:
        self.kind = kind
        self.formats = (kind, WEEKLY) if weekly else (kind,)
        self.target = shown(folder / path)
        self.key = key or f"{kind}:{self.target}"
        self._folder = folder
        self._path = path
        self._weekly = weekly

    def deliver(self, edition: Edition, rendered: Mapping[str, str]) -> OutputResult:
        """Write the file; ``unchanged`` where the very bytes stood there."""
        target, changed = self._write(self._path, edition, edition.date, rendered[self.kind])
        if self._weekly and rendered[WEEKLY]:  # a week without news has no roll-up
            monday = monday_of(edition.date)
            changed |= self._write(self._weekly, edition, monday, rendered[WEEKLY])[1]
        return OutputResult(self.kind, shown(target), "done" if changed else "unchanged")

    def _write(self, path: str, edition: Edition, day: date, text: str) -> tuple[Path, bool]:
        target = self._folder / path.format(date=day, id=edition.id, name=edition.name)
        try:
            if not target.resolve().is_relative_to(self._folder.resolve()):
                where = f"{shown(target)} lies outside {shown(self._folder)}"
                raise DeliveryError(self.kind, where)
            return target, write(target, text)
        except OSError as error:
            message = f"{shown(target)} cannot be written: {reason(error)}"
            raise DeliveryError(self.kind, message) from error
