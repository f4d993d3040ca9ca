"""When an edition is due, decided from the calendar and never from a timer's memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def due(
    now: datetime, *, at: time, days: Collection[str], timezone: str, catch_up: timedelta
) -> date | None:
    """Return the local date of the newest edition whose time has come, or None.

    Today's is due from ``at`` on in ``timezone``; one missed while nothing ran stays due for
    ``catch_up``, past midnight as well. Whether it is out already, the store knows.
    """
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    for back in range(catch_up.days + 2):
        day = today - timedelta(days=back)
        planned = moment(day, at, zone)
        if WEEKDAYS[day.weekday()] in days and planned <= now:
            return day if now - planned <= catch_up else None
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
