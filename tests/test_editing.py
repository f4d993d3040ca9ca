"""The desk, where the texts of earlier days are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.adapters.machine import Machine
from digest.adapters.store import SqlStore
from digest.core.traces import trace
from digest.editing import Choices, Edited, Editing
from digest.grouping import Grouping
from digest.models import (
    Article,
    Edition,
    EntryOutcome,
    KeptEntry,
    State,
    StoryStatus,
    Window,
)
from digest.writing import Writing
from tests.builders import NOW, article
from tests.fakes import SilentProgress

OPENS = NOW - timedelta(hours=24)
HALT = article(
    "halt",
    "Pellmark halts shipments of its Q40 accelerator",
    "Pellmark halted all shipments of its Q40 accelerator on Monday after boards cracked. The "
    "chip designer said in Lindow that it knew of 310 boards in the works of Corrado, a customer. "
    "Nobody was hurt, according to Ada Korr, who leads the company and had flown to Lindow.",
    hours=30,
    seen=NOW - timedelta(hours=25),
)
RECALL = article(
    "recall",
    "Pellmark to replace 14,200 boards of its Q40 accelerator",
    "Pellmark will replace 14,200 boards of its Q40 accelerator after shipments were halted. The "
    "chip designer sets $210 million aside for that, it said in Lindow. Boards that cracked will "
    "be replaced within ten weeks, according to Ada Korr of Pellmark.",
    site="circuit.test",
)


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with SqlStore.open("sqlite://") as opened:
        yield opened


def forget(store: SqlStore, *articles: Article, outcome: EntryOutcome) -> None:
    """Put articles into a store as a runner knows them that loaded its state."""
    entries = tuple(
        KeptEntry(
            a.id, a.feed_url, "", a.url, a.title, a.published_at, a.first_seen_at, outcome, "", None
        )
        for a in articles
    )
    bare = tuple(replace(a, text="") for a in articles)
    store.load_state(State(entries=entries, articles=bare, traces=tuple(map(trace, articles))))


def edit(store: SqlStore, *earlier: Edition, now_hours: float = 0, opens: int = 24) -> Edited:
    now = NOW + timedelta(hours=now_hours)
    choices = Choices("daily", "Digest", "en", "UTC")
    editing = Editing(
        choices,
        store,
        Grouping("en", store),
        Writing("en", None, lambda: "", SilentProgress()),
        Machine(),
    )
    window = Window(now - timedelta(hours=opens), now)
    run = editing.run(now=now, day=now.date(), window=window, earlier=earlier, feeds=1)
    return asyncio.run(run)


def texts(edition: Edition) -> str:
    told = [s.text for story in edition.stories for s in (*story.lead, *story.what_changed)]
    told += [s.text for story in edition.stories for part in story.sections for s in part.sentences]
    return "\n".join(told)


def yesterday() -> Edition:
    """Return the edition that told of the halt, made from its text."""
    with SqlStore.open("sqlite://") as store:
        store.save_article(HALT, EntryOutcome.READ, "new")
        return edit(store, now_hours=-24).edition


def test_an_update_is_told_as_one_though_the_text_it_continues_is_gone(store: SqlStore) -> None:
    forget(store, HALT, outcome=EntryOutcome.PUBLISHED)
    store.save_article(RECALL, EntryOutcome.READ, "new")
    told = yesterday()
    (story,) = edit(store, told).edition.stories
    assert (story.status, story.id) == (StoryStatus.UPDATE, told.stories[0].id)
    assert [s.article_id for s in story.sources] == ["recall"]


def test_an_article_whose_text_is_gone_is_no_source_beside_one_that_can_be_read(
    store: SqlStore,
) -> None:
    forget(store, HALT, outcome=EntryOutcome.BELOW_CUT)
    store.save_article(RECALL, EntryOutcome.READ, "new")
    (story,) = edit(store).edition.stories
    assert story.status is StoryStatus.NEW
    assert [s.article_id for s in story.sources] == ["recall"]


def test_a_story_of_which_no_text_is_left_is_told_by_its_title_and_quotes_nothing(
    store: SqlStore,
) -> None:
    forget(store, HALT, outcome=EntryOutcome.BELOW_CUT)
    edition = edit(store, opens=72).edition
    (story,) = edition.stories
    assert [s.article_id for s in story.sources] == ["halt"]
    assert texts(edition) == f"Reported by Harbour Wire: “{HALT.title}”."


def test_a_late_report_with_nothing_new_repeats_though_the_text_is_gone(store: SqlStore) -> None:
    forget(store, HALT, outcome=EntryOutcome.PUBLISHED)
    again = article(
        "again",
        "No Q40 accelerators from Pellmark after boards cracked",
        "Pellmark is shipping no Q40 accelerators since Monday, as 310 boards have cracked. Ada "
        "Korr leads the chip designer. Corrado, a customer with works in Lindow, has the boards.",
        site="kettle.test",
    )
    store.save_article(again, EntryOutcome.READ, "new")
    done = edit(store, yesterday())
    assert done.edition.stories == ()
    assert done.entries["again"].outcome is EntryOutcome.REPEAT


def test_what_may_not_be_quoted_is_linked_under_its_headline(store: SqlStore) -> None:
    store.save_article(replace(RECALL, max_snippet=0), EntryOutcome.READ, "new")
    (story,) = (edition := edit(store).edition).stories
    assert (story.headline, [s.url for s in story.sources]) == (RECALL.title, [RECALL.url])
    assert story.sections == ()
    assert not [line for line in texts(edition).split("\n") if line in RECALL.text]


def test_an_update_quotes_no_new_sentence_that_may_not_be_quoted(store: SqlStore) -> None:
    store.save_article(HALT, EntryOutcome.PUBLISHED, "told")
    store.save_article(replace(RECALL, max_snippet=0), EntryOutcome.READ, "new")
    (story,) = (edition := edit(store, yesterday()).edition).stories
    assert story.status is StoryStatus.UPDATE
    assert not [line for line in texts(edition).split("\n") if line and line in RECALL.text]
