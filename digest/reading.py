"""entries → articles: pages opened, read in workers, and stored as they come.

Each address is opened once, whichever feeds carry it. The best of them owns the article, in
whatever order they answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from digest.core import articles, ownership, relevance
from digest.core.ownership import Offer
from digest.errors import AddressError, FetchError, ItemError
from digest.models import (
    Article,
    Entry,
    EntryOutcome,
    EntryReport,
    Extraction,
    Feed,
    FeedKind,
    Problem,
    Quality,
)
from digest.ports import Fetcher, Meter, Progress, Store, Workers


@dataclass
class Read:
    """What became of the entries offered, collected while it goes on."""

    entries: dict[str, EntryReport] = field(default_factory=dict)  # by entry id
    repeated: list[EntryReport] = field(default_factory=list)  # one address in two feeds
    problems: list[Problem] = field(default_factory=list)
    opened: int = 0
    fetched_at: float = 0.0  # the meter's reading when the last answer was here
    qualities: dict[Quality, int] = field(default_factory=lambda: dict.fromkeys(Quality, 0))


@dataclass
class Reading:
    """Reads what feeds offer; ``search`` marks articles as a search's, unseen by editions."""

    fetcher: Fetcher
    workers: Workers
    store: Store
    progress: Progress
    meter: Meter
    now: datetime
    topics: Sequence[str] = ()
    search: bool = False
    read: Read = field(default_factory=Read)
    _owners: dict[str, Offer] = field(default_factory=dict)
    _stored: set[str] = field(default_factory=set)

    def owner(self, entry_id: str) -> Offer | None:
        """Return who owns an entry in this round so far."""
        return self._owners.get(entry_id)

    def take(self, tasks: asyncio.TaskGroup, offer: Offer) -> None:
        """Take an entry up, or note that another feed carries it too."""
        key = offer.entry.id
        standing = self._owners.get(key)
        if standing is None:
            self._owners[key] = offer
            self.progress.advance("articles", 0, more=1)
            tasks.create_task(self._article(key))
            return
        won = ownership.better(offer, standing)
        self.read.repeated.append(_twice(standing if won else offer))
        if not won:
            return
        self._owners[key] = offer
        if key in self._stored:  # else the task under way stores it under its new owner
            if offer.outcome is EntryOutcome.PENDING and standing.outcome is EntryOutcome.READ:
                self.progress.advance("articles", 0, more=1)
                tasks.create_task(self._article(key))
            else:
                self._hand_over(offer)

    def adopt(self, offer: Offer) -> None:
        """Take over an article that a search stored; to editions it is first seen now."""
        self._owners[offer.entry.id] = offer
        self._hand_over(offer, first_seen_at=self.now)

    async def _article(self, key: str) -> None:
        """Read one entry's page, or take the feed's own text, and store the article."""
        offer = self._owners[key]
        extraction, reason = None, offer.reason
        if offer.outcome is EntryOutcome.PENDING:
            extraction, trouble = await self._page(offer.entry)
            offer = self._owners[key]  # a better one may have come meanwhile
            reason = _both(trouble, offer.reason)
        article = articles.join(
            offer.entry,
            offer.feed,
            extraction,
            feed_title=offer.feed_title,
            now=self.now,
            relevance=0.0,
            own=offer.own,
        )
        self.read.qualities[article.quality] += 1
        self._store(article, offer, reason)
        self.progress.advance("articles")

    def _hand_over(self, offer: Offer, *, first_seen_at: datetime | None = None) -> None:
        """Store an article anew under a better owner."""
        for stored in self.store.articles_by_id([offer.entry.id]):
            article = articles.reowned(
                stored,
                offer.entry,
                offer.feed,
                feed_title=offer.feed_title,
                now=self.now,
                own=offer.own,
            )
            if first_seen_at is not None:
                article = replace(article, first_seen_at=first_seen_at)
            self._store(article, offer, offer.reason)

    def _store(self, article: Article, offer: Offer, reason: str) -> None:
        article = replace(article, relevance=self._relevance(article, offer))
        outcome = _standing(article)
        if outcome is not EntryOutcome.READ and article.note:
            reason = article.note
        kept = EntryOutcome.FOUND if self.search else outcome
        self.store.save_article(article, kept, reason)
        self._stored.add(article.id)
        self.read.entries[article.id] = EntryReport(
            article.url, offer.feed.url, outcome, None, reason
        )

    def _relevance(self, article: Article, offer: Offer) -> float:
        """Return how surely this is AI news, by the feed's words or, if those do not settle it,
        by the page's too.
        """
        entry = offer.entry
        told = f"{entry.content or entry.summary}\n{', '.join(entry.tags)}"
        first = self._score(entry.title, told, offer.feed)
        if first >= relevance.THRESHOLD:
            return first
        return max(first, self._score(article.title, f"{told}\n{article.text}", offer.feed))

    def _score(self, title: str, text: str, feed: Feed) -> float:
        return relevance.score(title, text, category=feed.category, topics=self.topics)

    async def _page(self, entry: Entry) -> tuple[Extraction | None, str]:
        """Return what the page gave, or None, and what went wrong in words."""
        read = self.read
        read.opened += 1
        try:
            async with self.fetcher.answer(entry.url) as answer:
                read.fetched_at = self.meter.seconds()
                kind = answer.headers.get("content-type", "")
                page = await self.workers.run(
                    articles.extract, answer.body, answer.url, kind, entry.url
                )
                return page, ""
        except ItemError as error:
            read.problems.append(Problem("article", entry.url, str(error)))
            refused = isinstance(error, AddressError)
            withdrawn = isinstance(error, FetchError) and error.status in (404, 410)
            if refused or withdrawn:
                return Extraction(Quality.ERROR, "", note=str(error)), ""
            return None, f"its page could not be read: {error}"


def _standing(article: Article) -> EntryOutcome:
    """Return READ for an article a story may use, else what is wrong with it."""
    if article.text or article.kind is FeedKind.DISCUSSION:
        return EntryOutcome.READ
    if article.quality is Quality.CONSENT:
        return EntryOutcome.CONSENT
    if article.quality is Quality.ERROR:
        return EntryOutcome.ERROR
    return EntryOutcome.READ


def _both(trouble: str, reason: str) -> str:
    return f"{trouble}; {reason}" if trouble else reason


def _twice(offer: Offer) -> EntryReport:
    reason = "the same address in another feed"
    return EntryReport(offer.entry.url, offer.feed.url, EntryOutcome.DUPLICATE, None, reason)
