"""The state, saved and loaded: by a real store, to a branch that is a dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from digest import statekeeping
from digest.adapters.store import SqlStore
from digest.core.state import to_files
from digest.errors import DeliveryError, StoreError
from digest.models import (
    Article,
    Edition,
    Entry,
    EntryOutcome,
    Feed,
    FeedState,
    HostState,
    Selected,
    State,
    StoredEdition,
    Validators,
    Window,
)
from digest.render.markdown import edition_markdown
from digest.render.record import edition_to_json
from digest.render.templates import Templates
from tests import sample_edition

EDITION = sample_edition.edition()
NOW = EDITION.generated_at
FEED = Feed("https://harbour-wire.test/feed")
TEXT = "Only the article says this, and nobody has printed it. It cost 31,415 crowns in Lindow."


class DictBranch:
    """A branch in memory."""

    def __init__(self) -> None:
        self.files: dict[str, str] | None = None

    def read(self) -> dict[str, str] | None:
        return None if self.files is None else dict(self.files)

    def write(self, files: Mapping[str, str], message: str) -> bool:
        assert message
        changed = self.files != dict(files)
        self.files = dict(files)
        return changed


class Published:
    """Committed editions; None stands for a repository that does not answer."""

    def __init__(self, *texts: str | None) -> None:
        self.texts = texts

    def published(self, most: int) -> list[str]:
        if None in self.texts:
            raise DeliveryError("git", "no answer")
        return [text for text in self.texts if text is not None][:most]


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with SqlStore.open("sqlite://") as opened:
        yield opened


@pytest.fixture
def branch() -> DictBranch:
    return DictBranch()


def cited(edition: Edition = EDITION) -> list[Article]:
    """Return the articles an edition cites, with texts."""
    return [
        Article(
            id=s.article_id,
            url=s.url,
            title=s.title,
            publisher=s.publisher,
            domain="harbour-wire.test",
            author="Ann <ann@harbour-wire.test>",
            published_at=s.published_at,
            first_seen_at=NOW,
            language="en",
            text=TEXT,
            quality=s.quality,
            feed_url=FEED.url,
        )
        for sources in [p.sources for p in edition.stories] + [b.sources for b in edition.briefs]
        for s in sources
    ]


def fill(store: SqlStore, edition: Edition = EDITION) -> None:
    """Put an edition, its articles and an entry to be read into a store."""
    told = cited(edition)
    unread = Entry("unread", FEED.url, "g", "https://harbour-wire.test/unread", "Unread")
    chosen = [Selected(unread, EntryOutcome.PENDING, "new")]
    state = FeedState(FEED.url, Validators("e1"), checked_at=NOW, title="Harbour Wire")
    store.save_feed(state, chosen, NOW)
    for article in told:
        store.save_article(article, EntryOutcome.PUBLISHED, "told")
    store.save_edition(frozen(edition))


def frozen(edition: Edition) -> StoredEdition:
    return StoredEdition(
        edition.id, edition.name, edition.date, edition.window, edition_to_json(edition)
    )


def load(store: SqlStore, branch: DictBranch, *committed: str | None, **more: object) -> str:
    published = Published(*committed)
    return statekeeping.load(store, branch, published, feeds=[FEED], **more)  # type: ignore[arg-type]


def markdown(templates: Templates, edition: Edition = EDITION) -> str:
    return edition_markdown(edition, templates)


def test_the_first_run_finds_no_state(store: SqlStore, branch: DictBranch) -> None:
    assert load(store, branch) == "no state yet: this is the first run"
    assert store.counts()["entries"] == 0


def test_what_is_saved_is_loaded_elsewhere(store: SqlStore, branch: DictBranch) -> None:
    fill(store)
    entries = len({a.id for a in cited()}) + 1
    said = f"{entries} entries, 1 edition"
    assert statekeeping.save(store, branch, now=NOW) == f"state saved: {said}"
    assert statekeeping.save(store, branch, now=NOW) == f"state unchanged: {said}"
    with SqlStore.open("sqlite://") as other:
        assert load(other, branch) == f"state loaded: {said}"
        assert other.edition(EDITION.id) == store.edition(EDITION.id)
        assert other.feed_states()[FEED.url].validators == Validators("e1")
        assert [s.entry.id for s in other.pending_entries()] == ["unread"]
        first = cited()[0]
        (article,) = other.articles_by_id([first.id])
        (known,) = store.articles_by_id([first.id])
        assert article == replace(known, text="", author="")
        assert other.traces([first.id])[first.id].facts
        before = branch.files
        assert statekeeping.save(other, branch, now=NOW).startswith("state unchanged")
        assert branch.files == before
    assert branch.files is not None
    state = "".join(branch.files.values())
    assert "31,415" not in state
    assert "ann@" not in state


def test_what_feeds_and_sites_said_is_kept_for_a_machine_that_forgets(
    store: SqlStore, branch: DictBranch
) -> None:
    fill(store)
    later = NOW + timedelta(hours=2)
    state = FeedState(FEED.url, checked_at=NOW, due_at=later, failures=3, status=503, per_week=2.0)
    news = Entry("n", FEED.url, "guid-1", "http://harbour-wire.test/n", "News", summary="Words.")
    store.save_feed(state, [Selected(news, EntryOutcome.OLD, "old")], NOW)
    store.save_host(HostState("http://harbour-wire.test", "", NOW, later, "answered 429"))
    statekeeping.save(store, branch, now=NOW)
    assert "Words." not in str(branch.files)
    assert "guid-1" not in str(branch.files)
    with SqlStore.open("sqlite://") as other:
        load(other, branch)
        assert other.feed_states() == {FEED.url: state}
        site = other.host("http://harbour-wire.test")
        assert site == HostState(
            "http://harbour-wire.test", put_off_until=later, put_off_why="answered 429"
        )
        assert other.known_entries(["n"]) == store.known_entries(["n"])
        assert other.known_guids(FEED.url, ["guid-1"])["guid-1"].id == "n"
    statekeeping.save(store, branch, now=later)
    assert branch.files is not None
    assert branch.files["hosts.jsonl"] == ""


def test_what_is_remembered_of_fallbacks_is_loaded(store: SqlStore, branch: DictBranch) -> None:
    other = FeedState("https://other.test/feed", Validators("e"), checked_at=NOW, gone=True)
    store.save_feed(other, [], NOW)
    statekeeping.save(store, branch, now=NOW)
    feed = Feed(FEED.url, fallbacks=("https://none.test/feed", other.url))
    with SqlStore.open("sqlite://") as elsewhere:
        statekeeping.load(elsewhere, branch, None, feeds=[feed])
        assert elsewhere.feed_states() == {other.url: other}


def test_loading_overwrites_nothing_a_store_knows(store: SqlStore, branch: DictBranch) -> None:
    fill(store)
    statekeeping.save(store, branch, now=NOW)
    newer = FeedState(FEED.url, Validators("e2"), checked_at=NOW + timedelta(hours=1), title="Now")
    store.save_feed(newer, [], NOW)
    load(store, branch)
    assert store.feed_states()[FEED.url].validators == Validators("e2")
    assert store.articles_by_id([cited()[0].id])[0].text == TEXT


def test_lost_state_is_rebuilt_from_committed_editions(
    store: SqlStore, branch: DictBranch, templates: Templates
) -> None:
    said = load(store, branch, markdown(templates), "no edition", outputs=["git:x"])
    assert said == "no state found: rebuilt from 1 committed edition"
    told = store.edition(EDITION.id)
    assert told is not None
    assert told.window.closes == NOW
    state = store.state(since=NOW - timedelta(days=1))
    assert [(f.edition_id, f.output) for f in state.finished] == [(EDITION.id, "git:x")]


def test_a_damaged_state_is_rebuilt_and_says_where_it_is_damaged(
    store: SqlStore, branch: DictBranch, templates: Templates
) -> None:
    branch.files = to_files(State()) | {"entries.jsonl": "{}\n"}
    said = load(store, branch, markdown(templates))
    assert said == (
        "the state is damaged (entries.jsonl, line 1: id is missing): "
        "rebuilt from 1 committed edition"
    )
    assert load(store, branch).endswith("no committed edition was found: this run begins anew")


def test_an_edition_that_is_none_is_damage(store: SqlStore, branch: DictBranch) -> None:
    for odd in (
        replace(frozen(EDITION), record="{}"),
        replace(frozen(EDITION), id="daily-2001-01-01"),
        replace(frozen(EDITION), window=Window(NOW, NOW + timedelta(days=3_000))),
        frozen(replace(EDITION, name="../x", id="../x-2026-03-14")),
        frozen(replace(EDITION, name="x" * 41, id="x" * 41 + "-2026-03-14")),
        frozen(replace(EDITION, id="daily-../../x")),
        frozen(replace(EDITION, window=Window(NOW, NOW + timedelta(hours=1)))),
        frozen(replace(EDITION, window=Window(NOW + timedelta(hours=1), NOW))),
        frozen(closing(NOW + timedelta(days=9))),
        frozen(closing(NOW - timedelta(days=1))),
    ):
        branch.files = to_files(State(editions=(odd,)))
        assert load(store, branch).startswith(f"the state is damaged (editions.jsonl, {odd.id}: ")
        assert store.editions() == []
    odd = replace(frozen(EDITION), record=" " * 2_000_000)
    branch.files = to_files(State(editions=(odd,)))
    assert "line 1: more than 2,000,000 characters" in load(store, branch)


def closing(at: datetime) -> Edition:
    """Return the edition as it would be, made at another time."""
    return replace(EDITION, generated_at=at, window=Window(at - timedelta(days=1), at))


def test_an_edition_caught_up_with_a_week_later_is_sound(
    store: SqlStore, branch: DictBranch, templates: Templates
) -> None:
    late = closing(NOW + timedelta(days=7, microseconds=1))
    branch.files = to_files(State(editions=(frozen(late),)))
    assert load(store, branch) == "state loaded: 0 entries, 1 edition"
    with SqlStore.open("sqlite://") as other:
        text = edition_markdown(late, templates)
        assert "rebuilt from 1 committed" in load(other, DictBranch(), text)
        statekeeping.save(other, branch, now=late.generated_at)
    with SqlStore.open("sqlite://") as other:
        assert load(other, branch).startswith("state loaded: ")


@pytest.mark.parametrize(
    "odd",
    [
        replace(EDITION, name="../x", id="../x-2026-03-14"),
        replace(EDITION, id="../../x"),
        closing(NOW + timedelta(days=9)),
        replace(EDITION, title="x" * 2_000_000),
    ],
)
def test_a_committed_record_that_is_no_edition_of_ours_is_not_believed(
    store: SqlStore, branch: DictBranch, odd: Edition
) -> None:
    assert "none of them is an edition" in load(store, branch, edition_to_json(odd))
    assert store.editions() == []


def test_a_rebuilt_state_can_be_saved_and_loaded_whatever_the_order_of_the_files(
    store: SqlStore, branch: DictBranch
) -> None:
    def made(day: int, hours: int) -> str:
        at = NOW + timedelta(hours=hours)
        date = EDITION.date + timedelta(days=day)
        return edition_to_json(replace(closing(at), date=date, id=f"daily-{date}"))

    load(store, branch, made(0, 0), made(1, 24), made(0, 48))
    statekeeping.save(store, branch, now=NOW + timedelta(days=3))
    with SqlStore.open("sqlite://") as other:
        assert load(other, branch).startswith("state loaded: ")


def test_an_edition_committed_after_the_state_was_saved_is_known_too(
    store: SqlStore, branch: DictBranch, templates: Templates
) -> None:
    fill(store)
    statekeeping.save(store, branch, now=NOW)
    later = replace(
        EDITION,
        id="daily-2026-03-15",
        date=EDITION.date + timedelta(days=1),
        generated_at=NOW + timedelta(days=1),
    )
    texts = (markdown(templates, later), markdown(templates))
    with SqlStore.open("sqlite://") as other:
        said = load(other, branch, *texts)
        assert said.endswith("1 edition, and 1 committed edition it did not know of")
        assert [e.id for e in other.editions()] == [later.id, EDITION.id]
        assert other.edition(EDITION.id) == store.edition(EDITION.id)
        (article,) = other.articles_by_id([cited()[0].id])
        assert other.traces([article.id])[article.id].facts  # the state's own, not an empty one


def test_an_edition_in_the_state_is_known_again_in_its_file_whatever_its_name(
    store: SqlStore, branch: DictBranch, templates: Templates
) -> None:
    named = replace(EDITION, name="ai-2-late", id="ai-2-late-2026-03-14")
    fill(store, named)
    statekeeping.save(store, branch, now=NOW)
    with SqlStore.open("sqlite://") as other:
        assert load(other, branch, markdown(templates, named)).endswith("1 edition")
    branch.files = None
    with SqlStore.open("sqlite://") as other:
        load(other, branch, markdown(templates, named))
        assert [(e.id, e.name) for e in other.editions()] == [(named.id, named.name)]


def test_a_repository_that_does_not_answer_matters_only_without_a_state(
    store: SqlStore, branch: DictBranch
) -> None:
    with pytest.raises(DeliveryError):
        load(store, branch, None)
    branch.files = to_files(State())
    assert load(store, branch, None) == (
        "state loaded: 0 entries, 0 editions (the committed editions could not be read: no answer)"
    )


def test_committed_files_that_are_no_editions_are_told(store: SqlStore, branch: DictBranch) -> None:
    assert "none of them is an edition in Markdown or JSON" in load(store, branch, "<html>")
    assert load(store, branch, edition_to_json(EDITION)).startswith("no state found: rebuilt")


def test_a_state_of_a_newer_version_is_neither_read_nor_overwritten(
    store: SqlStore, branch: DictBranch
) -> None:
    branch.files = {"FORMAT": "digest-state/2\n"}
    with pytest.raises(StoreError, match="newer version"):
        load(store, branch)
    with pytest.raises(StoreError, match="newer version"):
        statekeeping.save(store, branch, now=NOW)
    assert branch.files == {"FORMAT": "digest-state/2\n"}
