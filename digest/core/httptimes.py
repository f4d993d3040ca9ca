"""Times in the headers of an HTTP answer: dates, and numbers of seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r'\s*"?([0-9]{1,9})"?\s*')
_LONGEST_WAIT = timedelta(days=30)


def seconds(value: str) -> timedelta | None:
    """Return a header's whole number of seconds; None for what is none, or is beyond all sense."""
    found = _SECONDS.fullmatch(value)
    return timedelta(seconds=int(found[1])) if found else None


def date(value: str) -> datetime | None:
    """Return an HTTP date, None for what is none; ``0`` is none."""
    if not 10 < len(value) < 80:
        return None
    try:
        told = parsedate_to_datetime(value)
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def sent_at(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return when an answer was sent, by the sender's own clock where it tells it.

    Its other dates are by that clock, and it or ours may go wrong.
    """
    return date(headers.get("date", "")) or now


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long Retry-After asks to wait, at most 30 days; None where it does not.

    It is given in seconds or as a date.
    """
    value = headers.get("retry-after", "")
    wait, until = seconds(value), date(value)
    if wait is None and until is not None:
        wait = max(until - sent_at(headers, now), timedelta())
    return None if wait is None else min(wait, _LONGEST_WAIT)
