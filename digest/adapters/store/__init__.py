"""The store: everything remembered between runs, in one SQLite file.

SQLAlchemy takes half a second to import, so it is loaded when a store is opened and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from digest.adapters.store.lease import lease
from digest.adapters.store.mail import Mail
from digest.adapters.store.tokens import random_token
from digest.errors import StoreError
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
from digest.ports import EntryHistory

if TYPE_CHECKING:
    from types import TracebackType

    from digest.adapters.store.database import Database
    from digest.adapters.store.state import Memory

__all__ = ["SqlStore"]


class SqlStore(Mail):
    """The Store, the Readers and the Ledger of the ports.

    Each method is one transaction; every error is a StoreError. Used from the thread that opened
    it. As a context manager it closes itself.
    """

    def __init__(
        self, database: Database, *, scratch: bool = False, new_token: Callable[[], str]
    ) -> None:
        from digest.adapters.store.articles import Articles
        from digest.adapters.store.editions import Editions
        from digest.adapters.store.entries import Entries
        from digest.adapters.store.sources import Sources
        from digest.adapters.store.vectors import Vectors
        from digest.adapters.store.verdicts import Verdicts

        super().__init__(database, new_token)
        self._scratch = scratch
        self._sources = Sources(database.connection)
        self._entries = Entries(database.connection)
        self._articles = Articles(database.connection)
        self._editions = Editions(database.connection)
        self._vectors = Vectors(database.connection)
        self._verdicts = Verdicts(database.connection)

    @cached_property
    def _memory(self) -> Memory:
        from digest.adapters.store.state import Memory

        return Memory(self._database.connection)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        scratch: bool = False,
        timeout: float = 5.0,
        new_token: Callable[[], str] = random_token,
    ) -> SqlStore:
        """Return the store at ``url``, ``sqlite:///path`` or ``sqlite://`` for one in memory.

        A file and its folder are made where there are none. ``scratch`` opens a copy in memory
        instead, for a run that must write nothing. ``timeout``, in seconds, is how long to wait
        for another program that is writing; ``new_token`` makes readers' tokens. Raises StoreError,
        naming the file.
        """
        from digest.adapters.store.database import Database

        database = Database.open(url, scratch=scratch, timeout=timeout)
        return cls(database, scratch=scratch, new_token=new_token)

    def __enter__(self) -> SqlStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def lease(self) -> Iterator[None]:
        """Hold the store for one run, and know that it can be written.

        A store in memory is nobody else's and is always free.
        """
        if self._database.path is None or self._scratch:
            yield
            return
        with lease(self._database.path):
            self._database.probe()
            yield

    # --- feeds, sites and entries ---

    def feed_states(self) -> dict[str, FeedState]:
        with self._database.transaction():
            return self._sources.feeds()

    def save_feed(self, state: FeedState, selected: Sequence[Selected], now: datetime) -> None:
        with self._database.transaction():
            self._sources.save_feed(state)
            self._entries.save(selected, now)

    def host(self, origin: str) -> HostState | None:
        with self._database.transaction():
            return self._sources.host(origin)

    def save_host(self, state: HostState) -> None:
        with self._database.transaction():
            self._sources.save_host(state)

    def known_entries(self, ids: Iterable[str]) -> dict[str, Known]:
        with self._database.transaction():
            return self._entries.known(ids)

    def known_guids(self, feed_url: str, guids: Iterable[str]) -> dict[str, Entry]:
        """Return the feed's stored entries with these guids; none for an empty one."""
        with self._database.transaction():
            return self._entries.by_guid(feed_url, guids)

    def save_revision(self, revision: Revision, fingerprint: str) -> None:
        """Keep the texts an entry has now; the last 20 of them stay."""
        with self._database.transaction():
            self._entries.revise(revision, fingerprint)

    def unread_entries(self, feed_url: str) -> list[Entry]:
        """Return the feed's entries that were passed over, as the feed gave them, newest first."""
        with self._database.transaction():
            return self._entries.unread(feed_url)

    def pending_entries(self) -> list[Selected]:
        """Return entries to be read (PENDING), or stored as the feed gave them (READ), but which
        have no article yet; oldest first."""
        with self._database.transaction():
            return self._entries.pending()

    def save_outcomes(self, outcomes: Iterable[tuple[str, EntryOutcome, str | None, str]]) -> None:
        with self._database.transaction():
            self._entries.save_outcomes(outcomes)

    def entry_history(self, url: str) -> EntryHistory | None:
        """Return what is known of an entry, by its id, its URL or its article's URL."""
        with self._database.transaction():
            found = self._entries.find(url)
            if found is None:
                return None
            article = next(iter(self._articles.by_id([found.id])), None)
            return replace(found, article=article)

    def entries_seen(self, *, seen_since: datetime, seen_until: datetime) -> list[EntryHistory]:
        with self._database.transaction():
            return self._entries.seen(seen_since, seen_until)

    def entries_of(self, story_id: str) -> list[EntryHistory]:
        with self._database.transaction():
            return self._entries.of_story(story_id)

    # --- articles ---

    def save_article(self, article: Article, outcome: EntryOutcome, reason: str) -> None:
        with self._database.transaction():
            self._entries.mark(article, outcome, reason)
            self._articles.save(article)

    def articles(self, *, seen_since: datetime, seen_until: datetime) -> list[Article]:
        with self._database.transaction():
            return self._articles.seen(seen_since, seen_until)

    def waiting_articles(self) -> set[str]:
        """Return the ids of the articles that no edition has judged yet."""
        with self._database.transaction():
            return self._entries.waiting()

    def articles_by_id(self, ids: Iterable[str]) -> list[Article]:
        """Return the articles that are stored, in the order of ``ids``, each once."""
        with self._database.transaction():
            return self._articles.by_id(ids)

    def search(
        self, query: str, *, published_since: datetime | None = None, limit: int = 200
    ) -> list[Article]:
        """Return articles with any of the query's words, those with most and rarest first."""
        with self._database.transaction():
            return self._articles.search(query, published_since, limit)

    def vectors(self, model: str, keys: Iterable[str]) -> dict[str, bytes]:
        with self._database.transaction():
            return self._vectors.of(model, keys)

    def vector_counts(self) -> dict[str, tuple[int, int]]:
        """Return how many vectors are kept of each model, and their bytes."""
        with self._database.transaction():
            return self._vectors.counts()

    def save_vectors(self, model: str, vectors: Mapping[str, bytes]) -> None:
        with self._database.transaction():
            self._vectors.save(model, vectors)

    def verdicts(self, judge: str, keys: Iterable[str]) -> dict[str, bool]:
        with self._database.transaction():
            return self._verdicts.of(judge, keys)

    def save_verdicts(self, judge: str, verdicts: Mapping[str, bool]) -> None:
        with self._database.transaction():
            self._verdicts.save(judge, verdicts)

    def traces(self, ids: Iterable[str]) -> dict[str, Trace]:
        with self._database.transaction():
            return self._memory.traces(ids)

    # --- editions and runs ---

    def save_edition(
        self,
        edition: StoredEdition,
        *,
        outcomes: Iterable[tuple[str, EntryOutcome, str | None, str]] = (),
        replace: bool = False,
    ) -> None:
        with self._database.transaction():
            if not self._editions.save(edition, replace=replace):
                why = (
                    "was sent to someone already, so it stands" if replace else "is stored already"
                )
                raise StoreError(f"the edition {edition.id} {why}")
            self._entries.save_outcomes(outcomes)

    def edition(self, edition_id: str) -> StoredEdition | None:
        with self._database.transaction():
            return self._editions.edition(edition_id)

    def editions(
        self, *, name: str | None = None, before: date | None = None, limit: int | None = None
    ) -> list[StoredEdition]:
        """Return stored editions, newest first by date, then by the end of their window."""
        with self._database.transaction():
            return self._editions.editions(name, before, limit)

    def save_run(self, run_id: str, started_at: datetime, report: str) -> None:
        with self._database.transaction():
            self._editions.save_run(run_id, started_at, report)

    # --- what is remembered without texts ---

    def state(self, *, since: datetime) -> State:
        """Return what is remembered, all as of one moment. Every ``text`` is empty."""
        with self._database.transaction(whole=True):
            return self._memory.state(self._sources, since)

    def load_state(self, state: State) -> None:
        """Add what a state remembers, all of it or nothing.

        Nobody of this store's readers is to get an edition that comes with it. Raises StoreError
        also where an article comes without its entry.
        """
        with self._database.transaction(durable=True):
            self._memory.load(state, self._entries, self._ledger)

    # --- health ---

    def counts(self) -> dict[str, int]:
        from digest.adapters.store.health import counts

        with self._database.transaction():
            return counts(self._database.connection)

    def check(self) -> list[str]:
        """Return what is wrong with pages, references and the search index, in sentences."""
        from digest.adapters.store.health import findings

        return findings(self._database)

    def close(self) -> None:
        """Bring everything into the one file and close it; more than once does no harm."""
        self._database.close()
