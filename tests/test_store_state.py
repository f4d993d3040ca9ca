"""What a store remembers without texts: taken out, put into another, and used there."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from digest.adapters.store import SqlStore
from digest.adapters.store.database import Database
from digest.core.discreet import host_key
from digest.core.revising import fingerprint
from digest.errors import StoreError
from digest.models import (
    Entry,
    EntryOutcome,
    FeedKind,
    FeedState,
    FinishedOutput,
    HostState,
    KeptEntry,
    Known,
    Quality,
    Selected,
    State,
    Suppression,
    SuppressionReason,
    Trace,
    Validators,
    Wishes,
)
from digest.ports import Store
from tests.test_store import FEED, NOW, address, article, edition, entry, pending

DAY = timedelta(days=1)
ALWAYS = NOW - 1000 * DAY
SECRET = "a text that stays at home"
FULL_FEED = FeedState(
    url=FEED,
    validators=Validators('W/"\u00e9\u2028 "', " Wed, 05 Aug 2026 06:00:00 GMT"),
    status=304,
    checked_at=NOW,
    succeeded_at=NOW - DAY,
    failures=3,
    moved_to="https://new.test/feed",
    gone=True,
    title="The Wire",
    error="answered 410",
    due_at=NOW + DAY,
    ttl=timedelta(hours=1),
    per_week=3.5,
    newest_at=NOW - DAY,
    wishes=Wishes(ai_input=False, max_snippet=0, told=("tdm-reservation: 1",)),
)
PUT_OFF = HostState("https://wire.test", SECRET, NOW, NOW + DAY, "answered 429")
DAILY = edition("daily", date(2026, 8, 5), record='{"id":  "daily-2026-08-05",\n "\u00e9": 1}')


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "digest.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    with SqlStore.open(address(path)) as store:
        yield store


@pytest.fixture
def other(tmp_path: Path) -> Iterator[SqlStore]:
    """Another machine's store."""
    with SqlStore.open(address(tmp_path / "other.db")) as store:
        yield store


def fill(store: SqlStore) -> None:
    """Store one of everything: judged, unjudged, passed over, found by a search, mailed."""
    passed_over = entry("old", summary=SECRET, content=SECRET, author="A", tags=("x",))
    chosen = [
        pending("told", summary=SECRET, content=SECRET, published_at=NOW - DAY),
        pending("read", content=SECRET),
        pending("unread", content=SECRET),
        Selected(passed_over, EntryOutcome.OLD, "published before the window"),
        Selected(entry("thread"), EntryOutcome.READ, "a discussion"),
        Selected(entry("linkless", url=""), EntryOutcome.READ, "the feed gives no link"),
    ]
    store.save_feed(FULL_FEED, chosen, NOW)
    store.save_feed(FeedState("https://a.test/feed"), [], NOW)
    store.save_article(article("told", "Chips", SECRET, note="n"), EntryOutcome.READ, "full text")
    store.save_article(article("read", "Robots", SECRET), EntryOutcome.READ, "full text")
    store.save_article(article("found", "Moon", SECRET), EntryOutcome.FOUND, "bears on moons")
    thread = article("thread", "Talk", kind=FeedKind.DISCUSSION)
    store.save_article(thread, EntryOutcome.READ, "a discussion")
    store.save_outcomes([("told", EntryOutcome.PUBLISHED, "story-1", "leads")])
    store.save_edition(DAILY)
    store.add_readers(["reader@reader.test"], NOW)
    store.suppress([Suppression("gone@reader.test", SuppressionReason.BOUNCED, NOW)])
    store.finish_output(DAILY.id, "files:out", NOW)
    store.save_run("one", NOW, "{}")
    store.save_host(PUT_OFF)
    store.save_host(HostState("https://free.test", SECRET, NOW))


def kept(key: str, outcome: EntryOutcome, **changes: object) -> KeptEntry:
    plain = entry(key)
    return dataclasses.replace(
        KeptEntry(
            id=key,
            feed_url=FEED,
            guid=plain.guid,
            url=plain.url,
            title=key,
            published_at=None,
            first_seen_at=NOW,
            outcome=outcome,
            reason="",
            story_id=None,
        ),
        **changes,  # type: ignore[arg-type]
    )


def trace(key: str) -> Trace:
    return Trace(key, frozenset({"0000000a", "ffffffff"}), frozenset({"12345678"}))


def state_of(*keys: str, **changes: object) -> State:
    """Published articles with their entries and traces."""
    return dataclasses.replace(
        State(
            entries=tuple(kept(key, EntryOutcome.PUBLISHED) for key in keys),
            articles=tuple(article(key) for key in keys),
            traces=tuple(trace(key) for key in keys),
        ),
        **changes,  # type: ignore[arg-type]
    )


def outcomes(store: SqlStore, *keys: str) -> dict[str, EntryOutcome]:
    return {key: known.outcome for key, known in store.known_entries(keys).items()}


# --- out ---


def test_a_state_holds_what_is_remembered_in_a_fixed_order_and_no_text(store: SqlStore) -> None:
    fill(store)
    state = store.state(since=ALWAYS)
    assert state.feeds == (FeedState("https://a.test/feed"), FULL_FEED)
    assert [(each.id, each.outcome) for each in state.entries] == [
        ("linkless", EntryOutcome.READ),
        ("old", EntryOutcome.OLD),
        ("read", EntryOutcome.READ),
        ("thread", EntryOutcome.READ),
        ("told", EntryOutcome.PUBLISHED),
        ("unread", EntryOutcome.PENDING),
    ]
    assert state.entries[4] == kept(
        "told",
        EntryOutcome.PUBLISHED,
        published_at=NOW - DAY,
        reason="leads",
        story_id="story-1",
        fingerprint=fingerprint(entry("told", summary=SECRET, content=SECRET)),
    )
    bare = dataclasses.replace(PUT_OFF, origin=host_key(PUT_OFF.origin), robots=None)
    assert state.hosts == (dataclasses.replace(bare, robots_at=None),)
    assert [each.id for each in state.articles] == ["read", "thread", "told"]
    assert state.articles[2] == article("told", "Chips", "", note="n")
    assert state.editions == (DAILY,)
    assert state.finished == (FinishedOutput(DAILY.id, "files:out", NOW),)
    assert state.traces == ()
    assert SECRET not in repr(state)
    assert "reader.test" not in repr(state)
    assert store.state(since=ALWAYS) == state


def test_a_state_of_an_empty_store_is_empty(store: SqlStore, other: SqlStore) -> None:
    assert store.state(since=ALWAYS) == State()
    other.load_state(State())
    assert set(other.counts().values()) == {0}


def test_a_state_reaches_back_as_far_as_it_is_asked_to(store: SqlStore) -> None:
    for key, seen in (("a", NOW - 2 * DAY), ("b", NOW - DAY), ("c", NOW)):
        store.save_feed(FeedState(FEED), [pending(key)], seen)
        store.save_article(article(key, first_seen_at=seen), EntryOutcome.READ, "")
        frozen = edition("daily", seen.date(), seen)
        store.save_edition(frozen)
        store.finish_output(frozen.id, "files:out", seen)
    store.load_state(state_of("y", entries=(kept("y", EntryOutcome.OLD, first_seen_at=ALWAYS),)))
    for since, keys in ((NOW - 9 * DAY, "abcy"), (NOW - 2 * DAY, "bcy"), (NOW - DAY, "cy")):
        state = store.state(since=since)
        assert {each.id for each in state.articles} == set(keys)
        # An article's entry goes with it, even if that was seen long before.
        assert {each.id for each in state.entries} == set(keys)
        assert [each.date for each in state.editions] == [
            (NOW - n * DAY).date() for n in (2, 1, 0) if NOW - n * DAY > since
        ]
        assert [each.edition_id for each in state.finished] == [e.id for e in state.editions]
        assert [each.url for each in state.feeds] == [FEED]
        assert state.traces == (trace("y"),)


def test_a_state_is_of_one_moment_whoever_writes_meanwhile(path: Path) -> None:
    with SqlStore.open(address(path)) as store:
        fill(store)
        before = store.state(since=ALWAYS)
    raw = sqlite3.connect(path, isolation_level="IMMEDIATE")
    hasty = sqlite3.connect(path, isolation_level=None)
    done: list[str] = []

    def write_between(statement: str) -> None:
        """Take everything away once the state has begun to be read."""
        if "FROM articles" in statement and not done:
            hasty.executescript("DELETE FROM articles; DELETE FROM editions; DELETE FROM feeds;")
            done.append(statement)

    with SqlStore(Database(raw, path, 5.0), new_token=str) as store:
        raw.set_trace_callback(write_between)
        state = store.state(since=ALWAYS)
        raw.set_trace_callback(None)
        assert done
        assert state == before
        assert store.counts()["articles"] == 0
    hasty.close()


# --- in ---


def test_a_state_goes_into_an_empty_store_and_comes_out_again(
    store: SqlStore, other: SqlStore
) -> None:
    fill(store)
    state = store.state(since=ALWAYS)
    other.load_state(state)
    assert other.check() == []
    assert other.feed_states() == store.feed_states()
    assert other.editions() == [DAILY]
    assert other.host(PUT_OFF.origin) == HostState(
        PUT_OFF.origin, put_off_until=NOW + DAY, put_off_why="answered 429"
    )
    assert other.host("https://free.test") is None
    assert other.finished_outputs(DAILY.id) == {"files:out"}
    told = other.entry_history("told")
    assert told is not None
    assert (told.outcome, told.story_id, told.reason) == (
        EntryOutcome.PUBLISHED,
        "story-1",
        "leads",
    )
    assert told.article == article("told", "Chips", "", note="n")
    assert other.articles(seen_since=NOW - DAY, seen_until=NOW) == [told.article]
    assert [each.id for each in other.search("chips")] == ["told"]
    assert other.known_entries(["old", "told"]) == {
        "old": Known(
            FEED, EntryOutcome.OLD, None, fingerprint(entry("old", summary=SECRET, content=SECRET))
        ),
        "told": Known(FEED, EntryOutcome.PUBLISHED, FeedKind.NEWS, state.entries[4].fingerprint),
    }
    assert other.counts() == {
        "feeds": 2,
        "entries": 6,
        "articles": 1,
        "editions": 1,
        "runs": 0,
        "readers": 0,
    }
    assert other.check() == []


def test_what_was_to_be_read_or_judged_is_to_be_read_again(
    store: SqlStore, other: SqlStore
) -> None:
    fill(store)
    other.load_state(store.state(since=ALWAYS))
    # A thread's page is never opened, and an entry without a link has none.
    assert {each.entry.id: each.outcome for each in other.pending_entries()} == {
        "read": EntryOutcome.PENDING,
        "unread": EntryOutcome.PENDING,
        "thread": EntryOutcome.READ,
        "linkless": EntryOutcome.READ,
    }
    bare = Entry("read", FEED, "guid-read", "https://wire.test/read", "read")
    assert bare in [each.entry for each in other.pending_entries()]
    other.save_article(article("read", "Robots", "words"), EntryOutcome.READ, "full text")
    assert outcomes(other, "read") == {"read": EntryOutcome.READ}
    assert other.check() == []


def test_a_state_once_loaded_gives_itself(store: SqlStore, other: SqlStore) -> None:
    fill(store)
    other.load_state(store.state(since=ALWAYS))
    first = other.state(since=ALWAYS)
    other.load_state(first)
    assert other.state(since=ALWAYS) == first


def test_what_is_here_stays_as_it_is(store: SqlStore) -> None:
    fill(store)
    before = store.state(since=ALWAYS)
    texts = store.articles_by_id(["told", "read", "found", "thread"])
    foreign = State(
        feeds=(FeedState(FEED, Validators("other")), FeedState("https://b.test/feed")),
        entries=(
            kept("told", EntryOutcome.DUPLICATE),
            kept("unread", EntryOutcome.PUBLISHED),
            kept("found", EntryOutcome.PUBLISHED),
            kept("new", EntryOutcome.BRIEF),
        ),
        articles=tuple(article(key, "other") for key in ("told", "unread", "found", "new")),
        traces=tuple(trace(key) for key in ("told", "unread", "found", "new")),
        editions=(dataclasses.replace(DAILY, record="other"), edition("x", date(2026, 8, 4))),
        finished=(
            FinishedOutput(DAILY.id, "files:out", NOW + DAY),
            FinishedOutput(DAILY.id, "git:x", NOW),
        ),
    )
    store.load_state(foreign)
    after = store.state(since=ALWAYS)
    assert [each for each in after.entries if each.id != "new"] == list(before.entries)
    assert store.articles_by_id(["told", "read", "found", "thread"]) == texts
    assert store.articles_by_id(["unread"]) == []
    assert store.feed_states()[FEED] == FULL_FEED
    assert store.edition(DAILY.id) == DAILY
    assert set(store.traces(["told", "unread", "found", "new"])) == {"new"}
    assert FinishedOutput(DAILY.id, "files:out", NOW) in after.finished
    assert store.finished_outputs(DAILY.id) == {"files:out"}  # the edition here is another
    assert [each.url for each in after.feeds] == [
        "https://a.test/feed",
        "https://b.test/feed",
        FEED,
    ]
    assert [reader.address for reader in store.readers()] == ["reader@reader.test"]
    assert store.check() == []


def test_nobody_here_gets_an_edition_that_came_with_a_state(store: SqlStore) -> None:
    store.add_readers(["reader@reader.test"], NOW)
    store.load_state(State(editions=(DAILY,)))
    assert (
        store.open_delivery(DAILY.id, "email", addresses=None, resend_uncertain=False, now=NOW)
        == []
    )


NAIVE = datetime(2026, 8, 5)  # noqa: DTZ001
LATER = edition("later", date(2026, 8, 9))

BROKEN: dict[str, Callable[[], State]] = {
    "an article without its entry": lambda: state_of("a", entries=()),
    "a naive time": lambda: State(
        entries=(kept("a", EntryOutcome.OLD), kept("b", EntryOutcome.OLD, first_seen_at=NAIVE))
    ),
    "a naive time at its very end": lambda: state_of(
        "a", editions=(LATER,), finished=(FinishedOutput(LATER.id, "y", NAIVE),)
    ),
    "a number too large": lambda: state_of("a", feeds=(FeedState("u", failures=2**63),)),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_state_is_loaded_whole_or_not_at_all(store: SqlStore, kind: str) -> None:
    fill(store)
    before, counts = store.state(since=ALWAYS), store.counts()
    with pytest.raises(StoreError):
        store.load_state(BROKEN[kind]())
    assert (store.state(since=ALWAYS), store.counts()) == (before, counts)
    assert store.check() == []


def test_an_article_may_come_to_an_entry_that_is_here_and_changes_nothing(
    store: SqlStore,
) -> None:
    store.save_feed(FeedState(FEED), [pending("a")], NOW)
    store.load_state(state_of("a", entries=()))
    assert store.articles_by_id(["a"]) == []
    assert outcomes(store, "a") == {"a": EntryOutcome.PENDING}


def test_the_first_of_two_counts(store: SqlStore) -> None:
    twice = state_of("a", "a")
    first = dataclasses.replace(twice.entries[0], reason="first")
    store.load_state(dataclasses.replace(twice, entries=(first, twice.entries[1])))
    known = store.entry_history("a")
    assert known is not None
    assert known.reason == "first"
    assert store.counts()["articles"] == 1


def test_a_text_in_a_state_is_not_stored(store: SqlStore) -> None:
    store.load_state(state_of("a", articles=(article("a", "Chips", SECRET),)))
    assert [each.text for each in store.articles_by_id(["a"])] == [""]


def test_hostile_words_come_back_as_they_are(store: SqlStore) -> None:
    words = "'); DROP TABLE entries; -- \u2028\U0001f4a5 \x1b[31m" + "x" * 50_000
    hostile = state_of(
        words,
        feeds=(FeedState(words, Validators(words, words), title=words),),
        traces=(Trace(words, frozenset({words, "a b"}), frozenset({""})),),
    )
    store.load_state(hostile)
    assert store.state(since=ALWAYS) == hostile
    assert store.traces([words]) == {words: hostile.traces[0]}
    assert store.check() == []


# --- traces ---


def test_traces_come_back_until_the_text_does(store: SqlStore) -> None:
    port: Store = store
    port.load_state(state_of("a", "b"))
    assert port.traces(["b", "a", "c", "a"]) == {"a": trace("a"), "b": trace("b")}
    assert port.traces([]) == {}
    assert port.state(since=ALWAYS).traces == (trace("a"), trace("b"))
    port.save_article(article("b", quality=Quality.ERROR), EntryOutcome.ERROR, "gone")
    assert set(port.traces(["a", "b"])) == {"a", "b"}  # still no text
    port.save_article(article("a", "Chips", "The text."), EntryOutcome.READ, "full text")
    assert set(port.traces(["a", "b"])) == {"b"}
    assert port.state(since=ALWAYS).traces == (trace("b"),)
    port.load_state(state_of("a"))
    assert set(port.traces(["a"])) == set()
    assert port.check() == []


def test_a_trace_of_nothing_that_is_remembered_is_left_out(store: SqlStore) -> None:
    store.load_state(State(traces=(trace("nowhere"),)))
    store.load_state(state_of("a", entries=(kept("a", EntryOutcome.READ),)))
    assert store.traces(["nowhere", "a"]) == {}
    assert store.check() == []


def test_a_state_of_thousands_goes_in_and_comes_out(store: SqlStore, other: SqlStore) -> None:
    state = state_of(*(f"{n:05}" for n in range(1200)))
    store.load_state(state)
    assert store.state(since=ALWAYS) == state
    assert len(store.traces(f"{n:05}" for n in range(1200))) == 1200
    other.load_state(store.state(since=ALWAYS))
    assert other.state(since=ALWAYS) == state
