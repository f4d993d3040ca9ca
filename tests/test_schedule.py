"""When an edition is due, on ordinary days and on those whose clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.core import schedule

BERLIN = "Europe/Berlin"
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


def at(text: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def due(
    now: datetime,
    *,
    clock: str = "06:30",
    days: tuple[str, ...] = WORKDAYS,
    catch_up: float = 12,
    made: tuple[str, ...] = (),
) -> str | None:
    day = schedule.due(
        now,
        at=time.fromisoformat(clock),
        days=days,
        timezone=BERLIN,
        catch_up=timedelta(hours=catch_up),
    )
    return day.isoformat() if day and day.isoformat() not in made else None


@pytest.mark.parametrize(
    ("now", "made", "expected"),
    [
        ("2026-03-02T06:29:59", (), None),
        ("2026-03-02T06:30", (), "2026-03-02"),
        ("2026-03-02T06:30", ("2026-03-02",), None),
        ("2026-03-02T18:30", (), "2026-03-02"),
        ("2026-03-02T18:31", (), None),
        ("2026-03-02T09:00", ("2026-03-01", "2026-02-27"), "2026-03-02"),
        ("2026-03-07T07:00", ("2026-03-06",), None),  # a Saturday
        ("2026-03-08T07:00", (), None),
    ],
)
def test_the_edition_is_due_once_from_its_time_on(
    now: str, made: tuple[str, ...], expected: str | None
) -> None:
    assert due(at(now), made=made) == expected


def test_one_that_was_missed_stays_due_past_midnight() -> None:
    late = at("2026-03-03T01:00")
    assert due(late, clock="22:00", catch_up=6) == "2026-03-02"
    assert due(late, clock="22:00", catch_up=2) is None
    assert due(late, clock="22:00", catch_up=6, made=("2026-03-02",)) is None
    saturday = at("2026-03-07T01:00")
    assert due(saturday, clock="22:00", catch_up=6) == "2026-03-06"


def test_a_weekly_edition_may_be_caught_up_for_days() -> None:
    sunday = at("2026-03-08T05:00")
    assert due(sunday, days=("wed",), catch_up=5 * 24) == "2026-03-04"
    assert due(sunday, days=("wed",), catch_up=3 * 24) is None


def test_only_the_newest_missed_edition_is_due() -> None:
    assert due(at("2026-03-04T07:00"), catch_up=100) == "2026-03-04"
    assert due(at("2026-03-04T07:00"), catch_up=100, made=("2026-03-04",)) is None


@pytest.mark.parametrize("clock", ["00:00", "00:30", "01:59", "02:00", "02:30", "03:00", "23:59"])
@pytest.mark.parametrize("first", ["2026-03-27", "2026-10-23"])  # 23 and 25 hours on the Sunday
def test_every_day_has_its_edition_where_clocks_change(clock: str, first: str) -> None:
    start = at(f"{first}T00:00")
    made: dict[str, datetime] = {}
    for minutes in range(0, 5 * 24 * 60, 10):
        now = start + timedelta(minutes=minutes)
        day = due(now, clock=clock, days=schedule.WEEKDAYS, catch_up=2, made=tuple(made))
        if day is not None:
            assert day not in made
            made[day] = now
    whole = [(date.fromisoformat(first) + timedelta(days=n)).isoformat() for n in range(4)]
    assert set(whole) <= set(made)
    for day in whole:
        planned = schedule.moment(
            date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(BERLIN)
        )
        assert timedelta(0) <= made[day] - planned < timedelta(minutes=10)


def test_a_time_that_is_skipped_is_moved_on_and_one_repeated_means_the_first() -> None:
    zone = ZoneInfo(BERLIN)
    skipped = schedule.moment(date(2026, 3, 29), time(2, 30), zone)
    repeated = schedule.moment(date(2026, 10, 25), time(2, 30), zone)
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 in summer time
    assert repeated == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_next_edition_is_the_first_planned_after_now() -> None:
    def following(now: str, *days: str) -> datetime | None:
        return schedule.following(at(now), at=time(6, 30), days=days, timezone=BERLIN)

    assert following("2026-03-06T06:29", *WORKDAYS) == at("2026-03-06T06:30")
    assert following("2026-03-06T06:30", *WORKDAYS) == at("2026-03-09T06:30")
    assert following("2026-03-28T12:00", *schedule.WEEKDAYS) == at("2026-03-29T06:30")
    assert following("2026-03-09T07:00", "mon") == at("2026-03-16T06:30")
    assert following("2026-03-09T07:00") is None
