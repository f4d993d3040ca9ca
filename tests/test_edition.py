"""Briefs → Edition."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from digest.core import edition
from digest.models import Evidence, Story, Window
from tests.builders import NOW, article

DAY = timedelta(hours=24)


def test_an_edition_is_named_for_its_local_date() -> None:
    late = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
    assert edition.local_date(late, "Europe/Berlin") == date(2026, 3, 10)
    assert edition.edition_id("daily", date(2026, 3, 10)) == "daily-2026-03-10"


def test_the_window_opens_where_the_last_edition_closed() -> None:
    assert edition.window(NOW, DAY, None) == Window(NOW - DAY, NOW)
    closed = NOW - timedelta(hours=30)
    assert edition.window(NOW, DAY, closed) == Window(closed, NOW)


def test_the_window_is_never_longer_than_three_days() -> None:
    assert edition.window(NOW, DAY, NOW - timedelta(days=9)).opens == NOW - timedelta(hours=72)


def test_an_edition_said_to_close_in_the_future_does_not_empty_the_next_ones_window() -> None:
    for closed in (NOW, NOW + DAY, NOW + timedelta(days=3_000)):
        assert edition.window(NOW, DAY, closed) == Window(NOW - DAY, NOW)


def test_sources_are_numbered_and_name_each_publisher_of_a_copy_once() -> None:
    original, copy = article("a", "T", "Text."), article("b", "T", "Text.", site="kettle.test")
    tale = Story("s", (Evidence(original, (copy, copy)), Evidence(article("c", "T2"))))
    first, second = edition.sources(tale)
    assert (first.n, first.article_id, first.copies) == (1, "a", ("Kettle",))
    assert (second.n, second.author, second.copies) == (2, None, ())
