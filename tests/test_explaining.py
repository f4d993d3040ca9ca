"""Explain says what became of an article, a story or an edition, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.adapters.store import SqlStore
from digest.explaining.layout import Explanation, Fact
from digest.explaining.likeness import enough, percent
from digest.models import EntryOutcome, FeedState, Quality, Revision, StoredEdition
from digest.render.columns import columns
from tests.builders import NOW, article
from tests.command import DAILY, Days, call
from tests.test_store import FEED, pending

LONG = "http://"  # addresses stay whole, however long


def edition(days: Days) -> dict[str, Any]:
    text = (days.folder / "out" / "edition.json").read_text("utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def explained(folder: Path, *arguments: str) -> str:
    """Return what explain prints, in one line, having looked at its layout."""
    done = call(folder, "explain", *arguments)
    assert (done.code, done.err) == (0, "")
    wide = [line for line in done.out.splitlines() if columns(line) > 80 and LONG not in line]
    assert wide == []
    return " ".join(done.out.split())


def facts(folder: Path, subject: str, label: str) -> list[dict[str, Any]]:
    document = call(folder, "explain", subject, "--json").report()
    return [fact for fact in document["facts"] if fact["label"] == label]


def outcome(days: Days, wanted: EntryOutcome) -> str:
    """Return the address of an entry of the last day with this outcome."""
    return next(e.url for e in days.reports[-1].entries if e.outcome is wanted)


def test_an_edition_lists_its_stories_and_what_was_left_out(three_days: Days) -> None:
    told = explained(three_days.folder, DAILY)
    made = edition(three_days)
    assert told.startswith(f"{DAILY}: AI Industry Digest made 2025-05-14 06:30 UTC covers 2025-")
    for story in made["stories"]:
        assert f"{story['headline']} {story['id']}, {story['status']}, score" in told
    for brief in made["briefs"]:
        assert f"{brief['story_id']}, in brief" in told
    assert "first seen in its window; --verbose lists them" in told
    assert "1 not AI-industry news" in told


def test_verbose_lists_each_entry_that_was_left_out_with_its_reason(three_days: Days) -> None:
    told = explained(three_days.folder, DAILY, "--verbose")
    left_out = {EntryOutcome.OFF_TOPIC, EntryOutcome.REPEAT, EntryOutcome.COMMENTARY}
    listed = [e for e in three_days.reports[-1].entries if e.outcome in left_out]
    assert {e.outcome for e in listed} == left_out
    for entry in listed:
        assert entry.url in told
        assert " ".join(entry.reason.split()) in told


def test_a_told_story_tells_its_score_its_sources_and_how_alike_they_are(
    three_days: Days,
) -> None:
    made = edition(three_days)["stories"]
    update = next(story for story in made if story["status"] == "update")
    assert len(made[0]["sources"]) > 2
    for story in (made[0], update, made[-1]):
        told = explained(three_days.folder, story["id"])
        assert f"edition {DAILY}, place {story['rank']}, {story['status']}" in told
        assert all(reason in told for reason in story["reasons"])
        assert all(source["url"] in told for source in story["sources"])
        assert "sentences borne out" in told
        alike = facts(three_days.folder, story["id"], "alike")
        assert bool(alike) is (len(story["sources"]) > 1)
        if len(story["sources"]) > 2:
            assert f"two are joined from {enough()} on, larger" in alike[0]["text"]


def test_a_brief_tells_where_it_stands(three_days: Days) -> None:
    briefs = edition(three_days)["briefs"]
    assert briefs
    for brief in briefs:
        told = explained(three_days.folder, brief["story_id"])
        assert f"edition {DAILY}, in brief" in told and "left out of" not in told


@pytest.mark.parametrize("tail", ["", "?utm_source=newsletter&utm_medium=mail", "#comments"])
def test_an_address_is_known_with_and_without_trackers(three_days: Days, tail: str) -> None:
    story = edition(three_days)["stories"][0]
    source = story["sources"][0]
    told = explained(three_days.folder, source["url"] + tail)
    assert told.startswith(source["title"])
    assert f" address {source['url']} " in told
    assert " outcome published: " in told
    assert f" story {story['id']} " in told
    assert explained(three_days.folder, source["url"].removeprefix("http://")) in (
        told,
        explained(three_days.folder, source["url"]),
    )


def test_an_article_tells_how_it_was_fetched_and_what_it_was_taken_for(three_days: Days) -> None:
    story = edition(three_days)["stories"][0]
    told = explained(three_days.folder, story["sources"][0]["url"])
    for part in (
        "last asked 2025-05-14 06:30 UTC: it answered 200",
        "first seen 2025-05-14 06:30 UTC",
        "page opened, and read in full (",
        "quality full",
        "language English",
        "(AI-industry news from 0.50 on) for: ",
        f"place 1 of {len(edition(three_days)['stories'])} stories, in {DAILY} new: ",
        f"score {story['score']:g}",
        f"edition {DAILY}, source 1 of its story 1, “{story['headline']}”",
    ):
        assert part in told


def test_the_nearest_articles_say_whether_and_why_they_are_joined(three_days: Days) -> None:
    story = max(edition(three_days)["stories"], key=lambda s: len(s["sources"]))
    near = facts(three_days.folder, story["sources"][0]["url"], "alike")
    assert len(near) == 5
    own = {source["title"] for source in story["sources"]}
    for fact in near:
        title = fact["text"].partition("“")[2].rpartition("”")[0]
        joined = fact["details"][-1]
        assert " % likely one event: " in fact["text"]
        assert fact["text"].endswith("apart")
        if title in own:
            assert joined.startswith("joined: ")
    alone = edition(three_days)["stories"][-1]
    for fact in facts(three_days.folder, alone["sources"][0]["url"], "alike"):
        assert fact["details"][-1].startswith("not joined: ")


def test_what_joined_two_articles_is_told(three_days: Days) -> None:
    """Those that are little alike were joined by what is like both."""
    seen = set()
    for story in edition(three_days)["stories"]:
        for fact in facts(three_days.folder, story["sources"][0]["url"], "alike"):
            chance = fact["text"].partition(" %")[0]
            likely = chance == "over 99" or (chance.isdecimal() and int(chance) >= 50)
            why = fact["details"][-1]
            if why == "joined: both are of this story":
                assert likely
            elif why == "joined: both are like other reports of this story":
                assert not likely
            seen.add(why)
    assert seen >= {
        "joined: both are of this story",
        "joined: both are like other reports of this story",
    }


def test_what_was_left_out_says_why(three_days: Days) -> None:
    wanted = {EntryOutcome.OFF_TOPIC, EntryOutcome.REPEAT, EntryOutcome.DUPLICATE}
    seen = set()
    told = {e.outcome: e.url for r in three_days.reports for e in r.entries if e.outcome in wanted}
    for url in told.values():
        (fact,) = facts(three_days.folder, url, "outcome")
        seen.add(fact["text"].partition(": ")[0])
        assert fact["text"].partition(": ")[2]
    assert seen >= {"off-topic", "repeat", "duplicate"}


def test_a_story_that_was_left_out_is_found_by_its_id(desk: Path) -> None:
    """Its reports are in the store, so it is grouped again."""
    import yaml

    file = desk / "config.yaml"
    settings = yaml.safe_load(file.read_text("utf-8")) | {
        "edition": {"max_stories": 2, "max_briefs": 1}
    }
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    last = json.loads((desk / "out" / "edition.json").read_text("utf-8"))["stories"][-1]
    assert call(desk, "editions", "rebuild", DAILY).code == 0
    told = explained(desk, last["id"])
    assert f"edition told in none so far place left out of {DAILY} (below-cut: " in told
    assert "below the 2 stories and the one-line brief; score" in told
    assert "new: not told before" in told
    assert last["sources"][0]["url"] in told
    assert last["id"] in explained(desk, DAILY, "--verbose")


def test_what_waits_is_told_as_the_next_edition_would_take_it(desk: Path) -> None:
    seen = NOW.replace(year=2025, month=5, day=14, hour=9)
    new = replace(
        article("waits", "Halcyra opens the weights of its speech model", "Halcyra did. " * 30),
        published_at=seen,
        first_seen_at=seen,
    )
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        store.save_article(new, EntryOutcome.READ, "new")
    told = explained(desk, new.url, "--at", "2025-05-14T10:00")
    assert "outcome read; it waits for the next edition" in told
    assert "in the next edition new: not told before" in told


def test_explanations_come_as_a_document_too(three_days: Days) -> None:
    story = edition(three_days)["stories"][0]
    for kind, subject in (
        ("edition", DAILY),
        ("story", story["id"]),
        ("article", story["sources"][0]["url"]),
    ):
        document = call(three_days.folder, "explain", subject, "--json").report()
        assert document["kind"] == kind
        assert all(set(fact) == {"label", "text", "details"} for fact in document["facts"])


def test_explaining_leaves_the_store_as_it_was(desk: Path) -> None:
    def held() -> list[tuple[object, ...]]:
        with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
            until = NOW + timedelta(days=1)
            entries = store.entries_seen(seen_since=NOW - timedelta(days=700), seen_until=until)
            return [tuple(entries), *((e.id, e.record) for e in store.editions())]

    before = held()
    for subject in (DAILY, "http://harbour-wire.test/technology/drayloft-ormside-harbour"):
        assert call(desk, "explain", subject).code == 0
    assert held() == before


@pytest.mark.parametrize(
    ("subject", "meant"),
    [
        ("daily", DAILY),
        ("daily-2025-05-41", DAILY),
        (
            "http://harbour-wire.test/technology/drayloft-ormside-harbor",
            "http://harbour-wire.test/technology/drayloft-ormside-harbour",
        ),
    ],
)
def test_what_was_probably_meant_is_named(three_days: Days, subject: str, meant: str) -> None:
    done = call(three_days.folder, "explain", subject)
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith(f"of this store; did you mean {meant}?\n")


@pytest.mark.parametrize(
    "subject", ["s-000000000000", "http://nowhere.test/a", "../../etc", "", "\x1b[2J"]
)
def test_what_is_unknown_is_said_to_be(three_days: Days, subject: str) -> None:
    done = call(three_days.folder, "explain", subject)
    assert (done.code, done.out) == (1, "")
    named = subject.replace("\x1b", "")
    assert done.err == (
        f"digest: nothing is known of {named}: it is no address, story or edition of this store\n"
    )


def test_an_empty_store_knows_nothing_and_is_not_made(tmp_path: Path, three_days: Days) -> None:
    (tmp_path / "config.yaml").write_bytes((three_days.folder / "config.yaml").read_bytes())
    assert call(tmp_path, "explain", DAILY).code == 1
    assert [file.name for file in tmp_path.iterdir()] == ["config.yaml"]


def test_an_entry_that_was_passed_over_tells_when_its_text_changed(desk: Path) -> None:
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        waiting = pending("a", title="Chips")
        store.save_feed(FeedState(FEED, status=304, checked_at=NOW), [waiting], NOW)
        store.save_revision(Revision("a", NOW, "More chips", "New words."), "f")
    told = explained(desk, "a")
    assert "revised its text changed on 2026-03-10 06:30 UTC; titled “More chips” then" in told
    assert "last asked 2026-03-10 06:30 UTC: it answered 304, nothing new" in told
    assert "page not opened yet" in told


def test_a_page_that_gave_nothing_says_so(three_days: Days) -> None:
    for wanted, said in (
        (EntryOutcome.CONSENT, "opened; it asks for consent in the place of the article"),
        (EntryOutcome.ERROR, "it gave no article"),
    ):
        told = explained(three_days.folder, outcome(three_days, wanted))
        assert f"page {said} (the headline alone)" in told


def test_no_text_from_outside_moves_the_terminals_cursor(desk: Path) -> None:
    hostile = replace(
        article("hostile", "Halcyra\x1b[2J\r opens\u202e its model", "Text \x07of it. " * 40),
        publisher="Bad\x1b]0;title\x07 Press",
        note="a \x9b31m note",
        quality=Quality.TEASER,
    )
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        store.save_article(hostile, EntryOutcome.READ, "because\x1b[1m")
    done = call(desk, "explain", hostile.url)
    assert done.code == 0
    assert all(char.isprintable() or char == "\n" for char in done.out)


def test_lines_are_broken_and_labels_stand_in_a_column() -> None:
    told = Explanation("article", "word " * 30, (Fact("alike", "one " * 40, ("two " * 40,)),))
    lines = told.lines()
    assert max(map(len, lines)) <= 80
    (label,) = [line for line in lines if line.startswith("  alike       one")]
    after = lines[lines.index(label) + 1 :]
    assert {line[:14] for line in after} == {" " * 14}


@pytest.mark.parametrize(
    ("odds", "said"), [(-6, "under 1 %"), (-1.5, "18 %"), (0, "50 %"), (6, "over 99 %")]
)
def test_a_chance_is_a_percentage(odds: float, said: str) -> None:
    assert percent(odds) == said


def test_an_edition_of_another_name_is_explained_too(desk: Path) -> None:
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        kept = store.edition(DAILY)
        assert kept is not None
        record = kept.record.replace(DAILY, "other-2025-05-14").replace('"daily"', '"other"')
        store.save_edition(
            StoredEdition("other-2025-05-14", "other", kept.date, kept.window, record)
        )
    assert explained(desk, "other-2025-05-14").startswith("other-2025-05-14: ")
