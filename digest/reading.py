"""entries → articles: pages opened, read in workers, and stored as they come.

Each address is opened once, whichever feeds carry it. The best of them owns the article, in
whatever order they answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from digest.core import articles, ownership, relevance, text, wishes
from digest.core.ownership import Offer
from digest.errors import AddressError, FetchError, ItemError, PutOffError, RobotsError, contained
from digest.manners import Manners, origin_of
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
    Wishes,
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


@dataclass(frozen=True)
class _Opened:
    """What opening a page gave."""

    extraction: Extraction | None = None
    trouble: str = ""  # in full, for the report
    note: str = ""  # the same in a few words, for the article
    wishes: Wishes = wishes.NONE  # of what answered


@dataclass
class Reading:
    """Reads what feeds offer; ``search`` marks articles as a search's, unseen by editions."""

    fetcher: Fetcher
    workers: Workers
    store: Store
    progress: Progress
    meter: Meter
    manners: Manners
    now: datetime
    topics: Sequence[str] = ()
    search: bool = False
    read: Read = field(default_factory=Read)
    _owners: dict[str, Offer] = field(default_factory=dict)
    _stored: set[str] = field(default_factory=set)
    _told: set[str] = field(default_factory=set)  # sites whose refusal is a Problem already

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

    async def renew(self, offer: Offer) -> None:
        """Take the feed's new text for an article that is made of the feed's text alone."""
        article = self._joined(offer, None)
        wished = await self._of_feed(offer, article)
        for stored in self.store.articles_by_id([offer.entry.id]):
            if stored.quality is not Quality.FEED_ONLY:
                continue
            before = Wishes(stored.ai_input, stored.max_snippet)
            both = wishes.join(before, wished)
            stricter = replace(both, told=()) != before
            article = replace(
                article, first_seen_at=stored.first_seen_at, note=articles.renoted(stored, article)
            )
            if offer.entry.published_at is None:
                article = replace(article, published_at=stored.published_at, note=stored.note)
            self._store(_bound(article, both, told=stricter), offer, offer.reason)

    async def _article(self, key: str) -> None:
        """Read one entry's page, or take the feed's own text, and store the article."""
        offer = self._owners[key]
        wanted = offer.outcome is EntryOutcome.PENDING
        opened = await self._page(offer.entry) if wanted else _Opened()
        page = opened.extraction
        while True:  # a better owner may have come meanwhile
            offer = self._owners[key]
            article = self._joined(offer, page)
            wished = opened.wishes
            if page is None or article.text != page.text:
                wished = wishes.join(wished, await self._of_feed(offer, article, wanted=wanted))
            if self._owners[key] is offer:
                break
        article = replace(article, note=articles.notes(article.note, opened.note))
        article = _bound(article, wished)
        self.read.qualities[article.quality] += 1
        self._store(article, offer, articles.notes(opened.trouble, offer.reason))
        self.progress.advance("articles")

    def _joined(self, offer: Offer, extraction: Extraction | None) -> Article:
        return articles.join(
            offer.entry,
            offer.feed,
            extraction,
            feed_title=offer.feed_title,
            now=self.now,
            relevance=0.0,
            own=offer.own,
        )

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

    async def _page(self, entry: Entry) -> _Opened:
        """Return what the page gave and what is wished of it, or what went wrong."""
        read = self.read
        read.opened += 1
        agent, wished = self.manners.agent, wishes.NONE
        try:
            asked = self.fetcher.answer(entry.url, manners=self.manners.pages)
            async with contained(entry.url), asked as answer:
                read.fetched_at = self.meter.seconds()
                kind = answer.headers.get("content-type", "")
                wished = wishes.of_headers(answer.headers, agent)
                page = await self.workers.run(
                    articles.extract, answer.body, answer.url, kind, entry.url, agent
                )
            of_site = await self.manners.wishes(answer.url)
            return _Opened(page, wishes=wishes.join(page.wishes, wished, of_site))
        except (PutOffError, RobotsError) as error:
            read.opened -= 1
            self._not_asked(entry, error)
            if isinstance(error.__cause__, RobotsError):  # of a site that the address leads to
                wished = await self.manners.wishes(error.__cause__.url)
            trouble = f"its page was not opened: {error}"
            return _Opened(None, trouble, _briefly(error, entry.url), wished)
        except ItemError as error:
            read.problems.append(Problem("article", entry.url, str(error)))
            refused = isinstance(error, AddressError)
            withdrawn = isinstance(error, FetchError) and error.status in (404, 410)
            if refused or withdrawn:
                return _Opened(Extraction(Quality.ERROR, "", note=str(error)), wishes=wished)
            trouble = f"its page could not be read: {error}"
            return _Opened(None, trouble, _briefly(error, entry.url), wished)

    def _not_asked(self, entry: Entry, error: FetchError) -> None:
        """Tell once of a site that is not asked for now; to be kept out for good is no trouble."""
        origin = origin_of(entry.url)
        if error.retry_after is not None and origin not in self._told:
            self._told.add(origin)
            self.read.problems.append(Problem("article", origin, str(error)))

    async def _of_feed(self, offer: Offer, article: Article, *, wanted: bool = False) -> Wishes:
        """Return what is wished of the feed's own text, also by the site of a ``wanted`` page."""
        found = [offer.wishes]
        if article.text:
            found.append(await self.manners.wishes(offer.address or offer.feed.url))
        if wanted:
            found.append(await self.manners.wishes(offer.entry.url))
        return wishes.join(*found)


def _bound(article: Article, wished: Wishes, *, told: bool = True) -> Article:
    """Return the article with its publisher's wishes, and, if ``told``, a word in its note."""
    note = articles.notes(article.note, wishes.said(wished) if told else "")
    return replace(article, ai_input=wished.ai_input, max_snippet=wished.max_snippet, note=note)


def _standing(article: Article) -> EntryOutcome:
    """Return READ for an article a story may use, else what is wrong with it."""
    if article.text or article.kind is FeedKind.DISCUSSION:
        return EntryOutcome.READ
    if article.quality is Quality.CONSENT:
        return EntryOutcome.CONSENT
    if article.quality is Quality.ERROR:
        return EntryOutcome.ERROR
    return EntryOutcome.READ


def _briefly(error: ItemError, url: str) -> str:
    """Return in a few words why a page gave nothing."""
    if isinstance(error, PutOffError):
        return "its page was not opened: its site asked to be left alone"
    if isinstance(error, RobotsError):
        for_now = error.retry_after is not None
        why = "robots.txt could not be read" if for_now else "robots.txt keeps programs out"
        return f"its page was not opened: {why}"
    if isinstance(error, FetchError):
        answered = f": it answered {error.status}" if error.status is not None else ""
        return f"its page could not be read{answered}"
    why = str(error).removeprefix(url).lstrip(" :")
    return f"its page could not be read: {text.shorten(why, 100)}"


def _twice(offer: Offer) -> EntryReport:
    reason = "the same address in another feed"
    return EntryReport(offer.entry.url, offer.feed.url, EntryOutcome.DUPLICATE, None, reason)
