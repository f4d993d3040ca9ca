"""feeds → entries: fetched, decided on and stored as they arrive.

Nothing waits for a stage to end: a feed's pages are opened while other feeds are still on their
way. What is decided is stored at once, so a run that is killed loses nothing and opens no page
twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from digest.core import feeds, ownership, selection
from digest.core.memory import LATE
from digest.core.ownership import Offer
from digest.core.urls import registrable_domain
from digest.errors import FetchError, ItemError
from digest.models import (
    Entry,
    EntryOutcome,
    EntryReport,
    Feed,
    FeedOutcome,
    FeedReport,
    FeedState,
    Known,
    ParsedFeed,
    Problem,
    Selected,
    Validators,
)
from digest.reading import Read, Reading
from digest.world import World

GONE_FOR = timedelta(days=30)  # a feed that said 410 is left alone this long
CHOSEN = (EntryOutcome.PENDING, EntryOutcome.READ)
TOLD = (EntryOutcome.OFF_TOPIC, EntryOutcome.MUTED)  # passed over for a reason worth telling


@dataclass
class Gathered:
    """What a run found in the feeds, collected while it goes on."""

    feeds: list[FeedReport] = field(default_factory=list)
    entries: dict[str, EntryReport] = field(default_factory=dict)  # not read, and why, by id
    problems: list[Problem] = field(default_factory=list)
    fetched_at: float = 0.0  # the meter's reading when the last feed was here
    read: Read = field(default_factory=Read)

    def answered(self) -> bool:
        """Tell whether any feed answered at all (none asked counts as answered)."""
        return not self.feeds or len(self.silent()) < len(self.feeds)

    def heard(self) -> int:
        """Return how many feeds gave an answer to read."""
        return len(self.feeds) - len(self.silent())

    def silent(self) -> list[FeedReport]:
        """Return the feeds that gave no answer to read."""
        lost = {FeedOutcome.FAILED, FeedOutcome.GONE}
        return [f for f in self.feeds if f.outcome in lost]


class Gathering:
    """One round over the feeds; ``run`` returns what was found.

    ``opens`` is the publication time before which an entry is old; ``judge`` decides on content.
    A ``search`` looks for something particular and leaves no mark on editions: what it does not
    want stays unseen, and what an earlier run passed over is looked at again.
    """

    def __init__(
        self,
        world: World,
        *,
        now: datetime,
        opens: datetime,
        judge: Callable[[Feed, Entry], tuple[EntryOutcome | None, str]],
        topics: Sequence[str] = (),
        search: bool = False,
    ) -> None:
        self._world = world
        self._store = world.store
        self._now = now
        self._opens = opens
        self._judge = judge
        self._search = search
        self._found = Gathered()
        self._configured: frozenset[str] = frozenset()
        self._reading = Reading(
            world.fetcher,
            world.workers,
            world.store,
            world.progress,
            world.meter,
            now=now,
            topics=topics,
            search=search,
            read=self._found.read,
        )

    async def run(self, wanted: Sequence[Feed]) -> Gathered:
        """Fetch the feeds, open what is new and worth it, store it all.

        An item's trouble becomes a Problem; only a RunError (the store's) ends the round.
        """
        states = self._store.feed_states()
        by_url = {feed.url: feed for feed in wanted}
        self._configured = frozenset(by_url)
        if any(feed.url not in states for feed in wanted):
            self._world.workers.prepare()  # a feed never asked before has a body to read
        self._world.progress.start("feeds", len(wanted))
        self._world.progress.start("articles", 0)
        try:
            async with asyncio.TaskGroup() as tasks:
                for left in self._store.pending_entries():
                    feed = by_url.get(left.entry.feed_url)
                    if feed is not None:
                        self._reading.take(tasks, _left_over(feed, left))
                for feed in wanted:
                    state = states.get(feed.url, FeedState(feed.url))
                    tasks.create_task(self._feed(tasks, feed, state))
        except ExceptionGroup as group:
            raise first_of(group) from group
        place = {url: n for n, url in enumerate(by_url)}
        self._found.feeds.sort(key=lambda f: place[f.url])
        return self._found

    async def _feed(self, tasks: asyncio.TaskGroup, feed: Feed, state: FeedState) -> None:
        """Ask one feed, and take what it lists."""
        try:
            if state.gone and state.checked_at and self._now - state.checked_at < GONE_FOR:
                message = "gone since an earlier run (410); asked again once a month"
                self._report(feed, state, FeedOutcome.GONE, error=message)
                return
            async with self._world.fetcher.answer(feed.url, state.validators) as answer:
                self._found.fetched_at = self._world.meter.seconds()
                fresh = replace(
                    state,
                    status=answer.status,
                    checked_at=self._now,
                    succeeded_at=self._now,
                    failures=0,
                    gone=False,
                    moved_to=answer.moved_to,
                )
                if answer.status == 304:
                    self._unchanged(tasks, feed, fresh)
                    return
                kind = answer.headers.get("content-type", "")
                parsed = await self._world.workers.run(
                    feeds.parse_feed, answer.body, feed.url, kind
                )
            if not self._search:
                headers = answer.headers
                validators = Validators(headers.get("etag"), headers.get("last-modified"))
                title = parsed.title or feed.name or feed.url
                fresh = replace(fresh, validators=validators, title=title)
            followed = state.title != ""  # read before, so an older entry may be a late one
            self._take(tasks, feed, fresh, parsed, followed=followed and not self._search)
        except ItemError as error:
            self._lost(feed, state, error)
        finally:
            self._world.progress.advance("feeds")

    def _unchanged(self, tasks: asyncio.TaskGroup, feed: Feed, state: FeedState) -> None:
        if self._search:
            passed_over = tuple(self._store.unread_entries(feed.url))
            self._take(tasks, feed, state, ParsedFeed(state.title, "", "", passed_over))
            return
        self._store.save_feed(state, [], self._now)
        self._report(feed, state, FeedOutcome.UNCHANGED)

    def _take(
        self,
        tasks: asyncio.TaskGroup,
        feed: Feed,
        state: FeedState,
        parsed: ParsedFeed,
        *,
        followed: bool = False,
    ) -> None:
        """Decide on a feed's entries, store the decisions with the feed, and have them read."""
        entries = parsed.entries
        known = self._store.known_entries(e.id for e in entries)
        settled = {e.id for e in entries if self._settled(e, known.get(e.id), feed)}
        chosen = selection.select(
            entries,
            feed=feed,
            known=settled,
            opens=self._opens - LATE if followed else self._opens,
            judge=lambda entry: self._judge(feed, entry),
        )
        own = feeds.own_domains(parsed, feed.url)
        offers = [
            Offer(feed, s.entry, s.outcome, s.reason, state.title, own)
            for s in chosen
            if s.outcome in CHOSEN
        ]
        if not self._search:
            waiting = {e.id for e in entries} - settled - {s.entry.id for s in chosen}
            if waiting:  # asked without validators next time, or a 304 would hide them
                state = replace(state, validators=Validators())
                message = f"{len(waiting)} more of its entries wait for the next run"
                self._found.problems.append(Problem("feed", feed.url, message))
            self._store.save_feed(state, self._to_store(chosen, offers), self._now)
        new = len({e.id for e in entries} - set(known))
        outcome = FeedOutcome.NEW if new else FeedOutcome.UNCHANGED
        self._report(feed, state, outcome, entries=len(entries), new=new)
        for offer in offers:
            seen = known.get(offer.entry.id)
            if seen is not None and seen.outcome is EntryOutcome.FOUND and seen.kind is not None:
                self._reading.adopt(offer)  # a search opened its page
            else:
                self._reading.take(tasks, offer)
        for s in chosen:
            if s.outcome in TOLD and not self._search:
                self._found.entries[s.entry.id] = EntryReport(
                    s.entry.url, feed.url, s.outcome, None, s.reason
                )

    def _settled(self, entry: Entry, known: Known | None, feed: Feed) -> bool:
        """Decide whether an entry of a feed needs no further look in this round."""
        owner = self._reading.owner(entry.id)
        if owner is not None:
            return owner.feed.url == feed.url
        if self._search:
            return known is not None and known.kind is not None
        return ownership.settled(known, feed, self._configured)

    def _to_store(self, chosen: Sequence[Selected], offers: Sequence[Offer]) -> list[Selected]:
        """Return the decisions to store with the feed: not those on entries a better feed owns."""
        lost = set()
        for offer in offers:
            owner = self._reading.owner(offer.entry.id)
            if owner is not None and not ownership.better(offer, owner):
                lost.add(offer.entry.id)
        return [s for s in chosen if s.entry.id not in lost]

    def _lost(self, feed: Feed, state: FeedState, error: ItemError) -> None:
        status = error.status if isinstance(error, FetchError) else None
        failed = replace(
            state,
            status=status,
            checked_at=self._now,
            failures=state.failures + 1,
            gone=status == 410,
        )
        if not self._search:
            self._store.save_feed(failed, [], self._now)
        outcome = FeedOutcome.GONE if failed.gone else FeedOutcome.FAILED
        self._report(feed, failed, outcome, error=str(error))
        self._found.problems.append(Problem("feed", feed.url, str(error)))

    def _report(
        self,
        feed: Feed,
        state: FeedState,
        outcome: FeedOutcome,
        *,
        entries: int = 0,
        new: int = 0,
        error: str | None = None,
    ) -> None:
        if error is None and state.moved_to is not None:
            outcome, error = FeedOutcome.MOVED, f"moved for good to {state.moved_to}"
        name = feed.name or state.title or feed.url
        status = state.status
        self._found.feeds.append(FeedReport(feed.url, name, outcome, status, entries, new, error))


def _left_over(feed: Feed, left: Selected) -> Offer:
    """Return an entry that an earlier run chose and did not come to read."""
    own = frozenset({registrable_domain(feed.url)})
    # A store loaded from a state knows no texts, and marks such entries as to be opened.
    outcome = left.outcome if feed.open_pages else EntryOutcome.READ
    return Offer(feed, left.entry, outcome, left.reason, "", own)


def first_of(group: ExceptionGroup[Exception]) -> Exception:
    """Return the first error inside a task group's wrapping."""
    first = group.exceptions[0]
    return first_of(first) if isinstance(first, ExceptionGroup) else first
