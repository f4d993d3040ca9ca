"""feeds → entries → articles: fetched, read and stored as they arrive.

Nothing waits for a stage to end: a feed's pages are opened while other feeds are still on their
way, and each page goes to a worker process the moment its bytes are here. Whatever is decided is
stored at once, so a run that is killed loses nothing and opens no page twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from digest.core import articles, feeds, relevance, selection
from digest.errors import FetchError, ItemError
from digest.models import (
    Article,
    Entry,
    EntryOutcome,
    EntryReport,
    Extraction,
    Feed,
    FeedKind,
    FeedOutcome,
    FeedReport,
    FeedState,
    Problem,
    Quality,
    Selected,
    Validators,
)
from digest.ports import Fetcher, Meter, Progress, Store, Workers

LATE = timedelta(hours=48)  # how long after publication an entry of a followed feed is still new
GONE_FOR = timedelta(days=30)  # a feed that said 410 is left alone this long
CHOSEN = (EntryOutcome.PENDING, EntryOutcome.READ)


@dataclass
class Gathered:
    """What a run found in the feeds, collected while it goes on."""

    feeds: list[FeedReport] = field(default_factory=list)
    entries: dict[str, EntryReport] = field(default_factory=dict)  # new in this run, by entry id
    repeated: list[EntryReport] = field(default_factory=list)  # one address in two feeds
    problems: list[Problem] = field(default_factory=list)
    opened: int = 0
    fetched_at: float = 0.0  # the meter's reading when the last answer was here
    qualities: dict[Quality, int] = field(default_factory=lambda: dict.fromkeys(Quality, 0))

    def answered(self) -> bool:
        """Tell whether any feed answered at all (none asked counts as answered)."""
        return not self.feeds or len(self.silent()) < len(self.feeds)

    def silent(self) -> list[FeedReport]:
        """Return the feeds that gave no answer to read."""
        lost = {FeedOutcome.FAILED, FeedOutcome.GONE, FeedOutcome.DEFERRED}
        return [f for f in self.feeds if f.outcome in lost]


@dataclass(frozen=True)
class Gathering:
    """One round over the feeds; ``run`` returns what was found.

    ``opens`` is the publication time before which an entry is old; ``judge`` decides on content.
    A ``search`` looks for something particular: what it does not want stays unseen for the next
    edition, and what an earlier run passed over is looked at again.
    """

    fetcher: Fetcher
    workers: Workers
    store: Store
    progress: Progress
    meter: Meter
    now: datetime
    opens: datetime
    judge: Callable[[Feed, Entry], tuple[EntryOutcome | None, str]]
    topics: Sequence[str] = ()
    search: bool = False

    async def run(self, wanted: Sequence[Feed]) -> Gathered:
        """Fetch the feeds, open what is new and worth it, store it all.

        An item's trouble becomes a Problem; only a RunError (the store's) ends the round.
        """
        found = Gathered()
        states = self.store.feed_states()
        by_url = {feed.url: feed for feed in wanted}
        if any(feed.url not in states for feed in wanted):
            self.workers.prepare()  # a feed never asked before has a body to read
        claimed: set[str] = set()
        self.progress.start("feeds", len(wanted))
        self.progress.start("articles", 0)
        try:
            async with asyncio.TaskGroup() as tasks:
                for left in self.store.pending_entries():
                    feed = by_url.get(left.entry.feed_url)
                    if feed is not None:
                        claimed.add(left.entry.id)
                        self._spawn(tasks, found, feed, "", left)
                for feed in wanted:
                    state = states.get(feed.url, FeedState(feed.url))
                    tasks.create_task(self._feed(tasks, found, claimed, feed, state))
        except ExceptionGroup as group:
            raise first_of(group) from group
        place = {url: n for n, url in enumerate(by_url)}
        found.feeds.sort(key=lambda f: place[f.url])
        return found

    async def _feed(
        self,
        tasks: asyncio.TaskGroup,
        found: Gathered,
        claimed: set[str],
        feed: Feed,
        state: FeedState,
    ) -> None:
        name = feed.name or state.title or feed.url
        if state.gone and state.checked_at and self.now - state.checked_at < GONE_FOR:
            message = "gone since an earlier run (410); asked again once a month"
            found.feeds.append(FeedReport(feed.url, name, FeedOutcome.GONE, 410, error=message))
            self.progress.advance("feeds")
            return
        try:
            async with self.fetcher.answer(feed.url, state.validators) as answer:
                found.fetched_at = self.meter.seconds()
                fresh = replace(
                    state,
                    status=answer.status,
                    checked_at=self.now,
                    succeeded_at=self.now,
                    failures=0,
                    gone=False,
                    moved_to=answer.moved_to,
                )
                if answer.status == 304:
                    self._unchanged(tasks, found, claimed, feed, fresh)
                    return
                headers = answer.headers
                validators = Validators(headers.get("etag"), headers.get("last-modified"))
                parsed = await self.workers.run(
                    feeds.parse_feed, answer.body, feed.url, headers.get("content-type", "")
                )
            if not self.search:
                title = parsed.title or feed.name or feed.url
                fresh = replace(fresh, validators=validators, title=title)
            followed = state.title != ""  # read before, so an older entry may be a late one
            self._take(tasks, found, claimed, feed, fresh, parsed.entries, followed=followed)
        except ItemError as error:
            self._lost(found, feed, state, error, name)
        finally:
            self.progress.advance("feeds")

    def _unchanged(
        self,
        tasks: asyncio.TaskGroup,
        found: Gathered,
        claimed: set[str],
        feed: Feed,
        state: FeedState,
    ) -> None:
        if self.search:
            passed_over = self.store.unread_entries(feed.url)
            self._take(tasks, found, claimed, feed, state, passed_over)
            return
        self.store.save_feed(state, [], self.now)
        name = feed.name or state.title or feed.url
        found.feeds.append(FeedReport(feed.url, name, FeedOutcome.UNCHANGED, state.status))

    def _take(
        self,
        tasks: asyncio.TaskGroup,
        found: Gathered,
        claimed: set[str],
        feed: Feed,
        state: FeedState,
        entries: Sequence[Entry],
        *,
        followed: bool = False,
    ) -> None:
        """Decide on a feed's entries, store the decisions with the feed, and open the pages."""
        known = self._known(entries)
        chosen = selection.select(
            entries,
            feed=feed,
            known=known | claimed,
            opens=self.opens - LATE if followed and not self.search else self.opens,
            judge=lambda entry: self.judge(feed, entry),
        )
        new = {e.id for e in entries} - known
        if self.search:
            chosen = [s for s in chosen if s.outcome in CHOSEN]
        elif new - claimed - {s.entry.id for s in chosen}:
            # Some wait for the next run: asked without validators, or a 304 would hide them.
            state = replace(state, validators=Validators())
        self.store.save_feed(state, chosen, self.now)
        found.repeated += [_twice(e) for e in entries if e.id in claimed and e.id not in known]
        claimed.update(s.entry.id for s in chosen)
        found.feeds.append(_feed_report(feed, state, len(entries), len(new)))
        for selected in chosen:
            if selected.outcome in CHOSEN:
                self._spawn(tasks, found, feed, state.title, selected)
            else:
                found.entries[selected.entry.id] = _report(selected)

    def _known(self, entries: Sequence[Entry]) -> set[str]:
        """Return the ids not to be looked at again: in a search, only those of stored articles."""
        ids = [e.id for e in entries]
        if self.search:
            return {a.id for a in self.store.articles_by_id(ids)}
        return self.store.known_entries(ids)

    def _relevance(self, title: str, text: str, feed: Feed) -> float:
        return relevance.score(title, text, category=feed.category, topics=self.topics)

    def _spawn(
        self, tasks: asyncio.TaskGroup, found: Gathered, feed: Feed, title: str, selected: Selected
    ) -> None:
        self.progress.advance("articles", 0, more=1)
        tasks.create_task(self._article(found, feed, title, selected))

    async def _article(
        self, found: Gathered, feed: Feed, feed_title: str, selected: Selected
    ) -> None:
        """Read one chosen entry's page, or take the feed's own text, and store the article."""
        entry, reason = selected.entry, selected.reason
        extraction: Extraction | None = None
        if selected.outcome is EntryOutcome.PENDING:
            extraction, trouble = await self._page(found, entry)
            reason = trouble or reason
        article = articles.join(
            entry,
            feed,
            extraction,
            feed_title=feed_title,
            now=self.now,
            relevance=self._relevance(entry.title, _told(entry), feed),
        )
        if article.relevance < relevance.THRESHOLD:  # its own text may say more than the feed
            score = self._relevance(article.title, f"{_told(entry)}\n{article.text}", feed)
            article = replace(article, relevance=max(score, article.relevance))
        found.qualities[article.quality] += 1
        outcome = _standing(article)
        if outcome is not EntryOutcome.READ and article.note:
            reason = article.note
        self.store.save_article(article, outcome, reason)
        found.entries[entry.id] = EntryReport(article.url, entry.feed_url, outcome, None, reason)
        self.progress.advance("articles")

    async def _page(self, found: Gathered, entry: Entry) -> tuple[Extraction | None, str]:
        """Return what the page gave, or None, and what went wrong in words."""
        found.opened += 1
        try:
            async with self.fetcher.answer(entry.url) as answer:
                found.fetched_at = self.meter.seconds()
                page = await self.workers.run(
                    articles.extract,
                    answer.body,
                    answer.url,
                    answer.headers.get("content-type", ""),
                )
                return page, ""
        except ItemError as error:
            found.problems.append(Problem("article", entry.url, str(error)))
            withdrawn = isinstance(error, FetchError) and error.status in (404, 410)
            lost = Extraction(Quality.ERROR, "", note=str(error)) if withdrawn else None
            return lost, f"its page could not be read: {error}"

    def _lost(
        self, found: Gathered, feed: Feed, state: FeedState, error: ItemError, name: str
    ) -> None:
        status = error.status if isinstance(error, FetchError) else None
        gone = status == 410
        failed = replace(
            state, status=status, checked_at=self.now, failures=state.failures + 1, gone=gone
        )
        self.store.save_feed(failed, [], self.now)
        outcome = FeedOutcome.GONE if gone else FeedOutcome.FAILED
        found.feeds.append(FeedReport(feed.url, name, outcome, status, error=str(error)))
        found.problems.append(Problem("feed", feed.url, str(error)))


def first_of(group: ExceptionGroup[Exception]) -> Exception:
    """Return the first error inside a task group's wrapping."""
    first = group.exceptions[0]
    return first_of(first) if isinstance(first, ExceptionGroup) else first


def _told(entry: Entry) -> str:
    """Return what the feed says of an entry beside its title."""
    return f"{entry.content or entry.summary}\n{', '.join(entry.tags)}"


def _standing(article: Article) -> EntryOutcome:
    """Return READ for an article a story may use, else what is wrong with it."""
    if article.text or article.kind is FeedKind.DISCUSSION:
        return EntryOutcome.READ
    if article.quality is Quality.CONSENT:
        return EntryOutcome.CONSENT
    if article.quality is Quality.ERROR:
        return EntryOutcome.ERROR
    return EntryOutcome.READ


def _feed_report(feed: Feed, state: FeedState, entries: int, new: int) -> FeedReport:
    outcome, error = FeedOutcome.NEW if new else FeedOutcome.UNCHANGED, None
    if state.moved_to is not None:
        outcome, error = FeedOutcome.MOVED, f"moved for good to {state.moved_to}"
    name = feed.name or state.title or feed.url
    return FeedReport(feed.url, name, outcome, state.status, entries, new, error)


def _report(selected: Selected) -> EntryReport:
    entry = selected.entry
    outcome = selected.outcome
    return EntryReport(entry.url, entry.feed_url, outcome, None, selected.reason)


def _twice(entry: Entry) -> EntryReport:
    reason = "the same address in another feed"
    return EntryReport(entry.url, entry.feed_url, EntryOutcome.DUPLICATE, None, reason)
