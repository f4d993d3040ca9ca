"""What the pipeline needs of the world, as Protocols; adapters fill them, tests fake them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from digest.models import (
    Article,
    Edition,
    Entry,
    EntryOutcome,
    FeedState,
    Known,
    OutputResult,
    Response,
    Selected,
    StoredEdition,
    Validators,
)

T = TypeVar("T")

UNCONDITIONAL = Validators()


class Fetcher(Protocol):
    """Polite, bounded HTTP."""

    def answer(
        self, url: str, validators: Validators = UNCONDITIONAL
    ) -> AbstractAsyncContextManager[Response]:
        """Give the 200 or 304 answer for ``url``, redirects followed, for the length of a block.

        The request keeps its place among those in flight until the block ends: a slow reader
        slows the fetching instead of filling memory with bodies. Raises FetchError, naming the
        URL, for every other status, for a timeout, for a body over the limit and for an address
        that may not be reached.
        """
        ...


class Workers(Protocol):
    """Processes that can be killed, for work on untrusted bytes."""

    async def run(self, function: Callable[..., T], *args: object) -> T:
        """Return ``function(*args)``, computed elsewhere. ``function`` is importable by name.

        ItemErrors raised by the function come back as they are; WorkerError says that the worker
        was too slow, too big, or died.
        """
        ...

    def prepare(self) -> None:
        """Make ready in the background, where work is sure to come."""
        ...

    def peak_rss_mb(self) -> float:
        """Return the sum of the workers' peak resident sizes so far, in MiB."""
        ...


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

    def save_edition(self, edition: StoredEdition, *, replace: bool = False) -> None:
        """Freeze an edition. Without ``replace`` an existing id raises StoreError."""
        ...

    def edition(self, edition_id: str) -> StoredEdition | None: ...

    def editions(self, *, name: str | None = None, limit: int | None = None) -> list[StoredEdition]:
        """Return stored editions, newest first."""
        ...

    def entry_history(self, url: str) -> EntryHistory | None:
        """Return what is known of an entry, by its id or its canonical URL."""
        ...

    def save_run(self, run_id: str, started_at: datetime, report: str) -> None:
        """Store a run report (JSON text)."""
        ...

    def last_run(self) -> str | None:
        """Return the newest run report (JSON text)."""
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


@dataclass(frozen=True, slots=True)
class ModelReply:
    """What a language model answered, and what it counted."""

    text: str
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


class LanguageModel(Protocol):
    """A chat model that answers in JSON."""

    @property
    def name(self) -> str: ...

    async def complete(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]
    ) -> ModelReply:
        """Return one reply that should follow ``schema`` (the caller validates it).

        Raises ModelError for a reply that is empty, cut short, refused or filtered, and
        ModelUnavailable when asking again in this run is pointless.
        """
        ...


class Output(Protocol):
    """A place an edition goes to."""

    @property
    def kind(self) -> str: ...

    @property
    def target(self) -> str:
        """Return where editions go, for a person."""
        ...

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the renderings it needs: "markdown", "html", "json", …"""
        ...

    def deliver(self, edition: Edition, rendered: Mapping[str, str]) -> OutputResult:
        """Put the edition there, whole or not at all; ``rendered`` holds its formats.

        Raises DeliveryError.
        """
        ...


class Progress(Protocol):
    """Someone watching a long run."""

    def start(self, stage: str, total: int | None = None) -> None: ...

    def advance(self, stage: str, by: int = 1, *, more: int = 0) -> None:
        """``by`` items of the stage are done; ``more`` were added to its total."""
        ...

    def say(self, message: str) -> None:
        """One line worth knowing at any time."""
        ...


class Meter(Protocol):
    """The machine's own figures, read at the edges."""

    def seconds(self) -> float:
        """Return a monotonic reading, in seconds."""
        ...

    def rss_mb(self) -> float:
        """Return this process's peak resident size, in MiB."""
        ...
