"""When a feed may be asked again, decided from headers, trouble and the time alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core.polling import (
    LEAST_SERVED,
    RETIRED,
    after_answer,
    after_failure,
    after_move,
    waits,
)
from digest.models import FeedState, Validators

NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
FEED = FeedState("https://wire.test/feed")
DATE = "Tue, 10 Mar 2026 06:30:00 GMT"
HOUR = timedelta(hours=1)


def pause(headers: dict[str, str], ttl: timedelta | None = None) -> timedelta | None:
    due = after_answer(FEED, headers, ttl, NOW).due_at
    return None if due is None else due - NOW


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=3600"}, 3600),
        ({"cache-control": 'Max-Age="3600"'}, 3600),
        ({"cache-control": "max-age=3600", "age": "600"}, 3000),
        ({"cache-control": "max-age=3600", "age": "9999"}, None),
        ({"cache-control": "max-age=600", "expires": "Tue, 10 Mar 2026 09:30:00 GMT"}, 10_800),
        ({"cache-control": "no-cache", "expires": "Tue, 10 Mar 2026 09:30:00 GMT"}, None),
        ({"expires": "Tue, 10 Mar 2026 07:30:00 GMT"}, 3600),
        (
            {"expires": "Thu, 01 Jan 2026 01:00:00 GMT", "date": "Thu, 01 Jan 2026 00:00:00 GMT"},
            3600,
        ),
        ({"retry-after": "1800", "cache-control": "max-age=60"}, 1800),
        ({"retry-after": "Tue, 10 Mar 2026 08:30:00 GMT", "date": DATE}, 7200),
        ({"cache-control": "max-age=31536000"}, 86_400),
        ({"retry-after": "Tue, 10 Mar 2099 08:30:00 GMT"}, 86_400),
        ({}, None),
        ({"cache-control": "no-cache, max-age=3600"}, None),
        ({"cache-control": "no-store"}, None),
        ({"cache-control": "max-age=999999999999999"}, None),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "max-age=soon"}, None),
        ({"cache-control": "max-age"}, None),
        ({"expires": "0"}, None),
        ({"expires": "-1"}, None),
        ({"expires": "Mon, 01 Jan 1990 00:00:00 GMT"}, None),
        ({"expires": "Tue, 99 Foo 9999 99:99:99 GMT"}, None),
        ({"expires": "Fri, 31 Dec 9999 23:59:59 -1200"}, None),
        ({"retry-after": "later"}, None),
    ],
)
def test_what_headers_wish(headers: dict[str, str], seconds: int | None) -> None:
    assert pause(headers) == (None if seconds is None else timedelta(seconds=seconds))


def test_the_longest_of_all_wishes_counts() -> None:
    assert pause({"cache-control": "max-age=600"}, HOUR) == HOUR
    assert pause({"cache-control": "max-age=7200"}, HOUR) == 2 * HOUR
    assert pause({"cache-control": "no-cache"}, HOUR) == HOUR
    assert pause({}, timedelta(days=400)) == timedelta(days=1)
    assert pause({}, -HOUR) is None


@given(
    st.dictionaries(
        st.sampled_from(["cache-control", "age", "expires", "date", "retry-after"]), st.text()
    )
)
def test_no_header_is_too_odd(headers: dict[str, str]) -> None:
    due = after_answer(FEED, headers, None, NOW).due_at
    assert due is None or NOW < due <= NOW + timedelta(days=1)


def test_an_answer_ends_all_trouble() -> None:
    lost = after_failure(FEED, 500, None, NOW, 0.0, error="answers 500")
    state = after_answer(lost, {}, None, NOW + HOUR)
    assert (state.failures, state.error, state.due_at) == (0, "", None)
    assert state.succeeded_at == state.checked_at == NOW + HOUR


def ladder(status: int | None, jitter: float, times: int) -> list[timedelta]:
    """Return the pauses after so many failures in a row."""
    state, pauses = FEED, []
    for _ in range(times):
        state = after_failure(state, status, None, NOW, jitter)
        assert state.due_at is not None
        pauses.append(state.due_at - NOW)
    return pauses


@pytest.mark.parametrize("status", [None, 500, 503, 429, 408])
def test_passing_trouble_is_tried_again_twice_as_late_each_time(status: int | None) -> None:
    minutes = [p.total_seconds() / 60 for p in ladder(status, 0.0, 60)]
    assert minutes[:8] == [15, 30, 60, 120, 240, 480, 960, 1200]
    assert set(minutes[8:]) == {1200}
    assert ladder(status, 0.5, 1) == [timedelta(minutes=18, seconds=45)]
    assert max(ladder(status, 1.0, 60)) == timedelta(hours=20)


@pytest.mark.parametrize("status", [401, 403, 404, 451])
def test_what_is_not_there_is_asked_for_more_and_more_rarely(status: int) -> None:
    hours = [p / HOUR for p in ladder(status, 0.7, 60)]
    assert hours[:6] == [1, 4, 16, 64, 168, 168]
    assert set(hours[6:]) == {168}


@pytest.mark.parametrize(
    ("asked", "granted"),
    [(60.0, 900.0), (7200.0, 7200.0), (1e9, 86_400.0), (float("nan"), 900.0), (-5.0, 900.0)],
)
def test_retry_after_holds_where_it_is_longer_and_for_a_day_at_most(
    asked: float, granted: float
) -> None:
    state = after_failure(FEED, 429, asked, NOW, 0.0)
    assert state.due_at == NOW + timedelta(seconds=granted)


def test_410_retires_the_configured_address_for_good() -> None:
    state = after_failure(FEED, 410, None, NOW, 0.0)
    assert state.gone
    wait = waits(state, NOW + timedelta(days=4000))
    assert wait is not None
    assert (wait.note, wait.trouble) == (RETIRED, True)


@pytest.mark.parametrize("status", [None, 404, 410])
def test_an_address_that_took_its_place_gives_way_at_once(status: int | None) -> None:
    followed = replace(FEED, address="https://new.test/feed", validators=Validators('"1"'))
    state = after_failure(followed, status, None, NOW, 0.0)
    assert (state.address, state.gone, state.failures) == ("", False, 1)
    assert state.validators == Validators()
    assert waits(state, NOW) is None
    kept = after_failure(followed, 503, None, NOW, 0.0)
    assert kept.address == "https://new.test/feed"


def test_a_redirect_is_believed_when_it_held_twice_in_a_row() -> None:
    once = after_move(FEED, "https://new.test/feed")
    assert (once.address, once.moved_times) == ("", 1)
    assert after_move(once, "https://new.test/feed").address == "https://new.test/feed"
    assert after_move(once, "https://other.test/feed").address == ""
    back = after_move(once, None)
    assert (back.moved_to, back.moved_times) == (None, 0)
    assert after_move(back, "https://new.test/feed").address == ""


def test_a_followed_address_stays_and_may_move_on_or_lead_back() -> None:
    there = after_move(after_move(FEED, "https://new.test/feed"), "https://new.test/feed")
    assert after_move(there, None) == there
    on = after_move(after_move(there, "https://newer.test/feed"), "https://newer.test/feed")
    assert on.address == "https://newer.test/feed"
    back = after_move(after_move(there, FEED.url), FEED.url)
    assert (back.address, back.moved_to) == ("", None)


def test_a_feed_waits_as_it_wishes() -> None:
    state = after_answer(FEED, {"cache-control": "max-age=2700"}, None, NOW)
    wait = waits(state, NOW + timedelta(minutes=44))
    assert wait is not None
    assert (wait.note, wait.trouble) == ("asked again from 07:15 UTC, as the feed wishes", False)
    assert waits(state, NOW + timedelta(minutes=45)) is None
    assert waits(FEED, NOW) is None


def test_a_run_once_a_day_finds_a_daily_feed_due_and_a_service_waits_the_whole_day() -> None:
    state = after_answer(FEED, {}, timedelta(days=1), NOW)
    assert waits(state, NOW + 22 * HOUR) is not None
    assert waits(state, NOW + 23 * HOUR) is None
    served = waits(state, NOW + 23 * HOUR, LEAST_SERVED)
    assert served is not None
    assert served.note.startswith("asked again from 06:30 UTC")
    assert waits(state, NOW + 24 * HOUR, LEAST_SERVED) is None


def test_a_service_asks_no_feed_twice_within_a_quarter_of_an_hour() -> None:
    state = after_answer(FEED, {"cache-control": "max-age=60"}, None, NOW)
    assert waits(state, NOW + timedelta(minutes=2)) is None
    wait = waits(state, NOW + timedelta(minutes=14), LEAST_SERVED)
    assert wait is not None
    assert wait.note == "asked again from 06:45 UTC, as it was asked a moment ago"
    assert not wait.trouble
    assert waits(state, NOW + timedelta(minutes=15), LEAST_SERVED) is None


def test_a_clock_set_back_keeps_no_feed_waiting() -> None:
    state = after_answer(FEED, {"cache-control": "max-age=3600"}, None, NOW)
    assert waits(state, NOW - timedelta(days=300)) is None


def test_after_trouble_it_says_so() -> None:
    wait = waits(after_failure(FEED, 500, None, NOW, 0.0), NOW + timedelta(minutes=5))
    assert wait is not None
    assert (wait.note, wait.trouble) == ("asked again from 06:45 UTC, after trouble", True)
