"""State ↔ files: the same bytes, nothing secret, nothing half-read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core import state as states
from digest.core.discreet import feed_key, guid_key, host_key, without_secrets
from digest.core.state import from_files, made_by_newer, needed, to_files
from digest.core.statelines import REASON
from digest.core.traces import trace
from digest.errors import StoreError
from digest.models import (
    Article,
    EntryOutcome,
    FeedState,
    FinishedOutput,
    HostState,
    KeptEntry,
    Quality,
    State,
    StoredEdition,
    Trace,
    Validators,
    Window,
    Wishes,
)
from digest.render.record import edition_to_json
from tests import sample_edition
from tests.builders import NOW, article

FEED = "http://harbour-wire.test/feed"
DAY = timedelta(days=1)
SITE = HostState(
    host_key("http://harbour-wire.test"), put_off_until=NOW + DAY, put_off_why="answered 429"
)


def entry(key: str, *, seen: datetime = NOW, dated: bool = True, title: str = "") -> KeptEntry:
    return KeptEntry(
        id=key,
        feed_url=FEED,
        guid="",
        url=f"http://harbour-wire.test/{key}",
        title=title or f"What {key} did",
        published_at=seen if dated else None,
        first_seen_at=seen,
        outcome=EntryOutcome.PUBLISHED,
        reason=REASON,
        story_id="s-1",
    )


def bare(key: str, *, seen: datetime = NOW) -> Article:
    return replace(article(key, f"What {key} did", seen=seen), quality=Quality.FULL)


def edition(closes: datetime, name: str = "daily", cites: tuple[str, ...] = ()) -> StoredEdition:
    record = {"stories": [{"sources": [{"article_id": i} for i in cites]}], "briefs": []}
    day = closes.date()
    text = json.dumps(record, indent=2) + "\n"
    return StoredEdition(f"{name}-{day}", name, day, Window(closes - DAY, closes), text)


def full() -> State:
    frozen = sample_edition.edition()
    stored = StoredEdition(
        frozen.id, frozen.name, frozen.date, frozen.window, edition_to_json(frozen)
    )
    return State(
        feeds=(
            FeedState(
                FEED,
                Validators('W/"5e-“x”"', "Tue, 10 Mar 2026 06:00:00 GMT"),
                status=304,
                checked_at=NOW,
                succeeded_at=NOW,
                failures=2,
                title="Harbour Wire",
                due_at=NOW + DAY,
                ttl=timedelta(hours=1),
                moved_to="http://harbour-wire.test/rss/feed?a=1",
                moved_times=1,
                address="https://new.test/feed",
                per_week=3.5,
                newest_at=NOW - DAY,
                wishes=Wishes(ai_input=False, max_snippet=0, told=("noai", "max-snippet: 0")),
            ),
        ),
        entries=(
            replace(entry("a"), fingerprint="f" * 32, guid=guid_key("g"), source_name="Source"),
            replace(entry("b", dated=False), source_url="http://source.test/"),
        ),
        articles=(replace(bare("a"), ai_input=False, max_snippet=0),),
        traces=(trace(article("a", "Pellmark sells 40 boards", "To Corrado, for $5.")),),
        editions=(stored,),
        finished=(FinishedOutput(frozen.id, "git:x#main:y", NOW),),
        hosts=(SITE,),
    )


def test_a_state_comes_back_as_it_was() -> None:
    assert from_files(to_files(full()), [FEED]) == full()


def test_the_same_state_gives_the_same_bytes_in_any_order() -> None:
    files = to_files(full())
    assert to_files(from_files(files, [FEED])) == files
    assert to_files(from_files(files, [])) | {"feeds.jsonl": ""} == files | {"feeds.jsonl": ""}
    turned = replace(full(), entries=full().entries[::-1])
    assert to_files(turned) == files


def test_files_of_a_version_that_knew_less_are_read() -> None:
    known_since = re.compile(
        r',"(?:fingerprint|guid|source|source_url|max_snippet|no_ai|due_at|ttl|per_week|newest_at'
        r'|told|address|moved_to|moved_times)":(?:"[^"]*"|true|[0-9]+|\[[^]]*\])'
    )
    files = {
        path: known_since.sub("", text) if path.endswith(("s.jsonl", "feeds.jsonl")) else text
        for path, text in to_files(replace(full(), editions=(), finished=())).items()
        if path != "hosts.jsonl"
    }
    found = from_files(files, [FEED])
    assert found.hosts == ()
    assert found.entries == (entry("a"), entry("b", dated=False))
    assert found.articles == (bare("a"),)
    assert (found.feeds[0].failures, found.feeds[0].due_at) == (2, None)
    assert found.feeds[0].wishes == Wishes()
    assert (found.feeds[0].address, found.feeds[0].moved_to) == ("", None)


def test_what_was_written_can_be_read_whatever_publishers_said() -> None:
    wild = Wishes(max_snippet=10**30, told=("a\nb\ud800" * 2000,) * 30)
    feed = FeedState(FEED, per_week=1e300, ttl=timedelta.max, wishes=wild)
    files = to_files(State(feeds=(feed, FeedState(FEED + "2", ttl=timedelta(-1)))))
    found = {feed.url: feed for feed in from_files(files, [FEED, FEED + "2"]).feeds}
    assert found[FEED].wishes.max_snippet == 10**9 - 1
    assert len(found[FEED].wishes.told) == 20
    assert found[FEED + "2"].ttl == timedelta(0)


def test_lines_are_sorted_and_a_new_entry_moves_none() -> None:
    before = to_files(full())["entries.jsonl"].splitlines()
    grown = replace(full(), entries=(*full().entries, entry("aa")))
    after = to_files(grown)["entries.jsonl"].splitlines()
    assert after == sorted(after)
    assert [line for line in after if line in before] == before


@pytest.mark.parametrize(
    "address",
    [
        "https://reader:hunter2@paid.test/feed",
        "https://paid.test/feed?token=tok3n&q=chips",
        "https://paid.test/feed?api_key=tok3n",
        "https://paid.test/private/tok3n/rss",
    ],
)
def test_a_secret_in_a_feeds_address_is_in_no_file(address: str) -> None:
    secret = State(
        feeds=(
            FeedState(
                address,
                checked_at=NOW,
                moved_to=address + "/",
                address=address,
                error=f"{address} did not answer",
                title="Paid",
            ),
        ),
        entries=(replace(entry("a"), feed_url=address, guid=address, fingerprint="f"),),
        hosts=(HostState("https://tok3n.paid.test", "tok3n", NOW, NOW, "answered 429"),),
        articles=(replace(bare("a"), feed_url=address, author="ann@paid.test", note=address),),
    )
    files = to_files(secret)
    for word in ("hunter2", "tok3n", "reader", "ann@"):
        assert word not in "".join(files.values())
    found = from_files(files, ["http://other.test/feed", address])
    assert [f.url for f in found.feeds] == [address]
    assert {found.entries[0].feed_url, found.articles[0].feed_url} == {address}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://paid.test/feed?key=tok3n", "https://paid.test/tok3n/feed"),
        ("https://paid.test/feed", "https://paid.test/feed?key=tok3n"),
        ("https://paid.test/feed", "https://me:tok3n@paid.test/feed"),
        ("https://paid.test/feed", "https://paid.test/{0}"),
        ("https://paid.test/feed", "https://paid.test/" + "x" * 6_000),
    ],
)
def test_validators_go_with_an_address_that_cannot_be_kept(url: str, address: str) -> None:
    feed = FeedState(url, Validators("e", "d"), moved_to=address, moved_times=2, address=address)
    files = to_files(State(feeds=(feed,)))
    assert "tok3n" not in files["feeds.jsonl"]
    assert from_files(files, [url]).feeds == (FeedState(url),)


def test_an_address_keeps_what_says_which_page_it_is() -> None:
    assert without_secrets("https://a.test/p?id=3&lang=de") == "https://a.test/p?id=3&lang=de"
    assert without_secrets("https://a.test/p?author=x&keyword=y").endswith("?author=x&keyword=y")
    assert without_secrets("https://u:p@a.test/p?id=3&Token=x") == "https://a.test/p?id=3&Token"
    assert without_secrets("https://a.test/?to=ann%40a.test&x=1") == "https://a.test/?to&x=1"


def test_a_password_does_not_show_in_the_hash_and_two_feeds_told_by_it_alone_are_nobodys() -> None:
    first, second = "https://a:1@paid.test/feed", "https://b:2@paid.test/feed"
    assert feed_key(first) == feed_key(second)
    files = to_files(State(feeds=(FeedState(first, checked_at=NOW),)))
    assert from_files(files, [first, second]).feeds == ()
    assert [f.url for f in from_files(files, [second]).feeds] == [second]


def test_entries_of_a_feed_no_longer_configured_stay_known_and_stay_told_apart() -> None:
    found = from_files(to_files(full()), [])
    assert [e.id for e in found.entries] == ["a", "b"]
    assert found.entries[0].feed_url == feed_key(FEED) == feed_key(feed_key(FEED))


def test_only_what_later_runs_need_is_kept() -> None:
    def ago(days: float) -> datetime:
        return NOW - days * DAY

    weekly = [edition(ago(7 * n + 3), "weekly", (f"w{n}",)) for n in range(12)]
    daily = [edition(ago(n + 1), "daily", (f"d{n}",)) for n in range(60)]
    seen = {"new": 0.1, "cut": 6, "cut-long-ago": 8, "d0": 1, "d38": 39, "d50": 51, "w9": 66}
    lone = {"entry": 13, "old-entry": 15, "forgotten": 91}
    state = State(
        feeds=(
            FeedState(FEED, checked_at=ago(1)),
            FeedState(FEED + "2", checked_at=ago(100)),
            FeedState(FEED + "3", checked_at=ago(100), gone=True),
        ),
        hosts=(SITE, replace(SITE, origin="http://free.test", put_off_until=NOW)),
        entries=(
            *(entry(key, seen=ago(days)) for key, days in (seen | lone).items()),
            entry("undated", seen=ago(300), dated=False),
            replace(entry("found"), outcome=EntryOutcome.FOUND),
            replace(entry("unread", seen=ago(15)), outcome=EntryOutcome.PENDING),
        ),
        articles=(*(bare(key, seen=ago(days)) for key, days in seen.items()), bare("found")),
        traces=tuple(Trace(key, frozenset(), frozenset()) for key in seen),
        editions=(*weekly, *daily),
        finished=(FinishedOutput(daily[0].id, "x", NOW), FinishedOutput(daily[59].id, "x", NOW)),
    )
    kept = needed(state, NOW)
    assert [f.url for f in kept.feeds] == [FEED, FEED + "3"]
    assert kept.hosts == (SITE,)
    assert {a.id for a in kept.articles} == {"new", "cut", "d0", "d38", "w9"}
    assert {t.article_id for t in kept.traces} == {"d0", "d38", "w9"}
    assert {e.id for e in kept.entries} == {a.id for a in kept.articles} | {
        "cut-long-ago",
        "entry",
        "old-entry",
        "undated",
        "d50",
    }
    short = {e.id: e for e in kept.entries if not e.title}
    assert set(short) == {"old-entry", "d50"}
    assert (short["d50"].url, short["d50"].published_at) == ("", ago(51))
    names = [e.name for e in kept.editions]
    assert (names.count("weekly"), names.count("daily")) == (10, 39)
    assert [f.edition_id for f in kept.finished] == [daily[0].id]


Damage = Callable[[str], str]


@pytest.mark.parametrize(
    ("file", "damage", "says"),
    [
        ("entries.jsonl", lambda t: t.replace('"', "'", 1), "line 1: not JSON"),
        ("entries.jsonl", lambda t: t + "[" * 100_000 + "\n", "line 3: not JSON"),
        ("entries.jsonl", lambda t: t + "[1]\n", "line 3: no object"),
        ("entries.jsonl", lambda t: t + t, "line 3: the same again"),
        ("entries.jsonl", lambda t: t.replace("published", "rumoured"), "line 1: outcome is none"),
        ("entries.jsonl", lambda t: t.replace("2026-", "26-"), "line 1: published_at is no time"),
        ("entries.jsonl", lambda t: t.replace("30:00Z", "30:00"), "line 1: published_at is no"),
        ("entries.jsonl", lambda t: t.replace("http:", "file:"), "line 1: url is no web address"),
        ("entries.jsonl", lambda t: t.replace('"id":"a"', '"id":{}'), "line 1: id is no plain"),
        ("entries.jsonl", lambda t: t.replace("What", "\\u001b[31m"), "line 1: title is no plain"),
        ("entries.jsonl", lambda t: t.replace("What", "W" * 6_000), "line 1: title is no plain"),
        ("entries.jsonl", lambda t: t.replace("feed:", "http:"), "line 1: feed is no hash"),
        ("entries.jsonl", lambda _: "", "articles.jsonl: a has no line in entries.jsonl"),
        ("articles.jsonl", lambda t: t.replace("1.0", "nan"), "line 1: trust is no number"),
        ("traces.jsonl", lambda t: t.replace('facts":"', 'facts":"x'), "line 1: facts is no row"),
        ("feeds.jsonl", lambda t: t.replace(":304", ":-1"), "line 1: status is no count"),
        ("feeds.jsonl", lambda t: t.replace('"3600.0"', '"-1"'), "line 1: ttl is no count"),
        ("feeds.jsonl", lambda t: t.replace('"told":[', '"told":[1,'), "line 1: told is no plain"),
        ("feeds.jsonl", lambda t: t.replace('snippet":"0', 'snippet":"x'), "line 1: max_snippet"),
        ("entries.jsonl", lambda t: t.replace("guid:", "http:"), "line 1: guid is no hash"),
        ("feeds.jsonl", lambda t: t.replace("{0}", "{9}"), "line 1: an address is told by another"),
        ("feeds.jsonl", lambda t: t.replace("{0}", "ftp"), "line 1: moved_to is no web address"),
        ("hosts.jsonl", lambda t: t.replace("host:", "http:"), "line 1: id is no hash"),
        ("hosts.jsonl", lambda t: t.replace("until", "since"), "line 1: until is missing"),
        ("editions.jsonl", lambda t: t.replace("record", "chord"), "line 1: record is missing"),
        ("FORMAT", lambda _: "digest-state/x", "FORMAT does not say"),
    ],
)
def test_a_damaged_file_is_refused_as_a_whole_naming_the_line(
    file: str, damage: Damage, says: str
) -> None:
    files = to_files(full())
    changed = damage(files[file])
    assert changed != files[file]
    with pytest.raises(StoreError) as raised:
        from_files(files | {file: changed}, [FEED])
    assert says in str(raised.value)
    assert "\x1b" not in str(raised.value)


@pytest.mark.parametrize("gone", sorted(set(to_files(State())) - {"README.md", "hosts.jsonl"}))
def test_a_missing_file_is_named(gone: str) -> None:
    files = to_files(full())
    del files[gone]
    with pytest.raises(StoreError, match=gone):
        from_files(files, [FEED])


def test_a_newer_format_is_told_from_damage() -> None:
    files = to_files(full())
    assert not made_by_newer(files)
    assert made_by_newer(files | {"FORMAT": "digest-state/2\n"})
    assert not made_by_newer(files | {"FORMAT": "digest-state/" + "9" * 1_000})
    assert not made_by_newer({})


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "MOST_CHARS", 1_000)
    with pytest.raises(StoreError, match="more than 1,000"):
        from_files(to_files(full()), [FEED])


def test_a_line_too_long_is_refused_and_no_edition_is_saved_that_makes_one() -> None:
    files = to_files(full())
    line = '{"id":"' + "x" * 2_000_000 + '"}\n'
    with pytest.raises(StoreError, match=r"entries.jsonl, line 1: more than 2,000,000 characters"):
        from_files(files | {"entries.jsonl": line}, [FEED])
    longest = [replace(edition(NOW), record=c * 900_000) for c in '"\\x']
    for odd in longest:
        kept = needed(State(editions=(odd,)), NOW)
        assert from_files(to_files(kept), []).editions == (odd,)
        larger = replace(odd, record=odd.record + "x")
        assert needed(State(editions=(larger,)), NOW).editions == ()


def test_an_edition_whose_own_bytes_json_would_change_comes_back_all_the_same() -> None:
    for record in ('{"stories": [],   "briefs": []}', "not JSON", '{"a": NaN}\n'):
        odd = replace(edition(NOW), record=record)
        files = to_files(State(editions=(odd,)))
        assert from_files(files, []).editions == (odd,)


TEXTS = st.text(st.characters(exclude_categories=()), max_size=40)
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, TEXTS, TIMES)
def test_whatever_a_store_holds_can_be_read_back(
    title: str, url: str, etag: str, at: datetime
) -> None:
    state = State(
        feeds=(FeedState(url, Validators(etag, title), checked_at=at, title=title),),
        entries=(replace(entry("a"), title=title, url=url, feed_url=url, published_at=at),),
        articles=(
            replace(bare("a"), title=title, url="http://a.test/" + url, feed_url=url,
                    publisher=title, domain=title, language=title, category=title),
        ),
        editions=(replace(edition(at if at.year > 1 else NOW), date=date(2026, 3, 10)),),
    )  # fmt: skip
    files = to_files(state)
    assert "".join(files.values()).encode("utf-8")
    found = from_files(files, [url])
    assert to_files(found) == files


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(to_files(State()))), st.text(max_size=200))
def test_no_content_raises_anything_else(file: str, text: str) -> None:
    files = to_files(full())
    for changed in (text, files[file] + text, text.join(files[file].split(":", 3))):
        try:
            from_files(files | {file: changed}, [FEED])
        except StoreError as error:
            assert file in str(error) or "entries.jsonl" in str(error)
