"""The edition record and the run report: the contract's shape, there and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import RenderError
from digest.models import (
    EntryOutcome,
    EntryReport,
    FeedOutcome,
    FeedReport,
    OutputResult,
    Problem,
    RunReport,
    Window,
)
from digest.render.record import edition_from_json, edition_to_json, report_to_json
from tests.conftest import Golden
from tests.sample_edition import edition, empty, topic


def test_the_record_is_what_it_was(golden: Golden) -> None:
    golden("edition.json", edition_to_json(edition()))


def test_the_record_has_the_contracts_names_in_its_order() -> None:
    record = json.loads(edition_to_json(edition()))
    assert " ".join(record) == (
        "schema id name title date timezone language generated_at window intro sponsor stories "
        "briefs corrections counts"
    )
    assert record["schema"] == "digest.edition/1"
    assert record["sponsor"] is None
    assert record["corrections"] == []
    assert list(record["window"]) == ["from", "to"]
    story = record["stories"][0]
    assert " ".join(story) == (
        "id status rank score reasons emoji headline lead sections what_changed disagreements "
        "commentary sources written_by"
    )
    assert list(story["lead"][0]) == ["text", "cites"]
    assert list(story["sections"][0]) == ["emoji", "heading", "sentences"]
    assert list(story["commentary"][0]) == ["url", "title", "publisher"]
    assert " ".join(story["sources"][0]) == (
        "n article_id url title publisher author published_at language quality copies"
    )
    assert list(story["written_by"]) == ["kind", "model", "checks"]
    assert " ".join(story["written_by"]["checks"]) == (
        "sentences supported repaired replaced dropped"
    )
    assert list(record["briefs"][0]) == ["story_id", "emoji", "text", "cites", "sources"]


def test_times_carry_the_editions_offset_and_sources_are_in_utc() -> None:
    record = json.loads(edition_to_json(edition()))
    assert record["generated_at"] == "2026-03-14T06:30:00+01:00"
    assert record["window"]["from"] == "2026-03-13T06:30:00+01:00"
    assert record["stories"][0]["sources"][0]["published_at"] == "2026-03-14T05:10:00+00:00"


def test_equal_editions_give_equal_bytes() -> None:
    one = edition()
    other = replace(one, counts=dict(reversed(list(one.counts.items()))))
    assert edition_to_json(one) == edition_to_json(other) == edition_to_json(edition())


@pytest.mark.parametrize("make", [edition, empty, topic])
def test_a_record_restores_the_edition(make: Any) -> None:
    text = edition_to_json(make())
    assert edition_from_json(text) == make()
    assert edition_to_json(edition_from_json(text)) == text


@settings(derandomize=True, database=None, deadline=None, max_examples=80)
@given(
    title=st.text(),
    intro=st.none() | st.text(),
    score=st.floats(allow_nan=False, allow_infinity=False, max_value=1e290, min_value=-1e290),
    at=st.datetimes(timezones=st.just(UTC)),
    counts=st.dictionaries(st.text(), st.integers(), max_size=4),
)
def test_whatever_it_holds_an_edition_comes_back_equal(
    title: str, intro: str | None, score: float, at: datetime, counts: dict[str, int]
) -> None:
    one = edition()
    story = replace(one.stories[0], score=score, headline=title)
    one = replace(
        one, title=title, intro=intro, generated_at=at, window=Window(at, at),
        stories=(story,), counts=counts,
    )  # fmt: skip
    assert edition_from_json(edition_to_json(one)) == one


def test_half_characters_never_reach_the_file() -> None:
    text = edition_to_json(replace(edition(), title="half \ud83d here"))
    assert json.loads(text.encode())["title"] == "half \ufffd here"


def test_fields_it_does_not_know_are_passed_over() -> None:
    record = json.loads(edition_to_json(edition()))
    record["later"] = 1
    record["stories"][0]["mood"] = "good"
    assert edition_from_json(json.dumps(record)) == edition()


def _changed(path: str, value: object) -> str:
    record = json.loads(edition_to_json(edition()))
    *steps, last = path.split("/")
    at: Any = record
    for step in steps:
        at = at[int(step) if step.isdigit() else step]
    if value is ...:
        del at[last]
    else:
        at[int(last) if last.isdigit() else last] = value
    return json.dumps(record)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("schema", "other/1", "schema should be 'digest.edition/1'"),
        ("title", ..., "it lacks title"),
        ("title", 3, "title should be a text"),
        ("window/from", ..., r"it lacks window\.from"),
        ("window", [], "window should be an object"),
        ("date", "yesterday", "date should be an ISO 8601 date"),
        ("generated_at", "2026-03-14T06:30:00", "generated_at should be a time with its offset"),
        ("generated_at", "0001-01-01T00:00:00+14:00", "generated_at should be an ISO 8601 time"),
        ("stories", {}, "stories should be a list"),
        ("stories/1/score", "8", r"stories\[1\]\.score should be a number"),
        ("stories/1/score", float("nan"), r"stories\[1\]\.score should be a number"),
        ("stories/1/rank", True, r"stories\[1\]\.rank should be a whole number"),
        ("stories/0/status", "old", r"stories\[0\]\.status should be one of new, update, repeat"),
        ("stories/0/lead/1/cites/0", "1", r"stories\[0\]\.lead\[1\]\.cites\[0\] should be a whole"),
        ("stories/0/lead/1", "text", r"stories\[0\]\.lead\[1\] should be an object"),
        ("briefs/0/sources/0/quality", 1, r"briefs\[0\]\.sources\[0\]\.quality should be a text"),
        ("counts/feeds", 1.5, r"counts\.feeds should be a whole number"),
        ("timezone", "Europe/Nowhere", "no time zone 'Europe/Nowhere'"),
        ("timezone", "../etc", r"no time zone '\.\./etc'"),
    ],
)
def test_a_record_that_is_not_ours_names_the_field(path: str, value: object, said: str) -> None:
    with pytest.raises(RenderError, match=said):
        edition_from_json(_changed(path, value))


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "null", "[" * 100_000, "{", '"' + "x" * 9])
def test_text_that_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(RenderError, match="edition record is not"):
        edition_from_json(text)


def test_a_value_without_a_json_form_is_refused() -> None:
    one = edition()
    with pytest.raises(RenderError, match="no form"):
        edition_to_json(replace(one, stories=(replace(one.stories[0], score=float("inf")),)))
    with pytest.raises(RenderError, match="no time zone"):
        edition_to_json(replace(one, generated_at=datetime(2026, 3, 14)))  # noqa: DTZ001


def test_the_report_has_the_contracts_shape() -> None:
    at = datetime(2026, 3, 14, 5, 30, tzinfo=UTC)
    report = RunReport(
        run_id="r1",
        started_at=at,
        finished_at=at,
        exit_code=0,
        edition_id="daily-2026-03-14",
        edition="made",
        feeds=(FeedReport("https://a.test/feed", "A", FeedOutcome.NEW, 200, 10, 3),),
        entries=(EntryReport("https://a.test/1", "A", EntryOutcome.OFF_TOPIC, None, "no AI"),),
        counts={"zebra": 1, "briefs": 5, "feeds": 1},
        seconds={"total": 1.5},
        problems=(Problem("feed", "B", "did not answer"),),
        outputs=(OutputResult("markdown", "out/edition.md", "done"),),
    )
    text = report_to_json(report)
    told = json.loads(text)
    assert text.endswith("}\n")
    assert " ".join(told) == (
        "run_id started_at finished_at exit_code edition_id edition feeds entries counts llm "
        "seconds peak_rss_mb problems outputs"
    )
    assert told["started_at"] == "2026-03-14T05:30:00+00:00"
    assert told["feeds"] == [
        {"url": "https://a.test/feed", "name": "A", "outcome": "new", "http_status": 200,
         "entries": 10, "new_entries": 3, "error": None, "note": None, "last_success_at": None,
         "failures": 0, "entries_per_week": None, "silent_days": None}
    ]  # fmt: skip
    assert told["entries"][0]["outcome"] == "off-topic"
    assert list(told["counts"]) == ["feeds", "briefs", "zebra"]
    assert told["problems"] == [{"stage": "feed", "subject": "B", "message": "did not answer"}]
    assert told["outputs"][0]["status"] == "done"
