"""Explain says what became of an article, a story or an edition, and why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from digest.adapters.store import SqlStore
from digest.explaining import explain
from digest.models import EntryOutcome, FeedState, Revision
from tests.command import DAILY, Days, call
from tests.test_store import FEED, NOW, pending


def edition(days: Days) -> dict[str, Any]:
    text = (days.folder / "out" / "edition.json").read_text("utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def test_an_edition_lists_its_stories_with_their_scores(three_days: Days) -> None:
    done = call(three_days.folder, "explain", DAILY)
    made = edition(three_days)
    assert done.code == 0
    assert done.out.startswith(f"{DAILY}: AI Industry Digest\n  made        2025-05-14 06:30 UTC\n")
    for story in made["stories"]:
        assert f"{story['id']}  {story['emoji']} {story['headline']}" in done.out
    for brief in made["briefs"]:
        assert brief["story_id"] in done.out


def test_a_story_tells_its_reasons_and_sources(three_days: Days) -> None:
    for story in edition(three_days)["stories"]:
        done = call(three_days.folder, "explain", story["id"])
        assert done.code == 0
        assert f"edition     {DAILY}, place {story['rank']}, {story['status']}" in done.out
        assert all(reason in done.out for reason in story["reasons"])
        assert done.out.count("  source ") >= len(story["sources"])
        assert "sentences borne out" in done.out


def test_a_brief_tells_where_it_stands(three_days: Days) -> None:
    for brief in edition(three_days)["briefs"]:
        done = call(three_days.folder, "explain", brief["story_id"])
        assert done.code == 0
        assert f"edition     {DAILY}, in brief" in done.out


@pytest.mark.parametrize("tail", ["", "?utm_source=newsletter&utm_medium=mail", "#comments"])
def test_an_address_is_known_with_and_without_trackers(three_days: Days, tail: str) -> None:
    source = edition(three_days)["stories"][0]["sources"][0]
    done = call(three_days.folder, "explain", source["url"] + tail)
    assert done.code == 0
    assert done.out.startswith(source["title"])
    assert f"  address     {source['url']}\n" in done.out
    assert "  outcome     published: " in done.out
    assert f"  story       {edition(three_days)['stories'][0]['id']}" in done.out


def test_what_was_left_out_says_why(three_days: Days) -> None:
    wanted = {EntryOutcome.OFF_TOPIC, EntryOutcome.REPEAT, EntryOutcome.DUPLICATE}
    seen = set()
    for entry in (e for r in three_days.reports for e in r.entries if e.outcome in wanted):
        done = call(three_days.folder, "explain", entry.url)
        outcome = done.out.split("  outcome     ")[1].partition("\n")[0]
        seen.add(outcome.partition(":")[0])
        assert outcome.partition(": ")[2]
    assert seen >= {"off-topic", "repeat", "duplicate"}


def test_explanations_come_as_json_too(three_days: Days) -> None:
    done = call(three_days.folder, "explain", DAILY, "--json")
    assert json.loads(done.out) == call(three_days.folder, "explain", DAILY).out.splitlines()


def test_what_is_unknown_is_said_to_be(three_days: Days) -> None:
    for subject in ("s-000000000000", "http://nowhere.test/a", "daily-1999-01-01", "../../etc", ""):
        done = call(three_days.folder, "explain", subject)
        assert (done.code, done.out) == (1, "")
        assert done.err == (
            f"digest: nothing is known of {subject}: it is no address, story or edition of "
            "this store\n"
        )


def test_an_entry_tells_when_its_text_changed() -> None:
    with SqlStore.open("sqlite://") as store:
        store.save_feed(FeedState(FEED), [pending("a", title="Chips")], NOW)
        store.save_revision(Revision("a", NOW, "More chips", "New words."), "f")
        lines = explain(store, "a")
    told = "its text changed on 2026-08-05 06:30 UTC; titled “More chips” then"
    assert f"  revised     {told}" in lines
