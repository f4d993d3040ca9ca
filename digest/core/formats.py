"""The formats an edition is written in, and how the names of such files end."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ENDINGS: Mapping[str, str] = MappingProxyType({"markdown": "md", "html": "html", "json": "json"})


def format_of(path: str) -> str | None:
    """Return the format that a file's name tells, None for any other ending."""
    ending = path.rpartition(".")[2].lower()
    return next((kind for kind, known in ENDINGS.items() if known == ending), None)
