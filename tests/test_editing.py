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
    Quality,
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


def editing(store: SqlStore) -> Editing:
    choices = Choices("daily", "Digest", "en", "UTC")
    return Editing(
        choices,
        store,
        Grouping("en", store),
        Writing("en", None, lambda: "", SilentProgress()),
        Machine(),
    )


def edit(store: SqlStore, *earlier: Edition, now_hours: float = 0, opens: int = 24) -> Edited:
    now = NOW + timedelta(hours=now_hours)
    window = Window(now - timedelta(hours=opens), now)
    run = editing(store).run(now=now, day=now.date(), window=window, earlier=earlier, feeds=1)
    return asyncio.run(run)


def settle(store: SqlStore, done: Edited) -> None:
    store.save_outcomes([(i, e.outcome, e.story_id, e.reason) for i, e in done.entries.items()])


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


BARE = replace(HALT, text="", quality=Quality.FEED_ONLY)


def test_an_update_of_titles_alone_says_what_changed_and_where_it_stands(store: SqlStore) -> None:
    store.save_article(BARE, EntryOutcome.READ, "new")
    told = edit(store, now_hours=-24).edition
    title = "Pellmark to replace 14,200 boards of its Q40 accelerator after halt of shipments"
    bare = replace(RECALL, title=title, text="", quality=Quality.FEED_ONLY)
    store.save_article(bare, EntryOutcome.READ, "new")
    (story,) = edit(store, told).edition.stories
    assert (story.status, story.headline) == (StoryStatus.UPDATE, title)
    (changed,) = story.what_changed
    assert (changed.text, changed.cites) == (f"Reported by Circuit: “{title}”.", (1,))
    assert [s.text for s in story.lead] == ["The full report is at Circuit."]


def test_what_was_published_stays_published_when_its_story_repeats(store: SqlStore) -> None:
    store.save_article(HALT, EntryOutcome.READ, "new")
    told = edit(store, now_hours=-24)
    assert told.entries["halt"].outcome is EntryOutcome.PUBLISHED
    settle(store, told)
    again = replace(HALT, id="again", domain="kettle.test", published_at=NOW, first_seen_at=NOW)
    store.save_article(again, EntryOutcome.READ, "new")
    done = edit(store, told.edition)
    assert {i: e.outcome for i, e in done.entries.items()} == {"again": EntryOutcome.DUPLICATE}


def test_a_saga_longer_than_the_window_is_still_the_story_told_at_its_start(
    store: SqlStore,
) -> None:
    """Told on the first day, left out on the third, seen again on the sixth."""
    store.save_article(HALT, EntryOutcome.READ, "new")
    first = edit(store, now_hours=-24)
    settle(store, first)
    told = first.edition
    for days, key in ((2, "third"), (5, "sixth")):
        at = NOW + timedelta(days=days - 1)
        late = replace(HALT, id=key, url=f"http://{key}.test/a", domain=f"{key}.test")
        store.save_article(
            replace(late, published_at=at, first_seen_at=at), EntryOutcome.READ, "new"
        )
        done = edit(store, told, now_hours=24 * (days - 1) + 1)
        assert done.entries[key].outcome in (EntryOutcome.REPEAT, EntryOutcome.DUPLICATE)
        assert done.entries[key].story_id == told.stories[0].id
        settle(store, done)


def test_a_plan_holds_every_story_in_its_place_and_writes_nothing(store: SqlStore) -> None:
    store.save_article(HALT, EntryOutcome.READ, "new")
    store.save_article(
        article("robot", "Fennika shows a warehouse robot", "It lifts 90 kg.", site="f.test"),
        EntryOutcome.READ,
        "new",
    )
    plan = asyncio.run(
        editing(store).plan(now=NOW, window=Window(OPENS, NOW), earlier=(), also_fresh={"halt"})
    )
    assert plan.fresh == {"halt", "robot"}
    assert sorted(r.judged.story.evidence[0].article.id for r in plan.ranked) == ["halt", "robot"]
    assert plan.leading == plan.ranked
    assert (plan.short, plan.left_out) == ([], [])
