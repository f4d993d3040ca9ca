"""The kinds of values a configuration holds: each function returns the value read, or ValueError.

A ValueError's text, where it has one, is added to what the field's description expects.
"""

from __future__ import annotations

import re
import string
from datetime import date, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ValidationInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # in the order of date.weekday()

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?(ms|s|m|h|d)")
_DURATION_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}  # seconds
_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?(B|KB|MB|GB)", re.IGNORECASE)
_SIZE_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}  # bytes
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_HOST = re.compile(r"(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\*")
_IPV6 = re.compile(r"[0-9a-f:]*:[0-9a-f:.]+")
_SPACES = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def duration(value: object) -> timedelta:
    """Return "24h", "30d", "90m", "1.5s" or "500ms" as a timedelta; a bare 0 needs no unit."""
    if value in (0, "0") and not isinstance(value, bool):
        return timedelta()
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a number needs its unit: ms, s, m, h or d")
    return timedelta(seconds=float(match[1]) * _DURATION_UNITS[match[2]])


def size(value: object) -> int:
    """Return "5MB" or "500 kB" as bytes; a bare number is bytes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError
    return int(float(match[1]) * _SIZE_UNITS[match[2].upper()])


def number(value: object) -> object:
    """Return the value, but refuse true and false, which Python counts as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError
    return value


def one_line(value: str) -> str:
    """Return text that is no more than one line, so that it may stand in the head of a mail."""
    if _CONTROLS.search(value):
        raise ValueError("it must be one line")
    return value


def clock(value: object) -> time:
    """Return "06:30" as a time of day."""
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError
    return time(int(match[1]), int(match[2]))


def days(value: tuple[str, ...]) -> tuple[str, ...]:
    """Return the named days in the order of the week, each once."""
    given = {day.lower() for day in value}
    for day in sorted(given.difference(DAYS)):
        near = get_close_matches(day[:3], DAYS, 1, 0.6)
        raise ValueError(f"{day} is none" + (f"; did you mean {near[0]}?" if near else ""))
    if not given:
        raise ValueError
    return tuple(day for day in DAYS if day in given)


def zone(value: str) -> str:
    """Return the name of a time zone, or ValueError with the nearest there is."""
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError):  # no such zone, a path out of the zones, a folder
        near = _nearest_zone(value)
        raise ValueError(f"did you mean {near}?" if near else "") from None


def _nearest_zone(value: str) -> str | None:
    zones = sorted(available_timezones())
    cities = {name.rpartition("/")[2].lower(): name for name in zones}
    names = {name.lower(): name for name in zones}
    city = value.rpartition("/")[2].lower().replace(" ", "_")
    for wanted, known in ((value.lower(), names), (city, cities)):
        if near := get_close_matches(wanted[:100], known, 1, 0.75):
            return known[near[0]]
    return None


def url(value: str) -> str:
    """Return an http or https address with a host, at most 2,000 characters long."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an unmatched bracket, a port that is no number
        usable = False
    if not usable or _SPACES.search(value) or len(value) > 2_000:
        raise ValueError
    return value


def topic_feed(value: str) -> str:
    """Return an address that holds {query}, and no other braces."""
    rest = value.replace("{query}", "x")
    if rest == value or "{" in rest or "}" in rest:
        raise ValueError
    url(rest)
    return value


def host(value: str) -> str:
    """Return a host name or address in lower case, without port and brackets."""
    name = value.lower().removeprefix("[").removesuffix("]")
    if len(name) > 253 or not (_HOST.fullmatch(name) or _IPV6.fullmatch(name)):
        raise ValueError
    return name


def address(value: str) -> str:
    """Return "host:port" or "[ipv6]:port"."""
    name, colon, port = value.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65_535:
        raise ValueError
    if name.startswith("[") != (":" in name) or "*" in name:
        raise ValueError
    return f"[{host(name)}]:{port}" if name.startswith("[") else f"{host(name)}:{port}"


def path(value: object, info: ValidationInfo) -> Path:
    """Return an absolute path; a relative one starts at the configuration's folder."""
    if not isinstance(value, str) or not value.strip() or _CONTROLS.search(value):
        raise ValueError
    try:
        return Path((info.context or {}).get("folder", ".")) / Path(value.strip()).expanduser()
    except RuntimeError:  # "~nobody/…"
        raise ValueError("no home folder is known for that user") from None


def folder(value: object, info: ValidationInfo) -> Path:
    """Return the path of a folder that exists."""
    found = path(value, info)
    if not found.is_dir():
        raise ValueError("there is no such folder")
    return found


def embeddings(value: object) -> object:
    """Return None for off, no keys for auto, else the value, which should be a mapping."""
    if value in ("auto", "off"):
        return {} if value == "auto" else None
    if not isinstance(value, dict):
        raise ValueError
    return value


def store(value: str, info: ValidationInfo) -> str:
    """Return the address of an SQLite file, its path made absolute."""
    if value.startswith(("postgresql:", "postgresql+", "postgres:")):
        raise ValueError("PostgreSQL is not available in this version")
    scheme, slashes, name = value.partition(":///")
    if scheme != "sqlite" or not slashes or name == ":memory:" or {"?", "#"} & set(name):
        raise ValueError
    return f"sqlite:///{path(name, info)}"


def pattern(value: str, *, inside: str = "dir") -> str:
    """Return a path pattern with {date} and {name} that stays in its folder on any day.

    ``inside`` is what that folder is called where the pattern leads out of it.
    """
    for _, field, spec, conversion in string.Formatter().parse(value):
        if field is not None and (field not in ("date", "name") or conversion):
            raise ValueError("only {date} and {name} are known there")
        if (field == "name" and spec) or "{" in (spec or ""):
            raise ValueError("only {date} takes a format, such as {date:%Y/%m}")
    for day in (date(2026, 1, 2), date(2026, 12, 31)):
        made = value.format(date=day, name="daily")
        parts = made.split("/")
        if not all(parts) or {".", "..", "~"} & set(parts) or "\\" in made:
            raise ValueError(f"it must stay inside {inside}")
        if _CONTROLS.search(made) or max(map(len, parts)) > 200:
            raise ValueError
    return value


def weekly(value: str, *, inside: str = "dir") -> str:
    """Return a path pattern for a week's Markdown, as ``pattern`` does."""
    if not value.endswith(".md"):
        raise ValueError
    return pattern(value, inside=inside)


def site(value: str) -> str:
    """Return the address a web server is reached at, without a slash at its end."""
    url(value)
    if {"?", "#"} & set(value) or "@" in urlsplit(value).netloc or len(value) > 200:
        raise ValueError
    if not value.isascii():
        raise ValueError("it has letters that are not ASCII; write the host as xn--…")
    return value.rstrip("/")


def processes(value: object) -> object:
    """Return "auto" or a number of processes from 1 to 64."""
    if value != "auto":
        if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,2}", str(value)):
            raise ValueError
        if not 1 <= int(str(value)) <= 64:
            raise ValueError
    return value
