"""The edition record and the run report: values ↔ JSON text, as the contract names them.

``generated_at`` and the window carry the offset of the edition's time zone, every other time is
in UTC; all are ISO 8601 with an explicit offset. Two spaces of indent, UTF-8 characters as they
are, a newline at the end: the same value always gives the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, tzinfo
from enum import Enum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from digest.errors import RenderError
from digest.models import Edition, RunReport
from digest.render.view import zone_of

SCHEMA = "digest.edition/1"

# The order in which the contract names the counts; others follow by name.
_COUNTS = (
    "feeds", "entries", "opened", "full", "teaser", "consent", "feed_only", "error", "duplicates",
    "relevant", "stories", "published", "briefs",
)  # fmt: skip


def edition_to_json(edition: Edition) -> str:
    """Return the edition record as JSON text.

    Raises RenderError for a value JSON has no form for: a time without offset, an endless number.
    """
    zone = zone_of(edition)
    plain = _plain(edition)
    record = {
        "schema": edition.schema,
        **{name: plain[name] for name in ("id", "name", "title", "date", "timezone", "language")},
        "generated_at": _time(edition.generated_at, zone),
        "window": {
            "from": _time(edition.window.opens, zone),
            "to": _time(edition.window.closes, zone),
        },
        "intro": edition.intro,
        "sponsor": None,
        "stories": plain["stories"],
        "briefs": plain["briefs"],
        "corrections": [],
        "counts": _counts(edition.counts),
    }
    return _text(record)


def edition_from_json(text: str) -> Edition:
    """Return the Edition whose record ``text`` is.

    Raises RenderError, naming the field, for text that is no record of ours. Fields it does not
    know are passed over: later versions may add some.
    """
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RenderError(f"The edition record is not JSON: {error}.") from error
    if not isinstance(record, dict):
        raise RenderError("The edition record is not a JSON object.")
    if record.get("schema") != SCHEMA:
        raise _wrong("schema", f"{SCHEMA!r}")
    window = record.get("window")
    if not isinstance(window, dict):
        raise _wrong("window", "an object")
    for name in ("from", "to"):
        if name not in window:
            raise RenderError(f"The edition record is not one of ours: it lacks window.{name}.")
    window = {"opens": window["from"], "closes": window["to"]}
    edition = _restored(Edition, {**record, "window": window}, "")
    assert isinstance(edition, Edition)  # noqa: S101 (what _restored returns follows its argument)
    zone_of(edition)
    return edition


def report_to_json(report: RunReport) -> str:
    """Return the run report as JSON text; raises RenderError as ``edition_to_json`` does."""
    return _text({**_plain(report), "counts": _counts(report.counts)})


# --- writing ---------------------------------------------------------------------------------


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in fields(value)
            if getattr(value, field.name) or not field.metadata.get("omitted")
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return _time(value, UTC)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in value}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def _time(value: datetime, zone: tzinfo) -> str:
    if value.tzinfo is None:
        raise RenderError(f"The time {value.isoformat()} has no time zone.")
    try:
        return value.astimezone(zone).isoformat()
    except OverflowError:  # within a day of year 1 or 9999
        return value.astimezone(UTC).isoformat()


def _counts(counts: Mapping[str, int]) -> dict[str, int]:
    known = [name for name in _COUNTS if name in counts]
    return {name: counts[name] for name in [*known, *sorted(set(counts) - set(known))]}


def _text(record: Mapping[str, object]) -> str:
    try:
        text = json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise RenderError(f"The record has a value that JSON has no form for: {error}.") from error
    return re.sub("[\ud800-\udfff]", "\ufffd", text) + "\n"  # half characters have no UTF-8 form


# --- reading ---------------------------------------------------------------------------------


def _restored(kind: Any, value: Any, path: str) -> Any:
    """Return ``value`` as ``kind``, a type as the models annotate their fields."""
    origin = get_origin(kind)
    if origin is UnionType:  # X | None is the only union there is
        if value is None:
            return None
        (kind,) = (part for part in get_args(kind) if part is not NoneType)
        return _restored(kind, value, path)
    if origin is tuple:
        if not isinstance(value, list):
            raise _wrong(path, "a list")
        item = get_args(kind)[0]
        return tuple(_restored(item, part, f"{path}[{n}]") for n, part in enumerate(value))
    if origin is Mapping:
        if not isinstance(value, dict):
            raise _wrong(path, "an object")
        item = get_args(kind)[1]
        return {name: _restored(item, part, f"{path}.{name}") for name, part in value.items()}
    if is_dataclass(kind):
        return _restored_dataclass(kind, value, path)
    return _restored_scalar(kind, value, path)


def _restored_dataclass(kind: Any, value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        raise _wrong(path, "an object")
    hints = get_type_hints(kind)
    found = {}
    for field in fields(kind):
        at = f"{path}.{field.name}" if path else field.name
        if field.name in value:
            found[field.name] = _restored(hints[field.name], value[field.name], at)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise RenderError(f"The edition record is not one of ours: it lacks {at}.")
    return kind(**found)


def _restored_scalar(kind: Any, value: Any, path: str) -> Any:
    if kind is float:
        # Neither NaN, nor endless, nor an integer beyond a float.
        if _is_number(value, (int, float)) and abs(value) < 1e300:
            return float(value)
        raise _wrong(path, "a number")
    if kind is int:
        if _is_number(value, (int,)):
            return value
        raise _wrong(path, "a whole number")
    if not isinstance(value, str):
        raise _wrong(path, "a text")
    if kind is datetime:
        return _restored_time(value, path)
    try:
        return date.fromisoformat(value) if kind is date else kind(value)
    except ValueError as error:
        choices = () if kind is date else tuple(str(each.value) for each in kind)
        wanted = f"one of {', '.join(choices)}" if choices else "an ISO 8601 date"
        raise _wrong(path, wanted) from error


def _restored_time(value: str, path: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _wrong(path, "an ISO 8601 time") from error
    raise _wrong(path, "a time with its offset")


def _is_number(value: object, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _wrong(path: str, wanted: str) -> RenderError:
    return RenderError(f"The edition record is not one of ours: {path} should be {wanted}.")
