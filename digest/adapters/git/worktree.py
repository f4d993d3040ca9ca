"""The working tree of a private clone: the files of one commit, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from digest.adapters.git.signs import Kind
from digest.adapters.git.trouble import Trouble


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write each file anew, with mode 644; follow no link. Raises Trouble and OSError.

    Nothing that came from the remote lies there but earlier versions of these files: what stands
    in their way was left by a killed run.
    """
    try:
        for path, data in files.items():
            _write(folder / path, data)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise Trouble(Kind.BROKEN, f"the clone in {folder} holds what is not its own") from error


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if Path(os.path.realpath(target.parent)) != target.parent:
        raise FileExistsError(f"a link leads away from {target.parent}")
    target.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(target, flags, 0o644), "wb") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(data)
