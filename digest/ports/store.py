"""What is remembered between runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from digest.models import (
    Article,
    Entry,
    EntryOutcome,
    FeedState,
    HostState,
    Known,
    Revision,
    Selected,
    State,
    StoredEdition,
    Trace,
)


class Store(Protocol):
    """Everything remembered between runs. Every method is one transaction; raises StoreError."""

    def lease(self) -> AbstractContextManager[None]:
        """Hold the store for one run; raises BusyError where another process holds it."""
        ...

    def feed_states(self) -> dict[str, FeedState]:
        """Return the state of every feed ever checked, by its configured URL."""
        ...

    def save_feed(self, state: FeedState, selected: Sequence[Selected], now: datetime) -> None:
        """Store a feed's state together with its new entries: both or neither.

        So a validator is never remembered for a body whose entries were lost. An entry that is
        there already is left as it is, unless this feed's is to be read (PENDING, READ).
        """
        ...

    def host(self, origin: str) -> HostState | None:
        """Return what is remembered of a site, None where nothing is."""
        ...

    def save_host(self, state: HostState) -> None: ...

    def known_guids(self, feed_url: str, guids: Iterable[str]) -> dict[str, Entry]:
        """Return the feed's stored entries with these guids, by guid; the newest of several."""
        ...

    def save_revision(self, revision: Revision, fingerprint: str) -> None:
        """Keep the texts an entry has now, and the fingerprint they have."""
        ...

    def known_entries(self, ids: Iterable[str]) -> dict[str, Known]:
        """Return what is stored of the entries with these ids, by id."""
        ...

    def unread_entries(self, feed_url: str) -> list[Entry]:
        """Return the feed's stored entries that were passed over: no article is stored of them."""
        ...

    def pending_entries(self) -> list[Selected]:
        """Return entries chosen in a run that ended before their pages were read, oldest first."""
        ...

    def save_article(self, article: Article, outcome: EntryOutcome, reason: str) -> None:
        """Store an article (a new one or a replacement) and mark its entry."""
        ...

    def save_outcomes(self, outcomes: Iterable[tuple[str, EntryOutcome, str | None, str]]) -> None:
        """Store (entry id, outcome, story id, reason) as the latest word on each entry."""
        ...

    def articles(self, *, seen_since: datetime, seen_until: datetime) -> list[Article]:
        """Return articles first seen in (since, until], ordered by first seen, then id.

        Those that only a search found are not among them.
        """
        ...

    def waiting_articles(self) -> set[str]:
        """Return the ids of the articles that no edition has judged yet."""
        ...

    def articles_by_id(self, ids: Iterable[str]) -> list[Article]: ...

    def search(
        self, query: str, *, published_since: datetime | None = None, limit: int = 200
    ) -> list[Article]:
        """Return stored articles that bear on the words of ``query``, best first.

        ``query`` is a person's words, never search syntax.
        """
        ...

    def save_edition(
        self,
        edition: StoredEdition,
        *,
        outcomes: Iterable[tuple[str, EntryOutcome, str | None, str]] = (),
        replace: bool = False,
    ) -> None:
        """Freeze an edition, and with it who was on the list of readers just then.

        ``outcomes`` are what became of entries by it, as `save_outcomes` takes them: both are
        stored or neither. Without ``replace`` an existing id raises StoreError; with it, one of
        which a message was sent or claimed does, since what some have been sent must stand.
        """
        ...

    def edition(self, edition_id: str) -> StoredEdition | None: ...

    def editions(
        self, *, name: str | None = None, before: date | None = None, limit: int | None = None
    ) -> list[StoredEdition]:
        """Return stored editions, newest first; ``before`` bounds their dates."""
        ...

    def entry_history(self, url: str) -> EntryHistory | None:
        """Return what is known of an entry, by its id or its canonical URL."""
        ...

    def entries_seen(self, *, seen_since: datetime, seen_until: datetime) -> list[EntryHistory]:
        """Return the entries first seen in (since, until], without articles and revisions.

        Ordered by feed, then first seen, then id. Those that only a search found are not among
        them.
        """
        ...

    def entries_of(self, story_id: str) -> list[EntryHistory]:
        """Return the entries whose latest word is of this story, as ``entries_seen`` does."""
        ...

    def save_run(self, run_id: str, started_at: datetime, report: str) -> None:
        """Store a run report (JSON text)."""
        ...

    def traces(self, ids: Iterable[str]) -> dict[str, Trace]:
        """Return the kept traces of articles whose text is not stored, by article id."""
        ...

    def vectors(self, model: str, keys: Iterable[str]) -> dict[str, bytes]:
        """Return the kept vectors of a model by the keys of their texts: little-endian float32."""
        ...

    def save_vectors(self, model: str, vectors: Mapping[str, bytes]) -> None:
        """Keep vectors of a model by the keys of their texts."""
        ...

    def verdicts(self, judge: str, keys: Iterable[str]) -> dict[str, bool]:
        """Return what a judge answered, by the keys of the questions put to it before."""
        ...

    def save_verdicts(self, judge: str, verdicts: Mapping[str, bool]) -> None:
        """Keep a judge's answers by the keys of their questions."""
        ...

    def state(self, *, since: datetime) -> State:
        """Return what is remembered, without texts and addresses.

        Entries and articles are those first seen after ``since``, editions those that closed
        after it. Everything is in a fixed order.
        """
        ...

    def load_state(self, state: State) -> None:
        """Add what a state remembers to this store; what is here already stays as it is.

        An entry that was to be read, or whose article no edition has judged, becomes PENDING:
        its page is opened again, since its text is not kept.
        """
        ...

    def counts(self) -> dict[str, int]:
        """Return how many feeds, entries, articles, editions and runs are stored."""
        ...

    def check(self) -> list[str]:
        """Return what is wrong with the store, in sentences; empty when it is sound."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class EntryHistory:
    """An entry as the store knows it, for ``digest explain``."""

    id: str
    feed_url: str
    url: str
    title: str
    first_seen_at: datetime
    outcome: EntryOutcome
    reason: str
    story_id: str | None
    article: Article | None
    revisions: tuple[Revision, ...] = ()  # oldest first
