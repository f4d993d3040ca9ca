"""New entries are sorted into those to open, to take as they are, and to leave, each with why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from digest.core.selection import UNDATED_AT_FIRST, select
from digest.models import Entry, EntryOutcome, Feed, FeedKind, Selected

NOW = datetime(2025, 5, 13, 6, 30, tzinfo=UTC)
OPENS = NOW - timedelta(hours=24)
FEED = Feed("https://example.org/rss")


def entry(number: int, hours: float | None = 1.0) -> Entry:
    published = None if hours is None else NOW - timedelta(hours=hours)
    url = f"https://example.org/{number}"
    return Entry(f"id{number}", FEED.url, url, url, f"Title {number}", published_at=published)


def wanted(_: Entry) -> tuple[EntryOutcome | None, str]:
    return None, "relevance 0.90"


def chosen(
    *entries: Entry, feed: Feed = FEED, known: frozenset[str] = frozenset(), limit: int = 50
) -> list[Selected]:
    return select(entries, feed=feed, known=known, opens=OPENS, judge=wanted, limit=limit)


def test_new_entries_are_to_be_opened_in_the_order_given() -> None:
    found = chosen(entry(2), entry(1), entry(3))
    assert [s.entry.id for s in found] == ["id2", "id1", "id3"]
    assert {s.outcome for s in found} == {EntryOutcome.PENDING}
    assert found[0].reason == "new; relevance 0.90"


def test_known_entries_are_left_out() -> None:
    assert [s.entry.id for s in chosen(entry(1), entry(2), known=frozenset({"id1"}))] == ["id2"]


def test_the_same_id_twice_is_one_decision() -> None:
    assert len(chosen(entry(1), entry(1, hours=2))) == 1


def test_what_was_published_before_the_window_is_old() -> None:
    inside, outside = chosen(entry(1, hours=24), entry(2, hours=24.1))
    assert inside.outcome is EntryOutcome.PENDING
    assert outside.outcome is EntryOutcome.OLD
    assert "2025-05-12 06:24 UTC" in outside.reason


def test_an_entry_dated_in_the_future_is_new() -> None:
    assert chosen(entry(1, hours=-48))[0].outcome is EntryOutcome.PENDING


def test_undated_entries_of_an_unknown_feed_count_as_new_only_at_its_top() -> None:
    found = chosen(*(entry(n, hours=None) for n in range(UNDATED_AT_FIRST + 3)))
    outcomes = [s.outcome for s in found]
    assert outcomes[:UNDATED_AT_FIRST] == [EntryOutcome.PENDING] * UNDATED_AT_FIRST
    assert outcomes[UNDATED_AT_FIRST:] == [EntryOutcome.OLD] * 3


def test_undated_entries_of_a_feed_seen_before_are_new() -> None:
    entries = [entry(n, hours=None) for n in range(UNDATED_AT_FIRST + 3)]
    found = chosen(*entries, known=frozenset({"id0"}))
    assert [s.outcome for s in found] == [EntryOutcome.PENDING] * (UNDATED_AT_FIRST + 2)


def test_the_judge_has_the_last_word_on_new_entries_and_none_on_old_ones() -> None:
    asked: list[str] = []

    def judge(candidate: Entry) -> tuple[EntryOutcome | None, str]:
        asked.append(candidate.id)
        return EntryOutcome.OFF_TOPIC, "not AI-industry news"

    found = select(
        [entry(1), entry(2, hours=90)], feed=FEED, known=frozenset(), opens=OPENS, judge=judge
    )
    assert [s.outcome for s in found] == [EntryOutcome.OFF_TOPIC, EntryOutcome.OLD]
    assert found[0].reason == "not AI-industry news"
    assert asked == ["id1"]


def test_without_a_page_to_open_the_feeds_own_text_is_used() -> None:
    closed = chosen(entry(1), feed=replace(FEED, open_pages=False))
    talk = chosen(entry(1), feed=replace(FEED, kind=FeedKind.DISCUSSION))
    unlinked = chosen(replace(entry(1), url=""))
    for (selected,) in (closed, talk, unlinked):
        assert selected.outcome is EntryOutcome.READ
    assert len({closed[0].reason, talk[0].reason, unlinked[0].reason}) == 3


def test_an_aggregators_closed_link_is_not_opened() -> None:
    hidden = replace(entry(1), url="https://news.google.com/rss/articles/CBMi1")
    (selected,) = chosen(hidden)
    assert selected.outcome is EntryOutcome.READ
    assert selected.reason == (
        "an aggregator's link that leads nowhere without asking it; its headline is used; "
        "relevance 0.90"
    )


def test_entries_over_the_limit_wait_and_the_last_chosen_says_so() -> None:
    entries = [entry(n) for n in range(5)]
    found = chosen(*entries, limit=3)
    assert [s.entry.id for s in found] == ["id0", "id1", "id2"]
    assert found[-1].reason.endswith("2 more of this feed wait for the next run")
    later = chosen(*entries, known=frozenset(s.entry.id for s in found), limit=3)
    assert [s.entry.id for s in later] == ["id3", "id4"]


def test_the_limit_holds_for_pages_only() -> None:
    old = entry(9, hours=90)
    found = chosen(entry(1), entry(2), old, limit=1)
    assert [(s.entry.id, s.outcome) for s in found] == [
        ("id1", EntryOutcome.PENDING),
        ("id9", EntryOutcome.OLD),
    ]
