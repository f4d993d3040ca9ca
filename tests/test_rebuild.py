"""An edition made again from stored articles, by the command line on the newsroom's store."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.adapters.store import SqlStore
from digest.core.traces import trace
from digest.earlier import cited
from digest.models import Article, Delivery, DeliveryStatus, EntryOutcome, StoredEdition
from digest.render.record import edition_from_json
from tests.builders import article
from tests.command import DAILY, END, Days, call, contents
from tests.model_server import ModelServer

EARLIER = "daily-2025-05-13"
REBUILD = ("editions", "rebuild")


def settle(desk: Path, **changes: object) -> None:
    """Change whole keys of the desk's configuration."""
    file = desk / "config.yaml"
    settings = yaml.safe_load(file.read_text("utf-8")) | changes
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def stored(desk: Path, edition_id: str = DAILY) -> StoredEdition:
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        found = store.edition(edition_id)
    assert found is not None
    return found


def record(desk: Path, edition_id: str = DAILY) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(stored(desk, edition_id).record)
    return parsed


def keep(desk: Path, *articles: Article) -> None:
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        for each in articles:
            store.save_article(each, EntryOutcome.READ, "new")


def headlines(desk: Path) -> list[str]:
    return [story["headline"] for story in record(desk)["stories"]]


def test_the_same_settings_and_articles_give_the_same_bytes(desk: Path, three_days: Days) -> None:
    """Also of an earlier day, whatever came later."""
    for edition_id in (DAILY, EARLIER, "daily-2025-05-12"):
        before = stored(desk, edition_id)
        done = call(desk, *REBUILD, edition_id)
        assert (done.code, done.out.splitlines()[0]) == (0, f"{edition_id} is the same as before")
        assert stored(desk, edition_id) == before
    made = (three_days.folder / "out" / "edition.json").read_bytes()
    assert (desk / "out" / "edition.json").read_bytes() == made
    assert (desk / "out" / EARLIER / "edition.md").exists()


def test_what_is_muted_now_is_left_out_and_says_so(desk: Path) -> None:
    was = record(desk)
    lead = was["stories"][0]
    settle(desk, edition={"mute": ["Drayloft"]})
    done = call(desk, *REBUILD, DAILY)
    assert done.code == 0, done.err
    assert done.out.startswith(f"{DAILY} was made anew\n  left out: {lead['headline']}")
    assert "muted: you muted “Drayloft”" in " ".join(done.out.split())
    now = record(desk)
    assert lead["headline"] not in headlines(desk)
    for key in ("id", "date", "window", "generated_at"):
        assert now[key] == was[key]
    assert json.loads((desk / "out" / "edition.json").read_text("utf-8")) == now
    told = call(desk, "explain", lead["sources"][0]["url"]).out
    assert "  outcome     muted: you muted “Drayloft”" in told


def test_fewer_stories_make_briefs_of_the_last(desk: Path) -> None:
    was = headlines(desk)
    settle(desk, edition={"max_stories": 3, "max_briefs": 2})
    done = call(desk, *REBUILD, DAILY, "--json")
    report = done.report()
    assert (done.code, report["edition"]) == (0, "made")
    assert headlines(desk) == was[:3]
    moved = [c["headline"] for c in report["changes"] if c["detail"].endswith("→ in brief")]
    assert [headline.rstrip(".") for headline in moved] == was[3:5]
    left_out = [c["detail"] for c in report["changes"] if c["what"] == "left out"]
    assert left_out
    assert all("below-cut" in detail for detail in left_out)
    assert [o["status"] for o in report["outputs"]] == ["done"] * 3


def test_a_topic_lifts_what_is_about_it(desk: Path) -> None:
    place = {s["headline"]: s["rank"] for s in record(desk)["stories"]}
    exam = next(h for h in place if "auditor examination" in h)
    settle(desk, edition={"topics": ["auditor examination"]})
    assert call(desk, *REBUILD, DAILY).code == 0
    assert headlines(desk).index(exam) + 1 < place[exam]


def test_a_cap_on_publishers_makes_lines_of_the_rest(desk: Path) -> None:
    """Articles that were stored meanwhile join, if they were seen before the edition's time."""
    told = (
        ("alder", "Alder raises $90 million for its chips that run AI in hearing aids"),
        ("birch", "Court fines Birch over training data of its language model"),
        ("cedar", "Cedar opens the weights of a speech generator"),
    )
    seen = END - timedelta(hours=1)
    reports = [article(key, title, site="solo.test") for key, title in told]
    keep(desk, *(replace(r, published_at=seen, first_seen_at=seen) for r in reports))
    assert call(desk, *REBUILD, DAILY).out.count("  added: ") == 3
    settle(desk, edition={"max_stories": 20, "per_publisher_cap": 1})
    assert call(desk, *REBUILD, DAILY).code == 0
    alone = [s for s in record(desk)["stories"] if s["sources"][0]["publisher"] == "Solo"]
    domains = [s["sources"][0]["url"] for s in record(desk)["stories"]]
    assert sum("solo.test" in url for url in domains) == 1, alone


def test_what_was_seen_after_its_time_does_not_join(desk: Path) -> None:
    late = article("late", "Halcyra sells its AI court business to Northmoor", "Words.")
    keep(desk, replace(late, published_at=END, first_seen_at=END + timedelta(seconds=1)))
    assert call(desk, *REBUILD, DAILY).out.startswith(f"{DAILY} is the same as before")


def test_later_editions_and_their_word_on_an_entry_stay(desk: Path) -> None:
    later = stored(desk)
    ids = cited(edition_from_json(later.record))
    lead = record(desk, EARLIER)["stories"][0]
    settle(desk, edition={"mute": [lead["headline"].split()[0]]})
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        before = {i: store.entry_history(i) for i in ids}
    assert f"left out: {lead['headline']}" in " ".join(call(desk, *REBUILD, EARLIER).out.split())
    assert stored(desk) == later
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        assert {i: store.entry_history(i) for i in ids} == before


def test_a_dry_run_says_what_would_change_and_writes_nothing(desk: Path) -> None:
    settle(desk, edition={"mute": ["Drayloft"]})
    before = contents(desk)
    done = call(desk, *REBUILD, DAILY, "--dry-run")
    assert (done.code, done.out.splitlines()[0]) == (0, f"{DAILY} would be made anew")
    assert contents(desk) == before


def test_an_emptier_one_does_not_take_its_place(desk: Path) -> None:
    before = stored(desk)
    settle(desk, edition={"mute": ["AI", "the", "of", "to", "a", "in", "for", "and"]})
    done = call(desk, *REBUILD, DAILY)
    assert (done.code, done.out) == (
        0,
        f"{DAILY} stands as it was: by these settings no story would be left\n",
    )
    assert stored(desk) == before


def test_one_that_was_sent_is_refused(desk: Path) -> None:
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        now = END + timedelta(hours=1)
        given = store.open_delivery(
            DAILY, "email:a", addresses=["ann@example.com"], resend_uncertain=False, now=now
        )
        claim = Delivery(DAILY, "email:a", given[0].address, DeliveryStatus.SENDING, now)
        store.note([], [claim], now=now)
    before = contents(desk / "out")
    settle(desk, edition={"mute": ["Drayloft"]})
    done = call(desk, *REBUILD, DAILY)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"digest: {DAILY} has been sent already, so it stands\n")
    assert contents(desk / "out") == before


def test_one_whose_texts_are_on_another_machine_is_refused(desk: Path) -> None:
    one = stored(desk)
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        saved = store.state(since=END - timedelta(days=30))
        traces = tuple(map(trace, store.articles_by_id(cited(edition_from_json(one.record)))))
    for file in desk.glob("digest.db*"):
        file.unlink()
    with SqlStore.open(f"sqlite:///{desk / 'digest.db'}") as store:
        store.load_state(replace(saved, traces=traces))
    done = call(desk, *REBUILD, DAILY)
    assert done.code == 2
    assert "was made on another machine, which has the texts, so it stands" in done.err


def test_what_cannot_be_rebuilt_is_named(desk: Path) -> None:
    unknown = call(desk, *REBUILD, "daily-1999-01-01")
    assert unknown.code == 1
    assert "there is no edition daily-1999-01-01; `digest editions list` names" in unknown.err
    settle(desk, edition={"name": "weekly"})
    other = call(desk, *REBUILD, DAILY)
    assert other.code == 2
    assert f"{DAILY} is an edition “daily”; configured is “weekly”" in other.err


def test_embeddings_that_came_since_are_used(desk: Path, shared_dir: Path) -> None:
    pytest.importorskip("fastembed", reason="needs the extra `embeddings`")
    settle(desk, embeddings={"path": str(shared_dir / "models" / "all-MiniLM-L6-v2")})
    lead = record(desk)["stories"][0]["sources"][0]["url"]
    settled = call(desk, *REBUILD, DAILY)
    assert settled.code == 0, settled.err
    assert "meaning of the titles" in " ".join(call(desk, "explain", lead).out.split())


@pytest.mark.long
def test_a_models_text_of_a_story_told_as_before_stays(desk: Path) -> None:
    """So a rebuilt edition costs no more than what changed in it."""
    with ModelServer() as server:
        settle(desk, llm={"base_url": server.url, "model": "m1"})
        assert call(desk, "run", "--refresh", "--at", END.isoformat()).code == 0
        writers = [story["written_by"]["kind"] for story in record(desk)["stories"]]
        assert "llm" in writers
        made, asked = stored(desk), len(server.requests)
        assert call(desk, *REBUILD, DAILY).out.startswith(f"{DAILY} is the same as before")
        assert stored(desk) == made
        written = [r for r in server.requests[asked:] if '"headline"' in json.dumps(r)]
        assert len(written) == len([kind for kind in writers if kind != "llm"])
