"""How feeds are: their pace, when silence is too long for it, and what a person should do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.core.health import (
    Condition,
    activity,
    examine,
    is_too_silent,
    pace_of,
    trouble_of,
    worst_first,
)
from digest.models import Entry, Feed, FeedState

NOW = datetime(2026, 3, 14, 5, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
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
        ((0, 7, 14, 400, 700), 1, 0),  # what it did long ago does not count
        ((5, 145, 285), 0.05, 5),
        ((5, 145), None, 5),  # two tell no pace
        ((-0.5, 6.5, 13.5), 1, 0),  # a clock that runs ahead
        ((-400, 1, 2, 3), 7, 1),
        ((0, 1, 1.9), None, 0),  # put out at once
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
        (FeedState(URL), Condition.UNREAD, "next run"),
        (replace(WELL, gone=True, failures=1), Condition.GONE, "take it out"),
        *(
            (
                replace(WELL, failures=3, status=status, error=f"{URL} {error}", due_at=NOW + HOUR),
                Condition.FAILING,
                advice,
            )
            for status, error, advice in [
                (403, "answered 403", "answered 403: the site refuses programs; look for another"),
                (404, "answered 404", "leads nowhere; look for its new one with `digest feeds ch"),
                (500, "answered 500", "answered 500, 3 times in a row; it is tried again in 1h"),
                (200, "is a web page, not a feed", "is a web page, not a feed; look for its feed"),
            ]
        ),
        (replace(WELL, failures=1), Condition.FAILING, "of no use; it is tried again in the next"),
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
        (replace(WELL, address="https://a.test/rss"), Condition.NAMED, "a web page that names"),
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
    assert found.advice == "`https://y.test/` is read in its place: no answer within 30 s"
    answered = states | {URL: replace(failing, status=503, error=f"{URL} answered 503")}
    told = examine(feed, answered, NOW).advice
    assert told == "`https://y.test/` is read in its place: it answered 503"


def until_half_past(_url: str) -> datetime:
    return NOW + HOUR / 2


def test_a_site_that_asked_to_be_left_alone_is_told_of_with_the_time() -> None:
    told = "left alone until 06:00 UTC"
    busy = replace(WELL, failures=1, status=429, error=f"{URL} answered 429", due_at=NOW + HOUR)
    for states, next_at in (
        ({}, NOW + HOUR / 2),  # `feeds check` met it, and no run did yet
        ({URL: WELL}, NOW + HOUR / 2),  # a page of the site did
        ({URL: busy}, NOW + HOUR),
    ):
        found = examine(FEED, states, NOW, until_half_past)
        assert (found.condition, found.advice) == (Condition.PUT_OFF, told)
        assert found.next_at == next_at
    failing = examine(FEED, {URL: replace(busy, status=404)}, NOW, until_half_past)
    assert failing.condition is Condition.FAILING
    feed = replace(FEED, fallbacks=("https://y.test/",))
    other = replace(WELL, url="https://y.test/", succeeded_at=NOW)
    found = examine(feed, {other.url: other}, NOW, until_half_past)
    assert found.condition is Condition.FALLBACK
    assert found.advice == f"`https://y.test/` is read in its place: its site is {told}"
    assert examine(feed, {other.url: other}, NOW).advice.endswith("it has not been read yet")
    assert examine(FEED, {URL: WELL}, NOW, lambda _url: NOW).condition is Condition.HEALTHY


def test_a_feed_never_asked_is_told_as_such_without_its_password() -> None:
    found = examine(Feed("https://me:secret@a.test/?token=x1"), {}, NOW)
    assert (found.condition, found.last_success_at) == (Condition.UNREAD, None)
    assert found.name == "https://a.test/?token=…"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("http://x.test/f?token=ab12&b=1 answered 404", "it answered 404"),
        ("http://x.test/f?token=ab12&b=1: no answer within 30 s", "no answer within 30 s"),
        ("http://y.test/?key=ab12: no such host", "http://y.test/?key=…: no such host"),
        ("a worker died", "a worker died"),
    ],
)
def test_trouble_is_told_without_the_address_and_its_secrets(error: str, told: str) -> None:
    assert trouble_of(error, "http://me:secret@x.test/f?token=ab12&b=1", "it") == told


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
