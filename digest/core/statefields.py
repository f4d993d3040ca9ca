"""What a line of the state says under a name; raises ValueError, with a phrase on what is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from digest.core.discreet import from_beside, is_guid_key, is_key
from digest.core.urls import canonical, origin

LONGEST = 5_000  # characters of a text
MOST_TEXTS = 20  # in a list
MOST = 10**9 - 1  # of anything that is counted
Line = Mapping[str, Any]
Feeds = Mapping[str, str]  # addresses by key
Choice = TypeVar("Choice", bound=StrEnum)

_HASHES = re.compile(r"(?:[0-9a-f]{8}){0,2000}")
_UNUSABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def legible(name: str, value: object) -> object:
    """Return what a line says under a name as it can be read again: no controls, not endless."""
    if isinstance(value, list):
        return [legible(name, each) for each in value]
    if isinstance(value, str) and name not in ("record", "facts", "shingles"):
        return _UNUSABLE.sub(" ", value[:LONGEST])
    return value


def text(line: Line, name: str, *, needed: bool = False) -> str:
    value = line.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST or _UNUSABLE.search(value):
        raise ValueError(f"{name} is no plain text")
    if needed and not value:
        raise ValueError(f"{name} is missing")
    return value


def texts(line: Line, name: str) -> tuple[str, ...]:
    values = line.get(name, [])
    if not isinstance(values, list) or len(values) > MOST_TEXTS:
        raise ValueError(f"{name} is no short list")
    return tuple(text({name: value}, name) for value in values)


def url(line: Line, name: str) -> str:
    found = text(line, name)
    if found and canonical(found) != found:
        raise ValueError(f"{name} is no web address as they are kept here")
    return found


def guid(line: Line) -> str:
    key = text(line, "guid")
    if key and not is_guid_key(key):
        raise ValueError("guid is no hash of one")
    return key


def feed_url(line: Line, name: str, feeds: Feeds) -> str:
    key = text(line, name, needed=True)
    if not is_key(key):
        raise ValueError(f"{name} is no hash of a feed")
    return feeds.get(key, key)


def other_address(line: Line, name: str, feed: str) -> str:
    """An address that is asked in the place of a feed's own; "" for a feed not configured."""
    told = text(line, name)
    if not told or is_key(feed):
        return ""
    found = from_beside(told, feed)
    if not origin(found):
        raise ValueError(f"{name} is no web address")
    return found


def moment(line: Line, name: str) -> datetime:
    value = text(line, name, needed=True)
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{name} is no time with an offset")


def moment_or_none(line: Line, name: str) -> datetime | None:
    return moment(line, name) if name in line else None


def number(line: Line, name: str) -> float:
    value = float(text(line, name, needed=True))
    if not math.isfinite(value):
        raise ValueError(f"{name} is no number")
    return value


def count(line: Line, name: str) -> int:
    value = line.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
        raise ValueError(f"{name} is no count")
    return value


def count_or_none(line: Line, name: str) -> int | None:
    """A count that is kept as a text, since 0 says something else than nothing."""
    if name not in line:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text(line, name)):
        raise ValueError(f"{name} is no count")
    return int(text(line, name))


def positive(line: Line, name: str) -> float:
    value = number(line, name)
    if not 0 <= value <= MOST:
        raise ValueError(f"{name} is no count")
    return value


def flag(line: Line, name: str) -> bool:
    value = line.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is neither true nor false")
    return value


def choice(kind: type[Choice], line: Line, name: str) -> Choice:
    value = text(line, name, needed=True)
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{name} is none of {', '.join(kind)}") from None


def hashes(line: Line, name: str) -> frozenset[str]:
    value = line.get(name, "")
    if not isinstance(value, str) or not _HASHES.fullmatch(value):
        raise ValueError(f"{name} is no row of hashes")
    return frozenset(value[i : i + 8] for i in range(0, len(value), 8))
