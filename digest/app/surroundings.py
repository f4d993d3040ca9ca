"""The file system, the clock and the environment, for the commands."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from digest.adapters import files, machine
from digest.config import Config, load
from digest.errors import DeliveryError


def read_config(path: Path) -> Config:
    """Return the configuration in ``path``; raises ConfigError."""
    return load(path, os.environ)


def now() -> datetime:
    """Return the time, in UTC, to the second."""
    return machine.utc_now()


def first_config() -> str:
    """Return the configuration that ``digest init`` puts into a new folder."""
    return files.bundled("config.yaml").read_text("utf-8")


def trouble(error: Exception) -> str:
    """Return why a file operation failed, in a few words."""
    return files.reason(error)


def write_text(path: Path, text: str) -> None:
    """Write a file the user asked for; raises DeliveryError naming it."""
    try:
        files.write(path, text)
    except OSError as error:
        message = f"{path} cannot be written: {files.reason(error)}"
        raise DeliveryError("file", message) from error
