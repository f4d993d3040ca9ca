"""The store: what it keeps, what it refuses, and what a crash leaves behind."""

from __future__ import annotations

import dataclasses
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.adapters.store import SqlStore
from digest.core.discreet import guid_key, host_key
from digest.core.revising import fingerprint
from digest.errors import BusyError, StoreError
from digest.models import (
    Article,
    Entry,
    EntryOutcome,
    FeedKind,
    FeedState,
    HostState,
    Known,
    Quality,
    Revision,
    Selected,
    StoredEdition,
    Validators,
    Window,
    Wishes,
)
from digest.ports import Store

NOW = datetime(2026, 8, 5, 6, 30, 0, 123456, tzinfo=UTC)
FEED = "https://wire.test/feed"


def entry(key: str, **changes: object) -> Entry:
    return dataclasses.replace(
        Entry(id=key, feed_url=FEED, guid=f"guid-{key}", url=f"https://wire.test/{key}", title=key),
        **changes,  # type: ignore[arg-type]
    )


def pending(key: str, **changes: object) -> Selected:
    return Selected(entry(key, **changes), EntryOutcome.PENDING, "new")


def article(key: str, title: str = "", text: str = "", **changes: object) -> Article:
    return dataclasses.replace(
        Article(
            id=key,
            url=f"https://wire.test/{key}",
            title=title or key,
            publisher="The Wire",
            domain="wire.test",
            author="A. Writer",
            published_at=NOW - timedelta(hours=1),
            first_seen_at=NOW,
            language="en",
            text=text,
            quality=Quality.FULL,
            feed_url=FEED,
        ),
        **changes,  # type: ignore[arg-type]
    )


def edition(name: str, day: date, closes: datetime = NOW, record: str = "{}") -> StoredEdition:
    window = Window(closes - timedelta(hours=24), closes)
    return StoredEdition(f"{name}-{day}", name, day, window, record)


def address(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "digest.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    with SqlStore.open(address(path)) as store:
        yield store


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-c", *arguments]


# --- feeds and entries ---


def test_fills_the_port(store: SqlStore) -> None:
    port: Store = store
    names = ("feeds", "entries", "articles", "editions", "runs", "readers")
    assert port.counts() == dict.fromkeys(names, 0)


def test_feed_states_come_back_exactly_and_the_latest_word_counts(store: SqlStore) -> None:
    full = FeedState(
        url=FEED,
        validators=Validators('W/"\u00e9\u2028"', "Wed, 05 Aug 2026 06:00:00 GMT"),
        status=200,
        checked_at=NOW,
        succeeded_at=NOW - timedelta(days=3),
        failures=2,
        moved_to="https://new.test/feed",
        gone=True,
        title="The Wire",
        moved_times=2,
        address="https://new.test/feed",
        error="answered 500",
        due_at=NOW + timedelta(hours=1),
        ttl=timedelta(minutes=30, microseconds=1),
        per_week=0.1,
        newest_at=NOW - timedelta(days=1),
        wishes=Wishes(ai_input=False, max_snippet=0, told=("Content-Signal: \u00e9", "\ud800")),
    )
    bare = FeedState(url="https://other.test/feed")
    store.save_feed(full, [], NOW)
    store.save_feed(FeedState(url=bare.url, status=500, failures=1), [], NOW)
    store.save_feed(bare, [], NOW)
    assert store.feed_states() == {full.url: full, bare.url: bare}


def test_a_site_comes_back_exactly_and_the_latest_word_counts(path: Path) -> None:
    site = HostState(
        "https://wire.test", "User-agent: *", NOW, NOW + timedelta(hours=1), "429", True
    )
    bare = HostState("https://wire.test:8443")
    with SqlStore.open(address(path)) as store:
        assert store.host(site.origin) is None
        store.save_host(bare)
        store.save_host(HostState(site.origin))
        store.save_host(site)
    with SqlStore.open(address(path)) as store:
        assert store.host(site.origin) == site
        assert store.host(bare.origin) == bare
        assert store.host(host_key(site.origin)) == dataclasses.replace(
            site, origin=host_key(site.origin)
        )


def test_a_site_not_asked_for_a_month_is_forgotten_unless_it_is_put_off(store: SqlStore) -> None:
    old = HostState("https://old.test", "", NOW - timedelta(days=31))
    resting = HostState(
        "https://resting.test", None, old.robots_at, NOW + timedelta(hours=1), "429"
    )
    recent = HostState("https://recent.test", "", NOW - timedelta(days=29))
    past = HostState("past.test", put_off_until=NOW - timedelta(days=31), put_off_why="429")
    for site in (old, resting, recent, past, HostState("https://new.test", "", NOW)):
        store.save_host(site)
    assert store.host(old.origin) is store.host(past.origin) is None
    assert store.host(resting.origin) == resting
    assert store.host(recent.origin) == recent


def test_entries_are_found_by_their_guids_the_newest_of_several(store: SqlStore) -> None:
    old = pending("old", guid="same", source_name="The Source", source_url="https://source.test/")
    store.save_feed(FeedState(FEED), [old, pending("none", guid="")], NOW)
    assert store.known_guids(FEED, ["same", "", "other"]) == {"same": old.entry}
    new = pending("new", guid="same")
    store.save_feed(
        FeedState(FEED), [new, pending("hashed", guid=guid_key("h"))], NOW + timedelta(hours=1)
    )
    other = "https://other.test/feed"
    store.save_feed(FeedState(other), [pending("there", guid="same", feed_url=other)], NOW)
    guids = [*(f"g{n}" for n in range(600)), "same", "h"]
    found = store.known_guids(FEED, guids)
    assert found == {"same": new.entry, "h": entry("hashed", guid="h")}


def test_the_index_by_feed_and_guid_is_used(path: Path) -> None:
    SqlStore.open(address(path)).close()
    raw = sqlite3.connect(path)
    for where in ("feed_url = '' AND guid IN ('', 'x')", "feed_url = ''"):
        plan = raw.execute(f"EXPLAIN QUERY PLAN SELECT * FROM entries WHERE {where}")  # noqa: S608
        assert "USING INDEX entries_by_guid" in str(plan.fetchall())
    raw.close()


def test_a_fingerprint_outlives_the_texts_it_was_made_of(store: SqlStore) -> None:
    told = pending("a", summary="short", content="long")
    store.save_feed(FeedState(FEED), [told], NOW)
    store.save_article(article("a"), EntryOutcome.READ, "full text")
    store.save_article(article("found"), EntryOutcome.FOUND, "by a search")
    known = store.known_entries(["a", "found"])
    assert known["a"].fingerprint == fingerprint(told.entry)
    assert known["found"].fingerprint == ""  # no feed has told it yet


def test_revisions_are_kept_with_the_fingerprint_or_not_at_all(store: SqlStore) -> None:
    store.save_feed(FeedState(FEED), [pending("a")], NOW)
    first = Revision("a", NOW, "Chips", "New.")
    second = Revision("a", NOW + timedelta(hours=1), "Chips \u00e9", "Newer.")
    store.save_revision(second, "2")
    store.save_revision(first, "1")
    assert store.known_entries(["a"])["a"].fingerprint == "1"
    history = store.entry_history("a")
    assert history is not None
    assert history.revisions == (first, second)
    with pytest.raises(StoreError):
        store.save_revision(Revision("nowhere", NOW, "", ""), "x")
    assert store.check() == []


def test_of_many_revisions_the_last_stay(store: SqlStore) -> None:
    store.save_feed(FeedState(FEED), [pending("a"), pending("b")], NOW)
    store.save_revision(Revision("b", NOW - timedelta(days=9), "", ""), "b")
    for n in range(25):
        store.save_revision(Revision("a", NOW + timedelta(hours=n), str(n), ""), str(n))
    histories = [store.entry_history(entry_id) for entry_id in ("a", "b")]
    titles = [[each.title for each in history.revisions] for history in histories if history]
    assert titles == [[str(n) for n in range(5, 25)], [""]]


def test_a_publishers_wishes_stay_with_the_article(store: SqlStore) -> None:
    bound = article("a", ai_input=False, max_snippet=0)
    free = article("b", max_snippet=40)
    for each in (bound, free):
        store.save_article(each, EntryOutcome.READ, "full text")
    assert store.articles_by_id(["a", "b"]) == [bound, free]


def test_times_come_back_exact_in_utc_whatever_zone_they_had(store: SqlStore) -> None:
    berlin = timezone(timedelta(hours=2))
    state = FeedState(url=FEED, checked_at=datetime(2026, 8, 5, 8, 30, 0, 7, tzinfo=berlin))
    store.save_feed(state, [], NOW)
    stored = store.feed_states()[FEED].checked_at
    assert stored == state.checked_at
    assert stored is not None
    assert stored.tzinfo is UTC


def test_a_time_without_zone_is_refused_and_nothing_is_stored(store: SqlStore) -> None:
    with pytest.raises(StoreError, match="without its zone"):
        store.save_feed(FeedState(url=FEED), [pending("a")], NOW.replace(tzinfo=None))
    assert store.feed_states() == {}


def test_pending_entries_come_back_whole_and_oldest_first(store: SqlStore) -> None:
    first = pending(
        "b",
        summary="sum",
        content="<p>all of it</p>",
        author="A",
        published_at=NOW - timedelta(hours=2),
        language="de",
        tags=("chips", "\u00dcber uns"),
        paywalled=True,
    )
    fed = Selected(entry("c", content="feed text"), EntryOutcome.READ, "the feed's own text")
    old = Selected(entry("d", content="gone"), EntryOutcome.OLD, "published before the window")
    store.save_feed(FeedState(url=FEED), [pending("a")], NOW + timedelta(minutes=1))
    store.save_feed(FeedState(url=FEED), [first, fed, old], NOW)
    assert store.pending_entries() == [first, fed, pending("a")]
    store.save_article(article("b"), EntryOutcome.READ, "full text")
    store.save_outcomes([("c", EntryOutcome.ERROR, None, "404")])
    assert [each.entry.id for each in store.pending_entries()] == ["a"]


def test_an_entry_that_is_there_is_left_as_it_is(store: SqlStore) -> None:
    store.save_feed(FeedState(url=FEED), [pending("a", title="first")], NOW)
    store.save_outcomes([("a", EntryOutcome.OFF_TOPIC, None, "about gardens")])
    again = [
        dataclasses.replace(pending("a", title="second"), outcome=EntryOutcome.OLD),
        pending("b"),
    ]
    store.save_feed(FeedState(url=FEED), again, NOW + timedelta(days=1))
    kept = store.entry_history("a")
    assert kept is not None
    assert (kept.title, kept.outcome, kept.first_seen_at) == ("first", EntryOutcome.OFF_TOPIC, NOW)
    assert store.counts()["entries"] == 2


def test_an_entry_passed_over_changes_hands_when_another_feed_wants_it_read(
    store: SqlStore,
) -> None:
    store.save_feed(
        FeedState(url=FEED),
        [dataclasses.replace(pending("a"), outcome=EntryOutcome.OFF_TOPIC)],
        NOW,
    )
    assert store.known_entries(["a"]) == {
        "a": Known(FEED, EntryOutcome.OFF_TOPIC, None, fingerprint(entry("a")))
    }
    later = NOW + timedelta(days=1)
    store.save_feed(FeedState(url="http://other.test/feed"), [pending("a", title="mine")], later)
    (left,) = store.pending_entries()
    assert left.entry.title == "mine"
    kept = store.entry_history("a")
    assert kept is not None
    assert kept.first_seen_at == NOW


def test_what_only_a_search_found_is_no_article_of_an_edition(store: SqlStore) -> None:
    store.save_article(article("a"), EntryOutcome.FOUND, "bears on chips")
    store.save_article(article("b"), EntryOutcome.READ, "new")
    span = {"seen_since": NOW - timedelta(days=9), "seen_until": NOW + timedelta(days=9)}
    assert [a.id for a in store.articles(**span)] == ["b"]
    assert {a.id for a in store.articles_by_id(["a", "b"])} == {"a", "b"}
    assert store.waiting_articles() == {"b"}


def test_a_feed_and_its_entries_are_stored_together_or_not_at_all(store: SqlStore) -> None:
    bad = pending("b", published_at=datetime(2026, 8, 5))  # noqa: DTZ001
    with pytest.raises(StoreError):
        store.save_feed(FeedState(url=FEED, validators=Validators("v1")), [pending("a"), bad], NOW)
    assert store.feed_states() == {}
    assert store.known_entries(["a", "b"]) == {}


def test_known_entries_takes_ten_thousand_ids(store: SqlStore) -> None:
    store.save_feed(FeedState(url=FEED), [pending(f"{i:05}") for i in range(0, 10_000, 2)], NOW)
    known = store.known_entries(f"{i:05}" for i in range(10_050))
    assert set(known) == {f"{i:05}" for i in range(0, 10_000, 2)}
    assert store.known_entries([]) == {}


def test_an_entry_is_found_by_id_by_its_url_and_by_its_articles_url(store: SqlStore) -> None:
    store.save_feed(FeedState(url=FEED), [pending("a"), pending("no-link", url="")], NOW)
    page = article("a", "Title of the page", url="https://wire.test/canonical")
    store.save_article(page, EntryOutcome.READ, "full text")
    store.save_outcomes([("a", EntryOutcome.PUBLISHED, "story-1", "leads")])
    for key in ("a", "https://wire.test/a", "https://wire.test/canonical"):
        found = store.entry_history(key)
        assert found is not None
        assert (found.id, found.story_id, found.reason) == ("a", "story-1", "leads")
        assert found.article == page
    assert store.entry_history("https://wire.test/other") is None
    assert store.entry_history("") is None


def test_entries_passed_over_come_back_whole_and_newest_first(store: SqlStore) -> None:
    old = entry("old", published_at=NOW - timedelta(days=5), summary="s", content="c")
    undated = entry("undated", tags=("x",))
    chosen = [
        Selected(old, EntryOutcome.OLD, ""),
        Selected(undated, EntryOutcome.OFF_TOPIC, ""),
        pending("a"),
        Selected(entry("b"), EntryOutcome.MUTED, ""),
        Selected(entry("c", feed_url="https://other.test/feed"), EntryOutcome.OLD, ""),
    ]
    store.save_feed(FeedState(url=FEED), chosen, NOW)
    store.save_article(article("b"), EntryOutcome.READ, "asked for by a topic")
    assert store.unread_entries(FEED) == [undated, old]


# --- articles ---


def test_articles_come_back_exactly_and_are_replaced_whole(store: SqlStore) -> None:
    full = article(
        "a",
        "Ein \u201eTitel\u201c \U0001f680",
        "one\ntwo",
        category="labs",
        kind=FeedKind.DISCUSSION,
        trust=0.7,
        opinion=True,
        relevance=1 / 3,
        note="ends behind a paywall",
        quality=Quality.TEASER,
    )
    store.save_article(article("a", "before"), EntryOutcome.READ, "full text")
    store.save_article(full, EntryOutcome.TEASER, "a teaser")
    assert store.articles_by_id(["a"]) == [full]
    assert store.counts()["articles"] == 1
    history = store.entry_history("a")
    assert history is not None
    assert (history.outcome, history.reason) == (EntryOutcome.TEASER, "a teaser")


def test_articles_by_id_keeps_the_order_asked_for(store: SqlStore) -> None:
    for key in "abc":
        store.save_article(article(key), EntryOutcome.READ, "")
    assert [each.id for each in store.articles_by_id(["c", "x", "a", "c"])] == ["c", "a"]


def test_articles_are_those_seen_after_the_one_time_and_until_the_other(store: SqlStore) -> None:
    for key, minutes in (("c", 0), ("b", 1), ("a", 1), ("d", 2), ("e", 3)):
        seen = NOW + timedelta(minutes=minutes)
        store.save_article(article(key, first_seen_at=seen), EntryOutcome.READ, "")
    found = store.articles(seen_since=NOW, seen_until=NOW + timedelta(minutes=2))
    assert [each.id for each in found] == ["a", "b", "d"]


def test_text_that_no_database_takes_is_stored_with_replacement_characters(
    store: SqlStore,
) -> None:
    odd = "half \ud83d a pair, and a NUL \0 here"
    store.save_feed(FeedState(url=FEED, title=odd), [pending("a", title=odd)], NOW)
    store.save_article(article("a", odd, odd), EntryOutcome.READ, odd)
    text = "half ? a pair, and a NUL \ufffd here"
    assert store.articles_by_id(["a"])[0].text == text
    assert [each.id for each in store.search("pair here")] == ["a"]
    assert store.entry_history("\ud83d") is None


# --- search ---


def test_search_puts_more_of_the_words_before_more_of_one_word(store: SqlStore) -> None:
    texts = {
        "all": ("Microsoft and OpenAI resume talks", "The two companies talked about shares."),
        "two": ("OpenAI, Microsoft negotiate", "Negotiations over the contract went on."),
        "one": ("Peace talks", "Talks and talks about talks. " * 30),
        "none": ("A garden", "Roses."),
    }
    for key, (title, text) in texts.items():
        store.save_article(article(key, title, text), EntryOutcome.READ, "")
    found = store.search("What about the Microsoft\u2013OpenAI talks?")
    assert [each.id for each in found] == ["all", "two", "one"]
    assert [each.id for each in store.search("Microsoft OpenAI talks", limit=1)] == ["all"]
    assert store.search("", limit=5) == []
    assert store.search("?! \u2026 *", limit=5) == []


def test_search_weighs_titles_ignores_accents_and_inflection(store: SqlStore) -> None:
    store.save_article(article("text", "News", "A fund, financi\u00e8re."), EntryOutcome.READ, "")
    store.save_article(article("title", "Funding", "Nothing more."), EntryOutcome.READ, "")
    assert [each.id for each in store.search("funded")] == ["title", "text"]
    assert [each.id for each in store.search("FINANCIERE")] == ["text"]


def test_search_keeps_a_version_together(store: SqlStore) -> None:
    store.save_article(article("a", "GPT-4 retires", ""), EntryOutcome.READ, "")
    store.save_article(article("b", "4 reasons", ""), EntryOutcome.READ, "")
    assert [each.id for each in store.search("GPT-4")] == ["a"]


def test_search_can_be_held_to_recent_articles(store: SqlStore) -> None:
    for key, days in (("old", 9), ("new", 1)):
        published = NOW - timedelta(days=days)
        store.save_article(article(key, "chips", published_at=published), EntryOutcome.READ, "")
    since = NOW - timedelta(days=7)
    assert [each.id for each in store.search("chips", published_since=since)] == ["new"]
    assert {each.id for each in store.search("chips")} == {"old", "new"}


def test_search_follows_a_replaced_article(store: SqlStore) -> None:
    store.save_article(article("a", "first"), EntryOutcome.READ, "")
    assert store.search("first")
    store.save_article(article("a", "second"), EntryOutcome.READ, "")
    store.save_article(article("a", "third"), EntryOutcome.READ, "")
    assert store.search("first") == store.search("second") == []
    assert [each.title for each in store.search("third")] == ["third"]
    assert store.check() == []


@pytest.fixture(scope="module")
def shelf() -> Iterator[SqlStore]:
    with SqlStore.open("sqlite://") as store:
        store.save_article(article("a", "Chips and models", "near or not"), EntryOutcome.READ, "")
        yield store


@given(query=st.text() | st.text(alphabet='"*^:()+-{} ANDORTE', max_size=30))
def test_no_query_is_syntax(shelf: SqlStore, query: str) -> None:
    assert len(shelf.search(query)) <= 1
    assert [each.id for each in shelf.search(f"chips {query}")][:1] in (["a"], [])


def test_operators_are_words(shelf: SqlStore) -> None:
    for query in ('chips AND "', "title:chips", "chip* NOT models", "NEAR(chips models)", "-chips"):
        assert [each.id for each in shelf.search(query)] == ["a"], query


# --- editions and runs ---


def test_an_edition_is_frozen_until_it_is_replaced_on_purpose(store: SqlStore) -> None:
    first = edition("daily", date(2026, 8, 5), record='{"a": "\u00fc"}')
    store.save_edition(first)
    with pytest.raises(StoreError, match="daily-2026-08-05 is stored already"):
        store.save_edition(dataclasses.replace(first, record="other"))
    assert store.edition(first.id) == first
    store.save_edition(dataclasses.replace(first, record="other"), replace=True)
    assert store.edition(first.id) == dataclasses.replace(first, record="other")
    assert store.edition("daily-2026-08-06") is None


def test_an_edition_and_what_became_of_its_entries_are_stored_together(store: SqlStore) -> None:
    store.save_feed(FeedState(url=FEED), [pending("a"), pending("b")], NOW)
    first = edition("daily", date(2026, 8, 5))
    store.save_edition(first, outcomes=[("a", EntryOutcome.PUBLISHED, "story-1", "leads")])

    def outcome(key: str) -> tuple[EntryOutcome, str | None, str]:
        entry = store.entry_history(key)
        assert entry is not None
        return entry.outcome, entry.story_id, entry.reason

    assert outcome("a") == (EntryOutcome.PUBLISHED, "story-1", "leads")
    assert outcome("b") == (EntryOutcome.PENDING, None, "new")
    with pytest.raises(StoreError, match="stored already"):
        store.save_edition(first, outcomes=[("b", EntryOutcome.OFF_TOPIC, None, "")])
    assert outcome("b") == (EntryOutcome.PENDING, None, "new")

    def broken() -> Iterator[tuple[str, EntryOutcome, str | None, str]]:
        yield "b", EntryOutcome.OFF_TOPIC, None, ""
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.save_edition(edition("daily", date(2026, 8, 6)), outcomes=broken())
    with pytest.raises(ZeroDivisionError):
        store.save_edition(dataclasses.replace(first, record="2"), outcomes=broken(), replace=True)
    assert store.editions() == [first]
    assert outcome("b") == (EntryOutcome.PENDING, None, "new")


def test_editions_come_newest_first(store: SqlStore) -> None:
    for name, day, hour in (("daily", 5, 0), ("daily", 7, 0), ("weekly", 6, 0), ("noon", 7, 3)):
        store.save_edition(edition(name, date(2026, 8, day), NOW + timedelta(hours=hour)))
    ids = [each.id for each in store.editions()]
    assert ids == ["noon-2026-08-07", "daily-2026-08-07", "weekly-2026-08-06", "daily-2026-08-05"]
    assert [each.date.day for each in store.editions(name="daily", limit=1)] == [7]


def test_a_run_that_is_stored_again_is_one_run(store: SqlStore) -> None:
    store.save_run("one", NOW, "1")
    store.save_run("two", NOW, "2")
    store.save_run("two", NOW, "2 again")
    assert store.counts()["runs"] == 2


# --- the file ---


def test_everything_is_there_when_opened_again(path: Path) -> None:
    with SqlStore.open(address(path)) as store:
        store.save_feed(FeedState(url=FEED, title="t"), [pending("a"), pending("b")], NOW)
        store.save_article(article("a", "Chips"), EntryOutcome.READ, "")
        store.save_edition(edition("daily", date(2026, 8, 5)))
        store.save_run("one", NOW, "{}")
    assert sorted(each.name for each in path.parent.iterdir()) == ["digest.db"]
    with SqlStore.open(address(path)) as store:
        stored = {"feeds": 1, "entries": 2, "articles": 1, "editions": 1, "runs": 1, "readers": 0}
        assert store.counts() == stored
        assert [each.id for each in store.search("chips")] == ["a"]
        assert store.check() == []


def test_closing_twice_does_no_harm_and_a_closed_store_says_so(path: Path) -> None:
    store = SqlStore.open(address(path))
    store.close()
    store.close()
    with pytest.raises(StoreError, match="is closed already"):
        store.counts()


def test_loading_the_module_does_not_load_sqlalchemy() -> None:
    code = "import sys, digest.adapters.store; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run(python(code), check=False).returncode == 0


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql+psycopg://me:secret@db/digest", "SQLite only, not in postgresql.psycopg"),
        ("sqlite+aiosqlite:///x.db", "SQLite only"),
        ("sqlite:///x.db?mode=ro", "plain file"),
        ("sqlite://host/x.db", "plain file"),
        ("digest.db", "not an address"),
        ("", "not an address"),
        ("sqlite:///a\0b", "plain file"),
    ],
)
def test_an_address_of_another_kind_is_refused_without_its_password(url: str, says: str) -> None:
    with pytest.raises(StoreError, match=says) as caught:
        SqlStore.open(url)
    assert "secret" not in str(caught.value)


def refusal(path: Path, *, scratch: bool = False) -> str:
    """The sentence with which the file is refused; it names the file."""
    with pytest.raises(StoreError) as caught:
        SqlStore.open(address(path), timeout=0.05, scratch=scratch)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_files_that_are_not_ours_are_refused_and_left_alone(tmp_path: Path) -> None:
    text, other, named, folder = (tmp_path / name for name in ("a.txt", "b.db", "c.db", "d"))
    text.write_text("Dear diary, " * 200)
    folder.mkdir()
    for path, statement in (
        (other, "CREATE TABLE people (name)"),
        (named, "PRAGMA application_id=1"),
    ):
        raw = sqlite3.connect(path)
        raw.execute(statement)
        raw.close()
    before = {path: path.read_bytes() for path in (text, other, named)}
    for scratch in (False, True):
        assert "is not a database" in refusal(text, scratch=scratch)
        assert "of another program" in refusal(other, scratch=scratch)
        assert "of another program" in refusal(named, scratch=scratch)
        assert "is a folder" in refusal(folder, scratch=scratch)
    assert {path: path.read_bytes() for path in before} == before
    assert len(list(tmp_path.iterdir())) == 4


def test_a_newer_format_is_refused(path: Path) -> None:
    SqlStore.open(address(path)).close()
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version=99")
    raw.close()
    assert "its format is 99" in refusal(path)


def test_a_new_store_and_its_folder_are_its_owners_alone(path: Path) -> None:
    old = os.umask(0)
    try:
        with SqlStore.open(address(path)) as store, store.lease():
            store.save_run("one", NOW, "1")
            modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    finally:
        os.umask(old)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    names = ("digest.db", "digest.db-shm", "digest.db-wal", "digest.db.lock")
    assert modes == dict.fromkeys(names, 0o600)


def test_a_store_and_a_folder_that_are_there_keep_their_modes(path: Path) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o755)
    SqlStore.open(address(path)).close()
    path.chmod(0o640)
    with SqlStore.open(address(path)) as store:
        store.save_run("one", NOW, "1")
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.parent.stat().st_mode & 0o777 == 0o755


def test_a_new_store_behind_a_link_is_its_owners_alone(path: Path) -> None:
    path.parent.mkdir()
    place = path.with_name("elsewhere.db")
    path.symlink_to(place)
    SqlStore.open(address(path)).close()
    assert place.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "cannot be opened" in refusal(tmp_path / "file" / "deeper" / "digest.db")
    assert "cannot be opened" in refusal(tmp_path / ("x" * 300) / "digest.db")


UNPRIVILEGED = """
import os, sys
from digest.adapters.store import SqlStore
import digest.adapters.store.database
from digest.errors import StoreError
if os.getuid() == 0:
    os.setuid(65534)
try:
    store = SqlStore.open("sqlite:///" + sys.argv[1])
    with store.lease():
        pass
except StoreError as error:
    print(error)
"""


def test_a_file_or_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    opened = [tmp_path, tmp_path.parent, tmp_path.parent.parent]
    modes = {folder: folder.stat().st_mode for folder in opened}
    path = tmp_path / "locked" / "digest.db"
    SqlStore.open(address(path)).close()
    path.with_name("digest.db.lock").write_text("")
    try:
        for folder in opened:
            folder.chmod(0o755)
        path.chmod(0o444)
        path.parent.chmod(0o555)
        for file in (path, path.with_name("new.db"), path.parent / "deeper" / "digest.db"):
            done = subprocess.run(
                python(UNPRIVILEGED, str(file)), capture_output=True, text=True, check=True
            )
            assert str(file) in done.stdout
            assert done.stdout.count("\n") == 1
    finally:
        path.parent.chmod(0o755)
        for folder, mode in modes.items():
            folder.chmod(mode)


def test_a_locked_database_is_said_to_be_locked(path: Path) -> None:
    with SqlStore.open(address(path), timeout=0.05) as store:
        raw = sqlite3.connect(path, isolation_level=None)
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="is locked by another program"), store.lease():
            pass
        with pytest.raises(StoreError, match="is locked by another program"):
            store.save_run("one", NOW, "{}")
        assert store.counts()["runs"] == 0
        raw.rollback()
        raw.close()
        with store.lease():
            store.save_run("one", NOW, "{}")
        assert store.counts()["runs"] == 1


def test_a_locked_file_that_is_still_empty_is_said_to_be_locked(path: Path) -> None:
    path.parent.mkdir()
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("BEGIN EXCLUSIVE")
    assert "is locked by another program" in refusal(path)
    raw.close()


# --- a dry run ---


def test_scratch_works_on_a_copy_and_leaves_no_trace(path: Path) -> None:
    with SqlStore.open(address(path)) as store:
        store.save_feed(FeedState(url=FEED), [pending("a")], NOW)
    before = path.read_bytes()
    path.parent.chmod(0o555)
    with SqlStore.open(address(path), scratch=True) as copy, copy.lease():
        assert set(copy.known_entries(["a"])) == {"a"}
        copy.save_article(article("a", "Chips"), EntryOutcome.READ, "")
        assert copy.search("chips")
        assert sorted(each.name for each in path.parent.iterdir()) == ["digest.db"]
    path.parent.chmod(0o755)
    assert path.read_bytes() == before


def test_scratch_without_a_file_makes_none(path: Path) -> None:
    with SqlStore.open(address(path), scratch=True) as copy, copy.lease():
        copy.save_run("one", NOW, "{}")
    assert not path.parent.exists()


def test_scratch_sees_what_a_run_has_only_just_stored(path: Path, store: SqlStore) -> None:
    with store.lease():
        store.save_run("one", NOW, "1")
        with SqlStore.open(address(path), scratch=True) as copy, copy.lease():
            assert copy.counts()["runs"] == 1
            copy.save_run("two", NOW, "2")
        assert store.counts()["runs"] == 1


# --- one run at a time ---


def test_the_lease_is_one_runs_and_names_its_holder(path: Path, store: SqlStore) -> None:
    with SqlStore.open(address(path)) as other:
        with store.lease(), pytest.raises(BusyError) as caught, other.lease():
            pass
        assert f"process {os.getpid()}" in str(caught.value)
        assert str(path) in str(caught.value)
        with other.lease():
            pass


HOLD = """
import sys, time
from digest.adapters.store import SqlStore
with SqlStore.open("sqlite:///" + sys.argv[1]) as store, store.lease():
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lease_of_a_killed_process_is_free(path: Path, store: SqlStore) -> None:
    with subprocess.Popen(python(HOLD, str(path)), stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BusyError, match=f"process {holder.pid}"), store.lease():
            pass
        holder.kill()
    with store.lease():
        pass


# --- crashes and full disks ---

SAVE = """
import resource, sys
from datetime import UTC, datetime
from digest.adapters.store import SqlStore
from digest.models import *
path, limit, feed, now = sys.argv[1], int(sys.argv[2]), sys.argv[3], datetime.now(UTC)
def pending(key):
    entry = Entry(key, feed, key, "https://wire.test/" + key, key)
    return Selected(entry, EntryOutcome.PENDING, "new")
def article(key):
    text = "words " * 500
    return Article(key, "https://wire.test/" + key, "Chips " + key, "The Wire", "wire.test", "",
                   now, now, "en", text, Quality.FULL, feed)
store = SqlStore.open("sqlite:///" + path)
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
for n in range(10**6):
    keys = [f"{n}-{i}" for i in range(4)]
    state = FeedState(url=feed, validators=Validators(str(n)))
    store.save_feed(state, [pending(key) for key in keys], now)
    for key in keys[:2]:
        store.save_article(article(key), EntryOutcome.READ, "full text")
    print(n, flush=True)
"""


def save_in_a_process(path: Path, *, limit: int = 0) -> subprocess.Popen[str]:
    """Start a process that stores until it fails; ``limit`` is how far a file may grow."""
    return subprocess.Popen(
        python(SAVE, str(path), str(limit), FEED),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def assert_whole(path: Path, rounds: int) -> None:
    """Sound, and the validator is that of the last round whose entries are stored."""
    with SqlStore.open(address(path)) as store, store.lease():
        assert store.check() == []
        last = int(store.feed_states()[FEED].validators.etag or "")
        assert last >= rounds
        keys = {f"{n}-{i}" for n in range(last + 1) for i in range(4)}
        assert store.counts()["entries"] == len(keys)
        assert set(store.known_entries(keys)) == keys
        waiting = {each.entry.id for each in store.pending_entries()}
        assert store.counts()["articles"] == len(keys) - len(waiting)
        assert len(store.search("chips", limit=10**6)) == len(keys) - len(waiting)


@pytest.mark.parametrize("rounds", [1, 90, 277])
def test_a_kill_in_the_middle_leaves_entries_and_validators_in_step(
    path: Path, rounds: int
) -> None:
    with save_in_a_process(path) as process:
        assert process.stdout is not None
        seen = [int(process.stdout.readline()) for _ in range(rounds)]
        process.send_signal(signal.SIGKILL)
    assert_whole(path, seen[-1])


def test_a_file_that_may_grow_no_more_is_one_sentence_and_loses_nothing(path: Path) -> None:
    with save_in_a_process(path, limit=1_000_000) as process:
        out, err = process.communicate(timeout=60)
    sentence = err.strip().splitlines()[-1]
    assert "StoreError" in sentence
    assert str(path) in sentence
    assert "disk is full" in sentence
    assert_whole(path, int(out.split()[-1]))


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "digest-test", str(tmp_path)]
    if os.getuid() != 0 or sys.platform != "linux":
        pytest.skip("a small disk can be mounted by root on Linux only")
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine's root may not mount a small disk")
    path = tmp_path / "digest.db"
    try:
        with save_in_a_process(path) as process:
            out, err = process.communicate(timeout=60)
        assert "disk is full" in err.strip().splitlines()[-1]
        subprocess.run(["mount", "-o", "remount,size=30m", str(tmp_path)], check=True)
        assert_whole(path, int(out.split()[-1]))
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


# --- soundness ---


def tamper(path: Path, *statements: str) -> None:
    raw = sqlite3.connect(path)
    for statement in statements:
        raw.execute(statement)
    raw.commit()
    raw.close()


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM entries", "holds 3 articles without their entries"),
        ("DELETE FROM articles_fts_docsize WHERE id = 1", "holds 3 articles, but its search index"),
        ("DELETE FROM articles_fts_data WHERE id > 10", "search index that does not fit"),
        ("DROP TABLE articles_fts_docsize", "no such table"),
    ],
)
def test_check_says_what_is_wrong(path: Path, statement: str, says: str) -> None:
    with SqlStore.open(address(path)) as store:
        for key in "abc":
            store.save_article(article(key, "Chips", f"words {key}"), EntryOutcome.READ, "")
        assert store.check() == []
    tamper(path, statement)
    with SqlStore.open(address(path)) as store:
        assert any(says in sentence for sentence in store.check()), store.check()


def test_damaged_pages_are_told_not_raised(path: Path) -> None:
    with SqlStore.open(address(path)) as store:
        for i in range(50):
            store.save_article(article(str(i), "Chips", "words " * 900), EntryOutcome.READ, "")
    with path.open("r+b") as file:
        file.seek(80 * 4096)  # past the schema and the roots of the tables
        file.write(b"\xff" * 40 * 4096)
    with SqlStore.open(address(path)) as store:
        assert any("is damaged" in sentence for sentence in store.check())
        with pytest.raises(StoreError, match="is damaged: put a copy"):
            store.articles(seen_since=NOW - timedelta(days=1), seen_until=NOW)


def test_a_value_of_another_version_is_a_store_error(path: Path, store: SqlStore) -> None:
    store.save_feed(FeedState(url=FEED), [pending("a")], NOW)
    tamper(path, "UPDATE entries SET outcome = 'sideways'")
    with pytest.raises(StoreError, match="sideways"):
        store.entry_history("a")
