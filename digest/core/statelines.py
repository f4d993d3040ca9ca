"""What is kept between runs, each thing as one line of JSON, both ways.

Whoever can read the lines may: they hold no text of an article, no e-mail address, no secret, and
no author but those a printed edition names. A feed's address may be a secret
(``https://name:word@…``, ``?key=…``): it is kept as a hash, and found again among the feeds that
are configured. Other addresses are kept without their user names and without the values of
parameters that look like keys.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from digest.core.discreet import feed_key, is_key, without_secrets
from digest.core.urls import canonical
from digest.models import (
    Article,
    EntryOutcome,
    FeedKind,
    FeedState,
    FinishedOutput,
    KeptEntry,
    Quality,
    StoredEdition,
    Trace,
    Validators,
    Window,
)

REASON = "known from an earlier run"  # why it was judged so is not kept
LONGEST = 5_000  # characters of a text
Line = Mapping[str, Any]
Feeds = Mapping[str, str]  # addresses by key
Choice = TypeVar("Choice", bound=StrEnum)

_HASHES = re.compile(r"(?:[0-9a-f]{8}){0,2000}")
_UNUSABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def legible(name: str, value: object) -> object:
    """Return what a line says under a name as it can be read again: no controls, not endless."""
    if isinstance(value, str) and name not in ("record", "facts", "shingles"):
        return _UNUSABLE.sub(" ", value[:LONGEST])
    return value


# --- writing ---------------------------------------------------------------------------------


def entry_line(entry: KeptEntry) -> Line:
    return {
        "id": entry.id,
        "feed": feed_key(entry.feed_url),
        "first_seen_at": _time(entry.first_seen_at),
        "outcome": entry.outcome.value,
        "published_at": entry.published_at and _time(entry.published_at),
        "story": entry.story_id,
        "title": entry.title,
        "url": canonical(without_secrets(entry.url)),
    }


def article_line(article: Article) -> Line:
    return {
        "id": article.id,
        "category": article.category,
        "domain": article.domain,
        "feed": feed_key(article.feed_url),
        "first_seen_at": _time(article.first_seen_at),
        "kind": article.kind.value,
        "language": article.language,
        "opinion": article.opinion,
        "published_at": _time(article.published_at),
        "publisher": article.publisher,
        "quality": article.quality.value,
        "relevance": str(article.relevance),
        "title": article.title,
        "trust": str(article.trust),
        "url": canonical(without_secrets(article.url)),
    }


def trace_line(trace: Trace) -> Line:
    return {
        "id": trace.article_id,
        "facts": "".join(sorted(trace.facts)),
        "shingles": "".join(sorted(trace.shingles)),
    }


def feed_line(feed: FeedState) -> Line:
    """Without ``moved_to``, which is an address; the next answer says it again."""
    return {
        "id": feed_key(feed.url),
        "checked_at": feed.checked_at and _time(feed.checked_at),
        "etag": feed.validators.etag,
        "failures": feed.failures or None,
        "gone": feed.gone,
        "last_modified": feed.validators.last_modified,
        "status": feed.status,
        "succeeded_at": feed.succeeded_at and _time(feed.succeeded_at),
        "title": feed.title,
    }


def edition_line(edition: StoredEdition) -> Line:
    """With the record as it is, or as a text where its own bytes would not come back."""
    record: object = edition.record
    try:
        parsed = json.loads(edition.record)
        if record_text(parsed) == edition.record:
            record = parsed
    except (ValueError, RecursionError):
        pass
    return {
        "id": edition.id,
        "closes": _time(edition.window.closes),
        "date": edition.date.isoformat(),
        "name": edition.name,
        "opens": _time(edition.window.opens),
        "record": record,
    }


def finished_line(finished: FinishedOutput) -> Line:
    return {"id": finished.edition_id, "at": _time(finished.at), "output": finished.output}


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def record_text(record: object) -> str:
    """Return a record as editions are frozen: the same bytes. Raises ValueError."""
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


# --- reading ---------------------------------------------------------------------------------
# Each raises ValueError, with a phrase on what is wrong, for a line that is not one of ours.


def entry(line: Line, feeds: Feeds) -> KeptEntry:
    return KeptEntry(
        id=_text(line, "id", needed=True),
        feed_url=_feed_url(line, "feed", feeds),
        guid="",
        url=_url(line),
        title=_text(line, "title"),
        published_at=_moment(line, "published_at") if "published_at" in line else None,
        first_seen_at=_moment(line, "first_seen_at"),
        outcome=_choice(EntryOutcome, line, "outcome"),
        reason=REASON,
        story_id=_text(line, "story") or None,
    )


def article(line: Line, feeds: Feeds) -> Article:
    return Article(
        id=_text(line, "id", needed=True),
        url=_url(line),
        title=_text(line, "title"),
        publisher=_text(line, "publisher"),
        domain=_text(line, "domain"),
        author="",
        published_at=_moment(line, "published_at"),
        first_seen_at=_moment(line, "first_seen_at"),
        language=_text(line, "language"),
        text="",
        quality=_choice(Quality, line, "quality"),
        feed_url=_feed_url(line, "feed", feeds),
        category=_text(line, "category"),
        kind=_choice(FeedKind, line, "kind"),
        trust=_number(line, "trust"),
        opinion=_flag(line, "opinion"),
        relevance=_number(line, "relevance"),
        note="",
    )


def trace(line: Line) -> Trace:
    return Trace(_text(line, "id", needed=True), _hashes(line, "facts"), _hashes(line, "shingles"))


def feed(line: Line, feeds: Feeds) -> FeedState:
    return FeedState(
        url=_feed_url(line, "id", feeds),
        validators=Validators(_text(line, "etag") or None, _text(line, "last_modified") or None),
        status=_count(line, "status") or None,
        checked_at=_moment(line, "checked_at") if "checked_at" in line else None,
        succeeded_at=_moment(line, "succeeded_at") if "succeeded_at" in line else None,
        failures=_count(line, "failures"),
        gone=_flag(line, "gone"),
        title=_text(line, "title"),
    )


def edition(line: Line) -> StoredEdition:
    record = line.get("record")
    if isinstance(record, dict):
        record = record_text(record)
    if not isinstance(record, str):
        raise ValueError("record is missing")
    return StoredEdition(
        _text(line, "id", needed=True),
        _text(line, "name", needed=True),
        date.fromisoformat(_text(line, "date", needed=True)),
        Window(_moment(line, "opens"), _moment(line, "closes")),
        record,
    )


def finished(line: Line) -> FinishedOutput:
    return FinishedOutput(
        _text(line, "id", needed=True), _text(line, "output", needed=True), _moment(line, "at")
    )


def _text(line: Line, name: str, *, needed: bool = False) -> str:
    value = line.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST or _UNUSABLE.search(value):
        raise ValueError(f"{name} is no plain text")
    if needed and not value:
        raise ValueError(f"{name} is missing")
    return value


def _url(line: Line) -> str:
    url = _text(line, "url")
    if url and canonical(url) != url:
        raise ValueError("url is no web address as they are kept here")
    return url


def _feed_url(line: Line, name: str, feeds: Feeds) -> str:
    key = _text(line, name, needed=True)
    if not is_key(key):
        raise ValueError(f"{name} is no hash of a feed")
    return feeds.get(key, key)


def _moment(line: Line, name: str) -> datetime:
    value = _text(line, name, needed=True)
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{name} is no time with an offset")


def _number(line: Line, name: str) -> float:
    value = float(_text(line, name, needed=True))
    if not math.isfinite(value):
        raise ValueError(f"{name} is no number")
    return value


def _count(line: Line, name: str) -> int:
    value = line.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**9:
        raise ValueError(f"{name} is no count")
    return value


def _flag(line: Line, name: str) -> bool:
    value = line.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is neither true nor false")
    return value


def _choice(kind: type[Choice], line: Line, name: str) -> Choice:
    value = _text(line, name, needed=True)
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{name} is none of {', '.join(kind)}") from None


def _hashes(line: Line, name: str) -> frozenset[str]:
    value = line.get(name, "")
    if not isinstance(value, str) or not _HASHES.fullmatch(value):
        raise ValueError(f"{name} is no row of hashes")
    return frozenset(value[i : i + 8] for i in range(0, len(value), 8))
