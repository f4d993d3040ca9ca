"""When an edition is due, decided from what the store holds and never from a timer's memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def due(
    now: datetime,
    *,
    at: time,
    days: Collection[str],
    timezone: str,
    catch_up: timedelta,
    made: Collection[date],
) -> date | None:
    """Return the local date of the edition that should be put out now, or None.

    Today's is due from ``at`` on in ``timezone``; one missed while nothing ran stays due for
    ``catch_up``, even past midnight, and only the newest. ``made`` holds the dates that have an
    edition or were tried and found empty.
    """
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    for back in range(2):
        day = today - timedelta(days=back)
        if WEEKDAYS[day.weekday()] not in days:
            continue
        planned = moment(day, at, zone)
        if planned <= now:
            late = now - planned > catch_up
            return None if late or day in made else day
    return None


def following(now: datetime, *, at: time, days: Collection[str], timezone: str) -> datetime | None:
    """Return the next planned moment after ``now``, or None where no day is planned."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    for ahead in range(8):
        day = today + timedelta(days=ahead)
        planned = moment(day, at, zone)
        if WEEKDAYS[day.weekday()] in days and planned > now:
            return planned
    return None


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant of a local wall time.

    A time that a clock change skips is moved on by the gap; one that it repeats means the first.
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
