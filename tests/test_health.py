"""How feeds are: their pace, when silence is too long for it, and what a person should do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.core.health import Condition, activity, examine, is_too_silent, pace_of, worst_first
from digest.models import Entry, Feed, FeedState

NOW = datetime(2026, 3, 14, 5, 30, tzinfo=UTC)
URL = "https://a.test/feed"
FEED = Feed(URL, "A")
WELL = FeedState(
    URL, status=200, checked_at=NOW, succeeded_at=NOW, newest_at=NOW, title="A feed", per_week=7
)


def entries(*days_ago: float | None) -> list[Entry]:
    dates = [None if days is None else NOW - timedelta(days=days) for days in days_ago]
    return [Entry(str(n), URL, "", "", "", published_at=at) for n, at in enumerate(dates)]


@pytest.mark.parametrize(
    ("days_ago", "per_week", "newest"),
    [
        ((), None, None),
        ((None, None), None, None),
        ((3,), None, 3),
        ((3, 3, 3), None, 3),
        ((0, 1, 2, None), 7, 0),
        ((2, 0, 1), 7, 0),
        ((10, 17, 24), 1, 10),
        ((0, 7, 400, 700), 1, 0),  # what it did long ago does not count
        ((5, 145), 0.05, 5),
        ((-0.5, 6.5), 1, 0),  # a clock that runs ahead
        ((-400, 1, 2), 7, 1),
        ((0, 0.001), 168, 0),
    ],
)
def test_pace_and_newest_entry_come_from_the_dates(
    days_ago: tuple[float | None, ...], per_week: float | None, newest: float | None
) -> None:
    pace, at = activity(entries(*days_ago), NOW)
    assert pace == (None if per_week is None else pytest.approx(per_week))
    assert at == (None if newest is None else NOW - timedelta(days=newest))


@pytest.mark.parametrize(
    ("per_week", "silent_days", "too_long"),
    [
        (70, 13, False),
        (70, 15, True),
        (1, 34, False),
        (1, 36, True),
        (0.25, 139, False),
        (0.25, 141, True),
        (None, 89, False),
        (None, 91, True),
        (1e-12, 3_000, False),
        (0.0, 91, True),
    ],
)
def test_a_feed_is_too_silent_by_its_own_pace(
    per_week: float | None, silent_days: int, *, too_long: bool
) -> None:
    state = replace(WELL, per_week=per_week, newest_at=NOW - timedelta(days=silent_days))
    assert is_too_silent(state, NOW) is too_long


def test_nothing_is_said_of_silence_where_no_entry_was_dated() -> None:
    assert not is_too_silent(replace(WELL, newest_at=None), NOW)


@pytest.mark.parametrize(
    ("state", "condition", "advice"),
    [
        (WELL, Condition.HEALTHY, ""),
        (FeedState(URL), Condition.UNASKED, "next run"),
        (replace(WELL, gone=True, failures=1), Condition.GONE, "take it out"),
        (replace(WELL, failures=1, error=f"{URL} answered 500"), Condition.FAILING, "answered 500"),
        (replace(WELL, failures=3), Condition.FAILING, "digest feeds check"),
        (
            replace(WELL, newest_at=NOW - timedelta(days=40)),
            Condition.SILENT,
            "nothing new for 40 days; it brought 7 a week",
        ),
        (
            replace(WELL, moved_to="https://b.test/", moved_times=2, address="https://b.test/"),
            Condition.MOVED,
            "it moved for good: put `url: https://b.test/`",
        ),
        (replace(WELL, address="https://a.test/rss"), Condition.MOVED, "a web page that names"),
        (replace(WELL, moved_to="https://b.test/", moved_times=1), Condition.HEALTHY, ""),
    ],
)
def test_each_condition_says_what_to_do(
    state: FeedState, condition: Condition, advice: str
) -> None:
    found = examine(FEED, {URL: state}, NOW)
    assert (found.condition, advice in found.advice) == (condition, True), found.advice


def test_a_fallback_that_answers_stands_in() -> None:
    feed = replace(FEED, fallbacks=("https://x.test/", "https://y.test/"))
    failing = replace(
        WELL,
        succeeded_at=NOW - timedelta(days=9),
        failures=4,
        error=f"{URL}: no answer within 30 s",
    )
    other = FeedState("https://y.test/", succeeded_at=NOW, per_week=3, newest_at=NOW)
    states = {URL: failing, other.url: other}
    found = examine(feed, states, NOW)
    assert found.condition is Condition.FALLBACK
    assert (found.per_week, found.failures) == (3, 4)
    long_ago = {url: replace(s, succeeded_at=NOW - timedelta(days=10)) for url, s in states.items()}
    assert examine(feed, long_ago | {URL: failing}, NOW).condition is Condition.FAILING
    assert found.advice == "https://y.test/ stands in for it, since no answer within 30 s"


def test_a_feed_never_asked_is_told_as_such_without_its_password() -> None:
    found = examine(Feed("https://me:secret@a.test/?token=x1"), {}, NOW)
    assert (found.condition, found.last_success_at) == (Condition.UNASKED, None)
    assert found.name == "https://a.test/?token"


def test_trouble_stands_first() -> None:
    states = {
        "well": replace(WELL, url="well"),
        "once": replace(WELL, url="once", failures=1),
        "often": replace(WELL, url="often", failures=9),
        "gone": replace(WELL, url="gone", gone=True),
    }
    found = worst_first(examine(Feed(url), states, NOW) for url in states)
    assert [health.feed.url for health in found] == ["gone", "often", "once", "well"]


def test_paces_are_told_in_words() -> None:
    told = [pace_of(pace) for pace in (1_234.4, 1, 0.25, 1e-9)]
    assert told == ["1,234 a week", "1 a week", "one in 4 weeks", "hardly any"]
